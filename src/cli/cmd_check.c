/* SPDX-License-Identifier: BSD-2-Clause */
#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optee_sim/check.h>

#include "cli/check_command.h"
#include "cli/check_report.h"
#include "cli/cli.h"
#include "cli/coverage.h"

enum {
	OPT_AGAIN = 256,
	OPT_LIST,
	OPT_JOBS,
	OPT_SEED,
	OPT_EXPERIMENTS,
	OPT_BUDGET,
	OPT_ONLY,
	OPT_PEER,
	OPT_PROFILE,
	OPT_KERNEL,
	OPT_DRIVER,
	OPT_SCENARIO,
	OPT_BUILD,
	OPT_BUILT,
	OPT_QUICK,
	OPT_AGAINST,
	OPT_AGAINST_REPORT,
	OPT_BASELINE,
	OPT_BASELINE_WRITE,
	OPT_BISECT,
	OPT_JSON,
	OPT_JUNIT,
	OPT_SARIF,
	OPT_TAP,
	OPT_COVERAGE,
	OPT_ACCESS_RUNNER,
	OPT_TRACE,
	OPT_WRITE_TRACE,
};

#define BUDGET_DEFAULT_S 72u
#define BUDGET_QUICK_S	 8u
#define EXPERIMENTS_MAX	 10000000u

static const struct argp_option options[] = {
	{"kernel", OPT_KERNEL, "DIR|TARBALL", 0,
	 "Check the driver of that kernel tree; without: this program's own", 0},
	{"driver", OPT_DRIVER, "FILE.c", 0,
	 "Check the driver that these files make; once for each file, or FILE.c... after it", 0},
	{"build", OPT_BUILD, "plain|asan|access", 0,
	 "How a tree's driver, or one of files, is built; default asan, and access for data races",
	 0},
	{"against", OPT_AGAINST, "OLD", 0,
	 "Check that tree first, the same way, and tell only what --kernel's adds", 0},
	{"scenario", OPT_SCENARIO, "FILE.c", 0,
	 "Run the scenarios of that file, too; may be given several times", 0},
	{"only", OPT_ONLY, "RULE|SCENARIO", 0,
	 "Tell only findings, or run only scenarios, whose name begins so", 0},
	{"peer", OPT_PEER, "honest|hostile|all", 0,
	 "Whether the secure world keeps the protocol, breaks it, or both; default all", 0},
	{"profile", OPT_PROFILE, "optee|abi", 0,
	 "Whether the secure world answers as OP-TEE does, or as the headers say; default optee",
	 0},
	{"quick", OPT_QUICK, NULL, 0,
	 "Each scenario as it is, each fault, and a sample of the rest, in less than 10 s", 0},
	{"jobs", OPT_JOBS, "N", 0, "Processes at a time, 0 .. 64; 0 and default: one a processor",
	 0},
	{"experiments", OPT_EXPERIMENTS, "N", 0,
	 "Runs of the driver at most, 0 .. 10000000; 0 and default: 60000", 0},
	{"budget", OPT_BUDGET, "SECONDS", 0,
	 "No new run is begun after that time, 0 .. 1000000; 0: no limit; default 72, quick 8", 0},
	{"seed", OPT_SEED, "N", 0, "For random orders, 0 .. 2^64-1; default 1", 0},
	{"again", OPT_AGAIN, "EXPERIMENT", 0,
	 "Run one experiment again, as a finding names it, and print its time line", 0},
	{"list", OPT_LIST, NULL, 0, "Print the scenarios and stop", 0},
	{"json", OPT_JSON, "FILE", 0, "Write the findings there, for programs", 0},
	{"junit", OPT_JUNIT, "FILE", 0, "The same as test cases, one a scenario and rule", 0},
	{"sarif", OPT_SARIF, "FILE", 0, "The same as SARIF 2.1.0, with file and line", 0},
	{"tap", OPT_TAP, NULL, 0, "Print test cases, as TAP, in place of text", 0},
	{"baseline", OPT_BASELINE, "FILE", 0, "What is in it is accepted; fail on new findings", 0},
	{"baseline-write", OPT_BASELINE_WRITE, "FILE", 0,
	 "Write what was found as such a file, and end with 0", 0},
	{"coverage", OPT_COVERAGE, "DIR", 0,
	 "Count the lines of the driver that were executed: DIR/optee-sim.info, for lcov", 0},
	{"bisect", OPT_BISECT, NULL, 0,
	 "For git bisect run: exit 125 where the tree cannot be built, 128 on an error", 0},
	{"trace", OPT_TRACE, "FILE", 0,
	 "Hold a recorded trace against the rules, in place of a driver: what run --trace writes, text "
	 "of ftrace, or a recording of a real OP-TEE",
	 0},
	{"write-trace", OPT_WRITE_TRACE, "FILE", 0,
	 "With --again: write every event there, for optee-sim trace", 0},
	{"access-runner", OPT_ACCESS_RUNNER, "FILE", OPTION_HIDDEN, "", 0},
	{"against-report", OPT_AGAINST_REPORT, "FILE", OPTION_HIDDEN, "", 0},
	{"built", OPT_BUILT, NULL, OPTION_HIDDEN, "", 0},
	{0},
};

