/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sched/switch.h"

/* What happened, as a line of words; the tests compare it. */
struct world {
	struct osim__sched s;
	struct osim__waitq q;
	char text[512];
	uint32_t irq_pending; /* a bit per CPU */
	struct osim__thread *thread[8];
	int result;
	bool lock_held;
};

static struct world *w;

static void say(const char *word)
{
	size_t used = strlen(w->text);

	snprintf(w->text + used, sizeof(w->text) - used, "%s%s", used ? " " : "", word);
}

static bool irq_deliverable(void *arg, unsigned int cpu)
{
	(void)arg;
	return w->irq_pending & (1u << cpu);
}

static bool irq_take(void *arg, unsigned int cpu)
{
	char word[16];

	(void)arg;
	if (!(w->irq_pending & (1u << cpu)))
		return false;
	w->irq_pending &= ~(1u << cpu);
	if (!w->irq_pending)
		w->s.slow &= ~(uint32_t)OSIM__SLOW_IRQ;
	snprintf(word, sizeof(word), "irq%u", cpu);
	say(word);
	osim__sched_point(&w->s, OSIM__POINT_USER);
	osim__wake(&w->s, &w->q, 1);
	return true;
}

static void raise_irq(unsigned int cpu)
{
	w->irq_pending |= 1u << cpu;
	w->s.slow |= OSIM__SLOW_IRQ;
}

static const struct osim__sched_hooks hooks = {.irq_deliverable = irq_deliverable,
					       .irq_take = irq_take};

static void begin(struct world *world, unsigned int cpus, struct osim_chooser chooser)
{
	memset(world, 0, sizeof(*world));
	w = world;
	osim__sched_init(&w->s, cpus, chooser, &hooks);
}

static int setup(void **state)
{
	static struct world world;

	begin(&world, 2, (struct osim_chooser){0});
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	osim__sched_fini(&w->s);
	return 0;
}

static void spawn(unsigned int i, const char *name, osim__fiber_fn *fn)
{
	assert_int_equal(
		osim__thread_spawn(&w->s, name, fn, (void *)(uintptr_t)name, -1, &w->thread[i]), 0);
}

static void speak(void *arg)
{
	say(arg);
	osim__sched_yield(&w->s);
	say(arg);
}

static void threads_that_yield_take_turns(void **state)
{
	(void)state;
	spawn(0, "a", speak);
	spawn(1, "b", speak);
	spawn(2, "c", speak);
	assert_int_equal(osim__sched_run(&w->s, NULL, NULL), 0);
	assert_string_equal(w->text, "a b c a b c");
	assert_int_equal(w->thread[0]->state, OSIM__THREAD_DEAD);
	osim__thread_free(w->thread[0]);
}

static void wait_for_wake(void *arg)
{
	say(arg);
	w->result = osim__wait(&w->s, &w->q, "a test", NULL, OSIM_NEVER, 0);
	say("woken");
}

static void wait_with_timeout(void *arg)
{
	(void)arg;
	w->result = osim__wait(&w->s, &w->q, "a test", NULL, 8000000, 0);
}

static void wait_woken_by_interrupt_goes_on(void **state)
{
	(void)state;
	spawn(0, "a", wait_for_wake);
	assert_int_equal(osim__sched_run(&w->s, NULL, NULL), -EDEADLK);
	raise_irq(0);
	assert_int_equal(osim__sched_run(&w->s, NULL, NULL), 0);
	assert_string_equal(w->text, "a irq0 woken");
	assert_int_equal(w->result, 0);
}

static void wait_with_deadline_ends_when_virtual_time_gets_there(void **state)
{
	(void)state;
	spawn(0, "a", wait_with_timeout);
	assert_int_equal(osim__sched_run(&w->s, NULL, NULL), 0);
	assert_int_equal(w->result, -ETIMEDOUT);
	assert_int_equal(w->s.now_ns, 8000000);
	assert_null(w->s.timers);
}

static void wait_interruptible(void *arg)
{
	(void)arg;
	w->result = osim__wait(&w->s, &w->q, "a test", NULL, OSIM_NEVER, OSIM__WAIT_KILLABLE);
}

static void wait_killable_ignores_a_plain_signal_and_ends_on_a_fatal_one(void **state)
{
	(void)state;
	spawn(0, "a", wait_interruptible);
	assert_int_equal(osim__sched_run(&w->s, NULL, NULL), -EDEADLK);
	osim__thread_signal(w->thread[0], OSIM__SIGNAL_PLAIN);
	assert_int_equal(w->thread[0]->state, OSIM__THREAD_BLOCKED);
	osim__thread_signal(w->thread[0], OSIM__SIGNAL_FATAL);
	assert_int_equal(osim__sched_run(&w->s, NULL, NULL), 0);
	assert_int_equal(w->result, -EINTR);
}

