/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_INTERRUPT_H
#define OSIM_LINUX_INTERRUPT_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/hardirq.h>
#include <linux/irq.h>
#include <linux/irqflags.h>
#include <linux/irqreturn.h>
#include <linux/kernel.h>
#include <linux/kref.h>
#include <linux/percpu.h>
#include <linux/types.h>
#include <osim/api.h>
#include <osim/site.h>

struct device;

typedef irqreturn_t (*irq_handler_t)(int irq, void *dev_id);

#define IRQF_TRIGGER_NONE    0x00000000ul
#define IRQF_TRIGGER_RISING  0x00000001ul
#define IRQF_TRIGGER_FALLING 0x00000002ul
#define IRQF_TRIGGER_HIGH    0x00000004ul
#define IRQF_TRIGGER_LOW     0x00000008ul
#define IRQF_SHARED	     0x00000080ul
#define IRQF_PERCPU	     0x00000400ul
#define IRQF_NOBALANCING     0x00000800ul
#define IRQF_ONESHOT	     0x00002000ul
#define IRQF_NO_SUSPEND	     0x00004000ul
#define IRQF_NO_THREAD	     0x00010000ul
#define IRQF_NO_AUTOEN	     0x00080000ul

OSIM__K_API int osim__k_request_irq(unsigned int irq, irq_handler_t handler,
				    irq_handler_t thread_fn, unsigned long flags, const char *name,
				    void *dev_id, const struct osim__site *site);
OSIM__K_API const void *osim__k_free_irq(unsigned int irq, void *dev_id,
					 const struct osim__site *site);
OSIM__K_API void osim__k_synchronize_irq(unsigned int irq, const struct osim__site *site);
OSIM__K_API void osim__k_disable_irq(unsigned int irq, bool wait, const struct osim__site *site);
OSIM__K_API void osim__k_enable_irq(unsigned int irq, const struct osim__site *site);
OSIM__K_API void osim__k_irq_wake_thread(unsigned int irq, void *dev_id);

OSIM__K_API int osim__k_request_percpu_irq(unsigned int irq, irq_handler_t handler,
					   const char *name, void *percpu_dev_id,
					   const struct osim__site *site);
OSIM__K_API void osim__k_free_percpu_irq(unsigned int irq, void *percpu_dev_id,
					 const struct osim__site *site);
OSIM__K_API void osim__k_enable_percpu_irq(unsigned int irq, bool on,
					   const struct osim__site *site);
OSIM__K_API bool osim__k_percpu_irq_enabled(unsigned int irq);

OSIM__K_API int osim__k_devm_request_irq(struct device *dev, unsigned int irq,
					 irq_handler_t handler, irq_handler_t thread_fn,
					 unsigned long flags, const char *name, void *dev_id,
					 const struct osim__site *site);
OSIM__K_API void osim__k_devm_free_irq(struct device *dev, unsigned int irq, void *dev_id,
				       const struct osim__site *site);

#define request_threaded_irq(irq, handler, thread_fn, flags, name, dev_id) \
	osim__k_request_irq(irq, handler, thread_fn, flags, name, dev_id, OSIM__SITE)
#define request_irq(irq, handler, flags, name, dev_id) \
	osim__k_request_irq(irq, handler, NULL, flags, name, dev_id, OSIM__SITE)
#define free_irq(irq, dev_id)	     osim__k_free_irq(irq, dev_id, OSIM__SITE)
#define synchronize_irq(irq)	     osim__k_synchronize_irq(irq, OSIM__SITE)
#define disable_irq(irq)	     osim__k_disable_irq(irq, true, OSIM__SITE)
#define disable_irq_nosync(irq)	     osim__k_disable_irq(irq, false, OSIM__SITE)
#define enable_irq(irq)		     osim__k_enable_irq(irq, OSIM__SITE)
#define irq_wake_thread(irq, dev_id) osim__k_irq_wake_thread(irq, dev_id)

#define request_percpu_irq(irq, handler, name, percpu_dev_id) \
	osim__k_request_percpu_irq(irq, handler, name, percpu_dev_id, OSIM__SITE)
#define free_percpu_irq(irq, percpu_dev_id) osim__k_free_percpu_irq(irq, percpu_dev_id, OSIM__SITE)
#define enable_percpu_irq(irq, type) \
	((void)(type), osim__k_enable_percpu_irq(irq, true, OSIM__SITE))
#define disable_percpu_irq(irq)	   osim__k_enable_percpu_irq(irq, false, OSIM__SITE)
#define irq_percpu_is_enabled(irq) osim__k_percpu_irq_enabled(irq)

#define devm_request_threaded_irq(dev, irq, handler, thread_fn, flags, name, dev_id) \
	osim__k_devm_request_irq(dev, irq, handler, thread_fn, flags, name, dev_id, OSIM__SITE)
#define devm_request_irq(dev, irq, handler, flags, name, dev_id) \
	osim__k_devm_request_irq(dev, irq, handler, NULL, flags, name, dev_id, OSIM__SITE)
#define devm_free_irq(dev, irq, dev_id) osim__k_devm_free_irq(dev, irq, dev_id, OSIM__SITE)

/* Where an interrupt goes is the machine's setting. */
static inline int irq_set_affinity_hint(unsigned int irq, const struct cpumask *mask)
{
	(void)irq;
	(void)mask;
	return 0;
}

#endif
