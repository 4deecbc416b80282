/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <optee_sim/abi/abi.h>

#include "abi/decode.h"
#include "abi/msg.h"

static const char *name_address(void *arg, enum osim__abi_kind kind, uint64_t value, char *buf,
				size_t len)
{
	unsigned int *asked = arg;

	assert_int_not_equal(value, 0);
	++*asked;
	if (value == 0xdead)
		return NULL;
	snprintf(buf, len, "%s#%" PRIx64, kind == OSIM__ABI_KIND_PA ? "page" : "shm", value);
	return buf;
}

static unsigned int asked;
static const struct osim__abi_namer namer = {name_address, &asked};

#define REGS(...)           \
	(const uint64_t[8]) \
	{                   \
		__VA_ARGS__ \
	}

static void check_call(const uint64_t *in, const uint64_t *out, const uint64_t *ask,
		       const char *expected)
{
	char buf[300];

	assert_int_equal(osim__abi_decode_call(&namer, in, out, ask, buf, sizeof(buf)),
			 strlen(expected));
	assert_string_equal(buf, expected);
}

static void fast_call_shows_the_fields_of_its_return(void **state)
{
	(void)state;
	check_call(REGS(OPTEE_SMC_GET_ASYNC_NOTIF_VALUE), REGS(0, 5, 3), NULL,
		   "GET_ASYNC_NOTIF_VALUE -> OK value=5 valid pending");
	check_call(REGS(OPTEE_SMC_GET_ASYNC_NOTIF_VALUE), REGS(0, 5, 1), NULL,
		   "GET_ASYNC_NOTIF_VALUE -> OK value=5 valid");
	check_call(REGS(OPTEE_SMC_GET_ASYNC_NOTIF_VALUE), REGS(7, 5, 1), NULL,
		   "GET_ASYNC_NOTIF_VALUE -> ENOTAVAIL");
	check_call(REGS(OPTEE_SMC_CALL_GET_OS_REVISION), REGS(4, 10, 0xd5001fe0af66a4c0), NULL,
		   "GET_OS_REVISION -> OK major=4 minor=10 build_id=0xd5001fe0af66a4c0");
	check_call(REGS(OPTEE_SMC_CALLS_UID), REGS(0x384fb3e0, 0xe7f811e3, 0xaf630002, 0xa5d5c51b),
		   NULL, "CALLS_UID -> OK uuid=384fb3e0-e7f8-11e3-af63-0002a5d5c51b");
	check_call(REGS(OPTEE_SMC_GET_SHM_CONFIG), REGS(0, 0x42000000, 0x200000, 1), NULL,
		   "GET_SHM_CONFIG -> OK start=page#42000000 size=2097152 settings=CACHED");
}

static void capabilities_hide_what_they_do_not_cover(void **state)
{
	(void)state;
	check_call(REGS(OPTEE_SMC_EXCHANGE_CAPABILITIES), REGS(0, 0x64, 66, 4), NULL,
		   "EXCHANGE_CAPABILITIES -> OK capabilities=dynamic_shm,async_notif,rpc_arg "
		   "max_notif_value=66 rpc_param_count=4");
	check_call(
		REGS(OPTEE_SMC_EXCHANGE_CAPABILITIES, 1), REGS(0, 4, 0x77, 0), NULL,
		"EXCHANGE_CAPABILITIES capabilities=uniprocessor -> OK capabilities=dynamic_shm");
	check_call(REGS(OPTEE_SMC_EXCHANGE_CAPABILITIES, 2), REGS(7), NULL,
		   "EXCHANGE_CAPABILITIES capabilities=0x2 -> ENOTAVAIL capabilities=none");
}

