/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/irq.h"

#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>

/* Requesting and freeing handlers, their threads, and the line's mask. */

/* --- the handler's thread --- */

static void run_thread_fn(struct osim__kernel *k, struct osim__k_action *a)
{
	struct osim__k_desc *d = a->desc;

	a->asked = false;
	osim__access_acquire(k->m, a);
	a->thread_fn((int)d->irq, a->dev_id);
	osim__k_check_left(k->m, "kernel.irq-left-atomic", "thread of", a->name);
	/* Whoever waits for it; the handler may come again meanwhile, but for a masked line's. */
	osim__access_release(k->m, &d->quiet);
	if (a->masked)
		osim__access_release(k->m, d);
	if (a->masked && !a->asked) {
		a->masked = false;
		d->masked--;
		osim__k_irq_update(k, d);
	}
	if (!--d->asked)
		osim__wake(&k->m->sched, &d->quiet, ~0u);
	osim__sched_point(&k->m->sched, OSIM__POINT_IRQ_ON);
}

static void thread_main(void *arg)
{
	struct osim__k_action *a = arg;
	struct osim__kernel *k = osim__kernel();

	for (;;) {
		if (a->asked)
			run_thread_fn(k, a);
		else if (a->stop)
			return;
		else
			osim__wait(&k->m->sched, &a->waiting, "an interrupt", a, OSIM_NEVER,
				   OSIM__WAIT_DAEMON);
	}
}

static int thread_new(struct osim__kernel *k, struct osim__k_action *a)
{
	char name[32];

	if (!a->thread_fn)
		return 0;
	snprintf(name, sizeof(name), "irq/%u-%s", a->desc->irq, a->name);
	return osim__thread_spawn(&k->m->sched, name, thread_main, a, -1, &a->thread);
}

/* --- requesting --- */

static int refuse(const struct osim__k_desc *d, bool handler, bool thread_fn, unsigned long flags,
		  const void *dev_id)
{
	if (!d || d->percpu || (!handler && !thread_fn))
		return -EINVAL;
	if (!handler && !(flags & IRQF_ONESHOT))
		return -EINVAL;
	if ((flags & IRQF_SHARED) && (!dev_id || (flags & IRQF_NO_AUTOEN)))
		return -EINVAL;
	if (d->actions && !(flags & d->actions->flags & IRQF_SHARED))
		return -EBUSY;
	if (d->actions && ((flags ^ d->actions->flags) & IRQF_ONESHOT))
		return -EBUSY;
	return 0;
}

static void link_action(struct osim__kernel *k, struct osim__k_action *a,
			const struct osim__site *site)
{
	struct osim__k_action **link = &a->desc->actions;

	if (!*link)
		a->desc->disabled = (a->flags & IRQF_NO_AUTOEN) != 0;
	while (*link)
		link = &(*link)->next;
	*link = a;
	osim__access_release(k->m, a->desc);
	osim__live_add(k->m, OSIM_LIVE_IRQ, a, 0, site);
	osim__k_irq_update(k, a->desc);
	/* What was raised before comes in here. */
	osim__sched_point(&k->m->sched, OSIM__POINT_IRQ_ON);
}

static struct osim__k_action *action_new(struct osim__k_desc *d, irq_handler_t handler,
					 irq_handler_t thread_fn, unsigned long flags,
					 const char *name, void *dev_id)
{
	struct osim__k_action *a = osim__kernel_zalloc(sizeof(*a));

	*a = (struct osim__k_action){.desc = d,
				     .handler = (osim__k_irq_fn *)handler,
				     .thread_fn = (osim__k_irq_fn *)thread_fn,
				     .dev_id = dev_id,
				     .name = name ? name : "",
				     .flags = flags};
	return a;
}

int osim__k_request_irq(unsigned int irq, irq_handler_t handler, irq_handler_t thread_fn,
			unsigned long flags, const char *name, void *dev_id,
			const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	struct osim__k_desc *d = osim__k_desc(k, irq);
	struct osim__k_action *a;
	int rc;

	osim__k_check_sleep(k->m, "request_irq()", site);
	osim__sched_point(&k->m->sched, OSIM__POINT_LOCK);
	rc = osim__fault(k->m, OSIM_FAULT_IRQ, "request_irq");
	if (!rc)
		rc = refuse(d, handler, thread_fn, flags, dev_id);
	if (rc)
		return rc;
	a = action_new(d, handler, thread_fn, flags, name, dev_id);
	rc = thread_new(k, a);
	if (rc) {
		osim__kernel_free(a);
		return rc;
	}
	link_action(k, a, site);
	return 0;
}

