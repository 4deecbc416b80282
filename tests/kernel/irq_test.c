/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/irqdomain.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "kernel/kernel.h"

static unsigned int irq;
static unsigned int handled, threaded;
static irqreturn_t answer;
static bool was_in_irq, was_atomic, thread_could_sleep;
static char names[64];

static int setup_intid(void **state, uint32_t intid)
{
	int rc = fixture_setup(state);

	handled = threaded = 0;
	answer = IRQ_HANDLED;
	if (!rc)
		irq = osim__k_irq_map(osim__kernel_of(m), intid, OSIM__SITE);
	return rc;
}

static int setup(void **state)
{
	return setup_intid(state, OSIM_NOTIF_INTID);
}

static int setup_percpu(void **state)
{
	return setup_intid(state, OSIM_NOTIF_PPI_INTID);
}

static int teardown(void **state)
{
	irq_dispose_mapping(irq);
	return fixture_teardown(state);
}

#define IRQ_TEST(fn)	cmocka_unit_test_setup_teardown(fn, setup, teardown)
#define PERCPU_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup_percpu, teardown)

static void raise(void)
{
	assert_int_equal(osim_irq_raise(m, OSIM_NOTIF_INTID, 0), 0);
}

static irqreturn_t handler(int number, void *dev_id)
{
	assert_int_equal(number, irq);
	assert_ptr_equal(dev_id, &handled);
	handled++;
	was_in_irq = in_hardirq();
	was_atomic = irqs_disabled();
	return answer;
}

static irqreturn_t thread_fn(int number, void *dev_id)
{
	assert_int_equal(number, irq);
	threaded++;
	thread_could_sleep = !in_hardirq() && preemptible();
	snprintf(names, sizeof(names), "%s", osim__sched_current(&m->sched)->name);
	msleep(1);
	return IRQ_HANDLED;
}

static void request_body(void)
{
	assert_int_equal(request_threaded_irq(irq, handler, thread_fn, 0, "widget", &handled), 0);
}

static void free_body(void)
{
	assert_string_equal(free_irq(irq, &handled), "widget");
}

static void raised_interrupt_runs_the_handler_and_its_thread_when_asked(void **state)
{
	(void)state;
	in_thread(request_body);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_IRQ), 1);
	raise();
	assert_int_equal(osim_run(m), 0);
	assert_int_equal(handled, 1);
	assert_int_equal(threaded, 0);
	assert_true(was_in_irq);
	assert_true(was_atomic);
	answer = IRQ_WAKE_THREAD;
	raise();
	raise(); /* merges */
	assert_int_equal(osim_run(m), 0);
	assert_int_equal(handled, 2);
	assert_int_equal(threaded, 1);
	assert_true(thread_could_sleep);
	assert_string_equal(names, "irq/40-widget");
	in_thread(free_body);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_IRQ), 0);
	assert_string_equal(found(), "none");
}

static void interrupt_raised_before_the_request_comes_in_with_it(void **state)
{
	(void)state;
	raise();
	assert_int_equal(osim_run(m), 0);
	in_thread(request_body);
	assert_int_equal(handled, 1);
	in_thread(free_body);
	assert_string_equal(found(), "none");
}

static void bad_requests(void)
{
	const unsigned long shared = IRQF_SHARED;

	assert_int_equal(request_irq(irq, NULL, 0, "x", NULL), -EINVAL);
	assert_int_equal(request_threaded_irq(irq, NULL, thread_fn, 0, "x", NULL), -EINVAL);
	assert_int_equal(request_irq(irq + 1, handler, 0, "x", NULL), -EINVAL);
	assert_int_equal(request_irq(0, handler, 0, "x", NULL), -EINVAL);
	assert_int_equal(request_irq(irq, handler, shared, "x", NULL), -EINVAL);
	assert_int_equal(request_percpu_irq(irq, handler, "x", &handled), -EINVAL);
	assert_int_equal(request_irq(irq, handler, 0, "widget", &handled), 0);
	assert_int_equal(request_irq(irq, handler, 0, "x", &threaded), -EBUSY);
	assert_int_equal(request_irq(irq, handler, shared, "x", &threaded), -EBUSY);
	free_irq(irq, &handled);
}

static void bad_request_is_refused(void **state)
{
	(void)state;
	in_thread(bad_requests);
	assert_string_equal(found(), "none");
}

