/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/rules.h>

void osim__trace_wrong(struct osim_trace_reader *r, const char *format, ...)
{
	char why[256];
	va_list ap;

	r->unreadable_count++;
	va_start(ap, format);
	vsnprintf(why, sizeof(why), format, ap);
	va_end(ap);
	if (r->unreadable)
		r->unreadable(r->arg, r->number, why);
}

bool osim__trace_wrong_at(struct osim_trace_reader *r, const char *at, const char *what)
{
	if (*at)
		osim__trace_wrong(r, "'%.32s' is not %s", at, what);
	else
		osim__trace_wrong(r, "the line ends where %s should be", what);
	return false;
}

static unsigned int digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned int)(c - 'a') + 10;
	return 16;
}

bool osim__trace_number(const char **at, unsigned int base, uint64_t max, uint64_t *value)
{
	const char *p = *at;
	uint64_t v = 0;

	for (; digit(*p) < base; p++) {
		unsigned int d = digit(*p);

		if (d > max || v > (max - d) / base)
			return false;
		v = v * base + d;
	}
	if (p == *at)
		return false;
	*at = p;
	*value = v;
	return true;
}

/* --- lines --- */

enum line { LINE_END, LINE_TEXT, LINE_GARBLED };

/* Garbled: longer than any can be, or with a byte that no text has. */
static enum line read_line(struct osim_trace_reader *r)
{
	enum line kind = LINE_TEXT;
	size_t used = 0;
	int c = getc(r->in);

	if (c == EOF)
		return LINE_END;
	r->number++;
	for (; c != EOF && c != '\n'; c = getc(r->in)) {
		if (used == sizeof(r->line) - 1 || (c < ' ' && c != '\t' && c != '\r'))
			kind = LINE_GARBLED;
		else
			r->line[used++] = (char)c;
	}
	r->whole = c == '\n';
	while (used && r->line[used - 1] == '\r')
		used--;
	r->line[used] = '\0';
	return kind;
}

/* What the file is, by its first lines. */
static void find_source(struct osim_trace_reader *r)
{
	static const char head[] = OSIM__NATIVE_HEAD_WORDS;

	if (r->number == 1 && !strncmp(r->line, head, strlen(head))) {
		r->source = OSIM_TRACE_SOURCE_NATIVE;
		if (strcmp(r->line, OSIM__NATIVE_HEAD) != 0)
			osim__trace_wrong(r, "'%.40s' is not '%s', the version that is known",
					  r->line, OSIM__NATIVE_HEAD);
	} else if (osim__ftrace_is_line(r->line)) {
		r->source = OSIM_TRACE_SOURCE_FTRACE;
	} else if (osim__recorded_is_line(r->line)) {
		r->recorded = calloc(1, sizeof(*r->recorded));
		r->source = OSIM_TRACE_SOURCE_RECORDING;
	}
}

static void garbled(struct osim_trace_reader *r)
{
	osim__trace_wrong(r, "control characters, or more than %u bytes", OSIM__TRACE_LINE_MAX - 1);
	r->gap = true;
	r->lines++;
}

/* 1: the line at hand is an event; 0: not; -ENOMEM. */
static int take_line(struct osim_trace_reader *r, enum line line)
{
	bool known = r->source != OSIM_TRACE_SOURCE_UNKNOWN;

	if (!known)
		find_source(r);
	r->event_line = r->number;
	if (r->source == OSIM_TRACE_SOURCE_RECORDING && !r->recorded)
		return -ENOMEM;
	if (r->source == OSIM_TRACE_SOURCE_RECORDING)
		return osim__recorded_line(r, line == LINE_GARBLED);
	if (line == LINE_GARBLED && r->source != OSIM_TRACE_SOURCE_UNKNOWN)
		garbled(r);
	else if (r->source == OSIM_TRACE_SOURCE_FTRACE)
		return osim__ftrace_line(r);
	else if (known)
		return osim__native_line(r);
	return 0;
}

/* 1: an event that was still to come. */
static int tell_end(struct osim_trace_reader *r)
{
	if (ferror(r->in))
		return -EIO;
	if (r->ended)
		return 0;
	if (r->recorded) {
		osim__recorded_last(r);
		if (osim__recorded_next(r))
			return 1;
		osim__recorded_end(r);
	}
	r->ended = true;
	if (r->source == OSIM_TRACE_SOURCE_NATIVE)
		osim__native_end(r);
	if (r->source == OSIM_TRACE_SOURCE_UNKNOWN)
		osim__trace_wrong(r, "the file is neither a trace of optee_sim nor a text of "
				     "ftrace with optee_invoke_fn_begin or _end, nor a recording");
	return 0;
}

int osim_trace_reader_next(struct osim_trace_reader *r, const struct osim_event **event)
{
	int got = 0;

	while (!got) {
		enum line line;

		got = r->recorded && osim__recorded_next(r);
		if (got)
			break;
		line = read_line(r);
		got = line == LINE_END ? tell_end(r) : take_line(r, line);
		if (line == LINE_END && got <= 0)
			return got;
	}
	if (got < 0)
		return got;
	r->events++;
	*event = &r->event;
	return 1;
}

int osim_trace_reader_new(FILE *in, osim_trace_unreadable_fn *unreadable, void *arg,
			  struct osim_trace_reader **r)
{
	struct osim_trace_reader *made = calloc(1, sizeof(*made));

	if (!made)
		return -ENOMEM;
	made->in = in;
	made->unreadable = unreadable;
	made->arg = arg;
	*r = made;
	return 0;
}

unsigned long osim_trace_reader_unreadable(const struct osim_trace_reader *r)
{
	return r->unreadable_count;
}

unsigned long osim_trace_reader_line(const struct osim_trace_reader *r)
{
	return r->event_line;
}

enum osim_trace_source osim_trace_reader_source(const struct osim_trace_reader *r)
{
	return r->source;
}

unsigned int osim_trace_reader_sees(const struct osim_trace_reader *r)
{
	switch (r->source) {
	case OSIM_TRACE_SOURCE_NATIVE:
		return r->midway ? OSIM_SEES_ALL & ~(unsigned int)OSIM_SEES_START : OSIM_SEES_ALL;
	case OSIM_TRACE_SOURCE_FTRACE:
		return OSIM_SEES_YIELDING;
	case OSIM_TRACE_SOURCE_RECORDING:
		return OSIM_SEES_YIELDING | OSIM_SEES_FAST | OSIM_SEES_REGS | OSIM_SEES_MESSAGES |
		       OSIM_SEES_START;
	default:
		return 0;
	}
}

void osim_trace_reader_free(struct osim_trace_reader *r)
{
	if (r && r->recorded)
		osim__recorded_mem_fini(&r->recorded->mem);
	if (r)
		free(r->recorded);
	free(r);
}
