/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_MACHINE_MACHINE_H
#define OSIM_MACHINE_MACHINE_H

/* Plain C without libc types: both sides of the kernel API include this. */

#include <optee_sim/conduit.h>
#include <optee_sim/machine.h>

#include "sched/sched.h"

#define OSIM__PAGE_SHIFT 12
#define OSIM__PAGE_BYTES 4096u

/* Ordinary pages are seen at this distance from where they are, so that a mix-up of the two kinds
 * of address faults at once. */
#define OSIM__PA_OFFSET 0x100000000000ull

/* Where something was made: given by macros, so that a name costs nothing until it is needed. */
struct osim__site {
	const char *file;
	const char *func;
	int line;
};

#define OSIM__SITE                                                                               \
	({                                                                                       \
		static const struct osim__site osim__site_here = {__FILE__, __func__, __LINE__}; \
		&osim__site_here;                                                                \
	})

/* Bits of a line's state. */
enum { OSIM__LINE_ENABLED = 1, OSIM__LINE_PENDING = 2, OSIM__LINE_ACTIVE = 4 };
/* What a line is when a CPU can take it. */
#define OSIM__LINE_READY (OSIM__LINE_ENABLED | OSIM__LINE_PENDING)

/* One line of the controller; a private line is one of these per CPU. */
struct osim__line {
	uint8_t state;
	int16_t route;	/* CPU, or -1: chosen when it becomes pending */
	int16_t target; /* CPU of the pending edge; a private line's own */
};

struct osim__region {
	uint64_t pa;
	size_t bytes;
	unsigned char *host;
	enum osim_region kind;
	bool own;
};

/* Pages by page number: open addressing, looked up and never iterated. */
struct osim__page_table {
	struct osim__page_slot *slots;
	size_t capacity, used;
	uint64_t last; /* page number that was owned when last looked up; 0: none */
};

struct osim__live_node {
	struct osim__live_node *next, *prev;
	const void *key;
	struct osim__live_node *hash_next;
	const struct osim__site *site;
	uint64_t number; /* by first appearance */
	size_t bytes;
	enum osim_live kind;
};

struct osim__live_table {
	struct osim__live_node *oldest, *newest;
	struct osim__live_node **buckets;
	size_t bucket_count;
	struct osim__live_node *spare;	   /* nodes to use again */
	struct osim__live_node *abandoned; /* of a normal world that is no more; not counted */
	size_t count[OSIM_LIVE_COUNT], total;
	uint64_t next_number;
};

struct osim__finding_node {
	struct osim_finding finding;
	struct osim__finding_node *next;
};

/* The clock and the idle step in use where they are not the machine's own: those of the backend, or
 * of loop/. Members as in struct osim_backend. */
struct osim__clock {
	uint64_t (*now_ns)(void *arg);
	int (*idle)(void *arg, uint64_t deadline_ns);
	void *arg;
};

/* Which world's interrupt handling and teardown hang on a machine; set by kernel/, secure/ and
 * loop/. */
struct osim__normal_ops {
	/* Runs the handlers of intid on this CPU. true: they were there. */
	bool (*irq)(struct osim_machine *m, unsigned int cpu, uint32_t intid);
	void (*fini)(struct osim_machine *m);
};

struct osim_machine {
	struct osim__sched sched;			  /* first: container of the scheduler */
	struct osim_machine *next_machine, *prev_machine; /* for a debugger */

	struct osim__line spi[OSIM_INTID_MAX];
	struct osim__line ppi[OSIM_CPUS_MAX][OSIM_PPI_END];
	bool percpu_irq;
	/* What each CPU can take, a bit for a line, and how many lines that are. */
	uint64_t ready[OSIM_CPUS_MAX][OSIM_INTID_MAX / 64];
	uint32_t ready_count;
	uint32_t notif_intid;
	osim_irq_fn *irq_fn;
	void *irq_arg;

	struct osim__page_table pages;
	uint64_t freed[64]; /* page numbers given back last: a touch of one of them is a finding,
			       not just EBADADDR */
	unsigned int freed_next;
	/* The secure world was made to ask for what it did not mean: that it has freed memory is
	 * not ASan's to tell, which would end the run. */
	bool misled;
	struct osim__region *regions;
	size_t region_count;
	struct osim__live_table live;

