/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known from the events so far. */
#include <stdlib.h>
#include <string.h>

#include "check/check.h"

/* --- calls in flight --- */

uint64_t osim__who(const struct osim_event *e)
{
	return e->thread_id ? e->thread_id : 1ull << 32 | e->cpu;
}

struct osim__flight *osim__flight_inside(const struct osim_rules *c, const struct osim_event *e)
{
	uint64_t who = osim__who(e);

	for (size_t i = c->flight_count; i-- > 0;)
		if (c->flights[i]->inside && c->flights[i]->who == who)
			return c->flights[i];
	return NULL;
}

struct osim__flight *osim__flight_resumed(const struct osim_rules *c, const struct osim_event *e)
{
	uint64_t who = osim__who(e);
	struct osim__flight *found = NULL;

	for (size_t i = c->flight_count; i-- > 0;) {
		struct osim__flight *f = c->flights[i];

		if (f->inside || (uint32_t)f->ask.a[3] != (uint32_t)e->in->a[3])
			continue;
		if (f->who == who)
			return f;
		found = f;
	}
	return found;
}

static struct osim__flight *flight_new(struct osim_rules *c)
{
	struct osim__flight *f = c->spare;

	if (c->flight_count == c->flight_size) {
		size_t size = c->flight_size ? 2 * c->flight_size : 16;
		struct osim__flight **flights = realloc(c->flights, size * sizeof(f));

		if (!flights)
			return NULL;
		c->flights = flights;
		c->flight_size = size;
	}
	c->spare = NULL;
	if (!f)
		f = malloc(sizeof(*f));
	if (f)
		c->flights[c->flight_count++] = f;
	return f;
}

static void flight_drop(struct osim_rules *c, struct osim__flight *flight)
{
	size_t i = 0;

	while (c->flights[i] != flight)
		i++;
	c->flights[i] = c->flights[--c->flight_count];
	if (flight->call && flight->call->yielding)
		c->yielding--;
	free(c->spare);
	c->spare = flight;
}

/* The answer to an RPC that is in registers only. */
static void register_answered(struct osim_rules *c, const struct osim__flight *f,
			      const struct osim_regs *in)
{
	if (f->refused)
		return;
	if (f->rpc && f->rpc->a0 == OPTEE_SMC_RETURN_RPC_FREE)
		osim__bag_remove(&c->rpc_mem, osim__pair(&f->ask, 1));
	else if (f->rpc && f->rpc->a0 == OPTEE_SMC_RETURN_RPC_ALLOC && osim__pair(in, 1) &&
		 !osim__bag_put(&c->rpc_mem, osim__pair(in, 4), OSIM__RPC_MEM_ARG, 0))
		osim__forget(c);
}

struct osim__flight *osim__flight_begin(struct osim_rules *c, const struct osim_event *e)
{
	struct osim__flight *f = flight_new(c);

	if (!f) {
		osim__forget(c);
		return NULL;
	}
	memset(f, 0, offsetof(struct osim__flight, msg));
	f->waits = f->asks = f->refused = false;
	f->who = osim__who(e);
	f->since = e->seq;
	f->inside = true;
	return f;
}

void osim__state_call(struct osim_rules *c, const struct osim_event *e)
{
	const struct osim__abi_call *call = c->call;
	bool resume = call && call->id == OPTEE_SMC_CALL_RETURN_FROM_RPC;
	struct osim__flight *f = osim__flight_inside(c, e);

	/* Its return was not seen. */
	if (f)
		flight_drop(c, f);
	f = resume ? osim__flight_resumed(c, e) : NULL;
	if (f) {
		register_answered(c, f, e->in);
		f->who = osim__who(e);
		f->in = *e->in;
		f->inside = true;
		return;
	}
	f = osim__flight_begin(c, e);
	if (!f)
		return;
	f->call = call;
	f->first = f->in = *e->in;
	f->known = !resume;
	if (call && call->yielding)
		c->yielding++;
	for (size_t i = 0; i < c->flight_count; i++)
		if (c->flights[i]->peak < c->yielding)
			c->flights[i]->peak = c->yielding;
	/* Another guest: there is more than one of each thing that is kept here. */
	if (call && call->yielding && (uint32_t)e->in->a[7] && !resume &&
	    (c->caps & OPTEE_SMC_SEC_CAP_VIRTUALIZATION))
		osim__forget(c);
}

