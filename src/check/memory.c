/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that both worlds have: whose it is, and for how long. */
#include <inttypes.h>

#include "check/check.h"

#define SMC	 "optee_smc.h, "
#define MSG	 "optee_msg.h, "
#define RPC	 "optee_rpc_cmd.h, "
#define AT(rule) [OSIM__RULE_##rule - OSIM__RULE_SHM_REGISTERED]

#define CALLS	 (OSIM_SEES_YIELDING | OSIM_SEES_START)
#define MESSAGES (CALLS | OSIM_SEES_MESSAGES)

const struct osim_rule osim__rules_memory[] = {
	AT(SHM_REGISTERED) = {"shm.registered",
			      "A cookie that the normal world names is that of registered memory.",
			      MSG "RMEM, UNREGISTER_SHM; " SMC "CALL_WITH_REGD_ARG",
			      OSIM_BINDS_NORMAL, MESSAGES},
	AT(SHM_BOUNDS) = {"shm.bounds", "What is named of registered memory is inside of it.",
			  MSG "struct optee_msg_param_rmem", OSIM_BINDS_NORMAL, MESSAGES},
	AT(SHM_ONCE) = {"shm.registered-once",
			"Memory is registered under a cookie that no registered memory has.",
			MSG "REGISTER_SHM", OSIM_BINDS_NORMAL, MESSAGES},
	AT(SHM_IN_FLIGHT) = {"shm.in-flight",
			     "Memory is not unregistered while a call that names it is in flight.",
			     MSG "UNREGISTER_SHM", OSIM_BINDS_NORMAL, MESSAGES},
	AT(SHM_LEFT) = {"shm.unregistered",
			"Registered memory is unregistered before the driver leaves.",
			MSG "UNREGISTER_SHM", OSIM_BINDS_NORMAL, MESSAGES | OSIM_SEES_DRIVER},
	AT(PROTMEM_LENT) = {"protmem.lent",
			    "Protected memory is lent once, and only what is lent is reclaimed.",
			    MSG "LEND_PROTMEM, RECLAIM_PROTMEM", OSIM_BINDS_NORMAL, MESSAGES},
	AT(RPC_ALLOC_EMPTY) = {"rpc.alloc-empty",
			       "RPC ALLOC of 0 bytes is answered with address 0.",
			       SMC "RETURN_RPC_ALLOC", OSIM_BINDS_NORMAL, CALLS},
	AT(RPC_ALLOC_UNIQUE) =
		{"rpc.alloc-unique",
		 "Memory that is given for an RPC has a cookie that no such memory in use has.",
		 SMC "RETURN_RPC_ALLOC; " RPC "SHM_ALLOC", OSIM_BINDS_NORMAL, CALLS},
	AT(RPC_FREE_ALIVE) =
		{"rpc.free-alive",
		 "RPC FREE and SHM_FREE give back memory that ALLOC or SHM_ALLOC of that kind has given.",
		 SMC "RETURN_RPC_FREE; " RPC "SHM_FREE", OSIM_BINDS_SECURE, CALLS},
	AT(RPC_COOKIE) =
		{"rpc.cookie",
		 "RPC CMD names memory that RPC ALLOC has given, or none where the call brought its own.",
		 SMC "RETURN_RPC_CMD", OSIM_BINDS_SECURE, CALLS},
	AT(RPC_MEMORY) =
		{"rpc.memory",
		 "A cookie in an RPC's parameter is that of registered memory, or of memory given for an RPC.",
		 RPC "struct optee_msg_arg as bearer", OSIM_BINDS_SECURE, MESSAGES},
	AT(CACHE_COOKIE) =
		{"shm.cache-cookie",
		 "What comes out of a shm cache that was enabled is memory that was given for an RPC.",
		 SMC "DISABLE_SHM_CACHE", OSIM_BINDS_SECURE, CALLS | OSIM_SEES_FAST},
};

static bool is_rmem(const struct osim_msg_param *p)
{
	uint32_t type = p->attr & OPTEE_MSG_ATTR_TYPE_MASK;

	return type >= OPTEE_MSG_ATTR_TYPE_RMEM_INPUT && type <= OPTEE_MSG_ATTR_TYPE_RMEM_INOUT;
}

static bool is_tmem(const struct osim_msg_param *p)
{
	uint32_t type = p->attr & OPTEE_MSG_ATTR_TYPE_MASK;

	return type >= OPTEE_MSG_ATTR_TYPE_TMEM_INPUT && type <= OPTEE_MSG_ATTR_TYPE_TMEM_INOUT;
}

