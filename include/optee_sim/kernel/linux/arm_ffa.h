/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_ARM_FFA_H
#define OSIM_LINUX_ARM_FFA_H

#include <linux/types.h>

/* Types only: the FF-A transport is not built. */
struct ffa_device;
struct ffa_ops;

#endif
