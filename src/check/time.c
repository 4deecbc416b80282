/* SPDX-License-Identifier: BSD-2-Clause */
/* How long things take. */
#include <inttypes.h>

#include "check/check.h"

#define NS_PER_MS ((uint64_t)1000000)
#define RPC	  "optee_rpc_cmd.h, "
#define AT(rule)  [OSIM__RULE_##rule - OSIM__RULE_WAIT_SHORT]
#define NEEDS	  (OSIM_SEES_MESSAGES | OSIM_SEES_TIME)

const struct osim_rule osim__rules_time[] = {
	AT(WAIT_SHORT) =
		{"rpc.wait-short",
		 "A NOTIFICATION WAIT does not time out before its milliseconds are over, nor at all if it has none.",
		 RPC "NOTIFICATION", OSIM_BINDS_NORMAL, NEEDS},
	AT(WAIT_LONG) =
		{"rpc.wait-long",
		 "A NOTIFICATION WAIT ends at most two ticks after its milliseconds are over.",
		 RPC "NOTIFICATION", OSIM_BINDS_NORMAL, NEEDS},
	AT(SUSPEND_LONG) = {"rpc.suspend-long",
			    "SUSPEND ends at most two ticks after its milliseconds are over.",
			    RPC "SUSPEND", OSIM_BINDS_NORMAL, NEEDS},
};

/* 584 years are as long as any other time. */
static uint64_t to_ns(uint64_t ms)
{
	return ms < UINT64_MAX / NS_PER_MS / 2 ? ms * NS_PER_MS : UINT64_MAX / 2;
}

void osim__time_rpc(struct osim_rules *c, const struct osim_event *e, const struct osim__flight *f)
{
	const struct osim_msg_param_value *v = &f->rpc_msg.params[0].u.value;
	uint64_t took_ns, asked_ns;

	/* An answer that was refused had to be given again. */
	if (!(e->flags & OSIM_EVENT_F_END) || f->rpc_stage != OSIM__TAKEN || f->refused ||
	    e->msg->cmd != f->rpc_msg.arg.cmd || !osim__rpc_fits(&f->rpc_msg))
		return;
	took_ns = e->time_ns - f->rpc_ns;
	if (e->msg->cmd == OPTEE_RPC_CMD_SUSPEND && !e->msg->ret) {
		asked_ns = to_ns(v->a);
		/* A signal may end it early. */
		OSIM__HOLD(c, SUSPEND_LONG, took_ns <= asked_ns + 2 * OSIM__TICK_NS,
			   "SUSPEND of %" PRIu64 " ms ended after %" PRIu64 " ms", v->a,
			   took_ns / NS_PER_MS);
	}
	if (f->waits && !v->c)
		OSIM__HOLD(c, WAIT_SHORT, e->msg->ret != TEE_ERROR_TIMEOUT,
			   "a wait without a time-out timed out after %" PRIu64 " ms",
			   took_ns / NS_PER_MS);
	if (!f->waits || !v->c)
		return;
	asked_ns = to_ns(v->c);
	/* It began within a tick. */
	if (e->msg->ret == TEE_ERROR_TIMEOUT)
		OSIM__HOLD(c, WAIT_SHORT, took_ns + OSIM__TICK_NS >= asked_ns,
			   "a wait of %" PRIu64 " ms timed out after %" PRIu64 " ms", v->c,
			   took_ns / NS_PER_MS);
	OSIM__HOLD(c, WAIT_LONG, took_ns <= asked_ns + 2 * OSIM__TICK_NS,
		   "a wait of %" PRIu64 " ms %s after %" PRIu64 " ms", v->c,
		   e->msg->ret == TEE_ERROR_TIMEOUT ? "timed out" : "ended", took_ns / NS_PER_MS);
}
