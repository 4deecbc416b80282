/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "secure/secure.h"

const struct osim__pta *osim__pta_find(const struct osim__secure *s, const uint8_t uuid[16])
{
	const struct osim__pta *pta;

	for (pta = s->ptas; pta; pta = pta->next)
		if (!memcmp(pta->desc.uuid, uuid, sizeof(pta->desc.uuid)))
			break;
	return pta;
}

int osim__pta_add(struct osim__secure *s, const struct osim_pta *desc)
{
	struct osim__pta **at = &s->ptas;
	struct osim__pta *pta;

	if (osim__pta_find(s, desc->uuid))
		return -EEXIST;
	pta = calloc(1, sizeof(*pta));
	if (!pta)
		return -ENOMEM;
	pta->desc = *desc;
	while (*at)
		at = &(*at)->next;
	*at = pta;
	return 0;
}

int osim__pta_replace(struct osim_machine *m, const struct osim_pta *desc)
{
	struct osim__secure *s = osim__secure_of(m);
	struct osim__pta *pta;

	for (pta = s ? s->ptas : NULL; pta; pta = pta->next)
		if (!memcmp(pta->desc.uuid, desc->uuid, sizeof(desc->uuid))) {
			pta->desc = *desc;
			return 0;
		}
	return -ENOENT;
}

void osim__pta_fini(struct osim__secure *s)
{
	while (s->ptas) {
		struct osim__pta *pta = s->ptas;

		s->ptas = pta->next;
		free(pta);
	}
}

int osim_pta_register(struct osim_machine *m, const struct osim_pta *pta)
{
	struct osim__secure *s = osim__secure_of(m);
	int rc;

	if (!pta || pta->size != sizeof(*pta))
		return osim__error(-EINVAL, "pta: not a struct osim_pta of this library");
	if (!s)
		return osim__error(-ENXIO, "the machine has no fake secure world");
	rc = osim__pta_add(s, pta);
	if (rc == -EEXIST)
		return osim__error(rc, "pta %s: there is one with that UUID",
				   pta->name ? pta->name : "?");
	return rc;
}

/* --- from inside --- */

struct osim_machine *osim_pta_machine(const struct osim_pta_call *call)
{
	return call->m;
}

uint16_t osim_pta_guest(const struct osim_pta_call *call)
{
	return call->guest->id;
}

void *osim_pta_instance(const struct osim_pta_call *call)
{
	return call->session && call->session->ta ? call->session->ta->instance : NULL;
}

int osim_pta_thread(const struct osim_pta_call *call)
{
	return call->thread ? (int)call->thread->index : -1;
}

uint32_t osim_pta_client(const struct osim_pta_call *call, uint8_t uuid[16])
{
	static const uint8_t none[16];

	if (uuid)
		memcpy(uuid, call->session ? call->session->client : none, sizeof(none));
	return call->session ? call->session->login : TEE_LOGIN_PUBLIC;
}

bool osim_pta_cancelled(const struct osim_pta_call *call)
{
	return call->session && call->session->cancelled && call->session->cancel_unmasked;
}

void osim_pta_cancel_unmask(struct osim_pta_call *call, bool unmask)
{
	if (call->session)
		call->session->cancel_unmasked = unmask;
}

static bool holds(const struct osim__mem *mem, uint64_t offset, size_t bytes)
{
	return mem->shm && bytes <= mem->size && offset <= mem->size - bytes &&
	       osim__shm_holds(mem->shm, mem->offset + offset, bytes);
}

static const struct osim__mem *mem_of(const struct osim_pta_call *call, unsigned int i)
{
	return i < OSIM__TA_PARAMS && call->params[i].type >= OSIM_PTA_MEMREF_INPUT ? &call->mem[i]
										    : NULL;
}

uint32_t osim_pta_read(struct osim_pta_call *call, unsigned int i, uint64_t offset, void *buf,
		       size_t size_bytes)
{
	const struct osim__mem *mem = mem_of(call, i);

	if (!mem || !holds(mem, offset, size_bytes))
		return TEE_ERROR_BAD_PARAMETERS;
	osim__shm_read(call->thread, mem->shm, mem->offset + offset, buf, size_bytes);
	return TEE_SUCCESS;
}

uint32_t osim_pta_write(struct osim_pta_call *call, unsigned int i, uint64_t offset,
			const void *buf, size_t size_bytes)
{
	const struct osim__mem *mem = mem_of(call, i);

	if (!mem || !holds(mem, offset, size_bytes))
		return TEE_ERROR_BAD_PARAMETERS;
	osim__shm_write(call->thread, mem->shm, mem->offset + offset, buf, size_bytes);
	return TEE_SUCCESS;
}

static struct osim__shm *of_mem(struct osim_pta_mem *mem)
{
	return (struct osim__shm *)(void *)mem;
}

