/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_CLI_CLI_H
#define OSIM_CLI_CLI_H

#include <stdio.h>

#include <optee_sim/counters.h>
#include <optee_sim/driver.h>
#include <optee_sim/secure.h>
#include <optee_sim/trace.h>

/* The command line program: the only room that prints or exits. */

enum {
	OSIM__EXIT_CLEAN = 0,
	OSIM__EXIT_FINDINGS = 1,
	OSIM__EXIT_USAGE = 2, /* and whatever else kept the run from being made */
};

/* The driver of this program (cmake/osim_runner.c.in). */
extern struct osim_driver *const osim_runner_driver;
/* Scenarios of the files it was built with: what OSIM_SCENARIO() lists. */
extern const struct osim_scenario *const __start_osim_scenarios[] __attribute__((weak));
extern const struct osim_scenario *const __stop_osim_scenarios[] __attribute__((weak));
/* There where it was built with COVERAGE: words of the tool that reads counters, ';' between them,
 * and what writes them. */
extern const char *const osim_runner_gcov __attribute__((weak));
void osim_runner_counters(void) __attribute__((weak));

/* "optee-sim: ..." on stderr. */
void osim__cli_error(const char *format, ...) OSIM_PRINTF(1, 2);

/* --- numbers (number.c) --- */

/* Decimal, or hex after 0x, and nothing else. false: no number, or above max. */
bool osim__cli_number(const char *text, uint64_t max, uint64_t *value);

/* Values to post, first .. last; one after another. */
struct osim__cli_range {
	uint32_t first, last;
};

struct osim__cli_ranges {
	struct osim__cli_range *items;
	size_t count;
	uint64_t values; /* of all items */
};

/* Values that one --post can ask for. */
#define OSIM__CLI_POSTS_MAX 1000000u

/* Adds "5,0,1-4". false: why says what is wrong with which word. */
bool osim__cli_ranges_add(struct osim__cli_ranges *r, const char *text, char *why, size_t len);

/* --- options of run (options.c) --- */

enum osim__cli_shm {
	OSIM__CLI_SHM_BOTH,
	OSIM__CLI_SHM_DYNAMIC,
	OSIM__CLI_SHM_RESERVED,
};

enum osim__cli_color {
	OSIM__CLI_COLOR_AUTO,
	OSIM__CLI_COLOR_ALWAYS,
	OSIM__CLI_COLOR_NEVER,
};

struct osim__cli_options {
	const char *kernel;    /* NULL: the driver of this program */
	const char *driver;    /* files of an own driver, ';' between them; NULL: none */
	const char *scenarios; /* files of scenarios, in the same way; NULL: none */
	const char *build;     /* "plain", "asan" */
	bool against;	       /* it is the other tree's, of check --against */
	bool coverage;	       /* count executed lines */
	bool built;	       /* this program is what kernel and build say */
	struct osim_options machine;
	struct osim_secure_options secure;
	struct osim__cli_ranges posts;
	bool realtime;
	uint64_t seed;
	bool seeded;
	const char *json;
	const char *trace; /* events are written to; NULL: they are not */
	enum osim__cli_color color;
	bool raw_addresses;
	bool verbose;

	/* As given, until they are put together. */
	bool caps_given;
	enum osim__cli_shm shm;
	int rpc_arg;
};

/* Exits with 2 after a message where they make no sense. */
void osim__cli_options_parse(struct osim__cli_options *o, int argc, char **argv);

/* --- commands --- */

int osim__cli_run(int argc, char **argv);
int osim__cli_check(int argc, char **argv);

enum osim__cli_built {
	OSIM__CLI_BUILT,
	OSIM__CLI_BUILT_NOT, /* the tree is none with this driver, or does not compile */
	OSIM__CLI_BUILT_ERROR,
};

/* Builds the runner of o->kernel or o->driver, or finds it. Not BUILT: after a message. */
enum osim__cli_built osim__cli_build_runner(const struct osim__cli_options *o, char *runner,
					    size_t bytes);
/*
 * Becomes the runner with the same command and options, and what is before them (a list that ends
 * with NULL). Comes back only where that fails, after a message.
 */
void osim__cli_become(const char *runner, const char *command, const char *const before[], int argc,
		      char **argv);
/* Both. */
void osim__cli_build(const struct osim__cli_options *o, const char *command, int argc, char **argv);

/* --- what a run ends with --- */

struct osim__cli_result {
	const struct osim__cli_options *options;
	struct osim_machine *m;
	struct osim_counters *counters;
	const char *stopped; /* which step failed, "probe"; NULL: none */
	int error;	     /* its negative errno */
};

/* For people. */
void osim__cli_summary(const struct osim__cli_result *r, FILE *out);

/* --- files (file.c) --- */

/* A file that an option asks for; path NULL: it was not given. */
struct osim__cli_output {
	const char *option, *path;
};

/* "-": what is written goes to standard output, in place of the text that would stand there; what
 * is read comes from standard input. */
bool osim__cli_is_std(const char *path);
/* false, after a message: two of them are to be one file. */
bool osim__cli_outputs_differ(const struct osim__cli_output *outputs, size_t count);
/* Does one of them go to standard output? */
bool osim__cli_outputs_stdout(const struct osim__cli_output *outputs, size_t count);

/* Says so, by errno; false. */
bool osim__cli_cannot_write(const char *option, const char *path);
/* false, after a message with the option's name: it cannot be written. Nothing is changed. */
bool osim__cli_file_check(const char *option, const char *path);
/* The file becomes what fill writes, or stays what it was: false, after a message. */
bool osim__cli_file_write(const char *option, const char *path,
			  bool (*fill)(FILE *out, const void *arg), const void *arg);

/* --- a trace that is written (trace_file.c) --- */

struct osim__cli_trace_file {
	const char *option, *path;
	FILE *out;
	struct osim_trace_writer *writer; /* NULL: nothing is written */
	int error;			  /* errno of the first write that failed */
};

/* As osim__cli_file_check(), of a file that is written directly. */
bool osim__cli_trace_check(const char *option, const char *path);

/* path NULL: nothing is written. false, after a message: it cannot be; to be closed all the same.
 */
bool osim__cli_trace_open(struct osim__cli_trace_file *t, const char *option, const char *path);
void osim__cli_trace_event(struct osim__cli_trace_file *t, const struct osim_event *event);
/* false, after a message: not all was written. What is closed is ignored. */
bool osim__cli_trace_close(struct osim__cli_trace_file *t);

/* --- a file for programs (json.c) --- */

/* For osim__cli_file_write(): root is a json_t. */
bool osim__cli_json_dump(FILE *out, const void *root);

/* false, after a message: it cannot be written. Nothing is changed, whatever the answer. */
bool osim__cli_json_check(const char *path);
/* false, after a message: as above; what was there before stays. */
bool osim__cli_json_write(const char *path, const struct osim__cli_result *r);

/* --- processes (process.c) --- */

/*
 * Runs a program found in PATH and gives each line that it prints, on either stream, to fn. Its
 * exit status; 128 + the signal that ended it; or a negative errno where it was not started.
 */
int osim__cli_spawn(const char *const argv[], void (*fn)(void *arg, const char *line), void *arg);

#endif
