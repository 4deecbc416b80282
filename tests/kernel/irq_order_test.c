/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/irqdomain.h>
#include <linux/spinlock.h>

#include "kernel/kernel.h"

/* Handlers beside what else goes on. */

static unsigned int irq, handled;

static int setup(void **state)
{
	int rc = fixture_setup(state);

	handled = 0;
	if (!rc)
		irq = osim__k_irq_map(osim__kernel_of(m), OSIM_NOTIF_INTID, OSIM__SITE);
	return rc;
}

static int teardown(void **state)
{
	irq_dispose_mapping(irq);
	return fixture_teardown(state);
}

#define IRQ_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

/* --- a handler on a CPU that waits for a lock --- */

static DEFINE_SPINLOCK(outer);
static DEFINE_SPINLOCK(inner);
static DECLARE_COMPLETION(told);

static irqreturn_t inner_handler(int number, void *dev_id)
{
	spin_lock(&inner);
	handled++;
	complete(&told);
	spin_unlock(&inner);
	return IRQ_HANDLED;
}

static void outer_then_inner(void)
{
	unsigned long flags;

	spin_lock(&outer);
	osim_irq_raise(m, OSIM_NOTIF_INTID, 0);
	spin_lock_irqsave(&inner, flags);
	spin_unlock_irqrestore(&inner, flags);
	spin_unlock(&outer);
}

static void only_outer(void)
{
	spin_lock(&outer);
	spin_unlock(&outer);
}

static void request_inner(void)
{
	assert_int_equal(request_irq(irq, inner_handler, 0, "inner", &handled), 0);
}

static void free_inner(void)
{
	free_irq(irq, &handled);
}

static void handler_goes_on_where_its_cpu_waits_for_another_lock(void **state)
{
	struct osim_chooser_seeded seeded;

	(void)state;
	m->sched.slow |= OSIM__SLOW_CHOOSER;
	for (uint64_t seed = 0; seed < 256; seed++) {
		m->sched.chooser = osim_chooser_seeded(&seeded, seed);
		spin_lock_init(&outer);
		spin_lock_init(&inner);
		handled = 0;
		in_thread(request_inner);
		osim_spawn(m, "both", fixture_call, (void *)outer_then_inner, 0, NULL);
		osim_spawn(m, "outer", fixture_call, (void *)only_outer, 1, NULL);
		assert_int_equal(osim_run(m), 0);
		assert_int_equal(handled, 1);
		in_thread(free_inner);
	}
	assert_string_equal(found(), "none");
}

/* --- a machine that ends while somebody frees --- */

static DECLARE_COMPLETION(never);

static irqreturn_t waker(int number, void *dev_id)
{
	handled++;
	return IRQ_WAKE_THREAD;
}

static irqreturn_t hanging_thread(int number, void *dev_id)
{
	wait_for_completion(&never);
	return IRQ_HANDLED;
}

static void request_hanging(void)
{
	assert_int_equal(request_threaded_irq(irq, waker, hanging_thread, 0, "hangs", &handled), 0);
}

/* A sanitizer sees what is lost then. */
static void free_that_never_ends_goes_with_the_machine(void **state)
{
	(void)state;
	in_thread(request_hanging);
	assert_int_equal(osim_irq_raise(m, OSIM_NOTIF_INTID, 0), 0);
	assert_int_equal(osim_run(m), -EDEADLK);
	assert_int_equal(handled, 1);
	osim_spawn(m, "frees", fixture_call, (void *)free_inner, -1, NULL);
	assert_int_equal(osim_run(m), -EDEADLK);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_IRQ), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IRQ_TEST(handler_goes_on_where_its_cpu_waits_for_another_lock),
		IRQ_TEST(free_that_never_ends_goes_with_the_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
