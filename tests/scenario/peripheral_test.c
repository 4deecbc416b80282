/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ctest-drivers: linux-6.12-rpmb-i2c
 *
 * RPCs that a driver built with CONFIG_I2C and CONFIG_RPMB serves from hardware beside it. A pseudo
 * TA of our own makes them, with up to four parameters and memory of the kernel.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <optee_sim/abi/rpc.h>
#include <optee_sim/abi/tee.h>
#include <optee_sim/peripheral.h>

#include "scenario.h"

#define BUS	   3
#define CHIP	   0x50u
#define DATA_BYTES 32u

/* -- RPCs one after the other ------------------------------------------------------------------ */

static const uint8_t rpc_ta[16] = {0x12, 0xc0, 1, 2, 3};

struct rpc {
	uint32_t cmd;
	unsigned int count;
	struct osim_pta_rpc_param params[4]; /* memory: size_bytes at most DATA_BYTES */
	uint8_t data[4][DATA_BYTES];	     /* of the parameters that are memory */
	uint32_t result;
};

struct rpcs {
	struct rpc *rpc;
	size_t count;
};

static void make_rpc(struct osim_pta_call *call, struct rpc *r)
{
	struct osim_pta_mem *mem[4] = {NULL};
	bool memory = true;

	for (unsigned int i = 0; i < r->count; i++) {
		if (r->params[i].type < OSIM_PTA_MEMREF_INPUT)
			continue;
		mem[i] = osim_pta_alloc(call, OPTEE_RPC_SHM_TYPE_KERNEL, DATA_BYTES);
		r->params[i].mem = mem[i];
		if (mem[i])
			osim_pta_mem_write(call, mem[i], 0, r->data[i], DATA_BYTES);
		else
			memory = false;
	}
	r->result =
		memory ? osim_pta_rpc(call, r->cmd, r->count, r->params) : TEE_ERROR_OUT_OF_MEMORY;
	for (unsigned int i = 0; i < r->count; i++) {
		if (mem[i])
			osim_pta_mem_read(call, mem[i], 0, r->data[i], DATA_BYTES);
		osim_pta_free(call, OPTEE_RPC_SHM_TYPE_KERNEL, mem[i]);
	}
}

static uint32_t invoke(void *arg, struct osim_pta_call *call, void *session, uint32_t func,
		       struct osim_pta_param params[4])
{
	struct rpcs *rpcs = arg;

	(void)session;
	(void)func;
	(void)params;
	for (size_t i = 0; i < rpcs->count; i++)
		make_rpc(call, &rpcs->rpc[i]);
	return TEE_SUCCESS;
}

static void call_ta(struct program *p)
{
	uint32_t session;

	p->error = osim_client_open_session(&p->client, rpc_ta, 0, NULL, 0, &session, &p->last);
	if (!p->error && !p->last.ret)
		p->error = osim_client_invoke(&p->client, session, 0, 0, NULL, 0, &p->last);
}

/* What is beside the machine is put there between these two. */
static void begin(struct scenario *s, struct rpcs *rpcs)
{
	struct osim_pta ta = {.size = sizeof(ta), .name = "rpcs", .invoke = invoke, .arg = rpcs};

	scenario_new(s);
	memcpy(ta.uuid, rpc_ta, sizeof(ta.uuid));
	assert_int_equal(osim_pta_register(s->m, &ta), 0);
}

static void run_bound(struct scenario *s)
{
	struct program p = {0};

	program_start(&p, s, "program", call_ta);
	scenario_run(s);
	assert_true(p.done);
	assert_int_equal(p.error, 0);
	assert_int_equal(p.last.ret, TEE_SUCCESS);
	scenario_unbind(s);
	scenario_free(s);
}

static void run(struct scenario *s)
{
	scenario_bind(s);
	run_bound(s);
}

/* -- I2C --------------------------------------------------------------------------------------- */

struct chip {
	uint8_t memory[DATA_BYTES];
	uint16_t address;
	unsigned int reads, writes;
	int error;
};

