/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include <optee_sim/caps.h>

#include "abi/name.h"
#include "machine/machine.h"

int osim_caps_parse(const char *text, uint32_t *caps)
{
	char why[512];

	if (osim__abi_caps_parse(text, caps, why, sizeof(why)))
		return osim__error(-EINVAL, "%s", why);
	return 0;
}

size_t osim_caps_text(uint32_t caps, char *buf, size_t size_bytes)
{
	return osim__abi_caps_text(caps, buf, size_bytes);
}
