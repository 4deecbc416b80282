/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/caps.h>
#include <optee_sim/counters.h>
#include <optee_sim/machine.h>

static void count(struct osim_counters *c, enum osim_event_kind kind, struct osim_event e)
{
	e.kind = kind;
	e.thread_name = "";
	osim_counters_event(c, &e);
}

static void add_word(void *arg, const char *part, uint64_t n)
{
	char *text = arg;
	size_t used = strlen(text);

	snprintf(text + used, 512 - used, "%s=%u ", part, (unsigned int)n);
}

static void fast_calls_are_counted_by_name_in_order_of_appearance(void **state)
{
	struct osim_counters *c = osim_counters_new();
	const uint32_t ids[] = {OPTEE_SMC_EXCHANGE_CAPABILITIES, OPTEE_SMC_CALLS_UID,
				OPTEE_SMC_CALLS_UID, OPTEE_SMC_CALL_WITH_ARG, 0xb2000099};
	char text[512] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct osim_regs in = {{ids[i]}};

		count(c, OSIM_EVENT_CALL, (struct osim_event){.in = &in});
	}
	osim_counters_each(c, OSIM_COUNTER_FAST_CALLS, add_word, text);
	assert_string_equal(text, "EXCHANGE_CAPABILITIES=1 CALLS_UID=2 0xb2000099=1 ");
	assert_int_equal(osim_counters_total(c, OSIM_COUNTER_FAST_CALLS), 4);
	osim_counters_free(c);
}

static void messages_and_rpcs_are_counted_when_they_begin(void **state)
{
	struct osim_counters *c = osim_counters_new();
	struct osim_msg_arg wait = {.cmd = OPTEE_RPC_CMD_NOTIFICATION};
	char messages[512] = "", rpcs[512] = "";

	(void)state;
	for (uint32_t end = 0; end <= OSIM_EVENT_F_END; end += OSIM_EVENT_F_END) {
		count(c, OSIM_EVENT_MESSAGE,
		      (struct osim_event){.value = OPTEE_MSG_CMD_OPEN_SESSION, .flags = end});
		count(c, OSIM_EVENT_MESSAGE, (struct osim_event){.value = 77, .flags = end});
		count(c, OSIM_EVENT_RPC, (struct osim_event){.msg = &wait, .flags = end});
		count(c, OSIM_EVENT_RPC,
		      (struct osim_event){.value = OPTEE_SMC_RPC_FUNC_FOREIGN_INTR, .flags = end});
	}
	osim_counters_each(c, OSIM_COUNTER_YIELDING_CALLS, add_word, messages);
	osim_counters_each(c, OSIM_COUNTER_RPCS, add_word, rpcs);
	assert_string_equal(messages, "OPEN_SESSION=1 0x4d=1 ");
	assert_string_equal(rpcs, "NOTIFICATION=1 RPC FOREIGN_INTR=1 ");
	osim_counters_free(c);
}

static void values_count_only_where_they_are_valid(void **state)
{
	struct osim_counters *c = osim_counters_new();
	const struct osim_regs get = {{OPTEE_SMC_GET_ASYNC_NOTIF_VALUE}};
	const struct osim_regs other = {{OPTEE_SMC_GET_THREAD_COUNT}};
	const struct osim_regs outs[] = {
		{{OPTEE_SMC_RETURN_OK, 5, 3}},	      {{OPTEE_SMC_RETURN_OK, 5, 1}},
		{{OPTEE_SMC_RETURN_OK, 0, 0}},	      {{OPTEE_SMC_RETURN_OK, 0, 2}},
		{{OPTEE_SMC_RETURN_ENOTAVAIL, 5, 1}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(outs) / sizeof(outs[0]); i++)
		count(c, OSIM_EVENT_RETURN, (struct osim_event){.in = &get, .out = &outs[i]});
	count(c, OSIM_EVENT_RETURN, (struct osim_event){.in = &other, .out = &outs[0]});
	assert_int_equal(osim_counters_total(c, OSIM_COUNTER_VALUES_DELIVERED), 2);
	osim_counters_free(c);
}

static void rest_is_counted_by_kind(void **state)
{
	struct osim_counters *c = osim_counters_new();

	(void)state;
	count(c, OSIM_EVENT_IRQ_ENTER, (struct osim_event){0});
	count(c, OSIM_EVENT_WAKE, (struct osim_event){.context = OSIM_CONTEXT_IRQ});
	count(c, OSIM_EVENT_WAKE, (struct osim_event){.context = OSIM_CONTEXT_THREAD});
	count(c, OSIM_EVENT_BOTTOM_HALF, (struct osim_event){0});
	count(c, OSIM_EVENT_BOTTOM_HALF, (struct osim_event){.flags = OSIM_EVENT_F_END});
	count(c, OSIM_EVENT_POST, (struct osim_event){.value = 1});
	count(c, OSIM_EVENT_POST, (struct osim_event){.value = 1, .flags = OSIM_EVENT_F_MERGED});
	assert_int_equal(osim_counters_total(c, OSIM_COUNTER_INTERRUPTS), 1);
	assert_int_equal(osim_counters_total(c, OSIM_COUNTER_THREAD_WAKES), 1);
	assert_int_equal(osim_counters_total(c, OSIM_COUNTER_BOTTOM_HALVES), 1);
	assert_int_equal(osim_counters_total(c, OSIM_COUNTER_POSTS), 2);
	assert_int_equal(osim_counters_total(c, OSIM_COUNTER_POSTS_MERGED), 1);
	osim_counters_free(c);
}

static void number_out_of_range_is_nothing(void **state)
{
	struct osim_counters *c = osim_counters_new();
	char text[512] = "";

	(void)state;
	assert_string_equal(osim_counter_name(OSIM_COUNTER_COUNT), "?");
	assert_int_equal(osim_counters_total(c, OSIM_COUNTER_COUNT), 0);
	osim_counters_each(c, OSIM_COUNTER_COUNT, add_word, text);
	assert_string_equal(text, "");
	osim_counters_free(c);
	osim_counters_free(NULL);
}

static void caps_with_an_unknown_word_name_the_known_ones(void **state)
{
	uint32_t caps = 0x1234;
	char text[64];

	(void)state;
	assert_int_equal(osim_caps_parse("dynamic_shm,bogus", &caps), -EINVAL);
	assert_int_equal(caps, 0x1234);
	assert_non_null(strstr(osim_last_error(), "'bogus'"));
	assert_non_null(strstr(osim_last_error(), "async_notif"));
	assert_int_equal(osim_caps_parse("dynamic_shm,async_notif", &caps), 0);
	assert_int_equal(caps, OPTEE_SMC_SEC_CAP_DYNAMIC_SHM | OPTEE_SMC_SEC_CAP_ASYNC_NOTIF);
	assert_int_equal(osim_caps_text(caps, text, sizeof(text)), 23);
	assert_string_equal(text, "dynamic_shm,async_notif");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fast_calls_are_counted_by_name_in_order_of_appearance),
		cmocka_unit_test(messages_and_rpcs_are_counted_when_they_begin),
		cmocka_unit_test(values_count_only_where_they_are_valid),
		cmocka_unit_test(rest_is_counted_by_kind),
		cmocka_unit_test(number_out_of_range_is_nothing),
		cmocka_unit_test(caps_with_an_unknown_word_name_the_known_ones),
	};

	return cmocka_run_group_tests_name("trace.counters", tests, NULL, NULL);
}
