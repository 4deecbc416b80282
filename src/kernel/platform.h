/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_KERNEL_PLATFORM_H
#define OSIM_KERNEL_PLATFORM_H

#include "kernel/kernel.h"

struct osim_platform;

/* The machine's one platform device, and the device tree that it comes from. */

/* What the next device is like; copied. */
void osim__k_platform_set(struct osim__kernel *k, const struct osim_platform *options);
/* Puts the device there, before the driver is loaded. */
void osim__k_platform_add(struct osim__kernel *k);
/* Takes it away again, with whoever drives it; references that are left are reported. */
void osim__k_platform_remove(struct osim__kernel *k);
/* How the device tree says that the secure world is called; NULL: it does not. */
const char *osim__k_platform_method(struct osim__kernel *k);
/* The driver's probe function has returned. */
void osim__k_platform_probed(int rc);
/*
 * What probing came to, once the initcalls are through: 0; the probe's error; -ENODEV: a platform
 * driver is registered that fits no device, or nobody has looked at the device at all, which is
 * what *not_matched says.
 */
int osim__k_platform_result(const struct osim__kernel *k, bool *not_matched);

#endif
