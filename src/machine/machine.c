/* SPDX-License-Identifier: BSD-2-Clause */
#include "machine/machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/access.h"
#include "machine/irq.h"

#define CPUS_DEFAULT  2u
#define STEPS_DEFAULT 1000000u

_Thread_local struct osim_machine *osim__machine_current;

/* Here, where no event is made: a compiler that sees what it is clears all the same. */
const struct osim_event osim__event_none = {0};

/* All there are, newest first: what the gdb helper begins with. */
extern struct osim_machine *osim__machines;
struct osim_machine *osim__machines;
static bool machines_lock;

static void link_machine(struct osim_machine *m)
{
	while (__atomic_test_and_set(&machines_lock, __ATOMIC_ACQUIRE))
		;
	m->next_machine = osim__machines;
	if (osim__machines)
		osim__machines->prev_machine = m;
	osim__machines = m;
	__atomic_clear(&machines_lock, __ATOMIC_RELEASE);
}

static void unlink_machine(struct osim_machine *m)
{
	while (__atomic_test_and_set(&machines_lock, __ATOMIC_ACQUIRE))
		;
	if (m->prev_machine)
		m->prev_machine->next_machine = m->next_machine;
	else
		osim__machines = m->next_machine;
	if (m->next_machine)
		m->next_machine->prev_machine = m->prev_machine;
	__atomic_clear(&machines_lock, __ATOMIC_RELEASE);
}

/* --- hooks of the scheduler --- */

static uint64_t clock_now_ns(void *arg)
{
	const struct osim_machine *m = arg;

	return m->clock.now_ns(m->clock.arg);
}

static bool came_in(const struct osim_machine *m)
{
	return m->sched.runq_head || (m->sched.slow & OSIM__SLOW_IRQ) ||
	       __atomic_load_n(&m->sched.inbox, __ATOMIC_RELAXED);
}

static int idle(void *arg, uint64_t deadline_ns)
{
	struct osim_machine *m = arg;
	uint64_t now_ns = osim__sched_now_ns(&m->sched);
	bool late = deadline_ns > m->run_until_ns;
	int rc;

	if (late)
		deadline_ns = m->run_until_ns;
	if (late && deadline_ns <= now_ns)
		return -ETIME;
	if (m->clock.idle) {
		rc = m->clock.idle(m->clock.arg, deadline_ns);
		if (rc || m->clock.now_ns || came_in(m))
			return rc;
	}
	if (deadline_ns == OSIM_NEVER)
		return m->clock.idle ? 0 : -EDEADLK;
	/* Where the clock is somebody else's this changes nothing, and it is looked at again. */
	m->sched.now_ns = deadline_ns;
	return 0;
}

static void spawned(void *arg, struct osim__thread *thread)
{
	osim__access_wake(arg, thread, true);
}

static void woken(void *arg, struct osim__thread *thread)
{
	struct osim_machine *m = arg;

	osim__access_wake(m, thread, false);
	m->stats.wakes++;
	if (osim__event_on(m))
		osim__event_wake(m, thread);
}

static void inbox(void *arg)
{
	struct osim_machine *m = arg;

	if (m->inbox)
		m->inbox(m);
}

/* --- life --- */

static int copy_backend(struct osim_machine *m, const struct osim_backend *backend)
{
	if (backend->size < offsetof(struct osim_backend, arg) + sizeof(backend->arg))
		return osim__error(-EINVAL, "backend: size %zu is not that of struct osim_backend",
				   backend->size);
	if (!backend->pages_alloc != !backend->pages_free ||
	    !backend->pages_alloc != !backend->pages_pa ||
	    !backend->pages_alloc != !backend->pages_va)
		return osim__error(-EINVAL, "backend: the pages_ functions go together");
	if (!backend->irq_poll != !backend->irq_ack || !backend->irq_poll != !backend->irq_end)
		return osim__error(-EINVAL, "backend: irq_poll, irq_ack and irq_end go together");
	if (backend->irq_raise && !backend->irq_poll)
		return osim__error(-EINVAL, "backend: irq_raise goes with irq_poll");
	m->backend = *backend;
	m->clock = (struct osim__clock){
		.now_ns = backend->now_ns, .idle = backend->idle, .arg = backend->arg};
	return 0;
}

int osim__machine_init(const struct osim_options *options, struct osim_machine **out)
{
	static const struct osim_options defaults = {.size = sizeof(defaults)};
	struct osim__sched_hooks hooks = {.irq_deliverable = osim__irq_deliverable,
					  .irq_take = osim__irq_take,
					  .idle = idle,
					  .inbox = inbox,
					  .spawned = spawned,
					  .woken = woken};
	struct osim_machine *m;

	if (!options)
		options = &defaults;
	if (options->size != sizeof(*options))
		return osim__error(-EINVAL, "options: size %zu is not that of struct osim_options",
				   options->size);
	if (options->cpus > OSIM_CPUS_MAX)
		return osim__error(-EINVAL, "cpus: %u is more than %u", options->cpus,
				   OSIM_CPUS_MAX);
	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	if (options->backend && copy_backend(m, options->backend)) {
		free(m);
		return -EINVAL;
	}
	hooks.arg = m;
	if (m->clock.now_ns)
		hooks.now_ns = clock_now_ns;
	osim__sched_init(&m->sched, options->cpus ? options->cpus : CPUS_DEFAULT, options->chooser,
			 &hooks);
	m->sched.budget_max = options->steps_max ? options->steps_max : STEPS_DEFAULT;
	m->percpu_irq = options->percpu_irq;
	m->notif_intid = options->percpu_irq ? OSIM_NOTIF_PPI_INTID : OSIM_NOTIF_INTID;
	osim__irq_init(m);
	link_machine(m);
	*out = m;
	return 0;
}

