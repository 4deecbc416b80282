/* SPDX-License-Identifier: BSD-2-Clause */
#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <optee_sim/abi/smc.h>
#include <optee_sim/driver.h>
#include <optee_sim/secure.h>

#include "bench.h"

#define GETS	      5000u
#define POSTS	      2000u
#define BOTTOM_HALVES 500u
#define BINDS	      10u

OSIM_DRIVER_DECLARE(linux_6_12);

static struct osim_machine *m;
static osim_optee_invoke_fn_t *volatile wrapper;
static unsigned int events;

static int take_symbol(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr start,
		       void *arg)
{
	int count = dwfl_module_getsymtab(module);

	(void)data;
	(void)name;
	(void)start;
	for (int i = 0; i < count; i++) {
		GElf_Sym symbol;
		GElf_Addr address;
		const char *text =
			dwfl_module_getsym_info(module, i, &symbol, &address, NULL, NULL, NULL);

		if (text && !strcmp(text, "optee_smccc_smc"))
			*(uintptr_t *)arg = (uintptr_t)address;
	}
	return DWARF_CB_OK;
}

/* The driver's symbols are local to it; the wrapper that it calls through is found by its name. */
static osim_optee_invoke_fn_t *find_wrapper(void)
{
	static const Dwfl_Callbacks callbacks = {.find_elf = dwfl_linux_proc_find_elf,
						 .find_debuginfo = dwfl_standard_find_debuginfo};
	Dwfl *dwfl = dwfl_begin(&callbacks);
	uintptr_t address = 0;

	if (dwfl && !dwfl_linux_proc_report(dwfl, getpid()) && !dwfl_report_end(dwfl, NULL, NULL))
		dwfl_getmodules(dwfl, take_symbol, &address, 0);
	dwfl_end(dwfl);
	bench_check(address != 0, "the driver's optee_smccc_smc() is not in the symbol table");
	return (osim_optee_invoke_fn_t *)address;
}

static double get(void)
{
	struct osim_smccc_res res;
	uint64_t begin_ns = bench_now_ns(), end_ns;

	for (unsigned int i = 0; i < GETS; i++)
		wrapper(OPTEE_SMC_GET_ASYNC_NOTIF_VALUE, 0, 0, 0, 0, 0, 0, 0, &res);
	end_ns = bench_now_ns();
	bench_check(res.a0 == OPTEE_SMC_RETURN_OK && !res.a2, "GET does not say: nothing pending");
	return (double)(end_ns - begin_ns) / GETS;
}

static void count(void *arg, const struct osim_event *event)
{
	(void)arg;
	(void)event;
	events++;
}

static double get_recorded(void)
{
	double ns;

	events = 0;
	osim_set_event_sink(m, count, NULL);
	ns = get();
	osim_set_event_sink(m, NULL, NULL);
	bench_check(events >= 2 * GETS, "calls were not recorded");
	return ns;
}

static double post_to_handled(void)
{
	uint64_t before = osim_stats(m)->retrieved, begin_ns = bench_now_ns(), end_ns;

	for (unsigned int i = 0; i < POSTS; i++)
		osim_post(m, 5);
	end_ns = bench_now_ns();
	bench_check(osim_stats(m)->retrieved - before == POSTS, "a value was not handled at once");
	return (double)(end_ns - begin_ns) / POSTS;
}

static double post_to_bottom_half(void)
{
	uint64_t begin_ns = bench_now_ns();

	for (unsigned int i = 0; i < BOTTOM_HALVES; i++) {
		uint64_t before = osim_stats(m)->bottom_halves;

		osim_post(m, 0);
		while (osim_stats(m)->bottom_halves == before)
			osim_yield(m);
	}
	return (double)(bench_now_ns() - begin_ns) / BOTTOM_HALVES;
}

static double bind_unbind(void)
{
	uint64_t begin_ns = bench_now_ns();

	for (unsigned int i = 0; i < BINDS; i++)
		bench_check(!osim_bind(m, &osim_driver_linux_6_12, NULL) && !osim_unbind(m),
			    "the driver does not bind and unbind");
	return (double)(bench_now_ns() - begin_ns) / BINDS;
}

static void measure(void *arg)
{
	(void)arg;
	bench_row(&(struct bench_row){.name = "GET, nothing pending, by the driver's wrapper",
				      .bound = 10,
				      .run = get,
				      .batches = 501});
	bench_row(&(struct bench_row){.name = "the same with the event record on",
				      .bound = 25,
				      .run = get_recorded,
				      .batches = 501});
	bench_row(&(struct bench_row){.name = "post, interrupt, handler",
				      .bound = 35,
				      .run = post_to_handled,
				      .batches = 501});
	bench_row(&(struct bench_row){.name = "post of 0 to completed DO_BOTTOM_HALF",
				      .bound = 220,
				      .run = post_to_bottom_half,
				      .batches = 501});
}

void bench_driver(void)
{
	const struct osim_options options = {.size = sizeof(options), .steps_max = UINT64_MAX};

	wrapper = find_wrapper();
	bench_check(!osim_machine_new(&options, &m), "no machine");
	bench_row(&(struct bench_row){
		.name = "bind and unbind", .bound = 6000, .run = bind_unbind, .batches = 301});
	bench_check(!osim_bind(m, &osim_driver_linux_6_12, NULL), "the driver does not bind");
	osim_spawn(m, "measure", measure, NULL, 0, NULL);
	bench_check(!osim_run(m), "the machine does not run");
	bench_check(!osim_unbind(m) && !osim_finding_count(m), "something was found");
	osim_machine_free(m);
}
