/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <optee_sim/realtime.h>
#include <optee_sim/timeline.h>

#include "cli/cli.h"

#define WIDTH	  120u
#define WIDTH_MIN 80u
#define WIDTH_MAX 200u

struct run {
	const struct osim__cli_options *options;
	struct osim__cli_result result;
	struct osim_timeline *timeline;
	struct osim__cli_trace_file trace;
	struct osim_chooser_seeded seeded;
	bool quiet;   /* standard output is a file that was asked for */
	bool refused; /* an option made no sense to the machine, after a message */
};

static void sink(void *arg, const struct osim_event *event)
{
	struct run *run = arg;

	osim_counters_event(run->result.counters, event);
	if (run->timeline)
		osim_timeline_event(run->timeline, event);
	osim__cli_trace_event(&run->trace, event);
}

static bool make_machine(struct run *run)
{
	static const char caps[] = "caps: ";
	struct osim_options options = run->options->machine;
	const char *why;
	int rc;

	options.secure = &run->options->secure;
	if (run->options->seeded)
		options.chooser = osim_chooser_seeded(&run->seeded, run->options->seed);
	rc = osim_machine_new(&options, &run->result.m);
	/* Whatever else can be wrong has been refused before. */
	why = osim_last_error();
	if (rc == -EINVAL)
		osim__cli_error("--caps: %s",
				strncmp(why, caps, strlen(caps)) ? why : why + strlen(caps));
	else if (rc)
		osim__cli_error("cannot make the machine: %s", strerror(-rc));
	return !rc;
}

static unsigned int terminal_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return WIDTH;
	if (size.ws_col < WIDTH_MIN)
		return WIDTH_MIN;
	return size.ws_col > WIDTH_MAX ? WIDTH_MAX : size.ws_col;
}

static bool wants_color(enum osim__cli_color color)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (color != OSIM__CLI_COLOR_AUTO)
		return color == OSIM__CLI_COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && !(no_color && *no_color) && term &&
	       strcmp(term, "dumb") != 0;
}

static bool watch(struct run *run)
{
	struct osim_timeline_options options = {.size = sizeof(options),
						.out = stdout,
						.width = terminal_width(),
						.color = wants_color(run->options->color),
						.raw_addresses = run->options->raw_addresses,
						.verbose = run->options->verbose};

	run->result.counters = osim_counters_new();
	if (!run->result.counters ||
	    (!run->quiet && osim_timeline_new(run->result.m, &options, &run->timeline))) {
		osim__cli_error("out of memory");
		return false;
	}
	if (!osim__cli_trace_open(&run->trace, "--trace", run->options->trace))
		return false;
	osim_set_event_sink(run->result.m, sink, run);
	return true;
}

/* One step of the run; the first that fails is what the summary tells. */
static bool step(struct run *run, const char *name, int rc)
{
	if (rc && !run->result.stopped) {
		run->result.stopped = name;
		run->result.error = rc;
	}
	return !rc;
}

static void post(struct run *run)
{
	const struct osim__cli_ranges *posts = &run->options->posts;

	for (size_t i = 0; i < posts->count; i++) {
		for (uint64_t value = posts->items[i].first; value <= posts->items[i].last;
		     value++) {
			int rc = osim_post(run->result.m, (uint32_t)value);

			if (rc == -ERANGE) {
				osim__cli_error("--post: %s", osim_last_error());
				run->refused = true;
			}
			if (!step(run, "post", rc))
				return;
		}
	}
}

static void all_steps(void *arg)
{
	struct run *run = arg;

	if (!step(run, "probe", osim_bind(run->result.m, osim_runner_driver, NULL)))
		return;
	/* What probe started comes to rest first, as on a system that has been up for a while. */
	if (step(run, "run", osim_run(run->result.m))) {
		if (run->options->posts.count && !osim_irq_requested(run->result.m))
			osim__cli_error("--post: the driver has requested no notification "
					"interrupt: values stay in the secure world");
		post(run);
		step(run, "run", osim_run(run->result.m));
	}
	step(run, "remove", osim_unbind(run->result.m));
}

static int status_of(const struct run *run)
{
	if (run->refused)
		return OSIM__EXIT_USAGE;
	return run->result.stopped || osim_finding_count(run->result.m) ? OSIM__EXIT_FINDINGS
									: OSIM__EXIT_CLEAN;
}

static int run_it(struct run *run)
{
	bool written;
	int rc;

	if (!make_machine(run) || !watch(run))
		return OSIM__EXIT_USAGE;
	if (run->options->realtime) {
		rc = osim_realtime(run->result.m, all_steps, run);
		if (rc) {
			osim__cli_error("--realtime: %s", strerror(-rc));
			return OSIM__EXIT_USAGE;
		}
	} else {
		all_steps(run);
	}
	if (run->timeline)
		osim_timeline_flush(run->timeline);
	osim_set_event_sink(run->result.m, NULL, NULL);
	written = osim__cli_trace_close(&run->trace);
	if (!run->quiet)
		osim__cli_summary(&run->result, stdout);
	if (run->options->json && !osim__cli_json_write(run->options->json, &run->result))
		return OSIM__EXIT_USAGE;
	return written ? status_of(run) : OSIM__EXIT_USAGE;
}

/* Told before anything is built or run. */
static bool files_fine(struct run *run)
{
	const struct osim__cli_options *o = run->options;
	const struct osim__cli_output files[] = {{"--json", o->json}, {"--trace", o->trace}};

	run->quiet = osim__cli_outputs_stdout(files, 2);
	return osim__cli_outputs_differ(files, 2) && (!o->json || osim__cli_json_check(o->json)) &&
	       (!o->trace || osim__cli_trace_check("--trace", o->trace));
}

int osim__cli_run(int argc, char **argv)
{
	struct osim__cli_options options;
	struct run run = {.options = &options, .result = {.options = &options}};
	char **given = calloc((size_t)argc + 1, sizeof(*given));
	int status = OSIM__EXIT_USAGE;

	if (!given) {
		osim__cli_error("out of memory");
		return status;
	}
	/* Parsing sorts them. */
	memcpy(given, argv, (size_t)argc * sizeof(*given));
	osim__cli_options_parse(&options, argc, argv);
	if (files_fine(&run)) {
		if (options.kernel && !options.built)
			osim__cli_build(&options, "run", argc, given);
		else
			status = run_it(&run);
	}
	osim__cli_trace_close(&run.trace); /* where the run was not made */
	osim_timeline_free(run.timeline);
	osim_machine_free(run.result.m);
	osim_counters_free(run.result.counters);
	free(options.posts.items);
	free(given);
	return status;
}
