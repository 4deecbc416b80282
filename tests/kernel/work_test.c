/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

#include <linux/delay.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "kernel/kernel.h"

static unsigned int runs, running, most_running;
static struct workqueue_struct *wq;
static struct work_struct work, work2, work3;
static struct delayed_work delayed;
static char thread_name[32];

static int setup(void **state)
{
	runs = running = most_running = 0;
	return fixture_setup(state);
}

#define WORK_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, fixture_teardown)

static void quick(struct work_struct *w)
{
	runs++;
	snprintf(thread_name, sizeof(thread_name), "%s", osim__sched_current(&m->sched)->name);
}

static void slow(struct work_struct *w)
{
	running++;
	if (running > most_running)
		most_running = running;
	msleep(20);
	running--;
	runs++;
}

static void queue_body(void)
{
	wq = create_workqueue("test_wq");
	assert_non_null(wq);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_WORK), 1);
	INIT_WORK(&work, quick);
	assert_true(queue_work(wq, &work));
	assert_false(queue_work(wq, &work)); /* pending */
	assert_true(work_pending(&work));
	flush_workqueue(wq);
	assert_int_equal(runs, 1);
	assert_false(work_pending(&work));
	assert_true(queue_work(wq, &work));
	destroy_workqueue(wq); /* drains */
	assert_int_equal(runs, 2);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_WORK), 0);
}

static void queued_work_runs_once_and_destroy_drains(void **state)
{
	(void)state;
	in_thread(queue_body);
	assert_non_null(strstr(thread_name, "kworker/"));
	assert_non_null(strstr(thread_name, "test_wq"));
	assert_string_equal(found(), "none");
}

static void at_once(unsigned int expect)
{
	INIT_WORK(&work, slow);
	INIT_WORK(&work2, slow);
	INIT_WORK(&work3, slow);
	queue_work_on(0, wq, &work);
	queue_work_on(0, wq, &work2);
	queue_work_on(0, wq, &work3);
	flush_workqueue(wq);
	assert_int_equal(runs, 3);
	assert_int_equal(most_running, expect);
	destroy_workqueue(wq);
}

static void one_at_once(void)
{
	wq = create_workqueue("one");
	at_once(1);
}

static void two_at_once(void)
{
	wq = alloc_workqueue("two%d", WQ_UNBOUND, 2, 2);
	at_once(2);
}

static void ordered(void)
{
	wq = alloc_ordered_workqueue("ordered", 0);
	at_once(1);
}

static void queue_runs_as_many_at_once_as_it_allows(void **state)
{
	(void)state;
	in_thread(one_at_once);
	runs = most_running = 0;
	in_thread(two_at_once);
	runs = most_running = 0;
	in_thread(ordered);
	assert_string_equal(found(), "none");
}

static void again_body(void)
{
	INIT_WORK(&work, slow);
	schedule_work(&work);
	cond_resched();
	msleep(1); /* it runs, in its own sleep */
	assert_int_equal(running, 1);
	assert_true(schedule_work(&work));
	flush_work(&work);
	assert_int_equal(runs, 2);
	assert_int_equal(most_running, 1);
}

static void work_queued_while_it_runs_never_runs_twice_at_once(void **state)
{
	(void)state;
	in_thread(again_body);
	assert_string_equal(found(), "none");
}

static void cancel_body(void)
{
	INIT_WORK(&work, slow);
	assert_false(cancel_work_sync(&work));
	schedule_work(&work);
	assert_true(cancel_work_sync(&work));
	msleep(100);
	assert_int_equal(runs, 0);
	schedule_work(&work);
	msleep(1);
	assert_int_equal(running, 1);
	assert_false(cancel_work_sync(&work)); /* too late: it waits for the end */
	assert_int_equal(runs, 1);
	assert_int_equal(running, 0);
}

static void cancel_takes_pending_work_off_and_waits_for_running(void **state)
{
	(void)state;
	in_thread(cancel_body);
	assert_string_equal(found(), "none");
}

