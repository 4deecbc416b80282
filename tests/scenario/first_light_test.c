/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The main job, end to end: a driver probes against the fake secure world, takes a value and a
 * bottom half through the interrupt, completes DO_BOTTOM_HALF by a yielding call, and is removed
 * with nothing left.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <optee_sim/driver.h>
#include <optee_sim/machine.h>
#include <optee_sim/secure.h>

#include "scenario.h"

#define RETRIEVED_MAX 8

/* What the run was seen to do. */
struct seen {
	uint32_t retrieved[RETRIEVED_MAX];
	size_t retrieved_count;
	unsigned int interrupts, thread_wakes;
	unsigned int bottom_halves_begun, bottom_halves_ended;
	size_t events;
};

static void sink(void *arg, const struct osim_event *event)
{
	struct seen *seen = arg;

	seen->events++;
	switch (event->kind) {
	case OSIM_EVENT_RETRIEVE:
		if (seen->retrieved_count < RETRIEVED_MAX)
			seen->retrieved[seen->retrieved_count] = event->value;
		seen->retrieved_count++;
		break;
	case OSIM_EVENT_IRQ_ENTER:
		seen->interrupts++;
		break;
	case OSIM_EVENT_WAKE:
		seen->thread_wakes += event->context == OSIM_CONTEXT_IRQ;
		break;
	case OSIM_EVENT_BOTTOM_HALF:
		if (event->flags & OSIM_EVENT_F_END)
			seen->bottom_halves_ended++;
		else
			seen->bottom_halves_begun++;
		break;
	default:
		break;
	}
}

/* Findings fail the test with their text. */
static void assert_clean(const struct osim_machine *m)
{
	for (size_t i = 0; i < osim_finding_count(m); i++) {
		const struct osim_finding *f = osim_finding_get(m, i);

		print_error("%s: %s\n%s\n", f->id, f->text, f->where);
	}
	assert_int_equal(osim_finding_count(m), 0);
}

static void bind(struct osim_machine *m)
{
	int rc = osim_bind(m, &OSIM_TEST_DRIVER, NULL);

	if (rc)
		print_error("osim_bind: %d: %s\n", rc, osim_last_error());
	assert_clean(m);
	assert_int_equal(rc, 0);
	assert_int_equal(osim_run(m), 0);
	assert_true(osim_bound(m));
	assert_true(osim_irq_requested(m));
}

static void unbind(struct osim_machine *m)
{
	assert_int_equal(osim_unbind(m), 0);
	assert_false(osim_bound(m));
	assert_false(osim_irq_requested(m));
	assert_clean(m);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_COUNT), 0);
}

static void notification_of_a_value_and_a_bottom_half_are_taken(void **state)
{
	const struct osim_options options = scenario_options();
	struct osim_machine *m;
	struct seen seen = {0};

	(void)state;
	assert_int_equal(osim_machine_new(&options, &m), 0);
	osim_set_event_sink(m, sink, &seen);
	bind(m);
	assert_int_equal(seen.retrieved_count, 0);

	assert_int_equal(osim_post(m, 5), 0);
	assert_int_equal(osim_post(m, 0), 0);
	assert_int_equal(osim_run(m), 0);

	assert_int_equal(seen.retrieved_count, 2);
	assert_int_equal(seen.retrieved[0], 0);
	assert_int_equal(seen.retrieved[1], 5);
	assert_int_equal(seen.interrupts, 1);
	assert_int_equal(seen.thread_wakes, 1);
	assert_int_equal(seen.bottom_halves_begun, 1);
	assert_int_equal(seen.bottom_halves_ended, 1);
	assert_clean(m);
	unbind(m);
	osim_machine_free(m);
}

static void driver_bound_again_works_again(void **state)
{
	const struct osim_options options = scenario_options();
	struct osim_machine *m;
	struct seen seen = {0};

	(void)state;
	assert_int_equal(osim_machine_new(&options, &m), 0);
	osim_set_event_sink(m, sink, &seen);
	for (unsigned int i = 1; i <= 3; i++) {
		bind(m);
		assert_int_equal(osim_post(m, 0), 0);
		assert_int_equal(osim_run(m), 0);
		assert_int_equal(seen.bottom_halves_ended, i);
		unbind(m);
	}
	osim_machine_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notification_of_a_value_and_a_bottom_half_are_taken),
		cmocka_unit_test(driver_bound_again_works_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