static void yielding_call_shows_the_rpc_it_is_left_for(void **state)
{
	const uint64_t *ask = REGS(0xffff0000, 160, 0, 1);

	(void)state;
	check_call(REGS(OPTEE_SMC_CALL_WITH_REGD_ARG, 0, 0x33, 64), REGS(0xffff0005, 0, 0, 1), NULL,
		   "CALL_WITH_REGD_ARG cookie=shm#33 offs=64 -> RPC CMD cookie=0 resume=0x1");
	check_call(REGS(OPTEE_SMC_CALL_WITH_ARG, 1, 0x1000), ask, NULL,
		   "CALL_WITH_ARG arg=page#100001000 -> RPC ALLOC size=160 resume=0x1");
	check_call(REGS(OPTEE_SMC_CALL_RETURN_FROM_RPC, 0, 0x2000, 1, 0, 9), REGS(0), ask,
		   "RETURN_FROM_RPC RPC ALLOC pa=page#2000 cookie=shm#9 resume=0x1 -> OK");
	check_call(REGS(OPTEE_SMC_CALL_RETURN_FROM_RPC, 0, 0x2000, 1, 0, 9), REGS(3), NULL,
		   "RETURN_FROM_RPC resume=0x1 -> ERESUME");
	check_call(REGS(OPTEE_SMC_CALL_WITH_ARG, 0, 0x1000, 1, 0, 0, 0, 5), NULL, NULL,
		   "CALL_WITH_ARG arg=page#1000 cache=CACHED client=5");
}

static void what_the_abi_does_not_know_is_shown_raw(void **state)
{
	(void)state;
	check_call(REGS(0xb20000f0, 5), REGS(0, 5), NULL, "call 0xb20000f0 -> OK");
	check_call(REGS(0xb2000005), REGS(UINT64_MAX), NULL, "call 0xb2000005 -> UNKNOWN_FUNCTION");
	check_call(REGS(OPTEE_SMC_ENABLE_ASYNC_NOTIF), REGS(0x1234), NULL,
		   "ENABLE_ASYNC_NOTIF -> 0x1234");
	check_call(REGS(OPTEE_SMC_CALL_WITH_ARG, 0, 0xdead), REGS(0xffff0003), NULL,
		   "CALL_WITH_ARG arg=0xdead -> 0xffff0003");
	check_call(REGS(OPTEE_SMC_CALL_LOAD_IMAGE, 0, 8, 0, 0x1000), REGS(0xfffffffe), NULL,
		   "LOAD_IMAGE size=8 pa=page#1000 -> ERROR 0xfffffffe");
}

static void bits_that_must_be_zero_are_shown_as_stray(void **state)
{
	(void)state;
	check_call(REGS(OPTEE_SMC_GET_ASYNC_NOTIF_VALUE), REGS(0, 5, 0x15), NULL,
		   "GET_ASYNC_NOTIF_VALUE -> OK value=5 valid stray a2=0x14");
	check_call(REGS(OPTEE_SMC_GET_PROTMEM_CONFIG, 0, 1, 0, 0, 0, 2), REGS(7), NULL,
		   "GET_PROTMEM_CONFIG stray a2=0x1 a6=0x2 -> ENOTAVAIL");
}

static void address_zero_is_not_named(void **state)
{
	(void)state;
	asked = 0;
	check_call(REGS(OPTEE_SMC_CALL_WITH_ARG), REGS(4), NULL, "CALL_WITH_ARG arg=0 -> EBADADDR");
	assert_int_equal(asked, 0);
	check_call(REGS(OPTEE_SMC_CALL_WITH_ARG, 0, 1), REGS(4), NULL,
		   "CALL_WITH_ARG arg=page#1 -> EBADADDR");
	assert_int_equal(asked, 1);
}

static void without_a_namer_addresses_are_hex(void **state)
{
	char buf[80];

	(void)state;
	osim__abi_decode_call(NULL, REGS(OPTEE_SMC_CALL_WITH_ARG, 0, 0x1000), NULL, NULL, buf,
			      sizeof(buf));
	assert_string_equal(buf, "CALL_WITH_ARG arg=0x1000");
}

