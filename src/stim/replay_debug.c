/* SPDX-License-Identifier: BSD-2-Clause */
#include "stim/replay_debug.h"

#include <optee_sim/abi/smc.h>
#include <optee_sim/abi/tee.h>
#include <optee_sim/pta.h>

#include "secure/secure.h"

/* What b20000f2 can ask of the next callback. */
enum { MODE_NONE, MODE_BOTTOM_HALF_WAITS, MODE_STOPPED_WAITS, MODE_BOTTOM_HALF_POSTS };

#define NO_VALUE "a value that is no asynchronous one was posted"

/* Where a guest's counters are; those beyond the last share it. */
static struct osim__replay_debug_guest *guest_state(struct osim__replay_debug *d, uint16_t id)
{
	struct osim__replay_debug_guest *found = &d->guests[OSIM__REPLAY_GUESTS - 1];

	for (unsigned int i = OSIM__REPLAY_GUESTS; i--;) {
		struct osim__replay_debug_guest *g = &d->guests[i];

		if (g->used && g->id == id)
			return g;
		if (!g->used)
			found = g;
	}
	*found = (struct osim__replay_debug_guest){.used = true, .id = id};
	return found;
}

static bool answers(const struct osim__replay_debug_guest *g, const uint64_t out[8])
{
	return out[2] == (g->started << 16 | g->stopped) && out[3] == g->bottom_halves;
}

void osim__replay_debug_fit(struct osim__replay_debug *d, uint16_t id, const uint64_t out[8])
{
	bool own = answers(guest_state(d, id), out), all = answers(&d->all, out);

	if (d->fitted || own == all)
		return;
	d->fitted = true;
	d->shared = all;
}

/* --- the notification driver --- */

static void wait(struct osim_pta_call *call, struct osim__replay_debug_guest *g)
{
	uint32_t value = g->value;

	g->mode = MODE_NONE;
	osim_pta_notif_wait(call, value, 0);
}

static void event(void *arg, struct osim_pta_call *call, enum osim_notif_event what)
{
	struct osim__replay_debug *d = arg;
	struct osim__replay_debug_guest *g = guest_state(d, call->guest->id);

	switch (what) {
	case OSIM_NOTIF_STARTED:
		g->started++;
		d->all.started++;
		if (!d->ticking)
			d->ticked_guest = call->guest->id;
		d->ticking = true;
		break;
	case OSIM_NOTIF_STOPPED:
		g->stopped++;
		d->all.stopped++;
		if (g->mode == MODE_STOPPED_WAITS)
			wait(call, g);
		break;
	case OSIM_NOTIF_BOTTOM_HALF:
		g->bottom_halves++;
		d->all.bottom_halves++;
		if (g->mode == MODE_BOTTOM_HALF_POSTS)
			osim_pta_post(call, g->value);
		if (g->mode == MODE_BOTTOM_HALF_POSTS || g->mode == MODE_BOTTOM_HALF_WAITS)
			wait(call, g);
		break;
	}
}

/* --- the calls --- */

static void post(struct osim__replay_debug *d, struct osim__guest *to, uint32_t value)
{
	if (value > OSIM__ASYNC_VALUE_MAX)
		osim__secure_panic(to->s, NULL, NO_VALUE);
	else if (osim__notif_post(to, value))
		osim__finding(d->m, "secure.post-lost", "no memory for posted value %u", value);
}

