/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_KERNEL_H
#define OSIM_LINUX_KERNEL_H

#include <stdarg.h>

#include <osim/api.h>
#include <osim/site.h>
#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/sprintf.h>
#include <linux/stddef.h>
#include <linux/stringify.h>
#include <linux/typecheck.h>
#include <linux/types.h>

#define upper_32_bits(n) ((u32)(((n) >> 16) >> 16))
#define lower_32_bits(n) ((u32)((n)&0xffffffff))
#define upper_16_bits(n) ((u16)((n) >> 16))
#define lower_16_bits(n) ((u16)((n)&0xffff))

#define u64_to_user_ptr(x) ((void __user *)(uintptr_t)(u64)(x))
#define u64_to_ptr(x)	   ((void *)(uintptr_t)(u64)(x))
#define ptr_to_u64(x)	   ((u64)(uintptr_t)(x))

#define REPEAT_BYTE(x) ((~0ul / 0xff) * (x))

/* A finding where the context cannot sleep. */
OSIM__K_API void osim__k_might_sleep(const struct osim__site *site);
#define might_sleep() osim__k_might_sleep(OSIM__SITE)
#define might_sleep_if(cond)           \
	do {                           \
		if (cond)              \
			might_sleep(); \
	} while (0)
#define might_fault() might_sleep()

enum system_states {
	SYSTEM_BOOTING,
	SYSTEM_SCHEDULING,
	SYSTEM_FREEING_INITMEM,
	SYSTEM_RUNNING,
	SYSTEM_HALT,
	SYSTEM_POWER_OFF,
	SYSTEM_RESTART,
	SYSTEM_SUSPEND,
};
#define system_state SYSTEM_RUNNING

#define panic(...)                                      \
	do {                                            \
		osim__k_printk(KERN_EMERG __VA_ARGS__); \
		osim__k_bug(OSIM__SITE, "panic");       \
	} while (0)

#endif
