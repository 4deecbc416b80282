/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_ASM_MEMORY_H
#define OSIM_ASM_MEMORY_H

#include <osim/api.h>
#include <linux/mm_types.h>
#include <linux/pfn.h>
#include <linux/types.h>

/* Addresses: those of pages, allocations and mapped regions. */

OSIM__K_API phys_addr_t osim__k_virt_to_phys(const void *va);
OSIM__K_API void *osim__k_phys_to_virt(phys_addr_t pa);
OSIM__K_API bool osim__k_virt_addr_valid(const void *va);
OSIM__K_API bool osim__k_is_vmalloc_addr(const void *va);
OSIM__K_API bool osim__k_pfn_valid(unsigned long pfn);

#define virt_to_phys(va)      osim__k_virt_to_phys((const void *)(va))
#define __virt_to_phys(va)    osim__k_virt_to_phys((const void *)(va))
#define __pa(va)	      osim__k_virt_to_phys((const void *)(va))
#define phys_to_virt(pa)      osim__k_phys_to_virt(pa)
#define __va(pa)	      osim__k_phys_to_virt(pa)
#define virt_addr_valid(va)   osim__k_virt_addr_valid((const void *)(va))
#define is_vmalloc_addr(va)   osim__k_is_vmalloc_addr(va)
#define is_kmap_addr(va)      ((void)(va), false)
#define virt_to_page(va)      ((struct page *)((unsigned long)(va)&PAGE_MASK))
#define virt_to_head_page(va) virt_to_page(va)
#define vmalloc_to_page(va)   virt_to_page(va)
#define page_address(page)    ((void *)(page))
#define page_to_virt(page)    ((void *)(page))
#define page_to_phys(page)    osim__k_virt_to_phys(page)
#define phys_to_page(pa)      virt_to_page(osim__k_phys_to_virt(pa))
#define page_to_pfn(page)     ((unsigned long)(osim__k_virt_to_phys(page) >> PAGE_SHIFT))
#define pfn_to_page(pfn)      phys_to_page(PFN_PHYS(pfn))
#define virt_to_pfn(va)	      ((unsigned long)(virt_to_phys(va) >> PAGE_SHIFT))
#define pfn_to_virt(pfn)      osim__k_phys_to_virt(PFN_PHYS(pfn))
#define pfn_valid(pfn)	      osim__k_pfn_valid(pfn)
#define untagged_addr(addr)   (addr)

#endif
