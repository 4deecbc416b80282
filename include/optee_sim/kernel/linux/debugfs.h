/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_DEBUGFS_H
#define OSIM_LINUX_DEBUGFS_H

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/types.h>

/* A kernel without CONFIG_DEBUG_FS: drivers go on without their files. */

struct dentry;

static inline struct dentry *debugfs_create_dir(const char *name, struct dentry *parent)
{
	(void)name, (void)parent;
	return ERR_PTR(-ENODEV);
}

static inline struct dentry *debugfs_create_file(const char *name, umode_t mode,
						 struct dentry *parent, void *data,
						 const struct file_operations *fops)
{
	(void)name, (void)mode, (void)parent, (void)data, (void)fops;
	return ERR_PTR(-ENODEV);
}

#define debugfs_create_u32(name, mode, parent, value)  ((void)(name), (void)(parent), (void)(value))
#define debugfs_create_u64(name, mode, parent, value)  ((void)(name), (void)(parent), (void)(value))
#define debugfs_create_x32(name, mode, parent, value)  ((void)(name), (void)(parent), (void)(value))
#define debugfs_create_bool(name, mode, parent, value) ((void)(name), (void)(parent), (void)(value))
#define debugfs_remove(dentry)			       ((void)(dentry))
#define debugfs_remove_recursive(dentry)	       ((void)(dentry))

#endif
