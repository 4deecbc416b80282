/* SPDX-License-Identifier: BSD-2-Clause */
#include "secure_client.h"

#include <errno.h>

static const uint8_t rpc_uuid[16] = OSIM_PTA_RPC_UUID;
static const uint8_t system_uuid[16] = OSIM_PTA_SYSTEM_UUID;
static const uint8_t ta_uuid[16] = {0xaa, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

/* --- a TA that tells what it was asked --- */

struct seen {
	struct osim_pta_param params[4];
	uint32_t func, opened, closed, made, gone, result;
	void *instance;
};

static uint32_t ta_create(void *arg, struct osim_pta_call *call, void **instance)
{
	struct seen *seen = arg;

	(void)call;
	*instance = &seen->made;
	seen->made++;
	return TEE_SUCCESS;
}

static void ta_destroy(void *arg, void *instance)
{
	struct seen *seen = arg;

	(void)instance;
	seen->gone++;
}

static uint32_t ta_open(void *arg, struct osim_pta_call *call, struct osim_pta_param params[4],
			void **session)
{
	struct seen *seen = arg;

	seen->instance = osim_pta_instance(call);
	seen->opened++;
	memcpy(seen->params, params, sizeof(seen->params));
	*session = seen;
	return seen->result;
}

static uint32_t ta_invoke(void *arg, struct osim_pta_call *call, void *session, uint32_t func,
			  struct osim_pta_param params[4])
{
	struct seen *seen = arg;

	seen->func = session == arg ? func : 0xbad;
	memcpy(seen->params, params, sizeof(seen->params));
	for (int i = 0; i < 4; i++) {
		params[i].a += 100;
		params[i].b += 100;
		if (params[i].type >= OSIM_PTA_MEMREF_INPUT)
			params[i].size_bytes += 1000;
	}
	if (func == 0xdead)
		osim_pta_panic(call);
	return seen->result;
}

static void ta_close(void *arg, struct osim_pta_call *call, void *session)
{
	struct seen *seen = arg;

	(void)call;
	(void)session;
	seen->closed++;
}

static void add_ta(struct client *c, struct seen *seen, uint32_t flags)
{
	struct osim_pta pta = {.size = sizeof(pta),
			       .name = "test",
			       .flags = flags,
			       .create = ta_create,
			       .destroy = ta_destroy,
			       .open = ta_open,
			       .invoke = ta_invoke,
			       .close = ta_close,
			       .arg = seen};

	memcpy(pta.uuid, ta_uuid, sizeof(pta.uuid));
	assert_int_equal(osim_pta_register(c->m, &pta), 0);
}

/* --- messages --- */

static uint32_t sent(struct client *c)
{
	assert_int_equal(client_call_rpc(c), OPTEE_SMC_RETURN_OK);
	return client_arg(c)->ret;
}

static void open_msg(struct client *c, const uint8_t uuid[16], uint32_t login, uint32_t num_params)
{
	client_msg(c, OPTEE_MSG_CMD_OPEN_SESSION, num_params);
	for (unsigned int i = 0; i < 2; i++)
		client_param(c, i)->attr = OPTEE_MSG_ATTR_META | OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	memcpy(client_param(c, 0)->u.octets, uuid, 16);
	client_param(c, 1)->u.value.c = login;
}

static void session_msg(struct client *c, uint32_t cmd, uint32_t session, uint32_t func,
			uint32_t num_params)
{
	struct osim_msg_arg *arg = client_msg(c, cmd, num_params);

	arg->session = session;
	arg->func = func;
}

static void set_value(struct client *c, unsigned int i, uint64_t attr, uint64_t a, uint64_t b)
{
	client_param(c, i)->attr = attr;
	client_param(c, i)->u.value = (struct osim_msg_param_value){a, b, 0xcccc};
}

static uint32_t close_session(struct client *c, uint32_t session)
{
	session_msg(c, OPTEE_MSG_CMD_CLOSE_SESSION, session, 0, 0);
	return sent(c);
}

static void malformed_opens_are_refused(void **state)
{
	struct client c = {0};

	(void)state;
	client_start(&c);
	client_msg(&c, OPTEE_MSG_CMD_OPEN_SESSION, 0);
	assert_int_equal(sent(&c), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(client_arg(&c)->ret_origin, TEE_ORIGIN_TEE);
	open_msg(&c, rpc_uuid, TEE_LOGIN_PUBLIC, 2);
	client_param(&c, 1)->attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	assert_int_equal(sent(&c), TEE_ERROR_BAD_PARAMETERS);
	open_msg(&c, rpc_uuid, 3, 2);
	assert_int_equal(sent(&c), TEE_ERROR_BAD_PARAMETERS);
	open_msg(&c, rpc_uuid, TEE_LOGIN_PUBLIC, 7);
	assert_int_equal(sent(&c), TEE_ERROR_BAD_PARAMETERS);
	open_msg(&c, rpc_uuid, TEE_LOGIN_PUBLIC, 100);
	assert_int_equal(sent(&c), TEE_ERROR_BAD_PARAMETERS);
	open_msg(&c, rpc_uuid, TEE_LOGIN_PUBLIC, 3);
	client_param(&c, 2)->attr = OPTEE_MSG_ATTR_META;
	assert_int_equal(sent(&c), TEE_ERROR_BAD_PARAMETERS);
	open_msg(&c, rpc_uuid, TEE_LOGIN_PUBLIC, 3);
	client_param(&c, 2)->attr = 4;
	assert_int_equal(sent(&c), TEE_ERROR_BAD_PARAMETERS);
	client_stop(&c);
}

static void unknown_sessions_are_refused(void **state)
{
	struct client c = {0};

	(void)state;
	client_start(&c);
	session_msg(&c, OPTEE_MSG_CMD_INVOKE_COMMAND, 0x4d, 0, 0);
	assert_int_equal(sent(&c), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(client_arg(&c)->ret_origin, TEE_ORIGIN_TEE);
	assert_int_equal(close_session(&c, 0x4d), TEE_ERROR_ITEM_NOT_FOUND);
	session_msg(&c, OPTEE_MSG_CMD_CLOSE_SESSION, 0x4d, 0, 1);
	assert_int_equal(sent(&c), TEE_ERROR_BAD_PARAMETERS);
	session_msg(&c, OPTEE_MSG_CMD_CANCEL, 0x4d, 0, 0);
	assert_int_equal(sent(&c), TEE_ERROR_BAD_PARAMETERS);
	client_stop(&c);
}

/* Values have 32 bits in a TA; sizes of outputs may grow; inputs are not written back. */
static void parameters_of_all_kinds_go_in_and_out(void **state)
{
	struct seen seen = {0};
	struct client c = {0};
	uint32_t session;

	(void)state;
	client_start(&c);
	add_ta(&c, &seen, 0);
	session = client_open(&c, ta_uuid, TEE_LOGIN_PUBLIC);
	session_msg(&c, OPTEE_MSG_CMD_INVOKE_COMMAND, session, 0x1234, 4);
	set_value(&c, 0, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT, 0x100000001, 2);
	set_value(&c, 1, OPTEE_MSG_ATTR_TYPE_VALUE_INOUT, 0x100000003, 4);
	set_value(&c, 2, OPTEE_MSG_ATTR_TYPE_TMEM_INPUT, 0x42000000, 5);
	set_value(&c, 3, OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT, 0x42000000, 6);
	assert_int_equal(sent(&c), TEE_SUCCESS);
	assert_int_equal(client_arg(&c)->ret_origin, TEE_ORIGIN_TRUSTED_APP);
	assert_int_equal(seen.func, 0x1234);
	assert_int_equal(seen.params[0].type, OSIM_PTA_VALUE_INPUT);
	assert_int_equal(seen.params[0].a, 1);
	assert_int_equal(seen.params[1].type, OSIM_PTA_VALUE_INOUT);
	assert_int_equal(seen.params[2].type, OSIM_PTA_MEMREF_INPUT);
	assert_int_equal(seen.params[2].size_bytes, 5);
	assert_int_equal(seen.params[3].type, OSIM_PTA_MEMREF_OUTPUT);
	assert_true(client_param(&c, 0)->u.value.a == 0x100000001);
	assert_int_equal(client_param(&c, 1)->u.value.a, 103);
	assert_int_equal(client_param(&c, 1)->u.value.b, 104);
	assert_int_equal(client_param(&c, 1)->u.value.c, 0xcccc);
	assert_int_equal(client_param(&c, 2)->u.tmem.size, 5);
	assert_int_equal(client_param(&c, 3)->u.tmem.size, 1006);
	client_stop(&c);
}

static void null_buffers_depend_on_the_capability(void **state)
{
	static const uint32_t caps[] = {0xf5, 0xe5};
	static const uint32_t results[] = {TEE_SUCCESS, TEE_ERROR_BAD_PARAMETERS};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct client c = {.secure = {.caps = caps[i]}};
		struct seen seen = {0};
		uint32_t session;

		client_start(&c);
		add_ta(&c, &seen, 0);
		session = client_open(&c, ta_uuid, TEE_LOGIN_PUBLIC);
		session_msg(&c, OPTEE_MSG_CMD_INVOKE_COMMAND, session, 1, 1);
		set_value(&c, 0, OPTEE_MSG_ATTR_TYPE_TMEM_INOUT, 0, 77);
		assert_int_equal(sent(&c), results[i]);
		if (!i)
			assert_true(seen.params[0].null && !seen.params[0].size_bytes);
		client_stop(&c);
	}
}

static void memory_outside_what_is_shared_is_refused(void **state)
{
	struct seen seen = {0};
	struct client c = {0};
	uint32_t session;

	(void)state;
	client_start(&c);
	add_ta(&c, &seen, 0);
	session = client_open(&c, ta_uuid, TEE_LOGIN_PUBLIC);
	session_msg(&c, OPTEE_MSG_CMD_INVOKE_COMMAND, session, 1, 1);
	set_value(&c, 0, OPTEE_MSG_ATTR_TYPE_TMEM_INOUT, c.page_pa, 16);
	assert_int_equal(sent(&c), TEE_ERROR_BAD_PARAMETERS);
	set_value(&c, 0, OPTEE_MSG_ATTR_TYPE_TMEM_INOUT, 0x421fffff, 2);
	assert_int_equal(sent(&c), TEE_ERROR_BAD_PARAMETERS);
	set_value(&c, 0, OPTEE_MSG_ATTR_TYPE_TMEM_INOUT, 0x421fffff, 1);
	assert_int_equal(sent(&c), TEE_SUCCESS);
	client_stop(&c);
}

static void refused_open_has_no_session(void **state)
{
	struct seen seen = {.result = TEE_ERROR_ACCESS_DENIED};
	struct client c = {0};

	(void)state;
	client_start(&c);
	add_ta(&c, &seen, 0);
	open_msg(&c, ta_uuid, TEE_LOGIN_PUBLIC, 3);
	set_value(&c, 2, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT, 9, 8);
	client_arg(&c)->session = 99;
	assert_int_equal(sent(&c), TEE_ERROR_ACCESS_DENIED);
	assert_int_equal(client_arg(&c)->session, 0);
	assert_int_equal(client_arg(&c)->ret_origin, TEE_ORIGIN_TRUSTED_APP);
	assert_int_equal(seen.params[0].a, 9);
	assert_int_equal(seen.closed, 0);
	client_stop(&c);
}

static void single_instance_is_shared_and_kept(void **state)
{
	struct seen seen = {0};
	struct client c = {0};
	uint32_t one, two;

	(void)state;
	client_start(&c);
	add_ta(&c, &seen, 0);
	one = client_open(&c, ta_uuid, TEE_LOGIN_PUBLIC);
	two = client_open(&c, ta_uuid, TEE_LOGIN_PUBLIC);
	assert_int_not_equal(one, two);
	assert_ptr_equal(seen.instance, &seen.made);
	assert_int_equal(close_session(&c, one), TEE_SUCCESS);
	assert_int_equal(close_session(&c, two), TEE_SUCCESS);
	assert_int_equal(close_session(&c, two), TEE_ERROR_ITEM_NOT_FOUND);
	client_open(&c, ta_uuid, TEE_LOGIN_PUBLIC);
	assert_int_equal(seen.made, 1);
	assert_int_equal(seen.gone, 0);
	assert_int_equal(seen.closed, 2);
	client_stop(&c);
}

static void multi_instance_goes_with_its_session(void **state)
{
	struct seen seen = {0};
	struct client c = {0};
	uint32_t one, two;

	(void)state;
	client_start(&c);
	add_ta(&c, &seen, OSIM_PTA_MULTI_INSTANCE);
	one = client_open(&c, ta_uuid, TEE_LOGIN_PUBLIC);
	two = client_open(&c, ta_uuid, TEE_LOGIN_PUBLIC);
	assert_int_equal(seen.made, 2);
	close_session(&c, one);
	assert_int_equal(seen.gone, 1);
	close_session(&c, two);
	assert_int_equal(seen.gone, 2);
	client_stop(&c);
}

static void single_session_refuses_a_second_one(void **state)
{
	struct seen seen = {0};
	struct client c = {0};
	uint32_t one;

	(void)state;
	client_start(&c);
	add_ta(&c, &seen, OSIM_PTA_SINGLE_SESSION | OSIM_PTA_NOT_KEPT);
	one = client_open(&c, ta_uuid, TEE_LOGIN_PUBLIC);
	open_msg(&c, ta_uuid, TEE_LOGIN_PUBLIC, 2);
	assert_int_equal(sent(&c), TEE_ERROR_BUSY);
	close_session(&c, one);
	assert_int_equal(seen.gone, 1);
	client_open(&c, ta_uuid, TEE_LOGIN_PUBLIC);
	assert_int_equal(seen.made, 2);
	client_stop(&c);
}

static void ta_that_panicked_is_dead_for_all_its_sessions(void **state)
{
	struct seen seen = {0};
	struct client c = {0};
	uint32_t one, two;

	(void)state;
	client_start(&c);
	add_ta(&c, &seen, 0);
	one = client_open(&c, ta_uuid, TEE_LOGIN_PUBLIC);
	two = client_open(&c, ta_uuid, TEE_LOGIN_PUBLIC);
	session_msg(&c, OPTEE_MSG_CMD_INVOKE_COMMAND, one, 0xdead, 0);
	assert_int_equal(sent(&c), TEE_ERROR_TARGET_DEAD);
	assert_int_equal(client_arg(&c)->ret_origin, TEE_ORIGIN_TEE);
	session_msg(&c, OPTEE_MSG_CMD_INVOKE_COMMAND, two, 1, 0);
	assert_int_equal(sent(&c), TEE_ERROR_TARGET_DEAD);
	assert_int_equal(close_session(&c, one), TEE_SUCCESS);
	assert_int_equal(close_session(&c, two), TEE_SUCCESS);
	assert_int_equal(seen.closed, 0);
	one = client_open(&c, ta_uuid, TEE_LOGIN_PUBLIC);
	session_msg(&c, OPTEE_MSG_CMD_INVOKE_COMMAND, one, 1, 0);
	assert_int_equal(sent(&c), TEE_SUCCESS);
	client_stop(&c);
}

static void logins_are_told_to_the_ta(void **state)
{
	static const uint32_t logins[] = {TEE_LOGIN_PUBLIC,
					  TEE_LOGIN_USER,
					  TEE_LOGIN_GROUP,
					  TEE_LOGIN_APPLICATION,
					  TEE_LOGIN_APPLICATION_USER,
					  TEE_LOGIN_APPLICATION_GROUP,
					  TEE_LOGIN_REE_KERNEL};
	struct client c = {0};

	(void)state;
	client_start(&c);
	for (size_t i = 0; i < sizeof(logins) / sizeof(logins[0]); i++) {
		bool anonymous = !logins[i] || logins[i] == TEE_LOGIN_REE_KERNEL;
		uint8_t uuid[16];
		uint32_t session;

		open_msg(&c, system_uuid, logins[i], 2);
		memcpy(client_param(&c, 1)->u.octets, "0123456789abcdef", 16);
		assert_int_equal(sent(&c), TEE_SUCCESS);
		session = client_arg(&c)->session;
		session_msg(&c, OPTEE_MSG_CMD_INVOKE_COMMAND, session, OSIM_PTA_SYSTEM_LOGIN, 2);
		set_value(&c, 0, OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT, 0, 0);
		set_value(&c, 1, OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT, 0x42000000, 16);
		assert_int_equal(sent(&c), TEE_SUCCESS);
		assert_int_equal(client_param(&c, 0)->u.value.a, logins[i]);
		assert_int_equal(osim_mem_read(c.m, 0x42000000, uuid, sizeof(uuid)), 0);
		assert_int_equal(uuid[1], anonymous ? 0 : '1');
	}
	client_stop(&c);
}

static void other(struct client *c, struct client *first)
{
	*c = *first;
	c->page = osim_mem_alloc(first->m, CLIENT_PAGE);
	c->page_pa = osim_mem_pa(first->m, c->page);
}

static void cancel_reaches_a_waiting_ta(void **state)
{
	struct client c = {0}, second;
	uint32_t session;

	(void)state;
	client_start(&c);
	other(&second, &c);
	session = client_open(&c, rpc_uuid, TEE_LOGIN_PUBLIC);
	session_msg(&c, OPTEE_MSG_CMD_INVOKE_COMMAND, session, OSIM_PTA_RPC_CANCEL, 1);
	set_value(&c, 0, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT, 42, 0);
	assert_int_equal(client_call_rpc(&c), OPTEE_SMC_RETURN_RPC_CMD);
	client_rpc_arg(&c)->ret = TEE_ERROR_TIMEOUT;
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_RPC_CMD);
	session_msg(&second, OPTEE_MSG_CMD_CANCEL, session, 0, 0);
	assert_int_equal(sent(&second), TEE_SUCCESS);
	client_rpc_arg(&c)->ret = TEE_ERROR_TIMEOUT;
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_OK);
	assert_int_equal(client_arg(&c)->ret, TEE_ERROR_CANCEL);
	osim_mem_free(c.m, second.page, CLIENT_PAGE);
	client_stop(&c);
}

