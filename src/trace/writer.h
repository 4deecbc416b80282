/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_TRACE_WRITER_H
#define OSIM_TRACE_WRITER_H

#include <optee_sim/trace.h>

/* One writer for all formats: a format is what it does with an event, and at the end. */
struct osim_trace_writer {
	FILE *out;
	int error; /* the first */
	void (*event)(struct osim_trace_writer *w, const struct osim_event *e);
	void (*end)(struct osim_trace_writer *w); /* writes what comes last, frees state */
	void *state;
	uint64_t count; /* events before this one */
	uint64_t now_ns;
};

/* Each fills event, end and state, and writes the head. 0, -ENOMEM, -EIO. */
int osim__native_begin(struct osim_trace_writer *w);
int osim__mermaid_begin(struct osim_trace_writer *w);
int osim__vcd_begin(struct osim_trace_writer *w);
int osim__perfetto_begin(struct osim_trace_writer *w);
int osim__ftrace_begin(struct osim_trace_writer *w);

/* What waited in a file of its own, which is closed. */
void osim__trace_append(struct osim_trace_writer *w, FILE *waiting);

/* Events at the same time would lie on top of each other: each is moved to at least this much after
 * the one before. */
#define OSIM__TRACE_STEP_NS 1000u

/* The time of an event in a picture. */
uint64_t osim__trace_spread(struct osim_trace_writer *w, const struct osim_event *e);

#endif
