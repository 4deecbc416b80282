/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_OVERFLOW_H
#define OSIM_LINUX_OVERFLOW_H

#include <linux/const.h>
#include <linux/limits.h>
#include <linux/types.h>

#define check_add_overflow(a, b, d) __builtin_add_overflow(a, b, d)
#define check_sub_overflow(a, b, d) __builtin_sub_overflow(a, b, d)
#define check_mul_overflow(a, b, d) __builtin_mul_overflow(a, b, d)

/* Sizes that stick at SIZE_MAX, which nothing can allocate. */
static inline size_t size_mul(size_t a, size_t b)
{
	size_t bytes;

	return __builtin_mul_overflow(a, b, &bytes) ? SIZE_MAX : bytes;
}

static inline size_t size_add(size_t a, size_t b)
{
	size_t bytes;

	return __builtin_add_overflow(a, b, &bytes) ? SIZE_MAX : bytes;
}

static inline size_t size_sub(size_t a, size_t b)
{
	size_t bytes;

	if (a == SIZE_MAX || b == SIZE_MAX || __builtin_sub_overflow(a, b, &bytes))
		return SIZE_MAX;
	return bytes;
}

#define array_size(a, b)	  size_mul(a, b)
#define array3_size(a, b, c)	  size_mul(size_mul(a, b), c)
#define flex_array_size(p, m, n)  size_mul(n, sizeof(*(p)->m))
#define struct_size(p, m, n)	  size_add(sizeof(*(p)), size_mul(n, sizeof(*(p)->m)))
#define struct_size_t(type, m, n) struct_size((type *)NULL, m, n)

#endif