/* --- waiting for quiet --- */

static bool is_own_thread(struct osim__kernel *k, const struct osim__k_action *actions)
{
	const struct osim__thread *self = osim__sched_current(&k->m->sched);

	for (const struct osim__k_action *a = actions; a; a = a->next)
		if (self && a->thread == self)
			return true;
	return false;
}

/* Until no handler runs, and none of the threads is to run. actions: whose thread must not wait
 * here. */
static void wait_quiet(struct osim__kernel *k, struct osim__k_desc *d,
		       const struct osim__k_action *actions, const struct osim__site *site)
{
	if ((d->in_progress || d->asked) && is_own_thread(k, actions)) {
		osim__finding(k->m, "kernel.irq-waits-for-itself",
			      "the thread of irq %u waits for its own end, at %s", d->irq,
			      osim__k_where(site));
		return;
	}
	while (d->in_progress || d->asked)
		if (osim__k_block(k->m, &d->quiet, "an interrupt's handler", d, OSIM_NEVER, 0) ==
		    -EDEADLK)
			return;
	osim__access_acquire(k->m, d);
	osim__access_acquire(k->m, &d->quiet);
}

void osim__k_synchronize_irq(unsigned int irq, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	struct osim__k_desc *d = osim__k_desc(k, irq);

	osim__k_check_sleep(k->m, "synchronize_irq()", site);
	osim__sched_point(&k->m->sched, OSIM__POINT_LOCK);
	if (d)
		wait_quiet(k, d, d->actions, site);
}

/* --- freeing --- */

static struct osim__k_action *unlink_action(struct osim__k_desc *d, const void *dev_id)
{
	struct osim__k_action **link = &d->actions, *a;

	while (*link && (*link)->dev_id != dev_id)
		link = &(*link)->next;
	a = *link;
	if (a)
		*link = a->next;
	return a;
}

/* false: it could not be waited for. */
static bool thread_stop(struct osim__kernel *k, struct osim__k_action *a)
{
	a->stop = true;
	osim__wake(&k->m->sched, &a->waiting, 1);
	if (osim__sched_current(&k->m->sched) == a->thread || !osim__k_join(k->m, a->thread))
		return false;
	osim__thread_free(a->thread);
	return true;
}

static void action_free(struct osim__k_irqs *irqs, struct osim__k_action *a)
{
	struct osim__k_action **link = &irqs->orphans;

	while (*link != a)
		link = &(*link)->next_orphan;
	*link = a->next_orphan;
	osim__kernel_free(a);
}

/* The line is masked first, then what is under way ends, the thread's part too. */
const void *osim__k_free_irq(unsigned int irq, void *dev_id, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	struct osim__k_desc *d = osim__k_desc(k, irq);
	struct osim__k_action *a;
	const char *name;

	osim__k_check_sleep(k->m, "free_irq()", site);
	osim__sched_point(&k->m->sched, OSIM__POINT_LOCK);
	a = d && !d->percpu ? unlink_action(d, dev_id) : NULL;
	if (!a) {
		osim__finding(k->m, "kernel.irq-not-requested",
			      "irq %u is freed that was not requested with this dev_id, at %s", irq,
			      osim__k_where(site));
		return NULL;
	}
	name = a->name;
	osim__k_irq_update(k, d);
	osim__live_remove(k->m, a);
	/* The machine may end while this waits. */
	osim__k_orphan(k->irqs, a);
	wait_quiet(k, d, a, site);
	if (a->masked)
		d->masked--;
	if (!a->thread || thread_stop(k, a))
		action_free(k->irqs, a);
	return name;
}

/* --- the line's mask --- */

void osim__k_disable_irq(unsigned int irq, bool wait, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	struct osim__k_desc *d = osim__k_desc(k, irq);

	if (!d)
		return;
	/* As the kernel's lock of the descriptor has it. */
	osim__access_acquire(k->m, d);
	d->disabled++;
	osim__k_irq_update(k, d);
	if (!wait)
		return;
	osim__k_check_sleep(k->m, "disable_irq()", site);
	wait_quiet(k, d, d->actions, site);
}

