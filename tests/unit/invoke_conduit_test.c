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

struct world {
	struct osim_machine *m;
	char text[512];
	unsigned int calls;
	struct osim_regs last;
	bool panic;
	int result;
	struct osim_regs regs;
};

static struct world *w;

static void say(const char *word)
{
	size_t used = strlen(w->text);

	snprintf(w->text + used, sizeof(w->text) - used, "%s%s", used ? " " : "", word);
}

/* Answers each register with itself plus one. */
static void secure_end(void *arg, struct osim_machine *m, struct osim_regs *regs)
{
	assert_ptr_equal(arg, w);
	assert_ptr_equal(m, w->m);
	assert_int_equal(osim__sched_cpu(&m->sched)->irq_off, 1);
	w->calls++;
	w->last = *regs;
	say("secure");
	for (unsigned int i = 0; i < 8; i++)
		regs->a[i]++;
	m->panicked = w->panic;
}

static int setup(void **state)
{
	const struct osim_options options = {.size = sizeof(options), .no_secure = true};
	static struct world world;

	memset(&world, 0, sizeof(world));
	w = &world;
	assert_int_equal(osim_machine_new(&options, &w->m), 0);
	osim_set_conduit(w->m, secure_end, w);
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	osim_machine_free(w->m);
	return 0;
}

static struct osim_regs numbered(void)
{
	return (struct osim_regs){{10, 20, 30, 40, 50, 60, 70, 80}};
}

static void call_takes_eight_registers_there_and_back(void **state)
{
	struct osim_regs regs = numbered();

	(void)state;
	assert_int_equal(osim_invoke(w->m, &regs), 0);
	assert_int_equal(w->last.a[7], 80);
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(regs.a[i], 10 * (i + 1) + 1);
	assert_int_equal(osim_stats(w->m)->calls, 1);
	assert_int_equal(w->m->sched.cpus[OSIM__CPU_HOST].irq_off, 0);
	assert_int_equal(w->m->sched.cpus[OSIM__CPU_HOST].preempt_off, 0);
}

static void call_without_a_secure_world_is_refused(void **state)
{
	struct osim_regs regs = numbered(), same = regs;

	(void)state;
	osim_set_conduit(w->m, NULL, NULL);
	assert_int_equal(osim_invoke(w->m, &regs), -ENXIO);
	assert_memory_equal(&regs, &same, sizeof(regs));
}

/* --- taps --- */

struct letter_tap {
	struct osim_tap tap;
	const char *in, *out;
};

static void pass(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	const struct letter_tap *t = tap->arg;

	say(t->in);
	osim_tap_next(tap, m, regs);
	say(t->out);
}

static struct letter_tap letter(const char *in, const char *out)
{
	return (struct letter_tap){.tap = {.fn = pass}, .in = in, .out = out};
}

static void taps_stand_in_a_row_the_newest_nearest_to_the_driver(void **state)
{
	struct letter_tap a = letter("a", "A"), b = letter("b", "B");
	struct osim_regs regs = numbered();

	(void)state;
	a.tap.arg = &a;
	b.tap.arg = &b;
	osim_tap_add(w->m, &a.tap);
	osim_tap_add(w->m, &b.tap);
	assert_int_equal(osim_invoke(w->m, &regs), 0);
	assert_string_equal(w->text, "b a secure A B");
	w->text[0] = '\0';
	assert_int_equal(osim_tap_remove(w->m, &b.tap), 0);
	assert_int_equal(osim_tap_remove(w->m, &b.tap), -ENOENT);
	assert_int_equal(osim_invoke(w->m, &regs), 0);
	assert_string_equal(w->text, "a secure A");
	assert_int_equal(osim_tap_remove(w->m, &a.tap), 0);
}

static void change_both_ways(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	regs->a[1] = 1000;
	osim_tap_next(tap, m, regs);
	regs->a[2] = 7;
}

static void tap_changes_registers_on_both_ways(void **state)
{
	struct osim_tap tap = {.fn = change_both_ways};
	struct osim_regs regs = numbered();

	(void)state;
	osim_tap_add(w->m, &tap);
	assert_int_equal(osim_invoke(w->m, &regs), 0);
	assert_int_equal(w->last.a[1], 1000);
	assert_int_equal(regs.a[1], 1001);
	assert_int_equal(regs.a[2], 7);
	assert_int_equal(regs.a[3], 41);
}

static void swallow(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	(void)tap;
	(void)m;
	regs->a[0] = 99;
}

static void tap_that_answers_itself_keeps_the_call_from_the_secure_world(void **state)
{
	struct osim_tap tap = {.fn = swallow};
	struct osim_regs regs = numbered();

	(void)state;
	osim_tap_add(w->m, &tap);
	assert_int_equal(osim_invoke(w->m, &regs), 0);
	assert_int_equal(w->calls, 0);
	assert_int_equal(regs.a[0], 99);
}

