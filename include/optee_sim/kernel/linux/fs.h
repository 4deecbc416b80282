/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_FS_H
#define OSIM_LINUX_FS_H

#include <linux/err.h>
#include <linux/kdev_t.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/semaphore.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <linux/wait.h>
#include <osim/api.h>
#include <osim/site.h>

#include <asm/fcntl.h>

struct cdev;
struct file;
struct inode;
struct kiocb;
struct iov_iter;
struct module;
struct poll_table_struct;
struct vm_area_struct;

typedef void *fl_owner_t;

struct inode {
	umode_t i_mode;
	dev_t i_rdev;
	struct cdev *i_cdev;
	void *i_private;
};

struct file_operations {
	struct module *owner;
	loff_t (*llseek)(struct file *file, loff_t offset, int whence);
	ssize_t (*read)(struct file *file, char __user *buf, size_t count, loff_t *pos);
	ssize_t (*write)(struct file *file, const char __user *buf, size_t count, loff_t *pos);
	ssize_t (*read_iter)(struct kiocb *kiocb, struct iov_iter *iter);
	ssize_t (*write_iter)(struct kiocb *kiocb, struct iov_iter *iter);
	__poll_t (*poll)(struct file *file, struct poll_table_struct *wait);
	long (*unlocked_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	long (*compat_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
	int (*open)(struct inode *inode, struct file *file);
	int (*flush)(struct file *file, fl_owner_t id);
	int (*release)(struct inode *inode, struct file *file);
	int (*fsync)(struct file *file, loff_t from, loff_t to, int datasync);
	int (*fasync)(int fd, struct file *file, int on);
};

#define FMODE_READ  1u
#define FMODE_WRITE 2u

struct file {
	const struct file_operations *f_op;
	struct inode *f_inode;
	void *private_data;
	unsigned int f_flags;
	fmode_t f_mode;
	loff_t f_pos;
	/* The library's: */
	int osim_refs;
	bool osim_opened; /* release() is due */
	const char *osim_name;
	struct inode osim_inode;
	struct file *osim_next;
};

OSIM__K_API long osim__k_compat_ptr_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
OSIM__K_API int osim__k_alloc_chrdev_region(dev_t *dev, unsigned int first, unsigned int count,
					    const char *name, const struct osim__site *site);
OSIM__K_API int osim__k_register_chrdev_region(dev_t dev, unsigned int count, const char *name,
					       const struct osim__site *site);
OSIM__K_API void osim__k_unregister_chrdev_region(dev_t dev, unsigned int count);

#define compat_ptr_ioctl osim__k_compat_ptr_ioctl
#define alloc_chrdev_region(dev, first, count, name) \
	osim__k_alloc_chrdev_region(dev, first, count, name, OSIM__SITE)
#define register_chrdev_region(dev, count, name) \
	osim__k_register_chrdev_region(dev, count, name, OSIM__SITE)
#define unregister_chrdev_region(dev, count) osim__k_unregister_chrdev_region(dev, count)

static inline struct inode *file_inode(const struct file *file)
{
	return file->f_inode;
}

static inline unsigned int iminor(const struct inode *inode)
{
	return MINOR(inode->i_rdev);
}

static inline unsigned int imajor(const struct inode *inode)
{
	return MAJOR(inode->i_rdev);
}

static inline int nonseekable_open(struct inode *inode, struct file *file)
{
	(void)inode;
	(void)file;
	return 0;
}

#endif
