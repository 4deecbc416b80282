/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <unistd.h>

#include <optee_sim/machine.h>

#include "bench.h"

#define MACHINES 1000u

static double resident_kib(void)
{
	unsigned long size = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%lu %lu", &size, &resident) != 2)
		bench_fail("/proc/self/statm cannot be read");
	fclose(f);
	return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1024;
}

void bench_machines(void)
{
	static struct osim_machine *m[MACHINES];
	const char *name = "a machine without a driver, resident";
	double before = resident_kib();

	if (!bench_wanted(name))
		return;
	for (unsigned int i = 0; i < MACHINES; i++)
		bench_check(!osim_machine_new(NULL, &m[i]), "no machine");
	bench_number(name, (resident_kib() - before) / MACHINES, "KiB", 64);
	for (unsigned int i = 0; i < MACHINES; i++)
		osim_machine_free(m[i]);
}
