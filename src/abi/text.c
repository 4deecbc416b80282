/* SPDX-License-Identifier: BSD-2-Clause */
#include "abi/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

void osim__text_init(struct osim__text *text, char *buf, size_t len)
{
	text->buf = buf;
	text->len = len;
	text->used = 0;
	if (len)
		buf[0] = '\0';
}

void osim__text_add(struct osim__text *text, const char *format, ...)
{
	size_t room = text->used < text->len ? text->len - text->used : 0;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(room ? text->buf + text->used : NULL, room, format, args);
	va_end(args);
	assert(n >= 0);
	text->used += (size_t)n;
}
