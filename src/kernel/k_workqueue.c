/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/kernel.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/workqueue.h>

/*
 * A queue has a pool of workers for each CPU, or one for all when it is unbound; a pool runs up to
 * max_active work items at a time, and makes a worker when all of its are busy. An item never runs
 * twice at once: queued while it runs, it stays with the same pool and waits. Whoever waits for
 * something, waits for progress of any item and looks again.
 */

struct worker {
	struct worker *next;
	struct pool *pool;
	struct osim__thread *thread;
	struct work_struct *current; /* may be freed by its own function */
	u64 seq;
};

struct pool {
	struct workqueue_struct *wq;
	int cpu; /* -1: any */
	struct list_head works;
	struct worker *workers;
	unsigned int worker_count;
	struct osim__waitq idle;
};

struct workqueue_struct {
	struct workqueue_struct *next;
	struct osim_machine *m;
	struct pool *pools[OSIM_CPUS_MAX + 1];
	unsigned int flags, max_active;
	bool draining, stop;
	char name[24];
};

struct osim__k_works {
	struct workqueue_struct *first;
	struct workqueue_struct *system;
	struct list_head delayed; /* items whose timer runs */
	struct osim__waitq progress;
	u64 seq;
};

_Static_assert(sizeof(struct osim__k_timer) >= sizeof(struct osim__timer), "a timer's size");

static struct osim__k_works *works(struct osim__kernel *k)
{
	if (!k->works) {
		k->works = osim__kernel_zalloc(sizeof(*k->works));
		INIT_LIST_HEAD(&k->works->delayed);
	}
	return k->works;
}

static struct workqueue_struct *wq_new(struct osim__kernel *k, unsigned int flags,
				       unsigned int max_active)
{
	struct workqueue_struct *wq = osim__kernel_zalloc(sizeof(*wq));

	wq->m = k->m;
	wq->flags = flags;
	wq->max_active = max_active && max_active <= WQ_MAX_ACTIVE ? max_active : WQ_DFL_ACTIVE;
	wq->next = works(k)->first;
	works(k)->first = wq;
	return wq;
}

struct workqueue_struct *osim__k_system_wq(void)
{
	struct osim__kernel *k = osim__kernel();
	struct osim__k_works *all = works(k);

	if (!all->system) {
		all->system = wq_new(k, 0, WQ_DFL_ACTIVE);
		snprintf(all->system->name, sizeof(all->system->name), "events");
	}
	return all->system;
}

/* NULL, with a finding, for what is no queue, or is none any more. */
static struct workqueue_struct *alive(struct osim__kernel *k, struct workqueue_struct *wq,
				      const struct osim__site *site)
{
	for (struct workqueue_struct *i = works(k)->first; i; i = i->next)
		if (i == wq)
			return wq;
	osim__finding(k->m, "kernel.workqueue-gone", "no such work queue, at %s",
		      osim__k_where(site));
	return NULL;
}

/* --- workers --- */

static struct worker *worker_of(struct osim__kernel *k, const struct work_struct *work, u64 limit)
{
	for (struct workqueue_struct *wq = works(k)->first; wq; wq = wq->next)
		for (unsigned int i = 0; i <= OSIM_CPUS_MAX; i++)
			for (struct worker *w = wq->pools[i] ? wq->pools[i]->workers : NULL; w;
			     w = w->next)
				if (w->current == work && w->seq <= limit)
					return w;
	return NULL;
}

static void progress(struct osim__kernel *k)
{
	osim__wake(&k->m->sched, &works(k)->progress, ~0u);
}

static struct work_struct *next_work(struct osim__kernel *k, struct pool *pool)
{
	struct work_struct *work;

	list_for_each_entry (work, &pool->works, entry)
		if (!worker_of(k, work, U64_MAX))
			return work;
	return NULL;
}

static void take_off(struct work_struct *work)
{
	list_del(&work->entry);
	work->pool = NULL;
	work->pending = false;
}

/* Number of the allocation that has the item, where that is of interest; 0: none. */
static u64 memory_of(struct osim__kernel *k, const struct work_struct *work)
{
	const struct osim__live_node *n = k->m->access ? osim__live_holding(k->m, work) : NULL;

	return n ? n->number : 0;
}

static void run(struct osim__kernel *k, struct worker *w, struct work_struct *work)
{
	work_func_t func = work->func;
	const char *name = work->name;
	u64 memory = memory_of(k, work);

	take_off(work);
	w->current = work;
	w->seq = work->seq;
	osim__access_restart(k->m, __builtin_frame_address(0));
	osim__access_acquire(k->m, work);
	func(work);
	osim__k_check_left(k->m, "kernel.work-left-atomic", "work function", name);
	/* Whoever waits, and the next run; its own function may have freed the item. */
	osim__access_release(k->m, works(k));
	if (memory == memory_of(k, work))
		osim__access_release(k->m, work);
	w->current = NULL;
	progress(k);
}

