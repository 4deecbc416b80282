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
#define PPI  20u

struct world {
	struct osim_machine *m;
	char text[256];
	unsigned int raises_left; /* the handler raises its own line this often */
	uint32_t raise_intid;
	bool look; /* the handler tells the line's state */
};

static struct world *w;

static void say(const char *word)
{
	size_t used = strlen(w->text);

	snprintf(w->text + used, sizeof(w->text) - used, "%s%s", used ? " " : "", word);
}

static void on_irq(void *arg, struct osim_machine *m, unsigned int cpu, uint32_t intid)
{
	struct osim_irq_state line;
	char word[48];

	(void)arg;
	snprintf(word, sizeof(word), "%u@%u", intid, cpu);
	say(word);
	if (w->look) {
		assert_int_equal(osim_irq_get(m, intid, cpu, &line), 0);
		say(line.active ? "active" : "inactive");
		say(line.pending ? "pending" : "idle");
	}
	if (w->raises_left) {
		w->raises_left--;
		osim_irq_raise(m, w->raise_intid ? w->raise_intid : intid, cpu);
		/* The handler is not interrupted by it, not even at a point. */
		osim__sched_point(&m->sched, OSIM__POINT_USER);
		say("end");
	}
}

static void begin(struct world *world, const struct osim_options *options)
{
	memset(world, 0, sizeof(*world));
	w = world;
	assert_int_equal(osim_machine_new(options, &w->m), 0);
	osim_set_irq_handler(w->m, on_irq, NULL);
	osim__irq_enable(w->m, LINE, 0, true);
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

static struct osim_irq_state state_of(uint32_t intid, unsigned int cpu)
{
	struct osim_irq_state line;

	assert_int_equal(osim_irq_get(w->m, intid, cpu, &line), 0);
	return line;
}

static void edge_that_is_raised_is_taken_once(void **state)
{
	(void)state;
	assert_int_equal(osim_irq_raise(w->m, LINE, 0), 0);
	assert_true(state_of(LINE, 0).pending);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "40@0");
	assert_false(state_of(LINE, 0).pending || state_of(LINE, 0).active);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "40@0");
	assert_int_equal(w->m->sched.slow, 0);
}

static void edges_that_come_while_pending_merge(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 1000; i++)
		osim_irq_raise(w->m, LINE, 0);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "40@0");
}

static void edge_that_comes_while_active_is_taken_once_more_after_the_end(void **state)
{
	(void)state;
	w->raises_left = 1;
	w->look = true;
	osim_irq_raise(w->m, LINE, 0);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "40@0 active idle end 40@0 active idle");
}

static void handler_is_not_interrupted_by_another_line(void **state)
{
	(void)state;
	w->raises_left = 1;
	w->raise_intid = OSIM_NOTIF_INTID;
	osim_irq_raise(w->m, LINE, 0);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "40@0 end 219@0");
}

static void line_that_is_not_enabled_stays_pending_until_it_is(void **state)
{
	(void)state;
	osim__irq_enable(w->m, LINE, 0, false);
	osim_irq_raise(w->m, LINE, 0);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "");
	assert_true(state_of(LINE, 0).pending);
	assert_false(state_of(LINE, 0).enabled);
	osim__irq_enable(w->m, LINE, 0, true);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "40@0");
}

static void lines_are_taken_private_ones_first_then_by_number(void **state)
{
	(void)state;
	osim__irq_enable(w->m, PPI, 0, true);
	osim_irq_raise(w->m, OSIM_NOTIF_INTID, 0);
	osim_irq_raise(w->m, LINE, 0);
	osim_irq_raise(w->m, PPI, 0);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "20@0 40@0 219@0");
}

static void private_line_is_each_cpus_own(void **state)
{
	(void)state;
	osim__irq_enable(w->m, PPI, 0, true);
	osim__irq_enable(w->m, PPI, 1, true);
	osim_irq_raise(w->m, PPI, 1);
	assert_false(state_of(PPI, 0).pending);
	assert_true(state_of(PPI, 1).pending);
	osim_irq_raise(w->m, PPI, 0);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "20@0 20@1");
}

static void private_line_enabled_on_one_cpu_only_waits_on_the_other(void **state)
{
	(void)state;
	osim__irq_enable(w->m, PPI, 1, true);
	osim_irq_raise(w->m, PPI, 0);
	osim_irq_raise(w->m, PPI, 1);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "20@1");
	assert_true(state_of(PPI, 0).pending);
}

