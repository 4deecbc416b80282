/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "secure/secure.h"

#define META	   (OPTEE_MSG_ATTR_META | OPTEE_MSG_ATTR_TYPE_VALUE_INPUT)
#define META_COUNT 2u

static struct osim__session *of_node(struct osim__map_node *node)
{
	return (struct osim__session *)(void *)node;
}

static struct osim__session *find(const struct osim__guest *g, uint32_t id)
{
	struct osim__map_node *node = osim__map_find(&g->session_by_id, id);

	return node ? of_node(node) : NULL;
}

/* --- references: a session that is being closed waits for those that still hold it --- */

static void put(struct osim__sthread *t, struct osim__session *s)
{
	struct osim__guest *g = t->guest;

	osim__mutex_lock(t, &g->ta_mutex);
	if (s->lock_thread == (int)t->index) {
		s->lock_thread = -1;
		osim__condvar_signal(&s->lock_cv);
	}
	assert(s->refs > 0);
	if (--s->refs == 1)
		osim__condvar_signal(&s->refs_cv);
	osim__mutex_unlock(t, &g->ta_mutex);
}

/* *res says why there is none. A session that this very thread has exclusively already is busy:
 * waiting would be for ever. */
static struct osim__session *get(struct osim__sthread *t, uint32_t id, bool nested, bool exclusive,
				 uint32_t *res)
{
	struct osim__guest *g = t->guest;
	struct osim__session *s;

	osim__mutex_lock(t, &g->ta_mutex);
	s = find(g, id);
	if (s && (s->unlinked || s->nested != nested))
		s = NULL;
	*res = s ? TEE_SUCCESS : TEE_ERROR_ITEM_NOT_FOUND;
	if (s && exclusive && s->lock_thread == (int)t->index) {
		*res = TEE_ERROR_BUSY;
		s = NULL;
	} else if (s) {
		s->refs++;
		while (exclusive && s->lock_thread >= 0 && !s->unlinked)
			osim__condvar_wait(t, &s->lock_cv, &g->ta_mutex);
		if (exclusive && s->unlinked) {
			if (--s->refs == 1)
				osim__condvar_signal(&s->refs_cv);
			*res = TEE_ERROR_ITEM_NOT_FOUND;
			s = NULL;
		} else if (exclusive) {
			s->lock_thread = (int)t->index;
		}
	}
	osim__mutex_unlock(t, &g->ta_mutex);
	return s;
}

static void list_remove(struct osim__guest *g, struct osim__session *s)
{
	if (s->prev)
		s->prev->next = s->next;
	else
		g->sessions = s->next;
	if (s->next)
		s->next->prev = s->prev;
	else
		g->sessions_last = s->prev;
	osim__map_remove(&g->session_by_id, &s->node);
}

/* One more than the newest's, or the next one that is free. */
static uint32_t new_id(const struct osim__guest *g)
{
	uint32_t id = g->sessions_last ? g->sessions_last->id + 1 : 1;

	while (!id || find(g, id))
		id++;
	return id;
}

static struct osim__session *list_add(struct osim__guest *g, int thread)
{
	struct osim__session *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->id = new_id(g);
	s->refs = 1;
	s->lock_thread = thread;
	if (osim__map_add(&g->session_by_id, &s->node, s->id)) {
		free(s);
		return NULL;
	}
	s->prev = g->sessions_last;
	if (s->prev)
		s->prev->next = s;
	else
		g->sessions = s;
	g->sessions_last = s;
	return s;
}

static void destroy(struct osim__sthread *t, struct osim__session *s)
{
	struct osim__guest *g = t->guest;

	osim__mutex_lock(t, &g->ta_mutex);
	s->unlinked = true;
	osim__condvar_broadcast(&s->lock_cv);
	while (s->refs != 1)
		osim__condvar_wait(t, &s->refs_cv, &g->ta_mutex);
	list_remove(g, s);
	/* The thread may go no further than the unlock: it can be abandoned there by a crash. */
	free(s);
	osim__mutex_unlock(t, &g->ta_mutex);
}

