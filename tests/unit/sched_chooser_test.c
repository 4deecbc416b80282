/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "sched/sched.h"

static const struct osim__sched_hooks no_hooks;

static void begin(struct osim__sched *s, struct osim_chooser chooser)
{
	osim__sched_init(s, 1, chooser, &no_hooks);
}

static void nobody_choosing_means_way_0(void **state)
{
	static struct osim__sched s;

	(void)state;
	begin(&s, (struct osim_chooser){0});
	for (uint32_t n = 1; n < 10; n++)
		assert_int_equal(osim__choose(&s, OSIM_CHOICE_USER, n), 0);
}

struct asked {
	unsigned int times;
	enum osim_choice kind;
	uint32_t n;
};

static uint32_t last_way(void *arg, enum osim_choice kind, uint32_t n)
{
	struct asked *a = arg;

	a->times++;
	a->kind = kind;
	a->n = n;
	return n - 1;
}

static void chooser_is_asked_only_where_there_is_a_choice(void **state)
{
	static struct osim__sched s;
	struct asked asked = {0};

	(void)state;
	begin(&s, (struct osim_chooser){.choose = last_way, .arg = &asked});
	assert_int_equal(osim__choose(&s, OSIM_CHOICE_CPU, 1), 0);
	assert_int_equal(asked.times, 0);
	assert_int_equal(osim__choose(&s, OSIM_CHOICE_CPU, 5), 4);
	assert_int_equal(asked.times, 1);
	assert_int_equal(asked.kind, OSIM_CHOICE_CPU);
	assert_int_equal(asked.n, 5);
}

static void seed_repeats_itself_and_differs_from_its_neighbour(void **state)
{
	struct osim_chooser_seeded a, b, c;
	struct osim_chooser ca = osim_chooser_seeded(&a, 1), cb = osim_chooser_seeded(&b, 1),
			    cc = osim_chooser_seeded(&c, 2);
	unsigned int different = 0;

	(void)state;
	for (unsigned int i = 0; i < 1000; i++) {
		uint32_t way = ca.choose(ca.arg, OSIM_CHOICE_RUN, 100);

		assert_int_equal(way, cb.choose(cb.arg, OSIM_CHOICE_RUN, 100));
		different += way != cc.choose(cc.arg, OSIM_CHOICE_RUN, 100);
	}
	assert_true(different > 900);
}

/* What a seed gives is part of what a saved run means: it must not change by accident. */
static void seed_gives_the_numbers_it_always_gave(void **state)
{
	static const uint32_t expected[] = {11, 2, 4, 5, 0, 13, 3, 12};
	struct osim_chooser_seeded a;
	struct osim_chooser c = osim_chooser_seeded(&a, 42);

	(void)state;
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(c.choose(c.arg, OSIM_CHOICE_RUN, 16), expected[i]);
}

static void seeded_ways_are_about_equally_likely(void **state)
{
	struct osim_chooser_seeded a;
	struct osim_chooser c = osim_chooser_seeded(&a, 0);
	unsigned int count[7] = {0};

	(void)state;
	for (unsigned int i = 0; i < 70000; i++)
		count[c.choose(c.arg, OSIM_CHOICE_RUN, 7)]++;
	for (unsigned int i = 0; i < 7; i++)
		assert_in_range(count[i], 9600, 10400);
}

static void seeded_way_is_in_range_for_any_number_of_ways(void **state)
{
	struct osim_chooser_seeded a;
	struct osim_chooser c = osim_chooser_seeded(&a, UINT64_MAX);

	(void)state;
	for (uint32_t n = 2; n; n = n < UINT32_MAX / 2 ? n * 2 + 1 : 0)
		for (unsigned int i = 0; i < 100; i++)
			assert_true(c.choose(c.arg, OSIM_CHOICE_RUN, n) < n);
}

static void list_is_repeated_in_order_and_way_0_follows(void **state)
{
	const uint32_t choices[] = {2, 0, 1};
	struct osim_chooser_list list;
	struct osim_chooser c = osim_chooser_list(&list, choices, 3);

	(void)state;
	assert_int_equal(c.choose(c.arg, OSIM_CHOICE_RUN, 3), 2);
	assert_int_equal(c.choose(c.arg, OSIM_CHOICE_CPU, 3), 0);
	assert_int_equal(c.choose(c.arg, OSIM_CHOICE_USER, 3), 1);
	assert_int_equal(c.choose(c.arg, OSIM_CHOICE_RUN, 3), 0);
	assert_int_equal(c.choose(c.arg, OSIM_CHOICE_RUN, 3), 0);
	assert_int_equal(list.next, 3);
	assert_int_equal(list.misfits, 0);
}

static void list_of_another_run_is_told_by_its_misfits(void **state)
{
	const uint32_t choices[] = {5, UINT32_MAX, 1};
	struct osim_chooser_list list;
	struct osim_chooser c = osim_chooser_list(&list, choices, 3);

	(void)state;
	assert_int_equal(c.choose(c.arg, OSIM_CHOICE_RUN, 3), 2);
	assert_true(c.choose(c.arg, OSIM_CHOICE_RUN, 2) < 2);
	assert_int_equal(c.choose(c.arg, OSIM_CHOICE_RUN, 2), 1);
	assert_int_equal(list.misfits, 2);
}

static void list_that_is_empty_chooses_way_0(void **state)
{
	struct osim_chooser_list list;
	struct osim_chooser c = osim_chooser_list(&list, NULL, 0);

	(void)state;
	assert_int_equal(c.choose(c.arg, OSIM_CHOICE_RUN, 2), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_choosing_means_way_0),
		cmocka_unit_test(chooser_is_asked_only_where_there_is_a_choice),
		cmocka_unit_test(seed_repeats_itself_and_differs_from_its_neighbour),
		cmocka_unit_test(seed_gives_the_numbers_it_always_gave),
		cmocka_unit_test(seeded_ways_are_about_equally_likely),
		cmocka_unit_test(seeded_way_is_in_range_for_any_number_of_ways),
		cmocka_unit_test(list_is_repeated_in_order_and_way_0_follows),
		cmocka_unit_test(list_of_another_run_is_told_by_its_misfits),
		cmocka_unit_test(list_that_is_empty_chooses_way_0),
	};

	return cmocka_run_group_tests_name("sched.chooser", tests, NULL, NULL);
}
