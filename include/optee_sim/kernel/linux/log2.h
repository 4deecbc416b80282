/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_LOG2_H
#define OSIM_LINUX_LOG2_H

#include <linux/types.h>

#define ilog2(n)		((n) < 2 ? 0 : 63 - __builtin_clzll(n))
#define order_base_2(n)		((n) < 2 ? 0 : 64 - __builtin_clzll((n)-1))
#define is_power_of_2(n)	((n) != 0 && ((n) & ((n)-1)) == 0)
#define roundup_pow_of_two(n)	((n) < 2 ? 1UL : 1UL << order_base_2(n))
#define rounddown_pow_of_two(n) (1UL << ilog2(n))

#endif