static irqreturn_t other_handler(int number, void *dev_id)
{
	threaded++;
	return IRQ_NONE;
}

static void shared_body(void)
{
	assert_int_equal(request_irq(irq, handler, IRQF_SHARED, "one", &handled), 0);
	assert_int_equal(request_irq(irq, other_handler, IRQF_SHARED, "two", &threaded), 0);
	raise();
	local_irq_disable();
	local_irq_enable();
	free_irq(irq, &handled);
	raise();
	local_irq_disable();
	local_irq_enable();
	free_irq(irq, &threaded);
}

static void shared_line_runs_every_handler_that_is_left(void **state)
{
	(void)state;
	in_thread(shared_body);
	assert_int_equal(handled, 1);
	assert_int_equal(threaded, 2);
	assert_string_equal(found(), "none");
}

/*
 * A line that is masked while its thread runs does not interrupt it; without IRQF_ONESHOT it does.
 */
static irqreturn_t raising_thread(int number, void *dev_id)
{
	unsigned int before = handled;

	if (threaded++)
		return IRQ_HANDLED;
	raise();
	msleep(1);
	*(unsigned int *)dev_id += handled == before ? 100 : 200;
	return IRQ_HANDLED;
}

static void oneshot_body(void)
{
	answer = IRQ_WAKE_THREAD;
	assert_int_equal(request_threaded_irq(irq, handler, raising_thread, IRQF_ONESHOT, "oneshot",
					      &handled),
			 0);
	raise();
	msleep(10);
	free_irq(irq, &handled);
	assert_int_equal(handled, 102);
	assert_int_equal(threaded, 2);
}

static void plain_body(void)
{
	answer = IRQ_WAKE_THREAD;
	assert_int_equal(request_threaded_irq(irq, handler, raising_thread, 0, "plain", &handled),
			 0);
	raise();
	msleep(10);
	free_irq(irq, &handled);
	assert_int_equal(handled, 202);
	assert_int_equal(threaded, 2);
}

static void oneshot_line_is_masked_until_the_thread_has_run(void **state)
{
	(void)state;
	in_thread(oneshot_body);
	assert_string_equal(found(), "none");
}

static void plain_line_is_open_while_the_thread_runs(void **state)
{
	(void)state;
	in_thread(plain_body);
	assert_string_equal(found(), "none");
}

static void free_waits_body(void)
{
	answer = IRQ_WAKE_THREAD;
	request_body();
	raise();
	local_irq_disable();
	local_irq_enable();
	assert_int_equal(threaded, 0);
	free_body(); /* the thread has yet to run */
	assert_int_equal(threaded, 1);
	assert_true(osim_now_ns(m) >= 4000000);
}

static void free_irq_waits_for_the_thread(void **state)
{
	(void)state;
	in_thread(free_waits_body);
	assert_string_equal(found(), "none");
}

static void synchronize_body(void)
{
	answer = IRQ_WAKE_THREAD;
	request_body();
	raise();
	local_irq_disable();
	local_irq_enable();
	disable_irq_nosync(irq);
	synchronize_irq(irq);
	assert_int_equal(threaded, 1);
	raise();
	local_irq_disable();
	local_irq_enable();
	assert_int_equal(handled, 1);
	disable_irq(irq);
	enable_irq(irq);
	assert_int_equal(handled, 1);
	enable_irq(irq); /* the line is latched: it comes in now */
	assert_int_equal(handled, 2);
	synchronize_irq(irq);
	assert_int_equal(threaded, 2);
	free_body();
}

static void disable_irq_nests_and_keeps_the_edge(void **state)
{
	(void)state;
	in_thread(synchronize_body);
	assert_string_equal(found(), "none");
}

static void unbalanced(void)
{
	request_body();
	enable_irq(irq);
	free_body();
}

static void enable_irq_once_too_often_is_found(void **state)
{
	(void)state;
	in_thread(unbalanced);
	assert_string_equal(found(), "kernel.irq-enable-unbalanced");
}

static void free_unknown(void)
{
	assert_null(free_irq(irq, &handled));
}

static void free_irq_that_was_not_requested_is_found(void **state)
{
	(void)state;
	in_thread(free_unknown);
	assert_string_equal(found(), "kernel.irq-not-requested");
}

static void dispose_in_use(void)
{
	request_body();
	irq_dispose_mapping(irq);
	free_body();
}

