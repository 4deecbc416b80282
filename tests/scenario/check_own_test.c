/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a check makes of scenarios that are not the library's: each thing that is done to others is
 * done to them, and what they find is told with the simplest run that shows it.
 *
 * ctest-drivers: model
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <optee_sim/scenario.h>

#include "jobs/picture.h"

OSIM_DRIVER_DECLARE(model);

static void posts(struct osim_stage *stage)
{
	if (!osim_stage_bind(stage))
		return;
	osim_post(stage->m, 5);
	osim_run(stage->m);
	osim_expect(stage, osim_stats(stage->m)->posts == 1, "own.posts", "more than one value");
	osim_expect(stage, !stage->reordered, "own.order", "another order");
}

static void hangs(struct osim_stage *stage)
{
	(void)stage;
	for (volatile bool forever = true; forever;)
		;
}

static void early_and_late(struct osim_stage *stage)
{
	osim_expect(stage, false, "own-two.early", "before the driver is bound");
	if (!osim_stage_bind(stage))
		return;
	for (unsigned int i = 0; i < 10; i++)
		osim_post(stage->m, 5);
	osim_expect(stage, false, "own-two.late", "after ten values");
}

static const struct osim_scenario own = {
	.name = "own", .what = "A value is posted.", .body = posts, .notif = true};
static const struct osim_scenario two = {
	.name = "own-two", .what = "Twice.", .body = early_and_late, .notif = true};
static const struct osim_scenario hanging = {
	.name = "own-hangs", .what = "It does not end.", .body = hangs};
static const struct osim_scenario second_own = {
	.name = "own", .what = "The same name.", .body = posts};
static const struct osim_scenario taken = {
	.name = "posts", .what = "The library has that.", .body = posts};
static const struct osim_scenario spelled = {
	.name = "own+1", .what = "That would be no name of an experiment.", .body = posts};
static const struct osim_scenario empty = {.name = "own", .what = "Nothing happens."};

static struct osim_check_options options_of(const struct osim_scenario *const *scenarios,
					    size_t count)
{
	const char *profile = getenv("OSIM_TEST_PROFILE");
	bool abi = profile && !strcmp(profile, "abi");

	return (struct osim_check_options){.size = sizeof(struct osim_check_options),
					   .driver = &osim_driver_model,
					   .jobs = 1,
					   .experiments_max = 400,
					   .seed = 1,
					   .only = "own",
					   .scenarios = scenarios,
					   .scenario_count = count,
					   .profile = abi ? OSIM_PROFILE_ABI : OSIM_PROFILE_OPTEE};
}

/* What was told of one id. */
struct told {
	const char *id;
	size_t times, kinds, posts, orders;
	char experiment[64], timeline[8192];
};

static void note(void *arg, const struct osim_check_group *g)
{
	struct told *told = arg;
	const char *colon = strchr(g->experiment, ':');

	if (strcmp(g->id, told->id) != 0)
		return;
	told->times++;
	told->kinds = g->stimulus_count;
	for (size_t i = 0; i < g->stimulus_count; i++) {
		if (!strcmp(g->stimuli[i].kind, "post"))
			told->posts = g->stimuli[i].count;
		if (!strcmp(g->stimuli[i].kind, "order"))
			told->orders = g->stimuli[i].count;
	}
	snprintf(told->experiment, sizeof(told->experiment), "%s",
		 colon ? colon + 1 : g->experiment);
	snprintf(told->timeline, sizeof(told->timeline), "%s", g->timeline);
}

