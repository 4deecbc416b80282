/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_DELAY_H
#define OSIM_LINUX_DELAY_H

#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <osim/api.h>
#include <osim/site.h>

OSIM__K_API void osim__k_msleep(unsigned int ms, const struct osim__site *site);
OSIM__K_API unsigned long osim__k_msleep_interruptible(unsigned int ms,
						       const struct osim__site *site);
OSIM__K_API void osim__k_sleep_ns(u64 ns, const struct osim__site *site);
/* This CPU does nothing else meanwhile. */
OSIM__K_API void osim__k_delay_ns(u64 ns);

#define msleep(ms)		     osim__k_msleep(ms, OSIM__SITE)
#define msleep_interruptible(ms)     osim__k_msleep_interruptible(ms, OSIM__SITE)
#define ssleep(s)		     msleep((s)*1000u)
#define fsleep(us)		     osim__k_sleep_ns((u64)(us)*NSEC_PER_USEC, OSIM__SITE)
#define usleep_range(min_us, max_us) ((void)(max_us), fsleep(min_us))
#define ndelay(ns)		     osim__k_delay_ns(ns)
#define udelay(us)		     osim__k_delay_ns((u64)(us)*NSEC_PER_USEC)
#define mdelay(ms)		     osim__k_delay_ns((u64)(ms)*NSEC_PER_MSEC)

#endif