static void worker_main(void *arg)
{
	struct worker *w = arg;
	struct pool *pool = w->pool;
	struct osim__kernel *k = osim__kernel();

	for (;;) {
		struct work_struct *work = next_work(k, pool);

		if (work)
			run(k, w, work);
		else if (pool->wq->stop)
			return;
		else
			osim__wait(&k->m->sched, &pool->idle, "work", pool, OSIM_NEVER,
				   OSIM__WAIT_DAEMON);
	}
}

static void add_worker(struct osim__kernel *k, struct pool *pool)
{
	struct worker *w = osim__kernel_zalloc(sizeof(*w));
	char name[32];

	if (pool->cpu < 0)
		snprintf(name, sizeof(name), "kworker/u:%s", pool->wq->name);
	else
		snprintf(name, sizeof(name), "kworker/%d:%s", pool->cpu, pool->wq->name);
	w->pool = pool;
	if (osim__thread_spawn(&k->m->sched, name, worker_main, w, pool->cpu, &w->thread)) {
		osim__finding(k->m, "kernel.no-worker", "no memory for a thread of %s",
			      pool->wq->name);
		osim__kernel_free(w);
		return;
	}
	w->next = pool->workers;
	pool->workers = w;
	pool->worker_count++;
}

/* --- queueing --- */

static struct pool *pool_for(struct osim__kernel *k, struct workqueue_struct *wq,
			     const struct work_struct *work, int cpu)
{
	const struct worker *busy = worker_of(k, work, U64_MAX);
	bool unbound = wq->flags & (WQ_UNBOUND | OSIM__K_WQ_ORDERED);
	struct pool **pool;

	if (busy && busy->pool->wq == wq)
		return busy->pool;
	if (unbound)
		cpu = OSIM_CPUS_MAX;
	else if (cpu < 0 || cpu >= OSIM_CPUS_MAX)
		cpu = (int)osim__sched_cpu_number(&k->m->sched);
	pool = &wq->pools[cpu];
	if (!*pool) {
		*pool = osim__kernel_zalloc(sizeof(**pool));
		**pool = (struct pool){.wq = wq, .cpu = unbound ? -1 : cpu};
		INIT_LIST_HEAD(&(*pool)->works);
	}
	return *pool;
}

static void enqueue(struct osim__kernel *k, struct workqueue_struct *wq, struct work_struct *work,
		    int cpu)
{
	struct pool *pool = pool_for(k, wq, work, cpu);

	work->seq = ++works(k)->seq;
	work->pool = pool;
	list_add_tail(&work->entry, &pool->works);
	if (!osim__wake(&k->m->sched, &pool->idle, 1) && pool->worker_count < wq->max_active)
		add_worker(k, pool);
}

static bool usable(struct osim__kernel *k, const struct work_struct *work,
		   const struct osim__site *site)
{
	if (work->magic == OSIM__K_WORK_MAGIC && work->func)
		return true;
	osim__finding(k->m, "kernel.work-uninitialised",
		      "work item is used before it was initialised, at %s", osim__k_where(site));
	return false;
}

/* While a queue is drained only its own items may add to it. */
static bool accepts(struct osim__kernel *k, const struct workqueue_struct *wq,
		    const struct work_struct *work, const struct osim__site *site)
{
	const struct osim__thread *self = osim__sched_current(&k->m->sched);

	if (!wq->draining)
		return true;
	for (unsigned int i = 0; i <= OSIM_CPUS_MAX; i++)
		for (struct worker *w = wq->pools[i] ? wq->pools[i]->workers : NULL; w; w = w->next)
			if (w->thread == self && !osim__sched_cpu(&k->m->sched)->irq_depth)
				return true;
	osim__finding(k->m, "kernel.workqueue-draining",
		      "%s is queued while its queue %s is taken down, at %s", work->name, wq->name,
		      osim__k_where(site));
	return false;
}

bool osim__k_queue_work(struct workqueue_struct *wq, struct work_struct *work, int cpu,
			const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();

	if (!usable(k, work, site) || !alive(k, wq, site))
		return false;
	/* A run that is to come sees what was done before, though it was asked for earlier. */
	osim__access_release(k->m, work);
	if (work->pending || !accepts(k, wq, work, site))
		return false;
	work->pending = true;
	work->where = site;
	enqueue(k, wq, work, cpu);
	osim__sched_point(&k->m->sched, OSIM__POINT_WAKE);
	return true;
}

