/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_KTIME_H
#define OSIM_LINUX_KTIME_H

#include <linux/jiffies.h>
#include <linux/time64.h>
#include <linux/types.h>
#include <osim/api.h>

/* Virtual time since the machine was made. */
OSIM__K_API u64 osim__k_time_ns(void);
/* When that was, in seconds since 1970: the same in every run. */
#define OSIM__K_EPOCH_S 1700000000LL

static inline ktime_t ktime_get(void)
{
	return (ktime_t)osim__k_time_ns();
}

static inline ktime_t ktime_get_real(void)
{
	return OSIM__K_EPOCH_S * NSEC_PER_SEC + (ktime_t)osim__k_time_ns();
}

static inline ktime_t ktime_set(s64 secs, unsigned long nsecs)
{
	return secs * NSEC_PER_SEC + (s64)nsecs;
}

#define ktime_get_boottime()	 ktime_get()
#define ktime_get_raw()		 ktime_get()
#define ktime_get_ns()		 ((u64)ktime_get())
#define ktime_get_boottime_ns()	 ((u64)ktime_get())
#define ktime_get_real_ns()	 ((u64)ktime_get_real())
#define ktime_get_seconds()	 ((time64_t)(ktime_get() / NSEC_PER_SEC))
#define ktime_get_real_seconds() ((time64_t)(ktime_get_real() / NSEC_PER_SEC))

#define ktime_add(a, b)	     ((ktime_t)((a) + (b)))
#define ktime_sub(a, b)	     ((ktime_t)((a) - (b)))
#define ktime_add_ns(kt, ns) ((ktime_t)((kt) + (ns)))
#define ktime_add_us(kt, us) ktime_add_ns(kt, (us)*NSEC_PER_USEC)
#define ktime_add_ms(kt, ms) ktime_add_ns(kt, (ms)*NSEC_PER_MSEC)
#define ktime_to_ns(kt)	     ((s64)(kt))
#define ktime_to_us(kt)	     ((s64)(kt) / NSEC_PER_USEC)
#define ktime_to_ms(kt)	     ((s64)(kt) / NSEC_PER_MSEC)
#define ktime_us_delta(a, b) ktime_to_us(ktime_sub(a, b))
#define ktime_ms_delta(a, b) ktime_to_ms(ktime_sub(a, b))
#define ktime_after(a, b)    ((a) > (b))
#define ktime_before(a, b)   ((a) < (b))
#define ktime_compare(a, b)  ((a) < (b) ? -1 : (a) > (b))
#define ns_to_ktime(ns)	     ((ktime_t)(ns))
#define ms_to_ktime(ms)	     ((ktime_t)(ms)*NSEC_PER_MSEC)

static inline struct timespec64 ns_to_timespec64(s64 ns)
{
	return (struct timespec64){.tv_sec = ns / NSEC_PER_SEC, .tv_nsec = ns % NSEC_PER_SEC};
}
#define ktime_to_timespec64(kt) ns_to_timespec64(kt)

static inline void ktime_get_real_ts64(struct timespec64 *ts)
{
	*ts = ns_to_timespec64(ktime_get_real());
}

static inline void ktime_get_ts64(struct timespec64 *ts)
{
	*ts = ns_to_timespec64(ktime_get());
}

/* Before 5.6. */
#define getnstimeofday64(ts) ktime_get_real_ts64(ts)

#endif
