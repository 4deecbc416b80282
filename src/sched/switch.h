/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_SCHED_SWITCH_H
#define OSIM_SCHED_SWITCH_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "sched/sched.h"

/* Bytes below the top that a new frame may use where the C library makes it. */
#define OSIM__FIBER_FRAME_STACK (192u * 1024u)

/* Lays out a stack so that a first swap to the result calls entry(arg), which never returns. top is
 * 16-byte aligned. */
void *osim__fiber_frame(unsigned char *top, void (*entry)(void *), void *arg);
/* Saves the caller's registers on its stack, the stack pointer in *save, and goes on at to. */
void osim__fiber_swap(void **save, void *to);

/* Is there a sanitizer that has to be told of each stack? Known with the first. */
extern bool osim__fiber_sanitized;
/* Tells it: from is left for to; it is from that has come back. */
void osim__fiber_leave(struct osim__fiber *from, struct osim__fiber *to);
void osim__fiber_arrived(struct osim__fiber *from);

/* Leaves from (which must be running) and goes on in to. Returns when somebody switches back. */
static inline void osim__fiber_switch(struct osim__fiber *from, struct osim__fiber *to)
{
	assert(from != to);
	if (__builtin_expect(osim__fiber_sanitized, 0))
		osim__fiber_leave(from, to);
	osim__fiber_swap(&from->sp, to->sp);
	if (__builtin_expect(osim__fiber_sanitized, 0))
		osim__fiber_arrived(from);
}

/*
 * The executing CPU goes on in fiber (a secure thread's), and comes back when that one calls
 * osim__sched_leave(). While it is there, the CPU cannot be given to another thread (preempt_off)
 * nor take interrupts (irq_off); the caller sees to both. Inline, because a processor does not
 * foresee a return to a frame of another stack.
 */
static inline void osim__sched_enter(struct osim__sched *s, struct osim__fiber *fiber,
				     struct osim__fiber **back)
{
	*back = s->executing;
	osim__sched_cpu(s)->active = fiber;
	s->executing = fiber;
	osim__fiber_switch(*back, fiber);
}

static inline void osim__sched_leave(struct osim__sched *s, struct osim__fiber *self,
				     struct osim__fiber *back)
{
	osim__sched_cpu(s)->active = back;
	s->executing = back;
	osim__fiber_switch(self, back);
}

#endif
