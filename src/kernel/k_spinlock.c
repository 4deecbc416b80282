/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/kernel.h"

#include <linux/spinlock.h>

/*
 * A CPU that finds a lock taken does nothing until it is free; other CPUs go on. What a kernel with
 * lock debugging would report is a finding, and the run goes on as if the driver were right, so
 * that one mistake does not hide the next.
 */

static noinline void uninitialised(struct osim_machine *m, spinlock_t *lock,
				   const struct osim__site *site)
{
	osim__finding(m, "kernel.lock-uninitialised",
		      "spinlock is used before it was initialised, at %s", osim__k_where(site));
	*lock = (spinlock_t){.magic = OSIM__K_SPIN_MAGIC};
}

/* Taken with interrupts on at one time and in a handler at another: sooner or later the handler
 * interrupts the holder. */
static noinline void unsafe(struct osim_machine *m, spinlock_t *lock, bool in_irq,
			    const struct osim__site *site)
{
	osim__finding(m, "kernel.lock-irq-unsafe",
		      "spinlock is taken %s at %s, and at another time %s",
		      in_irq ? "in an interrupt handler" : "with interrupts on",
		      osim__k_where(site),
		      in_irq ? "with interrupts on" : "in an interrupt handler");
	lock->in_irq = lock->irqs_on = true;
}

static inline void note_context(struct osim_machine *m, spinlock_t *lock, const struct osim__cpu *c,
				const struct osim__site *site)
{
	if (c->irq_depth) {
		if (lock->in_irq)
			return;
		if (lock->irqs_on)
			unsafe(m, lock, true, site);
		lock->in_irq = true;
	} else if (!c->irq_off && !lock->irqs_on) {
		if (lock->in_irq)
			unsafe(m, lock, false, site);
		lock->irqs_on = true;
	}
}

static noinline void twice(struct osim_machine *m, spinlock_t *lock, const struct osim__site *site)
{
	bool in_irq = osim__sched_cpu(&m->sched)->irq_depth;

	osim__finding(m, "kernel.lock-twice", "spinlock taken at %s is taken again %sat %s",
		      osim__k_where(lock->where),
		      in_irq ? "by an interrupt handler on the same CPU, " : "by the same CPU, ",
		      osim__k_where(site));
	lock->depth++;
}

static noinline void wait_for(struct osim_machine *m, spinlock_t *lock, uint16_t me,
			      const struct osim__site *site)
{
	while (lock->owner) {
		if (lock->owner == me) {
			twice(m, lock, site);
			return;
		}
		lock->contended = true;
		if (osim__sched_spin(&m->sched, lock, "a spinlock"))
			break;
	}
	lock->owner = me;
	lock->where = site;
}

/* With the masks of the caller, c, in place. */
static inline __attribute__((always_inline)) void
take(struct osim_machine *m, struct osim__cpu *c, spinlock_t *lock, const struct osim__site *site)
{
	uint16_t me = (uint16_t)(c->index + 1);

	if (__builtin_expect(lock->magic != OSIM__K_SPIN_MAGIC, 0))
		uninitialised(m, lock, site);
	note_context(m, lock, c, site);
	c->preempt_off++;
	if (__builtin_expect(lock->owner != 0, 0)) {
		wait_for(m, lock, me, site);
	} else {
		lock->owner = me;
		lock->where = site;
	}
	osim__access_acquire(m, lock);
}

/* false: it is not free now, or never was this CPU's. */
static inline __attribute__((always_inline)) bool release(struct osim_machine *m, spinlock_t *lock,
							  const struct osim__site *site)
{
	struct osim__sched *s = &m->sched;
	struct osim__cpu *c = osim__sched_cpu(s);

	if (__builtin_expect(lock->magic != OSIM__K_SPIN_MAGIC, 0))
		uninitialised(m, lock, site);
	if (__builtin_expect(lock->owner != c->index + 1, 0)) {
		if (!lock->owner)
			osim__finding(m, "kernel.unlock-free",
				      "spinlock is unlocked that nobody holds, at %s",
				      osim__k_where(site));
		else
			osim__finding(m, "kernel.unlock-other",
				      "spinlock taken at %s is unlocked by another CPU, at %s",
				      osim__k_where(lock->where), osim__k_where(site));
	}
	if (c->preempt_off)
		c->preempt_off--;
	if (lock->depth) {
		lock->depth--;
		return false;
	}
	osim__access_release(m, lock);
	lock->owner = 0;
	if (__builtin_expect(lock->contended, 0)) {
		lock->contended = false;
		osim__sched_spin_end(s, lock);
	}
	return true;
}

void osim__k_spin_init(spinlock_t *lock)
{
	*lock = (spinlock_t){.magic = OSIM__K_SPIN_MAGIC};
}

void osim__k_spin_lock(spinlock_t *lock, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	osim__sched_point(&m->sched, OSIM__POINT_LOCK);
	take(m, osim__sched_cpu(&m->sched), lock, site);
}

bool osim__k_spin_trylock(spinlock_t *lock, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	osim__sched_point(&m->sched, OSIM__POINT_LOCK);
	if (lock->owner)
		return false;
	take(m, osim__sched_cpu(&m->sched), lock, site);
	return true;
}

void osim__k_spin_unlock(spinlock_t *lock, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	release(m, lock, site);
	osim__sched_point(&m->sched, OSIM__POINT_UNLOCK);
}

void osim__k_spin_lock_irq(spinlock_t *lock, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	osim__sched_point(&m->sched, OSIM__POINT_LOCK);
	osim__k_irq_disable();
	take(m, osim__sched_cpu(&m->sched), lock, site);
}

void osim__k_spin_unlock_irq(spinlock_t *lock, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	release(m, lock, site);
	osim__k_irq_enable(site);
}

unsigned long osim__k_spin_lock_irqsave(spinlock_t *lock, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();
	struct osim__cpu *c;
	unsigned long flags;

	osim__sched_point(&m->sched, OSIM__POINT_LOCK);
	c = osim__sched_cpu(&m->sched);
	flags = c->irq_off != 0;
	if (!flags) {
		c->irq_off = 1;
		osim__access_irq_off(m);
	}
	take(m, c, lock, site);
	return flags;
}

void osim__k_spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags,
				    const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	release(m, lock, site);
	if (flags != 1)
		osim__k_irq_restore(flags, site);
	else
		osim__sched_point(&m->sched, OSIM__POINT_UNLOCK);
}

bool osim__k_spin_is_locked(const spinlock_t *lock)
{
	return lock->owner;
}

void osim__k_spin_assert_held(const spinlock_t *lock, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	if (lock->owner != osim__sched_cpu(&m->sched)->index + 1)
		osim__finding(m, "kernel.lock-not-held", "spinlock is not held, at %s",
			      osim__k_where(site));
}
