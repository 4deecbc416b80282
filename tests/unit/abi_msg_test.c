/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/abi.h>

#include "abi/msg.h"

/* A message of exactly its size on the heap, unaligned: a sanitizer sees what goes beyond. */
struct message {
	char *block;
	char *buf;
	size_t size;
};

static struct message message_new(uint32_t cmd, uint32_t num_params, size_t size)
{
	struct osim_msg_arg arg = {.cmd = cmd, .num_params = num_params};
	struct message m = {.size = size};

	m.block = calloc(1, size + 1);
	assert_non_null(m.block);
	m.buf = m.block + 1;
	memcpy(m.buf, &arg, size < sizeof(arg) ? size : sizeof(arg));
	return m;
}

static struct message message_of(uint32_t cmd, const struct osim_msg_param *params, uint32_t n)
{
	struct message m = message_new(cmd, n, (size_t)osim__msg_size(n));

	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(osim__msg_param_put(m.buf, m.size, i, &params[i]), 0);
	return m;
}

static enum osim__msg_fault check(uint32_t cmd, const struct osim_msg_param *params, uint32_t n,
				  uint32_t *index)
{
	struct message m = message_of(cmd, params, n);
	enum osim__msg_fault fault = osim__msg_check(m.buf, m.size, index);

	free(m.block);
	return fault;
}

static enum osim__msg_fault check_cmd(uint32_t cmd, const struct osim_msg_param *params, uint32_t n,
				      uint32_t *index)
{
	struct message m = message_of(cmd, params, n);
	const struct osim__abi_cmd *entry = osim__abi_cmd_find(osim__abi_msg_cmds, cmd, 0);
	enum osim__msg_fault fault = osim__msg_check_cmd(entry, m.buf, m.size, index);

	free(m.block);
	return fault;
}

static void size_of_many_params_does_not_wrap(void **state)
{
	(void)state;
	assert_int_equal(osim__msg_size(0), 32);
	assert_int_equal(osim__msg_size(2), 96);
	assert_int_equal(osim__msg_size(UINT32_MAX), 32 + 32 * (uint64_t)UINT32_MAX);
}

static void params_max_counts_whole_params_only(void **state)
{
	(void)state;
	assert_int_equal(osim__msg_params_max(0), 0);
	assert_int_equal(osim__msg_params_max(31), 0);
	assert_int_equal(osim__msg_params_max(32), 0);
	assert_int_equal(osim__msg_params_max(63), 0);
	assert_int_equal(osim__msg_params_max(64), 1);
	assert_int_equal(osim__msg_params_max(4096), 127);
	assert_int_equal(osim__msg_params_max(4096), OPTEE_MSG_MAX_NUM_PARAMS);
	assert_int_equal(osim__msg_params_max(SIZE_MAX), UINT32_MAX);
	/* A page with an RPC message of four parameters behind the first. */
	assert_int_equal(osim__msg_params_max(4096 - osim__msg_size(4)), 122);
}

static void get_of_short_buffer_reads_nothing(void **state)
{
	struct message m = message_new(6, 0, 31);
	struct osim_msg_arg arg = {.cmd = 0x55};
	struct osim_msg_param param;

	(void)state;
	assert_int_equal(osim__msg_get(m.buf, m.size, &arg), OSIM__MSG_SHORT);
	assert_int_equal(arg.cmd, 0x55);
	assert_int_equal(osim__msg_param_get(m.buf, m.size, 0, &param), -ENOENT);
	assert_int_equal(osim__msg_put(m.buf, m.size, &arg), OSIM__MSG_SHORT);
	free(m.block);
}

static void get_with_more_params_than_fit_tells_and_gives_the_header(void **state)
{
	struct message m = message_new(6, UINT32_MAX, 64);
	struct osim_msg_param param;
	struct osim_msg_arg arg;

	(void)state;
	assert_int_equal(osim__msg_get(m.buf, m.size, &arg), OSIM__MSG_COUNT);
	assert_int_equal(arg.cmd, 6);
	/* What is there can be read, what is not cannot. */
	assert_int_equal(osim__msg_param_get(m.buf, m.size, 0, &param), 0);
	assert_int_equal(osim__msg_param_get(m.buf, m.size, 1, &param), -ENOENT);
	assert_int_equal(osim__msg_param_put(m.buf, m.size, 1, &param), -ENOENT);
	assert_int_equal(osim__msg_put(m.buf, m.size, &arg), OSIM__MSG_COUNT);
	free(m.block);
}

