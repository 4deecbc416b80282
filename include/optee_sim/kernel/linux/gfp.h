/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_GFP_H
#define OSIM_LINUX_GFP_H

#include <asm/page.h>
#include <osim/api.h>
#include <osim/site.h>
#include <linux/atomic.h>
#include <linux/gfp_types.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

/*
 * Pages are owned by the normal world from here until they are freed: the secure world may touch
 * them, and sanitizers see their ends. NULL above MAX_PAGE_ORDER. Not zeroed means filled with a
 * pattern.
 */
OSIM__K_API struct page *osim__k_alloc_pages(gfp_t gfp, unsigned int order,
					     const struct osim__site *site);
OSIM__K_API void osim__k_free_pages(void *va, unsigned int order);
OSIM__K_API void *osim__k_alloc_pages_exact(size_t size, gfp_t gfp, const struct osim__site *site);
OSIM__K_API void osim__k_free_pages_exact(void *va, size_t size);

#define alloc_pages(gfp, order)		  osim__k_alloc_pages(gfp, order, OSIM__SITE)
#define alloc_pages_node(nid, gfp, order) ((void)(nid), osim__k_alloc_pages(gfp, order, OSIM__SITE))
#define alloc_page(gfp)			  osim__k_alloc_pages(gfp, 0, OSIM__SITE)
#define __get_free_pages(gfp, order)	  ((unsigned long)osim__k_alloc_pages(gfp, order, OSIM__SITE))
#define __get_free_page(gfp)		  __get_free_pages(gfp, 0)
#define get_zeroed_page(gfp)		  __get_free_pages((gfp) | __GFP_ZERO, 0)
#define alloc_pages_exact(size, gfp)	  osim__k_alloc_pages_exact(size, gfp, OSIM__SITE)
#define alloc_pages_exact_nid(nid, size, gfp) \
	((void)(nid), osim__k_alloc_pages_exact(size, gfp, OSIM__SITE))
#define free_pages_exact(va, size) osim__k_free_pages_exact(va, size)
#define __free_pages(page, order)  osim__k_free_pages(page, order)
#define __free_page(page)	   osim__k_free_pages(page, 0)
#define free_pages(addr, order)	   osim__k_free_pages((void *)(addr), order)
#define free_page(addr)		   osim__k_free_pages((void *)(addr), 0)

#endif
