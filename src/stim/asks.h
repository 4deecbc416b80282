/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_STIM_ASKS_H
#define OSIM_STIM_ASKS_H

#include <optee_sim/pta.h>

#include "stim/scenario.h"

/* RPCs that a pseudo TA of the scenario makes, and what they must be answered. */

struct osim__ask {
	const char *what; /* NULL: the last */
	uint32_t cmd;
	unsigned int count;
	uint32_t ret; /* what it must be answered */
	struct osim_pta_rpc_param in[3];
	struct osim_pta_rpc_param out[3]; /* outputs, where ret is TEE_SUCCESS: a, b, c */
};

/* The pseudo TA: ask() is called in a secure thread, for each program in turn. */
struct osim__asking {
	struct osim_stage *stage;
	/* program: 0, 1, ... in the order in which they begin. */
	void (*ask)(struct osim__asking *asking, struct osim_pta_call *call, uint32_t program);
	void *own; /* its own */
};

/* Adds it, and binds. false: the driver has failed. */
bool osim__asks_bind(struct osim__asking *asking);
/* A program that calls it once; stage->turn counts them. */
void osim__asks_program(struct osim__asking *asking);
/* Both, and runs to the end. */
void osim__asks_run(struct osim__asking *asking);
/* Runs, and has the driver leave: who is still in a call then comes back while asking is there. */
void osim__asks_end(struct osim__asking *asking);
/* One after the other; what differs is a finding. */
void osim__asks_make(struct osim_stage *stage, struct osim_pta_call *call,
		     const struct osim__ask *asks);

#endif
