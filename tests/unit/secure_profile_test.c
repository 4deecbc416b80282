/* SPDX-License-Identifier: BSD-2-Clause */
#include "secure_client.h"

#include <errno.h>

#include "secure/profile.h"

/* What a machine of this profile answers where the row says that profiles differ, in the words of
 * the row's values. */
typedef uint32_t observe_fn(struct client *c);

static uint32_t async_off(struct client *c)
{
	uint32_t a0 = (uint32_t)client_fast(c, OPTEE_SMC_ENABLE_ASYNC_NOTIF);

	assert_int_equal(client_fast(c, OPTEE_SMC_GET_ASYNC_NOTIF_VALUE), a0);
	return a0;
}

static uint32_t caps_refused(struct client *c)
{
	assert_int_equal(client_smc(c, OPTEE_SMC_EXCHANGE_CAPABILITIES, 2, 0, 0),
			 OPTEE_SMC_RETURN_ENOTAVAIL);
	return c->r.a[1] == c->secure.caps;
}

static uint32_t yield_unknown(struct client *c)
{
	return (uint32_t)client_fast(c, 0x320000ff);
}

static uint32_t rejected(struct client *c)
{
	return client_fast(c, 0xb2020011) == UINT64_MAX;
}

static uint32_t revision_wide(struct client *c)
{
	client_fast(c, OPTEE_SMC_CALL_GET_OS_REVISION);
	return c->r.a[2] > UINT32_MAX;
}

/* Leaves a message of an RPC in the cache and takes it back. */
static uint32_t cookie_wide(struct client *c)
{
	static const uint8_t uuid[16] = OSIM_PTA_RPC_UUID;
	uint32_t session = client_open(c, uuid, TEE_LOGIN_PUBLIC);

	client_fast(c, OPTEE_SMC_ENABLE_SHM_CACHE);
	client_msg(c, OPTEE_MSG_CMD_INVOKE_COMMAND, 1)->session = session;
	client_arg(c)->func = OSIM_PTA_RPC_SEND;
	client_param(c, 0)->attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	assert_int_equal(client_call(c), OPTEE_SMC_RETURN_RPC_ALLOC);
	c->r = (struct osim_regs){{OPTEE_SMC_CALL_RETURN_FROM_RPC, 0, 0x42000000, 0, 7, 8, 0, 0}};
	assert_int_equal(osim_invoke(c->m, &c->r), 0);
	assert_int_equal(client_resume(c), OPTEE_SMC_RETURN_OK);
	assert_int_equal(client_fast(c, OPTEE_SMC_DISABLE_SHM_CACHE), OPTEE_SMC_RETURN_OK);
	assert_int_equal(c->r.a[1], 7);
	assert_int_equal((uint32_t)c->r.a[2], 8);
	return c->r.a[2] > UINT32_MAX;
}

static uint32_t protmem_off(struct client *c)
{
	return (uint32_t)client_fast(c, OPTEE_SMC_GET_PROTMEM_CONFIG);
}

static uint32_t busy_regs(struct client *c)
{
	assert_int_equal(client_smc(c, OPTEE_SMC_CALL_RETURN_FROM_RPC, 0x11, 0x22, 0x33),
			 OPTEE_SMC_RETURN_ERESUME);
	return c->r.a[1] == 0x11 && c->r.a[2] == 0x22 && c->r.a[3] == 0x33;
}

static uint32_t num_params(struct client *c)
{
	client_msg(c, OPTEE_MSG_CMD_STOP_ASYNC_NOTIF, 128);
	return (uint32_t)client_call(c);
}

static uint32_t register_attr(struct client *c)
{
	client_msg(c, OPTEE_MSG_CMD_REGISTER_SHM, 1);
	client_param(c, 0)->attr = OPTEE_MSG_ATTR_TYPE_TMEM_INPUT;
	client_param(c, 0)->u.tmem = (struct osim_msg_param_tmem){c->page_pa, CLIENT_PAGE, 1};
	assert_int_equal(client_call(c), OPTEE_SMC_RETURN_OK);
	return client_arg(c)->ret == TEE_SUCCESS;
}