static void shared_line_goes_where_it_is_routed(void **state)
{
	(void)state;
	assert_int_equal(osim_irq_route(w->m, LINE, 1), 0);
	osim_irq_raise(w->m, LINE, 0);
	assert_int_equal(osim_run(w->m), 0);
	/* Also when the route changes while it is pending. */
	osim_irq_raise(w->m, LINE, 0);
	assert_int_equal(osim_irq_route(w->m, LINE, 0), 0);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "40@1 40@0");
}

static void shared_line_that_is_not_routed_goes_where_the_chooser_says(void **state)
{
	const uint32_t choices[] = {1};
	static struct world world;
	struct osim_chooser_list list;
	const struct osim_options options = {.size = sizeof(options),
					     .no_secure = true,
					     .chooser = osim_chooser_list(&list, choices, 1)};

	teardown(state);
	begin(&world, &options);
	osim_irq_raise(w->m, LINE, 0);
	assert_int_equal(list.next, 1);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "40@1");
}

static void line_of_a_cpu_that_goes_away_goes_to_another(void **state)
{
	(void)state;
	osim_irq_route(w->m, LINE, 1);
	osim_irq_raise(w->m, LINE, 0);
	w->m->sched.cpus[1].online = false;
	osim__irq_reroute(w->m, 1);
	assert_int_equal(osim_run(w->m), 0);
	osim_irq_raise(w->m, LINE, 0);
	assert_int_equal(osim_run(w->m), 0);
	w->m->sched.cpus[1].online = true;
	osim_irq_raise(w->m, LINE, 0);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "40@0 40@0 40@1");
}

static void private_line_of_a_cpu_that_goes_away_waits_for_it(void **state)
{
	(void)state;
	osim__irq_enable(w->m, PPI, 1, true);
	osim_irq_raise(w->m, PPI, 1);
	w->m->sched.cpus[1].online = false;
	osim__irq_reroute(w->m, 1);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "");
	w->m->sched.cpus[1].online = true;
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "20@1");
}

static void masked_cpu(void *arg)
{
	(void)arg;
	osim__sched_irq_off(&w->m->sched);
	osim_irq_raise(w->m, LINE, 0);
	osim__sched_point(&w->m->sched, OSIM__POINT_USER);
	say("masked");
	osim_irq_raise(w->m, PPI, 1);
	osim__sched_yield(&w->m->sched);
	say("still");
	osim__sched_irq_on(&w->m->sched);
	say("open");
}

static void mask_is_of_one_cpu(void **state)
{
	(void)state;
	osim__irq_enable(w->m, PPI, 1, true);
	osim_spawn(w->m, "t", masked_cpu, NULL, 0, NULL);
	assert_int_equal(osim_run(w->m), 0);
	/* The other CPU takes its own when this one is done: nobody chose otherwise. */
	assert_string_equal(w->text, "masked still 40@0 open 20@1");
}

static void mask_of_one_cpu_does_not_keep_another_from_its_interrupt(void **state)
{
	/* Asked once: go on with this CPU, or let the other take its interrupt. */
	const uint32_t choices[] = {1};
	static struct world world;
	struct osim_chooser_list list;
	const struct osim_options options = {.size = sizeof(options),
					     .no_secure = true,
					     .chooser = osim_chooser_list(&list, choices, 1)};

	teardown(state);
	begin(&world, &options);
	osim__irq_enable(w->m, PPI, 1, true);
	osim_irq_route(w->m, LINE, 0);
	osim_spawn(w->m, "t", masked_cpu, NULL, 0, NULL);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "masked 20@1 still 40@0 open");
}

static void bad_numbers_are_refused_by_name(void **state)
{
	struct osim_irq_state line = {.enabled = true};

	(void)state;
	assert_int_equal(osim_irq_raise(w->m, OSIM_INTID_MAX, 0), -EINVAL);
	assert_non_null(strstr(osim_last_error(), "256"));
	assert_int_equal(osim_irq_raise(w->m, PPI, 2), -EINVAL);
	assert_non_null(strstr(osim_last_error(), "cpu 2"));
	assert_int_equal(osim_irq_raise(w->m, LINE, 1000), 0);
	assert_int_equal(osim_irq_get(w->m, OSIM_INTID_MAX, 0, &line), -EINVAL);
	assert_true(line.enabled);
	assert_int_equal(osim_irq_route(w->m, PPI, 0), -EINVAL);
	assert_int_equal(osim_irq_route(w->m, LINE, 2), -EINVAL);
	assert_int_equal(osim_irq_route(w->m, LINE, -2), -EINVAL);
	assert_int_equal(osim_irq_route(w->m, LINE, -1), 0);
}

