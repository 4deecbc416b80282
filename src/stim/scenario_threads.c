/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <linux/tee.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/pta.h>

#include "stim/scenarios.h"

/* One program with several threads: its device, its sessions and its memory are used by one thread
 * while another gives them back. */

#define PAGE  4096u
#define TURNS 4u
#define USES  8u
#define UUID  16u
#define MS    1000000u

static const uint8_t slow_uuid[16] = {0x51, 0x03, 7};

struct shared {
	struct osim_client client;
	struct osim_client_shm shm;
	uint32_t session;
	bool there; /* shm is */
};

/* What was there when the call began, or is gone: nothing else can be the answer. */
static void use(struct osim_stage *stage, const struct shared *s)
{
	struct osim_param p[2] = {{.type = OSIM_PARAM_VALUE_OUT},
				  {.type = OSIM_PARAM_MEM_OUT, .shm = &s->shm, .size_bytes = UUID}};
	struct osim_tee_result result = {0};
	struct osim_client client = s->client;
	int rc = osim_client_invoke(&client, s->session, OSIM_PTA_SYSTEM_LOGIN, 0, p, 2, &result);

	osim_expect(stage, rc ? rc == -EINVAL : !result.ret, "client.shared-memory",
		    "a command with memory that another thread gives back neither succeeds nor is "
		    "refused as one with memory that does not exist");
}

static void user(void *arg)
{
	struct osim_stage *stage = arg;
	const struct shared *s = stage->own;

	for (unsigned int i = 0; i < USES && s->there; i++) {
		use(stage, s);
		osim_yield(stage->m);
	}
}

static void owner(struct osim_stage *stage, struct shared *s, void *own)
{
	for (unsigned int turn = 0; turn < TURNS; turn++) {
		if (turn % 2 ? osim_client_shm_register(&s->client, own, PAGE, &s->shm)
			     : osim_client_shm_alloc(&s->client, PAGE, &s->shm))
			continue;
		s->there = true;
		osim_spawn(stage->m, "user", user, stage, -1, NULL);
		osim_yield(stage->m);
		use(stage, s);
		osim_client_shm_free(&s->client, &s->shm);
		osim_sleep_ns(stage->m, MS);
		s->there = false;
		osim_sleep_ns(stage->m, MS);
	}
}

static void program(void *arg)
{
	struct osim_stage *stage = arg;
	struct shared *s = osim_stage_alloc(stage, sizeof(*s));
	void *own = osim_stage_alloc(stage, PAGE);

	if (!s || !own || !osim__program_begin(stage, osim__system_pta, &s->client, &s->session))
		return;
	s->there = false;
	stage->own = s;
	owner(stage, s, own);
	osim__program_end(&s->client, s->session);
}

static void shared_memory(struct osim_stage *stage)
{
	if (!osim_stage_bind(stage))
		return;
	osim_stage_program(stage, "owner", program);
	osim_run(stage->m);
}

/* --- sessions --- */

/* Each call takes a while, so that those of all threads come back at the same time. */
static uint32_t slow_open(void *arg, struct osim_pta_call *call, struct osim_pta_param p[4],
			  void **session)
{
	(void)arg;
	(void)p;
	(void)session;
	osim_pta_sleep_ms(call, 1);
	return TEE_SUCCESS;
}

static uint32_t slow_invoke(void *arg, struct osim_pta_call *call, void *session, uint32_t func,
			    struct osim_pta_param p[4])
{
	(void)arg;
	(void)session;
	(void)func;
	(void)p;
	osim_pta_sleep_ms(call, 1);
	return TEE_SUCCESS;
}

static void opener(void *arg)
{
	struct osim_stage *stage = arg;

	stage->count = !osim_client_open(stage->m, &stage->client);
}

static void closer(void *arg)
{
	struct osim_stage *stage = arg;

	if (stage->count)
		osim_client_close(&stage->client);
}

static void opens(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_client *client = &stage->client;

	for (unsigned int turn = 0; turn < TURNS; turn++) {
		struct osim_tee_result result = {0};
		uint32_t session;
		int rc = osim_client_open_session(client, slow_uuid, TEE_IOCTL_LOGIN_PUBLIC, NULL,
						  0, &session, &result);

		osim_expect(stage, !rc && !result.ret, "client.open-session",
			    "a session is refused to one of two threads");
		/* What one has done last is not ordered with the other's by its next call. */
		osim_sleep_ns(stage->m, MS);
		if (rc || result.ret)
			continue;
		rc = osim_client_invoke(client, session, 0, 0, NULL, 0, &result);
		osim_expect(stage, !rc && !result.ret, "client.invoke",
			    "a command does not succeed beside others of the same program");
		osim_sleep_ns(stage->m, MS);
		osim_expect(stage, !osim_client_close_session(client, session), "session.close",
			    "a session cannot be closed while others are opened");
		osim_sleep_ns(stage->m, MS);
	}
}

static void shared_sessions(struct osim_stage *stage)
{
	const struct osim_pta pta = {.size = sizeof(pta),
				     .uuid = {0x51, 0x03, 7},
				     .name = "slow",
				     .flags = OSIM_PTA_CONCURRENT,
				     .open = slow_open,
				     .invoke = slow_invoke};

	if (osim_pta_register(stage->m, &pta) || !osim_stage_bind(stage))
		return;
	osim_stage_program(stage, "opener", opener);
	osim_run(stage->m);
	for (unsigned int i = 0; i < 2 && stage->count; i++)
		osim_stage_program(stage, "thread", opens);
	osim_run(stage->m);
	osim_stage_program(stage, "closer", closer);
	osim_run(stage->m);
}

const struct osim_scenario osim__scenario_shared_sessions = {
	.name = "threads-sessions",
	.what = "Two threads of a program open, use and close sessions at the same time.",
	.body = shared_sessions};
const struct osim_scenario osim__scenario_shared_memory = {
	.name = "threads-memory",
	.what = "One thread of a program gives memory back while another uses it.",
	.body = shared_memory};
