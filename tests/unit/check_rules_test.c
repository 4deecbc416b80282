/* SPDX-License-Identifier: BSD-2-Clause */
#include "check_fixture.h"

#include "stim/scenario.h"

static void wait_of_time_asked_breaks_nothing(void **state)
{
	struct fixture *f = *state;

	exchange(f);
	answered(f,
		 make(OPTEE_RPC_CMD_NOTIFICATION, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT,
		      OPTEE_RPC_NOTIFICATION_WAIT, 3, 100),
		 100, TEE_ERROR_TIMEOUT);
	assert_string_equal(f->ids, "");
}

static void wait_of_four_times_the_time_is_too_long(void **state)
{
	struct fixture *f = *state;

	exchange(f);
	answered(f,
		 make(OPTEE_RPC_CMD_NOTIFICATION, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT,
		      OPTEE_RPC_NOTIFICATION_WAIT, 3, 100),
		 400, TEE_ERROR_TIMEOUT);
	assert_string_equal(f->ids, "rpc.wait-long ");
}

static void wait_for_value_waited_for_may_be_refused(void **state)
{
	struct fixture *f = *state;
	struct rpc first = make(OPTEE_RPC_CMD_NOTIFICATION, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT,
				OPTEE_RPC_NOTIFICATION_WAIT, 3, 0),
		   second = first;

	exchange(f);
	rpc(f, 1, &first, 0, false);
	answered(f, second, 0, TEE_ERROR_BAD_PARAMETERS);
	assert_string_equal(f->ids, "");
	answered(f,
		 make(OPTEE_RPC_CMD_NOTIFICATION, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT,
		      OPTEE_RPC_NOTIFICATION_WAIT, 4, 0),
		 0, TEE_ERROR_BAD_PARAMETERS);
	assert_string_equal(f->ids, "rpc.notification-served ");
}

static void rpc_with_wrong_parameter_must_be_refused(void **state)
{
	struct fixture *f = *state;

	exchange(f);
	answered(f, make(OPTEE_RPC_CMD_GET_TIME, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT, 0, 0, 0), 0,
		 TEE_ERROR_BAD_PARAMETERS);
	assert_string_equal(f->ids, "rpc.request ");
	answered(f, make(OPTEE_RPC_CMD_GET_TIME, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT, 0, 0, 0), 0, 0);
	answered(f,
		 make(OPTEE_RPC_CMD_NOTIFICATION, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT,
		      OPTEE_RPC_NOTIFICATION_SEND, 11, 0),
		 0, 0);
	assert_string_equal(f->ids,
			    "rpc.request rpc.request rpc.params-refused rpc.params-refused ");
}

static void answer_may_leave_meta_out_and_nothing_else(void **state)
{
	struct fixture *f = *state;
	const uint64_t type = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	struct rpc asked = make(OPTEE_RPC_CMD_FS, type | OPTEE_MSG_ATTR_META, 1, 2, 3),
		   kept = make(OPTEE_RPC_CMD_FS, type, 1, 2, 3),
		   changed = make(OPTEE_RPC_CMD_FS, type, 1, 4, 3);

	exchange(f);
	rpc(f, 0, &asked, 0, false);
	rpc(f, 0, &kept, 0, true);
	assert_string_equal(f->ids, "");
	rpc(f, 0, &asked, 0, false);
	rpc(f, 0, &changed, 0, true);
	assert_string_equal(f->ids, "rpc.answer ");
}

static void get_time_refused_is_not_served(void **state)
{
	struct fixture *f = *state;

	exchange(f);
	answered(f, make(OPTEE_RPC_CMD_GET_TIME, OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT, 0, 0, 0), 0,
		 TEE_ERROR_BAD_PARAMETERS);
	assert_string_equal(f->ids, "rpc.served ");
}

static void shm_cache_left_at_shutdown_is_told(void **state)
{
	struct fixture *f = *state;

	exchange(f);
	fast(f, OPTEE_SMC_ENABLE_SHM_CACHE, (struct osim_regs){{0}});
	driver(f, "shut down");
	assert_string_equal(f->ids, "shm.cache-disabled ");
	fast(f, OPTEE_SMC_DISABLE_SHM_CACHE, (struct osim_regs){{OPTEE_SMC_RETURN_ENOTAVAIL}});
	driver(f, "unbound");
	assert_string_equal(f->ids, "shm.cache-disabled ");
}

