/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_ASM_ARCH_TIMER_H
#define OSIM_ASM_ARCH_TIMER_H

#include <linux/ktime.h>
#include <linux/types.h>

/* The generic timer, of 1 GHz as from Armv8.6 on: it counts the machine's virtual nanoseconds. */
#define arch_counter_get_cntvct() ktime_get_ns()
#define arch_counter_get_cntpct() ktime_get_ns()
#define arch_timer_get_cntfrq()	  ((u32)NSEC_PER_SEC)
#define arch_timer_get_rate()	  ((u32)NSEC_PER_SEC)

#endif
