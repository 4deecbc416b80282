/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_KERNEL_PLATFORM_H
#define OSIM_KERNEL_PLATFORM_H

#include "kernel/kernel.h"

struct osim_platform;

/* The machine's one platform device, and the device tree that it comes from. */

/* Puts the device there, before the driver is loaded. */
void osim__k_platform_add(struct osim__kernel *k, const struct osim_platform *platform);
/* Takes it away again, with whoever drives it; how many references of nodes are left. */
void osim__k_platform_remove(struct osim__kernel *k);
void osim__k_platform_shutdown(struct osim__kernel *k);
/* The driver's probe function has returned. */
void osim__k_platform_probed(int rc);
/*
 * What probing came to, once the initcalls are through: 0; the probe's error; -ENODEV: a platform
 * driver is registered that fits no device, or nobody has looked at the device at all.
 */
int osim__k_platform_result(const struct osim__kernel *k);

#endif
