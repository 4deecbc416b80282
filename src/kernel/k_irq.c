/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/irq.h"

#include <linux/interrupt.h>
#include <linux/irqdomain.h>

/* Numbers, and the way of an interrupt from the controller to the handlers. */

struct osim__k_irqs *osim__k_irqs(struct osim__kernel *k)
{
	if (!k->irqs)
		k->irqs = osim__kernel_zalloc(sizeof(*k->irqs));
	return k->irqs;
}

struct osim__k_desc *osim__k_desc(struct osim__kernel *k, unsigned int irq)
{
	struct osim__k_desc *d;

	if (irq < OSIM__K_IRQ_FIRST || irq >= OSIM__K_IRQ_FIRST + OSIM__K_IRQ_COUNT)
		return NULL;
	d = &osim__k_irqs(k)->desc[irq - OSIM__K_IRQ_FIRST];
	return d->mapped ? d : NULL;
}

/* --- mapping --- */

unsigned int osim__k_irq_map(struct osim__kernel *k, uint32_t intid, const struct osim__site *site)
{
	struct osim__k_irqs *irqs = osim__k_irqs(k);

	if (irqs->by_intid[intid])
		return irqs->by_intid[intid]->irq;
	for (unsigned int i = 0; i < OSIM__K_IRQ_COUNT; i++) {
		struct osim__k_desc *d = &irqs->desc[i];

		if (d->mapped)
			continue;
		*d = (struct osim__k_desc){.intid = intid,
					   .irq = OSIM__K_IRQ_FIRST + i,
					   .mapped = true,
					   .percpu = intid < OSIM_PPI_END};
		irqs->by_intid[intid] = d;
		osim__live_add(k->m, OSIM_LIVE_MAPPING, d, 0, site);
		return d->irq;
	}
	return 0;
}

void osim__k_irq_dispose(unsigned int irq, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	struct osim__k_desc *d = osim__k_desc(k, irq);

	if (!d)
		return;
	if (d->actions) {
		osim__finding(k->m, "kernel.irq-disposed-in-use",
			      "mapping of irq %u is given back while %s has it, at %s", irq,
			      d->actions->name, osim__k_where(site));
		return;
	}
	d->mapped = false;
	k->irqs->by_intid[d->intid] = NULL;
	osim__live_remove(k->m, d);
}

bool osim__k_irq_is_percpu(unsigned int irq)
{
	const struct osim__k_desc *d = osim__k_desc(osim__kernel(), irq);

	return d && d->percpu;
}

int osim__k_irq_set_type(unsigned int irq, unsigned int type)
{
	struct osim__k_desc *d = osim__k_desc(osim__kernel(), irq);

	if (!d)
		return -EINVAL;
	d->type = type & IRQ_TYPE_SENSE_MASK;
	return 0;
}

u32 osim__k_irq_get_type(unsigned int irq)
{
	const struct osim__k_desc *d = osim__k_desc(osim__kernel(), irq);

	return d ? d->type : IRQ_TYPE_NONE;
}

bool osim__k_irq_requested(const struct osim__kernel *k, uint32_t intid)
{
	return k->irqs && k->irqs->by_intid[intid] && k->irqs->by_intid[intid]->actions;
}

/* --- the line --- */

void osim__k_irq_update(struct osim__kernel *k, struct osim__k_desc *d)
{
	bool on = d->actions && !d->disabled && !d->masked;

	if (!d->percpu) {
		osim__irq_enable(k->m, d->intid, 0, on);
		return;
	}
	for (unsigned int cpu = 0; cpu < k->m->sched.cpu_count; cpu++)
		osim__irq_enable(k->m, d->intid, cpu, on && (d->enabled_on >> cpu & 1));
}

/* --- an interrupt --- */

void osim__k_irq_ask(struct osim__kernel *k, struct osim__k_action *a)
{
	struct osim__k_desc *d = a->desc;

	if (a->asked) {
		osim__access_release(k->m, a);
		return;
	}
	a->asked = true;
	d->asked++;
	if ((a->flags & IRQF_ONESHOT) && !a->masked) {
		a->masked = true;
		d->masked++;
		osim__k_irq_update(k, d);
	}
	osim__access_release(k->m, a);
	osim__wake(&k->m->sched, &a->waiting, 1);
}

