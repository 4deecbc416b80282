/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_COMPILER_H
#define OSIM_LINUX_COMPILER_H

#include <linux/compiler_types.h>

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define barrier()	      __asm__ __volatile__("" : : : "memory")
#define barrier_data(ptr)     __asm__ __volatile__("" : : "r"(ptr) : "memory")
#define unreachable()	      __builtin_unreachable()
#define OPTIMIZER_HIDE_VAR(v) __asm__("" : "=r"(v) : "0"(v))

#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, val)                           \
	do {                                         \
		*(volatile typeof(x) *)&(x) = (val); \
	} while (0)
#define ACCESS_ONCE(x) (*(volatile typeof(x) *)&(x))

#define ___OSIM_PASTE(a, b) a##b
#define __PASTE(a, b)	    ___OSIM_PASTE(a, b)
#define __UNIQUE_ID(prefix) __PASTE(__PASTE(__UNIQUE_ID_, prefix), __COUNTER__)

#define data_race(expr) (expr)

#endif
