/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <string.h>

#include "trace/reader.h"

#define NS_PER_S  1000000000u
#define NS_DIGITS 9u
#define FUNCTION  "optee_invoke_fn_"
#define ARGS	  8u
#define RETURNED  4u

bool osim__ftrace_is_line(const char *line)
{
	return *line != '#' && strstr(line, FUNCTION);
}

static bool wrong(struct osim_trace_reader *r, const char *at, const char *what)
{
	if (*at)
		osim__trace_wrong(r, "'%.32s' is not %s", at, what);
	else
		osim__trace_wrong(r, "the line ends where %s should be", what);
	return false;
}

/* --- before the name: "  task name-123 (  123) [001] d..1.   12.345678: " --- */

/* "12.345678:", with up to nine digits behind the point. */
static bool read_time(struct osim_trace_reader *r, const char *at, const char *end)
{
	uint64_t seconds, fraction;
	const char *from;

	while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	for (from = end; from > at && from[-1] != ' ' && from[-1] != ']';)
		from--;
	at = from;
	if (!osim__trace_number(&at, 10, UINT64_MAX / NS_PER_S - 1, &seconds) || *at++ != '.')
		return wrong(r, from, "a time in seconds");
	from = at;
	if (!osim__trace_number(&at, 10, NS_PER_S - 1, &fraction) || *at != ':' || at + 1 != end ||
	    at - from > (int)NS_DIGITS)
		return wrong(r, from, "a part of a second");
	for (size_t digits = (size_t)(at - from); digits < NS_DIGITS; digits++)
		fraction *= 10;
	r->event.time_ns = seconds * NS_PER_S + fraction;
	return true;
}

/* The last '[' with a number and ']' before end: names of tasks may have brackets. */
static const char *find_cpu(const char *line, const char *end, uint64_t *cpu, const char **behind)
{
	for (const char *open = end; open-- > line;) {
		const char *at = open + 1;

		if (*open == '[' && osim__trace_number(&at, 10, UINT32_MAX, cpu) && *at == ']') {
			*behind = at + 1;
			return open;
		}
	}
	return NULL;
}

static const char *trim(const char *line, const char *end)
{
	while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	return end;
}

/* The process of a task, "(  123)" or "(-------)", says nothing here. */
static const char *drop_tgid(const char *line, const char *end)
{
	const char *open = end;

	if (end == line || end[-1] != ')')
		return end;
	while (open > line && *open != '(')
		open--;
	if (open == line || strspn(open + 1, " -0123456789") + open + 1 != end - 1)
		return end;
	return trim(line, open);
}

static bool read_task(struct osim_trace_reader *r, const char *line, const char *end)
{
	const char *dash = end, *at;
	uint64_t pid;
	size_t len;

	end = drop_tgid(line, trim(line, end));
	for (dash = end; dash > line && *dash != '-';)
		dash--;
	at = dash + 1;
	if (*dash != '-' || !osim__trace_number(&at, 10, UINT32_MAX, &pid) || at != end)
		return wrong(r, line, "a task as NAME-PID");
	line += strspn(line, " \t");
	len = line < dash ? (size_t)(dash - line) : 0;
	if (len > OSIM__FTRACE_NAME)
		return wrong(r, line, "the name of a task");
	memcpy(r->name, line, len);
	r->name[len] = '\0';
	r->event.thread_id = (uint32_t)pid;
	r->event.thread_name = r->name;
	return true;
}

static bool read_head(struct osim_trace_reader *r, const char *end)
{
	const char *open, *behind;
	uint64_t cpu;

	open = find_cpu(r->line, end, &cpu, &behind);
	if (!open)
		return wrong(r, r->line, "a task, a CPU in brackets and a time");
	r->event = (struct osim_event){
		.seq = r->events, .context = OSIM_CONTEXT_THREAD, .cpu = (uint32_t)cpu};
	return read_time(r, behind, end) && read_task(r, r->line, open);
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
	return wrong(r, *at, what);
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
			return wrong(r, at, "a register in hex");
	}
	if (!skip(r, &at, ")"))
		return false;
	at += strspn(at, " \t");
	return *at ? wrong(r, at, "the end of the line") : true;
}

static bool read_param(struct osim_trace_reader *r, const char **at, uint64_t *param)
{
	*at += strspn(*at, " \t");
	if (!skip(r, at, "param="))
		return false;
	if (!strncmp(*at, "0x", 2))
		*at += 2;
	if (!osim__trace_number(at, 16, UINT64_MAX, param))
		return wrong(r, *at, "a pointer in hex");
	return skip(r, at, " ");
}

/* --- calls --- */

/* The call of a task, or a free place; NULL: there is none. */
static struct osim__ftrace_call *call_of(struct osim_trace_reader *r, uint32_t thread_id)
{
	struct osim__ftrace_call *place = NULL;

	for (unsigned int i = 0; i < OSIM__FTRACE_CALLS; i++) {
		struct osim__ftrace_call *call = &r->calls[i];

		if (call->used && call->thread_id == thread_id)
			return call;
		if (!call->used && !place)
			place = call;
	}
	return place;
}

static bool on_begin(struct osim_trace_reader *r, uint64_t param)
{
	struct osim__ftrace_call *call = call_of(r, r->event.thread_id);

	if (!call)
		osim__trace_wrong(r, "more than %u calls under way: its return will be missing",
				  OSIM__FTRACE_CALLS);
	else if (call->used)
		osim__trace_wrong(r, "task %" PRIu32 " calls, and its call before has not returned",
				  r->event.thread_id);
	if (call)
		*call = (struct osim__ftrace_call){.used = true,
						   .thread_id = r->event.thread_id,
						   .param = param,
						   .in = r->regs_in};
	r->event.kind = OSIM_EVENT_CALL;
	r->event.in = &r->regs_in;
	return true;
}

static bool on_end(struct osim_trace_reader *r, uint64_t param)
{
	struct osim__ftrace_call *call = call_of(r, r->event.thread_id);

	if (!call || !call->used || call->param != param) {
		osim__trace_wrong(r, "task %" PRIu32 " returns from a call that is not there",
				  r->event.thread_id);
		return false;
	}
	call->used = false;
	r->regs_in = call->in;
	r->event.kind = OSIM_EVENT_RETURN;
	r->event.in = &r->regs_in;
	r->event.out = &r->regs_out;
	return true;
}

bool osim__ftrace_line(struct osim_trace_reader *r)
{
	static const char begin[] = FUNCTION "begin:", end[] = FUNCTION "end:";
	const char *at = osim__ftrace_is_line(r->line) ? strstr(r->line, FUNCTION) : NULL;
	bool begins = at && !strncmp(at, begin, strlen(begin));
	uint64_t param;

	if (!at) {
		/* Other events, comments; but not what the kernel says of its own losses. */
		if (strstr(r->line, " EVENTS]") || strstr(r->line, "EVENTS DROPPED"))
			osim__trace_wrong(r, "events were lost: '%.64s'", r->line);
		return false;
	}
	if (!begins && strncmp(at, end, strlen(end)) != 0)
		return wrong(r, at, "optee_invoke_fn_begin: or optee_invoke_fn_end:");
	if (!read_head(r, at))
		return false;
	at += begins ? strlen(begin) : strlen(end);
	if (!read_param(r, &at, &param))
		return false;
	if (begins)
		return read_words(r, at, ARGS, UINT32_MAX, &r->regs_in) && on_begin(r, param);
	return skip(r, &at, "ret ") && read_words(r, at, RETURNED, UINT64_MAX, &r->regs_out) &&
	       on_end(r, param);
}
