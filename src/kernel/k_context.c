/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/kernel.h"

#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/smp.h>

/* Masks of interrupts and preemption, who may sleep, and on which CPU this is. */

static struct osim__cpu *this_cpu(void)
{
	return osim__sched_cpu(&osim__machine()->sched);
}

const char *osim__k_where(const struct osim__site *site)
{
	static _Thread_local char text[4][96];
	static _Thread_local unsigned int turn;
	char *p = text[turn++ % 4];

	if (!site)
		return "?";
	osim__site_text(site, p, sizeof(text[0]));
	return p;
}

/* --- sleeping --- */

static const char *atomic_reason(const struct osim__sched *s)
{
	const struct osim__cpu *c = osim__sched_cpu(s);

	if (c->irq_depth)
		return "in an interrupt handler";
	if (!c->cur)
		return "outside of any thread";
	return c->irq_off ? "with interrupts off" : "with preemption off";
}

void osim__k_cannot_sleep(struct osim_machine *m, const char *what, const struct osim__site *site)
{
	osim__finding(m, "kernel.sleep-in-atomic", "%s may sleep, %s, at %s", what,
		      atomic_reason(&m->sched), osim__k_where(site));
}

void osim__k_might_sleep(const struct osim__site *site)
{
	osim__k_check_sleep(osim__machine(), site->func, site);
}

void osim__k_check_left(struct osim_machine *m, const char *id, const char *what, const char *name)
{
	struct osim__cpu *c = osim__sched_cpu(&m->sched);

	if (osim__sched_may_sleep(&m->sched))
		return;
	osim__finding(m, id, "%s %s returned with a lock held or interrupts off", what, name);
	c->irq_off = c->preempt_off = 0;
}

bool osim__k_can_block(const struct osim_machine *m)
{
	const struct osim__cpu *c = osim__sched_cpu(&m->sched);

	return c->cur && !c->irq_depth;
}

int osim__k_block(struct osim_machine *m, struct osim__waitq *q, const char *what,
		  const void *object, uint64_t deadline_ns, unsigned int flags)
{
	struct osim__cpu *c = osim__sched_cpu(&m->sched);
	uint32_t irq_off = c->irq_off, preempt_off = c->preempt_off;
	int rc;

	if (!osim__k_can_block(m))
		return -EDEADLK;
	c->irq_off = c->preempt_off = 0;
	rc = osim__wait(&m->sched, q, what, object, deadline_ns, flags);
	c = osim__sched_cpu(&m->sched);
	c->irq_off += irq_off;
	c->preempt_off += preempt_off;
	return rc;
}

bool osim__k_join(struct osim_machine *m, struct osim__thread *t)
{
	while (t->state != OSIM__THREAD_DEAD)
		if (osim__k_block(m, &t->exited, "the end of a thread", t, OSIM_NEVER, 0) ==
		    -EDEADLK)
			return false;
	osim__access_join(m, t);
	return true;
}

/* --- interrupts: the kernel's mask is on or off, whatever the depth --- */

unsigned long osim__k_irq_save(void)
{
	struct osim_machine *m = osim__machine();
	struct osim__cpu *c = osim__sched_cpu(&m->sched);

	if (c->irq_off)
		return 1;
	c->irq_off = 1;
	osim__access_irq_off(m);
	return 0;
}

void osim__k_irq_disable(void)
{
	osim__k_irq_save();
}

void osim__k_irq_enable(const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();
	struct osim__cpu *c = osim__sched_cpu(&m->sched);

	if (c->irq_depth) {
		osim__finding(m, "kernel.irqs-on-in-handler",
			      "interrupts are switched on inside a handler, at %s",
			      osim__k_where(site));
		return;
	}
	if (!c->irq_off)
		return;
	osim__access_irq_on(m);
	c->irq_off = 1;
	osim__sched_irq_on(&m->sched);
}

void osim__k_irq_restore(unsigned long flags, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	if (flags > 1) {
		osim__finding(m, "kernel.irq-flags",
			      "flags that were never saved are restored, at %s",
			      osim__k_where(site));
		flags &= 1;
	}
	if (!flags)
		osim__k_irq_enable(site);
}

bool osim__k_irqs_disabled(void)
{
	return this_cpu()->irq_off;
}

/* --- preemption --- */

void osim__k_preempt_disable(void)
{
	struct osim__cpu *c = this_cpu();

	c->preempt_off++;
	osim__access_acquire(osim__machine(), &c->preempt_off);
}

void osim__k_preempt_enable(const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();
	struct osim__cpu *c = osim__sched_cpu(&m->sched);

	if (!c->preempt_off) {
		osim__finding(m, "kernel.preempt-underflow",
			      "preemption is enabled more often than disabled, at %s",
			      osim__k_where(site));
		return;
	}
	osim__access_release(m, &c->preempt_off);
	if (!--c->preempt_off)
		osim__sched_point(&m->sched, OSIM__POINT_UNLOCK);
}

unsigned int osim__k_preempt_count(void)
{
	return this_cpu()->preempt_off;
}

bool osim__k_in_irq(void)
{
	return this_cpu()->irq_depth;
}

/* --- CPUs --- */

unsigned int osim__k_this_cpu(void)
{
	return osim__sched_cpu_number(&osim__machine()->sched);
}

unsigned int osim__k_this_cpu_checked(const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();
	const struct osim__thread *t = osim__sched_current(&m->sched);

	if (osim__sched_may_sleep(&m->sched) && t->bound_cpu < 0)
		osim__finding(m, "kernel.cpu-in-preemptible",
			      "smp_processor_id() where the thread may move, at %s",
			      osim__k_where(site));
	return osim__sched_cpu_number(&m->sched);
}

unsigned int osim__k_nr_cpus(void)
{
	return osim__machine()->sched.cpu_count;
}

bool osim__k_cpu_online(unsigned int cpu)
{
	const struct osim__sched *s = &osim__machine()->sched;

	return cpu < s->cpu_count && s->cpus[cpu].online;
}

unsigned int osim__k_cpu_next(unsigned int cpu, bool online)
{
	const struct osim__sched *s = &osim__machine()->sched;

	while (cpu < s->cpu_count && online && !s->cpus[cpu].online)
		cpu++;
	return cpu < s->cpu_count ? cpu : s->cpu_count;
}
