/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include <optee_sim/abi/msg.h>
#include <optee_sim/abi/smc.h>

#include "stim/replay.h"

/* Left-overs: the call was sent back before any thread of the secure world wrote its registers. */
const struct osim__replay_unspecified osim__replay_unspecified[OSIM__REPLAY_UNSPECIFIED] = {
	{OPTEE_SMC_RETURN_ETHREAD_LIMIT, 0x0e,
	 "no thread was free: a1 to a3 hold what looking for one left in them"},
	{OPTEE_SMC_RETURN_ERESUME, 0x0e,
	 "no such thread was suspended: a1 to a3 hold what looking for it left in them"},
	{OPTEE_SMC_RETURN_ENOTAVAIL, 0x0e,
	 "no such guest: a1 to a3 hold what looking for it left in them"},
};

static bool is_yielding(uint64_t id)
{
	return !(id & OPTEE_SMC_FAST_CALL);
}

unsigned int osim__replay_unspecified_regs(const struct osim__recording_line *smc)
{
	if (smc->no_return || !is_yielding(smc->in[0]))
		return 0;
	for (unsigned int i = 0; i < OSIM__REPLAY_UNSPECIFIED; i++)
		if (smc->out[0] == osim__replay_unspecified[i].r0)
			return osim__replay_unspecified[i].regs;
	return 0;
}

static uint64_t pair(const uint64_t *a)
{
	return a[1] << 32 | (uint32_t)a[2];
}

/* Remembers where messages are, so that a difference in one can be shown as one. */
static void note_messages(struct osim__replay *p, const uint64_t *in, const uint64_t *ask)
{
	uint32_t id = (uint32_t)in[0], count = 0;
	uint64_t pa = pair(in);

	if (id == OPTEE_SMC_CALL_RETURN_FROM_RPC && ask &&
	    (uint32_t)ask[0] == OPTEE_SMC_RETURN_RPC_ALLOC)
		osim__replay_diff_message(&p->diff, pa, true);
	if (id != OPTEE_SMC_CALL_WITH_ARG && id != OPTEE_SMC_CALL_WITH_RPC_ARG)
		return;
	osim__replay_diff_message(&p->diff, pa, false);
	osim__replay_mem_copy(&p->mem, pa + offsetof(struct osim_msg_arg, num_params), true, &count,
			      sizeof(count));
	if (id == OPTEE_SMC_CALL_WITH_RPC_ARG && count <= OPTEE_MSG_MAX_NUM_PARAMS)
		osim__replay_diff_message(&p->diff, pa + OPTEE_MSG_GET_ARG_SIZE(count), true);
}

static unsigned int thread_of(uint64_t a3)
{
	return (uint32_t)a3 % OSIM__REPLAY_GUESTS;
}

static void note_ask(struct osim__replay *p, const struct osim__recording_line *line)
{
	unsigned int thread = thread_of(line->out[3]);

	if (line->no_return || !is_yielding(line->in[0]) ||
	    !OPTEE_SMC_RETURN_IS_RPC((uint32_t)line->out[0]))
		return;
	memcpy(p->ask[thread], line->out, sizeof(p->ask[thread]));
	p->asked[thread] = true;
}

/* The RPC that the call answers, as it was asked; in *ask, or NULL. */
static const uint64_t *answered(const struct osim__replay *p, const uint64_t *in, uint64_t ask[8])
{
	unsigned int thread = thread_of(in[3]);

	if ((uint32_t)in[0] != OPTEE_SMC_CALL_RETURN_FROM_RPC || !p->asked[thread])
		return NULL;
	memcpy(ask, p->ask[thread], sizeof(p->ask[thread]));
	return ask;
}

void osim__replay_smc(struct osim__replay *p, const struct osim__recording_line *line)
{
	struct osim__replay_call *c = &p->call;

	*c = (struct osim__replay_call){.line = line->number,
					.want_no_return = line->no_return,
					.skipped = osim__replay_unspecified_regs(line)};
	snprintf(c->name, sizeof(c->name), "%s", line->text);
	memcpy(c->in.a, line->in, sizeof(c->in.a));
	memcpy(c->want.a, line->out, sizeof(c->want.a));
	c->has_ask = answered(p, line->in, c->ask);
	note_messages(p, line->in, c->has_ask ? c->ask : NULL);
	note_ask(p, line);
	osim__replay_irq_before(p, line);
	if ((uint32_t)line->in[0] == OSIM__REPLAY_DEBUG_COUNT)
		osim__replay_debug_fit(&p->debug, (uint16_t)line->in[7], line->out);
	c->got = c->in;
	c->got_no_return = osim_invoke(p->m, &c->got) != 0;
	p->open = true;
	p->panicked = line->no_return;
}

void osim__replay_smc_end(struct osim__replay *p)
{
	struct osim__replay_call *c = &p->call;
	uint64_t words;
	bool differs;

	if (!p->open)
		return;
	p->open = false;
	p->diff.word_count = 0;
	words = osim__replay_mem_compare(&p->mem, osim__replay_diff_word, &p->diff);
	differs = words || c->want_no_return != c->got_no_return || osim__replay_diff_regs(c);
	if (differs)
		osim__replay_diff_text(&p->diff, c, &p->mem, p->text, sizeof(p->text));
	osim__replay_mem_settle(&p->mem);
	for (unsigned int skipped = c->skipped; skipped; skipped &= skipped - 1)
		p->result->unspecified++;
	osim__replay_record(p, c->line, c->name, differs ? p->text : NULL);
}

void osim__replay_smc_quiet(struct osim__replay *p, uint32_t id, uint64_t a1,
			    struct osim_regs *regs)
{
	*regs = (struct osim_regs){{id, a1}};
	if (osim_invoke(p->m, regs))
		regs->a[0] = UINT64_MAX;
}
