/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <optee_sim/abi/abi.h>

#include "jobs/unset.h"

static struct {
	struct osim_msg_arg arg;
	struct osim_msg_param params[2];
} msg;

static char text[64];

static struct osim_event message(enum osim_event_kind kind, uint32_t flags)
{
	memset(&msg, 0, sizeof(msg));
	msg.arg.num_params = 2;
	msg.params[0].u.value.a = 0x5a5a;
	return (struct osim_event){.kind = kind, .flags = flags, .msg = &msg.arg};
}

static void unset_word_of_a_message_is_named(void **state)
{
	struct osim_event e = message(OSIM_EVENT_MESSAGE, 0);

	(void)state;
	assert_false(osim__unset_passed(&e, text, sizeof(text)));
	msg.arg.cancel_id = 0xfefefefe;
	assert_true(osim__unset_passed(&e, text, sizeof(text)));
	assert_string_equal(text, "cancel_id of a message has never been set");
}

static void unset_parameter_of_a_message_is_named(void **state)
{
	struct osim_event e = message(OSIM_EVENT_MESSAGE, 0);

	(void)state;
	msg.params[1].u.value.c = 0x5a5a5a5a5a5a5a5aull;
	assert_true(osim__unset_passed(&e, text, sizeof(text)));
	assert_string_equal(text, "parameter 1 of a message has never been set");
	msg.arg.num_params = 1;
	assert_false(osim__unset_passed(&e, text, sizeof(text)));
}

static void unset_word_that_the_secure_world_passes_is_no_fault_of_the_driver(void **state)
{
	struct osim_event e = message(OSIM_EVENT_RPC, 0);

	(void)state;
	msg.arg.ret = 0xaaaaaaaa;
	assert_false(osim__unset_passed(&e, text, sizeof(text)));
	e.flags = OSIM_EVENT_F_END;
	assert_true(osim__unset_passed(&e, text, sizeof(text)));
	e.kind = OSIM_EVENT_MESSAGE;
	assert_false(osim__unset_passed(&e, text, sizeof(text)));
	e.msg = NULL;
	assert_false(osim__unset_passed(&e, text, sizeof(text)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unset_word_of_a_message_is_named),
		cmocka_unit_test(unset_parameter_of_a_message_is_named),
		cmocka_unit_test(unset_word_that_the_secure_world_passes_is_no_fault_of_the_driver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
