/* SPDX-License-Identifier: BSD-2-Clause */
/* RPCs: how they are asked, and that they are served or refused as they demand. */
#include <inttypes.h>

#include "abi/msg.h"
#include "check/check.h"

#define RPC	 "optee_rpc_cmd.h, "
#define AT(rule) [OSIM__RULE_##rule - OSIM__RULE_RPC_REQUEST]

#define MESSAGES OSIM_SEES_MESSAGES
/* The maximum was told in a fast call. */
#define MAXIMUM (OSIM_SEES_MESSAGES | OSIM_SEES_FAST | OSIM_SEES_START)

const struct osim_rule osim__rules_rpc[] = {
	AT(RPC_REQUEST) =
		{"rpc.request",
		 "An RPC of the driver has the parameters that its command is defined with.",
		 RPC "OPTEE_RPC_CMD_*", OSIM_BINDS_SECURE, MESSAGES},
	AT(RPC_ONCE) =
		{"rpc.once",
		 "An RPC is asked once, and its answer taken up once, in the call that asks.",
		 "optee_smc.h, RETURN_RPC_CMD", OSIM_BINDS_SECURE,
		 OSIM_SEES_YIELDING | OSIM_SEES_MESSAGES | OSIM_SEES_START},
	AT(RPC_ANSWER) =
		{"rpc.answer",
		 "The answer to an RPC leaves all of its message as it was but the result and what is output.",
		 "optee_smc.h, RETURN_RPC_CMD", OSIM_BINDS_NORMAL, MESSAGES},
	AT(RPC_SERVED) = {"rpc.served",
			  "GET_TIME and SUSPEND with the parameter they are defined with succeed.",
			  RPC "GET_TIME, SUSPEND", OSIM_BINDS_NORMAL, MESSAGES},
	AT(RPC_PARAMS) = {"rpc.params-refused",
			  "An RPC whose parameters are not those it is defined with is refused.",
			  RPC "GET_TIME, NOTIFICATION, SUSPEND", OSIM_BINDS_NORMAL, MAXIMUM},
	AT(RPC_NOTIFICATION) =
		{"rpc.notification-served",
		 "NOTIFICATION WAIT and SEND of a value up to the maximum are served.",
		 RPC "NOTIFICATION", OSIM_BINDS_NORMAL, MAXIMUM},
	AT(RPC_TIME) = {"rpc.time", "GET_TIME gives less than a second's nanoseconds.",
			RPC "GET_TIME", OSIM_BINDS_NORMAL, MESSAGES},
	AT(RPC_ALLOC_TYPE) = {"rpc.shm-alloc-type",
			      "SHM_ALLOC of a kind of memory that does not exist is refused.",
			      RPC "SHM_ALLOC", OSIM_BINDS_NORMAL, MESSAGES},
	AT(RPC_ALLOC_SIZE) =
		{"rpc.shm-alloc-size",
		 "SHM_ALLOC gives at least as many bytes as were asked for, at an address.",
		 RPC "SHM_ALLOC", OSIM_BINDS_NORMAL, MESSAGES},
	AT(RPC_ALLOC_ALIGN) = {"rpc.shm-alloc-align",
			       "What SHM_ALLOC gives is aligned as was asked for.", RPC "SHM_ALLOC",
			       OSIM_BINDS_NORMAL, MESSAGES},
	AT(RPC_FREE_TYPE) = {"rpc.shm-free-type",
			     "SHM_FREE of a kind of memory that does not exist is refused.",
			     RPC "SHM_FREE", OSIM_BINDS_NORMAL, MESSAGES},
};

bool osim__rpc_fits(const struct osim__msg_copy *m)
{
	uint32_t type = m->params[0].attr & OPTEE_MSG_ATTR_TYPE_MASK;

	return m->arg.num_params == 1 &&
	       type == (m->arg.cmd == OPTEE_RPC_CMD_GET_TIME ? OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT
							     : OPTEE_MSG_ATTR_TYPE_VALUE_INPUT);
}

/* Others are the supplicant's, and what it understands. */
static bool is_drivers(uint32_t cmd)
{
	return (cmd >= OPTEE_RPC_CMD_GET_TIME && cmd <= OPTEE_RPC_CMD_SHM_FREE) ||
	       (cmd >= OPTEE_RPC_CMD_I2C_TRANSFER && cmd <= OPTEE_RPC_CMD_RPMB_FRAMES);
}

