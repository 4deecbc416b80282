/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

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
	}
}

/* true: the line at hand is an event. */
static bool take_line(struct osim_trace_reader *r)
{
	bool native = r->source == OSIM_TRACE_SOURCE_NATIVE;

	if (r->source == OSIM_TRACE_SOURCE_UNKNOWN) {
		find_source(r);
		if (r->source != OSIM_TRACE_SOURCE_FTRACE)
			return false;
	}
	return native ? osim__native_line(r) : osim__ftrace_line(r);
}

static int tell_end(struct osim_trace_reader *r)
{
	if (ferror(r->in))
		return -EIO;
	if (r->ended)
		return 0;
	r->ended = true;
	if (r->source == OSIM_TRACE_SOURCE_NATIVE)
		osim__native_end(r);
	if (r->source == OSIM_TRACE_SOURCE_UNKNOWN)
		osim__trace_wrong(r, "the file is neither a trace of optee_sim nor a text of "
				     "ftrace with optee_invoke_fn_begin or _end");
	return 0;
}

int osim_trace_reader_next(struct osim_trace_reader *r, const struct osim_event **event)
{
	for (;;) {
		enum line line = read_line(r);

		if (line == LINE_END)
			return tell_end(r);
		if (line == LINE_GARBLED) {
			osim__trace_wrong(r, "control characters, or more than %u bytes",
					  OSIM__TRACE_LINE_MAX - 1);
			r->gap = true;
			r->lines++;
			continue;
		}
		if (!take_line(r))
			continue;
		r->events++;
		*event = &r->event;
		return 1;
	}
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
	return r->number;
}

enum osim_trace_source osim_trace_reader_source(const struct osim_trace_reader *r)
{
	return r->source;
}

void osim_trace_reader_free(struct osim_trace_reader *r)
{
	free(r);
}
