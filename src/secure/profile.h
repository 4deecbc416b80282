/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_SECURE_PROFILE_H
#define OSIM_SECURE_PROFILE_H

#include <stdint.h>

#include <optee_sim/secure.h>

/* Every difference between the two profiles; what each means stands in the table in profile.c. */
enum osim__diff {
	OSIM__DIFF_ASYNC_OFF,
	OSIM__DIFF_CAPS_REFUSED,
	OSIM__DIFF_YIELD_UNKNOWN,
	OSIM__DIFF_REJECTED,
	OSIM__DIFF_REVISION_WIDE,
	OSIM__DIFF_COOKIE_WIDE,
	OSIM__DIFF_PROTMEM_OFF,
	OSIM__DIFF_BUSY_REGS,
	OSIM__DIFF_NUM_PARAMS,
	OSIM__DIFF_REGISTER_ATTR,
	OSIM__DIFF_PARAM_FLAGS,
	OSIM__DIFF_RECLAIM_VALUE,
	OSIM__DIFF_L2CC_OFF,
	OSIM__DIFF_BOOT_OFF,
	OSIM__DIFF_FIRMWARE,
	OSIM__DIFF_SHM_OFF,
	OSIM__DIFF_SWITCH_NO_GUEST,
	OSIM__DIFF_COUNT,
};

struct osim__profile_row {
	const char *id;	      /* stable, as in the documentation */
	const char *where;    /* place in the public headers */
	const char *question; /* what is answered differently */
	uint32_t value[2];    /* by enum osim_profile */
};

extern const struct osim__profile_row osim__profile_rows[OSIM__DIFF_COUNT];

static inline uint32_t osim__profile_value(enum osim_profile profile, enum osim__diff diff)
{
	return osim__profile_rows[diff].value[profile];
}

#endif
