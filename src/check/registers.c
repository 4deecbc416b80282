/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers of calls and returns, held against the table of the ABI. */
#include <inttypes.h>
#include <string.h>

#include "check/check.h"

#define SMC "optee_smc.h, "

#define YIELDING OSIM_SEES_YIELDING
#define HISTORY	 (OSIM_SEES_YIELDING | OSIM_SEES_FAST | OSIM_SEES_START)

const struct osim_rule osim__rules_registers[] = {
	[OSIM__RULE_CALL_ZERO] = {"call.reserved-zero",
				  "Register bits that the ABI reserves are zero in a call.",
				  SMC "register tables", OSIM_BINDS_NORMAL, YIELDING},
	[OSIM__RULE_CALL_VALUES] =
		{"call.values", "A register of a call that has a list of values has one of them.",
		 SMC "CALL_WITH_ARG", OSIM_BINDS_NORMAL, YIELDING},
	[OSIM__RULE_RESUME_INFO] =
		{"call.resume-info",
		 "RETURN_FROM_RPC gives back the registers that the RPC says are to be preserved.",
		 SMC "RETURN_RPC_ALLOC, FREE, FOREIGN_INTR, CMD", OSIM_BINDS_NORMAL, YIELDING},
	[OSIM__RULE_RETURN_ONCE] = {"return.once",
				    "A call comes back once, to the thread that made it.",
				    "SMC Calling Convention", OSIM_BINDS_SECURE,
				    YIELDING | OSIM_SEES_START},
	[OSIM__RULE_RETURN_KNOWN] =
		{"return.known", "A call comes back in one of the ways that it is defined with.",
		 SMC "possible return values", OSIM_BINDS_SECURE, YIELDING},
	[OSIM__RULE_RETURN_ZERO] = {"return.reserved-zero",
				    "Register bits that the ABI reserves are zero in a return.",
				    SMC "register tables", OSIM_BINDS_SECURE, YIELDING},
	[OSIM__RULE_RETURN_KEPT] =
		{"return.preserved",
		 "Registers that a return preserves come back as they were passed.",
		 SMC "register tables", OSIM_BINDS_SECURE, YIELDING | OSIM_SEES_REGS},
	[OSIM__RULE_RETURN_VALUES] =
		{"return.values",
		 "A register of a return that has a list of values, or a limit, keeps to it.",
		 SMC "GET_SHM_CONFIG, GET_PROTMEM_CONFIG", OSIM_BINDS_SECURE,
		 OSIM_SEES_FAST | OSIM_SEES_REGS},
	[OSIM__RULE_IDENTITY] =
		{"return.identity",
		 "CALLS_UID names this protocol, or the loading of an image; CALLS_REVISION is 2.",
		 "optee_msg.h, CALLS_UID, CALLS_REVISION", OSIM_BINDS_SECURE, OSIM_SEES_FAST},
	[OSIM__RULE_THREAD_LIMIT] =
		{"return.thread-limit",
		 "ETHREAD_LIMIT is returned only while as many calls as there are threads are in flight.",
		 SMC "GET_THREAD_COUNT", OSIM_BINDS_SECURE, HISTORY},
	[OSIM__RULE_BUSY] = {"return.busy",
			     "The shm cache is EBUSY while a call is in flight, and only then.",
			     SMC "ENABLE_SHM_CACHE, DISABLE_SHM_CACHE", OSIM_BINDS_SECURE, HISTORY},
};

static const char *name_of(const struct osim__abi_call *call)
{
	return call->name;
}

/* --- calls --- */

static void resume_info(struct osim_rules *c, const struct osim_event *e)
{
	const struct osim__flight *f = osim__flight_resumed(c, e);
	unsigned int last = c->sees & OSIM_SEES_REGS ? 7 : 3;

	if (!f || !f->rpc)
		return;
	for (unsigned int n = 1; n <= last; n++)
		if (f->rpc->in.kept & (1u << n))
			OSIM__HOLD(c, RESUME_INFO, (uint32_t)e->in->a[n] == (uint32_t)f->ask.a[n],
				   "a%u is not as %s had it", n, f->rpc->name);
}

