/* SPDX-License-Identifier: BSD-2-Clause */
#include <optee_sim/abi/abi.h>

#include "stim/scenarios.h"

static void in_reserved(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)machine;
	secure->set = OSIM_SECURE_SET_CAPS;
	secure->caps = OPTEE_SMC_SEC_CAP_HAVE_RESERVED_SHM | OPTEE_SMC_SEC_CAP_ASYNC_NOTIF;
}

/* --- programs --- */

static void client(struct osim_stage *stage)
{
	if (!osim_stage_bind(stage))
		return;
	osim_stage_program(stage, "version", osim__program_version);
	osim_stage_program(stage, "session", osim__program_session);
	osim_stage_program(stage, "shm", osim__program_shm);
	osim_run(stage->m);
}

static void clients_many(struct osim_stage *stage)
{
	if (!osim_stage_bind(stage))
		return;
	for (unsigned int i = 0; i < 5; i++)
		osim_stage_program(stage, "session", osim__program_session);
	osim_run(stage->m);
}

static void rpcs(struct osim_stage *stage)
{
	if (!osim_stage_bind(stage))
		return;
	osim_stage_program(stage, "supplicant", osim__program_supplicant);
	osim_run(stage->m);
	osim_stage_program(stage, "rpcs", osim__program_rpcs);
	osim_stage_finish(stage);
}

const struct osim_scenario osim__scenario_client = {
	.name = "client",
	.what = "Programs open the device, sessions and shared memory at once.",
	.body = client};
const struct osim_scenario osim__scenario_client_cache = {.name = "client-shm-cache",
							  .what = "The same without RPC arguments.",
							  .configure = osim__without_rpc_arg,
							  .body = client};
const struct osim_scenario osim__scenario_client_reserved = {
	.name = "client-reserved",
	.what = "The same in reserved shared memory.",
	.configure = in_reserved,
	.body = client};
const struct osim_scenario osim__scenario_clients_many = {
	.name = "clients-many", .what = "More programs than secure threads.", .body = clients_many};
const struct osim_scenario osim__scenario_rpcs = {
	.name = "rpcs",
	.what = "A trusted application makes every kind of RPC, right and wrong ones.",
	.body = rpcs};
const struct osim_scenario osim__scenario_rpcs_cache = {.name = "rpcs-shm-cache",
							.what = "The same without RPC arguments.",
							.configure = osim__without_rpc_arg,
							.body = rpcs};

/* --- leaving --- */

static void unbind_waiting(struct osim_stage *stage)
{
	stage->disturbed = true;
	if (!osim_stage_bind(stage))
		return;
	stage->value = 7;
	osim_stage_program(stage, "waiter", osim__program_wait);
	osim_run_for(stage->m, 1000000);
	osim_unbind(stage->m);
	osim_run(stage->m);
}

static void unbind_open(struct osim_stage *stage)
{
	stage->disturbed = true;
	if (!osim_stage_bind(stage))
		return;
	osim_stage_program(stage, "holder", osim__program_hold);
	osim_run_for(stage->m, 1000000);
	osim_unbind(stage->m);
	osim_run(stage->m);
}

static void poster(void *arg)
{
	struct osim_stage *stage = arg;

	for (unsigned int i = 0; i < 4; i++) {
		osim_post(stage->m, i);
		osim_yield(stage->m);
	}
}

static void post_while_unbinding(struct osim_stage *stage)
{
	stage->disturbed = true;
	if (!osim_stage_bind(stage))
		return;
	osim_stage_program(stage, "poster", poster);
	osim_unbind(stage->m);
	osim_run(stage->m);
}

static void shutdown_then_bind(struct osim_stage *stage)
{
	if (!osim_stage_bind(stage))
		return;
	osim_stage_program(stage, "session", osim__program_session);
	osim_run(stage->m);
	osim_shutdown(stage->m);
}

static void rebind(struct osim_stage *stage)
{
	for (unsigned int i = 0; i < 3; i++) {
		osim_post(stage->m, 2);
		if (!osim_stage_bind(stage))
			return;
		osim_post(stage->m, 0);
		osim_run(stage->m);
		osim_unbind(stage->m);
	}
}

static void percpu(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)secure;
	machine->percpu_irq = true;
	machine->cpus = 3;
}

static void hotplug(struct osim_stage *stage)
{
	if (!osim_stage_bind_percpu(stage))
		return;
	osim_cpu_set_online(stage->m, 1, false);
	osim_post(stage->m, 0);
	osim_run(stage->m);
	osim_cpu_set_online(stage->m, 1, true);
	osim_post(stage->m, 4);
	osim_run(stage->m);
}

const struct osim_scenario osim__scenario_unbind_waiting = {
	.name = "unbind-waiting",
	.what = "The driver leaves while a program waits for a value.",
	.body = unbind_waiting,
	.notif = true};
const struct osim_scenario osim__scenario_unbind_open = {
	.name = "unbind-open",
	.what = "The driver leaves while a session is open.",
	.body = unbind_open};
const struct osim_scenario osim__scenario_post_while_unbinding = {
	.name = "post-while-unbinding",
	.what = "Values are posted while the driver leaves.",
	.body = post_while_unbinding,
	.notif = true};
const struct osim_scenario osim__scenario_shutdown = {
	.name = "shutdown",
	.what = "The machine is shut down after some work.",
	.configure = osim__without_rpc_arg,
	.body = shutdown_then_bind};
const struct osim_scenario osim__scenario_rebind = {
	.name = "rebind",
	.what = "The driver comes and goes three times, with a value waiting for it.",
	.body = rebind};
const struct osim_scenario osim__scenario_hotplug = {
	.name = "hotplug",
	.what = "A CPU goes and comes back, with per-CPU interrupts.",
	.configure = percpu,
	.body = hotplug,
	.notif = true};

/* --- all --- */

#define LISTED(name) &osim__scenario_##name,

const struct osim_scenario *const osim__scenarios[] = {OSIM__SCENARIO_MAP(LISTED) NULL};
