/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/work.h"

#include <linux/list.h>
#include <linux/workqueue.h>

/* Work that is queued when its time has come. */

_Static_assert(sizeof(struct osim__k_timer) >= sizeof(struct osim__timer), "a timer's size");

static struct osim__timer *timer_of(struct delayed_work *work)
{
	return (struct osim__timer *)&work->timer;
}

static void delay_over(void *arg)
{
	struct delayed_work *work = arg;
	struct osim__kernel *k = osim__kernel();

	list_del(&work->work.entry);
	if (osim__k_wq_alive(k, work->wq, work->work.where) &&
	    osim__k_wq_accepts(k, work->wq, &work->work, work->work.where))
		osim__k_work_enqueue(k, work->wq, &work->work, work->cpu);
	else
		work->work.pending = false;
}

static void start_timer(struct osim__kernel *k, struct workqueue_struct *wq,
			struct delayed_work *work, unsigned long delay,
			const struct osim__site *site)
{
	work->wq = wq;
	work->cpu = (int)osim__sched_cpu_number(&k->m->sched);
	work->work.pending = true;
	work->work.where = site;
	list_add_tail(&work->work.entry, osim__k_works_delayed(k));
	osim__timer_arm(&k->m->sched, timer_of(work), osim__k_deadline_ns(k->m, delay), delay_over,
			work);
}

/* Whether it was queued; where that may modify it, whether it was pending before. */
bool osim__k_queue_delayed(struct workqueue_struct *wq, struct delayed_work *work,
			   unsigned long delay, bool modify, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	bool was_pending = false, queued = false;

	if (!osim__k_work_usable(k, &work->work, site) || !osim__k_wq_alive(k, wq, site))
		return false;
	osim__access_release(k->m, &work->work);
	if (modify)
		was_pending = osim__k_work_cancel(k, &work->work, timer_of(work), false, site);
	if (!delay) {
		queued = osim__k_queue_work(wq, &work->work, -1, site);
	} else if (!work->work.pending && !work->work.cancelling) {
		start_timer(k, wq, work, delay, site);
		queued = true;
	}
	return modify ? was_pending : queued;
}

bool osim__k_cancel_delayed(struct delayed_work *work, bool sync, const struct osim__site *site)
{
	return osim__k_work_cancel(osim__kernel(), &work->work, timer_of(work), sync, site);
}

bool osim__k_flush_delayed(struct delayed_work *work, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();

	if (work->work.pending && !work->work.pool) {
		osim__timer_cancel(&k->m->sched, timer_of(work));
		delay_over(work);
	}
	return osim__k_flush_work(&work->work, site);
}

void osim__k_delay_end(struct osim__kernel *k, struct work_struct *work)
{
	osim__timer_cancel(&k->m->sched, timer_of(container_of(work, struct delayed_work, work)));
}

void osim__k_delayed_fini(struct osim__kernel *k)
{
	osim__timer_cancel_all(&k->m->sched, delay_over);
}