/* A page list is given with a parameter, and its cookie is used by itself afterwards. */
static uint32_t param_flags(struct client *c)
{
	static const uint8_t uuid[16] = OSIM_PTA_SYSTEM_UUID;
	uint32_t session = client_open(c, uuid, TEE_LOGIN_PUBLIC);
	uint64_t *list = osim_mem_alloc(c->m, CLIENT_PAGE);
	struct osim_msg_param_tmem tmem = {osim_mem_pa(c->m, list), 16, 9};

	list[0] = tmem.buf_ptr;
	for (unsigned int i = 0; i < 2; i++) {
		client_msg(c, OPTEE_MSG_CMD_INVOKE_COMMAND, 2)->session = session;
		client_arg(c)->func = OSIM_PTA_SYSTEM_LOGIN;
		client_param(c, 0)->attr = OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT;
		client_param(c, 1)->attr =
			OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT | OPTEE_MSG_ATTR_NONCONTIG;
		client_param(c, 1)->u.tmem = tmem;
		if (i) {
			client_param(c, 1)->attr = OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT;
			client_param(c, 1)->u.rmem = (struct osim_msg_param_rmem){0, 16, 9};
		}
		assert_int_equal(client_call(c), OPTEE_SMC_RETURN_OK);
		assert_true(i || client_arg(c)->ret == TEE_SUCCESS);
	}
	osim_mem_free(c->m, list, CLIENT_PAGE);
	return client_arg(c)->ret == TEE_SUCCESS;
}

static uint32_t reclaim_value(struct client *c)
{
	void *page = osim_mem_alloc(c->m, CLIENT_PAGE);
	uint64_t pa = osim_mem_pa(c->m, page);
	uint32_t ret;

	client_msg(c, OPTEE_MSG_CMD_LEND_PROTMEM, 2);
	client_param(c, 0)->attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	client_param(c, 0)->u.value.a = OPTEE_MSG_PROTMEM_TRUSTED_UI;
	client_param(c, 1)->attr = OPTEE_MSG_ATTR_TYPE_TMEM_INPUT;
	client_param(c, 1)->u.tmem = (struct osim_msg_param_tmem){pa, CLIENT_PAGE, 7};
	assert_int_equal(client_call(c), OPTEE_SMC_RETURN_OK);
	assert_int_equal(client_arg(c)->ret, TEE_SUCCESS);
	client_msg(c, OPTEE_MSG_CMD_RECLAIM_PROTMEM, 1);
	client_param(c, 0)->attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	client_param(c, 0)->u.value.a = 7;
	assert_int_equal(client_call(c), OPTEE_SMC_RETURN_OK);
	ret = client_arg(c)->ret;
	client_param(c, 0)->attr = OPTEE_MSG_ATTR_TYPE_RMEM_INPUT;
	client_param(c, 0)->u.rmem.shm_ref = 7;
	assert_int_equal(client_call(c), OPTEE_SMC_RETURN_OK);
	/* Either way it has come back once. */
	assert_int_equal(!client_arg(c)->ret, ret != TEE_SUCCESS);
	osim_mem_free(c->m, page, CLIENT_PAGE);
	return ret == TEE_SUCCESS;
}

static uint32_t l2cc_off(struct client *c)
{
	return (uint32_t)client_fast(c, OPTEE_SMC_L2CC_MUTEX);
}

static uint32_t boot_off(struct client *c)
{
	return (uint32_t)client_fast(c, OPTEE_SMC_BOOT_SECONDARY);
}

static uint32_t firmware(struct client *c)
{
	return client_fast(c, 0x80000000) == 0x00010005 && client_fast(c, 0x84000000) == 0x00010001;
}

static uint32_t shm_off(struct client *c)
{
	return (uint32_t)client_fast(c, OPTEE_SMC_GET_SHM_CONFIG);
}

