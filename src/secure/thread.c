/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <stdio.h>

#include "sched/switch.h"
#include "secure/secure.h"

/* What a real OP-TEE leaves in registers when it refuses a call; unspecified, and the same in all
 * recordings. */
#define LEFT_A1 1ull
#define LEFT_A2 0x8000000000ull

static void thread_main(void *arg)
{
	struct osim__sthread *t = arg;

	for (;;) {
		uint32_t rv = osim__yield_call(t);
		struct osim_regs *regs = t->regs;

		regs->a[0] = rv;
		regs->a[1] = 0;
		regs->a[2] = 0;
		regs->a[3] = 0;
		t->regs = NULL;
		t->foreign_on = false;
		t->state = OSIM__STHREAD_FREE;
		t->guest->threads_free |= 1ull << t->index;
		osim__sched_leave(&t->guest->s->m->sched, t->fiber, t->back);
	}
}

static void go(struct osim__sthread *t, struct osim_regs *regs)
{
	t->regs = regs;
	t->state = OSIM__STHREAD_ACTIVE;
	osim__sched_enter(&t->guest->s->m->sched, t->fiber, &t->back);
}

void osim__thread_refuse(const struct osim__secure *s, struct osim_regs *regs, uint32_t code,
			 uint64_t a3)
{
	regs->a[0] = code;
	if (osim__diff(s, OSIM__DIFF_BUSY_REGS))
		return;
	regs->a[1] = LEFT_A1;
	regs->a[2] = LEFT_A2;
	regs->a[3] = a3;
}

/* Fibers are made when a thread is used for the first time, and kept. */
static bool ready(struct osim__sthread *t)
{
	char name[32];

	if (t->fiber)
		return true;
	snprintf(name, sizeof(name), "secure/%u", (unsigned int)t->index);
	return !osim__fiber_new(&t->guest->s->m->sched.pool, name, thread_main, t, &t->fiber);
}

void osim__thread_call(struct osim__guest *g, struct osim_regs *regs)
{
	struct osim__sthread *t;

	if (!g->threads_free) {
		osim__thread_refuse(g->s, regs, OPTEE_SMC_RETURN_ETHREAD_LIMIT, 0);
		return;
	}
	t = &g->threads[__builtin_ctzll(g->threads_free)];
	if (!ready(t)) {
		osim__thread_refuse(g->s, regs, OPTEE_SMC_RETURN_ETHREAD_LIMIT, 0);
		return;
	}
	g->threads_free &= g->threads_free - 1;
	for (unsigned int i = 0; i < 4; i++)
		t->call[i] = (uint32_t)regs->a[i];
	go(t, regs);
}

void osim__thread_resume(struct osim__guest *g, struct osim_regs *regs)
{
	uint32_t index = (uint32_t)regs->a[3];

	if (index >= g->s->thread_count || !(g->threads_suspended & (1ull << index))) {
		osim__thread_refuse(g->s, regs, OPTEE_SMC_RETURN_ERESUME, (uint32_t)regs->a[5]);
		return;
	}
	g->threads_suspended &= ~(1ull << index);
	go(&g->threads[index], regs);
}

static void emit_rpc(struct osim__sthread *t, const struct osim__rpc_regs *r, uint32_t flags)
{
	struct osim_event e = osim__event_none;

	e.kind = OSIM_EVENT_RPC;
	e.flags = flags;
	e.value = OPTEE_SMC_RETURN_GET_RPC_FUNC(r->func);
	e.secure_thread = t->index;
	if (r->func == OPTEE_SMC_RETURN_RPC_CMD)
		e.msg = t->rpc_msg;
	osim__event_emit(t->guest->s->m, &e);
}

static void rpc_event(struct osim__sthread *t, const struct osim__rpc_regs *r, uint32_t flags)
{
	if (!(flags & OSIM_EVENT_F_END))
		t->guest->s->m->stats.rpcs++;
	if (osim__event_on(t->guest->s->m))
		emit_rpc(t, r, flags);
}

static void leave(struct osim__sthread *t, struct osim__rpc_regs *r)
{
	struct osim_regs *regs = t->regs;

	rpc_event(t, r, 0);
	regs->a[0] = r->func;
	regs->a[1] = r->r1;
	regs->a[2] = r->r2;
	regs->a[3] = t->index;
	t->regs = NULL;
	t->state = OSIM__STHREAD_SUSPENDED;
	t->guest->threads_suspended |= 1ull << t->index;
	osim__sched_leave(&t->guest->s->m->sched, t->fiber, t->back);
	r->a1 = (uint32_t)t->regs->a[1];
	r->a2 = (uint32_t)t->regs->a[2];
	r->a4 = (uint32_t)t->regs->a[4];
	r->a5 = (uint32_t)t->regs->a[5];
	if (r->func != OPTEE_SMC_RETURN_RPC_CMD)
		rpc_event(t, r, OSIM_EVENT_F_END);
}

static void take_interrupts(struct osim__sthread *t)
{
	struct osim_machine *m = t->guest->s->m;

	while (t->foreign_on && osim__irq_waiting(m, osim__sched_cpu_number(&m->sched))) {
		struct osim__rpc_regs r = {.func = OPTEE_SMC_RETURN_RPC_FOREIGN_INTR};

		leave(t, &r);
	}
}

void osim__thread_rpc(struct osim__sthread *t, struct osim__rpc_regs *r)
{
	leave(t, r);
	take_interrupts(t);
}

void osim__thread_point(struct osim__sthread *t, enum osim__point why)
{
	struct osim__sched *s = &t->guest->s->m->sched;

	/* Else nothing is pending, either. */
	if (!osim__sched_due(s))
		return;
	osim__sched_point_slow(s, why);
	take_interrupts(t);
}

struct osim__mem osim__thread_message(const struct osim__secure *s, uint32_t index, bool rpc)
{
	const struct osim__guest *g = s ? s->guests : NULL;

	/* Events do not say of which guest they are. */
	if (!g || g->next || index >= s->thread_count)
		return (struct osim__mem){.shm = NULL};
	return rpc ? g->threads[index].rpc_arg : g->threads[index].arg;
}

uint32_t osim__thread_wait_value(const struct osim__sthread *t)
{
	return t->guest->s->sync_base + t->index;
}

void osim__thread_fini(struct osim__guest *g)
{
	for (uint32_t i = 0; i < g->s->thread_count; i++)
		if (g->threads[i].fiber)
			osim__fiber_free(&g->s->m->sched.pool, g->threads[i].fiber);
}
