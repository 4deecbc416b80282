/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_K_RPMB_H
#define OSIM_K_RPMB_H

/* The machine's replay protected memory blocks, as osim/rpmb.c asks for them. Plain C. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <osim/api.h>

struct osim__k_rpmb_info {
	unsigned int type;
	const uint8_t *id;
	size_t id_bytes;
	uint16_t reliable_write_count, capacity;
};

/*
 * The index-th one, counted from 0; false past the last. What id points to stays as long as the
 * machine.
 */
OSIM__K_API bool osim__k_rpmb_get(unsigned int index, struct osim__k_rpmb_info *info);
OSIM__K_API int osim__k_rpmb_route(unsigned int index, const uint8_t *request, size_t request_bytes,
				   uint8_t *response, size_t response_bytes);

/* Called in a thread, with the index of one that was put there after the driver had looked for
 * them; NULL: nobody is interested. */
OSIM__K_API void osim__k_rpmb_on_added(int (*fn)(unsigned int index),
				       const struct osim__site *site);

#endif
