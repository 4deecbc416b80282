/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <uv.h>

#include <optee_sim/machine.h>
#include <optee_sim/realtime.h>

#define MS 1000000ull

struct world {
	struct osim_machine *m;
	unsigned int calls;
	uint64_t before_ns; /* of the wall clock */
	uint64_t after_ns;
};

static void sleeper(void *arg)
{
	struct world *w = arg;

	osim_sleep_ns(w->m, 20 * MS);
}

static void run(void *arg)
{
	struct world *w = arg;

	w->calls++;
	assert_int_equal(osim_spawn(w->m, "sleeper", sleeper, w, -1, NULL), 0);
	w->before_ns = uv_hrtime();
	assert_int_equal(osim_run(w->m), 0);
	w->after_ns = uv_hrtime();
}

static void realtime_when_a_thread_sleeps_takes_its_time(void **state)
{
	struct world w = {0};
	uint64_t now_ns;

	(void)state;
	assert_int_equal(osim_machine_new(NULL, &w.m), 0);
	assert_int_equal(osim_realtime(w.m, run, &w), 0);
	assert_int_equal(w.calls, 1);
	assert_true(w.after_ns - w.before_ns >= 20 * MS);
	/* In virtual time again, from where the clock stood. */
	now_ns = osim_now_ns(w.m);
	assert_true(now_ns >= 20 * MS);
	assert_true(osim_now_ns(w.m) == now_ns);
	osim_machine_free(w.m);
}

static uint64_t no_time(void *arg)
{
	(void)arg;
	return 0;
}

static void realtime_with_a_clock_replaced_is_refused(void **state)
{
	const struct osim_backend backend = {.size = sizeof(backend), .now_ns = no_time};
	const struct osim_options options = {.size = sizeof(options), .backend = &backend};
	struct world w = {0};

	(void)state;
	assert_int_equal(osim_machine_new(&options, &w.m), 0);
	assert_int_equal(osim_realtime(w.m, run, &w), -EINVAL);
	assert_int_equal(w.calls, 0);
	osim_machine_free(w.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(realtime_when_a_thread_sleeps_takes_its_time),
		cmocka_unit_test(realtime_with_a_clock_replaced_is_refused),
	};

	return cmocka_run_group_tests_name("loop.realtime", tests, NULL, NULL);
}
