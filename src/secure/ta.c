/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "secure/secure.h"

/* --- one call at a time: in each instance, and over all TAs that have but one --- */

static bool is_single(const struct osim__ta *ta)
{
	return !(ta->pta->desc.flags & OSIM_PTA_MULTI_INSTANCE);
}

static bool is_concurrent(const struct osim__ta *ta)
{
	return ta->pta->desc.flags & OSIM_PTA_CONCURRENT;
}

static void lock_single(struct osim__sthread *t)
{
	struct osim__guest *g = t->guest;

	if (g->single_thread != (int)t->index) {
		while (g->single_thread >= 0)
			osim__condvar_wait(t, &g->single_cv, &g->ta_mutex);
		g->single_thread = (int)t->index;
	}
	g->single_depth++;
}

static void unlock_single(struct osim__guest *g)
{
	if (--g->single_depth)
		return;
	g->single_thread = -1;
	osim__condvar_signal(&g->single_cv);
}

bool osim__ta_try_busy(struct osim__sthread *t, struct osim__ta *ta)
{
	struct osim__guest *g = t->guest;
	bool ok = true;

	if (is_concurrent(ta))
		return true;
	osim__mutex_lock(t, &g->ta_mutex);
	if (is_single(ta))
		lock_single(t);
	if (g->single_thread == (int)t->index) {
		/* Waiting with that lock held would be for ever. */
		ok = !ta->busy;
		if (!ok && is_single(ta))
			unlock_single(g);
	} else {
		while (ta->busy)
			osim__condvar_wait(t, &ta->busy_cv, &g->ta_mutex);
	}
	if (ok)
		ta->busy = true;
	osim__mutex_unlock(t, &g->ta_mutex);
	return ok;
}

void osim__ta_set_busy(struct osim__sthread *t, struct osim__ta *ta)
{
	if (!osim__ta_try_busy(t, ta))
		osim__secure_panic(t->guest->s, t, "a TA that is busy was entered again");
}

void osim__ta_clear_busy(struct osim__sthread *t, struct osim__ta *ta)
{
	struct osim__guest *g = t->guest;

	if (is_concurrent(ta))
		return;
	osim__mutex_lock(t, &g->ta_mutex);
	ta->busy = false;
	osim__condvar_signal(&ta->busy_cv);
	if (is_single(ta))
		unlock_single(g);
	osim__mutex_unlock(t, &g->ta_mutex);
}

/* --- instances --- */

static struct osim__ta *find(struct osim__guest *g, const uint8_t uuid[16])
{
	struct osim__ta *ta;

	for (ta = g->tas; ta; ta = ta->next)
		if (!ta->dying && !memcmp(ta->uuid, uuid, sizeof(ta->uuid)))
			break;
	return ta;
}

static struct osim__ta *add(struct osim__guest *g, const uint8_t uuid[16],
			    const struct osim__pta *pta)
{
	struct osim__ta **at = &g->tas;
	struct osim__ta *ta = calloc(1, sizeof(*ta));

	if (!ta)
		return NULL;
	memcpy(ta->uuid, uuid, sizeof(ta->uuid));
	ta->pta = pta;
	ta->refs = 1;
	while (*at)
		at = &(*at)->next;
	*at = ta;
	return ta;
}

static void drop(struct osim__guest *g, struct osim__ta *ta)
{
	struct osim__ta **at = &g->tas;

	while (*at != ta) {
		assert(*at);
		at = &(*at)->next;
	}
	*at = ta->next;
	free(ta);
}

void osim__ta_hold(struct osim__ta *ta)
{
	ta->users++;
}

void osim__ta_release(struct osim__guest *g, struct osim__ta *ta)
{
	assert(ta->users > 0);
	if (--ta->users || !ta->dying)
		return;
	if (ta->created && ta->pta->desc.destroy)
		ta->pta->desc.destroy(ta->pta->desc.arg, ta->instance);
	drop(g, ta);
}

