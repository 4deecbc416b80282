/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include "machine/irq.h"
#include "machine/machine.h"

#define SPURIOUS 1023u

static bool exists(const struct osim_machine *m, uint32_t intid, unsigned int cpu)
{
	return intid < OSIM_INTID_MAX && (intid >= OSIM_PPI_END || cpu < m->sched.cpu_count);
}

static struct osim__line *line(struct osim_machine *m, uint32_t intid, unsigned int cpu)
{
	return intid < OSIM_PPI_END ? &m->ppi[cpu][intid] : &m->spi[intid];
}

/* What a CPU can take, and the scheduler's slow path, in step with a line that became ready ... */
static inline void now_ready(struct osim_machine *m, const struct osim__line *l, uint32_t intid)
{
	m->ready[l->target][intid / 64] |= 1ull << intid % 64;
	m->ready_count++;
	m->sched.slow |= OSIM__SLOW_IRQ;
}

/* ... or is ready no more. */
static inline void not_ready(struct osim_machine *m, const struct osim__line *l, uint32_t intid)
{
	m->ready[l->target][intid / 64] &= ~(1ull << intid % 64);
	if (!--m->ready_count && !m->backend.irq_poll)
		m->sched.slow &= (uint8_t)~OSIM__SLOW_IRQ;
}

void osim__irq_init(struct osim_machine *m)
{
	for (uint32_t i = 0; i < OSIM_INTID_MAX; i++)
		m->spi[i].route = -1;
	if (m->backend.irq_poll)
		m->sched.slow |= OSIM__SLOW_IRQ;
}

static __attribute__((noinline)) int choose_online(struct osim_machine *m)
{
	unsigned int online[OSIM_CPUS_MAX], n = 0;

	for (unsigned int c = 0; c < m->sched.cpu_count; c++)
		if (m->sched.cpus[c].online)
			online[n++] = c;
	return (int)online[osim__choose(&m->sched, OSIM_CHOICE_CPU, n)];
}

static int choose_target(struct osim_machine *m, const struct osim__line *l)
{
	if (l->route >= 0 && m->sched.cpus[l->route].online)
		return l->route;
	/* CPU 0 is always there. */
	return m->sched.chooser.choose ? choose_online(m) : 0;
}

static OSIM__APART void emit_raise(struct osim_machine *m, uint32_t intid, bool merged)
{
	struct osim_event e = osim__event_none;

	e.kind = OSIM_EVENT_IRQ_RAISE;
	e.intid = intid;
	e.flags = merged ? OSIM_EVENT_F_MERGED : 0;
	osim__event_emit(m, &e);
}

static OSIM__APART int raise_outside(struct osim_machine *m, uint32_t intid, unsigned int cpu)
{
	if (!m->backend.irq_raise)
		return osim__error(
			-ENOTSUP, "interrupt %u: those of this machine come from its backend alone",
			intid);
	if (osim__event_on(m))
		emit_raise(m, intid, false);
	return m->backend.irq_raise(m->backend.arg, intid, cpu);
}

int osim_irq_raise(struct osim_machine *m, uint32_t intid, unsigned int cpu)
{
	struct osim__line *l;
	bool merged;

	if (!exists(m, intid, cpu))
		return osim__error(-EINVAL, "no interrupt %u on cpu %u", intid, cpu);
	if (__builtin_expect(m->backend.irq_poll != NULL, 0))
		return raise_outside(m, intid, cpu);
	l = line(m, intid, cpu);
	merged = l->state & OSIM__LINE_PENDING;
	if (!merged) {
		l->target = (int16_t)(intid < OSIM_PPI_END ? (int)cpu : choose_target(m, l));
		l->state |= OSIM__LINE_PENDING;
		if (l->state == OSIM__LINE_READY)
			now_ready(m, l, intid);
	}
	if (osim__event_on(m))
		emit_raise(m, intid, merged);
	return 0;
}

bool osim__irq_lose(struct osim_machine *m, uint32_t intid)
{
	bool pending = false;

	for (unsigned int cpu = 0; cpu < (intid < OSIM_PPI_END ? m->sched.cpu_count : 1); cpu++) {
		struct osim__line *l = line(m, intid, cpu);

		pending |= l->state & OSIM__LINE_PENDING;
		if (l->state == OSIM__LINE_READY)
			not_ready(m, l, intid);
		l->state &= (uint8_t)~OSIM__LINE_PENDING;
	}
	return pending;
}

