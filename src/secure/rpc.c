/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "secure/secure.h"

static uint64_t pair(uint32_t high, uint32_t low)
{
	return (uint64_t)high << 32 | low;
}

static void free_cookie(struct osim__sthread *t, uint64_t cookie)
{
	struct osim__rpc_regs r = {.func = OPTEE_SMC_RETURN_RPC_FREE,
				   .r1 = (uint32_t)(cookie >> 32),
				   .r2 = (uint32_t)cookie};

	if (cookie)
		osim__thread_rpc(t, &r);
}

/* Memory as the normal world hands it out for an RPC: reserved, or one page of its own. Nothing at
 * all is reserved wherever it is. NULL: nonsense. */
static struct osim__shm *handed_out(struct osim__guest *g, uint64_t pa, uint64_t size,
				    uint64_t cookie)
{
	struct osim__shm *shm;
	int rc = -1;

	if (!size || osim__shm_is_reserved(g->s, pa, size))
		rc = osim__shm_from_reserved(g, OSIM__SHM_RESERVED, pa, size, cookie, &shm);
	else if (!(pa % OSIM__PAGE_BYTES) && size <= OSIM__PAGE_BYTES)
		rc = osim__shm_from_range(g, pa, OSIM__PAGE_BYTES, cookie, &shm);
	return rc ? NULL : shm;
}

static bool arg_alloc(struct osim__sthread *t)
{
	uint64_t size = OPTEE_MSG_GET_ARG_SIZE(t->guest->s->rpc_params);
	struct osim__rpc_regs r = {.func = OPTEE_SMC_RETURN_RPC_ALLOC, .r1 = (uint32_t)size};
	struct osim__shm *shm = NULL;
	uint64_t pa, cookie;

	osim__thread_rpc(t, &r);
	pa = pair(r.a1, r.a2);
	cookie = pair(r.a4, r.a5);
	if (!(pa % sizeof(uint64_t)))
		shm = handed_out(t->guest, pa, size, cookie);
	if (!shm) {
		free_cookie(t, cookie);
		return false;
	}
	t->rpc_arg = (struct osim__mem){.shm = shm, .size = size};
	t->rpc_shm = shm;
	return true;
}

void osim__rpc_arg_drop(struct osim__sthread *t)
{
	struct osim__shm *shm = t->rpc_shm;

	if (shm)
		free_cookie(t, shm->cookie);
	t->rpc_arg.shm = NULL;
	t->rpc_shm = NULL;
	osim__shm_put(t, shm);
}

static bool is_value(uint32_t attr)
{
	return attr >= OPTEE_MSG_ATTR_TYPE_VALUE_INPUT && attr <= OPTEE_MSG_ATTR_TYPE_VALUE_INOUT;
}

static bool is_mem(uint32_t attr)
{
	return attr >= OPTEE_MSG_ATTR_TYPE_RMEM_INPUT && attr <= OPTEE_MSG_ATTR_TYPE_RMEM_INOUT;
}

/* Registered memory goes by cookie; reserved memory, and none at all, by address. A cookie of 0
 * names neither. */
static bool encode_mem(const struct osim__rpc_param *from, struct osim_msg_param *to)
{
	const struct osim__shm *shm = from->mem.shm;

	if (shm && shm->kind == OSIM__SHM_PAGES) {
		to->attr = from->attr;
		to->u.rmem.offs = from->mem.offset;
		to->u.rmem.size = from->mem.size;
		to->u.rmem.shm_ref = shm->cookie;
		return shm->cookie;
	}
	to->attr = from->attr - OPTEE_MSG_ATTR_TYPE_RMEM_INPUT + OPTEE_MSG_ATTR_TYPE_TMEM_INPUT;
	if (shm && !shm->cookie)
		return false;
	to->u.tmem.buf_ptr = shm ? osim__shm_pa(shm, from->mem.offset) : 0;
	to->u.tmem.size = from->mem.size;
	to->u.tmem.shm_ref = shm ? shm->cookie : 0;
	return true;
}

