/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "machine/machine.h"
#include "sched/switch.h"

#define MS 1000000ull

struct world {
	struct osim_machine *m;
	char text[256];
	int result;
	bool stop;
};

static struct world *w;

static void say(const char *word)
{
	size_t used = strlen(w->text);

	snprintf(w->text + used, sizeof(w->text) - used, "%s%s", used ? " " : "", word);
}

static void begin(struct world *world, const struct osim_options *options)
{
	memset(world, 0, sizeof(*world));
	w = world;
	assert_int_equal(osim_machine_new(options, &w->m), 0);
}

static int setup(void **state)
{
	const struct osim_options options = {.size = sizeof(options), .no_secure = true};
	static struct world world;

	begin(&world, &options);
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	osim_machine_free(w->m);
	return 0;
}

/* --- options --- */

static void options_out_of_range_are_refused_by_name(void **state)
{
	struct osim_options options = {.size = 8};
	struct osim_backend backend = {.size = sizeof(backend)};
	struct osim_machine *m = NULL;

	(void)state;
	assert_int_equal(osim_machine_new(&options, &m), -EINVAL);
	assert_non_null(strstr(osim_last_error(), "osim_options"));
	options = (struct osim_options){.size = sizeof(options), .cpus = OSIM_CPUS_MAX + 1};
	assert_int_equal(osim_machine_new(&options, &m), -EINVAL);
	assert_non_null(strstr(osim_last_error(), "cpus: 65"));
	options = (struct osim_options){.size = sizeof(options), .backend = &backend};
	backend.size = 8;
	assert_int_equal(osim_machine_new(&options, &m), -EINVAL);
	assert_non_null(strstr(osim_last_error(), "osim_backend"));
	assert_null(m);
}

static void yield_once(void *arg)
{
	osim_yield(arg);
}

static void machine_of_the_greatest_size_works(void **state)
{
	const struct osim_options options = {
		.size = sizeof(options), .no_secure = true, .cpus = OSIM_CPUS_MAX};
	struct osim_machine *m = NULL;
	struct osim_task *task;
	bool ran = false;

	(void)state;
	assert_int_equal(osim_machine_new(&options, &m), 0);
	assert_int_equal(osim_spawn(m, "t", yield_once, m, 63, &task), 0);
	assert_int_equal(osim_spawn(m, "t", yield_once, m, 64, NULL), -EINVAL);
	assert_int_equal(osim_spawn(m, "t", yield_once, m, -2, NULL), -EINVAL);
	assert_non_null(strstr(osim_last_error(), "cpu -2"));
	assert_int_equal(osim_run(m), 0);
	ran = osim_task_done(task);
	osim_machine_free(m);
	assert_true(ran);
	osim_machine_free(NULL);
}

static void version_is_three_numbers(void **state)
{
	unsigned int a, b, c;
	int end = 0;

	(void)state;
	assert_int_equal(sscanf(osim_version(), "%u.%u.%u%n", &a, &b, &c, &end), 3);
	assert_int_equal(osim_version()[end], '\0');
}

/* --- the current machine --- */

static void check_current(void *arg)
{
	assert_ptr_equal(osim__machine(), arg);
	say("current");
}

static void machine_is_current_inside_and_where_it_was_entered(void **state)
{
	struct osim_machine *before;

	(void)state;
	assert_null(osim__machine());
	before = osim_enter(w->m);
	assert_null(before);
	assert_ptr_equal(osim__machine(), w->m);
	osim_leave(before);
	osim_spawn(w->m, "t", check_current, w->m, -1, NULL);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "current");
	assert_null(osim__machine());
}

static void machine_that_is_freed_while_entered_is_current_no_more(void **state)
{
	struct osim_machine *m = NULL;

	(void)state;
	assert_int_equal(osim_machine_new(NULL, &m), 0);
	osim_enter(m);
	osim_machine_free(m);
	assert_null(osim__machine());
}

/* --- runs --- */

static void speak(void *arg)
{
	say(arg);
}

static void sleep_10_ms(void *arg)
{
	w->result = osim_sleep_ns(w->m, 10 * MS);
	say(arg);
}

