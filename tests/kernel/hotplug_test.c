/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

#include <linux/cpu.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/smp.h>
#include <linux/string.h>

#include <optee_sim/conduit.h>
#include <optee_sim/driver.h>
#include <optee_sim/event.h>

static char steps[64];
static unsigned int step_count;
static int up_result[4];

static int setup(void **state)
{
	const struct osim_options options = {.size = sizeof(options), .cpus = 4, .no_secure = true};

	(void)state;
	step_count = 0;
	memset(steps, 0, sizeof(steps));
	memset(up_result, 0, sizeof(up_result));
	if (osim_machine_new(&options, &m))
		return -1;
	osim_enter(m);
	return 0;
}

#define HOTPLUG_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, fixture_teardown)

static void step(char kind, unsigned int cpu)
{
	assert_int_equal(smp_processor_id(), cpu);
	steps[step_count++] = kind;
	steps[step_count++] = (char)('0' + cpu);
}

static int up(unsigned int cpu)
{
	step('u', cpu);
	return up_result[cpu];
}

static int down(unsigned int cpu)
{
	step('d', cpu);
	return 0;
}

static int up2(unsigned int cpu)
{
	step('U', cpu);
	return 0;
}

static int down2(unsigned int cpu)
{
	step('D', cpu);
	return 0;
}

static int number, number2;

static void setup_states(void)
{
	number = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "test:one", up, down);
	number2 = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "test:two", up2, down2);
	assert_true(number > 0);
	assert_true(number2 > number);
}

static void remove_states(void)
{
	step_count = 0;
	memset(steps, 0, sizeof(steps));
	cpuhp_remove_state(number2);
	cpuhp_remove_state(number);
}

static void setup_runs_on_each_cpu_and_remove_as_well(void **state)
{
	(void)state;
	in_thread(setup_states);
	assert_string_equal(steps, "u0u1u2u3U0U1U2U3");
	assert_int_equal(osim_live_count(m, OSIM_LIVE_OTHER), 2);
	in_thread(remove_states);
	assert_string_equal(steps, "D0D1D2D3d0d1d2d3");
	assert_string_equal(found(), "none");
}

static void cpu_that_goes_and_comes_runs_the_states_backwards_and_forwards(void **state)
{
	(void)state;
	in_thread(setup_states);
	step_count = 0;
	memset(steps, 0, sizeof(steps));
	assert_int_equal(osim_cpu_set_online(m, 2, false), 0);
	assert_string_equal(steps, "D2d2");
	assert_false(cpu_online(2));
	assert_int_equal(num_online_cpus(), 3);
	assert_int_equal(osim_cpu_set_online(m, 2, false), 0);
	assert_int_equal(osim_cpu_set_online(m, 2, true), 0);
	assert_string_equal(steps, "D2d2u2U2");
	assert_true(cpu_online(2));
	assert_int_equal(osim_cpu_set_online(m, 1, false), 0);
	in_thread(remove_states);
	assert_string_equal(steps, "D0D2D3d0d2d3");
	assert_int_equal(osim_cpu_set_online(m, 1, true), 0);
	assert_string_equal(found(), "none");
}

static void cpu_that_cannot_come_stays_away(void **state)
{
	(void)state;
	in_thread(setup_states);
	assert_int_equal(osim_cpu_set_online(m, 3, false), 0);
	up_result[3] = -EIO;
	assert_int_equal(osim_cpu_set_online(m, 3, true), -EIO);
	assert_false(cpu_online(3));
	in_thread(remove_states);
	assert_string_equal(found(), "none");
}

static void bad_cpu_is_refused(void **state)
{
	(void)state;
	assert_int_equal(osim_cpu_set_online(m, 0, false), -EINVAL);
	assert_int_equal(osim_cpu_set_online(m, 4, false), -EINVAL);
	assert_string_equal(osim_last_error(), "cpu 4 does not exist or cannot go");
}

static int inside;

static void conduit(void *arg, struct osim_machine *machine, struct osim_regs *regs)
{
	if (!arg)
		inside = osim_cpu_set_online(machine, 1, false);
}

static void call_conduit(void)
{
	struct osim_regs regs = {{0}};

	osim_invoke(m, &regs);
}

static void sink(void *arg, const struct osim_event *e)
{
	if (e->kind == OSIM_EVENT_CALL)
		inside = osim_cpu_set_online(m, 1, false);
}

