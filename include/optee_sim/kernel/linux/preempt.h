/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_PREEMPT_H
#define OSIM_LINUX_PREEMPT_H

#include <linux/irqflags.h>

OSIM__K_API void osim__k_preempt_disable(void);
OSIM__K_API void osim__k_preempt_enable(const struct osim__site *site);
OSIM__K_API unsigned int osim__k_preempt_count(void);
OSIM__K_API bool osim__k_in_irq(void);

#define preempt_disable() osim__k_preempt_disable()
#define preempt_enable()  osim__k_preempt_enable(OSIM__SITE)
#define preempt_count()	  osim__k_preempt_count()
#define in_irq()	  osim__k_in_irq()
#define in_hardirq()	  osim__k_in_irq()
#define in_interrupt()	  osim__k_in_irq()
#define in_task()	  (!osim__k_in_irq())
#define in_atomic()	  (osim__k_preempt_count() != 0)
#define preemptible()	  (!osim__k_preempt_count() && !osim__k_irqs_disabled())

/* Soft interrupts are not modelled: what they would run, runs in threads. */
#define local_bh_disable() osim__k_preempt_disable()
#define local_bh_enable()  osim__k_preempt_enable(OSIM__SITE)

#endif
