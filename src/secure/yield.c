/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>

#include "secure/secure.h"

#define RPC_ARG_BYTES(s) OPTEE_MSG_GET_ARG_SIZE((s)->rpc_params)

static uint64_t pair(uint32_t high, uint32_t low)
{
	return (uint64_t)high << 32 | low;
}

/* The message with its parameters is whole inside mem, and so is the one for RPCs behind it. 0, or
 * what a0 becomes. */
static uint32_t take_arg(struct osim__sthread *t, struct osim__shm *shm, uint64_t offset,
			 bool with_rpc_arg)
{
	const struct osim__secure *s = t->guest->s;
	uint32_t count;
	uint64_t bytes;

	if (!osim__shm_holds(shm, offset, sizeof(t->msg.arg)) ||
	    (shm->offset + offset) % sizeof(uint64_t))
		return OPTEE_SMC_RETURN_EBADADDR;
	osim__shm_read(t, shm, offset + offsetof(struct osim_msg_arg, num_params), &count,
		       sizeof(count));
	if (count > OPTEE_MSG_MAX_NUM_PARAMS)
		return osim__diff(s, OSIM__DIFF_NUM_PARAMS);
	t->msg.arg.num_params = count;
	bytes = OPTEE_MSG_GET_ARG_SIZE(count);
	if (!osim__shm_holds(shm, offset, bytes))
		return osim__diff(s, OSIM__DIFF_NUM_PARAMS);
	t->arg = (struct osim__mem){.shm = shm, .offset = offset, .size = bytes};
	if (!with_rpc_arg)
		return OPTEE_SMC_RETURN_OK;
	if (!osim__shm_holds(shm, offset + bytes, RPC_ARG_BYTES(s)))
		return OPTEE_SMC_RETURN_EBADADDR;
	if (t->guest->rpc_cache)
		osim__rpc_arg_drop(t);
	t->rpc_arg =
		(struct osim__mem){.shm = shm, .offset = offset + bytes, .size = RPC_ARG_BYTES(s)};
	return OPTEE_SMC_RETURN_OK;
}

static void emit_message(struct osim__sthread *t, uint32_t flags)
{
	struct osim_event e = osim__event_none;

	e.kind = OSIM_EVENT_MESSAGE;
	e.flags = flags;
	e.value = t->msg.arg.cmd;
	e.secure_thread = t->index;
	e.msg = &t->msg.arg;
	osim__event_emit(t->guest->s->m, &e);
}

static void message_event(struct osim__sthread *t, uint32_t flags)
{
	if (osim__event_on(t->guest->s->m))
		emit_message(t, flags);
}

static uint32_t run(struct osim__sthread *t, bool with_rpc_arg)
{
	const uint32_t num_params = t->msg.arg.num_params;
	uint32_t count = num_params;
	bool known;

	if (count > OSIM__MSG_PARAMS)
		count = OSIM__MSG_PARAMS;
	t->foreign_on = true;
	/* Read once; an interrupt that is pending comes before. */
	osim__shm_read(t, t->arg.shm, t->arg.offset, &t->msg,
		       sizeof(t->msg.arg) + count * sizeof(t->msg.params[0]));
	t->msg.arg.num_params = num_params;
	message_event(t, 0);
	known = osim__msg_run(t);
	message_event(t, OSIM_EVENT_F_END);
	osim__rpc_payload_drop(t);
	if (with_rpc_arg)
		t->rpc_arg.shm = NULL;
	if (known && !t->guest->rpc_cache)
		osim__rpc_arg_drop(t);
	return known ? OPTEE_SMC_RETURN_OK : OPTEE_SMC_RETURN_EBADCMD;
}

static uint32_t at_address(struct osim__sthread *t, uint64_t pa, bool with_rpc_arg)
{
	struct osim__guest *g = t->guest;
	struct osim__shm *shm;
	uint32_t rv;

	if (osim__shm_is_reserved(g->s, pa, sizeof(struct osim_msg_arg))) {
		rv = take_arg(t, &g->reserved, pa - g->s->shm_pa, with_rpc_arg);
		return rv ? rv : run(t, with_rpc_arg);
	}
	if (pa % OSIM__PAGE_BYTES || osim__shm_page(t, pa, &shm))
		return OPTEE_SMC_RETURN_EBADADDR;
	rv = take_arg(t, shm, 0, with_rpc_arg);
	if (!rv)
		rv = run(t, with_rpc_arg);
	osim__shm_put(t, shm);
	return rv;
}

static uint32_t in_registered(struct osim__sthread *t, uint64_t cookie, uint32_t offset)
{
	struct osim__shm *shm = osim__shm_get(t, cookie);
	uint32_t rv;

	if (!shm)
		return OPTEE_SMC_RETURN_EBADADDR;
	rv = take_arg(t, shm, offset, true);
	if (!rv)
		rv = run(t, true);
	/* A message to tell who unregisters it is allocated anew, and is left to the next call. */
	osim__shm_put(t, shm);
	return rv;
}

uint32_t osim__yield_call(struct osim__sthread *t)
{
	const struct osim__secure *s = t->guest->s;
	const uint32_t *a = t->call;

	switch (a[0]) {
	case OPTEE_SMC_CALL_WITH_ARG:
		return at_address(t, pair(a[1], a[2]), false);
	case OPTEE_SMC_CALL_WITH_RPC_ARG:
		if (s->caps & OPTEE_SMC_SEC_CAP_RPC_ARG)
			return at_address(t, pair(a[1], a[2]), true);
		break;
	case OPTEE_SMC_CALL_WITH_REGD_ARG:
		if (s->caps & OPTEE_SMC_SEC_CAP_RPC_ARG)
			return in_registered(t, pair(a[1], a[2]), a[3]);
		break;
	default:
		break;
	}
	return osim__diff(s, OSIM__DIFF_YIELD_UNKNOWN);
}