static void run_for_stops_time_where_it_was_told_to(void **state)
{
	(void)state;
	osim_spawn(w->m, "t", sleep_10_ms, (void *)"awake", -1, NULL);
	assert_int_equal(osim_run_for(w->m, 4 * MS), 0);
	assert_int_equal(osim_now_ns(w->m), 4 * MS);
	assert_int_equal(osim_run_for(w->m, 5 * MS), 0);
	assert_int_equal(osim_now_ns(w->m), 9 * MS);
	assert_string_equal(w->text, "");
	assert_int_equal(osim_run_for(w->m, MS), 0);
	assert_string_equal(w->text, "awake");
	assert_int_equal(osim_run_for(w->m, 0), 0);
	assert_int_equal(osim_now_ns(w->m), 10 * MS);
}

static void poll_a_while(void *arg)
{
	(void)arg;
	for (int i = 0; i < 5000; i++)
		osim_yield(w->m);
	osim_sleep_ns(w->m, OSIM_NEVER);
}

static void run_for_never_takes_time_back(void **state)
{
	uint64_t then_ns;

	(void)state;
	osim_spawn(w->m, "t", poll_a_while, NULL, -1, NULL);
	assert_int_equal(osim_run_for(w->m, MS), 0);
	then_ns = osim_now_ns(w->m);
	assert_true(then_ns > MS);
	assert_int_equal(osim_run_for(w->m, 0), 0);
	assert_int_equal(osim_now_ns(w->m), then_ns);
}

static void run_for_ever_ends_when_there_is_nothing_left(void **state)
{
	(void)state;
	osim_spawn(w->m, "t", sleep_10_ms, (void *)"awake", -1, NULL);
	assert_int_equal(osim_run_for(w->m, OSIM_NEVER), 0);
	assert_string_equal(w->text, "awake");
}

static bool said(void *arg)
{
	return strstr(w->text, arg) != NULL;
}

static void run_until_ends_as_soon_as_it_is_true(void **state)
{
	(void)state;
	osim_spawn(w->m, "a", speak, (void *)"a", -1, NULL);
	osim_spawn(w->m, "b", speak, (void *)"b", -1, NULL);
	assert_int_equal(osim_run_until(w->m, said, (void *)"a"), 0);
	assert_string_equal(w->text, "a");
	assert_int_equal(osim_run_until(w->m, said, (void *)"a"), 0);
	assert_string_equal(w->text, "a");
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "a b");
}

static void run_until_something_that_never_comes_is_stuck(void **state)
{
	(void)state;
	assert_int_equal(osim_run_until(w->m, said, (void *)"a"), -EDEADLK);
}

static void wait_for_ever(void *arg)
{
	struct osim__waitq q = {0};

	(void)arg;
	osim__wait(&w->m->sched, &q, "mutex", NULL, OSIM_NEVER, OSIM__WAIT_KILLABLE);
	say("killed");
}

static void stuck_machine_is_a_finding_that_names_who_waits_for_what(void **state)
{
	struct osim_task *task;

	(void)state;
	osim_spawn(w->m, "optee-client", wait_for_ever, NULL, -1, &task);
	assert_int_equal(osim_run(w->m), -EDEADLK);
	assert_string_equal(osim_finding_get(w->m, 0)->id, "machine.stuck");
	assert_non_null(strstr(osim_finding_get(w->m, 0)->text,
			       "optee-client waits for mutex, at wait_for_ever"));
	osim_task_signal(task, false);
	assert_int_equal(osim_run(w->m), -EDEADLK);
	osim_task_signal(task, true);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "killed");
	assert_int_equal(osim_finding_count(w->m), 1);
}

static void yield_for_ever(void *arg)
{
	(void)arg;
	while (!w->stop)
		osim_yield(w->m);
}

