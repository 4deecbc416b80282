/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/device.h"

#include <linux/anon_inodes.h>
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>

#include "kernel/host.h"

/* Open files, the machine's one table of descriptors, and mappings of files. */

#define FD_FIRST 3u
#define FD_COUNT 1024u

struct mapping {
	struct mapping *next;
	struct vm_area_struct vma;
};

struct osim__k_files {
	struct file *fd[FD_COUNT];
	bool reserved[FD_COUNT]; /* taken, with or without a file yet */
	unsigned int installed;	 /* descriptors with a file */
	struct file *all;
	struct mapping *mappings;
};

static struct osim__k_files *files(struct osim__kernel *k)
{
	if (!k->files)
		k->files = osim__kernel_zalloc(sizeof(*k->files));
	return k->files;
}

/* --- files --- */

static struct file *file_new(struct osim__kernel *k, const char *name,
			     const struct file_operations *fops, int flags,
			     const struct osim__site *site)
{
	struct file *file = osim__kernel_zalloc(sizeof(*file));
	static const fmode_t modes[] = {[O_RDONLY] = FMODE_READ,
					[O_WRONLY] = FMODE_WRITE,
					[O_RDWR] = FMODE_READ | FMODE_WRITE};

	*file = (struct file){.f_op = fops,
			      .f_flags = (unsigned int)flags,
			      .f_mode = modes[(flags & O_ACCMODE) % 3],
			      .osim_refs = 1,
			      .osim_name = name,
			      .osim_next = files(k)->all};
	file->f_inode = &file->osim_inode;
	files(k)->all = file;
	osim__live_add(k->m, OSIM_LIVE_FILE, file, 0, site);
	return file;
}

static void file_free(struct osim__kernel *k, struct file *file)
{
	struct file **link = &files(k)->all;

	while (*link != file)
		link = &(*link)->osim_next;
	*link = file->osim_next;
	osim__live_remove(k->m, file);
	osim__kernel_free(file);
}

struct file *osim__k_get_file(struct file *file)
{
	file->osim_refs++;
	return file;
}

void osim__k_fput(struct file *file, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	struct cdev *cdev;

	if (!osim__live_find(k->m, file)) {
		osim__finding(k->m, "kernel.ref-underflow", "fput() of a file that is gone, at %s",
			      osim__k_where(site));
		return;
	}
	osim__access_release(k->m, file);
	if (--file->osim_refs)
		return;
	osim__access_acquire(k->m, file);
	cdev = file->f_inode->i_cdev;
	if (file->osim_opened && file->f_op->release)
		file->f_op->release(file->f_inode, file);
	if (cdev)
		osim__k_kobject_put(&cdev->kobj, site);
	file_free(k, file);
}

struct file *osim__k_anon_file(const char *name, const struct file_operations *fops, void *priv,
			       int flags, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	struct file *file;

	if (osim__fault(k->m, OSIM_FAULT_ALLOC, "anon_inode_getfile"))
		return ERR_PTR(-ENOMEM);
	file = file_new(k, name, fops, flags, site);
	file->private_data = priv;
	file->osim_opened = true;
	return file;
}

long osim__k_compat_ptr_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	if (!file->f_op->unlocked_ioctl)
		return -ENOIOCTLCMD;
	return file->f_op->unlocked_ioctl(file, cmd, (u32)arg);
}

/* --- descriptors --- */

int osim__k_get_unused_fd(unsigned int flags)
{
	struct osim__k_files *all = files(osim__kernel());

	(void)flags;
	for (unsigned int fd = FD_FIRST; fd < FD_COUNT; fd++)
		if (!all->reserved[fd]) {
			all->reserved[fd] = true;
			return (int)fd;
		}
	return -EMFILE;
}

void osim__k_put_unused_fd(unsigned int fd)
{
	if (fd < FD_COUNT)
		files(osim__kernel())->reserved[fd] = false;
}

void osim__k_fd_install(unsigned int fd, struct file *file)
{
	struct osim__k_files *all = files(osim__kernel());

	if (fd >= FD_COUNT)
		return;
	osim__access_release(osim__machine(), &all->fd[fd]);
	all->installed += !all->fd[fd];
	all->fd[fd] = file;
}

struct file *osim__k_fget(unsigned int fd)
{
	struct osim__k_files *all = files(osim__kernel());

	if (fd >= FD_COUNT || !all->fd[fd])
		return NULL;
	osim__access_acquire(osim__machine(), &all->fd[fd]);
	return osim__k_get_file(all->fd[fd]);
}

int osim__k_anon_fd(const char *name, const struct file_operations *fops, void *priv, int flags,
		    const struct osim__site *site)
{
	struct file *file;
	int fd = osim__k_get_unused_fd((unsigned int)flags);

	if (fd < 0)
		return fd;
	file = osim__k_anon_file(name, fops, priv, flags, site);
	if (IS_ERR(file)) {
		osim__k_put_unused_fd((unsigned int)fd);
		return (int)PTR_ERR(file);
	}
	osim__k_fd_install((unsigned int)fd, file);
	return fd;
}

/* --- what programs do --- */

static struct cdev *cdev_of(struct osim__kernel *k, dev_t devt)
{
	struct cdev *cdev;

