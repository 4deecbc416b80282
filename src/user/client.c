/* SPDX-License-Identifier: BSD-2-Clause */
#include <optee_sim/client.h>

#include <assert.h>
#include <errno.h>
#include <linux/tee.h>
#include <string.h>

#include <optee_sim/driver.h>

static_assert(OSIM_PARAM_VALUE_INOUT == TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INOUT, "value types");
static_assert(OSIM_PARAM_MEM_INOUT == TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INOUT, "memref types");

#define NULL_REFERENCE ((uint64_t)-1)

int osim_client_open(struct osim_machine *m, struct osim_client *client)
{
	int fd = osim_open(m, "tee0");

	if (fd < 0)
		return fd;
	*client = (struct osim_client){.m = m, .fd = fd};
	return 0;
}

void osim_client_close(struct osim_client *client)
{
	osim_close(client->m, client->fd);
	client->fd = -1;
}

static bool is_mem(const struct osim_param *p)
{
	return p->type >= OSIM_PARAM_MEM_IN && p->type <= OSIM_PARAM_MEM_INOUT;
}

static void params_out(struct tee_ioctl_param *to, const struct osim_param *params, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct osim_param *p = &params[i];

		to[i].attr = p->type;
		if (is_mem(p)) {
			to[i].a = p->offset_bytes;
			to[i].b = p->size_bytes;
			to[i].c = p->shm ? (uint64_t)p->shm->id : NULL_REFERENCE;
		} else {
			to[i].a = p->a;
			to[i].b = p->b;
			to[i].c = p->c;
		}
	}
}

static void params_back(struct osim_param *params, const struct tee_ioctl_param *from,
			uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct osim_param *p = &params[i];

		if (is_mem(p)) {
			p->size_bytes = from[i].b;
		} else {
			p->a = from[i].a;
			p->b = from[i].b;
			p->c = from[i].c;
		}
	}
}

/* One argument of the two calls that carry parameters, with room for as many as there can be. */
union call {
	struct tee_ioctl_open_session_arg open;
	struct tee_ioctl_invoke_arg invoke;
	uint64_t room[sizeof(struct tee_ioctl_open_session_arg) / 8 + 4 * OSIM_CLIENT_PARAMS_MAX];
};

static int make(struct osim_client *client, unsigned long request, void *arg, size_t head_bytes,
		uint32_t count)
{
	struct tee_ioctl_buf_data buf = {.buf_ptr = (uint64_t)(uintptr_t)arg,
					 .buf_len = head_bytes +
						    count * sizeof(struct tee_ioctl_param)};
	long rc = osim_ioctl(client->m, client->fd, (unsigned int)request, &buf);

	return rc < 0 ? (int)rc : 0;
}

int osim_client_open_session(struct osim_client *client, const uint8_t uuid[16], uint32_t login,
			     struct osim_param *params, uint32_t count, uint32_t *session,
			     struct osim_tee_result *result)
{
	union call call = {.room = {0}};
	int rc;

	if (count > OSIM_CLIENT_PARAMS_MAX)
		return -EINVAL;
	memcpy(call.open.uuid, uuid, sizeof(call.open.uuid));
	call.open.clnt_login = login;
	call.open.num_params = count;
	params_out(call.open.params, params, count);
	rc = make(client, TEE_IOC_OPEN_SESSION, &call, sizeof(call.open), count);
	if (rc)
		return rc;
	params_back(params, call.open.params, count);
	*result = (struct osim_tee_result){.ret = call.open.ret, .origin = call.open.ret_origin};
	if (!call.open.ret)
		*session = call.open.session;
	return 0;
}

int osim_client_invoke(struct osim_client *client, uint32_t session, uint32_t func,
		       uint32_t cancel_id, struct osim_param *params, uint32_t count,
		       struct osim_tee_result *result)
{
	union call call = {.room = {0}};
	int rc;

	if (count > OSIM_CLIENT_PARAMS_MAX)
		return -EINVAL;
	call.invoke.func = func;
	call.invoke.session = session;
	call.invoke.cancel_id = cancel_id;
	call.invoke.num_params = count;
	params_out(call.invoke.params, params, count);
	rc = make(client, TEE_IOC_INVOKE, &call, sizeof(call.invoke), count);
	if (rc)
		return rc;
	params_back(params, call.invoke.params, count);
	*result =
		(struct osim_tee_result){.ret = call.invoke.ret, .origin = call.invoke.ret_origin};
	return 0;
}

int osim_client_close_session(struct osim_client *client, uint32_t session)
{
	struct tee_ioctl_close_session_arg arg = {.session = session};

	return (int)osim_ioctl(client->m, client->fd, (unsigned int)TEE_IOC_CLOSE_SESSION, &arg);
}

int osim_client_cancel(struct osim_client *client, uint32_t session, uint32_t cancel_id)
{
	struct tee_ioctl_cancel_arg arg = {.session = session, .cancel_id = cancel_id};

	return (int)osim_ioctl(client->m, client->fd, (unsigned int)TEE_IOC_CANCEL, &arg);
}

int osim_client_shm_alloc(struct osim_client *client, size_t size_bytes,
			  struct osim_client_shm *shm)
{
	struct tee_ioctl_shm_alloc_data data = {.size = size_bytes};
	long fd = osim_ioctl(client->m, client->fd, (unsigned int)TEE_IOC_SHM_ALLOC, &data);
	void *va;
	int error;

	if (fd < 0)
		return (int)fd;
	va = osim_mmap(client->m, (int)fd, data.size, &error);
	if (!va) {
		osim_close(client->m, (int)fd);
		return error;
	}
	*shm = (struct osim_client_shm){
		.fd = (int)fd, .id = data.id, .va = va, .size_bytes = data.size, .mapped = true};
	return 0;
}

int osim_client_shm_register(struct osim_client *client, void *va, size_t size_bytes,
			     struct osim_client_shm *shm)
{
	struct tee_ioctl_shm_register_data data = {.addr = (uint64_t)(uintptr_t)va,
						   .length = size_bytes};
	long fd = osim_ioctl(client->m, client->fd, (unsigned int)TEE_IOC_SHM_REGISTER, &data);

	if (fd < 0)
		return (int)fd;
	*shm = (struct osim_client_shm){
		.fd = (int)fd, .id = data.id, .va = va, .size_bytes = data.length};
	return 0;
}

void osim_client_shm_free(struct osim_client *client, struct osim_client_shm *shm)
{
	if (shm->mapped)
		osim_munmap(client->m, shm->va, shm->size_bytes);
	osim_close(client->m, shm->fd);
	shm->fd = -1;
}
