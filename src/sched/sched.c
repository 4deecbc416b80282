/* SPDX-License-Identifier: BSD-2-Clause */
#include "sched/switch.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A yield costs this much virtual time, so that polling with a timeout comes to its end. */
#define YIELD_NS 1000u
/* Threads of the run queue that a choice may take; the others wait their turn. */
#define QUEUED_MAX 32u
/* Interrupts that come in on the host's stack at one point: a handler that raises its own line must
 * not keep the host for ever. The others come in at the next point. */
#define HOST_IRQS_MAX 64u
#define WAYS_MAX      (2u * OSIM_CPUS_MAX + 2u * QUEUED_MAX)

enum way_kind {
	WAY_NONE,
	WAY_GO,	      /* the CPU goes on where it stands */
	WAY_IRQ,      /* the CPU takes an interrupt, then goes on */
	WAY_DISPATCH, /* an idle CPU takes a thread from the queue */
	WAY_PREEMPT,  /* the executing CPU exchanges its thread for a queued one */
};

struct way {
	enum way_kind kind;
	unsigned int cpu;
	struct osim__thread *thread;
};

struct ways {
	struct way way[WAYS_MAX];
	unsigned int count;
};

void osim__sched_init(struct osim__sched *s, unsigned int cpus, struct osim_chooser chooser,
		      const struct osim__sched_hooks *hooks)
{
	assert(cpus > 0 && cpus <= OSIM_CPUS_MAX);
	memset(s, 0, sizeof(*s));
	s->cpu_count = cpus;
	for (unsigned int c = 0; c <= OSIM_CPUS_MAX; c++)
		s->cpus[c].index = (uint8_t)c;
	s->here = &s->cpus[OSIM__CPU_HOST];
	s->chooser = chooser;
	s->hooks = *hooks;
	s->budget_max = UINT64_MAX;
	s->slow = chooser.choose ? OSIM__SLOW_CHOOSER : 0;
	for (unsigned int c = 0; c < cpus; c++)
		s->cpus[c].online = true;
	osim__fiber_init_host(&s->host);
	s->executing = &s->host;
}

/* --- what can happen next --- */

/*
 * What follows is compiled twice: to list all ways for a chooser, and to take the first where
 * nobody chooses, which is what most machines do all the time.
 */
#define EITHER static inline __attribute__((always_inline))

/* true: no more are wanted. */
EITHER bool add(struct ways *all, struct way *first, enum way_kind kind, unsigned int cpu,
		struct osim__thread *thread)
{
	const struct way way = {.kind = kind, .cpu = cpu, .thread = thread};

	if (!all) {
		*first = way;
		return true;
	}
	all->way[all->count++] = way;
	return all->count == WAYS_MAX;
}

static void idle_main(void *arg)
{
	struct osim__sched *s = arg;
	struct osim__cpu *c = osim__sched_cpu(s);

	osim__sched_arrived(s);
	for (;;) {
		c->active = NULL;
		osim__sched_reschedule(s, false);
	}
}

static __attribute__((noinline)) bool has_irq(struct osim__sched *s, unsigned int cpu)
{
	struct osim__cpu *c = &s->cpus[cpu];

	if (!c->online || c->irq_off || c->irq_depth)
		return false;
	if (!s->hooks.irq_deliverable(s->hooks.arg, cpu))
		return false;
	return c->active || c->idle || !osim__fiber_new(&s->pool, "idle", idle_main, s, &c->idle);
}

static inline bool can_irq(struct osim__sched *s, unsigned int cpu)
{
	return (s->slow & OSIM__SLOW_IRQ) && has_irq(s, cpu);
}

static bool is_idle(const struct osim__cpu *c)
{
	return c->online && !c->active;
}

/* A thread bound to a CPU that is gone may run anywhere, as in Linux. */
static bool allowed(const struct osim__sched *s, const struct osim__thread *t, unsigned int cpu)
{
	return t->bound_cpu < 0 || (unsigned int)t->bound_cpu == cpu ||
	       !s->cpus[t->bound_cpu].online;
}

static int any_idle_cpu_for(const struct osim__sched *s, const struct osim__thread *t)
{
	for (unsigned int c = 0; c < s->cpu_count; c++)
		if (is_idle(&s->cpus[c]) && allowed(s, t, c))
			return (int)c;
	return -1;
}

static inline int idle_cpu_for(const struct osim__sched *s, const struct osim__thread *t,
			       unsigned int first)
{
	if (first < s->cpu_count && is_idle(&s->cpus[first]) && allowed(s, t, first))
		return (int)first;
	return any_idle_cpu_for(s, t);
}

