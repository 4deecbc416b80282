/* SPDX-License-Identifier: BSD-2-Clause */
/* What must come of things: nothing that was posted, asked for or waited for is lost. */
#include <inttypes.h>

#include "check/check.h"

#define SMC	 "optee_smc.h, "
#define MSG	 "optee_msg.h, "
#define RPC	 "optee_rpc_cmd.h, "
#define AT(rule) [OSIM__RULE_##rule - OSIM__RULE_GET_ANSWER]

#define RECORD (OSIM_SEES_FAST | OSIM_SEES_RECORD | OSIM_SEES_START)
#define DRIVER (OSIM_SEES_FAST | OSIM_SEES_DRIVER | OSIM_SEES_START)
#define WAITS  (OSIM_SEES_YIELDING | OSIM_SEES_FAST | OSIM_SEES_MESSAGES | OSIM_SEES_START)

const struct osim_rule osim__rules_outcomes[] = {
	AT(GET_ANSWER) =
		{"notif.get-answer",
		 "GET_ASYNC_NOTIF_VALUE gives the value that left the record, and no other.",
		 SMC "GET_ASYNC_NOTIF_VALUE", OSIM_BINDS_SECURE, RECORD},
	AT(POSTED) = {"notif.posted", "A value that leaves the record was posted.",
		      SMC "GET_ASYNC_NOTIF_VALUE", OSIM_BINDS_SECURE, RECORD},
	AT(NONE_LOST) =
		{"notif.none-lost",
		 "The pending bit says whether there is another value, and the valid bit whether there was one.",
		 SMC "GET_ASYNC_NOTIF_VALUE", OSIM_BINDS_SECURE, RECORD},
	AT(VALUE_RANGE) = {"notif.range", "A value is not above the maximum that was told.",
			   SMC "EXCHANGE_CAPABILITIES, a2", OSIM_BINDS_SECURE,
			   OSIM_SEES_FAST | OSIM_SEES_START},
	AT(DRAIN) = {"notif.drain", "Values are retrieved until none is pending.",
		     SMC "GET_ASYNC_NOTIF_VALUE", OSIM_BINDS_NORMAL, DRIVER},
	AT(RETRIEVED) =
		{"notif.retrieved",
		 "A value that was posted long before notifications are stopped has been retrieved.",
		 SMC "GET_ASYNC_NOTIF_VALUE", OSIM_BINDS_NORMAL,
		 RECORD | OSIM_SEES_MESSAGES | OSIM_SEES_TIME},
	AT(BOTTOM_HALF) =
		{"notif.bottom-half",
		 "Retrieving value 0 is followed by DO_BOTTOM_HALF, or the driver logs that memory for it is refused.",
		 MSG "DO_BOTTOM_HALF", OSIM_BINDS_NORMAL, DRIVER | OSIM_SEES_MESSAGES},
	AT(BOTTOM_HALF_RUN) =
		{"notif.bottom-half-run",
		 "DO_BOTTOM_HALF, while notifications are enabled, runs the bottom half.",
		 MSG "DO_BOTTOM_HALF", OSIM_BINDS_SECURE, RECORD | OSIM_SEES_MESSAGES},
	AT(WAIT_WAKES) = {"notif.wakes", "A value that is waited for ends the wait for it.",
			  RPC "NOTIFICATION", OSIM_BINDS_NORMAL, WAITS | OSIM_SEES_TIME},
	AT(WAIT_RECORDED) = {"notif.recorded",
			     "A value that came while nobody waited ends the next wait for it.",
			     RPC "NOTIFICATION", OSIM_BINDS_NORMAL, WAITS | OSIM_SEES_TIME},
	AT(WAIT_EVENT) =
		{"notif.wait-event",
		 "A wait succeeds only with a value that was retrieved, or sent, and ended no other.",
		 RPC "NOTIFICATION", OSIM_BINDS_NORMAL, WAITS},
};

/* --- the record --- */

void osim__outcomes_record(struct osim_rules *c, const struct osim_event *e)
{
	const struct osim__flight *f = osim__flight_inside(c, e);
	bool there, end = e->flags & OSIM_EVENT_F_END;

	if (e->kind == OSIM_EVENT_BOTTOM_HALF)
		OSIM__HOLD(c, BOTTOM_HALF_RUN, f && f->msg_stage == OSIM__TAKEN && f->runs == end,
			   "a bottom half %s out of turn", end ? "ends" : "begins");
	if (e->kind != OSIM_EVENT_RETRIEVE)
		return;
	there = osim__bag_find(&c->posted, e->value);
	OSIM__HOLD(c, POSTED, there, "value %u leaves the record, and was not posted", e->value);
	OSIM__HOLD(c, NONE_LOST,
		   !!(e->flags & OSIM_EVENT_F_PENDING) == (c->posted.count > (there ? 1u : 0u)),
		   "value %u comes with \"%s\", and %zu wait", e->value,
		   e->flags & OSIM_EVENT_F_PENDING ? "more are pending" : "none is pending",
		   c->posted.count - (there ? 1u : 0u));
}

