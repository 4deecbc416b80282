/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_ASM_UNALIGNED_H
#define OSIM_ASM_UNALIGNED_H

#include <linux/unaligned.h>

#endif
