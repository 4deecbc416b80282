/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/kernel.h"

#include <linux/completion.h>
#include <linux/limits.h>

static struct osim__waitq *waiters(struct completion *c)
{
	return (struct osim__waitq *)&c->waiters;
}

static noinline void uninitialised(struct osim_machine *m, struct completion *c,
				   const struct osim__site *site)
{
	osim__finding(m, "kernel.completion-uninitialised",
		      "completion is used before it was initialised, at %s", osim__k_where(site));
	init_completion(c);
}

static inline void check(struct osim_machine *m, struct completion *c,
			 const struct osim__site *site)
{
	if (__builtin_expect(c->magic != OSIM__K_COMPLETION_MAGIC, 0))
		uninitialised(m, c, site);
}

/* Wakes, and never switches where it must not: a point lets another CPU go on, not this one's next
 * thread. */
void osim__k_complete(struct completion *c, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	check(m, c, site);
	osim__access_release(m, c);
	if (c->done != UINT_MAX)
		c->done++;
	osim__wake(&m->sched, waiters(c), 1);
	osim__sched_point(&m->sched, OSIM__POINT_WAKE);
}

void osim__k_complete_all(struct completion *c, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	check(m, c, site);
	osim__access_release(m, c);
	c->done = UINT_MAX;
	osim__wake(&m->sched, waiters(c), ~0u);
	osim__sched_point(&m->sched, OSIM__POINT_WAKE);
}

bool osim__k_completion_done(const struct completion *c)
{
	osim__access_acquire(osim__machine(), c);
	return c->done;
}

static void consume(struct completion *c)
{
	osim__access_acquire(osim__machine(), c);
	if (c->done != UINT_MAX)
		c->done--;
}

bool osim__k_try_wait_for_completion(struct completion *c)
{
	osim__sched_point(&osim__machine()->sched, OSIM__POINT_LOCK);
	if (!c->done)
		return false;
	consume(c);
	return true;
}

/* A completion that came in together with the end of time or with a signal is taken. */
long osim__k_wait_for_completion(struct completion *c, unsigned long timeout, int mode,
				 const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();
	uint64_t deadline_ns = osim__k_deadline_ns(m, timeout);
	long left;
	int rc = 0;

	osim__k_check_sleep(m, "wait_for_completion()", site);
	osim__sched_point(&m->sched, OSIM__POINT_LOCK);
	check(m, c, site);
	while (!c->done && !rc)
		rc = osim__k_block(m, waiters(c), "a completion", c, deadline_ns,
				   (unsigned int)mode);
	if (!c->done)
		return rc == -EINTR ? -ERESTARTSYS : 0;
	consume(c);
	if (deadline_ns == OSIM_NEVER)
		return LONG_MAX;
	left = (long)osim__k_left_jiffies(m, deadline_ns);
	return left > 0 ? left : 1;
}
