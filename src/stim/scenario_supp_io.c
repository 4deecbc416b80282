/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <linux/tee.h>
#include <string.h>

#include <optee_sim/abi/abi.h>

#include "stim/asks.h"
#include "stim/scenarios.h"
#include "stim/strict.h"

/*
 * What the supplicant's device does with each right and wrong call, to the last value: requests as
 * they are received, answers as the secure world gets them.
 */

#define MS	 1000000u
#define MADE_UP	 0xffff1234u /* a result that only the supplicant can have given */
#define REQUESTS 3u
#define NO_TYPE	 4u /* of a parameter */

/* --- requests and answers --- */

/* Three parameters, each with values of its own, and a buffer; what comes back is exact. */
static void ask_files(struct osim__asking *asking, struct osim_pta_call *call, uint32_t program)
{
	struct osim_pta_mem *mem = osim_pta_alloc(call, OPTEE_RPC_SHM_TYPE_KERNEL, 256);
	struct osim_pta_rpc_param p[4] = {
		{.type = OSIM_PTA_VALUE_INPUT, .a = 0x11 + program, .b = 0x12, .c = 0x13},
		{.type = OSIM_PTA_VALUE_INOUT, .a = 0x21, .b = 0x22, .c = 0x23},
		{.type = OSIM_PTA_VALUE_OUTPUT, .a = 0x31, .b = 0x32, .c = 0x33},
		{.type = OSIM_PTA_MEMREF_INOUT, .mem = mem, .offset = 8, .size_bytes = 0x60}};
	uint32_t ret;

	if (!mem)
		return;
	ret = osim_pta_rpc(call, OPTEE_RPC_CMD_FS, 4, p);
	osim_pta_free(call, OPTEE_RPC_SHM_TYPE_KERNEL, mem);
	osim_expect(asking->stage, ret == MADE_UP, "supplicant.result",
		    "the supplicant's result does not reach the trusted application");
	osim_expect(asking->stage,
		    p[1].a == 0x51 && p[1].b == 0x52 && p[1].c == 0x53 && p[2].a == 0x61 &&
			    p[2].b == 0x62 && p[2].c == 0x63,
		    "supplicant.values",
		    "the supplicant's values do not reach the trusted application");
	osim_expect(asking->stage, p[3].size_bytes == 0x40, "supplicant.size",
		    "the size that the supplicant used does not reach the trusted application");
}

static bool value_is(const struct tee_ioctl_param *p, uint64_t attr, uint64_t a, uint64_t b,
		     uint64_t c)
{
	return p->attr == attr && p->a == a && p->b == b && p->c == c;
}

/* The request of ask_files(), from params[meta] on. */
static void expect_request(struct osim__strict *s, unsigned int meta)
{
	const struct tee_ioctl_param *p = s->call.recv.params + meta;

	osim_expect(s->stage,
		    s->call.recv.func == OPTEE_RPC_CMD_FS && s->call.recv.num_params == 4 + meta,
		    "supplicant.request",
		    "a request has not the function and number of parameters of its RPC");
	osim_expect(s->stage,
		    value_is(&p[0], TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INPUT, 0x11, 0x12, 0x13) &&
			    value_is(&p[1], TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INOUT, 0x21, 0x22,
				     0x23) &&
			    p[2].attr == TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_OUTPUT,
		    "supplicant.request", "a request has not the values of its RPC");
	osim_expect(s->stage,
		    p[3].attr == TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INOUT && p[3].a == 8 &&
			    p[3].b == 0x60,
		    "supplicant.request", "a request has not the buffer of its RPC");
	if (!meta)
		return;
	p = s->call.recv.params;
	osim_expect(s->stage, p->attr == OSIM__STRICT_META && p->a > 0 && !p->b && !p->c,
		    "supplicant.meta", "a request's first parameter does not identify it");
}

static void fill_answer(struct osim__strict *s, unsigned int meta)
{
	struct tee_ioctl_param *p = s->call.send.params + meta;

	for (unsigned int i = 0; i < 3; i++) {
		p[i].a = 0x41 + 0x10 * i;
		p[i].b = 0x42 + 0x10 * i;
		p[i].c = 0x43 + 0x10 * i;
	}
	p[3].b = 0x40;
}

/* All that is wrong while there is no request. */
static void wrong_without_request(struct osim__strict *s)
{
	osim__strict_expect(s, osim__strict_receive(s, 0, 0), -EINVAL,
			    "a request is received into no parameters");
	osim__strict_expect(s, osim__strict_receive(s, 5, TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INPUT),
			    -EINVAL,
			    "a request is received into a parameter that is a value already");
	osim__strict_expect(s, osim__strict_answer_id(s, 0, 0, 0), -EINVAL,
			    "an answer without parameters is taken");
	osim__strict_expect(s,
			    osim__strict_answer_id(s, 1, TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INOUT, 1),
			    -EINVAL, "an answer is taken that does not say what it answers");
	osim__strict_expect(s, osim__strict_answer_id(s, 1, OSIM__STRICT_META, 77), -ENOENT,
			    "an answer to a request that does not exist is taken");
}