struct rpc_msg {
	struct osim_msg_arg arg;
	struct osim_msg_param params[OSIM__RPC_PARAMS];
};

static uint32_t encode(uint32_t cmd, uint32_t count, const struct osim__rpc_param *params,
		       struct rpc_msg *msg)
{
	memset(msg, 0, sizeof(*msg));
	msg->arg.cmd = cmd;
	msg->arg.num_params = count;
	msg->arg.ret = TEE_ERROR_GENERIC;
	for (uint32_t i = 0; i < count; i++) {
		if (is_value(params[i].attr)) {
			msg->params[i].attr = params[i].attr;
			msg->params[i].u.value = (struct osim_msg_param_value){
				params[i].a, params[i].b, params[i].c};
		} else if (is_mem(params[i].attr)) {
			if (!encode_mem(&params[i], &msg->params[i]))
				return TEE_ERROR_BAD_PARAMETERS;
		} else if (params[i].attr != OPTEE_MSG_ATTR_TYPE_NONE) {
			return TEE_ERROR_BAD_PARAMETERS;
		}
	}
	return TEE_SUCCESS;
}

/* Readers of events take num_params at its word up to what a message event has room for. */
static void answered_event(struct osim__sthread *t, const struct rpc_msg *msg)
{
	struct {
		struct osim_msg_arg arg;
		struct osim_msg_param params[OSIM_EVENT_PARAMS];
	} seen = {.arg = msg->arg};
	struct osim_event e = osim__event_none;

	memcpy(seen.params, msg->params, sizeof(msg->params));
	e.kind = OSIM_EVENT_RPC;
	e.flags = OSIM_EVENT_F_END;
	e.msg = &seen.arg;
	e.value = OPTEE_SMC_RPC_FUNC_CMD;
	e.secure_thread = t->index;
	osim__event_emit(t->guest->s->m, &e);
}

/* Asks, and takes the whole answer in at once. A TEE result of our own side. */
static uint32_t exchange(struct osim__sthread *t, uint32_t cmd, uint32_t count,
			 const struct osim__rpc_param *params, struct rpc_msg *msg)
{
	struct osim__rpc_regs r = {.func = OPTEE_SMC_RETURN_RPC_CMD};
	uint64_t bytes = OPTEE_MSG_GET_ARG_SIZE(count);
	uint64_t cookie;
	uint32_t res;

	if (count <= t->guest->s->rpc_params && !t->rpc_arg.shm && !arg_alloc(t))
		return TEE_ERROR_OUT_OF_MEMORY;
	if (count > OSIM__RPC_PARAMS || count > t->guest->s->rpc_params)
		return TEE_ERROR_BAD_PARAMETERS;
	/* Written as far as it goes, also where a parameter cannot be told. */
	res = encode(cmd, count, params, msg);
	osim__shm_write(t, t->rpc_arg.shm, t->rpc_arg.offset, msg, bytes);
	if (res)
		return res;
	cookie = t->rpc_shm ? t->rpc_shm->cookie : 0;
	r.r1 = (uint32_t)(cookie >> 32);
	r.r2 = (uint32_t)cookie;
	t->rpc_msg = &msg->arg;
	osim__thread_rpc(t, &r);
	t->rpc_msg = NULL;
	osim__shm_read(t, t->rpc_arg.shm, t->rpc_arg.offset, msg, bytes);
	if (osim__event_on(t->guest->s->m))
		answered_event(t, msg);
	return TEE_SUCCESS;
}

uint32_t osim__rpc_cmd(struct osim__sthread *t, uint32_t cmd, uint32_t num_params,
		       struct osim__rpc_param *params)
{
	struct rpc_msg msg;
	uint32_t res = exchange(t, cmd, num_params, params, &msg);

