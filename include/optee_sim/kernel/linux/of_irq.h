/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_OF_IRQ_H
#define OSIM_LINUX_OF_IRQ_H

#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/of.h>

#define of_irq_get(np, index) osim__k_of_irq(np, index, OSIM__SITE)

/* 0: there is none. */
#define irq_of_parse_and_map(np, index)                                \
	({                                                             \
		int osim__irq = osim__k_of_irq(np, index, OSIM__SITE); \
		(unsigned int)(osim__irq > 0 ? osim__irq : 0);         \
	})

#endif
