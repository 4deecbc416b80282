/* SPDX-License-Identifier: BSD-2-Clause */
#include <argp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <optee_sim/check.h>
#include <optee_sim/timeline.h>

#include "cli/cli.h"

enum {
	OPT_AGAIN = 256,
	OPT_LIST,
	OPT_JOBS,
	OPT_SEED,
	OPT_EXPERIMENTS,
	OPT_BUDGET,
	OPT_ONLY,
	OPT_PEER,
	OPT_KERNEL,
	OPT_BUILD,
	OPT_BUILT,
};

#define BUDGET_DEFAULT_S 80u
#define EXPERIMENTS_MAX	 10000000u

static const struct argp_option options[] = {
	{"kernel", OPT_KERNEL, "DIR|TARBALL", 0,
	 "Check the driver of that kernel tree; without: this program's own", 0},
	{"build", OPT_BUILD, "plain|asan", 0, "How the tree's driver is built; default asan", 0},
	{"only", OPT_ONLY, "SCENARIO", 0, "Only scenarios whose name begins so", 0},
	{"peer", OPT_PEER, "honest|all", 0,
	 "Whether the secure world may break the protocol; default all", 0},
	{"jobs", OPT_JOBS, "N", 0, "Processes at a time; default: one a processor", 0},
	{"experiments", OPT_EXPERIMENTS, "N", 0, "Runs of the driver at most; default 60000", 0},
	{"budget", OPT_BUDGET, "SECONDS", 0,
	 "No new run is begun after that time; 0: no limit; default 80", 0},
	{"seed", OPT_SEED, "N", 0, "For random schedules; default 1", 0},
	{"again", OPT_AGAIN, "EXPERIMENT", 0,
	 "Run one experiment again, as a finding names it, and print its time line", 0},
	{"list", OPT_LIST, NULL, 0, "Print the scenarios and stop", 0},
	{"built", OPT_BUILT, NULL, OPTION_HIDDEN, "", 0},
	{0},
};

struct check_command {
	struct osim_check_options options;
	struct osim__cli_options build; /* for the runner of a tree */
	const char *again;
	bool list, terminal;
	char tree[512]; /* " --kernel TREE --build asan", as it has to be given again */
	size_t groups[OSIM_WHO_COUNT];
	enum osim_who section; /* last heading printed; OSIM_WHO_COUNT: none */
};

static uint64_t number(struct argp_state *state, const char *name, const char *arg, uint64_t max)
{
	uint64_t value;

	if (!osim__cli_number(arg, max, &value))
		argp_error(state, "--%s: '%s' is no number from 0 to %llu", name, arg,
			   (unsigned long long)max);
	return value;
}

