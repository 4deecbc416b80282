/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_STDDEF_H
#define OSIM_LINUX_STDDEF_H

#include <stddef.h>
#include <linux/types.h>

#define sizeof_field(type, member) sizeof(((type *)0)->member)
#define offsetofend(type, member)  (offsetof(type, member) + sizeof_field(type, member))

#define DECLARE_FLEX_ARRAY(type, name) \
	struct {                       \
		struct {               \
		} osim__empty_##name;  \
		type name[];           \
	}

#define struct_group(name, members...) \
	union {                        \
		struct {               \
			members        \
		};                     \
		struct {               \
			members        \
		} name;                \
	}

#endif
