/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records what the rules look at, of one experiment with the model, in the trace format.
 *
 *   record EXPERIMENT > TRACE
 */
#include <stdio.h>
#include <string.h>

#include <optee_sim/check.h>
#include <optee_sim/driver.h>
#include <optee_sim/trace.h>

OSIM_DRIVER_DECLARE(model);

struct recording {
	struct osim_trace_writer *writer;
	uint64_t seq;
};

static void on_event(void *arg, const struct osim_event *e)
{
	struct recording *r = arg;
	struct osim_event copy = *e;

	switch (e->kind) {
	case OSIM_EVENT_ALLOC:
	case OSIM_EVENT_FREE:
		if (strcmp(e->text, "interrupt") != 0)
			return;
		copy.where = NULL;
		break;
	case OSIM_EVENT_CALL:
	case OSIM_EVENT_RETURN:
	case OSIM_EVENT_MESSAGE:
	case OSIM_EVENT_RPC:
	case OSIM_EVENT_POST:
	case OSIM_EVENT_RETRIEVE:
	case OSIM_EVENT_BOTTOM_HALF:
	case OSIM_EVENT_DRIVER:
		break;
	default:
		return;
	}
	copy.seq = r->seq++;
	osim_trace_writer_event(r->writer, &copy);
}

int main(int argc, char **argv)
{
	struct osim_check_options options = {.size = sizeof(options), .driver = &osim_driver_model};
	struct recording r = {.seq = 0};

	if (argc != 2 || osim_trace_writer_new(stdout, OSIM_TRACE_NATIVE, &r.writer))
		return 2;
	if (osim_check_again(&options, argv[1], on_event, &r) < 0) {
		fprintf(stderr, "%s\n", osim_last_error());
		return 2;
	}
	return osim_trace_writer_close(r.writer) ? 2 : 0;
}
