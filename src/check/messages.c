/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages: form, parameters, sessions, and what is answered. */
#include <inttypes.h>

#include "abi/msg.h"
#include "check/check.h"

#define SMC	 "optee_smc.h, "
#define MSG	 "optee_msg.h, "
#define AT(rule) [OSIM__RULE_##rule - OSIM__RULE_MSG_COMMAND]

#define MESSAGES OSIM_SEES_MESSAGES
#define SESSIONS (OSIM_SEES_YIELDING | OSIM_SEES_MESSAGES | OSIM_SEES_START)

const struct osim_rule osim__rules_messages[] = {
	AT(MSG_COMMAND) = {"msg.command", "A message has a command that there is.",
			   MSG "OPTEE_MSG_CMD_*", OSIM_BINDS_NORMAL, MESSAGES},
	AT(MSG_CAPABILITY) =
		{"msg.capability",
		 "A command that needs a capability, or bytes at NULL, are sent only if the secure world has it.",
		 SMC "SEC_CAP_*", OSIM_BINDS_NORMAL, SESSIONS | OSIM_SEES_FAST},
	AT(MSG_FORM) =
		{"msg.form",
		 "A parameter has a type that there is, flags of that type only, and a size that does not go round.",
		 MSG "OPTEE_MSG_ATTR_*", OSIM_BINDS_NORMAL, MESSAGES},
	AT(MSG_META) = {"msg.meta-first",
			"Parameters for the trusted OS itself are values, and come first.",
			MSG "struct optee_msg_arg", OSIM_BINDS_NORMAL, MESSAGES},
	AT(MSG_PARAMS) =
		{"msg.parameters",
		 "A message has the parameters that its command is defined with, of their types.",
		 MSG "OPTEE_MSG_CMD_*", OSIM_BINDS_NORMAL, MESSAGES},
	AT(MSG_VALUES) = {"msg.values",
			  "A word of a parameter that has a list of values has one of them.",
			  MSG "OPTEE_MSG_LOGIN_*, OPTEE_MSG_PROTMEM_*", OSIM_BINDS_NORMAL,
			  MESSAGES},
	AT(MSG_SERVED) =
		{"msg.served",
		 "A message is taken up once, in the call that brings it, which is OK only after that.",
		 SMC "CALL_WITH_ARG, RETURN_OK", OSIM_BINDS_SECURE, SESSIONS},
	AT(MSG_ANSWER) =
		{"msg.answer",
		 "The answer leaves all of a message as it was but result, origin, new session and what is output.",
		 MSG "struct optee_msg_arg", OSIM_BINDS_SECURE, MESSAGES},
	AT(MSG_ORIGIN) =
		{"msg.origin",
		 "The origin of a result of OPEN_SESSION and INVOKE_COMMAND is one that there is.",
		 MSG "struct optee_msg_arg, ret_origin", OSIM_BINDS_SECURE, MESSAGES},
	AT(PROTMEM_WIDTH) = {"protmem.pa-width",
			     "GET_PROTMEM_CONFIG tells addresses of at most 64 bits.",
			     MSG "GET_PROTMEM_CONFIG", OSIM_BINDS_SECURE, MESSAGES},
	AT(SESSION_OPEN) = {"session.open",
			    "INVOKE_COMMAND, CLOSE_SESSION and CANCEL name a session that is open.",
			    MSG "INVOKE_COMMAND, CLOSE_SESSION, CANCEL", OSIM_BINDS_NORMAL,
			    SESSIONS},
	AT(SESSION_UNIQUE) = {"session.unique",
			      "A session that is opened has a number that no open one has.",
			      MSG "OPEN_SESSION", OSIM_BINDS_SECURE, SESSIONS},
	AT(SESSION_LEFT) =
		{"session.closed",
		 "Sessions are closed before the driver leaves, or it logs that this is refused.",
		 MSG "CLOSE_SESSION", OSIM_BINDS_NORMAL, SESSIONS | OSIM_SEES_DRIVER},
};

/* --- as it is sent --- */

/* With as many parameters as are here. */
static enum osim__msg_fault fault_of(const struct osim__abi_cmd *cmd,
				     const struct osim__msg_copy *m, uint32_t *index)
{
	struct osim__msg_copy whole = *m;
	size_t bytes = osim__msg_size(m->count);

	whole.arg.num_params = m->count;
	return cmd ? osim__msg_check_cmd(cmd, &whole, bytes, index)
		   : osim__msg_check(&whole, bytes, index);
}

