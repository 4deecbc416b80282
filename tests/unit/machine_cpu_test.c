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

#define LINE 40u
#define MS   1000000ull

struct world {
	struct osim_machine *m;
	struct osim__sched *s;
	struct osim__waitq q;
	struct osim_chooser_list list;
	char text[512];
	int lock; /* its address names what is spun on */
	bool held;
	unsigned int fired, ended;
};

static struct world *w;

static void say(const char *word)
{
	size_t used = strlen(w->text);

	snprintf(w->text + used, sizeof(w->text) - used, "%s%s", used ? " " : "", word);
}

static void say_on_cpu(const char *word)
{
	char text[32];

	snprintf(text, sizeof(text), "%s@%u", word, osim__sched_cpu_number(w->s));
	say(text);
}

static void on_irq(void *arg, struct osim_machine *m, unsigned int cpu, uint32_t intid)
{
	(void)arg;
	(void)m;
	(void)intid;
	assert_int_equal(cpu, osim__sched_cpu_number(w->s));
	say_on_cpu("irq");
	osim__sched_point(w->s, OSIM__POINT_USER);
	assert_int_equal(cpu, osim__sched_cpu_number(w->s));
	say_on_cpu("end");
	osim__wake(w->s, &w->q, ~0u);
}

/* A machine with two CPUs whose chooser repeats a list. */
static void begin(const uint32_t *choices, size_t count)
{
	static struct world world;
	struct osim_options options = {.size = sizeof(options), .no_secure = true};

	memset(&world, 0, sizeof(world));
	w = &world;
	if (choices)
		options.chooser = osim_chooser_list(&w->list, choices, count);
	assert_int_equal(osim_machine_new(&options, &w->m), 0);
	w->s = &w->m->sched;
	osim_set_irq_handler(w->m, on_irq, NULL);
	osim__irq_enable(w->m, LINE, 0, true);
}

static int setup(void **state)
{
	begin(NULL, 0);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	osim_machine_free(w->m);
	return 0;
}

static void restart(const uint32_t *choices, size_t count)
{
	osim_machine_free(w->m);
	begin(choices, count);
}

static void spawn(const char *name, void (*fn)(void *arg), int cpu)
{
	assert_int_equal(osim_spawn(w->m, name, fn, (void *)(uintptr_t)name, cpu, NULL), 0);
}

/* --- masks --- */

static void sleep_masked(void *arg)
{
	struct osim__waitq nobody = {0};

	(void)arg;
	osim__sched_irq_off(w->s);
	osim__sched_irq_off(w->s);
	osim__sched_cpu(w->s)->preempt_off++;
	osim__wait(w->s, &nobody, "a test", NULL, osim_now_ns(w->m) + MS, 0);
	say_on_cpu("masked");
	assert_int_equal(osim__sched_cpu(w->s)->irq_off, 2);
	assert_int_equal(osim__sched_cpu(w->s)->preempt_off, 1);
	osim_irq_raise(w->m, LINE, 0);
	osim__sched_irq_on(w->s);
	osim__sched_point(w->s, OSIM__POINT_USER);
	say("still");
	osim__sched_cpu(w->s)->preempt_off--;
	osim__sched_irq_on(w->s);
	say("open");
}

static void raise_and_point(void *arg)
{
	osim_irq_raise(w->m, LINE, 0);
	osim__sched_point(w->s, OSIM__POINT_USER);
	say(arg);
}

static void masks_go_with_a_thread_that_sleeps_and_come_back_with_it(void **state)
{
	(void)state;
	spawn("a", sleep_masked, 0);
	spawn("b", raise_and_point, 0);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "irq@0 end@0 b masked@0 still irq@0 end@0 open");
}

static void end_masked(void *arg)
{
	(void)arg;
	osim__sched_irq_off(w->s);
	osim__sched_cpu(w->s)->preempt_off++;
}

static void thread_that_ends_with_masks_on_leaves_none(void **state)
{
	(void)state;
	spawn("a", end_masked, 0);
	spawn("b", raise_and_point, 0);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "irq@0 end@0 b");
	assert_int_equal(w->s->cpus[0].irq_off | w->s->cpus[0].preempt_off, 0);
}

/* --- CPUs that come and go --- */

static void tell_cpu(void *arg)
{
	say_on_cpu(arg);
}

