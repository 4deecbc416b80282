/* SPDX-License-Identifier: BSD-2-Clause */
#include <optee_sim/abi/smc.h>
#include <optee_sim/secure.h>

#include "bench.h"

#define MAX   (1u << 20)
#define TAKEN 32u

static struct osim_machine *few, *many;

/* The lowest values are taken, which is what is timed, and posted again. */
static double take(struct osim_machine *m)
{
	uint32_t value[TAKEN];
	uint64_t begin_ns = bench_now_ns(), end_ns;

	for (unsigned int i = 0; i < TAKEN; i++) {
		struct osim_regs regs = {{OPTEE_SMC_GET_ASYNC_NOTIF_VALUE}};

		osim_invoke(m, &regs);
		value[i] = (uint32_t)regs.a[1];
	}
	end_ns = bench_now_ns();
	for (unsigned int i = 0; i < TAKEN; i++)
		bench_check(value[i] == 2 * i && !osim_post(m, value[i]), "a value was lost");
	return (double)(end_ns - begin_ns) / TAKEN;
}

static double take_of_few(void)
{
	return take(few);
}

static double take_of_many(void)
{
	return take(many);
}

static struct osim_machine *machine(unsigned int pending)
{
	const struct osim_secure_options secure = {
		.size = sizeof(secure), .set = OSIM_SECURE_SET_MAX_NOTIF, .max_notif_value = MAX};
	const struct osim_options options = {.size = sizeof(options), .secure = &secure};
	struct osim_machine *m = NULL;

	bench_check(!osim_machine_new(&options, &m), osim_last_error());
	for (unsigned int i = 0; i < pending; i++)
		bench_check(!osim_post(m, 2 * i), "a value cannot be posted");
	return m;
}

void bench_record(void)
{
	const struct bench_row row = {.name = "GET with 2^19 of 2^20 values pending; to 64",
				      .bound = 1.5,
				      .base = take_of_few,
				      .run = take_of_many,
				      .batches = 2001};

	if (!bench_wanted(row.name))
		return;
	few = machine(64);
	many = machine(1u << 19);
	bench_row(&row);
	osim_machine_free(few);
	osim_machine_free(many);
}
