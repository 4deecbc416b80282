/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <optee_sim/driver.h>

#include "racer.h"

/* Data races, and what keeps two accesses from being one: racer.c, built to tell its accesses. */

extern struct osim_driver OSIM_TEST_DRIVER;

struct program {
	struct osim_machine *m;
	unsigned int cmd;
};

static void program(void *arg)
{
	const struct program *p = arg;
	int fd = osim_open(p->m, "racer");

	assert_true(fd >= 0);
	osim_ioctl(p->m, fd, p->cmd, NULL);
	osim_close(p->m, fd);
}

static const struct osim_finding *race_of(const struct osim_machine *m)
{
	const struct osim_finding *f;

	for (size_t i = 0; (f = osim_finding_get(m, i)); i++)
		if (!strcmp(f->id, "kernel.data-race"))
			return f;
	return NULL;
}

/* Everything of one case; the caller frees the machine. */
static struct osim_machine *run_case(unsigned int test, unsigned int cpus, uint64_t seed)
{
	struct osim_chooser_seeded seeded;
	struct osim_options options = {.size = sizeof(options), .cpus = cpus};
	struct program programs[2];
	struct osim_machine *m;

	if (seed)
		options.chooser = osim_chooser_seeded(&seeded, seed);
	assert_int_equal(osim_machine_new(&options, &m), 0);
	assert_int_equal(osim_bind(m, &OSIM_TEST_DRIVER, NULL), 0);
	assert_null(race_of(m));
	for (unsigned int side = 0; side < 2; side++) {
		programs[side] = (struct program){.m = m, .cmd = test * 2 + side};
		osim_spawn(m, "program", program, &programs[side], -1, NULL);
	}
	assert_int_equal(osim_run(m), 0);
	if (test >= RACER_irq_disabled)
		osim_irq_raise(m, OSIM_NOTIF_INTID, 0);
	assert_int_equal(osim_run(m), 0);
	if (test == RACER_irq_thread_twice)
		osim_irq_raise(m, OSIM_NOTIF_INTID, 0);
	assert_int_equal(osim_run(m), 0);
	assert_int_equal(osim_unbind(m), 0);
	return m;
}

static void case_has_the_races_that_it_has(void **state)
{
	static const bool races[] = {
#define RACES(name, races) [RACER_##name] = (races),
		RACER_CASES(RACES)};
	static const char *const names[] = {
#define NAME(name, races) [RACER_##name] = #name,
		RACER_CASES(NAME)};
	unsigned int test = (unsigned int)(uintptr_t)*state;

	/* Alone on a CPU, beside another, and in some other orders. */
	for (unsigned int run = 0; run < 6; run++) {
		/* Masks are those of one CPU. */
		unsigned int cpus = run && test != RACER_irq_local ? 2 : 1;
		struct osim_machine *m = run_case(test, cpus, run > 1 ? run : 0);
		const struct osim_finding *f = race_of(m);

		if (!f == races[test])
			fail_msg("%s, run %u: %s", names[test], run, f ? f->text : "no race");
		osim_machine_free(m);
	}
}

static void race_names_both_places_and_the_stack_of_the_second(void **state)
{
	struct osim_machine *m = run_case(RACER_list, 1, 0);
	const struct osim_finding *f = race_of(m);

	(void)state;
	assert_non_null(f);
	assert_memory_equal(f->text, "by_function (racer.c:", 21);
	assert_non_null(strstr(f->text, " and by_function (racer.c:"));
	assert_non_null(strstr(f->text, " that nothing orders"));
	assert_memory_equal(f->where, "by_function (racer.c:", 21);
	assert_non_null(strstr(f->where, "\nracer_ioctl (racer.c:"));
	osim_machine_free(m);
}

static void same_run_gives_the_same_findings(void **state)
{
	struct osim_machine *a = run_case(RACER_copied, 2, 7), *b = run_case(RACER_copied, 2, 7);

	(void)state;
	assert_int_equal(osim_finding_count(a), osim_finding_count(b));
	for (size_t i = 0; i < osim_finding_count(a); i++)
		assert_string_equal(osim_finding_get(a, i)->text, osim_finding_get(b, i)->text);
	osim_machine_free(a);
	osim_machine_free(b);
}

int main(void)
{
#define CASE(name, races)                                                             \
	{#name "_is_" #races "ly_a_race", case_has_the_races_that_it_has, NULL, NULL, \
	 (void *)(uintptr_t)RACER_##name},
	const struct CMUnitTest tests[] = {
		RACER_CASES(CASE)
			cmocka_unit_test(race_names_both_places_and_the_stack_of_the_second),
		cmocka_unit_test(same_run_gives_the_same_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
