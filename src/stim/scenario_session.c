/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <linux/tee.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/pta.h>

#include "stim/scenarios.h"

/* Whose session is whose, and that each is closed exactly once. */

#define SESSIONS 5u
#define UNKNOWN	 0x7654u
#define MS	 1000000u

static const uint8_t counted_uuid[16] = {0xc0, 0x40, 2};

/* Each has memory of the normal world as long as it is there: that is nobody's in particular, and
 * holds up no program that leaves. */
static uint32_t counted_open(void *arg, struct osim_pta_call *call, struct osim_pta_param p[4],
			     void **session)
{
	struct osim_stage *stage = arg;

	(void)p;
	stage->value++;
	*session = osim_pta_alloc(call, OPTEE_RPC_SHM_TYPE_KERNEL, 64);
	return TEE_SUCCESS;
}

static void counted_close(void *arg, struct osim_pta_call *call, void *session)
{
	struct osim_stage *stage = arg;

	osim_pta_free(call, OPTEE_RPC_SHM_TYPE_KERNEL, session);
	stage->value--;
}

static uint32_t counted_invoke(void *arg, struct osim_pta_call *call, void *session, uint32_t func,
			       struct osim_pta_param p[4])
{
	(void)arg;
	(void)call;
	(void)session;
	(void)func;
	(void)p;
	return TEE_SUCCESS;
}

static bool open_one(struct osim_stage *stage, struct osim_client *client, uint32_t *session)
{
	struct osim_tee_result result;
	int rc = osim_client_open_session(client, counted_uuid, TEE_IOCTL_LOGIN_PUBLIC, NULL, 0,
					  session, &result);

	osim_expect(stage, !rc && !result.ret, "client.open-session", "a session is refused");
	return !rc && !result.ret;
}

static bool usable(struct osim_client *client, uint32_t session)
{
	struct osim_tee_result result;

	return !osim_client_invoke(client, session, 1, 0, NULL, 0, &result) && !result.ret;
}

/* What a program is not given it cannot use, and the secure world hears nothing of it. */
static void foreign(struct osim_stage *stage, struct osim_client *client, uint32_t session)
{
	uint64_t calls = osim_stats(stage->m)->calls;
	struct osim_tee_result result;

	osim_expect(stage,
		    osim_client_invoke(client, session, 1, 0, NULL, 0, &result) == -EINVAL &&
			    osim_client_cancel(client, session, 0) == -EINVAL &&
			    osim_client_close_session(client, session) == -EINVAL,
		    "session.owner", "a session that the program does not have can be used");
	osim_expect(stage, osim_stats(stage->m)->calls == calls, "session.owner",
		    "the secure world is asked to use a session that is not the program's");
}

static void owners(void *arg)
{
	struct osim_stage *stage = arg;
	uint32_t session[SESSIONS], other;
	struct osim_client client, second;
	unsigned int count = 0;

	if (osim_client_open(stage->m, &client))
		return;
	while (count < SESSIONS && open_one(stage, &client, &session[count]))
		count++;
	if (count == SESSIONS && !osim_client_open(stage->m, &second)) {
		if (open_one(stage, &second, &other)) {
			foreign(stage, &client, other);
			foreign(stage, &second, session[0]);
			foreign(stage, &client, UNKNOWN);
			osim_expect(stage, usable(&second, other), "session.usable",
				    "a session cannot be used by the program that has it");
		}
		/* The middle one, the newest, the oldest: the others stay. */
		osim_expect(stage,
			    !osim_client_close_session(&client, session[2]) &&
				    !osim_client_close_session(&client, session[4]) &&
				    !osim_client_close_session(&client, session[0]),
			    "session.close", "a session cannot be closed");
		foreign(stage, &client, session[2]);
		foreign(stage, &client, session[0]);
		osim_expect(stage, usable(&client, session[1]) && usable(&client, session[3]),
			    "session.usable", "a session goes with another one");
		osim_expect(stage, stage->value == 3, "session.close",
			    "other sessions are closed than those that the program closed");
		osim_client_close(&second);
		osim_expect(stage, stage->value == 2, "session.close",
			    "a device that is closed does not close its own sessions");
	}
	osim_client_close(&client);
	osim_expect(stage, !stage->value, "session.close",
		    "a device that is closed leaves sessions open, or closes one twice");
}

