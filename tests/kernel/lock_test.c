/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

#include <linux/delay.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>

static void spawn(const char *name, void (*fn)(void), int cpu)
{
	assert_int_equal(osim_spawn(m, name, fixture_call, (void *)fn, cpu, NULL), 0);
}

/* What happened, in order. */
static char steps[64];
static unsigned int step_count;

static void step(char c)
{
	assert_true(step_count < sizeof(steps) - 1);
	steps[step_count++] = c;
	steps[step_count] = '\0';
}

static int setup(void **state)
{
	step_count = 0;
	steps[0] = '\0';
	return fixture_setup(state);
}

#define LOCK_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, fixture_teardown)

/* --- spinlock --- */

static DEFINE_SPINLOCK(spin);
static spinlock_t own_spin;

static void irqsave_body(void)
{
	unsigned long flags, inner;

	spin_lock_init(&own_spin);
	spin_lock_irqsave(&own_spin, flags);
	assert_int_equal(flags, 0);
	assert_true(irqs_disabled());
	assert_true(in_atomic());
	assert_true(spin_is_locked(&own_spin));
	local_irq_save(inner);
	assert_int_equal(inner, 1);
	local_irq_restore(inner);
	assert_true(irqs_disabled());
	spin_unlock_irqrestore(&own_spin, flags);
	assert_false(irqs_disabled());
	assert_false(in_atomic());
	assert_false(spin_is_locked(&own_spin));
}

static void spin_lock_irqsave_masks_and_restores(void **state)
{
	(void)state;
	in_thread(irqsave_body);
	assert_string_equal(found(), "none");
}

static void unlock_irq_body(void)
{
	unsigned long flags;

	spin_lock_irqsave(&spin, flags);
	spin_lock_irq(&own_spin);
	spin_unlock_irq(&own_spin);
	assert_false(irqs_disabled()); /* as in a kernel: the inner one switched them on */
	spin_unlock_irqrestore(&spin, flags);
	assert_false(irqs_disabled());
}

static void spin_unlock_irq_enables_whatever_was_before(void **state)
{
	(void)state;
	spin_lock_init(&own_spin);
	in_thread(unlock_irq_body);
	assert_string_equal(found(), "none");
}

static void spin_holder(void)
{
	spin_lock(&own_spin);
	step('a');
	/* The other CPU goes on while this one is busy, and finds the lock taken. */
	udelay(10);
	step('b');
	spin_unlock(&own_spin);
}

static void spin_waiter(void)
{
	spin_lock(&own_spin);
	step('c');
	spin_unlock(&own_spin);
}

static void spin_lock_taken_elsewhere_blocks_that_cpu(void **state)
{
	(void)state;
	spin_lock_init(&own_spin);
	spawn("holder", spin_holder, 0);
	spawn("waiter", spin_waiter, 1);
	assert_int_equal(osim_run(m), 0);
	assert_string_equal(steps, "abc");
	assert_string_equal(found(), "none");
	assert_int_equal(osim_now_ns(m), 10000);
}

static void trylock_body(void)
{
	assert_true(spin_trylock(&own_spin));
	assert_false(spin_trylock(&own_spin));
	spin_unlock(&own_spin);
	assert_false(in_atomic());
}

static void spin_trylock_of_a_taken_lock_fails(void **state)
{
	(void)state;
	spin_lock_init(&own_spin);
	in_thread(trylock_body);
	assert_string_equal(found(), "none");
}

static void spin_twice(void)
{
	spin_lock(&own_spin);
	spin_lock(&own_spin);
	spin_unlock(&own_spin);
	assert_true(spin_is_locked(&own_spin));
	spin_unlock(&own_spin);
	assert_false(spin_is_locked(&own_spin));
	assert_false(in_atomic());
}

static void spin_lock_taken_twice_is_found(void **state)
{
	(void)state;
	spin_lock_init(&own_spin);
	in_thread(spin_twice);
	assert_string_equal(found(), "kernel.lock-twice");
}

static void spin_unlock_free(void)
{
	spin_unlock(&own_spin);
}

static void spin_unlock_of_a_free_lock_is_found(void **state)
{
	(void)state;
	spin_lock_init(&own_spin);
	in_thread(spin_unlock_free);
	assert_string_equal(found(), "kernel.unlock-free");
}

static void spin_take(void)
{
	spin_lock(&own_spin);
	udelay(10);
}

static void spin_unlock_other(void)
{
	spin_unlock(&own_spin);
}

static void spin_unlock_by_another_cpu_is_found(void **state)
{
	(void)state;
	spin_lock_init(&own_spin);
	spawn("taker", spin_take, 0);
	spawn("other", spin_unlock_other, 1);
	assert_int_equal(osim_run(m), 0);
	assert_string_equal(found(), "kernel.unlock-other");
}

