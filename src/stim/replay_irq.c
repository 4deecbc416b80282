/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include <optee_sim/abi/smc.h>

#include "stim/replay.h"

/*
 * A recording has no line for what its program did at the interrupt controller, but for the
 * acknowledging: it enabled and disabled the line, and ended interrupts, when their effect shows.
 */

static void set_enabled(struct osim__replay *p, uint32_t intid, bool on)
{
	if (p->irq.known && p->irq.enabled == on)
		return;
	p->irq.known = true;
	p->irq.enabled = on;
	osim_irq_enable(p->m, intid, 0, on);
}

static void end(struct osim__replay *p)
{
	if (p->irq.acked != OSIM__RECORDING_NO_IRQ)
		osim_irq_end(p->m, p->irq.acked, 0);
	p->irq.acked = OSIM__RECORDING_NO_IRQ;
}

/* It was taken, or made a call return. */
static void must_be_deliverable(struct osim__replay *p)
{
	end(p);
	set_enabled(p, osim_notif_intid(p->m), true);
	if (!osim__irq_waiting(p->m, 0))
		osim__replay_debug_tick(&p->debug);
}

/* A thread of the secure world ran, and was not kept from it by an interrupt. */
static bool went_on(const struct osim__recording_line *smc)
{
	uint32_t r0 = (uint32_t)smc->out[0];

	return !(smc->in[0] & OPTEE_SMC_FAST_CALL) && (!r0 || OPTEE_SMC_RETURN_IS_RPC(r0));
}

void osim__replay_irq_before(struct osim__replay *p, const struct osim__recording_line *smc)
{
	const uint64_t *r = smc->out;

	if (smc->no_return)
		return;
	if (r[0] == OPTEE_SMC_RETURN_RPC_FOREIGN_INTR)
		must_be_deliverable(p);
	else if (went_on(smc) && osim__irq_waiting(p->m, 0))
		set_enabled(p, osim_notif_intid(p->m), false);
	/* A program that works with interrupts may have waited for one before it asked, and one
	 * that records the watchdog may have waited for time to pass. */
	if ((p->irq.known || p->build.test_watchdog) &&
	    (uint32_t)smc->in[0] == OPTEE_SMC_GET_ASYNC_NOTIF_VALUE && !r[0] && !r[1] &&
	    (r[2] & OPTEE_SMC_ASYNC_NOTIF_VALUE_VALID) && !osim__replay_debug_ticked(&p->debug))
		osim__replay_debug_tick(&p->debug);
}

/* What a CPU would acknowledge, were this the only line. */
static uint32_t first(uint32_t intid, const struct osim_irq_state *s)
{
	return s->enabled && s->pending && !s->active ? intid : OSIM__RECORDING_NO_IRQ;
}

static void compare(struct osim__replay *p, const struct osim__recording_line *line,
		    const struct osim_irq_state *got)
{
	uint32_t got_first = first(line->intid, got);
	bool same = line->enabled == got->enabled && line->pending == got->pending &&
		    line->active == got->active;
	char text[240];

	/* Another interrupt may have come first. */
	if (line->first == line->intid || line->first == OSIM__RECORDING_NO_IRQ)
		same &= line->first == got_first;
	snprintf(text, sizeof(text),
		 "\n  expected  enabled=%d pending=%d active=%d first=%u"
		 "\n  got       enabled=%d pending=%d active=%d first=%u",
		 line->enabled, line->pending, line->active, line->first, got->enabled,
		 got->pending, got->active, got_first);
	osim__replay_record(p, line->number, line->text, same ? NULL : text);
}

void osim__replay_irq_line(struct osim__replay *p, const struct osim__recording_line *line)
{
	struct osim_irq_state got;

	if (osim_irq_get(p->m, line->intid, 0, &got)) {
		osim__replay_unreadable(p, "no interrupt %u", line->intid);
		return;
	}
	set_enabled(p, line->intid, line->enabled);
	if (!line->active && p->irq.acked == line->intid)
		end(p);
	if (line->pending && !got.pending)
		osim__replay_debug_tick(&p->debug);
	osim_irq_get(p->m, line->intid, 0, &got);
	compare(p, line, &got);
}

void osim__replay_irq_ack(struct osim__replay *p, const struct osim__recording_line *line)
{
	char text[160];
	uint32_t got;

	if (line->intid != OSIM__RECORDING_NO_IRQ)
		must_be_deliverable(p);
	got = osim_irq_ack(p->m, 0);
	if (got != OSIM__RECORDING_NO_IRQ)
		p->irq.acked = got;
	snprintf(text, sizeof(text),
		 "\n  expected  interrupt %u acknowledged\n  got       interrupt %u (1023: none)",
		 line->intid, got);
	osim__replay_record(p, line->number, "acknowledge", line->intid == got ? NULL : text);
}
