/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/work.h"

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
	unsigned int draining; /* who waits until it is empty */
	bool stop;
	char name[24];
};

struct osim__k_works {
	struct workqueue_struct *first;
	struct workqueue_struct *system;
	struct list_head delayed; /* items whose timer runs */
	struct osim__waitq progress;
	u64 seq;
};

static struct osim__k_works *works(struct osim__kernel *k)
{
	if (!k->works) {
		k->works = osim__kernel_zalloc(sizeof(*k->works));
		INIT_LIST_HEAD(&k->works->delayed);
	}
	return k->works;
}

struct list_head *osim__k_works_delayed(struct osim__kernel *k)
{
	return &works(k)->delayed;
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

struct workqueue_struct *osim__k_wq_alive(struct osim__kernel *k, struct workqueue_struct *wq,
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

/* Queued elsewhere while it ran in pool, it has kept those workers waiting. Its memory may be gone.
 */
static void wake_others(struct osim__kernel *k, const struct pool *pool,
			const struct work_struct *work)
{
	const struct work_struct *i;

	for (struct workqueue_struct *wq = works(k)->first; wq; wq = wq->next)
		for (unsigned int p = 0; p <= OSIM_CPUS_MAX; p++) {
			if (!wq->pools[p] || wq->pools[p] == pool)
				continue;
			list_for_each_entry (i, &wq->pools[p]->works, entry)
				if (i == work) {
					osim__wake(&k->m->sched, &wq->pools[p]->idle, 1);
					return;
				}
		}
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
	wake_others(k, w->pool, work);
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

void osim__k_work_enqueue(struct osim__kernel *k, struct workqueue_struct *wq,
			  struct work_struct *work, int cpu)
{
	struct pool *pool = pool_for(k, wq, work, cpu);

	work->seq = ++works(k)->seq;
	work->pool = pool;
	list_add_tail(&work->entry, &pool->works);
	if (!osim__wake(&k->m->sched, &pool->idle, 1) && pool->worker_count < wq->max_active)
		add_worker(k, pool);
}

bool osim__k_work_usable(struct osim__kernel *k, const struct work_struct *work,
			 const struct osim__site *site)
{
	if (work->magic == OSIM__K_WORK_MAGIC && work->func)
		return true;
	osim__finding(k->m, "kernel.work-uninitialised",
		      "work item is used before it was initialised, at %s", osim__k_where(site));
	return false;
}

bool osim__k_wq_accepts(struct osim__kernel *k, const struct workqueue_struct *wq,
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

	if (!osim__k_work_usable(k, work, site) || !osim__k_wq_alive(k, wq, site))
		return false;
	/* A run that is to come sees what was done before, though it was asked for earlier. */
	osim__access_release(k->m, work);
	if (work->pending || work->cancelling || !osim__k_wq_accepts(k, wq, work, site))
		return false;
	work->pending = true;
	work->where = site;
	osim__k_work_enqueue(k, wq, work, cpu);
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
	return osim__k_work_usable(k, work, site) && wait_for(k, NULL, work, work->seq, site);
}

void osim__k_flush_workqueue(struct workqueue_struct *wq, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();

	osim__k_check_sleep(k->m, "flush_workqueue()", site);
	if (osim__k_wq_alive(k, wq, site))
		wait_for(k, wq, NULL, works(k)->seq, site);
}

void osim__k_drain_workqueue(struct workqueue_struct *wq, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();

	osim__k_check_sleep(k->m, "drain_workqueue()", site);
	if (!osim__k_wq_alive(k, wq, site))
		return;
	wq->draining++;
	wait_for(k, wq, NULL, U64_MAX, site);
	wq->draining--;
}

/* Whoever is to wait keeps it from being queued until he has: it may queue itself. */
bool osim__k_work_cancel(struct osim__kernel *k, struct work_struct *work,
			 struct osim__timer *timer, bool sync, const struct osim__site *site)
{
	bool was_pending;

	if (sync)
		osim__k_check_sleep(k->m, "cancel_work_sync()", site);
	osim__sched_point(&k->m->sched, OSIM__POINT_LOCK);
	if (!osim__k_work_usable(k, work, site))
		return false;
	was_pending = work->pending;
	if (timer)
		osim__timer_cancel(&k->m->sched, timer);
	if (was_pending)
		take_off(work);
	if (!sync)
		return was_pending;
	work->cancelling++;
	wait_for(k, NULL, work, work->seq, site);
	work->cancelling--;
	return was_pending;
}

bool osim__k_cancel_work(struct work_struct *work, bool sync, const struct osim__site *site)
{
	return osim__k_work_cancel(osim__kernel(), work, NULL, sync, site);
}

unsigned int osim__k_work_busy(const struct work_struct *work)
{
	return (work->pending ? 1u : 0) | (worker_of(osim__kernel(), work, U64_MAX) ? 2u : 0);
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
	if (!osim__k_wq_alive(k, wq, site))
		return;
	osim__sched_point(&k->m->sched, OSIM__POINT_LOCK);
	wq->draining++;
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
		osim__k_delay_end(k, work);
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

	osim__k_delayed_fini(k);
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
