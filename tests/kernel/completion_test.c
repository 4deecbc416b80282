/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/wait.h>

#define JIFFY_NS 4000000ull

static struct completion done;
static long results[8];
static unsigned int result_count;

static int setup(void **state)
{
	init_completion(&done);
	result_count = 0;
	return fixture_setup(state);
}

#define COMPLETION_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, fixture_teardown)

static void result(long value)
{
	assert_true(result_count < ARRAY_SIZE(results));
	results[result_count++] = value;
}

static struct osim_task *spawn(const char *name, void (*fn)(void))
{
	struct osim_task *task;

	assert_int_equal(osim_spawn(m, name, fixture_call, (void *)fn, -1, &task), 0);
	return task;
}

static void waiter(void)
{
	wait_for_completion(&done);
	result(0);
}

static void complete_wakes_one_waiter(void **state)
{
	(void)state;
	struct osim_task *one = spawn("one", waiter), *two = spawn("two", waiter);

	assert_int_equal(osim_run(m), -EDEADLK);
	complete(&done);
	assert_int_equal(osim_run(m), -EDEADLK);
	assert_true(osim_task_done(one));
	assert_false(osim_task_done(two));
	assert_false(completion_done(&done));
	complete_all(&done);
	assert_int_equal(osim_run(m), 0);
	assert_true(osim_task_done(two));
	assert_true(completion_done(&done));
	reinit_completion(&done);
	assert_false(completion_done(&done));
}

static void complete_before_the_wait_is_remembered_and_consumed(void **state)
{
	(void)state;
	complete(&done);
	complete(&done);
	spawn("one", waiter);
	assert_int_equal(osim_run(m), 0);
	assert_true(completion_done(&done));
	assert_true(try_wait_for_completion(&done));
	assert_false(try_wait_for_completion(&done));
	assert_string_equal(found(), "none");
}

static void timeout_waiter(void)
{
	result((long)wait_for_completion_timeout(&done, 25));
}

static void wait_timeout_ends_after_its_jiffies(void **state)
{
	(void)state;
	spawn("waiter", timeout_waiter);
	assert_int_equal(osim_run(m), 0);
	assert_int_equal(results[0], 0);
	assert_int_equal(osim_now_ns(m), 25 * JIFFY_NS);
	assert_string_equal(found(), "none");
}

static void completer(void)
{
	msleep(39); /* 10 jiffies, and one more */
	complete(&done);
}

static void wait_timeout_returns_what_is_left(void **state)
{
	(void)state;
	spawn("waiter", timeout_waiter);
	spawn("completer", completer);
	assert_int_equal(osim_run(m), 0);
	assert_int_equal(results[0], 14);
	assert_string_equal(found(), "none");
}

static void zero_timeouts(void)
{
	result((long)wait_for_completion_timeout(&done, 0));
	complete(&done);
	result((long)wait_for_completion_timeout(&done, 0));
}

static void wait_timeout_of_zero_looks_once(void **state)
{
	(void)state;
	in_thread(zero_timeouts);
	assert_int_equal(results[0], 0);
	assert_int_equal(results[1], 1);
}

static void interruptible_waiter(void)
{
	result(wait_for_completion_interruptible(&done));
}

static void killable_waiter(void)
{
	result(wait_for_completion_killable(&done));
}

static void uninterruptible_timeout_waiter(void)
{
	result(wait_for_completion_interruptible_timeout(&done, 10));
}

static void wait_interruptible_ends_with_any_signal(void **state)
{
	(void)state;
	struct osim_task *task = spawn("waiter", interruptible_waiter);

	assert_int_equal(osim_run_for(m, 0), 0);
	osim_task_signal(task, false);
	assert_int_equal(osim_run(m), 0);
	assert_int_equal(results[0], -ERESTARTSYS);
	assert_string_equal(found(), "none");
}

static void wait_killable_ends_with_a_fatal_signal(void **state)
{
	(void)state;
	struct osim_task *task = spawn("waiter", killable_waiter);

	assert_int_equal(osim_run_for(m, 0), 0);
	osim_task_signal(task, false);
	assert_int_equal(osim_run_for(m, 0), 0);
	assert_int_equal(result_count, 0);
	osim_task_signal(task, true);
	assert_int_equal(osim_run(m), 0);
	assert_int_equal(results[0], -ERESTARTSYS);
}

static void wait_interruptible_timeout_tells_a_signal_from_the_end_of_time(void **state)
{
	(void)state;
	struct osim_task *task;

	spawn("timed out", uninterruptible_timeout_waiter);
	assert_int_equal(osim_run(m), 0);
	assert_int_equal(results[0], 0);
	task = spawn("interrupted", uninterruptible_timeout_waiter);
	assert_int_equal(osim_run_for(m, 0), 0);
	osim_task_signal(task, false);
	assert_int_equal(osim_run(m), 0);
	assert_int_equal(results[1], -ERESTARTSYS);
}

static void atomic_waiter(void)
{
	preempt_disable();
	wait_for_completion(&done);
	assert_true(in_atomic());
	preempt_enable();
}