static bool begin(struct osim_stage *stage)
{
	const struct osim_pta pta = {.size = sizeof(pta),
				     .uuid = {0xc0, 0x40, 2},
				     .name = "counted",
				     .flags = OSIM_PTA_CONCURRENT,
				     .open = counted_open,
				     .close = counted_close,
				     .invoke = counted_invoke,
				     .arg = stage};

	return !osim_pta_register(stage->m, &pta) && osim_stage_bind(stage);
}

static void sessions(struct osim_stage *stage)
{
	if (!begin(stage))
		return;
	osim_stage_program(stage, "owner", owners);
	osim_run(stage->m);
}

/* --- while another program's call is in flight --- */

static void in_flight(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_client client;
	uint32_t session;

	if (!osim__program_begin(stage, osim__system_pta, &client, &session))
		return;
	osim__program_ask(&client, session, OSIM_PTA_SYSTEM_SLEEP, 20, 0);
	osim__program_end(&client, session);
}

static void leaves_one(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_client client;
	uint32_t session;

	if (osim_client_open(stage->m, &client))
		return;
	open_one(stage, &client, &session);
	osim_client_close(&client);
	osim_expect(stage, !stage->value, "session.close",
		    "a device that is closed leaves a session open that was opened beside another "
		    "program's call");
}

static void beside(struct osim_stage *stage)
{
	if (!begin(stage))
		return;
	osim_stage_program(stage, "in-flight", in_flight);
	osim_run_for(stage->m, 5 * MS);
	osim_stage_program(stage, "leaver", leaves_one);
	osim_run(stage->m);
}

/* --- many messages at once: more than fit into one page, and again in the same memory --- */

static void many_threads(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)machine;
	secure->thread_count = 16;
}

static void sleeper(void *arg)
{
	struct osim_stage *stage = arg;
	uint32_t session[3], count = 0;
	struct osim_client client;

	if (osim_client_open(stage->m, &client))
		return;
	for (struct osim_tee_result result; count < 3; count++)
		if (osim_client_open_session(&client, osim__system_pta, TEE_IOCTL_LOGIN_PUBLIC,
					     NULL, 0, &session[count], &result) ||
		    result.ret)
			break;
	for (uint32_t i = 0; i < count; i++)
		osim_expect(stage,
			    !osim__program_ask(&client, session[i], OSIM_PTA_SYSTEM_SLEEP, 4, 0),
			    "client.invoke", "a command does not succeed beside others");
	osim_client_close(&client);
}

static void crowd(struct osim_stage *stage)
{
	if (!osim_stage_bind(stage))
		return;
	for (unsigned int turn = 0; turn < 2; turn++) {
		stage->tasks = 0;
		for (unsigned int i = 0; i < OSIM_STAGE_TASKS_MAX; i++)
			osim_stage_program(stage, "sleeper", sleeper);
		osim_run(stage->m);
	}
}

const struct osim_scenario osim__scenario_sessions = {
	.name = "sessions",
	.what = "Programs use and close sessions, their own and others'.",
	.body = sessions};
const struct osim_scenario osim__scenario_sessions_cache = {
	.name = "sessions-shm-cache",
	.what = "The same without RPC arguments.",
	.configure = osim__without_rpc_arg,
	.body = sessions};
const struct osim_scenario osim__scenario_sessions_beside = {
	.name = "sessions-beside",
	.what = "A program opens a session while another one's call is in flight, and leaves.",
	.configure = osim__without_rpc_arg,
	.body = beside};
const struct osim_scenario osim__scenario_crowd = {
	.name = "sessions-many",
	.what = "Eight programs have a command each in the secure world at the same time.",
	.configure = many_threads,
	.body = crowd};
