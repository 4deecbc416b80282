/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_FILE_H
#define OSIM_LINUX_FILE_H

#include <linux/fs.h>
#include <osim/api.h>
#include <osim/site.h>

OSIM__K_API struct file *osim__k_fget(unsigned int fd);
OSIM__K_API struct file *osim__k_get_file(struct file *file);
OSIM__K_API void osim__k_fput(struct file *file, const struct osim__site *site);
OSIM__K_API int osim__k_get_unused_fd(unsigned int flags);
OSIM__K_API void osim__k_put_unused_fd(unsigned int fd);
OSIM__K_API void osim__k_fd_install(unsigned int fd, struct file *file);

struct fd {
	struct file *file;
};

#define fget(fd)		   osim__k_fget(fd)
#define get_file(file)		   osim__k_get_file(file)
#define fput(file)		   osim__k_fput(file, OSIM__SITE)
#define fdget(fd)		   ((struct fd){osim__k_fget(fd)})
#define fdput(f)		   ((f).file ? fput((f).file) : (void)0)
#define fd_file(f)		   ((f).file)
#define get_unused_fd_flags(flags) osim__k_get_unused_fd(flags)
#define put_unused_fd(fd)	   osim__k_put_unused_fd(fd)
#define fd_install(fd, file)	   osim__k_fd_install(fd, file)

#endif
