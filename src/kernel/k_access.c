/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/kernel.h"

#include <linux/string.h>
#include <osim/access.h>

/* Loads and stores of a driver that tells them; nobody's machine has none to keep them. */
void osim__k_access(const void *p, size_t bytes, enum osim__k_access what, const void *pc)
{
	struct osim_machine *m = osim__machine();

	if (!m || !m->access)
		return;
	switch (what) {
	case OSIM__K_READ:
	case OSIM__K_WRITE:
		osim__access_touch(m, p, bytes, what == OSIM__K_WRITE, pc);
		break;
	case OSIM__K_LOAD:
		osim__access_acquire(m, p);
		break;
	case OSIM__K_STORE:
		osim__access_publish(m, p);
		break;
	case OSIM__K_RELEASE:
		osim__access_release(m, p);
		break;
	case OSIM__K_FENCE:
		osim__access_fence(m);
		break;
	}
}

void osim__k_copy(void *to, const void *from, size_t bytes)
{
	memmove(to, from, bytes);
}

void osim__k_fill(void *to, int value, size_t bytes)
{
	memset(to, value, bytes);
}

int osim__k_compare(const void *a, const void *b, size_t bytes)
{
	return memcmp(a, b, bytes);
}
