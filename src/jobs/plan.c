/* SPDX-License-Identifier: BSD-2-Clause */
#include "jobs/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/abi.h>

#include "abi/table.h"

const uint64_t osim__plan_edges[OSIM__PLAN_EDGES] = {
	0,   1,	  2,	31,   32,   33,	   63,	  64,	      65,	  127,	      128,
	255, 256, 4095, 4096, 4097, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff, UINT64_MAX};

struct osim__plan_source {
	const struct osim_scenario *scenario;
	uint32_t decisions;
	uint64_t beginning;
};

/* Allocations of a run that fail in turn: the first ones, which are probe's and the first of
 * everything else. */
#define FAULTS_MAX 400u
/* Events at which something is done in turn; of longer runs every n-th. */
#define EVENTS_MAX 250u
#define CALLS_MAX  120u
/* The same of what takes the driver, a CPU or the kernel away, or goes on for long. */
#define RARE_MAX 20u
/* Raises of the interrupt that are lost, or late; RPCs that are late, repeated, refused. */
#define RAISES_MAX 12u
#define RPCS_MAX   40u
/* No RPC has this function. */
#define UNKNOWN_RPC 0xffu
/* One in so many is made before the others. */
#define SPREAD 16u

int osim__plan_one(struct osim__plan_list *list, const struct osim__experiment *x)
{
	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : 1024;
		struct osim__experiment *items = realloc(list->items, room * sizeof(*items));

		if (!items)
			return -ENOMEM;
		list->items = items;
		list->room = room;
	}
	list->items[list->count] = *x;
	list->items[list->count++].profile = list->profile;
	return 0;
}

static int add_faults(struct osim__plan_list *list, struct osim__experiment x,
		      const struct osim__measure *measure, const struct osim__measure_begun *skip)
{
	int rc = 0;

	x.plan = OSIM__PLAN_FAULT;
	for (x.a = 0; x.a < OSIM_FAULT_COUNT; x.a++)
		for (x.at = skip->faults[x.a];
		     !rc && x.at < measure->faults[x.a] && x.at < skip->faults[x.a] + FAULTS_MAX;
		     x.at++)
			rc = osim__plan_one(list, &x);
	return rc;
}

/* Each code that there is but OK and RPCs, which are add_registers()': a call that did not begin
 * has no thread to resume. */
static int add_returns(struct osim__plan_list *list, struct osim__experiment x,
		       const struct osim__measure *measure, const struct osim__measure_begun *skip)
{
	int rc = 0;

	x.plan = OSIM__PLAN_RET;
	for (x.at = skip->calls; x.at < measure->calls && x.at < skip->calls + CALLS_MAX; x.at++)
		for (const struct osim__abi_name *code = osim__abi_returns; !rc && code->name;
		     code++) {
			x.a = (uint32_t)code->value;
			if (x.a != OPTEE_SMC_RETURN_OK && !OPTEE_SMC_RETURN_IS_RPC(x.a))
				rc = osim__plan_one(list, &x);
		}
	return rc;
}

/* Each field that a call returns, at its ends, beside them, and at the edges of words and pages. */
static int add_field(struct osim__plan_list *list, struct osim__experiment x,
		     const struct osim__abi_field *field)
{
	int rc = 0;

	for (unsigned int span = 0; span < field->span; span++)
		for (size_t i = 0; !rc && i < OSIM__PLAN_EDGES; i++) {
			x.a = field->at + span;
			x.b = osim__plan_edges[i] & field->mask;
			if (x.b == osim__plan_edges[i] && x.a > 0)
				rc = osim__plan_one(list, &x);
		}
	return rc;
}

static int add_fields(struct osim__plan_list *list, struct osim__experiment x,
		      const struct osim__abi_field *fields)
{
	int rc = 0;

	for (const struct osim__abi_field *f = fields; !rc && f && f->name; f++)
		rc = add_field(list, x, f);
	return rc;
}

