/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>

#include "kernel/k_map.h"
#include "kernel/kernel.h"

#define FIRST_CAPACITY 32u

static size_t home(const struct osim__k_map *map, uint64_t key)
{
	return (size_t)(key * 0x9e3779b97f4a7c15ull >> 24) & (map->capacity - 1);
}

/* Where key is, or the empty slot where it would be. */
static struct osim__k_map_slot *slot_of(const struct osim__k_map *map, uint64_t key)
{
	size_t i = home(map, key);

	while (map->slots[i].key && map->slots[i].key != key)
		i = (i + 1) & (map->capacity - 1);
	return &map->slots[i];
}

uint64_t osim__k_map_get(const struct osim__k_map *map, uint64_t key)
{
	return map->used ? slot_of(map, key)->value : 0;
}

static void grow(struct osim__k_map *map)
{
	struct osim__k_map old = *map;

	map->capacity = old.capacity ? old.capacity * 2 : FIRST_CAPACITY;
	map->slots = osim__kernel_zalloc(map->capacity * sizeof(*map->slots));
	for (size_t i = 0; i < old.capacity; i++)
		if (old.slots[i].key)
			*slot_of(map, old.slots[i].key) = old.slots[i];
	osim__kernel_free(old.slots);
}

void osim__k_map_set(struct osim__k_map *map, uint64_t key, uint64_t value)
{
	struct osim__k_map_slot *slot;

	assert(key && value);
	if ((map->used + 1) * 2 > map->capacity)
		grow(map);
	slot = slot_of(map, key);
	if (!slot->key)
		map->used++;
	*slot = (struct osim__k_map_slot){key, value};
}

uint64_t osim__k_map_remove(struct osim__k_map *map, uint64_t key)
{
	struct osim__k_map_slot *gap, *next;
	size_t mask = map->capacity - 1;
	uint64_t value;

	if (!map->used)
		return 0;
	gap = slot_of(map, key);
	value = gap->value;
	if (!gap->key)
		return 0;
	/* Closes the gap: what a lookup would no longer reach moves into it. */
	for (size_t i = (size_t)(gap - map->slots + 1) & mask; map->slots[i].key;
	     i = (i + 1) & mask) {
		next = &map->slots[i];
		if (((i - home(map, next->key)) & mask) < ((i - (size_t)(gap - map->slots)) & mask))
			continue;
		*gap = *next;
		gap = next;
	}
	*gap = (struct osim__k_map_slot){0, 0};
	map->used--;
	return value;
}

void osim__k_map_fini(struct osim__k_map *map)
{
	osim__kernel_free(map->slots);
	*map = (struct osim__k_map){0};
}
