/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>

#include "secure/record.h"

static void take_when_empty_returns_nothing(void **state)
{
	struct osim__record r;
	uint32_t value = 7;

	(void)state;
	osim__record_init(&r, 66);
	assert_false(osim__record_take(&r, &value));
	assert_int_equal(value, 7);
	osim__record_fini(&r);
}

static void set_twice_is_merged(void **state)
{
	struct osim__record r;
	uint32_t value;
	bool merged;

	(void)state;
	osim__record_init(&r, 66);
	assert_int_equal(osim__record_set(&r, 66, &merged), 0);
	assert_false(merged);
	assert_int_equal(osim__record_set(&r, 66, &merged), 0);
	assert_true(merged);
	assert_int_equal(r.count, 1);
	assert_true(osim__record_take(&r, &value));
	assert_int_equal(value, 66);
	assert_false(osim__record_take(&r, &value));
	osim__record_fini(&r);
}

/* Each maximum has its own depth of the tree; values around each boundary of it. */
static void values_at_boundaries_come_out_lowest_first(void **state)
{
	static const uint32_t maxima[] = {
		0,	1,	  63,	    64,		4095,	    4096,	    262143,
		262144, 16777215, 16777216, 1073741823, 1073741824, UINT32_MAX - 1, UINT32_MAX};
	struct osim__record r;

	(void)state;
	for (size_t i = 0; i < sizeof(maxima) / sizeof(maxima[0]); i++) {
		uint32_t last = 0, value;
		uint64_t count = 0;
		bool merged;

		osim__record_init(&r, maxima[i]);
		for (size_t j = sizeof(maxima) / sizeof(maxima[0]); j--;) {
			if (maxima[j] > maxima[i])
				continue;
			assert_int_equal(osim__record_set(&r, maxima[j], &merged), 0);
			assert_false(merged);
			count++;
		}
		assert_int_equal(r.count, count);
		while (osim__record_take(&r, &value)) {
			assert_true(!last || value > last);
			last = value;
			count--;
		}
		assert_int_equal(count, 0);
		assert_int_equal(last, maxima[i]);
		osim__record_fini(&r);
	}
}

/* Against a plain array, with sets and takes in any order. */
static void random_use_agrees_with_an_array(void **state)
{
	enum { MAX = 5000, STEPS = 200000 };
	static bool model[MAX + 1];
	struct osim__record r;
	uint64_t seed = 12345, members = 0;
	bool merged;

	(void)state;
	osim__record_init(&r, MAX);
	for (int i = 0; i < STEPS; i++) {
		uint32_t value, lowest = 0;

		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		value = (uint32_t)(seed >> 33) % (MAX + 1);
		if ((seed >> 20) % 100 < 52) {
			assert_int_equal(osim__record_set(&r, value, &merged), 0);
			assert_int_equal(merged, model[value]);
			members += !model[value];
			model[value] = true;
		} else if (osim__record_take(&r, &value)) {
			while (!model[lowest])
				lowest++;
			assert_int_equal(value, lowest);
			model[value] = false;
			members--;
		}
		assert_int_equal(r.count, members);
		assert_int_equal(osim__record_has(&r, value), model[value]);
	}
	osim__record_fini(&r);
}

static void clear_forgets_all(void **state)
{
	struct osim__record r;
	uint32_t value;
	bool merged;

	(void)state;
	osim__record_init(&r, UINT32_MAX);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(osim__record_set(&r, i * 4000000u, &merged), 0);
	osim__record_clear(&r);
	assert_false(osim__record_take(&r, &value));
	assert_int_equal(osim__record_set(&r, 5, &merged), 0);
	assert_false(merged);
	assert_true(osim__record_take(&r, &value));
	assert_int_equal(value, 5);
	osim__record_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(take_when_empty_returns_nothing),
		cmocka_unit_test(set_twice_is_merged),
		cmocka_unit_test(values_at_boundaries_come_out_lowest_first),
		cmocka_unit_test(random_use_agrees_with_an_array),
		cmocka_unit_test(clear_forgets_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
