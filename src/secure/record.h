/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_SECURE_RECORD_H
#define OSIM_SECURE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A set of numbers 0 .. max whose lowest member is taken out first. A tree of 64-bit words, 64 ways
 * at each level, with nodes only where something is pending, so that neither the maximum nor the
 * number of members matters to the cost.
 */
struct osim__record_node;

struct osim__record {
	uint64_t count; /* members; the fast path looks at nothing else */
	uint32_t max;
	unsigned int levels; /* of nodes above the words; 0: the one word below is all */
	uint64_t word;
	struct osim__record_node *root;
	struct osim__record_node *spare; /* emptied nodes, used again */
};

void osim__record_init(struct osim__record *r, uint32_t max);
void osim__record_fini(struct osim__record *r);
/* Forgets all members. */
void osim__record_clear(struct osim__record *r);
/* value <= max. merged: it was a member already. 0, or -ENOMEM. */
int osim__record_set(struct osim__record *r, uint32_t value, bool *merged);
bool osim__record_has(const struct osim__record *r, uint32_t value);
/* Takes the lowest member out; false: there is none. */
bool osim__record_take(struct osim__record *r, uint32_t *value);

#endif
