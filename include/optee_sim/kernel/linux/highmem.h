/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_HIGHMEM_H
#define OSIM_LINUX_HIGHMEM_H

#include <linux/mm.h>
#include <linux/string.h>
#include <linux/uaccess.h>

static inline void clear_highpage(struct page *page)
{
	memset(page, 0, PAGE_SIZE);
}

static inline void copy_highpage(struct page *to, struct page *from)
{
	memcpy(to, from, PAGE_SIZE);
}

#endif
