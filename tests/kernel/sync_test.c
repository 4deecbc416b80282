/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

#include <linux/delay.h>
#include <linux/notifier.h>
#include <linux/percpu.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
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

#define SYNC_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, fixture_teardown)

/* --- rw_semaphore, semaphore --- */

static DECLARE_RWSEM(rwsem);

static void reader(void)
{
	down_read(&rwsem);
	step('r');
	msleep(1);
	up_read(&rwsem);
}

static void writer(void)
{
	down_write(&rwsem);
	step('w');
	assert_int_equal(down_read_trylock(&rwsem), 0);
	up_write(&rwsem);
}

static void rwsem_lets_readers_in_together_and_a_writer_alone(void **state)
{
	(void)state;
	spawn("r1", reader, -1);
	spawn("r2", reader, -1);
	spawn("w", writer, -1);
	spawn("r3", reader, -1);
	assert_int_equal(osim_run(m), 0);
	assert_string_equal(steps, "rrwr");
	assert_string_equal(found(), "none");
}

static void rwsem_release(void)
{
	up_read(&rwsem);
}

static void rwsem_released_when_free_is_found(void **state)
{
	(void)state;
	in_thread(rwsem_release);
	assert_string_equal(found(), "kernel.unlock-free");
}

static struct semaphore sem;

static void sem_taker(void)
{
	down(&sem);
	step('d');
	msleep(1);
	step('u');
	up(&sem);
}

static void sem_timeout(void)
{
	assert_int_equal(down_timeout(&sem, 3), -ETIME);
	assert_int_equal(osim_now_ns(m), 3 * 4000000);
	assert_int_equal(down_trylock(&sem), 1);
	up(&sem);
	assert_int_equal(down_trylock(&sem), 0);
}

static void semaphore_lets_as_many_in_as_it_counts(void **state)
{
	(void)state;
	sema_init(&sem, 2);
	for (int i = 0; i < 3; i++)
		spawn("taker", sem_taker, -1);
	assert_int_equal(osim_run(m), 0);
	assert_string_equal(steps, "dduudu");
	assert_string_equal(found(), "none");
}

static void semaphore_down_timeout_ends_in_jiffies(void **state)
{
	(void)state;
	sema_init(&sem, 0);
	in_thread(sem_timeout);
	assert_string_equal(found(), "none");
}

/* --- notifier chains, per-CPU memory --- */

static int notified(struct notifier_block *nb, unsigned long action, void *data)
{
	step((char)('0' + nb->priority));
	return action ? NOTIFY_STOP : NOTIFY_OK;
}

static BLOCKING_NOTIFIER_HEAD(chain);

static void notifier_body(void)
{
	struct notifier_block low = {.notifier_call = notified, .priority = 1};
	struct notifier_block high = {.notifier_call = notified, .priority = 2};

	assert_int_equal(blocking_notifier_chain_unregister(&chain, &low), -ENOENT);
	assert_int_equal(blocking_notifier_chain_register(&chain, &low), 0);
	assert_int_equal(blocking_notifier_chain_register(&chain, &high), 0);
	assert_int_equal(blocking_notifier_call_chain(&chain, 0, NULL), NOTIFY_OK);
	assert_string_equal(steps, "21");
	assert_int_equal(blocking_notifier_call_chain(&chain, 1, NULL), NOTIFY_STOP);
	assert_string_equal(steps, "212");
	assert_int_equal(blocking_notifier_chain_unregister(&chain, &high), 0);
	assert_int_equal(blocking_notifier_chain_unregister(&chain, &low), 0);
	assert_int_equal(blocking_notifier_call_chain(&chain, 0, NULL), NOTIFY_DONE);
}

static void notifier_chain_calls_by_priority_until_stopped(void **state)
{
	(void)state;
	in_thread(notifier_body);
	assert_string_equal(found(), "none");
}

static void percpu_body(void)
{
	struct {
		int value;
	} __percpu *p = (void *)alloc_percpu(long);

	assert_non_null(p);
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		assert_int_equal(per_cpu_ptr(p, cpu)->value, 0);
		per_cpu_ptr(p, cpu)->value = (int)cpu + 1;
	}
	preempt_disable();
	assert_int_equal(this_cpu_ptr(p)->value, smp_processor_id() + 1);
	preempt_enable();
	free_percpu(p);
}

static void percpu_memory_is_one_copy_for_each_cpu(void **state)
{
	(void)state;
	in_thread(percpu_body);
	assert_string_equal(found(), "none");
}

static void percpu_large(void)
{
	assert_null(__alloc_percpu(1 << 20, 8));
}

static void percpu_memory_above_the_stride_is_refused(void **state)
{
	(void)state;
	in_thread(percpu_large);
	assert_string_equal(found(), "kernel.percpu-size");
}

static void which_cpu(void)
{
	(void)smp_processor_id();
}

static void smp_processor_id_where_the_thread_may_move_is_found(void **state)
{
	(void)state;
	in_thread(which_cpu);
	assert_string_equal(found(), "kernel.cpu-in-preemptible");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SYNC_TEST(rwsem_lets_readers_in_together_and_a_writer_alone),
		SYNC_TEST(rwsem_released_when_free_is_found),
		SYNC_TEST(semaphore_lets_as_many_in_as_it_counts),
		SYNC_TEST(semaphore_down_timeout_ends_in_jiffies),
		SYNC_TEST(notifier_chain_calls_by_priority_until_stopped),
		SYNC_TEST(percpu_memory_is_one_copy_for_each_cpu),
		SYNC_TEST(percpu_memory_above_the_stride_is_refused),
		SYNC_TEST(smp_processor_id_where_the_thread_may_move_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
