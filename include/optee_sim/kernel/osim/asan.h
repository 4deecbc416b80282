/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_K_ASAN_H
#define OSIM_K_ASAN_H

#include <stddef.h>

/*
 * The library is not instrumented, whatever the driver is. Where it is handed memory of the driver
 * to read or write, the driver's file looks first, so that the report is AddressSanitizer's own and
 * names that file.
 */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
void *__asan_region_is_poisoned(void *begin, size_t size);

static inline void osim__asan_check(const void *p, size_t size)
{
	/* What is no size at all is reported, and not copied. */
	const volatile char *bad =
		size > 0x7fffffff ? NULL : __asan_region_is_poisoned((void *)p, size);

	if (bad)
		(void)*bad;
}
#else
static inline void osim__asan_check(const void *p, size_t size)
{
	(void)p, (void)size;
}
#endif

#endif
