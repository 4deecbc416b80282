/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include "secure/secure.h"

/*
 * Before there is a trusted OS: firmware that loads one which the normal world has in its memory,
 * once. What is loaded is not looked at.
 */

static uint64_t pair(const struct osim_regs *r, unsigned int high)
{
	return r->a[high] << 32 | (uint32_t)r->a[high + 1];
}

/* Whole memory of the normal world. */
static bool is_there(struct osim__secure *s, uint64_t pa, uint64_t bytes)
{
	uint64_t first = pa & ~(uint64_t)(OSIM__PAGE_BYTES - 1);

	if (!pa || !bytes || pa + bytes - 1 < pa)
		return false;
	for (uint64_t at = first; at - first <= pa + bytes - 1 - first; at += OSIM__PAGE_BYTES)
		if (!osim__shm_is_nonsecure(s, at))
			return false;
	return true;
}

static int64_t load(struct osim__secure *s, const struct osim_regs *r)
{
	if (s->loader != OSIM__LOADER_WAITS)
		return -EPERM;
	s->loader = OSIM__LOADER_CLOSED;
	if (!is_there(s, pair(r, 3), pair(r, 1)))
		return -EINVAL;
	s->loader = OSIM__LOADER_DONE;
	osim__event_text(s->m, OSIM_EVENT_WORLD, 0, "the trusted OS was loaded");
	return 0;
}

bool osim__loader_call(struct osim__secure *s, struct osim_regs *r)
{
	uint32_t id = (uint32_t)r->a[0];

	if (id == OPTEE_SMC_CALL_LOAD_IMAGE) {
		r->a[0] = (uint64_t)load(s, r);
		return true;
	}
	if (s->loader == OSIM__LOADER_DONE)
		return false;
	if (id == OPTEE_SMC_CALLS_UID && s->loader == OSIM__LOADER_WAITS) {
		r->a[0] = OPTEE_MSG_IMAGE_LOAD_UID_0;
		r->a[1] = OPTEE_MSG_IMAGE_LOAD_UID_1;
		r->a[2] = OPTEE_MSG_IMAGE_LOAD_UID_2;
		r->a[3] = OPTEE_MSG_IMAGE_LOAD_UID_3;
	} else {
		r->a[0] = osim__diff(s, OSIM__DIFF_REJECTED) ? UINT64_MAX
							     : OPTEE_SMC_RETURN_UNKNOWN_FUNCTION;
	}
	return true;
}
