/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_ASM_PAGE_H
#define OSIM_ASM_PAGE_H

#include <asm/memory.h>
#include <linux/mm_types.h>
#include <linux/types.h>

/* The power of two of pages that holds size bytes; 52 for 0, which nothing can allocate. */
static inline int get_order(unsigned long size)
{
	if (!size)
		return BITS_PER_LONG - PAGE_SHIFT;
	size = (size - 1) >> PAGE_SHIFT;
	return size ? BITS_PER_LONG - __builtin_clzl(size) : 0;
}

#endif
