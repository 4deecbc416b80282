/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/rpc.h>
#include <optee_sim/abi/tee.h>

#include "user/supplicant.h"

#define PAGE_BYTES	 4096u
#define BUFFER_MAX_BYTES 0x4000000u

/* Are they of these kinds, and no more? */
static bool are(const struct osim_supplicant_param *p, size_t count,
		const enum osim_param_type *types, size_t type_count)
{
	if (count != type_count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (p[i].type != types[i])
			return false;
	return true;
}
#define ARE(p, count, ...)                                         \
	are(p, count, (const enum osim_param_type[]){__VA_ARGS__}, \
	    sizeof((const enum osim_param_type[]){__VA_ARGS__}) / sizeof(enum osim_param_type))

/* -- LOAD_TA, RPMB ----------------------------------------------------------------------------- */

/* A buffer that is too small is told the size, as one that is not there. */
static uint32_t load_ta(const struct osim_supplicant *s, struct osim_supplicant_param *p,
			size_t count)
{
	uint8_t uuid[16];

	if (!ARE(p, count, OSIM_PARAM_VALUE_IN, OSIM_PARAM_MEM_OUT))
		return TEE_ERROR_BAD_PARAMETERS;
	for (unsigned int i = 0; i < 8; i++) {
		uuid[i] = (uint8_t)(p[0].a >> (8 * i));
		uuid[8 + i] = (uint8_t)(p[0].b >> (8 * i));
	}
	for (size_t i = 0; i < s->options.ta_count; i++) {
		const struct osim_supplicant_ta *ta = &s->options.tas[i];

		if (memcmp(ta->uuid, uuid, sizeof(uuid)) != 0)
			continue;
		if (p[1].data && p[1].size_bytes >= ta->size_bytes)
			memcpy(p[1].data, ta->binary, ta->size_bytes);
		p[1].size_bytes = ta->size_bytes;
		return TEE_SUCCESS;
	}
	return TEE_ERROR_ITEM_NOT_FOUND;
}

static uint32_t rpmb(const struct osim_supplicant *s, struct osim_supplicant_param *p, size_t count)
{
	if (!s->options.rpmb)
		return TEE_ERROR_NOT_SUPPORTED;
	if (!ARE(p, count, OSIM_PARAM_MEM_IN, OSIM_PARAM_MEM_OUT))
		return TEE_ERROR_BAD_PARAMETERS;
	return s->options.rpmb(s->options.arg, p[0].data, p[0].size_bytes, p[1].data,
			       &p[1].size_bytes);
}

/* -- shared memory ----------------------------------------------------------------------------- */

/* Memory of its own where the driver takes such, else of the driver. 0, or a negative errno. */
static int buffer_make(struct osim_supplicant *s, struct osim__buffer *buffer, uint64_t size_bytes)
{
	struct osim_client device = {.m = s->m, .fd = s->fd};
	size_t whole;
	int rc;

	if (size_bytes > BUFFER_MAX_BYTES)
		return -ENOMEM;
	if (!s->registers)
		return osim_client_shm_alloc(&device, (size_t)size_bytes, &buffer->shm);
	whole = ((size_t)size_bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
	buffer->own = aligned_alloc(PAGE_BYTES, whole ? whole : PAGE_BYTES);
	if (!buffer->own)
		return -ENOMEM;
	memset(buffer->own, 0, whole);
	rc = osim_client_shm_register(&device, buffer->own, (size_t)size_bytes, &buffer->shm);
	if (rc)
		free(buffer->own);
	return rc;
}

static uint32_t shm_alloc(struct osim_supplicant *s, struct osim_supplicant_param *p, size_t count)
{
	struct osim__buffer *buffer;

	if (!ARE(p, count, OSIM_PARAM_VALUE_INOUT) || p[0].a != OPTEE_RPC_SHM_TYPE_APPL)
		return TEE_ERROR_BAD_PARAMETERS;
	buffer = calloc(1, sizeof(*buffer));
	if (!buffer || buffer_make(s, buffer, p[0].b)) {
		free(buffer);
		return TEE_ERROR_OUT_OF_MEMORY;
	}
	buffer->next = s->buffers;
	s->buffers = buffer;
	p[0].c = (uint64_t)buffer->shm.id;
	return TEE_SUCCESS;
}

static uint32_t shm_free(struct osim_supplicant *s, const struct osim_supplicant_param *p,
			 size_t count)
{
	struct osim_client device = {.m = s->m, .fd = s->fd};
	struct osim__buffer **link = &s->buffers, *buffer;

	if (!ARE(p, count, OSIM_PARAM_VALUE_INOUT) || p[0].a != OPTEE_RPC_SHM_TYPE_APPL)
		return TEE_ERROR_BAD_PARAMETERS;
	while (*link && (uint64_t)(*link)->shm.id != p[0].b)
		link = &(*link)->next;
	buffer = *link;
	if (!buffer)
		return TEE_ERROR_ITEM_NOT_FOUND;
	*link = buffer->next;
	osim_client_shm_free(&device, &buffer->shm);
	free(buffer->own);
	free(buffer);
	return TEE_SUCCESS;
}

void *osim__supplicant_memory(const struct osim_supplicant *s, int id, uint64_t offset_bytes,
			      uint64_t size_bytes)
{
	const struct osim__buffer *buffer = s->buffers;

	while (buffer && buffer->shm.id != id)
		buffer = buffer->next;
	if (!buffer || offset_bytes > buffer->shm.size_bytes ||
	    size_bytes > buffer->shm.size_bytes - offset_bytes)
		return NULL;
	return (uint8_t *)buffer->shm.va + offset_bytes;
}

/* -- profiles and plugins ---------------------------------------------------------------------- */

/* A profile that gets longer keeps the number that it was given first. */
static uint32_t profile(struct osim_supplicant *s, const char *kind,
			struct osim_supplicant_param *p, size_t count)
{
	const uint8_t *u;
	char name[64];

	if (!ARE(p, count, OSIM_PARAM_VALUE_INOUT, OSIM_PARAM_MEM_IN, OSIM_PARAM_MEM_IN) ||
	    !p[1].data || p[1].size_bytes != 16 || !p[2].data || p[0].a > s->profiles)
		return TEE_ERROR_BAD_PARAMETERS;
	if (!p[0].a)
		p[0].a = ++s->profiles;
	/* Not in text order, but as the secure world has it: its numbers are little endian. */
	u = p[1].data;
	snprintf(name, sizeof(name),
		 "%s-%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x.%u", kind,
		 u[3], u[2], u[1], u[0], u[5], u[4], u[7], u[6], u[8], u[9], u[10], u[11], u[12],
		 u[13], u[14], u[15], (unsigned int)p[0].a);
	return osim__files_append(&s->files, name, p[2].data, p[2].size_bytes);
}

static uint32_t plugin(const struct osim_supplicant *s, struct osim_supplicant_param *p,
		       size_t count)
{
	uint32_t uuid[4];
	size_t out_bytes = 0;
	uint32_t res;

	if (!ARE(p, count, OSIM_PARAM_VALUE_IN, OSIM_PARAM_VALUE_IN, OSIM_PARAM_VALUE_INOUT,
		 OSIM_PARAM_MEM_INOUT) ||
	    p[0].a != OPTEE_RPC_SUPP_PLUGIN_INVOKE)
		return TEE_ERROR_BAD_PARAMETERS;
	uuid[0] = (uint32_t)p[0].b;
	uuid[1] = (uint32_t)p[0].c;
	uuid[2] = (uint32_t)p[1].a;
	uuid[3] = (uint32_t)p[1].b;
	for (size_t i = 0; i < s->options.plugin_count; i++) {
		const struct osim_supplicant_plugin *g = &s->options.plugins[i];

		if (memcmp(g->uuid, uuid, sizeof(uuid)) != 0)
			continue;
		res = g->invoke(g->arg, (uint32_t)p[1].c, (uint32_t)p[2].a, p[3].data,
				p[3].size_bytes, &out_bytes);
		p[2].b = out_bytes;
		return res;
	}
	return TEE_ERROR_ITEM_NOT_FOUND;
}

uint32_t osim__supplicant_serve(struct osim_supplicant *s, uint32_t func,
				struct osim_supplicant_param *p, size_t count)
{
	switch (func) {
	case OPTEE_RPC_CMD_LOAD_TA:
		return load_ta(s, p, count);
	case OPTEE_RPC_CMD_RPMB:
		return rpmb(s, p, count);
	case OPTEE_RPC_CMD_FS:
		return osim__files_serve(&s->files, p, count);
	case OPTEE_RPC_CMD_SHM_ALLOC:
		return shm_alloc(s, p, count);
	case OPTEE_RPC_CMD_SHM_FREE:
		return shm_free(s, p, count);
	case OPTEE_RPC_CMD_GPROF:
		return profile(s, "gprof", p, count);
	case OPTEE_RPC_CMD_FTRACE:
		return profile(s, "ftrace", p, count);
	case OPTEE_RPC_CMD_SUPP_PLUGIN:
		return plugin(s, p, count);
	default:
		return s->options.other ? s->options.other(s->options.arg, func, p, count)
					: TEE_ERROR_NOT_SUPPORTED;
	}
}
