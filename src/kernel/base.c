/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/k_base.h"

struct osim__k_base *osim__k_base_new(struct osim__kernel *k)
{
	struct osim__k_base *base = osim__kernel_zalloc(sizeof(*base));

	k->base = base;
	return base;
}

void osim__k_base_fini(struct osim__kernel *k)
{
	struct osim__k_base *base = k->base;

	if (!base)
		return;
	osim__k_peripheral_fini(base);
	osim__k_mm_fini(k->m);
	osim__k_pages_fini(k->m);
	osim__k_map_fini(&base->names);
	osim__kernel_free(base);
	k->base = NULL;
}

/*
 * An address may be reused, and whether it is depends on the allocator: what is a live object is
 * named by that object's own number, which the machine's course alone decides.
 */
uint64_t osim__k_name(struct osim_machine *m, const void *p)
{
	const uint64_t numbered = 1ull << 63;
	struct osim__k_base *base = osim__k_base(m);
	const struct osim__live_node *n;
	uint64_t key = osim__k_key(p), name;

	if (!p)
		return 0;
	n = osim__live_find(m, p);
	if (n)
		key = n->number | numbered;
	name = osim__k_map_get(&base->names, key);
	if (!name) {
		name = ++base->name_count;
		osim__k_map_set(&base->names, key, name);
	}
	return name;
}
