/* SPDX-License-Identifier: BSD-2-Clause */
#include "secure_client.h"

#include <errno.h>
#include <stdlib.h>

/* There with the sanitizer only. */
extern void *__asan_region_is_poisoned(void *start, size_t size_bytes) __attribute__((weak));

static const uint8_t devices_uuid[16] = {0x70, 0x11, 0xa6, 0x88, 0xdd, 0xde, 0x40, 0x53,
					 0xa5, 0xa9, 0x7b, 0x3c, 0x4d, 0xdf, 0x13, 0xb8};
static const uint8_t rpc_uuid[16] = OSIM_PTA_RPC_UUID;

#define NONCONTIG_OUT (OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT | OPTEE_MSG_ATTR_NONCONTIG)
#define LIST_ENTRIES  511u

/* A buffer of scattered pages and its list. */
struct buffer {
	size_t count, lists;
	unsigned char *all; /* the pages, in reverse order of the list */
	uint64_t *list;
};

static struct buffer buffer_new(struct client *c, size_t count)
{
	struct buffer b = {.count = count, .lists = (count + LIST_ENTRIES - 1) / LIST_ENTRIES};

	b.all = osim_mem_alloc(c->m, count * CLIENT_PAGE);
	b.list = osim_mem_alloc(c->m, b.lists * CLIENT_PAGE);
	assert_non_null(b.all);
	assert_non_null(b.list);
	for (size_t i = 0; i < count; i++)
		b.list[i / LIST_ENTRIES * 512 + i % LIST_ENTRIES] =
			osim_mem_pa(c->m, b.all + (count - 1 - i) * CLIENT_PAGE);
	for (size_t i = 0; i + 1 < b.lists; i++)
		b.list[i * 512 + LIST_ENTRIES] = osim_mem_pa(c->m, b.list + (i + 1) * 512);
	return b;
}

static void buffer_free(struct client *c, struct buffer *b)
{
	osim_mem_free(c->m, b->all, b->count * CLIENT_PAGE);
	osim_mem_free(c->m, b->list, b->lists * CLIENT_PAGE);
}

static uint32_t reg(struct client *c, uint64_t attr, uint64_t pa, uint64_t size, uint64_t cookie)
{
	client_msg(c, OPTEE_MSG_CMD_REGISTER_SHM, 1)->ret_origin = 0x5b5b5b5b;
	client_param(c, 0)->attr = attr;
	client_param(c, 0)->u.tmem = (struct osim_msg_param_tmem){pa, size, cookie};
	assert_int_equal(client_call(c), OPTEE_SMC_RETURN_OK);
	assert_int_equal(client_arg(c)->ret_origin, 0x5b5b5b5b);
	return client_arg(c)->ret;
}

static void unreg_msg(struct client *c, uint64_t cookie)
{
	client_msg(c, OPTEE_MSG_CMD_UNREGISTER_SHM, 1);
	client_param(c, 0)->attr = OPTEE_MSG_ATTR_TYPE_RMEM_INPUT;
	client_param(c, 0)->u.rmem.shm_ref = cookie;
}

static uint32_t unreg(struct client *c, uint64_t cookie)
{
	unreg_msg(c, cookie);
	assert_int_equal(client_call(c), OPTEE_SMC_RETURN_OK);
	return client_arg(c)->ret;
}

/* Has the enumeration pseudo TA write its one UUID into registered memory. */
static uint32_t list_devices(struct client *c, uint32_t session, uint64_t cookie, uint64_t offset,
			     uint64_t size)
{
	struct osim_msg_arg *arg = client_msg(c, OPTEE_MSG_CMD_INVOKE_COMMAND, 1);

	arg->session = session;
	client_param(c, 0)->attr = OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT;
	client_param(c, 0)->u.rmem = (struct osim_msg_param_rmem){offset, size, cookie};
	assert_int_equal(client_call(c), OPTEE_SMC_RETURN_OK);
	return arg->ret;
}