static void livelock_is_a_finding_and_the_run_can_be_taken_up(void **state)
{
	const struct osim_options options = {
		.size = sizeof(options), .no_secure = true, .steps_max = 500};
	static struct world world;

	teardown(state);
	begin(&world, &options);
	osim_spawn(w->m, "t", yield_for_ever, NULL, -1, NULL);
	assert_int_equal(osim_run(w->m), -ELOOP);
	assert_string_equal(osim_finding_get(w->m, 0)->id, "machine.livelock");
	assert_non_null(strstr(osim_finding_get(w->m, 0)->text,
			       "500 scheduling decisions and no end, at yield_for_ever ("));
	w->stop = true;
	assert_int_equal(osim_run(w->m), 0);
}

static void spin_for_ever(void *arg)
{
	static int object;

	(void)arg;
	osim__sched_spin(&w->m->sched, &object, "what nobody ends");
}

static void livelock_names_who_goes_on_and_not_who_spins(void **state)
{
	const struct osim_options options = {
		.size = sizeof(options), .no_secure = true, .steps_max = 500};
	static struct world world;

	teardown(state);
	begin(&world, &options);
	osim_spawn(w->m, "spins", spin_for_ever, NULL, 0, NULL);
	osim_spawn(w->m, "t", yield_for_ever, NULL, 1, NULL);
	assert_int_equal(osim_run(w->m), -ELOOP);
	assert_non_null(strstr(osim_finding_get(w->m, 0)->text, "no end, at yield_for_ever ("));
}

static void run_inside(void *arg)
{
	(void)arg;
	w->result = osim_run(w->m);
}

static void conduit_that_runs(void *arg, struct osim_machine *m, struct osim_regs *regs)
{
	(void)arg;
	(void)regs;
	w->result = osim_run(m);
}

static void run_from_inside_is_refused(void **state)
{
	struct osim_regs regs = {{0}};

	(void)state;
	osim_spawn(w->m, "t", run_inside, NULL, -1, NULL);
	assert_int_equal(osim_run(w->m), 0);
	assert_int_equal(w->result, -EBUSY);
	/* On the host's own stack nothing is under way that a run could disturb. */
	osim_set_conduit(w->m, conduit_that_runs, NULL);
	assert_int_equal(osim_invoke(w->m, &regs), 0);
	assert_int_equal(w->result, 0);
}

struct pair {
	struct osim__fiber *self, *back;
};

static void secure_side(void *arg)
{
	struct pair *p = arg;

	w->result = osim_run(w->m);
	osim__sched_leave(&w->m->sched, p->self, p->back);
}

static void run_from_inside_a_secure_thread_of_the_host_is_refused(void **state)
{
	struct osim__sched *s = &w->m->sched;
	struct pair p;

	(void)state;
	assert_int_equal(osim__fiber_new(&s->pool, "secure", secure_side, &p, &p.self), 0);
	osim_spawn(w->m, "t", speak, (void *)"ran", -1, NULL);
	osim__sched_enter(s, p.self, &p.back);
	assert_int_equal(w->result, -EBUSY);
	assert_string_equal(w->text, "");
	osim__fiber_free(&s->pool, p.self);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "ran");
}

/* --- threads --- */

static void sleep_for_ever(void *arg)
{
	(void)arg;
	w->result = osim_sleep_ns(w->m, OSIM_NEVER);
	say("up");
	if (w->result == -EINTR)
		w->result = osim_sleep_ns(w->m, MS);
}

static void signal_ends_one_sleep_and_not_the_next(void **state)
{
	struct osim_task *task;

	(void)state;
	osim_spawn(w->m, "t", sleep_for_ever, NULL, -1, &task);
	assert_int_equal(osim_run(w->m), 0);
	osim_task_signal(task, false);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "up");
	assert_int_equal(w->result, 0);
	assert_true(osim_task_done(task));
	osim_task_signal(task, true);
}

static void fatal_signal_ends_every_sleep(void **state)
{
	struct osim_task *task;

	(void)state;
	osim_spawn(w->m, "t", sleep_for_ever, NULL, -1, &task);
	assert_int_equal(osim_run(w->m), 0);
	osim_task_signal(task, true);
	assert_int_equal(osim_run(w->m), 0);
	assert_int_equal(w->result, -EINTR);
}

static void sleep_in_handler(void *arg, struct osim_machine *m, unsigned int cpu, uint32_t intid)
{
	(void)arg;
	(void)cpu;
	(void)intid;
	w->result = osim_sleep_ns(m, MS);
}

