/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/kernel.h"

#include <linux/cpu.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/rwsem.h>
#include <linux/smp.h>

#include "kernel/host.h"

#define STATES (CPUHP_AP_ONLINE_DYN_END - CPUHP_AP_ONLINE_DYN + 1)

/* Callbacks of one state; in order of number when a CPU comes, backwards when it goes. */
struct state {
	int number; /* 0: free */
	const char *name;
	int (*up)(unsigned int cpu);
	int (*down)(unsigned int cpu);
};

struct osim__k_cpuhp {
	struct state state[STATES];
	struct rw_semaphore cpus;
};

static struct osim__k_cpuhp *cpuhp(struct osim__kernel *k)
{
	if (!k->cpuhp) {
		k->cpuhp = osim__kernel_zalloc(sizeof(*k->cpuhp));
		init_rwsem(&k->cpuhp->cpus);
	}
	return k->cpuhp;
}

void osim__k_cpuhp_drop(struct osim__kernel *k)
{
	for (unsigned int i = 0; k->cpuhp && i < STATES; i++)
		k->cpuhp->state[i].number = 0;
}

void osim__k_cpuhp_fini(struct osim__kernel *k)
{
	osim__kernel_free(k->cpuhp);
}

void osim__k_cpus_read_lock(const struct osim__site *site)
{
	osim__k_down_read(&cpuhp(osim__kernel())->cpus, site);
}

void osim__k_cpus_read_unlock(const struct osim__site *site)
{
	osim__k_up_read(&cpuhp(osim__kernel())->cpus, site);
}

/* --- on another CPU: by a thread that is bound to it --- */

struct call {
	int (*fn)(unsigned int cpu);
	unsigned int cpu;
	int result;
};

static void call_main(void *arg)
{
	struct call *call = arg;

	call->result = call->fn(call->cpu);
}

static int call_on(struct osim__kernel *k, int (*fn)(unsigned int cpu), unsigned int cpu)
{
	struct call call = {.fn = fn, .cpu = cpu};
	struct osim__thread *t;
	char name[16];

	if (!fn)
		return 0;
	if (!osim__k_can_block(k->m))
		return -EDEADLK;
	snprintf(name, sizeof(name), "cpuhp/%u", cpu);
	if (osim__thread_spawn(&k->m->sched, name, call_main, &call, (int)cpu, &t))
		return -ENOMEM;
	osim__k_join(k->m, t);
	osim__thread_free(t);
	return call.result;
}

/* --- states --- */

static struct state *find(struct osim__k_cpuhp *h, int number)
{
	for (unsigned int i = 0; i < STATES; i++)
		if (h->state[i].number == number)
			return &h->state[i];
	return NULL;
}

/* A free record with its number; fixed states have only one user. */
static struct state *allocate(struct osim__k_cpuhp *h, int number)
{
	struct state *s = find(h, 0);

	if (!s)
		return NULL;
	if (number == CPUHP_AP_ONLINE_DYN || number == CPUHP_BP_PREPARE_DYN)
		while (find(h, number))
			number++;
	else if (find(h, number))
		return NULL;
	s->number = number;
	return s;
}

static int up_everywhere(struct osim__kernel *k, const struct state *s)
{
	for (unsigned int cpu = 0; cpu < k->m->sched.cpu_count; cpu++) {
		int rc = k->m->sched.cpus[cpu].online ? call_on(k, s->up, cpu) : 0;

		if (!rc)
			continue;
		while (cpu--)
			if (k->m->sched.cpus[cpu].online)
				call_on(k, s->down, cpu);
		return rc;
	}
	return 0;
}

int osim__k_cpuhp_setup(enum cpuhp_state number, const char *name, bool calls,
			int (*up)(unsigned int cpu), int (*down)(unsigned int cpu),
			const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	struct osim__k_cpuhp *h = cpuhp(k);
	struct state *s;
	int rc;

	rc = osim__fault(k->m, OSIM_FAULT_WORK, "cpuhp_setup_state");
	if (rc)
		return rc;
	down_read(&h->cpus);
	s = allocate(h, number);
	if (!s) {
		up_read(&h->cpus);
		return -EBUSY;
	}
	*s = (struct state){.number = s->number, .name = name, .up = up, .down = down};
	rc = calls ? up_everywhere(k, s) : 0;
	if (rc) {
		s->number = 0;
	} else {
		osim__live_add(k->m, OSIM_LIVE_OTHER, s, 0, site);
		rc = s->number == (int)number && number != CPUHP_AP_ONLINE_DYN &&
				     number != CPUHP_BP_PREPARE_DYN
			     ? 0
			     : s->number;
	}
	up_read(&h->cpus);
	return rc;
}

