/* SPDX-License-Identifier: BSD-2-Clause */
#include <linux/tee.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/pta.h>

#include "stim/scenarios.h"

/* Parameters of every kind, there and back, in every place. */

#define PARAMS	  4u
#define PART	  60u	/* bytes of a buffer that a parameter names */
#define AT	  4070u /* where: across the end of a page */
#define BYTES	  8300u
#define TA_ERROR  0x80000042u
#define FUNC_FAIL 0xffffu
#define CANCEL_ID 0x7777u
#define OPEN_ID	  0x5555u

static const uint8_t echo_uuid[16] = {0xec, 0x40, 1};

/* What the program and the application put where, so that each knows the other's. */
static uint32_t value_of(unsigned int param, unsigned int word)
{
	return 0x81000000u + param * 0x10100u + word;
}

static unsigned char byte_of(unsigned int param, unsigned int at)
{
	return (unsigned char)(0x20 + param * 61 + at);
}

/* --- the application --- */

static bool is_memory(enum osim_pta_type type)
{
	return type >= OSIM_PTA_MEMREF_INPUT;
}

static uint32_t echo_value(struct osim_pta_param *p, unsigned int i)
{
	if (p->type != OSIM_PTA_VALUE_OUTPUT && (p->a != value_of(i, 0) || p->b != value_of(i, 1)))
		return TEE_ERROR_BAD_FORMAT;
	p->a = ~value_of(i, 0);
	p->b = ~value_of(i, 1);
	return TEE_SUCCESS;
}

static uint32_t echo_memory(struct osim_stage *stage, struct osim_pta_call *call,
			    struct osim_pta_param *p, unsigned int i)
{
	unsigned char buf[PART];

	osim_expect(stage, !p->null, "params.null",
		    "an application is given no buffer, and the program named one");
	if (p->null || p->size_bytes != PART || osim_pta_read(call, i, 0, buf, PART))
		return TEE_ERROR_BAD_FORMAT;
	for (unsigned int at = 0; p->type != OSIM_PTA_MEMREF_OUTPUT && at < PART; at++)
		if (buf[at] != byte_of(i, at))
			return TEE_ERROR_BAD_FORMAT;
	if (p->type == OSIM_PTA_MEMREF_INPUT)
		return TEE_SUCCESS;
	for (unsigned int at = 0; at < PART; at++)
		buf[at] = (unsigned char)~byte_of(i, at);
	/* More than there was room for, as of a result that did not fit. */
	p->size_bytes = p->type == OSIM_PTA_MEMREF_OUTPUT ? PART / 2 : PART * 2;
	return osim_pta_write(call, i, 0, buf, PART);
}

/* The types that are expected are four bits each, the first lowest. */
static uint32_t echo(struct osim_stage *stage, struct osim_pta_call *call, uint32_t types,
		     struct osim_pta_param p[4])
{
	for (unsigned int i = 0; i < PARAMS; i++) {
		uint32_t res = TEE_SUCCESS;

		if (p[i].type != (types >> i * 4 & 0xf))
			return TEE_ERROR_BAD_PARAMETERS;
		if (is_memory(p[i].type))
			res = echo_memory(stage, call, &p[i], i);
		else if (p[i].type != OSIM_PTA_NONE)
			res = echo_value(&p[i], i);
		if (res)
			return res;
	}
	return TEE_SUCCESS;
}

static uint32_t echo_open(void *arg, struct osim_pta_call *call, struct osim_pta_param p[4],
			  void **session)
{
	struct osim_stage *stage = arg;

	(void)session;
	return echo(stage, call, stage->value, p);
}

static uint32_t echo_invoke(void *arg, struct osim_pta_call *call, void *session, uint32_t func,
			    struct osim_pta_param p[4])
{
	(void)session;
	return func == FUNC_FAIL ? TA_ERROR : echo(arg, call, func, p);
}

/* --- the program --- */

