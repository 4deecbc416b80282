/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_JIFFIES_H
#define OSIM_LINUX_JIFFIES_H

#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/time64.h>
#include <linux/types.h>
#include <osim/api.h>

/* Not 1000: milliseconds taken for jiffies must show. */
#define HZ CONFIG_HZ

#define OSIM__K_NSEC_PER_JIFFY (NSEC_PER_SEC / HZ)
#define OSIM__K_MSEC_PER_JIFFY (MSEC_PER_SEC / HZ)
#define OSIM__K_USEC_PER_JIFFY (USEC_PER_SEC / HZ)
/* Where the count starts, five minutes before 32 bits of it wrap: nobody may take 0 for "never". */
#define INITIAL_JIFFIES	 ((unsigned long)(unsigned int)(-300 * HZ))
#define MAX_JIFFY_OFFSET ((LONG_MAX >> 1) - 1)

OSIM__K_API unsigned long osim__k_jiffies(void);
#define jiffies		 osim__k_jiffies()
#define jiffies_64	 ((u64)osim__k_jiffies())
#define get_jiffies_64() jiffies_64

/* Up, so that a short time is no time of zero; what is out of range is for ever. */
static inline unsigned long msecs_to_jiffies(unsigned int ms)
{
	return (int)ms < 0
		       ? (unsigned long)MAX_JIFFY_OFFSET
		       : ((unsigned long)ms + OSIM__K_MSEC_PER_JIFFY - 1) / OSIM__K_MSEC_PER_JIFFY;
}

static inline unsigned long usecs_to_jiffies(unsigned int us)
{
	return ((unsigned long)us + OSIM__K_USEC_PER_JIFFY - 1) / OSIM__K_USEC_PER_JIFFY;
}

static inline unsigned long secs_to_jiffies(unsigned int s)
{
	return (unsigned long)s * HZ;
}

static inline unsigned long nsecs_to_jiffies(u64 ns)
{
	return (unsigned long)(ns / OSIM__K_NSEC_PER_JIFFY);
}

static inline unsigned int jiffies_to_msecs(unsigned long j)
{
	return (unsigned int)(j * OSIM__K_MSEC_PER_JIFFY);
}

static inline unsigned int jiffies_to_usecs(unsigned long j)
{
	return (unsigned int)(j * OSIM__K_USEC_PER_JIFFY);
}

static inline u64 jiffies_to_nsecs(unsigned long j)
{
	return (u64)j * OSIM__K_NSEC_PER_JIFFY;
}

#define time_after(a, b)	  ((long)((b) - (a)) < 0)
#define time_before(a, b)	  time_after(b, a)
#define time_after_eq(a, b)	  ((long)((a) - (b)) >= 0)
#define time_before_eq(a, b)	  time_after_eq(b, a)
#define time_in_range(a, b, c)	  (time_after_eq(a, b) && time_before_eq(a, c))
#define time_is_before_jiffies(a) time_after(jiffies, a)
#define time_is_after_jiffies(a)  time_before(jiffies, a)
#define time_after64(a, b)	  ((s64)((b) - (a)) < 0)
#define time_before64(a, b)	  time_after64(b, a)

#endif
