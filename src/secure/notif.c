/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>

#include "secure/secure.h"

static uint32_t value_max(const struct osim__guest *g)
{
	return g->s->max_notif < OSIM__ASYNC_VALUE_MAX ? g->s->max_notif : OSIM__ASYNC_VALUE_MAX;
}

/* 0 is the bottom half's: marked when the first is asked for, and given out once somebody has freed
 * it. */
uint32_t osim__value_alloc(struct osim__guest *g, uint32_t *value)
{
	if (!g->values_given)
		g->allocated[0] |= 1ull << OPTEE_SMC_ASYNC_NOTIF_VALUE_DO_BOTTOM_HALF;
	g->values_given = true;
	for (uint32_t v = 0; v <= value_max(g); v++) {
		if (g->allocated[v / 64] & (1ull << v % 64))
			continue;
		g->allocated[v / 64] |= 1ull << v % 64;
		*value = v;
		return TEE_SUCCESS;
	}
	return TEE_ERROR_OUT_OF_MEMORY;
}

bool osim__value_free(struct osim__guest *g, uint32_t value)
{
	if (value >= OSIM__ASYNC_VALUE_MAX || !(g->allocated[value / 64] & (1ull << value % 64)))
		return false;
	g->allocated[value / 64] &= ~(1ull << value % 64);
	return true;
}

static void tell(struct osim__guest *g, struct osim__sthread *t, struct osim__notif_driver *d,
		 enum osim_notif_event event)
{
	struct osim_pta_call call = {.m = g->s->m, .guest = g, .thread = t};

	d->desc.event(d->desc.arg, &call, event);
}

void osim__notif_started(struct osim__guest *g)
{
	if (g->started)
		return;
	g->started = true;
	osim__event_text(g->s->m, OSIM_EVENT_WORLD, 0, "notifications are on");
	for (struct osim__notif_driver *d = g->s->notif_drivers; d; d = d->next)
		tell(g, NULL, d, OSIM_NOTIF_STARTED);
}

static void emit_bottom_half(const struct osim__sthread *t, uint32_t flags)
{
	struct osim_event e = osim__event_none;

	e.kind = OSIM_EVENT_BOTTOM_HALF;
	e.flags = flags;
	e.secure_thread = t->index;
	osim__event_emit(t->guest->s->m, &e);
}

static void bottom_half_event(const struct osim__sthread *t, uint32_t flags)
{
	if (flags & OSIM_EVENT_F_END)
		t->guest->s->m->stats.bottom_halves++;
	if (osim__event_on(t->guest->s->m))
		emit_bottom_half(t, flags);
}

static void begin(struct osim__sthread *t, enum osim_notif_event event)
{
	if (event == OSIM_NOTIF_BOTTOM_HALF) {
		bottom_half_event(t, 0);
		return;
	}
	t->guest->started = false;
	osim__event_text(t->guest->s->m, OSIM_EVENT_WORLD, 0, "notifications are off");
}

void osim__notif_deliver(struct osim__sthread *t, enum osim_notif_event event)
{
	struct osim__guest *g = t->guest;

	osim__mutex_lock(t, &g->notif_mutex);
	if (g->started) {
		begin(t, event);
		for (struct osim__notif_driver *d = g->s->notif_drivers; d; d = d->next) {
			tell(g, t, d, event);
			/* It may have been started again meanwhile. */
			if (event == OSIM_NOTIF_STOPPED && g->started)
				break;
		}
		if (event == OSIM_NOTIF_BOTTOM_HALF)
			bottom_half_event(t, OSIM_EVENT_F_END);
	}
	osim__mutex_unlock(t, &g->notif_mutex);
}

int osim_notif_driver_register(struct osim_machine *m, const struct osim_notif_driver *driver)
{
	struct osim__secure *s = osim__secure_of(m);
	struct osim__notif_driver *d;

	if (!driver || driver->size != sizeof(*driver))
		return osim__error(-EINVAL,
				   "driver: not a struct osim_notif_driver of this library");
	if (!driver->event)
		return osim__error(-EINVAL, "driver: event is NULL");
	if (!s)
		return osim__error(-ENXIO, "the machine has no fake secure world");
	d = calloc(1, sizeof(*d));
	if (!d)
		return -ENOMEM;
	d->desc = *driver;
	d->next = s->notif_drivers;
	s->notif_drivers = d;
	return 0;
}

void osim__notif_fini(struct osim__secure *s)
{
	while (s->notif_drivers) {
		struct osim__notif_driver *d = s->notif_drivers;

		s->notif_drivers = d->next;
		free(d);
	}
}
