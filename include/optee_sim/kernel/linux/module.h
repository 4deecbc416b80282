/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_MODULE_H
#define OSIM_LINUX_MODULE_H

#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kmod.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/stat.h>
#include <linux/stringify.h>
#include <linux/workqueue.h>

/* Nothing is behind it: a driver and its users are loaded and unloaded as one. */
struct module {
	const char *name;
};

#define MODULE_AUTHOR(x)	    OSIM__MODULE_NOTHING
#define MODULE_DESCRIPTION(x)	    OSIM__MODULE_NOTHING
#define MODULE_VERSION(x)	    OSIM__MODULE_NOTHING
#define MODULE_LICENSE(x)	    OSIM__MODULE_NOTHING
#define MODULE_ALIAS(x)		    OSIM__MODULE_NOTHING
#define MODULE_FIRMWARE(x)	    OSIM__MODULE_NOTHING
#define MODULE_SOFTDEP(x)	    OSIM__MODULE_NOTHING
#define MODULE_INFO(tag, x)	    OSIM__MODULE_NOTHING
#define MODULE_IMPORT_NS(ns)	    OSIM__MODULE_NOTHING
#define MODULE_SUPPORTED_DEVICE(x)  OSIM__MODULE_NOTHING
#define MODULE_DEVICE_TABLE(bus, t) extern typeof(t) t

static inline bool try_module_get(struct module *module)
{
	(void)module;
	return true;
}

static inline void __module_get(struct module *module)
{
	(void)module;
}

static inline void module_put(struct module *module)
{
	(void)module;
}

static inline const char *module_name(const struct module *module)
{
	return module ? module->name : "kernel";
}

#endif