static void own_scenario_meets_every_stimulus_and_is_told(void **state)
{
	const struct osim_scenario *scenarios[] = {&own};
	struct osim_check_options options = options_of(scenarios, 1);
	struct told values = {.id = "own.posts"}, order = {.id = "own.order"};
	struct osim_check_summary summary;

	(void)state;
	assert_int_equal(osim_check(&options, note, &values, &summary), 0);
	assert_int_equal(summary.scenarios, 1);
	assert_int_equal(summary.experiments, 401);
	assert_int_equal(values.times, 1);
	assert_int_equal(values.kinds, 1);
	assert_true(values.posts > 10);
	assert_memory_equal(values.experiment, "own+post@", 9);
	assert_int_equal(osim_check(&options, note, &order, NULL), 0);
	assert_int_equal(order.times, 1);
	assert_true(order.orders > 10);
	assert_memory_equal(order.experiment, "own/", 4);
	/* One deviation is enough for it. */
	assert_null(strchr(order.experiment, ','));
	assert_int_equal(osim_check_again(&options, order.experiment, NULL, NULL), 1);
	assert_int_equal(osim_check_again(&options, "own", NULL, NULL), 0);
	assert_int_equal(osim_check_again(&options, "own+alloc@1", NULL, NULL), 0);
}

static size_t rows(const char *timeline, const char *with)
{
	size_t n = 0;

	for (const char *p = timeline; (p = strstr(p, with)); p++)
		n++;
	return n;
}

static void timeline_is_short_and_marks_where_it_was_noticed(void **state)
{
	const struct osim_scenario *scenarios[] = {&own};
	struct osim_check_options options = options_of(scenarios, 1);
	struct told told = {.id = "own.posts"};
	const char *mark;

	(void)state;
	assert_int_equal(osim_check(&options, note, &told, NULL), 0);
	mark = strstr(told.timeline, "\n> ");
	assert_non_null(mark);
	assert_non_null(strstr(mark, "FINDING own.posts: more than one value"));
	assert_int_equal(rows(told.timeline, "\n> "), 1);
	assert_true(rows(told.timeline, "\n") <= 25);
	assert_true(rows(mark + 1, "\n") <= 2);
	assert_non_null(strstr(told.timeline, "\n  ... "));
	assert_memory_equal(told.timeline, "  seconds cpu", 13);
}

static void timeline_begins_where_it_has_to(void **state)
{
	const struct osim_scenario *scenarios[] = {&two};
	struct osim_check_options options = options_of(scenarios, 1);
	struct told early = {.id = "own-two.early"}, late = {.id = "own-two.late"};

	(void)state;
	options.peer = OSIM_CHECK_PEER_HONEST;
	assert_int_equal(osim_check(&options, note, &early, NULL), 0);
	assert_non_null(strstr(early.timeline, "\n> "));
	assert_null(strstr(early.timeline, "=== model bound"));
	assert_int_equal(osim_check(&options, note, &late, NULL), 0);
	/* What was before the driver was bound is of no interest, nor is it to see a value ten
	 * times. */
	assert_null(strstr(late.timeline, "=== bind model"));
	assert_non_null(strstr(late.timeline, "=== model bound"));
	assert_non_null(strstr(late.timeline, "\n  ... 8 rows like the next\n"));
	assert_int_equal(rows(late.timeline, "post 5"), 2);
}

static void finding_that_nobody_asked_for_is_counted_only(void **state)
{
	const struct osim_scenario *scenarios[] = {&own};
	struct osim_check_options options = options_of(scenarios, 1);
	struct told values = {.id = "own.posts"}, order = {.id = "own.order"};
	struct osim_check_summary summary;

	(void)state;
	assert_int_equal(osim_check_only(&options, "own.o"), 0);
	assert_string_equal(options.only_id, "own.o");
	assert_int_equal(osim_check(&options, note, &values, &summary), 0);
	assert_int_equal(values.times, 0);
	assert_true(summary.untold >= 1);
	assert_int_equal(summary.groups, 1);
	assert_int_equal(osim_check(&options, note, &order, NULL), 0);
	assert_int_equal(order.times, 1);
}

