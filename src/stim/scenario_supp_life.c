/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/abi.h>

#include "stim/asks.h"
#include "stim/scenarios.h"
#include "stim/strict.h"

/* Who leaves when: programs that are killed, and supplicants that go, with requests in each state.
 */

#define MS	  1000000u
#define PROGRAMS  4u
#define PENDING	  1u /* no result */
#define LOST	  TEE_ERROR_COMMUNICATION
#define ALLOC_LEN 5000u
#define META	  TEE_IOCTL_PARAM_ATTR_META

/* Each program's request has its number in it. */
struct requests {
	uint32_t result[PROGRAMS];
};

static void ask_one(struct osim__asking *asking, struct osim_pta_call *call, uint32_t program)
{
	struct osim_pta_rpc_param p = {.type = OSIM_PTA_VALUE_INOUT, .a = 100 + program};
	struct requests *r = asking->own;
	uint32_t ret = osim_pta_rpc(call, OPTEE_RPC_CMD_FS, 1, &p);

	if (program < PROGRAMS)
		r->result[program] = ret;
}

static bool begin(struct osim__asking *asking, struct requests *r)
{
	for (unsigned int i = 0; i < PROGRAMS; i++)
		r->result[i] = PENDING;
	asking->ask = ask_one;
	asking->own = r;
	return osim__asks_bind(asking) && osim_stage_has_supplicant(asking->stage);
}

/* count programs, and time for their requests to get where they can. */
static void ask(struct osim__asking *asking, unsigned int count)
{
	while (count--) {
		osim__asks_program(asking);
		osim_run_for(asking->stage->m, MS);
	}
}

static void kill_task(struct osim_stage *stage, unsigned int i)
{
	if (i < stage->tasks)
		osim_task_signal(stage->task[i], true);
	osim_run_for(stage->m, MS);
}

static void end(struct osim_stage *stage)
{
	osim_run_for(stage->m, 100 * MS);
	for (unsigned int i = 0; i < stage->tasks; i++)
		osim_expect(stage, osim_task_done(stage->task[i]), "supplicant.stuck",
			    "a program or a supplicant waits for something that has happened");
	for (unsigned int i = 0; i < stage->tasks; i++)
		osim_task_signal(stage->task[i], true);
	osim_run(stage->m);
	if (osim_bound(stage->m))
		osim_unbind(stage->m);
}

static void expect_result(struct osim_stage *stage, const struct requests *r, unsigned int i,
			  uint32_t want)
{
	osim_expect(stage, r->result[i] == want, "supplicant.result",
		    want == LOST
			    ? "a request that nobody will answer is not TEE_ERROR_COMMUNICATION"
		    : want ? "a request is answered that nobody has answered"
			   : "a request that the supplicant served is not answered so");
}

/* Receives a request, which must be that of the program; its number. */
static uint64_t take(struct osim__strict *s, uint32_t program, uint32_t meta)
{
	osim__strict_expect(s, osim__strict_receive(s, 2, meta ? META : 0), 0,
			    "a request is not received");
	osim_expect(s->stage,
		    s->call.recv.num_params == 1 + meta &&
			    s->call.recv.params[meta].a == 100 + program,
		    "supplicant.order", "another request than the oldest one is received");
	return s->call.recv.params[0].a;
}

static void serve(struct osim__strict *s, uint32_t program, uint32_t meta)
{
	take(s, program, meta);
	osim__strict_expect(s, osim__strict_answer(s, TEE_SUCCESS, 1 + meta), 0,
			    "an answer is refused");
}

/* --- programs that are killed --- */

static void serves_second(void *arg)
{
	struct osim__strict s;

	if (!osim__strict_open(&s, arg))
		return;
	serve(&s, 1, 1);
	osim__strict_close(&s);
}

/* The first of two programs is killed before anybody has seen its request. */
static void supp_killed_queued(struct osim_stage *stage)
{
	struct osim__asking *asking = OSIM__KEEP(stage, struct osim__asking, .stage = stage);
	struct requests *r = OSIM__KEEP(stage, struct requests, .result = {PENDING});

	if (!begin(asking, r))
		return;
	ask(asking, 2);
	kill_task(stage, 0);
	expect_result(stage, r, 0, LOST);
	expect_result(stage, r, 1, PENDING);
	osim_stage_program(stage, "supplicant", serves_second);
	end(stage);
	expect_result(stage, r, 1, TEE_SUCCESS);
}

