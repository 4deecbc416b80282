/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_ASM_PGTABLE_H
#define OSIM_ASM_PGTABLE_H

#include <linux/pgtable.h>

#endif
