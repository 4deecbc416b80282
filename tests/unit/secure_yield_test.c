/* SPDX-License-Identifier: BSD-2-Clause */
#include "secure_client.h"

static void call_at(struct client *c, uint32_t id, uint64_t pa, uint32_t a0)
{
	assert_int_equal(client_smc(c, id, pa >> 32, (uint32_t)pa, 0xa3a3), a0);
	client_expect(c, 0, 0, 0);
}

static void message_addresses_are_checked(void **state)
{
	static const uint64_t bad[] = {
		0, 0x0e100000, 0x09000000, 0x200000000, 0xfffffffffffff000, 0x42000004, 0x421ffff0};
	struct client c = {0};

	(void)state;
	client_start(&c);
	client_msg(&c, OPTEE_MSG_CMD_STOP_ASYNC_NOTIF, 0);
	call_at(&c, OPTEE_SMC_CALL_WITH_ARG, c.page_pa, OPTEE_SMC_RETURN_OK);
	call_at(&c, OPTEE_SMC_CALL_WITH_ARG, c.page_pa + 8, OPTEE_SMC_RETURN_EBADADDR);
	call_at(&c, OPTEE_SMC_CALL_WITH_ARG, c.page_pa + CLIENT_PAGE * 1000ull,
		OPTEE_SMC_RETURN_EBADADDR);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		call_at(&c, OPTEE_SMC_CALL_WITH_ARG, bad[i], OPTEE_SMC_RETURN_EBADADDR);
		call_at(&c, OPTEE_SMC_CALL_WITH_RPC_ARG, bad[i], OPTEE_SMC_RETURN_EBADADDR);
	}
	client_stop(&c);
}

static void secure_memory_is_no_place_for_a_message(void **state)
{
	struct client c = {0};

	(void)state;
	client_start(&c);
	assert_int_equal(osim_mem_map(c.m, 0x0e100000, 0x1000, NULL, OSIM_REGION_SECURE), 0);
	call_at(&c, OPTEE_SMC_CALL_WITH_ARG, 0x0e100000, OPTEE_SMC_RETURN_EBADADDR);
	client_stop(&c);
}

static void reserved_memory_holds_messages_that_fit(void **state)
{
	const struct osim_msg_arg arg = {.cmd = OPTEE_MSG_CMD_STOP_ASYNC_NOTIF};
	const struct osim_msg_arg one = {.cmd = OPTEE_MSG_CMD_STOP_ASYNC_NOTIF, .num_params = 1};
	struct client c = {0};

	(void)state;
	client_start(&c);
	assert_int_equal(osim_mem_write(c.m, 0x42000008, &arg, sizeof(arg)), 0);
	call_at(&c, OPTEE_SMC_CALL_WITH_ARG, 0x42000008, OPTEE_SMC_RETURN_OK);
	call_at(&c, OPTEE_SMC_CALL_WITH_RPC_ARG, 0x42000008, OPTEE_SMC_RETURN_OK);
	assert_int_equal(osim_mem_write(c.m, 0x421fffe0, &arg, sizeof(arg)), 0);
	call_at(&c, OPTEE_SMC_CALL_WITH_ARG, 0x421fffe0, OPTEE_SMC_RETURN_OK);
	call_at(&c, OPTEE_SMC_CALL_WITH_RPC_ARG, 0x421fffe0, OPTEE_SMC_RETURN_EBADADDR);
	assert_int_equal(osim_mem_write(c.m, 0x421fffe0, &one, sizeof(one)), 0);
	call_at(&c, OPTEE_SMC_CALL_WITH_ARG, 0x421fffe0, OPTEE_SMC_RETURN_EBADADDR);
	client_stop(&c);
}

