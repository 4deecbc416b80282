/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/rules.h>

#include "stim/scenario.h"

#define MS 1000000ull

struct fixture {
	struct osim_rules *check;
	char ids[256]; /* of the rules that were broken, each with a space behind */
};

static void broken(void *arg, const struct osim_rule *rule, const struct osim_event *event,
		   const char *detail)
{
	struct fixture *f = arg;

	assert_non_null(event);
	assert_true(detail[0]);
	strncat(f->ids, rule->id, sizeof(f->ids) - strlen(f->ids) - 1);
	strncat(f->ids, " ", sizeof(f->ids) - strlen(f->ids) - 1);
}

static int setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	*state = &f;
	return osim_rules_new(OSIM_SEES_ALL, broken, &f, &f.check);
}

static int teardown(void **state)
{
	osim_rules_free(((struct fixture *)*state)->check);
	return 0;
}

static void fast(struct fixture *f, uint32_t id, struct osim_regs out)
{
	const struct osim_regs in = {{id}};

	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_CALL, .in = &in});
	osim_rules_event(f->check,
			 &(struct osim_event){.kind = OSIM_EVENT_RETURN, .in = &in, .out = &out});
}

static void driver(struct fixture *f, const char *text)
{
	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_DRIVER,
							.flags = OSIM_EVENT_F_END,
							.text = text});
}

/* The call that all of a thread's RPCs are made in. */
static void in_call(struct fixture *f, uint32_t thread)
{
	const struct osim_regs in = {{OPTEE_SMC_CALL_WITH_ARG, 0, 0x1000u * (thread + 1)}};

	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_CALL,
							.thread_id = thread + 1,
							.in = &in});
}

static void exchange(struct fixture *f)
{
	fast(f, OPTEE_SMC_EXCHANGE_CAPABILITIES,
	     (struct osim_regs){
		     {0, OPTEE_SMC_SEC_CAP_ASYNC_NOTIF | OPTEE_SMC_SEC_CAP_DYNAMIC_SHM, 10}});
	driver(f, "bound");
	in_call(f, 0);
	in_call(f, 1);
}

/* An RPC with one parameter, and its answer. */
struct rpc {
	struct osim_msg_arg arg;
	struct osim_msg_param param;
};

static void rpc(struct fixture *f, uint32_t thread, struct rpc *m, uint64_t now_ns, bool end)
{
	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_RPC,
							.flags = end ? OSIM_EVENT_F_END : 0,
							.thread_id = thread + 1,
							.secure_thread = thread,
							.time_ns = now_ns,
							.msg = &m->arg});
}

static struct rpc make(uint32_t cmd, uint64_t attr, uint64_t a, uint64_t b, uint64_t c)
{
	struct rpc m = {.arg = {.cmd = cmd, .num_params = 1}, .param = {.attr = attr}};

	m.param.u.value.a = a;
	m.param.u.value.b = b;
	m.param.u.value.c = c;
	return m;
}

static void answered(struct fixture *f, struct rpc m, uint64_t took_ms, uint32_t ret)
{
	rpc(f, 0, &m, 0, false);
	m.arg.ret = ret;
	rpc(f, 0, &m, took_ms * MS, true);
}

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

static struct osim_rule_outcome outcome(const struct osim_rules *rules, const char *id)
{
	const struct osim_rule *rule;

	for (size_t i = 0; (rule = osim_rule(i)); i++)
		if (!strcmp(rule->id, id))
			return osim_rules_outcome(rules, i);
	fail_msg("no rule %s", id);
	return (struct osim_rule_outcome){.held = 0};
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

#define RULE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RULE(wait_of_time_asked_breaks_nothing),
		RULE(wait_of_four_times_the_time_is_too_long),
		RULE(wait_for_value_waited_for_may_be_refused),
		RULE(rpc_with_wrong_parameter_must_be_refused),
		RULE(get_time_refused_is_not_served),
		RULE(shm_cache_left_at_shutdown_is_told),
		RULE(buffer_whose_call_failed_is_not_registered),
		RULE(buffer_left_registered_is_told),
		RULE(rule_is_unused_passed_and_failed),
		cmocka_unit_test(rule_whose_events_are_not_told_is_not_checkable),
		RULE(gap_leaves_rules_that_need_no_past),
		RULE(protected_memory_with_addresses_of_65_bits_is_told),
		RULE(memory_is_reclaimed_as_a_value_or_as_registered_memory),
		RULE(memory_lent_twice_is_told),
		RULE(rpc_free_of_what_was_not_given_is_told),
		RULE(resumed_call_may_be_refused_as_the_first_could),
		RULE(memory_offered_again_for_want_of_a_thread_is_the_same),
		RULE(value_that_was_denied_need_not_be_taken),
		RULE(stop_that_was_refused_has_not_stopped),
		RULE(message_refused_unseen_leaves_stop_not_checkable),
		RULE(bottom_half_that_was_refused_was_asked_for),
		RULE(guest_of_its_own_ends_what_is_known_of_the_past),
		cmocka_unit_test(expectation_unmet_is_told_unless_disturbed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