uint32_t osim__ta_reuse(struct osim__sthread *t, const uint8_t uuid[16], struct osim__ta **out)
{
	struct osim__guest *g = t->guest;
	struct osim__ta *ta;

	for (;;) {
		ta = find(g, uuid);
		if (!ta)
			return TEE_ERROR_ITEM_NOT_FOUND;
		if (!ta->initializing)
			break;
		/* Looked for again afterwards: it may be gone. */
		osim__condvar_wait(t, &g->init_cv, &g->ta_mutex);
	}
	if (!is_single(ta))
		return TEE_ERROR_ITEM_NOT_FOUND;
	if ((ta->pta->desc.flags & OSIM_PTA_SINGLE_SESSION) && ta->refs)
		return TEE_ERROR_BUSY;
	ta->refs++;
	*out = ta;
	return TEE_SUCCESS;
}

uint32_t osim__ta_make(struct osim__sthread *t, const uint8_t uuid[16], struct osim__ta **out)
{
	struct osim__guest *g = t->guest;
	const struct osim__pta *pta = osim__pta_find(g->s, uuid);
	bool load = !pta || (pta->desc.flags & OSIM_PTA_LOADED);
	struct osim__ta *ta;
	uint32_t res;

	osim__mutex_lock(t, &g->ta_mutex);
	ta = add(g, uuid, pta);
	if (ta)
		ta->initializing = load;
	osim__mutex_unlock(t, &g->ta_mutex);
	if (!ta)
		return TEE_ERROR_OUT_OF_MEMORY;
	if (!load) {
		*out = ta;
		return TEE_SUCCESS;
	}
	res = osim__load_ta(t, uuid, pta != NULL);
	osim__mutex_lock(t, &g->ta_mutex);
	ta->initializing = false;
	if (res)
		drop(g, ta);
	else
		*out = ta;
	osim__condvar_broadcast(&g->init_cv);
	osim__mutex_unlock(t, &g->ta_mutex);
	return res;
}

void osim__ta_put(struct osim__sthread *t, struct osim__ta *ta)
{
	struct osim__guest *g = t->guest;
	bool kept = is_single(ta) && !(ta->pta->desc.flags & OSIM_PTA_NOT_KEPT);

	osim__mutex_lock(t, &g->ta_mutex);
	if (!ta->dying) {
		assert(ta->refs > 0);
		if (!--ta->refs && !kept)
			ta->dying = true;
	}
	osim__mutex_unlock(t, &g->ta_mutex);
}

void osim__ta_bury(struct osim__sthread *t, struct osim__ta *ta)
{
	struct osim__guest *g = t->guest;

	osim__mutex_lock(t, &g->ta_mutex);
	for (struct osim__session *s = g->sessions; s; s = s->next)
		if (s->ta == ta)
			s->ta = NULL;
	ta->dying = true;
	osim__mutex_unlock(t, &g->ta_mutex);
}

void osim__ta_drop_all(struct osim__guest *g)
{
	while (g->tas)
		drop(g, g->tas);
}

/* --- what is in them --- */

static void enter(struct osim__sthread *t, struct osim__session *s)
{
	s->outer = t->session;
	t->session = s;
}

static void leave(struct osim__sthread *t)
{
	t->session = t->session->outer;
}

uint32_t osim__ta_open(struct osim__sthread *t, struct osim__session *s, struct osim_pta_call *call)
{
	const struct osim_pta *desc = &s->ta->pta->desc;
	uint32_t res = TEE_SUCCESS;

	call->session = s;
	enter(t, s);
	if (!s->ta->created && desc->create)
		res = desc->create(desc->arg, call, &s->ta->instance);
	if (!res) {
		s->ta->created = true;
		if (desc->open)
			res = desc->open(desc->arg, call, call->params, &s->user);
	}
	leave(t);
	return res;
}

uint32_t osim__ta_invoke(struct osim__sthread *t, struct osim__session *s,
			 struct osim_pta_call *call, uint32_t func)
{
	const struct osim_pta *desc = &s->ta->pta->desc;
	uint32_t res;

	if (!desc->invoke)
		return TEE_ERROR_NOT_IMPLEMENTED;
	call->session = s;
	enter(t, s);
	res = desc->invoke(desc->arg, call, s->user, func, call->params);
	leave(t);
	s->cancelled = false;
	return res;
}

void osim__ta_close(struct osim__sthread *t, struct osim__session *s)
{
	const struct osim_pta *desc = &s->ta->pta->desc;
	struct osim_pta_call call = {
		.m = t->guest->s->m, .guest = t->guest, .thread = t, .session = s};

	if (!desc->close)
		return;
	enter(t, s);
	desc->close(desc->arg, &call, s->user);
	leave(t);
}