static void wait_with_preemption_off_is_found_and_waits(void **state)
{
	(void)state;
	struct osim_task *task = spawn("waiter", atomic_waiter);

	spawn("completer", completer);
	assert_int_equal(osim_run(m), 0);
	assert_true(osim_task_done(task));
	assert_string_equal(found(), "kernel.sleep-in-atomic");
}

static void uninitialised(void)
{
	struct completion c;

	memset(&c, 0, sizeof(c));
	complete(&c);
	wait_for_completion(&c);
}

static void completion_before_init_is_found(void **state)
{
	(void)state;
	in_thread(uninitialised);
	assert_string_equal(found(), "kernel.completion-uninitialised");
}

/* --- wait queues --- */

static DECLARE_WAIT_QUEUE_HEAD(queue);
static int condition;

static void event_waiter(void)
{
	wait_event(queue, condition);
	result(condition);
	result(wait_event_timeout(queue, condition > 1, 5));
	result(wait_event_interruptible(queue, condition));
}

static void event_setter(void)
{
	msleep(1);
	wake_up(&queue); /* for nothing */
	condition = 1;
	wake_up_all(&queue);
}

static void wait_event_looks_again_at_each_wake(void **state)
{
	(void)state;
	condition = 0;
	spawn("waiter", event_waiter);
	spawn("setter", event_setter);
	assert_int_equal(osim_run(m), 0);
	assert_int_equal(results[0], 1);
	assert_int_equal(results[1], 0);
	assert_int_equal(results[2], 0);
	assert_string_equal(found(), "none");
}

/* Somebody wakes while the condition is being looked at. */
static int looked(void)
{
	if (condition)
		return 1;
	condition = 1;
	wake_up(&queue);
	return 0;
}

static void racing_waiter(void)
{
	wait_event(queue, looked());
	result(1);
}

static void wait_event_does_not_lose_a_wake_during_the_condition(void **state)
{
	(void)state;
	condition = 0;
	in_thread(racing_waiter);
	assert_int_equal(result_count, 1);
}

static void plain_waiter(void)
{
	wait_event(queue, condition);
	result(1);
}

static void interruptible_event_waiter(void)
{
	result(wait_event_interruptible(queue, condition));
}

static void wake_up_wakes_all_whose_wait_is_not_exclusive(void **state)
{
	(void)state;
	condition = 0;
	spawn("one", plain_waiter);
	spawn("two", plain_waiter);
	assert_int_equal(osim_run_for(m, 0), 0);
	condition = 1;
	wake_up(&queue);
	assert_int_equal(osim_run(m), 0);
	assert_int_equal(result_count, 2);
}

static void wake_up_interruptible_leaves_out_waits_that_no_signal_ends(void **state)
{
	(void)state;
	condition = 0;
	spawn("one", plain_waiter);
	spawn("two", interruptible_event_waiter);
	assert_int_equal(osim_run_for(m, 0), 0);
	condition = 1;
	wake_up_interruptible(&queue);
	assert_int_equal(osim_run_for(m, 0), 0);
	assert_int_equal(result_count, 1);
	assert_int_equal(results[0], 0);
	wake_up(&queue);
	assert_int_equal(osim_run(m), 0);
	assert_int_equal(result_count, 2);
}

static void wait_event_with_a_signal_and_a_true_condition_succeeds(void **state)
{
	(void)state;
	struct osim_task *task = spawn("waiter", interruptible_event_waiter);

	condition = 0;
	assert_int_equal(osim_run_for(m, 0), 0);
	osim_task_signal(task, false);
	condition = 1;
	assert_int_equal(osim_run(m), 0);
	assert_int_equal(results[0], 0);
	condition = 0;
	task = spawn("waiter", interruptible_event_waiter);
	assert_int_equal(osim_run_for(m, 0), 0);
	osim_task_signal(task, false);
	assert_int_equal(osim_run(m), 0);
	assert_int_equal(results[1], -ERESTARTSYS);
}

static void event_in_atomic(void)
{
	preempt_disable();
	wait_event(queue, true);
	preempt_enable();
}

static void wait_event_where_one_cannot_sleep_is_found_whatever_the_condition(void **state)
{
	(void)state;
	in_thread(event_in_atomic);
	assert_string_equal(found(), "kernel.sleep-in-atomic");
}

/* --- time, threads --- */

static void clock_body(void)
{
	unsigned long before = jiffies;
	struct timespec64 ts;
	u64 ns = ktime_get_ns();

	assert_int_not_equal(before, 0);
	msleep(100);
	assert_int_equal(jiffies - before, 26); /* one more than asked for, as the kernel sleeps */
	assert_true(time_after(jiffies, before));
	assert_int_equal(ktime_get_ns() - ns, 26 * JIFFY_NS);
	assert_int_equal(msecs_to_jiffies(1), 1);
	assert_int_equal(msecs_to_jiffies(100), 25);
	assert_int_equal(jiffies_to_msecs(25), 100);
	ns = ktime_get_ns();
	usleep_range(10, 20);
	assert_int_equal(ktime_get_ns() - ns, 10000);
	udelay(7);
	assert_int_equal(ktime_get_ns() - ns, 17000);
	ktime_get_real_ts64(&ts);
	assert_int_equal(ts.tv_sec, OSIM__K_EPOCH_S);
	assert_int_equal(ts.tv_nsec, ktime_get_ns());
}

