/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stddef.h>

#include <optee_sim/abi/smc.h>

#include "machine/access.h"
#include "machine/machine.h"

/* The chain's last link: the secure end. */
static inline void secure_end(struct osim_machine *m, struct osim_regs *regs)
{
	m->conduit(m->conduit_arg, m, regs);
}

void osim_tap_next(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	if (m->panicked)
		return;
	if (tap->next)
		tap->next->fn(tap->next, m, regs);
	else
		secure_end(m, regs);
}

void osim_tap_add(struct osim_machine *m, struct osim_tap *tap)
{
	tap->next = m->taps;
	m->taps = tap;
}

int osim_tap_remove(struct osim_machine *m, struct osim_tap *tap)
{
	for (struct osim_tap **link = &m->taps; *link; link = &(*link)->next) {
		if (*link != tap)
			continue;
		*link = tap->next;
		tap->next = NULL;
		return 0;
	}
	return -ENOENT;
}

/* What the caller has masked. */
static uint32_t masked(struct osim_machine *m)
{
	const struct osim__cpu *cpu = osim__sched_cpu(&m->sched);
	const struct osim__line *line =
		m->notif_intid < OSIM_PPI_END
			? &m->ppi[osim__sched_cpu_number(&m->sched)][m->notif_intid]
			: &m->spi[m->notif_intid];
	uint32_t flags = cpu->irq_off || cpu->irq_depth ? OSIM_EVENT_F_MASKED : 0;

	return line->state & OSIM__LINE_ENABLED ? flags : flags | OSIM_EVENT_F_NOTIF_MASKED;
}

static void emit(struct osim_machine *m, enum osim_event_kind kind, const struct osim_regs *in,
		 const struct osim_regs *out)
{
	struct osim_event e = osim__event_none;

	e.kind = kind;
	e.in = in;
	e.out = out;
	if (kind == OSIM_EVENT_CALL)
		e.flags = masked(m);
	else if (out->a[0] != OPTEE_SMC_RETURN_OK && !OPTEE_SMC_RETURN_IS_RPC(out->a[0]) && m->peek)
		e.msg = m->peek(m, in);
	osim__event_emit(m, &e);
}

/* The secure world is gone: a CPU that called it never comes back. The host's stack has to. */
static int lost(struct osim_machine *m)
{
	if (osim__sched_on_host(&m->sched))
		return -EIO;
	for (;;)
		osim__sched_spin(&m->sched, &m->panicked, "the secure world, which has panicked");
}

/* Taps and the secure end, with this CPU away from the normal world: not interrupted, not given to
 * another thread. */
static inline void cross(struct osim_machine *m, struct osim_regs *regs)
{
	struct osim__cpu *cpu = osim__sched_cpu(&m->sched);

	m->stats.calls++;
	cpu->irq_off++;
	cpu->preempt_off++;
	cpu->in_secure++;
	if (__builtin_expect(m->taps != NULL, 0))
		m->taps->fn(m->taps, m, regs);
	else
		secure_end(m, regs);
	cpu->in_secure--;
	cpu->preempt_off--;
	cpu->irq_off--;
}

/*
 * A secure thread's RPCs follow one another, whoever serves them: memory that one has allocated is
 * used, and freed, by the next, or is given back when the cache is emptied. Calls are not ordered
 * by the secure world; nothing says that it has a lock.
 */
static const char *thread_key(uint64_t id)
{
	static const char keys[OSIM_CPUS_MAX];

	return &keys[id % OSIM_CPUS_MAX];
}

static OSIM__APART void order_before(struct osim_machine *m, const struct osim_regs *in)
{
	if (in->a[0] == OPTEE_SMC_CALL_RETURN_FROM_RPC)
		osim__access_release(m, thread_key(in->a[3]));
}

static OSIM__APART void order_after(struct osim_machine *m, const struct osim_regs *in,
				    const struct osim_regs *out)
{
	if (OPTEE_SMC_RETURN_IS_RPC(out->a[0]) && out->a[0] != OPTEE_SMC_RETURN_RPC_FOREIGN_INTR)
		osim__access_acquire(m, thread_key(out->a[3]));
	for (unsigned int i = 0; in->a[0] == OPTEE_SMC_DISABLE_SHM_CACHE && i < OSIM_CPUS_MAX; i++)
		osim__access_acquire(m, thread_key(i));
}

/* With a copy of what went in: for the record, and for a host whose call nobody answers. */
static OSIM__APART int invoke_kept(struct osim_machine *m, struct osim_regs *regs)
{
	struct osim_regs in;

	/* One by one, as they were written: a processor stalls where it has to merge two stores
	 * into one load. */
	for (unsigned int i = 0; i < sizeof(in.a) / sizeof(in.a[0]); i++)
		in.a[i] = *(volatile const uint64_t *)&regs->a[i];
	if (osim__event_on(m))
		emit(m, OSIM_EVENT_CALL, &in, NULL);
	if (m->access)
		order_before(m, &in);
	cross(m, regs);
	if (m->panicked) {
		*regs = in;
		return lost(m);
	}
	if (osim__event_on(m))
		emit(m, OSIM_EVENT_RETURN, &in, regs);
	if (m->access)
		order_after(m, &in, regs);
	osim__sched_point(&m->sched, OSIM__POINT_CALL);
	return 0;
}

int osim_invoke(struct osim_machine *m, struct osim_regs *regs)
{
	osim__sched_point(&m->sched, OSIM__POINT_CALL);
	if (__builtin_expect(!m->conduit || m->panicked, 0))
		return m->panicked ? lost(m) : -ENXIO;
	if (osim__event_on(m) || __builtin_expect(m->access != NULL, 0) ||
	    __builtin_expect(osim__sched_on_host(&m->sched), 0))
		return invoke_kept(m, regs);
	cross(m, regs);
	if (__builtin_expect(m->panicked, 0))
		return lost(m);
	osim__sched_point(&m->sched, OSIM__POINT_CALL);
	return 0;
}

void osim_optee_invoke_fn(unsigned long a0, unsigned long a1, unsigned long a2, unsigned long a3,
			  unsigned long a4, unsigned long a5, unsigned long a6, unsigned long a7,
			  struct osim_smccc_res *res)
{
	struct osim_machine *m = osim__machine();
	struct osim_regs regs = {{a0, a1, a2, a3, a4, a5, a6, a7}};

	if (!m || osim_invoke(m, &regs)) {
		*res = (struct osim_smccc_res){.a0 = ~0ul};
		return;
	}
	res->a0 = regs.a[0];
	res->a1 = regs.a[1];
	res->a2 = regs.a[2];
	res->a3 = regs.a[3];
}

void osim_set_conduit(struct osim_machine *m, osim_conduit_fn *fn, void *arg)
{
	m->conduit = fn ? fn : m->own_conduit;
	m->conduit_arg = fn ? arg : m->own_conduit_arg;
}

static void kernel_signature(void *arg, struct osim_machine *m, struct osim_regs *regs)
{
	struct osim_smccc_res res = {0};
	const uint64_t *a = regs->a;

	(void)arg;
	m->invoke_fn(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], &res);
	regs->a[0] = res.a0;
	regs->a[1] = res.a1;
	regs->a[2] = res.a2;
	regs->a[3] = res.a3;
}

void osim_set_invoke_fn(struct osim_machine *m, osim_optee_invoke_fn_t *fn)
{
	m->invoke_fn = fn;
	osim_set_conduit(m, fn ? kernel_signature : NULL, NULL);
}
