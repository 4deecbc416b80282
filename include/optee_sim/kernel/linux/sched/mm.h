/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_SCHED_MM_H
#define OSIM_LINUX_SCHED_MM_H

#include <linux/sched.h>

#endif