static void line_longer_than_its_buffer_is_cut(void **state)
{
	char buf[12];

	(void)state;
	assert_int_equal(osim__abi_decode_call(NULL, REGS(OPTEE_SMC_ENABLE_ASYNC_NOTIF), REGS(0),
					       NULL, buf, sizeof(buf)),
			 24);
	assert_string_equal(buf, "ENABLE_ASYN");
}

static void check_msg(enum osim__abi_world from, bool done, const struct osim_msg_arg *arg,
		      const struct osim_msg_param *params, const char *expected)
{
	char msg[32 + 4 * 32];
	char buf[300];

	assert_int_equal(osim__msg_put(msg, sizeof(msg), arg), OSIM__MSG_OK);
	for (uint32_t i = 0; i < arg->num_params; i++)
		osim__msg_param_put(msg, sizeof(msg), i, &params[i]);
	assert_int_equal(osim__abi_decode_msg(&namer, from, done, msg, sizeof(msg), buf,
					      sizeof(buf)),
			 strlen(expected));
	assert_string_equal(buf, expected);
}

static void open_session_is_shown_with_uuids_and_the_params_of_the_ta(void **state)
{
	const struct osim_msg_param params[] = {
		{0x101, {.value = {0x11110000efbeadde, 0x5555444433332222, 0}}},
		{0x101, {.value = {0, 0, 0x80000000}}},
		{OPTEE_MSG_ATTR_TYPE_RMEM_INOUT, {.rmem = {8, 16, 3}}},
		{OPTEE_MSG_ATTR_TYPE_VALUE_INPUT, {.value = {1, 2, 3}}},
	};
	struct osim_msg_arg arg = {.cmd = OPTEE_MSG_CMD_OPEN_SESSION, .num_params = 4};

	(void)state;
	check_msg(OSIM__ABI_NORMAL, false, &arg, params,
		  "OPEN_SESSION ta=deadbeef-0000-1111-2222-333344445555 "
		  "client=00000000-0000-0000-0000-000000000000 login=REE_KERNEL "
		  "[2] RMEM_INOUT offs=8 size=16 shm_ref=shm#3 [3] VALUE_INPUT a=0x1 b=0x2 c=0x3");
	arg.session = 7;
	check_msg(OSIM__ABI_NORMAL, true, &arg, params,
		  "OPEN_SESSION -> SUCCESS session=7 [2] RMEM_INOUT offs=8 size=16 shm_ref=shm#3");
	arg.ret = TEE_ERROR_ITEM_NOT_FOUND;
	arg.ret_origin = TEE_ORIGIN_TEE;
	check_msg(OSIM__ABI_NORMAL, true, &arg, params,
		  "OPEN_SESSION -> ITEM_NOT_FOUND origin=TEE");
}

static void messages_show_what_their_command_has(void **state)
{
	const struct osim_msg_param buffer = {0x20a, {.tmem = {0x5000, 8192, 4}}};
	const struct osim_msg_arg invoke = {.cmd = 1, .session = 2, .func = 3, .cancel_id = 4};
	const struct osim_msg_arg shm = {.cmd = OPTEE_MSG_CMD_REGISTER_SHM, .num_params = 1};
	const struct osim_msg_arg half = {.cmd = OPTEE_MSG_CMD_DO_BOTTOM_HALF};
	const struct osim_msg_arg odd = {.cmd = 99, .num_params = 1};

	(void)state;
	check_msg(OSIM__ABI_NORMAL, false, &invoke, NULL,
		  "INVOKE_COMMAND session=2 func=3 cancel_id=4");
	check_msg(
		OSIM__ABI_NORMAL, false, &shm, &buffer,
		"REGISTER_SHM [0] TMEM_OUTPUT|NONCONTIG buf_ptr=page#5000 size=8192 shm_ref=shm#4");
	check_msg(OSIM__ABI_NORMAL, true, &shm, &buffer, "REGISTER_SHM -> SUCCESS");
	check_msg(OSIM__ABI_NORMAL, false, &half, NULL, "DO_BOTTOM_HALF");
	check_msg(OSIM__ABI_NORMAL, false, &odd, &buffer,
		  "command 99 [0] TMEM_OUTPUT|NONCONTIG buf_ptr=page#5000 size=8192 shm_ref=shm#4");
}

