/* SPDX-License-Identifier: BSD-2-Clause */
/* A driver is bound and removed many times, in one machine and in machines of its own, and leaves
 * nothing behind. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <optee_sim/chooser.h>
#include <optee_sim/driver.h>
#include <optee_sim/machine.h>
#include <optee_sim/secure.h>

#include "scenario.h"

#define REBINDS 1000

static void assert_clean(const struct osim_machine *m)
{
	for (size_t i = 0; i < osim_finding_count(m); i++) {
		const struct osim_finding *f = osim_finding_get(m, i);

		print_error("%s: %s\n%s\n", f->id, f->text, f->where);
	}
	assert_int_equal(osim_finding_count(m), 0);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_COUNT), 0);
}

static void bind_use_unbind(struct osim_machine *m)
{
	assert_int_equal(osim_bind(m, &OSIM_TEST_DRIVER, NULL), 0);
	assert_int_equal(osim_post(m, 3), 0);
	assert_int_equal(osim_post(m, 0), 0);
	assert_int_equal(osim_run(m), 0);
	assert_int_equal(osim_unbind(m), 0);
	assert_clean(m);
}

static void rebind_1000_times_leaves_nothing(void **state)
{
	const struct osim_options options = scenario_options();
	struct osim_machine *m;

	(void)state;
	assert_int_equal(osim_machine_new(&options, &m), 0);
	for (unsigned int i = 0; i < REBINDS; i++)
		bind_use_unbind(m);
	osim_machine_free(m);
}

static void rebind_in_machine_after_machine_leaves_nothing(void **state)
{
	const struct osim_options options = scenario_options();

	(void)state;
	for (unsigned int i = 0; i < REBINDS / 10; i++) {
		struct osim_machine *m;

		assert_int_equal(osim_machine_new(&options, &m), 0);
		bind_use_unbind(m);
		osim_machine_free(m);
	}
}

static void rebind_in_any_order_leaves_nothing(void **state)
{
	(void)state;
	for (unsigned int seed = 0; seed < REBINDS / 10; seed++) {
		struct osim_chooser_seeded seeded;
		struct osim_options options = scenario_options();
		struct osim_machine *m;

		options.cpus = 1 + seed % 4;
		options.percpu_irq = seed % 5 == 4;
		options.chooser = osim_chooser_seeded(&seeded, seed);
		assert_int_equal(osim_machine_new(&options, &m), 0);
		if (!options.percpu_irq || osim_bind(m, &OSIM_TEST_DRIVER, NULL) == 0) {
			if (options.percpu_irq)
				assert_int_equal(osim_unbind(m), 0);
			else
				bind_use_unbind(m);
			assert_clean(m);
		}
		osim_machine_free(m);
	}
}

/* Mostly goes on with what runs, so that one thread may be left far behind. */
static uint32_t choose_seldom(void *arg, enum osim_choice kind, uint32_t n)
{
	const struct osim_chooser *seeded = arg;

	return seeded->choose(seeded->arg, kind, 16) ? 0 : seeded->choose(seeded->arg, kind, n);
}

static void open_and_close(void *arg)
{
	struct osim_machine *m = arg;

	for (int i = 0; i < 4; i++) {
		int fd = osim_open(m, "tee0");

		osim_yield(m);
		if (fd >= 0)
			assert_int_equal(osim_close(m, fd), 0);
	}
}

static void removal_amid_programs_leaves_nothing(void **state)
{
	(void)state;
	for (unsigned int seed = 0; seed < REBINDS / 5; seed++) {
		struct osim_chooser_seeded state_of_seed;
		struct osim_chooser seeded = osim_chooser_seeded(&state_of_seed, seed);
		struct osim_options options = scenario_options();
		struct osim_machine *m;

		options.cpus = 3;
		options.chooser = (struct osim_chooser){choose_seldom, &seeded};
		assert_int_equal(osim_machine_new(&options, &m), 0);
		assert_int_equal(osim_bind(m, &OSIM_TEST_DRIVER, NULL), 0);
		for (int i = 0; i < 3; i++)
			assert_int_equal(osim_spawn(m, "program", open_and_close, m, -1, NULL), 0);
		assert_int_equal(osim_unbind(m), 0);
		assert_int_equal(osim_run(m), 0);
		assert_clean(m);
		osim_machine_free(m);
	}
}

static void driver_in_use_is_refused(void **state)
{
	const struct osim_options options = scenario_options();
	struct osim_machine *m, *other;

	(void)state;
	assert_int_equal(osim_machine_new(&options, &m), 0);
	assert_int_equal(osim_machine_new(&options, &other), 0);
	assert_int_equal(osim_unbind(m), -ENODEV);
	assert_int_equal(osim_bind(m, &OSIM_TEST_DRIVER, NULL), 0);
	assert_int_equal(osim_bind(m, &OSIM_TEST_DRIVER, NULL), -EBUSY);
	assert_int_equal(osim_bind(other, &OSIM_TEST_DRIVER, NULL), -EBUSY);
	assert_true(osim_bound(m));
	assert_false(osim_bound(other));
	assert_int_equal(osim_unbind(m), 0);
	bind_use_unbind(other);
	osim_machine_free(m);
	osim_machine_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rebind_1000_times_leaves_nothing),
		cmocka_unit_test(rebind_in_machine_after_machine_leaves_nothing),
		cmocka_unit_test(rebind_in_any_order_leaves_nothing),
		cmocka_unit_test(removal_amid_programs_leaves_nothing),
		cmocka_unit_test(driver_in_use_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
