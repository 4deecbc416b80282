/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Remove: with work under way, with programs that still use the device, and again and again.
 *
 * ctest-timeout: 300
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <optee_sim/abi/msg.h>
#include <optee_sim/abi/smc.h>
#include <optee_sim/abi/tee.h>

#include "scenario.h"

#define MS 1000000ull

static void idle_driver_stops_notifications_before_its_interrupt_goes(void **state)
{
	struct scenario s = SCENARIO;

	(void)state;
	scenario_new(&s);
	scenario_bind(&s);
	assert_true(osim_irq_requested(s.m));
	scenario_record(&s);
	scenario_unbind(&s);
	scenario_expect(&s, "[   0ms] cpu0 thread > STOP_ASYNC_NOTIF\n"
			    "[   0ms] cpu0 thread < STOP_ASYNC_NOTIF\n");
	assert_false(osim_irq_requested(s.m));
	scenario_free(&s);
}

/* While STOP is in the secure world, a value is still taken by the handler. */
static void post_at_stop(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	struct scenario *s = tap->arg;

	if (!s->in_point && s->messages[OPTEE_MSG_CMD_STOP_ASYNC_NOTIF] == 1) {
		s->in_point = true;
		osim_post(m, 3);
	}
	osim_tap_next(tap, m, regs);
}

static void value_posted_after_stop_and_before_the_interrupt_goes_does_no_harm(void **state)
{
	struct scenario s = SCENARIO;
	struct osim_tap tap = {.fn = post_at_stop, .arg = &s};

	(void)state;
	scenario_new(&s);
	scenario_bind(&s);
	osim_tap_add(s.m, &tap);
	scenario_unbind(&s);
	assert_true(s.in_point);
	scenario_free(&s);
}

static void post_0_and_9(struct scenario *s)
{
	osim_post(s->m, 9);
	osim_post(s->m, 0);
}

static unsigned long remove_with_post_at(uint32_t caps, unsigned long n)
{
	struct scenario s = SCENARIO;
	unsigned long points;

	s.secure.caps = caps;
	scenario_new(&s);
	scenario_bind(&s);
	scenario_at_point(&s, n, post_0_and_9);
	assert_int_equal(osim_unbind(s.m), 0);
	points = s.points;
	scenario_at_point(&s, 0, NULL);
	scenario_run(&s);
	scenario_assert_empty(&s);
	/* Taken by the driver that goes, or by the one that comes. */
	scenario_bind(&s);
	assert_int_equal(s.retrieved, n ? 2 : 0);
	scenario_unbind(&s);
	scenario_free(&s);
	return points;
}

static void interrupt_at_each_point_of_remove_loses_nothing(void **state)
{
	static const uint32_t caps[] = {
		CAP_DYNAMIC | CAP_NULL | CAP_NOTIF,
		CAP_DYNAMIC | CAP_NULL | CAP_NOTIF | CAP_RPC_ARG,
		CAP_RESERVED | CAP_NULL | CAP_NOTIF,
		CAP_RESERVED | CAP_NULL | CAP_NOTIF | CAP_RPC_ARG,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
		unsigned long points = remove_with_post_at(caps[i], 0);

		assert_true(points > 20);
		for (unsigned long n = 1; n <= points; n++)
			remove_with_post_at(caps[i], n);
	}
}

static void memory_that_runs_out_during_remove_leaves_nothing(void **state)
{
	(void)state;
	for (unsigned long n = 1;; n++) {
		struct scenario s = SCENARIO;
		bool reached;

		scenario_new(&s);
		scenario_bind(&s);
		scenario_post(&s, 0);
		scenario_fail(&s, OSIM_FAULT_ALLOC, n);
		assert_int_equal(osim_unbind(s.m), 0);
		reached = s.faults >= n;
		scenario_fail(&s, OSIM_FAULT_ALLOC, 0);
		scenario_assert_clean(&s);
		scenario_assert_empty(&s);
		scenario_free(&s);
		if (!reached)
			break;
	}
}

/* -- a bottom half that is under way ------------------------------------------------------------
 */

/* Its callback waits for value 9, which comes later. */
static void slow_event(void *arg, struct osim_pta_call *call, enum osim_notif_event event)
{
	unsigned int *done = arg;

	if (event != OSIM_NOTIF_BOTTOM_HALF)
		return;
	osim_pta_notif_wait(call, 9, 0);
	(*done)++;
}

static void post_9_later(void *arg)
{
	struct scenario *s = arg;

	osim_sleep_ns(s->m, 50 * MS);
	osim_post(s->m, 9);
}

