/* SPDX-License-Identifier: BSD-2-Clause */
#include <optee_sim/rules.h>

#include <errno.h>
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
	RULE_RPC_SERVED,
	RULE_RPC_PARAMS,
	RULE_RPC_ALLOC_SIZE,
	RULE_ENABLE_HONOURED,
	RULE_STOP_FIRST,
	RULE_BOTTOM_HALF,
	RULE_DRAIN,
	RULE_COOKIE_LEFT,
	RULE_CACHE_LEFT,
	RULE_SESSION_LEFT,
	RULE_COUNT,
};

#define SMC "optee_smc.h, "
#define RPC "optee_rpc_cmd.h, "

static const struct osim_rule rules[] = {
	[RULE_ORDER_EXCHANGE] =
		{"order.exchange-first",
		 "Capabilities are exchanged before the first yielding call, and before calls that depend on them.",
		 SMC "EXCHANGE_CAPABILITIES", OSIM_BINDS_NORMAL, OSIM_SEES_FAST | OSIM_SEES_START},
	[RULE_CALL_ZERO] = {"call.reserved-zero",
			    "Register bits that the ABI reserves are zero in a call.",
			    SMC "register tables", OSIM_BINDS_NORMAL, OSIM_SEES_YIELDING},
	[RULE_RPC_RESUME] =
		{"rpc.resume",
		 "RETURN_FROM_RPC gives back the resume information of an RPC that is open.",
		 SMC "CALL_RETURN_FROM_RPC", OSIM_BINDS_NORMAL,
		 OSIM_SEES_YIELDING | OSIM_SEES_START},
	[RULE_RPC_FREE_TYPE] = {"rpc.shm-free-type",
				"SHM_FREE of a kind of memory that does not exist is refused.",
				RPC "SHM_FREE", OSIM_BINDS_NORMAL, OSIM_SEES_MESSAGES},
	[RULE_RPC_ALLOC_TYPE] = {"rpc.shm-alloc-type",
				 "SHM_ALLOC of a kind of memory that does not exist is refused.",
				 RPC "SHM_ALLOC", OSIM_BINDS_NORMAL, OSIM_SEES_MESSAGES},
	[RULE_WAIT_SHORT] =
		{"rpc.wait-short",
		 "A NOTIFICATION WAIT does not time out before its milliseconds are over.",
		 RPC "NOTIFICATION", OSIM_BINDS_NORMAL, OSIM_SEES_MESSAGES | OSIM_SEES_TIME},
	[RULE_WAIT_LONG] =
		{"rpc.wait-long",
		 "A NOTIFICATION WAIT ends at most two ticks after its milliseconds are over.",
		 RPC "NOTIFICATION", OSIM_BINDS_NORMAL, OSIM_SEES_MESSAGES | OSIM_SEES_TIME},
	[RULE_WAIT_SERVED] = {"rpc.notification-served",
			      "NOTIFICATION WAIT and SEND of a value up to the maximum are served.",
			      RPC "NOTIFICATION", OSIM_BINDS_NORMAL,
			      OSIM_SEES_MESSAGES | OSIM_SEES_FAST | OSIM_SEES_START},
	[RULE_RPC_SERVED] =
		{"rpc.served",
		 "GET_TIME and SUSPEND with the parameter they are defined with succeed.",
		 RPC "GET_TIME, SUSPEND", OSIM_BINDS_NORMAL, OSIM_SEES_MESSAGES},
	[RULE_RPC_PARAMS] = {"rpc.params-refused",
			     "An RPC whose parameters are not those it is defined with is refused.",
			     RPC "GET_TIME, NOTIFICATION, SUSPEND", OSIM_BINDS_NORMAL,
			     OSIM_SEES_MESSAGES | OSIM_SEES_FAST | OSIM_SEES_START},
	[RULE_RPC_ALLOC_SIZE] = {"rpc.shm-alloc-size",
				 "SHM_ALLOC gives at least as many bytes as were asked for.",
				 RPC "SHM_ALLOC", OSIM_BINDS_NORMAL, OSIM_SEES_MESSAGES},
	[RULE_ENABLE_HONOURED] =
		{"notif.enable-honoured",
		 "A driver whose ENABLE_ASYNC_NOTIF failed does not go on as if notifications were enabled.",
		 SMC "ENABLE_ASYNC_NOTIF", OSIM_BINDS_NORMAL,
		 OSIM_SEES_FAST | OSIM_SEES_DRIVER | OSIM_SEES_START},
	[RULE_STOP_FIRST] = {"notif.stop-first",
			     "STOP_ASYNC_NOTIF is called before the interrupt is freed.",
			     "optee_msg.h, STOP_ASYNC_NOTIF", OSIM_BINDS_NORMAL,
			     OSIM_SEES_FAST | OSIM_SEES_MESSAGES | OSIM_SEES_DRIVER |
				     OSIM_SEES_START},
	[RULE_BOTTOM_HALF] = {"notif.bottom-half",
			      "Retrieving value 0 is followed by DO_BOTTOM_HALF.",
			      "optee_msg.h, DO_BOTTOM_HALF", OSIM_BINDS_NORMAL,
			      OSIM_SEES_FAST | OSIM_SEES_MESSAGES | OSIM_SEES_DRIVER |
				      OSIM_SEES_START},
	[RULE_DRAIN] = {"notif.drain", "Values are retrieved until none is pending.",
			SMC "GET_ASYNC_NOTIF_VALUE", OSIM_BINDS_NORMAL,
			OSIM_SEES_FAST | OSIM_SEES_DRIVER | OSIM_SEES_START},
	[RULE_COOKIE_LEFT] = {"shm.unregistered",
			      "Registered memory is unregistered before the driver leaves.",
			      "optee_msg.h, UNREGISTER_SHM", OSIM_BINDS_NORMAL,
			      OSIM_SEES_MESSAGES | OSIM_SEES_DRIVER | OSIM_SEES_START},
	[RULE_CACHE_LEFT] =
		{"shm.cache-disabled",
		 "A shm cache that was enabled is emptied before the driver leaves or the machine is shut down.",
		 SMC "DISABLE_SHM_CACHE", OSIM_BINDS_NORMAL,
		 OSIM_SEES_FAST | OSIM_SEES_DRIVER | OSIM_SEES_START},
	[RULE_SESSION_LEFT] = {"session.closed", "Sessions are closed before the driver leaves.",
			       "optee_msg.h, CLOSE_SESSION", OSIM_BINDS_NORMAL,
			       OSIM_SEES_MESSAGES | OSIM_SEES_DRIVER | OSIM_SEES_START},
};

