/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/k_base.h"

#include <linux/anon_inodes.h>
#include <linux/dma-buf.h>
#include <linux/kernel.h>
#include <linux/slab.h>

static int file_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct dma_buf *dmabuf = file->private_data;

	if (!dmabuf->ops->mmap)
		return -EINVAL;
	if (vma->vm_pgoff + vma_pages(vma) > dmabuf->size >> PAGE_SHIFT)
		return -EINVAL;
	return dmabuf->ops->mmap(dmabuf, vma);
}

static int file_release(struct inode *inode, struct file *file)
{
	struct dma_buf *dmabuf = file->private_data;

	(void)inode;
	dmabuf->ops->release(dmabuf);
	kfree(dmabuf);
	return 0;
}

static const struct file_operations dma_buf_fops = {
	.mmap = file_mmap,
	.release = file_release,
};

struct dma_buf *osim__k_dma_buf_export(const struct dma_buf_export_info *info,
				       const struct osim__site *site)
{
	struct dma_buf *dmabuf;
	struct file *file;

	if (!info->priv || !info->ops || !info->ops->map_dma_buf || !info->ops->unmap_dma_buf ||
	    !info->ops->release)
		return ERR_PTR(-EINVAL);
	dmabuf = osim__k_kmalloc(sizeof(*dmabuf), GFP_KERNEL, site);
	if (!dmabuf)
		return ERR_PTR(-ENOMEM);
	*dmabuf = (struct dma_buf){.size = info->size,
				   .ops = info->ops,
				   .exp_name = info->exp_name,
				   .owner = info->owner,
				   .priv = info->priv};
	file = osim__k_anon_file("dmabuf", &dma_buf_fops, dmabuf, info->flags, site);
	if (IS_ERR(file)) {
		osim__k_kfree(dmabuf, site);
		return ERR_CAST(file);
	}
	dmabuf->file = file;
	return dmabuf;
}

int osim__k_dma_buf_fd(struct dma_buf *dmabuf, int flags)
{
	int fd;

	if (!dmabuf || !dmabuf->file)
		return -EINVAL;
	fd = osim__k_get_unused_fd((unsigned int)flags);
	if (fd >= 0)
		osim__k_fd_install((unsigned int)fd, dmabuf->file);
	return fd;
}

struct dma_buf *osim__k_dma_buf_get(int fd, const struct osim__site *site)
{
	struct file *file = fd < 0 ? NULL : osim__k_fget((unsigned int)fd);

	if (!file)
		return ERR_PTR(-EBADF);
	if (file->f_op != &dma_buf_fops) {
		osim__k_fput(file, site);
		return ERR_PTR(-EINVAL);
	}
	return file->private_data;
}

void osim__k_dma_buf_put(struct dma_buf *dmabuf, const struct osim__site *site)
{
	if (dmabuf && dmabuf->file)
		osim__k_fput(dmabuf->file, site);
}

/* --- devices that use it --- */

struct dma_buf_attachment *osim__k_dma_buf_attach(struct dma_buf *dmabuf, struct device *dev,
						  const struct osim__site *site)
{
	struct dma_buf_attachment *attach;
	int rc = 0;

	if (!dmabuf || !dev)
		return ERR_PTR(-EINVAL);
	attach = osim__k_kmalloc(sizeof(*attach), GFP_KERNEL, site);
	if (!attach)
		return ERR_PTR(-ENOMEM);
	*attach = (struct dma_buf_attachment){.dmabuf = dmabuf, .dev = dev, .dir = DMA_NONE};
	if (dmabuf->ops->attach)
		rc = dmabuf->ops->attach(dmabuf, attach);
	if (rc) {
		osim__k_kfree(attach, site);
		return ERR_PTR(rc);
	}
	return attach;
}

void osim__k_dma_buf_detach(struct dma_buf *dmabuf, struct dma_buf_attachment *attach,
			    const struct osim__site *site)
{
	if (!dmabuf || !attach)
		return;
	if (attach->sgt)
		osim__k_warn(site, NULL, "dma_buf_detach() of an attachment that is mapped");
	if (dmabuf->ops->detach)
		dmabuf->ops->detach(dmabuf, attach);
	osim__k_kfree(attach, site);
}

struct sg_table *osim__k_dma_buf_map(struct dma_buf_attachment *attach, enum dma_data_direction dir,
				     const struct osim__site *site)
{
	struct sg_table *table;

	osim__k_might_sleep(site);
	if (!attach || attach->sgt)
		return ERR_PTR(attach ? -EBUSY : -EINVAL);
	if (osim__fault(osim__machine(), OSIM_FAULT_MAP, "dma_buf_map_attachment"))
		return ERR_PTR(-ENOMEM);
	table = attach->dmabuf->ops->map_dma_buf(attach, dir);
	if (!table)
		return ERR_PTR(-ENOMEM);
	if (!IS_ERR(table)) {
		attach->sgt = table;
		attach->dir = dir;
	}
	return table;
}

void osim__k_dma_buf_unmap(struct dma_buf_attachment *attach, struct sg_table *table,
			   enum dma_data_direction dir, const struct osim__site *site)
{
	if (!attach || !table || attach->sgt != table) {
		osim__k_warn(site, NULL, "dma_buf_unmap_attachment() of what is not mapped");
		return;
	}
	attach->dmabuf->ops->unmap_dma_buf(attach, table, dir);
	attach->sgt = NULL;
}