/* Any wait in here may be one in which the TA dies. */
static void close_session(struct osim__sthread *t, struct osim__session *s)
{
	struct osim__ta *ta = s->ta;

	if (!ta) {
		destroy(t, s);
		return;
	}
	osim__ta_hold(ta);
	if (ta->panicked) {
		destroy(t, s);
	} else {
		osim__ta_set_busy(t, ta);
		if (s->opened && s->ta)
			osim__ta_close(t, s);
		destroy(t, s);
		osim__ta_clear_busy(t, ta);
	}
	osim__ta_put(t, ta);
	osim__ta_release(t->guest, ta);
}

/* --- OPEN_SESSION --- */

static uint32_t read_meta(const struct osim__msg *msg, struct osim__session_meta *meta)
{
	const struct osim_msg_param *p = msg->params;

	if (msg->arg.num_params < META_COUNT || p[0].attr != META || p[1].attr != META)
		return TEE_ERROR_BAD_PARAMETERS;
	memcpy(meta->uuid, p[0].u.octets, sizeof(meta->uuid));
	memset(meta->client, 0, sizeof(meta->client));
	meta->nested = false;
	meta->login = (uint32_t)p[1].u.value.c;
	switch (meta->login) {
	case TEE_LOGIN_PUBLIC:
	case TEE_LOGIN_REE_KERNEL:
		return TEE_SUCCESS;
	case TEE_LOGIN_USER:
	case TEE_LOGIN_GROUP:
	case TEE_LOGIN_APPLICATION:
	case TEE_LOGIN_APPLICATION_USER:
	case TEE_LOGIN_APPLICATION_GROUP:
		memcpy(meta->client, p[1].u.octets, sizeof(meta->client));
		return TEE_SUCCESS;
	default:
		return TEE_ERROR_BAD_PARAMETERS;
	}
}

static uint32_t init_session(struct osim__sthread *t, const struct osim__session_meta *meta,
			     struct osim__session **out)
{
	struct osim__guest *g = t->guest;
	struct osim__session *s;
	uint32_t res;

	osim__mutex_lock(t, &g->ta_mutex);
	s = list_add(g, (int)t->index);
	if (!s) {
		osim__mutex_unlock(t, &g->ta_mutex);
		return TEE_ERROR_OUT_OF_MEMORY;
	}
	s->login = meta->login;
	s->nested = meta->nested;
	memcpy(s->client, meta->client, sizeof(s->client));
	res = osim__ta_reuse(t, meta->uuid, &s->ta);
	osim__mutex_unlock(t, &g->ta_mutex);
	if (res == TEE_ERROR_ITEM_NOT_FOUND)
		res = osim__ta_make(t, meta->uuid, &s->ta);
	if (!res) {
		*out = s;
		return TEE_SUCCESS;
	}
	destroy(t, s);
	return res;
}

static uint32_t enter_open(struct osim__sthread *t, struct osim__session *s,
			   struct osim_pta_call *call, uint32_t *origin)
{
	struct osim__ta *ta = s->ta;
	uint32_t res = TEE_ERROR_BUSY;

	if (!ta || ta->panicked)
		return TEE_ERROR_TARGET_DEAD;
	osim__ta_hold(ta);
	if (osim__ta_try_busy(t, ta)) {
		if (s->ta) {
			*origin = TEE_ORIGIN_TRUSTED_APP;
			res = osim__ta_open(t, s, call);
		}
		osim__ta_clear_busy(t, ta);
	}
	if (ta->panicked) {
		*origin = TEE_ORIGIN_TEE;
		res = TEE_ERROR_TARGET_DEAD;
	}
	osim__ta_release(t->guest, ta);
	return res;
}

uint32_t osim__session_enter(struct osim__sthread *t, const struct osim__session_meta *meta,
			     struct osim_pta_call *call, uint32_t *id, uint32_t *origin)
{
	struct osim__session *s;
	uint32_t res;

	*origin = TEE_ORIGIN_TEE;
	res = init_session(t, meta, &s);
	if (res)
		return res;
	res = enter_open(t, s, call, origin);
	if (res) {
		close_session(t, s);
		return res;
	}
	*id = s->id;
	s->opened = true;
	put(t, s);
	return TEE_SUCCESS;
}

