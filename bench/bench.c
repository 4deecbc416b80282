/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <optee_sim/machine.h>

#define EMPTY_CALLS 20000u
#define BATCHES_MAX 4096u

static const char *only;
static double bounds = 1; /* a row's bound is this many times what it says */
static unsigned int rows, beyond;

uint64_t bench_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void bench_fail(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(2);
}

void bench_check(bool ok, const char *what)
{
	if (!ok)
		bench_fail(what);
}

/* At the same place in its cache line in every build: it is what all the others are held against.
 */
#define FIXED_PLACE __attribute__((noinline, aligned(64)))

static FIXED_PLACE void empty(unsigned long a0, unsigned long a1, unsigned long a2,
			      unsigned long a3, unsigned long a4, unsigned long a5,
			      unsigned long a6, unsigned long a7, struct osim_smccc_res *res)
{
	(void)a0;
	(void)a1;
	(void)a2;
	(void)a3;
	(void)a4;
	(void)a5;
	(void)a6;
	(void)a7;
	(void)res;
}

static osim_optee_invoke_fn_t *volatile empty_fn = empty;

FIXED_PLACE double bench_empty(void)
{
	struct osim_smccc_res res;
	uint64_t begin_ns = bench_now_ns();

	for (unsigned int i = 0; i < EMPTY_CALLS; i++)
		empty_fn(1, 2, 3, 4, 5, 6, 7, 8, &res);
	return (double)(bench_now_ns() - begin_ns) / EMPTY_CALLS;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double at(const double *sorted, unsigned int count, unsigned int percent)
{
	return sorted[(uint64_t)(count - 1) * percent / 100];
}

/* What counts is the median; a slowest tenth that is beyond the bound is told. */
static const char *verdict(double median, double slow, double bound)
{
	rows++;
	if (median > bound) {
		beyond++;
		return "BEYOND";
	}
	return slow > bound ? "ok, but for the slowest tenth" : "ok";
}

bool bench_wanted(const char *name)
{
	return !only || strstr(name, only);
}

void bench_row(const struct bench_row *row)
{
	static double base[BATCHES_MAX], run[BATCHES_MAX], ratio[BATCHES_MAX];
	unsigned int n = row->batches;
	double (*base_fn)(void) = row->base ? row->base : bench_empty;
	double bound = row->bound * bounds;

	bench_check(n <= BATCHES_MAX, "more batches than there is room for");
	if (!bench_wanted(row->name))
		return;
	base_fn();
	row->run();
	for (unsigned int i = 0; i < n; i++) {
		base[i] = base_fn();
		run[i] = row->run();
		ratio[i] = run[i] / base[i];
	}
	qsort(base, n, sizeof(base[0]), by_size);
	qsort(run, n, sizeof(run[0]), by_size);
	qsort(ratio, n, sizeof(ratio[0]), by_size);
	printf("| %-46s | %8.2f | %8.2f - %-8.2f | %7.1f | %9.1f ns | %9.1f ns | %s\n", row->name,
	       at(ratio, n, 50), at(ratio, n, 10), at(ratio, n, 90), bound, at(run, n, 50),
	       at(base, n, 50), verdict(at(ratio, n, 50), at(ratio, n, 90), bound));
	fflush(stdout);
}

void bench_number(const char *name, double number, const char *unit, double bound)
{
	if (!bench_wanted(name))
		return;
	bound *= bounds;
	printf("| %-46s | %8.1f %s, at most %.0f | %s\n", name, number, unit, bound,
	       verdict(number, number, bound));
	fflush(stdout);
}

static void print_head(void)
{
	char line[256], *name;
	FILE *f = fopen("/proc/cpuinfo", "r");

	while (f && fgets(line, sizeof(line), f)) {
		name = strchr(line, ':');
		if (strncmp(line, "model name", 10) || !name)
			continue;
		printf("optee_sim %s on %s", osim_version(), name + 2);
		break;
	}
	if (f)
		fclose(f);
	printf("median of the batches, 10th - 90th percentile; 1 is an empty function through a "
	       "volatile pointer\n");
	printf("| %-46s | %8s | %19s | %7s | %12s | %12s |\n", "", "ratio", "spread", "bound",
	       "operation", "compared to");
}

static int usage(const char *name)
{
	fprintf(stderr,
		"usage: %s [--only TEXT] [--bounds PERCENT]\n"
		"  --only TEXT       only rows with TEXT in their name\n"
		"  --bounds PERCENT  of each bound, to see one exceeded\n"
		"Exits 1 if a median is beyond its bound, 2 if nothing was measured.\n",
		name);
	return 2;
}

int main(int argc, char **argv)
{
	char nothing = 0, *end = &nothing;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--only") && i + 1 < argc)
			only = argv[++i];
		else if (!strcmp(argv[i], "--bounds") && i + 1 < argc)
			bounds = strtod(argv[++i], &end) / 100;
		else
			return usage(argv[0]);
	}
	if (*end || !(bounds > 0))
		return usage(argv[0]);
	print_head();
	/* First, while the heap is fresh. */
	bench_machines();
	bench_switch();
	bench_record();
	bench_secure();
	bench_rules();
	bench_driver();
	bench_loop();
	if (beyond)
		printf("%u beyond the bound\n", beyond);
	if (!rows)
		bench_fail("no row has that in its name");
	return beyond != 0;
}
