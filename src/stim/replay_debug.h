/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_STIM_REPLAY_DEBUG_H
#define OSIM_STIM_REPLAY_DEBUG_H

#include <optee_sim/conduit.h>

/*
 * What a recorded OP-TEE has besides its protocol: the calls b20000f0 .. f4 of a debug build, with
 * a notification driver that counts, and the test watchdog, which posts 0 once a second.
 */

#define OSIM__REPLAY_DEBUG_POST	 0xb20000f0u
#define OSIM__REPLAY_DEBUG_COUNT 0xb20000f1u
#define OSIM__REPLAY_DEBUG_MODE	 0xb20000f2u
#define OSIM__REPLAY_DEBUG_ALLOC 0xb20000f3u
#define OSIM__REPLAY_DEBUG_FREE	 0xb20000f4u

#define OSIM__REPLAY_GUESTS 64u

/* Of the normal world, or of each guest. */
struct osim__replay_debug_guest {
	bool used;
	uint16_t id;
	uint32_t started, stopped, bottom_halves;
	uint32_t mode, value; /* what the next callback is to do */
};

struct osim__replay_debug {
	struct osim_machine *m;
	struct osim_tap tap;
	struct osim__replay_debug_guest guests[OSIM__REPLAY_GUESTS];
	struct osim__replay_debug_guest all; /* what they counted together */
	bool fitted;			     /* a recorded answer has told which of the two, */
	bool shared;			     /* and it was the latter */
	bool watchdog;
	bool ticking;	       /* notifications were enabled once */
	uint16_t ticked_guest; /* by whom: the one that is posted to */
};

/* Of a machine that has a fake secure world. 0, -ENOMEM. */
int osim__replay_debug_init(struct osim__replay_debug *d, struct osim_machine *m, bool calls,
			    bool watchdog);
/*
 * What the count call is to answer this guest: in r2, r3. It depends on the build whether each
 * guest has counters of its own, and the first answer that can have come from one kind only
 * decides.
 */
void osim__replay_debug_fit(struct osim__replay_debug *d, uint16_t id, const uint64_t out[8]);
/* Time has passed, and the watchdog posts. false: it does not run. */
bool osim__replay_debug_tick(struct osim__replay_debug *d);
/* Is the value that it posts pending already? */
bool osim__replay_debug_ticked(const struct osim__replay_debug *d);

#endif
