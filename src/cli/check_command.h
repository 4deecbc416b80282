/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_CLI_CHECK_COMMAND_H
#define OSIM_CLI_CHECK_COMMAND_H

#include <optee_sim/check.h>

#include "cli/check_report.h"
#include "cli/cli.h"

/* For git bisect run; see its manual. */
enum {
	OSIM__EXIT_BISECT_SKIP = 125,
	OSIM__EXIT_BISECT_STOP = 128,
};

/* What --peer may be, by enum osim_check_peer. */
#define OSIM__CLI_PEERS 3u
extern const char *const osim__cli_peers[OSIM__CLI_PEERS];

/* Options of check, and what comes of it. */
struct osim__cli_check {
	struct osim_check_options options;
	struct osim__cli_options build; /* for the runner of a tree */
	const char *again;
	const char *json, *junit, *sarif, *baseline, *baseline_write, *against;
	const char *coverage;	   /* directory */
	const char *trace;	   /* is held against the rules, in place of a driver */
	const char *write_trace;   /* of the run made again */
	const char *access_runner; /* of the same driver, built to tell its accesses */
	char *against_report;	   /* what the check of --against wrote */
	const char *only;	   /* as it was given */
	char *files, *scenarios;   /* of build.driver and build.scenarios */
	char *command; /* "optee-sim check --kernel TREE --build asan", as it has to be given again
			*/
	bool list, terminal, bisect, tap, build_given, budget_given;
	bool quiet;	/* standard output is a file that was asked for */
	bool not_trace; /* an option was given that says how a driver is run */
	struct osim__cli_report report;
};

/* What the command is for this driver, without what only concerns one check. NULL: no memory. */
char *osim__cli_check_command(const struct osim__cli_check *c);
/* Checks --against's tree the same way, into a new file that the caller drops. 0, or status. */
int osim__cli_check_old(const struct osim__cli_check *c, char **report);
/*
 * Has the driver's other runner look for data races, and takes the time off the budget. Its report,
 * which the caller drops; NULL, after a message.
 */
char *osim__cli_check_races(struct osim__cli_check *c);
/* The file, which was made for one report, is removed also by a signal that ends this program. */
void osim__cli_new_file(char *path);
/* Removes the file, and frees its name. NULL is ignored. */
void osim__cli_new_file_drop(char *path);
/* Builds the driver and becomes its runner, which is told of the other one. Comes back, with a
 * status, where that fails. */
int osim__cli_check_build(const struct osim__cli_check *c, const char *report, int argc,
			  char **argv);

/* Files that were asked for, and those that are read (check_files.c). Told before anything is built
 * or run: false, after a message. */
bool osim__cli_check_files_fine(struct osim__cli_check *c);
/* Each is tried. false, after a message: one was not written. */
bool osim__cli_check_files_write(const struct osim__cli_check *c);

/* Makes one run again (check_again.c). Status. */
int osim__cli_check_again(const struct osim__cli_check *c);
/* Checks a recorded trace (check_trace.c). Status. */
int osim__cli_check_trace(const struct osim__cli_check *o);

#endif
