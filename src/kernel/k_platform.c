/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/device.h"

#include <linux/crash_dump.h>
#include <linux/errno.h>
#include <linux/of.h>
#include <linux/of_irq.h>
#include <linux/platform_device.h>
#include <linux/string.h>

#include <optee_sim/driver.h>

#include "kernel/platform.h"

#define COMPATIBLE "linaro,optee-tz"

struct osim__k_platform {
	struct platform_device pdev;
	struct device_node root, firmware, optee;
	char *method; /* NULL: no such property */
	bool no_irq, kdump;
	bool probed;	 /* a driver's probe function was called */
	bool node_found; /* somebody looked the node up by himself */
	int probe_result;
};

static struct osim__k_platform *platform(struct osim__kernel *k)
{
	struct osim__k_platform *p = k->platform;

	if (p)
		return p;
	p = k->platform = osim__kernel_zalloc(sizeof(*p));
	p->root = (struct device_node){.name = "", .full_name = "/", .child = &p->firmware};
	p->firmware = (struct device_node){.name = "firmware",
					   .full_name = "firmware",
					   .parent = &p->root,
					   .child = &p->optee};
	p->optee = (struct device_node){.name = "optee",
					.full_name = "optee",
					.parent = &p->firmware,
					.osim_compatible = COMPATIBLE};
	return p;
}

void osim__k_platform_fini(struct osim__kernel *k)
{
	if (k->platform)
		osim__kernel_free(k->platform->method);
	osim__kernel_free(k->platform);
}

const char *osim__k_platform_method(struct osim__kernel *k)
{
	return platform(k)->method;
}

bool osim__k_is_kdump(void)
{
	return platform(osim__kernel())->kdump;
}

/* --- the bus --- */

static bool id_fits(const struct platform_device_id *ids, const char *name)
{
	for (; ids && ids->name[0]; ids++)
		if (!strcmp(ids->name, name))
			return true;
	return false;
}

static int platform_match(struct device *dev, const struct device_driver *drv)
{
	const struct platform_device *pdev = to_platform_device(dev);

	if (osim__k_of_match(drv->of_match_table, dev->of_node))
		return 1;
	return id_fits(container_of(drv, struct platform_driver, driver)->id_table, pdev->name) ||
	       !strcmp(pdev->name, drv->name);
}

static int platform_probe(struct device *dev)
{
	struct platform_driver *drv = to_platform_driver(dev->driver);

	return drv->probe ? drv->probe(to_platform_device(dev)) : 0;
}

static void platform_remove(struct device *dev)
{
	struct platform_driver *drv = to_platform_driver(dev->driver);
	struct platform_device *pdev = to_platform_device(dev);
	int rc;

	if (drv->remove_new) {
		drv->remove_new(pdev);
	} else if (drv->remove && drv->osim_remove_int) {
		rc = ((int (*)(struct platform_device *))(void *)drv->remove)(pdev);
		if (rc)
			osim__finding(osim__machine(), "kernel.remove-error",
				      "remove function of %s returned %d, which a kernel ignores",
				      drv->driver.name, rc);
	} else if (drv->remove) {
		drv->remove(pdev);
	}
}

static void platform_shutdown(struct device *dev)
{
	struct platform_driver *drv = to_platform_driver(dev->driver);

	if (drv->shutdown)
		drv->shutdown(to_platform_device(dev));
}

const struct bus_type osim__k_platform_bus = {
	.name = "platform",
	.match = platform_match,
	.probe = platform_probe,
	.remove = platform_remove,
	.shutdown = platform_shutdown,
};

int osim__k_platform_driver_register(struct platform_driver *drv, const struct osim__site *site)
{
	drv->driver.bus = &osim__k_platform_bus;
	return osim__k_driver_register(&drv->driver, site);
}

void osim__k_platform_driver_unregister(struct platform_driver *drv, const struct osim__site *site)
{
	osim__k_driver_unregister(&drv->driver, site);
}

/* --- the device --- */

