/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_K_ACCESS_H
#define OSIM_K_ACCESS_H

#include <stdbool.h>
#include <stddef.h>

#include <osim/api.h>

/* A driver built to tell its loads and stores (BUILD access); what access.c, which is in it, calls.
 */

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
#define OSIM__K_ACCESS true
#else
#define OSIM__K_ACCESS false
#endif

enum osim__k_access {
	OSIM__K_READ,
	OSIM__K_WRITE,
	OSIM__K_LOAD,	 /* volatile, or atomic: what it depends on comes first */
	OSIM__K_STORE,	 /* the same; orders what was before the last fence */
	OSIM__K_RELEASE, /* orders all that was before */
	OSIM__K_FENCE,
};

OSIM__K_API void osim__k_access(const void *p, size_t bytes, enum osim__k_access what,
				const void *pc);
/* memmove(), memset() and memcmp(), which have other bodies in such a driver. */
OSIM__K_API void osim__k_copy(void *to, const void *from, size_t bytes);
OSIM__K_API void osim__k_fill(void *to, int value, size_t bytes);
OSIM__K_API int osim__k_compare(const void *a, const void *b, size_t bytes);

#endif
