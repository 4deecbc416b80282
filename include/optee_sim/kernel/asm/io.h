/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_ASM_IO_H
#define OSIM_ASM_IO_H

#include <linux/io.h>

#endif
