/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/host.h"
#include "kernel/k_base.h"

#include <linux/io.h>
#include <linux/mm.h>

/* Addresses, mapped regions, and the address space of programs. */

struct osim__k_mapping {
	struct osim__k_mapping *next, *prev;
	void *va;
	unsigned int count;
};

/* --- addresses --- */

static bool in_region(struct osim_machine *m, const void *va)
{
	return osim__mem_region(m, osim__mem_pa(m, va)) >= 0;
}

/*
 * A heap block becomes memory that the secure world may touch when the driver asks where it is: in
 * a kernel all memory is, and this is the only way to tell the secure world of it. Until it is
 * freed.
 */
static void share(struct osim_machine *m, const void *va)
{
	struct osim__k_base *base = osim__k_base(m);
	const struct osim__live_node *n = osim__live_holding(m, va);

	if (!n || n->kind != OSIM_LIVE_ALLOC || osim__mem_pin(m, n->key, n->bytes))
		return;
	osim__k_map_set(&base->shared, osim__k_key(n->key), n->bytes);
}

void osim__k_unshare(struct osim_machine *m, const void *block)
{
	struct osim__k_base *base = osim__k_base(m);
	uint64_t bytes = osim__k_map_remove(&base->shared, osim__k_key(block));

	if (bytes)
		osim__mem_unpin(m, block, bytes);
}

phys_addr_t osim__k_virt_to_phys(const void *va)
{
	struct osim_machine *m = osim__machine();

	if (!osim__mem_owned(m, va) && !in_region(m, va))
		share(m, va);
	return osim__mem_pa(m, va);
}

void *osim__k_phys_to_virt(phys_addr_t pa)
{
	return osim__mem_va(osim__machine(), pa);
}

bool osim__k_virt_addr_valid(const void *va)
{
	struct osim_machine *m = osim__machine();
	const struct osim__live_node *n = osim__live_holding(m, va);

	return n && !osim__k_map_get(&osim__k_base(m)->vmalloc, osim__k_key(n->key));
}

bool osim__k_is_vmalloc_addr(const void *va)
{
	struct osim_machine *m = osim__machine();
	struct osim__k_base *base = osim__k_base(m);
	const struct osim__live_node *n;

	if (in_region(m, va))
		return true;
	n = base->vmalloc.used ? osim__live_holding(m, va) : NULL;
	return n && osim__k_map_get(&base->vmalloc, osim__k_key(n->key));
}

bool osim__k_pfn_valid(unsigned long pfn)
{
	struct osim_machine *m = osim__machine();
	phys_addr_t pa = PFN_PHYS(pfn);
	const void *va = osim__mem_va(m, pa);

	return va && (osim__mem_region(m, pa) >= 0 || osim__mem_owned(m, va));
}

/* --- regions --- */

/* Where all of [pa, pa + size) is: a region that is not secure, or pages of the normal world. */
static void *whole(struct osim_machine *m, phys_addr_t pa, size_t size)
{
	int kind = osim__mem_region(m, pa);
	char *va = osim__mem_va(m, pa);

	if (!size || pa + size < pa || !va || kind == OSIM_REGION_SECURE)
		return NULL;
	for (size_t at = 0; at < size; at += PAGE_SIZE)
		if (osim__mem_va(m, pa + at) != va + at || osim__mem_region(m, pa + at) != kind ||
		    (kind < 0 && !osim__mem_owned(m, va + at)))
			return NULL;
	if (osim__mem_va(m, pa + size - 1) != va + size - 1)
		return NULL;
	return va;
}

void *osim__k_memremap(phys_addr_t pa, size_t size, unsigned long flags,
		       const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();
	struct osim__k_base *base = osim__k_base(m);
	struct osim__k_mapping *map;
	void *va;

	(void)flags;
	osim__k_might_sleep(site);
	if (osim__fault(m, OSIM_FAULT_MAP, "memremap"))
		return NULL;
	va = whole(m, pa, size);
	if (!va)
		return NULL;
	map = (void *)osim__k_map_get(&base->mappings, osim__k_key(va));
	if (map) {
		map->count++;
		return va;
	}
	map = osim__kernel_zalloc(sizeof(*map));
	*map = (struct osim__k_mapping){.next = base->mapping_list, .va = va, .count = 1};
	if (osim__live_add(m, OSIM_LIVE_MAPPING, map, size, site)) {
		osim__kernel_free(map);
		return NULL;
	}
	if (map->next)
		map->next->prev = map;
	base->mapping_list = map;
	osim__k_map_set(&base->mappings, osim__k_key(va), osim__k_key(map));
	return va;
}

