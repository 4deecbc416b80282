/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "secure/secure.h"

/* Does RPCs on demand. */

#define CANCEL_POLL_MS 10u
#define CANCEL_POLLS   100u
/* More than a normal world gives for one RPC. */
#define COPY_MAX 0x100000u

static bool is_memory(const struct osim_pta_param *p)
{
	return p->type >= OSIM_PTA_MEMREF_INPUT;
}

/* Content of parameter i into a buffer of the normal world, or back. */
static uint32_t copy(struct osim_pta_call *call, unsigned int i, struct osim_pta_mem *mem,
		     uint64_t bytes, bool back)
{
	unsigned char buf[256];
	uint32_t res = TEE_SUCCESS;

	for (uint64_t at = 0; at < bytes && !res; at += sizeof(buf)) {
		size_t n = bytes - at < sizeof(buf) ? (size_t)(bytes - at) : sizeof(buf);

		res = back ? osim_pta_mem_read(call, mem, at, buf, n)
			   : osim_pta_read(call, i, at, buf, n);
		if (!res)
			res = back ? osim_pta_write(call, i, at, buf, n)
				   : osim_pta_mem_write(call, mem, at, buf, n);
	}
	return res;
}

static uint32_t prepare(struct osim_pta_call *call, unsigned int i, const struct osim_pta_param *p,
			struct osim_pta_rpc_param *rpc)
{
	*rpc = (struct osim_pta_rpc_param){.type = p->type, .a = p->a, .b = p->b};
	if (!is_memory(p) || p->null)
		return TEE_SUCCESS;
	if (p->size_bytes > COPY_MAX)
		return TEE_ERROR_OUT_OF_MEMORY;
	rpc->size_bytes = p->size_bytes;
	rpc->mem = osim_pta_alloc(call, OPTEE_RPC_SHM_TYPE_APPL, p->size_bytes);
	if (!rpc->mem)
		return TEE_ERROR_OUT_OF_MEMORY;
	return p->type == OSIM_PTA_MEMREF_OUTPUT ? TEE_SUCCESS
						 : copy(call, i, rpc->mem, p->size_bytes, false);
}

static uint32_t take_back(struct osim_pta_call *call, unsigned int i, struct osim_pta_param *p,
			  const struct osim_pta_rpc_param *rpc)
{
	uint64_t room = p->size_bytes;

	p->a = (uint32_t)rpc->a;
	p->b = (uint32_t)rpc->b;
	if (!is_memory(p) || p->type == OSIM_PTA_MEMREF_INPUT)
		return TEE_SUCCESS;
	p->size_bytes = rpc->size_bytes;
	if (p->null)
		return TEE_SUCCESS;
	return copy(call, i, rpc->mem, rpc->size_bytes < room ? rpc->size_bytes : room, true);
}

static uint32_t any_command(struct osim_pta_call *call, struct osim_pta_param params[4])
{
	struct osim_pta_rpc_param rpc[3] = {{.mem = NULL}};
	unsigned int count = params[0].b;
	uint32_t res = TEE_SUCCESS;

	if (params[0].type != OSIM_PTA_VALUE_INPUT || count > 3)
		return TEE_ERROR_BAD_PARAMETERS;
	for (unsigned int i = 0; i < count && !res; i++)
		res = prepare(call, i + 1, &params[i + 1], &rpc[i]);
	if (!res)
		res = osim_pta_rpc(call, params[0].a, count, rpc);
	for (unsigned int i = 0; i < count && !res; i++)
		res = take_back(call, i + 1, &params[i + 1], &rpc[i]);
	for (unsigned int i = 0; i < count; i++)
		osim_pta_free(call, OPTEE_RPC_SHM_TYPE_APPL, rpc[i].mem);
	return res;
}

static uint32_t shm(struct osim_pta_call *call, const struct osim_pta_param *p)
{
	struct osim_pta_mem *mem = osim_pta_alloc(call, p->a, p->b);

	osim_pta_free(call, p->a, mem);
	return mem ? TEE_SUCCESS : TEE_ERROR_OUT_OF_MEMORY;
}

static uint32_t wait_for_cancel(struct osim_pta_call *call, uint32_t value)
{
	osim_pta_cancel_unmask(call, true);
	for (unsigned int i = 0; i < CANCEL_POLLS; i++) {
		uint32_t res;

		if (osim_pta_cancelled(call))
			return TEE_ERROR_CANCEL;
		res = osim_pta_notif_wait(call, value, CANCEL_POLL_MS);
		if (res && res != TEE_ERROR_TIMEOUT)
			return res;
	}
	return TEE_ERROR_TIMEOUT;
}

static uint32_t invoke(void *arg, struct osim_pta_call *call, void *session, uint32_t func,
		       struct osim_pta_param params[4])
{
	(void)arg;
	(void)session;
	if (params[0].type != OSIM_PTA_VALUE_INPUT)
		return TEE_ERROR_BAD_PARAMETERS;
	switch (func) {
	case OSIM_PTA_RPC_DO:
		return any_command(call, params);
	case OSIM_PTA_RPC_SHM:
		return shm(call, &params[0]);
	case OSIM_PTA_RPC_WAIT:
		return osim_pta_notif_wait(call, params[0].a, params[0].b);
	case OSIM_PTA_RPC_SEND:
		return osim_pta_notif_send(call, params[0].a);
	case OSIM_PTA_RPC_CANCEL:
		return wait_for_cancel(call, params[0].a);
	default:
		return TEE_ERROR_NOT_IMPLEMENTED;
	}
}

const struct osim_pta osim__pta_rpc = {.size = sizeof(osim__pta_rpc),
				       .uuid = OSIM_PTA_RPC_UUID,
				       .name = "RPCs on demand",
				       .flags = OSIM_PTA_CONCURRENT,
				       .invoke = invoke};