static void spin_uninitialised(void)
{
	spinlock_t *lock = &own_spin;

	*lock = (spinlock_t){.magic = 0};
	spin_lock(lock);
	spin_unlock(lock);
}

static void spin_lock_before_init_is_found(void **state)
{
	(void)state;
	in_thread(spin_uninitialised);
	assert_string_equal(found(), "kernel.lock-uninitialised");
}

static void irq_flags(void)
{
	unsigned long flags = 0x55aa;

	local_irq_restore(flags);
}

static void irq_restore_of_what_was_not_saved_is_found(void **state)
{
	(void)state;
	in_thread(irq_flags);
	assert_string_equal(found(), "kernel.irq-flags");
}

static void not_held(void)
{
	lockdep_assert_held(&own_spin);
}

static void lockdep_assert_held_of_a_free_lock_is_found(void **state)
{
	(void)state;
	spin_lock_init(&own_spin);
	in_thread(not_held);
	assert_string_equal(found(), "kernel.lock-not-held");
}

/* --- mutex --- */

static struct mutex mutex;

static void mutex_holder(void)
{
	mutex_lock(&mutex);
	step('a');
	msleep(1);
	step('b');
	mutex_unlock(&mutex);
}

static void mutex_waiter(void)
{
	mutex_lock(&mutex);
	step('c');
	mutex_unlock(&mutex);
}

static void mutex_taken_makes_others_wait_in_order(void **state)
{
	(void)state;
	mutex_init(&mutex);
	spawn("holder", mutex_holder, -1);
	spawn("one", mutex_waiter, -1);
	spawn("two", mutex_waiter, -1);
	assert_int_equal(osim_run(m), 0);
	assert_string_equal(steps, "abcc");
	assert_false(mutex_is_locked(&mutex));
	assert_string_equal(found(), "none");
}

static bool greedy_stop;

static void greedy(void)
{
	for (int i = 0; i < 100 && !greedy_stop; i++) {
		mutex_lock(&mutex);
		cond_resched();
		mutex_unlock(&mutex);
		step('g');
	}
}

static void modest(void)
{
	mutex_lock(&mutex);
	greedy_stop = true;
	step('m');
	mutex_unlock(&mutex);
}

static void mutex_goes_to_a_waiter_that_was_overtaken(void **state)
{
	(void)state;
	greedy_stop = false;
	mutex_init(&mutex);
	spawn("greedy", greedy, 0);
	spawn("modest", modest, 0);
	assert_int_equal(osim_run(m), 0);
	assert_true(greedy_stop);
	assert_true(step_count < 8);
	assert_string_equal(found(), "none");
}

static void mutex_twice(void)
{
	mutex_lock(&mutex);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	assert_true(mutex_is_locked(&mutex));
	mutex_unlock(&mutex);
}

static void mutex_locked_twice_is_found(void **state)
{
	(void)state;
	mutex_init(&mutex);
	in_thread(mutex_twice);
	assert_string_equal(found(), "kernel.lock-twice");
}

static void mutex_gone(void)
{
	mutex_init(&mutex);
	mutex_destroy(&mutex);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
}

static void mutex_destroyed_and_used_is_found_with_its_place(void **state)
{
	(void)state;
	in_thread(mutex_gone);
	assert_string_equal(found(), "kernel.lock-destroyed");
	assert_non_null(strstr(osim_finding_get(m, 0)->text, "mutex_gone (lock_test.c:"));
	assert_non_null(strstr(osim_finding_get(m, 0)->where, "mutex_gone"));
}

static void mutex_destroy_held(void)
{
	mutex_lock(&mutex);
	mutex_destroy(&mutex);
}

static void mutex_destroyed_while_held_is_found(void **state)
{
	(void)state;
	mutex_init(&mutex);
	in_thread(mutex_destroy_held);
	assert_string_equal(found(), "kernel.destroy-locked");
}

static void mutex_unlock_foreign(void)
{
	mutex_unlock(&mutex);
}

static void mutex_unlocked_by_another_thread_is_found(void **state)
{
	(void)state;
	mutex_init(&mutex);
	spawn("holder", mutex_holder, -1);
	spawn("other", mutex_unlock_foreign, -1);
	assert_int_equal(osim_run(m), 0);
	assert_string_equal(osim_finding_get(m, 0)->id, "kernel.unlock-other");
}

static void mutex_unlocked_when_free_is_found(void **state)
{
	(void)state;
	mutex_init(&mutex);
	in_thread(mutex_unlock_foreign);
	assert_string_equal(found(), "kernel.unlock-free");
}

static void mutex_atomic(void)
{
	unsigned long flags;

	spin_lock_irqsave(&own_spin, flags);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	spin_unlock_irqrestore(&own_spin, flags);
}

static void mutex_lock_under_a_spinlock_is_found(void **state)
{
	(void)state;
	mutex_init(&mutex);
	spin_lock_init(&own_spin);
	in_thread(mutex_atomic);
	assert_string_equal(found(), "kernel.sleep-in-atomic");
	assert_non_null(strstr(osim_finding_get(m, 0)->where, "mutex_atomic"));
}

