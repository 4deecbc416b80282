/* SPDX-License-Identifier: BSD-2-Clause */
#include "stim/asks.h"

#include <stdio.h>
#include <string.h>

#include <optee_sim/abi/abi.h>

#include "stim/scenarios.h"

static const uint8_t asking_ta[16] = {0x7c, 0x3e, 0x1a, 0x52, 0x9d, 0x04, 0x4b, 0x8f,
				      0xa6, 0x11, 0x5e, 0x2c, 0x90, 0x7d, 0xb3, 0xa5};

static uint32_t invoke(void *arg, struct osim_pta_call *call, void *session, uint32_t func,
		       struct osim_pta_param params[4])
{
	struct osim__asking *asking = arg;

	(void)session;
	(void)func;
	asking->ask(asking, call, params[0].a);
	return TEE_SUCCESS;
}

static void asker(void *arg)
{
	struct osim_stage *stage = arg;
	uint32_t session, program = stage->turn++;
	struct osim_client client;

	if (!osim__program_begin(stage, asking_ta, &client, &session))
		return;
	osim_expect(stage, !osim__program_ask(&client, session, 0, program, 0), "client.invoke",
		    "a command that succeeds comes back with an error");
	osim__program_end(&client, session);
}

bool osim__asks_bind(struct osim__asking *asking)
{
	struct osim_pta pta = {.size = sizeof(pta),
			       .name = "asks",
			       .flags = OSIM_PTA_CONCURRENT,
			       .invoke = invoke,
			       .arg = asking};

	memcpy(pta.uuid, asking_ta, sizeof(pta.uuid));
	asking->stage->peer_wrong = true; /* it asks for whatever shows something */
	return !osim_pta_register(asking->stage->m, &pta) && osim_stage_bind(asking->stage);
}

void osim__asks_program(struct osim__asking *asking)
{
	osim_stage_program(asking->stage, "asker", asker);
}

void osim__asks_run(struct osim__asking *asking)
{
	if (!osim__asks_bind(asking))
		return;
	osim__asks_program(asking);
	osim__asks_end(asking);
}

void osim__asks_end(struct osim__asking *asking)
{
	struct osim_machine *m = asking->stage->m;

	osim_run(m);
	if (osim_bound(m))
		osim_unbind(m);
}

static bool is_output(enum osim_pta_type type)
{
	return type == OSIM_PTA_VALUE_OUTPUT || type == OSIM_PTA_VALUE_INOUT;
}

void osim__asks_make(struct osim_stage *stage, struct osim_pta_call *call,
		     const struct osim__ask *asks)
{
	char text[160];

	stage->peer_wrong = true;
	for (; asks->what; asks++) {
		struct osim_pta_rpc_param p[3];
		uint32_t ret;

		memcpy(p, asks->in, sizeof(p));
		ret = osim_pta_rpc(call, asks->cmd, asks->count, p);
		snprintf(text, sizeof(text), "%s is answered %#x, not %#x", asks->what, ret,
			 asks->ret);
		osim_expect(stage, ret == asks->ret, "rpc.result", text);
		for (unsigned int i = 0; !ret && i < asks->count; i++) {
			snprintf(text, sizeof(text),
				 "%s gives another value than it must in parameter %u", asks->what,
				 i);
			osim_expect(stage,
				    !is_output(p[i].type) ||
					    (p[i].a == asks->out[i].a && p[i].b == asks->out[i].b &&
					     p[i].c == asks->out[i].c),
				    "rpc.values", text);
		}
	}
}