static void from_atomic_body(void)
{
	unsigned long flags;

	INIT_WORK(&work, quick);
	local_irq_save(flags);
	assert_true(schedule_work(&work));
	local_irq_restore(flags);
	flush_work(&work);
	assert_int_equal(runs, 1);
}

static void work_may_be_queued_with_interrupts_off(void **state)
{
	(void)state;
	in_thread(from_atomic_body);
	assert_string_equal(found(), "none");
}

static void cancel_atomic(void)
{
	INIT_WORK(&work, quick);
	preempt_disable();
	cancel_work_sync(&work);
	preempt_enable();
}

static void cancel_sync_with_preemption_off_is_found(void **state)
{
	(void)state;
	in_thread(cancel_atomic);
	assert_string_equal(found(), "kernel.sleep-in-atomic");
}

static void uninitialised(void)
{
	memset(&work, 0, sizeof(work));
	assert_false(schedule_work(&work));
	assert_false(cancel_work_sync(&work));
}

static void work_before_init_is_found(void **state)
{
	(void)state;
	in_thread(uninitialised);
	assert_string_equal(osim_finding_get(m, 0)->id, "kernel.work-uninitialised");
}

static void self_waiter(struct work_struct *w)
{
	cancel_work_sync(w);
	runs++;
}

static void self_body(void)
{
	INIT_WORK(&work, self_waiter);
	schedule_work(&work);
	msleep(1);
	assert_int_equal(runs, 1);
}

static void work_that_waits_for_itself_is_found(void **state)
{
	(void)state;
	in_thread(self_body);
	assert_string_equal(found(), "kernel.work-waits-for-itself");
}

static DEFINE_SPINLOCK(lock);

static void leaver(struct work_struct *w)
{
	spin_lock(&lock);
	runs++;
}

static void left_body(void)
{
	INIT_WORK(&work, leaver);
	schedule_work(&work);
	msleep(1);
	assert_int_equal(runs, 1);
}

static void work_that_keeps_a_lock_is_found(void **state)
{
	(void)state;
	in_thread(left_body);
	assert_string_equal(found(), "kernel.work-left-atomic");
}

static void gone_body(void)
{
	wq = create_workqueue("gone");
	destroy_workqueue(wq);
	INIT_WORK(&work, quick);
	assert_false(queue_work(wq, &work));
}

static void queue_used_after_destroy_is_found(void **state)
{
	(void)state;
	in_thread(gone_body);
	assert_string_equal(found(), "kernel.workqueue-gone");
}

static void chain(struct work_struct *w)
{
	if (++runs < 3)
		queue_work(wq, w);
}

static void chain_body(void)
{
	wq = create_workqueue("chain");
	INIT_WORK(&work, chain);
	queue_work(wq, &work);
	destroy_workqueue(wq);
	assert_int_equal(runs, 3);
}

static void destroy_waits_for_work_that_queues_itself(void **state)
{
	(void)state;
	in_thread(chain_body);
	assert_string_equal(found(), "none");
}

static void late_queuer(void)
{
	assert_false(queue_work(wq, &work2));
}

static void draining_body(void)
{
	wq = create_workqueue("draining");
	INIT_WORK(&work, slow);
	INIT_WORK(&work2, quick);
	queue_work(wq, &work);
	msleep(1);
	osim_spawn(m, "late", fixture_call, (void *)late_queuer, -1, NULL);
	destroy_workqueue(wq);
	assert_int_equal(runs, 1);
}

static void work_queued_while_its_queue_is_destroyed_is_found(void **state)
{
	(void)state;
	in_thread(draining_body);
	assert_string_equal(found(), "kernel.workqueue-draining");
}

static void alloc_fails(void)
{
	fail_nth(OSIM_FAULT_WORK, 1, -ENOMEM);
	assert_null(create_workqueue("none"));
}

static void workqueue_allocation_fails_when_a_fault_says_so(void **state)
{
	(void)state;
	in_thread(alloc_fails);
	assert_string_equal(found(), "none");
}

/* --- items that queue themselves --- */

static void repeater(struct work_struct *w)
{
	msleep(10);
	runs++;
	queue_work(wq, w);
}