EITHER bool add_queued(struct osim__sched *s, struct ways *all, struct way *first, unsigned int me,
		       bool preempt)
{
	unsigned int added = 0;

	/* Threads that can go nowhere now do not count, or they would hide one that can. */
	for (struct osim__thread *t = s->runq_head; t && added < QUEUED_MAX; t = t->next) {
		int cpu = idle_cpu_for(s, t, me);
		bool here = preempt ? cpu < 0 && allowed(s, t, me) : cpu >= 0;

		if (!here)
			continue;
		added++;
		if (add(all, first, preempt ? WAY_PREEMPT : WAY_DISPATCH,
			preempt ? me : (unsigned int)cpu, t))
			return true;
	}
	return false;
}

/*
 * The order is part of the contract with saved lists: this CPU's interrupt, this CPU, the others'
 * interrupts, the others, queued threads onto idle CPUs, queued threads in place of this one. me is
 * OSIM__CPU_HOST on the host's stack. Returns whether there is any.
 */
EITHER bool collect(struct osim__sched *s, struct ways *all, struct way *first, unsigned int me,
		    bool stay)
{
	const struct osim__cpu *c = &s->cpus[me];

	if (me != OSIM__CPU_HOST) {
		if (can_irq(s, me) && add(all, first, WAY_IRQ, me, NULL))
			return true;
		if (stay && add(all, first, WAY_GO, me, NULL))
			return true;
	}
	for (unsigned int i = 0; (s->slow & OSIM__SLOW_IRQ) && i < s->cpu_count; i++)
		if (i != me && can_irq(s, i) && add(all, first, WAY_IRQ, i, NULL))
			return true;
	for (unsigned int i = 0; i < s->cpu_count; i++)
		if (i != me && s->cpus[i].active && !s->cpus[i].spin &&
		    add(all, first, WAY_GO, i, NULL))
			return true;
	if (add_queued(s, all, first, me, false))
		return true;
	if (stay && c->cur && c->online && osim__sched_may_sleep(s))
		add_queued(s, all, first, me, true);
	return all && all->count;
}

EITHER struct way first_way(struct osim__sched *s, bool stay)
{
	struct way way = {.kind = WAY_NONE};

	collect(s, NULL, &way, s->here->index, stay);
	return way;
}

bool osim__sched_can_run(struct osim__sched *s)
{
	return __atomic_load_n(&s->inbox, __ATOMIC_RELAXED) || first_way(s, false).kind != WAY_NONE;
}

static __attribute__((noinline)) struct way choose_way(struct osim__sched *s, bool stay)
{
	struct ways all;

	all.count = 0;
	if (!collect(s, &all, NULL, s->here->index, stay))
		return (struct way){.kind = WAY_NONE};
	return all.way[osim__choose(s, OSIM_CHOICE_RUN, all.count)];
}

static void unqueue(struct osim__sched *s, struct osim__thread *t)
{
	if (t->prev)
		t->prev->next = t->next;
	else
		s->runq_head = t->next;
	if (t->next)
		t->next->prev = t->prev;
	else
		s->runq_tail = t->prev;
	t->next = t->prev = NULL;
}

void osim__sched_queue(struct osim__sched *s, struct osim__thread *t)
{
	t->state = OSIM__THREAD_RUNNABLE;
	t->next = NULL;
	t->prev = s->runq_tail;
	if (s->runq_tail)
		s->runq_tail->next = t;
	else
		s->runq_head = t;
	s->runq_tail = t;
}

static inline struct osim__fiber *apply(struct osim__sched *s, struct way way)
{
	struct osim__cpu *c = &s->cpus[way.cpu];
	struct osim__thread *t = way.thread;

	s->here = c;
	switch (way.kind) {
	case WAY_NONE:
	case WAY_GO:
		break;
	case WAY_IRQ:
		c->take_irq = true;
		if (!c->active)
			c->active = c->idle;
		break;
	case WAY_PREEMPT:
		osim__sched_queue(s, c->cur);
		/* fall through */
	case WAY_DISPATCH:
		unqueue(s, t);
		t->state = OSIM__THREAD_RUNNING;
		t->cpu = (int)way.cpu;
		c->cur = t;
		c->active = t->fiber;
		break;
	}
	return c->active;
}

/* Which fiber goes on; the host's when nothing can, when the run is over, or when it has been going
 * on for too long. */
