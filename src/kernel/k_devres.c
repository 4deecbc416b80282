/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/device.h"

#include <linux/device.h>
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/slab.h>

/* What goes back when the driver leaves its device. Memory is a record of its own: its free is the
 * action. */

struct osim__k_devres {
	struct osim__k_devres *next;
	void (*action)(void *data);
	void *data;
	const struct osim__site *site;
};

static void free_memory(void *data)
{
	kfree(data);
}

static void push(struct device *dev, struct osim__k_devres *res, void (*action)(void *data),
		 void *data, const struct osim__site *site)
{
	*res = (struct osim__k_devres){
		.next = dev->osim_devres, .action = action, .data = data, .site = site};
	dev->osim_devres = res;
}

/* data is known by its address: two records never have the same action and data. NULL: there is
 * none. */
static struct osim__k_devres *pop(struct device *dev, void (*action)(void *data), const void *data)
{
	struct osim__k_devres **link = &dev->osim_devres, *res;

	while (*link && ((*link)->action != action || (*link)->data != data))
		link = &(*link)->next;
	res = *link;
	if (res)
		*link = res->next;
	return res;
}

static void missing(const char *what, const struct osim__site *site)
{
	osim__finding(osim__machine(), "kernel.devres-unknown",
		      "%s of what the device does not hold, at %s", what, osim__k_where(site));
}

int osim__k_devm_add_action(struct device *dev, void (*action)(void *data), void *data, bool reset,
			    const struct osim__site *site)
{
	struct osim__k_devres *res = osim__k_kmalloc(sizeof(*res), GFP_KERNEL, site);

	if (res) {
		push(dev, res, action, data, site);
		return 0;
	}
	if (reset)
		action(data);
	return -ENOMEM;
}

void osim__k_devm_remove_action(struct device *dev, void (*action)(void *data), void *data,
				bool call, const struct osim__site *site)
{
	struct osim__k_devres *res = pop(dev, action, data);

	if (!res) {
		missing("devm_remove_action()", site);
		return;
	}
	osim__k_kfree(res, site);
	if (call)
		action(data);
}

void *osim__k_devm_kmalloc(struct device *dev, size_t size, gfp_t gfp,
			   const struct osim__site *site)
{
	void *p = osim__k_kmalloc(size, gfp, site);

	if (ZERO_OR_NULL_PTR(p))
		return p;
	return osim__k_devm_add_action(dev, free_memory, p, true, site) ? NULL : p;
}

void osim__k_devm_kfree(struct device *dev, const void *p, const struct osim__site *site)
{
	if (!ZERO_OR_NULL_PTR(p))
		osim__k_devm_remove_action(dev, free_memory, (void *)p, true, site);
}

void osim__k_devres_release(struct device *dev)
{
	struct osim__k_devres *res;

	while ((res = dev->osim_devres)) {
		dev->osim_devres = res->next;
		res->action(res->data);
		osim__k_kfree(res, res->site);
	}
}

/* --- mappings --- */

static void unmap(void *data)
{
	memunmap(data);
}

void *osim__k_devm_memremap(struct device *dev, phys_addr_t pa, size_t size, unsigned long flags,
			    const struct osim__site *site)
{
	void *va = osim__k_memremap(pa, size, flags, site);

	if (!va)
		return ERR_PTR(-ENXIO);
	return osim__k_devm_add_action(dev, unmap, va, true, site) ? ERR_PTR(-ENOMEM) : va;
}

void osim__k_devm_memunmap(struct device *dev, void *va, const struct osim__site *site)
{
	osim__k_devm_remove_action(dev, unmap, va, true, site);
}

/* --- interrupts --- */

struct held_irq {
	unsigned int irq;
	void *dev_id;
	const struct osim__site *site;
};

static void give_irq(void *data)
{
	struct held_irq held = *(struct held_irq *)data;

	kfree(data);
	osim__k_free_irq(held.irq, held.dev_id, held.site);
}

int osim__k_devm_request_irq(struct device *dev, unsigned int irq, irq_handler_t handler,
			     irq_handler_t thread_fn, unsigned long flags, const char *name,
			     void *dev_id, const struct osim__site *site)
{
	struct held_irq *held = osim__k_kmalloc(sizeof(*held), GFP_KERNEL, site);
	int rc;

	if (!held)
		return -ENOMEM;
	*held = (struct held_irq){.irq = irq, .dev_id = dev_id, .site = site};
	rc = osim__k_request_irq(irq, handler, thread_fn, flags, name ? name : dev_name(dev),
				 dev_id, site);
	if (rc) {
		osim__k_kfree(held, site);
		return rc;
	}
	return osim__k_devm_add_action(dev, give_irq, held, true, site);
}

void osim__k_devm_free_irq(struct device *dev, unsigned int irq, void *dev_id,
			   const struct osim__site *site)
{
	for (struct osim__k_devres *res = dev->osim_devres; res; res = res->next) {
		struct held_irq *held = res->data;

		if (res->action != give_irq || held->irq != irq || held->dev_id != dev_id)
			continue;
		osim__k_devm_remove_action(dev, give_irq, held, true, site);
		return;
	}
	missing("devm_free_irq()", site);
}
