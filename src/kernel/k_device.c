/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/device.h"

#include <linux/device.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

/* A device's life: named, initialised, added, deleted, given up. */

_Static_assert(sizeof(struct list_head) == OSIM__K_LIST_WORDS * sizeof(void *), "a list's size");

struct osim__k_devices *osim__k_devices(struct osim__kernel *k)
{
	if (!k->devices) {
		k->devices = osim__kernel_zalloc(sizeof(*k->devices));
		INIT_LIST_HEAD(osim__k_device_list(k));
		INIT_LIST_HEAD(osim__k_driver_list(k));
		INIT_LIST_HEAD(osim__k_cdev_list(k));
	}
	return k->devices;
}

struct list_head *osim__k_device_list(struct osim__kernel *k)
{
	return (struct list_head *)osim__k_devices(k)->devices;
}

struct list_head *osim__k_driver_list(struct osim__kernel *k)
{
	return (struct list_head *)osim__k_devices(k)->drivers;
}

struct list_head *osim__k_cdev_list(struct osim__kernel *k)
{
	return (struct list_head *)osim__k_devices(k)->cdevs;
}

/* --- names --- */

static __printf(3, 0) int set_name(struct device *dev, const struct osim__site *site,
				   const char *format, va_list args)
{
	va_list again;
	char *name;
	int length;

	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	name = osim__k_kmalloc((size_t)length + 1, GFP_KERNEL, site);
	if (!name)
		return -ENOMEM;
	vsnprintf(name, (size_t)length + 1, format, args);
	osim__k_kfree(dev->kobj.name, site);
	dev->kobj.name = name;
	return 0;
}

int osim__k_dev_set_name(struct device *dev, const struct osim__site *site, const char *format, ...)
{
	va_list args;
	int rc;

	va_start(args, format);
	rc = set_name(dev, site, format, args);
	va_end(args);
	return rc;
}

/* --- references --- */

/* The name and what the driver keeps in it were set before: they stay. */
void osim__k_device_initialize(struct device *dev, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	dev->kobj.refs = 1;
	dev->kobj.kind = OSIM__KOBJ_DEVICE;
	dev->kobj.parent = NULL;
	dev->osim_devres = NULL;
	dev->osim_added = dev->osim_dead = false;
	mutex_init(&dev->mutex);
	INIT_LIST_HEAD(&dev->osim_node);
	if (osim__live_find(m, &dev->osim_key))
		osim__finding(m, "kernel.device-twice",
			      "device %s is initialised while it is in use, at %s", dev_name(dev),
			      osim__k_where(site));
	else if (!dev->osim_ours)
		osim__live_add(m, OSIM_LIVE_DEVICE, &dev->osim_key, 0, site);
	dev->osim_live = true;
}

/* Looked up, because the memory may be gone. */
static bool is_live(struct osim_machine *m, struct device *dev, const char *what,
		    const struct osim__site *site)
{
	if (osim__live_find(m, &dev->osim_key) || osim__k_is_platform(dev))
		return true;
	osim__finding(m, "kernel.ref-underflow",
		      "%s of a device that is gone or was never initialised, at %s", what,
		      osim__k_where(site));
	return false;
}

struct device *osim__k_get_device(struct device *dev, const struct osim__site *site)
{
	if (dev && is_live(osim__machine(), dev, "get_device()", site))
		dev->kobj.refs++;
	return dev;
}

static void take_off(struct osim__kernel *k, struct device *dev)
{
	for (struct osim__k_cursor *c = osim__k_devices(k)->cursors; c; c = c->next_cursor)
		if (c->next == &dev->osim_node)
			c->next = c->back ? dev->osim_node.prev : dev->osim_node.next;
	list_del_init(&dev->osim_node);
	osim__k_device_files_free(k, dev);
	dev->osim_added = false;
}

