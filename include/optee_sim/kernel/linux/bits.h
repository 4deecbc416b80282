/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_BITS_H
#define OSIM_LINUX_BITS_H

#include <linux/const.h>
#include <linux/types.h>

#define BIT(nr)		   (1UL << (nr))
#define BIT_ULL(nr)	   (1ULL << (nr))
#define BIT_MASK(nr)	   (1UL << ((nr) % BITS_PER_LONG))
#define BIT_WORD(nr)	   ((nr) / BITS_PER_LONG)
#define BITS_PER_LONG_LONG 64

#define GENMASK(high, low)     ((~0UL << (low)) & (~0UL >> (63 - (high))))
#define GENMASK_ULL(high, low) ((~0ULL << (low)) & (~0ULL >> (63 - (high))))
#define GENMASK_U32(high, low) ((u32)GENMASK(high, low))
#define BIT_U32(nr)	       ((u32)BIT(nr))

#endif
