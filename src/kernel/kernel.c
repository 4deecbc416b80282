/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/k_base.h"

#include <assert.h>
#include <stdlib.h>

void *osim__kernel_zalloc(size_t bytes)
{
	struct osim_machine *m = osim__machine();
	void *p = calloc(1, bytes);

	assert(p && "out of memory for the simulator's own bookkeeping");
	/* It may have been anybody's. */
	if (m)
		osim__access_forget(m, p, bytes);
	return p;
}

void osim__kernel_free(void *p)
{
	free(p);
}

/* Everything but memory. */
static void stop(struct osim__kernel *k)
{
	osim__k_driver_drop(k);
	osim__k_files_fini(k);
	osim__k_cpuhp_fini(k);
	osim__k_works_fini(k);
	osim__k_irqs_fini(k);
	osim__k_platform_fini(k);
	osim__k_devices_fini(k);
	osim__k_tasks_fini(k);
}

/* What a driver that was dropped has allocated. */
static void free_allocations(struct osim_machine *m, const struct osim__live_node *first)
{
	for (const struct osim__live_node *n = first; n; n = n->next) {
		if (n->kind == OSIM_LIVE_ALLOC)
			free((void *)n->key);
		else if (n->kind == OSIM_LIVE_PAGES)
			osim__mem_pages_free(m, (void *)n->key, n->bytes);
	}
}

static void fini(struct osim_machine *m)
{
	struct osim__kernel *k = m->kernel;

	if (!k)
		return;
	stop(k);
	osim__k_base_fini(k);
	free_allocations(m, m->live.oldest);
	free_allocations(m, m->live.abandoned);
	free(k);
	m->kernel = NULL;
}

void osim__kernel_abandon(struct osim__kernel *k)
{
	struct osim__k_base *base = k->base;
	struct osim_machine *m = k->m;

	osim__machine_abandon(m);
	osim__k_delays_drop(k);
	if (base)
		osim__k_peripheral_abandon(base);
	stop(k);
	*k = (struct osim__kernel){.m = m, .base = base};
}

struct osim__kernel *osim__kernel_new(struct osim_machine *m)
{
	static const struct osim__normal_ops ops = {.irq = osim__k_irq, .fini = fini};
	struct osim__kernel *k = osim__kernel_zalloc(sizeof(*k));

	k->m = m;
	m->kernel = k;
	m->normal = &ops;
	return k;
}
