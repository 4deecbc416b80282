/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_IRQ_H
#define OSIM_LINUX_IRQ_H

#include <linux/irqreturn.h>
#include <linux/types.h>
#include <osim/api.h>

#define IRQ_TYPE_NONE	      0u
#define IRQ_TYPE_EDGE_RISING  1u
#define IRQ_TYPE_EDGE_FALLING 2u
#define IRQ_TYPE_EDGE_BOTH    3u
#define IRQ_TYPE_LEVEL_HIGH   4u
#define IRQ_TYPE_LEVEL_LOW    8u
#define IRQ_TYPE_SENSE_MASK   15u

struct irq_chip;
struct irq_domain;

/* Of an interrupt that a driver's own controller gives on. */
struct irq_data {
	unsigned int irq;
	irq_hw_number_t hwirq;
	struct irq_chip *chip;
	struct irq_domain *domain;
	void *chip_data;
};

struct irq_chip {
	const char *name;
	void (*irq_enable)(struct irq_data *data);
	void (*irq_disable)(struct irq_data *data);
	void (*irq_ack)(struct irq_data *data);
	void (*irq_mask)(struct irq_data *data);
	void (*irq_unmask)(struct irq_data *data);
	void (*irq_eoi)(struct irq_data *data);
	int (*irq_set_type)(struct irq_data *data, unsigned int type);
	int (*irq_set_wake)(struct irq_data *data, unsigned int on);
	unsigned long flags;
};

enum {
	IRQCHIP_MASK_ON_SUSPEND = 1 << 2,
	IRQCHIP_SKIP_SET_WAKE = 1 << 4,
};

OSIM__K_API bool osim__k_irq_is_percpu(unsigned int irq);
#define irq_is_percpu_devid(irq) osim__k_irq_is_percpu(irq)

/* Lines are edges; asking for something else is answered, and changes nothing. */
OSIM__K_API int osim__k_irq_set_type(unsigned int irq, unsigned int type);
#define irq_set_irq_type(irq, type) osim__k_irq_set_type(irq, type)
OSIM__K_API u32 osim__k_irq_get_type(unsigned int irq);
#define irq_get_trigger_type(irq) osim__k_irq_get_type(irq)

#endif
