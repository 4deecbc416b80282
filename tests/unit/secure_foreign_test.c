/* SPDX-License-Identifier: BSD-2-Clause */
#include "secure_client.h"

#include "machine/machine.h"

/* Interrupts of the normal world while the secure world has the CPU. */

/* Interrupts of CPU 0 stay pending, as for a program that polls. */
static void mask(struct client *c, int by)
{
	c->m->sched.cpus[OSIM__CPU_HOST].irq_off += (uint32_t)by;
}

/* The call comes back again and again until the interrupt was taken, also when the command is bad.
 */
static void pending_interrupt_comes_before_the_command(void **state)
{
	struct client c = {0};
	unsigned int taken = 0;

	(void)state;
	client_start(&c);
	osim_set_irq_handler(c.m, client_ignore_irq, &taken);
	mask(&c, 1);
	assert_int_equal(osim_post(c.m, 3), 0);
	assert_int_equal(client_smc(&c, OPTEE_SMC_CALL_WITH_ARG, 0, 0x0e100000, 0),
			 OPTEE_SMC_RETURN_EBADADDR);
	client_msg(&c, 0x100, 0);
	assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_RPC_FOREIGN_INTR);
	client_expect(&c, 0, 0, 0);
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_RPC_FOREIGN_INTR);
	assert_int_equal(taken, 0);
	mask(&c, -1);
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_EBADCMD);
	assert_int_equal(taken, 1);
	client_stop(&c);
}

static void pending_interrupt_comes_before_an_answer_is_taken_up(void **state)
{
	static const uint8_t rpc_uuid[16] = OSIM_PTA_RPC_UUID;
	struct client c = {0};
	unsigned int taken = 0;
	uint32_t session;

	(void)state;
	client_start(&c);
	session = client_open(&c, rpc_uuid, TEE_LOGIN_PUBLIC);
	osim_set_irq_handler(c.m, client_ignore_irq, &taken);
	mask(&c, 1);
	client_msg(&c, OPTEE_MSG_CMD_INVOKE_COMMAND, 1)->session = session;
	client_arg(&c)->func = OSIM_PTA_RPC_SEND;
	client_param(&c, 0)->attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	assert_int_equal(client_call_rpc(&c), OPTEE_SMC_RETURN_RPC_CMD);
	assert_int_equal(osim_post(c.m, 3), 0);
	client_rpc_arg(&c)->ret = TEE_SUCCESS;
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_RPC_FOREIGN_INTR);
	mask(&c, -1);
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_OK);
	assert_int_equal(client_arg(&c)->ret, TEE_SUCCESS);
	client_stop(&c);
}

/* Only how many parameters there are was looked at before. */
static void message_is_read_after_the_interrupt(void **state)
{
	struct client c = {0};

	(void)state;
	client_start(&c);
	osim_set_irq_handler(c.m, client_ignore_irq, NULL);
	mask(&c, 1);
	assert_int_equal(osim_post(c.m, 3), 0);
	client_msg(&c, 0x100, 1);
	assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_RPC_FOREIGN_INTR);
	client_arg(&c)->cmd = OPTEE_MSG_CMD_CLOSE_SESSION;
	client_arg(&c)->num_params = 0;
	mask(&c, -1);
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_OK);
	assert_int_equal(client_arg(&c)->ret, TEE_ERROR_BAD_PARAMETERS);
	client_stop(&c);
}

/* Posts as another CPU would that goes on in the middle of the call. */
static uint32_t invoke(void *arg, struct osim_pta_call *call, void *session, uint32_t func,
		       struct osim_pta_param params[4])
{
	(void)arg;
	(void)session;
	(void)func;
	params[0].a = 0x1234;
	return osim_post(osim_pta_machine(call), 3) ? TEE_ERROR_GENERIC : TEE_SUCCESS;
}