/* --- waiting for it --- */

/* Is there an item queued up to limit that is not done? wq, work NULL: of any queue, any item. */
static bool outstanding(struct osim__kernel *k, const struct workqueue_struct *only,
			const struct work_struct *work, u64 limit)
{
	const struct work_struct *i;

	for (struct workqueue_struct *wq = works(k)->first; wq; wq = wq->next) {
		if (only && wq != only)
			continue;
		for (unsigned int p = 0; p <= OSIM_CPUS_MAX; p++) {
			if (!wq->pools[p])
				continue;
			for (struct worker *w = wq->pools[p]->workers; w; w = w->next)
				if (w->current && w->seq <= limit && (!work || w->current == work))
					return true;
			list_for_each_entry (i, &wq->pools[p]->works, entry)
				if (i->seq <= limit && (!work || i == work))
					return true;
		}
	}
	return false;
}

/* Does the calling thread run that item, or one of that queue? */
static bool is_self(struct osim__kernel *k, const struct workqueue_struct *wq,
		    const struct work_struct *work)
{
	const struct osim__thread *self = osim__sched_current(&k->m->sched);

	for (struct workqueue_struct *i = works(k)->first; i; i = i->next)
		for (unsigned int p = 0; p <= OSIM_CPUS_MAX; p++)
			for (struct worker *w = i->pools[p] ? i->pools[p]->workers : NULL; w;
			     w = w->next)
				if (w->thread == self && w->current &&
				    (work ? w->current == work : i == wq))
					return true;
	return false;
}

/* false: there was nothing to wait for, or it could not wait. */
static bool wait_for(struct osim__kernel *k, const struct workqueue_struct *wq,
		     const struct work_struct *work, u64 limit, const struct osim__site *site)
{
	bool waited = false;

	if (outstanding(k, wq, work, limit) && is_self(k, wq, work)) {
		osim__finding(k->m, "kernel.work-waits-for-itself",
			      "a work item waits for its own end, at %s", osim__k_where(site));
		return false;
	}
	while (outstanding(k, wq, work, limit)) {
		waited = true;
		if (osim__k_block(k->m, &works(k)->progress, "a work item", work, OSIM_NEVER, 0) ==
		    -EDEADLK)
			return false;
	}
	osim__access_acquire(k->m, works(k));
	return waited;
}

bool osim__k_flush_work(struct work_struct *work, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();

	osim__k_check_sleep(k->m, "flush_work()", site);
	return usable(k, work, site) && wait_for(k, NULL, work, work->seq, site);
}

void osim__k_flush_workqueue(struct workqueue_struct *wq, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();

	osim__k_check_sleep(k->m, "flush_workqueue()", site);
	if (alive(k, wq, site))
		wait_for(k, wq, NULL, works(k)->seq, site);
}

bool osim__k_cancel_work(struct work_struct *work, bool sync, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	bool was_pending = work->pending;

	if (sync)
		osim__k_check_sleep(k->m, "cancel_work_sync()", site);
	osim__sched_point(&k->m->sched, OSIM__POINT_LOCK);
	if (!usable(k, work, site))
		return false;
	was_pending = work->pending;
	if (was_pending)
		take_off(work);
	if (sync)
		wait_for(k, NULL, work, work->seq, site);
	return was_pending;
}

unsigned int osim__k_work_busy(const struct work_struct *work)
{
	return (work->pending ? 1u : 0) | (worker_of(osim__kernel(), work, U64_MAX) ? 2u : 0);
}

/* --- delayed --- */

static struct osim__timer *timer_of(struct delayed_work *work)
{
	return (struct osim__timer *)&work->timer;
}

static void delay_over(void *arg)
{
	struct delayed_work *work = arg;
	struct osim__kernel *k = osim__kernel();

	list_del(&work->work.entry);
	enqueue(k, work->wq, &work->work, work->cpu);
}

bool osim__k_queue_delayed(struct workqueue_struct *wq, struct delayed_work *work,
			   unsigned long delay, bool modify, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	bool was_pending = work->work.pending;

	if (!usable(k, &work->work, site) || !alive(k, wq, site))
		return false;
	osim__access_release(k->m, &work->work);
	if (was_pending && modify)
		osim__k_cancel_delayed(work, false, site);
	else if (was_pending)
		return false;
	if (!delay)
		return osim__k_queue_work(wq, &work->work, -1, site) && !was_pending;
	work->wq = wq;
	work->cpu = (int)osim__sched_cpu_number(&k->m->sched);
	work->work.pending = true;
	work->work.where = site;
	list_add_tail(&work->work.entry, &works(k)->delayed);
	osim__timer_arm(&k->m->sched, timer_of(work), osim__k_deadline_ns(k->m, delay), delay_over,
			work);
	return !was_pending;
}

