/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_SECURE_MAP_H
#define OSIM_SECURE_MAP_H

#include <stddef.h>
#include <stdint.h>

/* Objects by a 64-bit key. A key may be there several times: the newest is found first.
 * Zero-initialised is empty. */
struct osim__map_node {
	struct osim__map_node *next;
	uint64_t key;
};

struct osim__map {
	struct osim__map_node **buckets;
	size_t bucket_count;
	size_t count;
};

/* -ENOMEM, or 0. */
int osim__map_add(struct osim__map *map, struct osim__map_node *node, uint64_t key);
/* NULL: not there. */
struct osim__map_node *osim__map_find(const struct osim__map *map, uint64_t key);
/* Of a node that is in the map. */
void osim__map_remove(struct osim__map *map, struct osim__map_node *node);
/* Of an empty map. */
void osim__map_fini(struct osim__map *map);

#endif