struct osim_rules {
	osim_rule_broken_fn *broken;
	void *arg;
	unsigned int sees;
	const struct osim_event *event; /* the one that is held */
	uint64_t count[RULE_COUNT], count_broken[RULE_COUNT];
	bool exchanged, cache, enable_failed, enabled, stopped, value_pending, bottom_half_due;
	bool bound;
	unsigned int irqs; /* interrupts that the driver holds */
	uint64_t max_notif;
	uint64_t open[THREADS / 64]; /* threads that stopped in an RPC, by a3 */
	struct {
		uint64_t since_ns, timeout_ms, value;
		bool waiting, second; /* second: another one waits for the same value */
	} wait[THREADS];
	struct {
		uint32_t cmd, type;
		uint64_t attr, b; /* of the first parameter, when it was asked */
		uint32_t params;
	} rpc[THREADS];
	uint64_t cookie[COOKIES_MAX];
	unsigned int cookies;
	uint32_t session[SESSIONS_MAX];
	unsigned int sessions;
	/* What the last message made; it counts once its call returns OK. */
	struct {
		uint32_t cmd, thread_id, session;
		uint64_t cookie;
	} made;
};

const struct osim_rule *osim_rule(size_t i)
{
	return i < RULE_COUNT ? &rules[i] : NULL;
}

const char *osim_verdict_name(enum osim_verdict verdict)
{
	static const char *const names[] = {"failed", "passed", "unused", "not checkable"};

	return (unsigned int)verdict < OSIM_VERDICT_COUNT ? names[verdict] : "?";
}