/* Another RPC than it is, one that there is not, or the same with other values. */
static int add_rpc(struct osim__plan_list *list, struct osim__experiment x,
		   const struct osim__abi_rpc *rpc)
{
	int rc = 0;

	x.a = 0;
	for (const struct osim__abi_rpc *other = osim__abi_rpcs; !rc && other->name; other++) {
		x.b = other->a0;
		if (other != rpc)
			rc = osim__plan_one(list, &x);
	}
	x.b = OPTEE_SMC_RETURN_RPC_PREFIX | UNKNOWN_RPC;
	if (!rc)
		rc = osim__plan_one(list, &x);
	return rc ? rc : add_fields(list, x, rpc->ask.fields);
}

static int add_registers(struct osim__plan_list *list, struct osim__experiment x,
			 const struct osim__measure *measure,
			 const struct osim__measure_begun *skip)
{
	uint32_t rpcs = 0;
	int rc = 0;

	x.plan = OSIM__PLAN_REG;
	for (x.at = skip->calls; !rc && x.at < measure->calls && x.at < skip->calls + CALLS_MAX;
	     x.at++) {
		const struct osim__abi_call *call = osim__abi_call_find(measure->call_id[x.at]);
		const struct osim__abi_ret *ret =
			call && !call->yielding ? osim__abi_ret_find(call, OPTEE_SMC_RETURN_OK)
						: NULL;
		const struct osim__abi_rpc *rpc =
			call && call->yielding ? osim__abi_rpc_find(measure->call_a0[x.at]) : NULL;

		if (ret)
			rc = add_fields(list, x, ret->regs.fields);
		else if (rpc && rpcs++ < RPCS_MAX)
			rc = add_rpc(list, x, rpc);
	}
	return rc;
}

static int add_events(struct osim__plan_list *list, struct osim__experiment x,
		      const struct osim__measure *measure, const struct osim__measure_begun *skip)
{
	uint32_t step = (measure->events - skip->events) / EVENTS_MAX + 1;
	int rc = 0;

	for (x.at = skip->events; !rc && x.at < measure->events; x.at += step) {
		x.plan = OSIM__PLAN_POST;
		for (x.a = 0; !rc && x.a < 2; x.a++)
			rc = osim__plan_one(list, &x);
		x.a = 0;
		x.plan = OSIM__PLAN_KILL;
		if (!rc)
			rc = osim__plan_one(list, &x);
		x.plan = OSIM__PLAN_SPURIOUS;
		if (!rc)
			rc = osim__plan_one(list, &x);
	}
	return rc;
}

/* At some of the events from first on. */
static int add_rare(struct osim__plan_list *list, struct osim__experiment x, uint32_t first,
		    const struct osim__measure *measure)
{
	static const enum osim__plan plans[] = {OSIM__PLAN_STORM, OSIM__PLAN_UNBIND,
						OSIM__PLAN_KEXEC, OSIM__PLAN_CRASH};
	uint32_t step = (measure->events - first) / RARE_MAX + 1;
	int rc = 0;

	for (x.at = first; !rc && x.at < measure->events; x.at += step) {
		x.a = 0;
		for (size_t i = 0; !rc && i < sizeof(plans) / sizeof(plans[0]); i++) {
			x.plan = plans[i];
			rc = osim__plan_one(list, &x);
		}
		x.plan = OSIM__PLAN_UNPLUG;
		if (!rc && measure->cpus > 1)
			rc = osim__plan_one(list, &x);
		x.plan = OSIM__PLAN_KILL;
		for (x.a = 1; !rc && x.a <= measure->programs && measure->programs > 1; x.a++)
			rc = osim__plan_one(list, &x);
	}
	x.at = first;
	x.a = 1;
	x.plan = OSIM__PLAN_ROUTE;
	if (!rc && measure->cpus > 1)
		rc = osim__plan_one(list, &x);
	x.at = first + (measure->events - first) / 2;
	x.a = 0;
	x.plan = OSIM__PLAN_KDUMP;
	return rc ? rc : osim__plan_one(list, &x);
}

static int add_each(struct osim__plan_list *list, struct osim__experiment x, enum osim__plan plan,
		    uint32_t first, uint32_t end)
{
	int rc = 0;

	x.plan = plan;
	for (x.at = first; !rc && x.at < end; x.at++)
		rc = osim__plan_one(list, &x);
	return rc;
}

static uint32_t limit(uint32_t first, uint32_t end, uint32_t max)
{
	return end - first < max ? end : first + max;
}