/* A second call in the same session waits for the first to end, by a value of its thread. */
static void session_takes_one_call_at_a_time(void **state)
{
	struct client c = {0}, second;
	uint32_t session;

	(void)state;
	client_start(&c);
	other(&second, &c);
	session = client_open(&c, rpc_uuid, TEE_LOGIN_PUBLIC);
	session_msg(&c, OPTEE_MSG_CMD_INVOKE_COMMAND, session, OSIM_PTA_RPC_WAIT, 1);
	set_value(&c, 0, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT, 42, 0);
	assert_int_equal(client_call_rpc(&c), OPTEE_SMC_RETURN_RPC_CMD);
	session_msg(&second, OPTEE_MSG_CMD_CLOSE_SESSION, session, 0, 0);
	assert_int_equal(client_call_rpc(&second), OPTEE_SMC_RETURN_RPC_CMD);
	assert_int_equal(client_rpc_param(&second, 0)->u.value.b, 65);
	client_rpc_arg(&c)->ret = TEE_SUCCESS;
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_RPC_CMD);
	assert_int_equal(client_rpc_param(&c, 0)->u.value.a, OPTEE_RPC_NOTIFICATION_SEND);
	assert_int_equal(client_rpc_param(&c, 0)->u.value.b, 65);
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_OK);
	assert_int_equal(client_resume(&second), OPTEE_SMC_RETURN_OK);
	assert_int_equal(client_arg(&second)->ret, TEE_SUCCESS);
	osim_mem_free(c.m, second.page, CLIENT_PAGE);
	client_stop(&c);
}

