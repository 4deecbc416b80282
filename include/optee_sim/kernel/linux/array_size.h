/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_ARRAY_SIZE_H
#define OSIM_LINUX_ARRAY_SIZE_H

#include <linux/build_bug.h>

#define __must_be_array(a) BUILD_BUG_ON_ZERO(__same_type((a), &(a)[0]))
#define ARRAY_SIZE(a)	   (sizeof(a) / sizeof((a)[0]) + __must_be_array(a))

#endif
