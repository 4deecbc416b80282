/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <optee_sim/check.h>

/* The real driver, built to tell its accesses: the race that is in it is found, and none besides.
 */

extern struct osim_driver OSIM_TEST_DRIVER;

static void group(void *arg, const struct osim_check_group *g)
{
	const char **found = arg;
	static char text[512];

	if (strcmp(g->id, "kernel.data-race") != 0)
		return;
	/* The pointer that is read there is set in two places. */
	if (!strstr(g->text, " and optee_supp_thrd_req (supp.c:"))
		fail_msg("another one: %s", g->text);
	if (*found)
		return;
	strncpy(text, g->text, sizeof(text) - 1);
	*found = text;
}

static const char *race_in(const char *scenario)
{
	const struct osim_check_options options = {.size = sizeof(options),
						   .driver = &OSIM_TEST_DRIVER,
						   .jobs = 1,
						   .experiments_max = 100,
						   .only = scenario};
	const char *found = NULL;

	assert_int_equal(osim_check(&options, group, &found, NULL), 0);
	return found;
}

static void supplicant_that_is_looked_for_without_its_lock_is_a_race(void **state)
{
	const char *race = race_in("supplicant-slow");

	(void)state;
	assert_non_null(race);
	assert_non_null(strstr(race, ": write and read that nothing orders"));
}

static void notifications_and_clients_have_none(void **state)
{
	(void)state;
	assert_null(race_in("posts"));
	assert_null(race_in("wait"));
	assert_null(race_in("client"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(supplicant_that_is_looked_for_without_its_lock_is_a_race),
		cmocka_unit_test(notifications_and_clients_have_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
