/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>
#include <string.h>

#include "secure/protmem.h"
#include "secure/secure.h"

static uint32_t tmem_in(struct osim__sthread *t, const struct osim_msg_param *p,
			struct osim__mem *mem, bool *null)
{
	const struct osim_msg_param_tmem *tmem = &p->u.tmem;
	const struct osim__secure *s = t->guest->s;
	enum osim__shm_kind kind;

	/* Nothing at all could be passed before there was that capability. */
	if (!tmem->buf_ptr && (!tmem->size || (s->caps & OPTEE_SMC_SEC_CAP_MEMREF_NULL))) {
		*null = true;
		return TEE_SUCCESS;
	}
	mem->size = tmem->size;
	if (p->attr & OPTEE_MSG_ATTR_NONCONTIG)
		return osim__shm_from_list(t, tmem->buf_ptr, tmem->size, tmem->shm_ref, &mem->shm)
			       ? TEE_ERROR_BAD_PARAMETERS
			       : TEE_SUCCESS;
	if (osim__shm_is_reserved(s, tmem->buf_ptr, tmem->size ? tmem->size : 1))
		kind = OSIM__SHM_RESERVED;
	else if (osim__protmem_holds(s, tmem->buf_ptr, tmem->size ? tmem->size : 1))
		kind = OSIM__SHM_PROTECTED;
	else
		return TEE_ERROR_BAD_PARAMETERS;
	if (osim__shm_from_reserved(t->guest, kind, tmem->buf_ptr, tmem->size, 0, &mem->shm))
		return TEE_ERROR_OUT_OF_MEMORY;
	return TEE_SUCCESS;
}

static uint32_t rmem_in(struct osim__sthread *t, const struct osim_msg_param *p,
			struct osim__mem *mem)
{
	const struct osim_msg_param_rmem *rmem = &p->u.rmem;

	if (!(t->guest->s->caps & OPTEE_SMC_SEC_CAP_DYNAMIC_SHM))
		return TEE_ERROR_BAD_PARAMETERS;
	mem->shm = osim__shm_get(t, rmem->shm_ref);
	if (!mem->shm)
		return TEE_ERROR_BAD_PARAMETERS;
	mem->offset = rmem->offs;
	mem->size = rmem->size;
	return osim__shm_holds(mem->shm, mem->offset, mem->size) ? TEE_SUCCESS : TEE_ERROR_SECURITY;
}

static uint32_t param_in(struct osim__sthread *t, const struct osim_msg_param *p,
			 struct osim_pta_param *to, struct osim__mem *mem)
{
	uint32_t type = p->attr & OPTEE_MSG_ATTR_TYPE_MASK;
	uint32_t res;

	switch (type) {
	case OPTEE_MSG_ATTR_TYPE_NONE:
		return TEE_SUCCESS;
	case OPTEE_MSG_ATTR_TYPE_VALUE_INPUT:
	case OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT:
	case OPTEE_MSG_ATTR_TYPE_VALUE_INOUT:
		to->type = OSIM_PTA_VALUE_INPUT + type - OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
		to->a = (uint32_t)p->u.value.a;
		to->b = (uint32_t)p->u.value.b;
		return TEE_SUCCESS;
	case OPTEE_MSG_ATTR_TYPE_TMEM_INPUT:
	case OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT:
	case OPTEE_MSG_ATTR_TYPE_TMEM_INOUT:
		to->type = OSIM_PTA_MEMREF_INPUT + type - OPTEE_MSG_ATTR_TYPE_TMEM_INPUT;
		res = tmem_in(t, p, mem, &to->null);
		break;
	case OPTEE_MSG_ATTR_TYPE_RMEM_INPUT:
	case OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT:
	case OPTEE_MSG_ATTR_TYPE_RMEM_INOUT:
		to->type = OSIM_PTA_MEMREF_INPUT + type - OPTEE_MSG_ATTR_TYPE_RMEM_INPUT;
		res = rmem_in(t, p, mem);
		break;
	default:
		return TEE_ERROR_BAD_PARAMETERS;
	}
	to->size_bytes = mem->size;
	return res;
}

/* OP-TEE gives back what has an attribute that is nothing but a type. */
static bool is_kept(const struct osim__secure *s, const struct osim_msg_param *p,
		    const struct osim__mem *mem)
{
	return (p->attr & ~(uint64_t)OPTEE_MSG_ATTR_TYPE_MASK) && mem->shm &&
	       mem->shm->kind == OSIM__SHM_PAGES && osim__diff(s, OSIM__DIFF_PARAM_FLAGS);
}

uint32_t osim__params_in(struct osim__sthread *t, uint32_t first, struct osim_pta_call *call)
{
	uint32_t count = t->msg.arg.num_params - first;

	*call = (struct osim_pta_call){.m = t->guest->s->m, .guest = t->guest, .thread = t};
	if (count > OSIM__TA_PARAMS)
		return TEE_ERROR_BAD_PARAMETERS;
	for (uint32_t i = 0; i < count; i++) {
		const struct osim_msg_param *p = &t->msg.params[first + i];
		uint32_t res;

		if (p->attr & OPTEE_MSG_ATTR_META)
			return TEE_ERROR_BAD_PARAMETERS;
		res = param_in(t, p, &call->params[i], &call->mem[i]);
		if (is_kept(t->guest->s, p, &call->mem[i]))
			call->kept |= 1u << i;
		if (res)
			return res;
	}
	call->count = count;
	return TEE_SUCCESS;
}

uint64_t osim__param_at(uint32_t param, size_t field)
{
	return sizeof(struct osim_msg_arg) + param * sizeof(struct osim_msg_param) +
	       offsetof(struct osim_msg_param, u) + field;
}

/* Also into our copy, which the event record gets. */
void osim__params_out(struct osim__sthread *t, uint32_t first, const struct osim_pta_call *call)
{
	for (uint32_t i = 0; i < call->count; i++) {
		const struct osim_pta_param *p = &call->params[i];
		struct osim_msg_param *copy = &t->msg.params[first + i];
		uint64_t value[2] = {p->a, p->b};

		switch (p->type) {
		case OSIM_PTA_VALUE_OUTPUT:
		case OSIM_PTA_VALUE_INOUT:
			memcpy(&copy->u, value, sizeof(value));
			osim__shm_write(t, t->arg.shm, t->arg.offset + osim__param_at(first + i, 0),
					value, sizeof(value));
			break;
		case OSIM_PTA_MEMREF_OUTPUT:
		case OSIM_PTA_MEMREF_INOUT:
			copy->u.tmem.size = p->size_bytes;
			osim__msg_put_u64(
				t,
				osim__param_at(first + i,
					       offsetof(struct osim_msg_param_tmem, size)),
				p->size_bytes);
			break;
		default:
			break;
		}
	}
}

void osim__params_put(struct osim__sthread *t, struct osim_pta_call *call)
{
	for (unsigned int i = 0; i < OSIM__TA_PARAMS; i++) {
		struct osim__shm *shm = call->mem[i].shm;

		call->mem[i].shm = NULL;
		if (!(call->kept & (1u << i)))
			osim__shm_put(t, shm);
	}
}
