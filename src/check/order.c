/* SPDX-License-Identifier: BSD-2-Clause */
/* What comes before what, and from where. */
#include <inttypes.h>
#include <string.h>

#include "check/check.h"

#define SMC	 "optee_smc.h, "
#define MSG	 "optee_msg.h, "
#define AT(rule) [OSIM__RULE_##rule - OSIM__RULE_EXCHANGE_FIRST]

#define CALLS  (OSIM_SEES_YIELDING | OSIM_SEES_FAST | OSIM_SEES_START)
#define DRIVER (OSIM_SEES_FAST | OSIM_SEES_DRIVER | OSIM_SEES_START)

const struct osim_rule osim__rules_order[] = {
	AT(EXCHANGE_FIRST) =
		{"order.exchange-first",
		 "Capabilities are exchanged before the first yielding call, and before calls that depend on them.",
		 SMC "EXCHANGE_CAPABILITIES", OSIM_BINDS_NORMAL, CALLS},
	AT(CAPABILITY) = {"order.capability",
			  "A call that needs a capability is made only if the secure world has it.",
			  SMC "EXCHANGE_CAPABILITIES, SEC_CAP_*", OSIM_BINDS_NORMAL, CALLS},
	AT(ENABLE_FIRST) =
		{"order.enable-first",
		 "GET_ASYNC_NOTIF_VALUE is called once ENABLE_ASYNC_NOTIF has succeeded, or by an interrupt.",
		 SMC "ENABLE_ASYNC_NOTIF, GET_ASYNC_NOTIF_VALUE", OSIM_BINDS_NORMAL,
		 OSIM_SEES_FAST | OSIM_SEES_MASKS | OSIM_SEES_START},
	AT(IRQS_UNMASKED) = {"order.irqs-unmasked",
			     "Non-secure interrupts are not masked when a yielding call is made.",
			     SMC "CALL_WITH_ARG, responsibility 2", OSIM_BINDS_NORMAL,
			     OSIM_SEES_YIELDING | OSIM_SEES_MASKS},
	AT(NOTIF_UNMASKED) =
		{"order.notif-unmasked",
		 "While notifications are enabled their interrupt is not masked when a yielding call is made.",
		 SMC "CALL_WITH_ARG, responsibility 3", OSIM_BINDS_NORMAL,
		 CALLS | OSIM_SEES_MASKS | OSIM_SEES_DRIVER},
	AT(RESUME) = {"rpc.resume",
		      "RETURN_FROM_RPC gives back the resume information of an RPC that is open.",
		      SMC "CALL_RETURN_FROM_RPC", OSIM_BINDS_NORMAL,
		      OSIM_SEES_YIELDING | OSIM_SEES_START},
	AT(RESUMED) = {"rpc.resumed", "An RPC is answered before the driver leaves.",
		       SMC "CALL_WITH_ARG, responsibility 1", OSIM_BINDS_NORMAL,
		       OSIM_SEES_YIELDING | OSIM_SEES_START},
	AT(BUFFER_FREE) =
		{"order.message-buffer",
		 "The buffer of a message is not used for another call while the first is in flight.",
		 SMC "CALL_WITH_ARG, RETURN_OK", OSIM_BINDS_NORMAL, OSIM_SEES_YIELDING},
	AT(ENABLE_HONOURED) =
		{"notif.enable-honoured",
		 "A driver whose ENABLE_ASYNC_NOTIF failed does not go on as if notifications were enabled.",
		 SMC "ENABLE_ASYNC_NOTIF", OSIM_BINDS_NORMAL, DRIVER},
	AT(STOP_FIRST) =
		{"notif.stop-first",
		 "STOP_ASYNC_NOTIF is served before the interrupt is freed, or the driver logs that it is refused.",
		 MSG "STOP_ASYNC_NOTIF", OSIM_BINDS_NORMAL, DRIVER | OSIM_SEES_MESSAGES},
	AT(CACHE_LEFT) =
		{"shm.cache-disabled",
		 "A shm cache that was enabled is emptied before the driver leaves or the machine is shut down, or the driver logs that it is refused.",
		 SMC "DISABLE_SHM_CACHE", OSIM_BINDS_NORMAL, DRIVER},
};

static bool needs_exchange(const struct osim__abi_call *call)
{
	return call->yielding || call->cap || call->id == OPTEE_SMC_ENABLE_SHM_CACHE ||
	       call->id == OPTEE_SMC_DISABLE_SHM_CACHE;
}

