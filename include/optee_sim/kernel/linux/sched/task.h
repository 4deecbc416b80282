/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_SCHED_TASK_H
#define OSIM_LINUX_SCHED_TASK_H

#include <linux/sched.h>

#endif