/* Its memory as a parameter of RECV: refused, and not kept. */
static void wrong_with_memory(struct osim__strict *s)
{
	struct osim_client client = {.m = s->stage->m, .fd = s->fd};
	struct osim_client_shm shm;

	if (osim_client_shm_alloc(&client, 4096, &shm))
		return;
	for (unsigned int i = 0; i < 2; i++) {
		memset(&s->call, 0, sizeof(s->call));
		s->call.recv.params[i].attr = TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INPUT;
		s->call.recv.params[i].b = 16;
		s->call.recv.params[i].c = (uint64_t)shm.id;
		osim__strict_expect(
			s, osim__strict_receive_as_is(s, 2), -EINVAL,
			"a request is received into a parameter that is a buffer already");
	}
	osim_client_shm_free(&client, &shm);
}

/* Its memory, and then a parameter that there is not; and it leaves. */
static void refused_with_memory(void *arg)
{
	struct osim_client_shm shm;
	struct osim_client client;
	struct osim__strict s;

	if (!osim__strict_open(&s, arg))
		return;
	client = (struct osim_client){.m = s.stage->m, .fd = s.fd};
	if (!osim_client_shm_alloc(&client, 4096, &shm)) {
		memset(&s.call, 0, sizeof(s.call));
		s.call.recv.params[0] =
			(struct tee_ioctl_param){.attr = TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INPUT,
						 .b = 16,
						 .c = (uint64_t)shm.id};
		s.call.recv.params[1].attr = NO_TYPE;
		osim__strict_expect(&s, osim__strict_receive_as_is(&s, 2), -EINVAL,
				    "a request is received into a parameter that there is not");
		osim_client_shm_free(&client, &shm);
	}
	osim__strict_close(&s);
}

static void follows(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim__strict s;
	bool open = osim__strict_open(&s, stage);

	osim_expect(stage, open, "supplicant.gone",
		    "a supplicant that was refused a call and has left keeps the next one out");
	if (open)
		osim__strict_close(&s);
}

/* Three requests, which carry their numbers; each is received and answered with all that can go
 * wrong before. */
static void strict_meta(void *arg)
{
	struct osim__strict s;
	uint64_t id;

	if (!osim__strict_open(&s, arg))
		return;
	wrong_without_request(&s);
	wrong_with_memory(&s);
	/* There is none; the first asker begins now. */
	osim_sleep_ns(s.stage->m, 20 * MS);
	osim__strict_expect(&s, osim__strict_receive(&s, 4, TEE_IOCTL_PARAM_ATTR_META), -EINVAL,
			    "a request is received into too few parameters");
	osim__strict_expect(&s, osim__strict_receive(&s, 5, TEE_IOCTL_PARAM_ATTR_META), 0,
			    "a request that just fits is not received");
	expect_request(&s, 1);
	id = s.call.recv.params[0].a;
	fill_answer(&s, 1);
	osim__strict_expect(&s, osim__strict_answer(&s, MADE_UP, 4), -EINVAL,
			    "an answer with too few parameters is taken");
	osim__strict_expect(&s, osim__strict_answer(&s, MADE_UP, 6), -EINVAL,
			    "an answer with too many parameters is taken");
	osim__strict_expect(&s, osim__strict_answer(&s, MADE_UP, 5), 0, "an answer is refused");
	osim__strict_expect(&s, osim__strict_answer_id(&s, 5, OSIM__STRICT_META, id), -ENOENT,
			    "a request is answered twice");
	osim__strict_close(&s);
}

/* The same, one at a time. */
static void strict_plain(void *arg)
{
	struct osim__strict s;

	if (!osim__strict_open(&s, arg))
		return;
	osim_sleep_ns(s.stage->m, 20 * MS);
	osim__strict_expect(&s, osim__strict_receive(&s, 3, 0), -EINVAL,
			    "a request is received into too few parameters");
	osim__strict_expect(&s, osim__strict_receive(&s, 4, 0), 0,
			    "a request that just fits is not received");
	expect_request(&s, 0);
	fill_answer(&s, 0);
	osim__strict_expect(&s, osim__strict_answer(&s, MADE_UP, 3), -EINVAL,
			    "an answer with too few parameters is taken");
	osim__strict_expect(&s, osim__strict_answer(&s, MADE_UP, 4), 0, "an answer is refused");
	osim__strict_expect(&s, osim__strict_answer_id(&s, 4, OSIM__STRICT_META, 1), -ENOENT,
			    "a request is answered twice");
	osim__strict_close(&s);
}

