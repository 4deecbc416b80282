/* SPDX-License-Identifier: BSD-2-Clause */
/* Plays one recording: 0 when each record of it matches. */
#include <inttypes.h>
#include <stdio.h>

#include <optee_sim/machine.h>
#include <optee_sim/replay.h>

static void tell(void *arg, enum osim_replay_report kind, const char *text)
{
	(void)arg;
	(void)kind;
	printf("%s\n", text);
}

int main(int argc, char **argv)
{
	const struct osim_replay_options options = {.size = sizeof(options), .report = tell};
	struct osim_replay_result r;
	FILE *in;
	int rc;

	if (argc != 2) {
		fprintf(stderr, "usage: %s RECORDING\n", argv[0]);
		return 2;
	}
	in = fopen(argv[1], "r");
	if (!in) {
		perror(argv[1]);
		return 2;
	}
	rc = osim_replay(in, argv[1], &options, &r);
	fclose(in);
	if (rc)
		printf("%s\n", osim_last_error());
	printf("%" PRIu64 " of %" PRIu64 " records match, %" PRIu64 " unspecified\n", r.matched,
	       r.records, r.unspecified);
	return rc || r.unreadable || !r.records || r.matched != r.records;
}