/* Each in a machine of its own, which may be lost. */
static uint32_t switch_no_guest(struct client *c)
{
	static const uint32_t ids[] = {OPTEE_SMC_ENABLE_SHM_CACHE, OPTEE_SMC_DISABLE_SHM_CACHE};
	struct osim_regs r = {{OPTEE_SMC_ENABLE_ASYNC_NOTIF}};
	bool refused = osim_invoke(c->m, &r) == 0 && r.a[0] == OPTEE_SMC_RETURN_ENOTAVAIL;

	for (unsigned int i = 0; i < 2; i++) {
		struct client other = {.secure = c->secure};

		client_start(&other);
		r = (struct osim_regs){{ids[i]}};
		assert_int_equal(osim_invoke(other.m, &r), refused ? 0 : -EIO);
		assert_true(!refused || r.a[0] == OPTEE_SMC_RETURN_ENOTAVAIL);
		client_stop(&other);
	}
	return refused;
}

static const struct {
	observe_fn *observe;
	uint32_t caps, guests_max;
} rows[OSIM__DIFF_COUNT] = {
	[OSIM__DIFF_ASYNC_OFF] = {async_off, 0xd5, 0},
	[OSIM__DIFF_CAPS_REFUSED] = {caps_refused, 0xf5, 0},
	[OSIM__DIFF_YIELD_UNKNOWN] = {yield_unknown, 0, 0},
	[OSIM__DIFF_REJECTED] = {rejected, 0, 0},
	[OSIM__DIFF_REVISION_WIDE] = {revision_wide, 0, 0},
	[OSIM__DIFF_COOKIE_WIDE] = {cookie_wide, 0, 0},
	[OSIM__DIFF_PROTMEM_OFF] = {protmem_off, 0, 0},
	[OSIM__DIFF_BUSY_REGS] = {busy_regs, 0, 0},
	[OSIM__DIFF_NUM_PARAMS] = {num_params, 0, 0},
	[OSIM__DIFF_REGISTER_ATTR] = {register_attr, 0, 0},
	[OSIM__DIFF_PARAM_FLAGS] = {param_flags, 0, 0},
	[OSIM__DIFF_RECLAIM_VALUE] = {reclaim_value, 0xf5 | OPTEE_SMC_SEC_CAP_DYNAMIC_PROTMEM, 0},
	[OSIM__DIFF_L2CC_OFF] = {l2cc_off, 0, 0},
	[OSIM__DIFF_BOOT_OFF] = {boot_off, 0, 0},
	[OSIM__DIFF_FIRMWARE] = {firmware, 0, 0},
	[OSIM__DIFF_SHM_OFF] = {shm_off, 0xf4, 0},
	[OSIM__DIFF_SWITCH_NO_GUEST] = {switch_no_guest, 0, 1},
};

static void each_row_says_what_a_machine_answers(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < OSIM__DIFF_COUNT; i++) {
		for (int profile = 0; profile < 2; profile++) {
			struct client c = {.secure = {.profile = (enum osim_profile)profile,
						      .caps = rows[i].caps,
						      .guests_max = rows[i].guests_max}};
			uint32_t answer;

			client_start(&c);
			answer = rows[i].observe(&c);
			if (answer != osim__profile_rows[i].value[profile])
				fail_msg("%s, profile %d: %#x", osim__profile_rows[i].id, profile,
					 answer);
			client_stop(&c);
		}
	}
}

static void rows_are_complete_and_unique(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < OSIM__DIFF_COUNT; i++) {
		const struct osim__profile_row *row = &osim__profile_rows[i];

		assert_non_null(row->id);
		assert_non_null(row->where);
		assert_non_null(row->question);
		assert_int_not_equal(row->value[0], row->value[1]);
		for (unsigned int j = 0; j < i; j++)
			assert_string_not_equal(row->id, osim__profile_rows[j].id);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_says_what_a_machine_answers),
		cmocka_unit_test(rows_are_complete_and_unique),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
