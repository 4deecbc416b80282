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

/* How much of [at, at + bytes) is in at's page. */
static size_t in_page(uintptr_t at, size_t bytes)
{
	size_t left = OSIM__PAGE_BYTES - (at & (OSIM__PAGE_BYTES - 1));

	return left < bytes ? left : bytes;
}

/* A byte through a pipe, and back to where it was: the system says whether it may be touched. */
static bool probe(uintptr_t at, bool write_too)
{
	int fds[2];
	bool ok;

	if (pipe(fds))
		return false;
	ok = write(fds[1], (void *)at, 1) == 1 && (!write_too || read(fds[0], (void *)at, 1) == 1);
	close(fds[0]);
	close(fds[1]);
	return ok;
}

static size_t copy_probed(unsigned char *own, uintptr_t user, size_t bytes, bool write)
{
	size_t done, part;

	for (done = 0; done < bytes; done += part) {
		part = in_page(user + done, bytes - done);
		if (!probe(user + done, write))
			break;
		if (write)
			memcpy((void *)(user + done), own + done, part);
		else
			memcpy(own + done, (void *)(user + done), part);
	}
	return done;
}

/*
 * The system copies between this process and itself, and says where memory ends instead of raising
 * a signal. Where it does not offer that (emulation of another processor, a container's filter)
 * each page is asked for.
 */
static size_t copy(unsigned char *own, uintptr_t user, size_t bytes, bool write)
{
	struct iovec here = {own, bytes}, there = {(void *)user, bytes};
	ssize_t n = write ? process_vm_writev(getpid(), &here, 1, &there, 1, 0)
			  : process_vm_readv(getpid(), &here, 1, &there, 1, 0);

	if (n >= 0)
		return (size_t)n;
	return errno == ENOSYS || errno == EPERM ? copy_probed(own, user, bytes, write) : 0;
}

/* Page by page only where the whole does not go, to find how far it goes. */
static size_t copy_far(unsigned char *own, uintptr_t user, size_t bytes, bool write)
{
	size_t done = 0, n, part;

	if (copy(own, user, bytes, write) == bytes)
		return bytes;
	while (done < bytes) {
		part = in_page(user + done, bytes - done);
		n = copy(own + done, user + done, part, write);
		done += n;
		if (n < part)
			break;
	}
	return done;
}

/*
 * Memory that a program has freed is there, but not to be touched: where all of it is there, it is
 * touched once more, so that the sanitizer says so.
 */
size_t osim__k_host_read_user(void *to, const void *user, size_t bytes)
{
	size_t n = copy_far(to, (uintptr_t)user, bytes, false);

	if (n == bytes && osim__k_host_poisoned(user, bytes))
		memcpy(to, user, bytes);
	return n;
}

size_t osim__k_host_write_user(void *user, const void *from, size_t bytes)
{
	size_t n = copy_far((void *)from, (uintptr_t)user, bytes, true);

	if (n == bytes && osim__k_host_poisoned(user, bytes))
		memcpy(user, from, bytes);
	return n;
}

bool osim__k_host_user_ok(const void *user, size_t bytes, bool write)
{
	uintptr_t at = (uintptr_t)user, end = at + bytes;
	unsigned char byte;

	for (; at < end; at = (at | (OSIM__PAGE_BYTES - 1)) + 1) {
		if (copy(&byte, at, 1, false) != 1 || (write && copy(&byte, at, 1, true) != 1))
			return false;
	}
	return true;
}