static void release(struct osim_machine *m, struct device *dev, const struct osim__site *site)
{
	const char *name = dev->kobj.name;

	if (dev->osim_added) {
		osim__finding(m, "kernel.device-released-in-use",
			      "the last reference of device %s goes while it is registered, at %s",
			      dev_name(dev), osim__k_where(site));
		take_off(osim__kernel_of(m), dev);
	}
	osim__k_devres_release(dev);
	osim__live_remove(m, &dev->osim_key);
	dev->osim_live = false;
	if (dev->release)
		dev->release(dev);
	else if (dev->type && dev->type->release)
		dev->type->release(dev);
	else if (dev->class && dev->class->dev_release)
		dev->class->dev_release(dev);
	else
		osim__finding(m, "kernel.device-no-release",
			      "device %s has no release function, at %s", name ? name : "(null)",
			      osim__k_where(site));
	osim__k_kfree(name, site);
}

void osim__k_put_device(struct device *dev, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	if (!dev || !is_live(m, dev, "put_device()", site))
		return;
	osim__access_release(m, &dev->kobj);
	if (--dev->kobj.refs)
		return;
	osim__access_acquire(m, &dev->kobj);
	release(m, dev, site);
}

/* --- being there --- */

static int uevent(struct device *dev)
{
	struct kobj_uevent_env env; /* large: only its counts are set */
	int rc = 0;

	env.envp_idx = 0;
	env.buflen = 0;
	if (dev->bus && dev->bus->uevent)
		rc = dev->bus->uevent(dev, &env);
	if (!rc && dev->class && dev->class->dev_uevent)
		rc = dev->class->dev_uevent(dev, &env);
	return rc;
}

static bool name_taken(struct osim__kernel *k, const struct device *dev)
{
	const struct device *i;

	list_for_each_entry (i, osim__k_device_list(k), osim_node)
		if (i->bus == dev->bus && i->class == dev->class && i->parent == dev->parent &&
		    !strcmp(dev_name(i), dev_name(dev)))
			return true;
	return false;
}

static int refuse(struct osim__kernel *k, struct device *dev)
{
	if (!dev->osim_live || (!dev->kobj.name && !dev->init_name))
		return -EINVAL;
	if (dev->osim_added)
		return -EEXIST;
	if (dev->bus && !osim__k_bus_registered(k, dev->bus))
		return -EINVAL;
	if (dev->class && !osim__k_class_registered(k, dev->class))
		return -EINVAL;
	if (name_taken(k, dev)) {
		dev_warn(dev, "there is a device of that name\n");
		return -EEXIST;
	}
	return dev->osim_ours ? 0 : osim__fault(k->m, OSIM_FAULT_REGISTER, "device_add");
}

int osim__k_device_add(struct device *dev, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	int rc;

	osim__k_check_sleep(k->m, "device_add()", site);
	osim__sched_point(&k->m->sched, OSIM__POINT_LOCK);
	rc = refuse(k, dev);
	if (rc)
		return rc;
	if (dev->init_name && !dev->kobj.name && !dev->osim_ours) {
		rc = osim__k_dev_set_name(dev, site, "%s", dev->init_name);
		if (rc)
			return rc;
		dev->init_name = NULL;
	}
	osim__k_get_device(dev, site);
	if (dev->parent) {
		osim__k_get_device(dev->parent, site);
		dev->kobj.parent = &dev->parent->kobj;
	}
	dev->osim_added = true;
	osim__access_release(k->m, k->devices);
	list_add_tail(&dev->osim_node, osim__k_device_list(k));
	uevent(dev);
	osim__k_driver_attach(k, dev);
	return 0;
}

int osim__k_device_register(struct device *dev, const struct osim__site *site)
{
	osim__k_device_initialize(dev, site);
	return osim__k_device_add(dev, site);
}

