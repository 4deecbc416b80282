/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "secure/record.h"

#define WAY_BITS   6u
#define WAYS	   64u
#define WAY_MASK   63u
#define LEVELS_MAX 5u /* 64 ^ 6 is more than 2 ^ 32 */

/* ways has a bit for each way that leads to a member. At level 1 the ways are words of members,
 * above they are nodes. */
struct osim__record_node {
	uint64_t ways;
	union {
		uint64_t words[WAYS];
		struct osim__record_node *nodes[WAYS];
	} u;
};

static unsigned int shift_of(unsigned int level)
{
	return WAY_BITS * level;
}

static unsigned int way_of(uint32_t value, unsigned int level)
{
	return (value >> shift_of(level)) & WAY_MASK;
}

static unsigned int lowest(uint64_t bits)
{
	return (unsigned int)__builtin_ctzll(bits);
}

void osim__record_init(struct osim__record *r, uint32_t max)
{
	*r = (struct osim__record){.max = max};
	while (r->levels < LEVELS_MAX && ((uint64_t)max >> shift_of(r->levels + 1)))
		r->levels++;
}

static struct osim__record_node *node_new(struct osim__record *r)
{
	struct osim__record_node *n = r->spare;

	if (!n)
		return calloc(1, sizeof(*n));
	r->spare = n->u.nodes[0];
	n->u.nodes[0] = NULL;
	return n;
}

/* Emptied nodes have all words, or no nodes, left: nothing to wipe but the link that they get here.
 */
static void node_spare(struct osim__record *r, struct osim__record_node *n)
{
	n->u.nodes[0] = r->spare;
	r->spare = n;
}

static void node_free(struct osim__record_node *n, unsigned int level)
{
	if (level > 1) {
		while (n->ways) {
			node_free(n->u.nodes[lowest(n->ways)], level - 1);
			n->ways &= n->ways - 1;
		}
	}
	free(n);
}

void osim__record_clear(struct osim__record *r)
{
	if (r->root)
		node_free(r->root, r->levels);
	r->root = NULL;
	r->word = 0;
	r->count = 0;
}

void osim__record_fini(struct osim__record *r)
{
	osim__record_clear(r);
	while (r->spare) {
		struct osim__record_node *n = r->spare;

		r->spare = n->u.nodes[0];
		free(n);
	}
}

/* The path to value is made before anything is marked, so that a failure leaves no empty node in
 * the tree's way bits. */
static uint64_t *word_of(struct osim__record *r, uint32_t value)
{
	struct osim__record_node *made[LEVELS_MAX + 1];
	struct osim__record_node **at = &r->root;
	struct osim__record_node *n;
	unsigned int level, missing, i;

	for (level = r->levels, n = *at; n && level > 1; level--) {
		unsigned int way = way_of(value, level);

		at = &n->u.nodes[way];
		n = n->ways & (1ull << way) ? *at : NULL;
	}
	if (n) {
		n->ways |= 1ull << way_of(value, 1);
		return &n->u.words[way_of(value, 1)];
	}
	missing = level;
	for (i = 0; i < missing; i++) {
		made[i] = node_new(r);
		if (!made[i])
			goto undo;
	}
	for (level = r->levels, at = &r->root, n = r->root;; level--) {
		if (!n)
			*at = n = made[--missing];
		n->ways |= 1ull << way_of(value, level);
		if (level == 1)
			return &n->u.words[way_of(value, 1)];
		at = &n->u.nodes[way_of(value, level)];
		n = *at;
	}
undo:
	while (i--)
		node_spare(r, made[i]);
	return NULL;
}

int osim__record_set(struct osim__record *r, uint32_t value, bool *merged)
{
	uint64_t bit = 1ull << (value & WAY_MASK);
	uint64_t *word = &r->word;

	assert(value <= r->max);
	if (r->levels == 1 && r->root) {
		r->root->ways |= 1ull << way_of(value, 1);
		word = &r->root->u.words[way_of(value, 1)];
	} else if (r->levels) {
		word = word_of(r, value);
		if (!word)
			return -ENOMEM;
	}
	*merged = *word & bit;
	if (!*merged) {
		*word |= bit;
		r->count++;
	}
	return 0;
}

bool osim__record_has(const struct osim__record *r, uint32_t value)
{
	const struct osim__record_node *n = r->root;
	uint64_t word = r->word;

	if (value > r->max || (r->levels && !n))
		return false;
	for (unsigned int level = r->levels; level; level--) {
		unsigned int way = way_of(value, level);

		if (!(n->ways & (1ull << way)))
			return false;
		if (level == 1)
			word = n->u.words[way];
		else
			n = n->u.nodes[way];
	}
	return word & (1ull << (value & WAY_MASK));
}

bool osim__record_take(struct osim__record *r, uint32_t *value)
{
	struct osim__record_node *path[LEVELS_MAX + 1];
	struct osim__record_node *n = r->root;
	unsigned int level;
	uint32_t found = 0;
	uint64_t *word = &r->word;

	if (!r->count)
		return false;
	/* One node is the whole tree of most machines, and it stays. */
	if (r->levels == 1) {
		unsigned int way = lowest(n->ways);

		word = &n->u.words[way];
		*value = way << WAY_BITS | lowest(*word);
		*word &= *word - 1;
		if (!*word)
			n->ways &= n->ways - 1;
		r->count--;
		return true;
	}
	for (level = r->levels; level; level--) {
		unsigned int way = lowest(n->ways);

		path[level] = n;
		found = (found | way) << WAY_BITS;
		if (level == 1)
			word = &n->u.words[way];
		else
			n = n->u.nodes[way];
	}
	*value = found | lowest(*word);
	*word &= *word - 1;
	r->count--;
	if (*word)
		return true;
	for (level = 1; level <= r->levels; level++) {
		n = path[level];
		n->ways &= n->ways - 1;
		/* The root stays: a value that comes and goes alone costs no node. */
		if (n->ways || level == r->levels)
			break;
		path[level + 1]->u.nodes[lowest(path[level + 1]->ways)] = NULL;
		node_spare(r, n);
	}
	return true;
}
