/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A normal world that does anything it likes at the conduit: known and unknown calls, messages
 * that are nearly right, answers to RPCs that were asked or were not, posts. The fake secure world
 * answers each call with something the protocol knows, and the machine can still run.
 */
#include <optee_sim/abi/smc.h>
#include <optee_sim/conduit.h>
#include <optee_sim/machine.h>
#include <optee_sim/secure.h>

#include "fuzz.h"

#define PAGE	  4096u
#define PAGES	  4u
#define CALLS_MAX 64

struct world {
	struct osim_machine *m;
	struct fuzz_input in;
	uint8_t *pages;
	uint64_t resume; /* a3 of the last RPC: what names its thread */
};

static const uint32_t functions[] = {
	OPTEE_SMC_CALLS_COUNT,		 OPTEE_SMC_GET_SHM_CONFIG,
	OPTEE_SMC_EXCHANGE_CAPABILITIES, OPTEE_SMC_DISABLE_SHM_CACHE,
	OPTEE_SMC_ENABLE_SHM_CACHE,	 OPTEE_SMC_GET_THREAD_COUNT,
	OPTEE_SMC_ENABLE_ASYNC_NOTIF,	 OPTEE_SMC_GET_ASYNC_NOTIF_VALUE,
	OPTEE_SMC_CALL_WITH_ARG,	 OPTEE_SMC_CALL_WITH_RPC_ARG,
	OPTEE_SMC_CALL_WITH_REGD_ARG,	 OPTEE_SMC_CALL_RETURN_FROM_RPC,
};

#define FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

static uint64_t any_address(struct world *w)
{
	uint64_t pa = osim_mem_pa(w->m, w->pages);

	switch (fuzz_u8(&w->in) % 8) {
	case 0:
		return fuzz_u64(&w->in);
	case 1:
		return 0;
	case 2:
		return pa + PAGES * PAGE; /* just past what is ours */
	case 3:
		return pa + fuzz_u8(&w->in) * 8;
	default:
		return pa + (fuzz_u8(&w->in) % PAGES) * PAGE;
	}
}

static uint64_t small_or_any(struct world *w)
{
	uint8_t kind = fuzz_u8(&w->in);

	return kind < 16 ? fuzz_u64(&w->in) : kind % 16;
}

/* A message whose header is plausible, with parameters that often are. */
static void write_message(struct world *w)
{
	uint8_t *at = w->pages + (fuzz_u8(&w->in) % PAGES) * PAGE;
	struct osim_msg_arg arg = {0};
	uint32_t params = fuzz_u8(&w->in) % 8;

	arg.cmd = fuzz_u8(&w->in) % 12;
	arg.func = small_or_any(w);
	arg.session = small_or_any(w);
	arg.num_params = fuzz_u8(&w->in) % 16 ? params : fuzz_u64(&w->in);
	memcpy(at, &arg, sizeof(arg));
	at += sizeof(arg);
	for (uint32_t i = 0; i < params; i++, at += sizeof(struct osim_msg_param)) {
		struct osim_msg_param param;

		param.attr = fuzz_u8(&w->in) % 12 | (fuzz_u8(&w->in) % 4) << 8;
		param.u.value.a = any_address(w);
		param.u.value.b = small_or_any(w);
		param.u.value.c = small_or_any(w);
		memcpy(at, &param, sizeof(param));
	}
}

static void check_answer(uint32_t function, uint64_t a0)
{
	if (function == OPTEE_SMC_CALLS_COUNT)
		return;
	assert(a0 <= OPTEE_SMC_RETURN_ENOTAVAIL || a0 == OPTEE_SMC_RETURN_UNKNOWN_FUNCTION ||
	       (a0 & OPTEE_SMC_RETURN_RPC_PREFIX_MASK) == OPTEE_SMC_RETURN_RPC_PREFIX);
}

static void call(struct world *w)
{
	uint32_t function = functions[fuzz_u8(&w->in) % FUNCTIONS];
	struct osim_regs regs = {0};
	uint64_t address = any_address(w);
	int rc;

	regs.a[0] = function;
	regs.a[1] = address >> 32;
	regs.a[2] = (uint32_t)address;
	regs.a[3] = fuzz_u8(&w->in) % 4 ? w->resume : small_or_any(w);
	if (function == OPTEE_SMC_CALL_WITH_ARG)
		regs.a[3] = OPTEE_SMC_SHM_CACHED;
	regs.a[4] = small_or_any(w);
	rc = osim_invoke(w->m, &regs);
	assert(rc == 0);
	check_answer(function, regs.a[0]);
	if (OPTEE_SMC_RETURN_IS_RPC((uint32_t)regs.a[0]))
		w->resume = regs.a[3];
}

static void step(struct world *w)
{
	struct osim_regs regs;
	int rc;

	switch (fuzz_u8(&w->in) % 8) {
	case 0:
		fuzz_bytes(&w->in, w->pages + (fuzz_u8(&w->in) % PAGES) * PAGE, 128);
		break;
	case 1:
		rc = osim_post(w->m, small_or_any(w));
		assert(rc == 0 || rc == -34 /* -ERANGE */);
		break;
	case 2:
		fuzz_bytes(&w->in, &regs, sizeof(regs));
		rc = osim_invoke(w->m, &regs);
		assert(rc == 0);
		break;
	case 3:
	case 4:
		write_message(w);
		break;
	default:
		call(w);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct osim_options options = {.size = sizeof(options), .cpus = 1};
	struct world w = {.in = {data, size}};
	int rc;

	rc = osim_machine_new(&options, &w.m);
	assert(rc == 0);
	w.pages = osim_mem_alloc(w.m, PAGES * PAGE);
	assert(w.pages);
	for (int i = 0; i < CALLS_MAX && w.in.size; i++)
		step(&w);
	rc = osim_run(w.m);
	assert(rc == 0);
	osim_mem_free(w.m, w.pages, PAGES * PAGE);
	osim_machine_free(w.m);
	return 0;
}