void osim__k_enable_irq(unsigned int irq, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	struct osim__k_desc *d = osim__k_desc(k, irq);

	if (!d)
		return;
	if (!d->disabled) {
		osim__finding(k->m, "kernel.irq-enable-unbalanced",
			      "irq %u is enabled more often than disabled, at %s", irq,
			      osim__k_where(site));
		return;
	}
	osim__access_release(k->m, d);
	d->disabled--;
	osim__k_irq_update(k, d);
	osim__sched_point(&k->m->sched, OSIM__POINT_IRQ_ON);
}

void osim__k_irq_wake_thread(unsigned int irq, void *dev_id)
{
	struct osim__kernel *k = osim__kernel();
	struct osim__k_desc *d = osim__k_desc(k, irq);

	for (struct osim__k_action *a = d ? d->actions : NULL; a; a = a->next)
		if (a->dev_id == dev_id && a->thread)
			osim__k_irq_ask(k, a);
}

/* --- per-CPU lines: enabled on each CPU by itself --- */

int osim__k_request_percpu_irq(unsigned int irq, irq_handler_t handler, const char *name,
			       void *percpu_dev_id, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	struct osim__k_desc *d = osim__k_desc(k, irq);
	int rc;

	osim__k_check_sleep(k->m, "request_percpu_irq()", site);
	osim__sched_point(&k->m->sched, OSIM__POINT_LOCK);
	rc = osim__fault(k->m, OSIM_FAULT_IRQ, "request_percpu_irq");
	if (rc)
		return rc;
	if (!percpu_dev_id || !d || !d->percpu || !handler)
		return -EINVAL;
	if (d->actions)
		return -EBUSY;
	d->enabled_on = 0;
	link_action(
		k, action_new(d, handler, NULL, IRQF_PERCPU | IRQF_NO_SUSPEND, name, percpu_dev_id),
		site);
	d->disabled = 0;
	return 0;
}

void osim__k_free_percpu_irq(unsigned int irq, void *percpu_dev_id, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	struct osim__k_desc *d = osim__k_desc(k, irq);
	struct osim__k_action *a;

	osim__k_check_sleep(k->m, "free_percpu_irq()", site);
	a = d && d->percpu ? d->actions : NULL;
	if (!a || a->dev_id != percpu_dev_id) {
		osim__finding(
			k->m, "kernel.irq-not-requested",
			"per-CPU irq %u is freed that was not requested with this dev_id, at %s",
			irq, osim__k_where(site));
		return;
	}
	if (d->enabled_on)
		osim__finding(k->m, "kernel.irq-still-enabled",
			      "per-CPU irq %u is freed while it is enabled on CPUs 0x%llx, at %s",
			      irq, (unsigned long long)d->enabled_on, osim__k_where(site));
	d->actions = NULL;
	osim__k_irq_update(k, d);
	osim__live_remove(k->m, a);
	/* The kernel does not wait here: where a handler still runs, its record stays with the
	 * machine. */
	if (!d->in_progress) {
		osim__kernel_free(a);
		return;
	}
	osim__k_orphan(k->irqs, a);
}

void osim__k_enable_percpu_irq(unsigned int irq, bool on, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	struct osim__k_desc *d = osim__k_desc(k, irq);
	uint64_t bit = 1ull << osim__sched_cpu_number(&k->m->sched);

	if (!d || !d->percpu) {
		osim__finding(k->m, "kernel.irq-not-percpu",
			      "irq %u is no per-CPU interrupt, at %s", irq, osim__k_where(site));
		return;
	}
	if (on)
		osim__access_irq_on(k->m);
	else
		osim__access_irq_off(k->m);
	d->enabled_on = on ? d->enabled_on | bit : d->enabled_on & ~bit;
	osim__k_irq_update(k, d);
	if (on)
		osim__sched_point(&k->m->sched, OSIM__POINT_IRQ_ON);
}

bool osim__k_percpu_irq_enabled(unsigned int irq)
{
	struct osim__kernel *k = osim__kernel();
	const struct osim__k_desc *d = osim__k_desc(k, irq);

	return d && (d->enabled_on >> osim__sched_cpu_number(&k->m->sched) & 1);
}
