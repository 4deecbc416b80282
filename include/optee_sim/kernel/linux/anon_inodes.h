/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_ANON_INODES_H
#define OSIM_LINUX_ANON_INODES_H

#include <linux/fs.h>
#include <osim/api.h>
#include <osim/site.h>

/* ERR_PTR(-ENOMEM), or -ENFILE. */
OSIM__K_API struct file *osim__k_anon_file(const char *name, const struct file_operations *fops,
					   void *priv, int flags, const struct osim__site *site);
/* A descriptor, or a negative errno. */
OSIM__K_API int osim__k_anon_fd(const char *name, const struct file_operations *fops, void *priv,
				int flags, const struct osim__site *site);

#define anon_inode_getfile(name, fops, priv, flags) \
	osim__k_anon_file(name, fops, priv, flags, OSIM__SITE)
#define anon_inode_getfd(name, fops, priv, flags) \
	osim__k_anon_fd(name, fops, priv, flags, OSIM__SITE)

#endif
