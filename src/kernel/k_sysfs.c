/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/device.h"

#include <linux/device.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "kernel/host.h"

/* Attributes of devices: those of groups are looked up when they are read, the others are in a
 * list. */

/* --- one by one --- */

static struct osim__k_file_attr **find(struct osim__kernel *k, const struct device *dev,
				       const char *name)
{
	struct osim__k_file_attr **link = &osim__k_devices(k)->files;

	while (*link && ((*link)->dev != dev || strcmp((*link)->attr->name, name)))
		link = &(*link)->next;
	return link;
}

static int add(const struct device *dev, const struct attribute *attr)
{
	struct osim__kernel *k = osim__kernel();
	struct osim__k_file_attr **link = find(k, dev, attr->name);
	int rc;

	if (!dev->osim_added)
		return -EINVAL;
	if (*link)
		return -EEXIST;
	rc = osim__fault(k->m, OSIM_FAULT_REGISTER, "device_create_file");
	if (rc)
		return rc;
	*link = osim__kernel_zalloc(sizeof(**link));
	**link = (struct osim__k_file_attr){.dev = dev, .attr = attr};
	return 0;
}

static void take_out(const struct device *dev, const struct attribute *attr)
{
	struct osim__k_file_attr **link = find(osim__kernel(), dev, attr->name);
	struct osim__k_file_attr *file = *link;

	if (!file)
		return;
	*link = file->next;
	osim__kernel_free(file);
}

void osim__k_device_files_free(struct osim__kernel *k, const struct device *dev)
{
	struct osim__k_file_attr **link = &osim__k_devices(k)->files, *file;

	while ((file = *link)) {
		if (dev && file->dev != dev) {
			link = &file->next;
			continue;
		}
		*link = file->next;
		osim__kernel_free(file);
	}
}

int osim__k_device_create_file(struct device *dev, const struct device_attribute *attr,
			       const struct osim__site *site)
{
	osim__k_check_sleep(osim__machine(), "device_create_file()", site);
	return add(dev, &attr->attr);
}

void osim__k_device_remove_file(struct device *dev, const struct device_attribute *attr)
{
	take_out(dev, &attr->attr);
}

int osim__k_sysfs_create_file(struct kobject *kobj, const struct attribute *attr,
			      const struct osim__site *site)
{
	osim__k_check_sleep(osim__machine(), "sysfs_create_file()", site);
	return kobj->kind == OSIM__KOBJ_DEVICE ? add(kobj_to_dev(kobj), attr) : -EINVAL;
}

void osim__k_sysfs_remove_file(struct kobject *kobj, const struct attribute *attr)
{
	if (kobj->kind == OSIM__KOBJ_DEVICE)
		take_out(kobj_to_dev(kobj), attr);
}

void osim__k_sysfs_remove_group(struct kobject *kobj, const struct attribute_group *group)
{
	for (struct attribute **attr = group->attrs; attr && *attr; attr++)
		osim__k_sysfs_remove_file(kobj, *attr);
}

int osim__k_sysfs_create_group(struct kobject *kobj, const struct attribute_group *group,
			       const struct osim__site *site)
{
	for (struct attribute **attr = group->attrs; attr && *attr; attr++) {
		int rc = osim__k_sysfs_create_file(kobj, *attr, site);

		if (!rc)
			continue;
		while (attr-- > group->attrs)
			osim__k_sysfs_remove_file(kobj, *attr);
		return rc;
	}
	return 0;
}

/* --- reading --- */

int osim__k_sysfs_emit(char *buf, int at, const char *format, ...)
{
	va_list args;
	int length;

	if (at < 0 || at >= (int)PAGE_SIZE)
		return 0;
	va_start(args, format);
	length = vscnprintf(buf + at, PAGE_SIZE - (size_t)at, format, args);
	va_end(args);
	return length;
}

static const struct attribute *in_groups(struct device *dev, const struct attribute_group **groups,
					 const char *name)
{
	for (; groups && *groups; groups++)
		for (int i = 0; (*groups)->attrs && (*groups)->attrs[i]; i++) {
			struct attribute *attr = (*groups)->attrs[i];

			if (strcmp(attr->name, name))
				continue;
			if (!(*groups)->is_visible || (*groups)->is_visible(&dev->kobj, attr, i))
				return attr;
		}
	return NULL;
}

static const struct attribute *attribute_of(struct osim__kernel *k, struct device *dev,
					    const char *name)
{
	const struct osim__k_file_attr *file = *find(k, dev, name);
	const struct attribute *attr = in_groups(dev, dev->groups, name);

	if (!attr && dev->class)
		attr = in_groups(dev, dev->class->dev_groups, name);
	if (!attr && dev->bus)
		attr = in_groups(dev, dev->bus->dev_groups, name);
	if (!attr && dev->type)
		attr = in_groups(dev, dev->type->groups, name);
	if (!attr && dev->driver)
		attr = in_groups(dev, dev->driver->dev_groups, name);
	return attr || !file ? attr : file->attr;
}

long osim__khost_attr_read(struct osim__kernel *k, const char *device, const char *name, char *buf,
			   size_t bytes)
{
	struct device *dev = osim__k_device_find(k, NULL, NULL, NULL, device, osim__k_match_name);
	const struct attribute *attr = dev ? attribute_of(k, dev, name) : NULL;
	struct device_attribute *dev_attr = container_of(attr, struct device_attribute, attr);
	char *page;
	long rc;

	if (!attr || !dev_attr->show) {
		put_device(dev);
		return !dev ? -ENODEV : !attr ? -ENOENT : -EIO;
	}
	page = osim__kernel_zalloc(PAGE_SIZE);
	rc = dev_attr->show(dev, dev_attr, page);
	if (bytes)
		snprintf(buf, bytes, "%.*s", rc > 0 ? (int)rc : 0, page);
	osim__kernel_free(page);
	put_device(dev);
	return rc;
}
