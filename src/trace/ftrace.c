/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <string.h>

#include "trace/reader.h"

#define FUNCTION "optee_invoke_fn_"
#define HIDDEN	 "(____ptrval____)"
#define ARGS	 8u
#define RETURNED 4u

/* The name of the event; NULL: there is none. What has more before it is a function's, in a stack.
 */
static const char *find_name(const char *line)
{
	const char *at = *line == '#' ? NULL : strstr(line, FUNCTION);

	return at && (at == line || strchr(" \t:", at[-1])) ? at : NULL;
}

bool osim__ftrace_is_line(const char *line)
{
	return find_name(line);
}

/* What the kernel, trace-cmd or perf says of events that are not there any more. */
static bool tells_of_loss(const char *line)
{
	static const char header[] = "# entries-in-buffer/entries-written: ";
	const char *at = line + strlen(header);
	uint64_t there, written;

	if (strstr(line, " EVENTS]") || strstr(line, "EVENTS DROPPED") ||
	    strstr(line, "PERF_RECORD_LOST"))
		return true;
	/* The buffer is a ring: its beginning has been overwritten. */
	return !strncmp(line, header, strlen(header)) &&
	       osim__trace_number(&at, 10, UINT64_MAX, &there) && *at++ == '/' &&
	       osim__trace_number(&at, 10, UINT64_MAX, &written) && there < written;
}

/* --- behind it: "param=00000000abcdef01 (32000004, 0, ...)" --- */

static bool skip(struct osim_trace_reader *r, const char **at, const char *expected)
{
	size_t len = strlen(expected);
	char what[32];

	if (!strncmp(*at, expected, len)) {
		*at += len;
		return true;
	}
	snprintf(what, sizeof(what), "'%s'", expected);
	return osim__trace_wrong_at(r, *at, what);
}

/* "(1, 2)" and the end of the line. */
static bool read_words(struct osim_trace_reader *r, const char *at, unsigned int count,
		       uint64_t max, struct osim_regs *regs)
{
	*regs = (struct osim_regs){{0}};
	if (!skip(r, &at, "("))
		return false;
	for (unsigned int i = 0; i < count; i++) {
		if (i && !skip(r, &at, ", "))
			return false;
		if (!osim__trace_number(&at, 16, max, &regs->a[i]))
			return osim__trace_wrong_at(r, at, "a register in hex");
	}
	if (!skip(r, &at, ")"))
		return false;
	at += strspn(at, " \t");
	return *at ? osim__trace_wrong_at(r, at, "the end of the line") : true;
}

static bool read_param(struct osim_trace_reader *r, const char **at, uint64_t *param)
{
	*at += strspn(*at, " \t");
	if (!skip(r, at, "param="))
		return false;
	*param = 0;
	/* As long as the kernel has no randomness to hash with. */
	if (!strncmp(*at, HIDDEN, strlen(HIDDEN))) {
		*at += strlen(HIDDEN);
		return skip(r, at, " ");
	}
	if (!strncmp(*at, "0x", 2))
		*at += 2;
	if (!osim__trace_number(at, 16, UINT64_MAX, param))
		return osim__trace_wrong_at(r, *at, "a pointer in hex");
	return skip(r, at, " ");
}

/* --- calls --- */

/* The call of a task; NULL: it is in none. */
static struct osim__ftrace_call *call_of(struct osim_trace_reader *r, uint32_t thread_id)
{
	for (unsigned int i = 0; i < r->call_count; i++)
		if (r->calls[i].thread_id == thread_id)
			return &r->calls[i];
	return NULL;
}

static bool on_begin(struct osim_trace_reader *r, uint64_t param)
{
	struct osim__ftrace_call *call = call_of(r, r->event.thread_id);

	if (call)
		osim__trace_wrong(r, "task %" PRIu32 " calls, and its call before has not returned",
				  r->event.thread_id);
	else if (r->call_count == OSIM__FTRACE_CALLS)
		osim__trace_wrong(r, "more than %u calls under way: its return will be missing",
				  OSIM__FTRACE_CALLS);
	else
		call = &r->calls[r->call_count++];
	if (call)
		*call = (struct osim__ftrace_call){
			.thread_id = r->event.thread_id, .param = param, .in = r->regs_in};
	r->event.kind = OSIM_EVENT_CALL;
	r->event.in = &r->regs_in;
	return true;
}

static bool on_end(struct osim_trace_reader *r, uint64_t param)
{
	struct osim__ftrace_call *call = call_of(r, r->event.thread_id);

	if (!call || call->param != param) {
		osim__trace_wrong(r, "task %" PRIu32 " returns from a call that is not there",
				  r->event.thread_id);
		return false;
	}
	r->regs_in = call->in;
	*call = r->calls[--r->call_count];
	r->event.kind = OSIM_EVENT_RETURN;
	r->event.in = &r->regs_in;
	r->event.out = &r->regs_out;
	return true;
}

bool osim__ftrace_line(struct osim_trace_reader *r)
{
	static const char begin[] = FUNCTION "begin:", end[] = FUNCTION "end:";
	const char *at = find_name(r->line);
	bool begins = at && !strncmp(at, begin, strlen(begin));
	uint64_t param;

	if (!at) {
		/* Else other events and comments. */
		if (tells_of_loss(r->line))
			osim__trace_wrong(r, "events were lost: '%.64s'", r->line);
		return false;
	}
	if (!begins && strncmp(at, end, strlen(end)) != 0)
		return osim__trace_wrong_at(r, at,
					    "optee_invoke_fn_begin: or optee_invoke_fn_end:");
	if (!osim__ftrace_head(r, at))
		return false;
	at += begins ? strlen(begin) : strlen(end);
	if (!read_param(r, &at, &param))
		return false;
	if (begins)
		return read_words(r, at, ARGS, UINT32_MAX, &r->regs_in) && on_begin(r, param);
	return skip(r, &at, "ret ") && read_words(r, at, RETURNED, UINT64_MAX, &r->regs_out) &&
	       on_end(r, param);
}
