/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/k_base.h"

#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

/*
 * Programs' memory. Another thread may change it between any two looks at it: each is a scheduling
 * point.
 */

static bool may_touch(const void *user, unsigned long n, const char *what,
		      const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	osim__k_might_sleep(site);
	osim__sched_point(&m->sched, OSIM__POINT_MEMORY);
	if (n > INT_MAX) {
		osim__k_warn(site, NULL, "%s of %lu bytes", what, n);
		return false;
	}
	return osim__access_ok(user, n) && !osim__fault(m, OSIM_FAULT_COPY, what);
}

unsigned long osim__k_copy_from_user(void *to, const void *from, unsigned long n,
				     const struct osim__site *site)
{
	size_t done = 0;

	if (may_touch(from, n, "copy_from_user", site))
		done = osim__k_host_read_user(to, from, n);
	/* What could not be read is not left as it was; what is no size at all is not believed. */
	if (n <= INT_MAX) {
		osim__k_touch(to, n, true, __builtin_return_address(0));
		memset((char *)to + done, 0, n - done);
	}
	return n - done;
}

unsigned long osim__k_copy_to_user(void *to, const void *from, unsigned long n,
				   const struct osim__site *site)
{
	if (!may_touch(to, n, "copy_to_user", site))
		return n;
	osim__k_touch(from, n, false, __builtin_return_address(0));
	return n - osim__k_host_write_user(to, from, n);
}

unsigned long osim__k_clear_user(void *to, unsigned long n, const struct osim__site *site)
{
	static const char zeros[256];
	unsigned long part;

	if (!may_touch(to, n, "clear_user", site))
		return n;
	while (n) {
		part = n < sizeof(zeros) ? n : sizeof(zeros);
		part = osim__k_host_write_user(to, zeros, part);
		if (!part)
			break;
		to = (char *)to + part;
		n -= part;
	}
	return n;
}

long osim__k_strncpy_from_user(char *to, const void *from, long n, const struct osim__site *site)
{
	if (!may_touch(from, 1, "strncpy_from_user", site))
		return -EFAULT;
	for (long i = 0; i < n; i++) {
		if (osim__k_host_read_user(to + i, (const char *)from + i, 1) != 1)
			return -EFAULT;
		if (!to[i])
			return i;
	}
	return n;
}

long osim__k_strnlen_user(const void *s, long n, const struct osim__site *site)
{
	char c;

	if (!may_touch(s, 1, "strnlen_user", site))
		return 0;
	for (long i = 0; i < n; i++) {
		if (osim__k_host_read_user(&c, (const char *)s + i, 1) != 1)
			return 0;
		if (!c)
			return i + 1;
	}
	return n + 1;
}

int osim__k_copy_struct_from_user(void *dst, size_t ksize, const void *src, size_t usize,
				  const struct osim__site *site)
{
	size_t both = ksize < usize ? ksize : usize;
	char beyond;

	for (size_t at = both; at < usize; at++) {
		if (osim__k_copy_from_user(&beyond, (const char *)src + at, 1, site))
			return -EFAULT;
		if (beyond)
			return -E2BIG;
	}
	memset((char *)dst + both, 0, ksize - both);
	return osim__k_copy_from_user(dst, src, both, site) ? -EFAULT : 0;
}

void *osim__k_memdup_user(const void *src, size_t len, const struct osim__site *site)
{
	void *p = osim__k_kmalloc(len, GFP_USER, site);

	if (!p)
		return ERR_PTR(-ENOMEM);
	if (len && osim__k_copy_from_user(p, src, len, site)) {
		osim__k_kfree(p, site);
		return ERR_PTR(-EFAULT);
	}
	return p;
}

char *osim__k_strndup_user(const char *s, long n, const struct osim__site *site)
{
	long len = osim__k_strnlen_user(s, n, site);
	char *p;

	if (!len)
		return ERR_PTR(-EFAULT);
	if (len > n)
		return ERR_PTR(-EINVAL);
	p = osim__k_memdup_user(s, (size_t)len, site);
	if (!IS_ERR(p))
		p[len - 1] = '\0';
	return p;
}
