/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_DEVICE_H
#define OSIM_LINUX_DEVICE_H

#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/compiler.h>
#include <linux/completion.h>
#include <linux/device/bus.h>
#include <linux/device/class.h>
#include <linux/device/devres.h>
#include <linux/device/driver.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kdev_t.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <osim/api.h>
#include <osim/site.h>

struct device_node;
struct fwnode_handle;

struct device_type {
	const char *name;
	const struct attribute_group **groups;
	void (*release)(struct device *dev);
};

struct device {
	struct kobject kobj;
	struct device *parent;
	const struct device_type *type;
	const struct bus_type *bus;
	const struct class *class;
	struct device_driver *driver;
	void *platform_data;
	void *driver_data;
	const struct attribute_group **groups;
	void (*release)(struct device *dev);
	const char *init_name;
	struct mutex mutex;
	u64 *dma_mask;
	u64 coherent_dma_mask;
	struct device_node *of_node;
	struct fwnode_handle *fwnode;
	dev_t devt;
	u32 id;
	/* The library's: */
	struct list_head osim_node;	    /* among all that were added */
	struct osim__k_devres *osim_devres; /* newest first */
	bool osim_live, osim_added, osim_ours;
	bool osim_dead; /* no driver comes to it any more */
	char osim_key;	/* names the device among live objects */
};

struct device_attribute {
	struct attribute attr;
	ssize_t (*show)(struct device *dev, struct device_attribute *attr, char *buf);
	ssize_t (*store)(struct device *dev, struct device_attribute *attr, const char *buf,
			 size_t count);
};

#define DEVICE_ATTR(_name, _mode, _show, _store) \
	struct device_attribute dev_attr_##_name = __ATTR(_name, _mode, _show, _store)
#define DEVICE_ATTR_RO(_name) struct device_attribute dev_attr_##_name = __ATTR_RO(_name)
#define DEVICE_ATTR_WO(_name) struct device_attribute dev_attr_##_name = __ATTR_WO(_name)
#define DEVICE_ATTR_RW(_name) struct device_attribute dev_attr_##_name = __ATTR_RW(_name)

#define kobj_to_dev(k) container_of(k, struct device, kobj)

OSIM__K_API void osim__k_device_initialize(struct device *dev, const struct osim__site *site);
OSIM__K_API int osim__k_device_add(struct device *dev, const struct osim__site *site);
OSIM__K_API int osim__k_device_register(struct device *dev, const struct osim__site *site);
OSIM__K_API void osim__k_device_del(struct device *dev, const struct osim__site *site);
OSIM__K_API void osim__k_device_unregister(struct device *dev, const struct osim__site *site);
OSIM__K_API struct device *osim__k_get_device(struct device *dev, const struct osim__site *site);
OSIM__K_API void osim__k_put_device(struct device *dev, const struct osim__site *site);
OSIM__K_API int osim__k_dev_set_name(struct device *dev, const struct osim__site *site,
				     const char *format, ...) __printf(3, 4);
OSIM__K_API int osim__k_device_create_file(struct device *dev, const struct device_attribute *attr,
					   const struct osim__site *site);
OSIM__K_API void osim__k_device_remove_file(struct device *dev,
					    const struct device_attribute *attr);
OSIM__K_API struct device *osim__k_device_create(const struct class *class, struct device *parent,
						 dev_t devt, void *drvdata,
						 const struct osim__site *site, const char *format,
						 ...) __printf(6, 7);
OSIM__K_API void osim__k_device_destroy(const struct class *class, dev_t devt,
					const struct osim__site *site);
OSIM__K_API int osim__k_device_for_each_child(struct device *parent, void *data,
					      int (*fn)(struct device *dev, void *data));

#define device_initialize(dev)	      osim__k_device_initialize(dev, OSIM__SITE)
#define device_add(dev)		      osim__k_device_add(dev, OSIM__SITE)
#define device_register(dev)	      osim__k_device_register(dev, OSIM__SITE)
#define device_del(dev)		      osim__k_device_del(dev, OSIM__SITE)
#define device_unregister(dev)	      osim__k_device_unregister(dev, OSIM__SITE)
#define get_device(dev)		      osim__k_get_device(dev, OSIM__SITE)
#define put_device(dev)		      osim__k_put_device(dev, OSIM__SITE)
#define dev_set_name(dev, ...)	      osim__k_dev_set_name(dev, OSIM__SITE, __VA_ARGS__)
#define device_create_file(dev, attr) osim__k_device_create_file(dev, attr, OSIM__SITE)
#define device_remove_file(dev, attr) osim__k_device_remove_file(dev, attr)
#define device_create(class, parent, devt, drvdata, ...) \
	osim__k_device_create(class, parent, devt, drvdata, OSIM__SITE, __VA_ARGS__)
#define device_destroy(class, devt)	     osim__k_device_destroy(class, devt, OSIM__SITE)
#define device_for_each_child(dev, data, fn) osim__k_device_for_each_child(dev, data, fn)

#define device_lock(dev)    mutex_lock(&(dev)->mutex)
#define device_unlock(dev)  mutex_unlock(&(dev)->mutex)
#define device_trylock(dev) mutex_trylock(&(dev)->mutex)

static inline const char *dev_name(const struct device *dev)
{
	return dev->init_name ? dev->init_name : dev->kobj.name ? dev->kobj.name : "(null)";
}

static inline const char *dev_driver_string(const struct device *dev)
{
	return dev->driver ? dev->driver->name : dev->bus ? dev->bus->name : "";
}

static inline void *dev_get_drvdata(const struct device *dev)
{
	return dev->driver_data;
}

static inline void dev_set_drvdata(struct device *dev, void *data)
{
	dev->driver_data = data;
}

static inline void *dev_get_platdata(const struct device *dev)
{
	return dev->platform_data;
}

static inline struct device_node *dev_of_node(struct device *dev)
{
	return dev ? dev->of_node : NULL;
}

static inline bool device_is_registered(const struct device *dev)
{
	return dev->osim_added;
}

static inline int dev_to_node(const struct device *dev)
{
	(void)dev;
	return -1;
}

#include <linux/dev_printk.h>

DEFINE_FREE(put_device, struct device *, if (_T) put_device(_T))

#endif
