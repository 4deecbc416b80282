/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_VMALLOC_H
#define OSIM_LINUX_VMALLOC_H

#include <linux/mm.h>
#include <linux/slab.h>

#endif
