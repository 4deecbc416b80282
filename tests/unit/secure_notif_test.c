/* SPDX-License-Identifier: BSD-2-Clause */
#include "secure_client.h"

#include <errno.h>

static struct osim_irq_state line(const struct client *c)
{
	struct osim_irq_state state;

	assert_int_equal(osim_irq_get(c->m, osim_notif_intid(c->m), 0, &state), 0);
	return state;
}

static void get(struct client *c, uint32_t value, uint32_t flags)
{
	assert_int_equal(client_fast(c, OPTEE_SMC_GET_ASYNC_NOTIF_VALUE), OPTEE_SMC_RETURN_OK);
	client_expect(c, value, flags, 0xa3a3);
}

static void get_with_nothing_posted_returns_zeroes(void **state)
{
	struct client c = {0};

	(void)state;
	client_start(&c);
	get(&c, 0, 0);
	assert_false(line(&c).pending);
	client_stop(&c);
}

static void values_posted_out_of_order_come_lowest_first_and_once(void **state)
{
	static const uint32_t posted[] = {9, 2, 66, 31, 2, 0};
	struct client c = {0};

	(void)state;
	client_start(&c);
	for (size_t i = 0; i < sizeof(posted) / sizeof(posted[0]); i++)
		assert_int_equal(osim_post(c.m, posted[i]), 0);
	assert_true(line(&c).pending);
	get(&c, 0, 3);
	get(&c, 2, 3);
	assert_int_equal(osim_post(c.m, 5), 0);
	get(&c, 5, 3);
	get(&c, 9, 3);
	get(&c, 31, 3);
	get(&c, 66, 1);
	get(&c, 0, 0);
	assert_true(line(&c).pending);
	client_stop(&c);
}

static void post_above_the_maximum_is_refused(void **state)
{
	struct client c = {0};

	(void)state;
	c.secure.max_notif_value = 5;
	client_start(&c);
	assert_int_equal(osim_post(c.m, 6), -ERANGE);
	assert_false(line(&c).pending);
	assert_int_equal(osim_post(c.m, 5), 0);
	get(&c, 5, 1);
	client_stop(&c);
}

static void maximum_of_zero_takes_only_value_zero(void **state)
{
	struct client c = {0};

	(void)state;
	c.secure.set = OSIM_SECURE_SET_MAX_NOTIF;
	client_start(&c);
	assert_int_equal(osim_post(c.m, 1), -ERANGE);
	assert_int_equal(osim_post(c.m, 0), 0);
	assert_int_equal(client_smc(&c, OPTEE_SMC_EXCHANGE_CAPABILITIES, 0, 0, 0), 0);
	assert_int_equal(c.r.a[2], 0);
	get(&c, 0, 1);
	client_stop(&c);
}

static void largest_maximum_takes_its_value(void **state)
{
	struct client c = {0};

	(void)state;
	c.secure.max_notif_value = UINT32_MAX;
	client_start(&c);
	assert_int_equal(osim_post(c.m, UINT32_MAX), 0);
	assert_int_equal(osim_post(c.m, UINT32_MAX - 1), 0);
	get(&c, UINT32_MAX - 1, 3);
	get(&c, UINT32_MAX, 1);
	client_stop(&c);
}

static void without_the_capability_calls_are_refused(void **state)
{
	static const uint32_t answer[] = {OPTEE_SMC_RETURN_UNKNOWN_FUNCTION,
					  OPTEE_SMC_RETURN_ENOTAVAIL};

	(void)state;
	for (int profile = 0; profile < 2; profile++) {
		struct client c = {0};

		c.secure.profile = (enum osim_profile)profile;
		c.secure.caps = 0xd5;
		client_start(&c);
		assert_int_equal(client_fast(&c, OPTEE_SMC_ENABLE_ASYNC_NOTIF), answer[profile]);
		client_expect(&c, 0xa1a1, 0xa2a2, 0xa3a3);
		assert_int_equal(client_fast(&c, OPTEE_SMC_GET_ASYNC_NOTIF_VALUE), answer[profile]);
		client_expect(&c, 0xa1a1, 0xa2a2, 0xa3a3);
		assert_int_equal(osim_post(c.m, 1), -ENOTSUP);
		client_msg(&c, OPTEE_MSG_CMD_DO_BOTTOM_HALF, 0);
		assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_EBADCMD);
		client_msg(&c, OPTEE_MSG_CMD_STOP_ASYNC_NOTIF, 0);
		assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_EBADCMD);
		assert_int_equal(client_smc(&c, OPTEE_SMC_EXCHANGE_CAPABILITIES, 0, 0xa2a2, 0xa3a3),
				 0);
		client_expect(&c, 0xd5, 0xa2a2, 4);
		client_stop(&c);
	}
}

/* --- drivers of the secure world --- */

