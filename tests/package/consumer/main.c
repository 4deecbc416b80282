/* SPDX-License-Identifier: BSD-2-Clause */
/* A program that uses the installed library: makes a machine, runs it, checks the version given. */
#include <stdio.h>
#include <string.h>

#include <optee_sim/machine.h>

int main(int argc, char **argv)
{
	struct osim_options options = {.size = sizeof(options)};
	struct osim_machine *m;
	int rc;

	if (argc != 2 || strcmp(osim_version(), argv[1])) {
		fprintf(stderr, "library %s, expected %s\n", osim_version(),
			argc > 1 ? argv[1] : "?");
		return 1;
	}
	rc = osim_machine_new(&options, &m);
	if (rc) {
		fprintf(stderr, "osim_machine_new: %d: %s\n", rc, osim_last_error());
		return 1;
	}
	rc = osim_run(m);
	osim_machine_free(m);
	return rc ? 1 : 0;
}
