/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/peripheral.h>
#include <optee_sim/pta.h>

#include "kernel/host.h"
#include "stim/asks.h"
#include "stim/scenarios.h"

/* What the kernel itself answers to RPCs, to the last value. */

#define BAD    TEE_ERROR_BAD_PARAMETERS
#define MS_NS  1000000u
#define SEC_NS 1000000000u
#define BUS    3
#define CHIP   0x50u
#define DATA   16u

/* What stays as it was sent shows. */
#define UNSET 0x5e5e5e5eu

#define VALUE_IN(...)                                       \
	{                                                   \
		.type = OSIM_PTA_VALUE_INPUT, ##__VA_ARGS__ \
	}
#define VALUE_OUT(...)                                       \
	{                                                    \
		.type = OSIM_PTA_VALUE_OUTPUT, ##__VA_ARGS__ \
	}

/* --- time --- */

static void ask_time(struct osim_stage *stage, struct osim_pta_call *call)
{
	struct osim_pta_rpc_param t[2] = {VALUE_OUT(.a = UNSET, .b = UNSET),
					  VALUE_OUT(.a = UNSET, .b = UNSET)};
	uint64_t first, second, slept = osim_now_ns(stage->m);
	uint32_t ret;

	ret = osim_pta_rpc(call, OPTEE_RPC_CMD_GET_TIME, 1, &t[0]);
	ret |= osim_pta_sleep_ms(call, 1500);
	ret |= osim_pta_rpc(call, OPTEE_RPC_CMD_GET_TIME, 1, &t[1]);
	slept = osim_now_ns(stage->m) - slept;
	first = t[0].a * SEC_NS + t[0].b;
	second = t[1].a * SEC_NS + t[1].b;
	osim_expect(stage, !ret, "rpc.result", "GET_TIME or SUSPEND is not answered with success");
	osim_expect(stage, ret || slept >= (uint64_t)1500 * MS_NS, "rpc.suspend-short",
		    "SUSPEND of 1500 ms ends earlier");
	osim_expect(stage, ret || slept < (uint64_t)1600 * MS_NS, "rpc.suspend-long",
		    "SUSPEND of 1500 ms lasts more than 100 ms too long");
	osim_expect(stage, ret || (t[0].b < SEC_NS && t[1].b < SEC_NS), "rpc.time",
		    "GET_TIME gives a billion nanoseconds or more beside the seconds");
	osim_expect(stage,
		    ret || (second - first >= slept - MS_NS && second - first <= slept + MS_NS),
		    "rpc.time", "GET_TIME does not go as time does");
}

static const struct osim__ask kernel_asks[] = {
	{"SUSPEND of 0 ms", OPTEE_RPC_CMD_SUSPEND, 1, TEE_SUCCESS, {VALUE_IN()}, {{0}}},
	{"SEND",
	 OPTEE_RPC_CMD_NOTIFICATION,
	 1,
	 TEE_SUCCESS,
	 {VALUE_IN(.a = OPTEE_RPC_NOTIFICATION_SEND, .b = 7)},
	 {{0}}},
	{"WAIT for a value that was sent",
	 OPTEE_RPC_CMD_NOTIFICATION,
	 1,
	 TEE_SUCCESS,
	 {VALUE_IN(.a = OPTEE_RPC_NOTIFICATION_WAIT, .b = 7, .c = 20)},
	 {{0}}},
	{NULL, 0, 0, 0, {{0}}, {{0}}}};

/* Time-outs and the maximum came with asynchronous notifications, or later. */
static const struct osim__ask timeout_asks[] = {
	{"WAIT of 20 ms for a value that does not come",
	 OPTEE_RPC_CMD_NOTIFICATION,
	 1,
	 TEE_ERROR_TIMEOUT,
	 {VALUE_IN(.a = OPTEE_RPC_NOTIFICATION_WAIT, .b = 6, .c = 20)},
	 {{0}}},
	{NULL, 0, 0, 0, {{0}}, {{0}}}};

