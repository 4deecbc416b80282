/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_IRQFLAGS_H
#define OSIM_LINUX_IRQFLAGS_H

#include <linux/types.h>
#include <osim/api.h>
#include <osim/site.h>

/* The mask is the executing CPU's. Flags: 0 interrupts were on, 1 they were off. */
OSIM__K_API unsigned long osim__k_irq_save(void);
OSIM__K_API void osim__k_irq_restore(unsigned long flags, const struct osim__site *site);
OSIM__K_API void osim__k_irq_disable(void);
OSIM__K_API void osim__k_irq_enable(const struct osim__site *site);
OSIM__K_API bool osim__k_irqs_disabled(void);

/* Refuses flags of another type than unsigned long at compile time. */
#define OSIM__K_FLAGS(flags) ((void)sizeof(&(flags) == (unsigned long *)0))

#define local_irq_save(flags)                 \
	do {                                  \
		OSIM__K_FLAGS(flags);         \
		(flags) = osim__k_irq_save(); \
	} while (0)
#define local_irq_restore(flags)       osim__k_irq_restore(flags, OSIM__SITE)
#define local_irq_disable()	       osim__k_irq_disable()
#define local_irq_enable()	       osim__k_irq_enable(OSIM__SITE)
#define irqs_disabled()		       osim__k_irqs_disabled()
#define irqs_disabled_flags(flags)     ((flags) != 0)
#define lockdep_assert_irqs_disabled() ((void)0)

#endif