static void hostile_peer_leaves_the_honest_ones_alone(void **state)
{
	const struct osim_scenario *scenarios[] = {&own};
	struct osim_check_options options = options_of(scenarios, 1);
	struct told values = {.id = "own.posts"};
	struct osim_check_summary summary;

	(void)state;
	options.experiments_max = 0;
	options.peer = OSIM_CHECK_PEER_HOSTILE;
	assert_int_equal(osim_check(&options, note, &values, &summary), 0);
	assert_int_equal(values.times, 0);
	assert_true(summary.experiments > 50);
	/* No value was posted, and nothing came in another order. */
	assert_int_equal(summary.untold, 0);
}

static void scenario_that_hangs_costs_one_run(void **state)
{
	const struct osim_scenario *scenarios[] = {&own, &hanging};
	struct osim_check_options options = options_of(scenarios, 2);
	struct told told = {.id = "crash.timeout"};
	struct osim_check_summary summary;

	(void)state;
	options.peer = OSIM_CHECK_PEER_HONEST;
	options.experiments_max = 2;
	assert_int_equal(osim_check(&options, note, &told, &summary), 0);
	assert_int_equal(told.times, 1);
	assert_string_equal(told.experiment, "own-hangs");
	assert_non_null(strstr(told.timeline, "> the run hangs here"));
	assert_int_equal(summary.crashed, 1);
}

static void scenario_that_cannot_be_taken_is_refused(void **state)
{
	const struct {
		const struct osim_scenario *scenario;
		const char *why;
	} cases[] = {{&second_own, "scenarios: there are two of the name 'own'"},
		     {&taken, "scenarios: there are two of the name 'posts'"},
		     {&spelled, "scenarios: 'own+1': lower case letters, digits and '-' only"},
		     {&empty, "scenarios: 'own' lacks a name, a sentence or a body"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct osim_scenario *scenarios[] = {&own, cases[i].scenario};
		struct osim_check_options options = options_of(scenarios, 2);
		struct told told = {.id = ""};

		assert_int_equal(osim_check(&options, note, &told, NULL), -EINVAL);
		assert_string_equal(osim_last_error(), cases[i].why);
	}
}

/* A schedule of which one deviation would do. */
static void schedule_is_shrunk_before_it_is_shown(void **state)
{
	const struct osim_scenario *scenarios[] = {&own, NULL};
	struct osim_check_options options = options_of(scenarios, 1);
	struct osim__groups groups = {.scenarios = scenarios};
	const struct osim__experiment x = {
		.scenario = &own,
		.schedule = {.deviation = {{2, 3}, {4, 2}, {6, 1}, {9, 2}}, .count = 4}};

	(void)state;
	assert_int_equal(osim__groups_add(&groups, &x, 0, "own.order", "another order", ""), 0);
	assert_int_equal(osim__pictures(&groups, &options), 0);
	assert_int_equal(groups.items[0].best.schedule.count, 1);
	assert_int_equal(groups.items[0].best.schedule.deviation[0].way, 1);
	assert_non_null(groups.items[0].timeline);
	assert_non_null(strstr(groups.items[0].timeline, "> "));
	osim__groups_free(&groups);
}

static void finding_that_does_not_come_again_has_no_timeline(void **state)
{
	const struct osim_scenario *scenarios[] = {&own, NULL};
	struct osim_check_options options = options_of(scenarios, 1);
	struct osim__groups groups = {.scenarios = scenarios};
	const struct osim__experiment x = {.scenario = &own};

	(void)state;
	assert_int_equal(osim__groups_add(&groups, &x, 0, "own.order", "another order", ""), 0);
	assert_int_equal(osim__pictures(&groups, &options), 0);
	assert_null(groups.items[0].timeline);
	osim__groups_free(&groups);
}

static void options_out_of_range_are_refused(void **state)
{
	const struct osim_check_options good = options_of(NULL, 0);
	struct osim_check_options bad[] = {good, good, good, good};
	static const char *const why[] = {"options: size 1 is not", "options: no driver",
					  "profile: 9 is none", "peer: 9 is none"};

	(void)state;
	bad[0].size = 1;
	bad[1].driver = NULL;
	bad[2].profile = (enum osim_profile)9;
	bad[3].peer = (enum osim_check_peer)9;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(osim_check(&bad[i], note, NULL, NULL), -EINVAL);
		assert_int_equal(strncmp(osim_last_error(), why[i], strlen(why[i])), 0);
		assert_int_equal(osim_check_again(&bad[i], "posts", NULL, NULL), -EINVAL);
		assert_int_equal(strncmp(osim_last_error(), why[i], strlen(why[i])), 0);
	}
}