static void registered_memory_of_many_pages_is_reached_through_its_list(void **state)
{
	static const size_t counts[] = {1, 2, 511, 512, 1100};
	struct client c = {0};
	uint32_t session;

	(void)state;
	client_start(&c);
	session = client_open(&c, devices_uuid, TEE_LOGIN_PUBLIC);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct buffer b = buffer_new(&c, counts[i]);
		uint64_t list_pa = osim_mem_pa(c.m, b.list), size = counts[i] * CLIENT_PAGE - 100;
		/* The list begins 100 bytes into the first page, which is the last one in memory.
		 */
		unsigned char *first = b.all + (counts[i] - 1) * CLIENT_PAGE + 100;

		assert_int_equal(reg(&c, NONCONTIG_OUT, list_pa + 100, size, 0x1000 + i),
				 TEE_SUCCESS);
		assert_int_equal(list_devices(&c, session, 0x1000 + i, 0, 16), TEE_SUCCESS);
		assert_int_equal(first[0], 0xd9);
		assert_int_equal(first[15], 0x1b);
		assert_int_equal(list_devices(&c, session, 0x1000 + i, size - 16, 16), TEE_SUCCESS);
		assert_int_equal(b.all[CLIENT_PAGE - 16], 0xd9);
		if (counts[i] > 1) {
			/* Across two pages that do not follow each other in memory. */
			assert_int_equal(list_devices(&c, session, 0x1000 + i,
						      CLIENT_PAGE - 100 - 8, 16),
					 0);
			assert_int_equal(b.all[(counts[i] - 1) * CLIENT_PAGE + CLIENT_PAGE - 8],
					 0xd9);
			assert_int_equal(b.all[(counts[i] - 2) * CLIENT_PAGE + 7], 0x1b);
		}
		assert_int_equal(list_devices(&c, session, 0x1000 + i, size - 15, 16),
				 TEE_ERROR_SECURITY);
		assert_int_equal(list_devices(&c, session, 0x1000 + i, UINT64_MAX, 16),
				 TEE_ERROR_SECURITY);
		assert_int_equal(unreg(&c, 0x1000 + i), TEE_SUCCESS);
		assert_int_equal(list_devices(&c, session, 0x1000 + i, 0, 16),
				 TEE_ERROR_BAD_PARAMETERS);
		buffer_free(&c, &b);
	}
	client_stop(&c);
}

