/* SPDX-License-Identifier: BSD-2-Clause */
/* The stack of a finding has the driver's functions, with lines, and none of the library's. */
#include <stdio.h>
#include <string.h>

#include <optee_sim/driver.h>
#include <optee_sim/machine.h>

OSIM_DRIVER_DECLARE(sleeper);

int main(void)
{
	static const char expected[] = "sleeper_probe (sleeper.c:14)\nsleeper_init (sleeper.c:25)";
	const struct osim_finding *f;
	struct osim_machine *m;
	int wrong = 1;

	if (osim_machine_new(NULL, &m))
		return 1;
	if (!osim_bind(m, &osim_driver_sleeper, NULL) && osim_finding_count(m) == 1) {
		f = osim_finding_get(m, 0);
		wrong = strcmp(f->where, expected) != 0;
		fprintf(stderr, "%s\n%s\n", f->text, f->where);
	}
	osim_unbind(m);
	osim_machine_free(m);
	return wrong;
}
