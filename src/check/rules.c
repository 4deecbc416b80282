/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/check.h"

static const struct topic {
	const struct osim_rule *rules;
	enum osim__rule end;
} topics[] = {
	{osim__rules_registers, OSIM__RULE_EXCHANGE_FIRST},
	{osim__rules_order, OSIM__RULE_MSG_COMMAND},
	{osim__rules_messages, OSIM__RULE_SHM_REGISTERED},
	{osim__rules_memory, OSIM__RULE_RPC_REQUEST},
	{osim__rules_rpc, OSIM__RULE_WAIT_SHORT},
	{osim__rules_time, OSIM__RULE_GET_ANSWER},
	{osim__rules_outcomes, OSIM__RULE_COUNT},
};

const struct osim_rule *osim_rule(size_t i)
{
	size_t first = 0;

	for (const struct topic *t = topics; i < OSIM__RULE_COUNT; first = t++->end)
		if (i < (size_t)t->end)
			return &t->rules[i - first];
	return NULL;
}

const char *osim_verdict_name(enum osim_verdict verdict)
{
	static const char *const names[] = {"failed", "passed", "unused", "not checkable"};

	return (unsigned int)verdict < OSIM_VERDICT_COUNT ? names[verdict] : "?";
}

static bool decidable(const struct osim_rules *c, size_t i)
{
	return !(osim_rule(i)->needs & ~c->sees);
}

int osim_rules_new(unsigned int sees, osim_rule_broken_fn *fn, void *arg, struct osim_rules **r)
{
	struct osim_rules *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->sees = sees;
	c->broken = fn;
	c->arg = arg;
	c->last.thread_name = "";
	for (size_t i = 0; i < OSIM__RULE_COUNT; i++)
		c->off[i] = !decidable(c, i);
	*r = c;
	return 0;
}

void osim_rules_free(struct osim_rules *c)
{
	if (!c)
		return;
	osim__state_fini(c);
	free(c);
}

struct osim_rule_outcome osim_rules_outcome(const struct osim_rules *c, size_t i)
{
	struct osim_rule_outcome o = {.held = c->held[i], .broken = c->failed[i]};

	if (o.broken)
		o.verdict = OSIM_VERDICT_FAILED;
	else if (c->off[i])
		o.verdict = OSIM_VERDICT_NOT_CHECKABLE;
	else
		o.verdict = o.held ? OSIM_VERDICT_PASSED : OSIM_VERDICT_UNUSED;
	return o;
}

void osim__undecidable(struct osim_rules *c, enum osim__rule rule)
{
	c->off[rule] = true;
}

void osim__forget(struct osim_rules *c)
{
	c->sees &= ~(unsigned int)OSIM_SEES_START;
	for (size_t i = 0; i < OSIM__RULE_COUNT; i++)
		c->off[i] = !decidable(c, i);
}

void osim_rules_gap(struct osim_rules *c)
{
	osim__forget(c);
	osim__state_fini(c);
}

void osim__broken(struct osim_rules *c, enum osim__rule rule, const char *format, ...)
{
	char detail[256];
	va_list ap;

	c->failed[rule]++;
	if (!c->broken)
		return;
	va_start(ap, format);
	vsnprintf(detail, sizeof(detail), format, ap);
	va_end(ap);
	c->broken(c->arg, osim_rule(rule), c->event, detail);
}

/* --- events --- */

static void on_return(struct osim_rules *c, const struct osim_event *e)
{
	struct osim__flight *flight = osim__flight_inside(c, e);

	osim__registers_return(c, e, flight);
	osim__messages_return(c, e, flight);
	osim__rpc_return(c, e, flight);
	osim__memory_return(c, e, flight);
	osim__outcomes_return(c, e, flight);
	osim__state_return(c, e, flight);
}

/* The call that a message belongs to, though it may not have been seen. */
static struct osim__flight *message_of(struct osim_rules *c, const struct osim_event *e)
{
	struct osim__flight *flight = osim__flight_inside(c, e);

	return flight ? flight : osim__flight_begin(c, e);
}

static void on_message(struct osim_rules *c, const struct osim_event *e)
{
	struct osim__flight *flight = e->msg ? message_of(c, e) : NULL;

	if (!flight)
		return;
	if (!(e->flags & OSIM_EVENT_F_END))
		osim__msg_copy(&flight->msg, e);
	osim__messages_event(c, e, flight);
	osim__memory_message(c, e, flight);
	osim__outcomes_message(c, e, flight);
	osim__state_msg(c, e, flight);
}

static void on_rpc(struct osim_rules *c, const struct osim_event *e)
{
	/* Without a message it is in registers only. One of those can come between an RPC and the
	 * taking up of its answer: an interrupt. */
	struct osim__flight *flight = e->msg ? message_of(c, e) : NULL;

	if (!flight)
		return;
	if (!(e->flags & OSIM_EVENT_F_END))
		osim__msg_copy(&flight->rpc_msg, e);
	osim__rpc_event(c, e, flight);
	osim__memory_rpc(c, e, flight);
	osim__time_rpc(c, e, flight);
	osim__outcomes_rpc(c, e, flight);
	osim__state_rpc(c, e, flight);
}

static void on_left(struct osim_rules *c)
{
	osim__order_left(c);
	osim__order_quiet(c);
	osim__messages_left(c);
	osim__memory_left(c);
	osim__outcomes_quiet(c);
	osim__state_left(c);
}

static void on_driver(struct osim_rules *c, const struct osim_event *e)
{
	bool end = e->flags & OSIM_EVENT_F_END;

	if (end && e->text && strstr(e->text, " crashed")) {
		osim__state_crashed(c);
		return;
	}
	osim__order_driver(c, e);
	if (!end || (e->text && strstr(e->text, "shut down")))
		return;
	if ((e->flags & OSIM_EVENT_F_ERR) || c->bound)
		on_left(c);
	else
		c->bound = true;
}

void osim_rules_event(void *rules, const struct osim_event *e)
{
	struct osim_rules *c = rules;

	c->event = e;
	if (e->in)
		c->call = osim__abi_call_find((uint32_t)e->in->a[0]);
	switch (e->kind) {
	case OSIM_EVENT_CALL:
		osim__registers_call(c, e);
		osim__order_call(c, e);
		osim__memory_call(c, e);
		osim__state_call(c, e);
		break;
	case OSIM_EVENT_RETURN:
		on_return(c, e);
		break;
	case OSIM_EVENT_MESSAGE:
		on_message(c, e);
		break;
	case OSIM_EVENT_RPC:
		on_rpc(c, e);
		break;
	case OSIM_EVENT_POST:
	case OSIM_EVENT_RETRIEVE:
	case OSIM_EVENT_BOTTOM_HALF:
		osim__outcomes_record(c, e);
		osim__state_record(c, e);
		break;
	case OSIM_EVENT_ALLOC:
	case OSIM_EVENT_FREE:
		osim__order_irq(c, e);
		break;
	case OSIM_EVENT_LOG:
		osim__state_log(c, e);
		break;
	case OSIM_EVENT_DRIVER:
		on_driver(c, e);
		break;
	default:
		break;
	}
	c->last.seq = e->seq;
	c->last.time_ns = e->time_ns;
}

void osim_rules_end(struct osim_rules *c)
{
	c->event = &c->last;
	for (size_t i = 0; i < c->flight_count; i++)
		OSIM__HOLD(c, RETURN_ONCE, !c->flights[i]->inside, "a call has not come back");
	osim__order_quiet(c);
	osim__outcomes_quiet(c);
}
