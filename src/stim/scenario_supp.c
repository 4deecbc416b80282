/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/pta.h>

#include "kernel/host.h"
#include "stim/scenarios.h"

#define MS 1000000u

/* One request to the supplicant; what came of it is judged by the caller. */
static uint32_t request(struct osim_stage *stage, struct osim_param p[3])
{
	struct osim_tee_result result = {.ret = TEE_ERROR_GENERIC};
	struct osim_client client;
	uint32_t session;

	p[0] = (struct osim_param){.type = OSIM_PARAM_VALUE_IN, .a = OPTEE_RPC_CMD_FS, .b = 2};
	p[1] = (struct osim_param){.type = OSIM_PARAM_VALUE_INOUT, .a = 0x1234, .b = 0x5678};
	p[2] = (struct osim_param){.type = OSIM_PARAM_VALUE_OUT};
	if (!osim__program_begin(stage, osim__rpc_pta, &client, &session))
		return result.ret;
	if (osim_client_invoke(&client, session, OSIM_PTA_RPC_DO, 0, p, 3, &result))
		result.ret = TEE_ERROR_GENERIC;
	osim__program_end(&client, session);
	return result.ret;
}

static void served(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_param p[3];
	uint32_t ret = request(stage, p);

	osim_expect(stage, !ret, "supplicant.result",
		    "the supplicant's success does not reach the trusted application");
	osim_expect(stage, ret || (p[1].a == 0xffffedcbu && p[1].b == 0xffffa987u),
		    "supplicant.values",
		    "the supplicant's values do not reach the trusted application");
	osim_expect(stage, ret || (p[2].a == 0xffffffffu && p[2].b == 0xffffffffu),
		    "supplicant.out-values",
		    "the supplicant's output values do not reach the trusted application");
}

static void served_memory(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_client client;
	uint32_t session;

	if (!osim__program_begin(stage, osim__rpc_pta, &client, &session))
		return;
	osim_expect(stage,
		    !osim__program_ask(&client, session, OSIM_PTA_RPC_SHM, OPTEE_RPC_SHM_TYPE_APPL,
				       5000),
		    "supplicant.memory",
		    "memory that the supplicant made does not reach the trusted application");
	osim__program_end(&client, session);
}

/* The trusted application asks with memory that it had from the supplicant. */
static void unserved_memory(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_tee_result result = {.ret = TEE_ERROR_GENERIC};
	struct osim_client_shm shm;
	struct osim_param p[2];
	struct osim_client client;
	uint32_t session;

	if (!osim__program_begin(stage, osim__rpc_pta, &client, &session))
		return;
	if (!osim_client_shm_alloc(&client, 4096, &shm)) {
		p[0] = (struct osim_param){
			.type = OSIM_PARAM_VALUE_IN, .a = OPTEE_RPC_CMD_FS, .b = 1};
		p[1] = (struct osim_param){
			.type = OSIM_PARAM_MEM_IN, .shm = &shm, .size_bytes = 64};
		osim_client_invoke(&client, session, OSIM_PTA_RPC_DO, 0, p, 2, &result);
		osim_client_shm_free(&client, &shm);
	}
	osim__program_end(&client, session);
	osim_expect(stage, result.ret != TEE_SUCCESS, "supplicant.gone",
		    "a request that no supplicant answered succeeds");
}

static void unserved(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_param p[3];

	osim_expect(stage, request(stage, p) != 0, "supplicant.gone",
		    "a request that no supplicant answered succeeds");
}

/* When a supplicant has gone with which it has had nothing to do. */
static void unserved_later(void *arg)
{
	osim_sleep_ns(((struct osim_stage *)arg)->m, 5 * MS);
	unserved(arg);
}

/* --- what happens --- */

static bool bind_with_device(struct osim_stage *stage)
{
	if (!osim_stage_bind(stage))
		return false;
	return osim_stage_has_supplicant(stage);
}

static void quit(struct osim_stage *stage)
{
	osim_stage_finish(stage);
	for (unsigned int i = 0; i < stage->tasks; i++)
		osim_expect(stage, osim_task_done(stage->task[i]), "client.killed",
			    "a program that was killed does not come to an end");
}

static void with_supplicant(struct osim_stage *stage, void (*supplicant)(void *))
{
	if (!bind_with_device(stage))
		return;
	osim_stage_program(stage, "supplicant", supplicant);
	osim_run(stage->m);
	osim_stage_program(stage, "served", served);
	osim_stage_program(stage, "served-too", served);
	osim_stage_program(stage, "memory", served_memory);
	quit(stage);
}

static void supplicant(struct osim_stage *stage)
{
	with_supplicant(stage, osim__program_supplicant_serve);
}

static void supplicant_sync(struct osim_stage *stage)
{
	with_supplicant(stage, osim__program_supplicant_sync);
}

static void supplicant_slow(struct osim_stage *stage)
{
	if (!bind_with_device(stage))
		return;
	osim_stage_program(stage, "supplicant", osim__program_supplicant_slow);
	osim_stage_program(stage, "served", served);
	quit(stage);
}