	if (res)
		return res;
	for (uint32_t i = 0; i < num_params; i++) {
		switch (params[i].attr) {
		case OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT:
		case OPTEE_MSG_ATTR_TYPE_VALUE_INOUT:
			params[i].a = msg.params[i].u.value.a;
			params[i].b = msg.params[i].u.value.b;
			params[i].c = msg.params[i].u.value.c;
			break;
		case OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT:
		case OPTEE_MSG_ATTR_TYPE_RMEM_INOUT:
			params[i].mem.size = msg.params[i].u.rmem.size;
			break;
		default:
			break;
		}
	}
	return msg.arg.ret;
}

static void shm_free_cmd(struct osim__sthread *t, uint32_t type, uint64_t cookie)
{
	struct osim__rpc_param p = {
		.attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT, .a = type, .b = cookie};

	osim__rpc_cmd(t, OPTEE_RPC_CMD_SHM_FREE, 1, &p);
}

struct osim__shm *osim__rpc_shm_alloc(struct osim__sthread *t, uint32_t type, uint64_t size)
{
	struct osim__rpc_param p = {
		.attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT, .a = type, .b = size, .c = 8};
	const struct osim_msg_param_tmem *tmem;
	struct osim__shm *shm = NULL;
	struct rpc_msg msg;

	if (exchange(t, OPTEE_RPC_CMD_SHM_ALLOC, 1, &p, &msg) || msg.arg.ret ||
	    msg.arg.num_params != 1)
		return NULL;
	tmem = &msg.params[0].u.tmem;
	/* What is too small is not given back. */
	if (tmem->size < size)
		return NULL;
	if (msg.params[0].attr == OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT)
		shm = handed_out(t->guest, tmem->buf_ptr, tmem->size, tmem->shm_ref);
	else if (msg.params[0].attr != (OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT | OPTEE_MSG_ATTR_NONCONTIG))
		return NULL;
	else if (osim__shm_from_list(t, tmem->buf_ptr, tmem->size, tmem->shm_ref, &shm))
		shm = NULL;
	if (!shm)
		shm_free_cmd(t, type, tmem->shm_ref);
	return shm;
}

void osim__rpc_shm_free(struct osim__sthread *t, uint32_t type, struct osim__shm *shm)
{
	uint64_t cookie = shm->cookie;

	osim__shm_put(t, shm);
	shm_free_cmd(t, type, cookie);
}

struct osim__shm *osim__rpc_payload(struct osim__sthread *t, uint64_t size)
{
	size = (size + OSIM__PAGE_BYTES - 1) & ~(uint64_t)(OSIM__PAGE_BYTES - 1);
	if (t->payload && t->payload_size >= size)
		return t->payload;
	osim__rpc_payload_drop(t);
	t->payload = osim__rpc_shm_alloc(t, OPTEE_RPC_SHM_TYPE_APPL, size);
	t->payload_size = size;
	if (t->payload && osim__shm_pa(t->payload, 0) % sizeof(uint64_t))
		osim__rpc_payload_drop(t);
	return t->payload;
}

void osim__rpc_payload_drop(struct osim__sthread *t)
{
	struct osim__shm *shm = t->payload;

	t->payload = NULL;
	if (shm)
		osim__rpc_shm_free(t, OPTEE_RPC_SHM_TYPE_APPL, shm);
}

static uint32_t notification(struct osim__sthread *t, uint32_t what, uint32_t value,
			     uint32_t timeout_ms)
{
	struct osim__rpc_param p = {
		.attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT, .a = what, .b = value, .c = timeout_ms};

	return osim__rpc_cmd(t, OPTEE_RPC_CMD_NOTIFICATION, 1, &p);
}

uint32_t osim__rpc_notif_wait(struct osim__sthread *t, uint32_t value, uint32_t timeout_ms)
{
	return notification(t, OPTEE_RPC_NOTIFICATION_WAIT, value, timeout_ms);
}

uint32_t osim__rpc_notif_send(struct osim__sthread *t, uint32_t value)
{
	return notification(t, OPTEE_RPC_NOTIFICATION_SEND, value, 0);
}
