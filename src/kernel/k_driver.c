/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/device.h"

#include <linux/device.h>
#include <linux/errno.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#include "kernel/k_base.h"
#include "kernel/platform.h"

/* Drivers, and how they come to devices and leave them. */

static bool fits(struct device *dev, const struct device_driver *drv)
{
	return drv->bus == dev->bus && (!drv->bus->match || drv->bus->match(dev, drv) > 0);
}

static int call_probe(struct device *dev, struct device_driver *drv)
{
	if (dev->bus->probe)
		return dev->bus->probe(dev);
	return drv->probe ? drv->probe(dev) : 0;
}

static void left(struct device *dev)
{
	osim__k_devres_release(dev);
	dev->driver = NULL;
	dev_set_drvdata(dev, NULL);
}

static bool is_registered(struct osim__kernel *k, const struct device_driver *drv)
{
	const struct device_driver *i;

	list_for_each_entry (i, osim__k_driver_list(k), osim_node)
		if (i == drv)
			return true;
	return false;
}

/* Whoever waited for the lock may find that the device has another driver, or that one of the two
 * goes. */
static bool can_probe(const struct device *dev, const struct device_driver *drv)
{
	return !dev->driver && !dev->osim_dead && is_registered(osim__kernel(), drv);
}

static void probe(struct device *dev, struct device_driver *drv)
{
	char text[128];
	int rc;

	device_lock(dev);
	if (!can_probe(dev, drv)) {
		device_unlock(dev);
		return;
	}
	dev->driver = drv;
	rc = call_probe(dev, drv);
	osim__k_check_left(osim__machine(), "kernel.probe-left-atomic", "probe of", drv->name);
	if (rc)
		left(dev);
	device_unlock(dev);
	if (rc && rc != -EPROBE_DEFER) {
		/* Not what the driver says itself. */
		osim__k_scnprintf(text, sizeof(text),
				  "%s: probe with driver %s failed with error %d", dev_name(dev),
				  drv->name, rc);
		osim__k_log(4, text);
	}
	if (osim__k_is_platform(dev))
		osim__k_platform_probed(rc);
}

void osim__k_driver_attach(struct osim__kernel *k, struct device *dev)
{
	struct device_driver *drv;

	if (!dev->bus)
		return;
	list_for_each_entry (drv, osim__k_driver_list(k), osim_node)
		if (!dev->driver && fits(dev, drv)) {
			probe(dev, drv);
			return;
		}
}

void osim__k_driver_detach(struct osim__kernel *k, struct device *dev)
{
	struct device_driver *drv;

	if (!dev->driver)
		return;
	device_lock(dev);
	drv = dev->driver;
	if (drv) {
		if (dev->bus->remove)
			dev->bus->remove(dev);
		else if (drv->remove)
			drv->remove(dev);
		osim__k_check_left(k->m, "kernel.remove-left-atomic", "remove of", drv->name);
		left(dev);
	}
	device_unlock(dev);
}

static int shut_down(struct device *dev, void *data)
{
	(void)data;
	if (!dev->driver)
		return 0;
	device_lock(dev);
	if (dev->driver && dev->bus->shutdown)
		dev->bus->shutdown(dev);
	else if (dev->driver && dev->driver->shutdown)
		dev->driver->shutdown(dev);
	device_unlock(dev);
	return 0;
}

void osim__k_shutdown_devices(struct osim__kernel *k)
{
	osim__k_device_each_back(k, shut_down);
}

static int attach_one(struct device *dev, void *data)
{
	struct device_driver *drv = data;

	if (!dev->driver && fits(dev, drv))
		probe(dev, drv);
	return 0;
}

static int detach_one(struct device *dev, void *data)
{
	if (dev->driver == data)
		osim__k_driver_detach(osim__kernel(), dev);
	return 0;
}

static bool name_taken(struct osim__kernel *k, const struct device_driver *drv)
{
	const struct device_driver *i;

	list_for_each_entry (i, osim__k_driver_list(k), osim_node)
		if (i->bus == drv->bus && !strcmp(i->name, drv->name))
			return true;
	return false;
}

/* A probe that fails is no failure of the registration. */
int osim__k_driver_register(struct device_driver *drv, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	int rc;

	osim__k_check_sleep(k->m, "driver_register()", site);
	if (!drv->bus || !osim__k_bus_registered(k, drv->bus))
		return -EINVAL;
	if (is_registered(k, drv) || name_taken(k, drv))
		return -EBUSY;
	rc = osim__fault(k->m, OSIM_FAULT_REGISTER, "driver_register");
	if (rc)
		return rc;
	osim__access_release(k->m, k->devices);
	list_add_tail(&drv->osim_node, osim__k_driver_list(k));
	osim__live_add(k->m, OSIM_LIVE_OTHER, &drv->osim_node, 0, site);
	osim__k_device_each(k, drv->bus, NULL, NULL, drv, attach_one);
	return 0;
}

void osim__k_driver_unregister(struct device_driver *drv, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();

	osim__k_check_sleep(k->m, "driver_unregister()", site);
	if (!is_registered(k, drv)) {
		osim__finding(k->m, "kernel.not-registered",
			      "a driver is unregistered that is not registered, at %s",
			      osim__k_where(site));
		return;
	}
	/* First: it comes to no device any more. */
	list_del(&drv->osim_node);
	osim__k_device_each(k, drv->bus, NULL, NULL, drv, detach_one);
	osim__live_remove(k->m, &drv->osim_node);
}
