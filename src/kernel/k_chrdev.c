/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/device.h"

#include <linux/cdev.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/slab.h>

/* Numbers of character devices, and the devices that answer to them. */

#define MAJOR_LAST  254u
#define MAJOR_FIRST 234u

struct osim__k_region {
	struct osim__k_region *next;
	dev_t from;
	unsigned int count;
};

static bool overlaps(dev_t a, unsigned int a_count, dev_t b, unsigned int b_count)
{
	return a < b + b_count && b < a + a_count;
}

static bool region_taken(struct osim__kernel *k, dev_t from, unsigned int count)
{
	for (const struct osim__k_region *r = osim__k_devices(k)->regions; r; r = r->next)
		if (overlaps(from, count, r->from, r->count))
			return true;
	return false;
}

static bool major_taken(struct osim__kernel *k, unsigned int major)
{
	return region_taken(k, MKDEV(major, 0), MINORMASK);
}

static void region_add(struct osim__kernel *k, dev_t from, unsigned int count,
		       const struct osim__site *site)
{
	struct osim__k_devices *all = osim__k_devices(k);
	struct osim__k_region *r = osim__kernel_zalloc(sizeof(*r));

	*r = (struct osim__k_region){.next = all->regions, .from = from, .count = count};
	all->regions = r;
	osim__live_add(k->m, OSIM_LIVE_OTHER, r, 0, site);
}

int osim__k_alloc_chrdev_region(dev_t *dev, unsigned int first, unsigned int count,
				const char *name, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	unsigned int major = MAJOR_LAST;
	int rc;

	(void)name;
	osim__k_check_sleep(k->m, "alloc_chrdev_region()", site);
	rc = osim__fault(k->m, OSIM_FAULT_REGISTER, "alloc_chrdev_region");
	if (rc)
		return rc;
	while (major >= MAJOR_FIRST && major_taken(k, major))
		major--;
	if (major < MAJOR_FIRST)
		return -EBUSY;
	*dev = MKDEV(major, first);
	region_add(k, *dev, count, site);
	return 0;
}

int osim__k_register_chrdev_region(dev_t dev, unsigned int count, const char *name,
				   const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	int rc;

	(void)name;
	rc = osim__fault(k->m, OSIM_FAULT_REGISTER, "register_chrdev_region");
	if (!rc && region_taken(k, dev, count))
		rc = -EBUSY;
	if (!rc)
		region_add(k, dev, count, site);
	return rc;
}

/* What is not a whole region is left alone, as the kernel does: tee_device_alloc() counts on it. */
void osim__k_unregister_chrdev_region(dev_t dev, unsigned int count)
{
	struct osim__kernel *k = osim__kernel();
	struct osim__k_region **link = &osim__k_devices(k)->regions, *r;

	while (*link && ((*link)->from != dev || (*link)->count != count))
		link = &(*link)->next;
	r = *link;
	if (!r)
		return;
	*link = r->next;
	osim__live_remove(k->m, r);
	osim__kernel_free(r);
}

void osim__k_chrdev_drop(struct osim__kernel *k)
{
	struct osim__k_region *r;

	while ((r = k->devices->regions)) {
		k->devices->regions = r->next;
		osim__kernel_free(r);
	}
}

/* --- devices: each is referenced while it can be opened, and by each open file; it holds its
 * parent --- */

void osim__k_cdev_init(struct cdev *cdev, const struct file_operations *fops)
{
	*cdev = (struct cdev){.kobj = {.refs = 1, .kind = OSIM__KOBJ_CDEV}, .ops = fops};
	INIT_LIST_HEAD(&cdev->list);
}

struct cdev *osim__k_cdev_alloc(const struct osim__site *site)
{
	struct cdev *cdev = osim__k_kmalloc(sizeof(*cdev), GFP_KERNEL, site);

	if (!cdev)
		return NULL;
	osim__k_cdev_init(cdev, NULL);
	cdev->osim_dynamic = true;
	return cdev;
}

void osim__k_kobject_put(struct kobject *kobj, const struct osim__site *site)
{
	struct kobject *parent;
	struct cdev *cdev;

	if (!kobj)
		return;
	if (kobj->kind == OSIM__KOBJ_DEVICE) {
		osim__k_put_device(container_of(kobj, struct device, kobj), site);
		return;
	}
	if (kobj->refs <= 0) {
		osim__finding(osim__machine(), "kernel.ref-underflow",
			      "a kobject is put more often than taken, at %s", osim__k_where(site));
		return;
	}
	osim__access_release(osim__machine(), kobj);
	if (--kobj->refs || kobj->kind != OSIM__KOBJ_CDEV)
		return;
	osim__access_acquire(osim__machine(), kobj);
	cdev = container_of(kobj, struct cdev, kobj);
	parent = kobj->parent;
	if (cdev->osim_dynamic)
		osim__k_kfree(cdev, site);
	/* The parent's memory may be the device's own. */
	osim__k_kobject_put(parent, site);
}

static bool number_taken(struct osim__kernel *k, dev_t dev, unsigned int count)
{
	const struct cdev *i;

	list_for_each_entry (i, osim__k_cdev_list(k), list)
		if (overlaps(dev, count, i->dev, i->count))
			return true;
	return false;
}

int osim__k_cdev_add(struct cdev *cdev, dev_t dev, unsigned int count,
		     const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	int rc;

	osim__k_check_sleep(k->m, "cdev_add()", site);
	rc = osim__fault(k->m, OSIM_FAULT_REGISTER, "cdev_add");
	if (!rc && number_taken(k, dev, count))
		rc = -EBUSY;
	if (rc)
		return rc;
	cdev->dev = dev;
	cdev->count = count;
	cdev->osim_added = true;
	osim__access_release(k->m, k->devices);
	list_add_tail(&cdev->list, osim__k_cdev_list(k));
	osim__k_kobject_get(cdev->kobj.parent, site);
	return 0;
}

void osim__k_cdev_del(struct cdev *cdev, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();

	osim__k_check_sleep(k->m, "cdev_del()", site);
	if (!cdev->osim_added) {
		osim__finding(k->m, "kernel.not-registered",
			      "a character device is deleted that was not added, at %s",
			      osim__k_where(site));
		return;
	}
	cdev->osim_added = false;
	list_del_init(&cdev->list);
	osim__k_kobject_put(&cdev->kobj, site);
}

int osim__k_cdev_device_add(struct cdev *cdev, struct device *dev, const struct osim__site *site)
{
	int rc = 0;

	if (dev->devt) {
		cdev_set_parent(cdev, &dev->kobj);
		rc = osim__k_cdev_add(cdev, dev->devt, 1, site);
	}
	if (rc)
		return rc;
	rc = osim__k_device_add(dev, site);
	if (rc && dev->devt)
		osim__k_cdev_del(cdev, site);
	return rc;
}

void osim__k_cdev_device_del(struct cdev *cdev, struct device *dev, const struct osim__site *site)
{
	osim__k_device_del(dev, site);
	if (dev->devt)
		osim__k_cdev_del(cdev, site);
}