static void thread_bound_to_a_cpu_that_is_gone_runs_on_another(void **state)
{
	(void)state;
	w->s->cpus[1].online = false;
	spawn("a", tell_cpu, 1);
	spawn("b", tell_cpu, -1);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "a@0 b@0");
	w->s->cpus[1].online = true;
	spawn("c", tell_cpu, 1);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "a@0 b@0 c@1");
}

static void bring_cpu_1(void *arg)
{
	(void)arg;
	osim_sleep_ns(w->m, MS);
	w->s->cpus[1].online = true;
}

static void cpu_that_is_gone_is_given_nothing_until_it_is_back(void **state)
{
	(void)state;
	w->s->cpus[1].online = false;
	osim__irq_enable(w->m, 20, 1, true);
	osim_irq_raise(w->m, 20, 1);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "");
	spawn("a", bring_cpu_1, -1);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "irq@1 end@1");
}

static void points(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < 8; i++)
		osim__sched_point(w->s, OSIM__POINT_USER);
}

static void go_and_points(void *arg)
{
	w->s->cpus[1].online = false;
	spawn("a", tell_cpu, -1);
	points(arg);
}

static void cpu_that_goes_exchanges_its_thread_for_none(void **state)
{
	struct osim_chooser_seeded seeded;

	(void)state;
	for (uint64_t seed = 0; seed < 32; seed++) {
		restart(NULL, 0);
		w->s->slow |= OSIM__SLOW_CHOOSER;
		w->s->chooser = osim_chooser_seeded(&seeded, seed);
		spawn("stays", points, 0);
		spawn("goes", go_and_points, 1);
		assert_int_equal(osim_run(w->m), 0);
		assert_string_equal(w->text, "a@0");
	}
}

/* --- timers --- */

static void due(void *arg)
{
	osim__sched_point(arg, OSIM__POINT_USER);
	w->fired++;
}

static void yield_with_timers(void *arg)
{
	struct osim__timer timer = {.armed = false};

	(void)arg;
	for (unsigned int i = 0; i < 4; i++) {
		osim__timer_arm(w->s, &timer, osim_now_ns(w->m), due, w->s);
		osim__sched_yield(w->s);
		osim__timer_cancel(w->s, &timer);
	}
	w->ended++;
}

static void timer_that_fires_in_a_yield_switches_nothing(void **state)
{
	struct osim_chooser_seeded seeded;

	(void)state;
	for (uint64_t seed = 0; seed < 64; seed++) {
		restart(NULL, 0);
		w->s->slow |= OSIM__SLOW_CHOOSER;
		w->s->chooser = osim_chooser_seeded(&seeded, seed);
		for (unsigned int i = 0; i < 4; i++)
			spawn("yields", yield_with_timers, -1);
		assert_int_equal(osim_run(w->m), 0);
		assert_int_equal(w->ended, 4);
		assert_int_equal(w->fired, 16);
	}
}

/* --- the run queue --- */

static void wait_for_q(void *arg)
{
	(void)arg;
	osim__wait(w->s, &w->q, "the last one", NULL, OSIM_NEVER, 0);
}

static void spin_on_lock(void *arg)
{
	(void)arg;
	w->held = true;
	while (w->held)
		osim__sched_spin(w->s, &w->lock, "a lock");
	say_on_cpu("got");
}

static void let_go(void *arg)
{
	(void)arg;
	w->held = false;
	osim__sched_spin_end(w->s, &w->lock);
	say_on_cpu("let-go");
}

static void threads_that_can_go_nowhere_do_not_hide_one_that_can(void **state)
{
	(void)state;
	spawn("s", spin_on_lock, 0);
	for (unsigned int i = 0; i < 100; i++)
		spawn("x", wait_for_q, 0);
	spawn("l", let_go, 1);
	/* They get their turn after it, and wait for what does not come. */
	assert_int_equal(osim_run(w->m), -EDEADLK);
	assert_string_equal(w->text, "let-go@1 got@0");
	osim__wake(w->s, &w->q, ~0u);
	assert_int_equal(osim_run(w->m), 0);
}

/* --- spinning --- */

static void wait_a_ms_then_raise(void *arg)
{
	(void)arg;
	osim_sleep_ns(w->m, MS);
	osim_irq_raise(w->m, LINE, 0);
	osim_sleep_ns(w->m, MS);
	let_go(NULL);
}

static void spin_masked(void *arg)
{
	osim__sched_irq_off(w->s);
	spin_on_lock(arg);
	osim__sched_irq_on(w->s);
}

