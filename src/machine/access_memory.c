/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/access.h"
#include "machine/stack.h"

/*
 * What was done to memory: for each eight bytes the last few accesses, in blocks that a hash table
 * finds by address. The table is never gone through, so where memory happens to lie decides
 * nothing.
 */

#define GRANULE_BYTES 8u
#define BLOCK_BYTES   1024u
#define SLOTS	      4u
#define BUCKETS	      1024u
#define PLACE_BYTES   160u
/* Races of one machine that were told; more than that helps nobody. */
#define TOLD_MAX 64u

struct granule {
	struct osim__access_slot slot[SLOTS];
};

struct key {
	struct key *next;
	const void *key;
	struct osim__clock_vector clock;
};

struct block {
	struct block *next;
	uintptr_t number;
	struct key *keys;
	struct granule *granules; /* BLOCK_BYTES / GRANULE_BYTES, or NULL */
};

struct osim__access_memory {
	struct block *bucket[BUCKETS];
	struct told {
		const void *first, *second;
		bool write;
	} told[TOLD_MAX];
	unsigned int told_count;
};

struct osim__access_memory *osim__access_memory_new(void)
{
	return calloc(1, sizeof(struct osim__access_memory));
}

static void block_clear(struct block *b)
{
	struct key *k;

	while ((k = b->keys)) {
		b->keys = k->next;
		free(k->clock.v);
		free(k);
	}
	free(b->granules);
	b->granules = NULL;
}

void osim__access_memory_free(struct osim__access_memory *memory)
{
	struct block *b;

	for (unsigned int i = 0; memory && i < BUCKETS; i++)
		while ((b = memory->bucket[i])) {
			memory->bucket[i] = b->next;
			block_clear(b);
			free(b);
		}
	free(memory);
}

static struct block **find(struct osim__access_memory *memory, uintptr_t number)
{
	struct block **link = &memory->bucket[(number ^ number >> 10) % BUCKETS];

	while (*link && (*link)->number != number)
		link = &(*link)->next;
	return link;
}

static struct block *find_or_make(struct osim__access_memory *memory, uintptr_t number)
{
	struct block **link = find(memory, number);

	if (!*link) {
		*link = calloc(1, sizeof(**link));
		if (*link)
			(*link)->number = number;
	}
	return *link;
}

struct osim__clock_vector *osim__access_key(struct osim__access_memory *memory, const void *key,
					    bool make)
{
	uintptr_t number = (uintptr_t)key / BLOCK_BYTES;
	struct block *b = make ? find_or_make(memory, number) : *find(memory, number);
	struct key *k = b ? b->keys : NULL;

	while (k && k->key != key)
		k = k->next;
	if (k || !make || !b)
		return k ? &k->clock : NULL;
	k = calloc(1, sizeof(*k));
	if (!k)
		return NULL;
	k->key = key;
	k->next = b->keys;
	b->keys = k;
	return &k->clock;
}

/* Of the part of a block only. */
static void forget_part(struct block *b, uintptr_t first, uintptr_t end)
{
	struct key **link = &b->keys, *k;

	while ((k = *link)) {
		if ((uintptr_t)k->key < first || (uintptr_t)k->key >= end) {
			link = &k->next;
			continue;
		}
		*link = k->next;
		free(k->clock.v);
		free(k);
	}
	if (b->granules)
		for (uintptr_t at = first; at < end; at += GRANULE_BYTES)
			memset(&b->granules[at % BLOCK_BYTES / GRANULE_BYTES], 0,
			       sizeof(*b->granules));
}

void osim__access_memory_forget(struct osim__access_memory *memory, const void *p, size_t bytes)
{
	uintptr_t at = (uintptr_t)p, end = at + bytes;

	while (at < end) {
		uintptr_t number = at / BLOCK_BYTES, next = (number + 1) * BLOCK_BYTES;
		struct block **link = find(memory, number), *b = *link;

		if (b && at % BLOCK_BYTES == 0 && next <= end) {
			*link = b->next;
			block_clear(b);
			free(b);
		} else if (b) {
			forget_part(b, at, next < end ? next : end);
		}
		at = next;
	}
}