/* The program that waits for the supplicant is killed; then the supplicant answers. */
static void supplicant_killed(struct osim_stage *stage)
{
	if (!bind_with_device(stage))
		return;
	osim_stage_program(stage, "supplicant", osim__program_supplicant_slow);
	osim_stage_program(stage, "unserved", unserved);
	osim_run_for(stage->m, 10 * MS);
	if (stage->tasks > 1)
		osim_task_signal(stage->task[1], true);
	osim_run_for(stage->m, 10 * MS);
	osim_expect(stage, stage->tasks > 1 && osim_task_done(stage->task[1]), "client.killed",
		    "a program that was killed waits for a supplicant that does not answer");
	quit(stage);
}

/* Nobody is there to answer; the program is killed, and a supplicant comes too late. */
static void supplicant_none(struct osim_stage *stage)
{
	if (!bind_with_device(stage))
		return;
	osim_stage_program(stage, "unserved", unserved);
	osim_run_for(stage->m, 10 * MS);
	quit(stage);
	osim_stage_program(stage, "supplicant", osim__program_supplicant_serve);
	osim_stage_program(stage, "served", served);
	quit(stage);
}

/* The supplicant leaves with a request in its hands; the next one serves. */
static void supplicant_dies(struct osim_stage *stage)
{
	if (!bind_with_device(stage))
		return;
	osim_stage_program(stage, "supplicant", osim__program_supplicant_dies);
	osim_stage_program(stage, "unserved", unserved);
	osim_run_for(stage->m, 10 * MS);
	osim_expect(stage, stage->tasks > 1 && osim_task_done(stage->task[1]), "supplicant.gone",
		    "a program waits for a supplicant that has left");
	osim_stage_program(stage, "supplicant", osim__program_supplicant_serve);
	osim_stage_program(stage, "served", served);
	quit(stage);
}

/* The secure world has memory of the supplicant's when that leaves. */
static void supplicant_dies_holding(struct osim_stage *stage)
{
	if (!bind_with_device(stage))
		return;
	osim_stage_program(stage, "supplicant", osim__program_supplicant_dies);
	osim_stage_program(stage, "unserved", unserved_memory);
	osim_run_for(stage->m, 10 * MS);
	osim_stage_program(stage, "supplicant", osim__program_supplicant_serve);
	osim_stage_program(stage, "served", served);
	osim_run_for(stage->m, 10 * MS);
	osim_expect(stage, stage->tasks > 1 && osim_task_done(stage->task[1]), "supplicant.gone",
		    "a program waits for a supplicant that has left while there is another one");
	quit(stage);
}

static void count_device(void *arg, const char *name)
{
	if (strstr(name, "11223344"))
		++*(unsigned int *)arg;
}

/* Devices that need a supplicant are looked for when the first one comes, and only then. A program
 * asks in between, and the second one leaves without a look at that. */
static void supplicant_twice(struct osim_stage *stage)
{
	static const struct osim_pta late = {.size = sizeof(late),
					     .uuid = {0x11, 0x22, 0x33, 0x44, 5},
					     .name = "needs a supplicant",
					     .flags = OSIM_PTA_ENUM_SUPP};
	unsigned int devices = 0;

	if (osim_pta_register(stage->m, &late) || !bind_with_device(stage))
		return;
	osim_stage_program(stage, "later", unserved_later);
	for (unsigned int i = 0; i < 2; i++) {
		osim_stage_program(stage, "supplicant", osim__program_supplicant_brief);
		osim_run_for(stage->m, 10 * MS);
	}
	quit(stage);
	osim_device_each(stage->m, count_device, &devices);
	if (osim__khost_driver_lacks_supp_devices(stage->driver))
		osim_stage_lacks(stage, "devices that need a supplicant");
	else
		osim_expect(stage, devices == 1, "device.once",
			    "a device that needs a supplicant is not there once");
}

const struct osim_scenario osim__scenario_supplicant = {
	.name = "supplicant",
	.what = "Two programs and a supplicant that serves them.",
	.body = supplicant};
const struct osim_scenario osim__scenario_supplicant_sync = {
	.name = "supplicant-sync",
	.what = "The same with a supplicant that takes one request at a time.",
	.body = supplicant_sync};
const struct osim_scenario osim__scenario_supplicant_cache = {
	.name = "supplicant-shm-cache",
	.what = "The same without RPC arguments.",
	.configure = osim__without_rpc_arg,
	.body = supplicant};
const struct osim_scenario osim__scenario_supplicant_slow = {
	.name = "supplicant-slow",
	.what = "The supplicant takes 50 ms for an answer.",
	.body = supplicant_slow};
const struct osim_scenario osim__scenario_supplicant_killed = {
	.name = "supplicant-killed",
	.what = "A program is killed while the supplicant has its request.",
	.body = supplicant_killed};
const struct osim_scenario osim__scenario_supplicant_none = {
	.name = "supplicant-none",
	.what = "A program is killed while no supplicant is there.",
	.body = supplicant_none};
const struct osim_scenario osim__scenario_supplicant_dies = {
	.name = "supplicant-dies",
	.what = "A supplicant leaves without an answer.",
	.body = supplicant_dies};
const struct osim_scenario osim__scenario_supplicant_dies_holding = {
	.name = "supplicant-dies-holding",
	.what = "A supplicant leaves while the secure world has memory of it.",
	.body = supplicant_dies_holding};
const struct osim_scenario osim__scenario_supplicant_twice = {
	.name = "supplicant-twice",
	.what = "A supplicant comes, goes and comes again, with a request in between.",
	.body = supplicant_twice};
