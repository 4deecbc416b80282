/* SPDX-License-Identifier: BSD-2-Clause */
#include "secure_client.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include "machine/machine.h"

enum { VALUES = 5000, THREADS = 3 };

struct producer {
	struct osim_machine *m;
	uint32_t first;
	int failed;
};

static void *produce(void *arg)
{
	struct producer *p = arg;

	for (uint32_t i = 0; i < VALUES; i++)
		if (osim_post(p->m, p->first + i * THREADS))
			p->failed++;
	return NULL;
}

static void wake(void *arg)
{
	atomic_fetch_add((atomic_int *)arg, 1);
}

/* Values of other threads are all there at the next call, each once, however many came at the same
 * time. */
static void posts_of_other_threads_all_arrive(void **state)
{
	struct client c = {.secure = {.max_notif_value = VALUES * THREADS}};
	struct producer producers[THREADS];
	pthread_t threads[THREADS];
	atomic_int wakes = 0;
	uint32_t next = 0;

	(void)state;
	client_start(&c);
	osim__machine_set_wake(c.m, wake, &wakes);
	for (uint32_t i = 0; i < THREADS; i++) {
		producers[i] = (struct producer){.m = c.m, .first = i};
		assert_int_equal(pthread_create(&threads[i], NULL, produce, &producers[i]), 0);
	}
	for (uint32_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(producers[i].failed, 0);
	}
	assert_int_equal(wakes, VALUES * THREADS);
	do {
		assert_int_equal(client_fast(&c, OPTEE_SMC_GET_ASYNC_NOTIF_VALUE), 0);
		assert_int_equal(c.r.a[1], next++);
	} while (c.r.a[2] & OPTEE_SMC_ASYNC_NOTIF_VALUE_PENDING);
	assert_int_equal(next, VALUES * THREADS);
	client_stop(&c);
}

static void *post_one(void *arg)
{
	struct producer *p = arg;

	p->failed = osim_post(p->m, p->first);
	return NULL;
}

static int post_elsewhere(struct osim_machine *m, uint32_t value)
{
	struct producer p = {.m = m, .first = value};
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, post_one, &p), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	return p.failed;
}

static void post_of_another_thread_raises_the_interrupt_when_the_machine_runs(void **state)
{
	struct client c = {0};
	unsigned int taken = 0;

	(void)state;
	client_start(&c);
	osim_set_irq_handler(c.m, client_ignore_irq, &taken);
	assert_int_equal(post_elsewhere(c.m, 3), 0);
	assert_int_equal(taken, 0);
	assert_int_equal(osim_run(c.m), 0);
	assert_int_equal(taken, 1);
	client_stop(&c);
}

static void post_of_another_thread_is_checked_there(void **state)
{
	struct client c = {.secure = {.max_notif_value = 3}};

	(void)state;
	client_start(&c);
	assert_int_equal(post_elsewhere(c.m, 4), -ERANGE);
	/* Never taken up: freed with the machine. */
	assert_int_equal(post_elsewhere(c.m, 3), 0);
	client_stop(&c);
}

struct ticks {
	unsigned int left;
	int rc;
};

static bool tick(void *arg, struct osim_machine *m)
{
	struct ticks *t = arg;

	t->rc |= osim_post(m, t->left);
	return --t->left;
}

static void callout_posts_each_time_its_period_is_over(void **state)
{
	struct ticks ticks = {.left = 3};
	struct client c = {0};
	unsigned int taken = 0;

	(void)state;
	client_start(&c);
	osim_set_irq_handler(c.m, client_ignore_irq, &taken);
	assert_int_equal(osim_callout(c.m, 1000, tick, &ticks), 0);
	assert_int_equal(osim_run_for(c.m, 2500), 0);
	assert_int_equal(ticks.left, 1);
	assert_int_equal(taken, 2);
	assert_int_equal(osim_run(c.m), 0);
	assert_int_equal(ticks.left, 0);
	assert_int_equal(ticks.rc, 0);
	assert_int_equal(osim_now_ns(c.m), 3000);
	client_stop(&c);
}

/* Six posts, one a second, whether notifications are stopped meanwhile or not; then from the next
 * start on. */
static void watchdog_posts_after_enable(void **state)
{
	struct client c = {.secure = {.watchdog_ms = 1000}};
	unsigned int taken = 0;

	(void)state;
	client_start(&c);
	osim_set_irq_handler(c.m, client_ignore_irq, &taken);
	assert_int_equal(osim_run(c.m), 0);
	assert_int_equal(taken, 0);
	client_fast(&c, OPTEE_SMC_ENABLE_ASYNC_NOTIF);
	assert_int_equal(osim_run_for(c.m, 2500000000), 0);
	assert_int_equal(taken, 2);
	client_msg(&c, OPTEE_MSG_CMD_STOP_ASYNC_NOTIF, 0);
	assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_OK);
	assert_int_equal(osim_run_for(c.m, 1000000000), 0);
	assert_int_equal(taken, 3);
	client_fast(&c, OPTEE_SMC_ENABLE_ASYNC_NOTIF);
	assert_int_equal(osim_run(c.m), 0);
	assert_int_equal(taken, 6);
	assert_int_equal(osim_now_ns(c.m), 6000000000);
	client_fast(&c, OPTEE_SMC_ENABLE_ASYNC_NOTIF);
	assert_int_equal(osim_run(c.m), 0);
	assert_int_equal(taken, 6);
	assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_OK);
	client_fast(&c, OPTEE_SMC_ENABLE_ASYNC_NOTIF);
	assert_int_equal(osim_run_for(c.m, 1000000000), 0);
	assert_int_equal(taken, 7);
	client_stop(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(posts_of_other_threads_all_arrive),
		cmocka_unit_test(post_of_another_thread_raises_the_interrupt_when_the_machine_runs),
		cmocka_unit_test(post_of_another_thread_is_checked_there),
		cmocka_unit_test(callout_posts_each_time_its_period_is_over),
		cmocka_unit_test(watchdog_posts_after_enable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
