/* SPDX-License-Identifier: BSD-2-Clause */
#include "machine/machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "machine/irq.h"

#define CPUS_DEFAULT  2u
#define STEPS_DEFAULT 1000000u

_Thread_local struct osim_machine *osim__machine_current;

/* --- hooks of the scheduler --- */

static uint64_t backend_now_ns(void *arg)
{
	const struct osim_machine *m = arg;

	return m->backend.now_ns(m->backend.arg);
}

static int idle(void *arg, uint64_t deadline_ns)
{
	struct osim_machine *m = arg;

	if (m->backend.idle)
		return m->backend.idle(m->backend.arg, deadline_ns);
	if (deadline_ns > m->run_until_ns) {
		m->sched.now_ns = m->run_until_ns;
		return -ETIME;
	}
	if (deadline_ns == OSIM_NEVER)
		return -EDEADLK;
	m->sched.now_ns = deadline_ns;
	return 0;
}

static void switched(void *arg, unsigned int cpu, const struct osim__thread *thread)
{
	struct osim_machine *m = arg;
	struct osim_event e = {.kind = OSIM_EVENT_SWITCH, .text = thread ? thread->name : "idle"};

	(void)cpu;
	if (osim__event_on(m))
		osim__event_emit(m, &e);
}

static void woken(void *arg, const struct osim__thread *thread)
{
	struct osim_machine *m = arg;
	struct osim_event e = {.kind = OSIM_EVENT_WAKE, .object = thread->id, .text = thread->name};

	if (osim__event_on(m))
		osim__event_emit(m, &e);
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
	m->backend = *backend;
	return 0;
}

int osim__machine_init(const struct osim_options *options, struct osim_machine **out)
{
	static const struct osim_options defaults = {.size = sizeof(defaults)};
	struct osim__sched_hooks hooks = {.irq_deliverable = osim__irq_deliverable,
					  .irq_take = osim__irq_take,
					  .idle = idle,
					  .inbox = inbox,
					  .switched = switched,
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
	if (m->backend.now_ns)
		hooks.now_ns = backend_now_ns;
	osim__sched_init(&m->sched, options->cpus ? options->cpus : CPUS_DEFAULT, options->chooser,
			 &hooks);
	m->sched.budget_max = options->steps_max ? options->steps_max : STEPS_DEFAULT;
	m->percpu_irq = options->percpu_irq;
	m->notif_intid = options->percpu_irq ? OSIM_NOTIF_PPI_INTID : OSIM_NOTIF_INTID;
	osim__irq_init(m);
	*out = m;
	return 0;
}

void osim_machine_free(struct osim_machine *m)
{
	struct osim__finding_node *n;
	struct osim_task *task;

	if (!m)
		return;
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
	while ((n = m->findings)) {
		m->findings = n->next;
		free(n);
	}
	if (osim__machine_current == m)
		osim__machine_current = NULL;
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

/* --- running --- */

static void report_line(void *arg, const char *text)
{
	osim__finding(arg, "machine.stuck", "%s", text);
}

static int run(struct osim_machine *m, bool (*done)(void *arg), void *arg, uint64_t until_ns)
{
	struct osim_machine *before;
	int rc;

	if (m->sched.running)
		return -EBUSY;
	before = osim_enter(m);
	m->run_until_ns = until_ns;
	rc = osim__sched_run(&m->sched, done, arg);
	if (rc == -EDEADLK)
		osim__sched_report(&m->sched, report_line, m);
	if (rc == -ELOOP)
		osim__finding(m, "machine.livelock", "%llu scheduling decisions and no end",
			      (unsigned long long)m->sched.budget_max);
	osim_leave(before);
	return rc == -ETIME ? 0 : rc;
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
