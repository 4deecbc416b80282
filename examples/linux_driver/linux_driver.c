/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The OP-TEE driver of a Linux tree, as it is: probed, given a notification, used by a program
 * through its own ioctls while it sleeps for a value, and removed. Prints what happened.
 */
#include <stdio.h>
#include <stdlib.h>

#include <optee_sim/client.h>
#include <optee_sim/driver.h>
#include <optee_sim/pta.h>
#include <optee_sim/secure.h>
#include <optee_sim/timeline.h>

OSIM_DRIVER_DECLARE(optee);

/* A program: asks a trusted application to wait for value 7 by an RPC, at most a second. */
static void waiter(void *arg)
{
	static const uint8_t uuid[16] = OSIM_PTA_RPC_UUID;
	struct osim_machine *m = arg;
	struct osim_param wait = {.type = OSIM_PARAM_VALUE_IN, .a = 7, .b = 1000};
	struct osim_tee_result result;
	struct osim_client client;
	uint32_t session;

	if (osim_client_open(m, &client))
		return;
	if (!osim_client_open_session(&client, uuid, 0, NULL, 0, &session, &result) &&
	    !result.ret) {
		osim_client_invoke(&client, session, OSIM_PTA_RPC_WAIT, 0, &wait, 1, &result);
		osim_client_close_session(&client, session);
	}
	osim_client_close(&client);
}

/* What is wrong is said, and makes the program fail. */
static int check(int rc, const char *what)
{
	if (rc)
		fprintf(stderr, "%s: error %d\n", what, rc);
	return rc;
}

static int run(struct osim_machine *m)
{
	if (check(osim_bind(m, &osim_driver_optee, NULL), "probe") ||
	    check(osim_spawn(m, "waiter", waiter, m, -1, NULL), "spawn") ||
	    check(osim_run_for(m, 10000000), "until the program waits") ||
	    check(osim_post(m, 7), "post 7") || check(osim_post(m, 0), "post 0") ||
	    check(osim_run(m), "run") || check(osim_unbind(m), "remove"))
		return 1;
	for (size_t i = 0; i < osim_finding_count(m); i++)
		fprintf(stderr, "finding: %s\n", osim_finding_get(m, i)->text);
	return osim_finding_count(m) || osim_live_count(m, OSIM_LIVE_COUNT) ||
	       osim_stats(m)->bottom_halves != 1;
}

int main(void)
{
	struct osim_timeline_options options = {.size = sizeof(options), .out = stdout};
	struct osim_timeline *timeline;
	struct osim_machine *m;
	int status;

	if (osim_machine_new(NULL, &m))
		return EXIT_FAILURE;
	if (osim_timeline_new(m, &options, &timeline)) {
		osim_machine_free(m);
		return EXIT_FAILURE;
	}
	osim_set_event_sink(m, osim_timeline_event, timeline);
	status = run(m);
	osim_timeline_free(timeline);
	osim_set_event_sink(m, NULL, NULL);
	osim_machine_free(m);
	return status ? EXIT_FAILURE : EXIT_SUCCESS;
}
