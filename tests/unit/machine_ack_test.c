/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <optee_sim/machine.h>

/* A normal world without handlers, which works the interrupt controller itself. */

#define SPURIOUS 1023u

static struct osim_machine *m;
static char events[256];

static void sink(void *arg, const struct osim_event *e)
{
	size_t used = strlen(events);

	(void)arg;
	snprintf(events + used, sizeof(events) - used, "%s %u\n", osim_event_kind_name(e->kind),
		 e->intid);
}

static int setup(void **state)
{
	const struct osim_options options = {.size = sizeof(options), .cpus = 2, .no_secure = true};

	(void)state;
	events[0] = '\0';
	return osim_machine_new(&options, &m);
}

static int teardown(void **state)
{
	(void)state;
	osim_machine_free(m);
	return 0;
}

static void check_state(uint32_t intid, bool enabled, bool pending, bool active)
{
	struct osim_irq_state s;

	assert_int_equal(osim_irq_get(m, intid, 0, &s), 0);
	assert_true(s.enabled == enabled && s.pending == pending && s.active == active);
}

static void line_that_is_acknowledged_is_active_until_its_end(void **state)
{
	(void)state;
	assert_int_equal(osim_irq_enable(m, 219, 0, true), 0);
	assert_int_equal(osim_irq_ack(m, 0), SPURIOUS);
	osim_irq_raise(m, 219, 0);
	check_state(219, true, true, false);
	osim_set_event_sink(m, sink, NULL);
	assert_int_equal(osim_irq_ack(m, 0), 219);
	check_state(219, true, false, true);
	assert_int_equal(osim_irq_ack(m, 0), SPURIOUS);
	assert_int_equal(osim_irq_end(m, 219, 0), 0);
	check_state(219, true, false, false);
	assert_string_equal(events, "irq-enter 219\nirq-exit 219\n");
	assert_int_equal(osim_stats(m)->interrupts, 1);
}

static void line_that_is_raised_while_active_comes_once_more_after_its_end(void **state)
{
	(void)state;
	osim_irq_enable(m, 219, 0, true);
	osim_irq_raise(m, 219, 0);
	osim_irq_ack(m, 0);
	osim_irq_raise(m, 219, 0);
	check_state(219, true, true, true);
	assert_int_equal(osim_irq_ack(m, 0), SPURIOUS);
	osim_irq_end(m, 219, 0);
	assert_int_equal(osim_irq_ack(m, 0), 219);
}

static void line_that_is_disabled_stays_pending(void **state)
{
	(void)state;
	osim_irq_raise(m, 219, 0);
	assert_int_equal(osim_irq_ack(m, 0), SPURIOUS);
	osim_irq_enable(m, 219, 0, true);
	osim_irq_enable(m, 219, 0, false);
	assert_int_equal(osim_irq_ack(m, 0), SPURIOUS);
	check_state(219, false, true, false);
}

static void private_line_is_acknowledged_on_its_cpu(void **state)
{
	(void)state;
	osim_irq_enable(m, 31, 1, true);
	osim_irq_raise(m, 31, 1);
	assert_int_equal(osim_irq_ack(m, 0), SPURIOUS);
	assert_int_equal(osim_irq_ack(m, 1), 31);
	assert_int_equal(osim_irq_end(m, 31, 0), -ENOENT);
	assert_int_equal(osim_irq_end(m, 31, 1), 0);
}

static void line_that_is_not_there_is_refused(void **state)
{
	(void)state;
	assert_int_equal(osim_irq_enable(m, OSIM_INTID_MAX, 0, true), -EINVAL);
	assert_int_equal(osim_irq_enable(m, 31, 2, true), -EINVAL);
	assert_int_equal(osim_irq_ack(m, 2), SPURIOUS);
	assert_int_equal(osim_irq_end(m, OSIM_INTID_MAX, 0), -EINVAL);
	assert_int_equal(osim_irq_end(m, 219, 0), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(line_that_is_acknowledged_is_active_until_its_end,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			line_that_is_raised_while_active_comes_once_more_after_its_end, setup,
			teardown),
		cmocka_unit_test_setup_teardown(line_that_is_disabled_stays_pending, setup,
						teardown),
		cmocka_unit_test_setup_teardown(private_line_is_acknowledged_on_its_cpu, setup,
						teardown),
		cmocka_unit_test_setup_teardown(line_that_is_not_there_is_refused, setup, teardown),
	};

	return cmocka_run_group_tests_name("machine.ack", tests, NULL, NULL);
}