static void asked(struct osim_rules *c, const struct osim__msg_copy *m)
{
	const struct osim__abi_cmd *cmd =
		osim__abi_cmd_find(osim__abi_rpc_cmds, m->arg.cmd, m->params[0].u.value.a);
	struct osim__msg_copy whole = *m;
	enum osim__msg_fault fault;
	uint32_t at = 0;

	if (!cmd || !is_drivers(m->arg.cmd))
		return;
	whole.arg.num_params = m->count;
	fault = osim__msg_check_cmd(cmd, &whole, osim__msg_size(m->count), &at);
	OSIM__HOLD(c, RPC_REQUEST, !fault, "%s, parameter %u: %s", cmd->name, at,
		   osim__msg_fault_text(fault));
}

/* --- what is answered --- */

/* SHM_ALLOC tells its memory in place of what it was asked with. */
static bool is_buffer(const struct osim__msg_copy *m, const struct osim_msg_arg *answer, uint32_t i)
{
	uint64_t attr = OSIM_MSG_PARAMS(answer)[i].attr & ~(uint64_t)OPTEE_MSG_ATTR_NONCONTIG;

	return m->arg.cmd == OPTEE_RPC_CMD_SHM_ALLOC && !i && !answer->ret &&
	       attr == OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT;
}

static bool same_param(const struct osim_msg_param *a, const struct osim_msg_param *b)
{
	const struct osim_msg_param_value *x = &a->u.value, *y = &b->u.value;
	uint64_t was = a->attr & OPTEE_MSG_ATTR_TYPE_MASK, is = b->attr & OPTEE_MSG_ATTR_TYPE_MASK;
	/* META means nothing in an RPC, and need not come back. */
	bool same_attr =
		b->attr == a->attr || b->attr == (a->attr & ~(uint64_t)OPTEE_MSG_ATTR_META);
	bool same_words = x->a == y->a && x->b == y->b && x->c == y->c;

	switch (was) {
	case OPTEE_MSG_ATTR_TYPE_VALUE_INPUT:
		return same_attr && same_words;
	case OPTEE_MSG_ATTR_TYPE_RMEM_INPUT:
	case OPTEE_MSG_ATTR_TYPE_TMEM_INPUT:
		/* Memory may be named in the other way. */
		if (same_attr)
			return same_words;
		return is > OPTEE_MSG_ATTR_TYPE_VALUE_INOUT && (is & 3) == (was & 3);
	case OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT:
	case OPTEE_MSG_ATTR_TYPE_RMEM_INOUT:
	case OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT:
	case OPTEE_MSG_ATTR_TYPE_TMEM_INOUT:
		return is > OPTEE_MSG_ATTR_TYPE_VALUE_INOUT && (is & 3) == (was & 3);
	default:
		return same_attr;
	}
}

static const char *changed(const struct osim__msg_copy *m, const struct osim_msg_arg *answer)
{
	if (answer->cmd != m->arg.cmd)
		return "the command";
	if (answer->num_params != m->arg.num_params)
		return "the number of parameters";
	for (uint32_t i = 0; i < m->count; i++)
		if (!same_param(&m->params[i], &OSIM_MSG_PARAMS(answer)[i]) &&
		    !is_buffer(m, answer, i))
			return "a parameter that is not output";
	return NULL;
}

static void shm(struct osim_rules *c, const struct osim__msg_copy *m,
		const struct osim_msg_arg *answer)
{
	const struct osim_msg_param_value *v = &m->params[0].u.value;
	const struct osim_msg_param_tmem *t = &OSIM_MSG_PARAMS(answer)->u.tmem;
	bool alloc = m->arg.cmd == OPTEE_RPC_CMD_SHM_ALLOC,
	     known = v->a <= OPTEE_RPC_SHM_TYPE_KERNEL;

	if (!osim__rpc_fits(m))
		return;
	if (!known && alloc)
		OSIM__HOLD(c, RPC_ALLOC_TYPE, answer->ret,
			   "SHM_ALLOC of type %" PRIu64 " is answered with success", v->a);
	if (!known && !alloc)
		OSIM__HOLD(c, RPC_FREE_TYPE, answer->ret,
			   "SHM_FREE of type %" PRIu64 " is answered with success", v->a);
	if (!known || !alloc || answer->ret || !answer->num_params)
		return;
	OSIM__HOLD(c, RPC_ALLOC_SIZE, t->size >= v->b && (t->buf_ptr || !v->b),
		   "SHM_ALLOC of %" PRIu64 " bytes gives %" PRIu64 "%s", v->b, t->size,
		   t->buf_ptr ? "" : " at address 0");
	if (v->c && !(v->c & (v->c - 1)) && v->c <= OPTEE_MSG_NONCONTIG_PAGE_SIZE)
		OSIM__HOLD(c, RPC_ALLOC_ALIGN, !(t->buf_ptr & (v->c - 1)),
			   "SHM_ALLOC aligned to %" PRIu64 " gives an address that is not", v->c);
}

