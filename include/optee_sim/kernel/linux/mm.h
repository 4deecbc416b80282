/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_MM_H
#define OSIM_LINUX_MM_H

#include <linux/align.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/mmap_lock.h>
#include <linux/overflow.h>
#include <linux/pfn.h>
#include <linux/pgtable.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/slab.h>

#define MAX_PAGE_ORDER 10
#define MAX_ORDER      MAX_PAGE_ORDER

#define PAGE_ALIGN(addr)      ALIGN(addr, PAGE_SIZE)
#define PAGE_ALIGN_DOWN(addr) ALIGN_DOWN(addr, PAGE_SIZE)
#define PAGE_ALIGNED(addr)    IS_ALIGNED((unsigned long)(addr), PAGE_SIZE)
#define offset_in_page(p)     ((unsigned long)(p) & ~PAGE_MASK)

#define kmap(page)	      page_address(page)
#define kunmap(page)	      ((void)(page))
#define kmap_atomic(page)     page_address(page)
#define kunmap_atomic(va)     ((void)(va))
#define kmap_local_page(page) page_address(page)
#define kunmap_local(va)      ((void)(va))

/* -- references on pages: each page that has one is a live object -- */

OSIM__K_API void osim__k_get_page(struct page *page, const struct osim__site *site);
OSIM__K_API void osim__k_put_page(struct page *page, const struct osim__site *site);
OSIM__K_API int osim__k_page_count(const struct page *page);

#define get_page(page)	     osim__k_get_page(page, OSIM__SITE)
#define put_page(page)	     osim__k_put_page(page, OSIM__SITE)
#define page_count(page)     osim__k_page_count(page)
#define page_ref_count(page) osim__k_page_count(page)

#define FOLL_WRITE    0x01u
#define FOLL_GET      0x02u
#define FOLL_FORCE    0x08u
#define FOLL_LONGTERM 0x10000u
#define FOLL_PIN      0x40000u

/* How many pages from start on could be pinned; or -EFAULT, -ENOMEM where not even the first. */
OSIM__K_API int osim__k_pin_user_pages(unsigned long start, int count, unsigned int flags,
				       struct page **pages, const struct osim__site *site);
OSIM__K_API void osim__k_put_pages(struct page **pages, unsigned long count, bool dirty,
				   const struct osim__site *site);

#define pin_user_pages_fast(start, count, flags, pages) \
	osim__k_pin_user_pages(start, count, flags, pages, OSIM__SITE)
/* Long ago a plain 1 asked for writing, as FOLL_WRITE does. */
#define get_user_pages_fast(start, count, flags, pages) \
	osim__k_pin_user_pages(start, count, flags, pages, OSIM__SITE)
#define unpin_user_pages(pages, count) osim__k_put_pages(pages, count, false, OSIM__SITE)
#define unpin_user_page(page)	       osim__k_put_page(page, OSIM__SITE)
#define unpin_user_pages_dirty_lock(pages, count, dirty) \
	osim__k_put_pages(pages, count, dirty, OSIM__SITE)
#define release_pages(pages, count) osim__k_put_pages(pages, count, false, OSIM__SITE)

struct kvec;
OSIM__K_API int osim__k_get_kernel_pages(const struct kvec *kiov, int count, int write,
					 struct page **pages, const struct osim__site *site);
#define get_kernel_pages(kiov, count, write, pages) \
	osim__k_get_kernel_pages(kiov, count, write, pages, OSIM__SITE)

static inline bool set_page_dirty_lock(struct page *page)
{
	return page != NULL;
}

/* -- programs' address spaces -- */

#define VM_READ	      0x00000001ul
#define VM_WRITE      0x00000002ul
#define VM_EXEC	      0x00000004ul
#define VM_SHARED     0x00000008ul
#define VM_MAYREAD    0x00000010ul
#define VM_MAYWRITE   0x00000020ul
#define VM_PFNMAP     0x00000400ul
#define VM_IO	      0x00004000ul
#define VM_DONTCOPY   0x00020000ul
#define VM_DONTEXPAND 0x00040000ul
#define VM_DONTDUMP   0x04000000ul

static inline void vm_flags_set(struct vm_area_struct *vma, unsigned long flags)
{
	vma->vm_flags |= flags;
}

static inline void vm_flags_clear(struct vm_area_struct *vma, unsigned long flags)
{
	vma->vm_flags &= ~flags;
}

static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

/* The first area that ends after addr. */
static inline struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = mm->mmap;

	while (vma && vma->vm_end <= addr)
		vma = vma->vm_next;
	return vma;
}

struct vma_iterator {
	struct mm_struct *mm;
	unsigned long addr;
};

#define VMA_ITERATOR(name, mm_, addr_) struct vma_iterator name = {.mm = (mm_), .addr = (addr_)}

static inline struct vm_area_struct *osim__vma_next(struct vma_iterator *vmi, unsigned long end)
{
	struct vm_area_struct *vma = find_vma(vmi->mm, vmi->addr);

	if (!vma || vma->vm_start >= end)
		return NULL;
	vmi->addr = vma->vm_end;
	return vma;
}

#define for_each_vma_range(vmi, vma, end) while (((vma) = osim__vma_next(&(vmi), end)) != NULL)
#define for_each_vma(vmi, vma)		  for_each_vma_range (vmi, vma, ~0ul)

/*
 * The memory behind pfn appears in the area; -EINVAL where the area is too small or nothing is
 * behind pfn.
 */
OSIM__K_API int osim__k_remap_pfn_range(struct vm_area_struct *vma, unsigned long addr,
					unsigned long pfn, unsigned long size, pgprot_t prot);
#define remap_pfn_range(vma, addr, pfn, size, prot) \
	osim__k_remap_pfn_range(vma, addr, pfn, size, prot)

typedef unsigned int vm_fault_t;

struct vm_operations_struct {
	void (*open)(struct vm_area_struct *vma);
	void (*close)(struct vm_area_struct *vma);
};

#endif
