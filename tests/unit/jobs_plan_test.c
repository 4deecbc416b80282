/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/abi.h>

#include "jobs/plan.h"

#define CALLS  8u
#define EVENTS 40u
#define ALLOCS 30u

static const struct osim_scenario first = {.name = "first"};
static const struct osim_scenario second = {.name = "second"};
static const struct osim_scenario hostile = {.name = "hostile", .who = OSIM_WHO_HOSTILE};

/* A run with a few of everything; begun: how many of its calls are from before it was bound. */
static struct osim__measure *measured(uint32_t begun)
{
	struct osim__measure *measure = calloc(1, sizeof(*measure));

	assert_non_null(measure);
	measure->faults[OSIM_FAULT_ALLOC] = ALLOCS;
	measure->calls = CALLS;
	measure->events = EVENTS;
	measure->decisions = 20;
	memset(measure->ways, 2, measure->decisions);
	for (size_t i = 0; i < CALLS; i++)
		measure->call_id[i] = OPTEE_SMC_EXCHANGE_CAPABILITIES;
	measure->begun.is = begun != 0;
	measure->begun.calls = begun;
	return measure;
}

static void plan(struct osim__plan_list *list, const struct osim_scenario *scenario, uint32_t begun,
		 bool with_hostile)
{
	struct osim__measure *measure = measured(begun);

	assert_int_equal(osim__plan_add(list, scenario, measure, with_hostile), 0);
	free(measure);
}

static size_t count(const struct osim__plan_list *list, const struct osim_scenario *scenario,
		    enum osim__plan kind)
{
	size_t n = 0;

	for (size_t i = 0; i < list->count; i++)
		n += list->items[i].scenario == scenario && list->items[i].plan == kind;
	return n;
}

static size_t reordered(const struct osim__plan_list *list, const struct osim_scenario *scenario)
{
	size_t n = 0;

	for (size_t i = 0; i < list->count; i++)
		n += list->items[i].scenario == scenario && list->items[i].schedule.count != 0;
	return n;
}

static void plan_of_two_scenarios_has_faults_first(void **state)
{
	struct osim__plan_list list = {0};
	size_t faults = 0;

	(void)state;
	plan(&list, &first, 0, true);
	plan(&list, &second, 0, true);
	osim__plan_finish(&list, 5000, 1);
	assert_int_equal(list.count, 5000);
	while (list.items[faults].plan == OSIM__PLAN_FAULT)
		faults++;
	assert_int_equal(faults, 2 * ALLOCS);
	assert_int_equal(count(&list, &first, OSIM__PLAN_FAULT), ALLOCS);
	assert_int_equal(count(&list, &second, OSIM__PLAN_FAULT), ALLOCS);
	osim__plan_free(&list);
}

static void plan_that_is_cut_keeps_each_share(void **state)
{
	struct osim__plan_list list = {0};

	(void)state;
	plan(&list, &first, 0, true);
	plan(&list, &second, 0, true);
	osim__plan_finish(&list, 60, 1);
	assert_int_equal(list.count, 60);
	/* Half of them faults, and of each half as many for one scenario as for the other. */
	assert_int_equal(count(&list, &first, OSIM__PLAN_FAULT), 15);
	assert_int_equal(count(&list, &second, OSIM__PLAN_FAULT), 15);
	assert_in_range(count(&list, &first, OSIM__PLAN_RET) +
				count(&list, &first, OSIM__PLAN_REG) +
				count(&list, &first, OSIM__PLAN_POST) +
				count(&list, &first, OSIM__PLAN_KILL) +
				count(&list, &first, OSIM__PLAN_SPURIOUS) +
				count(&list, &first, OSIM__PLAN_NONE),
			14, 16);
	osim__plan_free(&list);
}