	osim_conduit_fn *conduit; /* the secure end in use */
	void *conduit_arg;
	osim_conduit_fn *own_conduit; /* the fake secure world's */
	void *own_conduit_arg;
	struct osim_tap *taps;
	osim_optee_invoke_fn_t *invoke_fn;
	bool panicked;

	osim_event_fn *event_fn;
	void *event_arg;
	uint64_t event_seq;
	struct osim_stats stats; /* each room counts what is its own */

	osim_fault_fn *fault_fn;
	void *fault_arg;

	struct osim__finding_node *findings, *findings_last;
	size_t finding_count;

	struct osim_task *tasks;
	uint64_t run_until_ns; /* osim_run_for(): timers beyond are left alone */
	struct osim_backend backend;
	struct osim__clock clock;

	/* Drains what other threads left (posts, raises); runs on the machine's thread. Set by
	 * secure/. */
	void (*inbox)(struct osim_machine *m);
	/* The message that a call brings, as it stands in memory; NULL: it cannot be seen. Nothing
	 * comes of looking, and it is valid until somebody looks again. Set by secure/. */
	const struct osim_msg_arg *(*peek)(struct osim_machine *m, const struct osim_regs *in);
	/* Wakes a machine that sleeps in somebody's loop; called through osim__machine_wake(). */
	void (*wake)(void *arg);
	void *wake_arg;
	bool wake_lock;

	const struct osim__normal_ops *normal;
	void *access; /* struct osim__access of access.c; NULL: the driver's accesses are not seen
		       */
	void *kernel; /* struct osim__kernel of kernel/ */
	void *secure; /* struct osim__secure of secure/ */
	void (*secure_free)(struct osim_machine *m);
	void *user;
	void *loop; /* struct osim_loop of loop/ */
	void (*loop_free)(struct osim_machine *m);
};

struct osim_task {
	struct osim_task *next;
	struct osim_machine *m;
	struct osim__thread *thread;
	void (*fn)(void *arg);
	void *arg;
	bool done;
	bool owned; /* by a caller that frees it: kernel threads */
};

/* The normal world stops where it stands: threads are gone, CPUs and lines are as at boot, but for
 * pending interrupts. Its memory stays. On the host's stack, not in a run. */
void osim__machine_abandon(struct osim_machine *m);
/* Everything of a machine but its two worlds; osim_machine_new() (assemble/) adds those. Errors as
 * there. */
int osim__machine_init(const struct osim_options *options, struct osim_machine **out);

/* Any thread: something was left in the inbox. secure/ calls this after it. The machine must not be
 * freed meanwhile; it may be detached from its loop. */
void osim__machine_wake(struct osim_machine *m);
/* fn NULL: nobody. When this returns, the old one is not being called. */
void osim__machine_set_wake(struct osim_machine *m, void (*fn)(void *arg), void *arg);
/* Another clock and idle step; NULL: back to those of the backend, or the machine's own. Time never
 * goes back. Not inside a run. */
void osim__machine_set_clock(struct osim_machine *m, const struct osim__clock *clock);
/* At most steps scheduling decisions. -ELOOP: there is more to do, which is no finding. Else as
 * osim_run(). */
int osim__machine_slice(struct osim_machine *m, uint64_t steps);
/* steps decisions and no end: a finding. */
void osim__machine_livelock(struct osim_machine *m, uint64_t steps);

extern _Thread_local struct osim_machine *osim__machine_current
	__attribute__((tls_model("initial-exec")));

/* The machine of the running thread or handler, or the entered one. */
static inline struct osim_machine *osim__machine(void)
{
	return osim__machine_current;
}

/* --- events, findings, faults --- */

/* What makes an event is kept out of the paths that are measured: it needs a large frame. */
#define OSIM__APART __attribute__((noinline))

static inline bool osim__event_on(const struct osim_machine *m)
{
	return __builtin_expect(m->event_fn != NULL, 0);
}
/* What an event begins with: nothing. A copy of it, because gcc clears a struct of this size by a
 * string instruction, which takes longer than the call that is recorded. */
extern const struct osim_event osim__event_none;
/* Fills seq, time, cpu and context, then hands it to the sink. Only when osim__event_on(). */
void osim__event_emit(struct osim_machine *m, struct osim_event *event);
/* The thread became runnable. Only when osim__event_on(). */
void osim__event_wake(struct osim_machine *m, const struct osim__thread *thread);
/* A plain text event (LOG, DRIVER, WORLD); formats only when somebody listens. */
void osim__event_text(struct osim_machine *m, enum osim_event_kind kind, uint32_t flags,
		      const char *format, ...) OSIM_PRINTF(4, 5);
