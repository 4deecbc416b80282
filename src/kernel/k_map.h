/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_KERNEL_K_MAP_H
#define OSIM_KERNEL_K_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Numbers and addresses to numbers and addresses; looked up, never walked. Zero-initialised is
 * empty; keys are not 0.
 */
struct osim__k_map_slot {
	uint64_t key, value;
};

struct osim__k_map {
	struct osim__k_map_slot *slots;
	size_t capacity, used;
};

/* 0: not there (values are not 0). */
uint64_t osim__k_map_get(const struct osim__k_map *map, uint64_t key);
void osim__k_map_set(struct osim__k_map *map, uint64_t key, uint64_t value);
/* The value that was there, or 0. */
uint64_t osim__k_map_remove(struct osim__k_map *map, uint64_t key);
void osim__k_map_fini(struct osim__k_map *map);

static inline uint64_t osim__k_key(const volatile void *p)
{
	return (uint64_t)(uintptr_t)p;
}

#endif
