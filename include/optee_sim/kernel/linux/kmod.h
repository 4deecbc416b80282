/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_KMOD_H
#define OSIM_LINUX_KMOD_H

#include <linux/compiler.h>
#include <linux/errno.h>

/* There is no other module to load. */
#define request_module(...)	   (-ENOENT)
#define request_module_nowait(...) (-ENOENT)

#endif
