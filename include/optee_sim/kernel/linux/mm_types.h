/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_MM_TYPES_H
#define OSIM_LINUX_MM_TYPES_H

#include <osim/api.h>
#include <osim/site.h>
#include <linux/const.h>
#include <linux/rwsem.h>
#include <linux/types.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE  (_AC(1, UL) << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))

/* Programs' addresses end here. */
#define TASK_SIZE (_AC(1, UL) << 48)

/*
 * A page's descriptor is the page itself: a struct page * is the address where the page's bytes
 * are, of any memory whatever. So page + 1 is the next page, and no table is needed to go from one
 * to the other.
 */
struct page {
	char bytes[_AC(1, UL) << PAGE_SHIFT];
};

typedef struct {
	unsigned long pgprot;
} pgprot_t;

struct file;
struct vm_operations_struct;

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	struct vm_area_struct *vm_next;
	struct mm_struct *vm_mm;
	pgprot_t vm_page_prot;
	unsigned long vm_flags;
	const struct vm_operations_struct *vm_ops;
	unsigned long vm_pgoff;
	struct file *vm_file;
	void *vm_private_data;
	void *osim_mapped; /* what remap_pfn_range() put there */
};

/* A program's address space: one area from end to end, of normal memory. */
struct mm_struct {
	struct vm_area_struct *mmap;
	struct rw_semaphore mmap_lock;
};

/* Up to 5.4 drivers take it by its old name. */
#define mmap_sem mmap_lock

/* The one that each program has: programs are the host's, so they share it. */
OSIM__K_API struct mm_struct *osim__k_mm(void);

#endif
