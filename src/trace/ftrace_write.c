/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>

#include <optee_sim/abi/abi.h>

#include "trace/writer.h"

#define NS_PER_US 1000u
#define US_PER_S  1000000u

/* The driver's trace points stand around its yielding calls only. */
static bool is_traced(const struct osim_event *e)
{
	return (e->kind == OSIM_EVENT_CALL || e->kind == OSIM_EVENT_RETURN) &&
	       !OPTEE_SMC_IS_FAST_CALL((uint32_t)e->in->a[0]);
}

static void event(struct osim_trace_writer *w, const struct osim_event *e)
{
	uint64_t time_us = e->time_ns / NS_PER_US;
	FILE *out = w->out;

	if (!is_traced(e))
		return;
	fprintf(out, "%16s-%-7" PRIu32 " [%03" PRIu32 "] ..... %5" PRIu64 ".%06" PRIu64 ": ",
		*e->thread_name ? e->thread_name : "<...>", e->thread_id, e->cpu,
		time_us / US_PER_S, time_us % US_PER_S);
	/* A call's record on its thread's stack: as many of them as threads. */
	fprintf(out, "optee_invoke_fn_%s: param=%016" PRIx32 " ",
		e->kind == OSIM_EVENT_CALL ? "begin" : "end", e->thread_id);
	if (e->kind == OSIM_EVENT_CALL)
		fprintf(out, "(%x, %x, %x, %x, %x, %x, %x, %x)\n", (uint32_t)e->in->a[0],
			(uint32_t)e->in->a[1], (uint32_t)e->in->a[2], (uint32_t)e->in->a[3],
			(uint32_t)e->in->a[4], (uint32_t)e->in->a[5], (uint32_t)e->in->a[6],
			(uint32_t)e->in->a[7]);
	else
		fprintf(out, "ret (%" PRIx64 ", %" PRIx64 ", %" PRIx64 ", %" PRIx64 ")\n",
			e->out->a[0], e->out->a[1], e->out->a[2], e->out->a[3]);
}

static void end(struct osim_trace_writer *w)
{
	(void)w;
}

int osim__ftrace_begin(struct osim_trace_writer *w)
{
	w->event = event;
	w->end = end;
	fputs("# tracer: nop\n"
	      "#           TASK-PID     CPU#  FLAGS  TIMESTAMP  FUNCTION\n",
	      w->out);
	return 0;
}
