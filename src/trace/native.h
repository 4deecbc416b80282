/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_TRACE_NATIVE_H
#define OSIM_TRACE_NATIVE_H

#include <optee_sim/event.h>

/* Our own trace format (docs/trace-format.md): what its writer and its reader agree upon. */

#define OSIM__NATIVE_HEAD	"optee_sim trace 1"
#define OSIM__NATIVE_HEAD_WORDS "optee_sim trace "

/* Parameters that an event's message has, however many it says that it has. */
#define OSIM__NATIVE_PARAMS 6u

/* Bytes of a text; what is longer is cut. */
#define OSIM__NATIVE_TEXT_MAX 4095u

/* By enum osim_context. */
#define OSIM__NATIVE_CONTEXTS 4u
extern const char *const osim__native_contexts[OSIM__NATIVE_CONTEXTS];

/* The kinds whose text is never missing. */
bool osim__native_has_text(enum osim_event_kind kind);

#endif
