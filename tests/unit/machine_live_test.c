/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "machine/machine.h"

static const struct osim__site here = {"drivers/tee/optee/core.c", "optee_open", 120};

static int setup(void **state)
{
	const struct osim_options options = {.size = sizeof(options), .no_secure = true};
	struct osim_machine *m = NULL;

	assert_int_equal(osim_machine_new(&options, &m), 0);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	osim_machine_free(*state);
	return 0;
}

static void objects_are_counted_by_kind_while_they_live(void **state)
{
	struct osim_machine *m = *state;
	static char a[8], b[8];

	assert_int_equal(osim_live_count(m, OSIM_LIVE_COUNT), 0);
	assert_int_equal(osim__live_add(m, OSIM_LIVE_ALLOC, a, 8, &here), 0);
	assert_int_equal(osim__live_add(m, OSIM_LIVE_IRQ, b, 0, &here), 0);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_ALLOC), 1);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_IRQ), 1);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_FILE), 0);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_COUNT), 2);
	assert_ptr_equal(osim__live_find(m, a)->site, &here);
	assert_true(osim__live_remove(m, a));
	assert_false(osim__live_remove(m, a));
	assert_null(osim__live_find(m, a));
	assert_int_equal(osim_live_count(m, OSIM_LIVE_COUNT), 1);
	assert_true(osim__live_remove(m, b));
}

static void abandoned_objects_are_neither_counted_nor_found(void **state)
{
	struct osim_machine *m = *state;
	static char a[8], b[8];

	assert_int_equal(osim__live_add(m, OSIM_LIVE_OTHER, a, 8, &here), 0);
	osim__live_abandon(m);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_COUNT), 0);
	assert_null(osim__live_find(m, a));
	assert_false(osim__live_remove(m, a));
	/* Numbers go on, so that a name is never given twice. */
	assert_int_equal(osim__live_add(m, OSIM_LIVE_OTHER, b, 8, &here), 0);
	assert_int_equal(osim__live_find(m, b)->number, 2);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_OTHER), 1);
	osim__live_abandon(m);
	assert_ptr_equal(m->live.abandoned->key, b);
	assert_ptr_equal(m->live.abandoned->next->key, a);
}

struct seen {
	char text[512];
};

static void see(void *arg, enum osim_live kind, const char *what, const char *where)
{
	struct seen *seen = arg;
	size_t used = strlen(seen->text);

	snprintf(seen->text + used, sizeof(seen->text) - used, "%d|%s|%s\n", (int)kind, what,
		 where);
}

static void each_tells_what_lives_and_where_it_was_made_oldest_first(void **state)
{
	struct osim_machine *m = *state;
	struct seen seen = {""};
	static char a[8], b[8], c[8];

	osim__live_add(m, OSIM_LIVE_ALLOC, a, 224, &here);
	osim__live_add(m, OSIM_LIVE_DEVICE, b, 0, NULL);
	osim__live_add(m, OSIM_LIVE_PAGES, c, 4096, &here);
	osim__live_remove(m, a);
	osim__live_add(m, OSIM_LIVE_ALLOC, a, 16, &here);
	osim_live_each(m, see, &seen);
	assert_string_equal(seen.text, "5|device|\n"
				       "1|pages of 4096 bytes|optee_open (core.c:120)\n"
				       "0|allocation of 16 bytes|optee_open (core.c:120)\n");
}

static void table_grows_and_is_used_again(void **state)
{
	enum { COUNT = 5000 };
	struct osim_machine *m = *state;
	static char keys[COUNT];

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < COUNT; i++)
			assert_int_equal(osim__live_add(m, OSIM_LIVE_OTHER, &keys[i], 1, NULL), 0);
		for (int i = 0; i < COUNT; i += 2)
			assert_true(osim__live_remove(m, &keys[i]));
		for (int i = 0; i < COUNT; i++)
			assert_int_equal(osim__live_find(m, &keys[i]) != NULL, i % 2);
		for (int i = 1; i < COUNT; i += 2)
			assert_true(osim__live_remove(m, &keys[i]));
		assert_int_equal(osim_live_count(m, OSIM_LIVE_COUNT), 0);
	}
	assert_int_equal(m->live.next_number, 2 * COUNT);
}

static void holding_finds_the_allocation_around_an_address(void **state)
{
	struct osim_machine *m = *state;
	static char a[64], irq[64];

	osim__live_add(m, OSIM_LIVE_ALLOC, a, sizeof(a), &here);
	osim__live_add(m, OSIM_LIVE_IRQ, irq, sizeof(irq), &here);
	assert_ptr_equal(osim__live_holding(m, a + 63)->key, a);
	assert_null(osim__live_holding(m, a + 64 == irq ? a - 1 : a + 64));
	assert_null(osim__live_holding(m, irq));
}

static void number_events(void *arg, const struct osim_event *e)
{
	struct seen *seen = arg;
	size_t used = strlen(seen->text);

	snprintf(seen->text + used, sizeof(seen->text) - used, "%s#%llu+%llu %s %s\n",
		 osim_event_kind_name(e->kind), (unsigned long long)e->object,
		 (unsigned long long)e->bytes, e->text, e->where);
}

static void objects_are_recorded_by_number_of_first_appearance(void **state)
{
	struct osim_machine *m = *state;
	struct seen seen = {""};
	static char a[8];

	osim_set_event_sink(m, number_events, &seen);
	osim__live_add(m, OSIM_LIVE_ALLOC, a, 8, &here);
	osim__live_remove(m, a);
	osim__live_add(m, OSIM_LIVE_ALLOC, a, 9, &here);
	assert_string_equal(seen.text, "alloc#1+8 allocation optee_open (core.c:120)\n"
				       "free#1+8 allocation optee_open (core.c:120)\n"
				       "alloc#2+9 allocation optee_open (core.c:120)\n");
}

static void site_macro_names_the_place_it_is_used_at(void **state)
{
	char text[96];

	(void)state;
	osim__site_text(OSIM__SITE, text, sizeof(text));
	assert_memory_equal(
		text, "site_macro_names_the_place_it_is_used_at (machine_live_test.c:",
		strlen("site_macro_names_the_place_it_is_used_at (machine_live_test.c:"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(objects_are_counted_by_kind_while_they_live),
		CASE(abandoned_objects_are_neither_counted_nor_found),
		CASE(each_tells_what_lives_and_where_it_was_made_oldest_first),
		CASE(table_grows_and_is_used_again),
		CASE(holding_finds_the_allocation_around_an_address),
		CASE(objects_are_recorded_by_number_of_first_appearance),
		CASE(site_macro_names_the_place_it_is_used_at),
	};

	return cmocka_run_group_tests_name("machine.live", tests, NULL, NULL);
}