static void set_word(struct argp_state *state, struct check_command *c, int key, const char *arg)
{
	if (key == OPT_BUILD) {
		if (strcmp(arg, "plain") != 0 && strcmp(arg, "asan") != 0)
			argp_error(state, "--build: '%s' is none of plain, asan", arg);
		c->build.build = arg;
		return;
	}
	if (strcmp(arg, "honest") != 0 && strcmp(arg, "all") != 0)
		argp_error(state, "--peer: '%s' is none of honest, all", arg);
	c->options.honest_only = !strcmp(arg, "honest");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct check_command *c = state->input;

	switch (key) {
	case OPT_KERNEL:
		c->build.kernel = arg;
		return 0;
	case OPT_BUILD:
	case OPT_PEER:
		set_word(state, c, key, arg);
		return 0;
	case OPT_BUILT:
		c->build.built = true;
		return 0;
	case OPT_ONLY:
		c->options.only = arg;
		return 0;
	case OPT_JOBS:
		c->options.jobs = (unsigned int)number(state, "jobs", arg, 64);
		return 0;
	case OPT_EXPERIMENTS:
		c->options.experiments_max =
			(size_t)number(state, "experiments", arg, EXPERIMENTS_MAX);
		return 0;
	case OPT_BUDGET:
		c->options.budget_ms = (unsigned int)number(state, "budget", arg, 1000000) * 1000u;
		return 0;
	case OPT_SEED:
		c->options.seed = number(state, "seed", arg, UINT64_MAX);
		return 0;
	case OPT_AGAIN:
		c->again = arg;
		return 0;
	case OPT_LIST:
		c->list = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is more than check takes", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* --- what comes out --- */

static const char *const headings[] = {
	[OSIM_WHO_HONEST] = "An honest secure world, a program or a schedule can cause these:",
	[OSIM_WHO_RESOURCE] = "These need a resource of the normal world to be refused:",
	[OSIM_WHO_HOSTILE] = "Only a secure world that breaks the protocol can cause these:",
};

static void progress(void *arg, size_t done, size_t all, size_t groups)
{
	const struct check_command *c = arg;

	if (c->terminal)
		fprintf(stderr, "\r%zu of %zu runs, %zu things wrong ", done, all, groups);
}

static void print_stack(const char *where)
{
	for (const char *p = where; *p; p += *p == '\n') {
		size_t n = strcspn(p, "\n");

		printf("      %s%.*s\n", p == where ? "at " : "by ", (int)n, p);
		p += n;
	}
}

static void print_group(void *arg, const struct osim_check_group *g)
{
	struct check_command *c = arg;

	if (c->terminal)
		fputs("\r\033[K", stderr);
	if (c->section != g->who)
		printf("%s%s\n\n", c->section == OSIM_WHO_COUNT ? "" : "\n", headings[g->who]);
	c->section = g->who;
	c->groups[g->who]++;
	printf("  %s: %s\n", g->id, g->text);
	if (g->rule[0])
		printf("      must hold: %s (%s)\n", g->rule, g->abi);
	print_stack(g->where);
	printf("      seen in %zu run%s; again: optee-sim check%s --again '%s'\n\n", g->count,
	       g->count == 1 ? "" : "s", c->tree, g->experiment);
}

static int check(struct check_command *c)
{
	struct osim_check_summary summary;
	int rc;

	c->options.progress = progress;
	c->options.arg = c;
	c->section = OSIM_WHO_COUNT;
	rc = osim_check(&c->options, print_group, c, &summary);
	if (c->terminal)
		fputs("\r\033[K", stderr);
	if (rc) {
		osim__cli_error("%s", rc == -EINVAL ? osim_last_error() : strerror(-rc));
		return OSIM__EXIT_USAGE;
	}
	printf("%s: %zu runs of %zu scenarios, %zu crashed; wrong: %zu honest, %zu by lack of resources, %zu hostile\n",
	       osim_driver_name(osim_runner_driver), summary.experiments, summary.scenarios,
	       summary.crashed, c->groups[OSIM_WHO_HONEST], c->groups[OSIM_WHO_RESOURCE],
	       c->groups[OSIM_WHO_HOSTILE]);
	return summary.groups ? OSIM__EXIT_FINDINGS : OSIM__EXIT_CLEAN;
}

static int again(const struct check_command *c)
{
	struct osim_timeline_options how = {.size = sizeof(how), .out = stdout, .width = 120};
	struct osim_timeline *timeline;
	int rc;

	if (osim_timeline_new(NULL, &how, &timeline))
		return OSIM__EXIT_USAGE;
	rc = osim_check_again(osim_runner_driver, c->again, osim_timeline_event, timeline);
	osim_timeline_free(timeline);
	if (rc < 0) {
		osim__cli_error("--again: %s", rc == -EINVAL ? osim_last_error() : strerror(-rc));
		return OSIM__EXIT_USAGE;
	}
	return rc ? OSIM__EXIT_FINDINGS : OSIM__EXIT_CLEAN;
}

static void print_scenario(void *arg, const char *name, const char *what)
{
	(void)arg;
	printf("%-24s %s\n", name, what);
}

int osim__cli_check(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Runs the driver through every scenario, with each thing failing in turn, each answer of the secure world wrong "
		       "in turn, and in other orders; each run in a process of its own. Prints what is wrong, each thing once."};
	struct check_command c = {.options = {.size = sizeof(c.options),
					      .driver = osim_runner_driver,
					      .budget_ms = BUDGET_DEFAULT_S * 1000u,
					      .seed = 1},
				  .build = {.build = "asan"}};

	char **given = calloc((size_t)argc + 1, sizeof(*given));

	if (!given)
		return OSIM__EXIT_USAGE;
	/* Parsing sorts them. */
	memcpy(given, argv, (size_t)argc * sizeof(*given));
	if (argp_parse(&argp, argc, argv, 0, NULL, &c)) {
		free(given);
		return OSIM__EXIT_USAGE;
	}
	c.terminal = isatty(STDERR_FILENO);
	if (c.build.kernel)
		snprintf(c.tree, sizeof(c.tree), " --kernel %s --build %s", c.build.kernel,
			 c.build.build);
	if (c.build.kernel && !c.build.built) {
		osim__cli_build(&c.build, "check", argc, given);
		free(given);
		return OSIM__EXIT_USAGE;
	}
	free(given);
	if (c.list) {
		osim_check_scenarios(print_scenario, NULL);
		return OSIM__EXIT_CLEAN;
	}
	return c.again ? again(&c) : check(&c);
}
