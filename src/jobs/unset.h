/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_JOBS_UNSET_H
#define OSIM_JOBS_UNSET_H

#include <stdbool.h>
#include <stddef.h>

#include <optee_sim/event.h>

/*
 * Memory that nobody has set has a pattern: that of the kernel API's allocations, or the
 * compiler's for a function's own variables. Has the driver put it into the message that it passes
 * with this event? What is wrong goes into text.
 */
bool osim__unset_passed(const struct osim_event *e, char *text, size_t bytes);

#endif
