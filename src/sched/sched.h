/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_SCHED_SCHED_H
#define OSIM_SCHED_SCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <optee_sim/chooser.h>

#include "sched/fiber.h"

/*
 * One runner, several CPUs. Each CPU has at most one thread in progress; exactly one CPU executes
 * at a time, and another may go on only at a scheduling point. What goes on is the chooser's
 * answer; way 0 keeps the running CPU running.
 *
 * Plain C without libc types, so that both sides of the kernel API can include it.
 */

#define OSIM__HZ	     250u
#define OSIM__NSEC_PER_JIFFY (1000000000ull / OSIM__HZ)

struct osim__sched;
struct osim__thread;

enum osim__thread_state {
	OSIM__THREAD_RUNNABLE,
	OSIM__THREAD_RUNNING, /* a CPU's current thread, executing or paused at a point */
	OSIM__THREAD_BLOCKED,
	OSIM__THREAD_DEAD,
};

enum osim__wait_flags {
	OSIM__WAIT_INTERRUPTIBLE = 1, /* any signal ends it: -EINTR */
	OSIM__WAIT_KILLABLE = 2,      /* a fatal signal ends it: -EINTR */
	OSIM__WAIT_DAEMON = 4, /* waiting for ever is this thread's normal state: no deadlock */
};

enum osim__signal { OSIM__SIGNAL_NONE, OSIM__SIGNAL_PLAIN, OSIM__SIGNAL_FATAL };

/* Who is kept where; first in, first out. Zero-initialised is empty. */
struct osim__waitq {
	struct osim__thread *head, *tail;
};

typedef void osim__timer_fn(void *arg);

/* Intrusive, ordered by deadline, then by arming order. Zero-initialised is not armed. */
struct osim__timer {
	struct osim__timer *child, *sibling, *prev;
	uint64_t deadline_ns;
	uint64_t seq;
	osim__timer_fn *fn;
	void *arg;
	bool armed;
};

struct osim__thread {
	struct osim__thread *next, *prev; /* in the run queue or in a wait queue */
	struct osim__thread *next_all, *prev_all;
	struct osim__sched *sched;
	struct osim__fiber *fiber;
	osim__fiber_fn *fn;
	void *arg;
	struct osim__waitq *waiting_on;
	const char *wait_what; /* static text, for the report of a stuck machine */
	const void *wait_object;
	struct osim__waitq exited; /* who waits for this thread's end */
	struct osim__timer timer;
	void *owner; /* the room that made it: kernel's task */
	uint32_t id;
	uint32_t context; /* whoever follows what is before what numbers them; 0: not yet */
	int bound_cpu;	  /* -1: any */
	int cpu;	  /* where it runs, or ran last */
	int wait_result;
	enum osim__thread_state state;
	enum osim__wait_flags wait_flags;
	enum osim__signal signal;
	char name[32];
};

struct osim__cpu {
	struct osim__thread *cur;   /* NULL: idle */
	struct osim__fiber *active; /* what executes on it: the thread's fiber, a secure thread's,
				       the idle fiber */
	struct osim__fiber
		*idle; /* runs interrupt handlers when there is no thread; made when first needed */
	const void *spin; /* what this CPU spins on, or NULL */
	const char *spin_what;
	uint32_t irq_off;     /* > 0: interrupts masked */
	uint32_t preempt_off; /* > 0: this thread stays on this CPU */
	uint32_t irq_depth;   /* > 0: in an interrupt handler */
	uint32_t in_secure;   /* > 0: in the secure world; for the context of events */
	bool take_irq;	      /* told to take one when it goes on */
	bool online;
	uint8_t point; /* enum osim__point: where it stands, for a debugger */
	uint8_t index; /* in osim__sched.cpus */
};

/* The host's stack has masks and depths of its own in one more entry; to others it is CPU 0. */
#define OSIM__CPU_HOST OSIM_CPUS_MAX

/* Why the point is there; recorded, and what an explorer may select by. */
enum osim__point {
	OSIM__POINT_CALL,   /* conduit, both ways */
	OSIM__POINT_LOCK,   /* before a lock is taken */
	OSIM__POINT_UNLOCK, /* after it was released */
	OSIM__POINT_WAKE,   /* after somebody was woken */
	OSIM__POINT_IRQ_ON, /* interrupts were unmasked */
	OSIM__POINT_MEMORY, /* shared memory is touched */
	OSIM__POINT_POST,   /* a value was posted */
	OSIM__POINT_ALLOC,  /* allocation that may sleep */
	OSIM__POINT_USER,   /* asked for by a test */
};

