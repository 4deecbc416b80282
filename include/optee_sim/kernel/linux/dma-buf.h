/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_DMA_BUF_H
#define OSIM_LINUX_DMA_BUF_H

#include <linux/device.h>
#include <linux/dma-direction.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/types.h>
#include <osim/api.h>
#include <osim/site.h>

/* A buffer that is a file: it lives as long as the file has references. */

struct dma_buf;
struct dma_buf_attachment;

/* What the kernel API calls: the first five and mmap. The rest let older drivers set them. */
struct dma_buf_ops {
	int (*attach)(struct dma_buf *dmabuf, struct dma_buf_attachment *attach);
	void (*detach)(struct dma_buf *dmabuf, struct dma_buf_attachment *attach);
	struct sg_table *(*map_dma_buf)(struct dma_buf_attachment *attach,
					enum dma_data_direction dir);
	void (*unmap_dma_buf)(struct dma_buf_attachment *attach, struct sg_table *table,
			      enum dma_data_direction dir);
	void (*release)(struct dma_buf *dmabuf);
	int (*mmap)(struct dma_buf *dmabuf, struct vm_area_struct *vma);
	int (*begin_cpu_access)(struct dma_buf *dmabuf, enum dma_data_direction dir);
	int (*end_cpu_access)(struct dma_buf *dmabuf, enum dma_data_direction dir);
	void *(*map)(struct dma_buf *dmabuf, unsigned long page);
	void *(*map_atomic)(struct dma_buf *dmabuf, unsigned long page);
	void (*unmap)(struct dma_buf *dmabuf, unsigned long page, void *va);
	void *(*kmap)(struct dma_buf *dmabuf, unsigned long page);
	void *(*kmap_atomic)(struct dma_buf *dmabuf, unsigned long page);
	void (*kunmap)(struct dma_buf *dmabuf, unsigned long page, void *va);
};

struct dma_buf {
	size_t size;
	struct file *file;
	const struct dma_buf_ops *ops;
	const char *exp_name;
	struct module *owner;
	void *priv;
};

struct dma_buf_attachment {
	struct dma_buf *dmabuf;
	struct device *dev;
	struct sg_table *sgt;
	enum dma_data_direction dir;
	void *priv;
};

struct dma_buf_export_info {
	const char *exp_name;
	struct module *owner;
	const struct dma_buf_ops *ops;
	size_t size;
	int flags;
	void *priv;
};

#define DEFINE_DMA_BUF_EXPORT_INFO(name) \
	struct dma_buf_export_info name = {.exp_name = KBUILD_MODNAME, .owner = THIS_MODULE}

/* An ERR_PTR: -EINVAL, -ENOMEM, and what files fail with. */
OSIM__K_API struct dma_buf *osim__k_dma_buf_export(const struct dma_buf_export_info *info,
						   const struct osim__site *site);
/* A descriptor, which takes over a reference; or a negative errno. */
OSIM__K_API int osim__k_dma_buf_fd(struct dma_buf *dmabuf, int flags);
/* ERR_PTR(-EBADF): no such descriptor; ERR_PTR(-EINVAL): it is no such file. */
OSIM__K_API struct dma_buf *osim__k_dma_buf_get(int fd, const struct osim__site *site);
OSIM__K_API void osim__k_dma_buf_put(struct dma_buf *dmabuf, const struct osim__site *site);
OSIM__K_API struct dma_buf_attachment *
osim__k_dma_buf_attach(struct dma_buf *dmabuf, struct device *dev, const struct osim__site *site);
OSIM__K_API void osim__k_dma_buf_detach(struct dma_buf *dmabuf, struct dma_buf_attachment *attach,
					const struct osim__site *site);
OSIM__K_API struct sg_table *osim__k_dma_buf_map(struct dma_buf_attachment *attach,
						 enum dma_data_direction dir,
						 const struct osim__site *site);
OSIM__K_API void osim__k_dma_buf_unmap(struct dma_buf_attachment *attach, struct sg_table *table,
				       enum dma_data_direction dir, const struct osim__site *site);

#define dma_buf_export(info)			     osim__k_dma_buf_export(info, OSIM__SITE)
#define dma_buf_fd(dmabuf, flags)		     osim__k_dma_buf_fd(dmabuf, flags)
#define dma_buf_get(fd)				     osim__k_dma_buf_get(fd, OSIM__SITE)
#define dma_buf_put(dmabuf)			     osim__k_dma_buf_put(dmabuf, OSIM__SITE)
#define get_dma_buf(dmabuf)			     ((void)get_file((dmabuf)->file))
#define dma_buf_attach(dmabuf, dev)		     osim__k_dma_buf_attach(dmabuf, dev, OSIM__SITE)
#define dma_buf_detach(dmabuf, attach)		     osim__k_dma_buf_detach(dmabuf, attach, OSIM__SITE)
#define dma_buf_map_attachment(attach, dir)	     osim__k_dma_buf_map(attach, dir, OSIM__SITE)
#define dma_buf_map_attachment_unlocked(attach, dir) osim__k_dma_buf_map(attach, dir, OSIM__SITE)
#define dma_buf_unmap_attachment(attach, table, dir) \
	osim__k_dma_buf_unmap(attach, table, dir, OSIM__SITE)
#define dma_buf_unmap_attachment_unlocked(attach, table, dir) \
	osim__k_dma_buf_unmap(attach, table, dir, OSIM__SITE)

#endif
