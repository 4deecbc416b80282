/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/kernel.h"

#include <linux/irqdomain.h>
#include <linux/slab.h>

/* A driver's own interrupt controller: no more than an object that has to be given back. */

struct irq_domain *osim__k_irq_domain_create(unsigned int size, const struct irq_domain_ops *ops,
					     void *data, const struct osim__site *site)
{
	struct irq_domain *domain;

	if (osim__fault(osim__machine(), OSIM_FAULT_IRQ, "irq_domain_create_linear"))
		return NULL;
	domain = osim__k_kmalloc(sizeof(*domain), GFP_KERNEL, site);
	if (domain)
		*domain = (struct irq_domain){
			.name = "driver", .ops = ops, .host_data = data, .hwirq_max = size};
	return domain;
}

void osim__k_irq_domain_remove(struct irq_domain *domain, const struct osim__site *site)
{
	osim__k_kfree(domain, site);
}
