/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/kernel.h"

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/ktime.h>

static struct osim__sched *sched(void)
{
	return &osim__machine()->sched;
}

unsigned long osim__k_jiffies(void)
{
	return INITIAL_JIFFIES + osim__sched_now_ns(sched()) / OSIM__NSEC_PER_JIFFY;
}

u64 osim__k_time_ns(void)
{
	return osim__sched_now_ns(sched());
}

/* A timeout ends on a tick, so it is shorter than its jiffies by what has passed of the present
 * one, as in the kernel. */
uint64_t osim__k_deadline_ns(struct osim_machine *m, uint64_t timeout_jiffies)
{
	uint64_t now = osim__sched_now_ns(&m->sched) / OSIM__NSEC_PER_JIFFY;

	if (timeout_jiffies >= OSIM_NEVER / OSIM__NSEC_PER_JIFFY - now)
		return OSIM_NEVER;
	return (now + timeout_jiffies) * OSIM__NSEC_PER_JIFFY;
}

uint64_t osim__k_left_jiffies(struct osim_machine *m, uint64_t deadline_ns)
{
	uint64_t now = osim__sched_now_ns(&m->sched) / OSIM__NSEC_PER_JIFFY;
	uint64_t end = deadline_ns / OSIM__NSEC_PER_JIFFY;

	return end > now ? end - now : 0;
}

/* --- sleeping --- */

/* 0: the time is over; -EINTR. */
static int sleep_until(uint64_t deadline_ns, unsigned int mode)
{
	struct osim__waitq nobody = {0};
	int rc;

	do {
		rc = osim__k_block(osim__machine(), &nobody, "time to pass", &nobody, deadline_ns,
				   mode);
	} while (!rc);
	return rc == -EINTR ? rc : 0;
}

void osim__k_msleep(unsigned int ms, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	osim__k_check_sleep(m, "msleep()", site);
	sleep_until(osim__k_deadline_ns(m, msecs_to_jiffies(ms) + 1), 0);
}

unsigned long osim__k_msleep_interruptible(unsigned int ms, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();
	uint64_t deadline_ns = osim__k_deadline_ns(m, msecs_to_jiffies(ms) + 1);

	osim__k_check_sleep(m, "msleep_interruptible()", site);
	if (!sleep_until(deadline_ns, OSIM__WAIT_INTERRUPTIBLE))
		return 0;
	return jiffies_to_msecs(osim__k_left_jiffies(m, deadline_ns));
}

void osim__k_sleep_ns(u64 ns, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	osim__k_check_sleep(m, "usleep_range()", site);
	sleep_until(osim__sched_now_ns(&m->sched) + ns, 0);
}

/* --- delays: the CPU is busy, so nothing else of it runs, and time passes --- */

struct delay {
	struct osim__timer timer;
	struct osim__sched *s;
	bool over;
};

static void delay_over(void *arg)
{
	struct delay *d = arg;

	d->over = true;
	osim__sched_spin_end(d->s, d);
}

void osim__k_delays_drop(struct osim__kernel *k)
{
	osim__timer_cancel_all(&k->m->sched, delay_over);
}

void osim__k_delay_ns(u64 ns)
{
	struct delay d = {.s = sched()};

	if (osim__sched_on_host(d.s) || !ns)
		return;
	osim__timer_arm(d.s, &d.timer, osim__sched_now_ns(d.s) + ns, delay_over, &d);
	while (!d.over)
		osim__sched_spin(d.s, &d, "a delay");
}