/* The program of the first request is killed meanwhile. */
static void serves_late(struct osim_stage *stage, uint32_t meta)
{
	struct osim__strict s;

	if (!osim__strict_open(&s, stage))
		return;
	take(&s, 0, meta);
	osim_sleep_ns(stage->m, 20 * MS);
	osim__strict_expect(&s, osim__strict_answer(&s, TEE_SUCCESS, 1 + meta), -EBADF,
			    "an answer that nobody waits for any more is taken");
	serve(&s, 1, meta);
	osim__strict_close(&s);
}

static void serves_late_meta(void *arg)
{
	serves_late(arg, 1);
}

static void serves_late_plain(void *arg)
{
	serves_late(arg, 0);
}

static void killed_working(struct osim_stage *stage, void (*supplicant)(void *))
{
	struct osim__asking *asking = OSIM__KEEP(stage, struct osim__asking, .stage = stage);
	struct requests *r = OSIM__KEEP(stage, struct requests, .result = {PENDING});

	if (!begin(asking, r))
		return;
	ask(asking, 2);
	osim_stage_program(stage, "supplicant", supplicant);
	osim_run_for(stage->m, 2 * MS);
	kill_task(stage, 0);
	expect_result(stage, r, 0, LOST);
	end(stage);
	expect_result(stage, r, 1, TEE_SUCCESS);
}

static void supp_killed_working(struct osim_stage *stage)
{
	killed_working(stage, serves_late_meta);
}

static void supp_killed_plain(struct osim_stage *stage)
{
	killed_working(stage, serves_late_plain);
}

/* --- supplicants that go --- */

/* Goes with two requests in its hands. */
static void takes_two(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim__strict s;

	if (!osim__strict_open(&s, stage))
		return;
	stage->value = (uint32_t)take(&s, 0, 1);
	take(&s, 1, 1);
	osim_sleep_ns(stage->m, 20 * MS);
	osim__strict_close(&s);
}

static void takes_one_plain(void *arg)
{
	struct osim__strict s;

	if (!osim__strict_open(&s, arg))
		return;
	take(&s, 0, 0);
	osim_sleep_ns(s.stage->m, 20 * MS);
	osim__strict_close(&s);
}

/* What its predecessor had is gone. */
static void serves_fourth(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim__strict s;

	if (!osim__strict_open(&s, stage))
		return;
	osim__strict_expect(&s, osim__strict_answer_id(&s, 2, OSIM__STRICT_META, stage->value),
			    -ENOENT, "a request of a supplicant that has gone can be answered");
	serve(&s, 3, 1);
	osim__strict_close(&s);
}

/* One request is being worked on, the program of another has been killed, a third is queued. */
static void supp_leaves(struct osim_stage *stage)
{
	struct osim__asking *asking = OSIM__KEEP(stage, struct osim__asking, .stage = stage);
	struct requests *r = OSIM__KEEP(stage, struct requests, .result = {PENDING});

	if (!begin(asking, r))
		return;
	osim_stage_program(stage, "supplicant", takes_two);
	osim_run_for(stage->m, MS);
	ask(asking, 3);
	kill_task(stage, 2);
	expect_result(stage, r, 1, LOST);
	expect_result(stage, r, 2, PENDING);
	osim_run_for(stage->m, 40 * MS);
	expect_result(stage, r, 0, LOST);
	expect_result(stage, r, 2, LOST);
	osim_stage_program(stage, "supplicant", serves_fourth);
	osim_run_for(stage->m, MS);
	ask(asking, 1);
	end(stage);
	expect_result(stage, r, 3, TEE_SUCCESS);
}

/* One CPU, whose thread goes on where it is: the program is killed and its request dropped before
 * it can look at either. */