static void put_then_get_gives_the_same(void **state)
{
	const struct osim_msg_arg arg = {.cmd = 1,
					 .func = 2,
					 .session = 3,
					 .cancel_id = 4,
					 .ret = 5,
					 .ret_origin = 6,
					 .num_params = 2};
	const struct osim_msg_param param = {OPTEE_MSG_ATTR_TYPE_TMEM_INOUT,
					     {.tmem = {0x1000, 2, 0x3333}}};
	struct message m = message_new(0, 0, 96);
	struct osim_msg_param back;
	struct osim_msg_arg header;

	(void)state;
	assert_int_equal(osim__msg_put(m.buf, m.size, &arg), OSIM__MSG_OK);
	assert_int_equal(osim__msg_param_put(m.buf, m.size, 1, &param), 0);
	assert_int_equal(osim__msg_get(m.buf, m.size, &header), OSIM__MSG_OK);
	assert_memory_equal(&header, &arg, sizeof(arg));
	assert_int_equal(osim__msg_param_get(m.buf, m.size, 1, &back), 0);
	assert_memory_equal(&back, &param, sizeof(param));
	assert_int_equal(osim__msg_param_get(m.buf, m.size, 2, &back), -ENOENT);
	/* The second parameter lies at its place on the wire. */
	assert_memory_equal(m.buf + 64, &param, sizeof(param));
	free(m.block);
}

static void meta_count_is_where_the_params_of_the_ta_begin(void **state)
{
	const struct osim_msg_param params[] = {
		{OPTEE_MSG_ATTR_TYPE_VALUE_INPUT | OPTEE_MSG_ATTR_META, {{0}}},
		{OPTEE_MSG_ATTR_TYPE_VALUE_INPUT | OPTEE_MSG_ATTR_META, {{0}}},
		{OPTEE_MSG_ATTR_TYPE_VALUE_INOUT, {{0}}},
	};
	struct message m = message_of(OPTEE_MSG_CMD_OPEN_SESSION, params, 3);

	(void)state;
	assert_int_equal(osim__msg_meta_count(m.buf, m.size), 2);
	free(m.block);
	m = message_of(OPTEE_MSG_CMD_OPEN_SESSION, params, 2);
	assert_int_equal(osim__msg_meta_count(m.buf, m.size), 2);
	free(m.block);
	m = message_of(OPTEE_MSG_CMD_INVOKE_COMMAND, params + 2, 1);
	assert_int_equal(osim__msg_meta_count(m.buf, m.size), 0);
	free(m.block);
}

static void attribute_is_held_against_its_type(void **state)
{
	static const struct {
		uint64_t attr;
		enum osim__msg_fault fault;
	} cases[] = {
		{0x0, OSIM__MSG_OK},	       {0x1, OSIM__MSG_OK},
		{0x4, OSIM__MSG_TYPE},	       {0x5, OSIM__MSG_OK},
		{0x8, OSIM__MSG_TYPE},	       {0xb, OSIM__MSG_OK},
		{0xc, OSIM__MSG_TYPE},	       {0xff, OSIM__MSG_TYPE},
		{0x101, OSIM__MSG_OK},	       {0x105, OSIM__MSG_META},
		{0x109, OSIM__MSG_META},       {0x100, OSIM__MSG_ATTR},
		{0x20a, OSIM__MSG_OK},	       {0x1020a, OSIM__MSG_OK},
		{0x205, OSIM__MSG_ATTR},       {0x201, OSIM__MSG_ATTR},
		{0x10001, OSIM__MSG_ATTR},     {0x409, OSIM__MSG_ATTR},
		{0x80009, OSIM__MSG_ATTR},     {0x70009, OSIM__MSG_OK},
		{0x100000001, OSIM__MSG_ATTR}, {0x8000000000000005, OSIM__MSG_ATTR},
	};
	uint32_t index;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct osim_msg_param param = {cases[i].attr, {{0}}};

		assert_int_equal(check(1, &param, 1, &index), cases[i].fault);
	}
}

static void meta_after_another_parameter_is_a_fault(void **state)
{
	const struct osim_msg_param params[] = {
		{OPTEE_MSG_ATTR_TYPE_VALUE_INPUT | OPTEE_MSG_ATTR_META, {{0}}},
		{OPTEE_MSG_ATTR_TYPE_VALUE_INPUT, {{0}}},
		{OPTEE_MSG_ATTR_TYPE_VALUE_INPUT | OPTEE_MSG_ATTR_META, {{0}}},
	};
	uint32_t index;

	(void)state;
	assert_int_equal(check(0, params, 2, &index), OSIM__MSG_OK);
	assert_int_equal(check(0, params, 3, &index), OSIM__MSG_META);
	assert_int_equal(index, 2);
}

static void memory_beyond_the_end_of_all_addresses_is_a_fault(void **state)
{
	struct osim_msg_param param = {OPTEE_MSG_ATTR_TYPE_TMEM_INPUT,
				       {.tmem = {UINT64_MAX - 15, 15, 0}}};
	uint32_t index;

	(void)state;
	assert_int_equal(check(1, &param, 1, &index), OSIM__MSG_OK);
	param.u.tmem.size = 16;
	assert_int_equal(check(1, &param, 1, &index), OSIM__MSG_WRAP);
	param.attr = OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT;
	assert_int_equal(check(1, &param, 1, &index), OSIM__MSG_WRAP);
	/* A value may be anything. */
	param.attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	assert_int_equal(check(1, &param, 1, &index), OSIM__MSG_OK);
}

