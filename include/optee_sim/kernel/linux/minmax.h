/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_MINMAX_H
#define OSIM_LINUX_MINMAX_H

#include <linux/compiler.h>
#include <linux/types.h>

/* Each use has names of its own, so that one may stand in another. */
#define OSIM__MINMAX(op, x, y) \
	OSIM__MINMAX_(op, typeof(x), typeof(y), x, y, __UNIQUE_ID(left), __UNIQUE_ID(right))
#define OSIM__MINMAX_T(op, type, x, y) \
	OSIM__MINMAX_(op, type, type, (type)(x), (type)(y), __UNIQUE_ID(left), __UNIQUE_ID(right))
#define OSIM__MINMAX_(op, type_x, type_y, x, y, name_x, name_y) \
	({                                                      \
		type_x name_x = (x);                            \
		type_y name_y = (y);                            \
		name_x op name_y ? name_x : name_y;             \
	})

#define min(x, y)	   OSIM__MINMAX(<, x, y)
#define max(x, y)	   OSIM__MINMAX(>, x, y)
#define umin(x, y)	   OSIM__MINMAX_T(<, unsigned long long, x, y)
#define umax(x, y)	   OSIM__MINMAX_T(>, unsigned long long, x, y)
#define min_t(type, x, y)  OSIM__MINMAX_T(<, type, x, y)
#define max_t(type, x, y)  OSIM__MINMAX_T(>, type, x, y)
#define min3(x, y, z)	   min((typeof(x))min(x, y), z)
#define max3(x, y, z)	   max((typeof(x))max(x, y), z)
#define min_not_zero(x, y) ((x) == 0 ? (y) : ((y) == 0 ? (x) : min(x, y)))

#define clamp(val, lo, hi)	   min((typeof(val))max(val, lo), hi)
#define clamp_t(type, val, lo, hi) min_t(type, max_t(type, val, lo), hi)
#define clamp_val(val, lo, hi)	   clamp_t(typeof(val), val, lo, hi)
#define in_range(val, start, len)  ((u64)(val) - (u64)(start) < (u64)(len))

#define swap(a, b)                          \
	do {                                \
		typeof(a) osim__swap = (a); \
		(a) = (b);                  \
		(b) = osim__swap;           \
	} while (0)

#endif