static void without_dynamic_memory_only_reserved_memory_is_taken(void **state)
{
	const struct osim_msg_arg arg = {.cmd = OPTEE_MSG_CMD_STOP_ASYNC_NOTIF};
	struct client c = {.secure = {.caps = 0x31}};

	(void)state;
	client_start(&c);
	client_msg(&c, OPTEE_MSG_CMD_STOP_ASYNC_NOTIF, 0);
	call_at(&c, OPTEE_SMC_CALL_WITH_ARG, c.page_pa, OPTEE_SMC_RETURN_EBADADDR);
	assert_int_equal(osim_mem_write(c.m, 0x42000000, &arg, sizeof(arg)), 0);
	call_at(&c, OPTEE_SMC_CALL_WITH_ARG, 0x42000000, OPTEE_SMC_RETURN_OK);
	call_at(&c, OPTEE_SMC_CALL_WITH_RPC_ARG, 0x42000000, OPTEE_SMC_RETURN_EBADCMD);
	client_stop(&c);
}

static void parameters_must_fit_into_the_page(void **state)
{
	static const struct {
		uint32_t num_params, with_arg, with_rpc_arg;
	} cases[] = {
		{0, 0, 0},   {6, 0, 0},	  {122, 0, 0},	   {123, 0, 4},
		{127, 0, 4}, {128, 4, 4}, {0x10000, 4, 4}, {UINT32_MAX, 4, 4},
	};
	struct client c = {0};

	(void)state;
	client_start(&c);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		client_msg(&c, OPTEE_MSG_CMD_STOP_ASYNC_NOTIF, cases[i].num_params);
		call_at(&c, OPTEE_SMC_CALL_WITH_ARG, c.page_pa, cases[i].with_arg);
		call_at(&c, OPTEE_SMC_CALL_WITH_RPC_ARG, c.page_pa, cases[i].with_rpc_arg);
	}
	client_stop(&c);
}

static void unknown_commands_leave_the_message_alone(void **state)
{
	static const uint32_t cmds[] = {8, 9, 10, 11, 12, 0x100, UINT32_MAX};
	struct client c = {0};

	(void)state;
	client_start(&c);
	for (size_t i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++) {
		client_msg(&c, cmds[i], 0)->ret = 0x5a5a5a5a;
		call_at(&c, OPTEE_SMC_CALL_WITH_ARG, c.page_pa, OPTEE_SMC_RETURN_EBADCMD);
		assert_int_equal(client_arg(&c)->ret, 0x5a5a5a5a);
	}
	call_at(&c, 0x320000ff, 0, OPTEE_SMC_RETURN_EBADCMD);
	call_at(&c, 0x72000004, c.page_pa, OPTEE_SMC_RETURN_EBADCMD);
	client_stop(&c);
}

/* Opens sessions of the RPC pseudo TA and leaves a call suspended in each of n threads. */
static void suspend(struct client *c, struct client *threads, uint32_t n)
{
	static const uint8_t uuid[16] = OSIM_PTA_RPC_UUID;

	for (uint32_t i = 0; i < n; i++) {
		struct client *t = &threads[i];

		*t = *c;
		t->page = osim_mem_alloc(c->m, CLIENT_PAGE);
		t->page_pa = osim_mem_pa(c->m, t->page);
		client_msg(t, OPTEE_MSG_CMD_INVOKE_COMMAND, 1)->session =
			client_open(c, uuid, TEE_LOGIN_PUBLIC);
		client_arg(t)->func = OSIM_PTA_RPC_WAIT;
		client_param(t, 0)->attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
		client_param(t, 0)->u.value.a = 100 + i;
		assert_int_equal(client_call_rpc(t), OPTEE_SMC_RETURN_RPC_CMD);
		client_expect(t, 0, 0, i);
	}
}

static void finish(struct client *threads, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		assert_int_equal(client_rpc_param(&threads[i], 0)->u.value.b, 100 + i);
		client_rpc_arg(&threads[i])->ret = TEE_SUCCESS;
		assert_int_equal(client_resume(&threads[i]), OPTEE_SMC_RETURN_OK);
		assert_int_equal(client_arg(&threads[i])->ret, TEE_SUCCESS);
		osim_mem_free(threads[i].m, threads[i].page, CLIENT_PAGE);
	}
}

