/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_MATH_H
#define OSIM_LINUX_MATH_H

#include <linux/types.h>

/* y is a power of two in the first two, anything in the last two. */
#define round_up(x, y)	 ((((x)-1) | ((typeof(x))((y)-1))) + 1)
#define round_down(x, y) ((x) & ~((typeof(x))((y)-1)))

#define roundup(x, y)                                        \
	({                                                   \
		typeof(y) osim__y = (y);                     \
		(((x) + (osim__y - 1)) / osim__y) * osim__y; \
	})
#define rounddown(x, y)                    \
	({                                 \
		typeof(x) osim__x = (x);   \
		osim__x - (osim__x % (y)); \
	})

#define DIV_ROUND_UP(n, d)	   (((n) + (d)-1) / (d))
#define DIV_ROUND_DOWN_ULL(n, d)   ((unsigned long long)(n) / (d))
#define DIV_ROUND_UP_ULL(n, d)	   DIV_ROUND_DOWN_ULL((unsigned long long)(n) + (d)-1, (d))
#define DIV_ROUND_CLOSEST(n, d)	   (((n) + ((d) / 2)) / (d))
#define mult_frac(x, numer, denom) ((x) / (denom) * (numer) + (x) % (denom) * (numer) / (denom))

#define abs(x) ((x) < 0 ? -(x) : (x))

#endif
