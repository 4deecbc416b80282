/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_JOBS_DISTURB_H
#define OSIM_JOBS_DISTURB_H

#include <optee_sim/conduit.h>

#include "jobs/experiment.h"
#include "secure/secure.h"

/* The doing of what an experiment says: at an event, in a call, in a message. */

/* A message as somebody sees it who was given another one. */
struct osim__altered {
	struct osim_event event;
	struct osim__msg msg;
};

/* An RPC as it is asked. */
struct osim__rpc_ask {
	uint32_t func;
	struct osim_regs regs;
	bool has_msg;
	struct osim__msg msg;
};

struct osim__disturb {
	const struct osim__experiment *x;
	struct osim_stage *stage;
	struct osim__measure *measure; /* may be NULL */
	uint32_t faults[OSIM_FAULT_COUNT];
	uint32_t calls, events, raises, rpcs, messages;
	bool inside;		  /* doing something from within the sink */
	bool stopped;		  /* this kernel comes to no end, and another one follows it */
	bool wronged;		  /* an RPC was not what the secure world asked */
	struct osim__timer timer; /* what happens later */
	bool misread;		  /* so that registers say another thing than its message */
	bool held; /* a thread of the secure world is left in a call by a kernel that is no more */
	uint32_t refused; /* the one, from 1, that was not let go on when the driver said so */
	bool refuse;	  /* the RPC that is being asked */
	bool hidden;	  /* nobody has seen it asked */
	bool altered;	  /* its message */
	struct osim__rpc_ask last;
	/* An RPC of ours stands before that of the secure world. */
	struct {
		bool ready;	 /* it is to be asked with the return that comes now */
		uint32_t caller; /* thread that serves it; 0: none does */
		uint32_t left;	 /* how often it is asked */
		uint32_t index;	 /* of the secure thread */
		struct osim__rpc_ask ours, real;
		struct osim__mem where; /* the message of either */
	} asked;
};

/* 0, or the error with which the operation fails. */
int osim__disturb_fault(struct osim__disturb *d, enum osim_fault kind);
/* In a tap: makes the call, or answers it. */
void osim__disturb_call(struct osim__disturb *d, struct osim_tap *tap, struct osim_machine *m,
			struct osim_regs *regs);
/* Before anybody sees the event. Returns it, or what is to be seen in its place; NULL: nothing. */
const struct osim_event *osim__disturb_message(struct osim__disturb *d, const struct osim_event *e,
					       struct osim__altered *altered);
/* When all have seen it. */
void osim__disturb_event(struct osim__disturb *d, const struct osim_event *e);
/* A secure thread has locks and memory that others wait for, and no driver can let it go on. */
static inline bool osim__disturb_holds(const struct osim__disturb *d)
{
	return d->held || d->refused;
}
/* The kernel stops; another one is bound, works and is there at the end. */
void osim__disturb_next_kernel(struct osim__disturb *d);

#endif