/* --- registered memory --- */

static void named(struct osim_rules *c, uint64_t cookie, uint64_t offset, uint64_t bytes)
{
	const struct osim__item *shm = osim__bag_find(&c->shm, cookie);

	if (c->misled)
		return;
	OSIM__HOLD(c, SHM_REGISTERED, shm, "a cookie that is not registered is named");
	if (shm)
		OSIM__HOLD(c, SHM_BOUNDS, bytes <= shm->a && offset <= shm->a - bytes,
			   "%" PRIu64 " bytes at %" PRIu64 " of memory that has %" PRIu64, bytes,
			   offset, shm->a);
}

/* Whether a call in flight, but this one, has the memory. */
static bool in_flight(const struct osim_rules *c, const struct osim__flight *self, uint64_t cookie)
{
	for (size_t i = 0; i < c->flight_count; i++) {
		const struct osim__flight *f = c->flights[i];

		if (f == self || !f->known)
			continue;
		if ((uint32_t)f->first.a[0] == OPTEE_SMC_CALL_WITH_REGD_ARG &&
		    osim__pair(&f->first, 1) == cookie)
			return true;
		for (uint32_t p = 0; f->msg_stage == OSIM__TAKEN && p < f->msg.count; p++)
			if (is_rmem(&f->msg.params[p]) && f->msg.params[p].u.rmem.shm_ref == cookie)
				return true;
	}
	return false;
}

uint64_t osim__reclaimed(const struct osim_msg_param *p)
{
	return is_rmem(p) ? p->u.rmem.shm_ref : p->u.value.a;
}

void osim__memory_message(struct osim_rules *c, const struct osim_event *e,
			  const struct osim__flight *flight)
{
	const struct osim__msg_copy *m = &flight->msg;
	const struct osim_msg_param *p = m->params;
	const struct osim__item *shm;

	if (e->flags & OSIM_EVENT_F_END)
		return;
	for (uint32_t i = 0; i < m->count; i++)
		if (is_rmem(&p[i]) && m->arg.cmd != OPTEE_MSG_CMD_RECLAIM_PROTMEM)
			named(c, p[i].u.rmem.shm_ref, p[i].u.rmem.offs, p[i].u.rmem.size);
	if (c->misled)
		return;
	if (m->arg.cmd == OPTEE_MSG_CMD_REGISTER_SHM && m->count) {
		shm = osim__bag_find(&c->shm, p[0].u.tmem.shm_ref);
		OSIM__HOLD(c, SHM_ONCE, !shm || shm->b,
			   "memory is registered under a cookie that is in use");
	} else if (m->arg.cmd == OPTEE_MSG_CMD_UNREGISTER_SHM && m->count) {
		OSIM__HOLD(c, SHM_IN_FLIGHT, !in_flight(c, flight, p[0].u.rmem.shm_ref),
			   "memory is unregistered, and a call in flight has it");
	} else if (m->arg.cmd == OPTEE_MSG_CMD_LEND_PROTMEM && m->count > 1) {
		OSIM__HOLD(c, PROTMEM_LENT, !osim__bag_find(&c->lent, p[1].u.tmem.shm_ref),
			   "memory is lent, and is so already");
	} else if (m->arg.cmd == OPTEE_MSG_CMD_RECLAIM_PROTMEM && m->count) {
		OSIM__HOLD(c, PROTMEM_LENT, osim__bag_find(&c->lent, osim__reclaimed(&p[0])),
			   "memory is reclaimed, and is not lent");
	}
}

void osim__memory_unregistered(struct osim_rules *c, uint64_t cookie, uint32_t ret)
{
	struct osim__item *item = osim__bag_find(&c->shm, cookie);

	if (!ret)
		osim__bag_remove(&c->shm, cookie);
	else if (item)
		item->b = OSIM__SHM_REFUSED;
}

void osim__memory_left(struct osim_rules *c)
{
	size_t count = 0;

	for (size_t i = 0; i < c->shm.count; i++)
		count += c->shm.items[i].b != OSIM__SHM_REFUSED;
	if (c->bound || count)
		OSIM__HOLD(c, SHM_LEFT, !count, "%zu buffers are still registered", count);
}

/* --- memory for RPCs --- */

static void given(struct osim_rules *c, uint64_t cookie)
{
	OSIM__HOLD(c, RPC_ALLOC_UNIQUE, !osim__bag_find(&c->rpc_mem, cookie),
		   "memory is given under a cookie that is in use");
}

