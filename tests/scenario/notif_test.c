/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asynchronous notifications, from the post to the driver's bottom half or waiter.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <optee_sim/abi/msg.h>
#include <optee_sim/abi/smc.h>
#include <optee_sim/abi/tee.h>

#include "scenario.h"

#define MS 1000000ull

static void begin(struct scenario *s)
{
	scenario_new(s);
	scenario_bind(s);
	scenario_record(s);
}

static void end(struct scenario *s)
{
	scenario_unbind(s);
	scenario_free(s);
}

static void value_1_is_taken_by_the_handler_alone(void **state)
{
	struct scenario s = SCENARIO;

	(void)state;
	begin(&s);
	scenario_post(&s, 1);
	scenario_run(&s);
	scenario_expect(&s, "[   0ms] host        post 1\n"
			    "[   0ms] cpu0 irq    interrupt\n"
			    "[   0ms] cpu0 irq    > GET_ASYNC_NOTIF_VALUE = OK, value 1\n");
	end(&s);
}

static void value_0_ends_as_bottom_half_in_the_thread(void **state)
{
	struct scenario s = SCENARIO;

	(void)state;
	begin(&s);
	scenario_post(&s, 0);
	scenario_run(&s);
	scenario_expect(&s, "[   0ms] host        post 0\n"
			    "[   0ms] cpu0 irq    interrupt\n"
			    "[   0ms] cpu0 irq    > GET_ASYNC_NOTIF_VALUE = OK, value 0\n"
			    "[   0ms] cpu0 irq    wakes its thread\n"
			    "[   0ms] cpu0 thread > DO_BOTTOM_HALF\n"
			    "[   0ms] cpu0 thread < DO_BOTTOM_HALF\n");
	end(&s);
}

static void many_values_out_of_order_come_in_one_interrupt_lowest_first(void **state)
{
	struct scenario s = SCENARIO;

	(void)state;
	begin(&s);
	scenario_post(&s, 9);
	scenario_post(&s, 3);
	scenario_post(&s, 0);
	scenario_post(&s, 3);
	scenario_run(&s);
	scenario_expect(&s, "[   0ms] host        post 9\n"
			    "[   0ms] host        post 3\n"
			    "[   0ms] host        post 0\n"
			    "[   0ms] host        post 3, merged\n"
			    "[   0ms] cpu0 irq    interrupt\n"
			    "[   0ms] cpu0 irq    > GET_ASYNC_NOTIF_VALUE = OK, value 0, more\n"
			    "[   0ms] cpu0 irq    > GET_ASYNC_NOTIF_VALUE = OK, value 3, more\n"
			    "[   0ms] cpu0 irq    > GET_ASYNC_NOTIF_VALUE = OK, value 9\n"
			    "[   0ms] cpu0 irq    wakes its thread\n"
			    "[   0ms] cpu0 thread > DO_BOTTOM_HALF\n"
			    "[   0ms] cpu0 thread < DO_BOTTOM_HALF\n");
	end(&s);
}

/* The value that a program waits for: posted before, or while it waits. */
static void value_reaches_its_waiter(struct scenario *s, uint32_t value, bool before)
{
	struct program p;

	if (before) {
		scenario_post(s, value);
		scenario_run(s);
	}
	program_invoke(&p, s, TA_WAIT, value, 0);
	if (!before) {
		assert_int_equal(osim_run_for(s->m, 10 * MS), 0);
		assert_false(p.done);
		scenario_post(s, value);
	}
	scenario_run(s);
	assert_true(p.done);
	assert_int_equal(p.error, 0);
	assert_int_equal(p.last.ret, TEE_SUCCESS);
}

static void value_wakes_who_waits_for_it(void **state)
{
	struct scenario s = SCENARIO;

	(void)state;
	begin(&s);
	value_reaches_its_waiter(&s, 7, false);
	end(&s);
}

static void value_that_came_before_its_waiter_is_kept(void **state)
{
	struct scenario s = SCENARIO;

	(void)state;
	begin(&s);
	value_reaches_its_waiter(&s, 7, true);
	end(&s);
}

static void maximum_is_a_value_like_others(void **state)
{
	static const uint32_t maxima[] = {1, 63, 64, 65, 127, 128, 255, 4095, 4096, 100000};

	(void)state;
	for (size_t i = 0; i < sizeof(maxima) / sizeof(maxima[0]); i++) {
		struct scenario s = SCENARIO;

		if (maxima[i] % 64 == 0 && scenario_deviates(&s, "maximum-of-64"))
			continue;
		s.secure.max_notif_value = maxima[i];
		begin(&s);
		assert_int_equal(osim_post(s.m, maxima[i] + 1), -ERANGE);
		value_reaches_its_waiter(&s, maxima[i], false);
		value_reaches_its_waiter(&s, maxima[i], true);
		end(&s);
	}
}

