/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sched/sched.h"

static void thread_main(void *arg)
{
	struct osim__thread *t = arg;
	struct osim__sched *s = t->sched;
	struct osim__cpu *c;

	osim__sched_arrived(s);
	t->fn(t->arg);
	c = osim__sched_cpu(s);
	assert(c->cur == t);
	t->state = OSIM__THREAD_DEAD;
	osim__wake(s, &t->exited, ~0u);
	t->fiber->dying = true;
	s->dead_fiber = t->fiber;
	t->fiber = NULL;
	c->cur = NULL;
	c->active = NULL;
	/* A thread that ends with masks on took them with it: the next one on this CPU must not
	 * inherit them. */
	c->irq_off = 0;
	c->preempt_off = 0;
	osim__sched_reschedule(s, false);
}

int osim__thread_spawn(struct osim__sched *s, const char *name, osim__fiber_fn *fn, void *arg,
		       int bound_cpu, struct osim__thread **out)
{
	struct osim__thread *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	if (osim__fiber_new(&s->pool, name, thread_main, t, &t->fiber)) {
		free(t);
		return -ENOMEM;
	}
	t->sched = s;
	t->fn = fn;
	t->arg = arg;
	t->bound_cpu = bound_cpu;
	t->id = ++s->next_thread_id;
	strncpy(t->name, name, sizeof(t->name) - 1);
	t->next_all = s->all;
	if (s->all)
		s->all->prev_all = t;
	s->all = t;
	osim__sched_queue(s, t);
	if (s->hooks.spawned)
		s->hooks.spawned(s->hooks.arg, t);
	*out = t;
	return 0;
}

static void forget(struct osim__thread *t)
{
	if (t->prev_all)
		t->prev_all->next_all = t->next_all;
	else
		t->sched->all = t->next_all;
	if (t->next_all)
		t->next_all->prev_all = t->prev_all;
	free(t);
}

void osim__thread_free(struct osim__thread *t)
{
	assert(t->state == OSIM__THREAD_DEAD);
	forget(t);
}

void osim__sched_fini(struct osim__sched *s)
{
	assert(!s->running);
	while (s->all)
		forget(s->all);
	osim__fiber_pool_fini(&s->pool);
}

static void abandon(struct osim__sched *s, struct osim__thread *t)
{
	if (t->state == OSIM__THREAD_DEAD)
		return;
	osim__timer_cancel(s, &t->timer);
	osim__fiber_free(&s->pool, t->fiber);
	t->fiber = NULL;
	t->state = OSIM__THREAD_DEAD;
	t->waiting_on = NULL;
	t->next = t->prev = NULL;
	t->exited = (struct osim__waitq){0};
}

void osim__sched_abandon(struct osim__sched *s)
{
	assert(!s->running && s->executing == &s->host);
	for (struct osim__thread *t = s->all; t; t = t->next_all)
		abandon(s, t);
	s->runq_head = s->runq_tail = NULL;
	for (unsigned int c = 0; c <= OSIM_CPUS_MAX; c++) {
		if (s->cpus[c].idle)
			osim__fiber_free(&s->pool, s->cpus[c].idle);
		s->cpus[c] = (struct osim__cpu){.online = c < s->cpu_count, .index = (uint8_t)c};
	}
	s->stopped = false;
}

void osim__thread_join(struct osim__thread *t)
{
	while (t->state != OSIM__THREAD_DEAD)
		osim__wait(t->sched, &t->exited, "the end of a thread", t, OSIM_NEVER, 0);
}

static bool signal_ends(const struct osim__thread *t, enum osim__wait_flags flags)
{
	return (t->signal == OSIM__SIGNAL_FATAL &&
		(flags & (OSIM__WAIT_KILLABLE | OSIM__WAIT_INTERRUPTIBLE))) ||
	       (t->signal == OSIM__SIGNAL_PLAIN && (flags & OSIM__WAIT_INTERRUPTIBLE));
}

void osim__thread_signal(struct osim__thread *t, enum osim__signal signal)
{
	if (signal > t->signal)
		t->signal = signal;
	if (t->state == OSIM__THREAD_BLOCKED && signal_ends(t, t->wait_flags))
		osim__wake_thread(t, -EINTR);
}

static void timed_out(void *arg)
{
	osim__wake_thread(arg, -ETIMEDOUT);
}

static void enqueue(struct osim__waitq *q, struct osim__thread *t)
{
	t->next = NULL;
	t->prev = q->tail;
	if (q->tail)
		q->tail->next = t;
	else
		q->head = t;
	q->tail = t;
}

static void dequeue(struct osim__waitq *q, struct osim__thread *t)
{
	if (t->prev)
		t->prev->next = t->next;
	else
		q->head = t->next;
	if (t->next)
		t->next->prev = t->prev;
	else
		q->tail = t->prev;
	t->next = t->prev = NULL;
}

int osim__wait(struct osim__sched *s, struct osim__waitq *q, const char *what, const void *object,
	       uint64_t deadline_ns, enum osim__wait_flags flags)
{
	struct osim__cpu *c = osim__sched_cpu(s);
	struct osim__thread *t = c->cur;
	uint32_t irq_off = c->irq_off, preempt_off = c->preempt_off;

	/* On its own stack: what is left in the middle of a secure thread is resumed by nobody. */
	assert(t && t->state == OSIM__THREAD_RUNNING && !c->irq_depth && s->executing == t->fiber);
	if (signal_ends(t, flags))
		return -EINTR;
	if (deadline_ns <= osim__sched_now_ns(s))
		return -ETIMEDOUT;
	t->wait_what = what;
	t->wait_object = object;
	t->wait_flags = flags;
	t->waiting_on = q;
	t->state = OSIM__THREAD_BLOCKED;
	enqueue(q, t);
	if (deadline_ns != OSIM_NEVER)
		osim__timer_arm(s, &t->timer, deadline_ns, timed_out, t);
	c->cur = NULL;
	c->active = NULL;
	/* Sleeping with masks on is a fault of the driver (kernel/ says so); the masks go with the
	 * thread, not with the CPU. */
	c->irq_off = c->preempt_off = 0;
	osim__sched_reschedule(s, false);
	c = osim__sched_cpu(s);
	c->irq_off = irq_off;
	c->preempt_off = preempt_off;
	return t->wait_result;
}

bool osim__wake_thread(struct osim__thread *t, int result)
{
	struct osim__sched *s = t->sched;

	if (t->state != OSIM__THREAD_BLOCKED)
		return false;
	dequeue(t->waiting_on, t);
	t->waiting_on = NULL;
	t->wait_result = result;
	osim__timer_cancel(s, &t->timer);
	osim__sched_queue(s, t);
	if (s->hooks.woken)
		s->hooks.woken(s->hooks.arg, t);
	return true;
}

unsigned int osim__wake(struct osim__sched *s, struct osim__waitq *q, unsigned int n)
{
	unsigned int woken = 0;

	(void)s;
	while (woken < n && q->head) {
		osim__wake_thread(q->head, 0);
		woken++;
	}
	return woken;
}
