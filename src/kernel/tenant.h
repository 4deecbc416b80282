/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_KERNEL_TENANT_H
#define OSIM_KERNEL_TENANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct osim_driver;

/*
 * A client inside the kernel, in a thread of the machine that the driver is bound to. Errors are
 * negative errnos: -EOPNOTSUPP where the driver's files have no such function.
 */
struct osim__tenant {
	struct osim_driver *driver;
	void *ctx;
};

struct osim__tenant_shm {
	void *shm, *va;
	size_t size_bytes;
};

/* Is there any such client? */
bool osim__tenant_there(const struct osim_driver *driver);
int osim__tenant_open(struct osim__tenant *t, struct osim_driver *driver);
void osim__tenant_close(struct osim__tenant *t);
/* *ret is the TEE result, where 0 is returned. */
int osim__tenant_open_session(struct osim__tenant *t, const uint8_t uuid[16], uint32_t *session,
			      uint32_t *ret);
int osim__tenant_close_session(struct osim__tenant *t, uint32_t session);
int osim__tenant_system(struct osim__tenant *t, uint32_t session);
int osim__tenant_cancel(struct osim__tenant *t, uint32_t session);
/* With one value; or, where shm is not NULL, with all of that memory, for input and output. */
int osim__tenant_invoke(struct osim__tenant *t, uint32_t session, uint32_t func, uint64_t a,
			uint64_t b, const struct osim__tenant_shm *shm, uint32_t *ret);
/* The same with attributes of the parameter (0: those that fit), and an offset into the memory. */
int osim__tenant_invoke_wrong(struct osim__tenant *t, uint32_t session, uint64_t attr,
			      const struct osim__tenant_shm *shm, uint64_t offset, uint32_t *ret);
int osim__tenant_alloc(struct osim__tenant *t, size_t size_bytes, struct osim__tenant_shm *shm);
/* Memory of the kernel's own, at va. */
int osim__tenant_register(struct osim__tenant *t, void *va, size_t size_bytes,
			  struct osim__tenant_shm *shm);
void osim__tenant_free(struct osim__tenant *t, const struct osim__tenant_shm *shm);

#endif