/* Two calls that name their message in the same way, by address or by cookie and offset. */
static bool same_buffer(const struct osim_regs *a, const struct osim_regs *b)
{
	bool by_cookie = (uint32_t)a->a[0] == OPTEE_SMC_CALL_WITH_REGD_ARG;

	return by_cookie == ((uint32_t)b->a[0] == OPTEE_SMC_CALL_WITH_REGD_ARG) &&
	       osim__pair(a, 1) == osim__pair(b, 1) &&
	       (!by_cookie || (uint32_t)a->a[3] == (uint32_t)b->a[3]);
}

static bool buffer_is_free(const struct osim_rules *c, const struct osim_event *e)
{
	for (size_t i = 0; i < c->flight_count; i++) {
		const struct osim__flight *f = c->flights[i];

		if (f->known && f->call && f->call->yielding && same_buffer(&f->first, e->in) &&
		    !(f->inside && f->who == osim__who(e)))
			return false;
	}
	return true;
}

static void on_yielding(struct osim_rules *c, const struct osim_event *e,
			const struct osim__abi_call *call)
{
	OSIM__HOLD(c, IRQS_UNMASKED,
		   !(e->flags & OSIM_EVENT_F_MASKED) && e->context != OSIM_CONTEXT_IRQ,
		   "%s is made with interrupts masked", call->name);
	if (c->enabled && !c->stopped && c->irqs)
		OSIM__HOLD(c, NOTIF_UNMASKED, !(e->flags & OSIM_EVENT_F_NOTIF_MASKED),
			   "%s is made with the interrupt of notifications disabled", call->name);
	if (call->id == OPTEE_SMC_CALL_RETURN_FROM_RPC)
		OSIM__HOLD(c, RESUMED, true, "%s", "");
	if (call->id == OPTEE_SMC_CALL_RETURN_FROM_RPC)
		OSIM__HOLD(c, RESUME, osim__flight_resumed(c, e),
			   "thread %" PRIu64 " is resumed, which waits for nothing", e->in->a[3]);
	else
		OSIM__HOLD(c, BUFFER_FREE, buffer_is_free(c, e),
			   "%s with a message that another call still has", call->name);
}

void osim__order_call(struct osim_rules *c, const struct osim_event *e)
{
	const struct osim__abi_call *call = c->call;

	if (!call)
		return;
	if (needs_exchange(call))
		OSIM__HOLD(c, EXCHANGE_FIRST, c->exchanged,
			   "%s comes before any exchange of capabilities", call->name);
	if (call->cap && c->exchanged)
		OSIM__HOLD(c, CAPABILITY, c->caps & call->cap,
			   "%s is called, and the secure world has not that capability",
			   call->name);
	if (call->id == OPTEE_SMC_GET_ASYNC_NOTIF_VALUE)
		OSIM__HOLD(c, ENABLE_FIRST, c->enabled || e->context == OSIM_CONTEXT_IRQ,
			   "a value is asked for, and notifications are not enabled");
	if (call->yielding)
		on_yielding(c, e, call);
}

void osim__order_driver(struct osim_rules *c, const struct osim_event *e)
{
	if (!(e->flags & OSIM_EVENT_F_END))
		return;
	if (e->text && strstr(e->text, "shut down")) {
		OSIM__HOLD(c, CACHE_LEFT, !c->cache,
			   "the machine is shut down and the shm cache is enabled");
		return;
	}
	if (!c->bound && !(e->flags & OSIM_EVENT_F_ERR) && (c->enabled || c->enable_failed))
		OSIM__HOLD(
			c, ENABLE_HONOURED, !c->enable_failed || !c->irqs,
			"ENABLE_ASYNC_NOTIF failed, the driver is bound and holds the interrupt");
}

void osim__order_irq(struct osim_rules *c, const struct osim_event *e)
{
	if (!e->text || strcmp(e->text, "interrupt") != 0)
		return;
	if (e->kind == OSIM_EVENT_ALLOC) {
		c->irqs++;
		return;
	}
	if (c->irqs)
		c->irqs--;
	if (c->enabled)
		OSIM__HOLD(c, STOP_FIRST, c->stopped,
			   "the interrupt is freed and STOP_ASYNC_NOTIF has not been served");
}

void osim__order_left(struct osim_rules *c)
{
	if (c->bound || c->cache)
		OSIM__HOLD(c, CACHE_LEFT, !c->cache,
			   "the driver has left and the shm cache is enabled");
}

void osim__order_quiet(struct osim_rules *c)
{
	for (size_t i = 0; i < c->flight_count; i++)
		if (!c->flights[i]->inside && !c->flights[i]->refused)
			OSIM__HOLD(c, RESUMED, false, "an RPC is left without an answer");
}
