/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_TIME_H
#define OSIM_LINUX_TIME_H

#include <linux/ktime.h>

#endif