static void repeat(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	struct osim_regs again = *regs;

	osim_tap_next(tap, m, &again);
	osim_tap_next(tap, m, regs);
}

static void tap_may_make_the_call_twice(void **state)
{
	struct osim_tap tap = {.fn = repeat};
	struct osim_regs regs = numbered();

	(void)state;
	osim_tap_add(w->m, &tap);
	assert_int_equal(osim_invoke(w->m, &regs), 0);
	assert_int_equal(w->calls, 2);
	assert_int_equal(regs.a[0], 11);
}

/* --- the kernel's signature --- */

static void other_end(unsigned long a0, unsigned long a1, unsigned long a2, unsigned long a3,
		      unsigned long a4, unsigned long a5, unsigned long a6, unsigned long a7,
		      struct osim_smccc_res *res)
{
	say("other");
	*res = (struct osim_smccc_res){a7, a6, a5, a4};
	assert_int_equal(a0 + a1 + a2 + a3, 100);
}

static void function_of_the_kernels_signature_can_stand_at_the_end(void **state)
{
	struct letter_tap a = letter("a", "A");
	struct osim_regs regs = numbered();

	(void)state;
	a.tap.arg = &a;
	osim_tap_add(w->m, &a.tap);
	osim_set_invoke_fn(w->m, other_end);
	assert_int_equal(osim_invoke(w->m, &regs), 0);
	assert_string_equal(w->text, "a other A");
	assert_int_equal(regs.a[0], 80);
	assert_int_equal(regs.a[3], 50);
	assert_int_equal(regs.a[4], 50);
	assert_int_equal(regs.a[7], 80);
	osim_set_invoke_fn(w->m, NULL);
	assert_int_equal(osim_invoke(w->m, &regs), -ENXIO);
}

static void call_invoke_fn(void *arg)
{
	struct osim_smccc_res *res = arg;

	osim_optee_invoke_fn(1, 2, 3, 4, 5, 6, 7, 8, res);
}

static void invoke_fn_is_that_of_the_entered_machine_or_the_running_thread(void **state)
{
	struct osim_smccc_res res = {1, 2, 3, 4};

	(void)state;
	call_invoke_fn(&res);
	assert_int_equal(res.a0, ~0ul);
	assert_int_equal(res.a1, 0);
	assert_int_equal(w->calls, 0);

	osim_enter(w->m);
	call_invoke_fn(&res);
	osim_leave(NULL);
	assert_int_equal(w->calls, 1);
	assert_int_equal(w->last.a[7], 8);
	assert_int_equal(res.a0, 2);
	assert_int_equal(res.a3, 5);

	osim_spawn(w->m, "t", call_invoke_fn, &res, -1, NULL);
	assert_int_equal(osim_run(w->m), 0);
	assert_int_equal(w->calls, 2);
	call_invoke_fn(&res);
	assert_int_equal(w->calls, 2);
}

static void invoke_fn_without_a_secure_world_is_an_unknown_function(void **state)
{
	struct osim_smccc_res res = {1, 2, 3, 4};

	(void)state;
	osim_set_conduit(w->m, NULL, NULL);
	osim_enter(w->m);
	call_invoke_fn(&res);
	osim_leave(NULL);
	assert_int_equal(res.a0, ~0ul);
}

/* --- panic --- */

static void secure_world_that_panics_answers_no_more(void **state)
{
	struct osim_regs regs = numbered(), same = regs;
	struct osim_smccc_res res = {0};
	struct osim_tap tap = {.fn = change_both_ways};

	(void)state;
	osim_tap_add(w->m, &tap);
	w->panic = true;
	assert_int_equal(osim_invoke(w->m, &regs), -EIO);
	assert_memory_equal(&regs, &same, sizeof(regs));
	assert_int_equal(w->calls, 1);
	assert_int_equal(osim_invoke(w->m, &regs), -EIO);
	assert_int_equal(w->calls, 1);
	osim_enter(w->m);
	call_invoke_fn(&res);
	osim_leave(NULL);
	assert_int_equal(res.a0, ~0ul);
}

static void call_and_say(void *arg)
{
	struct osim_regs regs = numbered();

	(void)arg;
	w->result = osim_invoke(w->m, &regs);
	say("back");
}

static void thread_that_calls_a_panicked_world_is_lost_and_its_cpu_with_it(void **state)
{
	(void)state;
	w->panic = true;
	osim_spawn(w->m, "lost", call_and_say, NULL, 0, NULL);
	osim_spawn(w->m, "next", call_and_say, NULL, 1, NULL);
	assert_int_equal(osim_run(w->m), -EDEADLK);
	assert_string_equal(w->text, "secure");
	assert_int_equal(osim_finding_count(w->m), 2);
	assert_non_null(strstr(
		osim_finding_get(w->m, 0)->text,
		"cpu0 (lost) spins on the secure world, which has panicked, at call_and_say"));
	assert_non_null(strstr(osim_finding_get(w->m, 1)->text,
			       "cpu1 (next) spins on the secure world, which has panicked"));
}