static void time_is_virtual_and_hz_is_250(void **state)
{
	(void)state;
	in_thread(clock_body);
	assert_string_equal(found(), "none");
}

static void sleeper(void)
{
	result((long)msleep_interruptible(1000));
}

static void msleep_interruptible_returns_what_is_left(void **state)
{
	(void)state;
	struct osim_task *task = spawn("sleeper", sleeper);

	assert_int_equal(osim_run_for(m, 100 * JIFFY_NS), 0);
	osim_task_signal(task, false);
	assert_int_equal(osim_run(m), 0);
	assert_int_equal(results[0], 1004 - 400);
}

static void sleep_atomic(void)
{
	unsigned long flags;

	local_irq_save(flags);
	msleep(1);
	assert_true(irqs_disabled());
	local_irq_restore(flags);
}

static void msleep_with_interrupts_off_is_found(void **state)
{
	(void)state;
	in_thread(sleep_atomic);
	assert_string_equal(found(), "kernel.sleep-in-atomic");
}

static int thread_fn(void *data)
{
	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!kthread_should_stop())
			schedule();
		(*(int *)data)++;
	}
	return 42;
}

static void thread_body(void)
{
	int turns = 0;
	struct task_struct *task = kthread_run(thread_fn, &turns, "worker%d", 7);

	assert_false(IS_ERR(task));
	assert_string_equal(task->comm, "worker7");
	assert_null(task->mm);
	msleep(1);
	assert_int_equal(turns, 0);
	wake_up_process(task);
	msleep(1);
	assert_int_equal(turns, 1);
	assert_int_equal(kthread_stop(task), 42);
	assert_int_equal(turns, 2);
	task = kthread_create(thread_fn, &turns, "never");
	assert_int_equal(kthread_stop(task), -EINTR);
}

static void kthread_runs_until_it_is_stopped(void **state)
{
	(void)state;
	in_thread(thread_body);
	assert_string_equal(found(), "none");
}

static void current_body(void)
{
	assert_string_equal(current->comm, "test");
	assert_non_null(current->mm);
	assert_ptr_equal(current, current);
	assert_false(signal_pending(current));
	assert_int_equal(current->pid, task_pid_nr(current));
}

static void current_is_the_thread(void **state)
{
	(void)state;
	in_thread(current_body);
	assert_string_equal(found(), "none");
}

static bool other_ran;

static void other(void)
{
	other_ran = true;
}

static void resched_body(void)
{
	spawn("other", other);
	for (int i = 0; i < 10 && !other_ran; i++)
		cond_resched();
	assert_true(other_ran);
}

static void cond_resched_lets_another_thread_run(void **state)
{
	const struct osim_options options = {.size = sizeof(options), .cpus = 1, .no_secure = true};

	(void)state;
	osim_machine_free(m);
	assert_int_equal(osim_machine_new(&options, &m), 0);
	osim_enter(m);
	other_ran = false;
	in_thread(resched_body);
	assert_string_equal(found(), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		COMPLETION_TEST(complete_wakes_one_waiter),
		COMPLETION_TEST(complete_before_the_wait_is_remembered_and_consumed),
		COMPLETION_TEST(wait_timeout_ends_after_its_jiffies),
		COMPLETION_TEST(wait_timeout_returns_what_is_left),
		COMPLETION_TEST(wait_timeout_of_zero_looks_once),
		COMPLETION_TEST(wait_interruptible_ends_with_any_signal),
		COMPLETION_TEST(wait_killable_ends_with_a_fatal_signal),
		COMPLETION_TEST(wait_interruptible_timeout_tells_a_signal_from_the_end_of_time),
		COMPLETION_TEST(wait_with_preemption_off_is_found_and_waits),
		COMPLETION_TEST(completion_before_init_is_found),
		COMPLETION_TEST(wait_event_looks_again_at_each_wake),
		COMPLETION_TEST(wait_event_does_not_lose_a_wake_during_the_condition),
		COMPLETION_TEST(wait_event_where_one_cannot_sleep_is_found_whatever_the_condition),
		COMPLETION_TEST(wake_up_wakes_all_whose_wait_is_not_exclusive),
		COMPLETION_TEST(wake_up_interruptible_leaves_out_waits_that_no_signal_ends),
		COMPLETION_TEST(wait_event_with_a_signal_and_a_true_condition_succeeds),
		COMPLETION_TEST(time_is_virtual_and_hz_is_250),
		COMPLETION_TEST(msleep_interruptible_returns_what_is_left),
		COMPLETION_TEST(msleep_with_interrupts_off_is_found),
		COMPLETION_TEST(kthread_runs_until_it_is_stopped),
		COMPLETION_TEST(current_is_the_thread),
		COMPLETION_TEST(cond_resched_lets_another_thread_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
