/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "secure/secure.h"

/*
 * A TA that is not part of the secure world is looked for as OP-TEE does with its default stores:
 * first in secure storage, a file system of the normal world with the directory file "/dirf.db";
 * then as a file of the normal world by LOAD_TA. This secure world keeps nothing in such a storage:
 * what it finds there it leaves as it is.
 */
#define STORE_NAME	  "/dirf.db"
#define STORE_NAME_BYTES  350u
#define STORE_PARAMS_FILE 3u
#define STORE_PARAMS_NAME 2u

/* A function of FS that names the directory file. *fd: of the file it opened. */
static uint32_t store_call(struct osim__sthread *t, uint32_t func, uint32_t count, uint64_t *fd)
{
	static const char name[] = STORE_NAME;
	struct osim__rpc_param p[STORE_PARAMS_FILE] = {
		{.attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT, .a = func},
		{.attr = OPTEE_MSG_ATTR_TYPE_RMEM_INPUT},
		{.attr = OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT},
	};
	struct osim__shm *shm = osim__rpc_payload(t, STORE_NAME_BYTES);
	uint32_t res;

	if (!shm)
		return TEE_ERROR_OUT_OF_MEMORY;
	osim__shm_write(t, shm, 0, name, sizeof(name));
	p[1].mem = (struct osim__mem){.shm = shm, .size = STORE_NAME_BYTES};
	res = osim__rpc_cmd(t, OPTEE_RPC_CMD_FS, count, p);
	*fd = p[2].a;
	return res;
}

static void store_close(struct osim__sthread *t, uint64_t fd)
{
	struct osim__rpc_param p = {
		.attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT, .a = OPTEE_RPC_FS_CLOSE, .b = fd};

	osim__rpc_cmd(t, OPTEE_RPC_CMD_FS, 1, &p);
}

/* Opens or makes the directory file; where that fails it is removed. */
static uint32_t store_file(struct osim__sthread *t, uint32_t func)
{
	uint64_t fd;
	uint32_t res = store_call(t, func, STORE_PARAMS_FILE, &fd);

	if (!res)
		store_close(t, fd);
	else
		store_call(t, OPTEE_RPC_FS_REMOVE, STORE_PARAMS_NAME, &fd);
	return res;
}

static uint32_t store_open(struct osim__sthread *t)
{
	uint32_t res = store_file(t, OPTEE_RPC_FS_OPEN);

	return res == TEE_ERROR_ITEM_NOT_FOUND ? store_file(t, OPTEE_RPC_FS_CREATE) : res;
}

/* Looked into twice: for the directory that is there, then to begin an empty one. */
static uint32_t in_store(struct osim__sthread *t)
{
	struct osim__guest *g = t->guest;
	uint32_t res;

	osim__mutex_lock(t, &g->store_mutex);
	res = store_open(t);
	if (res == TEE_ERROR_ITEM_NOT_FOUND)
		res = store_open(t);
	osim__mutex_unlock(t, &g->store_mutex);
	return res ? res : TEE_ERROR_ITEM_NOT_FOUND;
}

static uint32_t load_call(struct osim__sthread *t, const uint8_t uuid[16], struct osim__mem *mem)
{
	struct osim__rpc_param p[2] = {
		{.attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT},
		{.attr = OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT, .mem = *mem},
	};
	uint32_t res;

	for (unsigned int i = 8; i--;) {
		p[0].a = p[0].a << 8 | uuid[i];
		p[0].b = p[0].b << 8 | uuid[8 + i];
	}
	res = osim__rpc_cmd(t, OPTEE_RPC_CMD_LOAD_TA, 2, p);
	mem->size = p[1].mem.size;
	return res;
}

/* The first call asks how large it is. Nothing is signed in this world: known tells whose binary is
 * taken as good. */
static uint32_t from_supplicant(struct osim__sthread *t, const uint8_t uuid[16], bool known)
{
	struct osim__mem mem = {0};
	struct osim__shm *shm;
	uint32_t res = load_call(t, uuid, &mem);

	if (res)
		return res;
	shm = osim__rpc_shm_alloc(t, OPTEE_RPC_SHM_TYPE_APPL, mem.size);
	if (!shm)
		return TEE_ERROR_OUT_OF_MEMORY;
	res = TEE_ERROR_SHORT_BUFFER;
	if (mem.size) {
		mem.shm = shm;
		res = load_call(t, uuid, &mem);
	}
	osim__rpc_shm_free(t, OPTEE_RPC_SHM_TYPE_APPL, shm);
	if (!res && !known)
		res = TEE_ERROR_SECURITY;
	return res;
}

uint32_t osim__load_ta(struct osim__sthread *t, const uint8_t uuid[16], bool known)
{
	static const uint8_t nil[16];
	uint32_t res;

	/* The storage has that for entries that are free. */
	if (!memcmp(uuid, nil, sizeof(nil)))
		return TEE_ERROR_GENERIC;
	res = in_store(t);
	if (res != TEE_ERROR_ITEM_NOT_FOUND && res != TEE_ERROR_STORAGE_NOT_AVAILABLE)
		return res;
	return from_supplicant(t, uuid, known);
}