static void unmap(struct osim__k_base *base, struct osim__k_mapping *map)
{
	if (map->next)
		map->next->prev = map->prev;
	if (map->prev)
		map->prev->next = map->next;
	else
		base->mapping_list = map->next;
	osim__k_map_remove(&base->mappings, osim__k_key(map->va));
	osim__kernel_free(map);
}

void osim__k_memunmap(void *va, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();
	struct osim__k_base *base = osim__k_base(m);
	struct osim__k_mapping *map =
		va ? (void *)osim__k_map_get(&base->mappings, osim__k_key(va)) : NULL;

	if (!map) {
		if (va)
			osim__finding(m, "kernel.bad-free",
				      "memunmap() of what is not mapped, at %s",
				      osim__k_where(site));
		return;
	}
	if (--map->count)
		return;
	osim__live_remove(m, map);
	unmap(base, map);
}

/* --- programs --- */

/* All of it is there, in up to three parts. */
struct osim__k_space {
	struct mm_struct mm;
	struct vm_area_struct part[3];
};

static void lay_out(struct osim__k_base *base)
{
	struct osim__k_space *space = base->space;
	const unsigned long end[] = {base->uncached, base->uncached_end, TASK_SIZE};
	struct vm_area_struct **link = &space->mm.mmap;
	unsigned long at = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(space->part); i++) {
		if (end[i] == at)
			continue;
		space->part[i] = (struct vm_area_struct){
			.vm_start = at,
			.vm_end = end[i],
			.vm_mm = &space->mm,
			.vm_page_prot = i == 1 ? pgprot_writecombine(PAGE_SHARED) : PAGE_SHARED,
			.vm_flags = VM_READ | VM_WRITE};
		*link = &space->part[i];
		link = &space->part[i].vm_next;
		at = end[i];
	}
}

struct mm_struct *osim__k_mm(void)
{
	struct osim__k_base *base = osim__k_base(osim__machine());

	if (!base->space) {
		base->space = osim__kernel_zalloc(sizeof(*base->space));
		init_rwsem(&base->space->mm.mmap_lock);
		lay_out(base);
	}
	return &base->space->mm;
}

void osim__khost_set_uncached(struct osim__kernel *k, const void *va, size_t size_bytes)
{
	struct osim__k_base *base = osim__k_base(k->m);
	unsigned long at = (unsigned long)va;

	base->uncached = size_bytes ? at & PAGE_MASK : 0;
	base->uncached_end = size_bytes ? PAGE_ALIGN(at + size_bytes) : 0;
	if (base->space)
		lay_out(base);
}

int osim__k_remap_pfn_range(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
			    unsigned long size, pgprot_t prot)
{
	struct osim_machine *m = osim__machine();
	void *va = whole(m, PFN_PHYS(pfn), PAGE_ALIGN(size));

	if (!va || addr < vma->vm_start || size > vma->vm_end - addr)
		return -EINVAL;
	if (osim__fault(m, OSIM_FAULT_MAP, "remap_pfn_range"))
		return -ENOMEM;
	vma->vm_page_prot = prot;
	vma->vm_flags |= VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP;
	vma->osim_mapped = va;
	return 0;
}

void osim__k_mm_fini(struct osim_machine *m)
{
	struct osim__k_base *base = osim__k_base(m);

	while (base->mapping_list)
		unmap(base, base->mapping_list);
	osim__k_map_fini(&base->mappings);
	osim__k_map_fini(&base->vmalloc);
	osim__k_map_fini(&base->shared);
	osim__kernel_free(base->space);
}