void osim__k_cpuhp_remove(int number, bool calls, const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	struct osim__k_cpuhp *h = cpuhp(k);
	struct state *s = number > 0 ? find(h, number) : NULL;

	if (!s) {
		osim__finding(k->m, "kernel.cpuhp-unknown",
			      "hotplug state %d is removed that was not set up, at %s", number,
			      osim__k_where(site));
		return;
	}
	down_read(&h->cpus);
	for (unsigned int cpu = 0; calls && cpu < k->m->sched.cpu_count; cpu++)
		if (k->m->sched.cpus[cpu].online)
			call_on(k, s->down, cpu);
	osim__live_remove(k->m, s);
	s->number = 0;
	up_read(&h->cpus);
}

/* --- a CPU goes, or comes --- */

static struct state *next_state(struct osim__k_cpuhp *h, int after, bool up)
{
	struct state *best = NULL;

	for (unsigned int i = 0; i < STATES; i++) {
		struct state *s = &h->state[i];

		if (!s->number || (up ? s->number <= after : s->number >= after))
			continue;
		if (!best || (up ? s->number < best->number : s->number > best->number))
			best = s;
	}
	return best;
}

static void take_down(struct osim__kernel *k, unsigned int cpu, int from)
{
	struct osim__k_cpuhp *h = cpuhp(k);
	struct osim__sched *sched = &k->m->sched;

	for (struct state *s = next_state(h, from, false); s; s = next_state(h, s->number, false))
		call_on(k, s->down, cpu);
	/* What runs there goes on until it sleeps; nothing else is put there. */
	sched->cpus[cpu].online = false;
	osim__irq_reroute(k->m, cpu);
}

static int bring_up(struct osim__kernel *k, unsigned int cpu)
{
	struct osim__k_cpuhp *h = cpuhp(k);

	k->m->sched.cpus[cpu].online = true;
	for (struct state *s = next_state(h, 0, true); s; s = next_state(h, s->number, true)) {
		int rc = call_on(k, s->up, cpu);

		if (!rc)
			continue;
		take_down(k, cpu, s->number);
		return rc;
	}
	return 0;
}

int osim__khost_cpu_set_online(struct osim__kernel *k, unsigned int cpu, bool online)
{
	struct osim__k_cpuhp *h = cpuhp(k);
	int rc = 0;

	down_write(&h->cpus);
	if (online != k->m->sched.cpus[cpu].online) {
		if (online)
			rc = bring_up(k, cpu);
		else
			take_down(k, cpu, CPUHP_ONLINE);
	}
	up_write(&h->cpus);
	return rc;
}

/* --- a function on each CPU, as an interrupt from another one would run it --- */

static void ipi(void (*func)(void *info), void *info)
{
	unsigned long flags;

	local_irq_save(flags);
	func(info);
	local_irq_restore(flags);
}

struct ipi_call {
	void (*func)(void *info);
	void *info;
};

static void ipi_main(void *arg)
{
	const struct ipi_call *call = arg;

	ipi(call->func, call->info);
}

void osim__k_on_each_cpu(void (*func)(void *info), void *info, int only,
			 const struct osim__site *site)
{
	struct osim__kernel *k = osim__kernel();
	struct osim__sched *s = &k->m->sched;
	struct ipi_call call = {.func = func, .info = info};

	if (osim__sched_cpu(s)->irq_off)
		osim__finding(k->m, "kernel.ipi-with-irqs-off",
			      "a function is sent to another CPU with interrupts off, at %s",
			      osim__k_where(site));
	for (unsigned int cpu = 0; cpu < s->cpu_count; cpu++) {
		struct osim__thread *t;

		if (!s->cpus[cpu].online || (only >= 0 && cpu != (unsigned int)only))
			continue;
		/* Whoever has waited for another CPU may go on elsewhere. */
		if (cpu == osim__sched_cpu_number(s)) {
			ipi(func, info);
			continue;
		}
		if (!osim__k_can_block(k->m) ||
		    osim__thread_spawn(s, "ipi", ipi_main, &call, (int)cpu, &t))
			continue;
		osim__k_join(k->m, t);
		osim__thread_free(t);
	}
}
