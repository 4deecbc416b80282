/* SPDX-License-Identifier: BSD-2-Clause */
/* What it costs to hold the rules of the protocol against a run, and how much it remembers. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <optee_sim/abi/smc.h>
#include <optee_sim/driver.h>
#include <optee_sim/rules.h>
#include <optee_sim/secure.h>

#include "bench.h"

#define POSTS 20u
#define CALLS 1000000u

OSIM_DRIVER_DECLARE(model);

static struct osim_machine *new_machine(void)
{
	const struct osim_options options = {.size = sizeof(options), .steps_max = UINT64_MAX};
	struct osim_machine *m;

	bench_check(!osim_machine_new(&options, &m), "no machine");
	return m;
}

static struct osim_rules *new_rules(void)
{
	struct osim_rules *rules;

	bench_check(!osim_rules_new(OSIM_SEES_ALL, NULL, NULL, &rules), "no rules");
	return rules;
}

static void nothing_broken(const struct osim_rules *rules)
{
	for (size_t i = 0; osim_rule(i); i++)
		bench_check(osim_rules_outcome(rules, i).verdict != OSIM_VERDICT_FAILED,
			    osim_rule(i)->id);
}

static double session(struct osim_rules *rules)
{
	struct osim_machine *m = new_machine();
	uint64_t begin_ns;

	osim_set_event_sink(m, rules ? osim_rules_event : NULL, rules);
	begin_ns = bench_now_ns();
	bench_check(!osim_bind(m, &osim_driver_model, NULL), "the driver does not bind");
	for (unsigned int i = 0; i < POSTS; i++) {
		osim_post(m, 5);
		osim_post(m, 0);
		osim_run(m);
	}
	bench_check(!osim_unbind(m), "the driver does not leave");
	begin_ns = bench_now_ns() - begin_ns;
	osim_machine_free(m);
	return (double)begin_ns;
}

static double unchecked(void)
{
	return session(NULL);
}

static double checked(void)
{
	struct osim_rules *rules = new_rules();
	double ns = session(rules);

	nothing_broken(rules);
	osim_rules_free(rules);
	return ns;
}

static void call(struct osim_machine *m, uint32_t id)
{
	struct osim_regs regs = {{id}};

	osim_invoke(m, &regs);
}

static double heap_kib(void)
{
	char line[128] = "", *end = line;
	FILE *f = fopen("/proc/self/statm", "r");

	bench_check(f && fgets(line, sizeof(line), f), "/proc/self/statm cannot be read");
	fclose(f);
	strtoul(line, &end, 10);
	return (double)strtoul(end, NULL, 10) * (double)sysconf(_SC_PAGESIZE) / 1024;
}

/* A million calls, of which the first thousand find the memory that all need. */
static void million(void)
{
	const char *name = "a million calls checked: memory after the first 1000";
	struct osim_machine *m = new_machine();
	struct osim_rules *rules = new_rules();
	double before = 0;

	if (!bench_wanted(name))
		return;
	osim_set_event_sink(m, osim_rules_event, rules);
	call(m, OPTEE_SMC_EXCHANGE_CAPABILITIES);
	call(m, OPTEE_SMC_ENABLE_ASYNC_NOTIF);
	for (unsigned int i = 0; i < CALLS; i++) {
		if (i % 2)
			osim_post(m, i % 50);
		call(m, OPTEE_SMC_GET_ASYNC_NOTIF_VALUE);
		if (i == 1000)
			before = heap_kib();
	}
	bench_number(name, heap_kib() - before, "KiB", 16);
	osim_rules_free(rules);
	osim_machine_free(m);
}

void bench_rules(void)
{
	million();
	bench_row(&(struct bench_row){.name = "bind, 40 posts, unbind: checked; to unchecked",
				      .bound = 3,
				      .base = unchecked,
				      .run = checked,
				      .batches = 301});
}