static void registered(struct fixture *f, uint64_t a0)
{
	const struct osim_regs in = {{OPTEE_SMC_CALL_WITH_ARG}}, out = {{a0}};
	struct rpc m = make(OPTEE_MSG_CMD_REGISTER_SHM, OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT, 0, 0, 0);

	m.param.u.tmem.shm_ref = 0x1234;
	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_CALL, .in = &in});
	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_MESSAGE, .msg = &m.arg});
	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_MESSAGE,
							.flags = OSIM_EVENT_F_END,
							.msg = &m.arg});
	osim_rules_event(f->check,
			 &(struct osim_event){.kind = OSIM_EVENT_RETURN, .in = &in, .out = &out});
}

static void buffer_whose_call_failed_is_not_registered(void **state)
{
	struct fixture *f = *state;

	exchange(f);
	registered(f, OPTEE_SMC_RETURN_EBADCMD);
	driver(f, "unbound");
	assert_string_equal(f->ids, "");
}

static void buffer_left_registered_is_told(void **state)
{
	struct fixture *f = *state;

	exchange(f);
	registered(f, OPTEE_SMC_RETURN_OK);
	driver(f, "unbound");
	assert_string_equal(f->ids, "shm.unregistered ");
}

static void opens(struct fixture *f, uint32_t session)
{
	const struct osim_regs in = {{OPTEE_SMC_CALL_WITH_ARG, 0, 0x9000}}, out = {{0}};
	struct osim_msg_arg msg = {.cmd = OPTEE_MSG_CMD_OPEN_SESSION};
	struct osim_event e = {.kind = OSIM_EVENT_CALL, .thread_id = 7, .in = &in};

	osim_rules_event(f->check, &e);
	e.kind = OSIM_EVENT_MESSAGE;
	e.msg = &msg;
	osim_rules_event(f->check, &e);
	msg.session = session;
	e.flags = OSIM_EVENT_F_END;
	osim_rules_event(f->check, &e);
	e = (struct osim_event){.kind = OSIM_EVENT_RETURN, .thread_id = 7, .in = &in, .out = &out};
	osim_rules_event(f->check, &e);
}

/* The same thread's call with such a message. */
static void refused(struct fixture *f, uint32_t cmd, uint32_t session)
{
	const struct osim_regs in = {{OPTEE_SMC_CALL_WITH_ARG, 0, 0x9000}},
			       out = {{OPTEE_SMC_RETURN_EBADCMD}};
	const struct osim_msg_arg msg = {.cmd = cmd, .session = session};
	struct osim_event e = {.kind = OSIM_EVENT_CALL, .thread_id = 7, .in = &in};

	osim_rules_event(f->check, &e);
	e.kind = OSIM_EVENT_RETURN;
	e.out = &out;
	e.msg = &msg;
	osim_rules_event(f->check, &e);
}

static void logs(struct fixture *f, uint32_t thread, uint32_t flags)
{
	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_LOG,
							.thread_id = thread,
							.flags = flags,
							.text = "optee: refused"});
}

static void session_whose_close_is_refused_is_told_unless_logged(void **state)
{
	struct fixture *f = *state;

	exchange(f);
	opens(f, 1);
	refused(f, OPTEE_MSG_CMD_CLOSE_SESSION, 1);
	/* Not by another thread, and not as information only. */
	logs(f, 8, OSIM_EVENT_F_ERR);
	logs(f, 7, 0);
	driver(f, "unbound");
	assert_int_equal(outcome(f->check, "session.closed").broken, 1);
	assert_non_null(strstr(f->detail, "whose CLOSE_SESSION was refused"));
	driver(f, "bound");
	opens(f, 1);
	opens(f, 2);
	refused(f, OPTEE_MSG_CMD_CLOSE_SESSION, 1);
	logs(f, 7, OSIM_EVENT_F_WARN);
	driver(f, "unbound");
	assert_int_equal(outcome(f->check, "session.closed").broken, 2);
	assert_non_null(strstr(f->detail, "no CLOSE_SESSION came"));
	driver(f, "bound");
	opens(f, 1);
	refused(f, OPTEE_MSG_CMD_CLOSE_SESSION, 1);
	logs(f, 7, OSIM_EVENT_F_ERR);
	driver(f, "unbound");
	assert_int_equal(outcome(f->check, "session.closed").broken, 2);
}

