/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_KERNEL_DEVICE_H
#define OSIM_KERNEL_DEVICE_H

#include "kernel/kernel.h"

struct attribute;
struct bus_type;
struct cdev;
struct class;
struct device;
struct device_driver;
struct device_node;
struct list_head;
struct platform_driver;

/* The device model of one machine, for the files of the kernel's side that share it. */

/* A class or a bus that is registered. */
struct osim__k_registered {
	struct osim__k_registered *next;
	const void *what;
};

/* An attribute of a device beside those of its groups. */
struct osim__k_file_attr {
	struct osim__k_file_attr *next;
	const struct device *dev;
	const struct attribute *attr;
};

/* Who goes over the devices: a device that goes away moves him on. */
struct osim__k_cursor {
	struct osim__k_cursor *next_cursor;
	struct list_head *next;
	bool back; /* from the last to the first */
};

enum {
	OSIM__K_LIST_WORDS = 2,
};

struct osim__k_devices {
	void *devices[OSIM__K_LIST_WORDS]; /* struct list_head: those added, in order */
	void *drivers[OSIM__K_LIST_WORDS];
	void *cdevs[OSIM__K_LIST_WORDS];
	struct osim__k_registered *classes, *buses;
	struct osim__k_cursor *cursors;
	struct osim__k_file_attr *files;
	struct osim__k_region *regions; /* of character devices */
	unsigned int next_major;
};

struct osim__k_devices *osim__k_devices(struct osim__kernel *k);
struct list_head *osim__k_device_list(struct osim__kernel *k);
struct list_head *osim__k_driver_list(struct osim__kernel *k);
struct list_head *osim__k_cdev_list(struct osim__kernel *k);

bool osim__k_class_registered(struct osim__kernel *k, const struct class *class);
bool osim__k_bus_registered(struct osim__kernel *k, const struct bus_type *bus);

/* Those of a bus, of a class, or all (both NULL), from the one after start (NULL: the first) on,
 * until fn() is not 0; what that was. Devices may go away meanwhile. */
int osim__k_device_each(struct osim__kernel *k, const struct bus_type *bus,
			const struct class *class, const struct device *start, void *data,
			int (*fn)(struct device *dev, void *data));
/* All, those added last first. Devices may go away meanwhile. */
void osim__k_device_each_back(struct osim__kernel *k, int (*fn)(struct device *dev, void *data));
/* The first that matches, referenced. */
struct device *osim__k_device_find(struct osim__kernel *k, const struct bus_type *bus,
				   const struct class *class, const struct device *start,
				   const void *data,
				   int (*match)(struct device *dev, const void *data));

/* Looks for a driver for a new device; leaves the driver of one that goes. */
void osim__k_driver_attach(struct osim__kernel *k, struct device *dev);
void osim__k_driver_detach(struct osim__kernel *k, struct device *dev);
void osim__k_devres_release(struct device *dev);
/* Of each device that has a driver, those added last first. */
void osim__k_shutdown_devices(struct osim__kernel *k);
/* Attributes that were added one by one; dev NULL: of all devices. */
void osim__k_device_files_free(struct osim__kernel *k, const struct device *dev);

/* The machine's own bus and device. */
extern const struct bus_type osim__k_platform_bus;
bool osim__k_is_platform(const struct device *dev);
struct device_node *osim__k_optee_node(struct osim__kernel *k);

void osim__k_chrdev_drop(struct osim__kernel *k);

#endif