static void on_fast(struct osim_rules *c, uint32_t id, const struct osim_event *e)
{
	const struct osim_regs *out = e->out;
	uint32_t a0 = (uint32_t)out->a[0];
	bool ok = a0 == OPTEE_SMC_RETURN_OK;

	switch (id) {
	case OPTEE_SMC_EXCHANGE_CAPABILITIES:
		c->exchanged = ok;
		c->caps = ok ? (uint32_t)out->a[1] : 0;
		c->max_notif = c->caps & OPTEE_SMC_SEC_CAP_ASYNC_NOTIF ? (uint32_t)out->a[2] : 255;
		break;
	case OPTEE_SMC_GET_THREAD_COUNT:
		c->threads = ok ? (uint32_t)out->a[1] : 0;
		break;
	case OPTEE_SMC_ENABLE_SHM_CACHE:
		c->cache = ok || c->cache;
		break;
	case OPTEE_SMC_DISABLE_SHM_CACHE:
		/* OK gives one cookie back, and there may be more. */
		c->cache_refused = 0;
		if (a0 == OPTEE_SMC_RETURN_ENOTAVAIL)
			c->cache = false;
		else if (ok)
			osim__bag_remove(&c->rpc_mem, osim__pair(out, 1));
		else
			c->cache_refused = osim__who(e);
		break;
	case OPTEE_SMC_ENABLE_ASYNC_NOTIF:
		c->enabled = ok;
		c->enable_failed = !ok;
		c->stopped = false;
		c->enabled_at = e->seq;
		break;
	case OPTEE_SMC_GET_ASYNC_NOTIF_VALUE:
		/* One that is refused has asked, too. */
		c->more_pending = ok && (out->a[2] & OPTEE_SMC_ASYNC_NOTIF_VALUE_PENDING);
		break;
	default:
		break;
	}
}

/*
 * A value has reached the driver: who waits for it is to be woken, or it stays recorded. Where a
 * wait is ending already nobody can say which.
 */
static void value_came(struct osim_rules *c, const struct osim_event *e, uint64_t value)
{
	bool woken = false, ending = false;

	for (size_t i = 0; i < c->flight_count; i++) {
		struct osim__flight *f = c->flights[i];

		if (!f->waits || f->rpc_msg.params[0].u.value.b != value)
			continue;
		ending |= f->came;
		if (f->came || woken)
			continue;
		woken = f->came = true;
		f->came_ns = e->time_ns;
	}
	if (woken || (ending && osim__bag_find(&c->recorded, value)))
		return;
	if (!osim__bag_put(&c->recorded, value, e->time_ns, ending))
		osim__forget(c);
}

/* What a message made counts once its call returns OK. */
static void on_done(struct osim_rules *c, const struct osim__flight *f)
{
	const struct osim_msg_param *p = &f->msg.params[0];
	bool ok = f->msg_stage == OSIM__ENDED && !f->msg.arg.ret;
	bool kept = true;

	if (f->msg_stage != OSIM__ENDED && f->known && (c->sees & OSIM_SEES_MESSAGES))
		c->misled = true;
	if (!ok)
		return;
	if (f->msg.arg.cmd == OPTEE_MSG_CMD_REGISTER_SHM && f->msg.count)
		kept = osim__bag_put(&c->shm, p->u.tmem.shm_ref, p->u.tmem.size, 0);
	else if (f->msg.arg.cmd == OPTEE_MSG_CMD_OPEN_SESSION)
		kept = osim__bag_put(&c->sessions, f->msg.arg.session, 0, 0);
	else if (f->msg.arg.cmd == OPTEE_MSG_CMD_LEND_PROTMEM && f->msg.count > 1)
		kept = osim__bag_put(&c->lent, f->msg.params[1].u.tmem.shm_ref, 0, 0);
	if (!kept)
		osim__forget(c);
}

