/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CHECK_FIXTURE_H
#define CHECK_FIXTURE_H

/* A checker that is given events one by one, and what it says of them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/rules.h>

#define MS 1000000ull

struct fixture {
	struct osim_rules *check;
	char ids[256];	  /* of the rules that were broken, each with a space behind */
	char detail[128]; /* of the last one */
};

static inline void broken(void *arg, const struct osim_rule *rule, const struct osim_event *event,
			  const char *detail)
{
	struct fixture *f = arg;

	assert_non_null(event);
	assert_true(detail[0]);
	snprintf(f->detail, sizeof(f->detail), "%s", detail);
	strncat(f->ids, rule->id, sizeof(f->ids) - strlen(f->ids) - 1);
	strncat(f->ids, " ", sizeof(f->ids) - strlen(f->ids) - 1);
}

static inline int setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	*state = &f;
	return osim_rules_new(OSIM_SEES_ALL, broken, &f, &f.check);
}

static inline int teardown(void **state)
{
	osim_rules_free(((struct fixture *)*state)->check);
	return 0;
}

static inline void fast(struct fixture *f, uint32_t id, struct osim_regs out)
{
	const struct osim_regs in = {{id}};

	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_CALL, .in = &in});
	osim_rules_event(f->check,
			 &(struct osim_event){.kind = OSIM_EVENT_RETURN, .in = &in, .out = &out});
}

static inline void driver(struct fixture *f, const char *text)
{
	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_DRIVER,
							.flags = OSIM_EVENT_F_END,
							.text = text});
}

/* The call that all of a thread's RPCs are made in. */
static inline void in_call(struct fixture *f, uint32_t thread)
{
	const struct osim_regs in = {{OPTEE_SMC_CALL_WITH_ARG, 0, 0x1000u * (thread + 1)}};

	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_CALL,
							.thread_id = thread + 1,
							.in = &in});
}

static inline void exchange(struct fixture *f)
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

static inline void rpc(struct fixture *f, uint32_t thread, struct rpc *m, uint64_t now_ns, bool end)
{
	osim_rules_event(f->check, &(struct osim_event){.kind = OSIM_EVENT_RPC,
							.flags = end ? OSIM_EVENT_F_END : 0,
							.thread_id = thread + 1,
							.secure_thread = thread,
							.time_ns = now_ns,
							.msg = &m->arg});
}

static inline struct rpc make(uint32_t cmd, uint64_t attr, uint64_t a, uint64_t b, uint64_t c)
{
	struct rpc m = {.arg = {.cmd = cmd, .num_params = 1}, .param = {.attr = attr}};

	m.param.u.value.a = a;
	m.param.u.value.b = b;
	m.param.u.value.c = c;
	return m;
}

static inline void answered(struct fixture *f, struct rpc m, uint64_t took_ms, uint32_t ret)
{
	rpc(f, 0, &m, 0, false);
	m.arg.ret = ret;
	rpc(f, 0, &m, took_ms * MS, true);
}

static inline struct osim_rule_outcome outcome(const struct osim_rules *rules, const char *id)
{
	const struct osim_rule *rule;

	for (size_t i = 0; (rule = osim_rule(i)); i++)
		if (!strcmp(rule->id, id))
			return osim_rules_outcome(rules, i);
	fail_msg("no rule %s", id);
	return (struct osim_rule_outcome){.held = 0};
}

#define RULE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
