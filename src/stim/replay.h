/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_STIM_REPLAY_H
#define OSIM_STIM_REPLAY_H

#include <optee_sim/replay.h>

#include "stim/replay_debug.h"
#include "stim/replay_diff.h"
#include "stim/replay_mem.h"
#include "trace/recording.h"

/* Registers that the ABI leaves unspecified; docs/recordings.md has the same table. */
struct osim__replay_unspecified {
	uint32_t r0;	   /* of a yielding call, or the resumption of one */
	unsigned int regs; /* by bit */
	const char *why;
};

#define OSIM__REPLAY_UNSPECIFIED 3u
extern const struct osim__replay_unspecified osim__replay_unspecified[OSIM__REPLAY_UNSPECIFIED];

/* Those of a recorded call, by bit. */
unsigned int osim__replay_unspecified_regs(const struct osim__recording_line *smc);

/* What a player knows of the interrupt: the normal world's part of it shows only in its effects. */
struct osim__replay_irq {
	bool known;	/* the recording has told whether it is enabled, */
	bool enabled;	/* and it was */
	uint32_t acked; /* acknowledged and not ended; OSIM__RECORDING_NO_IRQ: none */
};

struct osim__replay {
	const struct osim_replay_options *options;
	struct osim_replay_result *result;
	const char *name;
	struct osim__recording recording;
	struct osim__recording_build build;
	struct osim_machine *m; /* NULL: the header is still being read */
	struct osim__replay_mem mem;
	struct osim__replay_debug debug;
	struct osim__replay_irq irq;
	struct osim__replay_diff diff;
	struct osim__replay_call call;
	bool lost;	/* the call that the next memory belongs to could not be read */
	bool open;	/* a call whose memory is still being read */
	bool posting;	/* POST said what the next call is */
	uint32_t value; /* which value it posts */
	uint64_t ask[OSIM__REPLAY_GUESTS][8]; /* RPCs by secure thread, as recorded */
	bool asked[OSIM__REPLAY_GUESTS];
	bool panicked; /* the recording ends with it */
	char section[OSIM__REPLAY_SECTION_BYTES];
	char text[OSIM__REPLAY_TEXT_BYTES];
};

/* --- what is told (replay_tell.c) --- */

/* A record that was compared. differs: what, in lines that follow the headline; NULL: it matches.
 */
void osim__replay_record(struct osim__replay *p, unsigned long line, const char *name,
			 const char *differs);
/* The line cannot be played. */
void osim__replay_unreadable(struct osim__replay *p, const char *format, ...) OSIM_PRINTF(2, 3);

/* --- calls (replay_call.c) --- */

/* Makes the call. */
void osim__replay_smc(struct osim__replay *p, const struct osim__recording_line *line);
/* All of the call has been read: compares it. */
void osim__replay_smc_end(struct osim__replay *p);
/* A call that the recording tells of in words only. */
void osim__replay_smc_quiet(struct osim__replay *p, uint32_t id, uint64_t a1,
			    struct osim_regs *regs);

/* --- interrupts (replay_irq.c) --- */

/* The call about to be made came back with this in r0: what must have gone before. */
void osim__replay_irq_before(struct osim__replay *p, const struct osim__recording_line *smc);
void osim__replay_irq_line(struct osim__replay *p, const struct osim__recording_line *line);
void osim__replay_irq_ack(struct osim__replay *p, const struct osim__recording_line *line);

#endif