/* A message that cannot be seen, and that was refused, may have been any. */
static void on_unseen_refused(struct osim_rules *c)
{
	for (size_t i = 0; i < c->shm.count; i++)
		c->shm.items[i].b = OSIM__SHM_DOUBTFUL;
	osim__undecidable(c, OSIM__RULE_STOP_FIRST);
	osim__undecidable(c, OSIM__RULE_BOTTOM_HALF);
}

/* A message that was refused has done nothing. */
static void on_refused(struct osim_rules *c, const struct osim__msg_copy *m, uint64_t who)
{
	struct osim__item *session = osim__bag_find(&c->sessions, m->arg.session);

	if (m->arg.cmd == OPTEE_MSG_CMD_UNREGISTER_SHM)
		osim__memory_unregistered(c, m->params[0].u.rmem.shm_ref, TEE_ERROR_GENERIC);
	if (m->arg.cmd == OPTEE_MSG_CMD_CLOSE_SESSION && session)
		session->b = who;
	if (m->arg.cmd == OPTEE_MSG_CMD_STOP_ASYNC_NOTIF)
		c->stop_refused = who;
	if (m->arg.cmd == OPTEE_MSG_CMD_REGISTER_SHM)
		c->register_refused = who;
	/* It was asked for. */
	if (m->arg.cmd == OPTEE_MSG_CMD_DO_BOTTOM_HALF)
		c->bottom_half_due = false;
}

static void on_yielding(struct osim_rules *c, const struct osim_event *e, struct osim__flight *f)
{
	uint32_t a0 = (uint32_t)e->out->a[0];
	bool ok = a0 == OPTEE_SMC_RETURN_OK;

	if (f->rpc_stage == OSIM__TAKEN) {
		/* The answer was not taken up. */
		osim__bag_clear(&c->rpc_mem);
		c->misled = true;
	}
	if (ok)
		on_done(c, f);
	if (ok || f->msg_stage == OSIM__ENDED || a0 == OPTEE_SMC_RETURN_ETHREAD_LIMIT)
		return;
	if (f->msg_stage == OSIM__NOT_YET && e->msg)
		osim__msg_copy(&f->msg, e);
	if (f->msg_stage == OSIM__TAKEN || e->msg)
		on_refused(c, &f->msg, f->who);
	else
		on_unseen_refused(c);
}

/* A secure thread has one call: how another one that it had has gone on was not seen. */
static void replaced(struct osim_rules *c, const struct osim__flight *flight,
		     const struct osim_regs *out)
{
	for (size_t i = c->flight_count; i-- > 0;)
		if (c->flights[i] != flight && !c->flights[i]->inside &&
		    (uint32_t)c->flights[i]->ask.a[3] == (uint32_t)out->a[3] &&
		    !(c->caps & OPTEE_SMC_SEC_CAP_VIRTUALIZATION))
			flight_drop(c, c->flights[i]);
}

/* The driver has freed the memory, whether it says so again or not. */
static void answer_refused(struct osim_rules *c, const struct osim__flight *f)
{
	const struct osim__msg_copy *m = &f->rpc_msg;

	if (f->rpc_stage == OSIM__TAKEN && m->arg.cmd == OPTEE_RPC_CMD_SHM_FREE &&
	    osim__rpc_fits(m))
		osim__bag_remove(&c->rpc_mem, m->params[0].u.value.b);
}