static void interrupt(struct fixture *f, enum osim_event_kind kind)
{
	osim_rules_event(f->check, &(struct osim_event){.kind = kind, .text = "interrupt"});
}

static void stop_that_is_refused_is_told_unless_logged(void **state)
{
	struct fixture *f = *state;

	exchange(f);
	for (int logged = 0; logged < 2; logged++) {
		interrupt(f, OSIM_EVENT_ALLOC);
		fast(f, OPTEE_SMC_ENABLE_ASYNC_NOTIF, (struct osim_regs){{0}});
		refused(f, OPTEE_MSG_CMD_STOP_ASYNC_NOTIF, 0);
		if (logged)
			logs(f, 7, OSIM_EVENT_F_ERR);
		interrupt(f, OSIM_EVENT_FREE);
		assert_string_equal(f->ids, "notif.stop-first ");
	}
}

static void shm_cache_that_stays_is_told_unless_logged(void **state)
{
	struct fixture *f = *state;

	exchange(f);
	fast(f, OPTEE_SMC_ENABLE_SHM_CACHE, (struct osim_regs){{0}});
	fast(f, OPTEE_SMC_DISABLE_SHM_CACHE, (struct osim_regs){{OPTEE_SMC_RETURN_EBUSY}});
	driver(f, "shut down");
	assert_string_equal(f->ids, "shm.cache-disabled ");
	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_LOG,
							.flags = OSIM_EVENT_F_WARN,
							.text = "optee: it is not emptied"});
	driver(f, "shut down");
	assert_string_equal(f->ids, "shm.cache-disabled ");
}

static void value_0_without_bottom_half_is_told_unless_memory_is_refused(void **state)
{
	struct fixture *f = *state;
	const struct osim_regs in = {{OPTEE_SMC_GET_ASYNC_NOTIF_VALUE}},
			       out = {{0, 0, OPTEE_SMC_ASYNC_NOTIF_VALUE_VALID}};

	exchange(f);
	for (int logged = 0; logged < 2; logged++) {
		fast(f, OPTEE_SMC_ENABLE_ASYNC_NOTIF, (struct osim_regs){{0}});
		osim_rules_event(f->check,
				 &(struct osim_event){.kind = OSIM_EVENT_CALL, .in = &in});
		osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_RETRIEVE});
		osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_RETURN,
								.in = &in,
								.out = &out});
		refused(f, OPTEE_MSG_CMD_REGISTER_SHM, 0);
		if (logged)
			logs(f, 7, OSIM_EVENT_F_ERR);
		driver(f, "unbound");
		driver(f, "bound");
		assert_int_equal(outcome(f->check, "notif.bottom-half").broken, 1);
	}
}

static void rule_is_unused_passed_and_failed(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(outcome(f->check, "return.identity").verdict, OSIM_VERDICT_UNUSED);
	fast(f, OPTEE_SMC_CALLS_REVISION, (struct osim_regs){{2}});
	assert_int_equal(outcome(f->check, "return.identity").verdict, OSIM_VERDICT_PASSED);
	fast(f, OPTEE_SMC_CALLS_REVISION, (struct osim_regs){{3}});
	assert_int_equal(outcome(f->check, "return.identity").verdict, OSIM_VERDICT_FAILED);
	assert_int_equal(outcome(f->check, "return.identity").held, 2);
	assert_int_equal(outcome(f->check, "return.identity").broken, 1);
	assert_string_equal(osim_verdict_name(OSIM_VERDICT_NOT_CHECKABLE), "not checkable");
	assert_null(osim_rule(1000));
}

static void rule_whose_events_are_not_told_is_not_checkable(void **state)
{
	struct osim_rules *rules;

	(void)state;
	assert_int_equal(osim_rules_new(OSIM_SEES_YIELDING, NULL, NULL, &rules), 0);
	assert_int_equal(outcome(rules, "notif.drain").verdict, OSIM_VERDICT_NOT_CHECKABLE);
	assert_int_equal(outcome(rules, "return.known").verdict, OSIM_VERDICT_UNUSED);
	osim_rules_free(rules);
}

