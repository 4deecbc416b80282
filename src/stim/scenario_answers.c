/* SPDX-License-Identifier: BSD-2-Clause */
#include <linux/tee.h>
#include <stddef.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/pta.h>

#include "stim/scenarios.h"

/*
 * A secure world that answers calls and messages with errors, or with nonsense: each of a program's
 * requests then fails in its own way, and nothing is left behind.
 */

#define VALUE	 40u
#define PAGE	 4096u
#define BAD_ATTR 0xeeu

/* What is done to the next yielding call. */
enum answer {
	ANSWER_AS_IS,
	ANSWER_CODE,	/* it does not reach the secure world, and comes back with a0 = code */
	ANSWER_RESULT,	/* the same, with a0 OK and that result in the message */
	ANSWER_ATTR,	/* it comes back with attributes that do not exist, in all parameters */
	ANSWER_UNKNOWN, /* before anything else it comes back with an RPC that does not exist */
};

struct answers {
	struct osim_stage *stage;
	enum answer what;
	uint32_t code;
	uint32_t cmd, closed;  /* command of the last message; CLOSE_SESSIONs that were seen */
	struct osim_regs kept; /* UNKNOWN: the call that is still to be made */
	bool waiting;
	uint64_t message; /* of the call under way */
};

static uint64_t pair(uint64_t high, uint64_t low)
{
	return high << 32 | (uint32_t)low;
}

static bool begins(uint32_t id)
{
	return id == OPTEE_SMC_CALL_WITH_ARG || id == OPTEE_SMC_CALL_WITH_RPC_ARG;
}

/* The message of a call is at an address here, because nothing is registered. */
static void spoil(struct answers *a, struct osim_machine *m)
{
	struct osim_msg_arg arg;

	if (osim_mem_read(m, a->message, &arg, sizeof(arg)))
		return;
	for (uint32_t i = 0; i < arg.num_params && i < 6; i++)
		osim_mem_write(m,
			       a->message + sizeof(arg) + i * sizeof(struct osim_msg_param) +
				       offsetof(struct osim_msg_param, attr),
			       &(uint64_t){BAD_ATTR}, sizeof(uint64_t));
}

static void refuse(struct answers *a, struct osim_machine *m)
{
	struct osim_msg_arg arg;

	if (osim_mem_read(m, a->message, &arg, sizeof(arg)))
		return;
	arg.ret = a->code;
	arg.ret_origin = TEE_ORIGIN_TEE;
	osim_mem_write(m, a->message, &arg, sizeof(arg));
}

static void note(struct answers *a, struct osim_machine *m)
{
	struct osim_msg_arg arg;

	if (osim_mem_read(m, a->message, &arg, sizeof(arg)))
		return;
	a->cmd = arg.cmd;
	a->closed += arg.cmd == OPTEE_MSG_CMD_CLOSE_SESSION;
}

static void answers_tap(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	struct answers *a = tap->arg;
	enum answer what = a->what;

	if (a->waiting && (uint32_t)regs->a[0] == OPTEE_SMC_CALL_RETURN_FROM_RPC) {
		osim_expect(a->stage, regs->a[3] == 7, "rpc.unknown",
			    "an RPC that does not exist is not given back as it came");
		*regs = a->kept;
		a->waiting = false;
		a->what = what = ANSWER_AS_IS;
	}
	if (begins((uint32_t)regs->a[0])) {
		a->message = pair(regs->a[1], regs->a[2]);
		note(a, m);
		if (what == ANSWER_CODE || what == ANSWER_RESULT) {
			if (what == ANSWER_RESULT)
				refuse(a, m);
			a->what = ANSWER_AS_IS;
			regs->a[0] = what == ANSWER_CODE ? a->code : OPTEE_SMC_RETURN_OK;
			return;
		}
		if (what == ANSWER_UNKNOWN) {
			a->kept = *regs;
			a->waiting = true;
			*regs = (struct osim_regs){{OPTEE_SMC_RPC_VAL(a->code), 1, 2, 7}};
			return;
		}
	}
	osim_tap_next(tap, m, regs);
	if (what == ANSWER_AS_IS || OPTEE_SMC_RETURN_IS_RPC(regs->a[0]))
		return;
	spoil(a, m);
	a->what = ANSWER_AS_IS;
}

static void next(struct answers *a, enum answer what, uint32_t code)
{
	a->what = what;
	a->code = code;
}

/* --- what a program sees --- */

static void opened(struct answers *a, struct osim_client *client, enum answer what, uint32_t code,
		   uint32_t ret, uint32_t origin)
{
	struct osim_param p = {.type = OSIM_PARAM_VALUE_INOUT, .a = 1};
	struct osim_tee_result result = {0};
	uint32_t closed = a->closed, session = 0;
	int rc;

	next(a, what, code);
	rc = osim_client_open_session(client, osim__system_pta, TEE_IOCTL_LOGIN_PUBLIC, &p, 1,
				      &session, &result);
	/* Who does not look at the attributes that come back has what he wants. */
	if (what == ANSWER_ATTR && !rc && !result.ret) {
		osim_expect(a->stage, !osim_client_close_session(client, session),
			    "answer.open-session", "a session that was given is not there");
		return;
	}
	osim_expect(a->stage, !rc && result.ret == ret && result.origin == origin,
		    "answer.open-session",
		    "the failure of a request for a session does not reach the program");
	osim_expect(a->stage, what != ANSWER_ATTR || a->closed == closed + 1, "answer.open-session",
		    "a session whose answer makes no sense is not closed again");
}