/* Whether a GET comes back with what it took, and with more where there is more. */
static bool told_as_taken(const struct osim__flight *f, const struct osim_regs *out)
{
	bool valid = (uint32_t)out->a[0] == OPTEE_SMC_RETURN_OK &&
		     (out->a[2] & OPTEE_SMC_ASYNC_NOTIF_VALUE_VALID);

	return valid == f->retrieved &&
	       (!valid || f->more == !!(out->a[2] & OPTEE_SMC_ASYNC_NOTIF_VALUE_PENDING));
}

void osim__state_return(struct osim_rules *c, const struct osim_event *e,
			struct osim__flight *flight)
{
	uint32_t id = (uint32_t)e->in->a[0], a0 = (uint32_t)e->out->a[0];
	bool yielding = c->call && c->call->yielding;

	if (c->yielding)
		c->yielding_last = e->seq;
	if (id == OPTEE_SMC_GET_ASYNC_NOTIF_VALUE && c->enabled && a0 != OPTEE_SMC_RETURN_OK)
		c->misled = true;
	if (id == OPTEE_SMC_GET_ASYNC_NOTIF_VALUE && flight && (c->sees & OSIM_SEES_RECORD) &&
	    !told_as_taken(flight, e->out))
		c->misled = true;
	if (id == OPTEE_SMC_GET_ASYNC_NOTIF_VALUE && a0 == OPTEE_SMC_RETURN_OK &&
	    (e->out->a[2] & OPTEE_SMC_ASYNC_NOTIF_VALUE_VALID)) {
		if ((uint32_t)e->out->a[1])
			value_came(c, e, (uint32_t)e->out->a[1]);
		else
			c->bottom_half_due = true;
	}
	if (!yielding)
		on_fast(c, id, e);
	if (!flight)
		return;
	if (yielding && OPTEE_SMC_RETURN_IS_RPC(a0)) {
		replaced(c, flight, e->out);
		flight->inside = flight->refused = false;
		flight->left = e->seq;
		flight->asks = false;
		flight->ask = *e->out;
		flight->rpc = osim__abi_rpc_find(a0);
		return;
	}
	/* It may be tried again, or given up. */
	if (id == OPTEE_SMC_CALL_RETURN_FROM_RPC && a0 == OPTEE_SMC_RETURN_ETHREAD_LIMIT &&
	    flight->rpc) {
		flight->inside = flight->known = false;
		flight->refused = true;
		answer_refused(c, flight);
		return;
	}
	if (yielding)
		on_yielding(c, e, flight);
	flight_drop(c, flight);
}

/* --- messages --- */

void osim__msg_copy(struct osim__msg_copy *to, const struct osim_event *e)
{
	uint32_t max = e->kind == OSIM_EVENT_RPC ? 4 : OSIM_EVENT_PARAMS;

	to->arg = *e->msg;
	to->count = e->msg->num_params < max ? e->msg->num_params : max;
	memset(to->params, 0, sizeof(to->params));
	if (to->count)
		memcpy(to->params, OSIM_MSG_PARAMS(e->msg), to->count * sizeof(to->params[0]));
}

void osim__state_msg(struct osim_rules *c, const struct osim_event *e, struct osim__flight *f)
{
	uint32_t cmd = e->msg->cmd;

	if (!(e->flags & OSIM_EVENT_F_END)) {
		f->msg_stage = OSIM__TAKEN;
		f->on = c->enabled && !c->stopped;
		f->runs = f->ran = false;
		if (cmd == OPTEE_MSG_CMD_DO_BOTTOM_HALF)
			c->bottom_half_due = false;
		if (cmd == OPTEE_MSG_CMD_STOP_ASYNC_NOTIF)
			c->stopped = true;
		/* Its number may be given to the next one before this message has ended. */
		if (cmd == OPTEE_MSG_CMD_CLOSE_SESSION)
			osim__bag_remove(&c->sessions, e->msg->session);
		return;
	}
	f->msg_stage = OSIM__ENDED;
	f->msg.arg.ret = e->msg->ret;
	f->msg.arg.session = e->msg->session;
	if (cmd == OPTEE_MSG_CMD_UNREGISTER_SHM)
		osim__memory_unregistered(c, f->msg.params[0].u.rmem.shm_ref, e->msg->ret);
	if (cmd == OPTEE_MSG_CMD_RECLAIM_PROTMEM && !e->msg->ret)
		osim__bag_remove(&c->lent, osim__reclaimed(&f->msg.params[0]));
}