/* What sched asks of the machine around it. All are called on the machine's thread. */
struct osim__sched_hooks {
	bool (*irq_deliverable)(
		void *arg,
		unsigned int cpu); /* pending, enabled, routed there; masks are sched's to check */
	/* Acknowledge, run the handler, end. false: there was none after all. */
	bool (*irq_take)(void *arg, unsigned int cpu);
	/*
	 * Nothing can run. deadline_ns is the next timer, or OSIM_NEVER. 0: look again (time may
	 * have passed); -EAGAIN: leave osim__sched_run() and come back later; any other error:
	 * stuck.
	 */
	int (*idle)(void *arg, uint64_t deadline_ns); /* NULL: virtual time jumps */
	uint64_t (*now_ns)(void *arg);		      /* NULL: virtual */
	void (*inbox)(void *arg);		      /* osim__sched_left() was called */
	void (*switched)(void *arg, unsigned int cpu, const struct osim__thread *thread);
	void (*spawned)(void *arg, struct osim__thread *thread);
	void (*woken)(void *arg, struct osim__thread *thread);
	void *arg;
};

/* Bits of sched->slow: any set means that a point has to look. */
enum {
	OSIM__SLOW_CHOOSER = 1, /* somebody chooses: each point is asked */
	OSIM__SLOW_IRQ = 2,	/* a line is pending somewhere */
};

struct osim__sched {
	/* First: the fast path reads only these two. A byte, because bits of a wider word are set
	 * by byte, and a processor stalls that reads the word back. */
	uint8_t slow;
	uint32_t inbox;		/* another thread left something; any thread sets it */
	struct osim__cpu *here; /* what executes: a CPU, or the host's entry */
	unsigned int cpu_count;
	uint32_t pinned; /* > 0: in an event sink: nothing is switched, interrupts wait */
	bool running;	 /* inside osim__sched_run(): fibers may be switched */
	struct osim__fiber *executing;
	struct osim__fiber host;
	struct osim__cpu cpus[OSIM_CPUS_MAX + 1];
	struct osim__thread *runq_head, *runq_tail;
	struct osim__thread *all;
	struct osim__fiber *dead_fiber; /* given back by whoever runs next */
	struct osim__fiber_pool pool;
	struct osim__timer *timers; /* pairing heap */
	uint64_t timer_seq;
	uint64_t now_ns;
	struct osim_chooser chooser;
	struct osim__sched_hooks hooks;
	uint64_t budget; /* scheduling decisions left before the run is given up as a livelock */
	uint64_t budget_max;
	uint32_t next_thread_id;
	bool livelock;		  /* the budget is used up */
	bool stopped;		  /* no thread goes on until osim__sched_abandon() */
	void (*visit)(void *arg); /* what the fiber that was switched to does instead of going on */
	void *visit_arg;
	bool (*done)(void *arg);
	void *done_arg;
};

/* chooser.choose may be NULL. cpus: 1 .. OSIM_CPUS_MAX. */
void osim__sched_init(struct osim__sched *s, unsigned int cpus, struct osim_chooser chooser,
		      const struct osim__sched_hooks *hooks);
/* Drops every thread, wherever it stands, with its stack. */
void osim__sched_fini(struct osim__sched *s);
/* The same, and goes on: threads are dead without having come to their end, CPUs are as new. Stacks
 * that are no thread's stay. On the host's stack, not in a run. */
void osim__sched_abandon(struct osim__sched *s);

/* A thread that runs fn(arg), then is dead until osim__thread_free(). bound_cpu -1: any. -ENOMEM.
 */
int osim__thread_spawn(struct osim__sched *s, const char *name, osim__fiber_fn *fn, void *arg,
		       int bound_cpu, struct osim__thread **out);
/* Of a dead thread only. */
void osim__thread_free(struct osim__thread *t);
/* Blocks until t is dead. Thread context. */
void osim__thread_join(struct osim__thread *t);
/* Wakes t out of a wait that the signal may end; stays with it otherwise. */
void osim__thread_signal(struct osim__thread *t, enum osim__signal signal);

/* The thread in progress on the executing CPU; NULL on the host's stack and in an idle CPU's
 * handler. */
static inline struct osim__thread *osim__sched_current(const struct osim__sched *s)
{
	return s->here->cur;
}

static inline bool osim__sched_on_host(const struct osim__sched *s)
{
	return s->here->index == OSIM__CPU_HOST;
}

/* What the executing context calls its CPU. */
static inline unsigned int osim__sched_cpu_number(const struct osim__sched *s)
{
	return osim__sched_on_host(s) ? 0 : s->here->index;
}

static inline struct osim__cpu *osim__sched_cpu(const struct osim__sched *s)
{
	return s->here;
}

/* May the executing context sleep? A thread, not in a handler, with interrupts and preemption on.
 */
static inline bool osim__sched_may_sleep(const struct osim__sched *s)
{
	const struct osim__cpu *c = s->here;

	return c->cur && !c->irq_depth && !c->irq_off && !c->preempt_off;
}