static inline struct osim__fiber *next(struct osim__sched *s, bool stay)
{
	struct way way;
	struct osim__fiber *to;
	const struct osim__thread *before = osim__sched_current(s);

	if (s->stopped || (s->done && s->executing != &s->host && s->done(s->done_arg)))
		goto host;
	if (!s->budget) {
		s->livelock = true;
		goto host;
	}
	s->budget--;
	way = s->chooser.choose ? choose_way(s, stay) : first_way(s, stay);
	if (way.kind == WAY_NONE)
		goto host;
	to = apply(s, way);
	if (s->hooks.switched && osim__sched_current(s) != before)
		s->hooks.switched(s->hooks.arg, s->here->index, osim__sched_current(s));
	return to;
host:
	s->here = &s->cpus[OSIM__CPU_HOST];
	return &s->host;
}

static bool take_irq(struct osim__sched *s)
{
	struct osim__cpu *c = osim__sched_cpu(s);
	bool taken;

	c->take_irq = false;
	/* A handler goes on whatever its CPU spins on, which looks again afterwards. */
	c->spin = NULL;
	c->irq_depth++;
	c->irq_off++;
	c->preempt_off++;
	taken = s->hooks.irq_take(s->hooks.arg, osim__sched_cpu_number(s));
	c->preempt_off--;
	c->irq_off--;
	c->irq_depth--;
	return taken;
}

static __attribute__((noinline, cold)) void visited(struct osim__sched *s)
{
	struct osim__fiber *self = s->executing;

	s->visit(s->visit_arg);
	s->visit = NULL;
	s->executing = &s->host;
	osim__fiber_switch(self, &s->host);
}

void osim__sched_visit(struct osim__sched *s, struct osim__fiber *fiber, void (*fn)(void *arg),
		       void *arg)
{
	assert(s->executing == &s->host && fiber != &s->host && fiber->sp);
	s->visit = fn;
	s->visit_arg = arg;
	s->executing = fiber;
	osim__fiber_switch(&s->host, fiber);
}

static inline void arrived(struct osim__sched *s)
{
	while (__builtin_expect(s->visit != NULL, 0))
		visited(s);
	if (s->dead_fiber) {
		osim__fiber_free(&s->pool, s->dead_fiber);
		s->dead_fiber = NULL;
	}
	while (osim__sched_cpu(s)->take_irq)
		take_irq(s);
}

void osim__sched_arrived(struct osim__sched *s)
{
	arrived(s);
}

__attribute__((noinline)) void osim__sched_reschedule(struct osim__sched *s, bool stay)
{
	struct osim__fiber *self = s->executing;
	struct osim__fiber *to = next(s, stay);

	if (to != self) {
		s->executing = to;
		osim__fiber_switch(self, to);
	}
	arrived(s);
}

/* --- points --- */

static void drain(struct osim__sched *s)
{
	__atomic_exchange_n(&s->inbox, 0, __ATOMIC_ACQUIRE);
	if (s->hooks.inbox)
		s->hooks.inbox(s->hooks.arg);
}

/* On the host's stack nothing is switched; an interrupt for CPU 0 comes in on top, where CPU 0 is
 * not in the middle of something. */
static void host_irqs(struct osim__sched *s)
{
	struct osim__cpu *host = &s->cpus[OSIM__CPU_HOST];

	for (unsigned int n = 0; n < HOST_IRQS_MAX && !host->irq_off && !host->irq_depth &&
				 is_idle(&s->cpus[0]) && can_irq(s, 0);
	     n++)
		take_irq(s);
}

/* Nobody chooses, so this CPU's interrupts come first: no other CPU is looked at. Where the run may
 * be over, that is found out as ever. */
static void take_irqs(struct osim__sched *s)
{
	const struct osim__cpu *c = osim__sched_cpu(s);

	while ((s->slow & OSIM__SLOW_IRQ) && c->online && !c->irq_off && !c->irq_depth) {
		if (!s->done && s->budget) {
			if (!take_irq(s))
				return;
			s->budget--;
		} else {
			if (!has_irq(s, s->here->index))
				return;
			osim__sched_reschedule(s, true);
		}
	}
}

void osim__sched_point_slow(struct osim__sched *s, enum osim__point why)
{
	if (s->pinned)
		return;
	osim__sched_cpu(s)->point = (uint8_t)why;
	if (__atomic_load_n(&s->inbox, __ATOMIC_RELAXED))
		drain(s);
	if (osim__sched_on_host(s))
		host_irqs(s);
	else if (s->slow & OSIM__SLOW_CHOOSER)
		osim__sched_reschedule(s, true);
	else
		take_irqs(s);
}

