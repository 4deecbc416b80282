/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/machine.h"

#define FIRST_BUCKETS 256u

static const char *const kind_names[] = {
#define NAME(name, text) [OSIM_LIVE_##name] = text,
	OSIM_LIVE_MAP(NAME)
#undef NAME
};

static struct osim__live_node **bucket(const struct osim__live_table *t, const void *key)
{
	return &t->buckets[((uint64_t)(uintptr_t)key * 0x9e3779b97f4a7c15ull >> 24) &
			   (t->bucket_count - 1)];
}

/* Twice the buckets when there are as many objects; an old table stays when there is no room for a
 * new one. */
static int grow(struct osim__live_table *t)
{
	size_t count = t->bucket_count ? t->bucket_count * 2 : FIRST_BUCKETS;
	struct osim__live_node **buckets = calloc(count, sizeof(*buckets));

	if (!buckets)
		return t->bucket_count ? 0 : -ENOMEM;
	free(t->buckets);
	t->buckets = buckets;
	t->bucket_count = count;
	for (struct osim__live_node *n = t->oldest; n; n = n->next) {
		struct osim__live_node **b = bucket(t, n->key);

		n->hash_next = *b;
		*b = n;
	}
	return 0;
}

static OSIM__APART void emit(struct osim_machine *m, enum osim_event_kind kind,
			     const struct osim__live_node *n)
{
	struct osim_event e = osim__event_none;
	char where[96];

	e.kind = kind;
	e.object = n->number;
	e.bytes = n->bytes;
	e.text = kind_names[n->kind];
	if (n->site) {
		osim__site_text(n->site, where, sizeof(where));
		e.where = where;
	}
	osim__event_emit(m, &e);
}

int osim__live_add(struct osim_machine *m, enum osim_live kind, const void *key, size_t bytes,
		   const struct osim__site *site)
{
	struct osim__live_table *t = &m->live;
	struct osim__live_node *n = t->spare, **b;

	if (t->total >= t->bucket_count && grow(t))
		return -ENOMEM;
	if (n)
		t->spare = n->hash_next;
	else
		n = malloc(sizeof(*n));
	if (!n)
		return -ENOMEM;
	b = bucket(t, key);
	*n = (struct osim__live_node){.prev = t->newest,
				      .key = key,
				      .hash_next = *b,
				      .site = site,
				      .number = ++t->next_number,
				      .bytes = bytes,
				      .kind = kind};
	*b = n;
	if (t->newest)
		t->newest->next = n;
	else
		t->oldest = n;
	t->newest = n;
	t->count[kind]++;
	t->total++;
	if (osim__event_on(m))
		emit(m, OSIM_EVENT_ALLOC, n);
	return 0;
}

struct osim__live_node *osim__live_find(const struct osim_machine *m, const void *key)
{
	struct osim__live_node *n = m->live.bucket_count ? *bucket(&m->live, key) : NULL;

	while (n && n->key != key)
		n = n->hash_next;
	return n;
}

bool osim__live_remove(struct osim_machine *m, const void *key)
{
	struct osim__live_table *t = &m->live;
	struct osim__live_node **b, *n;

	if (!t->bucket_count)
		return false;
	for (b = bucket(t, key); *b && (*b)->key != key; b = &(*b)->hash_next)
		;
	n = *b;
	if (!n)
		return false;
	*b = n->hash_next;
	if (n->prev)
		n->prev->next = n->next;
	else
		t->oldest = n->next;
	if (n->next)
		n->next->prev = n->prev;
	else
		t->newest = n->prev;
	t->count[n->kind]--;
	t->total--;
	if (osim__event_on(m))
		emit(m, OSIM_EVENT_FREE, n);
	n->hash_next = t->spare;
	t->spare = n;
	return true;
}

struct osim__live_node *osim__live_holding(const struct osim_machine *m, const void *address)
{
	const unsigned char *p = address;

	for (struct osim__live_node *n = m->live.oldest; n; n = n->next) {
		const unsigned char *key = n->key;

		if ((n->kind == OSIM_LIVE_ALLOC || n->kind == OSIM_LIVE_PAGES) && p >= key &&
		    p < key + n->bytes)
			return n;
	}
	return NULL;
}

size_t osim_live_count(const struct osim_machine *m, enum osim_live kind)
{
	return kind == OSIM_LIVE_COUNT ? m->live.total : m->live.count[kind];
}

/* What of it fits, before end. */
static char *append(char *at, const char *end, const char *text)
{
	while (at < end && *text)
		*at++ = *text++;
	return at;
}

/* Each event of an allocation has one: snprintf() would be most of what the event costs. */
void osim__site_text(const struct osim__site *site, char *text, size_t bytes)
{
	char digits[16], *first = digits + sizeof(digits) - 1, *end = text + bytes - 1;
	const char *slash = strrchr(site->file, '/');
	unsigned int line = (unsigned int)site->line;

	*first = '\0';
	do
		*--first = (char)('0' + line % 10);
	while (line /= 10);
	text = append(append(text, end, site->func), end, " (");
	text = append(append(text, end, slash ? slash + 1 : site->file), end, ":");
	*append(append(text, end, first), end, ")") = '\0';
}

void osim_live_each(const struct osim_machine *m,
		    void (*fn)(void *arg, enum osim_live kind, const char *what, const char *where),
		    void *arg)
{
	char what[64], where[96];

	for (const struct osim__live_node *n = m->live.oldest; n; n = n->next) {
		if (n->bytes)
			snprintf(what, sizeof(what), "%s of %zu bytes", kind_names[n->kind],
				 n->bytes);
		else
			snprintf(what, sizeof(what), "%s", kind_names[n->kind]);
		if (n->site)
			osim__site_text(n->site, where, sizeof(where));
		else
			where[0] = '\0';
		fn(arg, n->kind, what, where);
	}
}

void osim__live_abandon(struct osim_machine *m)
{
	struct osim__live_table *t = &m->live;

	if (!t->oldest)
		return;
	t->newest->next = t->abandoned;
	t->abandoned = t->oldest;
	t->oldest = t->newest = NULL;
	memset(t->buckets, 0, t->bucket_count * sizeof(*t->buckets));
	memset(t->count, 0, sizeof(t->count));
	t->total = 0;
}

void osim__live_fini(struct osim_machine *m)
{
	struct osim__live_table *t = &m->live;
	struct osim__live_node *n;

	while ((n = t->abandoned)) {
		t->abandoned = n->next;
		free(n);
	}
	while ((n = t->oldest)) {
		t->oldest = n->next;
		free(n);
	}
	while ((n = t->spare)) {
		t->spare = n->hash_next;
		free(n);
	}
	free(t->buckets);
}