/* Has a point to look at all? */
static inline bool osim__sched_due(const struct osim__sched *s)
{
	return __builtin_expect((s->slow | __atomic_load_n(&s->inbox, __ATOMIC_RELAXED)) != 0, 0);
}

void osim__sched_point_slow(struct osim__sched *s, enum osim__point why);

/* A scheduling point: interrupts come in here, and other CPUs may go on. */
static inline void osim__sched_point(struct osim__sched *s, enum osim__point why)
{
	if (osim__sched_due(s))
		osim__sched_point_slow(s, why);
}

/* Any thread: something was left, and the inbox hook is to be called at the next point. */
static inline void osim__sched_left(struct osim__sched *s)
{
	__atomic_store_n(&s->inbox, 1, __ATOMIC_RELEASE);
}

/* To the end of the run queue, and whoever can run runs (cond_resched, schedule). No-op where
 * nobody else can. */
void osim__sched_yield(struct osim__sched *s);

/*
 * Blocks the current thread. what is static text ("mutex", "completion"), object names it.
 * deadline_ns OSIM_NEVER: no timeout. 0 woken; -ETIMEDOUT; -EINTR. The caller checked that it may
 * sleep.
 */
int osim__wait(struct osim__sched *s, struct osim__waitq *q, const char *what, const void *object,
	       uint64_t deadline_ns, enum osim__wait_flags flags);
/* Wakes up to n, in order; how many. Any context; never switches. */
unsigned int osim__wake(struct osim__sched *s, struct osim__waitq *q, unsigned int n);
/* Takes one given thread out of its wait with result; false if it does not wait. */
bool osim__wake_thread(struct osim__thread *t, int result);
static inline bool osim__waitq_empty(const struct osim__waitq *q)
{
	return !q->head;
}

/* This CPU does nothing until osim__sched_spin_end(object), or until an interrupt has come in: the
 * caller looks again. The others go on. -EDEADLK if nobody can ever end it. */
int osim__sched_spin(struct osim__sched *s, const void *object, const char *what);
void osim__sched_spin_end(struct osim__sched *s, const void *object);

/* For thread.c: adds to the run queue's end; gives the CPU away, with or without this context being
 * one that can go on. */
void osim__sched_queue(struct osim__sched *s, struct osim__thread *t);
void osim__sched_reschedule(struct osim__sched *s, bool stay);
/* First thing a fiber does when it is switched to for the first time. */
void osim__sched_arrived(struct osim__sched *s);

/* Masks of the executing CPU. irq_on is a point when the last mask goes. */
static inline void osim__sched_irq_off(struct osim__sched *s)
{
	s->here->irq_off++;
}
void osim__sched_irq_on(struct osim__sched *s);

static inline uint64_t osim__sched_now_ns(const struct osim__sched *s)
{
	return s->hooks.now_ns ? s->hooks.now_ns(s->hooks.arg) : s->now_ns;
}
void osim__timer_arm(struct osim__sched *s, struct osim__timer *t, uint64_t deadline_ns,
		     osim__timer_fn *fn, void *arg);
void osim__timer_cancel(struct osim__sched *s, struct osim__timer *t);
/* Cancels those that would call fn. */
void osim__timer_cancel_all(struct osim__sched *s, osim__timer_fn *fn);
/* OSIM_NEVER: none. */
uint64_t osim__timer_next_ns(const struct osim__sched *s);
/* Fires what is due; how many. */
unsigned int osim__timer_fire(struct osim__sched *s);

/* 0 .. n - 1; n == 1 asks nobody. */
uint32_t osim__choose(struct osim__sched *s, enum osim_choice kind, uint32_t n);

/*
 * Runs from the host's stack until done(arg) (NULL: until nothing is left to do, daemons waiting).
 * 0; -EDEADLK: not done and nothing can run; -ELOOP: the budget of decisions is used up; -EAGAIN:
 * the idle hook said so.
 */
int osim__sched_run(struct osim__sched *s, bool (*done)(void *arg), void *arg);

/* Any context: the run is over at the next decision with -EAGAIN, and so is each further one, until
 * osim__sched_abandon(). */
static inline void osim__sched_stop(struct osim__sched *s)
{
	s->stopped = true;
}

/* On the host's stack: would a run find anything to do before a timer is due? */
bool osim__sched_can_run(struct osim__sched *s);

/*
 * From the host's stack: fn(arg) is called on the stack of a fiber that stands in a wait or at a
 * point, as if from there, and returns here. It must not wait nor come to a point.
 */
void osim__sched_visit(struct osim__sched *s, struct osim__fiber *fiber, void (*fn)(void *arg),
		       void *arg);

/* A line for each thread and CPU that is stuck, with the fiber that stands there:
 * "optee_notif_irq waits for mutex". Returns how many lines. */
unsigned int
osim__sched_report(struct osim__sched *s,
		   void (*line)(void *arg, const char *text, struct osim__fiber *fiber), void *arg);

#endif
