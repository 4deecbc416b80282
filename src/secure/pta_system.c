/* SPDX-License-Identifier: BSD-2-Clause */
#include "secure/secure.h"

static uint32_t nest(struct osim_pta_call *call, struct osim_pta_param params[4])
{
	static const int from[4] = {2, 3, -1, -1};
	uint8_t uuid[16];
	uint32_t session, res;

	if (params[0].type != OSIM_PTA_MEMREF_INPUT || params[1].type != OSIM_PTA_VALUE_INPUT)
		return TEE_ERROR_BAD_PARAMETERS;
	res = osim_pta_read(call, 0, 0, uuid, sizeof(uuid));
	if (!res)
		res = osim_pta_ta_open(call, uuid, NULL, &session);
	if (res)
		return res;
	res = osim_pta_ta_invoke(call, session, params[1].a, from);
	osim_pta_ta_close(call, session);
	return res;
}

static uint32_t login(struct osim_pta_call *call, struct osim_pta_param params[4])
{
	uint8_t uuid[16];
	uint64_t room = params[1].size_bytes;

	if (params[0].type != OSIM_PTA_VALUE_OUTPUT || params[1].type != OSIM_PTA_MEMREF_OUTPUT)
		return TEE_ERROR_BAD_PARAMETERS;
	params[0].a = osim_pta_client(call, uuid);
	params[1].size_bytes = sizeof(uuid);
	return room < sizeof(uuid) ? TEE_ERROR_SHORT_BUFFER
				   : osim_pta_write(call, 1, 0, uuid, sizeof(uuid));
}

static uint32_t values(struct osim_pta_call *call, struct osim_pta_param *p)
{
	if (p->type != OSIM_PTA_VALUE_INOUT)
		return TEE_ERROR_BAD_PARAMETERS;
	if (!p->a)
		return osim_pta_value_alloc(call, &p->a);
	osim_pta_value_free(call, p->a);
	return TEE_SUCCESS;
}

static uint32_t panic(struct osim_pta_call *call, uint32_t whole_world)
{
	if (whole_world)
		osim_pta_secure_panic(call, "asked for");
	osim_pta_panic(call);
	return TEE_SUCCESS;
}

static uint32_t invoke(void *arg, struct osim_pta_call *call, void *session, uint32_t func,
		       struct osim_pta_param params[4])
{
	(void)arg;
	(void)session;
	switch (func) {
	case OSIM_PTA_SYSTEM_POST:
		return osim_pta_post(call, params[0].a) ? TEE_ERROR_BAD_PARAMETERS : TEE_SUCCESS;
	case OSIM_PTA_SYSTEM_SLEEP:
		return osim_pta_sleep_ms(call, params[0].a);
	case OSIM_PTA_SYSTEM_NEST:
		return nest(call, params);
	case OSIM_PTA_SYSTEM_LOGIN:
		return login(call, params);
	case OSIM_PTA_SYSTEM_PANIC:
		return panic(call, params[0].a);
	case OSIM_PTA_SYSTEM_VALUES:
		return values(call, &params[0]);
	default:
		return TEE_ERROR_NOT_IMPLEMENTED;
	}
}

const struct osim_pta osim__pta_system = {.size = sizeof(osim__pta_system),
					  .uuid = OSIM_PTA_SYSTEM_UUID,
					  .name = "system",
					  .flags = OSIM_PTA_CONCURRENT,
					  .invoke = invoke};