static void maximum_of_0_leaves_the_bottom_half(void **state)
{
	struct scenario s = SCENARIO;
	struct program p;

	(void)state;
	s.secure.set = OSIM_SECURE_SET_MAX_NOTIF;
	begin(&s);
	assert_int_equal(osim_post(s.m, 1), -ERANGE);
	scenario_post(&s, 0);
	scenario_run(&s);
	assert_int_equal(s.bottom_halves, 1);
	if (!scenario_deviates(&s, "maximum-of-0")) {
		program_invoke(&p, &s, TA_SEND, 0, 0);
		scenario_run(&s);
		assert_int_equal(p.last.ret, TEE_SUCCESS);
		program_invoke(&p, &s, TA_WAIT, 0, 0);
		scenario_run(&s);
		assert_int_equal(p.last.ret, TEE_SUCCESS);
	}
	end(&s);
}

static void maximum_of_32_bits_takes_no_memory_in_proportion(void **state)
{
	static const uint32_t values[] = {0xffffffff, 1, 0x80000000, 0x7fffffff, 4096, 4095};
	struct scenario s = SCENARIO;

	(void)state;
	s.secure.max_notif_value = 0xffffffff;
	if (scenario_deviates(&s, "maximum-in-memory")) {
		s.known = "kernel.warn";
		scenario_new(&s);
		assert_int_equal(osim_bind(s.m, s.driver, NULL), -ENOMEM);
		scenario_assert_clean(&s);
		scenario_assert_empty(&s);
		scenario_free(&s);
		return;
	}
	begin(&s);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		scenario_post(&s, values[i]);
	scenario_run(&s);
	assert_int_equal(s.retrieved, 6);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct program p;

		program_invoke(&p, &s, TA_WAIT, values[i], 0);
		scenario_run(&s);
		assert_true(p.done);
		assert_int_equal(p.last.ret, TEE_SUCCESS);
	}
	assert_true(osim_live_count(s.m, OSIM_LIVE_ALLOC) < 100);
	end(&s);
}

static void second_waiter_of_a_value_is_refused(void **state)
{
	struct scenario s = SCENARIO;
	struct program first, second;

	(void)state;
	begin(&s);
	program_invoke(&first, &s, TA_WAIT, 5, 0);
	assert_int_equal(osim_run_for(s.m, 10 * MS), 0);
	program_invoke(&second, &s, TA_WAIT, 5, 0);
	assert_int_equal(osim_run_for(s.m, 10 * MS), 0);
	assert_false(first.done);
	assert_true(second.done);
	assert_int_not_equal(second.last.ret, TEE_SUCCESS);
	scenario_post(&s, 5);
	scenario_run(&s);
	assert_true(first.done);
	assert_int_equal(first.last.ret, TEE_SUCCESS);
	end(&s);
}

static void value_above_the_maximum_is_refused_by_wait_and_send(void **state)
{
	struct scenario s = SCENARIO;
	struct program p;

	(void)state;
	begin(&s);
	program_invoke(&p, &s, TA_WAIT, 67, 0);
	scenario_run(&s);
	assert_int_equal(p.last.ret, TEE_ERROR_BAD_PARAMETERS);
	program_invoke(&p, &s, TA_SEND, 67, 0);
	scenario_run(&s);
	assert_int_equal(p.last.ret, TEE_ERROR_BAD_PARAMETERS);
	end(&s);
}

static void value_that_another_program_sends_is_a_value_like_others(void **state)
{
	struct scenario s = SCENARIO;
	struct program waiter, sender;

	(void)state;
	begin(&s);
	program_invoke(&waiter, &s, TA_WAIT, 8, 0);
	assert_int_equal(osim_run_for(s.m, 10 * MS), 0);
	program_invoke(&sender, &s, TA_SEND, 8, 0);
	scenario_run(&s);
	assert_true(waiter.done && sender.done);
	assert_int_equal(waiter.last.ret, TEE_SUCCESS);
	assert_int_equal(sender.last.ret, TEE_SUCCESS);
	assert_int_equal(s.interrupts, 0);
	end(&s);
}

