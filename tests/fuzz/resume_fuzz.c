/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that stop in RPCs, resumed in any order, twice, with what another one was given, with
 * answers that are right, wrong or not there, while the interrupt comes and goes.
 */
#include <optee_sim/abi/abi.h>
#include <optee_sim/conduit.h>
#include <optee_sim/machine.h>
#include <optee_sim/pta.h>
#include <optee_sim/secure.h>

#include "fuzz.h"

#define PAGE	  4096u
#define SLOTS	  4u
#define CALLS_MAX 48

/* A message page, and the registers its call came back with. */
struct slot {
	uint8_t *page;
	struct osim_regs back;
};

struct world {
	struct osim_machine *m;
	struct fuzz_input in;
	struct slot slot[SLOTS];
	uint32_t session;
};

static struct osim_msg_param *message(struct slot *s, uint32_t cmd, uint32_t func, uint32_t session,
				      uint32_t params)
{
	struct osim_msg_arg *arg = memset(s->page, 0, PAGE);

	*arg = (struct osim_msg_arg){
		.cmd = cmd, .func = func, .session = session, .num_params = params};
	return (struct osim_msg_param *)(void *)(arg + 1);
}

static void invoke(struct world *w, struct slot *s, struct osim_regs regs)
{
	int rc = osim_invoke(w->m, &regs);

	assert(rc == 0);
	s->back = regs;
}

static void begin(struct world *w, struct slot *s)
{
	static const uint8_t uuid[16] = OSIM_PTA_RPC_UUID;
	uint64_t pa = osim_mem_pa(w->m, s->page);
	struct osim_msg_param *p;

	if (!w->session) {
		p = message(s, OPTEE_MSG_CMD_OPEN_SESSION, 0, 0, 2);
		p[0].attr = p[1].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT | OPTEE_MSG_ATTR_META;
		memcpy(&p[0].u, uuid, sizeof(uuid));
	} else {
		p = message(s,
			    fuzz_u8(&w->in) % 8 ? OPTEE_MSG_CMD_INVOKE_COMMAND
						: OPTEE_MSG_CMD_DO_BOTTOM_HALF,
			    fuzz_u8(&w->in) % 5, w->session, 2);
		p[0].attr = p[1].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
		p[0].u.value.a = fuzz_u8(&w->in) % 32;
		p[0].u.value.b = fuzz_u8(&w->in) % 4;
		p[1].u.value.a = fuzz_u8(&w->in);
	}
	invoke(w, s,
	       (struct osim_regs){
		       {fuzz_u8(&w->in) % 2 ? OPTEE_SMC_CALL_WITH_ARG : OPTEE_SMC_CALL_WITH_RPC_ARG,
			pa >> 32, (uint32_t)pa}});
	if (!w->session && s->back.a[0] == OPTEE_SMC_RETURN_OK)
		w->session = ((struct osim_msg_arg *)(void *)s->page)->session;
}

static void resume(struct world *w, struct slot *s)
{
	const struct slot *other = &w->slot[fuzz_u8(&w->in) % SLOTS];
	struct osim_regs regs = {
		{OPTEE_SMC_CALL_RETURN_FROM_RPC, s->back.a[1], s->back.a[2], s->back.a[3]}};
	struct osim_msg_arg *rpc =
		(struct osim_msg_arg *)(void *)(s->page + OPTEE_MSG_GET_ARG_SIZE(2));

	switch (fuzz_u8(&w->in) % 8) {
	case 0:
		regs.a[3] = other->back.a[3];
		break;
	case 1:
		fuzz_bytes(&w->in, &regs.a[1], 7 * sizeof(regs.a[0]));
		break;
	case 2:
		fuzz_bytes(&w->in, rpc, 96);
		break;
	default:
		regs.a[1] = osim_mem_pa(w->m, other->page) >> 32;
		regs.a[2] = (uint32_t)osim_mem_pa(w->m, other->page);
		regs.a[5] = fuzz_u8(&w->in);
		rpc->ret = fuzz_u8(&w->in) % 2 ? TEE_SUCCESS : TEE_ERROR_OUT_OF_MEMORY;
	}
	invoke(w, s, regs);
}

static void step(struct world *w)
{
	struct slot *s = &w->slot[fuzz_u8(&w->in) % SLOTS];
	uint8_t what = fuzz_u8(&w->in) % 8;

	if (what < 2)
		begin(w, s);
	else if (what == 2)
		osim_post(w->m, fuzz_u8(&w->in) % 64);
	else if (what == 3)
		osim_irq_enable(w->m, osim_notif_intid(w->m), 0, fuzz_u8(&w->in) % 2);
	else
		resume(w, s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct osim_options options = {.size = sizeof(options), .cpus = 1};
	struct world w = {.in = {data, size}};
	int rc = osim_machine_new(&options, &w.m);

	assert(rc == 0);
	for (unsigned int i = 0; i < SLOTS; i++) {
		w.slot[i].page = osim_mem_alloc(w.m, PAGE);
		assert(w.slot[i].page);
	}
	for (int i = 0; i < CALLS_MAX && w.in.size; i++)
		step(&w);
	for (unsigned int i = 0; i < SLOTS; i++)
		osim_mem_free(w.m, w.slot[i].page, PAGE);
	osim_machine_free(w.m);
	return 0;
}