static bool encode(const struct osim_pta_rpc_param *from, struct osim__rpc_param *to)
{
	struct osim__shm *shm = of_mem(from->mem);

	*to = (struct osim__rpc_param){.a = from->a, .b = from->b, .c = from->c};
	switch (from->type) {
	case OSIM_PTA_NONE:
		to->attr = OPTEE_MSG_ATTR_TYPE_NONE;
		return true;
	case OSIM_PTA_VALUE_INPUT:
	case OSIM_PTA_VALUE_OUTPUT:
	case OSIM_PTA_VALUE_INOUT:
		to->attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT + (uint32_t)from->type -
			   OSIM_PTA_VALUE_INPUT;
		return true;
	case OSIM_PTA_MEMREF_INPUT:
	case OSIM_PTA_MEMREF_OUTPUT:
	case OSIM_PTA_MEMREF_INOUT:
		to->attr = OPTEE_MSG_ATTR_TYPE_RMEM_INPUT + (uint32_t)from->type -
			   OSIM_PTA_MEMREF_INPUT;
		to->mem = (struct osim__mem){
			.shm = shm, .offset = from->offset, .size = from->size_bytes};
		return !shm || osim__shm_holds(shm, from->offset, from->size_bytes);
	default:
		return false;
	}
}

uint32_t osim_pta_rpc(struct osim_pta_call *call, uint32_t cmd, unsigned int count,
		      struct osim_pta_rpc_param *params)
{
	struct osim__rpc_param p[OSIM__RPC_PARAMS];
	uint32_t res;

	if (!call->thread)
		return TEE_ERROR_BAD_STATE;
	if (count > OSIM__RPC_PARAMS)
		return TEE_ERROR_BAD_PARAMETERS;
	for (unsigned int i = 0; i < count; i++)
		if (!encode(&params[i], &p[i]))
			return TEE_ERROR_BAD_PARAMETERS;
	res = osim__rpc_cmd(call->thread, cmd, count, p);
	for (unsigned int i = 0; i < count; i++) {
		params[i].a = p[i].a;
		params[i].b = p[i].b;
		params[i].c = p[i].c;
		params[i].size_bytes = p[i].mem.size;
	}
	return res;
}

struct osim_pta_mem *osim_pta_alloc(struct osim_pta_call *call, uint32_t type, uint64_t size_bytes)
{
	if (!call->thread)
		return NULL;
	return (struct osim_pta_mem *)(void *)osim__rpc_shm_alloc(call->thread, type, size_bytes);
}

void osim_pta_free(struct osim_pta_call *call, uint32_t type, struct osim_pta_mem *mem)
{
	if (mem && call->thread)
		osim__rpc_shm_free(call->thread, type, of_mem(mem));
}

uint32_t osim_pta_mem_read(struct osim_pta_call *call, struct osim_pta_mem *mem, uint64_t offset,
			   void *buf, size_t size_bytes)
{
	if (!call->thread || !mem || !osim__shm_holds(of_mem(mem), offset, size_bytes))
		return TEE_ERROR_BAD_PARAMETERS;
	osim__shm_read(call->thread, of_mem(mem), offset, buf, size_bytes);
	return TEE_SUCCESS;
}

uint32_t osim_pta_mem_write(struct osim_pta_call *call, struct osim_pta_mem *mem, uint64_t offset,
			    const void *buf, size_t size_bytes)
{
	if (!call->thread || !mem || !osim__shm_holds(of_mem(mem), offset, size_bytes))
		return TEE_ERROR_BAD_PARAMETERS;
	osim__shm_write(call->thread, of_mem(mem), offset, buf, size_bytes);
	return TEE_SUCCESS;
}

uint32_t osim_pta_notif_wait(struct osim_pta_call *call, uint32_t value, uint32_t timeout_ms)
{
	return call->thread ? osim__rpc_notif_wait(call->thread, value, timeout_ms)
			    : TEE_ERROR_BAD_STATE;
}

uint32_t osim_pta_notif_send(struct osim_pta_call *call, uint32_t value)
{
	return call->thread ? osim__rpc_notif_send(call->thread, value) : TEE_ERROR_BAD_STATE;
}

int osim_pta_post(struct osim_pta_call *call, uint32_t value)
{
	const struct osim__secure *s = call->guest->s;
	int rc;

	if (!(s->caps & OPTEE_SMC_SEC_CAP_ASYNC_NOTIF))
		return -ENOTSUP;
	if (value > s->max_notif)
		return -ERANGE;
	rc = osim__notif_post(call->guest, value);
	if (call->thread)
		osim__thread_point(call->thread, OSIM__POINT_POST);
	else
		osim__sched_point(&call->m->sched, OSIM__POINT_POST);
	return rc;
}

uint32_t osim_pta_value_alloc(struct osim_pta_call *call, uint32_t *value)
{
	return osim__value_alloc(call->guest, value);
}

void osim_pta_value_free(struct osim_pta_call *call, uint32_t value)
{
	if (!osim__value_free(call->guest, value))
		osim__secure_panic(call->guest->s, call->thread,
				   "a value was freed that was not allocated");
}

uint32_t osim_pta_sleep_ms(struct osim_pta_call *call, uint32_t duration_ms)
{
	struct osim__rpc_param p = {.attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT, .a = duration_ms};

	return call->thread ? osim__rpc_cmd(call->thread, OPTEE_RPC_CMD_SUSPEND, 1, &p)
			    : TEE_ERROR_BAD_STATE;
}

void osim_pta_panic(struct osim_pta_call *call)
{
	if (call->session && call->session->ta)
		call->session->ta->panicked = true;
}

void osim_pta_secure_panic(struct osim_pta_call *call, const char *why)
{
	osim__secure_panic(call->guest->s, call->thread, why);
}

void osim_pta_log(struct osim_pta_call *call, const char *format, ...)
{
	char text[256];
	va_list ap;

	if (!osim__event_on(call->m))
		return;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	osim__event_text(call->m, OSIM_EVENT_WORLD, 0, "%s", text);
}