static void experiment_that_the_run_does_not_come_to_is_told(void **state)
{
	static const char *const plans[] = {"alloc", "irq",   "post=0",	 "kill",  "unplug",
					    "late",  "ret=4", "a1=0x10", "again", "msg.ret=0"};
	const struct osim_scenario *scenarios[] = {&own};
	struct osim_check_options options = options_of(scenarios, 1);
	char name[64];

	(void)state;
	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		size_t n = strcspn(plans[i], "=");

		snprintf(name, sizeof(name), "own+%.*s@4000%s", (int)n, plans[i], plans[i] + n);
		assert_int_equal(osim_check_again(&options, name, NULL, NULL), 2);
	}
	assert_int_equal(osim_check_again(&options, "own+late@0", NULL, NULL), 0);
	assert_int_equal(osim_check_again(&options, "own+kill@3", NULL, NULL), 0);
	assert_int_equal(osim_check_again(&options, "own+msg.ret_origin@0=4", NULL, NULL), 0);
}

static void lacks(struct osim_stage *stage)
{
	osim_stage_lacks(stage, "such thing");
}

static void scenarios_left_out_that_do_not_fit_are_not_cut_in_two(void **state)
{
	enum { MANY = 40 };
	static char names[MANY][40];
	static struct osim_scenario each[MANY];
	const struct osim_scenario *scenarios[MANY];
	struct osim_check_options options = options_of(scenarios, MANY);
	struct told nothing = {.id = ""};
	struct osim_check_summary summary;
	const char *text = summary.left_out, *end;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "own-with-a-name-that-is-long-%02d", i);
		each[i] = (struct osim_scenario){.name = names[i], .what = "?", .body = lacks};
		scenarios[i] = &each[i];
	}
	options.experiments_max = 1;
	assert_int_equal(osim_check(&options, note, &nothing, &summary), 0);
	assert_int_equal(summary.scenarios, MANY);
	assert_int_equal(strncmp(text, "no such thing: own-with-a-name-that-is-long-00, ", 48), 0);
	end = text + strlen(text) - strlen(", ...");
	assert_string_equal(end, ", ...");
	/* The last one is whole. */
	assert_int_equal(strncmp(end - strlen(names[0]), names[0], strlen(names[0]) - 2), 0);
	assert_true(strlen(text) + strlen(names[0]) > sizeof(summary.left_out) - 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_scenario_meets_every_stimulus_and_is_told),
		cmocka_unit_test(timeline_is_short_and_marks_where_it_was_noticed),
		cmocka_unit_test(timeline_begins_where_it_has_to),
		cmocka_unit_test(finding_that_nobody_asked_for_is_counted_only),
		cmocka_unit_test(hostile_peer_leaves_the_honest_ones_alone),
		cmocka_unit_test(scenario_that_hangs_costs_one_run),
		cmocka_unit_test(scenario_that_cannot_be_taken_is_refused),
		cmocka_unit_test(schedule_is_shrunk_before_it_is_shown),
		cmocka_unit_test(finding_that_does_not_come_again_has_no_timeline),
		cmocka_unit_test(experiment_that_the_run_does_not_come_to_is_told),
		cmocka_unit_test(options_out_of_range_are_refused),
		cmocka_unit_test(scenarios_left_out_that_do_not_fit_are_not_cut_in_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
