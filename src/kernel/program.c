/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include <optee_sim/driver.h>

#include "kernel/host.h"

/* System calls of programs on the driver's device nodes. */

static int enter(struct osim_machine *m, const char *call)
{
	if (osim__machine() != m || !osim__sched_may_sleep(&m->sched))
		return osim__error(-EBUSY, "%s: not in a thread of the machine", call);
	osim__kernel_of(m)->syscalls++;
	return 0;
}

/* Back in the program: with a lock held, a kernel would not let it go on. */
static void leave(struct osim_machine *m, const char *call)
{
	struct osim__kernel *k = m->kernel;

	osim__k_check_left(m, "kernel.syscall-left-atomic", "system call", call);
	k->syscalls--;
	osim__wake(&m->sched, &k->syscall_end, ~0u);
}

int osim_open(struct osim_machine *m, const char *node)
{
	int rc = enter(m, "osim_open");

	if (rc)
		return rc;
	rc = osim__khost_open(m->kernel, node);
	leave(m, "open");
	return rc;
}

long osim_ioctl(struct osim_machine *m, int fd, unsigned int cmd, void *arg)
{
	long rc = enter(m, "osim_ioctl");

	if (rc)
		return rc;
	rc = osim__khost_ioctl(m->kernel, fd, cmd, arg);
	leave(m, "ioctl");
	return rc;
}

void *osim_mmap(struct osim_machine *m, int fd, size_t size_bytes, int *error)
{
	void *va;

	*error = enter(m, "osim_mmap");
	if (*error)
		return NULL;
	va = osim__khost_mmap(m->kernel, fd, size_bytes, error);
	leave(m, "mmap");
	return va;
}

void osim_munmap(struct osim_machine *m, void *va, size_t size_bytes)
{
	if (enter(m, "osim_munmap"))
		return;
	osim__khost_munmap(m->kernel, va, size_bytes);
	leave(m, "munmap");
}

void osim_set_uncached(struct osim_machine *m, const void *va, size_t size_bytes)
{
	osim__khost_set_uncached(osim__kernel_of(m), va, size_bytes);
}

int osim_close(struct osim_machine *m, int fd)
{
	int rc = enter(m, "osim_close");

	if (rc)
		return rc;
	rc = osim__khost_close(m->kernel, fd);
	leave(m, "close");
	return rc;
}