static void fill(struct osim_param p[PARAMS], uint32_t types, const struct osim_client_shm *shm)
{
	memset(shm->va, 0x99, BYTES);
	for (unsigned int i = 0; i < PARAMS; i++) {
		uint64_t at = AT + i * (PART + 9);

		p[i] = (struct osim_param){.type = (enum osim_param_type)(types >> i * 4 & 0xf),
					   .a = value_of(i, 0),
					   .b = value_of(i, 1),
					   .c = value_of(i, 2),
					   .shm = shm,
					   .offset_bytes = at,
					   .size_bytes = PART};
		for (unsigned int n = 0; n < PART; n++)
			((unsigned char *)shm->va)[at + n] = byte_of(i, n);
	}
}

static bool value_came_back(const struct osim_param *p, unsigned int i)
{
	bool in = p->type == OSIM_PARAM_VALUE_IN;

	return p->a == (in ? value_of(i, 0) : (uint32_t)~value_of(i, 0)) &&
	       p->b == (in ? value_of(i, 1) : (uint32_t)~value_of(i, 1)) &&
	       (p->type == OSIM_PARAM_VALUE_OUT || p->c == value_of(i, 2));
}

static bool memory_came_back(const struct osim_param *p, unsigned int i)
{
	const unsigned char *va = (const unsigned char *)p->shm->va + p->offset_bytes;
	bool in = p->type == OSIM_PARAM_MEM_IN;

	if (p->size_bytes != (in ? PART : p->type == OSIM_PARAM_MEM_OUT ? PART / 2 : PART * 2))
		return false;
	for (unsigned int n = 0; n < PART; n++)
		if (va[n] != (unsigned char)(in ? byte_of(i, n) : ~byte_of(i, n)))
			return false;
	return va[-1] == 0x99 && va[PART] == 0x99;
}

static void came_back(struct osim_stage *stage, const struct osim_param p[PARAMS])
{
	for (unsigned int i = 0; i < PARAMS; i++)
		if (p[i].type >= OSIM_PARAM_MEM_IN)
			osim_expect(stage, memory_came_back(&p[i], i), "params.memory",
				    "memory does not come back as the application left it");
		else if (p[i].type != OSIM_PARAM_NONE)
			osim_expect(stage, value_came_back(&p[i], i), "params.value",
				    "values do not come back as the application left them");
}

