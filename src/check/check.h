/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_CHECK_CHECK_H
#define OSIM_CHECK_CHECK_H

#include <optee_sim/event.h>

/*
 * Rules of the protocol, held against events one by one. A rule knows nothing but what events tell,
 * so a run that is going on and a recorded one are checked alike.
 */

enum osim__binds { OSIM__BINDS_NORMAL, OSIM__BINDS_SECURE };

struct osim__rule {
	const char *id;
	const char *text; /* what must hold, in one sentence */
	const char *abi;  /* header, section */
	enum osim__binds binds;
};

/* All rules; the last has id NULL. */
extern const struct osim__rule osim__rules[];

/* detail says what happened instead. Both are valid during the call only. */
typedef void osim__broken_fn(void *arg, const struct osim__rule *rule, const char *detail);

struct osim__check;

/* NULL: out of memory. */
struct osim__check *osim__check_new(osim__broken_fn *broken, void *arg);
void osim__check_event(struct osim__check *c, const struct osim_event *event);
void osim__check_free(struct osim__check *c);

#endif
