/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include <optee_sim/abi/abi.h>

#include "abi/name.h"

static void number_with_a_name_has_it(void **state)
{
	(void)state;
	assert_string_equal(osim__abi_call_name(0xb2000011), "GET_ASYNC_NOTIF_VALUE");
	assert_string_equal(osim__abi_return_name(0), "OK");
	assert_string_equal(osim__abi_return_name(1), "ETHREAD_LIMIT");
	assert_string_equal(osim__abi_return_name(7), "ENOTAVAIL");
	assert_string_equal(osim__abi_return_name(0xffff0004), "RPC FOREIGN_INTR");
	assert_string_equal(osim__abi_return_name(0xffffffff), "UNKNOWN_FUNCTION");
	assert_string_equal(osim__abi_msg_cmd_name(6), "DO_BOTTOM_HALF");
	assert_string_equal(osim__abi_msg_cmd_name(11), "ASSIGN_PROTMEM");
	assert_string_equal(osim__abi_rpc_cmd_name(2), "FS");
	assert_string_equal(osim__abi_rpc_cmd_name(24), "RPMB_FRAMES");
	assert_string_equal(osim__abi_result_name(0xffff0006), "BAD_PARAMETERS");
	assert_string_equal(osim__abi_result_name(0), "SUCCESS");
	assert_string_equal(osim__abi_origin_name(3), "TEE");
	assert_string_equal(osim__abi_login_name(0x80000000), "REE_KERNEL");
}

static void number_without_a_name_has_none(void **state)
{
	(void)state;
	assert_null(osim__abi_call_name(0xb2000005));
	assert_null(osim__abi_return_name(8));
	assert_null(osim__abi_return_name(0xffff0001));
	assert_null(osim__abi_msg_cmd_name(12));
	assert_null(osim__abi_rpc_cmd_name(13));
	assert_null(osim__abi_result_name(1));
	assert_null(osim__abi_origin_name(0));
	assert_null(osim__abi_login_name(3));
}

static void check_attr(uint64_t attr, const char *expected)
{
	char buf[80];

	assert_int_equal(osim__abi_attr_text(attr, buf, sizeof(buf)), strlen(expected));
	assert_string_equal(buf, expected);
}

static void attr_text_loses_nothing(void **state)
{
	(void)state;
	check_attr(0, "NONE");
	check_attr(0x101, "VALUE_INPUT|META");
	check_attr(0x20a, "TMEM_OUTPUT|NONCONTIG");
	check_attr(0x10009, "TMEM_INPUT|CACHE=1");
	check_attr(0x4, "0x4");
	check_attr(0x8000000000000c03, "VALUE_INOUT|0x8000000000000c00");
}

static void check_caps(uint32_t caps, const char *expected)
{
	char buf[200];
	uint32_t back = ~caps;

	assert_int_equal(osim__abi_caps_text(caps, buf, sizeof(buf)), strlen(expected));
	assert_string_equal(buf, expected);
	assert_int_equal(osim__abi_caps_parse(buf, &back, NULL, 0), 0);
	assert_int_equal(back, caps);
}

static void caps_text_can_be_parsed_again(void **state)
{
	(void)state;
	check_caps(0, "none");
	check_caps(0x24, "dynamic_shm,async_notif");
	check_caps(0x400, "0x400");
	check_caps(0x80000041, "have_reserved_shm,rpc_arg,0x80000000");
	for (unsigned int bit = 0; bit < 32; bit++) {
		char buf[40];
		uint32_t back;

		osim__abi_caps_text(1u << bit, buf, sizeof(buf));
		assert_int_equal(osim__abi_caps_parse(buf, &back, NULL, 0), 0);
		assert_int_equal(back, 1u << bit);
	}
}

static void caps_in_any_order_and_twice_are_a_sum(void **state)
{
	uint32_t caps;

	(void)state;
	assert_int_equal(osim__abi_caps_parse("async_notif,0x3,async_notif", &caps, NULL, 0), 0);
	assert_int_equal(caps, 0x23);
	assert_int_equal(osim__abi_caps_parse("0xffffffff", &caps, NULL, 0), 0);
	assert_int_equal(caps, 0xffffffff);
}

static void caps_with_a_wrong_word_name_it_and_change_nothing(void **state)
{
	static const struct {
		const char *text, *word;
	} cases[] = {
		{"dynamic_shm,asyn_notif", "'asyn_notif'"},
		{"dynamic_sh", "'dynamic_sh'"},
		{"dynamic_shmm", "'dynamic_shmm'"},
		{"DYNAMIC_SHM", "'DYNAMIC_SHM'"},
		{"rpc_arg,none", "'none'"},
		{" rpc_arg", "' rpc_arg'"},
		{"0x", "'0x'"},
		{"0x123456789", "'0x123456789'"},
		{"0x1g", "'0x1g'"},
		{"-1", "'-1'"},
		{"", "empty word"},
		{"rpc_arg,", "empty word"},
		{",rpc_arg", "empty word"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char err[300];
		uint32_t caps = 0x55;

		assert_int_equal(osim__abi_caps_parse(cases[i].text, &caps, err, sizeof(err)),
				 -EINVAL);
		assert_int_equal(caps, 0x55);
		if (!strstr(err, cases[i].word))
			fail_msg("\"%s\" gave \"%s\"", cases[i].text, err);
		/* It says what there is instead, and nothing that there is not. */
		assert_non_null(strstr(err, "async_notif,rpc_arg"));
		assert_non_null(strstr(err, "dynamic_protmem, none"));
	}
}

static void text_in_a_small_buffer_is_cut_and_tells_its_length(void **state)
{
	char buf[8];

	(void)state;
	memset(buf, 'x', sizeof(buf));
	assert_int_equal(osim__abi_caps_text(0x24, buf, 6), 23);
	assert_string_equal(buf, "dynam");
	assert_int_equal(buf[6], 'x');
	assert_int_equal(osim__abi_caps_text(0x24, NULL, 0), 23);
	assert_int_equal(osim__abi_attr_text(0x101, buf, 1), 16);
	assert_string_equal(buf, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(number_with_a_name_has_it),
		cmocka_unit_test(number_without_a_name_has_none),
		cmocka_unit_test(attr_text_loses_nothing),
		cmocka_unit_test(caps_text_can_be_parsed_again),
		cmocka_unit_test(caps_in_any_order_and_twice_are_a_sum),
		cmocka_unit_test(caps_with_a_wrong_word_name_it_and_change_nothing),
		cmocka_unit_test(text_in_a_small_buffer_is_cut_and_tells_its_length),
	};

	return cmocka_run_group_tests_name("abi.name", tests, NULL, NULL);
}