/* --- a race --- */

static bool told(struct osim__access_memory *memory, const void *first, const void *second,
		 bool write)
{
	struct told *t;

	for (unsigned int i = 0; i < memory->told_count; i++) {
		t = &memory->told[i];
		if (t->first == first && t->second == second && t->write == write)
			return true;
	}
	if (memory->told_count == TOLD_MAX)
		return true;
	memory->told[memory->told_count++] =
		(struct told){.first = first, .second = second, .write = write};
	return false;
}

static const char *kind_of(const struct osim__access_slot *access)
{
	return access->write ? "write" : "read";
}

/* The same text whichever of the two comes second in a run. */
static void tell(struct osim_machine *m, struct osim__access_memory *memory,
		 const struct osim__access_slot *first, const struct osim__access_slot *second)
{
	char stack[1024], a[PLACE_BYTES], b[PLACE_BYTES];
	bool turned;

	if (told(memory, first->pc, second->pc, second->write))
		return;
	osim__stack_text(stack, sizeof(stack));
	osim__stack_place(first->pc, a, sizeof(a));
	snprintf(b, sizeof(b), "%.*s", (int)strcspn(stack, "\n"), stack);
	turned = strcmp(a, b) > 0;
	osim__finding(m, "kernel.data-race", "%s and %s: %s and %s that nothing orders",
		      turned ? b : a, turned ? a : b, kind_of(turned ? second : first),
		      kind_of(turned ? first : second));
}

/* Is all that the slot can still show shown by the new access, too? */
static bool replaces(const struct osim__access_slot *access, const struct osim__access_slot *slot)
{
	return !(slot->mask & ~access->mask) && (access->write || !slot->write);
}

static void touch_granule(struct osim_machine *m, struct osim__access_memory *memory,
			  const struct osim__clock_vector *now, struct granule *g,
			  const struct osim__access_slot *access)
{
	struct osim__access_slot *to = NULL;

	for (unsigned int i = 0; i < SLOTS; i++) {
		struct osim__access_slot *slot = &g->slot[i];
		bool same = slot->context == access->context;

		if (slot->mask && !same && (slot->mask & access->mask) &&
		    (slot->write || access->write) && !osim__access_before(slot, now))
			tell(m, memory, slot, access);
		else if (slot->mask && (same || osim__access_before(slot, now)) &&
			 replaces(access, slot))
			slot->mask = 0;
		if (!slot->mask)
			to = slot;
	}
	/* The one that has been there longest, as far as that is known. */
	if (!to)
		to = &g->slot[access->clock % SLOTS];
	*to = *access;
}

void osim__access_memory_touch(struct osim_machine *m, struct osim__access_memory *memory,
			       const struct osim__clock_vector *now,
			       const struct osim__access_slot *access, const void *p, size_t bytes)
{
	uintptr_t at = (uintptr_t)p, end = at + bytes;

	while (at < end) {
		uintptr_t granule = at & ~(uintptr_t)(GRANULE_BYTES - 1);
		uintptr_t next = granule + GRANULE_BYTES, last = next < end ? next : end;
		struct osim__access_slot part = *access;
		struct block *b = find_or_make(memory, at / BLOCK_BYTES);

		if (b && !b->granules)
			b->granules = calloc(BLOCK_BYTES / GRANULE_BYTES, sizeof(*b->granules));
		part.mask = (uint8_t)((0xffu << (at - granule)) & (0xffu >> (next - last)));
		if (b && b->granules)
			touch_granule(m, memory, now,
				      &b->granules[at % BLOCK_BYTES / GRANULE_BYTES], &part);
		at = last;
	}
}
