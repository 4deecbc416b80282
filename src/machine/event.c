/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/machine.h"
#include "machine/stack.h"

#define TEXT_BYTES  512
#define STACK_BYTES 2048

static _Thread_local char last_error[TEXT_BYTES];

static const char *const kind_names[] = {
#define NAME(name, text) [OSIM_EVENT_##name] = text,
	OSIM_EVENT_MAP(NAME)
#undef NAME
};

const char *osim_event_kind_name(enum osim_event_kind kind)
{
	return (unsigned int)kind < OSIM_EVENT_COUNT ? kind_names[kind] : "?";
}

const struct osim_stats *osim_stats(const struct osim_machine *m)
{
	return &m->stats;
}

static void switched(void *arg, unsigned int cpu, const struct osim__thread *thread)
{
	struct osim_machine *m = arg;
	struct osim_event e = osim__event_none;

	(void)cpu;
	e.kind = OSIM_EVENT_SWITCH;
	e.text = thread ? thread->name : "idle";
	osim__event_emit(m, &e);
}

void osim__event_wake(struct osim_machine *m, const struct osim__thread *thread)
{
	struct osim_event e = osim__event_none;

	e.kind = OSIM_EVENT_WAKE;
	e.object = thread->id;
	e.text = thread->name;
	osim__event_emit(m, &e);
}

void osim_set_event_sink(struct osim_machine *m, osim_event_fn *fn, void *arg)
{
	m->event_fn = fn;
	m->event_arg = arg;
	m->sched.hooks.switched = fn ? switched : NULL;
}

static enum osim_context context_of(const struct osim_machine *m)
{
	const struct osim__cpu *cpu = osim__sched_cpu(&m->sched);

	if (cpu->in_secure)
		return OSIM_CONTEXT_SECURE;
	if (cpu->irq_depth)
		return OSIM_CONTEXT_IRQ;
	return cpu->cur ? OSIM_CONTEXT_THREAD : OSIM_CONTEXT_HOST;
}

void osim__event_emit(struct osim_machine *m, struct osim_event *event)
{
	const struct osim__thread *t = osim__sched_current(&m->sched);

	event->seq = m->event_seq++;
	event->time_ns = osim__sched_now_ns(&m->sched);
	event->context = context_of(m);
	event->cpu = osim__sched_cpu_number(&m->sched);
	event->thread_id = t ? t->id : 0;
	event->thread_name = t ? t->name : "";
	/* A sink may post or signal; what that sets going begins after it. */
	m->sched.pinned++;
	m->event_fn(m->event_arg, event);
	m->sched.pinned--;
}

void osim__event_text(struct osim_machine *m, enum osim_event_kind kind, uint32_t flags,
		      const char *format, ...)
{
	struct osim_event e = osim__event_none;
	char text[TEXT_BYTES];
	va_list ap;

	if (!osim__event_on(m))
		return;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	e.kind = kind;
	e.flags = flags;
	e.text = text;
	osim__event_emit(m, &e);
}

int osim__error(int error, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(last_error, sizeof(last_error), format, ap);
	va_end(ap);
	return error;
}

const char *osim_last_error(void)
{
	return last_error;
}

/* --- findings --- */

static bool known(const struct osim_machine *m, const char *id, const char *text)
{
	for (const struct osim__finding_node *n = m->findings; n; n = n->next)
		if (!strcmp(n->finding.id, id) && !strcmp(n->finding.text, text))
			return true;
	return false;
}

static void keep(struct osim_machine *m, const char *id, const char *text, const char *where,
		 const struct osim_event *e)
{
	size_t id_bytes = strlen(id) + 1, text_bytes = strlen(text) + 1,
	       where_bytes = strlen(where) + 1;
	struct osim__finding_node *n = calloc(1, sizeof(*n) + id_bytes + text_bytes + where_bytes);
	char *p;

	/* Without memory it is still counted, and was seen by the sink. */
	m->finding_count++;
	if (!n)
		return;
	p = (char *)(n + 1);
	n->finding = (struct osim_finding){.id = memcpy(p, id, id_bytes),
					   .text = memcpy(p + id_bytes, text, text_bytes),
					   .where = memcpy(p + id_bytes + text_bytes, where,
							   where_bytes),
					   .time_ns = e->time_ns,
					   .seq = e->seq};
	if (m->findings_last)
		m->findings_last->next = n;
	else
		m->findings = n;
	m->findings_last = n;
}

static void note(struct osim_machine *m, const char *id, const char *text, const char *where)
{
	struct osim_event e = osim__event_none;
	char full[TEXT_BYTES + 64];

	e.kind = OSIM_EVENT_FINDING;
	e.time_ns = osim__sched_now_ns(&m->sched);
	e.seq = m->event_seq;
	snprintf(full, sizeof(full), "%s: %s", id, text);
	e.text = full;
	e.where = where;
	if (osim__event_on(m))
		osim__event_emit(m, &e);
	keep(m, id, text, where, &e);
}

void osim__finding(struct osim_machine *m, const char *id, const char *format, ...)
{
	char text[TEXT_BYTES], where[STACK_BYTES];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (known(m, id, text))
		return;
	osim__stack_text(where, sizeof(where));
	note(m, id, text, where);
}

static void stand_and_tell(void *arg)
{
	osim__stack_text(arg, STACK_BYTES);
}

void osim__finding_of(struct osim_machine *m, struct osim__fiber *fiber, const char *id,
		      const char *what)
{
	char text[TEXT_BYTES], where[STACK_BYTES];

	osim__sched_visit(&m->sched, fiber, stand_and_tell, where);
	snprintf(text, sizeof(text), "%s%s%.*s", what, where[0] ? ", at " : "",
		 (int)strcspn(where, "\n"), where);
	if (!known(m, id, text))
		note(m, id, text, where);
}

size_t osim_finding_count(const struct osim_machine *m)
{
	return m->finding_count;
}

const struct osim_finding *osim_finding_get(const struct osim_machine *m, size_t i)
{
	const struct osim__finding_node *n = m->findings;

	while (n && i--)
		n = n->next;
	return n ? &n->finding : NULL;
}
