/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_TRACE_READER_H
#define OSIM_TRACE_READER_H

#include <optee_sim/abi/abi.h>
#include <optee_sim/trace.h>

#include "trace/native.h"
#include "trace/recorded.h"

/* Two texts, each byte of which may take four, and all the numbers. */
#define OSIM__TRACE_LINE_MAX 49152u

/* Yielding calls under way that an ftrace text is followed through. */
#define OSIM__FTRACE_CALLS 1024u
#define OSIM__FTRACE_NAME  32u

/* A call that has begun. */
struct osim__ftrace_call {
	uint32_t thread_id;
	uint64_t param; /* the driver's record of it, hashed */
	struct osim_regs in;
};

struct osim_trace_reader {
	FILE *in;
	osim_trace_unreadable_fn *unreadable;
	void *arg;
	unsigned long unreadable_count;
	unsigned long number; /* of the line last read */
	enum osim_trace_source source;
	bool ended;	 /* the file's end has been told */
	bool whole;	 /* the line ends with a newline */
	uint64_t events; /* that were given out */
	unsigned long event_line;
	bool gap;	    /* a line was lost: numbers may jump */
	bool midway;	    /* native: the first event is not number 0 */
	uint64_t lines;	    /* native: of events, read or not */
	bool end_there;	    /* native: the last line */
	uint64_t end_count; /* and what it says */

	/* The event given out, and what it points to. */
	struct osim_event event;
	struct osim_regs regs_in, regs_out;
	struct {
		struct osim_msg_arg arg;
		struct osim_msg_param params[OSIM__NATIVE_PARAMS];
	} msg;
	char name[OSIM__NATIVE_TEXT_MAX + 1];
	char text[OSIM__NATIVE_TEXT_MAX + 1];
	char where[OSIM__NATIVE_TEXT_MAX + 1];

	char line[OSIM__TRACE_LINE_MAX];
	struct osim__recorded *recorded; /* NULL: it is no recording */

	unsigned int call_count;
	struct osim__ftrace_call calls[OSIM__FTRACE_CALLS];
};

/* Tells that the line at hand is not what it should be. */
void osim__trace_wrong(struct osim_trace_reader *r, const char *format, ...) OSIM_PRINTF(2, 3);

/* The same of what stands at a place of it. Always false. */
bool osim__trace_wrong_at(struct osim_trace_reader *r, const char *at, const char *what);

/* A number in the given base at *at, which is moved behind it. false: none, or above max. */
bool osim__trace_number(const char **at, unsigned int base, uint64_t max, uint64_t *value);

/* Each takes the line at hand. true: r->event is an event. */
bool osim__native_line(struct osim_trace_reader *r);
bool osim__ftrace_line(struct osim_trace_reader *r);

/* Reads the head of an ftrace line, all before the event's name, into r->event. */
bool osim__ftrace_head(struct osim_trace_reader *r, const char *end);

/* Whether it is a line of the kernel's trace points at all. */
bool osim__ftrace_is_line(const char *line);

/* What is missing at the end of the file. */
void osim__native_end(struct osim_trace_reader *r);

#endif
