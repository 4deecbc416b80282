/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_FIRMWARE_H
#define OSIM_LINUX_FIRMWARE_H

#include <linux/errno.h>
#include <linux/types.h>

struct device;

struct firmware {
	size_t size;
	const u8 *data;
};

/* The machine has no file system to load one from. */
static inline int request_firmware(const struct firmware **fw, const char *name, struct device *dev)
{
	(void)name;
	(void)dev;
	*fw = NULL;
	return -ENOENT;
}

static inline void release_firmware(const struct firmware *fw)
{
	(void)fw;
}

#endif
