/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/kernel.h"

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm_types.h>
#include <linux/sched.h>
#include <linux/string.h>

/*
 * A thread gets its task_struct when somebody asks for it; found by the thread's address, and given
 * to the next thread there, once this one is gone. A kernel thread has one from the start, until
 * kthread_stop().
 */

#define BUCKETS 64u

struct osim__k_tasks {
	struct task_struct *bucket[BUCKETS];
	struct task_struct nobody; /* the host's stack, an idle CPU's handler */
};

static struct osim__k_tasks *tasks(struct osim__kernel *k)
{
	if (!k->tasks)
		k->tasks = osim__kernel_zalloc(sizeof(*k->tasks));
	return k->tasks;
}

static struct task_struct **bucket(struct osim__kernel *k, const struct osim__thread *t)
{
	return &tasks(k)->bucket[((uintptr_t)t >> 6) % BUCKETS];
}

static void set_thread(struct task_struct *task, struct osim__thread *t)
{
	task->osim_thread = t;
	task->pid = task->tgid = (pid_t)t->id;
}

static void task_add(struct osim__kernel *k, struct task_struct *task)
{
	struct task_struct **first = bucket(k, task->osim_thread);

	task->osim_next = *first;
	*first = task;
}

static void task_remove(struct osim__kernel *k, struct task_struct *task)
{
	struct task_struct **link = bucket(k, task->osim_thread);

	while (*link != task)
		link = &(*link)->osim_next;
	*link = task->osim_next;
}

static void task_init(struct task_struct *task, struct osim__thread *t)
{
	*task = (struct task_struct){.mm = osim__k_mm(), .active_mm = osim__k_mm()};
	task->group_leader = task;
	if (!t)
		return;
	set_thread(task, t);
	snprintf(task->comm, sizeof(task->comm), "%s", t->name);
}

struct task_struct *osim__k_current(void)
{
	struct osim__kernel *k = osim__kernel();
	struct osim__thread *t = osim__sched_current(&k->m->sched);
	struct task_struct *task, *next;

	if (!t) {
		if (!tasks(k)->nobody.mm)
			task_init(&tasks(k)->nobody, NULL);
		return &tasks(k)->nobody;
	}
	for (task = *bucket(k, t); task && task->osim_thread != t;)
		task = task->osim_next;
	if (task && task->pid == (pid_t)t->id)
		return task;
	if (task) {
		next = task->osim_next;
		task_init(task, t);
		task->osim_next = next;
		return task;
	}
	task = osim__kernel_zalloc(sizeof(*task));
	task_init(task, t);
	task_add(k, task);
	return task;
}

void osim__k_tasks_fini(struct osim__kernel *k)
{
	struct task_struct *task;

	for (unsigned int i = 0; k->tasks && i < BUCKETS; i++)
		while ((task = k->tasks->bucket[i])) {
			k->tasks->bucket[i] = task->osim_next;
			osim__kernel_free(task);
		}
	osim__kernel_free(k->tasks);
}

/* --- signals and yielding --- */

int osim__k_signal_pending(const struct task_struct *task, bool fatal)
{
	const struct osim__thread *t = task->osim_thread;

	if (!t)
		return 0;
	return fatal ? t->signal == OSIM__SIGNAL_FATAL : t->signal != OSIM__SIGNAL_NONE;
}

bool osim__k_need_resched(void)
{
	const struct osim__sched *s = &osim__machine()->sched;

	return s->runq_head;
}

int osim__k_cond_resched(const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	osim__k_check_sleep(m, "cond_resched()", site);
	osim__sched_yield(&m->sched);
	return 1;
}

static unsigned int wait_mode(unsigned int state)
{
	if (state & TASK_INTERRUPTIBLE)
		return OSIM__WAIT_INTERRUPTIBLE;
	return state & TASK_WAKEKILL ? OSIM__WAIT_KILLABLE : 0;
}

/* A running thread that calls it gives way; one that set another state sleeps until it is woken, or
 * for the timeout. */
long osim__k_schedule(unsigned int state, long timeout, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();
	struct task_struct *task = osim__k_current();
	struct osim__waitq nobody = {0};
	uint64_t deadline_ns = osim__k_deadline_ns(m, timeout > 0 ? (uint64_t)timeout : 0);

	osim__k_check_sleep(m, "schedule()", site);
	if (state == TASK_RUNNING)
		osim__sched_yield(&m->sched);
	else
		osim__k_block(m, &nobody, "wake_up_process()", task, deadline_ns, wait_mode(state));
	task->state = TASK_RUNNING;
	return timeout == MAX_SCHEDULE_TIMEOUT ? timeout
					       : (long)osim__k_left_jiffies(m, deadline_ns);
}

static void kthread_main(void *arg)
{
	struct task_struct *task = arg;

	task->osim_result = task->osim_stop ? -EINTR : task->osim_fn(task->osim_data);
}

/* What was made and not yet started, starts; what sleeps, wakes; for what runs and is about to
 * sleep, that sleep does not happen. */
int osim__k_wake_up_process(struct task_struct *task)
{
	struct osim_machine *m = osim__machine();
	struct osim__thread *t = task->osim_thread;

	if (!t) {
		if (osim__thread_spawn(&m->sched, task->comm, kthread_main, task, -1, &t))
			return 0;
		set_thread(task, t);
		task_add(osim__kernel_of(m), task);
		return 1;
	}
	if (osim__wake_thread(t, 0)) {
		osim__sched_point(&m->sched, OSIM__POINT_WAKE);
		return 1;
	}
	task->state = TASK_RUNNING;
	return 0;
}

/* --- kernel threads --- */

struct task_struct *osim__k_kthread_create(int (*fn)(void *data), void *data, bool run,
					   const struct osim__site *site, const char *format, ...)
{
	struct osim__kernel *k = osim__kernel();
	struct task_struct *task;
	va_list args;

	osim__k_check_sleep(k->m, "kthread_create()", site);
	if (osim__fault(k->m, OSIM_FAULT_ALLOC, "kthread_create"))
		return ERR_PTR(-ENOMEM);
	task = osim__kernel_zalloc(sizeof(*task));
	*task = (struct task_struct){
		.flags = PF_KTHREAD, .group_leader = task, .osim_fn = fn, .osim_data = data};
	va_start(args, format);
	vsnprintf(task->comm, sizeof(task->comm), format, args);
	va_end(args);
	osim__live_add(k->m, OSIM_LIVE_OTHER, task, 0, site);
	if (run)
		osim__k_wake_up_process(task);
	return task;
}

int osim__k_kthread_stop(struct task_struct *task, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	int result;

	osim__k_check_sleep(k->m, "kthread_stop()", site);
	if (!osim__live_remove(k->m, task)) {
		osim__finding(k->m, "kernel.kthread-gone",
			      "kthread_stop() of what is no kernel thread, at %s",
			      osim__k_where(site));
		return -ESRCH;
	}
	task->osim_stop = true;
	osim__k_wake_up_process(task);
	if (!task->osim_thread || !osim__k_join(k->m, task->osim_thread))
		return -EINTR;
	task_remove(k, task);
	osim__thread_free(task->osim_thread);
	result = task->osim_result;
	osim__kernel_free(task);
	return result;
}

bool osim__k_kthread_should_stop(void)
{
	return osim__k_current()->osim_stop;
}