static void bottom_half_that_waits_is_let_finish(void **state)
{
	unsigned int done = 0;
	struct osim_notif_driver slow = {
		.size = sizeof(slow), .name = "slow", .event = slow_event, .arg = &done};
	struct scenario s = SCENARIO;

	(void)state;
	scenario_new(&s);
	assert_int_equal(osim_notif_driver_register(s.m, &slow), 0);
	scenario_bind(&s);
	scenario_post(&s, 0);
	assert_int_equal(osim_run_for(s.m, 10 * MS), 0);
	assert_int_equal(done, 0);
	assert_int_equal(osim_spawn(s.m, "producer", post_9_later, &s, -1, NULL), 0);
	scenario_unbind(&s);
	assert_int_equal(done, 1);
	scenario_free(&s);
}

/* -- programs that still use the device ---------------------------------------------------------
 */

static void linger(struct program *p)
{
	osim_sleep_ns(p->s->m, 50 * MS);
}

static void need_remove_with_open_files(void)
{
	struct scenario s = SCENARIO;

	if (scenario_deviates(&s, "open-file-at-remove"))
		scenario_skip(&s, "open-file-at-remove");
}

/* A remove that never ends leaves the driver as it is, so this is for a process of its own. */
static int use_after_remove(void)
{
	struct scenario s = SCENARIO;
	struct program p = {0};
	int rc;

	scenario_new(&s);
	scenario_bind(&s);
	program_start(&p, &s, "lingerer", linger);
	osim_run_for(s.m, 10 * MS);
	rc = osim_unbind(s.m);
	return rc == -EDEADLK && osim_finding_count(s.m) &&
	       !strcmp(osim_finding_get(s.m, 0)->id, "kernel.lock-destroyed");
}

