/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_SYSFS_H
#define OSIM_LINUX_SYSFS_H

#include <linux/compiler.h>
#include <linux/stat.h>
#include <linux/types.h>
#include <osim/api.h>
#include <osim/site.h>

struct kobject;

struct attribute {
	const char *name;
	umode_t mode;
};

struct bin_attribute;

struct attribute_group {
	const char *name;
	umode_t (*is_visible)(struct kobject *kobj, struct attribute *attr, int index);
	struct attribute **attrs;
	struct bin_attribute **bin_attrs;
};

#define __ATTR(_name, _mode, _show, _store)                                             \
	{                                                                               \
		.attr = {.name = __stringify(_name), .mode = (_mode)}, .show = (_show), \
		.store = (_store)                                                       \
	}
#define __ATTR_RO(_name) __ATTR(_name, 0444, _name##_show, NULL)
#define __ATTR_WO(_name) __ATTR(_name, 0200, NULL, _name##_store)
#define __ATTR_RW(_name) __ATTR(_name, 0644, _name##_show, _name##_store)

#define __ATTRIBUTE_GROUPS(_name) \
	static const struct attribute_group *_name##_groups[] = {&_name##_group, NULL}
#define ATTRIBUTE_GROUPS(_name)                                                       \
	static const struct attribute_group _name##_group = {.attrs = _name##_attrs}; \
	__ATTRIBUTE_GROUPS(_name)

/* Of a device's kobject only. */
OSIM__K_API int osim__k_sysfs_create_group(struct kobject *kobj,
					   const struct attribute_group *group,
					   const struct osim__site *site);
OSIM__K_API void osim__k_sysfs_remove_group(struct kobject *kobj,
					    const struct attribute_group *group);
OSIM__K_API int osim__k_sysfs_create_file(struct kobject *kobj, const struct attribute *attr,
					  const struct osim__site *site);
OSIM__K_API void osim__k_sysfs_remove_file(struct kobject *kobj, const struct attribute *attr);
OSIM__K_API int osim__k_sysfs_emit(char *buf, int at, const char *format, ...) __printf(3, 4);

#define sysfs_create_group(kobj, group) osim__k_sysfs_create_group(kobj, group, OSIM__SITE)
#define sysfs_remove_group(kobj, group) osim__k_sysfs_remove_group(kobj, group)
#define sysfs_create_file(kobj, attr)	osim__k_sysfs_create_file(kobj, attr, OSIM__SITE)
#define sysfs_remove_file(kobj, attr)	osim__k_sysfs_remove_file(kobj, attr)
#define sysfs_emit(buf, ...)		osim__k_sysfs_emit(buf, 0, __VA_ARGS__)
#define sysfs_emit_at(buf, at, ...)	osim__k_sysfs_emit(buf, at, __VA_ARGS__)

#endif
