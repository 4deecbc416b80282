/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_DEVICE_DRIVER_H
#define OSIM_LINUX_DEVICE_DRIVER_H

#include <linux/device/bus.h>
#include <linux/list.h>
#include <linux/mod_devicetable.h>
#include <linux/types.h>
#include <osim/api.h>
#include <osim/site.h>

struct module;
struct dev_pm_ops;

enum probe_type {
	PROBE_DEFAULT_STRATEGY,
	PROBE_PREFER_ASYNCHRONOUS,
	PROBE_FORCE_SYNCHRONOUS,
};

struct device_driver {
	const char *name;
	const struct bus_type *bus;
	struct module *owner;
	const char *mod_name;
	bool suppress_bind_attrs;
	enum probe_type probe_type;
	const struct of_device_id *of_match_table;
	const struct acpi_device_id *acpi_match_table;
	int (*probe)(struct device *dev);
	int (*remove)(struct device *dev);
	void (*shutdown)(struct device *dev);
	const struct attribute_group **groups;
	const struct attribute_group **dev_groups;
	const struct dev_pm_ops *pm;
	/* The library's: */
	struct list_head osim_node;
};

OSIM__K_API int osim__k_driver_register(struct device_driver *drv, const struct osim__site *site);
OSIM__K_API void osim__k_driver_unregister(struct device_driver *drv,
					   const struct osim__site *site);

#define driver_register(drv)   osim__k_driver_register(drv, OSIM__SITE)
#define driver_unregister(drv) osim__k_driver_unregister(drv, OSIM__SITE)

/* init and exit functions that do nothing but register and unregister. */
#define module_driver(drv, reg, unreg)      \
	static int __init drv##_init(void)  \
	{                                   \
		return reg(&(drv));         \
	}                                   \
	module_init(drv##_init);            \
	static void __exit drv##_exit(void) \
	{                                   \
		unreg(&(drv));              \
	}                                   \
	module_exit(drv##_exit)
#define builtin_driver(drv, reg)           \
	static int __init drv##_init(void) \
	{                                  \
		return reg(&(drv));        \
	}                                  \
	device_initcall(drv##_init)

#endif
