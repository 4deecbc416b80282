/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef COVER_H
#define COVER_H

/*
 * Which rules hold what the protocol has: for each thing of the ABI's table that needs a decision
 * of its own, rules, or the reason why there is none.
 */
struct cover {
	const char *what;  /* a pattern, as fnmatch() has them; see page.c for the names */
	const char *rules; /* ids with blanks between, or NULL */
	const char *why;   /* there is no rule because; or what is to be known besides */
};

/* The first that matches counts. The last has what NULL. */
extern const struct cover cover_table[];

/* Statements of the headers that are not in the table: what must be done, in our words. */
struct statement {
	const char *where, *what, *rules, *why;
};

extern const struct statement statements[];

#endif