static void leaves_and_kills(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim__strict s;

	if (!osim__strict_open(&s, stage))
		return;
	osim_sleep_ns(stage->m, 20 * MS);
	if (stage->tasks > 1)
		osim_task_signal(stage->task[1], true);
	osim_yield(stage->m);
	osim__strict_close(&s);
}

static void supp_leaves_killed(struct osim_stage *stage)
{
	struct osim__asking *asking = OSIM__KEEP(stage, struct osim__asking, .stage = stage);
	struct requests *r = OSIM__KEEP(stage, struct requests, .result = {PENDING});

	if (!begin(asking, r))
		return;
	osim_stage_program(stage, "supplicant", leaves_and_kills);
	osim_run_for(stage->m, MS);
	ask(asking, 1);
	end(stage);
	expect_result(stage, r, 0, LOST);
}

/* With a request that has no number: the next supplicant begins anew. */
static void supp_leaves_plain(struct osim_stage *stage)
{
	struct osim__asking *asking = OSIM__KEEP(stage, struct osim__asking, .stage = stage);
	struct requests *r = OSIM__KEEP(stage, struct requests, .result = {PENDING});

	if (!begin(asking, r))
		return;
	osim_stage_program(stage, "supplicant", takes_one_plain);
	osim_run_for(stage->m, MS);
	ask(asking, 1);
	osim_run_for(stage->m, 40 * MS);
	expect_result(stage, r, 0, LOST);
	osim_stage_program(stage, "supplicant", serves_second);
	osim_run_for(stage->m, MS);
	ask(asking, 1);
	end(stage);
	expect_result(stage, r, 1, TEE_SUCCESS);
}

/* A signal makes it look up from its wait; nothing is lost. */
static void interrupted(void *arg)
{
	struct osim__strict s;
	long rc;

	if (!osim__strict_open(&s, arg))
		return;
	rc = osim__strict_receive(&s, 2, META);
	osim_expect(s.stage, rc < 0, "supplicant.signal",
		    "a request is received where there is none, after a signal");
	osim_sleep_ns(s.stage->m, 20 * MS);
	serve(&s, 0, 1);
	osim__strict_close(&s);
}

static void supp_signal(struct osim_stage *stage)
{
	struct osim__asking *asking = OSIM__KEEP(stage, struct osim__asking, .stage = stage);
	struct requests *r = OSIM__KEEP(stage, struct requests, .result = {PENDING});

	if (!begin(asking, r))
		return;
	osim_stage_program(stage, "supplicant", interrupted);
	osim_run_for(stage->m, 10 * MS);
	if (stage->tasks)
		osim_task_signal(stage->task[0], false);
	osim_run_for(stage->m, 10 * MS);
	ask(asking, 1);
	end(stage);
	expect_result(stage, r, 0, TEE_SUCCESS);
}

/* --- memory --- */

/* Refused, with memory named nevertheless; granted, with memory that does not exist; granted. */
static void ask_memory(struct osim__asking *asking, struct osim_pta_call *call, uint32_t program)
{
	const char text[] = "in the supplicant's memory";
	struct osim_pta_mem *mem;

	(void)program;
	for (unsigned int i = 0; i < 2; i++) {
		mem = osim_pta_alloc(call, OPTEE_RPC_SHM_TYPE_APPL, ALLOC_LEN);
		osim_expect(asking->stage, !mem, "supplicant.no-memory",
			    i ? "memory that the supplicant does not have is handed out"
			      : "memory that the supplicant refused is handed out");
		osim_pta_free(call, OPTEE_RPC_SHM_TYPE_APPL, mem);
	}
	mem = osim_pta_alloc(call, OPTEE_RPC_SHM_TYPE_APPL, ALLOC_LEN);
	osim_expect(asking->stage, mem, "supplicant.memory",
		    "memory that the supplicant made does not reach the trusted application");
	osim_pta_mem_write(call, mem, 4090, text, sizeof(text));
	osim_pta_free(call, OPTEE_RPC_SHM_TYPE_APPL, mem);
}

