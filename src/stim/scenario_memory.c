/* SPDX-License-Identifier: BSD-2-Clause */
#include <linux/tee.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/pta.h>

#include "stim/scenarios.h"

/* Memory that a program registers, and that the secure world asks for: page by page. */

#define PAGE	     4096u
#define MUCH	     0x800000u /* more than the kernel has in one piece */
#define LIST_ENTRIES 511u      /* pages of a buffer that one page of its list names */

static const uint8_t pages_uuid[16] = {0xa9, 0x40, 3};

static uint64_t mark_of(uint64_t page)
{
	return 0x9e3779b97f4a7c15ull * (page + 1);
}

/* --- registered: the application finds the mark at each page's begin, and leaves its own --- */

static uint32_t look(struct osim_pta_call *call, const struct osim_pta_param *p, uint32_t first)
{
	uint64_t mark;

	for (uint64_t at = first, page = 0; at + sizeof(mark) <= p->size_bytes;
	     at += PAGE, page++) {
		if (osim_pta_read(call, 0, at, &mark, sizeof(mark)))
			return TEE_ERROR_ACCESS_CONFLICT;
		if (mark != mark_of(page))
			return TEE_ERROR_CORRUPT_OBJECT;
		mark = ~mark;
		osim_pta_write(call, 0, at, &mark, sizeof(mark));
	}
	return TEE_SUCCESS;
}

/* Asks the normal world for memory of so many bytes, and uses each page of it. */
static uint32_t ask(struct osim_pta_call *call, uint64_t bytes)
{
	struct osim_pta_mem *mem = osim_pta_alloc(call, OPTEE_RPC_SHM_TYPE_KERNEL, bytes);
	uint32_t res = mem ? TEE_SUCCESS : TEE_ERROR_OUT_OF_MEMORY;
	uint64_t last = bytes - 1, mark;
	unsigned char end = 0x7e;

	for (uint64_t at = 0; !res && at + sizeof(mark) <= bytes; at += PAGE) {
		mark = mark_of(at);
		res = osim_pta_mem_write(call, mem, at, &mark, sizeof(mark));
	}
	if (!res)
		res = osim_pta_mem_write(call, mem, last, &end, 1);
	for (uint64_t at = 0; !res && at + sizeof(mark) <= bytes; at += PAGE) {
		res = osim_pta_mem_read(call, mem, at, &mark, sizeof(mark));
		if (!res && mark != mark_of(at) && at + sizeof(mark) <= last)
			res = TEE_ERROR_CORRUPT_OBJECT;
	}
	osim_pta_free(call, OPTEE_RPC_SHM_TYPE_KERNEL, mem);
	return res;
}

static void wrong_allocs(struct osim_pta_call *call)
{
	const struct osim_pta_rpc_param good = {
		.type = OSIM_PTA_VALUE_INPUT, .a = OPTEE_RPC_SHM_TYPE_KERNEL, .b = PAGE};
	struct osim_pta_rpc_param p[2] = {good, good};
	struct osim_pta_mem *mem = osim_pta_alloc(call, OPTEE_RPC_SHM_TYPE_KERNEL, 2 * PAGE);

	osim_pta_rpc(call, OPTEE_RPC_CMD_SHM_ALLOC, 2, p);
	osim_pta_rpc(call, OPTEE_RPC_CMD_SHM_ALLOC, 0, NULL);
	p[0].type = OSIM_PTA_VALUE_INOUT;
	osim_pta_rpc(call, OPTEE_RPC_CMD_SHM_ALLOC, 1, p);
	osim_pta_rpc(call, OPTEE_RPC_CMD_SHM_FREE, 0, NULL);
	osim_pta_rpc(call, OPTEE_RPC_CMD_SHM_FREE, 1, p);
	p[0] = good;
	p[0].b = 0;
	p[1] = p[0];
	osim_pta_rpc(call, OPTEE_RPC_CMD_SHM_FREE, 2, p);
	p[0].a = 99;
	p[0].b = PAGE;
	osim_pta_rpc(call, OPTEE_RPC_CMD_SHM_ALLOC, 1, p);
	osim_pta_free(call, OPTEE_RPC_SHM_TYPE_KERNEL, mem);
}

static uint32_t invoke(void *arg, struct osim_pta_call *call, void *session, uint32_t func,
		       struct osim_pta_param p[4])
{
	(void)arg;
	(void)session;
	if (p[0].type == OSIM_PTA_MEMREF_INOUT)
		return look(call, &p[0], func);
	if (p[0].type == OSIM_PTA_VALUE_INPUT)
		return ask(call, p[0].a);
	wrong_allocs(call);
	return TEE_SUCCESS;
}

