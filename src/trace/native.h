/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_TRACE_NATIVE_H
#define OSIM_TRACE_NATIVE_H

#include <optee_sim/event.h>

/* Our own trace format (docs/trace-format.md): what its writer and its reader agree upon. */

#define OSIM__NATIVE_HEAD	"optee_sim trace 1"
#define OSIM__NATIVE_HEAD_WORDS "optee_sim trace "

/* Parameters that an event's message has, however many it says that it has: an RPC four, a message
 * two of its own and four of the TA's. */
#define OSIM__NATIVE_PARAMS	6u
#define OSIM__NATIVE_RPC_PARAMS 4u
uint32_t osim__native_params(enum osim_event_kind kind, uint32_t num_params);

/* Bytes of a text; what is longer is cut. */
#define OSIM__NATIVE_TEXT_MAX 4095u

/* By enum osim_context. */
#define OSIM__NATIVE_CONTEXTS 4u
extern const char *const osim__native_contexts[OSIM__NATIVE_CONTEXTS];

/* The kinds whose text is never missing. */
bool osim__native_has_text(enum osim_event_kind kind);

#endif
