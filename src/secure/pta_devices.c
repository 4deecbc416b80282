/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "secure/secure.h"

/* Lists the TAs that the normal world should make devices for. */
enum { GET_DEVICES = 0, GET_DEVICES_SUPP = 1, GET_DEVICES_RPMB = 2 };

static const uint8_t enumeration_uuid[16] = {0x70, 0x11, 0xa6, 0x88, 0xdd, 0xde, 0x40, 0x53,
					     0xa5, 0xa9, 0x7b, 0x3c, 0x4d, 0xdf, 0x13, 0xb8};
/* The one device that the recorded OP-TEE has. */
static const uint8_t default_device[1][16] = {{0xd9, 0x6a, 0x5b, 0x40, 0xc3, 0xe5, 0x21, 0xe3, 0x87,
					       0x94, 0x10, 0x02, 0xa5, 0xd5, 0xc6, 0x1b}};

/* The i th UUID of a list; NULL: past its end. */
static const uint8_t *device(const struct osim__secure *s, uint32_t flag, size_t i)
{
	const struct osim__pta *pta;

	if (flag == OSIM_PTA_ENUM) {
		if (i < s->device_count)
			return s->devices[i];
		i -= s->device_count;
	}
	for (pta = s->ptas; pta; pta = pta->next)
		if ((pta->desc.flags & flag) && !i--)
			return pta->desc.uuid;
	return NULL;
}

static uint32_t list(struct osim_pta_call *call, struct osim_pta_param params[4], uint32_t flag)
{
	const struct osim__secure *s = call->guest->s;
	uint64_t room = params[0].size_bytes;
	const uint8_t *uuid;
	size_t count = 0;

	if (params[0].type != OSIM_PTA_MEMREF_OUTPUT || params[1].type || params[2].type ||
	    params[3].type)
		return TEE_ERROR_BAD_PARAMETERS;
	while (device(s, flag, count))
		count++;
	params[0].size_bytes = count * sizeof(enumeration_uuid);
	if (room < params[0].size_bytes)
		return TEE_ERROR_SHORT_BUFFER;
	for (size_t i = 0; (uuid = device(s, flag, i)); i++) {
		uint32_t res = osim_pta_write(call, 0, i * sizeof(enumeration_uuid), uuid,
					      sizeof(enumeration_uuid));

		if (res)
			return res;
	}
	return TEE_SUCCESS;
}

static uint32_t invoke(void *arg, struct osim_pta_call *call, void *session, uint32_t func,
		       struct osim_pta_param params[4])
{
	(void)arg;
	(void)session;
	switch (func) {
	case GET_DEVICES:
		return list(call, params, OSIM_PTA_ENUM);
	case GET_DEVICES_SUPP:
		return list(call, params, OSIM_PTA_ENUM_SUPP);
	case GET_DEVICES_RPMB:
		return list(call, params, OSIM_PTA_ENUM_RPMB);
	default:
		return TEE_ERROR_NOT_IMPLEMENTED;
	}
}

int osim__pta_builtin(struct osim__secure *s, const struct osim_secure_options *options)
{
	struct osim_pta desc = {
		.size = sizeof(desc), .name = "device enumeration", .invoke = invoke};
	const uint8_t(*devices)[16] = options->devices;
	size_t count = options->device_count;

	if (!count && !(options->set & OSIM_SECURE_SET_DEVICES)) {
		devices = default_device;
		count = 1;
	}
	if (count) {
		s->devices = calloc(count, sizeof(*s->devices));
		if (!s->devices)
			return -ENOMEM;
		memcpy(s->devices, devices, count * sizeof(*s->devices));
		s->device_count = count;
	}
	memcpy(desc.uuid, enumeration_uuid, sizeof(desc.uuid));
	if (osim__pta_add(s, &desc) || osim__pta_add(s, &osim__pta_rpc) ||
	    osim__pta_add(s, &osim__pta_system))
		return -ENOMEM;
	return 0;
}
