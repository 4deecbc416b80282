/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_CONTAINER_OF_H
#define OSIM_LINUX_CONTAINER_OF_H

#include <linux/build_bug.h>
#include <linux/stddef.h>

#define typeof_member(type, member) typeof(((type *)0)->member)

#define container_of(ptr, type, member)                                                \
	({                                                                             \
		const volatile void *osim__member = (ptr);                             \
		_Static_assert(__same_type(*(ptr), ((type *)0)->member) ||             \
				       __same_type(*(ptr), void),                      \
			       "container_of: the pointer is not one to that member"); \
		(type *)((char *)osim__member - offsetof(type, member));               \
	})

/* As container_of(), and const where ptr is a pointer to const. */
#define container_of_const(ptr, type, member) \
	_Generic(ptr,                                                                              \
		 const typeof(*(ptr)) *: ((const type *)container_of(ptr, type, member)),          \
		 default: ((type *)container_of(ptr, type, member)))

#endif