static void nested_call_reaches_another_ta(void **state)
{
	struct seen seen = {0};
	struct client c = {0};
	uint32_t session;

	(void)state;
	client_start(&c);
	add_ta(&c, &seen, 0);
	session = client_open(&c, system_uuid, TEE_LOGIN_PUBLIC);
	assert_int_equal(osim_mem_write(c.m, 0x42000000, ta_uuid, 16), 0);
	session_msg(&c, OPTEE_MSG_CMD_INVOKE_COMMAND, session, OSIM_PTA_SYSTEM_NEST, 3);
	set_value(&c, 0, OPTEE_MSG_ATTR_TYPE_TMEM_INPUT, 0x42000000, 16);
	set_value(&c, 1, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT, 0x77, 0);
	set_value(&c, 2, OPTEE_MSG_ATTR_TYPE_VALUE_INOUT, 5, 6);
	assert_int_equal(sent(&c), TEE_SUCCESS);
	assert_int_equal(seen.func, 0x77);
	assert_int_equal(client_param(&c, 2)->u.value.a, 105);
	assert_int_equal(seen.closed, 1);
	assert_int_equal(close_session(&c, session + 1), TEE_ERROR_ITEM_NOT_FOUND);
	client_stop(&c);
}

static void thousand_sessions_are_all_told_apart(void **state)
{
	enum { COUNT = 1000 };
	struct seen seen = {0};
	struct client c = {0};
	uint32_t ids[COUNT];

	(void)state;
	client_start(&c);
	add_ta(&c, &seen, 0);
	for (int i = 0; i < COUNT; i++)
		ids[i] = client_open(&c, ta_uuid, TEE_LOGIN_PUBLIC);
	for (int i = 0; i < COUNT; i += 2)
		assert_int_equal(close_session(&c, ids[i]), TEE_SUCCESS);
	for (int i = 0; i < COUNT; i++) {
		session_msg(&c, OPTEE_MSG_CMD_INVOKE_COMMAND, ids[i], 1, 0);
		assert_int_equal(sent(&c), i % 2 ? TEE_SUCCESS : TEE_ERROR_BAD_PARAMETERS);
	}
	assert_int_equal(client_open(&c, ta_uuid, TEE_LOGIN_PUBLIC), ids[COUNT - 1] + 1);
	client_stop(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_opens_are_refused),
		cmocka_unit_test(unknown_sessions_are_refused),
		cmocka_unit_test(parameters_of_all_kinds_go_in_and_out),
		cmocka_unit_test(null_buffers_depend_on_the_capability),
		cmocka_unit_test(memory_outside_what_is_shared_is_refused),
		cmocka_unit_test(refused_open_has_no_session),
		cmocka_unit_test(single_instance_is_shared_and_kept),
		cmocka_unit_test(multi_instance_goes_with_its_session),
		cmocka_unit_test(single_session_refuses_a_second_one),
		cmocka_unit_test(ta_that_panicked_is_dead_for_all_its_sessions),
		cmocka_unit_test(logins_are_told_to_the_ta),
		cmocka_unit_test(cancel_reaches_a_waiting_ta),
		cmocka_unit_test(session_takes_one_call_at_a_time),
		cmocka_unit_test(nested_call_reaches_another_ta),
		cmocka_unit_test(thousand_sessions_are_all_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
