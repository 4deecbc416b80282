/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_KERNEL_HOST_H
#define OSIM_KERNEL_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/kernel.h"

/* What the host's side of optee_sim/driver.h asks of the kernel's side. Thread context of the
 * machine, but for the queries. */

struct osim_platform;

const char *osim__khost_driver_name(const struct osim_driver *driver);
/* It is from before that part of the ABI. */
bool osim__khost_driver_lacks_notif(const struct osim_driver *driver);
bool osim__khost_driver_lacks_rpc_arg(const struct osim_driver *driver);
bool osim__khost_driver_lacks_supp_devices(const struct osim_driver *driver);
bool osim__khost_driver_lacks_clients(const struct osim_driver *driver);
/* The machine it is loaded on; NULL: none. *lost: it cannot be loaded any more. */
struct osim_machine *osim__khost_driver_machine(const struct osim_driver *driver, bool *lost);

/* Claims the driver for the machine, with a device as platform says: before osim__khost_load(). */
void osim__khost_claim(struct osim__kernel *k, struct osim_driver *driver,
		       const struct osim_platform *platform);
void osim__khost_unclaim(struct osim__kernel *k);
/* The platform device, the initcalls, the probe. A failure is unwound, and what is left behind
 * reported. */
int osim__khost_load(struct osim__kernel *k);
/* The device goes, the exitcalls run, and what is left behind is reported. */
void osim__khost_unload(struct osim__kernel *k);
void osim__khost_shutdown(struct osim__kernel *k);
/* Host's stack. */
void osim__khost_crash(struct osim__kernel *k);

/* Has the driver asked to be told of blocks of RPMB? */
bool osim__khost_looks_for_rpmb(struct osim_machine *m);

int osim__khost_cpu_set_online(struct osim__kernel *k, unsigned int cpu, bool online);

int osim__khost_open(struct osim__kernel *k, const char *node);
long osim__khost_ioctl(struct osim__kernel *k, int fd, unsigned int cmd, void *arg);
void *osim__khost_mmap(struct osim__kernel *k, int fd, size_t bytes, int *error);
void osim__khost_munmap(struct osim__kernel *k, void *va, size_t bytes);
int osim__khost_close(struct osim__kernel *k, int fd);
void osim__khost_set_uncached(struct osim__kernel *k, const void *va, size_t size_bytes);

void osim__khost_device_each(struct osim__kernel *k, void (*fn)(void *arg, const char *name),
			     void *arg);
/* The text of a device's attribute, closed with a 0: its length, -ENODEV, -ENOENT, or what the
 * driver's function returned. */
long osim__khost_attr_read(struct osim__kernel *k, const char *device, const char *attr, char *buf,
			   size_t bytes);

#endif
