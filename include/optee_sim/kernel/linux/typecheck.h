/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_TYPECHECK_H
#define OSIM_LINUX_TYPECHECK_H

#include <linux/compiler.h>

#define typecheck(type, x)                                         \
	({                                                         \
		_Static_assert(__same_type(type, x), "typecheck"); \
		1;                                                 \
	})

#endif