static void register_shm_takes_one_tmem(void **state)
{
	struct osim_msg_param params[2] = {
		{OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT | OPTEE_MSG_ATTR_NONCONTIG,
		 {.tmem = {0x1000, 4096, 1}}},
		{OPTEE_MSG_ATTR_TYPE_VALUE_INPUT, {{0}}},
	};
	const uint32_t cmd = OPTEE_MSG_CMD_REGISTER_SHM;
	uint32_t index;

	(void)state;
	assert_int_equal(check_cmd(cmd, params, 1, &index), OSIM__MSG_OK);
	assert_int_equal(check_cmd(cmd, params, 0, &index), OSIM__MSG_MISSING);
	assert_int_equal(check_cmd(cmd, params, 2, &index), OSIM__MSG_EXTRA);
	assert_int_equal(index, 1);
	assert_int_equal(check_cmd(cmd, params + 1, 1, &index), OSIM__MSG_WRONG);
	assert_int_equal(index, 0);
}

static void unregister_shm_wants_offset_and_size_zero(void **state)
{
	struct osim_msg_param param = {OPTEE_MSG_ATTR_TYPE_RMEM_INPUT, {.rmem = {0, 0, 7}}};
	const uint32_t cmd = OPTEE_MSG_CMD_UNREGISTER_SHM;
	uint32_t index;

	(void)state;
	assert_int_equal(check_cmd(cmd, &param, 1, &index), OSIM__MSG_OK);
	param.u.rmem.size = 1;
	assert_int_equal(check_cmd(cmd, &param, 1, &index), OSIM__MSG_NOT_ZERO);
	param.u.rmem.size = 0;
	param.u.rmem.offs = 1;
	assert_int_equal(check_cmd(cmd, &param, 1, &index), OSIM__MSG_NOT_ZERO);
}

static void open_session_wants_two_meta_values_before_those_of_the_ta(void **state)
{
	struct osim_msg_param params[3] = {
		{OPTEE_MSG_ATTR_TYPE_VALUE_INPUT | OPTEE_MSG_ATTR_META, {{0}}},
		{OPTEE_MSG_ATTR_TYPE_VALUE_INPUT | OPTEE_MSG_ATTR_META, {{0}}},
		{OPTEE_MSG_ATTR_TYPE_RMEM_INOUT, {{0}}},
	};
	const uint32_t cmd = OPTEE_MSG_CMD_OPEN_SESSION;
	uint32_t index;

	(void)state;
	assert_int_equal(check_cmd(cmd, params, 2, &index), OSIM__MSG_OK);
	assert_int_equal(check_cmd(cmd, params, 3, &index), OSIM__MSG_OK);
	assert_int_equal(check_cmd(cmd, params, 1, &index), OSIM__MSG_MISSING);
	assert_int_equal(index, 1);
	params[1].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	assert_int_equal(check_cmd(cmd, params, 3, &index), OSIM__MSG_PLAIN);
	assert_int_equal(index, 1);
	params[1].attr = params[2].attr = params[0].attr;
	assert_int_equal(check_cmd(cmd, params, 3, &index), OSIM__MSG_PLAIN);
	assert_int_equal(index, 2);
}

static void every_fault_has_a_text_of_its_own(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < OSIM__MSG_FAULTS; i++) {
		assert_non_null(osim__msg_fault_text((enum osim__msg_fault)i));
		for (unsigned int j = 0; j < i; j++)
			assert_string_not_equal(osim__msg_fault_text((enum osim__msg_fault)i),
						osim__msg_fault_text((enum osim__msg_fault)j));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(size_of_many_params_does_not_wrap),
		cmocka_unit_test(params_max_counts_whole_params_only),
		cmocka_unit_test(get_of_short_buffer_reads_nothing),
		cmocka_unit_test(get_with_more_params_than_fit_tells_and_gives_the_header),
		cmocka_unit_test(put_then_get_gives_the_same),
		cmocka_unit_test(meta_count_is_where_the_params_of_the_ta_begin),
		cmocka_unit_test(attribute_is_held_against_its_type),
		cmocka_unit_test(meta_after_another_parameter_is_a_fault),
		cmocka_unit_test(memory_beyond_the_end_of_all_addresses_is_a_fault),
		cmocka_unit_test(register_shm_takes_one_tmem),
		cmocka_unit_test(unregister_shm_wants_offset_and_size_zero),
		cmocka_unit_test(open_session_wants_two_meta_values_before_those_of_the_ta),
		cmocka_unit_test(every_fault_has_a_text_of_its_own),
	};

	return cmocka_run_group_tests_name("abi.msg", tests, NULL, NULL);
}