static void wait_ends_after_its_timeout_in_milliseconds(void **state)
{
	struct scenario s = SCENARIO;
	uint64_t ms;
	struct program p;

	(void)state;
	begin(&s);
	program_invoke(&p, &s, TA_WAIT, 5, 100);
	if (scenario_deviates(&s, "no-timeout")) {
		assert_int_equal(osim_run_for(s.m, 10000 * MS), 0);
		assert_false(p.done);
		scenario_post(&s, 5);
		scenario_run(&s);
		end(&s);
		return;
	}
	scenario_run(&s);
	assert_int_equal(p.last.ret, TEE_ERROR_TIMEOUT);
	ms = (p.ended_ns - p.begun_ns) / MS;
	if (scenario_deviates(&s, "timeout-in-jiffies"))
		assert_in_range(ms, 396, 408);
	else
		assert_in_range(ms, 100, 108);
	/* Nothing is left of the wait: the value is kept for the next one. */
	value_reaches_its_waiter(&s, 5, true);
	end(&s);
}

static void post_before_enable_is_taken_when_the_driver_comes(void **state)
{
	struct scenario s = SCENARIO;

	(void)state;
	scenario_new(&s);
	scenario_post(&s, 4);
	scenario_post(&s, 0);
	scenario_run(&s);
	assert_int_equal(s.retrieved, 0);
	scenario_bind(&s);
	assert_int_equal(s.retrieved, 2);
	assert_int_equal(s.messages[OPTEE_MSG_CMD_DO_BOTTOM_HALF], 1);
	end(&s);
}

static void post_after_stop_waits_for_the_next_driver(void **state)
{
	struct scenario s = SCENARIO;

	(void)state;
	begin(&s);
	scenario_unbind(&s);
	scenario_post(&s, 4);
	scenario_run(&s);
	assert_int_equal(s.interrupts, 0);
	scenario_bind(&s);
	assert_int_equal(s.retrieved, 1);
	assert_int_equal(s.retrieved_last, 4);
	end(&s);
}

static void secure_world_without_notifications_gets_no_handler(void **state)
{
	struct scenario s = SCENARIO;
	struct program p;

	(void)state;
	s.secure.caps = CAP_RESERVED | CAP_DYNAMIC | CAP_NULL | CAP_RPC_ARG;
	begin(&s);
	assert_false(osim_irq_requested(s.m));
	assert_int_equal(osim_post(s.m, 0), -ENOTSUP);
	assert_int_equal(s.calls[OPTEE_SMC_FUNCID_ENABLE_ASYNC_NOTIF], 0);
	/* What secure threads tell each other goes up to 255 then. */
	program_invoke(&p, &s, TA_SEND, 256, 0);
	scenario_run(&s);
	assert_int_equal(p.last.ret, TEE_ERROR_BAD_PARAMETERS);
	program_invoke(&p, &s, TA_SEND, 255, 0);
	scenario_run(&s);
	assert_int_equal(p.last.ret, TEE_SUCCESS);
	program_invoke(&p, &s, TA_WAIT, 255, 0);
	scenario_run(&s);
	assert_int_equal(p.last.ret, TEE_SUCCESS);
	end(&s);
}

/* Puts err into a0 of the nth call of a function. */
struct refusal {
	struct osim_tap tap;
	uint64_t func, a0;
	unsigned int nth, seen;
};

static void refuse(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	struct refusal *r = tap->arg;

	if ((uint32_t)regs->a[0] != r->func || ++r->seen != r->nth) {
		osim_tap_next(tap, m, regs);
		return;
	}
	regs->a[0] = r->a0;
	regs->a[1] = 5; /* left-overs that mean nothing */
	regs->a[2] = 3;
}

static void refuse_call(struct scenario *s, struct refusal *r)
{
	r->tap.fn = refuse;
	r->tap.arg = r;
	osim_tap_add(s->m, &r->tap);
}

static void enable_that_is_refused_is_honoured(void **state)
{
	struct refusal r = {
		.func = OPTEE_SMC_ENABLE_ASYNC_NOTIF, .a0 = OPTEE_SMC_RETURN_ENOTAVAIL, .nth = 1};
	struct scenario s = SCENARIO;

	(void)state;
	scenario_new(&s);
	refuse_call(&s, &r);
	if (scenario_deviates(&s, "enable-ignored")) {
		scenario_bind(&s);
		assert_non_null(strstr(s.log, "otifications enabled"));
		end(&s);
		return;
	}
	assert_int_equal(osim_bind(s.m, s.driver, NULL), -EINVAL);
	assert_null(strstr(s.log, "otifications are enabled"));
	scenario_assert_clean(&s);
	scenario_assert_empty(&s);
	scenario_bind(&s);
	end(&s);
}

