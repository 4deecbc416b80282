/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_OF_PLATFORM_H
#define OSIM_LINUX_OF_PLATFORM_H

#include <linux/device.h>
#include <linux/of.h>
#include <linux/of_device.h>
#include <linux/platform_device.h>

#endif
