/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/pta.h>

#include "stim/scenarios.h"

/* Memory that goes from an application to the supplicant and back. */

#define MEM_BYTES   5000u
#define IN_AT	    40u
#define IN_BYTES    100u
#define OUT_AT	    8u
#define OUT_BYTES   64u
#define INOUT_AT    4090u /* across the end of a page */
#define INOUT_BYTES 50u

static const uint8_t io_uuid[16] = {0x10, 0x40, 6};

/* Bytes from at on are all the same; those before and behind are what they were. */
static bool holds(struct osim_pta_call *call, struct osim_pta_mem *mem, uint64_t at, size_t bytes,
		  unsigned char byte)
{
	unsigned char buf[OSIM__SUPPLICANT_MEM_MAX + 2];

	if (osim_pta_mem_read(call, mem, at - 1, buf, bytes + 2) || buf[0] || buf[bytes + 1])
		return false;
	for (size_t i = 1; i <= bytes; i++)
		if (buf[i] != byte)
			return false;
	return true;
}

static void put(struct osim_pta_call *call, struct osim_pta_mem *mem, uint64_t at, size_t bytes,
		unsigned char byte)
{
	unsigned char buf[OSIM__SUPPLICANT_MEM_MAX];

	memset(buf, byte, bytes);
	osim_pta_mem_write(call, mem, at, buf, bytes);
}

static uint32_t exchange(struct osim_pta_call *call, struct osim_pta_mem *in,
			 struct osim_pta_mem *out)
{
	struct osim_pta_rpc_param p[4] = {
		{.type = OSIM_PTA_VALUE_INPUT, .a = 0x1234},
		{.type = OSIM_PTA_MEMREF_INPUT, .mem = in, .offset = IN_AT, .size_bytes = IN_BYTES},
		{.type = OSIM_PTA_MEMREF_OUTPUT,
		 .mem = out,
		 .offset = OUT_AT,
		 .size_bytes = OUT_BYTES},
		{.type = OSIM_PTA_MEMREF_INOUT,
		 .mem = out,
		 .offset = INOUT_AT,
		 .size_bytes = INOUT_BYTES},
	};
	uint32_t res;

	put(call, in, 0, OSIM__SUPPLICANT_MEM_MAX, 0);
	put(call, in, IN_AT, IN_BYTES, OSIM__SUPPLICANT_IN);
	put(call, out, 0, OSIM__SUPPLICANT_MEM_MAX, 0);
	put(call, out, INOUT_AT - 1, INOUT_BYTES + 2, 0);
	put(call, out, INOUT_AT, INOUT_BYTES, OSIM__SUPPLICANT_IN);
	res = osim_pta_rpc(call, OPTEE_RPC_CMD_FS, 4, p);
	if (res)
		return res;
	if (p[2].size_bytes != OUT_BYTES - OSIM__SUPPLICANT_LESS ||
	    p[3].size_bytes != INOUT_BYTES - OSIM__SUPPLICANT_LESS)
		return TEE_ERROR_BAD_FORMAT;
	return holds(call, out, OUT_AT, OUT_BYTES, OSIM__SUPPLICANT_OUT) &&
			       holds(call, out, INOUT_AT, INOUT_BYTES, OSIM__SUPPLICANT_OUT)
		       ? TEE_SUCCESS
		       : TEE_ERROR_CORRUPT_OBJECT;
}

/* No memory at all in place of a buffer. */
static uint32_t nothing(struct osim_pta_call *call)
{
	struct osim_pta_rpc_param p[2] = {{.type = OSIM_PTA_VALUE_INPUT, .a = 0x1234},
					  {.type = OSIM_PTA_MEMREF_INOUT}};

	return osim_pta_rpc(call, OPTEE_RPC_CMD_FS, 2, p);
}

static uint32_t invoke(void *arg, struct osim_pta_call *call, void *session, uint32_t func,
		       struct osim_pta_param p[4])
{
	struct osim_pta_mem *in = osim_pta_alloc(call, OPTEE_RPC_SHM_TYPE_APPL, MEM_BYTES);
	struct osim_pta_mem *out = osim_pta_alloc(call, OPTEE_RPC_SHM_TYPE_APPL, MEM_BYTES);
	uint32_t res = in && out ? exchange(call, in, out) : TEE_ERROR_OUT_OF_MEMORY;

	(void)arg;
	(void)session;
	(void)func;
	(void)p;
	osim_pta_free(call, OPTEE_RPC_SHM_TYPE_APPL, out);
	osim_pta_free(call, OPTEE_RPC_SHM_TYPE_APPL, in);
	return res ? res : nothing(call);
}

static void program(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_tee_result result = {.ret = TEE_ERROR_GENERIC};
	struct osim_client client;
	uint32_t session;

	if (!osim__program_begin(stage, io_uuid, &client, &session))
		return;
	osim_expect(stage,
		    !osim_client_invoke(&client, session, 0, 0, NULL, 0, &result) && !result.ret,
		    "supplicant.memory",
		    "memory does not come to the supplicant and back as each side left it");
	osim__program_end(&client, session);
}

static void find_device(void *arg, const char *name)
{
	if (!strcmp(name, "teepriv0"))
		*(bool *)arg = true;
}

static void with(struct osim_stage *stage, void (*supplicant)(void *arg))
{
	static const struct osim_pta pta = {.size = sizeof(pta),
					    .uuid = {0x10, 0x40, 6},
					    .name = "io",
					    .flags = OSIM_PTA_CONCURRENT,
					    .invoke = invoke};
	bool found = false;

	if (osim_pta_register(stage->m, &pta) || !osim_stage_bind(stage))
		return;
	/* A driver may do without a supplicant. */
	osim_device_each(stage->m, find_device, &found);
	if (!found)
		return;
	osim_stage_program(stage, "supplicant", supplicant);
	osim_run(stage->m);
	osim_stage_program(stage, "program", program);
	osim_stage_finish(stage);
}

static void own(struct osim_stage *stage)
{
	with(stage, osim__program_supplicant_serve);
}

static void drivers(struct osim_stage *stage)
{
	with(stage, osim__program_supplicant_alloc);
}

static void reserved(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)machine;
	secure->set = OSIM_SECURE_SET_CAPS;
	secure->caps = OPTEE_SMC_SEC_CAP_HAVE_RESERVED_SHM | OPTEE_SMC_SEC_CAP_MEMREF_NULL;
}

static void reserved_rpc_arg(struct osim_options *machine, struct osim_secure_options *secure)
{
	reserved(machine, secure);
	secure->caps |= OPTEE_SMC_SEC_CAP_RPC_ARG;
}

const struct osim_scenario osim__scenario_supp_memory = {
	.name = "supplicant-memory",
	.what = "An application and the supplicant exchange memory of the supplicant's own.",
	.body = own};
const struct osim_scenario osim__scenario_supp_memory_alloc = {
	.name = "supplicant-memory-alloc",
	.what = "The same with memory that the driver makes.",
	.body = drivers};
const struct osim_scenario osim__scenario_supp_memory_reserved = {
	.name = "supplicant-memory-reserved",
	.what = "The same in reserved shared memory.",
	.configure = reserved,
	.body = drivers};
const struct osim_scenario osim__scenario_supp_memory_reserved_rpc = {
	.name = "supplicant-memory-reserved-rpc-arg",
	.what = "The same in reserved shared memory, with RPC arguments.",
	.configure = reserved_rpc_arg,
	.body = drivers};