static uint64_t number(struct argp_state *state, const char *name, const char *arg, uint64_t max)
{
	uint64_t value;

	if (!osim__cli_number(arg, max, &value))
		argp_error(state, "--%s: '%s' is no number from 0 to %llu", name, arg,
			   (unsigned long long)max);
	return value;
}

static void set_word(struct argp_state *state, struct osim__cli_check *c, int key, const char *arg)
{
	size_t peer;

	if (key == OPT_BUILD) {
		if (strcmp(arg, "plain") != 0 && strcmp(arg, "asan") != 0 &&
		    strcmp(arg, "access") != 0)
			argp_error(state, "--build: '%s' is none of plain, asan, access", arg);
		c->build.build = arg;
		c->build_given = true;
		return;
	}
	if (key == OPT_PROFILE) {
		if (strcmp(arg, "optee") != 0 && strcmp(arg, "abi") != 0)
			argp_error(state, "--profile: '%s' is neither optee nor abi", arg);
		c->options.profile = *arg == 'a' ? OSIM_PROFILE_ABI : OSIM_PROFILE_OPTEE;
		return;
	}
	for (peer = 0; peer < OSIM__CLI_PEERS && strcmp(arg, osim__cli_peers[peer]) != 0; peer++)
		;
	if (peer == OSIM__CLI_PEERS)
		argp_error(state, "--peer: '%s' is none of honest, hostile, all", arg);
	c->options.peer = (enum osim_check_peer)peer;
}

/* One more path in a list with ';' between them. */
static void add_file(struct argp_state *state, const char *option, char **list, const char *arg)
{
	char path[PATH_MAX], *files;
	size_t old = *list ? strlen(*list) : 0;

	struct stat st = {0};

	if (!realpath(arg, path) || access(path, R_OK) || stat(path, &st))
		argp_error(state, "%s: cannot read '%s': %s", option, arg, strerror(errno));
	if (S_ISDIR(st.st_mode))
		argp_error(state, "%s: cannot read '%s': %s", option, arg, strerror(EISDIR));
	if (strlen(path) < 2 || strcmp(path + strlen(path) - 2, ".c") != 0)
		argp_error(state, "%s: '%s': the name of a C file ends in .c", option, arg);
	if (strchr(path, ';'))
		argp_error(state, "%s: '%s': no ';' in names, please", option, arg);
	files = realloc(*list, old + strlen(path) + 2);
	if (!files)
		argp_failure(state, OSIM__EXIT_USAGE, ENOMEM, "%s", option);
	sprintf(files + old, "%s%s", old ? ";" : "", path);
	*list = files;
}

static void add_driver(struct argp_state *state, struct osim__cli_check *c, const char *arg)
{
	add_file(state, "--driver", &c->files, arg);
	c->build.driver = c->files;
}

static void add_scenario(struct argp_state *state, struct osim__cli_check *c, const char *arg)
{
	add_file(state, "--scenario", &c->scenarios, arg);
	c->build.scenarios = c->scenarios;
}