static void values(struct osim_rules *c, const struct osim__abi_cmd *cmd,
		   const struct osim__msg_copy *m)
{
	for (const struct osim__abi_param *p = cmd->in; p && p->name; p++) {
		const struct osim_msg_param_value *v = &m->params[p->index].u.value;
		const uint64_t words[3] = {v->a, v->b, v->c};

		for (const struct osim__abi_field *f = p->fields; f && f->name; f++) {
			uint64_t value;

			if (f->type != OSIM__ABI_ENUM || p->index >= m->count)
				continue;
			value = osim__abi_field_get(f, words);
			OSIM__HOLD(c, MSG_VALUES, osim__abi_name_of(f->names, value),
				   "%s: %s is %#" PRIx64, cmd->name, f->name, value);
		}
	}
}

/* What is passed to a TA may be NULL, if the secure world knows that. To ask for a size, NULL and 0
 * bytes were sent before there was the capability. */
static void null_memory(struct osim_rules *c, const struct osim__msg_copy *m)
{
	if (m->arg.cmd != OPTEE_MSG_CMD_OPEN_SESSION && m->arg.cmd != OPTEE_MSG_CMD_INVOKE_COMMAND)
		return;
	for (uint32_t i = 0; i < m->count; i++) {
		const struct osim_msg_param *p = &m->params[i];
		uint32_t type = p->attr & OPTEE_MSG_ATTR_TYPE_MASK;

		if (type >= OPTEE_MSG_ATTR_TYPE_TMEM_INPUT &&
		    type <= OPTEE_MSG_ATTR_TYPE_TMEM_INOUT && !p->u.tmem.buf_ptr && p->u.tmem.size)
			OSIM__HOLD(c, MSG_CAPABILITY, c->caps & OPTEE_SMC_SEC_CAP_MEMREF_NULL,
				   "parameter %u is NULL, and the secure world has not that "
				   "capability",
				   i);
	}
}

static void sent(struct osim_rules *c, const struct osim__msg_copy *m)
{
	const struct osim__abi_cmd *cmd = osim__abi_cmd_find(osim__abi_msg_cmds, m->arg.cmd, 0);
	enum osim__msg_fault fault;
	uint32_t at = 0;

	OSIM__HOLD(c, MSG_COMMAND, cmd, "there is no command %u", m->arg.cmd);
	if (cmd && cmd->cap)
		OSIM__HOLD(c, MSG_CAPABILITY, c->caps & cmd->cap,
			   "%s is sent, and the secure world has not that capability", cmd->name);
	null_memory(c, m);
	fault = fault_of(NULL, m, &at);
	if (fault != OSIM__MSG_META)
		OSIM__HOLD(c, MSG_FORM, !fault, "parameter %u: %s", at,
			   osim__msg_fault_text(fault));
	OSIM__HOLD(c, MSG_META, fault != OSIM__MSG_META, "parameter %u: %s", at,
		   osim__msg_fault_text(fault));
	if (fault || !cmd)
		return;
	fault = fault_of(cmd, m, &at);
	OSIM__HOLD(c, MSG_PARAMS, !fault, "%s, parameter %u: %s", cmd->name, at,
		   osim__msg_fault_text(fault));
	values(c, cmd, m);
	if ((cmd->header & OSIM__ABI_SESSION) && !c->misled)
		OSIM__HOLD(c, SESSION_OPEN, osim__bag_find(&c->sessions, m->arg.session),
			   "%s names session %#x, which is not open", cmd->name, m->arg.session);
}

/* --- as it is answered --- */

static bool same_param(const struct osim_msg_param *a, const struct osim_msg_param *b)
{
	uint32_t type = a->attr & OPTEE_MSG_ATTR_TYPE_MASK;
	const struct osim_msg_param_value *x = &a->u.value, *y = &b->u.value;

	if (a->attr != b->attr)
		return false;
	switch (type) {
	case OPTEE_MSG_ATTR_TYPE_VALUE_INPUT:
	case OPTEE_MSG_ATTR_TYPE_RMEM_INPUT:
	case OPTEE_MSG_ATTR_TYPE_TMEM_INPUT:
		return x->a == y->a && x->b == y->b && x->c == y->c;
	case OPTEE_MSG_ATTR_TYPE_NONE:
	case OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT:
	case OPTEE_MSG_ATTR_TYPE_VALUE_INOUT:
		return true;
	default: /* the size of memory comes back */
		return x->a == y->a && x->c == y->c;
	}
}