static void mapping_disposed_while_requested_is_found(void **state)
{
	(void)state;
	in_thread(dispose_in_use);
	assert_string_equal(found(), "kernel.irq-disposed-in-use");
}

static void disposed_number(void)
{
	irq_dispose_mapping(irq);
	assert_int_equal(request_irq(irq, handler, 0, "x", &handled), -EINVAL);
	irq_dispose_mapping(0);
}

static void number_without_mapping_is_refused(void **state)
{
	(void)state;
	assert_int_equal(osim_live_count(m, OSIM_LIVE_MAPPING), 1);
	in_thread(disposed_number);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_MAPPING), 0);
	assert_string_equal(found(), "none");
}

/* --- what handlers must not do --- */

static struct mutex mutex;
static DEFINE_SPINLOCK(lock);

static irqreturn_t sleeping_handler(int number, void *dev_id)
{
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	return IRQ_HANDLED;
}

static irqreturn_t locking_handler(int number, void *dev_id)
{
	spin_lock(&lock);
	return IRQ_HANDLED;
}

static irqreturn_t using_handler(int number, void *dev_id)
{
	spin_lock(&lock);
	spin_unlock(&lock);
	return IRQ_HANDLED;
}

static irqreturn_t asking_handler(int number, void *dev_id)
{
	return IRQ_WAKE_THREAD;
}

static irqreturn_t odd_handler(int number, void *dev_id)
{
	return (irqreturn_t)7;
}

static irqreturn_t enabling_handler(int number, void *dev_id)
{
	local_irq_enable();
	return IRQ_HANDLED;
}

static irq_handler_t bad_handler;

static void bad_handler_body(void)
{
	assert_int_equal(request_irq(irq, bad_handler, 0, "bad", &handled), 0);
	raise();
	local_irq_disable();
	local_irq_enable();
	free_irq(irq, &handled);
	assert_true(preemptible());
}

static void run_bad(irq_handler_t fn, const char *id)
{
	bad_handler = fn;
	mutex_init(&mutex);
	spin_lock_init(&lock);
	in_thread(bad_handler_body);
	assert_string_equal(found(), id);
}

static void handler_that_sleeps_is_found(void **state)
{
	(void)state;
	run_bad(sleeping_handler, "kernel.sleep-in-atomic");
	assert_non_null(strstr(osim_finding_get(m, 0)->where, "sleeping_handler"));
}

static void handler_that_keeps_a_lock_is_found(void **state)
{
	(void)state;
	run_bad(locking_handler, "kernel.irq-left-atomic");
}

static void handler_that_asks_for_a_thread_it_has_not_is_found(void **state)
{
	(void)state;
	run_bad(asking_handler, "kernel.irq-no-thread");
}

static void handler_that_returns_nonsense_is_found(void **state)
{
	(void)state;
	run_bad(odd_handler, "kernel.irq-bad-return");
}

static void handler_that_enables_interrupts_is_found(void **state)
{
	(void)state;
	run_bad(enabling_handler, "kernel.irqs-on-in-handler");
}

static void unsafe_body(void)
{
	assert_int_equal(request_irq(irq, using_handler, 0, "unsafe", &handled), 0);
	spin_lock(&lock); /* should have been irqsave */
	spin_unlock(&lock);
	raise();
	local_irq_disable();
	local_irq_enable();
	free_irq(irq, &handled);
}

static void lock_of_a_handler_taken_with_interrupts_on_is_found(void **state)
{
	(void)state;
	spin_lock_init(&lock);
	in_thread(unsafe_body);
	assert_string_equal(found(), "kernel.lock-irq-unsafe");
}

/* --- per-CPU lines --- */

struct per_cpu_data {
	unsigned int handled;
	unsigned int cpu;
};

static struct per_cpu_data __percpu *data;

static irqreturn_t percpu_handler(int number, void *dev_id)
{
	struct per_cpu_data *mine = dev_id;

	mine->handled++;
	mine->cpu = smp_processor_id();
	return IRQ_HANDLED;
}

static void percpu_enable(void)
{
	enable_percpu_irq(irq, IRQ_TYPE_NONE);
	assert_true(irq_percpu_is_enabled(irq));
}

static void percpu_disable(void)
{
	disable_percpu_irq(irq);
}