/* What is left to be done is to let the application go, and to write results. */
static void interrupt_is_taken_at_the_next_point_of_a_call(void **state)
{
	static const uint32_t flags[] = {0, OSIM_PTA_CONCURRENT};
	struct osim_pta pta = {.size = sizeof(pta), .uuid = {1}, .name = "posts", .invoke = invoke};

	(void)state;
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		struct client c = {0};
		unsigned int taken = 0;
		uint32_t session;

		client_start(&c);
		pta.flags = flags[i];
		assert_int_equal(osim_pta_register(c.m, &pta), 0);
		osim_set_irq_handler(c.m, client_ignore_irq, &taken);
		session = client_open(&c, pta.uuid, TEE_LOGIN_PUBLIC);
		client_msg(&c, OPTEE_MSG_CMD_INVOKE_COMMAND, 1)->session = session;
		client_param(&c, 0)->attr = OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT;
		client_arg(&c)->ret = 0x5a5a5a5a;
		assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_RPC_FOREIGN_INTR);
		client_expect(&c, 0, 0, 0);
		assert_int_equal(taken, 1);
		assert_int_equal(client_arg(&c)->ret, 0x5a5a5a5a);
		assert_int_equal(client_param(&c, 0)->u.value.a, 0);
		assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_OK);
		assert_int_equal(client_arg(&c)->ret, TEE_SUCCESS);
		assert_int_equal(client_param(&c, 0)->u.value.a, 0x1234);
		client_stop(&c);
	}
}

/* In a fast call there is no thread that could be left. */
static void event(void *arg, struct osim_pta_call *call, enum osim_notif_event event)
{
	int *rc = arg;

	if (event == OSIM_NOTIF_STARTED)
		*rc = osim_pta_post(call, 3);
}

static void fast_call_is_not_interrupted(void **state)
{
	int rc = -1;
	struct osim_notif_driver d = {
		.size = sizeof(d), .name = "posts", .event = event, .arg = &rc};
	struct client c = {0};

	(void)state;
	client_start(&c);
	assert_int_equal(osim_notif_driver_register(c.m, &d), 0);
	osim_set_irq_handler(c.m, client_ignore_irq, NULL);
	assert_int_equal(client_fast(&c, OPTEE_SMC_ENABLE_ASYNC_NOTIF), OPTEE_SMC_RETURN_OK);
	assert_int_equal(rc, 0);
	client_stop(&c);
}

struct posting {
	bool unseen; /* by what called it, as from another CPU */
	int rc;
};

static void post_in_bottom_half(void *arg, struct osim_pta_call *call, enum osim_notif_event event)
{
	struct posting *p = arg;

	if (event == OSIM_NOTIF_BOTTOM_HALF)
		p->rc = p->unseen ? osim_post(osim_pta_machine(call), 9) : osim_pta_post(call, 9);
}

/* At the post, or when the lock of bottom halves is let go. */
static void value_posted_by_a_bottom_half_interrupts_it(void **state)
{
	(void)state;
	for (unsigned int unseen = 0; unseen < 2; unseen++) {
		struct posting posting = {.unseen = unseen, .rc = -1};
		struct osim_notif_driver d = {.size = sizeof(d),
					      .name = "posts",
					      .event = post_in_bottom_half,
					      .arg = &posting};
		struct client c = {0};
		unsigned int taken = 0;

		client_start(&c);
		assert_int_equal(osim_notif_driver_register(c.m, &d), 0);
		osim_set_irq_handler(c.m, client_ignore_irq, &taken);
		client_fast(&c, OPTEE_SMC_ENABLE_ASYNC_NOTIF);
		client_msg(&c, OPTEE_MSG_CMD_DO_BOTTOM_HALF, 0);
		/* Taken as soon as the call is back, before its return is seen here. */
		assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_RPC_FOREIGN_INTR);
		client_expect(&c, 0, 0, 0);
		assert_int_equal(taken, 1);
		assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_OK);
		assert_int_equal(posting.rc, 0);
		client_stop(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pending_interrupt_comes_before_the_command),
		cmocka_unit_test(pending_interrupt_comes_before_an_answer_is_taken_up),
		cmocka_unit_test(message_is_read_after_the_interrupt),
		cmocka_unit_test(interrupt_is_taken_at_the_next_point_of_a_call),
		cmocka_unit_test(fast_call_is_not_interrupted),
		cmocka_unit_test(value_posted_by_a_bottom_half_interrupts_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
