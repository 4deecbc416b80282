/* SPDX-License-Identifier: BSD-2-Clause */
/* Binds the driver that it is linked with, removes it, and looks for what went wrong. */
#include <stdio.h>

#include <optee_sim/driver.h>

extern struct osim_driver DRIVER;

int main(void)
{
	struct osim_options options = {.size = sizeof(options)};
	struct osim_machine *m;
	size_t findings;
	int rc;

	rc = osim_machine_new(&options, &m);
	if (rc) {
		fprintf(stderr, "osim_machine_new: %d: %s\n", rc, osim_last_error());
		return 1;
	}
	rc = osim_bind(m, &DRIVER, NULL);
	if (!rc)
		rc = osim_unbind(m);
	findings = osim_finding_count(m);
	for (size_t i = 0; i < findings; i++)
		fprintf(stderr, "%s\n", osim_finding_get(m, i)->text);
	fprintf(stderr, "%s: %d, %zu findings\n", osim_driver_name(&DRIVER), rc, findings);
	osim_machine_free(m);
	return rc || findings;
}