bool osim__k_cancel_delayed(struct delayed_work *work, bool sync, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();

	if (usable(k, &work->work, site))
		osim__timer_cancel(&k->m->sched, timer_of(work));
	return osim__k_cancel_work(&work->work, sync, site);
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

/* --- queues --- */

struct workqueue_struct *osim__k_alloc_workqueue(const struct osim__site *site, unsigned int flags,
						 int max_active, const char *format, ...)
{
	struct osim__kernel *k = osim__kernel();
	struct workqueue_struct *wq;
	va_list args;

	osim__k_check_sleep(k->m, "alloc_workqueue()", site);
	if (osim__fault(k->m, OSIM_FAULT_WORK, "alloc_workqueue"))
		return NULL;
	wq = wq_new(k, flags, max_active > 0 ? (unsigned int)max_active : 0);
	va_start(args, format);
	vsnprintf(wq->name, sizeof(wq->name), format, args);
	va_end(args);
	osim__live_add(k->m, OSIM_LIVE_WORK, wq, 0, site);
	return wq;
}

static void pool_stop(struct osim__kernel *k, struct pool *pool)
{
	struct worker *w;

	osim__wake(&k->m->sched, &pool->idle, ~0u);
	while ((w = pool->workers)) {
		if (!osim__k_join(k->m, w->thread))
			return;
		osim__thread_free(w->thread);
		pool->workers = w->next;
		osim__kernel_free(w);
	}
}

static void wq_unlink(struct osim__kernel *k, struct workqueue_struct *wq)
{
	struct workqueue_struct **link = &works(k)->first;

	while (*link != wq)
		link = &(*link)->next;
	*link = wq->next;
}

static void wq_free(struct workqueue_struct *wq)
{
	for (unsigned int i = 0; i <= OSIM_CPUS_MAX; i++)
		osim__kernel_free(wq->pools[i]);
	osim__kernel_free(wq);
}

void osim__k_destroy_workqueue(struct workqueue_struct *wq, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();

	osim__k_check_sleep(k->m, "destroy_workqueue()", site);
	if (!alive(k, wq, site))
		return;
	osim__sched_point(&k->m->sched, OSIM__POINT_LOCK);
	wq->draining = true;
	wait_for(k, wq, NULL, U64_MAX, site);
	if (outstanding(k, wq, NULL, U64_MAX))
		return;
	wq->stop = true;
	for (unsigned int i = 0; i <= OSIM_CPUS_MAX; i++)
		if (wq->pools[i])
			pool_stop(k, wq->pools[i]);
	osim__live_remove(k->m, wq);
	wq_unlink(k, wq);
	wq_free(wq);
}

/* --- the driver is gone, or the machine --- */

static void drop(struct osim__kernel *k, struct work_struct *work, const char *how)
{
	osim__finding(k->m, "kernel.leak", "work %s queued at %s %s although the driver is gone",
		      work->name, osim__k_where(work->where), how);
	take_off(work);
}

void osim__k_works_drop(struct osim__kernel *k)
{
	struct work_struct *work, *next;

	if (!k->works)
		return;
	list_for_each_entry_safe (work, next, &k->works->delayed, entry) {
		osim__timer_cancel(&k->m->sched,
				   timer_of(container_of(work, struct delayed_work, work)));
		drop(k, work, "waits for its time");
	}
	for (struct workqueue_struct *wq = k->works->first; wq; wq = wq->next)
		for (unsigned int i = 0; i <= OSIM_CPUS_MAX; i++) {
			if (!wq->pools[i])
				continue;
			list_for_each_entry_safe (work, next, &wq->pools[i]->works, entry)
				drop(k, work, "is about to run");
			for (struct worker *w = wq->pools[i]->workers; w; w = w->next)
				if (w->current)
					osim__finding(k->m, "kernel.leak",
						      "a work item of queue %s runs although the "
						      "driver is gone",
						      wq->name);
		}
}

/* Threads go with the scheduler. */
void osim__k_works_fini(struct osim__kernel *k)
{
	struct workqueue_struct *wq;
	struct worker *w;

	osim__timer_cancel_all(&k->m->sched, delay_over);
	while (k->works && (wq = k->works->first)) {
		for (unsigned int i = 0; i <= OSIM_CPUS_MAX; i++)
			while (wq->pools[i] && (w = wq->pools[i]->workers)) {
				wq->pools[i]->workers = w->next;
				osim__kernel_free(w);
			}
		k->works->first = wq->next;
		wq_free(wq);
	}
	osim__kernel_free(k->works);
}
