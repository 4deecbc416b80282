/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_PANIC_H
#define OSIM_LINUX_PANIC_H

#include <linux/kernel.h>

#endif
