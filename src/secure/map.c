/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "secure/map.h"

#define BUCKETS_MIN 16u

static struct osim__map_node **bucket_of(const struct osim__map *map, uint64_t key)
{
	uint64_t hash = key * 0x9e3779b97f4a7c15ull;

	return &map->buckets[(hash >> 32) & (map->bucket_count - 1)];
}

/* Nodes with the same key come from the same bucket; put to the end one after the other they keep
 * their order. */
static int grow(struct osim__map *map)
{
	struct osim__map old = *map;
	size_t count = old.bucket_count ? old.bucket_count * 2 : BUCKETS_MIN;

	map->buckets = calloc(count, sizeof(struct osim__map_node *));
	if (!map->buckets) {
		map->buckets = old.buckets;
		return old.bucket_count ? 0 : -ENOMEM;
	}
	map->bucket_count = count;
	for (size_t i = 0; i < old.bucket_count; i++) {
		while (old.buckets[i]) {
			struct osim__map_node *node = old.buckets[i];
			struct osim__map_node **at = bucket_of(map, node->key);

			old.buckets[i] = node->next;
			while (*at)
				at = &(*at)->next;
			node->next = NULL;
			*at = node;
		}
	}
	free(old.buckets);
	return 0;
}

int osim__map_add(struct osim__map *map, struct osim__map_node *node, uint64_t key)
{
	struct osim__map_node **at;

	if (map->count >= map->bucket_count && grow(map))
		return -ENOMEM;
	at = bucket_of(map, key);
	node->key = key;
	node->next = *at;
	*at = node;
	map->count++;
	return 0;
}

struct osim__map_node *osim__map_find(const struct osim__map *map, uint64_t key)
{
	struct osim__map_node *node;

	if (!map->count)
		return NULL;
	for (node = *bucket_of(map, key); node; node = node->next)
		if (node->key == key)
			return node;
	return NULL;
}

void osim__map_remove(struct osim__map *map, struct osim__map_node *node)
{
	struct osim__map_node **at = bucket_of(map, node->key);

	while (*at != node) {
		assert(*at);
		at = &(*at)->next;
	}
	*at = node->next;
	map->count--;
}

void osim__map_fini(struct osim__map *map)
{
	assert(!map->count);
	free(map->buckets);
	*map = (struct osim__map){0};
}
