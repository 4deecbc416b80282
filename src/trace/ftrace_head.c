/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "trace/reader.h"

/*
 * What stands before the name of an event: a task, a CPU and a time. There is more than one way to
 * print that, and names of tasks may have any sign in them, so a head is read from its end.
 *
 *   xtest-211     [001] d..1.   12.345678:       the file trace, and trace-cmd report
 *   xtest-211     (    211) [001] .....   12.345678:  with the process
 *   xtest-211       1d..1.    5us+:              with latency-format, or of a kernel that died
 *   xtest-211       1d..1.   12.345678901:       trace-cmd report -l -t
 *   xtest-211     [001]   12.345678: (+41)       trace-cmd report --ts-diff
 *   xtest   211 [001]    12.345678: optee:       perf script; also 211/211, process and task
 *
 * On a console each may have the console's own "[   12.345678] " before it.
 */

#define NS_PER_S  1000000000u
#define NS_PER_US 1000u
#define NS_DIGITS 9u
/* Flags of interrupts, scheduling and preemption. */
#define FLAGS_MAX 8u

static const char *trim(const char *line, const char *end)
{
	while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	return end;
}

/* The last word before *end, which is moved to its beginning. */
static const char *last_word(const char *line, const char **end)
{
	const char *stop = trim(line, *end);

	for (*end = stop; *end > line && (*end)[-1] != ' ' && (*end)[-1] != '\t';)
		--*end;
	return stop;
}

/* --- time --- */

/* "12.345678", or what a clock counts that knows no seconds, up to stop. */
static bool seconds(const char *at, const char *stop, uint64_t *time_ns)
{
	uint64_t whole, fraction;
	const char *from;

	if (!osim__trace_number(&at, 10, UINT64_MAX, &whole))
		return false;
	*time_ns = whole;
	if (at == stop)
		return true;
	from = ++at;
	if (at[-1] != '.' || whole >= UINT64_MAX / NS_PER_S ||
	    !osim__trace_number(&at, 10, NS_PER_S - 1, &fraction) || at != stop ||
	    at - from > (int)NS_DIGITS)
		return false;
	for (size_t digits = (size_t)(at - from); digits < NS_DIGITS; digits++)
		fraction *= 10;
	*time_ns = whole * NS_PER_S + fraction;
	return true;
}

/* "5us", and a mark of how long it is to the next. */
static bool microseconds(const char *at, const char *stop, uint64_t *time_ns)
{
	if (!osim__trace_number(&at, 10, UINT64_MAX / NS_PER_US, time_ns) ||
	    strncmp(at, "us", 2) != 0)
		return false;
	*time_ns *= NS_PER_US;
	at += 2;
	return at == stop || (at + 1 == stop && strchr("+!#*@$", *at));
}

/* What may come between the time and the name: "(+41)" since the event before, and the system. */
static const char *before_name(const char *line, const char *end)
{
	static const char system[] = "optee:";
	size_t len = strlen(system);
	const char *stop, *word;

	if ((size_t)(end - line) > len && !strncmp(end - len, system, len))
		end -= len;
	word = end;
	stop = last_word(line, &word);
	return stop - word > 3 && !strncmp(word, "(+", 2) && stop[-1] == ')' ? word : end;
}

/* The time and its colon; *end is moved before them. */
static bool read_time(struct osim_trace_reader *r, const char **end)
{
	const char *stop = trim(r->line, before_name(r->line, *end)), *behind;

	if (stop == r->line || stop[-1] != ':')
		return osim__trace_wrong_at(r, r->line, "a task, a CPU and a time");
	*end = stop - 1;
	stop = last_word(r->line, end);
	/* Nothing is between the CPU and a time that has many digits. */
	behind = memchr(*end, ']', (size_t)(stop - *end));
	if (behind)
		*end = behind + 1;
	if (seconds(*end, stop, &r->event.time_ns) || microseconds(*end, stop, &r->event.time_ns))
		return true;
	return osim__trace_wrong_at(r, *end, "a time");
}

/* --- CPU --- */

/* "[001]", and what may stand between it and the time: one word of flags. */
static bool cpu_in_brackets(const char *line, const char **end, uint64_t *cpu)
{
	const char *from = *end, *stop = trim(line, from), *at;
	bool flags = stop > line && stop[-1] != ']';

	if (flags) {
		stop = last_word(line, &from);
		if (stop - from > (int)FLAGS_MAX)
			return false;
		stop = trim(line, from);
	}
	if (stop == line || stop[-1] != ']')
		return false;
	for (from = stop - 1; from > line && from[-1] != '[';)
		from--;
	at = from;
	if (from == line || !osim__trace_number(&at, 10, UINT32_MAX, cpu) || at != stop - 1)
		return false;
	*end = from - 1;
	return true;
}

/* "1d..1.": the CPU and the flags in one word. */
static bool cpu_with_flags(const char *line, const char **end, uint64_t *cpu)
{
	const char *from = *end, *stop = last_word(line, &from), *at = from;

	if (!osim__trace_number(&at, 10, UINT32_MAX, cpu) || at == stop ||
	    stop - at > (int)FLAGS_MAX || !strchr(".dDbX", *at))
		return false;
	*end = from;
	return true;
}

/* --- task --- */

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

/* The console's own time, "[   12.345678] ". */
static const char *skip_console(const char *line)
{
	const char *at = line + strspn(line, " \t");
	uint64_t number;

	if (*at++ != '[')
		return line;
	at += strspn(at, " ");
	if (!osim__trace_number(&at, 10, UINT64_MAX, &number) || *at++ != '.' ||
	    !osim__trace_number(&at, 10, UINT64_MAX, &number) || *at++ != ']')
		return line;
	return at;
}

static bool read_task(struct osim_trace_reader *r, const char *end)
{
	const char *line = skip_console(r->line), *dash, *at;
	uint64_t pid;
	size_t len;

	line = line < end ? line : r->line;
	line += strspn(line, " \t");
	end = drop_tgid(line, trim(line, end));
	/* perf has blanks there, and may have the process in front. */
	for (at = end; at > line && at[-1] >= '0' && at[-1] <= '9';)
		at--;
	dash = at - 1;
	if (at == line || at == end || !strchr("- \t/", *dash) ||
	    !osim__trace_number(&at, 10, UINT32_MAX, &pid))
		return osim__trace_wrong_at(r, line, "a task as NAME-PID");
	if (*dash == '/')
		last_word(line, &dash);
	len = (size_t)((*dash == '-' ? dash : trim(line, dash)) - line);
	if (len > OSIM__FTRACE_NAME)
		return osim__trace_wrong_at(r, line, "the name of a task");
	memcpy(r->name, line, len);
	r->name[len] = '\0';
	r->event.thread_id = (uint32_t)pid;
	r->event.thread_name = r->name;
	return true;
}

bool osim__ftrace_head(struct osim_trace_reader *r, const char *end)
{
	uint64_t cpu;

	r->event = (struct osim_event){.seq = r->events, .context = OSIM_CONTEXT_THREAD};
	if (!read_time(r, &end))
		return false;
	if (!cpu_in_brackets(r->line, &end, &cpu) && !cpu_with_flags(r->line, &end, &cpu))
		return osim__trace_wrong_at(r, r->line, "a task, a CPU and a time");
	r->event.cpu = (uint32_t)cpu;
	return read_task(r, end);
}