static void open_file_is_used_after_what_it_needs_is_gone(void **state)
{
	struct scenario s = SCENARIO;
	int status = 0;
	pid_t pid;

	(void)state;
	if (!scenario_deviates(&s, "open-file-at-remove"))
		scenario_skip(&s, "has not got that fault");
	pid = fork();
	if (!pid)
		_exit(use_after_remove() ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void open_file_holds_remove_up_until_it_is_closed(void **state)
{
	struct scenario s = SCENARIO;
	struct program p = {0};

	(void)state;
	need_remove_with_open_files();
	scenario_new(&s);
	scenario_bind(&s);
	program_start(&p, &s, "lingerer", linger);
	assert_int_equal(osim_run_for(s.m, 10 * MS), 0);
	assert_int_equal(s.sessions, 1);
	scenario_unbind(&s);
	assert_true(p.done);
	assert_true(osim_now_ns(s.m) >= 50 * MS);
	assert_int_equal(s.sessions, 0);
	scenario_free(&s);
}

/* What programs wait for may never come once the driver goes: their wait ends with an error. */
static void waiters_are_let_go(uint32_t timeout_ms)
{
	struct scenario s = SCENARIO;
	struct program p[3];

	need_remove_with_open_files();
	s.secure.thread_count = 4;
	scenario_new(&s);
	scenario_bind(&s);
	for (uint32_t i = 0; i < 3; i++)
		program_invoke(&p[i], &s, TA_WAIT, 5 + i, timeout_ms);
	assert_int_equal(osim_run_for(s.m, 10 * MS), 0);
	assert_int_equal(s.sessions, 3);
	scenario_unbind(&s);
	for (uint32_t i = 0; i < 3; i++) {
		assert_true(p[i].done);
		assert_int_equal(p[i].error, 0);
		assert_int_not_equal(p[i].last.ret, TEE_SUCCESS);
	}
	assert_int_equal(s.sessions, 0);
	scenario_free(&s);
}

static void waiters_with_a_timeout_are_let_go(void **state)
{
	(void)state;
	waiters_are_let_go(100);
}

static void waiters_without_a_timeout_are_let_go(void **state)
{
	(void)state;
	waiters_are_let_go(0);
}

static void try_to_go_on(struct program *p)
{
	osim_sleep_ns(p->s->m, 20 * MS);
	program_invoke_body(p);
}

static void program_that_goes_on_during_remove_is_refused(void **state)
{
	struct scenario s = SCENARIO;
	struct program p = {.command = TA_ADD, .a = 1, .b = 2};

	(void)state;
	need_remove_with_open_files();
	scenario_new(&s);
	scenario_bind(&s);
	program_start(&p, &s, "late", try_to_go_on);
	assert_int_equal(osim_run_for(s.m, 10 * MS), 0);
	scenario_unbind(&s);
	assert_true(p.done);
	assert_int_equal(p.error, -ENODEV);
	scenario_free(&s);
}

/* -- again and again ----------------------------------------------------------------------------
 */

static void driver_bound_a_thousand_times_leaves_nothing(void **state)
{
	struct scenario s = SCENARIO;

	(void)state;
	scenario_new(&s);
	for (unsigned int i = 1; i <= 1000; i++) {
		scenario_bind(&s);
		scenario_post(&s, 0);
		scenario_run(&s);
		assert_int_equal(s.bottom_halves, i);
		scenario_unbind(&s);
	}
	scenario_free(&s);
}

static void shutdown_takes_cached_buffers_back(void **state)
{
	struct scenario s = SCENARIO;
	struct program p;
	unsigned int calls;

	(void)state;
	s.secure.caps = CAP_DYNAMIC | CAP_NULL | CAP_NOTIF;
	scenario_new(&s);
	scenario_bind(&s);
	program_invoke(&p, &s, TA_SLEEP, 1, 0);
	scenario_run(&s);
	calls = s.calls[OPTEE_SMC_FUNCID_DISABLE_SHM_CACHE];
	assert_int_equal(osim_shutdown(s.m), 0);
	/* One buffer and the answer that there are no more, at least. */
	assert_true(s.calls[OPTEE_SMC_FUNCID_DISABLE_SHM_CACHE] >= calls + 2);
	scenario_assert_clean(&s);
	/* A bottom half may come even then. */
	scenario_post(&s, 0);
	scenario_run(&s);
	assert_int_equal(s.bottom_halves, 1);
	scenario_unbind(&s);
	scenario_free(&s);
}

/* DISABLE_SHM_CACHE gives cookies out that nobody ever gave it, before it says that it is empty. */
struct foreign {
	struct osim_tap tap;
	unsigned int left;
};

static void give_foreign_cookies(struct osim_tap *tap, struct osim_machine *m,
				 struct osim_regs *regs)
{
	struct foreign *f = tap->arg;

	if (regs->a[0] != OPTEE_SMC_DISABLE_SHM_CACHE || !f->left) {
		osim_tap_next(tap, m, regs);
		return;
	}
	f->left--;
	regs->a[0] = OPTEE_SMC_RETURN_OK;
	regs->a[1] = f->left ? 0xdead : 0;
	regs->a[2] = f->left ? 0xbeef0000 + f->left : 0;
}

static void cookies_of_a_former_kernel_mean_nothing(void **state)
{
	struct scenario s = SCENARIO;
	struct foreign f = {.tap = {.fn = give_foreign_cookies}, .left = 3};

	(void)state;
	f.tap.arg = &f;
	s.secure.caps = CAP_DYNAMIC | CAP_NULL | CAP_NOTIF;
	scenario_new(&s);
	osim_tap_add(s.m, &f.tap);
	scenario_bind(&s);
	assert_int_equal(f.left, 0);
	scenario_unbind(&s);
	scenario_free(&s);
}

static void cookies_that_were_never_given_are_refused_at_remove(void **state)
{
	struct scenario s = SCENARIO;
	struct foreign f = {.tap = {.fn = give_foreign_cookies}};

	(void)state;
	if (scenario_deviates(&s, "cached-cookie-trusted"))
		scenario_skip(&s, "cached-cookie-trusted");
	f.tap.arg = &f;
	s.secure.caps = CAP_DYNAMIC | CAP_NULL | CAP_NOTIF;
	scenario_new(&s);
	scenario_bind(&s);
	osim_tap_add(s.m, &f.tap);
	f.left = 3;
	scenario_unbind(&s);
	assert_int_equal(f.left, 0);
	scenario_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scenario_test(idle_driver_stops_notifications_before_its_interrupt_goes),
		scenario_test(value_posted_after_stop_and_before_the_interrupt_goes_does_no_harm),
		scenario_test(interrupt_at_each_point_of_remove_loses_nothing),
		scenario_test(memory_that_runs_out_during_remove_leaves_nothing),
		scenario_test(bottom_half_that_waits_is_let_finish),
		scenario_test(open_file_holds_remove_up_until_it_is_closed),
		scenario_test(open_file_is_used_after_what_it_needs_is_gone),
		scenario_test(waiters_with_a_timeout_are_let_go),
		scenario_test(waiters_without_a_timeout_are_let_go),
		scenario_test(program_that_goes_on_during_remove_is_refused),
		scenario_test(driver_bound_a_thousand_times_leaves_nothing),
		scenario_test(shutdown_takes_cached_buffers_back),
		scenario_test(cookies_of_a_former_kernel_mean_nothing),
		scenario_test(cookies_that_were_never_given_are_refused_at_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
