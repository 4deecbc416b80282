/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/counters.h>

#include "abi/name.h"
#include "abi/table.h"

/* One name in a group; those of a group in order of appearance. */
struct part {
	struct part *next;
	uint32_t number;
	uint64_t count;
	char name[48];
};

struct osim_counters {
	uint64_t total[OSIM_COUNTER_COUNT];
	struct part *parts[OSIM_COUNTER_COUNT];
};

static const char *const names[] = {
#define NAME(name, text) [OSIM_COUNTER_##name] = text,
	OSIM_COUNTER_MAP(NAME)
#undef NAME
};

const char *osim_counter_name(enum osim_counter which)
{
	return (unsigned int)which < OSIM_COUNTER_COUNT ? names[which] : "?";
}

bool osim_counter_has_parts(enum osim_counter which)
{
	return which == OSIM_COUNTER_FAST_CALLS || which == OSIM_COUNTER_YIELDING_CALLS ||
	       which == OSIM_COUNTER_RPCS;
}

struct osim_counters *osim_counters_new(void)
{
	return calloc(1, sizeof(struct osim_counters));
}

void osim_counters_free(struct osim_counters *counters)
{
	if (!counters)
		return;
	for (unsigned int i = 0; i < OSIM_COUNTER_COUNT; i++) {
		struct part *part;

		while ((part = counters->parts[i])) {
			counters->parts[i] = part->next;
			free(part);
		}
	}
	free(counters);
}

/* Out of memory: the total still counts it. */
static void count_part(struct osim_counters *c, enum osim_counter which, uint32_t number,
		       const char *name)
{
	struct part **link = &c->parts[which];

	c->total[which]++;
	while (*link && (*link)->number != number)
		link = &(*link)->next;
	if (!*link) {
		*link = calloc(1, sizeof(**link));
		if (!*link)
			return;
		(*link)->number = number;
		if (name)
			snprintf((*link)->name, sizeof((*link)->name), "%s", name);
		else
			snprintf((*link)->name, sizeof((*link)->name), "0x%" PRIx32, number);
	}
	(*link)->count++;
}

static void count_call(struct osim_counters *c, const struct osim_event *e)
{
	uint32_t a0 = (uint32_t)e->in->a[0];

	if (OPTEE_SMC_IS_FAST_CALL(a0))
		count_part(c, OSIM_COUNTER_FAST_CALLS, a0, osim__abi_call_name(a0));
}

/* What an honest secure world sees as taken and the driver as given: both sides of one return. */
static void count_return(struct osim_counters *c, const struct osim_event *e)
{
	if ((uint32_t)e->in->a[0] == OPTEE_SMC_GET_ASYNC_NOTIF_VALUE &&
	    (uint32_t)e->out->a[0] == OPTEE_SMC_RETURN_OK &&
	    (e->out->a[2] & OPTEE_SMC_ASYNC_NOTIF_VALUE_VALID))
		c->total[OSIM_COUNTER_VALUES_DELIVERED]++;
}

/* Commands and the other kinds of RPC are numbered apart: a kind has its high half set. */
static void count_rpc(struct osim_counters *c, const struct osim_event *e)
{
	const struct osim__abi_rpc *rpc;
	uint32_t a0;

	if (e->flags & OSIM_EVENT_F_END)
		return;
	if (e->msg) {
		count_part(c, OSIM_COUNTER_RPCS, e->msg->cmd, osim__abi_rpc_cmd_name(e->msg->cmd));
		return;
	}
	a0 = OPTEE_SMC_RETURN_RPC_PREFIX | e->value;
	rpc = osim__abi_rpc_find(a0);
	count_part(c, OSIM_COUNTER_RPCS, a0, rpc ? rpc->name : NULL);
}

void osim_counters_event(void *counters, const struct osim_event *event)
{
	struct osim_counters *c = counters;
	bool end = event->flags & OSIM_EVENT_F_END;

	switch (event->kind) {
	case OSIM_EVENT_CALL:
		count_call(c, event);
		break;
	case OSIM_EVENT_RETURN:
		count_return(c, event);
		break;
	case OSIM_EVENT_MESSAGE:
		if (!end)
			count_part(c, OSIM_COUNTER_YIELDING_CALLS, event->value,
				   osim__abi_msg_cmd_name(event->value));
		break;
	case OSIM_EVENT_RPC:
		count_rpc(c, event);
		break;
	case OSIM_EVENT_IRQ_ENTER:
		c->total[OSIM_COUNTER_INTERRUPTS]++;
		break;
	case OSIM_EVENT_WAKE:
		c->total[OSIM_COUNTER_THREAD_WAKES] += event->context == OSIM_CONTEXT_IRQ;
		break;
	case OSIM_EVENT_BOTTOM_HALF:
		c->total[OSIM_COUNTER_BOTTOM_HALVES] += end;
		break;
	case OSIM_EVENT_POST:
		c->total[OSIM_COUNTER_POSTS]++;
		c->total[OSIM_COUNTER_POSTS_MERGED] += !!(event->flags & OSIM_EVENT_F_MERGED);
		break;
	default:
		break;
	}
}

uint64_t osim_counters_total(const struct osim_counters *counters, enum osim_counter which)
{
	return (unsigned int)which < OSIM_COUNTER_COUNT ? counters->total[which] : 0;
}

void osim_counters_each(const struct osim_counters *counters, enum osim_counter which,
			void (*fn)(void *arg, const char *part, uint64_t count), void *arg)
{
	if ((unsigned int)which >= OSIM_COUNTER_COUNT)
		return;
	for (const struct part *part = counters->parts[which]; part; part = part->next)
		fn(arg, part->name, part->count);
}