static void all_places(struct osim_stage *stage, struct osim_client *client, uint32_t session,
		       const struct osim_client_shm *shm)
{
	static const uint32_t types[] = {0x0321, 0x0765, 0x5231, 0x7263};
	struct osim_tee_result result;
	struct osim_param p[PARAMS];

	for (unsigned int i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		for (unsigned int turn = 0; turn < PARAMS; turn++) {
			uint32_t t = (types[i] << turn * 4 | types[i] >> (16 - turn * 4)) & 0xffff;
			int rc;

			fill(p, t, shm);
			rc = osim_client_invoke(client, session, t, CANCEL_ID, p, PARAMS, &result);
			osim_expect(stage, !rc && !result.ret, "params.there",
				    "parameters do not reach the application as they were given");
			if (!rc && !result.ret)
				came_back(stage, p);
		}
}

/* A session that is opened with parameters; the application checks them as in a command. */
static bool open_with(struct osim_stage *stage, struct osim_client *client, uint32_t types,
		      const struct osim_client_shm *shm, uint32_t *session)
{
	struct osim_tee_result result;
	struct osim_param p[PARAMS];
	int rc;

	stage->value = types;
	fill(p, types, shm);
	rc = osim_client_open_session(client, echo_uuid, TEE_IOCTL_LOGIN_PUBLIC, p, PARAMS, session,
				      &result);
	osim_expect(stage, !rc && !result.ret, "params.open",
		    "a session cannot be opened with four parameters");
	if (rc || result.ret)
		return false;
	came_back(stage, p);
	return true;
}

/* Nothing of a buffer, at its end: a driver may refuse that, but what it lets through is not no
 * buffer. */
static void at_the_end(struct osim_stage *stage, struct osim_client *client, uint32_t session,
		       const struct osim_client_shm *shm)
{
	struct osim_tee_result result = {0};
	struct osim_param p[PARAMS];
	uint32_t second;
	int rc;

	fill(p, 0x0005, shm);
	p[0].offset_bytes = shm->size_bytes;
	p[0].size_bytes = 0;
	osim_client_invoke(client, session, 5, 0, p, PARAMS, &result);
	stage->value = 5;
	rc = osim_client_open_session(client, echo_uuid, TEE_IOCTL_LOGIN_PUBLIC, p, PARAMS, &second,
				      &result);
	if (!rc && !result.ret)
		osim_client_close_session(client, second);
}

static void refused(struct osim_stage *stage, struct osim_client *client, uint32_t session,
		    const struct osim_client_shm *shm)
{
	static const struct osim_client_shm unknown = {.id = 12345};
	struct osim_tee_result result = {0};
	struct osim_param p[OSIM_CLIENT_PARAMS_MAX];
	int rc;

	memset(p, 0, sizeof(p));
	rc = osim_client_invoke(client, session, FUNC_FAIL, 0, NULL, 0, &result);
	osim_expect(stage, !rc && result.ret == TA_ERROR && result.origin == TEE_ORIGIN_TRUSTED_APP,
		    "client.result", "an application's error does not reach the program");
	/* One more than an application can have, the most that a message has, and more. */
	for (uint32_t count = PARAMS + 1; count <= OSIM_CLIENT_PARAMS_MAX; count++) {
		rc = osim_client_invoke(client, session, 0, 0, p, count, &result);
		osim_expect(stage, rc < 0 || result.ret, "params.count",
			    "more parameters than an application can have are taken");
	}
	fill(p, 0x0005, shm);
	p[0].shm = &unknown;
	osim_expect(stage, osim_client_invoke(client, session, 5, 0, p, 1, &result) < 0,
		    "params.unknown", "memory that does not exist is passed on");
	fill(p, 0x0005, shm);
	p[0].type = (enum osim_param_type)9;
	osim_expect(stage, osim_client_invoke(client, session, 5, 0, p, 1, &result) < 0,
		    "params.type", "a parameter of a kind that does not exist is passed on");
	fill(p, 0x0005, shm);
	p[0].size_bytes = shm->size_bytes - p[0].offset_bytes + 1;
	rc = osim_client_invoke(client, session, 5, 0, p, 1, &result);
	osim_expect(stage, rc || result.ret, "params.beyond",
		    "memory beyond the end of a buffer is passed on");
	at_the_end(stage, client, session, shm);
}

static void params_program(void *arg)
{
	struct osim_stage *stage = arg;
	static unsigned char own[BYTES];
	struct osim_client_shm shm[2];
	struct osim_client client;
	uint32_t session, second;
	unsigned int count = 1;

	if (osim_client_open(stage->m, &client))
		return;
	if (osim_client_shm_alloc(&client, BYTES, &shm[0])) {
		osim_client_close(&client);
		return;
	}
	/* Where memory cannot be registered there is the driver's own. */
	if (!osim_client_shm_register(&client, own, BYTES, &shm[1]))
		count++;
	if (open_with(stage, &client, 0x6317, &shm[0], &session)) {
		for (unsigned int i = 0; i < count; i++)
			all_places(stage, &client, session, &shm[i]);
		refused(stage, &client, session, &shm[0]);
		if (open_with(stage, &client, 0x5000, &shm[0], &second))
			osim_client_close_session(&client, second);
		osim_client_close_session(&client, session);
	}
	while (count)
		osim_client_shm_free(&client, &shm[--count]);
	osim_client_close(&client);
}

/* --- what requests are named for a cancellation --- */

static void ids_event(struct osim_stage *stage, const struct osim_event *e)
{
	if (e->kind != OSIM_EVENT_MESSAGE || !e->msg || (e->flags & OSIM_EVENT_F_END))
		return;
	if (e->msg->cmd == OPTEE_MSG_CMD_INVOKE_COMMAND && e->msg->func &&
	    e->msg->func != FUNC_FAIL && e->msg->session == stage->session)
		osim_expect(stage, e->msg->cancel_id == CANCEL_ID, "params.cancel-id",
			    "a command is not named as the program named it");
	if (e->msg->cmd == OPTEE_MSG_CMD_OPEN_SESSION && stage->count)
		osim_expect(stage, e->msg->cancel_id == OPEN_ID, "params.cancel-id",
			    "a request for a session is not named as the program named it");
}

static void ids_program(void *arg)
{
	struct osim_stage *stage = arg;
	struct tee_ioctl_open_session_arg open = {.cancel_id = OPEN_ID};
	struct tee_ioctl_buf_data buf = {.buf_ptr = (uint64_t)(uintptr_t)&open,
					 .buf_len = sizeof(open)};
	struct osim_param p = {
		.type = OSIM_PARAM_VALUE_IN, .a = value_of(0, 0), .b = value_of(0, 1)};
	struct osim_tee_result result;

	if (osim_client_open(stage->m, &stage->client))
		return;
	memcpy(open.uuid, echo_uuid, sizeof(open.uuid));
	stage->count = 1;
	if (osim_ioctl(stage->m, stage->client.fd, (unsigned int)TEE_IOC_OPEN_SESSION, &buf) < 0 ||
	    open.ret) {
		osim_expect(stage, false, "client.open-session",
			    "a session without parameters is refused");
	} else {
		stage->count = 0;
		stage->session = open.session;
		osim_client_invoke(&stage->client, open.session, 1, CANCEL_ID, &p, 1, &result);
		osim_client_close_session(&stage->client, open.session);
	}
	osim_client_close(&stage->client);
}

/* --- all --- */

static bool begin(struct osim_stage *stage)
{
	const struct osim_pta pta = {.size = sizeof(pta),
				     .uuid = {0xec, 0x40, 1},
				     .name = "echo",
				     .flags = OSIM_PTA_CONCURRENT,
				     .open = echo_open,
				     .invoke = echo_invoke,
				     .arg = stage};

	return !osim_pta_register(stage->m, &pta) && osim_stage_bind(stage);
}

static void params(struct osim_stage *stage)
{
	if (!begin(stage))
		return;
	osim_stage_program(stage, "echo", params_program);
	osim_run(stage->m);
	stage->value = 0;
	stage->event = ids_event;
	osim_stage_program(stage, "ids", ids_program);
	osim_run(stage->m);
}

static void reserved_rpc_arg(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)machine;
	secure->set = OSIM_SECURE_SET_CAPS;
	secure->caps = OPTEE_SMC_SEC_CAP_HAVE_RESERVED_SHM | OPTEE_SMC_SEC_CAP_ASYNC_NOTIF |
		       OPTEE_SMC_SEC_CAP_RPC_ARG | OPTEE_SMC_SEC_CAP_MEMREF_NULL;
}

static void no_rpc_arg(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)machine;
	secure->set = OSIM_SECURE_SET_CAPS;
	secure->caps = OPTEE_SMC_SEC_CAP_DYNAMIC_SHM | OPTEE_SMC_SEC_CAP_MEMREF_NULL;
}

const struct osim_scenario osim__scenario_params = {
	.name = "params",
	.what = "A program and an application exchange parameters of every kind.",
	.body = params};
const struct osim_scenario osim__scenario_params_cache = {.name = "params-shm-cache",
							  .what = "The same without RPC arguments.",
							  .configure = no_rpc_arg,
							  .body = params};
const struct osim_scenario osim__scenario_params_reserved = {
	.name = "params-reserved",
	.what = "The same in reserved shared memory.",
	.configure = reserved_rpc_arg,
	.body = params};
