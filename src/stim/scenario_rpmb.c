/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/peripheral.h>
#include <optee_sim/pta.h>

#include "kernel/host.h"
#include "stim/asks.h"
#include "stim/scenarios.h"
#include "stim/strict.h"

/* Replay protected memory: found and reached by RPCs, through the kernel or the supplicant. */

#define BAD    TEE_ERROR_BAD_PARAMETERS
#define NONE   TEE_ERROR_ITEM_NOT_FOUND
#define BLOCKS 3u
#define ROOM   64u
#define OFFSET 16u
#define UNSET  0x5e5e5e5eu
#define MS     1000000u

static const char *const ids[BLOCKS] = {"first", "the second", "the third of them"};

struct block {
	unsigned int routed;
	uint8_t mask;
	int error;
};

static int route(void *arg, const uint8_t *request, size_t request_bytes, uint8_t *response,
		 size_t response_bytes)
{
	struct block *block = arg;

	block->routed++;
	for (size_t i = 0; i < request_bytes && i < response_bytes; i++)
		response[i] = request[i] ^ block->mask;
	return block->error;
}

static void add_blocks(struct osim_machine *m, struct block blocks[BLOCKS])
{
	struct osim_rpmb rpmb = {.size = sizeof(rpmb), .route = route};

	for (unsigned int i = 0; i < BLOCKS; i++) {
		blocks[i] = (struct block){.mask = (uint8_t)(0x21 << i)};
		rpmb.type = (enum osim_rpmb_type)i;
		rpmb.id = (const uint8_t *)ids[i];
		rpmb.id_bytes = strlen(ids[i]);
		rpmb.reliable_write_count = (uint16_t)(2 + i);
		rpmb.capacity = (uint16_t)(32 + i);
		rpmb.arg = &blocks[i];
		osim_rpmb_add(m, &rpmb);
	}
}

/* --- one RPC each --- */

static uint32_t reset(struct osim_stage *stage, struct osim_pta_call *call)
{
	struct osim_pta_rpc_param p = {
		.type = OSIM_PTA_VALUE_OUTPUT, .a = UNSET, .b = UNSET, .c = UNSET};
	uint32_t ret = osim_pta_rpc(call, OPTEE_RPC_CMD_RPMB_PROBE_RESET, 1, &p);

	osim_expect(stage, !ret && p.a == OPTEE_RPC_SHM_TYPE_KERNEL && !p.b && !p.c, "rpc.rpmb",
		    "RPMB_PROBE_RESET does not say that frames are to be in the kernel's memory");
	return ret;
}

static uint32_t next(struct osim_pta_call *call, struct osim_pta_mem *mem, uint64_t room,
		     struct osim_pta_rpc_param p[2])
{
	p[0] = (struct osim_pta_rpc_param){
		.type = OSIM_PTA_VALUE_OUTPUT, .a = UNSET, .b = UNSET, .c = UNSET};
	p[1] = (struct osim_pta_rpc_param){
		.type = OSIM_PTA_MEMREF_OUTPUT, .mem = mem, .offset = OFFSET, .size_bytes = room};
	return osim_pta_rpc(call, OPTEE_RPC_CMD_RPMB_PROBE_NEXT, 2, p);
}

static void expect_next(struct osim_stage *stage, struct osim_pta_call *call,
			struct osim_pta_mem *mem, uint64_t room, unsigned int i)
{
	struct osim_pta_rpc_param p[2];
	uint32_t ret = next(call, mem, room, p);
	char id[ROOM] = "";

	osim_pta_mem_read(call, mem, OFFSET, id, strlen(ids[i]));
	osim_expect(stage,
		    !ret && p[0].a == i && p[0].b == 32 + i && p[0].c == 2 + i &&
			    p[1].size_bytes == strlen(ids[i]) && !strcmp(id, ids[i]),
		    "rpc.rpmb", "RPMB_PROBE_NEXT does not give what the next block is");
}

/* Frames in the lower half of a buffer, and the answer in the upper. */
static uint32_t frames(struct osim_pta_call *call, struct osim_pta_mem *mem)
{
	struct osim_pta_rpc_param p[2] = {
		{.type = OSIM_PTA_MEMREF_INPUT, .mem = mem, .size_bytes = ROOM},
		{.type = OSIM_PTA_MEMREF_OUTPUT, .mem = mem, .offset = ROOM, .size_bytes = ROOM}};

	return osim_pta_rpc(call, OPTEE_RPC_CMD_RPMB_FRAMES, 2, p);
}

static void expect_frames(struct osim_stage *stage, struct osim_pta_call *call,
			  struct osim_pta_mem *mem, const struct block *block)
{
	unsigned int before = block->routed;
	uint8_t frame[ROOM];