void osim__registers_call(struct osim_rules *c, const struct osim_event *e)
{
	const struct osim__abi_call *call = c->call;
	uint32_t zero[8];

	OSIM__HOLD(c, RETURN_ONCE, !osim__flight_inside(c, e),
		   "a thread calls whose call before has not come back");
	if (!call)
		return;
	osim__abi_zero_masks(&call->in, zero);
	for (unsigned int n = 1; n < 8; n++)
		if (zero[n])
			OSIM__HOLD(c, CALL_ZERO, !((uint32_t)e->in->a[n] & zero[n]),
				   "%s: a%u has reserved bits set", name_of(call), n);
	for (const struct osim__abi_field *f = call->in.fields; f && f->name; f++)
		if (f->type == OSIM__ABI_ENUM)
			OSIM__HOLD(c, CALL_VALUES,
				   osim__abi_name_of(f->names, osim__abi_field_get(f, e->in->a)),
				   "%s: %s is %" PRIu64, name_of(call), f->name,
				   osim__abi_field_get(f, e->in->a));
	if (call->id == OPTEE_SMC_CALL_RETURN_FROM_RPC)
		resume_info(c, e);
}

/* --- returns --- */

/* What OP-TEE is known to answer, and its headers do not have. */
static bool excepted(const struct osim_rules *c, const struct osim__abi_call *call, uint32_t a0)
{
	if (a0 != OPTEE_SMC_RETURN_ENOTAVAIL)
		return false;
	/* Where CPUs are not started this way. */
	if (call->id == OPTEE_SMC_BOOT_SECONDARY)
		return true;
	/* A guest that it does not know. */
	return !c->exchanged || (c->caps & OPTEE_SMC_SEC_CAP_VIRTUALIZATION);
}

/* One that is resumed can also end as the call could that it goes on with. */
static const struct osim__abi_ret *ret_of(const struct osim__abi_call *call,
					  const struct osim__flight *f, uint32_t a0)
{
	const struct osim__abi_ret *ret = osim__abi_ret_find(call, a0);

	return ret || !f || !f->call ? ret : osim__abi_ret_find(f->call, a0);
}

/* OP-TEE leaves something in a1 .. a3 where it has no thread, or none of that number. */
static uint8_t kept(const struct osim__abi_ret *ret)
{
	if (ret->kind == OSIM__ABI_RET_CODE &&
	    (ret->a0 == OPTEE_SMC_RETURN_ETHREAD_LIMIT || ret->a0 == OPTEE_SMC_RETURN_ERESUME))
		return ret->regs.kept & 0xf0;
	return ret->kind == OSIM__ABI_RET_RPC ? 0 : ret->regs.kept;
}

static void fields_of_return(struct osim_rules *c, const struct osim__abi_call *call,
			     const struct osim__abi_ret *ret, const struct osim_regs *out)
{
	for (const struct osim__abi_field *f = ret->regs.fields; f && f->name; f++)
		if (f->type == OSIM__ABI_ENUM)
			OSIM__HOLD(c, RETURN_VALUES,
				   osim__abi_name_of(f->names, osim__abi_field_get(f, out->a)),
				   "%s: %s is %" PRIu64, name_of(call), f->name,
				   osim__abi_field_get(f, out->a));
	if (call->id == OPTEE_SMC_GET_PROTMEM_CONFIG && ret->a0 == OPTEE_SMC_RETURN_OK &&
	    ret->kind == OSIM__ABI_RET_CODE)
		OSIM__HOLD(c, RETURN_VALUES, (uint32_t)out->a[3] <= 64,
			   "GET_PROTMEM_CONFIG: addresses have %u bits", (uint32_t)out->a[3]);
}

static bool is_uid(const struct osim_regs *out)
{
	static const uint32_t uids[2][4] = {
		{OPTEE_MSG_UID_0, OPTEE_MSG_UID_1, OPTEE_MSG_UID_2, OPTEE_MSG_UID_3},
		{OPTEE_MSG_IMAGE_LOAD_UID_0, OPTEE_MSG_IMAGE_LOAD_UID_1, OPTEE_MSG_IMAGE_LOAD_UID_2,
		 OPTEE_MSG_IMAGE_LOAD_UID_3}};

	for (unsigned int u = 0; u < 2; u++) {
		unsigned int n = 0;

		while (n < 4 && (uint32_t)out->a[n] == uids[u][n])
			n++;
		if (n == 4)
			return true;
	}
	return false;
}

