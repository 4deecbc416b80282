/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cmd_replay.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <optee_sim/replay.h>

#include "cli/cli.h"

#define THREADS_MAX 64u
#define GUESTS_MAX  64u

enum {
	KEY_PROFILE = 256,
	KEY_THREADS,
	KEY_GUESTS,
	KEY_NO_NOTIF,
	KEY_SHM,
	KEY_RAM,
};

struct replay {
	struct osim_replay_options options;
	char **files;
	int file_count;
};

/* clang-format off */
static const struct argp_option options[] = {
	{"profile", KEY_PROFILE, "optee|abi", 0,
	 "Answer as OP-TEE OS was measured (default), or as the public headers say", 0},

	{0, 0, 0, 0, "What was recorded, where the head of the recording does not say it:", 1},
	{"threads", KEY_THREADS, "N", 0, "CFG_NUM_THREADS, 1 .. 64. Default: 2", 0},
	{"guests", KEY_GUESTS, "N", 0,
	 "Built with CFG_NS_VIRTUALIZATION, for at most N guests, 1 .. 64", 0},
	{"no-notif", KEY_NO_NOTIF, 0, 0, "Built without asynchronous notifications", 0},
	{"shm", KEY_SHM, "ADDRESS,SIZE", 0,
	 "Reserved shared memory. Default: 0x42000000,0x200000", 0},
	{"ram", KEY_RAM, "ADDRESS,SIZE", 0,
	 "Non-secure memory. Default: 0x40000000,0x80000000", 0},
	{0},
};
/* clang-format on */

static uint64_t number(struct argp_state *state, const char *what, const char *text, uint64_t min,
		       uint64_t max)
{
	uint64_t n = 0;

	if (!osim__cli_number(text, max, &n) || n < min)
		argp_error(state, "--%s: '%s' is no number %" PRIu64 " .. %" PRIu64, what, text,
			   min, max);
	return n;
}

/* "ADDRESS,SIZE" */
static void range(struct argp_state *state, const char *what, char *text, uint64_t *pa,
		  uint64_t *bytes)
{
	char *comma = strchr(text, ',');

	if (!comma)
		argp_error(state, "--%s: '%s' is no ADDRESS,SIZE", what, text);
	*comma = '\0';
	*pa = number(state, what, text, 1, UINT64_MAX);
	*bytes = number(state, what, comma + 1, 1, UINT64_MAX);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct replay *r = state->input;
	struct osim_replay_options *o = &r->options;

	switch (key) {
	case KEY_PROFILE:
		if (strcmp(arg, "optee") != 0 && strcmp(arg, "abi") != 0)
			argp_error(state, "--profile: '%s' is neither optee nor abi", arg);
		o->profile = *arg == 'a' ? OSIM_PROFILE_ABI : OSIM_PROFILE_OPTEE;
		return 0;
	case KEY_THREADS:
		o->threads = (uint32_t)number(state, "threads", arg, 1, THREADS_MAX);
		return 0;
	case KEY_GUESTS:
		o->guests = (uint32_t)number(state, "guests", arg, 1, GUESTS_MAX);
		return 0;
	case KEY_NO_NOTIF:
		o->no_notif = true;
		return 0;
	case KEY_SHM:
		range(state, "shm", arg, &o->shm_pa, &o->shm_size_bytes);
		return 0;
	case KEY_RAM:
		range(state, "ram", arg, &o->ram_pa, &o->ram_size_bytes);
		return 0;
	case ARGP_KEY_ARGS:
		r->files = state->argv + state->next;
		r->file_count = state->argc - state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no recording given");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void report(void *arg, enum osim_replay_report kind, const char *text)
{
	(void)arg;
	if (kind == OSIM_REPLAY_UNREADABLE)
		osim__cli_error("%s", text);
	else
		printf("%s\n", text);
}

/* Adds what came out of one recording. false, after a message: it could not be played. */
static bool play(const struct replay *r, const char *name, struct osim_replay_result *sum)
{
	bool is_stdin = !strcmp(name, "-");
	FILE *in = is_stdin ? stdin : fopen(name, "r");
	struct osim_replay_result one;
	int rc;

	if (!in) {
		osim__cli_error("%s: %s", name, strerror(errno));
		return false;
	}
	rc = osim_replay(in, is_stdin ? "standard input" : name, &r->options, &one);
	if (!is_stdin)
		fclose(in);
	if (rc == -ENOMEM)
		osim__cli_error("%s: %s", name, strerror(-rc));
	else if (rc)
		osim__cli_error("%s", osim_last_error());
	sum->records += one.records;
	sum->matched += one.matched;
	sum->unspecified += one.unspecified;
	sum->unreadable += one.unreadable;
	if (r->file_count > 1)
		printf("%s: %" PRIu64 " of %" PRIu64 " records match, %" PRIu64 " unspecified\n",
		       name, one.matched, one.records, one.unspecified);
	return !rc;
}

int osim__cmd_replay(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "FILE...",
		.doc = "Plays recordings of a real OP-TEE against the fake secure world and tells "
		       "each difference. FILE - is standard input.\v"
		       "Exit status: 0 all records match, 1 some differ, 2 wrong usage or a "
		       "recording that cannot be read."};
	struct replay r = {.options = {.size = sizeof(r.options), .report = report}};
	struct osim_replay_result sum = {0};
	bool readable = true;

	argp_err_exit_status = OSIM__EXIT_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &r))
		return OSIM__EXIT_USAGE;
	for (int i = 0; i < r.file_count; i++)
		readable &= play(&r, r.files[i], &sum);
	printf("%" PRIu64 " of %" PRIu64 " records match, %" PRIu64 " unspecified\n", sum.matched,
	       sum.records, sum.unspecified);
	if (!readable || sum.unreadable)
		return OSIM__EXIT_USAGE;
	return sum.matched == sum.records ? OSIM__EXIT_CLEAN : OSIM__EXIT_FINDINGS;
}
