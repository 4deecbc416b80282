/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_IO_H
#define OSIM_LINUX_IO_H

#include <asm/barrier.h>
#include <osim/api.h>
#include <osim/site.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/types.h>

struct device;

enum {
	MEMREMAP_WB = 1,
	MEMREMAP_WT = 2,
	MEMREMAP_WC = 4,
	MEMREMAP_ENC = 8,
	MEMREMAP_DEC = 16,
};

/*
 * The machine's region at pa; NULL where none holds all of it. Each mapping is a live object until
 * memunmap().
 */
OSIM__K_API void *osim__k_memremap(phys_addr_t pa, size_t size, unsigned long flags,
				   const struct osim__site *site);
OSIM__K_API void osim__k_memunmap(void *va, const struct osim__site *site);

/* The same for as long as dev is there; ERR_PTR(-ENXIO) where memremap() has NULL, or -ENOMEM. */
OSIM__K_API void *osim__k_devm_memremap(struct device *dev, phys_addr_t pa, size_t size,
					unsigned long flags, const struct osim__site *site);
OSIM__K_API void osim__k_devm_memunmap(struct device *dev, void *va, const struct osim__site *site);

#define memremap(pa, size, flags) osim__k_memremap(pa, size, flags, OSIM__SITE)
#define memunmap(va)		  osim__k_memunmap(va, OSIM__SITE)
#define ioremap(pa, size)	  osim__k_memremap(pa, size, 0, OSIM__SITE)
#define ioremap_wc(pa, size)	  osim__k_memremap(pa, size, MEMREMAP_WC, OSIM__SITE)
#define ioremap_cache(pa, size)	  osim__k_memremap(pa, size, MEMREMAP_WB, OSIM__SITE)
#define ioremap_nocache(pa, size) osim__k_memremap(pa, size, 0, OSIM__SITE)
#define iounmap(va)		  osim__k_memunmap(va, OSIM__SITE)

#define devm_memremap(dev, pa, size, flags) osim__k_devm_memremap(dev, pa, size, flags, OSIM__SITE)
#define devm_memunmap(dev, va)		    osim__k_devm_memunmap(dev, va, OSIM__SITE)

#define readb(addr)	    (*(const volatile u8 __force *)(addr))
#define readw(addr)	    (*(const volatile u16 __force *)(addr))
#define readl(addr)	    (*(const volatile u32 __force *)(addr))
#define readq(addr)	    (*(const volatile u64 __force *)(addr))
#define writeb(value, addr) ((void)(*(volatile u8 __force *)(addr) = (value)))
#define writew(value, addr) ((void)(*(volatile u16 __force *)(addr) = (value)))
#define writel(value, addr) ((void)(*(volatile u32 __force *)(addr) = (value)))
#define writeq(value, addr) ((void)(*(volatile u64 __force *)(addr) = (value)))

#define readl_relaxed(addr)	    readl(addr)
#define writel_relaxed(value, addr) writel(value, addr)
#define readq_relaxed(addr)	    readq(addr)
#define writeq_relaxed(value, addr) writeq(value, addr)

#define memcpy_fromio(to, from, n) memcpy(to, (const void __force *)(from), n)
#define memcpy_toio(to, from, n)   memcpy((void __force *)(to), from, n)
#define memset_io(to, c, n)	   memset((void __force *)(to), c, n)

#endif
