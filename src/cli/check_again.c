/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include <optee_sim/check.h>
#include <optee_sim/timeline.h>

#include "cli/check_command.h"

#define WIDTH 120u

struct again {
	struct osim_timeline *timeline;
	struct osim__cli_trace_file trace;
};

static void sink(void *arg, const struct osim_event *event)
{
	struct again *a = arg;

	if (a->timeline)
		osim_timeline_event(a->timeline, event);
	osim__cli_trace_event(&a->trace, event);
}

int osim__cli_check_again(const struct osim__cli_check *c)
{
	struct osim_timeline_options how = {.size = sizeof(how), .out = stdout, .width = WIDTH};
	struct again a = {0};
	int rc = -ENOMEM, status = OSIM__EXIT_USAGE;

	/* What a crash leaves is whole up to it. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (osim__cli_trace_open(&a.trace, "--write-trace", c->write_trace)) {
		if (c->quiet || !osim_timeline_new(NULL, &how, &a.timeline))
			rc = osim_check_again(&c->options, c->again, sink, &a);
		osim_timeline_free(a.timeline);
		if (rc < 0)
			osim__cli_error("--again: %s",
					rc == -EINVAL ? osim_last_error() : strerror(-rc));
		else
			status = rc == 1 ? OSIM__EXIT_FINDINGS : OSIM__EXIT_CLEAN;
		/* A finding's run in a driver that was changed since. */
		if (rc == 2)
			osim__cli_error("--again: the run of '%s' ends before that; nothing was "
					"done to it",
					c->again);
	}
	return osim__cli_trace_close(&a.trace) ? status : OSIM__EXIT_USAGE;
}
