/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_DMA_MAPPING_H
#define OSIM_LINUX_DMA_MAPPING_H

#include <linux/device.h>
#include <linux/dma-direction.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/types.h>

/* Devices see physical addresses, all of them. */
#define DMA_BIT_MASK(n)	  ((n) == 64 ? ~0ull : (1ull << (n)) - 1)
#define DMA_MAPPING_ERROR (~(dma_addr_t)0)

#define DMA_ATTR_WEAK_ORDERING	   (1ul << 1)
#define DMA_ATTR_NO_KERNEL_MAPPING (1ul << 4)
#define DMA_ATTR_SKIP_CPU_SYNC	   (1ul << 5)

static inline int dma_set_mask(struct device *dev, u64 mask)
{
	if (!dev->dma_mask)
		return -EIO;
	*dev->dma_mask = mask;
	return 0;
}

static inline int dma_set_coherent_mask(struct device *dev, u64 mask)
{
	dev->coherent_dma_mask = mask;
	return 0;
}

static inline int dma_set_mask_and_coherent(struct device *dev, u64 mask)
{
	int rc = dma_set_mask(dev, mask);

	return rc ? rc : dma_set_coherent_mask(dev, mask);
}

static inline int dma_coerce_mask_and_coherent(struct device *dev, u64 mask)
{
	dev->dma_mask = &dev->coherent_dma_mask;
	return dma_set_mask_and_coherent(dev, mask);
}

static inline u64 dma_get_mask(const struct device *dev)
{
	return dev->dma_mask && *dev->dma_mask ? *dev->dma_mask : DMA_BIT_MASK(32);
}

static inline int dma_mapping_error(struct device *dev, dma_addr_t addr)
{
	(void)dev;
	return addr == DMA_MAPPING_ERROR ? -ENOMEM : 0;
}

static inline void *osim__dma_alloc(size_t size, dma_addr_t *handle, gfp_t gfp,
				    const struct osim__site *site)
{
	void *va = osim__k_alloc_pages_exact(size, gfp, site);

	if (va)
		*handle = virt_to_phys(va);
	return va;
}

#define dma_alloc_coherent(dev, size, handle, gfp) \
	((void)(dev), osim__dma_alloc(size, handle, (gfp) | __GFP_ZERO, OSIM__SITE))
#define dma_free_coherent(dev, size, va, handle) \
	((void)(dev), (void)(handle), free_pages_exact(va, size))
#define dma_alloc_pages(dev, size, handle, dir, gfp) \
	((void)(dev), (void)(dir),                   \
	 (struct page *)osim__dma_alloc(size, handle, (gfp) | __GFP_ZERO, OSIM__SITE))
#define dma_free_pages(dev, size, page, handle, dir) \
	((void)(dev), (void)(handle), (void)(dir), free_pages_exact(page, size))

static inline dma_addr_t dma_map_single(struct device *dev, void *va, size_t size,
					enum dma_data_direction dir)
{
	(void)dev, (void)size, (void)dir;
	return virt_to_phys(va);
}

static inline void dma_unmap_single(struct device *dev, dma_addr_t addr, size_t size,
				    enum dma_data_direction dir)
{
	(void)dev, (void)addr, (void)size, (void)dir;
}

static inline int dma_map_sgtable(struct device *dev, struct sg_table *sgt,
				  enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	(void)dev, (void)dir, (void)attrs;
	for_each_sgtable_sg(sgt, sg, i) sg->dma_address = sg_phys(sg);
	sgt->nents = sgt->orig_nents;
	return 0;
}

static inline void dma_unmap_sgtable(struct device *dev, struct sg_table *sgt,
				     enum dma_data_direction dir, unsigned long attrs)
{
	(void)dev, (void)sgt, (void)dir, (void)attrs;
}

#endif