/* --- what such a request is answered with --- */

static void alloc_event(struct osim_stage *stage, const struct osim_event *e)
{
	const struct osim_msg_param *p;

	if (e->kind != OSIM_EVENT_RPC || !e->msg || !(e->flags & OSIM_EVENT_F_END) ||
	    e->value != OPTEE_SMC_RPC_FUNC_CMD ||
	    (e->msg->cmd != OPTEE_RPC_CMD_SHM_ALLOC && e->msg->cmd != OPTEE_RPC_CMD_SHM_FREE))
		return;
	p = OSIM_MSG_PARAMS(e->msg);
	osim_expect(stage, e->msg->ret_origin == TEE_ORIGIN_COMMS, "rpc.shm-origin",
		    "an answer about shared memory has another origin than the normal world");
	if (e->msg->num_params != 1 || (e->msg->cmd == OPTEE_RPC_CMD_SHM_FREE && e->msg->ret) ||
	    (p[0].attr & OPTEE_MSG_ATTR_TYPE_MASK) == OPTEE_MSG_ATTR_TYPE_VALUE_INOUT)
		osim_expect(stage, e->msg->ret == TEE_ERROR_BAD_PARAMETERS, "rpc.shm-params",
			    "a malformed request about shared memory is not told to be one");
	else if (e->msg->cmd == OPTEE_RPC_CMD_SHM_ALLOC && e->msg->ret)
		osim_expect(stage,
			    e->msg->ret == (p[0].u.value.a == 99 ? TEE_ERROR_BAD_PARAMETERS
								 : TEE_ERROR_OUT_OF_MEMORY),
			    "rpc.shm-refused",
			    "a request for shared memory is refused with a wrong result");
	else if (e->msg->cmd == OPTEE_RPC_CMD_SHM_ALLOC)
		osim_expect(stage, p[0].u.tmem.shm_ref && p[0].u.tmem.buf_ptr && p[0].u.tmem.size,
			    "rpc.shm-answer", "memory is given without an address or a cookie");
}

/* --- programs --- */

static void register_one(struct osim_stage *stage, struct osim_client *client, uint32_t session,
			 unsigned char *room, size_t offset, size_t bytes)
{
	struct osim_param p = {.type = OSIM_PARAM_MEM_INOUT, .size_bytes = bytes};
	/* From the offset to the next page's begin. */
	uint32_t first = (uint32_t)((PAGE - offset % PAGE) % PAGE);
	struct osim_tee_result result;
	struct osim_client_shm shm;
	unsigned char *va = room + offset;
	bool same = true;
	int rc = osim_client_shm_register(client, va, bytes, &shm);

	osim_expect(stage, !rc, "shm.register", "a program's memory cannot be registered");
	if (rc)
		return;
	for (uint64_t at = first, page = 0; at + 8 <= bytes; at += PAGE, page++)
		memcpy(va + at, &(uint64_t){mark_of(page)}, 8);
	p.shm = &shm;
	rc = osim_client_invoke(client, session, first, 0, &p, 1, &result);
	osim_expect(stage, !rc && !result.ret, "shm.pages",
		    "the secure world does not see a program's memory as the program does");
	for (uint64_t at = first, page = 0; at + 8 <= bytes; at += PAGE, page++)
		same = same && !memcmp(va + at, &(uint64_t){~mark_of(page)}, 8);
	osim_expect(stage, rc || result.ret || same, "shm.pages",
		    "the program does not see what the secure world wrote into its memory");
	osim_client_shm_free(client, &shm);
}

/* A driver need not know how to. */
static bool registers(struct osim_stage *stage, struct osim_client *client)
{
	struct tee_ioctl_version_data version = {.impl_id = 0};

	return !osim_ioctl(stage->m, client->fd, (unsigned int)TEE_IOC_VERSION, &version) &&
	       (version.gen_caps & TEE_GEN_CAP_REG_MEM);
}

static bool begin(struct osim_stage *stage, struct osim_client *client, uint32_t *session)
{
	return osim__program_begin(stage, pages_uuid, client, session);
}

/* Lengths that no memory has, to the end of the address space and around it; and more than there
 * is. */
static void refused(struct osim_stage *stage, struct osim_client *client, unsigned char *va)
{
	const size_t bytes[] = {SIZE_MAX, SIZE_MAX - PAGE, SIZE_MAX / 2, -(uintptr_t)va,
				(size_t)1 << 34};
	struct osim_client_shm shm;

	for (unsigned int i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++)
		osim_expect(stage, osim_client_shm_register(client, va, bytes[i], &shm) < 0,
			    "shm.length",
			    "memory of a length is registered that a program has not");
	if (!osim_client_shm_alloc(client, MUCH, &shm))
		osim_client_shm_free(client, &shm);
}