static void cpu_that_spins_takes_interrupts(void **state)
{
	(void)state;
	spawn("s", spin_on_lock, 0);
	spawn("r", wait_a_ms_then_raise, 1);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "irq@0 end@0 let-go@1 got@0");
}

static void cpu_that_spins_with_interrupts_off_takes_them_afterwards(void **state)
{
	(void)state;
	spawn("s", spin_masked, 0);
	spawn("r", wait_a_ms_then_raise, 1);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "let-go@1 got@0 irq@0 end@0");
}

static void host_that_would_spin_is_told_so(void **state)
{
	(void)state;
	assert_int_equal(osim__sched_spin(w->s, &w->lock, "a lock"), -EDEADLK);
}

/* --- handlers and choices --- */

static void step_twice(void *arg)
{
	say_on_cpu(arg);
	osim__sched_point(w->s, OSIM__POINT_USER);
	say_on_cpu(arg);
}

static void other_cpu_goes_on_while_a_handler_stands_at_a_point(void **state)
{
	/* irq0 | a on cpu0 -> irq0; in the handler: go on | a on cpu1 -> a. */
	const uint32_t choices[] = {0, 1};

	(void)state;
	restart(choices, 2);
	osim_irq_route(w->m, LINE, 0);
	osim_irq_raise(w->m, LINE, 0);
	spawn("a", step_twice, -1);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "irq@0 a@1 a@1 end@0");
}

static void thread_is_exchanged_for_another_only_where_it_may_sleep(void **state)
{
	/* a first; at its point: go on | b in its place. */
	const uint32_t choices[] = {0, 1};

	(void)state;
	restart(choices, 2);
	spawn("a", step_twice, 0);
	spawn("b", step_twice, 0);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "a@0 b@0 b@0 a@0");
	assert_int_equal(w->list.next, 2);
}

static void step_with_preemption_off(void *arg)
{
	osim__sched_cpu(w->s)->preempt_off++;
	step_twice(arg);
	osim__sched_cpu(w->s)->preempt_off--;
}

static void thread_with_preemption_off_is_not_exchanged(void **state)
{
	/* a first; at its point: go on | b in its place. */
	const uint32_t choices[] = {0, 1};

	(void)state;
	restart(choices, 2);
	spawn("a", step_with_preemption_off, 0);
	spawn("b", tell_cpu, 0);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "a@0 a@0 b@0");
	assert_int_equal(w->list.next, 1);
}

static bool in_handler(void *arg)
{
	(void)arg;
	return strstr(w->text, "irq") != NULL;
}

static void run_that_ends_in_the_middle_of_a_handler_can_be_taken_up(void **state)
{
	const uint32_t choices[] = {0};

	(void)state;
	restart(choices, 1);
	osim_irq_raise(w->m, LINE, 0);
	assert_int_equal(osim_run_until(w->m, in_handler, NULL), 0);
	assert_string_equal(w->text, "irq@0");
	assert_int_equal(w->s->cpus[0].irq_depth, 1);
	/* Nothing comes in on the host's stack while CPU 0 is in the middle of something. */
	osim_irq_raise(w->m, LINE, 0);
	osim__sched_point(w->s, OSIM__POINT_USER);
	assert_string_equal(w->text, "irq@0");
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "irq@0 end@0 irq@0 end@0");
	assert_int_equal(w->s->cpus[0].irq_depth, 0);
}

/* --- anything at once --- */

struct busy {
	struct osim_chooser_seeded seed;
	uint32_t r;
	unsigned int locked_by; /* a CPU + 1 */
	unsigned int interrupts, ended;
	uint64_t hash;
};

static struct busy b;

static void mix(unsigned int what)
{
	b.hash = (b.hash ^ (what + 256 * osim__sched_cpu_number(w->s))) * 0x100000001b3ull;
}

static void lock_and_unlock(void)
{
	osim__sched_irq_off(w->s);
	while (b.locked_by)
		osim__sched_spin(w->s, &b.locked_by, "the lock");
	b.locked_by = osim__sched_cpu_number(w->s) + 1;
	osim__sched_point(w->s, OSIM__POINT_LOCK);
	assert_int_equal(b.locked_by, osim__sched_cpu_number(w->s) + 1);
	b.locked_by = 0;
	osim__sched_spin_end(w->s, &b.locked_by);
	osim__sched_irq_on(w->s);
}

