/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/device.h"

#include <linux/device.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

/* Classes, buses, and going over their devices. */

/* --- what is registered --- */

static bool is_registered(const struct osim__k_registered *r, const void *what)
{
	while (r && r->what != what)
		r = r->next;
	return r;
}

static int add(struct osim__kernel *k, struct osim__k_registered **list, const void *what,
	       const struct osim__site *site)
{
	struct osim__k_registered *r;

	if (is_registered(*list, what))
		return -EEXIST;
	r = osim__kernel_zalloc(sizeof(*r));
	*r = (struct osim__k_registered){.next = *list, .what = what};
	*list = r;
	osim__live_add(k->m, OSIM_LIVE_OTHER, r, 0, site);
	return 0;
}

/* false: it was not there. */
static bool take_out(struct osim__kernel *k, struct osim__k_registered **list, const void *what,
		     const char *kind, const struct osim__site *site)
{
	struct osim__k_registered *r;

	while (*list && (*list)->what != what)
		list = &(*list)->next;
	r = *list;
	if (!r) {
		osim__finding(k->m, "kernel.not-registered",
			      "a %s is unregistered that is not registered, at %s", kind,
			      osim__k_where(site));
		return false;
	}
	*list = r->next;
	osim__live_remove(k->m, r);
	osim__kernel_free(r);
	return true;
}

bool osim__k_class_registered(struct osim__kernel *k, const struct class *class)
{
	return is_registered(osim__k_devices(k)->classes, class);
}

bool osim__k_bus_registered(struct osim__kernel *k, const struct bus_type *bus)
{
	return bus == &osim__k_platform_bus || is_registered(osim__k_devices(k)->buses, bus);
}

/* --- going over devices --- */

static struct device *at(struct osim__kernel *k, struct list_head *node, const struct bus_type *bus,
			 const struct class *class)
{
	for (; node != osim__k_device_list(k); node = node->next) {
		struct device *dev = container_of(node, struct device, osim_node);

		if ((!bus || dev->bus == bus) && (!class || dev->class == class))
			return dev;
	}
	return NULL;
}

static struct list_head *after(struct osim__kernel *k, const struct device *start)
{
	if (!start)
		return osim__k_device_list(k)->next;
	/* One that has gone meanwhile is followed by nothing. */
	return start->osim_added ? start->osim_node.next : osim__k_device_list(k);
}

static void cursor_begin(struct osim__k_devices *all, struct osim__k_cursor *cursor)
{
	cursor->next_cursor = all->cursors;
	all->cursors = cursor;
}

static void cursor_end(struct osim__k_devices *all, const struct osim__k_cursor *cursor)
{
	struct osim__k_cursor **link = &all->cursors;

	while (*link != cursor)
		link = &(*link)->next_cursor;
	*link = cursor->next_cursor;
}

int osim__k_device_each(struct osim__kernel *k, const struct bus_type *bus,
			const struct class *class, const struct device *start, void *data,
			int (*fn)(struct device *dev, void *data))
{
	struct osim__k_devices *all = osim__k_devices(k);
	struct osim__k_cursor cursor = {.next = after(k, start)};
	struct device *dev;
	int rc = 0;

	osim__access_acquire(k->m, all);
	cursor_begin(all, &cursor);
	while (!rc && (dev = at(k, cursor.next, bus, class))) {
		cursor.next = dev->osim_node.next;
		get_device(dev);
		rc = fn(dev, data);
		put_device(dev);
	}
	cursor_end(all, &cursor);
	return rc;
}

void osim__k_device_each_back(struct osim__kernel *k, int (*fn)(struct device *dev, void *data))
{
	struct osim__k_devices *all = osim__k_devices(k);
	struct osim__k_cursor cursor = {.next = osim__k_device_list(k)->prev, .back = true};

	cursor_begin(all, &cursor);
	while (cursor.next != osim__k_device_list(k)) {
		struct device *dev = container_of(cursor.next, struct device, osim_node);

		cursor.next = dev->osim_node.prev;
		get_device(dev);
		fn(dev, NULL);
		put_device(dev);
	}
	cursor_end(all, &cursor);
}

struct finding {
	const void *data;
	int (*match)(struct device *dev, const void *data);
	struct device *found;
};