static void notification(struct osim_rules *c, const struct osim__flight *f, uint32_t ret)
{
	const struct osim_msg_param_value *v = &f->rpc_msg.params[0].u.value;
	bool known = v->a <= OPTEE_RPC_NOTIFICATION_SEND && v->b <= c->max_notif;

	if (!known)
		OSIM__HOLD(c, RPC_PARAMS, ret,
			   "NOTIFICATION of type %" PRIu64 " and value %" PRIu64
			   " is answered with success",
			   v->a, v->b);
	/* Only one can wait for a value. */
	else if (!(f->waits && f->second))
		OSIM__HOLD(c, RPC_NOTIFICATION,
			   ret != TEE_ERROR_NOT_SUPPORTED && ret != TEE_ERROR_NOT_IMPLEMENTED &&
				   ret != TEE_ERROR_BAD_PARAMETERS,
			   "NOTIFICATION %s is answered with %#x", v->a ? "SEND" : "WAIT", ret);
}

/* Its message is in memory that this driver has not given, and cannot find. */
static bool is_lost(const struct osim_rules *c, const struct osim__flight *f)
{
	const unsigned int needs = OSIM_SEES_START | OSIM_SEES_YIELDING;
	uint64_t cookie = osim__pair(&f->ask, 1);

	return (c->sees & needs) == needs && (uint32_t)f->ask.a[0] == OPTEE_SMC_RETURN_RPC_CMD &&
	       cookie && !osim__bag_find(&c->rpc_mem, cookie);
}

static void answered(struct osim_rules *c, const struct osim__flight *f,
		     const struct osim_msg_arg *msg)
{
	const struct osim__msg_copy *m = &f->rpc_msg;
	const char *what = changed(m, msg);
	uint32_t cmd = m->arg.cmd;
	bool fits = osim__rpc_fits(m);

	OSIM__HOLD(c, RPC_ANSWER, !what, "RPC %u: %s is changed", cmd, what ? what : "");
	if (msg->cmd != cmd)
		return;
	if (cmd == OPTEE_RPC_CMD_SHM_ALLOC || cmd == OPTEE_RPC_CMD_SHM_FREE)
		shm(c, m, msg);
	if (cmd != OPTEE_RPC_CMD_GET_TIME && cmd != OPTEE_RPC_CMD_SUSPEND &&
	    cmd != OPTEE_RPC_CMD_NOTIFICATION)
		return;
	if (!fits)
		OSIM__HOLD(c, RPC_PARAMS, msg->ret, "RPC %u is answered with success", cmd);
	else if (cmd == OPTEE_RPC_CMD_NOTIFICATION)
		notification(c, f, msg->ret);
	else
		OSIM__HOLD(c, RPC_SERVED, !msg->ret, "RPC %u is answered with %#x", cmd, msg->ret);
	if (fits && cmd == OPTEE_RPC_CMD_GET_TIME && !msg->ret && msg->num_params)
		OSIM__HOLD(c, RPC_TIME, OSIM_MSG_PARAMS(msg)->u.value.b < 1000000000u,
			   "GET_TIME gives %" PRIu64 " ns", OSIM_MSG_PARAMS(msg)->u.value.b);
}

void osim__rpc_event(struct osim_rules *c, const struct osim_event *e,
		     const struct osim__flight *flight)
{
	bool end = e->flags & OSIM_EVENT_F_END;

	OSIM__HOLD(c, RPC_ONCE,
		   flight->call && flight->call->yielding &&
			   (flight->rpc_stage == OSIM__TAKEN) == end,
		   "an RPC is %s out of turn", end ? "answered" : "asked");
	if (!end)
		asked(c, &flight->rpc_msg);
	else if (flight->rpc_stage == OSIM__TAKEN && !is_lost(c, flight))
		answered(c, flight, e->msg);
}

void osim__rpc_return(struct osim_rules *c, const struct osim_event *e,
		      const struct osim__flight *f)
{
	uint32_t a0 = (uint32_t)e->out->a[0];

	if (!f || !f->call || !f->call->yielding)
		return;
	OSIM__HOLD(c, RPC_ONCE, (a0 == OPTEE_SMC_RETURN_RPC_CMD) == f->asks,
		   f->asks ? "a call comes back without its RPC" : "RPC CMD asks for nothing");
	if (!OPTEE_SMC_RETURN_IS_RPC(a0))
		OSIM__HOLD(c, RPC_ONCE, f->rpc_stage != OSIM__TAKEN,
			   "a call ends, and the answer to its RPC was not taken up");
}
