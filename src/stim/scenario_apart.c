/* SPDX-License-Identifier: BSD-2-Clause */
#include <linux/tee.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/pta.h>

#include "stim/scenarios.h"

/*
 * Messages that are under way at the same time share nothing: neither with each other, nor with the
 * room behind each that is for the messages of its RPCs.
 */

#define MS	   1000000u
#define RPC_PARAMS 4u
#define PARAMS	   4u
#define FLIGHTS	   16u

static const uint8_t slow_uuid[16] = {0x51, 0x40, 5};

struct flight {
	uint64_t begin, end;
	bool on, suspended;
	uint64_t resume; /* a3 while it is suspended */
};

struct flights {
	struct osim_stage *stage;
	struct flight flight[FLIGHTS];
};

/* Where the message is that a call begins with, and the room behind it. */
static struct flight *take_off(struct flights *f, struct osim_machine *m,
			       const struct osim_regs *regs)
{
	uint64_t begin = regs->a[1] << 32 | (uint32_t)regs->a[2], end;
	struct flight *place = NULL;
	struct osim_msg_arg arg;

	if (osim_mem_read(m, begin, &arg, sizeof(arg)))
		return NULL;
	end = begin + OPTEE_MSG_GET_ARG_SIZE(arg.num_params) + OPTEE_MSG_GET_ARG_SIZE(RPC_PARAMS);
	for (unsigned int i = 0; i < FLIGHTS; i++) {
		struct flight *other = &f->flight[i];

		if (!other->on)
			place = other;
		else
			osim_expect(f->stage, end <= other->begin || begin >= other->end,
				    "message.apart",
				    "two messages that are under way share memory");
	}
	if (place)
		*place = (struct flight){.begin = begin, .end = end, .on = true};
	return place;
}

static void flights_tap(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	struct flights *f = tap->arg;
	struct flight *flight = NULL;

	if ((uint32_t)regs->a[0] == OPTEE_SMC_CALL_WITH_RPC_ARG)
		flight = take_off(f, m, regs);
	for (unsigned int i = 0; i < FLIGHTS; i++)
		if ((uint32_t)regs->a[0] == OPTEE_SMC_CALL_RETURN_FROM_RPC && f->flight[i].on &&
		    f->flight[i].suspended && f->flight[i].resume == (uint32_t)regs->a[3])
			flight = &f->flight[i];
	if (flight)
		flight->suspended = false;
	osim_tap_next(tap, m, regs);
	if (!flight)
		return;
	flight->on = flight->suspended = OPTEE_SMC_RETURN_IS_RPC(regs->a[0]);
	flight->resume = (uint32_t)regs->a[3];
}

/* --- an application whose sessions take their time to open --- */

static uint32_t slow_open(void *arg, struct osim_pta_call *call, struct osim_pta_param p[4],
			  void **session)
{
	(void)arg;
	(void)p;
	(void)session;
	return osim_pta_sleep_ms(call, 8);
}

static void slow_program(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_param p[PARAMS];
	struct osim_tee_result result;
	struct osim_client client;
	uint32_t session;
	int rc;

	if (osim_client_open(stage->m, &client))
		return;
	memset(p, 0, sizeof(p));
	for (unsigned int i = 0; i < PARAMS; i++)
		p[i].type = OSIM_PARAM_VALUE_IN;
	for (unsigned int turn = 0; turn < 2; turn++) {
		rc = osim_client_open_session(&client, slow_uuid, TEE_IOCTL_LOGIN_PUBLIC, p, PARAMS,
					      &session, &result);
		osim_expect(stage, !rc && !result.ret, "client.open-session",
			    "a session cannot be opened beside others");
	}
	osim_client_close(&client);
}

static void apart(struct osim_stage *stage)
{
	const struct osim_pta pta = {.size = sizeof(pta),
				     .uuid = {0x51, 0x40, 5},
				     .name = "slow",
				     .flags = OSIM_PTA_CONCURRENT | OSIM_PTA_MULTI_INSTANCE,
				     .open = slow_open};
	struct flights *flights = OSIM__KEEP(stage, struct flights, .stage = stage);

	if (osim_pta_register(stage->m, &pta))
		return;
	stage->tap = (struct osim_tap){.fn = flights_tap, .arg = flights};
	osim_tap_add(stage->m, &stage->tap);
	if (osim_stage_bind(stage)) {
		for (unsigned int i = 0; i < OSIM_STAGE_TASKS_MAX; i++)
			osim_stage_program(stage, "slow", slow_program);
		osim_run(stage->m);
		osim_unbind(stage->m);
	}
	osim_tap_remove(stage->m, &stage->tap);
}

/* In reserved memory a message is named by its address. */
static void crowded(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)machine;
	secure->set = OSIM_SECURE_SET_CAPS;
	secure->caps = OPTEE_SMC_SEC_CAP_HAVE_RESERVED_SHM | OPTEE_SMC_SEC_CAP_RPC_ARG;
	secure->thread_count = 16;
	secure->rpc_param_count = RPC_PARAMS;
}

const struct osim_scenario osim__scenario_apart = {
	.name = "messages-apart",
	.what = "Eight programs open sessions at once, each of which takes a while.",
	.configure = crowded,
	.body = apart};