	memset(frame, 0x5a, sizeof(frame));
	osim_pta_mem_write(call, mem, 0, frame, sizeof(frame));
	osim_expect(stage, !frames(call, mem) && block->routed == before + 1, "rpc.rpmb",
		    "RPMB_FRAMES does not reach the block that was found last");
	osim_pta_mem_read(call, mem, ROOM, frame, sizeof(frame));
	osim_expect(stage,
		    frame[0] == (0x5a ^ block->mask) && frame[ROOM - 1] == (0x5a ^ block->mask),
		    "rpc.rpmb", "RPMB_FRAMES does not give what the block answers");
}

/* --- through the kernel --- */

static void expect_none(struct osim_stage *stage, uint32_t ret, const char *text)
{
	osim_expect(stage, ret == NONE, "rpc.rpmb", text);
}

static void ask_rpmb(struct osim__asking *asking, struct osim_pta_call *call, uint32_t program)
{
	struct osim_pta_mem *mem = osim_pta_alloc(call, OPTEE_RPC_SHM_TYPE_KERNEL, 2 * ROOM);
	struct osim_stage *stage = asking->stage;
	struct block *blocks = asking->own;
	struct osim_pta_rpc_param p[2];

	(void)program;
	if (!mem)
		return;
	expect_none(stage, frames(call, mem),
		    "RPMB_FRAMES before a block was found is not TEE_ERROR_ITEM_NOT_FOUND");
	reset(stage, call);
	for (unsigned int i = 0; i < BLOCKS; i++) {
		expect_next(stage, call, mem, ROOM, i);
		expect_frames(stage, call, mem, &blocks[i]);
	}
	expect_none(stage, next(call, mem, ROOM, p),
		    "RPMB_PROBE_NEXT after the last block is not TEE_ERROR_ITEM_NOT_FOUND");
	expect_none(stage, frames(call, mem),
		    "RPMB_FRAMES after the last block is not TEE_ERROR_ITEM_NOT_FOUND");
	expect_next(stage, call, mem, strlen(ids[0]), 0);
	blocks[0].error = -EIO;
	osim_expect(stage, frames(call, mem) == BAD, "rpc.rpmb",
		    "RPMB_FRAMES that the block failed is not TEE_ERROR_BAD_PARAMETERS");
	osim_expect(stage, next(call, mem, strlen(ids[1]) - 1, p) == TEE_ERROR_SHORT_BUFFER,
		    "rpc.rpmb", "RPMB_PROBE_NEXT into too little is not TEE_ERROR_SHORT_BUFFER");
	reset(stage, call);
	expect_none(stage, frames(call, mem),
		    "RPMB_FRAMES after a reset is not TEE_ERROR_ITEM_NOT_FOUND");
	expect_next(stage, call, mem, ROOM, 0);
	osim_pta_free(call, OPTEE_RPC_SHM_TYPE_KERNEL, mem);
}

/* Says which way is taken; "" where the driver does not say. */
static bool routed_by(struct osim_stage *stage, const char *who)
{
	char text[16] = "";

	osim__program_attr(stage, "tee0", "rpmb_routing_model", text, sizeof(text));
	return !strcmp(text, who);
}

static void ask_served(struct osim__asking *asking, struct osim_pta_call *call, uint32_t program)
{
	struct osim_pta_rpc_param p = {.type = OSIM_PTA_VALUE_OUTPUT};

	(void)program;
	asking->stage->count = !osim_pta_rpc(call, OPTEE_RPC_CMD_RPMB_PROBE_RESET, 1, &p);
}

/* Does it, without a word? Otherwise it waits for a supplicant, and there is none. */
static void expect_unserved(struct osim__asking *asking)
{
	struct osim_stage *stage = asking->stage;
	bool looks;

	asking->ask = ask_served;
	osim__asks_program(asking);
	osim_run_for(stage->m, 10 * MS);
	if (stage->tasks)
		osim_task_signal(stage->task[0], true);
	looks = osim__khost_looks_for_rpmb(stage->m);
	osim__asks_end(asking);
	osim_expect(stage, !looks || stage->count, "rpmb.routing",
		    "the driver looks for RPMB, and does not serve it");
	osim_expect(stage, !stage->count, "rpmb.routing",
		    "the driver does not say that the kernel serves RPMB, and it does");
	if (!stage->count && !looks)
		osim_stage_lacks(stage, "RPMB in the kernel");
}

