/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_IRQDOMAIN_H
#define OSIM_LINUX_IRQDOMAIN_H

#include <linux/errno.h>
#include <linux/irq.h>
#include <linux/types.h>
#include <osim/api.h>
#include <osim/site.h>

struct device_node;
struct fwnode_handle;

#define IRQ_DOMAIN_IRQ_SPEC_PARAMS 16

struct irq_fwspec {
	struct fwnode_handle *fwnode;
	int param_count;
	u32 param[IRQ_DOMAIN_IRQ_SPEC_PARAMS];
};

struct irq_domain_ops {
	int (*map)(struct irq_domain *domain, unsigned int virq, irq_hw_number_t hwirq);
	void (*unmap)(struct irq_domain *domain, unsigned int virq);
	int (*xlate)(struct irq_domain *domain, struct device_node *np, const u32 *spec,
		     unsigned int size, unsigned long *hwirq, unsigned int *type);
	int (*alloc)(struct irq_domain *domain, unsigned int virq, unsigned int count, void *arg);
	void (*free)(struct irq_domain *domain, unsigned int virq, unsigned int count);
};

struct irq_domain {
	const char *name;
	const struct irq_domain_ops *ops;
	void *host_data;
	unsigned int hwirq_max;
};

/* Gives a mapping back that platform_get_irq() and its like made; 0 is ignored. */
OSIM__K_API void osim__k_irq_dispose(unsigned int irq, const struct osim__site *site);
#define irq_dispose_mapping(irq) osim__k_irq_dispose(irq, OSIM__SITE)

/*
 * A driver may be an interrupt controller itself. No device of the machine has an interrupt behind
 * it, so nothing is ever mapped there: what it gives on has no consumer.
 */
OSIM__K_API struct irq_domain *osim__k_irq_domain_create(unsigned int size,
							 const struct irq_domain_ops *ops,
							 void *data, const struct osim__site *site);
OSIM__K_API void osim__k_irq_domain_remove(struct irq_domain *domain,
					   const struct osim__site *site);

#define irq_domain_add_linear(np, size, ops, data) \
	((void)(np), osim__k_irq_domain_create(size, ops, data, OSIM__SITE))
#define irq_domain_create_linear(fwnode, size, ops, data) \
	((void)(fwnode), osim__k_irq_domain_create(size, ops, data, OSIM__SITE))
#define irq_domain_remove(domain) osim__k_irq_domain_remove(domain, OSIM__SITE)

static inline int irq_domain_set_hwirq_and_chip(struct irq_domain *domain, unsigned int virq,
						irq_hw_number_t hwirq, struct irq_chip *chip,
						void *chip_data)
{
	(void)domain;
	(void)virq;
	(void)hwirq;
	(void)chip;
	(void)chip_data;
	return -ENOENT;
}

static inline void irq_domain_free_irqs_common(struct irq_domain *domain, unsigned int virq,
					       unsigned int count)
{
	(void)domain;
	(void)virq;
	(void)count;
}
#define irq_domain_free_irqs_top irq_domain_free_irqs_common

static inline unsigned int irq_find_mapping(struct irq_domain *domain, irq_hw_number_t hwirq)
{
	(void)domain;
	(void)hwirq;
	return 0;
}

static inline unsigned int irq_create_mapping(struct irq_domain *domain, irq_hw_number_t hwirq)
{
	return irq_find_mapping(domain, hwirq);
}

static inline int generic_handle_irq(unsigned int irq)
{
	(void)irq;
	return -EINVAL;
}

static inline int generic_handle_domain_irq(struct irq_domain *domain, unsigned int hwirq)
{
	return generic_handle_irq(irq_find_mapping(domain, hwirq));
}

#endif