static void invoked(struct answers *a, struct osim_client *client, uint32_t session,
		    enum answer what, uint32_t code, uint32_t ret, uint32_t origin)
{
	struct osim_param p = {.type = OSIM_PARAM_VALUE_INOUT, .a = 0};
	struct osim_tee_result result = {0};
	int rc;

	next(a, what, code);
	rc = osim_client_invoke(client, session, OSIM_PTA_SYSTEM_VALUES, 0, &p, 1, &result);
	if (what == ANSWER_ATTR && !rc && !result.ret && p.a) {
		osim_client_invoke(client, session, OSIM_PTA_SYSTEM_VALUES, 0, &p, 1, &result);
		return;
	}
	osim_expect(a->stage, !rc && result.ret == ret && result.origin == origin, "answer.invoke",
		    "the failure of a command does not reach the program");
}

static void answers_program(void *arg)
{
	static const uint32_t codes[] = {
		OPTEE_SMC_RETURN_EBUSY,		  OPTEE_SMC_RETURN_ERESUME,
		OPTEE_SMC_RETURN_EBADADDR,	  OPTEE_SMC_RETURN_EBADCMD,
		OPTEE_SMC_RETURN_ENOMEM,	  OPTEE_SMC_RETURN_ENOTAVAIL,
		OPTEE_SMC_RETURN_UNKNOWN_FUNCTION};
	struct answers *a = arg;
	struct osim_stage *stage = a->stage;
	struct osim_client client;
	uint32_t session;

	if (!osim__program_begin(stage, osim__system_pta, &client, &session))
		return;
	for (unsigned int i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		opened(a, &client, ANSWER_CODE, codes[i], TEE_ERROR_COMMUNICATION,
		       TEE_ORIGIN_COMMS);
		invoked(a, &client, session, ANSWER_CODE, codes[i], TEE_ERROR_COMMUNICATION,
			TEE_ORIGIN_COMMS);
	}
	opened(a, &client, ANSWER_RESULT, TEE_ERROR_BUSY, TEE_ERROR_BUSY, TEE_ORIGIN_TEE);
	opened(a, &client, ANSWER_ATTR, 0, TEE_ERROR_COMMUNICATION, TEE_ORIGIN_COMMS);
	invoked(a, &client, session, ANSWER_RESULT, TEE_ERROR_OVERFLOW, TEE_ERROR_OVERFLOW,
		TEE_ORIGIN_TEE);
	invoked(a, &client, session, ANSWER_ATTR, 0, TEE_ERROR_COMMUNICATION, TEE_ORIGIN_COMMS);
	for (uint32_t func = 6; func < 9; func++) {
		next(a, ANSWER_UNKNOWN, func);
		osim_expect(stage,
			    !osim__program_ask(&client, session, OSIM_PTA_SYSTEM_SLEEP, 1, 0),
			    "rpc.unknown", "a call does not go on after an RPC that is not known");
	}
	osim__program_end(&client, session);
}

/* --- memory that cannot be registered --- */

static void register_program(void *arg)
{
	static const uint32_t results[] = {TEE_ERROR_OUT_OF_MEMORY, TEE_ERROR_GENERIC};
	static unsigned char own[3 * PAGE];
	struct answers *a = arg;
	struct osim_client_shm shm;
	struct osim_client client;

	if (osim_client_open(a->stage->m, &client))
		return;
	for (unsigned int i = 0; i < 4; i++) {
		next(a, i < 2 ? ANSWER_RESULT : ANSWER_CODE,
		     i < 2 ? results[i] : OPTEE_SMC_RETURN_EBADADDR + i - 2);
		if (!osim_client_shm_register(&client, own + 8, 2 * PAGE, &shm)) {
			osim_expect(a->stage, false, "answer.register-shm",
				    "memory that the secure world refused is taken as registered");
			osim_client_shm_free(&client, &shm);
		}
		next(a, i < 2 ? ANSWER_RESULT : ANSWER_CODE,
		     i < 2 ? results[i] : OPTEE_SMC_RETURN_EBADADDR + i - 2);
		if (!osim_client_shm_alloc(&client, 2 * PAGE, &shm)) {
			osim_expect(a->stage, false, "answer.register-shm",
				    "memory that the secure world refused is given to a program");
			osim_client_shm_free(&client, &shm);
		}
		next(a, ANSWER_AS_IS, 0);
	}
	osim_client_close(&client);
}

/* --- all --- */

static void with(struct osim_stage *stage, void (*program)(void *arg))
{
	struct answers *a = OSIM__KEEP(stage, struct answers, .stage = stage);

	stage->errors = true;
	if (!osim_stage_bind(stage))
		return;
	stage->tap = (struct osim_tap){.fn = answers_tap, .arg = a};
	osim_tap_add(stage->m, &stage->tap);
	osim_spawn(stage->m, "program", program, a, -1, &stage->task[0]);
	osim_run(stage->m);
	osim_tap_remove(stage->m, &stage->tap);
}

static void answers(struct osim_stage *stage)
{
	with(stage, answers_program);
}

static void answers_register(struct osim_stage *stage)
{
	with(stage, register_program);
}

const struct osim_scenario osim__scenario_answers = {
	.name = "answers",
	.what = "A program's requests are answered with each error, and with nonsense.",
	.configure = osim__without_rpc_arg,
	.body = answers,
	.who = OSIM_WHO_HOSTILE};
const struct osim_scenario osim__scenario_answers_register = {
	.name = "answers-register",
	.what = "The secure world refuses to register memory.",
	.configure = osim__without_rpc_arg,
	.body = answers_register,
	.who = OSIM_WHO_HOSTILE};
