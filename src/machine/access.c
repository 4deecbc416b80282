/* SPDX-License-Identifier: BSD-2-Clause */
#include "machine/access.h"

#include <stdlib.h>
#include <string.h>

/* Contexts, and what is before what. */

/* When there were so many, all that is known is given up: then no race is found that is none. */
#define CONTEXTS_MAX 2048u
/* Of a stack whose bounds are not known, as much as a handler will need. */
#define STACK_BYTES (64u * 1024u)
/* The host's stack, and threads that were there before. */
#define HOST 0u

struct context {
	struct osim__clock_vector now;	 /* of what is before what it does */
	struct osim__clock_vector fence; /* the same at its last fence */
	const void *irq;		 /* whose handler it is; NULL: of none */
	unsigned int cpu;		 /* of a per-CPU line */
};

struct osim__access {
	struct osim__access_memory *memory;
	struct context *contexts;
	uint32_t count, room;
	uint32_t irq[OSIM_CPUS_MAX + 1]; /* handler on each CPU; 0: none */
	bool gone;			 /* no memory: nothing is looked at any more */
};

/* --- vectors --- */

static bool reach(struct osim__clock_vector *c, uint32_t count)
{
	uint32_t *grown;

	if (count <= c->count)
		return true;
	grown = realloc(c->v, count * sizeof(*grown));
	if (!grown)
		return false;
	memset(grown + c->count, 0, (count - c->count) * sizeof(*grown));
	c->v = grown;
	c->count = count;
	return true;
}

static bool join(struct osim__clock_vector *to, const struct osim__clock_vector *from)
{
	if (!reach(to, from->count))
		return false;
	for (uint32_t i = 0; i < from->count; i++)
		if (to->v[i] < from->v[i])
			to->v[i] = from->v[i];
	return true;
}

/* --- contexts --- */

static void forget_contexts(struct osim__access *a)
{
	for (uint32_t i = 0; i < a->count; i++) {
		free(a->contexts[i].now.v);
		free(a->contexts[i].fence.v);
	}
	a->count = 0;
}

static uint32_t context_new(struct osim_machine *m);

/* Begins anew, with the host's context only. */
static void begin(struct osim_machine *m)
{
	struct osim__access *a = m->access;

	forget_contexts(a);
	osim__access_memory_free(a->memory);
	a->memory = osim__access_memory_new();
	a->gone = !a->memory;
	memset(a->irq, 0, sizeof(a->irq));
	for (struct osim__thread *t = m->sched.all; t; t = t->next_all)
		t->context = HOST;
	context_new(m);
}

static uint32_t context_new(struct osim_machine *m)
{
	struct osim__access *a = m->access;
	struct context *grown;
	uint32_t id;

	if (a->count == CONTEXTS_MAX)
		begin(m);
	if (a->count == a->room) {
		uint32_t room = a->room ? a->room * 2 : 32;

		grown = realloc(a->contexts, room * sizeof(*grown));
		if (!grown) {
			a->gone = true;
			return HOST;
		}
		a->contexts = grown;
		a->room = room;
	}
	id = a->count++;
	a->contexts[id] = (struct context){0};
	if (!reach(&a->contexts[id].now, id + 1)) {
		a->gone = true;
		return HOST;
	}
	a->contexts[id].now.v[id] = 1;
	return id;
}

static uint32_t current_id(struct osim_machine *m)
{
	const struct osim__access *a = m->access;
	struct osim__thread *t = osim__sched_current(&m->sched);

	if (a->irq[m->sched.here->index])
		return a->irq[m->sched.here->index];
	if (!t)
		return HOST;
	if (t->context == HOST)
		osim__access_do_wake(m, t, true);
	return t->context;
}

static struct context *current(struct osim_machine *m)
{
	uint32_t id = current_id(m);

	return &((struct osim__access *)m->access)->contexts[id];
}

/* What it does from now on is not what was told. */
static void step(struct osim_machine *m)
{
	uint32_t id = current_id(m);

	((struct osim__access *)m->access)->contexts[id].now.v[id]++;
}

void osim__access_begin(struct osim_machine *m)
{
	if (!m->access)
		m->access = calloc(1, sizeof(struct osim__access));
	if (m->access)
		begin(m);
}

void osim__access_fini(struct osim_machine *m)
{
	struct osim__access *a = m->access;

	if (!a)
		return;
	m->access = NULL;
	forget_contexts(a);
	free(a->contexts);
	osim__access_memory_free(a->memory);
	free(a);
}

/* --- order --- */

void osim__access_do_acquire(struct osim_machine *m, const void *key)
{
	struct osim__access *a = m->access;
	const struct osim__clock_vector *c =
		a->gone ? NULL : osim__access_key(a->memory, key, false);

	if (c && !join(&current(m)->now, c))
		a->gone = true;
}

static void put_under(struct osim__access *a, const void *key, const struct osim__clock_vector *c)
{
	struct osim__clock_vector *kept = osim__access_key(a->memory, key, true);

	if (!kept || !join(kept, c))
		a->gone = true;
}