static const struct osim__ask malformed_asks[] = {
	{"GET_TIME without a parameter", OPTEE_RPC_CMD_GET_TIME, 0, BAD, {{0}}, {{0}}},
	{"GET_TIME with two parameters",
	 OPTEE_RPC_CMD_GET_TIME,
	 2,
	 BAD,
	 {VALUE_OUT(), VALUE_OUT()},
	 {{0}}},
	{"GET_TIME into an input", OPTEE_RPC_CMD_GET_TIME, 1, BAD, {VALUE_IN()}, {{0}}},
	{"SUSPEND without a parameter", OPTEE_RPC_CMD_SUSPEND, 0, BAD, {{0}}, {{0}}},
	{"SUSPEND with two parameters",
	 OPTEE_RPC_CMD_SUSPEND,
	 2,
	 BAD,
	 {VALUE_IN(), VALUE_IN()},
	 {{0}}},
	{"SUSPEND of an output", OPTEE_RPC_CMD_SUSPEND, 1, BAD, {VALUE_OUT()}, {{0}}},
	{"NOTIFICATION without a parameter", OPTEE_RPC_CMD_NOTIFICATION, 0, BAD, {{0}}, {{0}}},
	{"NOTIFICATION with two parameters",
	 OPTEE_RPC_CMD_NOTIFICATION,
	 2,
	 BAD,
	 {VALUE_IN(.a = OPTEE_RPC_NOTIFICATION_SEND, .b = 5), VALUE_IN()},
	 {{0}}},
	{"NOTIFICATION with an output",
	 OPTEE_RPC_CMD_NOTIFICATION,
	 1,
	 BAD,
	 {VALUE_OUT(.a = OPTEE_RPC_NOTIFICATION_SEND, .b = 5)},
	 {{0}}},
	{"NOTIFICATION that is neither WAIT nor SEND",
	 OPTEE_RPC_CMD_NOTIFICATION,
	 1,
	 BAD,
	 {VALUE_IN(.a = 2, .b = 5)},
	 {{0}}},
	{NULL, 0, 0, 0, {{0}}, {{0}}}};

static const struct osim__ask beyond_asks[] = {
	{"SEND of a value above the maximum",
	 OPTEE_RPC_CMD_NOTIFICATION,
	 1,
	 BAD,
	 {VALUE_IN(.a = OPTEE_RPC_NOTIFICATION_SEND, .b = 0x100000)},
	 {{0}}},
	{"WAIT for a value above the maximum",
	 OPTEE_RPC_CMD_NOTIFICATION,
	 1,
	 BAD,
	 {VALUE_IN(.a = OPTEE_RPC_NOTIFICATION_WAIT, .b = 0x100000, .c = 20)},
	 {{0}}},
	{NULL, 0, 0, 0, {{0}}, {{0}}}};

static void ask_kernel(struct osim__asking *asking, struct osim_pta_call *call, uint32_t program)
{
	(void)program;
	ask_time(asking->stage, call);
	osim__asks_make(asking->stage, call, kernel_asks);
	if (!osim__khost_driver_lacks_notif(asking->stage->driver))
		osim__asks_make(asking->stage, call, timeout_asks);
}

static void kernel_rpcs(struct osim_stage *stage)
{
	struct osim__asking *asking =
		OSIM__KEEP(stage, struct osim__asking, .stage = stage, .ask = ask_kernel);

	osim__asks_run(asking);
}

static void ask_malformed(struct osim__asking *asking, struct osim_pta_call *call, uint32_t program)
{
	(void)program;
	osim__asks_make(asking->stage, call, malformed_asks);
	if (!osim__khost_driver_lacks_notif(asking->stage->driver))
		osim__asks_make(asking->stage, call, beyond_asks);
}

static void malformed_rpcs(struct osim_stage *stage)
{
	struct osim__asking *asking =
		OSIM__KEEP(stage, struct osim__asking, .stage = stage, .ask = ask_malformed);

	osim__asks_run(asking);
}

/* --- I2C --- */

struct chip {
	uint8_t memory[DATA];
	unsigned int reads, writes;
	uint16_t address;
	int error;
};

static int chip_transfer(void *arg, uint16_t address, bool read, uint8_t *buf, size_t size_bytes)
{
	struct chip *chip = arg;

	if (chip->error)
		return chip->error;
	chip->address = address;
	if (size_bytes != DATA)
		return -EIO;
	*(read ? &chip->reads : &chip->writes) += 1;
	if (read)
		memcpy(buf, chip->memory, size_bytes);
	else
		memcpy(chip->memory, buf, size_bytes);
	return 0;
}