static void gap_leaves_rules_that_need_no_past(void **state)
{
	struct fixture *f = *state;
	const struct osim_regs in = {{OPTEE_SMC_CALL_RETURN_FROM_RPC, 0, 0, 5}};

	exchange(f);
	osim_rules_gap(f->check);
	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_CALL, .in = &in});
	answered(f, make(OPTEE_RPC_CMD_GET_TIME, OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT, 0, 0, 0), 0,
		 TEE_ERROR_BAD_PARAMETERS);
	osim_rules_end(f->check);
	assert_string_equal(f->ids, "rpc.served ");
	assert_int_equal(outcome(f->check, "rpc.resume").verdict, OSIM_VERDICT_NOT_CHECKABLE);
}

static void guest_of_its_own_ends_what_is_known_of_the_past(void **state)
{
	struct fixture *f = *state;
	const struct osim_regs in = {{OPTEE_SMC_CALL_WITH_ARG, 0, 0x9000, 0, 0, 0, 0, 2}};

	fast(f, OPTEE_SMC_EXCHANGE_CAPABILITIES,
	     (struct osim_regs){{0, OPTEE_SMC_SEC_CAP_VIRTUALIZATION}});
	assert_int_equal(outcome(f->check, "order.exchange-first").verdict, OSIM_VERDICT_UNUSED);
	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_CALL, .in = &in});
	assert_int_equal(outcome(f->check, "order.exchange-first").verdict,
			 OSIM_VERDICT_NOT_CHECKABLE);
}

static void protected_memory_with_addresses_of_65_bits_is_told(void **state)
{
	struct fixture *f = *state;

	fast(f, OPTEE_SMC_EXCHANGE_CAPABILITIES,
	     (struct osim_regs){{0, OPTEE_SMC_SEC_CAP_PROTMEM}});
	fast(f, OPTEE_SMC_GET_PROTMEM_CONFIG, (struct osim_regs){{0, 0x80000000, 0x1000, 64}});
	assert_string_equal(f->ids, "");
	fast(f, OPTEE_SMC_GET_PROTMEM_CONFIG, (struct osim_regs){{0, 0x80000000, 0x1000, 65}});
	assert_string_equal(f->ids, "return.values ");
}

struct protmem {
	struct osim_msg_arg arg;
	struct osim_msg_param params[2];
};

static void protmem(struct fixture *f, const struct protmem *m)
{
	const struct osim_regs in = {{OPTEE_SMC_CALL_WITH_ARG, 0, 0x7000}}, out = {{0}};

	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_CALL, .in = &in});
	osim_rules_event(f->check,
			 &(struct osim_event){.kind = OSIM_EVENT_MESSAGE, .msg = &m->arg});
	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_MESSAGE,
							.flags = OSIM_EVENT_F_END,
							.msg = &m->arg});
	osim_rules_event(f->check,
			 &(struct osim_event){.kind = OSIM_EVENT_RETURN, .in = &in, .out = &out});
}

static void lent(struct fixture *f)
{
	protmem(f, &(struct protmem){
			   .arg = {.cmd = OPTEE_MSG_CMD_LEND_PROTMEM, .num_params = 2},
			   .params = {{.attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT, .u.value.a = 1},
				      {.attr = OPTEE_MSG_ATTR_TYPE_TMEM_INPUT,
				       .u.tmem = {0x1000, 1, 7}}}});
}

static void reclaimed(struct fixture *f, struct osim_msg_param param)
{
	protmem(f, &(struct protmem){.arg = {.cmd = OPTEE_MSG_CMD_RECLAIM_PROTMEM, .num_params = 1},
				     .params = {param}});
}

/* As the headers have it, and as Linux does. */
static void memory_is_reclaimed_as_a_value_or_as_registered_memory(void **state)
{
	const struct osim_msg_param ways[] = {
		{.attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT, .u.value.a = 7},
		{.attr = OPTEE_MSG_ATTR_TYPE_RMEM_INPUT, .u.rmem.shm_ref = 7}};
	struct fixture *f = *state;

	fast(f, OPTEE_SMC_EXCHANGE_CAPABILITIES,
	     (struct osim_regs){{0, OPTEE_SMC_SEC_CAP_DYNAMIC_PROTMEM}});
	for (unsigned int i = 0; i < 2; i++) {
		lent(f);
		reclaimed(f, ways[i]);
		assert_string_equal(f->ids, "");
	}
	reclaimed(f, ways[1]);
	assert_string_equal(f->ids, "protmem.lent ");
}

