/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include <optee_sim/driver.h>

#include "kernel/host.h"

/* System calls of programs on the driver's device nodes. */

static int enter(struct osim_machine *m, const char *call)
{
	if (osim__machine() == m && osim__sched_may_sleep(&m->sched))
		return 0;
	return osim__error(-EBUSY, "%s: not in a thread of the machine", call);
}

int osim_open(struct osim_machine *m, const char *node)
{
	int rc = enter(m, "osim_open");

	return rc ? rc : osim__khost_open(osim__kernel_of(m), node);
}

long osim_ioctl(struct osim_machine *m, int fd, unsigned int cmd, void *arg)
{
	int rc = enter(m, "osim_ioctl");

	return rc ? rc : osim__khost_ioctl(osim__kernel_of(m), fd, cmd, arg);
}

void *osim_mmap(struct osim_machine *m, int fd, size_t size_bytes, int *error)
{
	int rc = enter(m, "osim_mmap");

	if (!rc)
		return osim__khost_mmap(osim__kernel_of(m), fd, size_bytes, error);
	*error = rc;
	return NULL;
}

void osim_munmap(struct osim_machine *m, void *va, size_t size_bytes)
{
	if (!enter(m, "osim_munmap"))
		osim__khost_munmap(osim__kernel_of(m), va, size_bytes);
}

int osim_close(struct osim_machine *m, int fd)
{
	int rc = enter(m, "osim_close");

	return rc ? rc : osim__khost_close(osim__kernel_of(m), fd);
}