static int chip_transfer(void *arg, uint16_t address, bool read, uint8_t *buf, size_t size_bytes)
{
	struct chip *chip = arg;

	if (chip->error)
		return chip->error;
	if (size_bytes > sizeof(chip->memory))
		return -EIO;
	chip->address = address;
	*(read ? &chip->reads : &chip->writes) += 1;
	if (read)
		memcpy(buf, chip->memory, size_bytes);
	else
		memcpy(chip->memory, buf, size_bytes);
	return 0;
}

static struct rpc transfer(uint32_t mode)
{
	return (struct rpc){
		.cmd = OPTEE_RPC_CMD_I2C_TRANSFER,
		.count = 4,
		.params = {{.type = OSIM_PTA_VALUE_INPUT, .a = mode, .b = BUS, .c = CHIP},
			   {.type = OSIM_PTA_VALUE_INPUT},
			   {.type = OSIM_PTA_MEMREF_INOUT, .size_bytes = 16},
			   {.type = OSIM_PTA_VALUE_OUTPUT}}};
}

/* One transfer in a machine with that chip on a bus. */
static void transfer_on(struct chip *chip, bool ten_bit, struct rpc *r)
{
	struct osim_i2c_bus bus = {.size = sizeof(bus),
				   .number = BUS,
				   .ten_bit = ten_bit,
				   .transfer = chip_transfer,
				   .arg = chip};
	struct rpcs rpcs = {.rpc = r, .count = 1};
	struct scenario s = SCENARIO;

	begin(&s, &rpcs);
	assert_int_equal(osim_i2c_add(s.m, &bus), 0);
	assert_int_equal(osim_i2c_add(s.m, &bus), -EEXIST);
	run(&s);
}

static void i2c_chip_is_read(void **state)
{
	struct rpc r = transfer(OPTEE_RPC_I2C_TRANSFER_RD);
	struct chip chip = {.memory = "what it holds, and more"};

	(void)state;
	transfer_on(&chip, false, &r);
	assert_int_equal(r.result, TEE_SUCCESS);
	assert_int_equal(r.params[3].a, 16);
	assert_string_equal((const char *)r.data[2], "what it holds, a");
	assert_int_equal(chip.address, CHIP);
	assert_int_equal(chip.reads, 1);
	assert_int_equal(chip.writes, 0);
}

static void i2c_chip_is_written(void **state)
{
	struct rpc r = transfer(OPTEE_RPC_I2C_TRANSFER_WR);
	struct chip chip = {.memory = ""};

	(void)state;
	strcpy((char *)r.data[2], "what it gets, and no more");
	transfer_on(&chip, false, &r);
	assert_int_equal(r.result, TEE_SUCCESS);
	assert_int_equal(r.params[3].a, 16);
	assert_string_equal((const char *)chip.memory, "what it gets, an");
	assert_int_equal(chip.writes, 1);
}

static void i2c_address_of_ten_bits_needs_a_bus_that_knows_it(void **state)
{
	(void)state;
	for (unsigned int ten_bit = 0; ten_bit < 2; ten_bit++) {
		struct rpc r = transfer(OPTEE_RPC_I2C_TRANSFER_RD);
		struct chip chip = {.memory = ""};

		r.params[1].a = OPTEE_RPC_I2C_FLAGS_TEN_BIT;
		r.params[0].c = 0x250;
		transfer_on(&chip, ten_bit, &r);
		assert_int_equal(r.result, ten_bit ? TEE_SUCCESS : TEE_ERROR_BAD_PARAMETERS);
		assert_int_equal(chip.reads, ten_bit);
		assert_int_equal(chip.address, ten_bit ? 0x250 : 0);
	}
}

static void i2c_transfer_that_fails_is_an_error_of_communication(void **state)
{
	struct rpc r = transfer(OPTEE_RPC_I2C_TRANSFER_RD);
	struct chip chip = {.error = -EIO};

	(void)state;
	transfer_on(&chip, false, &r);
	assert_int_equal(r.result, TEE_ERROR_COMMUNICATION);
}

static void i2c_transfer_that_makes_no_sense_is_refused(void **state)
{
	struct rpc r[3] = {transfer(OPTEE_RPC_I2C_TRANSFER_RD), transfer(7),
			   transfer(OPTEE_RPC_I2C_TRANSFER_RD)};
	struct chip chip = {.error = 0};

	(void)state;
	r[0].params[0].b = BUS + 1;
	r[2].params[2].type = OSIM_PTA_MEMREF_OUTPUT;
	for (size_t i = 0; i < 3; i++) {
		transfer_on(&chip, false, &r[i]);
		assert_int_equal(r[i].result, TEE_ERROR_BAD_PARAMETERS);
	}
	assert_int_equal(chip.reads + chip.writes, 0);
}

