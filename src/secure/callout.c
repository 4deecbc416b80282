/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>

#include "secure/secure.h"

/* A timer of the secure world. What it calls runs in an interrupt of that world, which the normal
 * world does not see. */
struct osim__callout {
	struct osim__callout *next;
	struct osim__secure *s;
	struct osim__timer timer;
	uint64_t period_ns;
	bool (*fn)(void *arg, struct osim_machine *m);
	void *arg;
};

static void arm(struct osim__callout *c);

static void fired(void *arg)
{
	struct osim__callout *c = arg;
	struct osim_machine *m = c->s->m;

	if (!m->panicked && c->fn(c->arg, m))
		arm(c);
}

static void arm(struct osim__callout *c)
{
	struct osim__sched *sched = &c->s->m->sched;

	osim__timer_arm(sched, &c->timer, osim__sched_now_ns(sched) + c->period_ns, fired, c);
}

int osim_callout(struct osim_machine *m, uint64_t period_ns,
		 bool (*fn)(void *arg, struct osim_machine *m), void *arg)
{
	struct osim__secure *s = osim__secure_of(m);
	struct osim__callout *c;

	if (!fn || !period_ns)
		return osim__error(-EINVAL, "callout: no function, or a period of 0");
	if (!s)
		return osim__error(-ENXIO, "the machine has no fake secure world");
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->s = s;
	c->period_ns = period_ns;
	c->fn = fn;
	c->arg = arg;
	c->next = s->callouts;
	s->callouts = c;
	arm(c);
	return 0;
}

void osim__callout_fini(struct osim__secure *s)
{
	while (s->callouts) {
		struct osim__callout *c = s->callouts;

		s->callouts = c->next;
		osim__timer_cancel(&s->m->sched, &c->timer);
		free(c);
	}
}