bool osim__k_is_platform(const struct device *dev)
{
	const struct osim__kernel *k = osim__kernel();

	return k->platform && dev == &k->platform->pdev.dev;
}

static void device_gone(struct device *dev)
{
	(void)dev;
}

void osim__k_platform_set(struct osim__kernel *k, const struct osim_platform *options)
{
	struct osim__k_platform *p = platform(k);
	const char *method = options->method ? options->method : "smc";
	size_t bytes = strlen(method) + 1;

	osim__kernel_free(p->method);
	p->method = bytes > 1 ? osim__kernel_zalloc(bytes) : NULL;
	if (p->method)
		memcpy(p->method, method, bytes);
	k->not_smc = p->method && strcmp(p->method, "smc") != 0;
	k->not_hvc = p->method && strcmp(p->method, "hvc") != 0;
	p->no_irq = options->no_irq;
	p->kdump = options->kdump;
}

void osim__k_platform_add(struct osim__kernel *k)
{
	struct osim__k_platform *p = platform(k);

	p->probed = p->node_found = false;
	p->probe_result = 0;
	p->optee.osim_refs = p->firmware.osim_refs = p->root.osim_refs = 0;
	p->pdev = (struct platform_device){.name = "firmware:optee", .id = PLATFORM_DEVID_NONE};
	p->pdev.dev.osim_ours = true;
	p->pdev.dev.init_name = p->pdev.name;
	p->pdev.dev.bus = &osim__k_platform_bus;
	p->pdev.dev.release = device_gone;
	p->pdev.dev.of_node = &p->optee;
	p->pdev.dev.fwnode = &p->optee.fwnode;
	device_initialize(&p->pdev.dev);
	device_add(&p->pdev.dev);
}

static void check_node(struct osim__kernel *k, const struct device_node *np)
{
	if (np->osim_refs > 0)
		osim__finding(k->m, "kernel.leak",
			      "%d reference(s) of device tree node '%s' were not put",
			      np->osim_refs, np->full_name);
}

void osim__k_platform_remove(struct osim__kernel *k)
{
	struct osim__k_platform *p = platform(k);

	device_unregister(&p->pdev.dev);
	if (p->pdev.dev.kobj.refs > 0)
		osim__finding(k->m, "kernel.leak",
			      "%d reference(s) of the platform device were not put",
			      p->pdev.dev.kobj.refs);
	check_node(k, &p->firmware);
	check_node(k, &p->optee);
}

void osim__k_platform_probed(int rc)
{
	struct osim__k_platform *p = platform(osim__kernel());

	p->probed = true;
	p->probe_result = rc;
}

int osim__k_platform_result(const struct osim__kernel *k, bool *not_matched)
{
	const struct osim__k_platform *p = k->platform;

	*not_matched = !p->probed && !p->node_found;
	if (p->probed)
		return p->probe_result;
	return p->node_found ? 0 : -ENODEV;
}

/* --- interrupts --- */

static int get_irq(struct osim__kernel *k, const char *what, const struct osim__site *site)
{
	struct osim__k_platform *p = platform(k);
	unsigned int irq;
	int rc;

	rc = osim__fault(k->m, OSIM_FAULT_IRQ, what);
	if (rc)
		return rc;
	if (p->no_irq)
		return -ENXIO;
	irq = osim__k_irq_map(k, k->m->notif_intid, site);
	return irq ? (int)irq : -ENXIO;
}

int osim__k_platform_get_irq(struct platform_device *pdev, unsigned int index,
			     const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();

	if (index || !osim__k_is_platform(&pdev->dev))
		return -ENXIO;
	return get_irq(k, "platform_get_irq", site);
}

int osim__k_platform_irq_count(const struct platform_device *pdev)
{
	return osim__k_is_platform(&pdev->dev) && !osim__kernel()->platform->no_irq;
}

int osim__k_of_irq(struct device_node *np, int index, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();

	if (np != &platform(k)->optee || index)
		return -EINVAL;
	return get_irq(k, "of_irq_get", site);
}