/* -- RPMB -------------------------------------------------------------------------------------- */

struct block {
	unsigned int routed;
	int error;
	uint8_t mask;
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

static void add_block(struct scenario *s, struct block *block, enum osim_rpmb_type type,
		      const char *id)
{
	struct osim_rpmb rpmb = {.size = sizeof(rpmb),
				 .type = type,
				 .id = (const uint8_t *)id,
				 .id_bytes = strlen(id),
				 .reliable_write_count = 2,
				 .capacity = 32,
				 .route = route,
				 .arg = block};

	assert_int_equal(osim_rpmb_add(s->m, &rpmb), 0);
}

static struct rpc probe_reset(void)
{
	return (struct rpc){.cmd = OPTEE_RPC_CMD_RPMB_PROBE_RESET,
			    .count = 1,
			    .params = {{.type = OSIM_PTA_VALUE_OUTPUT, .a = 0xff}}};
}

static struct rpc probe_next(void)
{
	return (struct rpc){.cmd = OPTEE_RPC_CMD_RPMB_PROBE_NEXT,
			    .count = 2,
			    .params = {{.type = OSIM_PTA_VALUE_OUTPUT, .a = 0xff},
				       {.type = OSIM_PTA_MEMREF_OUTPUT, .size_bytes = DATA_BYTES}}};
}

static struct rpc frames(void)
{
	return (struct rpc){.cmd = OPTEE_RPC_CMD_RPMB_FRAMES,
			    .count = 2,
			    .params = {{.type = OSIM_PTA_MEMREF_INPUT, .size_bytes = DATA_BYTES},
				       {.type = OSIM_PTA_MEMREF_OUTPUT, .size_bytes = DATA_BYTES}},
			    .data = {{0x11, 0x22}}};
}

static void expect_found(const struct rpc *r, uint32_t type, const char *id)
{
	assert_int_equal(r->result, TEE_SUCCESS);
	assert_int_equal(r->params[0].a, type);
	assert_int_equal(r->params[0].b, 32);
	assert_int_equal(r->params[0].c, 2);
	assert_int_equal(r->params[1].size_bytes, strlen(id));
	assert_string_equal((const char *)r->data[1], id);
}

static void rpmb_blocks_are_found_one_after_the_other(void **state)
{
	struct rpc r[] = {frames(), probe_reset(), probe_next(),  probe_next(),
			  frames(), probe_next(),  probe_reset(), probe_next()};
	struct rpcs rpcs = {.rpc = r, .count = sizeof(r) / sizeof(r[0])};
	struct block first = {.mask = 0x0f}, second = {.mask = 0xf0};
	struct scenario s = SCENARIO;

	(void)state;
	begin(&s, &rpcs);
	add_block(&s, &first, OSIM_RPMB_EMMC, "first");
	add_block(&s, &second, OSIM_RPMB_UFS, "second");
	run(&s);
	assert_int_equal(r[0].result, TEE_ERROR_ITEM_NOT_FOUND); /* none has been found yet */
	assert_int_equal(r[1].result, TEE_SUCCESS);
	assert_int_equal(r[1].params[0].a, OPTEE_RPC_SHM_TYPE_KERNEL);
	expect_found(&r[2], OPTEE_RPC_RPMB_EMMC, "first");
	expect_found(&r[3], OPTEE_RPC_RPMB_UFS, "second");
	assert_int_equal(r[4].result, TEE_SUCCESS);
	assert_int_equal(r[4].data[1][0], 0x11 ^ 0xf0);
	assert_int_equal(r[4].data[1][1], 0x22 ^ 0xf0);
	assert_int_equal(r[5].result, TEE_ERROR_ITEM_NOT_FOUND); /* no more */
	assert_int_equal(r[6].result, TEE_SUCCESS);
	expect_found(&r[7], OPTEE_RPC_RPMB_EMMC, "first");
	assert_int_equal(first.routed, 0);
	assert_int_equal(second.routed, 1);
}

static void rpmb_that_fails_or_is_asked_wrongly_is_an_error(void **state)
{
	struct rpc r[] = {probe_reset(), probe_next(), probe_reset(), probe_next(),
			  frames(),	 frames(),     probe_reset()};
	struct rpcs rpcs = {.rpc = r, .count = sizeof(r) / sizeof(r[0])};
	struct block block = {.error = -EIO};
	struct scenario s = SCENARIO;

	(void)state;
	r[1].params[1].size_bytes = 3; /* too short for the id */
	r[5].params[0].type = OSIM_PTA_MEMREF_INOUT;
	r[6].params[0].type = OSIM_PTA_VALUE_INPUT;
	begin(&s, &rpcs);
	add_block(&s, &block, OSIM_RPMB_NVME, "block");
	run(&s);
	assert_int_equal(r[1].result, TEE_ERROR_SHORT_BUFFER);
	expect_found(&r[3], OPTEE_RPC_RPMB_NVME, "block");
	assert_int_equal(r[4].result, TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(r[5].result, TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(r[6].result, TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(block.routed, 1);
}

struct devices {
	unsigned int tas;
};

static void count_device(void *arg, const char *name)
{
	struct devices *d = arg;

	d->tas += !strncmp(name, "optee-ta-", 9);
}

static unsigned int tas(const struct scenario *s)
{
	struct devices d = {0};

	osim_device_each(s->m, count_device, &d);
	return d.tas;
}

/* A TA that needs such a block is there once there is one. */
static void ta_that_needs_an_rpmb_appears_with_the_first(void **state)
{
	static const struct osim_pta ta = {.size = sizeof(ta),
					   .uuid = {0x7a, 1},
					   .name = "needs an RPMB",
					   .flags = OSIM_PTA_ENUM_RPMB};
	struct block block = {0};
	struct scenario s = SCENARIO;
	unsigned int before;

	(void)state;
	scenario_new(&s);
	assert_int_equal(osim_pta_register(s.m, &ta), 0);
	scenario_bind(&s);
	before = tas(&s);
	add_block(&s, &block, OSIM_RPMB_EMMC, "first");
	assert_int_equal(tas(&s), before);
	scenario_run(&s);
	assert_int_equal(tas(&s), before + 1);
	/* Once is enough. */
	add_block(&s, &block, OSIM_RPMB_UFS, "second");
	scenario_run(&s);
	assert_int_equal(tas(&s), before + 1);
	scenario_unbind(&s);
	add_block(&s, &block, OSIM_RPMB_NVME, "third");
	scenario_bind(&s);
	assert_int_equal(tas(&s), before);
	scenario_unbind(&s);
	scenario_free(&s);
}

/* The thread that tells of it finds the driver gone, or another one that has found the block. */
static void rpmb_that_appears_while_the_driver_changes_is_found_once(void **state)
{
	struct rpc r[] = {probe_reset(), probe_next(), probe_next()};
	struct rpcs rpcs = {.rpc = r, .count = sizeof(r) / sizeof(r[0])};
	struct block block = {0};
	struct scenario s = SCENARIO;

	(void)state;
	begin(&s, &rpcs);
	scenario_bind(&s);
	add_block(&s, &block, OSIM_RPMB_EMMC, "first");
	assert_int_equal(osim_crash(s.m), 0);
	scenario_bind(&s);
	add_block(&s, &block, OSIM_RPMB_UFS, "second");
	scenario_unbind(&s);
	run(&s);
	expect_found(&r[1], OPTEE_RPC_RPMB_EMMC, "first");
	expect_found(&r[2], OPTEE_RPC_RPMB_UFS, "second");
}

static struct block late_block;

static void appear(struct scenario *s)
{
	add_block(s, &late_block, OSIM_RPMB_EMMC, "late");
}

/* At the n-th point of what leaves. false: there are not so many. */
static bool appear_while_leaving(unsigned long n, uint64_t seed)
{
	struct osim_chooser_seeded seeded;
	struct scenario s = SCENARIO;
	bool reached;

	s.options.chooser = osim_chooser_seeded(&seeded, seed);
	scenario_new(&s);
	scenario_bind(&s);
	scenario_at_point(&s, n, appear);
	assert_int_equal(osim_unbind(s.m), 0);
	reached = s.points >= n;
	scenario_at_point(&s, 0, NULL);
	scenario_run(&s);
	scenario_assert_clean(&s);
	scenario_assert_empty(&s);
	scenario_free(&s);
	return reached;
}

static void rpmb_that_appears_while_the_driver_leaves_is_left_alone(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 16; seed++)
		for (unsigned long n = 1; appear_while_leaving(n, seed); n++)
			;
}

static bool appear_while_coming(unsigned long n)
{
	struct rpc r[] = {probe_reset(), probe_next(), probe_next()};
	struct rpcs rpcs = {.rpc = r, .count = sizeof(r) / sizeof(r[0])};
	struct block block = {0};
	struct scenario s = SCENARIO;
	bool reached;

	begin(&s, &rpcs);
	add_block(&s, &block, OSIM_RPMB_UFS, "first");
	scenario_at_point(&s, n, appear);
	scenario_bind(&s);
	reached = s.points >= n;
	scenario_at_point(&s, 0, NULL);
	if (reached) {
		run_bound(&s);
		expect_found(&r[1], OPTEE_RPC_RPMB_UFS, "first");
		expect_found(&r[2], OPTEE_RPC_RPMB_EMMC, "late");
		return true;
	}
	scenario_unbind(&s);
	scenario_free(&s);
	return false;
}

static void rpmb_that_appears_while_the_driver_comes_is_found(void **state)
{
	(void)state;
	for (unsigned long n = 1; appear_while_coming(n); n++)
		;
}

/* What has no memory is an error, and leaves nothing. */
static void failing_allocation(unsigned long n, bool *reached)
{
	struct rpc r[] = {transfer(OPTEE_RPC_I2C_TRANSFER_RD), probe_reset(), probe_next(),
			  frames(), transfer(OPTEE_RPC_I2C_TRANSFER_WR)};
	struct rpcs rpcs = {.rpc = r, .count = sizeof(r) / sizeof(r[0])};
	struct chip chip = {.memory = ""};
	const struct osim_i2c_bus bus = {
		.size = sizeof(bus), .number = BUS, .transfer = chip_transfer, .arg = &chip};
	struct block block = {0};
	struct scenario s = SCENARIO;
	struct program p = {0};

	begin(&s, &rpcs);
	assert_int_equal(osim_i2c_add(s.m, &bus), 0);
	scenario_bind(&s);
	scenario_fail(&s, OSIM_FAULT_ALLOC, n);
	add_block(&s, &block, OSIM_RPMB_EMMC, "first");
	program_start(&p, &s, "program", call_ta);
	scenario_run(&s);
	*reached = s.faults >= n;
	scenario_fail(&s, OSIM_FAULT_ALLOC, 0);
	assert_true(p.done);
	for (size_t i = 0; i < rpcs.count && !*reached; i++)
		assert_int_equal(r[i].result, TEE_SUCCESS);
	scenario_unbind(&s);
	scenario_free(&s);
}

static void peripheral_without_memory_leaves_nothing_whichever_allocation_fails(void **state)
{
	bool reached = true;

	(void)state;
	for (unsigned long n = 1; reached; n++)
		failing_allocation(n, &reached);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scenario_test(i2c_chip_is_read),
		scenario_test(i2c_chip_is_written),
		scenario_test(i2c_address_of_ten_bits_needs_a_bus_that_knows_it),
		scenario_test(i2c_transfer_that_fails_is_an_error_of_communication),
		scenario_test(i2c_transfer_that_makes_no_sense_is_refused),
		scenario_test(rpmb_blocks_are_found_one_after_the_other),
		scenario_test(rpmb_that_fails_or_is_asked_wrongly_is_an_error),
		scenario_test(ta_that_needs_an_rpmb_appears_with_the_first),
		scenario_test(rpmb_that_appears_while_the_driver_changes_is_found_once),
		scenario_test(rpmb_that_appears_while_the_driver_leaves_is_left_alone),
		scenario_test(rpmb_that_appears_while_the_driver_comes_is_found),
		scenario_test(peripheral_without_memory_leaves_nothing_whichever_allocation_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