/* A second request while the first, which carries no number, is being worked on. */
static void strict_mixed(void *arg)
{
	struct osim__strict s, other;

	if (!osim__strict_open(&s, arg))
		return;
	for (unsigned int i = 0; i < 2; i++) {
		osim__strict_expect(&s, osim__strict_receive(&s, 4, 0), 0,
				    "a request is not received");
		other = s;
		osim__strict_expect(
			&other, osim__strict_receive(&other, 5, TEE_IOCTL_PARAM_ATTR_META), -EINVAL,
			"a request is received before the last one, which has no number, is answered");
		fill_answer(&s, 0);
		osim__strict_expect(&s, osim__strict_answer(&s, MADE_UP, 4), 0,
				    "an answer is refused");
	}
	osim__strict_close(&s);
}

/* Receives all, and answers the last one first. */
static void strict_order(void *arg)
{
	struct tee_ioctl_param first[REQUESTS][5];
	struct osim__strict s;

	if (!osim__strict_open(&s, arg))
		return;
	osim_sleep_ns(s.stage->m, 20 * MS);
	for (unsigned int i = 0; i < REQUESTS; i++) {
		osim__strict_expect(&s, osim__strict_receive(&s, 5, TEE_IOCTL_PARAM_ATTR_META), 0,
				    "a request is not received while others are worked on");
		osim_expect(s.stage, s.call.recv.params[1].a == 0x11 + i, "supplicant.order",
			    "requests are not received in the order in which they were made");
		fill_answer(&s, 1);
		memcpy(first[i], s.call.recv.params, sizeof(first[i]));
	}
	for (unsigned int i = REQUESTS; i-- > 0;) {
		memcpy(s.call.send.params, first[i], sizeof(first[i]));
		osim__strict_expect(&s, osim__strict_answer(&s, MADE_UP, 5), 0,
				    "an answer out of order is refused");
	}
	osim__strict_close(&s);
}

/* --- what happens --- */

static void served_by(struct osim_stage *stage, void (*supplicant)(void *), unsigned int askers)
{
	struct osim__asking *asking =
		OSIM__KEEP(stage, struct osim__asking, .stage = stage, .ask = ask_files);

	if (!osim__asks_bind(asking) || !osim_stage_has_supplicant(stage))
		return;
	osim_stage_program(stage, "supplicant", supplicant);
	osim_run_for(stage->m, 10 * MS);
	for (unsigned int i = 0; i < askers; i++) {
		osim__asks_program(asking);
		osim_run_for(stage->m, MS);
	}
	osim_run_for(stage->m, 100 * MS);
	for (unsigned int i = 0; i < stage->tasks; i++)
		osim_expect(stage, osim_task_done(stage->task[i]), "supplicant.stuck",
			    "a request or its answer does not come through");
	for (unsigned int i = 0; i < stage->tasks; i++)
		osim_task_signal(stage->task[i], true);
	osim_run(stage->m);
}

static void supp_meta(struct osim_stage *stage)
{
	served_by(stage, strict_meta, 1);
}

static void supp_plain(struct osim_stage *stage)
{
	served_by(stage, strict_plain, 1);
}

static void supp_mixed(struct osim_stage *stage)
{
	served_by(stage, strict_mixed, 2);
}

static void supp_order(struct osim_stage *stage)
{
	served_by(stage, strict_order, REQUESTS);
}

static void supp_refused(struct osim_stage *stage)
{
	if (!osim_stage_bind(stage) || !osim_stage_has_supplicant(stage))
		return;
	osim_stage_program(stage, "supplicant", refused_with_memory);
	osim_run(stage->m);
	osim_stage_program(stage, "supplicant", follows);
	osim_run(stage->m);
}

static void many_threads(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)machine;
	secure->thread_count = REQUESTS + 1;
}

const struct osim_scenario osim__scenario_supp_meta = {
	.name = "supp-meta",
	.what = "A supplicant makes each wrong call, and serves one request, which carries a number.",
	.body = supp_meta};
const struct osim_scenario osim__scenario_supp_plain = {
	.name = "supp-plain",
	.what = "The same with a supplicant that takes one request at a time.",
	.body = supp_plain};
const struct osim_scenario osim__scenario_supp_mixed = {
	.name = "supp-mixed",
	.what = "A supplicant that takes one request at a time asks for a second one.",
	.configure = many_threads,
	.body = supp_mixed};
const struct osim_scenario osim__scenario_supp_order = {
	.name = "supp-order",
	.what = "A supplicant takes three requests and answers the last one first.",
	.configure = many_threads,
	.body = supp_order};
const struct osim_scenario osim__scenario_supp_refused = {
	.name = "supp-refused",
	.what = "A supplicant names memory in a call that is refused, and leaves; another one comes.",
	.body = supp_refused};