static void thread_limit_comes_before_anything_is_looked_at(void **state)
{
	struct client c = {0}, threads[2];

	(void)state;
	client_start(&c);
	suspend(&c, threads, 2);
	assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_ETHREAD_LIMIT);
	assert_int_equal(client_smc(&c, OPTEE_SMC_CALL_WITH_ARG, 0, 0x0e100000, 0),
			 OPTEE_SMC_RETURN_ETHREAD_LIMIT);
	assert_int_equal(client_smc(&c, 0x320000ff, 0, 0, 0), OPTEE_SMC_RETURN_ETHREAD_LIMIT);
	assert_int_equal(client_smc(&c, OPTEE_SMC_CALL_RETURN_FROM_RPC, 0, 0, 2),
			 OPTEE_SMC_RETURN_ERESUME);
	assert_int_equal(client_fast(&c, OPTEE_SMC_GET_THREAD_COUNT), 0);
	assert_int_equal(client_fast(&c, OPTEE_SMC_DISABLE_SHM_CACHE), OPTEE_SMC_RETURN_EBUSY);
	client_expect(&c, 0xa1a1, 0xa2a2, 0xa3a3);
	assert_int_equal(client_fast(&c, OPTEE_SMC_ENABLE_SHM_CACHE), OPTEE_SMC_RETURN_EBUSY);
	finish(threads, 2);
	assert_int_equal(client_fast(&c, OPTEE_SMC_ENABLE_SHM_CACHE), OPTEE_SMC_RETURN_OK);
	client_stop(&c);
}

static void sixty_four_calls_are_suspended_at_once(void **state)
{
	struct client c = {.secure = {.thread_count = 64}}, threads[64];

	(void)state;
	client_start(&c);
	suspend(&c, threads, 64);
	assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_ETHREAD_LIMIT);
	finish(threads, 64);
	client_stop(&c);
}

static void resume_information_that_was_never_given_is_refused(void **state)
{
	struct client c = {0}, thread;

	(void)state;
	client_start(&c);
	assert_int_equal(client_smc(&c, OPTEE_SMC_CALL_RETURN_FROM_RPC, 0, 0, 0),
			 OPTEE_SMC_RETURN_ERESUME);
	suspend(&c, &thread, 1);
	assert_int_equal(client_smc(&c, OPTEE_SMC_CALL_RETURN_FROM_RPC, 0, 0, 1),
			 OPTEE_SMC_RETURN_ERESUME);
	assert_int_equal(client_smc(&c, OPTEE_SMC_CALL_RETURN_FROM_RPC, 0, 0, 0x80000000),
			 OPTEE_SMC_RETURN_ERESUME);
	/* Only the low half of a3 counts; a1, a2 and a4 on may be anything. */
	client_rpc_arg(&thread)->ret = TEE_SUCCESS;
	assert_int_equal(client_smc(&c, OPTEE_SMC_CALL_RETURN_FROM_RPC, 9, 8, 0x5500000000000000),
			 0);
	assert_int_equal(client_smc(&c, OPTEE_SMC_CALL_RETURN_FROM_RPC, 0, 0, 0),
			 OPTEE_SMC_RETURN_ERESUME);
	osim_mem_free(c.m, thread.page, CLIENT_PAGE);
	client_stop(&c);
}

static void machine_with_suspended_calls_is_freed_without_a_leak(void **state)
{
	struct client c = {0}, threads[2];

	(void)state;
	client_start(&c);
	suspend(&c, threads, 2);
	for (int i = 0; i < 2; i++)
		osim_mem_free(c.m, threads[i].page, CLIENT_PAGE);
	client_stop(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(message_addresses_are_checked),
		cmocka_unit_test(secure_memory_is_no_place_for_a_message),
		cmocka_unit_test(reserved_memory_holds_messages_that_fit),
		cmocka_unit_test(without_dynamic_memory_only_reserved_memory_is_taken),
		cmocka_unit_test(parameters_must_fit_into_the_page),
		cmocka_unit_test(unknown_commands_leave_the_message_alone),
		cmocka_unit_test(thread_limit_comes_before_anything_is_looked_at),
		cmocka_unit_test(sixty_four_calls_are_suspended_at_once),
		cmocka_unit_test(resume_information_that_was_never_given_is_refused),
		cmocka_unit_test(machine_with_suspended_calls_is_freed_without_a_leak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
