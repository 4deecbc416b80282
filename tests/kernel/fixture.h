/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_TESTS_KERNEL_FIXTURE_H
#define OSIM_TESTS_KERNEL_FIXTURE_H

/*
 * For tests of the kernel API: each is compiled as a driver's file is, with the kernel headers
 * first, and calls what they declare. This comes first in each of them.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "machine/machine.h"

static struct osim_machine *m;

static inline int fixture_setup(void **state)
{
	const struct osim_options options = {.size = sizeof(options), .no_secure = true};

	(void)state;
	if (osim_machine_new(&options, &m))
		return -1;
	osim_enter(m);
	return 0;
}

/* A test that found something wrong says so, and leaves nothing behind. */
static inline int fixture_teardown(void **state)
{
	size_t left = osim_live_count(m, OSIM_LIVE_COUNT);

	(void)state;
	osim_leave(NULL);
	osim_machine_free(m);
	return left ? -1 : 0;
}

static inline void fixture_call(void *fn)
{
	((void (*)(void))fn)();
}

/* Runs fn as a thread of the machine, where sleeping is allowed. */
static inline void in_thread(void (*fn)(void))
{
	assert_int_equal(osim_spawn(m, "test", fixture_call, (void *)fn, -1, NULL), 0);
	assert_int_equal(osim_run(m), 0);
}

/* The id of the one thing found so far; "none", or "several". */
static inline const char *found(void)
{
	size_t n = osim_finding_count(m);

	return n == 0 ? "none" : n == 1 ? osim_finding_get(m, 0)->id : "several";
}

/* The n-th operation of a kind fails, and none after it; 0: none. */
static struct fixture_fault {
	enum osim_fault kind;
	int countdown;
	int error;
	int asked;
} fixture_fault;

static inline int fixture_fault_fn(void *arg, enum osim_fault kind, const char *what)
{
	struct fixture_fault *f = arg;

	(void)what;
	if (kind != f->kind)
		return 0;
	f->asked++;
	return f->countdown && --f->countdown == 0 ? f->error : 0;
}

static inline void fail_nth(enum osim_fault kind, int n, int error)
{
	fixture_fault = (struct fixture_fault){kind, n, error, 0};
	osim_set_fault(m, fixture_fault_fn, &fixture_fault);
}

#define FIXTURE_TEST(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

#endif
