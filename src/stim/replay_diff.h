/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_STIM_REPLAY_DIFF_H
#define OSIM_STIM_REPLAY_DIFF_H

#include <optee_sim/event.h>

#include "stim/replay_mem.h"

/* How a record differs, for people. */

#define OSIM__REPLAY_DIFF_WORDS	   16u
#define OSIM__REPLAY_DIFF_MESSAGES 16u
#define OSIM__REPLAY_SECTION_BYTES 160u
#define OSIM__REPLAY_TEXT_BYTES	   16384u

/* A call as it was recorded, and as it went. */
struct osim__replay_call {
	unsigned long line;
	char name[OSIM__REPLAY_SECTION_BYTES]; /* what the recording calls it */
	struct osim_regs in, want, got;
	bool has_ask;
	uint64_t ask[8]; /* the RPC that it answers, if it does */
	bool want_no_return, got_no_return;
	unsigned int skipped; /* registers not compared, by bit */
};

/* A message that both worlds know the place of. */
struct osim__replay_msg {
	uint64_t pa; /* 0: none */
	bool rpc;    /* the secure world's */
};

struct osim__replay_diff {
	struct {
		uint64_t pa, want, got;
	} words[OSIM__REPLAY_DIFF_WORDS]; /* the first */
	uint64_t word_count;
	struct osim__replay_msg messages[OSIM__REPLAY_DIFF_MESSAGES];
	unsigned int next_message;
};

/* A message is there from now on. */
void osim__replay_diff_message(struct osim__replay_diff *d, uint64_t pa, bool rpc);
/* An osim__replay_mem_fn; arg is the diff. */
void osim__replay_diff_word(void *arg, uint64_t pa, uint64_t want, uint64_t got);
/* As bits: registers that differ. */
unsigned int osim__replay_diff_regs(const struct osim__replay_call *c);
/*
 * What differs of a call, in lines that follow a headline; before memory is settled, so that the
 * messages in it can be shown both ways: text holds them from the first word on.
 */
void osim__replay_diff_text(const struct osim__replay_diff *d, const struct osim__replay_call *c,
			    struct osim__replay_mem *mem, char *text, size_t bytes);

#endif