/* What an honest secure world, or the board, does with interrupts and RPCs. */
static int add_interrupts(struct osim__plan_list *list, struct osim__experiment x,
			  const struct osim__measure *measure,
			  const struct osim__measure_begun *skip)
{
	uint32_t raises = limit(skip->raises, measure->raises, RAISES_MAX);
	uint32_t rpcs = limit(skip->rpcs, measure->rpcs, RPCS_MAX);
	int rc = add_each(list, x, OSIM__PLAN_LATE, skip->raises, raises);

	if (!rc)
		rc = add_each(list, x, OSIM__PLAN_FOREIGN, skip->rpcs, rpcs);
	for (x.at = skip->rpcs; !rc && x.at < rpcs; x.at++) {
		x.plan = OSIM__PLAN_REFUSE;
		if (osim__plan_can_refuse(&measure->rpc[x.at]))
			rc = osim__plan_one(list, &x);
	}
	return rc;
}

static int add_schedules(struct osim__plan_list *list, struct osim__experiment x,
			 const struct osim__measure *measure,
			 const struct osim__measure_begun *skip)
{
	const struct osim__schedule natural = {.count = 0};
	uint64_t n = osim__schedule_extend_count(&natural, measure->ways, measure->decisions);
	int rc = 0;

	for (uint64_t i = 0; !rc && i < n; i++) {
		osim__schedule_extend(&natural, measure->ways, measure->decisions, i, &x.schedule);
		if (x.schedule.deviation[0].at >= skip->decisions)
			rc = osim__plan_one(list, &x);
	}
	return rc;
}

/* A secure world that asks twice, or in the wrong order, and one that does not raise. */
static int add_order(struct osim__plan_list *list, struct osim__experiment x,
		     const struct osim__measure *measure, const struct osim__measure_begun *skip)
{
	uint32_t raises = limit(skip->raises, measure->raises, RAISES_MAX);
	uint32_t rpcs = limit(skip->rpcs, measure->rpcs, RPCS_MAX);
	int rc = 0;

	/* Whoever stands in for the secure world has its own order. */
	if (x.scenario->who == OSIM_WHO_HOSTILE)
		return 0;
	rc = add_each(list, x, OSIM__PLAN_LOST, skip->raises, raises);
	if (!rc)
		rc = add_each(list, x, OSIM__PLAN_AGAIN, skip->rpcs, rpcs);
	return rc ? rc : add_each(list, x, OSIM__PLAN_STALE, skip->rpcs + 1, rpcs);
}

static uint64_t hash(uint64_t h, const void *data, size_t bytes)
{
	for (const unsigned char *p = data; bytes--; p++)
		h = (h ^ *p) * 0x100000001b3ull;
	return h;
}

/* Of all that was counted until the driver was bound; 0: it never was. */
static uint64_t beginning(const struct osim__measure *measure)
{
	const struct osim__measure_begun *begun = &measure->begun;
	uint64_t h = 0xcbf29ce484222325ull;
	size_t calls = begun->calls < OSIM__CALLS_MAX ? begun->calls : OSIM__CALLS_MAX;
	size_t ways =
		begun->decisions < OSIM__DECISIONS_MAX ? begun->decisions : OSIM__DECISIONS_MAX;

	if (!begun->is)
		return 0;
	h = hash(h, begun->faults, sizeof(begun->faults));
	h = hash(h, &begun->events, sizeof(begun->events));
	h = hash(h, measure->call_id, calls * sizeof(measure->call_id[0]));
	return hash(h, measure->ways, ways) | 1;
}

/* What need not be tried again, because another scenario begins in the same way. */
static struct osim__measure_begun known_part(const struct osim__plan_list *list,
					     const struct osim__measure *measure)
{
	static const struct osim__measure_begun nothing;
	uint64_t own = beginning(measure);

	for (size_t i = 0; own && i < list->source_count; i++)
		if (list->sources[i].beginning == own)
			return measure->begun;
	return nothing;
}