static void masked_section(void *arg)
{
	(void)arg;
	osim__sched_irq_off(&w->s);
	raise_irq(0);
	osim__sched_point(&w->s, OSIM__POINT_USER);
	say("masked");
	osim__sched_irq_on(&w->s);
	say("unmasked");
}

static void interrupt_raised_while_masked_comes_in_when_unmasked(void **state)
{
	(void)state;
	spawn(0, "a", masked_section);
	assert_int_equal(osim__sched_run(&w->s, NULL, NULL), 0);
	assert_string_equal(w->text, "masked irq0 unmasked");
}

static void raise_on_other_cpu(void *arg)
{
	(void)arg;
	raise_irq(1);
	osim__sched_point(&w->s, OSIM__POINT_USER);
	say("still-a");
}

static void interrupt_on_an_idle_cpu_waits_until_this_one_is_done_when_nobody_chooses(void **state)
{
	(void)state;
	spawn(0, "a", raise_on_other_cpu);
	assert_int_equal(osim__sched_run(&w->s, NULL, NULL), 0);
	assert_string_equal(w->text, "still-a irq1");
}

static void spinner(void *arg)
{
	(void)arg;
	say("spin");
	while (w->lock_held)
		osim__sched_spin(&w->s, &w->lock_held, "a lock");
	say("got");
}

static void holder(void *arg)
{
	(void)arg;
	w->lock_held = true;
	say("hold");
	osim__sched_yield(&w->s);
	say("release");
	w->lock_held = false;
	osim__sched_spin_end(&w->s, &w->lock_held);
}

static void cpu_that_spins_lets_the_holder_go_on(void **state)
{
	(void)state;
	spawn(0, "h", holder);
	spawn(1, "s", spinner);
	assert_int_equal(osim__sched_run(&w->s, NULL, NULL), 0);
	assert_string_equal(w->text, "hold spin release got");
}

static void ask_where(void *arg)
{
	const char *stack = __builtin_frame_address(0);

	*(const char **)arg = stack;
}

/* A fiber that is asked answers on its own stack. */
static void report_line(void *arg, const char *text, struct osim__fiber *fiber)
{
	const char *stack = NULL, *bottom = (const char *)fiber->stack;

	(void)arg;
	osim__sched_visit(&w->s, fiber, ask_where, &stack);
	assert_true(stack > bottom && stack < bottom + fiber->stack_bytes);
	say(text);
}

static void spin_for_ever(void *arg)
{
	(void)arg;
	osim__sched_spin(&w->s, &w->lock_held, "lock L");
}

static void machine_where_nothing_can_run_is_reported_with_who_waits_for_what(void **state)
{
	(void)state;
	spawn(0, "alice", wait_for_wake);
	spawn(1, "bob", spin_for_ever);
	assert_int_equal(osim__sched_run(&w->s, NULL, NULL), -EDEADLK);
	w->text[0] = '\0';
	assert_int_equal(osim__sched_report(&w->s, report_line, NULL), 2);
	assert_string_equal(w->text, "cpu0 (bob) spins on lock L alice waits for a test");
}

