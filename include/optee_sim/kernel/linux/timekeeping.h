/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_TIMEKEEPING_H
#define OSIM_LINUX_TIMEKEEPING_H

#include <linux/ktime.h>

#endif