static void identity(struct osim_rules *c, uint32_t id, const struct osim_regs *out)
{
	if ((uint32_t)out->a[0] == OPTEE_SMC_RETURN_UNKNOWN_FUNCTION)
		return;
	if (id == OPTEE_SMC_CALLS_UID)
		OSIM__HOLD(c, IDENTITY, is_uid(out), "CALLS_UID gives %08x-%08x-%08x-%08x",
			   (uint32_t)out->a[0], (uint32_t)out->a[1], (uint32_t)out->a[2],
			   (uint32_t)out->a[3]);
	if (id == OPTEE_SMC_CALLS_REVISION)
		OSIM__HOLD(c, IDENTITY, (uint32_t)out->a[0] == OPTEE_MSG_REVISION_MAJOR,
			   "CALLS_REVISION gives %u.%u", (uint32_t)out->a[0], (uint32_t)out->a[1]);
}

/* A call that has been waiting for an RPC's answer all the time makes the secure world busy. */
static bool left_since(const struct osim_rules *c, uint64_t seq)
{
	for (size_t i = 0; i < c->flight_count; i++)
		if (!c->flights[i]->inside && c->flights[i]->left < seq && c->flights[i]->known)
			return true;
	return false;
}

static void busy(struct osim_rules *c, uint32_t id, uint32_t a0, const struct osim__flight *f)
{
	bool is_busy = a0 == OPTEE_SMC_RETURN_EBUSY;

	if (!f || (id != OPTEE_SMC_ENABLE_SHM_CACHE && id != OPTEE_SMC_DISABLE_SHM_CACHE))
		return;
	if (is_busy)
		OSIM__HOLD(c, BUSY, c->abandoned || c->yielding || c->yielding_last > f->since,
			   "EBUSY, and no call is in flight");
	else if (a0 == OPTEE_SMC_RETURN_OK)
		OSIM__HOLD(c, BUSY, !left_since(c, f->since),
			   "OK, and a call waits for the answer to its RPC");
}

void osim__registers_return(struct osim_rules *c, const struct osim_event *e,
			    const struct osim__flight *flight)
{
	uint32_t id = (uint32_t)e->in->a[0], a0 = (uint32_t)e->out->a[0];
	const struct osim__abi_call *call = c->call;
	uint32_t zero[8];
	const struct osim__abi_ret *ret = call ? ret_of(call, flight, a0) : NULL;

	OSIM__HOLD(c, RETURN_ONCE, flight && !memcmp(&flight->in, e->in, sizeof(flight->in)),
		   "a call comes back that was not made so");
	if (!call)
		return;
	OSIM__HOLD(c, RETURN_KNOWN, ret || excepted(c, call, a0), "%s comes back with a0 = %#x",
		   name_of(call), a0);
	identity(c, id, e->out);
	busy(c, id, a0, flight);
	if (a0 == OPTEE_SMC_RETURN_ETHREAD_LIMIT && flight && call->yielding && c->threads)
		OSIM__HOLD(c, THREAD_LIMIT, flight->peak + c->abandoned > c->threads,
			   "%s: ETHREAD_LIMIT with %zu calls in flight, and there are %u threads",
			   name_of(call), flight->peak, c->threads);
	if (!ret)
		return;
	osim__abi_zero_masks(&ret->regs, zero);
	for (unsigned int n = 1; n < 8; n++) {
		if (zero[n] && (n < 4 || (c->sees & OSIM_SEES_REGS)))
			OSIM__HOLD(c, RETURN_ZERO, !((uint32_t)e->out->a[n] & zero[n]),
				   "%s: a%u comes back with reserved bits set", name_of(call), n);
		if (kept(ret) & (1u << n))
			OSIM__HOLD(c, RETURN_KEPT, (uint32_t)e->out->a[n] == (uint32_t)e->in->a[n],
				   "%s: a%u does not come back as it was passed", name_of(call), n);
	}
	fields_of_return(c, call, ret, e->out);
}