/* In the secure world, and while an event is told. */
static void cpu_that_is_to_go_where_one_cannot_sleep_stays(void **state)
{
	(void)state;
	in_thread(setup_states);
	osim_set_conduit(m, conduit, NULL);
	in_thread(call_conduit);
	assert_int_equal(inside, -EBUSY);
	osim_set_conduit(m, conduit, &inside);
	inside = 0;
	osim_set_event_sink(m, sink, NULL);
	in_thread(call_conduit);
	osim_set_event_sink(m, NULL, NULL);
	assert_int_equal(inside, -EBUSY);
	assert_true(cpu_online(1));
	in_thread(remove_states);
	assert_string_equal(found(), "none");
}

static void setup_fails(void)
{
	up_result[2] = -EBUSY;
	assert_int_equal(cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "test", up, down), -EBUSY);
	fail_nth(OSIM_FAULT_WORK, 1, -ENOSPC);
	assert_int_equal(cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "test", up, down), -ENOSPC);
}

static void setup_that_fails_on_one_cpu_is_undone_on_the_others(void **state)
{
	(void)state;
	in_thread(setup_fails);
	assert_string_equal(steps, "u0u1u2d1d0");
	assert_int_equal(osim_live_count(m, OSIM_LIVE_OTHER), 0);
	assert_string_equal(found(), "none");
}

static void remove_unknown(void)
{
	cpuhp_remove_state(CPUHP_AP_ONLINE_DYN);
}

static void removing_a_state_that_is_not_there_is_found(void **state)
{
	(void)state;
	in_thread(remove_unknown);
	assert_string_equal(found(), "kernel.cpuhp-unknown");
}

static void ipi(void *info)
{
	assert_true(irqs_disabled());
	step('i', smp_processor_id());
	(*(int *)info)++;
}

static void ipi_body(void)
{
	int count = 0;

	on_each_cpu(ipi, &count, 1);
	assert_int_equal(count, 4);
	assert_int_equal(smp_call_function_single(2, ipi, &count, 1), 0);
	assert_int_equal(smp_call_function_single(9, ipi, &count, 1), -ENXIO);
	assert_int_equal(count, 5);
}

static void function_runs_on_each_cpu(void **state)
{
	(void)state;
	in_thread(ipi_body);
	assert_string_equal(steps, "i0i1i2i3i2");
	assert_string_equal(found(), "none");
}

static void count_cpu(void *info)
{
	((unsigned int *)info)[smp_processor_id()]++;
}

static void each_once(void)
{
	unsigned int times[4] = {0};

	on_each_cpu(count_cpu, times, 1);
	for (unsigned int cpu = 0; cpu < 4; cpu++)
		assert_int_equal(times[cpu], 1);
}

/* Whoever waits for another CPU may go on elsewhere. */
static void function_runs_once_on_each_cpu_in_any_order_of_events(void **state)
{
	struct osim_chooser_seeded seeded;

	(void)state;
	m->sched.slow |= OSIM__SLOW_CHOOSER;
	for (uint64_t seed = 0; seed < 32; seed++) {
		m->sched.chooser = osim_chooser_seeded(&seeded, seed);
		osim_spawn(m, "other", fixture_call, (void *)each_once, -1, NULL);
		in_thread(each_once);
	}
	assert_string_equal(found(), "none");
}

static void nothing(void *info)
{
	(void)info;
}

static unsigned int ran_on;

static void bound_body(void)
{
	ran_on = raw_smp_processor_id();
}

static void thread_of_a_cpu_that_is_gone_runs_elsewhere(void **state)
{
	(void)state;
	assert_int_equal(osim_cpu_set_online(m, 3, false), 0);
	assert_int_equal(osim_spawn(m, "bound", fixture_call, (void *)bound_body, 3, NULL), 0);
	assert_int_equal(osim_spawn(m, "other", nothing, NULL, 1, NULL), 0);
	assert_int_equal(osim_run(m), 0);
	assert_int_not_equal(ran_on, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOTPLUG_TEST(setup_runs_on_each_cpu_and_remove_as_well),
		HOTPLUG_TEST(cpu_that_goes_and_comes_runs_the_states_backwards_and_forwards),
		HOTPLUG_TEST(cpu_that_cannot_come_stays_away),
		HOTPLUG_TEST(bad_cpu_is_refused),
		HOTPLUG_TEST(cpu_that_is_to_go_where_one_cannot_sleep_stays),
		HOTPLUG_TEST(setup_that_fails_on_one_cpu_is_undone_on_the_others),
		HOTPLUG_TEST(removing_a_state_that_is_not_there_is_found),
		HOTPLUG_TEST(function_runs_on_each_cpu),
		HOTPLUG_TEST(function_runs_once_on_each_cpu_in_any_order_of_events),
		HOTPLUG_TEST(thread_of_a_cpu_that_is_gone_runs_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
