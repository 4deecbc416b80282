/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls that were refused, answers that are given again, and values that end waits. */
#include "check_fixture.h"

static void interrupt(struct fixture *f, enum osim_event_kind kind)
{
	osim_rules_event(f->check, &(struct osim_event){.kind = kind, .text = "interrupt"});
}

/* A call that is refused before anybody takes its message up. */
static void refused(struct fixture *f, const struct osim_msg_arg *msg)
{
	const struct osim_regs in = {{OPTEE_SMC_CALL_WITH_ARG, 0, 0x7000}},
			       out = {{OPTEE_SMC_RETURN_EBADADDR}};

	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_CALL, .in = &in});
	osim_rules_event(f->check,
			 &(struct osim_event){
				 .kind = OSIM_EVENT_RETURN, .in = &in, .out = &out, .msg = msg});
}

static void notifications_on(struct fixture *f)
{
	fast(f, OPTEE_SMC_EXCHANGE_CAPABILITIES,
	     (struct osim_regs){{0, OPTEE_SMC_SEC_CAP_ASYNC_NOTIF, 10}});
	interrupt(f, OSIM_EVENT_ALLOC);
	fast(f, OPTEE_SMC_ENABLE_ASYNC_NOTIF, (struct osim_regs){{0}});
	driver(f, "bound");
}

static void stop_that_was_refused_has_not_stopped(void **state)
{
	struct fixture *f = *state;
	const struct osim_msg_arg stop = {.cmd = OPTEE_MSG_CMD_STOP_ASYNC_NOTIF};

	notifications_on(f);
	refused(f, &stop);
	interrupt(f, OSIM_EVENT_FREE);
	assert_string_equal(f->ids, "notif.stop-first ");
}

static void message_refused_unseen_leaves_stop_not_checkable(void **state)
{
	struct fixture *f = *state;

	notifications_on(f);
	refused(f, NULL);
	interrupt(f, OSIM_EVENT_FREE);
	assert_string_equal(f->ids, "");
	assert_int_equal(outcome(f->check, "notif.stop-first").verdict, OSIM_VERDICT_NOT_CHECKABLE);
	assert_int_equal(outcome(f->check, "notif.bottom-half").verdict,
			 OSIM_VERDICT_NOT_CHECKABLE);
}

/* It was asked for; a driver cannot do more. */
static void bottom_half_that_was_refused_was_asked_for(void **state)
{
	struct fixture *f = *state;
	const struct osim_msg_arg bottom_half = {.cmd = OPTEE_MSG_CMD_DO_BOTTOM_HALF};
	const struct osim_msg_arg other = {.cmd = OPTEE_MSG_CMD_CLOSE_SESSION};

	notifications_on(f);
	fast(f, OPTEE_SMC_GET_ASYNC_NOTIF_VALUE,
	     (struct osim_regs){{0, 0, OPTEE_SMC_ASYNC_NOTIF_VALUE_VALID}});
	refused(f, &bottom_half);
	osim_rules_end(f->check);
	assert_null(strstr(f->ids, "notif.bottom-half "));
	fast(f, OPTEE_SMC_GET_ASYNC_NOTIF_VALUE,
	     (struct osim_regs){{0, 0, OPTEE_SMC_ASYNC_NOTIF_VALUE_VALID}});
	refused(f, &other);
	osim_rules_end(f->check);
	assert_non_null(strstr(f->ids, "notif.bottom-half "));
}

static void resumed(struct fixture *f, struct osim_regs in, struct osim_regs out)
{
	in.a[0] = OPTEE_SMC_CALL_RETURN_FROM_RPC;
	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_CALL, .in = &in});
	osim_rules_event(f->check,
			 &(struct osim_event){.kind = OSIM_EVENT_RETURN, .in = &in, .out = &out});
}

static void left_for(struct fixture *f, uint32_t rpc)
{
	const struct osim_regs in = {{OPTEE_SMC_CALL_WITH_ARG, 0, 0x7000}}, out = {{rpc, 64}};

	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_CALL, .in = &in});
	osim_rules_event(f->check,
			 &(struct osim_event){.kind = OSIM_EVENT_RETURN, .in = &in, .out = &out});
}

static void resumed_call_may_be_refused_as_the_first_could(void **state)
{
	struct fixture *f = *state;

	exchange(f);
	left_for(f, OPTEE_SMC_RETURN_RPC_FOREIGN_INTR);
	resumed(f, (struct osim_regs){{0, 64}}, (struct osim_regs){{OPTEE_SMC_RETURN_EBADCMD}});
	assert_string_equal(f->ids, "");
	left_for(f, OPTEE_SMC_RETURN_RPC_FOREIGN_INTR);
	resumed(f, (struct osim_regs){{0, 64}}, (struct osim_regs){{OPTEE_SMC_RETURN_EBUSY}});
	assert_string_equal(f->ids, "return.known ");
}

