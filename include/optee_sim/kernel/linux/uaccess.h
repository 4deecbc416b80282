/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_UACCESS_H
#define OSIM_LINUX_UACCESS_H

#include <osim/api.h>
#include <osim/asan.h>
#include <osim/site.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/mm_types.h>
#include <linux/sched.h>
#include <linux/types.h>

/* Is [addr, addr + size) below the end of programs' addresses, without wrapping? */
static inline bool osim__access_ok(const void __user *addr, unsigned long size)
{
	return size <= TASK_SIZE && (unsigned long)addr <= TASK_SIZE - size;
}

#ifdef OSIM_HAVE_ACCESS_OK_TYPE
#define VERIFY_READ  0
#define VERIFY_WRITE 1
#define access_ok(type, addr, size) \
	((void)(type), osim__access_ok((const void __user *)(addr), size))
#else
#define access_ok(addr, size) osim__access_ok((const void __user *)(addr), size)
#endif

/* The bytes that were not copied. Memory that cannot be read or written is no crash. */
OSIM__K_API unsigned long osim__k_copy_from_user(void *to, const void __user *from, unsigned long n,
						 const struct osim__site *site);
OSIM__K_API unsigned long osim__k_copy_to_user(void __user *to, const void *from, unsigned long n,
					       const struct osim__site *site);
OSIM__K_API unsigned long osim__k_clear_user(void __user *to, unsigned long n,
					     const struct osim__site *site);
/* Length with the 0, n + 1 or more where it is longer, 0 where it cannot be read. */
OSIM__K_API long osim__k_strnlen_user(const void __user *s, long n, const struct osim__site *site);
/* Length without the 0, n where it is longer, or -EFAULT. */
OSIM__K_API long osim__k_strncpy_from_user(char *to, const void __user *from, long n,
					   const struct osim__site *site);

static inline unsigned long __must_check osim__copy_from_user(void *to, const void __user *from,
							      unsigned long n,
							      const struct osim__site *site)
{
	osim__asan_check(to, n);
	return osim__k_copy_from_user(to, from, n, site);
}

static inline unsigned long __must_check osim__copy_to_user(void __user *to, const void *from,
							    unsigned long n,
							    const struct osim__site *site)
{
	osim__asan_check(from, n);
	return osim__k_copy_to_user(to, from, n, site);
}

#define copy_from_user(to, from, n)    osim__copy_from_user(to, from, n, OSIM__SITE)
#define copy_to_user(to, from, n)      osim__copy_to_user(to, from, n, OSIM__SITE)
#define __copy_from_user(to, from, n)  osim__copy_from_user(to, from, n, OSIM__SITE)
#define __copy_to_user(to, from, n)    osim__copy_to_user(to, from, n, OSIM__SITE)
#define clear_user(to, n)	       osim__k_clear_user(to, n, OSIM__SITE)
#define strnlen_user(s, n)	       osim__k_strnlen_user(s, n, OSIM__SITE)
#define strncpy_from_user(to, from, n) osim__k_strncpy_from_user(to, from, n, OSIM__SITE)

/* 0 or -EFAULT; what could not be read is 0. */
#define get_user(x, ptr)                                                                   \
	({                                                                                 \
		unsigned char osim__raw[sizeof(*(ptr))] __aligned(8);                      \
		bool osim__bad = osim__k_copy_from_user(osim__raw, ptr, sizeof(osim__raw), \
							OSIM__SITE) != 0;                  \
		(x) = *(const typeof(*(ptr)) *)(void *)osim__raw;                          \
		osim__bad ? -EFAULT : 0;                                                   \
	})
#define put_user(x, ptr)                                                                           \
	({                                                                                         \
		typeof(*(ptr)) osim__value = (x);                                                  \
		osim__k_copy_to_user(ptr, &osim__value, sizeof(osim__value), OSIM__SITE) ? -EFAULT \
											 : 0;      \
	})
#define __get_user(x, ptr) get_user(x, ptr)
#define __put_user(x, ptr) put_user(x, ptr)

/*
 * A struct of a size that the program tells: what it lacks is 0; what it has beyond must be 0, else
 * -E2BIG.
 */
OSIM__K_API int osim__k_copy_struct_from_user(void *dst, size_t ksize, const void __user *src,
					      size_t usize, const struct osim__site *site);
#define copy_struct_from_user(dst, ksize, src, usize) \
	osim__k_copy_struct_from_user(dst, ksize, src, usize, OSIM__SITE)

#endif