/* [0] mode, bus, address [1] flags [2] data [3] bytes transferred */
static void transfer_params(struct osim_pta_rpc_param p[4], uint32_t mode, struct osim_pta_mem *mem)
{
	p[0] = (struct osim_pta_rpc_param)VALUE_IN(.a = mode, .b = BUS, .c = CHIP);
	p[1] = (struct osim_pta_rpc_param)VALUE_IN();
	p[2] = (struct osim_pta_rpc_param){
		.type = OSIM_PTA_MEMREF_INOUT, .mem = mem, .size_bytes = DATA};
	p[3] = (struct osim_pta_rpc_param)VALUE_OUT(.a = UNSET);
}

static uint32_t transfer(struct osim_pta_call *call, uint32_t mode, struct osim_pta_mem *mem)
{
	struct osim_pta_rpc_param p[4];
	uint32_t ret;

	transfer_params(p, mode, mem);
	ret = osim_pta_rpc(call, OPTEE_RPC_CMD_I2C_TRANSFER, 4, p);
	return !ret && p[3].a != DATA ? TEE_ERROR_GENERIC : ret;
}

static void expect_transfers(struct osim__asking *asking, struct osim_pta_call *call,
			     struct osim_pta_mem *mem)
{
	struct osim_stage *stage = asking->stage;
	struct chip *chip = asking->own;
	uint8_t data[DATA] = "written, by RPC";

	osim_pta_mem_write(call, mem, 0, data, DATA);
	osim_expect(stage,
		    !transfer(call, OPTEE_RPC_I2C_TRANSFER_WR, mem) && chip->writes == 1 &&
			    chip->address == CHIP && !memcmp(chip->memory, data, DATA),
		    "rpc.i2c", "I2C_TRANSFER does not write what it was given to the chip");
	memcpy(chip->memory, "to be read back", DATA);
	osim_expect(stage, !transfer(call, OPTEE_RPC_I2C_TRANSFER_RD, mem) && chip->reads == 1,
		    "rpc.i2c", "I2C_TRANSFER does not read from the chip");
	osim_pta_mem_read(call, mem, 0, data, DATA);
	osim_expect(stage, !memcmp(chip->memory, data, DATA), "rpc.i2c",
		    "I2C_TRANSFER does not give what the chip has");
	chip->error = -EIO;
	osim_expect(stage,
		    transfer(call, OPTEE_RPC_I2C_TRANSFER_RD, mem) == TEE_ERROR_COMMUNICATION,
		    "rpc.i2c", "I2C_TRANSFER that the bus failed is not TEE_ERROR_COMMUNICATION");
	chip->error = 0;
}

/* Each with one thing wrong. */
static void expect_refusals(struct osim__asking *asking, struct osim_pta_call *call,
			    struct osim_pta_mem *mem)
{
	static const enum osim_pta_type wrong[] = {OSIM_PTA_VALUE_INOUT, OSIM_PTA_VALUE_OUTPUT,
						   OSIM_PTA_MEMREF_OUTPUT, OSIM_PTA_VALUE_INPUT};
	struct osim_stage *stage = asking->stage;
	struct chip *chip = asking->own;
	unsigned int before = chip->reads + chip->writes;
	struct osim_pta_rpc_param p[4];

	for (unsigned int i = 0; i < 8; i++) {
		transfer_params(p, i == 4 ? 7 : OPTEE_RPC_I2C_TRANSFER_RD, mem);
		if (i < 4)
			p[i].type = wrong[i];
		if (i == 5)
			p[0].b = BUS + 1;
		if (i == 6)
			p[1].a = OPTEE_RPC_I2C_FLAGS_TEN_BIT;
		osim_expect(stage,
			    osim_pta_rpc(call, OPTEE_RPC_CMD_I2C_TRANSFER, i == 7 ? 3 : 4, p) ==
				    BAD,
			    "rpc.i2c",
			    "I2C_TRANSFER that is malformed, or that no bus can do, is not "
			    "TEE_ERROR_BAD_PARAMETERS");
	}
	osim_expect(stage, chip->reads + chip->writes == before, "rpc.i2c",
		    "I2C_TRANSFER that is refused reaches the chip");
}

static void expect_ten_bits(struct osim__asking *asking, struct osim_pta_call *call,
			    struct osim_pta_mem *mem)
{
	struct osim_stage *stage = asking->stage;
	struct chip *chip = asking->own;
	struct osim_pta_rpc_param p[4];