static void delayed_repeater(struct work_struct *w)
{
	msleep(10);
	runs++;
	queue_delayed_work(wq, to_delayed_work(w), 1);
}

static void cancel_repeater_body(void)
{
	wq = create_workqueue("repeats");
	INIT_WORK(&work, repeater);
	INIT_DELAYED_WORK(&delayed, delayed_repeater);
	queue_work(wq, &work);
	queue_delayed_work(wq, &delayed, 0);
	msleep(1);
	cancel_work_sync(&work);
	cancel_delayed_work_sync(&delayed);
	assert_false(work_pending(&work));
	assert_false(delayed_work_pending(&delayed));
	runs = 0;
	msleep(100);
	assert_int_equal(runs, 0);
	/* That was not for ever. */
	assert_true(queue_work(wq, &work));
	msleep(1);
	cancel_work_sync(&work);
	assert_int_equal(runs, 1);
	destroy_workqueue(wq);
}

static void cancel_sync_ends_work_that_queues_itself(void **state)
{
	(void)state;
	in_thread(cancel_repeater_body);
	assert_string_equal(found(), "none");
}

static void slow_chain(struct work_struct *w)
{
	msleep(10);
	chain(w);
}

static void drain_body(void)
{
	wq = create_workqueue("drained");
	INIT_WORK(&work, slow_chain);
	queue_work(wq, &work);
	drain_workqueue(wq);
	assert_int_equal(runs, 3);
	queue_work(wq, &work);
	destroy_workqueue(wq);
	assert_int_equal(runs, 4);
}

static void drain_waits_for_work_that_queues_itself(void **state)
{
	(void)state;
	in_thread(drain_body);
	assert_string_equal(found(), "none");
}

static void mover(struct work_struct *w)
{
	if (!runs++)
		queue_work(wq, w);
	msleep(10);
}

static void moved_body(void)
{
	wq = create_workqueue("other");
	INIT_WORK(&work, mover);
	schedule_work(&work);
	msleep(100);
	assert_int_equal(runs, 2);
	destroy_workqueue(wq);
}

static void work_queued_elsewhere_while_it_runs_runs_again(void **state)
{
	(void)state;
	in_thread(moved_body);
	assert_string_equal(found(), "none");
}

/* --- delayed --- */

static void delayed_body(void)
{
	unsigned long start = jiffies;

	INIT_DELAYED_WORK(&delayed, quick);
	assert_true(schedule_delayed_work(&delayed, 5));
	assert_false(schedule_delayed_work(&delayed, 1));
	assert_true(delayed_work_pending(&delayed));
	schedule_timeout_uninterruptible(4);
	assert_int_equal(runs, 0);
	schedule_timeout_uninterruptible(2);
	assert_int_equal(runs, 1);
	assert_int_equal(jiffies - start, 6);

	schedule_delayed_work(&delayed, 5);
	assert_true(cancel_delayed_work_sync(&delayed));
	schedule_timeout_uninterruptible(10);
	assert_int_equal(runs, 1);

	schedule_delayed_work(&delayed, 100);
	assert_true(mod_delayed_work(system_wq, &delayed, 1));
	schedule_timeout_uninterruptible(3);
	assert_int_equal(runs, 2);

	schedule_delayed_work(&delayed, 100);
	flush_delayed_work(&delayed);
	assert_int_equal(runs, 3);
	assert_true(schedule_delayed_work(&delayed, 0));
	flush_delayed_work(&delayed);
	assert_int_equal(runs, 4);
}

static void delayed_work_runs_in_its_time(void **state)
{
	(void)state;
	in_thread(delayed_body);
	assert_string_equal(found(), "none");
}

static void idle_modified(void)
{
	INIT_DELAYED_WORK(&delayed, quick);
	assert_false(mod_delayed_work(system_wq, &delayed, 2));
	assert_true(mod_delayed_work(system_wq, &delayed, 0));
	flush_delayed_work(&delayed);
	assert_false(mod_delayed_work(system_wq, &delayed, 0));
	flush_delayed_work(&delayed);
	assert_int_equal(runs, 2);
}