static void memory_offered_again_for_want_of_a_thread_is_the_same(void **state)
{
	const struct osim_regs page = {{0, 0, 0x3000, 0, 0, 8}};
	struct fixture *f = *state;

	exchange(f);
	left_for(f, OPTEE_SMC_RETURN_RPC_ALLOC);
	resumed(f, page, (struct osim_regs){{OPTEE_SMC_RETURN_ETHREAD_LIMIT, 0, 0, 0, 0, 8}});
	resumed(f, page, (struct osim_regs){{OPTEE_SMC_RETURN_RPC_ALLOC, 64}});
	assert_string_equal(f->ids, "");
	resumed(f, page, (struct osim_regs){{OPTEE_SMC_RETURN_RPC_ALLOC, 64}});
	assert_string_equal(f->ids, "rpc.alloc-unique ");
}

/* The first kernel's memory is still in the secure world's cache. */
static void rpc_in_memory_of_nobody_need_not_be_served(void **state)
{
	const struct osim_regs in = {{OPTEE_SMC_CALL_WITH_ARG, 0, 0x1000}},
			       out = {{OPTEE_SMC_RETURN_RPC_CMD, 0, 99}};
	struct fixture *f = *state;
	struct rpc m = make(OPTEE_RPC_CMD_SUSPEND, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT, 1, 0, 0);

	exchange(f);
	rpc(f, 0, &m, 0, false);
	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_RETURN,
							.thread_id = 1,
							.in = &in,
							.out = &out});
	assert_string_equal(f->ids, "rpc.cookie ");
	osim_rules_event(f->check,
			 &(struct osim_event){.kind = OSIM_EVENT_CALL,
					      .thread_id = 1,
					      .in = &(const struct osim_regs){
						      {OPTEE_SMC_CALL_RETURN_FROM_RPC, 0, 99}}});
	m.arg.ret = TEE_ERROR_GENERIC;
	rpc(f, 0, &m, 0, true);
	assert_string_equal(f->ids, "rpc.cookie ");
}

/* SHM_ALLOC gives cookie 8, and the answer to its SHM_FREE is not heard: 8 is free again. */
static void memory_that_was_freed_unheard_is_free(void **state)
{
	const struct osim_regs in = {{OPTEE_SMC_CALL_WITH_ARG, 0, 0x1000}},
			       out = {{OPTEE_SMC_RETURN_RPC_CMD}},
			       resume = {{OPTEE_SMC_CALL_RETURN_FROM_RPC}},
			       none = {{OPTEE_SMC_RETURN_ETHREAD_LIMIT}};
	struct rpc alloc = make(OPTEE_RPC_CMD_SHM_ALLOC, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT, 1, 64, 0),
		   given = make(OPTEE_RPC_CMD_SHM_ALLOC, OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT, 0x5000,
				64, 8),
		   back = make(OPTEE_RPC_CMD_SHM_FREE, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT, 1, 8, 0);
	struct fixture *f = *state;
	struct osim_event e = {.kind = OSIM_EVENT_RETURN, .thread_id = 1, .in = &in, .out = &out};

	exchange(f);
	rpc(f, 0, &alloc, 0, false);
	rpc(f, 0, &given, 0, true);
	rpc(f, 0, &back, 0, false);
	osim_rules_event(f->check, &e);
	osim_rules_event(f->check, &(struct osim_event){
					   .kind = OSIM_EVENT_CALL, .thread_id = 1, .in = &resume});
	e.in = &resume;
	e.out = &none;
	osim_rules_event(f->check, &e);
	rpc(f, 1, &alloc, 0, false);
	rpc(f, 1, &given, 0, true);
	assert_null(strstr(f->ids, "rpc.alloc-unique"));
}

static void value_that_was_denied_need_not_be_taken(void **state)
{
	struct fixture *f = *state;
	const struct osim_regs get = {{OPTEE_SMC_GET_ASYNC_NOTIF_VALUE}},
			       in = {{OPTEE_SMC_CALL_WITH_ARG, 0, 0x7000}};
	const struct osim_msg_arg stop = {.cmd = OPTEE_MSG_CMD_STOP_ASYNC_NOTIF};
	struct osim_regs out = {{0, 3, OPTEE_SMC_ASYNC_NOTIF_VALUE_VALID}};

	notifications_on(f);
	for (uint32_t value = 3; value < 5; value++)
		osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_POST,
								.seq = 1,
								.value = value});
	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_CALL, .in = &get});
	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_RETRIEVE,
							.flags = OSIM_EVENT_F_PENDING,
							.value = 3});
	osim_rules_event(f->check,
			 &(struct osim_event){.kind = OSIM_EVENT_RETURN, .in = &get, .out = &out});
	assert_string_equal(f->ids, "notif.get-answer ");
	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_CALL, .in = &in});
	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_MESSAGE,
							.time_ns = 100 * MS,
							.msg = &stop});
	assert_null(strstr(f->ids, "notif.retrieved"));
}