/* The secure world maps what it is given as cached, so nothing else may be given to it. */
static void uncached(struct osim_stage *stage, struct osim_client *client, unsigned char *room)
{
	struct osim_client_shm shm;
	bool beside;

	for (unsigned int page = 0; page < 3; page++) {
		osim_set_uncached(stage->m, room + page * PAGE, PAGE);
		osim_expect(stage, osim_client_shm_register(client, room, 3 * PAGE, &shm) < 0,
			    "shm.uncached", "memory is registered that is not cached");
		beside = !osim_client_shm_register(client, room + 3 * PAGE, PAGE, &shm);
		osim_expect(stage, beside, "shm.register",
			    "memory beside what is not cached is refused");
		if (beside)
			osim_client_shm_free(client, &shm);
	}
	osim_set_uncached(stage->m, NULL, 0);
}

static void register_program(void *arg)
{
	static const struct {
		size_t offset, bytes;
	} parts[] = {{0, PAGE},
		     {1, PAGE},
		     {PAGE - 1, 2},
		     {8, PAGE - 8},
		     {100, 3 * PAGE},
		     {0, (size_t)LIST_ENTRIES * PAGE},
		     {16, (size_t)LIST_ENTRIES * PAGE},
		     {0, (size_t)(LIST_ENTRIES + 1) * PAGE},
		     {4088, (size_t)2 * LIST_ENTRIES * PAGE}};
	struct osim_stage *stage = arg;
	struct osim_client client;
	uint32_t session;
	unsigned char *room = aligned_alloc(PAGE, (size_t)(2 * LIST_ENTRIES + 2) * PAGE);

	if (room && begin(stage, &client, &session)) {
		for (unsigned int i = 0;
		     i < sizeof(parts) / sizeof(parts[0]) && registers(stage, &client); i++)
			register_one(stage, &client, session, room, parts[i].offset,
				     parts[i].bytes);
		if (registers(stage, &client))
			uncached(stage, &client, room);
		refused(stage, &client, room + 1);
		osim__program_end(&client, session);
	}
	free(room);
}

static void ask_program(void *arg)
{
	static const uint32_t sizes[] = {1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE + 5, 300 * PAGE};
	struct osim_stage *stage = arg;
	struct osim_tee_result result;
	struct osim_client client;
	uint32_t session;

	if (!begin(stage, &client, &session))
		return;
	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		osim_expect(stage, !osim__program_ask(&client, session, 0, sizes[i], 0),
			    "rpc.shm-pages",
			    "the secure world cannot use the memory that it is given");
	osim_expect(stage,
		    !osim_client_invoke(&client, session, 0, 0, NULL, 0, &result) && !result.ret,
		    "client.invoke", "a command does not succeed");
	osim_expect(stage, !osim__program_ask(&client, session, 0, PAGE, 0), "rpc.shm-pages",
		    "the secure world cannot use the memory that it is given");
	osim__program_end(&client, session);
}

static bool prepare(struct osim_stage *stage)
{
	static const struct osim_pta pta = {.size = sizeof(pta),
					    .uuid = {0xa9, 0x40, 3},
					    .name = "pages",
					    .flags = OSIM_PTA_CONCURRENT,
					    .invoke = invoke};

	return !osim_pta_register(stage->m, &pta) && osim_stage_bind(stage);
}

static void registering(struct osim_stage *stage)
{
	if (!prepare(stage))
		return;
	osim_stage_program(stage, "pages", register_program);
	osim_run(stage->m);
}

static void asking(struct osim_stage *stage)
{
	if (!prepare(stage))
		return;
	stage->event = alloc_event;
	stage->peer_wrong = true;
	osim_stage_program(stage, "asking", ask_program);
	osim_run(stage->m);
}

static void reserved_rpc_arg(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)machine;
	secure->set = OSIM_SECURE_SET_CAPS;
	secure->caps = OPTEE_SMC_SEC_CAP_HAVE_RESERVED_SHM | OPTEE_SMC_SEC_CAP_RPC_ARG;
}

const struct osim_scenario osim__scenario_memory = {
	.name = "memory",
	.what = "A program registers memory of one page, of part of one, and of a thousand.",
	.body = registering};
const struct osim_scenario osim__scenario_memory_rpc = {
	.name = "memory-rpc",
	.what = "The secure world asks for memory of many sizes, and in wrong ways.",
	.body = asking};
const struct osim_scenario osim__scenario_memory_rpc_reserved = {
	.name = "memory-rpc-reserved",
	.what = "The same in reserved shared memory.",
	.configure = reserved_rpc_arg,
	.body = asking};
