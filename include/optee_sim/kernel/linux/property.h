/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_PROPERTY_H
#define OSIM_LINUX_PROPERTY_H

#include <linux/device.h>
#include <linux/of.h>
#include <linux/types.h>

/* Properties come from the device's node. */

static inline int device_property_read_string(const struct device *dev, const char *name,
					      const char **value)
{
	return of_property_read_string(dev->of_node, name, value);
}

static inline int device_property_read_u32(const struct device *dev, const char *name, u32 *value)
{
	return of_property_read_u32(dev->of_node, name, value);
}

static inline bool device_property_present(const struct device *dev, const char *name)
{
	return of_property_present(dev->of_node, name);
}

#define device_property_read_bool(dev, name) device_property_present(dev, name)

static inline const void *device_get_match_data(const struct device *dev)
{
	return of_device_get_match_data(dev);
}

#endif