static void expect_memory_request(struct osim__strict *s, uint32_t func, uint64_t b)
{
	const struct tee_ioctl_param *p = &s->call.recv.params[1];

	osim_expect(s->stage,
		    s->call.recv.func == func && s->call.recv.num_params == 2 &&
			    p->attr == TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INOUT &&
			    p->a == OPTEE_RPC_SHM_TYPE_APPL && p->b == b && !p->c,
		    "supplicant.request",
		    func == OPTEE_RPC_CMD_SHM_ALLOC
			    ? "a request for memory is not SHM_ALLOC of the size that is wanted"
			    : "a request to free memory is not SHM_FREE of what was made");
}

static void answers_memory(struct osim__strict *s, const struct osim_client_shm *shm)
{
	const uint64_t ids[] = {(uint64_t)shm->id, 0x7777, (uint64_t)shm->id};

	for (unsigned int i = 0; i < 3; i++) {
		osim__strict_expect(s, osim__strict_receive(s, 2, META), 0,
				    "a request is not received");
		expect_memory_request(s, OPTEE_RPC_CMD_SHM_ALLOC, ALLOC_LEN);
		s->call.send.params[1].c = ids[i];
		osim__strict_expect(
			s, osim__strict_answer(s, i ? TEE_SUCCESS : TEE_ERROR_OUT_OF_MEMORY, 2), 0,
			"an answer is refused");
	}
	osim__strict_expect(s, osim__strict_receive(s, 2, META), 0, "a request is not received");
	expect_memory_request(s, OPTEE_RPC_CMD_SHM_FREE, (uint64_t)shm->id);
	osim__strict_expect(s, osim__strict_answer(s, TEE_SUCCESS, 2), 0, "an answer is refused");
}

static void gives_memory(void *arg)
{
	struct osim_client client;
	struct osim_client_shm shm;
	struct osim__strict s;
	char *own = malloc(ALLOC_LEN);

	if (!own || !osim__strict_open(&s, arg)) {
		free(own);
		return;
	}
	memset(own, 0, ALLOC_LEN);
	client = (struct osim_client){.m = s.stage->m, .fd = s.fd};
	if (!osim_client_shm_register(&client, own, ALLOC_LEN, &shm)) {
		answers_memory(&s, &shm);
		osim_expect(s.stage, !memcmp(own + 4090, "in the supplicant", 17),
			    "supplicant.memory",
			    "what the trusted application writes is not in the supplicant's "
			    "memory");
		osim_client_shm_free(&client, &shm);
	}
	osim__strict_close(&s);
	free(own);
}

static void supp_gives_memory(struct osim_stage *stage)
{
	struct osim__asking *asking =
		OSIM__KEEP(stage, struct osim__asking, .stage = stage, .ask = ask_memory);

	if (!osim__asks_bind(asking) || !osim_stage_has_supplicant(stage))
		return;
	osim_stage_program(stage, "supplicant", gives_memory);
	osim_run_for(stage->m, 10 * MS);
	ask(asking, 1);
	end(stage);
}

static void many_threads(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)machine;
	secure->thread_count = PROGRAMS + 1;
}

#define LIFE(ident, text, does)                               \
	const struct osim_scenario osim__scenario_##ident = { \
		.name = text, .what = does, .configure = many_threads, .body = ident}

LIFE(supp_killed_queued, "supp-killed-queued",
     "A program is killed before the supplicant has seen its request.");
LIFE(supp_killed_working, "supp-killed-working",
     "A program is killed while the supplicant has its request, and another one waits.");
LIFE(supp_killed_plain, "supp-killed-plain",
     "The same with a supplicant that takes one request at a time.");
LIFE(supp_leaves, "supp-leaves", "A supplicant leaves with requests in each state.");
LIFE(supp_leaves_killed, "supp-leaves-killed",
     "A supplicant leaves at the moment when the program is killed that waits for it.");
LIFE(supp_leaves_plain, "supp-leaves-plain",
     "A supplicant that takes one request at a time leaves with it.");
LIFE(supp_signal, "supp-signal", "A supplicant that waits gets a signal.");
LIFE(supp_gives_memory, "supp-gives-memory",
     "A supplicant refuses memory, names memory that it has not, and gives some.");