static void rpc_messages_are_shown_by_their_function(void **state)
{
	const struct osim_msg_param wait = {1, {.value = {0, 64, 100}}};
	const struct osim_msg_param send = {1, {.value = {1, 64, 0}}};
	const struct osim_msg_param odd = {1, {.value = {9, 64, 0}}};
	const struct osim_msg_param ask = {1, {.value = {1, 4096, 8}}};
	const struct osim_msg_param got = {0xa, {.tmem = {0x6000, 4096, 5}}};
	struct osim_msg_arg arg = {.cmd = OPTEE_RPC_CMD_NOTIFICATION, .num_params = 1};

	(void)state;
	check_msg(OSIM__ABI_SECURE, false, &arg, &wait,
		  "NOTIFICATION WAIT value=64 timeout_ms=100");
	check_msg(OSIM__ABI_SECURE, true, &arg, &wait, "NOTIFICATION WAIT -> SUCCESS");
	check_msg(OSIM__ABI_SECURE, false, &arg, &send, "NOTIFICATION SEND value=64");
	check_msg(OSIM__ABI_SECURE, false, &arg, &odd,
		  "command 4 [0] VALUE_INPUT a=0x9 b=0x40 c=0x0");
	arg.cmd = OPTEE_RPC_CMD_SHM_ALLOC;
	check_msg(OSIM__ABI_SECURE, false, &arg, &ask, "SHM_ALLOC type=KERNEL size=4096 align=8");
	check_msg(OSIM__ABI_SECURE, true, &arg, &got,
		  "SHM_ALLOC -> SUCCESS [0] TMEM_OUTPUT buf_ptr=page#6000 size=4096 shm_ref=shm#5");
	arg.ret = TEE_ERROR_OUT_OF_MEMORY;
	check_msg(OSIM__ABI_SECURE, true, &arg, &ask, "SHM_ALLOC -> OUT_OF_MEMORY");
}

static void broken_message_is_shown_as_far_as_it_goes(void **state)
{
	const struct osim_msg_arg arg = {.cmd = 4, .num_params = 1000};
	char msg[64] = {0};
	char buf[200];

	(void)state;
	memcpy(msg, &arg, sizeof(arg));
	osim__abi_decode_msg(NULL, OSIM__ABI_NORMAL, false, msg, sizeof(msg), buf, sizeof(buf));
	assert_string_equal(buf, "REGISTER_SHM [0] NONE (num_params is more than fits)");
	osim__abi_decode_msg(NULL, OSIM__ABI_NORMAL, false, msg, 31, buf, sizeof(buf));
	assert_string_equal(buf, "message: no room for the header");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fast_call_shows_the_fields_of_its_return),
		cmocka_unit_test(capabilities_hide_what_they_do_not_cover),
		cmocka_unit_test(yielding_call_shows_the_rpc_it_is_left_for),
		cmocka_unit_test(what_the_abi_does_not_know_is_shown_raw),
		cmocka_unit_test(bits_that_must_be_zero_are_shown_as_stray),
		cmocka_unit_test(address_zero_is_not_named),
		cmocka_unit_test(without_a_namer_addresses_are_hex),
		cmocka_unit_test(line_longer_than_its_buffer_is_cut),
		cmocka_unit_test(open_session_is_shown_with_uuids_and_the_params_of_the_ta),
		cmocka_unit_test(messages_show_what_their_command_has),
		cmocka_unit_test(rpc_messages_are_shown_by_their_function),
		cmocka_unit_test(broken_message_is_shown_as_far_as_it_goes),
	};

	return cmocka_run_group_tests_name("abi.decode", tests, NULL, NULL);
}