static void in_kernel(struct osim_stage *stage,
		      void (*ask)(struct osim__asking *asking, struct osim_pta_call *call,
				  uint32_t program),
		      unsigned int programs)
{
	static const struct block none[BLOCKS];
	struct block *blocks = osim__stage_keep(stage, none, sizeof(none));
	struct osim__asking *asking =
		OSIM__KEEP(stage, struct osim__asking, .stage = stage, .ask = ask, .own = blocks);

	add_blocks(stage->m, blocks);
	if (!osim__asks_bind(asking))
		return;
	if (!routed_by(stage, "kernel\n")) {
		expect_unserved(asking);
		return;
	}
	while (programs--)
		osim__asks_program(asking);
	osim__asks_end(asking);
}

static void rpmb(struct osim_stage *stage)
{
	in_kernel(stage, ask_rpmb, 1);
}

/* Two trusted applications at once: which block is the next one is open, that there is one lock for
 * it is not. */
static void ask_at_once(struct osim__asking *asking, struct osim_pta_call *call, uint32_t program)
{
	struct osim_pta_mem *mem = osim_pta_alloc(call, OPTEE_RPC_SHM_TYPE_KERNEL, 2 * ROOM);
	struct osim_pta_rpc_param p[2];

	(void)program;
	if (!mem)
		return;
	for (unsigned int turn = 0; turn < 2; turn++) {
		osim_pta_sleep_ms(call, 1);
		next(call, mem, ROOM, p);
		osim_pta_sleep_ms(call, 1);
		frames(call, mem);
		osim_pta_sleep_ms(call, 1);
		reset(asking->stage, call);
	}
	osim_pta_free(call, OPTEE_RPC_SHM_TYPE_KERNEL, mem);
}

static void rpmb_at_once(struct osim_stage *stage)
{
	in_kernel(stage, ask_at_once, 2);
}

/* --- with parameters that are wrong --- */

#define VALUE(way)                           \
	{                                    \
		.type = OSIM_PTA_VALUE_##way \
	}
#define RESET_AS(n, ...)                                       \
	OPTEE_RPC_CMD_RPMB_PROBE_RESET, n, BAD, {__VA_ARGS__}, \
	{                                                      \
		{                                              \
			0                                      \
		}                                              \
	}
#define NEXT_AS(n, ...)                                       \
	OPTEE_RPC_CMD_RPMB_PROBE_NEXT, n, BAD, {__VA_ARGS__}, \
	{                                                     \
		{                                             \
			0                                     \
		}                                             \
	}
#define FRAMES_AS(n, ...)                                 \
	OPTEE_RPC_CMD_RPMB_FRAMES, n, BAD, {__VA_ARGS__}, \
	{                                                 \
		{                                         \
			0                                 \
		}                                         \
	}

static const struct osim__ask wrong[] = {
	{"RPMB_PROBE_RESET without a parameter", RESET_AS(0, {0})},
	{"RPMB_PROBE_RESET with two parameters", RESET_AS(2, VALUE(OUTPUT), VALUE(OUTPUT))},
	{"RPMB_PROBE_RESET into an input", RESET_AS(1, VALUE(INPUT))},
	{"RPMB_PROBE_NEXT with one parameter", NEXT_AS(1, VALUE(OUTPUT))},
	{"RPMB_PROBE_NEXT into two values", NEXT_AS(2, VALUE(OUTPUT), VALUE(OUTPUT))},
	{"RPMB_FRAMES with one parameter", FRAMES_AS(1, VALUE(INPUT))},
	{"RPMB_FRAMES of two values", FRAMES_AS(2, VALUE(INPUT), VALUE(OUTPUT))},
	{NULL, 0, 0, 0, {{0}}, {{0}}}};

static void ask_rpmb_malformed(struct osim__asking *asking, struct osim_pta_call *call,
			       uint32_t program)
{
	static const enum osim_pta_type types[3][2] = {
		{OSIM_PTA_VALUE_INPUT, OSIM_PTA_MEMREF_OUTPUT},
		{OSIM_PTA_MEMREF_OUTPUT, OSIM_PTA_MEMREF_OUTPUT},
		{OSIM_PTA_MEMREF_INPUT, OSIM_PTA_MEMREF_INPUT}};
	struct osim_pta_mem *mem = osim_pta_alloc(call, OPTEE_RPC_SHM_TYPE_KERNEL, ROOM);
	struct osim_pta_rpc_param p[2];

	(void)program;
	if (!mem)
		return;
	reset(asking->stage, call);
	expect_next(asking->stage, call, mem, ROOM - OFFSET, 0);
	osim__asks_make(asking->stage, call, wrong);
	for (unsigned int i = 0; i < 3; i++) {
		for (unsigned int k = 0; k < 2; k++)
			p[k] = (struct osim_pta_rpc_param){
				.type = types[i][k], .mem = mem, .size_bytes = ROOM};
		osim_expect(asking->stage,
			    osim_pta_rpc(call,
					 i ? OPTEE_RPC_CMD_RPMB_FRAMES
					   : OPTEE_RPC_CMD_RPMB_PROBE_NEXT,
					 2, p) == BAD,
			    "rpc.rpmb",
			    "an RPC for RPMB with a parameter of the wrong kind is not "
			    "TEE_ERROR_BAD_PARAMETERS");
	}
	osim_pta_free(call, OPTEE_RPC_SHM_TYPE_KERNEL, mem);
}

