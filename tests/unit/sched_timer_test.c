/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sched/sched.h"

#define COUNT 500u

static const struct osim__sched_hooks no_hooks;
static struct osim__sched s;
static uint64_t fired[COUNT];
static unsigned int fired_count;

static int setup(void **state)
{
	(void)state;
	osim__sched_init(&s, 2, (struct osim_chooser){0}, &no_hooks);
	fired_count = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	osim__sched_fini(&s);
	return 0;
}

static void note(void *arg)
{
	assert_true(fired_count < COUNT);
	fired[fired_count++] = (uint64_t)(uintptr_t)arg;
}

static void *number(uint64_t n)
{
	return (void *)(uintptr_t)n;
}

static void other(void *arg)
{
	(void)arg;
	fail_msg("a timer that was cancelled fires");
}

static void timers_of_one_function_are_cancelled_and_the_others_keep_their_order(void **state)
{
	struct osim__timer t[64] = {0};
	unsigned int n = 0;

	(void)state;
	for (unsigned int i = 0; i < 64; i++)
		osim__timer_arm(&s, &t[i], 10 + i % 3, i % 2 ? other : note, number(i));
	osim__timer_cancel_all(&s, other);
	for (unsigned int i = 0; i < 64; i++)
		assert_int_equal(t[i].armed, i % 2 == 0);
	s.now_ns = 20;
	assert_int_equal(osim__timer_fire(&s), 32);
	for (unsigned int late = 0; late < 3; late++)
		for (unsigned int i = 0; i < 64; i += 2)
			if (i % 3 == late)
				assert_int_equal(fired[n++], i);
}

static void timers_fire_by_deadline_then_by_arming_order(void **state)
{
	struct osim__timer t[6] = {0};

	(void)state;
	osim__timer_arm(&s, &t[0], 30, note, number(0));
	osim__timer_arm(&s, &t[1], 10, note, number(1));
	osim__timer_arm(&s, &t[2], 20, note, number(2));
	osim__timer_arm(&s, &t[3], 10, note, number(3));
	osim__timer_arm(&s, &t[4], 10, note, number(4));
	osim__timer_arm(&s, &t[5], 20, note, number(5));
	assert_int_equal(osim__timer_next_ns(&s), 10);
	assert_int_equal(osim__timer_fire(&s), 0);
	s.now_ns = 10;
	assert_int_equal(osim__timer_fire(&s), 3);
	s.now_ns = 100;
	assert_int_equal(osim__timer_fire(&s), 3);
	assert_int_equal(osim__timer_next_ns(&s), OSIM_NEVER);
	assert_memory_equal(fired, ((uint64_t[]){1, 3, 4, 2, 5, 0}), 6 * sizeof(uint64_t));
}

static void timer_that_was_cancelled_does_not_fire_and_can_be_armed_again(void **state)
{
	struct osim__timer t[3] = {0};

	(void)state;
	for (unsigned int i = 0; i < 3; i++)
		osim__timer_arm(&s, &t[i], 10 * (i + 1), note, number(i));
	osim__timer_cancel(&s, &t[1]);
	osim__timer_cancel(&s, &t[1]);
	osim__timer_cancel(&s, &t[0]);
	assert_int_equal(osim__timer_next_ns(&s), 30);
	osim__timer_arm(&s, &t[0], 40, note, number(9));
	s.now_ns = 100;
	assert_int_equal(osim__timer_fire(&s), 2);
	assert_memory_equal(fired, ((uint64_t[]){2, 9}), 2 * sizeof(uint64_t));
	assert_false(t[0].armed || t[1].armed || t[2].armed);
}

static uint32_t next_random(uint32_t *r)
{
	*r = *r * 1664525u + 1013904223u;
	return *r >> 8;
}