void osim__sched_irq_on(struct osim__sched *s)
{
	struct osim__cpu *c = osim__sched_cpu(s);

	assert(c->irq_off > 0);
	if (!--c->irq_off)
		osim__sched_point(s, OSIM__POINT_IRQ_ON);
}

void osim__sched_yield(struct osim__sched *s)
{
	struct osim__cpu *c = osim__sched_cpu(s);

	if (!osim__sched_may_sleep(s)) {
		osim__sched_point(s, OSIM__POINT_USER);
		return;
	}
	if (!s->hooks.now_ns)
		s->now_ns += YIELD_NS;
	if (s->timers)
		osim__timer_fire(s);
	osim__sched_queue(s, c->cur);
	c->cur = NULL;
	c->active = NULL;
	osim__sched_reschedule(s, false);
}

int osim__sched_spin(struct osim__sched *s, const void *object, const char *what)
{
	struct osim__cpu *c = osim__sched_cpu(s);

	if (osim__sched_on_host(s))
		return -EDEADLK;
	c->spin = object;
	c->spin_what = what;
	while (c->spin)
		osim__sched_reschedule(s, false);
	return 0;
}

void osim__sched_spin_end(struct osim__sched *s, const void *object)
{
	for (unsigned int c = 0; c < s->cpu_count; c++)
		if (s->cpus[c].spin == object)
			s->cpus[c].spin = NULL;
}

/* --- the host's loop --- */

static bool is_waiting(const struct osim__thread *t)
{
	return t->state == OSIM__THREAD_BLOCKED && !(t->wait_flags & OSIM__WAIT_DAEMON);
}

static bool is_stuck(const struct osim__thread *t)
{
	return is_waiting(t) && !(t->wait_flags & OSIM__WAIT_INTERRUPTIBLE);
}

static bool any_stuck(const struct osim__sched *s)
{
	for (const struct osim__thread *t = s->all; t; t = t->next_all)
		if (is_stuck(t))
			return true;
	for (unsigned int c = 0; c < s->cpu_count; c++)
		if (s->cpus[c].spin)
			return true;
	return false;
}

/* 0: something may be able to run now. */
static int idle(struct osim__sched *s)
{
	uint64_t deadline_ns;

	if (osim__timer_fire(s))
		return 0;
	deadline_ns = osim__timer_next_ns(s);
	if (s->hooks.idle)
		return s->hooks.idle(s->hooks.arg, deadline_ns);
	if (deadline_ns == OSIM_NEVER)
		return -EDEADLK;
	s->now_ns = deadline_ns;
	return 0;
}

static int run(struct osim__sched *s)
{
	int rc;

	for (;;) {
		if (__atomic_load_n(&s->inbox, __ATOMIC_RELAXED))
			drain(s);
		if (s->done && s->done(s->done_arg))
			return 0;
		osim__sched_reschedule(s, false);
		if (s->stopped)
			return -EAGAIN;
		if (s->livelock)
			return -ELOOP;
		if (s->done && s->done(s->done_arg))
			return 0;
		rc = idle(s);
		if (rc == -EDEADLK && !s->done && !any_stuck(s))
			return 0;
		if (rc)
			return rc;
	}
}

int osim__sched_run(struct osim__sched *s, bool (*done)(void *arg), void *arg)
{
	int rc;

	/* A secure thread that the host's stack called is inside, too. */
	if (s->running || s->executing != &s->host)
		return -EBUSY;
	s->running = true;
	s->livelock = false;
	s->budget = s->budget_max;
	s->done = done;
	s->done_arg = arg;
	rc = run(s);
	s->done = NULL;
	s->running = false;
	return rc;
}

unsigned int
osim__sched_report(struct osim__sched *s,
		   void (*line)(void *arg, const char *text, struct osim__fiber *fiber), void *arg)
{
	const bool stuck = any_stuck(s);
	unsigned int lines = 0;
	char text[128];

	for (unsigned int c = 0; c < s->cpu_count; c++) {
		if (!s->cpus[c].spin)
			continue;
		snprintf(text, sizeof(text), "cpu%u (%s) spins on %s", c,
			 s->cpus[c].cur ? s->cpus[c].cur->name : "idle", s->cpus[c].spin_what);
		line(arg, text, s->cpus[c].active);
		lines++;
	}
	for (const struct osim__thread *t = s->all; t; t = t->next_all) {
		/* A program that any signal wakes stands there by choice, unless it is all there
		 * is. */
		if (stuck ? !is_stuck(t) : !is_waiting(t))
			continue;
		snprintf(text, sizeof(text), "%s waits for %s", t->name, t->wait_what);
		line(arg, text, t->fiber);
		lines++;
	}
	return lines;
}
