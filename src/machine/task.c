/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "machine/machine.h"

static void task_main(void *arg)
{
	struct osim_task *task = arg;

	task->fn(task->arg);
	task->done = true;
}

int osim__task_new(struct osim_machine *m, const char *name, void (*fn)(void *arg), void *arg,
		   int cpu, struct osim_task **out)
{
	struct osim_task *task;

	if (cpu < -1 || cpu >= (int)m->sched.cpu_count)
		return osim__error(-EINVAL, "thread %s: no cpu %d", name, cpu);
	task = calloc(1, sizeof(*task));
	if (!task)
		return -ENOMEM;
	*task = (struct osim_task){.m = m, .fn = fn, .arg = arg, .next = m->tasks};
	if (osim__thread_spawn(&m->sched, name, task_main, task, cpu, &task->thread)) {
		free(task);
		return -ENOMEM;
	}
	task->thread->owner = task;
	m->tasks = task;
	*out = task;
	return 0;
}

void osim__task_free(struct osim_task *task)
{
	struct osim_task **link = &task->m->tasks;

	assert(task->thread->state == OSIM__THREAD_DEAD);
	while (*link != task)
		link = &(*link)->next;
	*link = task->next;
	osim__thread_free(task->thread);
	free(task);
}

int osim_spawn(struct osim_machine *m, const char *name, void (*fn)(void *arg), void *arg, int cpu,
	       struct osim_task **out)
{
	struct osim_task *task = NULL;
	int rc = osim__task_new(m, name, fn, arg, cpu, &task);

	if (!rc && out)
		*out = task;
	return rc;
}

bool osim_task_done(const struct osim_task *task)
{
	return task->done;
}

void osim_task_signal(struct osim_task *task, bool fatal)
{
	if (!task->done)
		osim__thread_signal(task->thread, fatal ? OSIM__SIGNAL_FATAL : OSIM__SIGNAL_PLAIN);
}

int osim_sleep_ns(struct osim_machine *m, uint64_t duration_ns)
{
	struct osim__waitq nobody = {0};
	uint64_t now_ns = osim__sched_now_ns(&m->sched);
	uint64_t end_ns = now_ns + duration_ns < now_ns ? OSIM_NEVER : now_ns + duration_ns;
	struct osim__thread *t = osim__sched_current(&m->sched);
	int rc;

	if (!osim__sched_may_sleep(&m->sched))
		return osim__error(
			-EPERM, "sleep: %s",
			t ? "interrupts or preemption are off, or this is the secure world"
			  : "not in a thread of the machine");
	rc = osim__wait(&m->sched, &nobody, "time to pass", NULL, end_ns, OSIM__WAIT_INTERRUPTIBLE);
	/* The signal has done its work; a fatal one never has. */
	if (rc == -EINTR && t->signal == OSIM__SIGNAL_PLAIN)
		t->signal = OSIM__SIGNAL_NONE;
	return rc == -ETIMEDOUT ? 0 : rc;
}

void osim_yield(struct osim_machine *m)
{
	osim__sched_yield(&m->sched);
}

uint32_t osim_choose(struct osim_machine *m, uint32_t n)
{
	return osim__choose(&m->sched, OSIM_CHOICE_USER, n);
}