void osim__session_open(struct osim__sthread *t)
{
	struct osim__session_meta meta;
	struct osim_pta_call call;
	uint32_t origin = TEE_ORIGIN_TEE;
	uint32_t id = 0;
	uint32_t res = read_meta(&t->msg, &meta);

	if (!res) {
		res = osim__params_in(t, META_COUNT, &call);
		if (!res) {
			res = osim__session_enter(t, &meta, &call, &id, &origin);
			osim__params_out(t, META_COUNT, &call);
		}
		osim__params_put(t, &call);
	}
	t->msg.arg.session = id;
	osim__msg_put_u32(t, offsetof(struct osim_msg_arg, session), id);
	osim__msg_result(t, res, origin);
}

/* --- the others --- */

static uint32_t invoke(struct osim__sthread *t, struct osim__session *s, uint32_t func,
		       struct osim_pta_call *call, uint32_t *origin)
{
	struct osim__ta *ta = s->ta;
	uint32_t res = TEE_ERROR_TARGET_DEAD;

	if (!ta)
		return res;
	osim__ta_hold(ta);
	if (!ta->panicked) {
		osim__ta_set_busy(t, ta);
		if (s->ta) {
			*origin = TEE_ORIGIN_TRUSTED_APP;
			res = osim__ta_invoke(t, s, call, func);
		}
		osim__ta_clear_busy(t, ta);
	}
	if (ta->panicked) {
		osim__ta_bury(t, ta);
		*origin = TEE_ORIGIN_TEE;
		res = TEE_ERROR_TARGET_DEAD;
	}
	osim__ta_release(t->guest, ta);
	return res;
}

uint32_t osim__session_use(struct osim__sthread *t, uint32_t id, bool nested, uint32_t func,
			   struct osim_pta_call *call, uint32_t *origin)
{
	uint32_t res;
	struct osim__session *s = get(t, id, nested, true, &res);

	*origin = TEE_ORIGIN_TEE;
	if (!s)
		return res == TEE_ERROR_ITEM_NOT_FOUND ? TEE_ERROR_BAD_PARAMETERS : res;
	call->entered = true;
	res = invoke(t, s, func, call, origin);
	put(t, s);
	return res;
}

uint32_t osim__session_leave(struct osim__sthread *t, uint32_t id, bool nested)
{
	uint32_t res;
	struct osim__session *s = get(t, id, nested, true, &res);

	if (s)
		close_session(t, s);
	return res;
}

/* Parameters are written back where the session was there, whatever it said. */
void osim__session_invoke(struct osim__sthread *t)
{
	uint32_t origin = TEE_ORIGIN_TEE;
	struct osim_pta_call call;
	uint32_t res = osim__params_in(t, 0, &call);

	if (!res)
		res = osim__session_use(t, t->msg.arg.session, false, t->msg.arg.func, &call,
					&origin);
	if (call.entered)
		osim__params_out(t, 0, &call);
	osim__params_put(t, &call);
	osim__msg_result(t, res, origin);
}

void osim__session_close(struct osim__sthread *t)
{
	uint32_t res = TEE_ERROR_BAD_PARAMETERS;

	if (!t->msg.arg.num_params)
		res = osim__session_leave(t, t->msg.arg.session, false);
	osim__msg_result(t, res, TEE_ORIGIN_TEE);
}

void osim__session_cancel(struct osim__sthread *t)
{
	uint32_t res = TEE_ERROR_BAD_PARAMETERS;
	struct osim__session *s = NULL;

	if (!t->msg.arg.num_params)
		s = get(t, t->msg.arg.session, false, false, &res);
	if (s) {
		s->cancelled = true;
		put(t, s);
	}
	osim__msg_result(t, s ? TEE_SUCCESS : TEE_ERROR_BAD_PARAMETERS, TEE_ORIGIN_TEE);
}

void osim__session_drop_all(struct osim__guest *g)
{
	while (g->sessions) {
		struct osim__session *s = g->sessions;

		list_remove(g, s);
		free(s);
	}
	osim__map_fini(&g->session_by_id);
	osim__ta_drop_all(g);
}