int osim_rules_new(unsigned int sees, osim_rule_broken_fn *fn, void *arg, struct osim_rules **r)
{
	struct osim_rules *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->sees = sees;
	c->broken = fn;
	c->arg = arg;
	c->made.cmd = UINT32_MAX;
	*r = c;
	return 0;
}

void osim_rules_free(struct osim_rules *c)
{
	free(c);
}

struct osim_rule_outcome osim_rules_outcome(const struct osim_rules *c, size_t i)
{
	struct osim_rule_outcome o = {.held = c->count[i], .broken = c->count_broken[i]};

	if (o.broken)
		o.verdict = OSIM_VERDICT_FAILED;
	else if (rules[i].needs & ~c->sees)
		o.verdict = OSIM_VERDICT_NOT_CHECKABLE;
	else
		o.verdict = o.held ? OSIM_VERDICT_PASSED : OSIM_VERDICT_UNUSED;
	return o;
}

void osim_rules_gap(struct osim_rules *c)
{
	c->sees &= ~(unsigned int)OSIM_SEES_START;
}

static void __attribute__((format(printf, 3, 4)))
broken(struct osim_rules *c, enum rule rule, const char *format, ...)
{
	char detail[256];
	va_list ap;

	if (rules[rule].needs & ~c->sees)
		return;
	c->count[rule]++;
	c->count_broken[rule]++;
	va_start(ap, format);
	vsnprintf(detail, sizeof(detail), format, ap);
	va_end(ap);
	if (c->broken)
		c->broken(c->arg, &rules[rule], c->event, detail);
}

/* --- calls --- */

static bool needs_exchange(const struct osim__abi_call *call)
{
	return call->yielding || call->cap || call->id == OPTEE_SMC_ENABLE_SHM_CACHE ||
	       call->id == OPTEE_SMC_DISABLE_SHM_CACHE;
}

static void on_call(struct osim_rules *c, const struct osim_regs *in)
{
	const struct osim__abi_call *call = osim__abi_call_find((uint32_t)in->a[0]);

	if (!call)
		return;
	if (!c->exchanged && needs_exchange(call))
		broken(c, RULE_ORDER_EXCHANGE, "%s comes before any exchange of capabilities",
		       call->name);
	for (unsigned int n = 1; n < 8; n++) {
		if ((uint32_t)in->a[n] & osim__abi_reg_zero_mask(&call->in, n))
			broken(c, RULE_CALL_ZERO, "%s: a%u has reserved bits set", call->name, n);
	}
	if (call->id == OPTEE_SMC_CALL_RETURN_FROM_RPC && in->a[3] < THREADS) {
		uint64_t bit = 1ull << (in->a[3] % 64);

		if (!(c->open[in->a[3] / 64] & bit))
			broken(c, RULE_RPC_RESUME,
			       "thread %" PRIu64 " is resumed, which waits for nothing", in->a[3]);
		c->open[in->a[3] / 64] &= ~bit;
	}
}

