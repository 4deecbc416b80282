/* SPDX-License-Identifier: BSD-2-Clause */
#undef _POSIX_C_SOURCE
#define _GNU_SOURCE

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "kernel/k_base.h"

/*
 * Asked at run time: the program may have AddressSanitizer although this library is built without.
 */
__attribute__((weak)) void *__asan_region_is_poisoned(void *begin, size_t size);

void *osim__k_host_alloc(size_t bytes, size_t align)
{
	void *p = NULL;

	if (align <= 16)
		return malloc(bytes);
	return posix_memalign(&p, align, bytes) ? NULL : p;
}

void osim__k_host_free(void *p)
{
	free(p);
}

bool osim__k_host_poisoned(const void *p, size_t bytes)
{
	return __asan_region_is_poisoned && __asan_region_is_poisoned((void *)p, bytes);
}

/*
 * The system copies between this process and itself, and says where memory ends instead of raising
 * a signal. Where the system does not offer it (emulation of another processor, a container's
 * filter) the memory is taken to be there.
 */
static size_t copy(void *own, void *user, size_t bytes, bool write)
{
	struct iovec here = {own, bytes}, there = {user, bytes};
	ssize_t n = write ? process_vm_writev(getpid(), &here, 1, &there, 1, 0)
			  : process_vm_readv(getpid(), &here, 1, &there, 1, 0);

	if (n >= 0)
		return (size_t)n;
	if (errno != ENOSYS && errno != EPERM)
		return 0;
	if (write)
		memcpy(user, own, bytes);
	else
		memcpy(own, user, bytes);
	return bytes;
}

/* Page by page only where the whole does not go, to find how far it goes. */
static size_t copy_far(unsigned char *own, uintptr_t user, size_t bytes, bool write)
{
	size_t done = 0, n, part;

	if (copy(own, (void *)user, bytes, write) == bytes)
		return bytes;
	while (done < bytes) {
		part = OSIM__PAGE_BYTES - ((user + done) & (OSIM__PAGE_BYTES - 1));
		part = part < bytes - done ? part : bytes - done;
		n = copy(own + done, (void *)(user + done), part, write);
		done += n;
		if (n < part)
			break;
	}
	return done;
}

size_t osim__k_host_read_user(void *to, const void *user, size_t bytes)
{
	/* Memory that the program has freed is there, but not to be read: the sanitizer says so. */
	if (osim__k_host_poisoned(user, bytes)) {
		memcpy(to, user, bytes);
		return bytes;
	}
	return copy_far(to, (uintptr_t)user, bytes, false);
}

size_t osim__k_host_write_user(void *user, const void *from, size_t bytes)
{
	if (osim__k_host_poisoned(user, bytes)) {
		memcpy(user, from, bytes);
		return bytes;
	}
	return copy_far((void *)from, (uintptr_t)user, bytes, true);
}

bool osim__k_host_user_ok(const void *user, size_t bytes, bool write)
{
	uintptr_t at = (uintptr_t)user, end = at + bytes;
	unsigned char byte;

	for (; at < end; at = (at | (OSIM__PAGE_BYTES - 1)) + 1) {
		if (copy(&byte, (void *)at, 1, false) != 1)
			return false;
		if (write && copy(&byte, (void *)at, 1, true) != 1)
			return false;
	}
	return true;
}
