/* SPDX-License-Identifier: BSD-2-Clause */
/* The cases of sched_fiber_test.c on what is used where no switch of our own is written: this
 * file's functions stand in for those of the library. */
#define OSIM_FIBER_UCONTEXT
#include "sched/switch.c"

#include "sched_fiber_test.c"