struct counts {
	unsigned int event[3];
	uint32_t wait_for; /* 0: does not wait */
	uint32_t failed;   /* asserts do not work on the stack of a secure thread */
};

static void count_event(void *arg, struct osim_pta_call *call, enum osim_notif_event event)
{
	struct counts *counts = arg;

	counts->event[event]++;
	if (event != OSIM_NOTIF_STARTED && counts->wait_for)
		counts->failed |= osim_pta_notif_wait(call, counts->wait_for, 0);
}

static void add_driver(struct client *c, struct counts *counts)
{
	struct osim_notif_driver d = {
		.size = sizeof(d), .name = "test", .event = count_event, .arg = counts};

	assert_int_equal(osim_notif_driver_register(c->m, &d), 0);
}

static void expect_counts(const struct counts *counts, unsigned int started, unsigned int stopped,
			  unsigned int bottom_halves)
{
	assert_int_equal(counts->failed, 0);
	assert_int_equal(counts->event[OSIM_NOTIF_STARTED], started);
	assert_int_equal(counts->event[OSIM_NOTIF_STOPPED], stopped);
	assert_int_equal(counts->event[OSIM_NOTIF_BOTTOM_HALF], bottom_halves);
}

static void command(struct client *c, uint32_t cmd)
{
	client_msg(c, cmd, 0)->ret = 0x5a5a5a5a;
	assert_int_equal(client_call(c), OPTEE_SMC_RETURN_OK);
	client_expect(c, 0, 0, 0);
	assert_int_equal(client_arg(c)->ret, 0x5a5a5a5a);
}

static void drivers_are_told_only_while_started(void **state)
{
	struct counts counts = {0};
	struct client c = {0};

	(void)state;
	client_start(&c);
	add_driver(&c, &counts);
	command(&c, OPTEE_MSG_CMD_DO_BOTTOM_HALF);
	command(&c, OPTEE_MSG_CMD_STOP_ASYNC_NOTIF);
	expect_counts(&counts, 0, 0, 0);
	assert_int_equal(client_fast(&c, OPTEE_SMC_ENABLE_ASYNC_NOTIF), OPTEE_SMC_RETURN_OK);
	client_expect(&c, 0xa1a1, 0xa2a2, 0xa3a3);
	assert_int_equal(client_fast(&c, OPTEE_SMC_ENABLE_ASYNC_NOTIF), OPTEE_SMC_RETURN_OK);
	command(&c, OPTEE_MSG_CMD_DO_BOTTOM_HALF);
	expect_counts(&counts, 1, 0, 1);
	command(&c, OPTEE_MSG_CMD_STOP_ASYNC_NOTIF);
	command(&c, OPTEE_MSG_CMD_STOP_ASYNC_NOTIF);
	command(&c, OPTEE_MSG_CMD_DO_BOTTOM_HALF);
	expect_counts(&counts, 1, 1, 1);
	client_stop(&c);
}

static void bottom_half_does_not_take_value_zero(void **state)
{
	struct counts counts = {0};
	struct client c = {0};
	unsigned int taken = 0;

	(void)state;
	client_start(&c);
	osim_set_irq_handler(c.m, client_ignore_irq, &taken);
	add_driver(&c, &counts);
	client_fast(&c, OPTEE_SMC_ENABLE_ASYNC_NOTIF);
	assert_int_equal(osim_post(c.m, 0), 0);
	command(&c, OPTEE_MSG_CMD_DO_BOTTOM_HALF);
	assert_int_equal(taken, 1);
	expect_counts(&counts, 1, 0, 1);
	get(&c, 0, 1);
	client_stop(&c);
}

static void expect_wait(struct client *c, uint32_t what, uint32_t value)
{
	assert_int_equal(client_rpc_arg(c)->cmd, OPTEE_RPC_CMD_NOTIFICATION);
	assert_int_equal(client_rpc_param(c, 0)->u.value.a, what);
	assert_int_equal(client_rpc_param(c, 0)->u.value.b, value);
}

/* The second waits in the normal world by 64 + its thread, the first sends that value when it ends.
 */
