/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/abi.h>

#include "kernel/host.h"
#include "stim/scenarios.h"

/* After that time a program waits for somebody who does not come. */
#define PATIENCE_NS 2000000000ull

static void without_rpc_arg(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)machine;
	secure->set = OSIM_SECURE_SET_CAPS;
	secure->caps = OPTEE_SMC_SEC_CAP_DYNAMIC_SHM | OPTEE_SMC_SEC_CAP_ASYNC_NOTIF |
		       OPTEE_SMC_SEC_CAP_MEMREF_NULL;
}

static void in_reserved(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)machine;
	secure->set = OSIM_SECURE_SET_CAPS;
	secure->caps = OPTEE_SMC_SEC_CAP_HAVE_RESERVED_SHM | OPTEE_SMC_SEC_CAP_ASYNC_NOTIF;
}

/* --- programs --- */

static void client(struct osim__stage *stage)
{
	if (!osim__stage_bind(stage))
		return;
	osim__stage_program(stage, "version", osim__program_version);
	osim__stage_program(stage, "session", osim__program_session);
	osim__stage_program(stage, "shm", osim__program_shm);
	osim_run(stage->m);
}

static void clients_many(struct osim__stage *stage)
{
	if (!osim__stage_bind(stage))
		return;
	for (unsigned int i = 0; i < 5; i++)
		osim__stage_program(stage, "session", osim__program_session);
	osim_run(stage->m);
}

static void rpcs(struct osim__stage *stage)
{
	if (!osim__stage_bind(stage))
		return;
	osim__stage_program(stage, "supplicant", osim__program_supplicant);
	osim_run(stage->m);
	osim__stage_program(stage, "rpcs", osim__program_rpcs);
	osim__stage_finish(stage);
}

const struct osim__scenario osim__scenario_client = {
	.name = "client",
	.what = "Programs open the device, sessions and shared memory at once.",
	.body = client};
const struct osim__scenario osim__scenario_client_cache = {
	.name = "client-shm-cache",
	.what = "The same without RPC arguments.",
	.configure = without_rpc_arg,
	.body = client};
const struct osim__scenario osim__scenario_client_reserved = {
	.name = "client-reserved",
	.what = "The same in reserved shared memory.",
	.configure = in_reserved,
	.body = client};
const struct osim__scenario osim__scenario_clients_many = {
	.name = "clients-many", .what = "More programs than secure threads.", .body = clients_many};
const struct osim__scenario osim__scenario_rpcs = {
	.name = "rpcs",
	.what = "A trusted application makes every kind of RPC, right and wrong ones.",
	.body = rpcs};
const struct osim__scenario osim__scenario_rpcs_cache = {.name = "rpcs-shm-cache",
							 .what = "The same without RPC arguments.",
							 .configure = without_rpc_arg,
							 .body = rpcs};

/* --- leaving --- */

static void unbind_waiting(struct osim__stage *stage)
{
	stage->disturbed = true;
	if (!osim__stage_bind(stage))
		return;
	stage->value = 7;
	osim__stage_program(stage, "waiter", osim__program_wait);
	osim_run_for(stage->m, 1000000);
	osim_unbind(stage->m);
	osim_run(stage->m);
}

static void unbind_open(struct osim__stage *stage)
{
	stage->disturbed = true;
	if (!osim__stage_bind(stage))
		return;
	osim__stage_program(stage, "holder", osim__program_hold);
	osim_run_for(stage->m, 1000000);
	osim_unbind(stage->m);
	osim_run(stage->m);
}

static void poster(void *arg)
{
	struct osim__stage *stage = arg;

	for (unsigned int i = 0; i < 4; i++) {
		osim_post(stage->m, i);
		osim_yield(stage->m);
	}
}

static void post_while_unbinding(struct osim__stage *stage)
{
	stage->disturbed = true;
	if (!osim__stage_bind(stage))
		return;
	osim__stage_program(stage, "poster", poster);
	osim_unbind(stage->m);
	osim_run(stage->m);
}

static void shutdown_then_bind(struct osim__stage *stage)
{
	if (!osim__stage_bind(stage))
		return;
	osim__stage_program(stage, "session", osim__program_session);
	osim_run(stage->m);
	osim_shutdown(stage->m);
}

