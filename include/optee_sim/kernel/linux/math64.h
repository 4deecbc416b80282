/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_MATH64_H
#define OSIM_LINUX_MATH64_H

#include <linux/math.h>

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

static inline s64 div_s64(s64 dividend, s32 divisor)
{
	return dividend / divisor;
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = (u32)(dividend % divisor);
	return dividend / divisor;
}

/* Divides n in place; the value is the remainder. */
#define do_div(n, base)                                  \
	({                                               \
		u32 osim__base = (base);                 \
		u32 osim__rem = (u32)((n) % osim__base); \
		(n) /= osim__base;                       \
		osim__rem;                               \
	})

#endif