void osim__k_device_del(struct device *dev, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();

	osim__k_check_sleep(k->m, "device_del()", site);
	osim__sched_point(&k->m->sched, OSIM__POINT_LOCK);
	if (!is_live(k->m, dev, "device_del()", site))
		return;
	if (!dev->osim_added) {
		osim__finding(k->m, "kernel.device-not-added",
			      "device %s is deleted that was not added, at %s", dev_name(dev),
			      osim__k_where(site));
		return;
	}
	dev->osim_dead = true;
	osim__k_driver_detach(k, dev);
	uevent(dev);
	take_off(k, dev);
	if (dev->kobj.parent)
		osim__k_put_device(kobj_to_dev(dev->kobj.parent), site);
	dev->kobj.parent = NULL;
	osim__k_put_device(dev, site);
}

void osim__k_device_unregister(struct device *dev, const struct osim__site *site)
{
	if (!is_live(osim__machine(), dev, "device_unregister()", site))
		return;
	osim__k_device_del(dev, site);
	osim__k_put_device(dev, site);
}

/* --- devices made by device_create(): their memory is the kernel's --- */

static void created_release(struct device *dev)
{
	kfree(dev);
}

struct device *osim__k_device_create(const struct class *class, struct device *parent, dev_t devt,
				     void *drvdata, const struct osim__site *site,
				     const char *format, ...)
{
	struct device *dev = osim__k_kmalloc(sizeof(*dev), GFP_KERNEL | __GFP_ZERO, site);
	va_list args;
	int rc;

	if (!dev)
		return ERR_PTR(-ENOMEM);
	osim__k_device_initialize(dev, site);
	dev->class = class;
	dev->parent = parent;
	dev->devt = devt;
	dev->driver_data = drvdata;
	dev->release = created_release;
	va_start(args, format);
	rc = set_name(dev, site, format, args);
	va_end(args);
	if (!rc)
		rc = osim__k_device_add(dev, site);
	if (!rc)
		return dev;
	osim__k_put_device(dev, site);
	return ERR_PTR(rc);
}

void osim__k_device_destroy(const struct class *class, dev_t devt, const struct osim__site *site)
{
	struct device *dev;

	list_for_each_entry (dev, osim__k_device_list(osim__kernel()), osim_node)
		if (dev->class == class && dev->devt == devt) {
			osim__k_device_unregister(dev, site);
			return;
		}
}

/* --- kobjects: those that are part of a device --- */

struct kobject *osim__k_kobject_get(struct kobject *kobj, const struct osim__site *site)
{
	if (kobj && kobj->kind == OSIM__KOBJ_DEVICE)
		osim__k_get_device(kobj_to_dev(kobj), site);
	else if (kobj)
		kobj->refs++;
	return kobj;
}

int osim__k_add_uevent_var(struct kobj_uevent_env *env, const char *format, ...)
{
	size_t room = sizeof(env->buf) - (size_t)env->buflen;
	va_list args;
	int length;

	if (env->envp_idx >= UEVENT_NUM_ENVP)
		return -ENOMEM;
	va_start(args, format);
	length = vsnprintf(env->buf + env->buflen, room, format, args);
	va_end(args);
	if (length < 0 || (size_t)length >= room)
		return -ENOMEM;
	env->envp[env->envp_idx++] = env->buf + env->buflen;
	env->buflen += length + 1;
	return 0;
}

static void forget(struct osim__k_registered **list)
{
	struct osim__k_registered *r;

	while ((r = *list)) {
		*list = r->next;
		osim__kernel_free(r);
	}
}

/* Memory of devices, drivers and character devices is the driver's. */
void osim__k_devices_drop(struct osim__kernel *k)
{
	if (!k->devices)
		return;
	INIT_LIST_HEAD(osim__k_device_list(k));
	INIT_LIST_HEAD(osim__k_driver_list(k));
	INIT_LIST_HEAD(osim__k_cdev_list(k));
	forget(&k->devices->classes);
	forget(&k->devices->buses);
	osim__k_device_files_free(k, NULL);
	osim__k_chrdev_drop(k);
}

void osim__k_devices_fini(struct osim__kernel *k)
{
	osim__k_devices_drop(k);
	osim__kernel_free(k->devices);
}