void osim__machine_abandon(struct osim_machine *m)
{
	osim__sched_abandon(&m->sched);
	osim__irq_abandon(m);
	osim__live_abandon(m);
}

void osim_machine_free(struct osim_machine *m)
{
	struct osim__finding_node *n;
	struct osim_task *task;

	if (!m)
		return;
	if (m->loop_free)
		m->loop_free(m);
	if (m->normal && m->normal->fini)
		m->normal->fini(m);
	if (m->secure_free)
		m->secure_free(m);
	while ((task = m->tasks)) {
		m->tasks = task->next;
		free(task);
	}
	osim__sched_fini(&m->sched);
	osim__live_fini(m);
	osim__mem_fini(m);
	osim__access_fini(m);
	while ((n = m->findings)) {
		m->findings = n->next;
		free(n);
	}
	if (osim__machine_current == m)
		osim__machine_current = NULL;
	unlink_machine(m);
	free(m);
}

struct osim_machine *osim_enter(struct osim_machine *m)
{
	struct osim_machine *before = osim__machine_current;

	osim__machine_current = m;
	return before;
}

void osim_leave(struct osim_machine *before)
{
	osim__machine_current = before;
}

/* --- what loop/ puts under it --- */

static void wake_lock(struct osim_machine *m)
{
	while (__atomic_test_and_set(&m->wake_lock, __ATOMIC_ACQUIRE))
		;
}

void osim__machine_wake(struct osim_machine *m)
{
	osim__sched_left(&m->sched);
	wake_lock(m);
	if (m->wake)
		m->wake(m->wake_arg);
	__atomic_clear(&m->wake_lock, __ATOMIC_RELEASE);
}

void osim__machine_set_wake(struct osim_machine *m, void (*fn)(void *arg), void *arg)
{
	wake_lock(m);
	m->wake = fn;
	m->wake_arg = arg;
	__atomic_clear(&m->wake_lock, __ATOMIC_RELEASE);
}

void osim__machine_set_clock(struct osim_machine *m, const struct osim__clock *clock)
{
	const struct osim__clock own = {
		.now_ns = m->backend.now_ns, .idle = m->backend.idle, .arg = m->backend.arg};

	m->sched.now_ns = osim__sched_now_ns(&m->sched);
	m->clock = clock ? *clock : own;
	m->sched.hooks.now_ns = m->clock.now_ns ? clock_now_ns : NULL;
}

/* --- running --- */

static void report_line(void *arg, const char *text, struct osim__fiber *fiber)
{
	osim__finding_of(arg, fiber, "machine.stuck", text);
}

/* Who would go on: what stands on the first CPU that has something, else the first of the queue. */
static struct osim__fiber *goes_on(const struct osim__sched *s)
{
	for (unsigned int c = 0; c < s->cpu_count; c++)
		if (s->cpus[c].active && !s->cpus[c].spin)
			return s->cpus[c].active;
	return s->runq_head ? s->runq_head->fiber : NULL;
}

void osim__machine_livelock(struct osim_machine *m, uint64_t steps)
{
	struct osim__fiber *fiber = goes_on(&m->sched);
	char text[64];

	snprintf(text, sizeof(text), "%llu scheduling decisions and no end",
		 (unsigned long long)steps);
	if (fiber)
		osim__finding_of(m, fiber, "machine.livelock", text);
	else
		osim__finding(m, "machine.livelock", "%s", text);
}

static int run(struct osim_machine *m, bool (*done)(void *arg), void *arg, uint64_t until_ns)
{
	struct osim_machine *before;
	int rc;

	if (m->sched.running || m->sched.executing != &m->sched.host)
		return -EBUSY;
	before = osim_enter(m);
	m->run_until_ns = until_ns;
	rc = osim__sched_run(&m->sched, done, arg);
	if (rc == -EDEADLK)
		osim__sched_report(&m->sched, report_line, m);
	if (rc == -ELOOP)
		osim__machine_livelock(m, m->sched.budget_max);
	/* The host sees which programs have ended. */
	for (const struct osim_task *task = m->tasks; m->access && task; task = task->next)
		if (task->done)
			osim__access_join(m, task->thread);
	osim_leave(before);
	return rc == -ETIME ? 0 : rc;
}

int osim__machine_slice(struct osim_machine *m, uint64_t steps)
{
	uint64_t budget_max = m->sched.budget_max;
	struct osim_machine *before = osim_enter(m);
	int rc;

	m->run_until_ns = OSIM_NEVER;
	m->sched.budget_max = steps;
	rc = osim__sched_run(&m->sched, NULL, NULL);
	m->sched.budget_max = budget_max;
	osim_leave(before);
	return rc;
}

int osim_run(struct osim_machine *m)
{
	return run(m, NULL, NULL, OSIM_NEVER);
}

int osim_run_until(struct osim_machine *m, bool (*done)(void *arg), void *arg)
{
	return run(m, done, arg, OSIM_NEVER);
}

int osim_run_for(struct osim_machine *m, uint64_t duration_ns)
{
	uint64_t now_ns = osim_now_ns(m);

	return run(m, NULL, NULL,
		   now_ns + duration_ns < now_ns ? OSIM_NEVER : now_ns + duration_ns);
}

uint64_t osim_now_ns(const struct osim_machine *m)
{
	return osim__sched_now_ns(&m->sched);
}

void osim_set_fault(struct osim_machine *m, osim_fault_fn *fn, void *arg)
{
	m->fault_fn = fn;
	m->fault_arg = arg;
}

const char *osim_version(void)
{
	return OSIM_VERSION;
}