/* --- RPCs --- */

static bool waited_for(const struct osim_rules *c, uint64_t value)
{
	for (size_t i = 0; i < c->flight_count; i++)
		if (c->flights[i]->waits && c->flights[i]->rpc_msg.params[0].u.value.b == value)
			return true;
	return false;
}

static void rpc_begins(struct osim_rules *c, const struct osim_event *e, struct osim__flight *f)
{
	const struct osim_msg_param_value *v = &f->rpc_msg.params[0].u.value;
	struct osim__item *recorded;

	f->rpc_stage = OSIM__TAKEN;
	f->rpc_ns = e->time_ns;
	f->delivered = false;
	f->asks = true;
	if (e->msg->cmd != OPTEE_RPC_CMD_NOTIFICATION || !osim__rpc_fits(&f->rpc_msg) ||
	    v->a != OPTEE_RPC_NOTIFICATION_WAIT)
		return;
	f->second = waited_for(c, v->b);
	recorded = f->second ? NULL : osim__bag_find(&c->recorded, v->b);
	f->waits = true;
	f->maybe = recorded;
	f->came = f->from_record = recorded && !recorded->b;
	f->came_ns = recorded ? recorded->a : 0;
	if (recorded)
		osim__bag_remove(&c->recorded, v->b);
}

static void shm_answered(struct osim_rules *c, const struct osim_event *e,
			 const struct osim__flight *f)
{
	const struct osim_msg_param *asked = &f->rpc_msg.params[0];

	if (e->msg->ret)
		return;
	if (e->msg->cmd == OPTEE_RPC_CMD_SHM_FREE)
		osim__bag_remove(&c->rpc_mem, asked->u.value.b);
	else if (e->msg->num_params &&
		 !osim__bag_put(&c->rpc_mem, OSIM_MSG_PARAMS(e->msg)->u.tmem.shm_ref,
				asked->u.value.a, 0))
		osim__forget(c);
}

bool osim__sends(const struct osim__flight *f, uint64_t value)
{
	const struct osim__msg_copy *m = &f->rpc_msg;

	return f->rpc_stage == OSIM__TAKEN && !f->delivered &&
	       m->arg.cmd == OPTEE_RPC_CMD_NOTIFICATION && osim__rpc_fits(m) &&
	       m->params[0].u.value.a == OPTEE_RPC_NOTIFICATION_SEND &&
	       m->params[0].u.value.b == value;
}

struct osim__flight *osim__rival(const struct osim_rules *c, const struct osim__flight *f)
{
	for (size_t i = 0; i < c->flight_count; i++) {
		struct osim__flight *g = c->flights[i];

		if (g != f && g->waits && g->came &&
		    g->rpc_msg.params[0].u.value.b == f->rpc_msg.params[0].u.value.b)
			return g;
	}
	return NULL;
}

/* Its value came, and it timed out all the same: then it may be recorded now. One that nothing was
 * known to have come for has taken a rival's value, or was ended by what is being sent. */
static void wait_ends(struct osim_rules *c, const struct osim_event *e, struct osim__flight *f)
{
	uint64_t value = f->rpc_msg.params[0].u.value.b;
	struct osim__flight *rival = osim__rival(c, f);
	size_t i = 0;

	if (f->came && e->msg->ret && !f->second &&
	    !osim__bag_put(&c->recorded, value, f->came_ns, 1))
		osim__forget(c);
	if (e->msg->ret || f->came)
		return;
	if (rival) {
		rival->came = rival->from_record = false;
		return;
	}
	while (i < c->flight_count && !osim__sends(c->flights[i], value))
		i++;
	if (i < c->flight_count)
		c->flights[i]->delivered = true;
}

