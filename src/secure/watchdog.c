/* SPDX-License-Identifier: BSD-2-Clause */
#include "secure/secure.h"

/* The test watchdog of OP-TEE: once notifications are started it posts value 0 by a timer of the
 * secure world, and goes on when they are stopped; here a few times, so that a run ends. */
#define POSTS 6u

static void arm(struct osim__guest *g);

static void fired(void *arg)
{
	struct osim__guest *g = arg;
	struct osim__secure *s = g->s;

	if (s->m->panicked)
		return;
	if (osim__notif_post(g, OPTEE_SMC_ASYNC_NOTIF_VALUE_DO_BOTTOM_HALF))
		osim__finding(s->m, "secure.post-lost", "no memory for a post of the watchdog");
	if (--g->watchdog.left)
		arm(g);
}

static void arm(struct osim__guest *g)
{
	struct osim__sched *sched = &g->s->m->sched;

	osim__timer_arm(sched, &g->watchdog.timer, osim__sched_now_ns(sched) + g->s->watchdog_ns,
			fired, g);
}

static void event(void *arg, struct osim_pta_call *call, enum osim_notif_event event)
{
	struct osim__guest *g = call->guest;

	(void)arg;
	if (event == OSIM_NOTIF_STARTED && !g->watchdog.left) {
		g->watchdog.left = POSTS;
		arm(g);
	}
}

int osim__watchdog_init(struct osim__secure *s, uint32_t period_ms)
{
	struct osim_notif_driver d = {.size = sizeof(d), .name = "watchdog", .event = event};

	s->watchdog_ns = (uint64_t)period_ms * 1000000u;
	return period_ms ? osim_notif_driver_register(s->m, &d) : 0;
}

void osim__watchdog_fini(struct osim__guest *g)
{
	osim__timer_cancel(&g->s->m->sched, &g->watchdog.timer);
}
