/* SPDX-License-Identifier: BSD-2-Clause */
#include <argp.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/cmd_replay.h"
#include "cli/cmd_trace.h"

static const struct {
	const char *name;
	int (*fn)(int argc, char **argv);
} commands[] = {
	{"run", osim__cli_run},
	{"check", osim__cli_check},
	{"replay", osim__cmd_replay},
	{"trace", osim__cmd_trace},
};

static const char doc[] =
	"Runs an OP-TEE driver against a fake secure world, in this process.\v"
	"Commands:\n"
	"  run      Bind the driver, post notifications, remove it; print both worlds\n"
	"           on one time line\n"
	"  check    Run the driver through every scenario, fault and order of events\n"
	"           and print what is wrong with it\n"
	"  replay   Play recordings of a real OP-TEE, and tell what the fake secure\n"
	"           world answers differently\n"
	"  trace    Convert, show or compare recorded traces\n"
	"\n"
	"\"optee-sim COMMAND --help\" tells the options of a command.\n"
	"\n"
	"Exit status: 0 clean, 1 findings, 2 wrong usage or a tree that does not\n"
	"compile.";

void osim__cli_error(const char *format, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("optee-sim: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
}

/* "run, replay" */
static const char *known(void)
{
	static char text[128];
	size_t used = 0;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? ", " : "",
					 commands[i].name);
	return text;
}

static void print_version(FILE *out, struct argp_state *state)
{
	(void)state;
	fprintf(out, "optee-sim %s (driver: %s)\n", osim_version(),
		osim_driver_name(osim_runner_driver));
}

/* The command and all that follows it are the command's to parse. */
static error_t parse(int key, char *arg, struct argp_state *state)
{
	char ***rest = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		*rest = &state->argv[state->next - 1];
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no command given; there are: %s", known());
		return 0;
	default:
		(void)arg;
		return ARGP_ERR_UNKNOWN;
	}
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.parser = parse, .args_doc = "COMMAND [OPTION...]", .doc = doc};
	static char name[64];
	char **rest = NULL;
	int status;

	argp_program_version_hook = print_version;
	argp_err_exit_status = OSIM__EXIT_USAGE;
	if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &rest) || !rest)
		return OSIM__EXIT_USAGE;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(rest[0], commands[i].name) != 0)
			continue;
		snprintf(name, sizeof(name), "optee-sim %s", rest[0]);
		rest[0] = name;
		status = commands[i].fn((int)(&argv[argc] - rest), rest);
		if (fflush(stdout) || ferror(stdout)) {
			osim__cli_error("cannot write to standard output: %s", strerror(errno));
			return OSIM__EXIT_USAGE;
		}
		return status;
	}
	osim__cli_error("no command '%s'; there are: %s", rest[0], known());
	return OSIM__EXIT_USAGE;
}
