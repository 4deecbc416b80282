/* SPDX-License-Identifier: BSD-2-Clause */
/* What is one finding and what are two, and what a sanitizer's report is called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "jobs/groups.h"

static const struct osim_scenario scenario = {.name = "own", .what = "A test."};

/* Adds two findings; how many they are. */
static size_t groups_of(const char *id, const char *const text[2], const char *const where[2])
{
	const struct osim_scenario *scenarios[] = {&scenario, NULL};
	const struct osim__experiment x = {.scenario = &scenario};
	struct osim__groups groups = {.scenarios = scenarios};
	size_t count;

	for (size_t i = 0; i < 2; i++)
		assert_int_equal(osim__groups_add(&groups, &x, i, id, text[i], where[i]), 0);
	count = groups.count;
	osim__groups_free(&groups);
	return count;
}

static size_t at(const char *id, const char *first, const char *second)
{
	const char *const text[] = {"a text", "another text"}, *const where[] = {first, second};

	return groups_of(id, text, where);
}

static void finding_without_a_stack_is_what_its_text_says_but_for_numbers(void **state)
{
	const char *const none[] = {"", ""}, *const same[] = {"1 sessions", "23 sessions"},
			  *const others[] = {"1 sessions", "1 buffers"};

	(void)state;
	assert_int_equal(groups_of("session.closed", same, none), 1);
	assert_int_equal(groups_of("session.closed", others, none), 2);
}

static void finding_with_a_stack_is_where_its_innermost_function_is(void **state)
{
	(void)state;
	assert_int_equal(
		at("kernel.warn", "f (call.c:1)\ng (rpc.c:2)", "f (call.c:1)\nh (core.c:3)"), 1);
	assert_int_equal(at("kernel.warn", "f (call.c:1)", "f (call.c:2)"), 2);
}

static void helper_is_told_apart_by_who_calls_it(void **state)
{
	(void)state;
	assert_int_equal(
		at("asan.wild-pointer",
		   "tee_shm_put (tee_shm.c:5)\ntee_shm_free (tee_shm.c:9)\nf (smc_abi.c:1)",
		   "tee_shm_put (tee_shm.c:5)\ntee_shm_free (tee_shm.c:9)\ng (smc_abi.c:2)"),
		2);
	assert_int_equal(at("asan.wild-pointer",
			    "tee_shm_put (tee_shm.c:5)\nf (smc_abi.c:1)\ng (call.c:1)",
			    "tee_shm_put (tee_shm.c:5)\nf (smc_abi.c:1)\nh (call.c:2)"),
			 1);
	assert_int_equal(at("asan.wild-pointer",
			    "tee_shm_put (tee_shm.c:5)\ntee_ioctl_invoke (tee_core.c:1)",
			    "tee_shm_put (tee_shm.c:5)\ntee_ioctl_open (tee_core.c:2)"),
			 1);
}

static void helper_called_from_two_lines_of_a_function_is_one_finding(void **state)
{
	(void)state;
	assert_int_equal(at("kernel.warn", "tee_alloc (tee_shm.c:5)\npool_op_alloc (smc_abi.c:1)",
			    "tee_alloc (tee_shm.c:5)\npool_op_alloc (smc_abi.c:3)"),
			 1);
}

/* Adds one finding of each kind at the same place. */
static size_t kinds(const char *first, const char *text, const char *second, const char *other)
{
	const struct osim_scenario *scenarios[] = {&scenario, NULL};
	const struct osim__experiment x = {.scenario = &scenario};
	struct osim__groups groups = {.scenarios = scenarios};
	size_t count;

	assert_int_equal(osim__groups_add(&groups, &x, 0, first, text, "f (rpc.c:1)"), 0);
	assert_int_equal(osim__groups_add(&groups, &x, 1, second, other, "f (rpc.c:1)"), 0);
	count = groups.count;
	osim__groups_free(&groups);
	return count;
}

static void pointer_to_nowhere_is_one_finding_whatever_it_hits(void **state)
{
	const char *const misaligned = "member access within misaligned address x";

	(void)state;
	assert_int_equal(kinds("asan.SEGV", "read", "asan.wild-pointer", "access"), 1);
	assert_int_equal(kinds("ubsan", misaligned, "asan.wild-pointer", "access"), 1);
	assert_int_equal(kinds("ubsan", "shift exponent is too large", "asan.SEGV", "read"), 2);
	assert_int_equal(kinds("asan.heap-use-after-free", "read", "asan.SEGV", "read"), 2);
}

static void thread_that_is_stuck_is_told_apart_by_who_waits(void **state)
{
	const char *const first = "wait (call.c:1)\nf (smc_abi.c:1)",
			  *const within = "wait (call.c:1)\nbegin (call.c:7)\nf (smc_abi.c:1)",
			  *const other = "wait (call.c:1)\ng (smc_abi.c:2)";

	(void)state;
	assert_int_equal(at("machine.stuck", first, within), 1);
	assert_int_equal(at("machine.stuck", first, other), 2);
	assert_int_equal(at("machine.stuck", first, "wait (call.c:1)\nf (smc_abi.c:2)"), 2);
	assert_int_equal(at("kernel.lock-destroyed", first, other), 1);
}

#define REPORT(first, access)                                        \
	"=====\n==7==ERROR: AddressSanitizer: " first "\n"           \
	"==7==The signal is caused by a " access " memory access.\n" \
	"    #0 0x5581 in f /tree/drivers/tee/optee/notif.c:107:9\n\n"

static void null_pointer_is_told_with_its_address_and_others_are_wild(void **state)
{
	struct osim__crash crash;

	(void)state;
	osim__crash_read(&crash, REPORT("SEGV on unknown address 0x000000000010 (pc 0x1)", "WRITE"),
			 0);
	assert_string_equal(crash.id, "asan.SEGV");
	assert_string_equal(crash.text, "AddressSanitizer: SEGV, write at address 0x10");
	assert_string_equal(crash.where, "f (notif.c:107)");
	osim__crash_read(&crash, REPORT("SEGV on unknown address 0x7fff00001000 (pc 0x1)", "READ"),
			 0);
	assert_string_equal(crash.id, "asan.wild-pointer");
	osim__crash_read(&crash, REPORT("SEGV on unknown address (pc 0x1)", "READ"), 0);
	assert_string_equal(crash.id, "asan.wild-pointer");
	assert_string_equal(crash.where, "f (notif.c:107)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finding_without_a_stack_is_what_its_text_says_but_for_numbers),
		cmocka_unit_test(finding_with_a_stack_is_where_its_innermost_function_is),
		cmocka_unit_test(helper_is_told_apart_by_who_calls_it),
		cmocka_unit_test(helper_called_from_two_lines_of_a_function_is_one_finding),
		cmocka_unit_test(pointer_to_nowhere_is_one_finding_whatever_it_hits),
		cmocka_unit_test(thread_that_is_stuck_is_told_apart_by_who_waits),
		cmocka_unit_test(null_pointer_is_told_with_its_address_and_others_are_wild),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