static void interrupt_that_nobody_handles_is_a_finding(void **state)
{
	(void)state;
	osim_set_irq_handler(w->m, NULL, NULL);
	osim_irq_raise(w->m, LINE, 0);
	assert_int_equal(osim_run(w->m), 0);
	assert_int_equal(osim_finding_count(w->m), 1);
	assert_string_equal(osim_finding_get(w->m, 0)->id, "irq.unhandled");
}

static bool normal_irq(struct osim_machine *m, unsigned int cpu, uint32_t intid)
{
	(void)m;
	(void)cpu;
	say("kernel");
	return intid == LINE;
}

static void handler_of_the_kernel_has_precedence_for_its_own_numbers(void **state)
{
	static const struct osim__normal_ops ops = {.irq = normal_irq};

	(void)state;
	w->m->normal = &ops;
	osim_irq_raise(w->m, LINE, 0);
	osim_irq_raise(w->m, OSIM_NOTIF_INTID, 0);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "kernel kernel 219@0");
}

static void handler_that_raises_its_own_line_for_ever_is_a_livelock(void **state)
{
	(void)state;
	w->m->sched.budget_max = 1000;
	w->raises_left = UINT32_MAX;
	osim_irq_raise(w->m, LINE, 0);
	assert_int_equal(osim_run(w->m), -ELOOP);
	assert_string_equal(osim_finding_get(w->m, 0)->id, "machine.livelock");
}

static void handler_that_raises_its_own_line_does_not_keep_the_host(void **state)
{
	(void)state;
	w->raises_left = UINT32_MAX;
	osim_irq_raise(w->m, LINE, 0);
	osim__sched_point(&w->m->sched, OSIM__POINT_USER);
	assert_true(w->raises_left < UINT32_MAX);
	assert_true(state_of(LINE, 0).pending);
}

static void interrupt_comes_in_on_the_hosts_stack_at_a_point(void **state)
{
	(void)state;
	osim_irq_raise(w->m, LINE, 0);
	assert_string_equal(w->text, "");
	osim__sched_point(&w->m->sched, OSIM__POINT_USER);
	assert_string_equal(w->text, "40@0");
	osim__sched_irq_off(&w->m->sched);
	osim_irq_raise(w->m, LINE, 0);
	osim__sched_point(&w->m->sched, OSIM__POINT_USER);
	assert_string_equal(w->text, "40@0");
	osim__sched_irq_on(&w->m->sched);
	assert_string_equal(w->text, "40@0 40@0");
}

static void waiting_tells_what_a_cpu_could_take(void **state)
{
	(void)state;
	assert_false(osim__irq_waiting(w->m, 0));
	osim_irq_raise(w->m, LINE, 0);
	assert_true(osim__irq_waiting(w->m, 0));
	assert_false(osim__irq_waiting(w->m, 1));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(edge_that_is_raised_is_taken_once),
		CASE(edges_that_come_while_pending_merge),
		CASE(edge_that_comes_while_active_is_taken_once_more_after_the_end),
		CASE(handler_is_not_interrupted_by_another_line),
		CASE(line_that_is_not_enabled_stays_pending_until_it_is),
		CASE(lines_are_taken_private_ones_first_then_by_number),
		CASE(private_line_is_each_cpus_own),
		CASE(private_line_enabled_on_one_cpu_only_waits_on_the_other),
		CASE(shared_line_goes_where_it_is_routed),
		CASE(shared_line_that_is_not_routed_goes_where_the_chooser_says),
		CASE(line_of_a_cpu_that_goes_away_goes_to_another),
		CASE(private_line_of_a_cpu_that_goes_away_waits_for_it),
		CASE(mask_is_of_one_cpu),
		CASE(mask_of_one_cpu_does_not_keep_another_from_its_interrupt),
		CASE(bad_numbers_are_refused_by_name),
		CASE(interrupt_that_nobody_handles_is_a_finding),
		CASE(handler_of_the_kernel_has_precedence_for_its_own_numbers),
		CASE(handler_that_raises_its_own_line_for_ever_is_a_livelock),
		CASE(handler_that_raises_its_own_line_does_not_keep_the_host),
		CASE(interrupt_comes_in_on_the_hosts_stack_at_a_point),
		CASE(waiting_tells_what_a_cpu_could_take),
	};

	return cmocka_run_group_tests_name("machine.irq", tests, NULL, NULL);
}
