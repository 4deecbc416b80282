/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A unit test of the handler in handler.c: what it does with values, and that it leaves nothing.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <optee_sim/driver.h>
#include <optee_sim/machine.h>
#include <optee_sim/secure.h>

OSIM_DRIVER_DECLARE(own_handler);

/* What the driver logged, one line after the other. */
struct journal {
	struct osim_machine *m;
	char text[1024];
};

static void note(void *arg, const struct osim_event *event)
{
	struct journal *j = arg;
	size_t length = strlen(j->text);

	if (event->kind == OSIM_EVENT_LOG)
		snprintf(j->text + length, sizeof(j->text) - length, "%s\n", event->text);
}

static int setup(void **state)
{
	static struct journal j;

	j.text[0] = '\0';
	if (osim_machine_new(NULL, &j.m))
		return -1;
	osim_set_event_sink(j.m, note, &j);
	*state = &j;
	return osim_bind(j.m, &osim_driver_own_handler, NULL);
}

static int teardown(void **state)
{
	struct journal *j = *state;
	int rc = osim_unbind(j->m);

	/* No leak, no lock misuse, no sleep in atomic context, whatever the test was about. */
	for (size_t i = 0; i < osim_finding_count(j->m); i++)
		print_error("%s: %s\n", osim_finding_get(j->m, i)->id,
			    osim_finding_get(j->m, i)->text);
	if (osim_finding_count(j->m) || osim_live_count(j->m, OSIM_LIVE_COUNT))
		rc = -1;
	osim_machine_free(j->m);
	return rc;
}

static void values_are_taken_lowest_first(void **state)
{
	struct journal *j = *state;

	assert_int_equal(osim_post(j->m, 7), 0);
	assert_int_equal(osim_post(j->m, 3), 0);
	assert_int_equal(osim_run(j->m), 0);
	assert_string_equal(j->text, "optee: values up to 66\n"
				     "optee: value 3\n"
				     "optee: value 7\n");
	assert_int_equal(osim_stats(j->m)->interrupts, 1);
	assert_int_equal(osim_stats(j->m)->bottom_halves, 0);
}

static void value_0_runs_the_bottom_half(void **state)
{
	struct journal *j = *state;

	assert_int_equal(osim_post(j->m, 0), 0);
	assert_int_equal(osim_run(j->m), 0);
	assert_int_equal(osim_stats(j->m)->bottom_halves, 1);
}

static void value_above_the_maximum_is_no_value(void **state)
{
	struct journal *j = *state;

	assert_int_equal(osim_post(j->m, 67), -ERANGE);
	assert_int_equal(osim_run(j->m), 0);
	assert_int_equal(osim_stats(j->m)->interrupts, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(values_are_taken_lowest_first, setup, teardown),
		cmocka_unit_test_setup_teardown(value_0_runs_the_bottom_half, setup, teardown),
		cmocka_unit_test_setup_teardown(value_above_the_maximum_is_no_value, setup,
						teardown),
	};

	return cmocka_run_group_tests_name("own_handler", tests, NULL, NULL);
}