static void conduit_that_sleeps(void *arg, struct osim_machine *m, struct osim_regs *regs)
{
	(void)arg;
	(void)regs;
	w->result = osim_sleep_ns(m, MS);
}

static void call_once(void *arg)
{
	struct osim_regs regs = {{0}};

	osim_invoke(arg, &regs);
}

static void sleep_where_nobody_may_sleep_is_refused(void **state)
{
	(void)state;
	assert_int_equal(osim_sleep_ns(w->m, MS), -EPERM);
	assert_non_null(strstr(osim_last_error(), "not in a thread"));
	osim_set_irq_handler(w->m, sleep_in_handler, NULL);
	osim_irq_raise(w->m, OSIM_NOTIF_INTID, 0);
	assert_int_equal(osim_run(w->m), 0);
	assert_int_equal(w->result, -EPERM);
	w->result = 0;
	osim_set_conduit(w->m, conduit_that_sleeps, NULL);
	osim_spawn(w->m, "t", call_once, w->m, -1, NULL);
	assert_int_equal(osim_run(w->m), 0);
	assert_int_equal(w->result, -EPERM);
	assert_non_null(strstr(osim_last_error(), "secure world"));
}

static void choose_3(void *arg)
{
	uint32_t *way = arg;

	*way = osim_choose(w->m, 3);
}

static void choice_of_a_test_is_asked_of_the_chooser(void **state)
{
	const uint32_t choices[] = {2, 1};
	struct osim_chooser_list list;
	const struct osim_options options = {.size = sizeof(options),
					     .no_secure = true,
					     .chooser = osim_chooser_list(&list, choices, 2)};
	static struct world world;
	uint32_t way = 0;

	teardown(state);
	begin(&world, &options);
	osim_spawn(w->m, "t", choose_3, &way, -1, NULL);
	assert_int_equal(osim_run(w->m), 0);
	assert_int_equal(way, 2);
	assert_int_equal(osim_choose(w->m, 2), 1);
	assert_int_equal(osim_choose(w->m, 1), 0);
	assert_int_equal(list.next, 2);
}

/* --- two machines --- */

static void machines_are_independent_of_each_other(void **state)
{
	struct osim_machine *other = NULL;

	(void)state;
	assert_int_equal(osim_machine_new(NULL, &other), 0);
	osim_spawn(w->m, "t", sleep_10_ms, (void *)"mine", -1, NULL);
	osim_spawn(other, "t", speak, (void *)"other", -1, NULL);
	assert_int_equal(osim_run(other), 0);
	assert_string_equal(w->text, "other");
	assert_int_equal(osim_now_ns(other), 0);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "other mine");
	osim_machine_free(other);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(options_out_of_range_are_refused_by_name),
		CASE(machine_of_the_greatest_size_works),
		CASE(version_is_three_numbers),
		CASE(machine_is_current_inside_and_where_it_was_entered),
		CASE(machine_that_is_freed_while_entered_is_current_no_more),
		CASE(run_for_stops_time_where_it_was_told_to),
		CASE(run_for_never_takes_time_back),
		CASE(run_for_ever_ends_when_there_is_nothing_left),
		CASE(run_until_ends_as_soon_as_it_is_true),
		CASE(run_until_something_that_never_comes_is_stuck),
		CASE(stuck_machine_is_a_finding_that_names_who_waits_for_what),
		CASE(livelock_is_a_finding_and_the_run_can_be_taken_up),
		CASE(livelock_names_who_goes_on_and_not_who_spins),
		CASE(run_from_inside_is_refused),
		CASE(run_from_inside_a_secure_thread_of_the_host_is_refused),
		CASE(signal_ends_one_sleep_and_not_the_next),
		CASE(fatal_signal_ends_every_sleep),
		CASE(sleep_where_nobody_may_sleep_is_refused),
		CASE(choice_of_a_test_is_asked_of_the_chooser),
		CASE(machines_are_independent_of_each_other),
	};

	return cmocka_run_group_tests_name("machine.run", tests, NULL, NULL);
}
