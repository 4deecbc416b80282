/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_DEVICE_DEVRES_H
#define OSIM_LINUX_DEVICE_DEVRES_H

#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/types.h>
#include <osim/api.h>
#include <osim/site.h>

/* Given back, newest first, when the driver leaves the device, after its remove function or a
 * failed probe. */

struct device;
struct osim__k_devres;

OSIM__K_API void *osim__k_devm_kmalloc(struct device *dev, size_t size, gfp_t gfp,
				       const struct osim__site *site);
OSIM__K_API void osim__k_devm_kfree(struct device *dev, const void *p,
				    const struct osim__site *site);
/* reset: action(data) is called at once where it cannot be noted. */
OSIM__K_API int osim__k_devm_add_action(struct device *dev, void (*action)(void *data), void *data,
					bool reset, const struct osim__site *site);
OSIM__K_API void osim__k_devm_remove_action(struct device *dev, void (*action)(void *data),
					    void *data, bool call, const struct osim__site *site);

#define devm_kmalloc(dev, size, gfp)	      osim__k_devm_kmalloc(dev, size, gfp, OSIM__SITE)
#define devm_kzalloc(dev, size, gfp)	      devm_kmalloc(dev, size, (gfp) | __GFP_ZERO)
#define devm_kmalloc_array(dev, n, size, gfp) devm_kmalloc(dev, size_mul(n, size), gfp)
#define devm_kcalloc(dev, n, size, gfp)	      devm_kzalloc(dev, size_mul(n, size), gfp)
#define devm_kfree(dev, p)		      osim__k_devm_kfree(dev, p, OSIM__SITE)
#define devm_add_action(dev, action, data) \
	osim__k_devm_add_action(dev, action, data, false, OSIM__SITE)
#define devm_add_action_or_reset(dev, action, data) \
	osim__k_devm_add_action(dev, action, data, true, OSIM__SITE)
#define devm_remove_action(dev, action, data) \
	osim__k_devm_remove_action(dev, action, data, false, OSIM__SITE)
#define devm_release_action(dev, action, data) \
	osim__k_devm_remove_action(dev, action, data, true, OSIM__SITE)

#endif
