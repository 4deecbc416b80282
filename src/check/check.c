/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/abi.h>

#include "abi/table.h"

#define THREADS	     64u
#define TICK_NS	     4000000ull /* HZ = 250 */
#define NS_PER_MS    1000000ull
#define COOKIES_MAX  512u
#define SESSIONS_MAX 256u

enum rule {
	RULE_ORDER_EXCHANGE,
	RULE_CALL_ZERO,
	RULE_RPC_RESUME,
	RULE_RPC_FREE_TYPE,
	RULE_RPC_ALLOC_TYPE,
	RULE_WAIT_SHORT,
	RULE_WAIT_LONG,
	RULE_WAIT_SERVED,
	RULE_ENABLE_HONOURED,
	RULE_STOP_FIRST,
	RULE_BOTTOM_HALF,
	RULE_DRAIN,
	RULE_COOKIE_LEFT,
	RULE_SESSION_LEFT,
	RULE_COUNT,
};

#define SMC "optee_smc.h, "
#define RPC "optee_rpc_cmd.h, "

const struct osim__rule osim__rules[] = {
	[RULE_ORDER_EXCHANGE] =
		{"order.exchange-first",
		 "Capabilities are exchanged before the first yielding call, and before calls that depend on them.",
		 SMC "EXCHANGE_CAPABILITIES", OSIM__BINDS_NORMAL},
	[RULE_CALL_ZERO] = {"call.reserved-zero",
			    "Register bits that the ABI reserves are zero in a call.",
			    SMC "register tables", OSIM__BINDS_NORMAL},
	[RULE_RPC_RESUME] =
		{"rpc.resume",
		 "RETURN_FROM_RPC gives back the resume information of an RPC that is open.",
		 SMC "CALL_RETURN_FROM_RPC", OSIM__BINDS_NORMAL},
	[RULE_RPC_FREE_TYPE] = {"rpc.shm-free-type",
				"SHM_FREE of a kind of memory that does not exist is refused.",
				RPC "SHM_FREE", OSIM__BINDS_NORMAL},
	[RULE_RPC_ALLOC_TYPE] = {"rpc.shm-alloc-type",
				 "SHM_ALLOC of a kind of memory that does not exist is refused.",
				 RPC "SHM_ALLOC", OSIM__BINDS_NORMAL},
	[RULE_WAIT_SHORT] =
		{"rpc.wait-short",
		 "A NOTIFICATION WAIT does not time out before its milliseconds are over.",
		 RPC "NOTIFICATION", OSIM__BINDS_NORMAL},
	[RULE_WAIT_LONG] =
		{"rpc.wait-long",
		 "A NOTIFICATION WAIT ends at most two ticks after its milliseconds are over.",
		 RPC "NOTIFICATION", OSIM__BINDS_NORMAL},
	[RULE_WAIT_SERVED] = {"rpc.notification-served",
			      "NOTIFICATION WAIT and SEND of a value up to the maximum are served.",
			      RPC "NOTIFICATION", OSIM__BINDS_NORMAL},
	[RULE_ENABLE_HONOURED] =
		{"notif.enable-honoured",
		 "A driver whose ENABLE_ASYNC_NOTIF failed does not go on as if notifications were enabled.",
		 SMC "ENABLE_ASYNC_NOTIF", OSIM__BINDS_NORMAL},
	[RULE_STOP_FIRST] = {"notif.stop-first",
			     "STOP_ASYNC_NOTIF is called before the interrupt is freed.",
			     "optee_msg.h, STOP_ASYNC_NOTIF", OSIM__BINDS_NORMAL},
	[RULE_BOTTOM_HALF] = {"notif.bottom-half",
			      "Retrieving value 0 is followed by DO_BOTTOM_HALF.",
			      "optee_msg.h, DO_BOTTOM_HALF", OSIM__BINDS_NORMAL},
	[RULE_DRAIN] = {"notif.drain", "Values are retrieved until none is pending.",
			SMC "GET_ASYNC_NOTIF_VALUE", OSIM__BINDS_NORMAL},
	[RULE_COOKIE_LEFT] = {"shm.unregistered",
			      "Registered memory is unregistered before the driver leaves.",
			      "optee_msg.h, UNREGISTER_SHM", OSIM__BINDS_NORMAL},
	[RULE_SESSION_LEFT] = {"session.closed", "Sessions are closed before the driver leaves.",
			       "optee_msg.h, CLOSE_SESSION", OSIM__BINDS_NORMAL},
	[RULE_COUNT] = {NULL, NULL, NULL, OSIM__BINDS_NORMAL},
};