/* --- masks and points --- */

static void on_irq(void *arg, struct osim_machine *m, unsigned int cpu, uint32_t intid)
{
	(void)arg;
	(void)m;
	(void)cpu;
	(void)intid;
	say("irq");
}

static void end_that_is_interrupted(void *arg, struct osim_machine *m, struct osim_regs *regs)
{
	(void)arg;
	(void)regs;
	osim_irq_raise(m, OSIM_NOTIF_INTID, 0);
	osim__sched_point(&m->sched, OSIM__POINT_MEMORY);
	say("secure");
}

static void interrupt_raised_inside_a_call_comes_in_after_it(void **state)
{
	(void)state;
	osim_set_irq_handler(w->m, on_irq, NULL);
	osim_set_conduit(w->m, end_that_is_interrupted, NULL);
	osim_spawn(w->m, "t", call_and_say, NULL, 0, NULL);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "secure irq back");
	assert_int_equal(w->result, 0);
}

static void interrupt_pending_before_a_call_comes_in_before_it(void **state)
{
	struct osim_regs regs = numbered();

	(void)state;
	osim_set_irq_handler(w->m, on_irq, NULL);
	osim_irq_raise(w->m, OSIM_NOTIF_INTID, 0);
	assert_int_equal(osim_invoke(w->m, &regs), 0);
	assert_string_equal(w->text, "irq secure");
}

static void end_with_a_point(void *arg, struct osim_machine *m, struct osim_regs *regs)
{
	(void)arg;
	(void)regs;
	say("in");
	osim__sched_point(&m->sched, OSIM__POINT_MEMORY);
	say("out");
}

static void calls_of_two_cpus_may_be_under_way_at_once(void **state)
{
	/* a's point before the call: go on, or dispatch b; a's point inside: the other way. */
	const uint32_t choices[] = {0, 0, 1};
	struct osim_chooser_list list;
	const struct osim_options options = {.size = sizeof(options),
					     .no_secure = true,
					     .chooser = osim_chooser_list(&list, choices, 3)};

	teardown(state);
	assert_int_equal(osim_machine_new(&options, &w->m), 0);
	osim_set_conduit(w->m, end_with_a_point, NULL);
	osim_spawn(w->m, "a", call_and_say, NULL, -1, NULL);
	osim_spawn(w->m, "b", call_and_say, NULL, -1, NULL);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "in in out back out back");
	assert_int_equal(w->m->sched.cpus[0].in_secure | w->m->sched.cpus[1].in_secure, 0);
}

/* --- the record --- */

static void sink(void *arg, const struct osim_event *e)
{
	char word[64];

	(void)arg;
	snprintf(word, sizeof(word), "%s(%d)", osim_event_kind_name(e->kind),
		 (int)(e->out ? e->out->a[0] : e->in->a[0]));
	say(word);
	if (e->kind == OSIM_EVENT_RETURN)
		assert_int_equal(e->in->a[0], 10);
}

static void call_and_return_are_recorded_as_the_driver_sees_them(void **state)
{
	struct osim_tap tap = {.fn = change_both_ways};
	struct osim_regs regs = numbered();

	(void)state;
	osim_tap_add(w->m, &tap);
	osim_set_event_sink(w->m, sink, NULL);
	assert_int_equal(osim_invoke(w->m, &regs), 0);
	assert_string_equal(w->text, "call(10) secure return(11)");
	w->text[0] = '\0';
	w->panic = true;
	regs = numbered();
	assert_int_equal(osim_invoke(w->m, &regs), -EIO);
	assert_string_equal(w->text, "call(10) secure");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(call_takes_eight_registers_there_and_back),
		CASE(call_without_a_secure_world_is_refused),
		CASE(taps_stand_in_a_row_the_newest_nearest_to_the_driver),
		CASE(tap_changes_registers_on_both_ways),
		CASE(tap_that_answers_itself_keeps_the_call_from_the_secure_world),
		CASE(tap_may_make_the_call_twice),
		CASE(function_of_the_kernels_signature_can_stand_at_the_end),
		CASE(invoke_fn_is_that_of_the_entered_machine_or_the_running_thread),
		CASE(invoke_fn_without_a_secure_world_is_an_unknown_function),
		CASE(secure_world_that_panics_answers_no_more),
		CASE(thread_that_calls_a_panicked_world_is_lost_and_its_cpu_with_it),
		CASE(interrupt_raised_inside_a_call_comes_in_after_it),
		CASE(interrupt_pending_before_a_call_comes_in_before_it),
		CASE(calls_of_two_cpus_may_be_under_way_at_once),
		CASE(call_and_return_are_recorded_as_the_driver_sees_them),
	};

	return cmocka_run_group_tests_name("invoke.conduit", tests, NULL, NULL);
}