static void get_that_fails_ends_the_handler(void **state)
{
	struct refusal r = {.func = OPTEE_SMC_GET_ASYNC_NOTIF_VALUE,
			    .a0 = OPTEE_SMC_RETURN_ENOTAVAIL,
			    .nth = 2};
	struct scenario s = SCENARIO;

	(void)state;
	begin(&s);
	refuse_call(&s, &r);
	scenario_post(&s, 3);
	scenario_post(&s, 0);
	scenario_run(&s);
	scenario_expect(&s, "[   0ms] host        post 3\n"
			    "[   0ms] host        post 0\n"
			    "[   0ms] cpu0 irq    interrupt\n"
			    "[   0ms] cpu0 irq    > GET_ASYNC_NOTIF_VALUE = OK, value 0, more\n"
			    "[   0ms] cpu0 irq    > GET_ASYNC_NOTIF_VALUE = ENOTAVAIL\n"
			    "[   0ms] cpu0 irq    wakes its thread\n"
			    "[   0ms] cpu0 thread > DO_BOTTOM_HALF\n"
			    "[   0ms] cpu0 thread < DO_BOTTOM_HALF\n");
	/* What stood in the other registers was no value. */
	value_reaches_its_waiter(&s, 5, false);
	end(&s);
}

static void bottom_half_that_fails_is_reported_and_made_again(void **state)
{
	struct scenario s = SCENARIO;
	struct refusal r = {
		.func = OPTEE_SMC_CALL_WITH_ARG, .a0 = OPTEE_SMC_RETURN_ENOMEM, .nth = 1};

	(void)state;
	s.secure.caps = CAP_DYNAMIC | CAP_NULL | CAP_NOTIF;
	begin(&s);
	refuse_call(&s, &r);
	scenario_post(&s, 0);
	scenario_run(&s);
	if (scenario_deviates(&s, "bottom-half-ignored")) {
		assert_int_equal(s.bottom_halves, 0);
	} else {
		assert_int_equal(s.bottom_halves, 1);
		assert_non_null(strstr(s.log, "the bottom half: -12"));
	}
	end(&s);
}

static void bottom_half_waits_for_a_free_secure_thread(void **state)
{
	struct scenario s = SCENARIO;
	struct program p;

	(void)state;
	s.secure.thread_count = 1;
	begin(&s);
	program_invoke(&p, &s, TA_WAIT, 7, 0);
	assert_int_equal(osim_run_for(s.m, 10 * MS), 0);
	scenario_post(&s, 0);
	assert_int_equal(osim_run_for(s.m, 10 * MS), 0);
	assert_int_equal(s.bottom_halves, 0);
	scenario_post(&s, 7);
	scenario_run(&s);
	assert_true(p.done);
	assert_int_equal(s.bottom_halves, 1);
	end(&s);
}

static void value_is_never_lost_when_memory_is_short(void **state)
{
	struct scenario s = SCENARIO;

	(void)state;
	s.secure.max_notif_value = 100000;
	begin(&s);
	for (unsigned long n = 1; n <= 3; n++) {
		uint32_t value = (uint32_t)(20000 * n);
		struct program p;

		scenario_fail(&s, OSIM_FAULT_ALLOC, n);
		scenario_post(&s, value);
		scenario_run(&s);
		scenario_fail(&s, OSIM_FAULT_ALLOC, 0);
		program_invoke(&p, &s, TA_WAIT, value, 0);
		scenario_run(&s);
		assert_true(p.done);
		assert_int_equal(p.last.ret, TEE_SUCCESS);
	}
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scenario_test(value_1_is_taken_by_the_handler_alone),
		scenario_test(value_0_ends_as_bottom_half_in_the_thread),
		scenario_test(many_values_out_of_order_come_in_one_interrupt_lowest_first),
		scenario_test(value_wakes_who_waits_for_it),
		scenario_test(value_that_came_before_its_waiter_is_kept),
		scenario_test(maximum_is_a_value_like_others),
		scenario_test(maximum_of_0_leaves_the_bottom_half),
		scenario_test(maximum_of_32_bits_takes_no_memory_in_proportion),
		scenario_test(second_waiter_of_a_value_is_refused),
		scenario_test(value_above_the_maximum_is_refused_by_wait_and_send),
		scenario_test(value_that_another_program_sends_is_a_value_like_others),
		scenario_test(wait_ends_after_its_timeout_in_milliseconds),
		scenario_test(post_before_enable_is_taken_when_the_driver_comes),
		scenario_test(post_after_stop_waits_for_the_next_driver),
		scenario_test(secure_world_without_notifications_gets_no_handler),
		scenario_test(enable_that_is_refused_is_honoured),
		scenario_test(get_that_fails_ends_the_handler),
		scenario_test(bottom_half_that_fails_is_reported_and_made_again),
		scenario_test(bottom_half_waits_for_a_free_secure_thread),
		scenario_test(value_is_never_lost_when_memory_is_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