static noinline void odd(struct osim__kernel *k, const struct osim__k_action *a, int answer)
{
	if (answer == IRQ_WAKE_THREAD)
		osim__finding(k->m, "kernel.irq-no-thread",
			      "handler %s asks for its thread and has none", a->name);
	else
		osim__finding(k->m, "kernel.irq-bad-return", "handler %s returned %d", a->name,
			      answer);
}

static noinline void left_atomic(struct osim__kernel *k, const struct osim__k_action *a,
				 uint32_t preempt_off)
{
	osim__finding(k->m, "kernel.irq-left-atomic",
		      "handler %s returned with a lock held, or with one unlocked too often",
		      a->name);
	osim__sched_cpu(&k->m->sched)->preempt_off = preempt_off;
}

static inline __attribute__((always_inline)) void
run_handlers(struct osim__kernel *k, struct osim__k_desc *d, unsigned int cpu)
{
	struct osim__cpu *c = osim__sched_cpu(&k->m->sched);
	uint32_t preempt_off = c->preempt_off;

	for (struct osim__k_action *a = d->actions, *next; a; a = next) {
		char *dev_id = a->dev_id;
		int answer = IRQ_WAKE_THREAD;

		next = a->next;
		if (d->percpu)
			dev_id += (size_t)cpu * OSIM__K_PERCPU_STRIDE;
		if (a->handler)
			answer = a->handler((int)d->irq, dev_id);
		if (answer == IRQ_WAKE_THREAD && a->thread)
			osim__k_irq_ask(k, a);
		else if (answer != IRQ_HANDLED && answer != IRQ_NONE)
			odd(k, a, answer);
		if (c->preempt_off != preempt_off)
			left_atomic(k, a, preempt_off);
	}
}

/* The same for a driver whose accesses are seen: a context of its own, and what handlers leave on
 * the stack below this frame means nothing to the next. Apart, because it costs the others. */
static noinline void run_handlers_seen(struct osim__kernel *k, struct osim__k_desc *d,
				       unsigned int cpu)
{
	const void *stack = __builtin_frame_address(0);
	uint32_t before = osim__access_irq_begin(k->m, d, d->percpu, stack);

	run_handlers(k, d, cpu);
	osim__access_irq_end(k->m, d, d->percpu, stack, before);
}

bool osim__k_irq(struct osim_machine *m, unsigned int cpu, uint32_t intid)
{
	struct osim__kernel *k = m->kernel;
	struct osim__k_desc *d = k->irqs ? k->irqs->by_intid[intid] : NULL;

	if (!d || !d->actions)
		return false;
	d->in_progress++;
	if (__builtin_expect(m->access != NULL, 0))
		run_handlers_seen(k, d, cpu);
	else
		run_handlers(k, d, cpu);
	if (!--d->in_progress && d->quiet.head)
		osim__wake(&m->sched, &d->quiet, ~0u);
	return true;
}

void osim__k_irqs_drop(struct osim__kernel *k)
{
	for (unsigned int i = 0; k->irqs && i < OSIM__K_IRQ_COUNT; i++) {
		struct osim__k_desc *d = &k->irqs->desc[i];
		struct osim__k_action *a;

		if (!d->mapped)
			continue;
		while ((a = d->actions)) {
			d->actions = a->next;
			osim__k_orphan(k->irqs, a);
		}
		osim__k_irq_update(k, d);
		k->irqs->by_intid[d->intid] = NULL;
		d->mapped = false;
	}
}

void osim__k_irqs_fini(struct osim__kernel *k)
{
	struct osim__k_action *a;

	if (!k->irqs)
		return;
	for (unsigned int i = 0; i < OSIM__K_IRQ_COUNT; i++)
		while ((a = k->irqs->desc[i].actions)) {
			k->irqs->desc[i].actions = a->next;
			osim__kernel_free(a);
		}
	while ((a = k->irqs->orphans)) {
		k->irqs->orphans = a->next_orphan;
		osim__kernel_free(a);
	}
	osim__kernel_free(k->irqs);
}
