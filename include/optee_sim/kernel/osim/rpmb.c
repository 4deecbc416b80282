/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's RPMB subsystem, for a driver built with CONFIG_RPMB. Compiled among the driver's
 * files, because struct rpmb_dev is what the driver's own tree says it is (linux/rpmb.h comes from
 * there).
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rpmb.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <osim/rpmb.h>

/* In order of their number. Filled when the driver is loaded, emptied when it is unloaded. */
static LIST_HEAD(devices);

/* The driver's own; there is one. */
static struct class_interface *interface;

/* As the mutex of a class: whoever takes his interface back waits for what is being told to it. */
static DEFINE_MUTEX(interfaces);

static int route(struct device *dev, u8 *request, unsigned int request_len, u8 *response,
		 unsigned int response_len)
{
	return osim__k_rpmb_route((unsigned int)to_rpmb_dev(dev)->id, request, request_len,
				  response, response_len);
}

static void release(struct device *dev)
{
	struct rpmb_dev *rdev = to_rpmb_dev(dev);

	kfree(rdev->descr.dev_id);
	kfree(rdev);
}

static int add(unsigned int index, const struct osim__k_rpmb_info *info)
{
	struct rpmb_dev *rdev = kzalloc(sizeof(*rdev), GFP_KERNEL);
	int rc;

	if (!rdev)
		return -ENOMEM;
	rdev->descr.dev_id = kmemdup(info->id, info->id_bytes, GFP_KERNEL);
	if (!rdev->descr.dev_id) {
		kfree(rdev);
		return -ENOMEM;
	}
	rdev->id = (int)index;
	rdev->descr.type = info->type;
	rdev->descr.route_frames = route;
	rdev->descr.dev_id_len = info->id_bytes;
	rdev->descr.reliable_wr_count = info->reliable_write_count;
	rdev->descr.capacity = info->capacity;
	rdev->dev.release = release;
	device_initialize(&rdev->dev);
	rc = dev_set_name(&rdev->dev, "rpmb%u", index);
	if (!rc)
		rc = device_add(&rdev->dev);
	if (rc) {
		put_device(&rdev->dev);
		return rc;
	}
	list_add_tail(&rdev->list_node, &devices);
	return 0;
}

static int tell(unsigned int index)
{
	struct osim__k_rpmb_info info;
	int rc;

	/* It has gone meanwhile. */
	if (!interface)
		return 0;
	if (!osim__k_rpmb_get(index, &info))
		return -ENODEV;
	/* The driver may have begun to look only afterwards. */
	if (!list_empty(&devices) &&
	    list_last_entry(&devices, struct rpmb_dev, list_node)->id >= (int)index)
		return 0;
	rc = add(index, &info);
	if (!rc && interface->add_dev)
		interface->add_dev(&list_last_entry(&devices, struct rpmb_dev, list_node)->dev);
	return rc;
}

static int added(unsigned int index)
{
	int rc;

	mutex_lock(&interfaces);
	rc = tell(index);
	mutex_unlock(&interfaces);
	return rc;
}

static void remove_all(void)
{
	struct rpmb_dev *rdev, *next;

	list_for_each_entry_safe (rdev, next, &devices, list_node) {
		list_del(&rdev->list_node);
		device_unregister(&rdev->dev);
	}
}

static int add_all(void)
{
	struct osim__k_rpmb_info info;
	int rc;

	for (unsigned int i = 0; osim__k_rpmb_get(i, &info); i++) {
		rc = add(i, &info);
		if (rc) {
			remove_all();
			return rc;
		}
	}
	return 0;
}

int rpmb_interface_register(struct class_interface *intf)
{
	struct rpmb_dev *rdev;
	int rc;

	/* First: what comes from now on waits until those that are there have been told. */
	osim__k_rpmb_on_added(added, OSIM__SITE);
	mutex_lock(&interfaces);
	rc = add_all();
	if (!rc && intf->add_dev)
		list_for_each_entry (rdev, &devices, list_node)
			intf->add_dev(&rdev->dev);
	if (rc)
		osim__k_rpmb_on_added(NULL, OSIM__SITE);
	else
		interface = intf;
	mutex_unlock(&interfaces);
	return rc;
}

void rpmb_interface_unregister(struct class_interface *intf)
{
	struct rpmb_dev *rdev;

	osim__k_rpmb_on_added(NULL, OSIM__SITE);
	mutex_lock(&interfaces);
	interface = NULL;
	if (intf->remove_dev)
		list_for_each_entry (rdev, &devices, list_node)
			intf->remove_dev(&rdev->dev);
	remove_all();
	mutex_unlock(&interfaces);
}

struct rpmb_dev *rpmb_dev_get(struct rpmb_dev *rdev)
{
	if (rdev)
		get_device(&rdev->dev);
	return rdev;
}

void rpmb_dev_put(struct rpmb_dev *rdev)
{
	if (rdev)
		put_device(&rdev->dev);
}

struct rpmb_dev *rpmb_dev_find_device(const void *data, const struct rpmb_dev *start,
				      int (*match)(struct device *dev, const void *data))
{
	struct rpmb_dev *rdev;

	list_for_each_entry (rdev, &devices, list_node)
		if ((!start || rdev->id > start->id) && match(&rdev->dev, data))
			return rpmb_dev_get(rdev);
	return NULL;
}

int rpmb_route_frames(struct rpmb_dev *rdev, u8 *request, unsigned int request_len, u8 *response,
		      unsigned int response_len)
{
	if (!request || !request_len || !response || !response_len)
		return -EINVAL;
	return rdev->descr.route_frames(&rdev->dev, request, request_len, response, response_len);
}