struct osim__check {
	osim__broken_fn *broken;
	void *arg;
	bool exchanged, enable_failed, enabled, stopped, value_pending, bottom_half_due;
	bool bound;
	unsigned int irqs; /* interrupts that the driver holds */
	uint64_t max_notif;
	uint64_t open[THREADS / 64]; /* threads that stopped in an RPC, by a3 */
	struct {
		uint64_t since_ns, timeout_ms;
		bool waiting;
	} wait[THREADS];
	struct {
		uint32_t cmd, type;
	} rpc[THREADS];
	uint64_t cookie[COOKIES_MAX];
	unsigned int cookies;
	uint32_t session[SESSIONS_MAX];
	unsigned int sessions;
};

struct osim__check *osim__check_new(osim__broken_fn *broken, void *arg)
{
	struct osim__check *c = calloc(1, sizeof(*c));

	if (c) {
		c->broken = broken;
		c->arg = arg;
	}
	return c;
}

void osim__check_free(struct osim__check *c)
{
	free(c);
}

static void __attribute__((format(printf, 3, 4)))
broken(struct osim__check *c, enum rule rule, const char *format, ...)
{
	char detail[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(detail, sizeof(detail), format, ap);
	va_end(ap);
	c->broken(c->arg, &osim__rules[rule], detail);
}

/* --- calls --- */

static bool needs_exchange(const struct osim__abi_call *call)
{
	return call->yielding || call->cap || call->id == OPTEE_SMC_ENABLE_SHM_CACHE ||
	       call->id == OPTEE_SMC_DISABLE_SHM_CACHE;
}

static void on_call(struct osim__check *c, const struct osim_regs *in)
{
	const struct osim__abi_call *call = osim__abi_call_find((uint32_t)in->a[0]);

	if (!call)
		return;
	if (!c->exchanged && needs_exchange(call))
		broken(c, RULE_ORDER_EXCHANGE, "%s comes before any exchange of capabilities",
		       call->name);
	for (unsigned int n = 1; n < 8; n++) {
		uint32_t odd = (uint32_t)in->a[n] & osim__abi_reg_zero_mask(&call->in, n);

		if (odd)
			broken(c, RULE_CALL_ZERO, "%s: a%u has reserved bits %#x set", call->name,
			       n, odd);
	}
	if (call->id == OPTEE_SMC_CALL_RETURN_FROM_RPC && in->a[3] < THREADS) {
		uint64_t bit = 1ull << (in->a[3] % 64);

		if (!(c->open[in->a[3] / 64] & bit))
			broken(c, RULE_RPC_RESUME,
			       "thread %" PRIu64 " is resumed, which waits for nothing", in->a[3]);
		c->open[in->a[3] / 64] &= ~bit;
	}
}

static void on_fast_return(struct osim__check *c, uint32_t id, const struct osim_regs *out)
{
	bool ok = out->a[0] == OPTEE_SMC_RETURN_OK;

	switch (id) {
	case OPTEE_SMC_EXCHANGE_CAPABILITIES:
		c->exchanged = ok;
		c->max_notif = ok && (out->a[1] & OPTEE_SMC_SEC_CAP_ASYNC_NOTIF)
				       ? (uint32_t)out->a[2]
				       : 255;
		break;
	case OPTEE_SMC_ENABLE_ASYNC_NOTIF:
		c->enabled = ok;
		c->enable_failed = !ok;
		c->stopped = false;
		break;
	case OPTEE_SMC_GET_ASYNC_NOTIF_VALUE:
		if (!ok)
			break;
		c->value_pending = out->a[2] & OPTEE_SMC_ASYNC_NOTIF_VALUE_PENDING;
		if ((out->a[2] & OPTEE_SMC_ASYNC_NOTIF_VALUE_VALID) && !(uint32_t)out->a[1])
			c->bottom_half_due = true;
		break;
	default:
		break;
	}
}

static void on_return(struct osim__check *c, const struct osim_regs *in,
		      const struct osim_regs *out)
{
	if (OPTEE_SMC_RETURN_IS_RPC((uint32_t)out->a[0])) {
		if (out->a[3] < THREADS)
			c->open[out->a[3] / 64] |= 1ull << (out->a[3] % 64);
		return;
	}
	on_fast_return(c, (uint32_t)in->a[0], out);
}

/* --- RPCs --- */

static const struct osim_msg_param *value_param(const struct osim_msg_arg *msg)
{
	const struct osim_msg_param *p = OSIM_MSG_PARAMS(msg);

	return msg->num_params && (p->attr & OPTEE_MSG_ATTR_TYPE_MASK) ==
					  OPTEE_MSG_ATTR_TYPE_VALUE_INPUT
		       ? p
		       : NULL;
}

static void on_rpc(struct osim__check *c, const struct osim_event *e)
{
	const struct osim_msg_param *p = e->msg ? value_param(e->msg) : NULL;
	uint32_t t = e->secure_thread % THREADS;

	c->wait[t].waiting = false;
	c->rpc[t].cmd = UINT32_MAX;
	if (!p)
		return;
	c->rpc[t].cmd = e->msg->cmd;
	c->rpc[t].type = (uint32_t)p->u.value.a;
	if (e->msg->cmd == OPTEE_RPC_CMD_NOTIFICATION &&
	    p->u.value.a == OPTEE_RPC_NOTIFICATION_WAIT) {
		c->wait[t].waiting = true;
		c->wait[t].since_ns = e->time_ns;
		c->wait[t].timeout_ms = p->u.value.c;
	}
	if (e->msg->cmd == OPTEE_RPC_CMD_NOTIFICATION && p->u.value.b > c->max_notif)
		c->rpc[t].cmd = UINT32_MAX; /* whatever it answers */
}

static void on_wait_end(struct osim__check *c, const struct osim_event *e, uint32_t t)
{
	uint64_t took_ns = e->time_ns - c->wait[t].since_ns, took_ms = took_ns / NS_PER_MS,
		 asked_ns = c->wait[t].timeout_ms * NS_PER_MS;

	c->wait[t].waiting = false;
	if (!c->wait[t].timeout_ms || e->msg->ret != TEE_ERROR_TIMEOUT)
		return;
	if (took_ns < asked_ns)
		broken(c, RULE_WAIT_SHORT,
		       "a wait of %" PRIu64 " ms timed out after %" PRIu64 " ms",
		       c->wait[t].timeout_ms, took_ms);
	if (took_ns > asked_ns + 2 * TICK_NS)
		broken(c, RULE_WAIT_LONG, "a wait of %" PRIu64 " ms timed out after %" PRIu64 " ms",
		       c->wait[t].timeout_ms, took_ms);
}

static void on_rpc_end(struct osim__check *c, const struct osim_event *e)
{
	uint32_t t = e->secure_thread % THREADS, cmd = c->rpc[t].cmd, type = c->rpc[t].type;

	c->rpc[t].cmd = UINT32_MAX;
	if (!e->msg || e->msg->cmd != cmd)
		return;
	if (cmd == OPTEE_RPC_CMD_SHM_FREE && type > OPTEE_RPC_SHM_TYPE_KERNEL && !e->msg->ret)
		broken(c, RULE_RPC_FREE_TYPE, "SHM_FREE of type %u is answered with success", type);
	if (cmd == OPTEE_RPC_CMD_SHM_ALLOC && type > OPTEE_RPC_SHM_TYPE_KERNEL && !e->msg->ret)
		broken(c, RULE_RPC_ALLOC_TYPE, "SHM_ALLOC of type %u is answered with success",
		       type);
	if (cmd != OPTEE_RPC_CMD_NOTIFICATION || type > OPTEE_RPC_NOTIFICATION_SEND)
		return;
	if (e->msg->ret == TEE_ERROR_NOT_SUPPORTED || e->msg->ret == TEE_ERROR_NOT_IMPLEMENTED ||
	    e->msg->ret == TEE_ERROR_BAD_PARAMETERS)
		broken(c, RULE_WAIT_SERVED, "NOTIFICATION %s is answered with %#x",
		       type ? "SEND" : "WAIT", e->msg->ret);
	if (c->wait[t].waiting)
		on_wait_end(c, e, t);
}

/* --- messages --- */

static void cookie_gone(struct osim__check *c, uint64_t cookie)
{
	for (unsigned int i = 0; i < c->cookies; i++)
		if (c->cookie[i] == cookie) {
			c->cookie[i] = c->cookie[--c->cookies];
			return;
		}
}

static void session_gone(struct osim__check *c, uint32_t session)
{
	for (unsigned int i = 0; i < c->sessions; i++)
		if (c->session[i] == session) {
			c->session[i] = c->session[--c->sessions];
			return;
		}
}

static void on_message_end(struct osim__check *c, const struct osim_msg_arg *msg)
{
	const struct osim_msg_param *p = OSIM_MSG_PARAMS(msg);

	switch (msg->cmd) {
	case OPTEE_MSG_CMD_REGISTER_SHM:
		if (!msg->ret && msg->num_params && c->cookies < COOKIES_MAX)
			c->cookie[c->cookies++] = p->u.tmem.shm_ref;
		break;
	case OPTEE_MSG_CMD_UNREGISTER_SHM:
		if (!msg->ret && msg->num_params)
			cookie_gone(c, p->u.rmem.shm_ref);
		break;
	case OPTEE_MSG_CMD_OPEN_SESSION:
		if (!msg->ret && c->sessions < SESSIONS_MAX)
			c->session[c->sessions++] = msg->session;
		break;
	case OPTEE_MSG_CMD_CLOSE_SESSION:
		session_gone(c, msg->session);
		break;
	default:
		break;
	}
}

static void on_message(struct osim__check *c, const struct osim_event *e)
{
	if (e->flags & OSIM_EVENT_F_END) {
		on_message_end(c, e->msg);
		return;
	}
	if (e->msg->cmd == OPTEE_MSG_CMD_DO_BOTTOM_HALF)
		c->bottom_half_due = false;
	if (e->msg->cmd == OPTEE_MSG_CMD_STOP_ASYNC_NOTIF)
		c->stopped = true;
}

/* --- the driver --- */

static void on_unbound(struct osim__check *c)
{
	if (c->cookies)
		broken(c, RULE_COOKIE_LEFT, "%u buffers are still registered", c->cookies);
	if (c->sessions)
		broken(c, RULE_SESSION_LEFT, "%u sessions are still open", c->sessions);
	if (c->bottom_half_due)
		broken(c, RULE_BOTTOM_HALF, "value 0 was retrieved and no DO_BOTTOM_HALF came");
	if (c->value_pending)
		broken(c, RULE_DRAIN,
		       "the last value came with \"more are pending\", and nobody asked again");
	c->cookies = c->sessions = c->irqs = 0;
	c->exchanged = c->enable_failed = c->enabled = c->stopped = c->value_pending =
		c->bottom_half_due = c->bound = false;
}

static void on_driver(struct osim__check *c, const struct osim_event *e)
{
	if (!(e->flags & OSIM_EVENT_F_END))
		return;
	if ((e->flags & OSIM_EVENT_F_ERR) || c->bound) {
		if (strstr(e->text, "shut down"))
			return;
		on_unbound(c);
		return;
	}
	c->bound = true;
	if (c->enable_failed && c->irqs)
		broken(c, RULE_ENABLE_HONOURED,
		       "ENABLE_ASYNC_NOTIF failed, the driver is bound and holds the interrupt");
}

static void on_irq_object(struct osim__check *c, const struct osim_event *e)
{
	if (!e->text || strcmp(e->text, "interrupt") != 0)
		return;
	if (e->kind == OSIM_EVENT_ALLOC) {
		c->irqs++;
		return;
	}
	if (c->irqs)
		c->irqs--;
	if (c->enabled && !c->stopped)
		broken(c, RULE_STOP_FIRST,
		       "the interrupt is freed and STOP_ASYNC_NOTIF has not been called");
}

void osim__check_event(struct osim__check *c, const struct osim_event *e)
{
	switch (e->kind) {
	case OSIM_EVENT_CALL:
		on_call(c, e->in);
		break;
	case OSIM_EVENT_RETURN:
		on_return(c, e->in, e->out);
		break;
	case OSIM_EVENT_RPC:
		if (e->flags & OSIM_EVENT_F_END)
			on_rpc_end(c, e);
		else
			on_rpc(c, e);
		break;
	case OSIM_EVENT_MESSAGE:
		if (e->msg)
			on_message(c, e);
		break;
	case OSIM_EVENT_ALLOC:
	case OSIM_EVENT_FREE:
		on_irq_object(c, e);
		break;
	case OSIM_EVENT_DRIVER:
		on_driver(c, e);
		break;
	default:
		break;
	}
}
