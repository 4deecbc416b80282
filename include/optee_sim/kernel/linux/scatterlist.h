/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_SCATTERLIST_H
#define OSIM_LINUX_SCATTERLIST_H

#include <linux/mm.h>
#include <linux/types.h>

#endif
