/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_IRQDOMAIN_H
#define OSIM_LINUX_IRQDOMAIN_H

#include <linux/irq.h>
#include <osim/api.h>
#include <osim/site.h>

struct irq_domain;
struct device_node;

/* Gives a mapping back that platform_get_irq() and its like made; 0 is ignored. */
OSIM__K_API void osim__k_irq_dispose(unsigned int irq, const struct osim__site *site);
#define irq_dispose_mapping(irq) osim__k_irq_dispose(irq, OSIM__SITE)

#endif