static int find_one(struct device *dev, void *data)
{
	struct finding *f = data;

	if (!f->match(dev, f->data))
		return 0;
	f->found = get_device(dev);
	return 1;
}

struct device *osim__k_device_find(struct osim__kernel *k, const struct bus_type *bus,
				   const struct class *class, const struct device *start,
				   const void *data,
				   int (*match)(struct device *dev, const void *data))
{
	struct finding f = {.data = data, .match = match};

	osim__k_device_each(k, bus, class, start, &f, find_one);
	return f.found;
}

int osim__k_match_name(struct device *dev, const void *name)
{
	return !strcmp(dev_name(dev), name);
}

struct children {
	const struct device *parent;
	void *data;
	int (*fn)(struct device *dev, void *data);
};

static int one_child(struct device *dev, void *data)
{
	const struct children *c = data;

	return dev->parent == c->parent ? c->fn(dev, c->data) : 0;
}

int osim__k_device_for_each_child(struct device *parent, void *data,
				  int (*fn)(struct device *dev, void *data))
{
	struct children c = {.parent = parent, .data = data, .fn = fn};

	return osim__k_device_each(osim__kernel(), NULL, NULL, NULL, &c, one_child);
}

/* --- buses --- */

int osim__k_bus_register(const struct bus_type *bus, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	int rc;

	osim__k_check_sleep(k->m, "bus_register()", site);
	if (!bus->name)
		return -EINVAL;
	rc = osim__fault(k->m, OSIM_FAULT_REGISTER, "bus_register");
	return rc ? rc : add(k, &osim__k_devices(k)->buses, bus, site);
}

void osim__k_bus_unregister(const struct bus_type *bus, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();

	osim__k_check_sleep(k->m, "bus_unregister()", site);
	take_out(k, &osim__k_devices(k)->buses, bus, "bus", site);
}

int osim__k_bus_for_each_dev(const struct bus_type *bus, struct device *start, void *data,
			     int (*fn)(struct device *dev, void *data))
{
	struct osim__kernel *k = osim__kernel();

	if (!osim__k_bus_registered(k, bus))
		return -EINVAL;
	return osim__k_device_each(k, bus, NULL, start, data, fn);
}

struct device *osim__k_bus_find_device(const struct bus_type *bus, struct device *start,
				       const void *data,
				       int (*match)(struct device *dev, const void *data))
{
	return osim__k_device_find(osim__kernel(), bus, NULL, start, data, match);
}

/* --- classes --- */

int osim__k_class_register(const struct class *class, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	int rc;

	osim__k_check_sleep(k->m, "class_register()", site);
	rc = osim__fault(k->m, OSIM_FAULT_REGISTER, "class_register");
	return rc ? rc : add(k, &osim__k_devices(k)->classes, class, site);
}

void osim__k_class_unregister(const struct class *class, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();

	osim__k_check_sleep(k->m, "class_unregister()", site);
	take_out(k, &osim__k_devices(k)->classes, class, "class", site);
}

struct class *osim__k_class_create(const char *name, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	struct class *class;
	int rc;

	rc = osim__fault(k->m, OSIM_FAULT_REGISTER, "class_create");
	if (rc)
		return ERR_PTR(rc);
	class = osim__k_kmalloc(sizeof(*class), GFP_KERNEL | __GFP_ZERO, site);
	if (!class)
		return ERR_PTR(-ENOMEM);
	class->name = name;
	add(k, &osim__k_devices(k)->classes, class, site);
	return class;
}

void osim__k_class_destroy(const struct class *class, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();

	osim__k_check_sleep(k->m, "class_destroy()", site);
	if (!IS_ERR_OR_NULL(class) &&
	    take_out(k, &osim__k_devices(k)->classes, class, "class", site))
		osim__k_kfree(class, site);
}

struct device *osim__k_class_find_device(const struct class *class, const struct device *start,
					 const void *data,
					 int (*match)(struct device *dev, const void *data))
{
	return osim__k_device_find(osim__kernel(), NULL, class, start, data, match);
}

int osim__k_class_for_each_device(const struct class *class, const struct device *start, void *data,
				  int (*fn)(struct device *dev, void *data))
{
	return osim__k_device_each(osim__kernel(), NULL, class, start, data, fn);
}