static bool posted_before(const struct osim_rules *c, uint64_t seq)
{
	for (size_t i = 0; i < c->posted.count; i++)
		if (c->posted.items[i].a < seq)
			return true;
	return false;
}

void osim__outcomes_return(struct osim_rules *c, const struct osim_event *e,
			   const struct osim__flight *flight)
{
	uint32_t value = (uint32_t)e->out->a[1];
	bool valid = e->out->a[2] & OPTEE_SMC_ASYNC_NOTIF_VALUE_VALID,
	     pending = e->out->a[2] & OPTEE_SMC_ASYNC_NOTIF_VALUE_PENDING;

	if ((uint32_t)e->in->a[0] != OPTEE_SMC_GET_ASYNC_NOTIF_VALUE ||
	    (uint32_t)e->out->a[0] != OPTEE_SMC_RETURN_OK || !flight)
		return;
	OSIM__HOLD(c, GET_ANSWER,
		   valid == flight->retrieved && (!valid || value == flight->value) &&
			   (!valid || pending == flight->more),
		   "value %u, %s, %s comes back, and %s", value, valid ? "valid" : "not valid",
		   pending ? "more pending" : "none pending",
		   flight->retrieved ? "another answer was made" : "none left the record");
	if (!valid)
		OSIM__HOLD(c, NONE_LOST, !pending && !posted_before(c, flight->since),
			   "no value comes back, and %zu wait", c->posted.count);
	else if (c->exchanged)
		OSIM__HOLD(c, VALUE_RANGE, value <= c->max_notif, "value %u, and the maximum is %u",
			   value, c->max_notif);
}

void osim__outcomes_message(struct osim_rules *c, const struct osim_event *e,
			    const struct osim__flight *f)
{
	uint32_t cmd = e->msg->cmd;

	if (!(e->flags & OSIM_EVENT_F_END)) {
		for (size_t i = 0; cmd == OPTEE_MSG_CMD_STOP_ASYNC_NOTIF && c->enabled &&
				   !c->stopped && i < c->posted.count;
		     i++)
			OSIM__HOLD(c, RETRIEVED,
				   c->misled ||
					   c->posted.items[i].b + 2 * OSIM__TICK_NS >= e->time_ns ||
					   c->posted.items[i].a < c->enabled_at,
				   "value %" PRIu64 " was posted, and nobody took it",
				   c->posted.items[i].key);
		if (cmd == OPTEE_MSG_CMD_STOP_ASYNC_NOTIF && !c->posted.count)
			OSIM__HOLD(c, RETRIEVED, true, "%s", "");
		return;
	}
	if (cmd == OPTEE_MSG_CMD_DO_BOTTOM_HALF && f->on && c->enabled && !c->stopped &&
	    !e->msg->ret)
		OSIM__HOLD(c, BOTTOM_HALF_RUN, f->ran,
			   "DO_BOTTOM_HALF succeeds, and no bottom half has run");
}

/* --- waits --- */

static bool is_sent(const struct osim_rules *c, uint64_t value)
{
	for (size_t i = 0; i < c->flight_count; i++)
		if (osim__sends(c->flights[i], value))
			return true;
	return false;
}

void osim__outcomes_rpc(struct osim_rules *c, const struct osim_event *e,
			const struct osim__flight *f)
{
	uint64_t value = f->rpc_msg.params[0].u.value.b;
	bool late;

	if (!(e->flags & OSIM_EVENT_F_END) || f->rpc_stage != OSIM__TAKEN || !f->waits)
		return;
	late = e->msg->ret == TEE_ERROR_TIMEOUT && f->came &&
	       f->came_ns + 2 * OSIM__TICK_NS < e->time_ns;
	if (f->came && f->from_record && !f->second)
		OSIM__HOLD(c, WAIT_RECORDED, !late,
			   "a wait for value %" PRIu64 " timed out, which had come before", value);
	else if (f->came && !f->second)
		OSIM__HOLD(c, WAIT_WAKES, !late,
			   "a wait for value %" PRIu64 " timed out, which came meanwhile", value);
	if (!e->msg->ret)
		OSIM__HOLD(c, WAIT_EVENT,
			   c->misled || f->came || f->maybe || osim__rival(c, f) ||
				   is_sent(c, value),
			   "a wait for value %" PRIu64 " succeeds, which has not come", value);
}

void osim__outcomes_quiet(struct osim_rules *c)
{
	if (c->enabled) {
		OSIM__HOLD(c, BOTTOM_HALF, !c->bottom_half_due,
			   "value 0 was retrieved and no DO_BOTTOM_HALF came");
		OSIM__HOLD(c, DRAIN, c->misled || !c->more_pending,
			   "the last value came with \"more are pending\", and nobody asked again");
	}
	for (size_t i = 0; i < c->flight_count; i++)
		if (c->flights[i]->waits && c->flights[i]->came && !c->flights[i]->inside)
			OSIM__HOLD(c, WAIT_WAKES, false,
				   "a wait for value %" PRIu64 " has not ended, which has come",
				   c->flights[i]->rpc_msg.params[0].u.value.b);
}
