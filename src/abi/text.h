/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_ABI_TEXT_H
#define OSIM_ABI_TEXT_H

#include <stddef.h>

/* A line that grows; beyond its buffer only its length does. */
struct osim__text {
	char *buf;
	size_t len;  /* of buf */
	size_t used; /* of the whole text, without the final NUL */
};

void osim__text_init(struct osim__text *text, char *buf, size_t len);

__attribute__((format(printf, 2, 3))) void osim__text_add(struct osim__text *text,
							  const char *format, ...);

#endif
