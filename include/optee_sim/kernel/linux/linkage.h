/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_LINKAGE_H
#define OSIM_LINUX_LINKAGE_H

#include <linux/compiler_types.h>
#include <linux/export.h>

#endif