static void lists_that_make_no_sense_are_refused(void **state)
{
	struct client c = {0};
	struct buffer b;
	uint64_t pa;

	(void)state;
	client_start(&c);
	b = buffer_new(&c, 600);
	pa = osim_mem_pa(c.m, b.list);
	assert_int_equal(reg(&c, NONCONTIG_OUT, pa, 0, 1), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(reg(&c, NONCONTIG_OUT, pa + 8, UINT64_MAX, 1), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(reg(&c, NONCONTIG_OUT, pa, 1ull << 52, 1), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(reg(&c, NONCONTIG_OUT, 0x0e100000, 4096, 1), TEE_ERROR_BAD_PARAMETERS);
	/* More entries than there are list pages: the next one is at address 0. */
	assert_int_equal(reg(&c, NONCONTIG_OUT, pa, 1100 * CLIENT_PAGE, 1),
			 TEE_ERROR_BAD_PARAMETERS);
	b.list[5] += 8;
	assert_int_equal(reg(&c, NONCONTIG_OUT, pa, 600 * CLIENT_PAGE, 1),
			 TEE_ERROR_BAD_PARAMETERS);
	b.list[5] = 0x0e100000;
	assert_int_equal(reg(&c, NONCONTIG_OUT, pa, 600 * CLIENT_PAGE, 1),
			 TEE_ERROR_BAD_PARAMETERS);
	b.list[5] = b.list[4];
	b.list[LIST_ENTRIES] += 4;
	assert_int_equal(reg(&c, NONCONTIG_OUT, pa, 600 * CLIENT_PAGE, 1),
			 TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(unreg(&c, 1), TEE_ERROR_BAD_PARAMETERS);
	buffer_free(&c, &b);
	client_stop(&c);
}

/* A list page that names itself ends with the size, and the size has an end. */
static void list_that_loops_is_bounded(void **state)
{
	struct client c = {0};
	struct buffer b;
	uint64_t pa;

	(void)state;
	client_start(&c);
	b = buffer_new(&c, 511);
	pa = osim_mem_pa(c.m, b.list);
	b.list[LIST_ENTRIES] = pa;
	assert_int_equal(reg(&c, NONCONTIG_OUT, pa, 5000ull * CLIENT_PAGE, 1), TEE_SUCCESS);
	assert_int_equal(unreg(&c, 1), TEE_SUCCESS);
	assert_int_equal(reg(&c, NONCONTIG_OUT, pa, 1ull << 40, 1), TEE_ERROR_BAD_PARAMETERS);
	buffer_free(&c, &b);
	client_stop(&c);
}

static void attributes_of_register_depend_on_the_profile(void **state)
{
	(void)state;
	for (int profile = 0; profile < 2; profile++) {
		uint32_t otherwise =
			profile == OSIM_PROFILE_ABI ? TEE_SUCCESS : TEE_ERROR_BAD_PARAMETERS;
		struct client c = {.secure = {.profile = (enum osim_profile)profile}};
		struct buffer b;
		uint64_t pa;

		client_start(&c);
		b = buffer_new(&c, 1);
		pa = osim_mem_pa(c.m, b.list);
		assert_int_equal(reg(&c, NONCONTIG_OUT, pa, 4096, 1), TEE_SUCCESS);
		assert_int_equal(reg(&c, OPTEE_MSG_ATTR_TYPE_TMEM_INPUT | OPTEE_MSG_ATTR_NONCONTIG,
				     pa, 4096, 2),
				 otherwise);
		assert_int_equal(reg(&c, OPTEE_MSG_ATTR_TYPE_TMEM_INPUT, b.list[0], 4096, 3),
				 otherwise);
		assert_int_equal(reg(&c, OPTEE_MSG_ATTR_TYPE_TMEM_INOUT | OPTEE_MSG_ATTR_NONCONTIG,
				     pa, 4096, 4),
				 TEE_ERROR_BAD_PARAMETERS);
		assert_int_equal(reg(&c, NONCONTIG_OUT | OPTEE_MSG_ATTR_META, pa, 4096, 5),
				 TEE_ERROR_BAD_PARAMETERS);
		buffer_free(&c, &b);
		client_stop(&c);
	}
}

static void numbers_of_parameters_other_than_one_are_refused(void **state)
{
	struct client c = {0};

	(void)state;
	client_start(&c);
	client_msg(&c, OPTEE_MSG_CMD_REGISTER_SHM, 0);
	assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_OK);
	assert_int_equal(client_arg(&c)->ret, TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(client_arg(&c)->ret_origin, 0);
	client_msg(&c, OPTEE_MSG_CMD_UNREGISTER_SHM, 2);
	assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_OK);
	assert_int_equal(client_arg(&c)->ret, TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(client_arg(&c)->ret_origin, TEE_ORIGIN_TEE);
	client_stop(&c);
}

static void cookie_registered_twice_is_unregistered_twice(void **state)
{
	struct client c = {0};
	struct buffer b;
	uint64_t pa;

	(void)state;
	client_start(&c);
	b = buffer_new(&c, 2);
	pa = osim_mem_pa(c.m, b.list);
	assert_int_equal(reg(&c, NONCONTIG_OUT, pa, 4096, 7), TEE_SUCCESS);
	assert_int_equal(reg(&c, NONCONTIG_OUT, pa, 8192, 7), TEE_SUCCESS);
	assert_int_equal(unreg(&c, 7), TEE_SUCCESS);
	assert_int_equal(unreg(&c, 7), TEE_SUCCESS);
	assert_int_equal(unreg(&c, 7), TEE_ERROR_BAD_PARAMETERS);
	buffer_free(&c, &b);
	client_stop(&c);
}

/* A message in registered memory, at an offset, across pages. */
static void message_in_registered_memory_is_found_by_cookie(void **state)
{
	const struct osim_msg_arg arg = {
		.cmd = OPTEE_MSG_CMD_INVOKE_COMMAND, .session = 77, .num_params = 1};
	uint32_t offset = CLIENT_PAGE - 16;
	struct client c = {0};
	struct buffer b;
	unsigned char *end;

	(void)state;
	client_start(&c);
	b = buffer_new(&c, 3);
	assert_int_equal(
		reg(&c, NONCONTIG_OUT, osim_mem_pa(c.m, b.list), 3 * CLIENT_PAGE, 0x123456789a), 0);
	memcpy(b.all + 3 * CLIENT_PAGE - 16, &arg, 16);
	memcpy(b.all + CLIENT_PAGE, (const unsigned char *)&arg + 16, 16);
	assert_int_equal(client_smc(&c, OPTEE_SMC_CALL_WITH_REGD_ARG, 0x12, 0x3456789a, offset), 0);
	client_expect(&c, 0, 0, 0);
	end = b.all + CLIENT_PAGE;
	assert_int_equal(((uint32_t *)(void *)end)[1], TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(((uint32_t *)(void *)end)[2], TEE_ORIGIN_TEE);
	assert_int_equal(client_smc(&c, OPTEE_SMC_CALL_WITH_REGD_ARG, 0x12, 0x3456789a, offset + 4),
			 4);
	assert_int_equal(client_smc(&c, OPTEE_SMC_CALL_WITH_REGD_ARG, 0x12, 0x3456789b, offset), 4);
	assert_int_equal(client_smc(&c, OPTEE_SMC_CALL_WITH_REGD_ARG, 0x12, 0x3456789a,
				    3 * CLIENT_PAGE - 32),
			 4);
	assert_int_equal(client_smc(&c, OPTEE_SMC_CALL_WITH_REGD_ARG, 0x12, 0x3456789a, 0xffffffe0),
			 4);
	buffer_free(&c, &b);
	client_stop(&c);
}

/* The user waits for a value with memory 7 in hand, c for the user. */
static void unregister_in_use(struct client *c, struct client *user, uint32_t session)
{
	client_msg(user, OPTEE_MSG_CMD_INVOKE_COMMAND, 2)->session = session;
	client_arg(user)->func = OSIM_PTA_RPC_WAIT;
	client_param(user, 0)->attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	client_param(user, 1)->attr = OPTEE_MSG_ATTR_TYPE_RMEM_INPUT;
	client_param(user, 1)->u.rmem.shm_ref = 7;
	assert_int_equal(client_call_rpc(user), OPTEE_SMC_RETURN_RPC_CMD);
	unreg_msg(c, 7);
	assert_int_equal(client_call_rpc(c), OPTEE_SMC_RETURN_RPC_CMD);
}

static void unregister_waits_for_a_call_that_uses_the_memory(void **state)
{
	struct client user = {0}, c;
	struct buffer b;
	uint32_t session;

	(void)state;
	client_start(&user);
	c = user;
	c.page = osim_mem_alloc(user.m, CLIENT_PAGE);
	c.page_pa = osim_mem_pa(user.m, c.page);
	b = buffer_new(&c, 1);
	session = client_open(&c, rpc_uuid, TEE_LOGIN_PUBLIC);
	assert_int_equal(reg(&c, NONCONTIG_OUT, osim_mem_pa(c.m, b.list), 4096, 7), TEE_SUCCESS);
	unregister_in_use(&c, &user, session);
	assert_int_equal(client_rpc_param(&c, 0)->u.value.a, OPTEE_RPC_NOTIFICATION_WAIT);
	assert_int_equal(client_rpc_param(&c, 0)->u.value.b, 65);
	client_rpc_arg(&user)->ret = TEE_SUCCESS;
	assert_int_equal(client_resume(&user), OPTEE_SMC_RETURN_RPC_CMD);
	assert_int_equal(client_rpc_param(&user, 0)->u.value.a, OPTEE_RPC_NOTIFICATION_SEND);
	assert_int_equal(client_rpc_param(&user, 0)->u.value.b, 65);
	assert_int_equal(client_resume(&user), OPTEE_SMC_RETURN_OK);
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_OK);
	assert_int_equal(client_arg(&c)->ret, TEE_SUCCESS);
	assert_int_equal(unreg(&c, 7), TEE_ERROR_BAD_PARAMETERS);
	buffer_free(&c, &b);
	osim_mem_free(c.m, c.page, CLIENT_PAGE);
	client_stop(&user);
}

/* What a parameter's attribute has besides its type makes OP-TEE forget that it holds the memory.
 */
static void memory_of_a_parameter_with_flags_is_never_let_go(void **state)
{
	struct client c = {0};
	struct buffer b;
	uint32_t session;
	uint64_t pa;

	(void)state;
	client_start(&c);
	session = client_open(&c, devices_uuid, TEE_LOGIN_PUBLIC);
	b = buffer_new(&c, 1);
	pa = osim_mem_pa(c.m, b.list);
	assert_int_equal(reg(&c, NONCONTIG_OUT, pa, 4096, 7), TEE_SUCCESS);
	/* A page list under the same cookie hides what was registered, for good. */
	client_msg(&c, OPTEE_MSG_CMD_INVOKE_COMMAND, 1)->session = session;
	client_param(&c, 0)->attr = NONCONTIG_OUT;
	client_param(&c, 0)->u.tmem = (struct osim_msg_param_tmem){pa, 16, 7};
	assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_OK);
	assert_int_equal(client_arg(&c)->ret, TEE_SUCCESS);
	assert_int_equal(unreg(&c, 7), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(list_devices(&c, session, 7, 0, 16), TEE_SUCCESS);
	/* Registered memory is waited for in vain. */
	assert_int_equal(reg(&c, NONCONTIG_OUT, pa, 4096, 8), TEE_SUCCESS);
	client_msg(&c, OPTEE_MSG_CMD_INVOKE_COMMAND, 1)->session = session;
	client_param(&c, 0)->attr = OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT | 1ull << 32;
	client_param(&c, 0)->u.rmem = (struct osim_msg_param_rmem){0, 16, 8};
	assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_OK);
	assert_int_equal(client_arg(&c)->ret, TEE_SUCCESS);
	unreg_msg(&c, 8);
	assert_int_equal(client_call_rpc(&c), OPTEE_SMC_RETURN_RPC_CMD);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(client_rpc_param(&c, 0)->u.value.a, OPTEE_RPC_NOTIFICATION_WAIT);
		client_rpc_arg(&c)->ret = TEE_SUCCESS;
		assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_RPC_CMD);
	}
	buffer_free(&c, &b);
	client_stop(&c);
}

/* The last user has let go, and tells the one that unregisters: there is nothing left to hold. */
static void memory_used_in_the_middle_of_unregistering_is_a_panic(void **state)
{
	struct client c = {.secure = {.thread_count = 3}}, user;
	struct osim_regs r;
	struct buffer b;
	uint32_t session;

	(void)state;
	client_start(&c);
	user = c;
	user.page = osim_mem_alloc(c.m, CLIENT_PAGE);
	user.page_pa = osim_mem_pa(c.m, user.page);
	b = buffer_new(&c, 1);
	session = client_open(&c, rpc_uuid, TEE_LOGIN_PUBLIC);
	assert_int_equal(reg(&c, NONCONTIG_OUT, osim_mem_pa(c.m, b.list), 4096, 7), TEE_SUCCESS);
	unregister_in_use(&c, &user, session);
	/* Until then it can still be used. */
	assert_int_equal(client_smc(&c, OPTEE_SMC_CALL_WITH_REGD_ARG, 0, 7, 0),
			 OPTEE_SMC_RETURN_OK);
	client_rpc_arg(&user)->ret = TEE_SUCCESS;
	assert_int_equal(client_resume(&user), OPTEE_SMC_RETURN_RPC_CMD);
	assert_int_equal(client_rpc_param(&user, 0)->u.value.a, OPTEE_RPC_NOTIFICATION_SEND);
	r = (struct osim_regs){{OPTEE_SMC_CALL_WITH_REGD_ARG, 0, 7}};
	assert_int_equal(osim_invoke(c.m, &r), -EIO);
	assert_int_equal(osim_finding_count(c.m), 1);
	assert_string_equal(osim_finding_get(c.m, 0)->id, "secure.panic");
	buffer_free(&c, &b);
	osim_mem_free(c.m, user.page, CLIENT_PAGE);
	client_stop(&c);
}

static void memory_given_back_while_registered_is_a_finding(void **state)
{
	struct client c = {0};
	struct buffer b;
	uint32_t session;

	(void)state;
	if (__asan_region_is_poisoned) {
		print_message("the sanitizer ends the program where a finding would be made\n");
		skip();
	}
	client_start(&c);
	session = client_open(&c, devices_uuid, TEE_LOGIN_PUBLIC);
	b = buffer_new(&c, 1);
	assert_int_equal(reg(&c, NONCONTIG_OUT, osim_mem_pa(c.m, b.list), 4096, 7), TEE_SUCCESS);
	buffer_free(&c, &b);
	assert_int_equal(list_devices(&c, session, 7, 0, 16), TEE_SUCCESS);
	assert_true(osim_finding_count(c.m) > 0);
	client_stop(&c);
}

static void ten_thousand_buffers_are_all_found(void **state)
{
	enum { COUNT = 10000 };
	struct client c = {0};
	struct buffer b;
	uint64_t pa;

	(void)state;
	client_start(&c);
	b = buffer_new(&c, 1);
	pa = osim_mem_pa(c.m, b.list);
	for (uint64_t i = 0; i < COUNT; i++)
		assert_int_equal(reg(&c, NONCONTIG_OUT, pa, 4096, i << 6), TEE_SUCCESS);
	for (uint64_t i = COUNT; --i;)
		assert_int_equal(unreg(&c, i << 6), TEE_SUCCESS);
	assert_int_equal(unreg(&c, 64), TEE_ERROR_BAD_PARAMETERS);
	buffer_free(&c, &b);
	client_stop(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registered_memory_of_many_pages_is_reached_through_its_list),
		cmocka_unit_test(lists_that_make_no_sense_are_refused),
		cmocka_unit_test(list_that_loops_is_bounded),
		cmocka_unit_test(attributes_of_register_depend_on_the_profile),
		cmocka_unit_test(numbers_of_parameters_other_than_one_are_refused),
		cmocka_unit_test(cookie_registered_twice_is_unregistered_twice),
		cmocka_unit_test(message_in_registered_memory_is_found_by_cookie),
		cmocka_unit_test(unregister_waits_for_a_call_that_uses_the_memory),
		cmocka_unit_test(memory_of_a_parameter_with_flags_is_never_let_go),
		cmocka_unit_test(memory_used_in_the_middle_of_unregistering_is_a_panic),
		cmocka_unit_test(memory_given_back_while_registered_is_a_finding),
		cmocka_unit_test(ten_thousand_buffers_are_all_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
