/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_CLI_BUILDLOG_H
#define OSIM_CLI_BUILDLOG_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

/* What the tools of a build say: all of it to a file, how far they are to the terminal. */
struct osim__cli_log {
	char path[PATH_MAX];
	FILE *file;
	bool terminal;
	bool shown; /* a line of progress stands there */
};

/* false, after a message: it cannot be written. */
bool osim__cli_log_open(struct osim__cli_log *log, const char *option, const char *dir,
			const char *name);
void osim__cli_log_close(struct osim__cli_log *log);

/* Takes one line; arg is a log. For osim__cli_spawn(). */
void osim__cli_log_line(void *arg, const char *line);

/* Is that in one of its lines? */
bool osim__cli_log_has(struct osim__cli_log *log, const char *text);

/*
 * Tells the first errors that are in it. Of paths below dir only the rest is shown: what is in
 * there is a copy.
 */
void osim__cli_log_explain(struct osim__cli_log *log, const char *dir);

#endif
