/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/kernel.h"

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm_types.h>
#include <linux/sched.h>
#include <linux/string.h>

/*
 * A thread gets its task_struct when somebody asks for it. A kernel thread has one from the start, and is freed by kthread_stop(), or
 * with the machine.
 */

struct osim__k_tasks {
	struct task_struct *first;
};

static struct osim__k_tasks *tasks(struct osim__kernel *k)
{
	if (!k->tasks)
		k->tasks = osim__kernel_zalloc(sizeof(*k->tasks));
	return k->tasks;
}

static struct task_struct *task_new(struct osim__kernel *k, struct osim__thread *t)
{
	struct task_struct *task = osim__kernel_zalloc(sizeof(*task));
	struct osim__k_tasks *all = tasks(k);

	task->osim_thread = t;
	task->group_leader = task;
	task->mm = task->active_mm = osim__k_mm();
	if (t) {
		task->pid = task->tgid = (pid_t)t->id;
		snprintf(task->comm, sizeof(task->comm), "%s", t->name);
	}
	task->osim_next = all->first;
	all->first = task;
	return task;
}

static void task_free(struct osim__kernel *k, struct task_struct *task)
{
	struct task_struct **link = &k->tasks->first;

	while (*link != task)
		link = &(*link)->osim_next;
	*link = task->osim_next;
	osim__kernel_free(task);
}

/* On the host's stack and in an idle CPU's handler: the task of no thread. */
struct task_struct *osim__k_current(void)
{
	struct osim__kernel *k = osim__kernel();
	struct osim__thread *t = osim__sched_current(&k->m->sched);

	for (struct task_struct *task = tasks(k)->first; task; task = task->osim_next)
		if (task->osim_thread == t && task->pid == (pid_t)(t ? t->id : 0))
			return task;
	return task_new(k, t);
}

void osim__k_tasks_fini(struct osim__kernel *k)
{
	while (k->tasks && k->tasks->first)
		task_free(k, k->tasks->first);
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

/* A running thread that calls it gives way; one that set another state sleeps until it is woken, or for the timeout. */
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
	return timeout == MAX_SCHEDULE_TIMEOUT ? timeout :
						 (long)osim__k_left_jiffies(m, deadline_ns);
}

static void kthread_main(void *arg)
{
	struct task_struct *task = arg;

	task->osim_result = task->osim_stop ? -EINTR : task->osim_fn(task->osim_data);
}

/* What was made and not yet started, starts; what sleeps, wakes; for what runs and is about to sleep, that sleep does not happen. */
int osim__k_wake_up_process(struct task_struct *task)
{
	struct osim_machine *m = osim__machine();
	struct osim__thread *t = task->osim_thread;

	if (!t) {
		if (osim__thread_spawn(&m->sched, task->comm, kthread_main, task, -1, &t))
			return 0;
		task->osim_thread = t;
		task->pid = task->tgid = (pid_t)t->id;
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
	task = task_new(k, NULL);
	task->mm = task->active_mm = NULL;
	task->flags = PF_KTHREAD;
	task->pid = -1;
	task->osim_fn = fn;
	task->osim_data = data;
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
	osim__thread_free(task->osim_thread);
	result = task->osim_result;
	task_free(k, task);
	return result;
}

bool osim__k_kthread_should_stop(void)
{
	return osim__k_current()->osim_stop;
}
