/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <optee_sim/machine.h>

#include "bench.h"

#define MACHINES 1000u

/* The second number of the file, in pages. */
static double resident_kib(void)
{
	char line[128] = "", *end = line;
	FILE *f = fopen("/proc/self/statm", "r");

	bench_check(f && fgets(line, sizeof(line), f), "/proc/self/statm cannot be read");
	fclose(f);
	strtoul(line, &end, 10);
	return (double)strtoul(end, NULL, 10) * (double)sysconf(_SC_PAGESIZE) / 1024;
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
