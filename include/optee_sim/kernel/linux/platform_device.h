/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_PLATFORM_DEVICE_H
#define OSIM_LINUX_PLATFORM_DEVICE_H

#include <linux/device.h>
#include <linux/export.h>
#include <linux/init.h>
#include <osim/api.h>
#include <osim/site.h>

#define PLATFORM_DEVID_NONE (-1)
#define PLATFORM_DEVID_AUTO (-2)

struct resource;

struct platform_device {
	const char *name;
	int id;
	struct device dev;
	u32 num_resources;
	struct resource *resource;
	const struct platform_device_id *id_entry;
};

/* remove returned int up to 6.10; remove_new was there from 6.3 to 6.12. */
struct platform_driver {
	int (*probe)(struct platform_device *pdev);
#ifdef OSIM_HAVE_REMOVE_INT
	int (*remove)(struct platform_device *pdev);
#else
	void (*remove)(struct platform_device *pdev);
#endif
	void (*remove_new)(struct platform_device *pdev);
	void (*shutdown)(struct platform_device *pdev);
	struct device_driver driver;
	const struct platform_device_id *id_table;
	bool prevent_deferred_probe;
	/* The library's: */
	bool osim_remove_int;
};

#define to_platform_device(x) container_of((x), struct platform_device, dev)
#define to_platform_driver(x) container_of((x), struct platform_driver, driver)

OSIM__K_API int osim__k_platform_driver_register(struct platform_driver *drv,
						 const struct osim__site *site);
OSIM__K_API void osim__k_platform_driver_unregister(struct platform_driver *drv,
						    const struct osim__site *site);
/* A Linux interrupt number > 0; -ENXIO: there is none. */
OSIM__K_API int osim__k_platform_get_irq(struct platform_device *pdev, unsigned int index,
					 const struct osim__site *site);

#ifdef OSIM_HAVE_REMOVE_INT
#define OSIM__K_REMOVE_INT true
#else
#define OSIM__K_REMOVE_INT false
#endif
#define platform_driver_register(drv)                                                      \
	({                                                                                 \
		struct platform_driver *osim__drv = (drv);                                 \
		osim__drv->osim_remove_int = OSIM__K_REMOVE_INT && !osim__drv->remove_new; \
		osim__k_platform_driver_register(osim__drv, OSIM__SITE);                   \
	})
#define platform_driver_unregister(drv) osim__k_platform_driver_unregister(drv, OSIM__SITE)
#define platform_driver_probe(drv, fn)	((drv)->probe = (fn), platform_driver_register(drv))
#define module_platform_driver(drv) \
	module_driver(drv, platform_driver_register, platform_driver_unregister)
#define builtin_platform_driver(drv) builtin_driver(drv, platform_driver_register)

#define platform_get_irq(pdev, index)	       osim__k_platform_get_irq(pdev, index, OSIM__SITE)
#define platform_get_irq_optional(pdev, index) platform_get_irq(pdev, index)
#define platform_get_irq_byname(pdev, name)    ((void)(name), platform_get_irq(pdev, 0))
#define platform_irq_count(pdev)	       osim__k_platform_irq_count(pdev)
OSIM__K_API int osim__k_platform_irq_count(const struct platform_device *pdev);

/* The device has no memory of its own. */
static inline struct resource *platform_get_resource(struct platform_device *pdev,
						     unsigned int type, unsigned int index)
{
	(void)pdev;
	(void)type;
	(void)index;
	return NULL;
}

static inline void platform_set_drvdata(struct platform_device *pdev, void *data)
{
	dev_set_drvdata(&pdev->dev, data);
}

static inline void *platform_get_drvdata(const struct platform_device *pdev)
{
	return dev_get_drvdata(&pdev->dev);
}

#endif
