/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_FDTABLE_H
#define OSIM_LINUX_FDTABLE_H

#include <linux/file.h>

#endif