static void mod_delayed_work_tells_whether_it_was_pending(void **state)
{
	(void)state;
	in_thread(idle_modified);
	assert_string_equal(found(), "none");
}

static void too_late_body(void)
{
	wq = create_workqueue("short");
	INIT_DELAYED_WORK(&delayed, quick);
	queue_delayed_work(wq, &delayed, 5);
	destroy_workqueue(wq);
	msleep(100);
	assert_int_equal(runs, 0);
	assert_false(delayed_work_pending(&delayed));
}

static void delayed_work_of_a_queue_that_is_gone_is_found(void **state)
{
	(void)state;
	in_thread(too_late_body);
	assert_string_equal(found(), "kernel.workqueue-gone");
}

/* Another thread arms it anew between the steps of a cancellation. */
static void modifier(void)
{
	mod_delayed_work(system_wq, &delayed, 3);
}

static void raced_body(void)
{
	INIT_DELAYED_WORK(&delayed, quick);
	schedule_delayed_work(&delayed, 5);
	osim_spawn(m, "modifier", fixture_call, (void *)modifier, -1, NULL);
	cancel_delayed_work(&delayed);
	msleep(100);
	assert_false(delayed_work_pending(&delayed));
	cancel_delayed_work_sync(&delayed);
}

static void delayed_work_cancelled_while_it_is_modified_stays_whole(void **state)
{
	(void)state;
	struct osim_chooser_seeded seeded;

	m->sched.slow |= OSIM__SLOW_CHOOSER;
	for (unsigned int seed = 0; seed < 64; seed++) {
		m->sched.chooser = osim_chooser_seeded(&seeded, seed);
		in_thread(raced_body);
	}
	assert_string_equal(found(), "none");
}

static void left_queued(void)
{
	INIT_WORK(&work, quick);
	INIT_DELAYED_WORK(&delayed, slow);
	schedule_work(&work);
	schedule_delayed_work(&delayed, 5);
	osim__k_works_drop(osim__kernel_of(m));
	msleep(100);
	assert_int_equal(runs, 0);
}

static void work_left_by_a_driver_is_named_and_never_runs(void **state)
{
	(void)state;
	in_thread(left_queued);
	assert_int_equal(osim_finding_count(m), 2);
	assert_string_equal(osim_finding_get(m, 0)->id, "kernel.leak");
	assert_non_null(strstr(osim_finding_get(m, 0)->text, "work slow queued at left_queued"));
	assert_non_null(strstr(osim_finding_get(m, 1)->text, "work quick queued at left_queued"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORK_TEST(queued_work_runs_once_and_destroy_drains),
		WORK_TEST(queue_runs_as_many_at_once_as_it_allows),
		WORK_TEST(work_queued_while_it_runs_never_runs_twice_at_once),
		WORK_TEST(cancel_takes_pending_work_off_and_waits_for_running),
		WORK_TEST(work_may_be_queued_with_interrupts_off),
		WORK_TEST(cancel_sync_with_preemption_off_is_found),
		WORK_TEST(work_before_init_is_found),
		WORK_TEST(work_that_waits_for_itself_is_found),
		WORK_TEST(work_that_keeps_a_lock_is_found),
		WORK_TEST(queue_used_after_destroy_is_found),
		WORK_TEST(destroy_waits_for_work_that_queues_itself),
		WORK_TEST(work_queued_while_its_queue_is_destroyed_is_found),
		WORK_TEST(workqueue_allocation_fails_when_a_fault_says_so),
		WORK_TEST(cancel_sync_ends_work_that_queues_itself),
		WORK_TEST(drain_waits_for_work_that_queues_itself),
		WORK_TEST(work_queued_elsewhere_while_it_runs_runs_again),
		WORK_TEST(delayed_work_runs_in_its_time),
		WORK_TEST(mod_delayed_work_tells_whether_it_was_pending),
		WORK_TEST(delayed_work_of_a_queue_that_is_gone_is_found),
		WORK_TEST(delayed_work_cancelled_while_it_is_modified_stays_whole),
		WORK_TEST(work_left_by_a_driver_is_named_and_never_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
