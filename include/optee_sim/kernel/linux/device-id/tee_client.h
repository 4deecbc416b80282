/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_DEVICE_ID_TEE_CLIENT_H
#define OSIM_LINUX_DEVICE_ID_TEE_CLIENT_H

/* mod_devicetable.h has the ids of all buses; from 7.2 on each has a header of its own, too. */
#include <linux/mod_devicetable.h>

#endif
