/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_OF_DEVICE_H
#define OSIM_LINUX_OF_DEVICE_H

#include <linux/of.h>

#endif
