/* SPDX-License-Identifier: BSD-2-Clause */
#include <optee_sim/abi/abi.h>
#include <optee_sim/pta.h>

#include "stim/scenarios.h"

/* Two kernels, one after the other, on one secure world. */

#define MS 1000000u

static const uint8_t rpc_pta[16] = OSIM_PTA_RPC_UUID;

static void work(struct osim_stage *stage)
{
	osim_stage_program(stage, "session", osim__program_session);
	osim_post(stage->m, 0);
	osim_run(stage->m);
}

static void next(struct osim_stage *stage)
{
	stage->bound = false;
	osim_crash(stage->m);
}

static void kexec(struct osim_stage *stage)
{
	for (unsigned int i = 0; i < 2; i++) {
		if (!osim_stage_bind(stage))
			return;
		work(stage);
		osim_shutdown(stage->m);
		next(stage);
		osim_post(stage->m, 3 * i);
	}
	if (osim_stage_bind(stage))
		work(stage);
}

/* The cache has arguments of the kernel that crashed. */
static void crash_cached(struct osim_stage *stage)
{
	if (!osim_stage_bind(stage))
		return;
	work(stage);
	next(stage);
	if (osim_stage_bind(stage))
		work(stage);
}

static void crash_values(struct osim_stage *stage)
{
	if (!osim_stage_bind(stage))
		return;
	next(stage);
	for (unsigned int value = 0; value < 4; value++)
		osim_post(stage->m, value);
	if (osim_stage_bind(stage))
		work(stage);
}

/* Holds a thread of the secure world. */
static void hold_thread(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_client client;
	uint32_t session;

	if (!osim__program_begin(stage, rpc_pta, &client, &session))
		return;
	stage->count++;
	osim__program_ask(&client, session, OSIM_PTA_RPC_WAIT, 20 + stage->count, 100000);
	stage->count--;
	osim__program_end(&client, session);
}

static bool crash_holding(struct osim_stage *stage, unsigned int threads)
{
	if (!osim_stage_bind(stage))
		return false;
	for (unsigned int i = 0; i < threads; i++)
		osim_stage_program(stage, "holder", hold_thread);
	osim_run_for(stage->m, 10 * MS);
	next(stage);
	return stage->count == threads;
}

static void kdump(struct osim_stage *stage)
{
	if (!crash_holding(stage, 2))
		return;
	stage->platform.kdump = true;
	osim_expect(stage, !osim_stage_try_bind(stage), "probe.kdump",
		    "the driver is bound in a kernel that saves another's memory");
}

static void crash_suspended(struct osim_stage *stage)
{
	if (crash_holding(stage, 1) && osim_stage_bind(stage))
		work(stage);
}

const struct osim_scenario osim__scenario_kexec = {
	.name = "kexec",
	.what = "Two kernels are shut down after some work, and a third one works.",
	.configure = osim__without_rpc_arg,
	.body = kexec};
const struct osim_scenario osim__scenario_crash_cached = {
	.name = "crash-cached",
	.what = "A kernel crashed and left arguments in the shm cache; the next one works.",
	.configure = osim__without_rpc_arg,
	.body = crash_cached};
const struct osim_scenario osim__scenario_crash_values = {
	.name = "crash-values",
	.what = "A kernel crashed with notifications enabled, and the next one finds four values.",
	.body = crash_values};
const struct osim_scenario osim__scenario_kdump = {
	.name = "kdump",
	.what = "A kernel crashed and holds all secure threads; the next one saves its memory.",
	.body = kdump};
const struct osim_scenario osim__scenario_crash_suspended = {
	.name = "crash-suspended",
	.what = "A kernel crashed and holds one of two secure threads; the next one works.",
	.body = crash_suspended};
