/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_DMA_HEAP_H
#define OSIM_LINUX_DMA_HEAP_H

#include <linux/types.h>

/* Types only: without CONFIG_TEE_DMABUF_HEAPS nothing of it is called. */
struct dma_buf;
struct dma_heap;

struct dma_heap_ops {
	struct dma_buf *(*allocate)(struct dma_heap *heap, unsigned long len, u32 fd_flags,
				    u64 heap_flags);
};

struct dma_heap_export_info {
	const char *name;
	const struct dma_heap_ops *ops;
	void *priv;
};

#endif