	list_for_each_entry (cdev, osim__k_cdev_list(k), list)
		if (devt >= cdev->dev && devt < cdev->dev + cdev->count)
			return cdev;
	return NULL;
}

static int open_cdev(struct osim__kernel *k, struct cdev *cdev, dev_t devt, const char *node)
{
	struct file *file;
	int fd = osim__k_get_unused_fd(0), rc = 0;

	if (fd < 0)
		return fd;
	file = file_new(k, node, cdev->ops, O_RDWR, OSIM__SITE);
	file->osim_inode = (struct inode){.i_rdev = devt, .i_cdev = cdev};
	kobject_get(&cdev->kobj);
	if (cdev->ops->open)
		rc = cdev->ops->open(file->f_inode, file);
	if (rc) {
		osim__k_put_unused_fd((unsigned int)fd);
		fput(file);
		return rc;
	}
	file->osim_opened = true;
	osim__k_fd_install((unsigned int)fd, file);
	return fd;
}

int osim__khost_open(struct osim__kernel *k, const char *node)
{
	struct device *dev = osim__k_device_find(k, NULL, NULL, NULL, node, osim__k_match_name);
	struct cdev *cdev = dev && dev->devt ? cdev_of(k, dev->devt) : NULL;
	int fd = cdev ? open_cdev(k, cdev, dev->devt, dev_name(dev)) : -ENODEV;

	put_device(dev);
	return fd;
}

long osim__khost_ioctl(struct osim__kernel *k, int fd, unsigned int cmd, void *arg)
{
	struct file *file = fget((unsigned int)fd);
	long rc = -ENOTTY;

	(void)k;
	if (!file)
		return -EBADF;
	if (file->f_op->unlocked_ioctl)
		rc = file->f_op->unlocked_ioctl(file, cmd, (unsigned long)arg);
	fput(file);
	return rc == -ENOIOCTLCMD ? -ENOTTY : rc;
}

int osim__khost_close(struct osim__kernel *k, int fd)
{
	struct osim__k_files *all = files(k);
	struct file *file = fd >= 0 && fd < (int)FD_COUNT ? all->fd[fd] : NULL;

	if (!file)
		return -EBADF;
	osim__access_acquire(k->m, &all->fd[fd]);
	osim__access_forget(k->m, &all->fd[fd], sizeof(all->fd[fd]));
	all->fd[fd] = NULL;
	all->installed--;
	all->reserved[fd] = false;
	if (file->f_op->flush)
		file->f_op->flush(file, NULL);
	fput(file);
	return 0;
}

/* --- mappings: of what remap_pfn_range() was given --- */

static int map(struct osim__kernel *k, struct file *file, struct mapping *map, size_t bytes)
{
	int rc;

	if (!bytes)
		return -EINVAL;
	if (!file->f_op->mmap)
		return -ENODEV;
	/* No address yet: it will be that of the driver's own memory. */
	map->vma = (struct vm_area_struct){.vm_start = PAGE_SIZE,
					   .vm_end = PAGE_SIZE + PAGE_ALIGN(bytes),
					   .vm_mm = osim__k_mm(),
					   .vm_flags = VM_READ | VM_WRITE | VM_SHARED,
					   .vm_file = file};
	rc = file->f_op->mmap(file, &map->vma);
	if (!rc && !map->vma.osim_mapped)
		rc = -ENXIO;
	if (rc)
		return rc;
	map->next = files(k)->mappings;
	files(k)->mappings = map;
	return 0;
}

void *osim__khost_mmap(struct osim__kernel *k, int fd, size_t bytes, int *error)
{
	struct file *file = fget((unsigned int)fd);
	struct mapping *new;

	if (!file) {
		*error = -EBADF;
		return NULL;
	}
	new = osim__kernel_zalloc(sizeof(*new));
	*error = map(k, file, new, bytes);
	if (!*error)
		return new->vma.osim_mapped;
	osim__kernel_free(new);
	fput(file);
	return NULL;
}

void osim__khost_munmap(struct osim__kernel *k, void *va, size_t bytes)
{
	struct mapping **link = &files(k)->mappings, *old;

	while (*link && ((*link)->vma.osim_mapped != va ||
			 (*link)->vma.vm_end - (*link)->vma.vm_start != PAGE_ALIGN(bytes)))
		link = &(*link)->next;
	old = *link;
	if (!old)
		return;
	*link = old->next;
	if (old->vma.vm_ops && old->vma.vm_ops->close)
		old->vma.vm_ops->close(&old->vma);
	fput(old->vma.vm_file);
	osim__kernel_free(old);
}

bool osim__k_files_open(const struct osim__kernel *k)
{
	if (!k->files)
		return false;
	return k->files->installed || k->files->mappings;
}

/* Without their release functions: the driver is gone. */
void osim__k_files_fini(struct osim__kernel *k)
{
	struct mapping *old;
	struct file *file;

	if (!k->files)
		return;
	while ((old = k->files->mappings)) {
		k->files->mappings = old->next;
		osim__kernel_free(old);
	}
	while ((file = k->files->all)) {
		k->files->all = file->osim_next;
		osim__kernel_free(file);
	}
	osim__kernel_free(k->files);
}
