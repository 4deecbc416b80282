/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_TRACE_RECORDED_H
#define OSIM_TRACE_RECORDED_H

#include <optee_sim/abi/abi.h>
#include <optee_sim/event.h>

#include "trace/native.h"
#include "trace/recorded_mem.h"
#include "trace/recording.h"

/*
 * A recording (docs/recordings.md) as events. A call's events are told apart by what its line and
 * the memory around it say, so that the last of them come when a line that follows the call is
 * read.
 */

#define OSIM__RECORDED_THREADS 64u
#define OSIM__RECORDED_SHM     64u
#define OSIM__RECORDED_IRQS    8u
#define OSIM__RECORDED_QUEUE   8u

/* A message as it was at some time. */
struct osim__recorded_msg {
	struct osim_msg_arg arg;
	struct osim_msg_param params[OSIM__NATIVE_PARAMS];
};

/* A message command on its way; pa 0: not known where. */
struct osim__recorded_thread {
	bool asked; /* it stands in an RPC */
	uint32_t func;
	uint64_t msg_pa, rpc_pa;
};

struct osim__recorded {
	struct osim__recording recording;
	struct osim__recorded_mem mem;
	struct osim__recording_line line; /* not taken yet, because events come before it */
	bool waiting;

	struct osim_event queue[OSIM__RECORDED_QUEUE];
	unsigned int first, count;
	unsigned long number; /* line of the events in the queue */
	struct osim__recorded_msg before, after;
	struct osim_regs in, out;

	bool open; /* a call whose memory is still being read */
	bool no_return;
	bool lost; /* the call that the next memory belongs to could not be read */
	bool panicked;
	bool posting;
	uint32_t value;
	struct osim__recorded_thread call; /* of the open one */
	struct osim__recorded_thread threads[OSIM__RECORDED_THREADS];
	struct {
		uint64_t cookie, pa;
	} shm[OSIM__RECORDED_SHM];
	unsigned int shm_next;
	struct {
		uint32_t intid;
		bool pending, active;
	} irqs[OSIM__RECORDED_IRQS];
	unsigned int irq_count;
};

struct osim_trace_reader;

/* Whether a file that begins with this line, or with noise and then this line, is a recording. */
bool osim__recorded_is_line(const char *line);

/* Takes the line at hand. 0, -ENOMEM. */
int osim__recorded_line(struct osim_trace_reader *r, bool garbled);

/* true: r->event is the next event. */
bool osim__recorded_next(struct osim_trace_reader *r);

/* No line comes any more: what the last call still has, and then what is missing. */
void osim__recorded_last(struct osim_trace_reader *r);
void osim__recorded_end(struct osim_trace_reader *r);

#endif
