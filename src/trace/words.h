/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_TRACE_WORDS_H
#define OSIM_TRACE_WORDS_H

#include <optee_sim/event.h>

#include "abi/decode.h"

/* What an event tells, in one line without who and when. As snprintf(). names may be NULL. */
size_t osim__event_words(const struct osim__abi_namer *names, const struct osim_event *e, char *buf,
			 size_t len);

#endif
