/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_MACHINE_ACCESS_H
#define OSIM_MACHINE_ACCESS_H

#include "machine/machine.h"

/*
 * Data races of a driver that is built to tell its plain loads and stores. Each thread, each run of
 * a work item and each interrupt is a context with a vector clock; what the kernel API orders is
 * told by release and acquire of a key, any address. Two accesses to a byte that are not ordered,
 * one of them a write, are a finding "kernel.data-race".
 *
 * m->access is there only for such a driver: each function below that is called from a path which
 * others take, too, tests that pointer and nothing else.
 */

/* From here on; what was before, by another driver or another kernel, does not count. Without
 * memory for it no race is found. */
void osim__access_begin(struct osim_machine *m);
void osim__access_fini(struct osim_machine *m);

/* The executing context has read or written memory; pc is in the driver. */
void osim__access_touch(struct osim_machine *m, const void *p, size_t bytes, bool write,
			const void *pc);

void osim__access_do_acquire(struct osim_machine *m, const void *key);
void osim__access_do_release(struct osim_machine *m, const void *key);
/* A store that orders only what came before the last fence. */
void osim__access_publish(struct osim_machine *m, const void *key);
void osim__access_fence(struct osim_machine *m);
void osim__access_do_forget(struct osim_machine *m, const void *p, size_t bytes);
void osim__access_do_wake(struct osim_machine *m, struct osim__thread *t, bool new_thread);
void osim__access_do_join(struct osim_machine *m, const struct osim__thread *t);

/* What others have released under key is before what this context does from now on. */
static inline void osim__access_acquire(struct osim_machine *m, const void *key)
{
	if (__builtin_expect(m->access != NULL, 0))
		osim__access_do_acquire(m, key);
}

/* What this context has done is before what others do after they acquire key. */
static inline void osim__access_release(struct osim_machine *m, const void *key)
{
	if (__builtin_expect(m->access != NULL, 0))
		osim__access_do_release(m, key);
}

/* Nothing that was done to memory, and no key there, means anything any more. */
static inline void osim__access_forget(struct osim_machine *m, const void *p, size_t bytes)
{
	if (__builtin_expect(m->access != NULL, 0))
		osim__access_do_forget(m, p, bytes);
}

/* This context has made a thread, or woken one. */
static inline void osim__access_wake(struct osim_machine *m, struct osim__thread *t,
				     bool new_thread)
{
	if (__builtin_expect(m->access != NULL, 0))
		osim__access_do_wake(m, t, new_thread);
}

/* This context has seen a thread's end. */
static inline void osim__access_join(struct osim_machine *m, const struct osim__thread *t)
{
	if (__builtin_expect(m->access != NULL, 0))
		osim__access_do_join(m, t);
}

/* A new context in this thread, ordered after nothing: what runs now could as well run in another.
 * stack: the frame of whoever calls it. */
void osim__access_restart(struct osim_machine *m, const void *stack);

/*
 * A handler begins and ends on the executing CPU. Handlers of one key follow one another; a per-CPU
 * line's do so on each CPU. stack: the frame of whoever calls it. before: what to give back at the
 * end.
 */
uint32_t osim__access_irq_begin(struct osim_machine *m, const void *key, bool percpu,
				const void *stack);
void osim__access_irq_end(struct osim_machine *m, const void *key, bool percpu, const void *stack,
			  uint32_t before);

/* The executing CPU masks its interrupts, or unmasks them: handlers come before or after. */
static inline void osim__access_irq_off(struct osim_machine *m)
{
	osim__access_acquire(m, &osim__sched_cpu(&m->sched)->irq_depth);
}
static inline void osim__access_irq_on(struct osim_machine *m)
{
	osim__access_release(m, &osim__sched_cpu(&m->sched)->irq_off);
}

/* --- between access.c and access_memory.c --- */

/* An access, as it is kept. */
struct osim__access_slot {
	uint32_t clock;
	uint16_t context;
	uint8_t mask; /* bytes of the granule; 0: no access */
	bool write;
	const void *pc;
};

struct osim__clock_vector {
	uint32_t *v;
	uint32_t count; /* others are 0 */
};

/* Is the slot's access before what the clock's context does now? */
static inline bool osim__access_before(const struct osim__access_slot *slot,
				       const struct osim__clock_vector *now)
{
	return slot->context < now->count && slot->clock <= now->v[slot->context];
}

struct osim__access_memory;

struct osim__access_memory *osim__access_memory_new(void);
void osim__access_memory_free(struct osim__access_memory *memory);
/* The clock kept under key; make: NULL only without memory for it. */
struct osim__clock_vector *osim__access_key(struct osim__access_memory *memory, const void *key,
					    bool make);
void osim__access_memory_forget(struct osim__access_memory *memory, const void *p, size_t bytes);
/* Looks at what was done to [p, p + bytes), and keeps the access. */
void osim__access_memory_touch(struct osim_machine *m, struct osim__access_memory *memory,
			       const struct osim__clock_vector *now,
			       const struct osim__access_slot *access, const void *p, size_t bytes);

#endif
