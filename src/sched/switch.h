/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_SCHED_SWITCH_H
#define OSIM_SCHED_SWITCH_H

#include <stddef.h>
#include <stdint.h>

/* Bytes below the top that a new frame may use where the C library makes it. */
#define OSIM__FIBER_FRAME_STACK (192u * 1024u)

/* Lays out a stack so that a first swap to the result calls entry(arg), which never returns. top is
 * 16-byte aligned. */
void *osim__fiber_frame(unsigned char *top, void (*entry)(void *), void *arg);
/* Saves the caller's registers on its stack, the stack pointer in *save, and goes on at to. */
void osim__fiber_swap(void **save, void *to);

#endif