void osim__memory_call(struct osim_rules *c, const struct osim_event *e)
{
	const struct osim_regs *in = e->in;
	const struct osim__flight *f;

	if ((uint32_t)in->a[0] == OPTEE_SMC_CALL_WITH_REGD_ARG)
		named(c, osim__pair(in, 1), (uint32_t)in->a[3], sizeof(struct osim_msg_arg));
	if ((uint32_t)in->a[0] != OPTEE_SMC_CALL_RETURN_FROM_RPC)
		return;
	f = osim__flight_resumed(c, e);
	if (!f || f->refused || !f->rpc || f->rpc->a0 != OPTEE_SMC_RETURN_RPC_ALLOC)
		return;
	if (!(uint32_t)f->ask.a[1])
		OSIM__HOLD(c, RPC_ALLOC_EMPTY, !osim__pair(in, 1), "an address for 0 bytes");
	if (osim__pair(in, 1))
		given(c, osim__pair(in, 4));
}

void osim__memory_return(struct osim_rules *c, const struct osim_event *e,
			 const struct osim__flight *flight)
{
	uint32_t id = (uint32_t)e->in->a[0], a0 = (uint32_t)e->out->a[0], first;
	uint64_t cookie = osim__pair(e->out, 1);
	const struct osim__item *mem = osim__bag_find(&c->rpc_mem, cookie);

	if (id == OPTEE_SMC_DISABLE_SHM_CACHE && a0 == OPTEE_SMC_RETURN_OK && c->cache)
		OSIM__HOLD(c, CACHE_COOKIE, mem, "the cookie was not given for an RPC");
	if (!c->call || !c->call->yielding)
		return;
	if (a0 == OPTEE_SMC_RETURN_RPC_FREE)
		OSIM__HOLD(c, RPC_FREE_ALIVE, mem && mem->a == OSIM__RPC_MEM_ARG,
			   "RPC FREE of a cookie that ALLOC has not given");
	if (a0 != OPTEE_SMC_RETURN_RPC_CMD || !flight || !flight->known)
		return;
	first = (uint32_t)flight->first.a[0];
	OSIM__HOLD(c, RPC_COOKIE,
		   cookie ? mem && mem->a == OSIM__RPC_MEM_ARG : first != OPTEE_SMC_CALL_WITH_ARG,
		   "RPC CMD with a cookie that ALLOC has not given");
}

static void asked(struct osim_rules *c, const struct osim__msg_copy *m)
{
	const struct osim__item *mem;

	if (m->arg.cmd == OPTEE_RPC_CMD_SHM_FREE && osim__rpc_fits(m)) {
		mem = osim__bag_find(&c->rpc_mem, m->params[0].u.value.b);
		OSIM__HOLD(c, RPC_FREE_ALIVE, mem && mem->a == m->params[0].u.value.a,
			   "SHM_FREE of type %" PRIu64 " and a cookie that SHM_ALLOC has not given",
			   m->params[0].u.value.a);
	}
	for (uint32_t i = 0; i < m->count; i++) {
		const struct osim_msg_param *p = &m->params[i];
		uint64_t cookie = p->u.tmem.shm_ref;

		if (is_rmem(p) || (is_tmem(p) && cookie))
			OSIM__HOLD(c, RPC_MEMORY,
				   osim__bag_find(&c->rpc_mem, cookie) ||
					   osim__bag_find(&c->shm, cookie),
				   "RPC %u, parameter %u: a cookie that is nobody's", m->arg.cmd,
				   i);
	}
}

void osim__memory_rpc(struct osim_rules *c, const struct osim_event *e,
		      const struct osim__flight *flight)
{
	if (!(e->flags & OSIM_EVENT_F_END))
		asked(c, &flight->rpc_msg);
	else if (flight->rpc_stage == OSIM__TAKEN && e->msg->cmd == OPTEE_RPC_CMD_SHM_ALLOC &&
		 !e->msg->ret && e->msg->num_params)
		given(c, OSIM_MSG_PARAMS(e->msg)->u.tmem.shm_ref);
}

/* --- for whoever judges a run --- */

bool osim__rules_lent(const struct osim_rules *rules)
{
	return rules->rpc_mem.count != 0;
}

bool osim__rules_waits(const struct osim_rules *rules)
{
	for (size_t i = 0; i < rules->flight_count; i++)
		if (rules->flights[i]->waits)
			return true;
	return false;
}