static void call(struct osim__replay_debug *d, struct osim__guest *to, struct osim_regs *regs)
{
	struct osim__replay_debug_guest *g = guest_state(d, to->id);
	const struct osim__replay_debug_guest *counted = d->shared ? &d->all : g;
	uint32_t id = (uint32_t)regs->a[0], value = (uint32_t)regs->a[1];

	regs->a[0] = OPTEE_SMC_RETURN_OK;
	switch (id) {
	case OSIM__REPLAY_DEBUG_POST:
		post(d, to, value);
		break;
	case OSIM__REPLAY_DEBUG_COUNT:
		regs->a[1] = to->started;
		regs->a[2] = counted->started << 16 | counted->stopped;
		regs->a[3] = counted->bottom_halves;
		break;
	case OSIM__REPLAY_DEBUG_MODE:
		g->mode = value;
		g->value = (uint32_t)regs->a[2];
		break;
	case OSIM__REPLAY_DEBUG_ALLOC:
		value = 0;
		regs->a[1] = osim__value_alloc(to, &value);
		regs->a[2] = value;
		break;
	default:
		if (!osim__value_free(to, value))
			osim__secure_panic(to->s, NULL, "a value was freed that was not allocated");
		break;
	}
}

/* The hypervisor's: there are no values to post, to give out or to take back. */
static void call_for_nobody(struct osim__replay_debug *d, struct osim_machine *m,
			    struct osim_regs *regs)
{
	uint32_t id = (uint32_t)regs->a[0];

	regs->a[0] = OPTEE_SMC_RETURN_OK;
	if (id == OSIM__REPLAY_DEBUG_POST && (uint32_t)regs->a[1] > OSIM__ASYNC_VALUE_MAX) {
		osim__secure_panic(osim__secure_of(m), NULL, NO_VALUE);
	} else if (id == OSIM__REPLAY_DEBUG_COUNT) {
		const struct osim__replay_debug_guest *counted =
			d->shared ? &d->all : guest_state(d, 0);

		regs->a[1] = 0;
		regs->a[2] = counted->started << 16 | counted->stopped;
		regs->a[3] = counted->bottom_halves;
	} else if (id == OSIM__REPLAY_DEBUG_ALLOC) {
		regs->a[1] = TEE_ERROR_BAD_PARAMETERS;
		regs->a[2] = 0;
	}
}

static void tap(struct osim_tap *t, struct osim_machine *m, struct osim_regs *regs)
{
	struct osim__replay_debug *d = t->arg;
	struct osim__guest *to = osim__guest_of(osim__secure_of(m), regs->a[7]);
	uint32_t id = (uint32_t)regs->a[0];

	/* The driver's memory is the guest's, and goes with it. */
	if (id == OPTEE_SMC_VM_DESTROYED && !(uint16_t)regs->a[7])
		guest_state(d, (uint16_t)regs->a[1])->used = false;
	if (id < OSIM__REPLAY_DEBUG_POST || id > OSIM__REPLAY_DEBUG_FREE || (!to && regs->a[7]))
		osim_tap_next(t, m, regs);
	else if (to)
		call(d, to, regs);
	else
		call_for_nobody(d, m, regs);
}

/* --- the watchdog --- */

static struct osim__guest *ticked(const struct osim__replay_debug *d)
{
	return d->watchdog && d->ticking ? osim__guest_of(osim__secure_of(d->m), d->ticked_guest)
					 : NULL;
}

bool osim__replay_debug_tick(struct osim__replay_debug *d)
{
	struct osim__guest *to = ticked(d);

	if (to)
		post(d, to, 0);
	return to;
}

bool osim__replay_debug_ticked(const struct osim__replay_debug *d)
{
	const struct osim__guest *to = ticked(d);

	return to && osim__record_has(&to->record, 0);
}

/* --- life --- */

int osim__replay_debug_init(struct osim__replay_debug *d, struct osim_machine *m, bool calls,
			    bool watchdog)
{
	const struct osim_notif_driver driver = {
		.size = sizeof(driver), .name = "recorded build", .event = event, .arg = d};

	*d = (struct osim__replay_debug){.m = m, .watchdog = watchdog};
	if (!calls && !watchdog)
		return 0;
	if (calls) {
		d->tap = (struct osim_tap){.fn = tap, .arg = d};
		osim_tap_add(m, &d->tap);
	}
	return osim_notif_driver_register(m, &driver);
}
