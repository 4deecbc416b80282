/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_STRING_H
#define OSIM_LINUX_STRING_H

#include <osim/api.h>
#include <osim/site.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/gfp_types.h>
#include <linux/overflow.h>
#include <linux/types.h>

/*
 * The C library's, declared here because its own header would bring more names than a kernel has.
 */
void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *s, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t n);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t n);
char *strcpy(char *restrict dst, const char *restrict src);
char *strncpy(char *restrict dst, const char *restrict src, size_t n);
char *strcat(char *restrict dst, const char *restrict src);
char *strncat(char *restrict dst, const char *restrict src, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *haystack, const char *needle);
char *strpbrk(const char *s, const char *accept);
char *strsep(char **s, const char *delim);
size_t strspn(const char *s, const char *accept);
size_t strcspn(const char *s, const char *reject);

/* The length, or -E2BIG where it was cut. */
OSIM__K_API ssize_t osim__k_strscpy(char *dst, const char *src, size_t size);
/* The length that it wanted to have. */
OSIM__K_API size_t osim__k_strlcpy(char *dst, const char *src, size_t size);
OSIM__K_API size_t osim__k_strlcat(char *dst, const char *src, size_t size);
/* Is str, but for a newline at its end, the other? */
OSIM__K_API bool osim__k_sysfs_streq(const char *a, const char *b);
/* The index, or -EINVAL. */
OSIM__K_API int osim__k_match_string(const char *const *array, size_t n, const char *string);

#define strscpy(dst, src, ...)		   OSIM__STRSCPY(dst, src, ##__VA_ARGS__, sizeof(dst))
#define OSIM__STRSCPY(dst, src, size, ...) osim__k_strscpy(dst, src, size)
#define strlcpy(dst, src, size)		   osim__k_strlcpy(dst, src, size)
#define strlcat(dst, src, size)		   osim__k_strlcat(dst, src, size)
#define sysfs_streq(a, b)		   osim__k_sysfs_streq(a, b)
#define match_string(array, n, s)	   osim__k_match_string(array, n, s)

static inline void memzero_explicit(void *s, size_t count)
{
	memset(s, 0, count);
	barrier_data(s);
}

static inline const char *kbasename(const char *path)
{
	const char *tail = strrchr(path, '/');

	return tail ? tail + 1 : path;
}

#define strstarts(str, prefix) (strncmp(str, prefix, strlen(prefix)) == 0)

/* -- copies that kfree() gives back -- */

OSIM__K_API void *osim__k_kmemdup(const void *src, size_t len, gfp_t gfp,
				  const struct osim__site *site);
OSIM__K_API char *osim__k_kstrndup(const char *s, size_t max, gfp_t gfp,
				   const struct osim__site *site);
OSIM__K_API void *osim__k_memdup_user(const void __user *src, size_t len,
				      const struct osim__site *site);
OSIM__K_API char *osim__k_strndup_user(const char __user *s, long n, const struct osim__site *site);
OSIM__K_API char *osim__k_kasprintf(gfp_t gfp, const struct osim__site *site, const char *format,
				    ...) __printf(3, 4);

#define kmemdup(src, len, gfp)		 osim__k_kmemdup(src, len, gfp, OSIM__SITE)
#define kmemdup_array(src, n, size, gfp) osim__k_kmemdup(src, size_mul(n, size), gfp, OSIM__SITE)
#define kvmemdup(src, len, gfp)		 osim__k_kmemdup(src, len, gfp, OSIM__SITE)
#define kstrdup(s, gfp)			 osim__k_kstrndup(s, SIZE_MAX, gfp, OSIM__SITE)
#define kstrdup_const(s, gfp)		 kstrdup(s, gfp)
#define kfree_const(s)			 kfree(s)
#define kstrndup(s, max, gfp)		 osim__k_kstrndup(s, max, gfp, OSIM__SITE)
#define kmemdup_nul(s, len, gfp)	 osim__k_kstrndup(s, len, gfp, OSIM__SITE)
#define memdup_user(src, len)		 osim__k_memdup_user(src, len, OSIM__SITE)
#define vmemdup_user(src, len)		 osim__k_memdup_user(src, len, OSIM__SITE)
#define strndup_user(s, n)		 osim__k_strndup_user(s, n, OSIM__SITE)
#define kasprintf(gfp, ...)		 osim__k_kasprintf(gfp, OSIM__SITE, __VA_ARGS__)

#endif