/* --- the tree --- */

struct device_node *osim__k_of_node_get(struct device_node *np)
{
	if (np)
		np->osim_refs++;
	return np;
}

void osim__k_of_node_put(struct device_node *np, const struct osim__site *site)
{
	if (!np)
		return;
	if (np->osim_refs > 0)
		np->osim_refs--;
	else
		osim__finding(osim__machine(), "kernel.ref-underflow",
			      "device tree node '%s' is put more often than taken, at %s",
			      np->full_name, osim__k_where(site));
}

bool osim__k_of_compatible(const struct device_node *np, const char *compatible)
{
	return np && np->osim_compatible && !strcmp(np->osim_compatible, compatible);
}

const struct of_device_id *osim__k_of_match(const struct of_device_id *matches,
					    const struct device_node *np)
{
	for (; matches && (matches->name[0] || matches->type[0] || matches->compatible[0]);
	     matches++) {
		if (!np || (matches->name[0] && strcmp(matches->name, np->name)))
			continue;
		if (!matches->compatible[0] || osim__k_of_compatible(np, matches->compatible))
			return matches;
	}
	return NULL;
}

const void *osim__k_of_match_data(const struct device *dev)
{
	const struct of_device_id *match =
		dev->driver ? osim__k_of_match(dev->driver->of_match_table, dev->of_node) : NULL;

	return match ? match->data : NULL;
}

static struct device_node *found(struct osim__k_platform *p, struct device_node *np)
{
	if (np == &p->optee)
		p->node_found = true;
	return osim__k_of_node_get(np);
}

struct device_node *osim__k_of_find(struct device_node *from, const char *name,
				    const struct of_device_id *matches,
				    const struct of_device_id **match,
				    const struct osim__site *site)
{
	struct osim__k_platform *p = platform(osim__kernel());
	struct device_node *np = from ? from->child : &p->root;

	if (match)
		*match = NULL;
	for (; np; np = np->child) {
		const struct of_device_id *fits = osim__k_of_match(matches, np);

		if (name ? strcmp(np->name, name) : !fits)
			continue;
		if (match)
			*match = fits;
		break;
	}
	np = found(p, np);
	osim__k_of_node_put(from, site);
	return np;
}

struct device_node *osim__k_of_find_path(const char *path)
{
	struct osim__k_platform *p = platform(osim__kernel());

	if (!strcmp(path, "/"))
		return found(p, &p->root);
	if (!strcmp(path, "/firmware"))
		return found(p, &p->firmware);
	return strcmp(path, "/firmware/optee") ? NULL : found(p, &p->optee);
}

struct device_node *osim__k_of_find_compatible(struct device_node *from, const char *compatible,
					       const struct osim__site *site)
{
	struct osim__k_platform *p = platform(osim__kernel());
	bool fits = from != &p->optee && osim__k_of_compatible(&p->optee, compatible);

	osim__k_of_node_put(from, site);
	return found(p, fits ? &p->optee : NULL);
}

int osim__k_of_string(const struct device_node *np, const char *name, const char **value)
{
	const struct osim__k_platform *p = platform(osim__kernel());

	if (np == &p->optee && !strcmp(name, "compatible"))
		*value = COMPATIBLE;
	else if (np == &p->optee && !strcmp(name, "method") && p->method)
		*value = p->method;
	else
		return -EINVAL;
	return 0;
}

bool osim__k_of_present(const struct device_node *np, const char *name)
{
	const struct osim__k_platform *p = platform(osim__kernel());
	const char *value;

	return !osim__k_of_string(np, name, &value) ||
	       (np == &p->optee && !strcmp(name, "interrupts") && !p->no_irq);
}

/* No property of the tree is a number that a driver would read by itself. */
int osim__k_of_u32(const struct device_node *np, const char *name, u32 *value)
{
	(void)value;
	return osim__k_of_present(np, name) ? -ENODATA : -EINVAL;
}
