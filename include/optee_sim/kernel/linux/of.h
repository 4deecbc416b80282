/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_OF_H
#define OSIM_LINUX_OF_H

#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/mod_devicetable.h>
#include <linux/notifier.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <osim/api.h>
#include <osim/site.h>

struct device;

struct fwnode_handle {
	struct device *dev;
};

/* The machine's tree: "/", "/firmware", "/firmware/optee". */
struct device_node {
	const char *name;
	const char *full_name;
	struct fwnode_handle fwnode;
	struct device_node *parent, *child;
	/* The library's: */
	const char *osim_compatible;
	int osim_refs;
};

typedef u32 phandle;

OSIM__K_API struct device_node *osim__k_of_node_get(struct device_node *np);
OSIM__K_API void osim__k_of_node_put(struct device_node *np, const struct osim__site *site);
/* The first node after from (NULL: from the root on) with that name, or that one of the matches
 * fits; referenced. from is put. */
OSIM__K_API struct device_node *osim__k_of_find(struct device_node *from, const char *name,
						const struct of_device_id *matches,
						const struct of_device_id **match,
						const struct osim__site *site);
OSIM__K_API const struct of_device_id *osim__k_of_match(const struct of_device_id *matches,
							const struct device_node *np);
OSIM__K_API const void *osim__k_of_match_data(const struct device *dev);
/* 0, -EINVAL: no such property, -ENODATA: it is not of that kind. */
OSIM__K_API int osim__k_of_string(const struct device_node *np, const char *name,
				  const char **value);
OSIM__K_API int osim__k_of_u32(const struct device_node *np, const char *name, u32 *value);
OSIM__K_API bool osim__k_of_present(const struct device_node *np, const char *name);
OSIM__K_API int osim__k_of_irq(struct device_node *np, int index, const struct osim__site *site);

#define of_node_get(np)			 osim__k_of_node_get(np)
#define of_node_put(np)			 osim__k_of_node_put(np, OSIM__SITE)
#define of_find_node_by_name(from, name) osim__k_of_find(from, name, NULL, NULL, OSIM__SITE)
#define of_find_node_by_path(path)	 osim__k_of_find_path(path)
#define of_find_matching_node(from, ids) osim__k_of_find(from, NULL, ids, NULL, OSIM__SITE)
#define of_find_matching_node_and_match(from, ids, match) \
	osim__k_of_find(from, NULL, ids, match, OSIM__SITE)
#define of_find_compatible_node(from, type, compat) \
	osim__k_of_find_compatible(from, compat, OSIM__SITE)
#define of_match_node(ids, np)			 osim__k_of_match(ids, np)
#define of_match_device(ids, dev)		 osim__k_of_match(ids, (dev)->of_node)
#define of_device_get_match_data(dev)		 osim__k_of_match_data(dev)
#define of_property_read_string(np, name, value) osim__k_of_string(np, name, value)
#define of_property_read_u32(np, name, value)	 osim__k_of_u32(np, name, value)
#define of_property_present(np, name)		 osim__k_of_present(np, name)
#define of_property_read_bool(np, name)		 osim__k_of_present(np, name)
#define of_match_ptr(ids)			 (ids)

OSIM__K_API struct device_node *osim__k_of_find_path(const char *path);
OSIM__K_API struct device_node *osim__k_of_find_compatible(struct device_node *from,
							   const char *compat,
							   const struct osim__site *site);
OSIM__K_API bool osim__k_of_compatible(const struct device_node *np, const char *compat);
#define of_device_is_compatible(np, compat) osim__k_of_compatible(np, compat)

static inline bool of_device_is_available(const struct device_node *np)
{
	return np;
}

#include <linux/property.h>

DEFINE_FREE(device_node, struct device_node *, if (_T) of_node_put(_T))

#endif
