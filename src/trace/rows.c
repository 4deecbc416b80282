/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/rows.h"

#include <inttypes.h>
#include <string.h>

#define NSEC_PER_USEC 1000u
#define USEC_PER_SEC  1000000u

/* Columns of the head: "0.000000  0 irq/219-optee   ". */
#define WHO_COLUMNS 15
#define LEFT	    (8u + 1u + 2u + 1u + WHO_COLUMNS + 1u)
#define WIRE	    5u
#define HANG	    2u /* of the second line of a text */

/* So that "client=" and a UUID fit in one line of the default width. */
static unsigned int wire_column(const struct osim__rows *r)
{
	return LEFT + (r->width - LEFT - WIRE) / 2u - 1u;
}

static void put(struct osim__rows *r, const char *text, size_t bytes)
{
	if (r->write)
		r->write(r->arg, text, bytes);
	else
		fwrite(text, 1, bytes, r->out);
}

static void put_styled(struct osim__rows *r, enum osim__style style, const char *text, size_t bytes)
{
	static const char *const codes[] = {
		[OSIM__STYLE_DIM] = "\033[2m",	   [OSIM__STYLE_STRONG] = "\033[1m",
		[OSIM__STYLE_SECURE] = "\033[36m", [OSIM__STYLE_IRQ] = "\033[35m",
		[OSIM__STYLE_WARN] = "\033[33m",   [OSIM__STYLE_ERR] = "\033[1;31m",
	};
	bool colored = r->color && style != OSIM__STYLE_PLAIN && bytes;

	if (colored)
		put(r, codes[style], strlen(codes[style]));
	put(r, text, bytes);
	if (colored)
		put(r, "\033[0m", 4);
	r->column += (unsigned int)bytes;
}

static void newline(struct osim__rows *r)
{
	put(r, "\n", 1);
	r->column = 0;
}

static void pad_to(struct osim__rows *r, unsigned int column)
{
	static const char spaces[] = "                                ";

	while (r->column < column) {
		unsigned int n = column - r->column;

		if (n > sizeof(spaces) - 1)
			n = sizeof(spaces) - 1;
		put(r, spaces, n);
		r->column += n;
	}
}

/* How much of the text goes on a line with room for so many columns. */
static size_t piece(const char *text, size_t room)
{
	size_t len = strcspn(text, "\n"), end = room;

	if (len <= room)
		return len;
	while (end && text[end] != ' ' && text[end - 1] != ',')
		end--;
	if (end)
		return end;
	/* One long word: it sticks out. */
	return strcspn(text, " \n");
}

/* The text from column on, with a hanging indent where it takes more than one line. */
static void put_wrapped(struct osim__rows *r, unsigned int column, enum osim__style style,
			const char *text)
{
	size_t n;

	pad_to(r, *text ? column : 0);
	n = piece(text, r->width - column);
	put_styled(r, style, text, n);
	for (text += n; *text; text += n) {
		text += strspn(text, " \n");
		if (!*text)
			break;
		newline(r);
		pad_to(r, column + HANG);
		n = piece(text, r->width - column - HANG);
		put_styled(r, style, text, n);
	}
}

static void put_head(struct osim__rows *r, const struct osim__row_head *head)
{
	uint64_t us = head->time_ns / NSEC_PER_USEC;
	char text[64], cpu[12] = "-";
	int room;

	if (head->cpu >= 0)
		snprintf(cpu, sizeof(cpu), "%d", head->cpu);
	snprintf(text, sizeof(text), "%" PRIu64 ".%06" PRIu64 " %2s ", us / USEC_PER_SEC,
		 us % USEC_PER_SEC, cpu);
	put_styled(r, OSIM__STYLE_DIM, text, strlen(text));
	/* Time since a board's start takes of its room. */
	room = r->column < LEFT - 1 ? (int)(LEFT - 1 - r->column) : 0;
	snprintf(text, sizeof(text), "%.*s", room < WHO_COLUMNS ? room : WHO_COLUMNS, head->who);
	put_styled(r, OSIM__STYLE_PLAIN, text, strlen(text));
}

void osim__rows_title(struct osim__rows *r)
{
	static const char head[] = "seconds cpu context", left[] = "normal world",
			  right[] = "secure world";

	put_styled(r, OSIM__STYLE_DIM, head, sizeof(head) - 1);
	pad_to(r, LEFT);
	put_styled(r, OSIM__STYLE_DIM, left, sizeof(left) - 1);
	pad_to(r, wire_column(r) + WIRE);
	put_styled(r, OSIM__STYLE_DIM, right, sizeof(right) - 1);
	newline(r);
}

void osim__row_begin(struct osim__rows *r, const struct osim__row_head *head,
		     enum osim__style style, const char *left)
{
	put_head(r, head);
	put_wrapped(r, LEFT, style, left);
	r->open = true;
}

void osim__row_wire(struct osim__rows *r, const char *wire, enum osim__style style,
		    const char *right)
{
	unsigned int column = wire_column(r);

	if (*wire || *right) {
		if (r->column >= column)
			newline(r);
		if (*wire) {
			pad_to(r, column);
			put_styled(r, OSIM__STYLE_STRONG, wire, strlen(wire));
		}
		put_wrapped(r, column + WIRE, style, right);
	}
	osim__row_end(r);
}

void osim__row_end(struct osim__rows *r)
{
	if (r->open)
		newline(r);
	r->open = false;
}

void osim__row_more(struct osim__rows *r, enum osim__style style, const char *lines)
{
	while (*lines) {
		size_t n = strcspn(lines, "\n");

		pad_to(r, LEFT + 2 * HANG);
		put_styled(r, style, lines, n);
		newline(r);
		lines += n + (lines[n] == '\n');
	}
}
