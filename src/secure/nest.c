/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "secure/secure.h"

/* Calls from one TA into another. */

static bool hand_on(const struct osim_pta_call *outer, const int from[4],
		    struct osim_pta_call *inner)
{
	*inner = (struct osim_pta_call){.m = outer->m,
					.guest = outer->guest,
					.thread = outer->thread,
					.count = OSIM__TA_PARAMS};
	for (unsigned int i = 0; from && i < OSIM__TA_PARAMS; i++) {
		if (from[i] < 0)
			continue;
		if (from[i] >= (int)OSIM__TA_PARAMS)
			return false;
		inner->params[i] = outer->params[from[i]];
		inner->mem[i] = outer->mem[from[i]];
	}
	return true;
}

static void hand_back(struct osim_pta_call *outer, const int from[4],
		      const struct osim_pta_call *inner)
{
	for (unsigned int i = 0; from && i < OSIM__TA_PARAMS; i++) {
		const struct osim_pta_param *p = &inner->params[i];

		if (from[i] < 0 || p->type == OSIM_PTA_VALUE_INPUT ||
		    p->type == OSIM_PTA_MEMREF_INPUT)
			continue;
		outer->params[from[i]].a = p->a;
		outer->params[from[i]].b = p->b;
		outer->params[from[i]].size_bytes = p->size_bytes;
	}
}

uint32_t osim_pta_ta_open(struct osim_pta_call *call, const uint8_t uuid[16], const int from[4],
			  uint32_t *session)
{
	struct osim__session_meta meta = {.login = TEE_LOGIN_TRUSTED_APP, .nested = true};
	struct osim_pta_call inner;
	uint32_t origin, res;

	if (!call->thread)
		return TEE_ERROR_BAD_STATE;
	if (!hand_on(call, from, &inner))
		return TEE_ERROR_BAD_PARAMETERS;
	memcpy(meta.uuid, uuid, sizeof(meta.uuid));
	if (call->session && call->session->ta)
		memcpy(meta.client, call->session->ta->uuid, sizeof(meta.client));
	res = osim__session_enter(call->thread, &meta, &inner, session, &origin);
	hand_back(call, from, &inner);
	return res;
}

uint32_t osim_pta_ta_invoke(struct osim_pta_call *call, uint32_t session, uint32_t func,
			    const int from[4])
{
	struct osim_pta_call inner;
	uint32_t origin, res;

	if (!call->thread)
		return TEE_ERROR_BAD_STATE;
	if (!hand_on(call, from, &inner))
		return TEE_ERROR_BAD_PARAMETERS;
	res = osim__session_use(call->thread, session, true, func, &inner, &origin);
	hand_back(call, from, &inner);
	return res;
}

uint32_t osim_pta_ta_close(struct osim_pta_call *call, uint32_t session)
{
	return call->thread ? osim__session_leave(call->thread, session, true)
			    : TEE_ERROR_BAD_STATE;
}