/* Notes something wrong, with the stack of names of whoever calls. The same id and text twice is
 * one finding. */
void osim__finding(struct osim_machine *m, const char *id, const char *format, ...)
	OSIM_PRINTF(3, 4);
/* 0, or the negative errno with which the operation is to fail. */
static inline int osim__fault(struct osim_machine *m, enum osim_fault kind, const char *what)
{
	return __builtin_expect(m->fault_fn != NULL, 0) ? m->fault_fn(m->fault_arg, kind, what) : 0;
}
/* The same of a fiber that is not executing, from the host's stack: the place in the driver where
 * it stands follows what. */
void osim__finding_of(struct osim_machine *m, struct osim__fiber *fiber, const char *id,
		      const char *what);
/* For osim_last_error(); returns -error. */
int osim__error(int error, const char *format, ...) OSIM_PRINTF(2, 3);

/* "function (file:line)". */
void osim__site_text(const struct osim__site *site, char *text, size_t bytes);

/* --- live objects; key is the object's address and must be unique among live ones of all kinds ---
 */

int osim__live_add(struct osim_machine *m, enum osim_live kind, const void *key, size_t bytes,
		   const struct osim__site *site);
/* NULL: not live. */
struct osim__live_node *osim__live_find(const struct osim_machine *m, const void *key);
/* false: it was not live. */
bool osim__live_remove(struct osim_machine *m, const void *key);
/* The live allocation that holds address, or NULL. Slow: for findings and odd pointers. */
struct osim__live_node *osim__live_holding(const struct osim_machine *m, const void *address);
/* All that lives now counts no more, and stays in the table as what it is, for the end of the
 * machine. */
void osim__live_abandon(struct osim_machine *m);
void osim__live_fini(struct osim_machine *m);

/* --- memory --- */

/* Page aligned, not zeroed; registered as owned by the normal world. NULL: out of memory. */
void *osim__mem_pages_alloc(struct osim_machine *m, size_t bytes);
void osim__mem_pages_free(struct osim_machine *m, void *va, size_t bytes);
/* Memory that is no page of ours (a program's buffer, a heap block): shared with the secure world
 * while pinned. Counted. -ENOMEM. */
int osim__mem_pin(struct osim_machine *m, const void *va, size_t bytes);
void osim__mem_unpin(struct osim_machine *m, const void *va, size_t bytes);
/* Is the page of va owned (allocated or pinned)? */
bool osim__mem_owned(const struct osim_machine *m, const void *va);
/* Physical <-> virtual without looking at ownership; pa_to_va: NULL where nothing can be. */
uint64_t osim__mem_pa(const struct osim_machine *m, const void *va);
void *osim__mem_va(const struct osim_machine *m, uint64_t pa);
/*
 * Where the secure world finds [pa, pa + bytes): a pointer that may be used until the next
 * scheduling point, NULL: EBADADDR. All of it is owned and contiguous. ASan, where the runner has
 * it, has checked the range.
 */
void *osim__mem_secure(struct osim_machine *m, uint64_t pa, size_t bytes, bool write);
/* What kind of region pa is in; -1: none (an ordinary page, or nothing). */
int osim__mem_region(const struct osim_machine *m, uint64_t pa);
void osim__mem_fini(struct osim_machine *m);

/* --- interrupts; the normal world's side of the controller --- */

void osim__irq_enable(struct osim_machine *m, uint32_t intid, unsigned int cpu, bool on);
/* The CPU went offline: shared lines that it was to take go to another. */
void osim__irq_reroute(struct osim_machine *m, unsigned int cpu);
/* Is intid pending and could this CPU take it, were it in the normal world? What FOREIGN_INTR is
 * about. */
bool osim__irq_waiting(struct osim_machine *m, unsigned int cpu);

/* --- threads on behalf of rooms --- */

/* As osim_spawn(); the task stays until osim__task_free(). */
int osim__task_new(struct osim_machine *m, const char *name, void (*fn)(void *arg), void *arg,
		   int cpu, struct osim_task **out);
/* Of a task that is done. */
void osim__task_free(struct osim_task *task);

#endif