static void wait_for_signal(void *arg)
{
	(void)arg;
	osim__wait(&w->s, &w->q, "a signal", NULL, OSIM_NEVER, OSIM__WAIT_INTERRUPTIBLE);
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static void wait_that_a_signal_ends_is_reported_only_where_nobody_else_is_stuck(void **state)
{
	(void)state;
	spawn(0, "carol", wait_for_signal);
	assert_int_equal(osim__sched_run(&w->s, never, NULL), -EDEADLK);
	w->text[0] = '\0';
	assert_int_equal(osim__sched_report(&w->s, report_line, NULL), 1);
	assert_string_equal(w->text, "carol waits for a signal");
	spawn(0, "alice", wait_for_wake);
	assert_int_equal(osim__sched_run(&w->s, NULL, NULL), -EDEADLK);
	w->text[0] = '\0';
	assert_int_equal(osim__sched_report(&w->s, report_line, NULL), 1);
	assert_string_equal(w->text, "alice waits for a test");
}

static void loop_for_ever(void *arg)
{
	(void)arg;
	for (;;)
		osim__sched_yield(&w->s);
}

static void thread_that_never_ends_uses_up_the_budget(void **state)
{
	(void)state;
	w->s.budget_max = 1000;
	spawn(0, "a", loop_for_ever);
	assert_int_equal(osim__sched_run(&w->s, NULL, NULL), -ELOOP);
	assert_true(w->s.now_ns > 0);
}

static bool said_enough(void *arg)
{
	(void)arg;
	return strlen(w->text) >= 3;
}

static void run_until_stops_when_done_and_can_be_taken_up_again(void **state)
{
	(void)state;
	spawn(0, "a", speak);
	spawn(1, "b", speak);
	assert_int_equal(osim__sched_run(&w->s, said_enough, NULL), 0);
	assert_string_equal(w->text, "a b");
	assert_int_equal(osim__sched_run(&w->s, NULL, NULL), 0);
	assert_string_equal(w->text, "a b a b");
}

static void joiner(void *arg)
{
	(void)arg;
	osim__thread_join(w->thread[1]);
	say("joined");
}

static void join_returns_when_the_thread_has_ended(void **state)
{
	(void)state;
	spawn(0, "j", joiner);
	spawn(1, "b", speak);
	assert_int_equal(osim__sched_run(&w->s, NULL, NULL), 0);
	assert_string_equal(w->text, "b b joined");
}

static void step_twice(void *arg)
{
	say(arg);
	osim__sched_point(&w->s, OSIM__POINT_USER);
	say(arg);
}

static void run_seeded(struct world *world, uint64_t seed)
{
	struct osim_chooser_seeded state;

	begin(world, 2, osim_chooser_seeded(&state, seed));
	spawn(0, "a", step_twice);
	spawn(1, "b", step_twice);
	spawn(2, "c", step_twice);
	assert_int_equal(osim__sched_run(&w->s, NULL, NULL), 0);
	osim__sched_fini(&w->s);
}

static void seed_gives_the_same_run_and_seeds_give_different_ones(void **state)
{
	static struct world first, again;
	unsigned int different = 0;

	for (uint64_t seed = 0; seed < 16; seed++) {
		run_seeded(&first, seed);
		run_seeded(&again, seed);
		assert_string_equal(first.text, again.text);
		different += strcmp(first.text, "a a b b c c") != 0;
	}
	assert_true(different > 8);
	setup(state);
}

static void list_of_choices_lets_the_other_cpu_go_on_between_two_points(void **state)
{
	static struct world world;
	/* Way 0 dispatches a; at a's point way 1 is to dispatch b on the other CPU. */
	const uint32_t choices[] = {0, 1};
	struct osim_chooser_list list;

	begin(&world, 2, osim_chooser_list(&list, choices, 2));
	spawn(0, "a", step_twice);
	spawn(1, "b", step_twice);
	assert_int_equal(osim__sched_run(&w->s, NULL, NULL), 0);
	assert_string_equal(w->text, "a b b a");
	assert_int_equal(list.misfits, 0);
	osim__sched_fini(&w->s);
	setup(state);
}

struct pair {
	struct osim__fiber *self, *back;
};

static void secure_side(void *arg)
{
	struct pair *p = arg;

	say("secure");
	osim__sched_leave(&w->s, p->self, p->back);
	say("resumed");
	osim__sched_leave(&w->s, p->self, p->back);
}

static void call_twice(void *arg)
{
	static struct pair p;

	(void)arg;
	assert_int_equal(osim__fiber_new(&w->s.pool, "secure", secure_side, &p, &p.self), 0);
	osim__sched_enter(&w->s, p.self, &p.back);
	say("normal");
	osim__sched_enter(&w->s, p.self, &p.back);
	say("done");
	osim__fiber_free(&w->s.pool, p.self);
}

static void secure_fiber_leaves_and_is_entered_again_where_it_stood(void **state)
{
	(void)state;
	spawn(0, "a", call_twice);
	assert_int_equal(osim__sched_run(&w->s, NULL, NULL), 0);
	assert_string_equal(w->text, "secure normal resumed done");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(threads_that_yield_take_turns),
		CASE(wait_woken_by_interrupt_goes_on),
		CASE(wait_with_deadline_ends_when_virtual_time_gets_there),
		CASE(wait_killable_ignores_a_plain_signal_and_ends_on_a_fatal_one),
		CASE(interrupt_raised_while_masked_comes_in_when_unmasked),
		CASE(interrupt_on_an_idle_cpu_waits_until_this_one_is_done_when_nobody_chooses),
		CASE(cpu_that_spins_lets_the_holder_go_on),
		CASE(machine_where_nothing_can_run_is_reported_with_who_waits_for_what),
		CASE(wait_that_a_signal_ends_is_reported_only_where_nobody_else_is_stuck),
		CASE(thread_that_never_ends_uses_up_the_budget),
		CASE(run_until_stops_when_done_and_can_be_taken_up_again),
		CASE(join_returns_when_the_thread_has_ended),
		CASE(seed_gives_the_same_run_and_seeds_give_different_ones),
		CASE(list_of_choices_lets_the_other_cpu_go_on_between_two_points),
		CASE(secure_fiber_leaves_and_is_entered_again_where_it_stood),
	};

	return cmocka_run_group_tests_name("sched.thread", tests, NULL, NULL);
}