static void second_bottom_half_waits_for_the_first(void **state)
{
	struct counts counts = {.wait_for = 7};
	struct client first = {0}, second;

	(void)state;
	client_start(&first);
	add_driver(&first, &counts);
	second = first;
	second.page = osim_mem_alloc(first.m, CLIENT_PAGE);
	second.page_pa = osim_mem_pa(first.m, second.page);
	client_fast(&first, OPTEE_SMC_ENABLE_ASYNC_NOTIF);
	client_msg(&first, OPTEE_MSG_CMD_DO_BOTTOM_HALF, 0);
	assert_int_equal(client_call_rpc(&first), OPTEE_SMC_RETURN_RPC_CMD);
	client_expect(&first, 0, 0, 0);
	expect_wait(&first, OPTEE_RPC_NOTIFICATION_WAIT, 7);
	client_msg(&second, OPTEE_MSG_CMD_DO_BOTTOM_HALF, 0);
	assert_int_equal(client_call_rpc(&second), OPTEE_SMC_RETURN_RPC_CMD);
	client_expect(&second, 0, 0, 1);
	expect_wait(&second, OPTEE_RPC_NOTIFICATION_WAIT, 65);
	client_rpc_arg(&second)->ret = TEE_SUCCESS;
	assert_int_equal(client_resume(&second), OPTEE_SMC_RETURN_RPC_CMD);
	expect_wait(&second, OPTEE_RPC_NOTIFICATION_WAIT, 65);
	client_rpc_arg(&first)->ret = TEE_SUCCESS;
	assert_int_equal(client_resume(&first), OPTEE_SMC_RETURN_RPC_CMD);
	expect_wait(&first, OPTEE_RPC_NOTIFICATION_SEND, 65);
	assert_int_equal(client_resume(&first), OPTEE_SMC_RETURN_OK);
	expect_counts(&counts, 1, 0, 1);
	client_rpc_arg(&second)->ret = TEE_SUCCESS;
	assert_int_equal(client_resume(&second), OPTEE_SMC_RETURN_RPC_CMD);
	expect_wait(&second, OPTEE_RPC_NOTIFICATION_WAIT, 7);
	client_rpc_arg(&second)->ret = TEE_SUCCESS;
	assert_int_equal(client_resume(&second), OPTEE_SMC_RETURN_OK);
	expect_counts(&counts, 1, 0, 2);
	osim_mem_free(first.m, second.page, CLIENT_PAGE);
	client_stop(&first);
}

static void enable_during_stop_leaves_it_started(void **state)
{
	struct counts counts = {.wait_for = 7};
	struct client c = {0}, other;

	(void)state;
	client_start(&c);
	add_driver(&c, &counts);
	client_fast(&c, OPTEE_SMC_ENABLE_ASYNC_NOTIF);
	client_msg(&c, OPTEE_MSG_CMD_STOP_ASYNC_NOTIF, 0);
	assert_int_equal(client_call_rpc(&c), OPTEE_SMC_RETURN_RPC_CMD);
	other = c;
	assert_int_equal(client_fast(&other, OPTEE_SMC_ENABLE_ASYNC_NOTIF), OPTEE_SMC_RETURN_OK);
	expect_counts(&counts, 2, 1, 0);
	client_rpc_arg(&c)->ret = TEE_SUCCESS;
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_OK);
	counts.wait_for = 0;
	command(&c, OPTEE_MSG_CMD_DO_BOTTOM_HALF);
	expect_counts(&counts, 2, 1, 1);
	client_stop(&c);
}

static uint32_t alloc_all(void *arg, struct osim_pta_call *call, void *session, uint32_t func,
			  struct osim_pta_param params[4])
{
	uint32_t value;

	(void)arg;
	(void)session;
	(void)func;
	(void)params;
	for (uint32_t i = 1; i <= 63; i++)
		if (osim_pta_value_alloc(call, &value) || value != i)
			return i;
	if (osim_pta_value_alloc(call, &value) != TEE_ERROR_OUT_OF_MEMORY)
		return 64;
	osim_pta_value_free(call, 17);
	return osim_pta_value_alloc(call, &value) || value != 17 ? 65 : TEE_SUCCESS;
}

static void values_are_allocated_lowest_first_up_to_63(void **state)
{
	struct osim_pta pta = {
		.size = sizeof(pta), .uuid = {1}, .name = "alloc", .invoke = alloc_all};
	struct client c = {0};
	uint32_t session;

	(void)state;
	client_start(&c);
	assert_int_equal(osim_pta_register(c.m, &pta), 0);
	session = client_open(&c, pta.uuid, TEE_LOGIN_PUBLIC);
	client_msg(&c, OPTEE_MSG_CMD_INVOKE_COMMAND, 0)->session = session;
	assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_OK);
	assert_int_equal(client_arg(&c)->ret, TEE_SUCCESS);
	client_stop(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(get_with_nothing_posted_returns_zeroes),
		cmocka_unit_test(values_posted_out_of_order_come_lowest_first_and_once),
		cmocka_unit_test(post_above_the_maximum_is_refused),
		cmocka_unit_test(maximum_of_zero_takes_only_value_zero),
		cmocka_unit_test(largest_maximum_takes_its_value),
		cmocka_unit_test(without_the_capability_calls_are_refused),
		cmocka_unit_test(drivers_are_told_only_while_started),
		cmocka_unit_test(bottom_half_does_not_take_value_zero),
		cmocka_unit_test(second_bottom_half_waits_for_the_first),
		cmocka_unit_test(enable_during_stop_leaves_it_started),
		cmocka_unit_test(values_are_allocated_lowest_first_up_to_63),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