static void wait_without_a_time_out_must_not_time_out(void **state)
{
	struct fixture *f = *state;

	exchange(f);
	answered(f,
		 make(OPTEE_RPC_CMD_NOTIFICATION, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT,
		      OPTEE_RPC_NOTIFICATION_WAIT, 3, 0),
		 1000, TEE_ERROR_TIMEOUT);
	assert_string_equal(f->ids, "rpc.wait-short ");
}

/* Two threads wait for value 3, which comes once; the one that waited later may be the one that is
 * woken, but not both. */
static void value_ends_one_wait(void **state)
{
	struct fixture *f = *state;
	struct rpc m = make(OPTEE_RPC_CMD_NOTIFICATION, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT,
			    OPTEE_RPC_NOTIFICATION_WAIT, 3, 0);
	const struct osim_regs get = {{OPTEE_SMC_GET_ASYNC_NOTIF_VALUE}},
			       out = {{0, 3, OPTEE_SMC_ASYNC_NOTIF_VALUE_VALID}};

	exchange(f);
	rpc(f, 0, &m, 0, false);
	rpc(f, 1, &m, 0, false);
	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_POST, .value = 3});
	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_CALL,
							.context = OSIM_CONTEXT_IRQ,
							.cpu = 1,
							.in = &get});
	osim_rules_event(f->check,
			 &(struct osim_event){.kind = OSIM_EVENT_RETRIEVE, .cpu = 1, .value = 3});
	osim_rules_event(
		f->check,
		&(struct osim_event){.kind = OSIM_EVENT_RETURN, .cpu = 1, .in = &get, .out = &out});
	rpc(f, 1, &m, 0, true);
	assert_string_equal(f->ids, "");
	rpc(f, 0, &m, 0, true);
	assert_string_equal(f->ids, "notif.wait-event ");
}

static void value_that_is_sent_ends_one_wait(void **state)
{
	struct fixture *f = *state;
	struct rpc wait = make(OPTEE_RPC_CMD_NOTIFICATION, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT,
			       OPTEE_RPC_NOTIFICATION_WAIT, 3, 0),
		   send = make(OPTEE_RPC_CMD_NOTIFICATION, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT,
			       OPTEE_RPC_NOTIFICATION_SEND, 3, 0);

	exchange(f);
	in_call(f, 2);
	rpc(f, 0, &wait, 0, false);
	rpc(f, 1, &wait, 0, false);
	rpc(f, 2, &send, 0, false);
	rpc(f, 0, &wait, 0, true);
	assert_string_equal(f->ids, "");
	rpc(f, 1, &wait, 0, true);
	assert_string_equal(f->ids, "notif.wait-event ");
}

static void bytes_at_null_need_the_capability(void **state)
{
	const struct osim_regs in = {{OPTEE_SMC_CALL_WITH_ARG, 0, 0x7000}};
	const uint32_t caps[] = {OPTEE_SMC_SEC_CAP_DYNAMIC_SHM, OPTEE_SMC_SEC_CAP_MEMREF_NULL,
				 OPTEE_SMC_SEC_CAP_DYNAMIC_SHM};
	struct rpc m = make(OPTEE_MSG_CMD_INVOKE_COMMAND, OPTEE_MSG_ATTR_TYPE_TMEM_INPUT, 0, 64, 0);
	struct fixture *f = *state;

	for (unsigned int i = 0; i < 3; i++) {
		fast(f, OPTEE_SMC_EXCHANGE_CAPABILITIES, (struct osim_regs){{0, caps[i]}});
		m.param.u.tmem.size = i ? 64 : 0;
		osim_rules_event(f->check,
				 &(struct osim_event){.kind = OSIM_EVENT_CALL, .in = &in});
		osim_rules_event(f->check,
				 &(struct osim_event){.kind = OSIM_EVENT_MESSAGE, .msg = &m.arg});
		assert_int_equal(strstr(f->ids, "msg.capability ") != NULL, i == 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RULE(stop_that_was_refused_has_not_stopped),
		RULE(message_refused_unseen_leaves_stop_not_checkable),
		RULE(bottom_half_that_was_refused_was_asked_for),
		RULE(resumed_call_may_be_refused_as_the_first_could),
		RULE(memory_offered_again_for_want_of_a_thread_is_the_same),
		RULE(rpc_in_memory_of_nobody_need_not_be_served),
		RULE(memory_that_was_freed_unheard_is_free),
		RULE(value_that_was_denied_need_not_be_taken),
		RULE(wait_without_a_time_out_must_not_time_out),
		RULE(value_ends_one_wait),
		RULE(value_that_is_sent_ends_one_wait),
		RULE(bytes_at_null_need_the_capability),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