	transfer_params(p, OPTEE_RPC_I2C_TRANSFER_RD, mem);
	p[0].b = BUS + 2;
	p[0].c = 0x250;
	p[1].a = OPTEE_RPC_I2C_FLAGS_TEN_BIT;
	osim_expect(stage,
		    !osim_pta_rpc(call, OPTEE_RPC_CMD_I2C_TRANSFER, 4, p) && chip->address == 0x250,
		    "rpc.i2c", "I2C_TRANSFER does not reach an address of ten bits");
}

/* What stands in front of the data is another thing. */
static void expect_offset(struct osim__asking *asking, struct osim_pta_call *call,
			  struct osim_pta_mem *mem)
{
	struct chip *chip = asking->own;
	struct osim_pta_rpc_param p[4];
	uint8_t data[DATA] = "behind the front";

	osim_pta_mem_write(call, mem, DATA, data, DATA);
	transfer_params(p, OPTEE_RPC_I2C_TRANSFER_WR, mem);
	p[2].offset = DATA;
	osim_expect(asking->stage,
		    !osim_pta_rpc(call, OPTEE_RPC_CMD_I2C_TRANSFER, 4, p) &&
			    !memcmp(chip->memory, data, DATA),
		    "rpc.i2c", "I2C_TRANSFER takes no heed of the offset into its buffer");
}

static void with_chip(struct osim__asking *asking, struct osim_pta_call *call,
		      void (*expect)(struct osim__asking *asking, struct osim_pta_call *call,
				     struct osim_pta_mem *mem))
{
	struct osim_pta_mem *mem = osim_pta_alloc(call, OPTEE_RPC_SHM_TYPE_KERNEL, 2 * DATA);

	if (!mem)
		return;
	if (transfer(call, OPTEE_RPC_I2C_TRANSFER_RD, mem) == TEE_ERROR_NOT_SUPPORTED) {
		osim_stage_lacks(asking->stage, "I2C_TRANSFER");
	} else {
		((struct chip *)asking->own)->reads = 0;
		expect(asking, call, mem);
	}
	osim_pta_free(call, OPTEE_RPC_SHM_TYPE_KERNEL, mem);
}

static void ask_i2c(struct osim__asking *asking, struct osim_pta_call *call, uint32_t program)
{
	(void)program;
	with_chip(asking, call, expect_transfers);
	with_chip(asking, call, expect_ten_bits);
	with_chip(asking, call, expect_offset);
}

static void ask_i2c_malformed(struct osim__asking *asking, struct osim_pta_call *call,
			      uint32_t program)
{
	(void)program;
	with_chip(asking, call, expect_refusals);
}

static void with_buses(struct osim__asking *asking)
{
	struct chip *chip = OSIM__KEEP(asking->stage, struct chip, .reads = 0);
	struct osim_i2c_bus bus = {.size = sizeof(bus), .transfer = chip_transfer, .arg = chip};

	asking->own = chip;
	for (bus.number = BUS; bus.number <= BUS + 2; bus.number += 2) {
		bus.ten_bit = bus.number != BUS;
		osim_i2c_add(asking->stage->m, &bus);
	}
	osim__asks_run(asking);
}

static void i2c(struct osim_stage *stage)
{
	struct osim__asking *asking =
		OSIM__KEEP(stage, struct osim__asking, .stage = stage, .ask = ask_i2c);

	with_buses(asking);
}

static void i2c_malformed(struct osim_stage *stage)
{
	struct osim__asking *asking =
		OSIM__KEEP(stage, struct osim__asking, .stage = stage, .ask = ask_i2c_malformed);

	with_buses(asking);
}

const struct osim_scenario osim__scenario_rpc_kernel = {
	.name = "rpc-kernel",
	.what = "GET_TIME, SUSPEND and NOTIFICATION, and to the last value what they are answered.",
	.body = kernel_rpcs};
const struct osim_scenario osim__scenario_rpc_malformed = {
	.name = "rpc-malformed",
	.what = "The same with wrong parameters.",
	.body = malformed_rpcs,
	.who = OSIM_WHO_HOSTILE};
const struct osim_scenario osim__scenario_rpc_i2c = {
	.name = "rpc-i2c", .what = "I2C transfers, and what each is answered.", .body = i2c};
const struct osim_scenario osim__scenario_rpc_i2c_malformed = {
	.name = "rpc-i2c-malformed",
	.what = "The same with wrong parameters, and to a bus that is not there.",
	.body = i2c_malformed,
	.who = OSIM_WHO_HOSTILE};
