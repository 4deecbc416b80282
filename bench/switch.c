/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>

#include <optee_sim/machine.h>

#include "bench.h"

#define YIELDS 5000u

static struct osim_machine *m;
static bool stop;

static __attribute__((noinline)) void take_turns(unsigned int yields)
{
	for (unsigned int i = 0; i < yields; i++)
		osim_yield(m);
}

/* Two threads on one CPU: each yield of this one is a switch there and one back. */
static double switch_there_and_back(void)
{
	uint64_t begin_ns = bench_now_ns();

	take_turns(YIELDS);
	return (double)(bench_now_ns() - begin_ns) / (2 * YIELDS);
}

static void measure(void *arg)
{
	(void)arg;
	bench_row(&(struct bench_row){.name = "context switch between two threads",
				      .bound = 10,
				      .run = switch_there_and_back,
				      .batches = 501});
	stop = true;
}

static void partner(void *arg)
{
	(void)arg;
	while (!stop)
		take_turns(YIELDS);
}

void bench_switch(void)
{
	const struct osim_options options = {.size = sizeof(options), .steps_max = UINT64_MAX};

	bench_check(!osim_machine_new(&options, &m), "no machine");
	osim_spawn(m, "measure", measure, NULL, 0, NULL);
	osim_spawn(m, "partner", partner, NULL, 0, NULL);
	bench_check(!osim_run(m), "the machine does not run");
	osim_machine_free(m);
}