static void busy_irq(void *arg, struct osim_machine *m, unsigned int cpu, uint32_t intid)
{
	(void)arg;
	(void)m;
	mix(1000 + intid);
	assert_int_equal(cpu, osim__sched_cpu_number(w->s));
	b.interrupts++;
	lock_and_unlock();
	osim__wake(w->s, &w->q, 1);
	osim__sched_point(w->s, OSIM__POINT_WAKE);
	assert_int_equal(cpu, osim__sched_cpu_number(w->s));
}

static void busy_thread(void *arg)
{
	unsigned int self = (unsigned int)(uintptr_t)arg;

	for (unsigned int i = 0; i < 20; i++) {
		b.r = b.r * 1664525u + 1013904223u;
		mix(self);
		switch (b.r >> 29) {
		case 0:
			osim_yield(w->m);
			break;
		case 1:
			osim_sleep_ns(w->m, (b.r >> 16) & 0xfff);
			break;
		case 2:
			osim__wait(w->s, &w->q, "an interrupt", NULL, osim_now_ns(w->m) + MS, 0);
			break;
		case 3:
			osim_irq_raise(w->m, LINE, 0);
			break;
		case 4:
			osim_irq_raise(w->m, 20, (b.r >> 16) % w->s->cpu_count);
			break;
		case 5:
			osim__wake(w->s, &w->q, 1);
			break;
		default:
			lock_and_unlock();
		}
		osim__sched_point(w->s, OSIM__POINT_USER);
	}
	b.ended++;
}

static uint64_t run_busy(uint64_t seed)
{
	struct osim_options options = {.size = sizeof(options),
				       .no_secure = true,
				       .cpus = 1 + (unsigned int)(seed % 4),
				       .chooser = osim_chooser_seeded(&b.seed, seed)};

	osim_machine_free(w->m);
	memset(&w->q, 0, sizeof(w->q));
	b.r = (uint32_t)seed;
	b.hash = b.ended = b.interrupts = 0;
	assert_int_equal(osim_machine_new(&options, &w->m), 0);
	w->s = &w->m->sched;
	osim_set_irq_handler(w->m, busy_irq, NULL);
	osim__irq_enable(w->m, LINE, 0, true);
	for (unsigned int c = 0; c < options.cpus; c++)
		osim__irq_enable(w->m, 20, c, true);
	for (uintptr_t i = 0; i < 6; i++)
		osim_spawn(w->m, "busy", busy_thread, (void *)i,
			   i < 2 ? (int)(i % options.cpus) : -1, NULL);
	assert_int_equal(osim_run(w->m), 0);
	assert_int_equal(b.ended, 6);
	for (unsigned int c = 0; c < options.cpus; c++) {
		assert_int_equal(w->s->cpus[c].irq_off | w->s->cpus[c].preempt_off |
					 w->s->cpus[c].irq_depth,
				 0);
		assert_null(w->s->cpus[c].active);
	}
	return b.hash;
}

static void any_schedule_ends_and_is_the_same_again(void **state)
{
	unsigned int different = 0;
	uint64_t last = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 400; seed++) {
		uint64_t hash = run_busy(seed);

		assert_true(hash == run_busy(seed));
		different += hash != last;
		last = hash;
	}
	assert_int_equal(different, 400);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(masks_go_with_a_thread_that_sleeps_and_come_back_with_it),
		CASE(thread_that_ends_with_masks_on_leaves_none),
		CASE(thread_bound_to_a_cpu_that_is_gone_runs_on_another),
		CASE(cpu_that_is_gone_is_given_nothing_until_it_is_back),
		CASE(cpu_that_goes_exchanges_its_thread_for_none),
		CASE(timer_that_fires_in_a_yield_switches_nothing),
		CASE(threads_that_can_go_nowhere_do_not_hide_one_that_can),
		CASE(cpu_that_spins_takes_interrupts),
		CASE(cpu_that_spins_with_interrupts_off_takes_them_afterwards),
		CASE(host_that_would_spin_is_told_so),
		CASE(other_cpu_goes_on_while_a_handler_stands_at_a_point),
		CASE(thread_is_exchanged_for_another_only_where_it_may_sleep),
		CASE(thread_with_preemption_off_is_not_exchanged),
		CASE(run_that_ends_in_the_middle_of_a_handler_can_be_taken_up),
		CASE(any_schedule_ends_and_is_the_same_again),
	};

	return cmocka_run_group_tests_name("machine.cpu", tests, NULL, NULL);
}
