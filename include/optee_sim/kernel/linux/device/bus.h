/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_DEVICE_BUS_H
#define OSIM_LINUX_DEVICE_BUS_H

#include <linux/types.h>
#include <osim/api.h>
#include <osim/site.h>

struct device;
struct device_driver;
struct attribute_group;
struct kobj_uevent_env;

/* What kernels have made const over time; the layout is the same. */
#ifdef OSIM_HAVE_BUS_MATCH_NONCONST
#define OSIM__K_MATCH_CONST
#else
#define OSIM__K_MATCH_CONST const
#endif
#ifdef OSIM_HAVE_BUS_UEVENT_NONCONST
#define OSIM__K_UEVENT_CONST
#else
#define OSIM__K_UEVENT_CONST const
#endif

struct bus_type {
	const char *name;
	const char *dev_name;
	const struct attribute_group **bus_groups;
	const struct attribute_group **dev_groups;
	const struct attribute_group **drv_groups;
	int (*match)(struct device *dev, OSIM__K_MATCH_CONST struct device_driver *drv);
	int (*uevent)(OSIM__K_UEVENT_CONST struct device *dev, struct kobj_uevent_env *env);
	int (*probe)(struct device *dev);
	void (*sync_state)(struct device *dev);
	void (*remove)(struct device *dev);
	void (*shutdown)(struct device *dev);
};

OSIM__K_API int osim__k_bus_register(const struct bus_type *bus, const struct osim__site *site);
OSIM__K_API void osim__k_bus_unregister(const struct bus_type *bus, const struct osim__site *site);
OSIM__K_API int osim__k_bus_for_each_dev(const struct bus_type *bus, struct device *start,
					 void *data, int (*fn)(struct device *dev, void *data));
OSIM__K_API struct device *
osim__k_bus_find_device(const struct bus_type *bus, struct device *start, const void *data,
			int (*match)(struct device *dev, const void *data));
OSIM__K_API int osim__k_match_name(struct device *dev, const void *name);

#define bus_register(bus)			 osim__k_bus_register(bus, OSIM__SITE)
#define bus_unregister(bus)			 osim__k_bus_unregister(bus, OSIM__SITE)
#define bus_for_each_dev(bus, start, data, fn)	 osim__k_bus_for_each_dev(bus, start, data, fn)
#define bus_find_device(bus, start, data, match) osim__k_bus_find_device(bus, start, data, match)
#define bus_find_device_by_name(bus, start, name) \
	osim__k_bus_find_device(bus, start, name, osim__k_match_name)

#endif