int osim_irq_get(const struct osim_machine *m, uint32_t intid, unsigned int cpu,
		 struct osim_irq_state *state)
{
	const struct osim__line *l;

	if (!exists(m, intid, cpu))
		return osim__error(-EINVAL, "no interrupt %u on cpu %u", intid, cpu);
	l = intid < OSIM_PPI_END ? &m->ppi[cpu][intid] : &m->spi[intid];
	*state = (struct osim_irq_state){.enabled = l->state & OSIM__LINE_ENABLED,
					 .pending = l->state & OSIM__LINE_PENDING,
					 .active = l->state & OSIM__LINE_ACTIVE};
	return 0;
}

/* Another CPU is to take what is pending. */
static void retarget(struct osim_machine *m, struct osim__line *l, uint32_t intid)
{
	if (l->state == OSIM__LINE_READY)
		not_ready(m, l, intid);
	l->target = (int16_t)choose_target(m, l);
	if (l->state == OSIM__LINE_READY)
		now_ready(m, l, intid);
}

int osim_irq_route(struct osim_machine *m, uint32_t intid, int cpu)
{
	if (intid < OSIM_PPI_END || intid >= OSIM_INTID_MAX || cpu < -1 ||
	    cpu >= (int)m->sched.cpu_count)
		return osim__error(-EINVAL, "cannot route interrupt %u to cpu %d", intid, cpu);
	m->spi[intid].route = (int16_t)cpu;
	if (m->spi[intid].state & OSIM__LINE_PENDING)
		retarget(m, &m->spi[intid], intid);
	return 0;
}

uint32_t osim_notif_intid(const struct osim_machine *m)
{
	return m->notif_intid;
}

void osim__irq_enable(struct osim_machine *m, uint32_t intid, unsigned int cpu, bool on)
{
	struct osim__line *l = line(m, intid, cpu);

	if (!(l->state & OSIM__LINE_ENABLED) == !on)
		return;
	if (l->state == OSIM__LINE_READY)
		not_ready(m, l, intid);
	l->state ^= OSIM__LINE_ENABLED;
	if (l->state == OSIM__LINE_READY)
		now_ready(m, l, intid);
	if (m->backend.irq_enable)
		m->backend.irq_enable(m->backend.arg, cpu, intid, on);
}

/* A CPU went away: what it was to take goes to another. Private lines stay where they are. */
void osim__irq_reroute(struct osim_machine *m, unsigned int cpu)
{
	for (uint32_t i = OSIM_PPI_END; i < OSIM_INTID_MAX; i++)
		if ((m->spi[i].state & OSIM__LINE_PENDING) && m->spi[i].target == (int)cpu)
			retarget(m, &m->spi[i], i);
}

static void quiesce(struct osim_machine *m, uint32_t intid, unsigned int cpu)
{
	struct osim__line *l = line(m, intid, cpu);

	osim__irq_enable(m, intid, cpu, false);
	/* Ready it cannot be: it is not enabled. */
	l->state &= (uint8_t)~OSIM__LINE_ACTIVE;
	l->route = -1;
}

void osim__irq_abandon(struct osim_machine *m)
{
	for (uint32_t i = 0; i < OSIM_PPI_END; i++)
		for (unsigned int cpu = 0; cpu < m->sched.cpu_count; cpu++)
			quiesce(m, i, cpu);
	for (uint32_t i = OSIM_PPI_END; i < OSIM_INTID_MAX; i++)
		quiesce(m, i, 0);
}

/* The lowest line this CPU can take; SPURIOUS: none. */
static uint32_t first_ready(const struct osim_machine *m, unsigned int cpu)
{
	for (uint32_t i = 0; i < OSIM_INTID_MAX / 64; i++)
		if (m->ready[cpu][i])
			return i * 64 + (uint32_t)__builtin_ctzll(m->ready[cpu][i]);
	return SPURIOUS;
}

bool osim__irq_deliverable(void *arg, unsigned int cpu)
{
	struct osim_machine *m = arg;

	if (m->backend.irq_poll)
		return m->backend.irq_poll(m->backend.arg, cpu);
	return first_ready(m, cpu) != SPURIOUS;
}

