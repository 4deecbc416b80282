/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/kernel.h"

#include <assert.h>
#include <stdlib.h>

void *osim__kernel_zalloc(size_t bytes)
{
	void *p = calloc(1, bytes);

	assert(p && "out of memory for the simulator's own bookkeeping");
	return p;
}

void osim__kernel_free(void *p)
{
	free(p);
}

static void fini(struct osim_machine *m)
{
	struct osim__kernel *k = m->kernel;

	if (!k)
		return;
	osim__k_driver_drop(k);
	osim__k_files_fini(k);
	osim__k_cpuhp_fini(k);
	osim__k_works_fini(k);
	osim__k_irqs_fini(k);
	osim__k_platform_fini(k);
	osim__k_devices_fini(k);
	osim__k_tasks_fini(k);
	osim__k_base_fini(k);
	/* What a driver that was dropped has allocated. */
	for (const struct osim__live_node *n = m->live.oldest; n; n = n->next)
		if (n->kind == OSIM_LIVE_ALLOC)
			free((void *)n->key);
	free(k);
	m->kernel = NULL;
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
