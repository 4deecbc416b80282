/* SPDX-License-Identifier: BSD-2-Clause */
#include "stim/scenario.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/host.h"

/* After that time a program waits for somebody who does not come. */
#define PATIENCE_NS 2000000000ull

struct nodes {
	bool client, supplicant;
};

static void find_node(void *arg, const char *name)
{
	struct nodes *nodes = arg;

	nodes->client |= !strcmp(name, "tee0");
	nodes->supplicant |= !strcmp(name, "teepriv0");
}

static int bind_driver(struct osim_stage *stage)
{
	struct nodes nodes = {.client = false};
	int rc;

	stage->bound = false;
	rc = osim_bind(stage->m, stage->driver, &stage->platform);
	stage->bound = !rc;
	if (!rc)
		osim_device_each(stage->m, find_node, &nodes);
	/* This holds also where something is made to fail. */
	if (nodes.supplicant && !nodes.client && stage->host->unmet)
		stage->host->unmet(stage->host->arg, "probe.device",
				   "the driver comes up without the device for programs");
	return rc;
}

bool osim_stage_try_bind(struct osim_stage *stage)
{
	return !bind_driver(stage);
}

bool osim_stage_bind(struct osim_stage *stage)
{
	/* What secure worlds a part of a driver can work with is its own affair, but for the
	 * default. */
	bool part = stage->part;
	int rc = bind_driver(stage);

	stage->part = part && (stage->host->special || stage->tap.fn);
	/* A probe that never ends is a finding of its own. */
	osim_expect(stage, !rc || rc == -EDEADLK || rc == -ELOOP, "probe.bound",
		    "the driver does not come up with a secure world that it can work with");
	stage->part = part;
	return !rc;
}

static void count_irqs(struct osim_stage *stage, const struct osim_event *e)
{
	if (e->kind == OSIM_EVENT_ALLOC && e->text && !strcmp(e->text, "interrupt"))
		stage->count++;
}

bool osim_stage_bind_percpu(struct osim_stage *stage)
{
	stage->event = count_irqs;
	osim_expect(stage, osim_stage_try_bind(stage) || !stage->count, "probe.bound",
		    "the driver has got a per-CPU interrupt and does not come up");
	return stage->bound;
}

void osim_stage_program(struct osim_stage *stage, const char *name, void (*fn)(void *stage))
{
	if (stage->tasks < OSIM_STAGE_TASKS_MAX &&
	    !osim_spawn(stage->m, name, fn, stage, -1, &stage->task[stage->tasks]))
		stage->tasks++;
}

struct memory {
	struct memory *next;
	max_align_t bytes[];
};

void *osim_stage_alloc(struct osim_stage *stage, size_t bytes)
{
	struct memory *memory = malloc(sizeof(*memory) + bytes);

	if (!memory)
		return NULL;
	memory->next = stage->host->memory;
	stage->host->memory = memory;
	return memory->bytes;
}

void *osim__stage_keep(struct osim_stage *stage, const void *what, size_t bytes)
{
	void *kept = osim_stage_alloc(stage, bytes);

	if (!kept)
		abort();
	return memcpy(kept, what, bytes);
}

void osim__stage_free(struct osim_stage *stage)
{
	while (stage->host->memory) {
		struct memory *memory = stage->host->memory;

		stage->host->memory = memory->next;
		free(memory);
	}
}

void osim_stage_finish(struct osim_stage *stage)
{
	osim_run_for(stage->m, PATIENCE_NS);
	for (unsigned int i = 0; i < stage->tasks; i++)
		osim_task_signal(stage->task[i], true);
	osim_run(stage->m);
}

/* Who writes a scenario of his own knows his driver. */
static bool is_own(const struct osim_stage *stage, const char *id)
{
	const char *const *known = stage->host->ids;

	while (known && *known && strcmp(*known, id) != 0)
		known++;
	return known && !*known;
}

void osim_expect(struct osim_stage *stage, bool holds, const char *id, const char *text)
{
	if (!holds && !stage->disturbed && (!stage->part || is_own(stage, id)) &&
	    stage->host->unmet)
		stage->host->unmet(stage->host->arg, id, text);
}

static void find_device(void *arg, const char *name)
{
	if (!strcmp(name, "teepriv0"))
		*(bool *)arg = true;
}

bool osim_stage_has_supplicant(struct osim_stage *stage)
{
	bool found = false;

	osim_device_each(stage->m, find_device, &found);
	if (!found)
		osim_stage_lacks(stage, "device for a supplicant");
	return found;
}

void osim__stage_run(struct osim_stage *stage, const struct osim_scenario *scenario)
{
	stage->part = osim__khost_driver_lacks_clients(stage->driver);
	stage->host->special = scenario->configure != NULL;
	if (scenario->notif && osim__khost_driver_lacks_notif(stage->driver))
		osim_stage_lacks(stage, "asynchronous notifications");
	else if (scenario->whole && stage->part)
		osim_stage_lacks(stage, "probe of a whole driver");
	else
		scenario->body(stage);
}

void osim_stage_lacks(struct osim_stage *stage, const char *what)
{
	if (!stage->disturbed && stage->host->lacks)
		stage->host->lacks(stage->host->arg, what);
}
