/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/namer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "machine/machine.h"

#define BUCKETS 1024u

/* In two chains: of its value, by which it is found, and of its object, with which it ends. */
struct name {
	struct name *next_value, *next_object;
	enum osim__abi_kind kind;
	uint64_t value;	 /* page address, or cookie */
	uint64_t object; /* 0: none that is known */
	uint64_t number;
};

struct osim__namer {
	struct osim_machine *m;
	struct osim__abi_namer abi;
	struct name *by_value[BUCKETS];
	struct name *by_object[BUCKETS];
	uint64_t count[2]; /* by kind */
};

static unsigned int bucket(uint64_t key)
{
	return (unsigned int)(key * 0x9e3779b97f4a7c15ull >> 54) % BUCKETS;
}

/* The number of the live object at an address of either kind; 0: none. */
static uint64_t object_of(struct osim_machine *m, enum osim__abi_kind kind, uint64_t value)
{
	const struct osim__live_node *node;
	const void *va;

	if (!m)
		return 0;
	if (kind == OSIM__ABI_KIND_COOKIE) {
		/* Linux takes the address of its own record of the memory. */
		node = osim__live_find(m, (const void *)(uintptr_t)value);
		return node ? node->number : 0;
	}
	va = osim__mem_va(m, value);
	if (!va)
		return 0;
	node = osim__live_find(m, va);
	if (!node)
		node = osim__live_holding(m, va);
	return node ? node->number : 0;
}

static struct name *name_of(struct osim__namer *n, enum osim__abi_kind kind, uint64_t value,
			    uint64_t address)
{
	struct name **chain = &n->by_value[bucket(value)];
	struct name *name = *chain;

	while (name && (name->kind != kind || name->value != value))
		name = name->next_value;
	if (name)
		return name;
	name = calloc(1, sizeof(*name));
	if (!name)
		return NULL;
	*name = (struct name){.next_value = *chain,
			      .kind = kind,
			      .value = value,
			      .object = object_of(n->m, kind, address),
			      .number = ++n->count[kind]};
	*chain = name;
	chain = &n->by_object[bucket(name->object)];
	name->next_object = *chain;
	*chain = name;
	return name;
}

static const char *text_of(void *arg, enum osim__abi_kind kind, uint64_t value, char *buf,
			   size_t len)
{
	struct osim__namer *n = arg;
	uint64_t offset = kind == OSIM__ABI_KIND_PA ? value % OSIM__PAGE_BYTES : 0;
	const struct name *name = name_of(n, kind, value - offset, value);

	if (!name)
		return NULL;
	if (offset)
		snprintf(buf, len, "page#%" PRIu64 "+%" PRIx64, name->number, offset);
	else
		snprintf(buf, len, "%s#%" PRIu64, kind == OSIM__ABI_KIND_PA ? "page" : "shm",
			 name->number);
	return buf;
}

static void forget(struct osim__namer *n, struct name *name)
{
	struct name **link = &n->by_value[bucket(name->value)];

	while (*link != name)
		link = &(*link)->next_value;
	*link = name->next_value;
	free(name);
}

void osim__namer_retire(struct osim__namer *n, uint64_t object)
{
	struct name **link = &n->by_object[bucket(object)];
	struct name *name;

	while ((name = *link)) {
		if (!object || name->object != object) {
			link = &name->next_object;
			continue;
		}
		*link = name->next_object;
		forget(n, name);
	}
}

struct osim__namer *osim__namer_new(struct osim_machine *m)
{
	struct osim__namer *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->m = m;
	n->abi = (struct osim__abi_namer){.name = text_of, .arg = n};
	return n;
}

void osim__namer_free(struct osim__namer *n)
{
	if (!n)
		return;
	for (unsigned int i = 0; i < BUCKETS; i++) {
		struct name *name;

		while ((name = n->by_value[i])) {
			n->by_value[i] = name->next_value;
			free(name);
		}
	}
	free(n);
}

const struct osim__abi_namer *osim__namer_abi(const struct osim__namer *n)
{
	return &n->abi;
}