static int killable_result;

static void mutex_killable(void)
{
	killable_result = mutex_lock_killable(&mutex);
}

static void mutex_lock_killable_ends_with_a_fatal_signal_only(void **state)
{
	struct osim_task *task;

	(void)state;
	mutex_init(&mutex);
	spawn("holder", mutex_holder, -1);
	assert_int_equal(osim_spawn(m, "killed", fixture_call, (void *)mutex_killable, -1, &task),
			 0);
	assert_int_equal(osim_run_for(m, 0), 0);
	osim_task_signal(task, false);
	assert_int_equal(osim_run_for(m, 0), 0);
	assert_false(osim_task_done(task));
	osim_task_signal(task, true);
	assert_int_equal(osim_run_for(m, 0), 0);
	assert_true(osim_task_done(task));
	assert_int_equal(killable_result, -EINTR);
	assert_int_equal(osim_run(m), 0);
	assert_string_equal(found(), "none");
}

static void mutex_forget(void)
{
	mutex_lock(&mutex);
}

static void mutex_never_unlocked_is_a_stuck_machine_that_names_it(void **state)
{
	(void)state;
	mutex_init(&mutex);
	spawn("first", mutex_forget, -1);
	spawn("second", mutex_forget, -1);
	assert_int_equal(osim_run(m), -EDEADLK);
	assert_string_equal(found(), "machine.stuck");
	assert_non_null(strstr(osim_finding_get(m, 0)->text,
			       "second waits for a mutex, at mutex_forget (lock_test.c:"));
	assert_null(strstr(osim_finding_get(m, 0)->where, "main")); /* the host's stack */
}

/* --- the last reference under a mutex: who looks the object up with it still finds it whole --- */

static struct kref shared;
static bool listed;

static void unlist(struct kref *kref)
{
	assert_true(mutex_is_locked(&mutex));
	listed = false;
	mutex_unlock(&mutex);
}

static void giver(void)
{
	if (kref_put_mutex(&shared, unlist, &mutex))
		step('g');
}

static void finder(void)
{
	mutex_lock(&mutex);
	if (!listed) {
		mutex_unlock(&mutex);
		return;
	}
	kref_get(&shared);
	mutex_unlock(&mutex);
	if (kref_put_mutex(&shared, unlist, &mutex))
		step('f');
}

static void kref_put_mutex_gives_the_last_one_under_the_mutex(void **state)
{
	struct osim_chooser_seeded seeded;

	(void)state;
	m->sched.slow |= OSIM__SLOW_CHOOSER;
	for (uint64_t seed = 0; seed < 64; seed++) {
		m->sched.chooser = osim_chooser_seeded(&seeded, seed);
		mutex_init(&mutex);
		kref_init(&shared);
		listed = true;
		step_count = 0;
		spawn("giver", giver, -1);
		spawn("finder", finder, -1);
		assert_int_equal(osim_run(m), 0);
		assert_false(listed);
		assert_int_equal(step_count, 1);
		assert_false(mutex_is_locked(&mutex));
	}
	assert_string_equal(found(), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOCK_TEST(spin_lock_irqsave_masks_and_restores),
		LOCK_TEST(spin_unlock_irq_enables_whatever_was_before),
		LOCK_TEST(spin_lock_taken_elsewhere_blocks_that_cpu),
		LOCK_TEST(spin_trylock_of_a_taken_lock_fails),
		LOCK_TEST(spin_lock_taken_twice_is_found),
		LOCK_TEST(spin_unlock_of_a_free_lock_is_found),
		LOCK_TEST(spin_unlock_by_another_cpu_is_found),
		LOCK_TEST(spin_lock_before_init_is_found),
		LOCK_TEST(irq_restore_of_what_was_not_saved_is_found),
		LOCK_TEST(lockdep_assert_held_of_a_free_lock_is_found),
		LOCK_TEST(mutex_taken_makes_others_wait_in_order),
		LOCK_TEST(mutex_goes_to_a_waiter_that_was_overtaken),
		LOCK_TEST(mutex_locked_twice_is_found),
		LOCK_TEST(mutex_destroyed_and_used_is_found_with_its_place),
		LOCK_TEST(mutex_destroyed_while_held_is_found),
		LOCK_TEST(mutex_unlocked_by_another_thread_is_found),
		LOCK_TEST(mutex_unlocked_when_free_is_found),
		LOCK_TEST(mutex_lock_under_a_spinlock_is_found),
		LOCK_TEST(mutex_lock_killable_ends_with_a_fatal_signal_only),
		LOCK_TEST(mutex_never_unlocked_is_a_stuck_machine_that_names_it),
		LOCK_TEST(kref_put_mutex_gives_the_last_one_under_the_mutex),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