/* What of the answer is not as it was sent; NULL: nothing. */
static const char *changed(const struct osim__msg_copy *m, const struct osim_msg_arg *answer)
{
	const struct osim_msg_param *params = OSIM_MSG_PARAMS(answer);

	if (answer->cmd != m->arg.cmd)
		return "the command";
	if (answer->func != m->arg.func)
		return "the function";
	if (answer->cancel_id != m->arg.cancel_id)
		return "the cancel id";
	if (answer->session != m->arg.session && m->arg.cmd != OPTEE_MSG_CMD_OPEN_SESSION)
		return "the session";
	if (answer->num_params != m->arg.num_params)
		return "the number of parameters";
	for (uint32_t i = 0; i < m->count; i++)
		if (!same_param(&m->params[i], &params[i]))
			return "a parameter that is not output";
	return NULL;
}

static void answered(struct osim_rules *c, const struct osim_msg_arg *msg,
		     const struct osim__flight *f)
{
	const char *what = changed(&f->msg, msg);
	bool open = msg->cmd == OPTEE_MSG_CMD_OPEN_SESSION;

	OSIM__HOLD(c, MSG_ANSWER, !what, "command %u: %s is changed", f->msg.arg.cmd,
		   what ? what : "");
	if (open || msg->cmd == OPTEE_MSG_CMD_INVOKE_COMMAND)
		OSIM__HOLD(c, MSG_ORIGIN, osim__abi_name_of(osim__abi_origins, msg->ret_origin),
			   "command %u: the origin of result %#x is %u", msg->cmd, msg->ret,
			   msg->ret_origin);
	if (msg->cmd == OPTEE_MSG_CMD_GET_PROTMEM_CONFIG && !msg->ret && msg->num_params)
		OSIM__HOLD(c, PROTMEM_WIDTH, OSIM_MSG_PARAMS(msg)->u.value.c <= 64,
			   "GET_PROTMEM_CONFIG: addresses have %" PRIu64 " bits",
			   OSIM_MSG_PARAMS(msg)->u.value.c);
	if (open && !msg->ret)
		OSIM__HOLD(c, SESSION_UNIQUE, !osim__bag_find(&c->sessions, msg->session),
			   "session %#x is opened, and is open already", msg->session);
}

void osim__messages_event(struct osim_rules *c, const struct osim_event *e,
			  const struct osim__flight *flight)
{
	bool end = e->flags & OSIM_EVENT_F_END;

	OSIM__HOLD(c, MSG_SERVED,
		   flight->call && flight->call->yielding &&
			   flight->msg_stage == (end ? OSIM__TAKEN : OSIM__NOT_YET),
		   "a message is %s that no call has brought", end ? "served" : "taken up");
	if (!end)
		sent(c, &flight->msg);
	else if (flight->msg_stage == OSIM__TAKEN)
		answered(c, e->msg, flight);
}

void osim__messages_return(struct osim_rules *c, const struct osim_event *e,
			   const struct osim__flight *flight)
{
	if (flight && flight->known && flight->call && flight->call->yielding &&
	    (uint32_t)e->out->a[0] == OPTEE_SMC_RETURN_OK)
		OSIM__HOLD(c, MSG_SERVED, flight->msg_stage == OSIM__ENDED,
			   "%s is OK, and the secure world has not served the message",
			   flight->call->name);
	if (flight && flight->known && flight->call && flight->call->yielding &&
	    (uint32_t)e->out->a[0] == OPTEE_SMC_RETURN_ETHREAD_LIMIT)
		OSIM__HOLD(c, MSG_SERVED, flight->msg_stage == OSIM__NOT_YET,
			   "%s is ETHREAD_LIMIT, and its message was taken up", flight->call->name);
}

/* Two faults: a driver that does not ask, and one that does not look at what it is answered. */
void osim__messages_left(struct osim_rules *c)
{
	size_t refused = 0;

	for (size_t i = 0; i < c->sessions.count; i++)
		refused += c->sessions.items[i].b != 0;
	if (!c->bound)
		return;
	OSIM__HOLD(c, SESSION_LEFT, c->sessions.count == refused,
		   "%zu sessions are still open, and no CLOSE_SESSION came for them",
		   c->sessions.count - refused);
	if (refused)
		OSIM__HOLD(c, SESSION_LEFT, false,
			   "%zu sessions are still open, whose CLOSE_SESSION was refused", refused);
}