static void rpmb_malformed(struct osim_stage *stage)
{
	in_kernel(stage, ask_rpmb_malformed, 1);
}

/* --- through the supplicant --- */

static void without_probe(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)machine;
	secure->set = OSIM_SECURE_SET_CAPS;
	secure->caps = OPTEE_SMC_SEC_CAP_DYNAMIC_SHM | OPTEE_SMC_SEC_CAP_ASYNC_NOTIF |
		       OPTEE_SMC_SEC_CAP_MEMREF_NULL | OPTEE_SMC_SEC_CAP_RPC_ARG;
}

static void ask_user(struct osim__asking *asking, struct osim_pta_call *call, uint32_t program)
{
	struct osim_pta_rpc_param p = {.type = OSIM_PTA_VALUE_OUTPUT};

	(void)program;
	for (uint32_t cmd = OPTEE_RPC_CMD_RPMB_PROBE_RESET; cmd <= OPTEE_RPC_CMD_RPMB_FRAMES; cmd++)
		osim_expect(asking->stage,
			    osim_pta_rpc(call, cmd, 1, &p) == TEE_ERROR_ITEM_NOT_FOUND, "rpc.rpmb",
			    "the supplicant's answer about RPMB does not come back");
}

static void serves_rpmb(void *arg)
{
	struct osim__strict s;

	if (!osim__strict_open(&s, arg))
		return;
	for (uint32_t cmd = OPTEE_RPC_CMD_RPMB_PROBE_RESET; cmd <= OPTEE_RPC_CMD_RPMB_FRAMES;
	     cmd++) {
		osim__strict_expect(&s, osim__strict_receive(&s, 2, TEE_IOCTL_PARAM_ATTR_META), 0,
				    "a request is not received");
		osim_expect(s.stage, s.call.recv.func == cmd, "supplicant.request",
			    "a request about RPMB is another one than the RPC");
		osim__strict_answer(&s, TEE_ERROR_ITEM_NOT_FOUND, 2);
	}
	osim__strict_close(&s);
}

static void rpmb_user(struct osim_stage *stage)
{
	struct osim__asking *asking =
		OSIM__KEEP(stage, struct osim__asking, .stage = stage, .ask = ask_user);

	if (!osim__asks_bind(asking) || !osim_stage_has_supplicant(stage))
		return;
	osim_expect(stage, !routed_by(stage, "kernel\n"), "rpmb.routing",
		    "the driver says that the kernel serves RPMB, which the secure world does not "
		    "ask it to");
	osim_stage_program(stage, "supplicant", serves_rpmb);
	osim_run_for(stage->m, 10 * MS);
	osim__asks_program(asking);
	osim_run_for(stage->m, 100 * MS);
	for (unsigned int i = 0; i < stage->tasks; i++) {
		osim_expect(stage, osim_task_done(stage->task[i]), "supplicant.stuck",
			    "a request about RPMB does not reach the supplicant");
		osim_task_signal(stage->task[i], true);
	}
	osim__asks_end(asking);
}

const struct osim_scenario osim__scenario_rpmb = {
	.name = "rpc-rpmb",
	.what = "Three RPMB blocks are found and reached through the kernel.",
	.body = rpmb};
const struct osim_scenario osim__scenario_rpmb_at_once = {
	.name = "rpc-rpmb-at-once",
	.what = "Two trusted applications use RPMB at the same time.",
	.body = rpmb_at_once};
const struct osim_scenario osim__scenario_rpmb_malformed = {
	.name = "rpc-rpmb-malformed",
	.what = "The same RPCs with wrong parameters.",
	.body = rpmb_malformed,
	.who = OSIM_WHO_HOSTILE};
const struct osim_scenario osim__scenario_rpmb_user = {
	.name = "rpc-rpmb-user",
	.what = "RPCs for RPMB go to the supplicant where the secure world does not ask for the kernel.",
	.configure = without_probe,
	.body = rpmb_user};