static void on_fast_return(struct osim_rules *c, uint32_t id, const struct osim_regs *out)
{
	bool ok = out->a[0] == OPTEE_SMC_RETURN_OK;

	switch (id) {
	case OPTEE_SMC_EXCHANGE_CAPABILITIES:
		c->exchanged = ok;
		c->max_notif = ok && (out->a[1] & OPTEE_SMC_SEC_CAP_ASYNC_NOTIF)
				       ? (uint32_t)out->a[2]
				       : 255;
		break;
	case OPTEE_SMC_ENABLE_SHM_CACHE:
		c->cache = ok || c->cache;
		break;
	case OPTEE_SMC_DISABLE_SHM_CACHE:
		/* OK gives one cookie back, and there may be more. */
		if (out->a[0] == OPTEE_SMC_RETURN_ENOTAVAIL)
			c->cache = false;
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

static void on_return(struct osim_rules *c, const struct osim_regs *in, const struct osim_regs *out)
{
	if (OPTEE_SMC_RETURN_IS_RPC((uint32_t)out->a[0])) {
		if (out->a[3] < THREADS)
			c->open[out->a[3] / 64] |= 1ull << (out->a[3] % 64);
		return;
	}
	on_fast_return(c, (uint32_t)in->a[0], out);
}

/* --- RPCs --- */

static bool waited_for(const struct osim_rules *c, uint64_t value)
{
	for (unsigned int t = 0; t < THREADS; t++)
		if (c->wait[t].waiting && c->wait[t].value == value)
			return true;
	return false;
}

static void on_rpc(struct osim_rules *c, const struct osim_event *e)
{
	const struct osim_msg_param *p = e->msg ? OSIM_MSG_PARAMS(e->msg) : NULL;
	uint32_t t = e->secure_thread % THREADS;

	c->wait[t].waiting = false;
	c->rpc[t].cmd = UINT32_MAX;
	if (!p || !e->msg->num_params)
		return;
	c->rpc[t].cmd = e->msg->cmd;
	c->rpc[t].attr = p->attr & OPTEE_MSG_ATTR_TYPE_MASK;
	c->rpc[t].params = e->msg->num_params;
	c->rpc[t].type = (uint32_t)p->u.value.a;
	c->rpc[t].b = p->u.value.b;
	if (e->msg->cmd == OPTEE_RPC_CMD_NOTIFICATION && e->msg->num_params == 1 &&
	    c->rpc[t].attr == OPTEE_MSG_ATTR_TYPE_VALUE_INPUT &&
	    p->u.value.a == OPTEE_RPC_NOTIFICATION_WAIT) {
		c->wait[t].second = waited_for(c, p->u.value.b);
		c->wait[t].waiting = true;
		c->wait[t].since_ns = e->time_ns;
		c->wait[t].timeout_ms = p->u.value.c;
		c->wait[t].value = p->u.value.b;
	}
}

static void on_wait_end(struct osim_rules *c, const struct osim_event *e, uint32_t t)
{
	uint64_t took_ns = e->time_ns - c->wait[t].since_ns, took_ms = took_ns / NS_PER_MS,
		 asked_ns = c->wait[t].timeout_ms * NS_PER_MS;

	c->wait[t].waiting = false;
	if (!c->wait[t].timeout_ms || e->msg->ret != TEE_ERROR_TIMEOUT)
		return;
	if (took_ns + TICK_NS < asked_ns) /* it began within a tick */
		broken(c, RULE_WAIT_SHORT,
		       "a wait of %" PRIu64 " ms timed out after %" PRIu64 " ms",
		       c->wait[t].timeout_ms, took_ms);
	if (took_ns > asked_ns + 2 * TICK_NS)
		broken(c, RULE_WAIT_LONG, "a wait of %" PRIu64 " ms timed out after %" PRIu64 " ms",
		       c->wait[t].timeout_ms, took_ms);
}

static void on_shm_end(struct osim_rules *c, const struct osim_msg_arg *msg, uint32_t t)
{
	const struct osim_msg_param *p = OSIM_MSG_PARAMS(msg);
	bool alloc = msg->cmd == OPTEE_RPC_CMD_SHM_ALLOC;

	if (msg->ret || c->rpc[t].attr != OPTEE_MSG_ATTR_TYPE_VALUE_INPUT)
		return;
	if (c->rpc[t].type > OPTEE_RPC_SHM_TYPE_KERNEL)
		broken(c, alloc ? RULE_RPC_ALLOC_TYPE : RULE_RPC_FREE_TYPE,
		       "SHM_%s of type %u is answered with success", alloc ? "ALLOC" : "FREE",
		       c->rpc[t].type);
	else if (alloc && msg->num_params && p->u.tmem.size < c->rpc[t].b)
		broken(c, RULE_RPC_ALLOC_SIZE, "SHM_ALLOC of %" PRIu64 " bytes gives %" PRIu64,
		       c->rpc[t].b, p->u.tmem.size);
}

/* The parameter that the driver's own RPCs are defined with. */
static bool params_fit(const struct osim_rules *c, uint32_t t)
{
	return c->rpc[t].params == 1 &&
	       c->rpc[t].attr == (c->rpc[t].cmd == OPTEE_RPC_CMD_GET_TIME
					  ? OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT
					  : OPTEE_MSG_ATTR_TYPE_VALUE_INPUT);
}

static void on_notification_end(struct osim_rules *c, const struct osim_event *e, uint32_t t)
{
	uint32_t ret = e->msg->ret;
	bool known = c->rpc[t].type <= OPTEE_RPC_NOTIFICATION_SEND && c->rpc[t].b <= c->max_notif;

	if (!known && !ret)
		broken(c, RULE_RPC_PARAMS,
		       "NOTIFICATION of type %u and value %" PRIu64 " is answered with success",
		       c->rpc[t].type, c->rpc[t].b);
	if (known && !(c->wait[t].waiting && c->wait[t].second) &&
	    (ret == TEE_ERROR_NOT_SUPPORTED || ret == TEE_ERROR_NOT_IMPLEMENTED ||
	     ret == TEE_ERROR_BAD_PARAMETERS))
		broken(c, RULE_WAIT_SERVED, "NOTIFICATION %s is answered with %#x",
		       c->rpc[t].type ? "SEND" : "WAIT", ret);
	if (c->wait[t].waiting)
		on_wait_end(c, e, t);
}

static void on_rpc_end(struct osim_rules *c, const struct osim_event *e)
{
	uint32_t t = e->secure_thread % THREADS, cmd = c->rpc[t].cmd;

	c->rpc[t].cmd = UINT32_MAX;
	if (!e->msg || e->msg->cmd != cmd)
		return;
	c->rpc[t].cmd = cmd;
	if (cmd == OPTEE_RPC_CMD_SHM_FREE || cmd == OPTEE_RPC_CMD_SHM_ALLOC)
		on_shm_end(c, e->msg, t);
	if (cmd == OPTEE_RPC_CMD_GET_TIME || cmd == OPTEE_RPC_CMD_SUSPEND ||
	    cmd == OPTEE_RPC_CMD_NOTIFICATION) {
		bool fits = params_fit(c, t);

		if (!fits && !e->msg->ret)
			broken(c, RULE_RPC_PARAMS, "RPC %u is answered with success", cmd);
		if (fits && cmd == OPTEE_RPC_CMD_NOTIFICATION)
			on_notification_end(c, e, t);
		else if (fits && e->msg->ret)
			broken(c, RULE_RPC_SERVED, "RPC %u is answered with %#x", cmd, e->msg->ret);
	}
	c->rpc[t].cmd = UINT32_MAX;
	c->wait[t].waiting = false;
}

/* --- messages --- */

static void cookie_gone(struct osim_rules *c, uint64_t cookie)
{
	for (unsigned int i = 0; i < c->cookies; i++)
		if (c->cookie[i] == cookie) {
			c->cookie[i] = c->cookie[--c->cookies];
			return;
		}
}

static void session_gone(struct osim_rules *c, uint32_t session)
{
	for (unsigned int i = 0; i < c->sessions; i++)
		if (c->session[i] == session) {
			c->session[i] = c->session[--c->sessions];
			return;
		}
}

static void on_message_end(struct osim_rules *c, const struct osim_event *e)
{
	const struct osim_msg_arg *msg = e->msg;
	const struct osim_msg_param *p = OSIM_MSG_PARAMS(msg);

	c->made.cmd = UINT32_MAX;
	switch (msg->cmd) {
	case OPTEE_MSG_CMD_REGISTER_SHM:
	case OPTEE_MSG_CMD_OPEN_SESSION:
		if (msg->ret || !msg->num_params)
			break;
		c->made.cmd = msg->cmd;
		c->made.thread_id = e->thread_id;
		c->made.session = msg->session;
		c->made.cookie = p->u.tmem.shm_ref;
		break;
	case OPTEE_MSG_CMD_UNREGISTER_SHM:
		if (!msg->ret && msg->num_params)
			cookie_gone(c, p->u.rmem.shm_ref);
		break;
	case OPTEE_MSG_CMD_CLOSE_SESSION:
		session_gone(c, msg->session);
		break;
	default:
		break;
	}
}

/* The call that carried the message is back. */
static void on_made(struct osim_rules *c, const struct osim_event *e)
{
	if (c->made.thread_id != e->thread_id)
		return;
	if (e->out->a[0] == OPTEE_SMC_RETURN_OK) {
		if (c->made.cmd == OPTEE_MSG_CMD_REGISTER_SHM && c->cookies < COOKIES_MAX)
			c->cookie[c->cookies++] = c->made.cookie;
		if (c->made.cmd == OPTEE_MSG_CMD_OPEN_SESSION && c->sessions < SESSIONS_MAX)
			c->session[c->sessions++] = c->made.session;
	}
	c->made.cmd = UINT32_MAX;
}

static void on_message(struct osim_rules *c, const struct osim_event *e)
{
	if (e->flags & OSIM_EVENT_F_END) {
		on_message_end(c, e);
		return;
	}
	if (e->msg->cmd == OPTEE_MSG_CMD_DO_BOTTOM_HALF)
		c->bottom_half_due = false;
	if (e->msg->cmd == OPTEE_MSG_CMD_STOP_ASYNC_NOTIF)
		c->stopped = true;
}

/* --- the driver --- */

static void forget(struct osim_rules *c)
{
	c->cookies = c->sessions = c->irqs = 0;
	c->exchanged = c->cache = c->enable_failed = c->enabled = c->stopped = c->value_pending =
		c->bottom_half_due = c->bound = false;
}

/* What a kernel that crashed owed nobody owes any more, and nobody answers what it was asked. */
static void on_crashed(struct osim_rules *c)
{
	forget(c);
	memset(c->open, 0, sizeof(c->open));
	memset(c->wait, 0, sizeof(c->wait));
	memset(c->rpc, 0, sizeof(c->rpc));
	c->made.cmd = UINT32_MAX;
}

static void on_unbound(struct osim_rules *c)
{
	if (c->cookies)
		broken(c, RULE_COOKIE_LEFT, "%u buffers are still registered", c->cookies);
	if (c->cache)
		broken(c, RULE_CACHE_LEFT, "the driver has left and the shm cache is enabled");
	if (c->sessions)
		broken(c, RULE_SESSION_LEFT, "%u sessions are still open", c->sessions);
	if (c->bottom_half_due)
		broken(c, RULE_BOTTOM_HALF, "value 0 was retrieved and no DO_BOTTOM_HALF came");
	if (c->value_pending)
		broken(c, RULE_DRAIN,
		       "the last value came with \"more are pending\", and nobody asked again");
	forget(c);
}

static void on_driver(struct osim_rules *c, const struct osim_event *e)
{
	if (!(e->flags & OSIM_EVENT_F_END))
		return;
	if (strstr(e->text, " crashed")) {
		on_crashed(c);
		return;
	}
	if ((e->flags & OSIM_EVENT_F_ERR) || c->bound) {
		if (strstr(e->text, "shut down")) {
			if (c->cache)
				broken(c, RULE_CACHE_LEFT,
				       "the machine is shut down and the shm cache is enabled");
			return;
		}
		on_unbound(c);
		return;
	}
	c->bound = true;
	if (c->enable_failed && c->irqs)
		broken(c, RULE_ENABLE_HONOURED,
		       "ENABLE_ASYNC_NOTIF failed, the driver is bound and holds the interrupt");
}

static void on_irq_object(struct osim_rules *c, const struct osim_event *e)
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

void osim_rules_end(struct osim_rules *c)
{
	(void)c;
}

void osim_rules_event(void *arg, const struct osim_event *e)
{
	struct osim_rules *c = arg;

	c->event = e;
	switch (e->kind) {
	case OSIM_EVENT_CALL:
		on_call(c, e->in);
		break;
	case OSIM_EVENT_RETURN:
		on_return(c, e->in, e->out);
		on_made(c, e);
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