void osim__access_do_release(struct osim_machine *m, const void *key)
{
	struct osim__access *a = m->access;
	const struct context *c = current(m);

	if (a->gone)
		return;
	put_under(a, key, &c->now);
	step(m);
}

void osim__access_publish(struct osim_machine *m, const void *key)
{
	struct osim__access *a = m->access;
	const struct context *c = current(m);

	if (!a->gone && c->fence.count)
		put_under(a, key, &c->fence);
}

void osim__access_fence(struct osim_machine *m)
{
	struct osim__access *a = m->access;
	struct context *c = current(m);

	if (a->gone)
		return;
	if (!join(&c->fence, &c->now))
		a->gone = true;
	step(m);
}

void osim__access_do_wake(struct osim_machine *m, struct osim__thread *t, bool new_thread)
{
	struct osim__access *a = m->access;
	bool late = osim__sched_current(&m->sched) == t;
	/* A thread that is first seen when it runs was there before: the host made it. */
	uint32_t by = late ? HOST : current_id(m);

	if (a->gone || (late && !new_thread))
		return;
	if (new_thread || t->context == HOST) {
		uint32_t before = a->count;
		uint32_t id = context_new(m);

		/* Where all was given up, the waker's number is another now. */
		by = a->count > before ? by : HOST;
		t->context = id;
		if (t->fiber && new_thread && !late)
			osim__access_memory_forget(a->memory, t->fiber->stack,
						   t->fiber->stack_bytes);
	}
	if (a->gone || !join(&a->contexts[t->context].now, &a->contexts[by].now)) {
		a->gone = true;
		return;
	}
	a->contexts[by].now.v[by]++;
}

void osim__access_do_join(struct osim_machine *m, const struct osim__thread *t)
{
	struct osim__access *a = m->access;

	if (!a->gone && t->context != HOST && !join(&current(m)->now, &a->contexts[t->context].now))
		a->gone = true;
}

/* What others did on this stack below where it stands now was in functions that have returned. */
static void forget_below(struct osim_machine *m, const void *stack)
{
	const unsigned char *here = stack;
	const struct osim__fiber *fiber = m->sched.executing;
	size_t bytes = STACK_BYTES;

	if (fiber->stack && here > fiber->stack && here < fiber->stack + fiber->stack_bytes)
		bytes = (size_t)(here - fiber->stack);
	osim__access_do_forget(m, here - bytes, bytes);
}

void osim__access_restart(struct osim_machine *m, const void *stack)
{
	struct osim__thread *t = osim__sched_current(&m->sched);
	uint32_t id;

	if (!m->access || !t)
		return;
	id = context_new(m);
	t->context = id;
	forget_below(m, stack);
}

/* --- interrupts --- */

static uint32_t context_of_irq(struct osim_machine *m, const void *key, unsigned int cpu)
{
	struct osim__access *a = m->access;
	uint32_t id;

	for (uint32_t i = 0; i < a->count; i++)
		if (a->contexts[i].irq == key && a->contexts[i].cpu == cpu)
			return i;
	id = context_new(m);
	if (id != HOST) {
		a->contexts[id].irq = key;
		a->contexts[id].cpu = cpu;
	}
	return id;
}

uint32_t osim__access_irq_begin(struct osim_machine *m, const void *key, bool percpu,
				const void *stack)
{
	struct osim__access *a = m->access;
	uint32_t before;

	if (!a || a->gone)
		return 0;
	before = a->irq[m->sched.here->index];
	a->irq[m->sched.here->index] = context_of_irq(m, key, percpu ? m->sched.here->index : 0);
	forget_below(m, stack);
	osim__access_do_acquire(m, key);
	osim__access_do_acquire(m, &osim__sched_cpu(&m->sched)->irq_off);
	return before;
}

void osim__access_irq_end(struct osim_machine *m, const void *key, bool percpu, const void *stack,
			  uint32_t before)
{
	struct osim__access *a = m->access;

	if (!a || a->gone)
		return;
	if (!percpu)
		osim__access_do_release(m, key);
	osim__access_do_release(m, &osim__sched_cpu(&m->sched)->irq_depth);
	forget_below(m, stack);
	a->irq[m->sched.here->index] = before;
}

/* --- memory --- */

void osim__access_touch(struct osim_machine *m, const void *p, size_t bytes, bool write,
			const void *pc)
{
	struct osim__access *a = m->access;
	uint32_t id;
	struct osim__access_slot access;

	if (a->gone)
		return;
	id = current_id(m);
	access = (struct osim__access_slot){.clock = a->contexts[id].now.v[id],
					    .context = (uint16_t)id,
					    .write = write,
					    .pc = pc};
	osim__access_memory_touch(m, a->memory, &a->contexts[id].now, &access, p, bytes);
}

void osim__access_do_forget(struct osim_machine *m, const void *p, size_t bytes)
{
	struct osim__access *a = m->access;

	if (!a->gone)
		osim__access_memory_forget(a->memory, p, bytes);
}