static void plan_that_time_cuts_has_had_both_scenarios(void **state)
{
	struct osim__plan_list list = {0};
	size_t seen[2] = {0}, part;

	(void)state;
	plan(&list, &first, 0, true);
	plan(&list, &second, 0, true);
	part = (list.count - 2 * (size_t)ALLOCS) / 8;
	osim__plan_finish(&list, list.count, 1);
	for (size_t i = 2 * (size_t)ALLOCS; i < 2 * (size_t)ALLOCS + part; i++)
		seen[list.items[i].scenario == &second]++;
	assert_in_range(seen[0], part * 2 / 5, part * 3 / 5);
	osim__plan_free(&list);
}

static void plan_of_a_hostile_scenario_has_no_other_order(void **state)
{
	struct osim__plan_list list = {0};

	(void)state;
	plan(&list, &hostile, 4, true);
	plan(&list, &first, 4, true);
	osim__plan_finish(&list, 3000, 1);
	assert_int_equal(count(&list, &hostile, OSIM__PLAN_POST), 0);
	assert_int_equal(count(&list, &hostile, OSIM__PLAN_KILL), 0);
	assert_int_equal(count(&list, &hostile, OSIM__PLAN_SPURIOUS), 0);
	assert_int_equal(reordered(&list, &hostile), 0);
	assert_int_equal(count(&list, &hostile, OSIM__PLAN_FAULT), ALLOCS);
	/* That they begin alike takes nothing from the other one. */
	assert_int_equal(count(&list, &first, OSIM__PLAN_RET),
			 count(&list, &hostile, OSIM__PLAN_RET));
	assert_int_not_equal(reordered(&list, &first), 0);
	osim__plan_free(&list);
}

static void plan_of_scenarios_that_begin_alike_has_that_once(void **state)
{
	struct osim__plan_list list = {0};

	(void)state;
	plan(&list, &first, 4, true);
	plan(&list, &second, 4, true);
	assert_int_equal(count(&list, &second, OSIM__PLAN_RET) * 2,
			 count(&list, &first, OSIM__PLAN_RET));
	osim__plan_free(&list);
}

static void plan_for_honest_peers_has_no_wrong_answers(void **state)
{
	struct osim__plan_list list = {0};

	(void)state;
	plan(&list, &first, 0, false);
	assert_int_equal(count(&list, &first, OSIM__PLAN_RET), 0);
	assert_int_equal(count(&list, &first, OSIM__PLAN_REG), 0);
	assert_int_not_equal(count(&list, &first, OSIM__PLAN_POST), 0);
	osim__plan_free(&list);
}

static bool same(const struct osim__plan_list *a, const struct osim__plan_list *b, size_t count)
{
	char text[2][256];

	for (size_t i = 0; i < count; i++) {
		osim__experiment_print(&a->items[i], text[0], sizeof(text[0]));
		osim__experiment_print(&b->items[i], text[1], sizeof(text[1]));
		if (strcmp(text[0], text[1]) != 0)
			return false;
	}
	return true;
}

static void plan_of_a_seed_is_the_same_again(void **state)
{
	struct osim__plan_list list[3] = {{0}};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		plan(&list[i], &first, 0, true);
		osim__plan_finish(&list[i], 3000, i == 2 ? 2 : 1);
	}
	assert_true(same(&list[0], &list[1], 3000));
	assert_false(same(&list[0], &list[2], 3000));
	for (size_t i = 0; i < 3; i++)
		osim__plan_free(&list[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plan_of_two_scenarios_has_faults_first),
		cmocka_unit_test(plan_that_is_cut_keeps_each_share),
		cmocka_unit_test(plan_that_time_cuts_has_had_both_scenarios),
		cmocka_unit_test(plan_of_a_hostile_scenario_has_no_other_order),
		cmocka_unit_test(plan_of_scenarios_that_begin_alike_has_that_once),
		cmocka_unit_test(plan_for_honest_peers_has_no_wrong_answers),
		cmocka_unit_test(plan_of_a_seed_is_the_same_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
