/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_TRACE_ROWS_H
#define OSIM_TRACE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * The paper of a time line: rows of a head (time, CPU, context), what the normal world does on the
 * left, the wire, and what the secure world does on the right. A row is written from the left as it
 * becomes known.
 */

#define OSIM__ROWS_WIDTH_MIN 80u
#define OSIM__ROWS_WIDTH_MAX 400u
#define OSIM__ROWS_WIDTH     120u

enum osim__style {
	OSIM__STYLE_PLAIN,
	OSIM__STYLE_DIM,
	OSIM__STYLE_STRONG,
	OSIM__STYLE_SECURE,
	OSIM__STYLE_IRQ,
	OSIM__STYLE_WARN,
	OSIM__STYLE_ERR,
};

struct osim__rows {
	FILE *out;
	void (*write)(void *arg, const char *text, size_t size_bytes);
	void *arg;
	unsigned int width;
	bool color;
	bool open; /* a row has been begun and not ended */
	unsigned int column;
};

struct osim__row_head {
	uint64_t time_ns;
	int cpu;	 /* -1: none */
	const char *who; /* "": nobody */
};

/* The titles of the columns. */
void osim__rows_title(struct osim__rows *r);

/* The head and the left part, which may take the whole width. No row may be open. */
void osim__row_begin(struct osim__rows *r, const struct osim__row_head *head,
		     enum osim__style style, const char *left);

/* The wire ("-->", or "" for none) and the right part, of the open row; ends it. */
void osim__row_wire(struct osim__rows *r, const char *wire, enum osim__style style,
		    const char *right);

/* Ends the row, if one is open. */
void osim__row_end(struct osim__rows *r);

/* More lines below the left part of the row before, as they are. */
void osim__row_more(struct osim__rows *r, enum osim__style style, const char *lines);

#endif