void osim__state_rpc(struct osim_rules *c, const struct osim_event *e, struct osim__flight *f)
{
	const struct osim_msg_param_value *v = &f->rpc_msg.params[0].u.value;
	bool same = f->rpc_stage == OSIM__TAKEN && e->msg->cmd == f->rpc_msg.arg.cmd;

	if (!(e->flags & OSIM_EVENT_F_END)) {
		rpc_begins(c, e, f);
		return;
	}
	f->rpc_stage = OSIM__ENDED;
	if (f->waits)
		wait_ends(c, e, f);
	f->waits = false;
	if (!same)
		return;
	if (e->msg->cmd == OPTEE_RPC_CMD_SHM_ALLOC || e->msg->cmd == OPTEE_RPC_CMD_SHM_FREE)
		shm_answered(c, e, f);
	else if (e->msg->cmd == OPTEE_RPC_CMD_NOTIFICATION && osim__rpc_fits(&f->rpc_msg) &&
		 v->a == OPTEE_RPC_NOTIFICATION_SEND && !e->msg->ret && !f->delivered)
		value_came(c, e, v->b);
}

/* --- the record of posted values --- */

void osim__state_record(struct osim_rules *c, const struct osim_event *e)
{
	struct osim__flight *f = osim__flight_inside(c, e);

	if (e->kind == OSIM_EVENT_POST) {
		if (!osim__bag_find(&c->posted, e->value) &&
		    !osim__bag_put(&c->posted, e->value, e->seq, e->time_ns))
			osim__forget(c);
		return;
	}
	if (e->kind == OSIM_EVENT_RETRIEVE) {
		osim__bag_remove(&c->posted, e->value);
		if (f) {
			f->value = e->value;
			f->more = e->flags & OSIM_EVENT_F_PENDING;
			f->retrieved = true;
		}
	}
	if (f && e->kind == OSIM_EVENT_BOTTOM_HALF) {
		f->ran = f->runs && (e->flags & OSIM_EVENT_F_END);
		f->runs = !f->ran;
	}
}

/* --- what the driver says --- */

void osim__state_log(struct osim_rules *c, const struct osim_event *e)
{
	uint64_t who = osim__who(e);

	if (!(e->flags & (OSIM_EVENT_F_WARN | OSIM_EVENT_F_ERR)))
		return;
	for (size_t i = c->sessions.count; i-- > 0;)
		if (c->sessions.items[i].b == who)
			osim__bag_remove(&c->sessions, c->sessions.items[i].key);
	if (c->stop_refused == who)
		c->stopped = true;
	if (c->cache_refused == who)
		c->cache = false;
	/* There was no memory for its message. */
	if (c->register_refused == who)
		c->bottom_half_due = false;
}

/* --- the end --- */

void osim__state_left(struct osim_rules *c)
{
	osim__bag_clear(&c->sessions);
	osim__bag_clear(&c->shm);
	osim__bag_clear(&c->rpc_mem);
	osim__bag_clear(&c->recorded);
	c->irqs = c->caps = c->threads = 0;
	c->cache_refused = c->stop_refused = c->register_refused = 0;
	c->exchanged = c->cache = c->enabled = c->enable_failed = c->stopped = c->more_pending =
		c->bottom_half_due = c->bound = c->misled = false;
}

static void drop_flights(struct osim_rules *c)
{
	while (c->flight_count)
		free(c->flights[--c->flight_count]);
	c->yielding = 0;
}

void osim__state_crashed(struct osim_rules *c)
{
	c->abandoned += c->yielding;
	drop_flights(c);
	osim__state_left(c);
}

void osim__state_fini(struct osim_rules *c)
{
	osim__state_left(c);
	osim__bag_clear(&c->lent);
	osim__bag_clear(&c->posted);
	drop_flights(c);
	free(c->flights);
	free(c->spare);
	c->flights = NULL;
	c->spare = NULL;
	c->flight_size = 0;
}
