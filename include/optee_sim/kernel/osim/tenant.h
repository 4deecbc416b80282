/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_K_TENANT_H
#define OSIM_K_TENANT_H

/*
 * A client inside the kernel, as other drivers are: the TEE subsystem's own functions for them,
 * each reached through a call of one kind. Plain C.
 */

#include <stddef.h>
#include <stdint.h>

enum osim__k_tenant_op {
	OSIM__K_TENANT_OPEN,	     /* sets ctx */
	OSIM__K_TENANT_CLOSE,	     /* of ctx */
	OSIM__K_TENANT_OPEN_SESSION, /* uuid; sets session, ret, origin */
	OSIM__K_TENANT_CLOSE_SESSION,
	OSIM__K_TENANT_SYSTEM, /* makes session a system session */
	OSIM__K_TENANT_INVOKE, /* func, a, b in one value; with shm a buffer, all of it; sets ret,
				  origin */
	OSIM__K_TENANT_CANCEL,
	OSIM__K_TENANT_ALLOC,	 /* bytes; sets shm, va, bytes */
	OSIM__K_TENANT_REGISTER, /* va, bytes; sets shm */
	OSIM__K_TENANT_FREE,	 /* of shm */
};

struct osim__k_tenant_call {
	void *ctx;
	uint8_t uuid[16];
	uint32_t session, func, ret, origin;
	uint64_t a, b;
	uint64_t attr, offset; /* INVOKE: 0, or what they are in place of what fits */
	void *shm, *va;
	size_t bytes;
};

/* 0 or a negative errno, -EOPNOTSUPP: the tree has no such function. */
typedef int osim__k_tenant_fn(enum osim__k_tenant_op op, struct osim__k_tenant_call *call);

#endif
