/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_CRASH_DUMP_H
#define OSIM_LINUX_CRASH_DUMP_H

#include <osim/api.h>
#include <linux/types.h>

OSIM__K_API bool osim__k_is_kdump(void);
#define is_kdump_kernel() osim__k_is_kdump()

#endif
