/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_PGTABLE_H
#define OSIM_LINUX_PGTABLE_H

#include <linux/mm_types.h>

/* Memory types as AArch64 numbers them. */
#define MT_NORMAL	 0
#define MT_NORMAL_TAGGED 1
#define MT_NORMAL_NC	 2
#define MT_DEVICE_nGnRnE 3
#define MT_DEVICE_nGnRE	 4

#define PTE_ATTRINDX(t)	  ((unsigned long)(t) << 2)
#define PTE_ATTRINDX_MASK (7ul << 2)

#define pgprot_val(x) ((x).pgprot)
#define __pgprot(x)   ((pgprot_t){(x)})

#define OSIM__PGPROT_TYPE(prot, t) \
	__pgprot((pgprot_val(prot) & ~PTE_ATTRINDX_MASK) | PTE_ATTRINDX(t))
#define PAGE_KERNEL		  __pgprot(PTE_ATTRINDX(MT_NORMAL))
#define PAGE_SHARED		  __pgprot(PTE_ATTRINDX(MT_NORMAL))
#define pgprot_noncached(prot)	  OSIM__PGPROT_TYPE(prot, MT_DEVICE_nGnRnE)
#define pgprot_writecombine(prot) OSIM__PGPROT_TYPE(prot, MT_NORMAL_NC)
#define pgprot_device(prot)	  OSIM__PGPROT_TYPE(prot, MT_DEVICE_nGnRE)
#define pgprot_cached(prot)	  OSIM__PGPROT_TYPE(prot, MT_NORMAL)

#endif
