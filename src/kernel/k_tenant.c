/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/tenant.h"

#include <linux/errno.h>
#include <linux/string.h>
#include <osim/driver_desc.h>

bool osim__tenant_there(const struct osim_driver *driver)
{
	return driver->tenant != NULL;
}

static int call(struct osim__tenant *t, enum osim__k_tenant_op op, struct osim__k_tenant_call *c)
{
	c->ctx = t->ctx;
	return t->driver->tenant ? t->driver->tenant(op, c) : -EOPNOTSUPP;
}

int osim__tenant_open(struct osim__tenant *t, struct osim_driver *driver)
{
	struct osim__k_tenant_call c = {.ctx = NULL};
	int rc;

	*t = (struct osim__tenant){.driver = driver};
	rc = call(t, OSIM__K_TENANT_OPEN, &c);
	t->ctx = c.ctx;
	return rc;
}

void osim__tenant_close(struct osim__tenant *t)
{
	struct osim__k_tenant_call c = {.ctx = NULL};

	call(t, OSIM__K_TENANT_CLOSE, &c);
}

int osim__tenant_open_session(struct osim__tenant *t, const uint8_t uuid[16], uint32_t *session,
			      uint32_t *ret)
{
	struct osim__k_tenant_call c = {.ctx = NULL};
	int rc;

	memcpy(c.uuid, uuid, sizeof(c.uuid));
	rc = call(t, OSIM__K_TENANT_OPEN_SESSION, &c);
	*session = c.session;
	*ret = c.ret;
	return rc;
}

int osim__tenant_close_session(struct osim__tenant *t, uint32_t session)
{
	struct osim__k_tenant_call c = {.session = session};

	return call(t, OSIM__K_TENANT_CLOSE_SESSION, &c);
}

int osim__tenant_system(struct osim__tenant *t, uint32_t session)
{
	struct osim__k_tenant_call c = {.session = session};

	return call(t, OSIM__K_TENANT_SYSTEM, &c);
}

int osim__tenant_cancel(struct osim__tenant *t, uint32_t session)
{
	struct osim__k_tenant_call c = {.session = session};

	return call(t, OSIM__K_TENANT_CANCEL, &c);
}

int osim__tenant_invoke(struct osim__tenant *t, uint32_t session, uint32_t func, uint64_t a,
			uint64_t b, const struct osim__tenant_shm *shm, uint32_t *ret)
{
	struct osim__k_tenant_call c = {.session = session, .func = func, .a = a, .b = b};
	int rc;

	if (shm) {
		c.shm = shm->shm;
		c.bytes = shm->size_bytes;
	}
	rc = call(t, OSIM__K_TENANT_INVOKE, &c);
	*ret = c.ret;
	return rc;
}

int osim__tenant_invoke_wrong(struct osim__tenant *t, uint32_t session, uint64_t attr,
			      const struct osim__tenant_shm *shm, uint64_t offset, uint32_t *ret)
{
	struct osim__k_tenant_call c = {.session = session,
					.attr = attr,
					.offset = offset,
					.shm = shm->shm,
					.bytes = shm->size_bytes};
	int rc = call(t, OSIM__K_TENANT_INVOKE, &c);

	*ret = c.ret;
	return rc;
}

int osim__tenant_alloc(struct osim__tenant *t, size_t size_bytes, struct osim__tenant_shm *shm)
{
	struct osim__k_tenant_call c = {.bytes = size_bytes};
	int rc = call(t, OSIM__K_TENANT_ALLOC, &c);

	*shm = (struct osim__tenant_shm){.shm = c.shm, .va = c.va, .size_bytes = size_bytes};
	return rc;
}

int osim__tenant_register(struct osim__tenant *t, void *va, size_t size_bytes,
			  struct osim__tenant_shm *shm)
{
	struct osim__k_tenant_call c = {.va = va, .bytes = size_bytes};
	int rc = call(t, OSIM__K_TENANT_REGISTER, &c);

	*shm = (struct osim__tenant_shm){.shm = c.shm, .va = va, .size_bytes = size_bytes};
	return rc;
}

void osim__tenant_free(struct osim__tenant *t, const struct osim__tenant_shm *shm)
{
	struct osim__k_tenant_call c = {.shm = shm->shm};

	call(t, OSIM__K_TENANT_FREE, &c);
}