/* The heap against the plainest model: an array that is searched. */
static void heap_agrees_with_a_searched_array_under_any_sequence(void **state)
{
	static struct osim__timer t[COUNT];
	static uint64_t order[COUNT]; /* 0: not armed; else its place in arming order */
	uint64_t armed = 0;
	uint32_t r = 12345;

	(void)state;
	memset(t, 0, sizeof(t));
	memset(order, 0, sizeof(order));
	for (unsigned int step = 0; step < 20000; step++) {
		unsigned int i = next_random(&r) % COUNT, first = COUNT;

		if (!order[i]) {
			osim__timer_arm(&s, &t[i], next_random(&r) % 64, note, number(i));
			order[i] = ++armed;
		} else {
			osim__timer_cancel(&s, &t[i]);
			order[i] = 0;
		}
		for (unsigned int k = 0; k < COUNT; k++)
			if (order[k] && (first == COUNT || t[k].deadline_ns < t[first].deadline_ns))
				first = k;
		assert_int_equal(osim__timer_next_ns(&s),
				 first == COUNT ? OSIM_NEVER : t[first].deadline_ns);
	}
	s.now_ns = 64;
	osim__timer_fire(&s);
	for (unsigned int k = 1; k < fired_count; k++) {
		unsigned int a = (unsigned int)fired[k - 1], b = (unsigned int)fired[k];

		assert_true(t[a].deadline_ns < t[b].deadline_ns ||
			    (t[a].deadline_ns == t[b].deadline_ns && order[a] < order[b]));
		order[a] = 0;
	}
	order[fired[fired_count - 1]] = 0;
	for (unsigned int k = 0; k < COUNT; k++)
		assert_int_equal(order[k], 0);
}

static struct osim__timer again;

static void rearm(void *arg)
{
	note(arg);
	if (fired_count < 5)
		osim__timer_arm(&s, &again, s.now_ns + 10, rearm, arg);
}

static void timer_that_arms_itself_fires_at_each_deadline(void **state)
{
	(void)state;
	memset(&again, 0, sizeof(again));
	osim__timer_arm(&s, &again, 10, rearm, number(1));
	assert_int_equal(osim__sched_run(&s, NULL, NULL), 0);
	assert_int_equal(fired_count, 5);
	assert_int_equal(s.now_ns, 50);
}

static void cancel_other(void *arg)
{
	note(number(1));
	osim__timer_cancel(&s, arg);
}

static void timer_cancelled_by_one_that_fires_at_the_same_time_does_not_fire(void **state)
{
	struct osim__timer a = {0}, b = {0};

	(void)state;
	osim__timer_arm(&s, &a, 10, cancel_other, &b);
	osim__timer_arm(&s, &b, 10, note, number(2));
	s.now_ns = 10;
	assert_int_equal(osim__timer_fire(&s), 1);
	assert_int_equal(fired_count, 1);
	assert_false(b.armed);
}

static struct osim__timer eager;

static void rearm_now(void *arg)
{
	(void)arg;
	osim__timer_arm(&s, &eager, s.now_ns, rearm_now, NULL);
}

static void timer_that_is_always_due_is_a_livelock_and_no_hang(void **state)
{
	(void)state;
	memset(&eager, 0, sizeof(eager));
	s.budget_max = 100;
	osim__timer_arm(&s, &eager, 10, rearm_now, NULL);
	assert_int_equal(osim__sched_run(&s, NULL, NULL), -ELOOP);
	osim__timer_cancel(&s, &eager);
}

static void time_jumps_from_deadline_to_deadline_when_nothing_can_run(void **state)
{
	struct osim__timer a = {0}, b = {0};

	(void)state;
	osim__timer_arm(&s, &a, 8 * OSIM__NSEC_PER_JIFFY, note, number(1));
	osim__timer_arm(&s, &b, 3600000000000ull, note, number(2));
	assert_int_equal(osim__sched_run(&s, NULL, NULL), 0);
	assert_int_equal(fired_count, 2);
	assert_int_equal(s.now_ns, 3600000000000ull);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(timers_of_one_function_are_cancelled_and_the_others_keep_their_order),
		CASE(timers_fire_by_deadline_then_by_arming_order),
		CASE(timer_that_was_cancelled_does_not_fire_and_can_be_armed_again),
		CASE(heap_agrees_with_a_searched_array_under_any_sequence),
		CASE(timer_that_arms_itself_fires_at_each_deadline),
		CASE(timer_cancelled_by_one_that_fires_at_the_same_time_does_not_fire),
		CASE(timer_that_is_always_due_is_a_livelock_and_no_hang),
		CASE(time_jumps_from_deadline_to_deadline_when_nothing_can_run),
	};

	return cmocka_run_group_tests_name("sched.timer", tests, NULL, NULL);
}