bool osim__irq_waiting(struct osim_machine *m, unsigned int cpu)
{
	return (m->sched.slow & OSIM__SLOW_IRQ) && osim__irq_deliverable(m, cpu);
}

static inline uint32_t acknowledge(struct osim_machine *m, unsigned int cpu)
{
	struct osim__line *l;
	uint32_t intid;

	if (m->backend.irq_ack)
		return m->backend.irq_ack(m->backend.arg, cpu);
	intid = first_ready(m, cpu);
	if (intid == SPURIOUS)
		return intid;
	l = line(m, intid, cpu);
	l->state = OSIM__LINE_ENABLED | OSIM__LINE_ACTIVE;
	not_ready(m, l, intid);
	return intid;
}

static inline void end(struct osim_machine *m, unsigned int cpu, uint32_t intid)
{
	struct osim__line *l;

	if (m->backend.irq_end) {
		m->backend.irq_end(m->backend.arg, cpu, intid);
		return;
	}
	l = line(m, intid, cpu);
	l->state &= (uint8_t)~OSIM__LINE_ACTIVE;
	if (l->state == OSIM__LINE_READY)
		now_ready(m, l, intid);
}

static void handle(struct osim_machine *m, unsigned int cpu, uint32_t intid)
{
	if (m->normal && m->normal->irq(m, cpu, intid))
		return;
	if (m->irq_fn) {
		m->irq_fn(m->irq_arg, m, cpu, intid);
		return;
	}
	osim__finding(m, "irq.unhandled",
		      "interrupt %u came in on cpu %u and nobody has a handler for it", intid, cpu);
}

static OSIM__APART void emit(struct osim_machine *m, enum osim_event_kind kind, uint32_t intid)
{
	struct osim_event e = osim__event_none;

	e.kind = kind;
	e.intid = intid;
	osim__event_emit(m, &e);
}

bool osim__irq_take(void *arg, unsigned int cpu)
{
	struct osim_machine *m = arg;
	uint32_t intid = acknowledge(m, cpu);

	if (intid == SPURIOUS)
		return false;
	m->stats.interrupts++;
	if (osim__event_on(m))
		emit(m, OSIM_EVENT_IRQ_ENTER, intid);
	if (intid < OSIM_INTID_MAX)
		handle(m, cpu, intid);
	else
		osim__finding(
			m, "irq.number",
			"the interrupt controller gave cpu %u interrupt %u, which is not below %u",
			cpu, intid, OSIM_INTID_MAX);
	end(m, cpu, intid);
	if (osim__event_on(m))
		emit(m, OSIM_EVENT_IRQ_EXIT, intid);
	return true;
}

int osim_irq_enable(struct osim_machine *m, uint32_t intid, unsigned int cpu, bool on)
{
	if (!exists(m, intid, cpu))
		return osim__error(-EINVAL, "no interrupt %u on cpu %u", intid, cpu);
	osim__irq_enable(m, intid, cpu, on);
	return 0;
}

uint32_t osim_irq_ack(struct osim_machine *m, unsigned int cpu)
{
	uint32_t intid = cpu < m->sched.cpu_count ? acknowledge(m, cpu) : SPURIOUS;

	if (intid == SPURIOUS)
		return intid;
	m->stats.interrupts++;
	if (osim__event_on(m))
		emit(m, OSIM_EVENT_IRQ_ENTER, intid);
	return intid;
}

int osim_irq_end(struct osim_machine *m, uint32_t intid, unsigned int cpu)
{
	if (!exists(m, intid, cpu))
		return osim__error(-EINVAL, "no interrupt %u on cpu %u", intid, cpu);
	if (!m->backend.irq_end && !(line(m, intid, cpu)->state & OSIM__LINE_ACTIVE))
		return -ENOENT;
	end(m, cpu, intid);
	if (osim__event_on(m))
		emit(m, OSIM_EVENT_IRQ_EXIT, intid);
	return 0;
}

void osim_set_irq_handler(struct osim_machine *m, osim_irq_fn *fn, void *arg)
{
	m->irq_fn = fn;
	m->irq_arg = arg;
	for (unsigned int c = 0; c < m->sched.cpu_count; c++)
		if (!c || m->notif_intid < OSIM_PPI_END)
			osim__irq_enable(m, m->notif_intid, c, fn != NULL);
}
