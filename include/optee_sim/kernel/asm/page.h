/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_ASM_PAGE_H
#define OSIM_ASM_PAGE_H

#include <linux/mm_types.h>

#endif
