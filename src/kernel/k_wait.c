/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/kernel.h"

#include <linux/limits.h>
#include <linux/wait.h>

static struct osim__waitq *waiters(wait_queue_head_t *wq)
{
	return (struct osim__waitq *)&wq->waiters;
}

static void check(struct osim_machine *m, wait_queue_head_t *wq, const struct osim__site *site)
{
	if (wq->lock.magic == OSIM__K_SPIN_MAGIC)
		return;
	osim__finding(m, "kernel.waitqueue-uninitialised",
		      "wait queue is used before it was initialised, at %s", osim__k_where(site));
	init_waitqueue_head(wq);
}

void osim__k_wait_begins(const struct osim__site *site)
{
	osim__k_check_sleep(osim__machine(), "wait_event()", site);
}

long osim__k_wait_queue(wait_queue_head_t *wq, u32 seen, unsigned long timeout, int mode,
			const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();
	uint64_t deadline_ns = osim__k_deadline_ns(m, timeout);
	int rc;

	check(m, wq, site);
	osim__access_acquire(m, wq);
	if (osim__k_woken(wq, mode) != seen)
		return (long)timeout;
	rc = osim__k_block(m, waiters(wq), "a wait queue", wq, deadline_ns, (unsigned int)mode);
	osim__access_acquire(m, wq);
	if (rc == -EINTR)
		return -ERESTARTSYS;
	if (rc)
		return 0;
	if (deadline_ns == OSIM_NEVER)
		return LONG_MAX;
	return (long)osim__k_left_jiffies(m, deadline_ns);
}

void osim__k_wake_up(wait_queue_head_t *wq, bool interruptible)
{
	struct osim_machine *m = osim__machine();
	struct osim__thread *t, *next;

	osim__access_release(m, wq);
	if (interruptible)
		wq->woken_interruptible++;
	else
		wq->woken++;
	for (t = waiters(wq)->head; t; t = next) {
		next = t->next;
		if (!interruptible || (t->wait_flags & OSIM__WAIT_INTERRUPTIBLE))
			osim__wake_thread(t, 0);
	}
	osim__sched_point(&m->sched, OSIM__POINT_WAKE);
}
