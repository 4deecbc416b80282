/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_STIM_SCENARIOS_H
#define OSIM_STIM_SCENARIOS_H

#include "stim/scenario.h"

/* Programs that scenarios share (program.c); the argument is the stage. */
void osim__program_version(void *stage);
void osim__program_session(void *stage);
void osim__program_shm(void *stage);
void osim__program_rpcs(void *stage);
void osim__program_wait(void *stage);
void osim__program_send(void *stage);
void osim__program_hold(void *stage);
void osim__program_supplicant(void *stage);

#define OSIM__SCENARIO_MAP(X)                                                                   \
	X(posts)                                                                                \
	X(posts_cache)                                                                          \
	X(posts_reserved_rpc) X(posts_reserved) X(posts_percpu) X(no_notif) X(edge_0) X(edge_1) \
		X(edge_63) X(edge_64) X(edge_65) X(edge_127) X(edge_128) X(edge_1024)           \
			X(edge_65536) X(wait_timeout) X(wait_post) X(wait_send) X(client)       \
				X(client_cache) X(client_reserved) X(clients_many) X(rpcs)      \
					X(rpcs_cache) X(unbind_waiting) X(unbind_open)          \
						X(post_while_unbinding) X(shutdown) X(rebind)   \
							X(hotplug)

#define OSIM__SCENARIO_EXTERN(name) extern const struct osim__scenario osim__scenario_##name;
OSIM__SCENARIO_MAP(OSIM__SCENARIO_EXTERN)

#endif
