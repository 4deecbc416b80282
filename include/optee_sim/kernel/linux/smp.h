/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_SMP_H
#define OSIM_LINUX_SMP_H

#include <linux/cpumask.h>
#include <linux/preempt.h>
#include <osim/api.h>
#include <osim/site.h>

OSIM__K_API unsigned int osim__k_this_cpu(void);
/* A finding where the thread could be moved to another CPU. */
OSIM__K_API unsigned int osim__k_this_cpu_checked(const struct osim__site *site);

#define raw_smp_processor_id() osim__k_this_cpu()
#define smp_processor_id()     osim__k_this_cpu_checked(OSIM__SITE)
#define get_cpu()                   \
	({                          \
		preempt_disable();  \
		osim__k_this_cpu(); \
	})
#define put_cpu() preempt_enable()

/* Runs func(info) on each online CPU, one after the other, with interrupts off there; wait or not.
 */
OSIM__K_API void osim__k_on_each_cpu(void (*func)(void *info), void *info, int cpu,
				     const struct osim__site *site);
#define on_each_cpu(func, info, wait) osim__k_on_each_cpu(func, info, -1, OSIM__SITE)
#define smp_call_function_single(cpu, func, info, wait) \
	(cpu_online(cpu) ? (osim__k_on_each_cpu(func, info, (int)(cpu), OSIM__SITE), 0) : -ENXIO)

#endif
