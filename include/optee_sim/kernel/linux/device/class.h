/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_DEVICE_CLASS_H
#define OSIM_LINUX_DEVICE_CLASS_H

#include <linux/device/bus.h>
#include <linux/list.h>
#include <linux/types.h>
#include <osim/api.h>
#include <osim/site.h>

struct module;

struct class
{
	const char *name;
	struct module *owner; /* gone in 6.4 */
	const struct attribute_group **class_groups;
	const struct attribute_group **dev_groups;
	int (*dev_uevent)(OSIM__K_UEVENT_CONST struct device *dev, struct kobj_uevent_env *env);
	char *(*devnode)(OSIM__K_UEVENT_CONST struct device *dev, umode_t *mode);
	void (*class_release)(OSIM__K_UEVENT_CONST struct class *class);
	void (*dev_release)(struct device *dev);
	int (*shutdown_pre)(struct device *dev);
};

struct class_interface {
	struct list_head node;
	const struct class *class;
	int (*add_dev)(struct device *dev);
	void (*remove_dev)(struct device *dev);
};

OSIM__K_API int osim__k_class_register(const struct class *class, const struct osim__site *site);
OSIM__K_API void osim__k_class_unregister(const struct class *class, const struct osim__site *site);
OSIM__K_API struct class *osim__k_class_create(const char *name, const struct osim__site *site);
OSIM__K_API void osim__k_class_destroy(const struct class *class, const struct osim__site *site);
OSIM__K_API struct device *
osim__k_class_find_device(const struct class *class, const struct device *start, const void *data,
			  int (*match)(struct device *dev, const void *data));
OSIM__K_API int osim__k_class_for_each_device(const struct class *class, const struct device *start,
					      void *data,
					      int (*fn)(struct device *dev, void *data));

#define class_register(class)	osim__k_class_register(class, OSIM__SITE)
#define class_unregister(class) osim__k_class_unregister(class, OSIM__SITE)
#ifdef OSIM_HAVE_CLASS_CREATE_OWNER
#define class_create(owner, name) ((void)(owner), osim__k_class_create(name, OSIM__SITE))
#else
#define class_create(name) osim__k_class_create(name, OSIM__SITE)
#endif
#define class_destroy(class) osim__k_class_destroy(class, OSIM__SITE)
#define class_find_device(class, start, data, match) \
	osim__k_class_find_device(class, start, data, match)
#define class_find_device_by_name(class, name) \
	osim__k_class_find_device(class, NULL, name, osim__k_match_name)
#define class_for_each_device(class, start, data, fn) \
	osim__k_class_for_each_device(class, start, data, fn)

#endif
