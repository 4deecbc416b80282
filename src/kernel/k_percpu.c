/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/kernel.h"

#include <linux/percpu.h>
#include <linux/slab.h>

/* A copy for each CPU there is, one behind the other. */

void *osim__k_alloc_percpu(size_t size, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	osim__k_check_sleep(m, "alloc_percpu()", site);
	if (size > OSIM__K_PERCPU_STRIDE) {
		osim__finding(m, "kernel.percpu-size",
			      "alloc_percpu() of %zu bytes: there is room for %u, at %s", size,
			      OSIM__K_PERCPU_STRIDE, osim__k_where(site));
		return NULL;
	}
	if (osim__fault(m, OSIM_FAULT_WORK, "alloc_percpu"))
		return NULL;
	return osim__k_kmalloc((size_t)m->sched.cpu_count * OSIM__K_PERCPU_STRIDE,
			       GFP_KERNEL | __GFP_ZERO, site);
}

void osim__k_free_percpu(void *ptr, const struct osim__site *site)
{
	osim__k_kfree(ptr, site);
}