static void percpu_request(void)
{
	data = alloc_percpu(struct per_cpu_data);
	assert_int_equal(request_irq(irq, handler, 0, "x", &handled), -EINVAL);
	assert_int_equal(request_percpu_irq(irq, percpu_handler, "percpu", NULL), -EINVAL);
	assert_int_equal(request_percpu_irq(irq, percpu_handler, "percpu", data), 0);
	assert_int_equal(request_percpu_irq(irq, percpu_handler, "percpu", data), -EBUSY);
}

static void percpu_free(void)
{
	free_percpu_irq(irq, data);
	free_percpu(data);
}

static void on_cpu(void (*fn)(void), int cpu)
{
	assert_int_equal(osim_spawn(m, "test", fixture_call, (void *)fn, cpu, NULL), 0);
	assert_int_equal(osim_run(m), 0);
}

static void percpu_line_is_enabled_on_each_cpu_by_itself(void **state)
{
	(void)state;
	assert_true(irq_is_percpu_devid(irq));
	in_thread(percpu_request);
	on_cpu(percpu_enable, 1);
	assert_int_equal(osim_irq_raise(m, OSIM_NOTIF_PPI_INTID, 0), 0);
	assert_int_equal(osim_irq_raise(m, OSIM_NOTIF_PPI_INTID, 1), 0);
	assert_int_equal(osim_run(m), 0);
	assert_int_equal(per_cpu_ptr(data, 0)->handled, 0);
	assert_int_equal(per_cpu_ptr(data, 1)->handled, 1);
	assert_int_equal(per_cpu_ptr(data, 1)->cpu, 1);
	on_cpu(percpu_enable, 0);
	assert_int_equal(osim_run(m), 0);
	assert_int_equal(per_cpu_ptr(data, 0)->handled, 1);
	assert_int_equal(per_cpu_ptr(data, 0)->cpu, 0);
	on_cpu(percpu_disable, 0);
	on_cpu(percpu_disable, 1);
	in_thread(percpu_free);
	assert_string_equal(found(), "none");
}

static void percpu_irq_freed_while_enabled_is_found(void **state)
{
	(void)state;
	in_thread(percpu_request);
	on_cpu(percpu_enable, 1);
	in_thread(percpu_free);
	assert_string_equal(found(), "kernel.irq-still-enabled");
}

static void request_faults(void)
{
	fail_nth(OSIM_FAULT_IRQ, 1, -EBUSY);
	assert_int_equal(request_irq(irq, handler, 0, "widget", &handled), -EBUSY);
	assert_int_equal(request_irq(irq, handler, 0, "widget", &handled), 0);
	free_irq(irq, &handled);
}

static void request_fails_when_a_fault_says_so(void **state)
{
	(void)state;
	in_thread(request_faults);
	assert_string_equal(found(), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IRQ_TEST(raised_interrupt_runs_the_handler_and_its_thread_when_asked),
		IRQ_TEST(interrupt_raised_before_the_request_comes_in_with_it),
		IRQ_TEST(bad_request_is_refused),
		IRQ_TEST(shared_line_runs_every_handler_that_is_left),
		IRQ_TEST(oneshot_line_is_masked_until_the_thread_has_run),
		IRQ_TEST(plain_line_is_open_while_the_thread_runs),
		IRQ_TEST(free_irq_waits_for_the_thread),
		IRQ_TEST(disable_irq_nests_and_keeps_the_edge),
		IRQ_TEST(enable_irq_once_too_often_is_found),
		IRQ_TEST(free_irq_that_was_not_requested_is_found),
		IRQ_TEST(mapping_disposed_while_requested_is_found),
		IRQ_TEST(number_without_mapping_is_refused),
		IRQ_TEST(handler_that_sleeps_is_found),
		IRQ_TEST(handler_that_keeps_a_lock_is_found),
		IRQ_TEST(handler_that_asks_for_a_thread_it_has_not_is_found),
		IRQ_TEST(handler_that_returns_nonsense_is_found),
		IRQ_TEST(handler_that_enables_interrupts_is_found),
		IRQ_TEST(lock_of_a_handler_taken_with_interrupts_on_is_found),
		IRQ_TEST(request_fails_when_a_fault_says_so),
		PERCPU_TEST(percpu_line_is_enabled_on_each_cpu_by_itself),
		PERCPU_TEST(percpu_irq_freed_while_enabled_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
