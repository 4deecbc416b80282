/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_CPUHOTPLUG_H
#define OSIM_LINUX_CPUHOTPLUG_H

#include <linux/types.h>
#include <osim/api.h>
#include <osim/site.h>

enum cpuhp_state {
	CPUHP_INVALID = -1,
	CPUHP_OFFLINE = 0,
	CPUHP_BP_PREPARE_DYN = 64,
	CPUHP_BP_PREPARE_DYN_END = 79,
	CPUHP_AP_ONLINE = 160,
	CPUHP_AP_ONLINE_DYN = 192,
	CPUHP_AP_ONLINE_DYN_END = 222,
	CPUHP_ONLINE = 240,
};

/* A dynamic state's number, > 0; 0 for a fixed one; or a negative errno. calls: on the CPUs that
 * are online now. */
OSIM__K_API int osim__k_cpuhp_setup(enum cpuhp_state state, const char *name, bool calls,
				    int (*up)(unsigned int cpu), int (*down)(unsigned int cpu),
				    const struct osim__site *site);
OSIM__K_API void osim__k_cpuhp_remove(int state, bool calls, const struct osim__site *site);

#define cpuhp_setup_state(state, name, up, down) \
	osim__k_cpuhp_setup(state, name, true, up, down, OSIM__SITE)
#define cpuhp_setup_state_nocalls(state, name, up, down) \
	osim__k_cpuhp_setup(state, name, false, up, down, OSIM__SITE)
#define cpuhp_remove_state(state)	  osim__k_cpuhp_remove((int)(state), true, OSIM__SITE)
#define cpuhp_remove_state_nocalls(state) osim__k_cpuhp_remove((int)(state), false, OSIM__SITE)

#endif