static int add_source(struct osim__plan_list *list, const struct osim_scenario *scenario,
		      const struct osim__measure *measure)
{
	struct osim__plan_source *sources =
		realloc(list->sources, (list->source_count + 1) * sizeof(*sources));

	if (!sources)
		return -ENOMEM;
	list->sources = sources;
	sources[list->source_count++] = (struct osim__plan_source){.scenario = scenario,
								   .decisions = measure->decisions,
								   .beginning = beginning(measure)};
	return 0;
}

int osim__plan_add(struct osim__plan_list *list, const struct osim_scenario *scenario,
		   const struct osim__measure *measure, bool hostile)
{
	struct osim__experiment x = {.scenario = scenario};
	const struct osim__measure_begun skip = known_part(list, measure);
	int rc = add_faults(list, x, measure, &skip);

	if (!rc && hostile)
		rc = add_returns(list, x, measure, &skip);
	if (!rc && hostile)
		rc = add_registers(list, x, measure, &skip);
	if (!rc && hostile)
		rc = add_order(list, x, measure, &skip);
	if (!rc && hostile)
		rc = osim__plan_messages(list, scenario, measure, &skip);
	/* Whoever stands in for the secure world counts calls: others in between, or another order,
	 * would make nonsense of its answers. Nor does its beginning stand for that of others. */
	if (rc || scenario->who == OSIM_WHO_HOSTILE)
		return rc;
	rc = add_events(list, x, measure, &skip);
	if (!rc)
		rc = add_rare(list, x, skip.is ? skip.events : measure->begun.events, measure);
	if (!rc)
		rc = add_interrupts(list, x, measure, &skip);
	if (!rc)
		rc = add_schedules(list, x, measure, &skip);
	return rc ? rc : add_source(list, scenario, measure);
}

/* What a resource that is refused brings about is known soonest. */
static size_t faults_first(struct osim__plan_list *list)
{
	struct osim__experiment *others = calloc(list->count + 1, sizeof(*others));
	size_t faults = 0, count = 0;

	if (!others)
		return 0;
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].plan == OSIM__PLAN_FAULT)
			list->items[faults++] = list->items[i];
		else
			others[count++] = list->items[i];
	memcpy(list->items + faults, others, count * sizeof(*others));
	free(others);
	return faults;
}

/* Half of what there is room for is for faults, if they are so many; each scenario keeps its
 * share. How many faults are left. */
static size_t cut(struct osim__plan_list *list, size_t faults, size_t max)
{
	size_t others = list->count - faults, rest = others < max / 2 ? others : max / 2;
	size_t keep = faults < max - rest ? faults : max - rest;

	rest = max - keep;
	for (size_t i = 0; i < keep; i++)
		list->items[i] = list->items[(size_t)((uint64_t)i * faults / keep)];
	for (size_t i = 0; i < rest; i++)
		list->items[keep + i] = list->items[faults + (size_t)((uint64_t)i * others / rest)];
	list->count = max;
	return keep;
}

/* From first on: each n-th, then those beside them, so that a run that is cut short is cut evenly.
 */
static void spread(struct osim__plan_list *list, size_t first)
{
	size_t count = list->count - first, kept = 0;
	struct osim__experiment *items = malloc(count * sizeof(*items));

	if (!items)
		return;
	for (size_t pass = 0; pass < SPREAD; pass++)
		for (size_t i = pass; i < count; i += SPREAD)
			items[kept++] = list->items[first + i];
	memcpy(list->items + first, items, count * sizeof(*items));
	free(items);
}

void osim__plan_finish(struct osim__plan_list *list, size_t max, uint64_t seed)
{
	struct osim__experiment x = {.plan = OSIM__PLAN_NONE};
	size_t faults = faults_first(list);

	if (list->count > max) {
		spread(list, cut(list, faults, max));
		return;
	}
	spread(list, faults);
	for (uint64_t i = 0; list->source_count && list->count < max; i++) {
		const struct osim__plan_source *source = &list->sources[i % list->source_count];

		x.scenario = source->scenario;
		osim__schedule_random(&x.schedule, seed * 0x9e3779b97f4a7c15ull + i,
				      2 + (unsigned int)(i / list->source_count % 3),
				      source->decisions);
		if (osim__plan_one(list, &x))
			return;
	}
}

void osim__plan_free(struct osim__plan_list *list)
{
	free(list->items);
	free(list->sources);
	free(list->swept);
}
