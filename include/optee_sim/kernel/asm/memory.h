/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_ASM_MEMORY_H
#define OSIM_ASM_MEMORY_H

#include <linux/mm.h>

#endif