static error_t parse_output(int key, char *arg, struct osim__cli_check *c)
{
	switch (key) {
	case OPT_JSON:
		c->json = arg;
		return 0;
	case OPT_JUNIT:
		c->junit = arg;
		return 0;
	case OPT_SARIF:
		c->sarif = arg;
		return 0;
	case OPT_TAP:
		c->tap = true;
		return 0;
	case OPT_TRACE:
		c->trace = arg;
		return 0;
	case OPT_WRITE_TRACE:
		c->write_trace = arg;
		return 0;
	case OPT_BASELINE:
		c->baseline = arg;
		return 0;
	case OPT_BASELINE_WRITE:
		c->baseline_write = arg;
		return 0;
	case OPT_AGAINST:
		c->against = arg;
		return 0;
	case OPT_AGAINST_REPORT:
		c->against_report = arg;
		return 0;
	case OPT_ACCESS_RUNNER:
		c->access_runner = arg;
		return 0;
	case OPT_COVERAGE:
		c->coverage = arg;
		c->build.coverage = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Options that make no sense together. */
static void settle(struct argp_state *state, struct osim__cli_check *c)
{
	if (c->build.kernel && c->build.driver)
		argp_error(state, "--driver: not together with --kernel");
	if (c->build_given && !c->build.kernel && !c->build.driver)
		argp_error(state, "--build: needs --kernel or --driver");
	if (c->scenarios && !c->build.kernel && !c->build.driver)
		argp_error(state, "--scenario: needs --kernel or --driver");
	if (c->coverage && !c->build.kernel && !c->build.driver)
		argp_error(state, "--coverage: needs --kernel or --driver");
	/* The counters' own accesses would be races. */
	if (c->coverage && c->build_given && !strcmp(c->build.build, "access"))
		argp_error(state, "--coverage: not together with --build access");
	if (c->again && (c->against || c->coverage || c->baseline || c->baseline_write || c->json ||
			 c->junit || c->sarif || c->tap))
		argp_error(state, "--again: makes one run, and no report");
	if (c->write_trace && !c->again)
		argp_error(state, "--write-trace: needs --again");
	if (c->list && (c->again || c->against || c->coverage || c->baseline || c->baseline_write ||
			c->json || c->junit || c->sarif || c->tap))
		argp_error(state, "--list: makes no run, and no report");
	if (c->trace && c->not_trace)
		argp_error(state, "--trace: only with --json, --junit and --tap");
	if (!c->budget_given)
		c->options.budget_ms =
			(c->options.quick ? BUDGET_QUICK_S : BUDGET_DEFAULT_S) * 1000;
}

static bool is_option(int key)
{
	for (const struct argp_option *o = options; o->name; o++)
		if (o->key == key)
			return true;
	return false;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct osim__cli_check *c = state->input;

	if (is_option(key) && key != OPT_TRACE && key != OPT_JSON && key != OPT_JUNIT &&
	    key != OPT_TAP)
		c->not_trace = true;
	switch (key) {
	case OPT_KERNEL:
		c->build.kernel = arg;
		return 0;
	case OPT_DRIVER:
		add_driver(state, c, arg);
		return 0;
	case OPT_SCENARIO:
		add_scenario(state, c, arg);
		return 0;
	case OPT_QUICK:
		c->options.quick = true;
		return 0;
	case OPT_BISECT:
		c->bisect = true;
		return 0;
	case OPT_BUILD:
	case OPT_PEER:
	case OPT_PROFILE:
		set_word(state, c, key, arg);
		return 0;
	case OPT_BUILT:
		c->build.built = true;
		return 0;
	case OPT_ONLY:
		if (c->only)
			argp_error(state, "--only: '%s' and '%s': once, please", c->only, arg);
		c->only = arg;
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
		c->budget_given = true;
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
		if (!c->build.driver)
			argp_error(state, "'%s' is more than check takes", arg);
		add_driver(state, c, arg);
		return 0;
	case ARGP_KEY_END:
		settle(state, c);
		return 0;
	default:
		return parse_output(key, arg, c);
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
	const struct osim__cli_check *c = arg;

	if (c->terminal)
		fprintf(stderr, "\r%zu of %zu runs, %zu things wrong ", done, all, groups);
}

static void collect(void *arg, const struct osim_check_group *g)
{
	struct osim__cli_check *c = arg;

	osim__cli_report_add(&c->report, g, c->command);
}

static void print_text(const struct osim__cli_check *c)
{
	const struct osim__cli_report *r = &c->report;
	enum osim_who section = OSIM_WHO_COUNT;

	for (size_t i = 0; i < r->count; i++) {
		const struct osim__cli_finding *f = &r->items[i];

		if (f->accepted)
			continue;
		if (section != f->who)
			printf("%s%s\n\n", section == OSIM_WHO_COUNT ? "" : "\n", headings[f->who]);
		section = f->who;
		printf("  %s\n", f->id);
		osim__cli_finding_print(f, stdout, "      ");
		putchar('\n');
	}
	printf("%s: %zu runs of %zu scenario%s, %zu crashed; wrong: %zu honest, %zu by lack of "
	       "resources, %zu hostile",
	       r->driver, r->summary.experiments, r->summary.scenarios,
	       r->summary.scenarios == 1 ? "" : "s", r->summary.crashed, r->by_who[OSIM_WHO_HONEST],
	       r->by_who[OSIM_WHO_RESOURCE], r->by_who[OSIM_WHO_HOSTILE]);
	if (r->accepted)
		printf("; %zu known", r->accepted);
	if (r->summary.untold)
		printf("; %zu not asked for", r->summary.untold);
	putchar('\n');
	if (r->summary.left_out[0])
		printf("left out: %s\n", r->summary.left_out);
}

static bool accept_known(struct osim__cli_check *c)
{
	bool fine = true;

	if (c->against_report) {
		fine = osim__cli_report_accept(&c->report, "--against", c->against_report);
		unlink(c->against_report);
	}
	return fine &&
	       (!c->baseline || osim__cli_report_accept(&c->report, "--baseline", c->baseline));
}

static int error_status(const struct osim__cli_check *c)
{
	return c->bisect ? OSIM__EXIT_BISECT_STOP : OSIM__EXIT_USAGE;
}

/* What is wrong with the options, by the name that they have on the command line. */
static int refused(const struct osim__cli_check *c, int rc)
{
	static const char scenarios[] = "scenarios:";
	const char *why = osim_last_error();

	if (rc != -EINVAL)
		osim__cli_error("%s", strerror(-rc));
	else if (!strncmp(why, scenarios, strlen(scenarios)))
		osim__cli_error("--scenario:%s", why + strlen(scenarios));
	else
		osim__cli_error("--%s", why);
	return error_status(c);
}

static void leave(void *arg)
{
	(void)arg;
	osim_runner_counters();
}

static int check(struct osim__cli_check *c)
{
	struct osim__cli_report *r = &c->report;
	char *races = c->access_runner ? osim__cli_check_races(c) : NULL;
	int rc;

	if (c->access_runner && !races)
		return error_status(c);
	c->options.progress = progress;
	c->options.leave = c->coverage ? leave : NULL;
	c->options.arg = c;
	r->driver = osim_driver_name(osim_runner_driver);
	r->kernel = c->build.kernel;
	r->seed = c->options.seed;
	rc = osim_check(&c->options, collect, c, &r->summary);
	if (!rc && races && !osim__cli_report_add_races(r, races))
		rc = -EIO;
	osim__cli_new_file_drop(races);
	if (c->terminal)
		fputs("\r\033[K", stderr);
	if (rc)
		return refused(c, rc);
	if (!accept_known(c))
		return error_status(c);
	osim__cli_report_finish(r, &c->options);
	if (c->tap)
		osim__cli_report_tap(stdout, r);
	else if (!c->quiet)
		print_text(c);
	if (!osim__cli_check_files_write(c))
		return error_status(c);
	return r->accepted < r->count && !c->baseline_write ? OSIM__EXIT_FINDINGS
							    : OSIM__EXIT_CLEAN;
}

static _Noreturn void check_counting(struct osim__cli_check *c)
{
	struct osim__cli_coverage *coverage =
		osim__cli_coverage_begin(c->coverage, c->build.kernel);
	int status = coverage ? check(c) : error_status(c);

	if (coverage && status != error_status(c) &&
	    !osim__cli_coverage_write(coverage, c->quiet ? NULL : stdout, c->tap ? "# " : ""))
		status = error_status(c);
	osim__cli_coverage_free(coverage);
	/* clang's run time writes counters at exit once more. */
	fflush(NULL);
	_exit(status);
}

static void print_scenario(void *arg, const char *name, const char *what)
{
	(void)arg;
	printf("%-24s %s\n", name, what);
}

static int list(const struct osim__cli_check *c)
{
	int rc = osim_check_scenarios(&c->options, print_scenario, NULL);

	return rc ? refused(c, rc) : OSIM__EXIT_CLEAN;
}

/* What the driver's own runner knows: its scenarios, and so what --only names. */
static int settle_scenarios(struct osim__cli_check *c)
{
	c->options.scenarios = __start_osim_scenarios;
	c->options.scenario_count = (size_t)(__stop_osim_scenarios - __start_osim_scenarios);
	return c->only ? osim_check_only(&c->options, c->only) : 0;
}

/* Asked by UBSan's run time, where the driver was built with it: a stack, and the kind. */
const char *__ubsan_default_options(void);
OSIM_EXPORT __attribute__((weak)) const char *__ubsan_default_options(void)
{
	return "print_stacktrace=1:report_error_type=1";
}

static int run(struct osim__cli_check *c, int argc, char **given)
{
	bool own = c->build.kernel || c->build.driver;
	char *temp = NULL;
	int rc = 0;

	if (!osim__cli_check_files_fine(c))
		return error_status(c);
	/* Before a driver is built for it, where that can be known. */
	if (c->build.built || !c->scenarios)
		rc = settle_scenarios(c);
	if (rc)
		return refused(c, rc);
	if (c->build.built && c->scenarios && !c->options.scenario_count) {
		osim__cli_error("--scenario: there is no OSIM_SCENARIO() in '%s'", c->scenarios);
		return error_status(c);
	}
	if (c->trace)
		return osim__cli_check_trace(c);
	if (c->against_report)
		osim__cli_new_file(c->against_report);
	c->command = osim__cli_check_command(c);
	if (!c->command)
		return error_status(c);
	if (c->against && !c->build.built && !c->list)
		rc = osim__cli_check_old(c, &temp);
	if (!rc && own && !c->build.built) {
		rc = osim__cli_check_build(c, temp, argc, given);
		osim__cli_new_file_drop(temp);
		temp = NULL;
	} else if (!rc && c->list) {
		rc = list(c);
	} else if (!rc) {
		c->against_report = temp ? temp : c->against_report;
		if (c->coverage)
			check_counting(c);
		rc = c->again ? osim__cli_check_again(c) : check(c);
	}
	free(temp);
	return rc;
}

int osim__cli_check(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "[--driver FILE.c...]",
		.doc = "Runs the driver through every scenario, with each thing failing in turn, each answer of the secure world wrong "
		       "in turn, and in other orders; each run in a process of its own. Prints what is wrong, each thing once.\v"
		       "FILE - is standard output, in place of the text, or standard input.\n\n"
		       "Exit status: 0 clean, 1 findings, 2 wrong usage or a driver that does not compile."};
	struct osim__cli_check c = {
		.options = {.size = sizeof(c.options), .driver = osim_runner_driver, .seed = 1},
		.build = {.build = "asan"}};
	char **given = calloc((size_t)argc + 1, sizeof(*given));
	int rc;

	if (!given)
		return OSIM__EXIT_USAGE;
	/* Parsing sorts them. */
	memcpy(given, argv, (size_t)argc * sizeof(*given));
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--bisect"))
			argp_err_exit_status = OSIM__EXIT_BISECT_STOP;
	c.terminal = isatty(STDERR_FILENO);
	rc = argp_parse(&argp, argc, argv, 0, NULL, &c) ? error_status(&c) : run(&c, argc, given);
	osim__cli_report_free(&c.report);
	free(c.command);
	free(c.files);
	free(c.scenarios);
	free(given);
	return rc;
}