static void rebind(struct osim__stage *stage)
{
	for (unsigned int i = 0; i < 3; i++) {
		osim_post(stage->m, 2);
		if (!osim__stage_bind(stage))
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

static void hotplug(struct osim__stage *stage)
{
	if (!osim__stage_bind_percpu(stage))
		return;
	osim_cpu_set_online(stage->m, 1, false);
	osim_post(stage->m, 0);
	osim_run(stage->m);
	osim_cpu_set_online(stage->m, 1, true);
	osim_post(stage->m, 4);
	osim_run(stage->m);
}

const struct osim__scenario osim__scenario_unbind_waiting = {
	.name = "unbind-waiting",
	.what = "The driver leaves while a program waits for a value.",
	.body = unbind_waiting,
	.notif = true};
const struct osim__scenario osim__scenario_unbind_open = {
	.name = "unbind-open",
	.what = "The driver leaves while a session is open.",
	.body = unbind_open};
const struct osim__scenario osim__scenario_post_while_unbinding = {
	.name = "post-while-unbinding",
	.what = "Values are posted while the driver leaves.",
	.body = post_while_unbinding,
	.notif = true};
const struct osim__scenario osim__scenario_shutdown = {
	.name = "shutdown",
	.what = "The machine is shut down after some work.",
	.configure = without_rpc_arg,
	.body = shutdown_then_bind};
const struct osim__scenario osim__scenario_rebind = {
	.name = "rebind",
	.what = "The driver comes and goes three times, with a value waiting for it.",
	.body = rebind};
const struct osim__scenario osim__scenario_hotplug = {
	.name = "hotplug",
	.what = "A CPU goes and comes back, with per-CPU interrupts.",
	.configure = percpu,
	.body = hotplug,
	.notif = true};

/* --- all --- */

#define LISTED(name) &osim__scenario_##name,

const struct osim__scenario *const osim__scenarios[] = {OSIM__SCENARIO_MAP(LISTED) NULL};

struct nodes {
	bool client, supplicant;
};

static void find_node(void *arg, const char *name)
{
	struct nodes *nodes = arg;

	nodes->client |= !strcmp(name, "tee0");
	nodes->supplicant |= !strcmp(name, "teepriv0");
}

static int bind_driver(struct osim__stage *stage)
{
	struct nodes nodes = {.client = false};
	int rc;

	stage->bound = false;
	rc = osim_bind(stage->m, stage->driver, &stage->platform);
	stage->bound = !rc;
	if (!rc)
		osim_device_each(stage->m, find_node, &nodes);
	/* This holds also where something is made to fail. */
	if (nodes.supplicant && !nodes.client && stage->unmet)
		stage->unmet(stage->listener, "probe.device",
			     "the driver comes up without the device for programs");
	return rc;
}

bool osim__stage_try_bind(struct osim__stage *stage)
{
	return !bind_driver(stage);
}

bool osim__stage_bind(struct osim__stage *stage)
{
	/* What secure worlds a part of a driver can work with is its own affair, but for the
	 * default. */
	bool part = stage->part;
	int rc = bind_driver(stage);

	stage->part = part && (stage->special || stage->tap.fn);
	/* A probe that never ends is a finding of its own. */
	osim__expect(stage, !rc || rc == -EDEADLK || rc == -ELOOP, "probe.bound",
		     "the driver does not come up with a secure world that it can work with");
	stage->part = part;
	return !rc;
}

static void count_irqs(struct osim__stage *stage, const struct osim_event *e)
{
	if (e->kind == OSIM_EVENT_ALLOC && e->text && !strcmp(e->text, "interrupt"))
		stage->count++;
}

bool osim__stage_bind_percpu(struct osim__stage *stage)
{
	stage->event = count_irqs;
	osim__expect(stage, osim__stage_try_bind(stage) || !stage->count, "probe.bound",
		     "the driver has got a per-CPU interrupt and does not come up");
	return stage->bound;
}

void osim__stage_program(struct osim__stage *stage, const char *name, void (*fn)(void *stage))
{
	if (stage->tasks < OSIM__STAGE_TASKS_MAX &&
	    !osim_spawn(stage->m, name, fn, stage, -1, &stage->task[stage->tasks]))
		stage->tasks++;
}

struct memory {
	struct memory *next;
	max_align_t bytes[];
};

void *osim__stage_alloc(struct osim__stage *stage, size_t bytes)
{
	struct memory *memory = malloc(sizeof(*memory) + bytes);

	if (!memory)
		return NULL;
	memory->next = stage->memory;
	stage->memory = memory;
	return memory->bytes;
}

void osim__stage_free(struct osim__stage *stage)
{
	while (stage->memory) {
		struct memory *memory = stage->memory;

		stage->memory = memory->next;
		free(memory);
	}
}

void osim__stage_finish(struct osim__stage *stage)
{
	osim_run_for(stage->m, PATIENCE_NS);
	for (unsigned int i = 0; i < stage->tasks; i++)
		osim_task_signal(stage->task[i], true);
	osim_run(stage->m);
}

void osim__expect(struct osim__stage *stage, bool holds, const char *id, const char *text)
{
	if (!holds && !stage->disturbed && !stage->part && stage->unmet)
		stage->unmet(stage->listener, id, text);
}

static void find_device(void *arg, const char *name)
{
	if (!strcmp(name, "teepriv0"))
		*(bool *)arg = true;
}

bool osim__stage_has_supplicant(struct osim__stage *stage)
{
	bool found = false;

	osim_device_each(stage->m, find_device, &found);
	if (!found)
		osim__stage_lacks(stage, "device for a supplicant");
	return found;
}

void osim__stage_run(struct osim__stage *stage, const struct osim__scenario *scenario)
{
	stage->part = osim__khost_driver_lacks_clients(stage->driver);
	stage->special = scenario->configure != NULL;
	if (scenario->notif && osim__khost_driver_lacks_notif(stage->driver))
		osim__stage_lacks(stage, "asynchronous notifications");
	else if (scenario->whole && stage->part)
		osim__stage_lacks(stage, "probe of a whole driver");
	else
		scenario->body(stage);
}

void osim__stage_lacks(struct osim__stage *stage, const char *what)
{
	if (!stage->disturbed && stage->lacks)
		stage->lacks(stage->listener, what);
}
