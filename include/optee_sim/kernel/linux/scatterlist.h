/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_SCATTERLIST_H
#define OSIM_LINUX_SCATTERLIST_H

#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/types.h>

/* Pieces of memory in one array; never chained. */
struct scatterlist {
	struct page *page;
	bool last;
	unsigned int offset;
	unsigned int length;
	dma_addr_t dma_address;
};

struct sg_table {
	struct scatterlist *sgl;
	unsigned int nents;	 /* as a device sees it */
	unsigned int orig_nents; /* as allocated */
};

#define sg_dma_address(sg) ((sg)->dma_address)
#define sg_dma_len(sg)	   ((sg)->length)

static inline void sg_mark_end(struct scatterlist *sg)
{
	sg->last = true;
}

static inline bool sg_is_last(const struct scatterlist *sg)
{
	return sg->last;
}

static inline void sg_init_table(struct scatterlist *sgl, unsigned int nents)
{
	memset(sgl, 0, nents * sizeof(*sgl));
	sg_mark_end(&sgl[nents - 1]);
}

static inline void sg_set_page(struct scatterlist *sg, struct page *page, unsigned int len,
			       unsigned int offset)
{
	sg->page = page;
	sg->length = len;
	sg->offset = offset;
}

static inline void sg_set_buf(struct scatterlist *sg, const void *buf, unsigned int len)
{
	sg_set_page(sg, virt_to_page(buf), len, (unsigned int)offset_in_page(buf));
}

static inline void sg_init_one(struct scatterlist *sg, const void *buf, unsigned int len)
{
	sg_init_table(sg, 1);
	sg_set_buf(sg, buf, len);
}

static inline struct page *sg_page(const struct scatterlist *sg)
{
	return sg->page;
}

static inline dma_addr_t sg_phys(const struct scatterlist *sg)
{
	return page_to_phys(sg->page) + sg->offset;
}

static inline void *sg_virt(const struct scatterlist *sg)
{
	return (char *)page_address(sg->page) + sg->offset;
}

static inline struct scatterlist *sg_next(struct scatterlist *sg)
{
	return sg_is_last(sg) ? NULL : sg + 1;
}

static inline int sg_nents(struct scatterlist *sg)
{
	int nents = 0;

	for (; sg; sg = sg_next(sg))
		nents++;
	return nents;
}

#define for_each_sg(sglist, sg, nr, i) for (i = 0, sg = (sglist); i < (nr); i++, sg = sg_next(sg))
#define for_each_sgtable_sg(sgt, sg, i) \
	for (i = 0, sg = (sgt)->sgl; (unsigned int)i < (sgt)->orig_nents; i++, sg = sg_next(sg))
#define for_each_sgtable_dma_sg(sgt, sg, i) \
	for (i = 0, sg = (sgt)->sgl; (unsigned int)i < (sgt)->nents; i++, sg = sg_next(sg))

static inline int osim__sg_alloc_table(struct sg_table *table, unsigned int nents, gfp_t gfp,
				       const struct osim__site *site)
{
	memset(table, 0, sizeof(*table));
	if (!nents)
		return -EINVAL;
	table->sgl = osim__k_kvmalloc(nents * sizeof(*table->sgl), gfp, site);
	if (!table->sgl)
		return -ENOMEM;
	sg_init_table(table->sgl, nents);
	table->nents = table->orig_nents = nents;
	return 0;
}

static inline int osim__sg_alloc_from_pages(struct sg_table *table, struct page **pages,
					    unsigned int count, unsigned int offset,
					    unsigned long size, gfp_t gfp,
					    const struct osim__site *site)
{
	unsigned int i, len;
	int rc = osim__sg_alloc_table(table, count, gfp, site);

	if (rc)
		return rc;
	for (i = 0; i < count; i++) {
		len = size < PAGE_SIZE - offset ? (unsigned int)size
						: (unsigned int)PAGE_SIZE - offset;
		sg_set_page(&table->sgl[i], pages[i], len, offset);
		size -= len;
		offset = 0;
	}
	return 0;
}

#define sg_alloc_table(table, nents, gfp) osim__sg_alloc_table(table, nents, gfp, OSIM__SITE)
#define sg_alloc_table_from_pages(table, pages, count, offset, size, gfp) \
	osim__sg_alloc_from_pages(table, pages, count, offset, size, gfp, OSIM__SITE)

static inline void sg_free_table(struct sg_table *table)
{
	kfree(table->sgl);
	table->sgl = NULL;
	table->nents = table->orig_nents = 0;
}

#endif
