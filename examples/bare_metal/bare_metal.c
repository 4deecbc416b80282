/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A caller that is not Linux at all: a boot loader, an RTOS, a test bench. It makes calls with
 * eight registers, gives the machine an interrupt handler, and has memory with physical addresses.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <optee_sim/abi/msg.h>
#include <optee_sim/abi/smc.h>
#include <optee_sim/conduit.h>
#include <optee_sim/machine.h>
#include <optee_sim/secure.h>

#define PAGE_BYTES 4096u

struct board {
	struct osim_machine *m;
	struct osim_msg_arg *arg; /* a page, for messages */
	unsigned int values;
	bool bottom_half;
};

static struct osim_regs smc(struct board *b, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3)
{
	struct osim_regs regs = {{a0, a1, a2, a3, 0, 0, 0, 0}};
	int rc = osim_invoke(b->m, &regs);

	if (rc) {
		fprintf(stderr, "the secure world is gone: %d\n", rc);
		regs.a[0] = OPTEE_SMC_RETURN_UNKNOWN_FUNCTION;
	}
	return regs;
}

/* The interrupt handler. */
static void on_interrupt(void *arg, struct osim_machine *m, unsigned int cpu, uint32_t intid)
{
	struct board *b = arg;
	struct osim_regs r;

	printf("cpu %u: interrupt %" PRIu32 "\n", cpu, intid);
	if (intid != osim_notif_intid(m))
		return;
	do {
		r = smc(b, OPTEE_SMC_GET_ASYNC_NOTIF_VALUE, 0, 0, 0);
		if (r.a[0] || !(r.a[2] & OPTEE_SMC_ASYNC_NOTIF_VALUE_VALID))
			return;
		printf("cpu %u: value %" PRIu64 "\n", cpu, r.a[1]);
		b->values++;
		if (r.a[1] == OPTEE_SMC_ASYNC_NOTIF_VALUE_DO_BOTTOM_HALF)
			b->bottom_half = true;
	} while (r.a[2] & OPTEE_SMC_ASYNC_NOTIF_VALUE_PENDING);
}

/* A yielding call; its only RPCs are for interrupts, which came in when the call left. */
static bool message(struct board *b, uint32_t cmd, const char *name)
{
	uint64_t pa = osim_mem_pa(b->m, b->arg);
	struct osim_regs r;

	memset(b->arg, 0, PAGE_BYTES);
	b->arg->cmd = cmd;
	r = smc(b, OPTEE_SMC_CALL_WITH_ARG, pa >> 32, pa & 0xffffffff, 0);
	while (OPTEE_SMC_RETURN_IS_RPC(r.a[0]))
		r = smc(b, OPTEE_SMC_CALL_RETURN_FROM_RPC, 0, 0, r.a[3]);
	printf("%s: 0x%" PRIx64 "\n", name, r.a[0]);
	return r.a[0] == OPTEE_SMC_RETURN_OK;
}

static bool start(struct board *b)
{
	struct osim_regs r = smc(b, OPTEE_SMC_CALLS_UID, 0, 0, 0);

	if (r.a[0] != OPTEE_MSG_UID_0 || r.a[3] != OPTEE_MSG_UID_3)
		return false;
	r = smc(b, OPTEE_SMC_EXCHANGE_CAPABILITIES, OPTEE_SMC_NSEC_CAP_UNIPROCESSOR, 0, 0);
	if (r.a[0] || !(r.a[1] & OPTEE_SMC_SEC_CAP_ASYNC_NOTIF))
		return false;
	printf("capabilities 0x%" PRIx64 ", values up to %" PRIu64 "\n", r.a[1], r.a[2]);
	osim_set_irq_handler(b->m, on_interrupt, b);
	return smc(b, OPTEE_SMC_ENABLE_ASYNC_NOTIF, 0, 0, 0).a[0] == OPTEE_SMC_RETURN_OK;
}

/* What the secure world does by itself: three notifications. */
static bool notify(struct board *b)
{
	return !osim_post(b->m, 5) && !osim_post(b->m, 2) && !osim_post(b->m, 0) && !osim_run(b->m);
}

int main(void)
{
	struct osim_options options = {.size = sizeof(options), .cpus = 1};
	struct board b = {0};
	bool ok;

	if (osim_machine_new(&options, &b.m)) {
		fprintf(stderr, "%s\n", osim_last_error());
		return 1;
	}
	b.arg = osim_mem_alloc(b.m, PAGE_BYTES);
	ok = b.arg && start(&b) && notify(&b) && b.bottom_half &&
	     message(&b, OPTEE_MSG_CMD_DO_BOTTOM_HALF, "DO_BOTTOM_HALF") &&
	     message(&b, OPTEE_MSG_CMD_STOP_ASYNC_NOTIF, "STOP_ASYNC_NOTIF");
	ok = ok && b.values == 3 && osim_stats(b.m)->bottom_halves == 1 && !osim_finding_count(b.m);
	if (b.arg)
		osim_mem_free(b.m, b.arg, PAGE_BYTES);
	osim_machine_free(b.m);
	puts(ok ? "done" : "failed");
	return ok ? 0 : 1;
}
