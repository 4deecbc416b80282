/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/k_base.h"

#include <linux/errno.h>
#include <linux/uuid.h>

const uuid_t osim__k_uuid_null;
const guid_t osim__k_guid_null;

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int osim__k_uuid_parse(const char *text, uuid_t *uuid)
{
	uuid_t value;

	for (int i = 0; i < UUID_SIZE; i++) {
		int high, low;

		if (i == 4 || i == 6 || i == 8 || i == 10)
			if (*text++ != '-')
				return -EINVAL;
		high = nibble(text[0]);
		low = high < 0 ? -1 : nibble(text[1]);
		if (low < 0)
			return -EINVAL;
		value.b[i] = (u8)(high << 4 | low);
		text += 2;
	}
	*uuid = value;
	return 0;
}

bool osim__k_uuid_is_valid(const char *text)
{
	uuid_t ignored;

	return osim__k_uuid_parse(text, &ignored) == 0;
}
