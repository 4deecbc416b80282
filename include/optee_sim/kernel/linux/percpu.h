/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_PERCPU_H
#define OSIM_LINUX_PERCPU_H

#include <linux/preempt.h>
#include <linux/smp.h>
#include <linux/types.h>
#include <osim/api.h>
#include <osim/site.h>

/* From one CPU's copy to the next; also the largest object. Fixed, as an interrupt's dev_id is an
 * untyped pointer. */
#define OSIM__K_PERCPU_STRIDE 1024u

/* Zeroed; NULL: no memory, or larger than the stride. */
OSIM__K_API void *osim__k_alloc_percpu(size_t size, const struct osim__site *site);
OSIM__K_API void osim__k_free_percpu(void *ptr, const struct osim__site *site);

#define alloc_percpu(type)	    ((type __percpu *)osim__k_alloc_percpu(sizeof(type), OSIM__SITE))
#define alloc_percpu_gfp(type, gfp) ((void)(gfp), alloc_percpu(type))
#define __alloc_percpu(size, align) osim__k_alloc_percpu(size, OSIM__SITE)
#define free_percpu(ptr)	    osim__k_free_percpu((void *)(ptr), OSIM__SITE)

#define per_cpu_ptr(ptr, cpu) ((typeof(ptr))((char *)(ptr) + (size_t)(cpu)*OSIM__K_PERCPU_STRIDE))
#define this_cpu_ptr(ptr)     per_cpu_ptr(ptr, smp_processor_id())
#define raw_cpu_ptr(ptr)      per_cpu_ptr(ptr, raw_smp_processor_id())
#define get_cpu_ptr(ptr)           \
	({                         \
		preempt_disable(); \
		this_cpu_ptr(ptr); \
	})
#define put_cpu_ptr(ptr) ((void)(ptr), preempt_enable())

#endif