static void memory_lent_twice_is_told(void **state)
{
	struct fixture *f = *state;

	fast(f, OPTEE_SMC_EXCHANGE_CAPABILITIES,
	     (struct osim_regs){{0, OPTEE_SMC_SEC_CAP_DYNAMIC_PROTMEM}});
	lent(f);
	assert_string_equal(f->ids, "");
	lent(f);
	assert_string_equal(f->ids, "protmem.lent ");
}

static void rpc_free_of_what_was_not_given_is_told(void **state)
{
	struct fixture *f = *state;
	const struct osim_regs in = {{OPTEE_SMC_CALL_WITH_ARG, 0, 0x7000}},
			       out = {{OPTEE_SMC_RETURN_RPC_FREE, 0, 0x99}};

	exchange(f);
	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_CALL, .in = &in});
	osim_rules_event(f->check,
			 &(struct osim_event){.kind = OSIM_EVENT_RETURN, .in = &in, .out = &out});
	assert_string_equal(f->ids, "rpc.free-alive ");
}

static void heard(void *arg, const char *id, const char *text)
{
	(void)text;
	strcpy(arg, id);
}

static void expectation_unmet_is_told_unless_disturbed(void **state)
{
	char id[32] = "";
	struct osim__stage_host host = {.unmet = heard, .arg = id};
	struct osim_stage stage = {.host = &host, .disturbed = true};

	(void)state;
	osim_expect(&stage, false, "client.open", "it is not");
	assert_string_equal(id, "");
	stage.disturbed = false;
	osim_expect(&stage, true, "client.open", "it is");
	assert_string_equal(id, "");
	osim_expect(&stage, false, "client.open", "it is not");
	assert_string_equal(id, "client.open");
}

static void expectation_of_a_part_is_told_where_its_id_is_not_the_librarys(void **state)
{
	static const char *const known[] = {"client.open", "probe.bound", NULL};
	char id[32] = "";
	struct osim__stage_host host = {.unmet = heard, .arg = id, .ids = known};
	struct osim_stage stage = {.host = &host, .part = true};

	(void)state;
	osim_expect(&stage, false, "probe.bound", "it is not");
	assert_string_equal(id, "");
	osim_expect(&stage, false, "mine.value", "it is not");
	assert_string_equal(id, "mine.value");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RULE(wait_of_time_asked_breaks_nothing),
		RULE(wait_of_four_times_the_time_is_too_long),
		RULE(wait_for_value_waited_for_may_be_refused),
		RULE(rpc_with_wrong_parameter_must_be_refused),
		RULE(answer_may_leave_meta_out_and_nothing_else),
		RULE(get_time_refused_is_not_served),
		RULE(shm_cache_left_at_shutdown_is_told),
		RULE(buffer_whose_call_failed_is_not_registered),
		RULE(buffer_left_registered_is_told),
		RULE(session_whose_close_is_refused_is_told_unless_logged),
		RULE(stop_that_is_refused_is_told_unless_logged),
		RULE(shm_cache_that_stays_is_told_unless_logged),
		RULE(value_0_without_bottom_half_is_told_unless_memory_is_refused),
		RULE(rule_is_unused_passed_and_failed),
		cmocka_unit_test(rule_whose_events_are_not_told_is_not_checkable),
		RULE(gap_leaves_rules_that_need_no_past),
		RULE(protected_memory_with_addresses_of_65_bits_is_told),
		RULE(memory_is_reclaimed_as_a_value_or_as_registered_memory),
		RULE(memory_lent_twice_is_told),
		RULE(rpc_free_of_what_was_not_given_is_told),
		RULE(guest_of_its_own_ends_what_is_known_of_the_past),
		cmocka_unit_test(expectation_unmet_is_told_unless_disturbed),
		cmocka_unit_test(expectation_of_a_part_is_told_where_its_id_is_not_the_librarys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
