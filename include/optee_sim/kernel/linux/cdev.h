/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_CDEV_H
#define OSIM_LINUX_CDEV_H

#include <linux/device.h>
#include <linux/kdev_t.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/types.h>
#include <osim/api.h>
#include <osim/site.h>

struct file_operations;
struct module;

struct cdev {
	struct kobject kobj;
	struct module *owner;
	const struct file_operations *ops;
	struct list_head list;
	dev_t dev;
	unsigned int count;
	/* The library's: */
	bool osim_added, osim_dynamic;
};

OSIM__K_API void osim__k_cdev_init(struct cdev *cdev, const struct file_operations *fops);
OSIM__K_API struct cdev *osim__k_cdev_alloc(const struct osim__site *site);
OSIM__K_API int osim__k_cdev_add(struct cdev *cdev, dev_t dev, unsigned int count,
				 const struct osim__site *site);
OSIM__K_API void osim__k_cdev_del(struct cdev *cdev, const struct osim__site *site);
OSIM__K_API int osim__k_cdev_device_add(struct cdev *cdev, struct device *dev,
					const struct osim__site *site);
OSIM__K_API void osim__k_cdev_device_del(struct cdev *cdev, struct device *dev,
					 const struct osim__site *site);

#define cdev_init(cdev, fops)	   osim__k_cdev_init(cdev, fops)
#define cdev_alloc()		   osim__k_cdev_alloc(OSIM__SITE)
#define cdev_add(cdev, dev, count) osim__k_cdev_add(cdev, dev, count, OSIM__SITE)
#define cdev_del(cdev)		   osim__k_cdev_del(cdev, OSIM__SITE)
#define cdev_device_add(cdev, dev) osim__k_cdev_device_add(cdev, dev, OSIM__SITE)
#define cdev_device_del(cdev, dev) osim__k_cdev_device_del(cdev, dev, OSIM__SITE)

static inline void cdev_set_parent(struct cdev *cdev, struct kobject *parent)
{
	cdev->kobj.parent = parent;
}

#endif
