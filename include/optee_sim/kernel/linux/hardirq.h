/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_HARDIRQ_H
#define OSIM_LINUX_HARDIRQ_H

#include <linux/preempt.h>

#endif
