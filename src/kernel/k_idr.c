/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/k_base.h"

#include <linux/err.h>
#include <linux/idr.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/string.h>

/*
 * Entries in order of their id, without gaps in memory. Where ids are dense from some entry on, the
 * distance in ids is the distance in entries: so both an id and the first gap are found by halving.
 */

/* The first entry whose id is at least id. */
static unsigned int lower(const struct idr *idr, unsigned int id)
{
	unsigned int low = 0, high = idr->count;

	while (low < high) {
		unsigned int mid = low + (high - low) / 2;

		if (idr->entries[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct osim__idr_entry *entry_of(const struct idr *idr, unsigned long id)
{
	unsigned int at;

	if (id > INT_MAX)
		return NULL;
	at = lower(idr, (unsigned int)id);
	return at < idr->count && idr->entries[at].id == id ? &idr->entries[at] : NULL;
}

/* The first entry from at on that leaves a gap before it, seen from id start at that place. */
static unsigned int first_gap(const struct idr *idr, unsigned int at, unsigned int start)
{
	unsigned int low = at, high = idr->count;

	while (low < high) {
		unsigned int mid = low + (high - low) / 2;

		if (idr->entries[mid].id - start == mid - at)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/*
 * Half again as much; what holds the entries is an allocation of the driver's, and goes when the
 * last entry does. Other threads may have been here while it slept: the caller looks again.
 */
static int grow(struct idr *idr, gfp_t gfp, const struct osim__site *site)
{
	unsigned int capacity = idr->capacity ? idr->capacity + idr->capacity / 2 : 8;
	struct osim__idr_entry *entries;

	entries = osim__k_kvmalloc(capacity * sizeof(*entries), gfp, site);
	if (!entries)
		return -ENOMEM;
	if (idr->capacity >= capacity) {
		osim__k_kfree(entries, site);
		return 0;
	}
	if (idr->count)
		memcpy(entries, idr->entries, idr->count * sizeof(*entries));
	osim__k_kfree(idr->entries, site);
	idr->entries = entries;
	idr->capacity = capacity;
	return 0;
}

/* Looking up may come at any time, and sees what was there before the entry; whoever changes it has
 * to keep others from that, but for what has a lock of its own. */
static void changed(const struct idr *idr, const void *pc)
{
	struct osim_machine *m = osim__machine();

	if (!idr->own_lock)
		osim__k_touch(idr, sizeof(void *), true, pc);
	osim__access_release(m, idr);
}

int osim__k_idr_alloc(struct idr *idr, void *ptr, int start, int end, gfp_t gfp,
		      const struct osim__site *site)
{
	unsigned int limit = end > 0 ? (unsigned int)end : (unsigned int)INT_MAX + 1;
	unsigned int at, first, id;

	if (start < 0)
		return -EINVAL;
	changed(idr, __builtin_return_address(0));
	for (;;) {
		first = lower(idr, (unsigned int)start);
		at = first_gap(idr, first, (unsigned int)start);
		id = (unsigned int)start + (at - first);
		if (id >= limit)
			return -ENOSPC;
		if (idr->count < idr->capacity)
			break;
		if (grow(idr, gfp, site))
			return -ENOMEM;
	}
	memmove(&idr->entries[at + 1], &idr->entries[at],
		(idr->count - at) * sizeof(*idr->entries));
	idr->entries[at] = (struct osim__idr_entry){.ptr = ptr, .id = id};
	idr->count++;
	return (int)id;
}

int osim__k_idr_alloc_cyclic(struct idr *idr, void *ptr, int start, int end, gfp_t gfp,
			     const struct osim__site *site)
{
	int from = idr->next > start ? idr->next : start;
	int id = osim__k_idr_alloc(idr, ptr, from, end, gfp, site);

	if (id == -ENOSPC && from > start)
		id = osim__k_idr_alloc(idr, ptr, start, end, gfp, site);
	if (id >= 0)
		idr->next = id == INT_MAX ? 0 : id + 1;
	return id;
}

void *osim__k_idr_find(const struct idr *idr, unsigned long id)
{
	const struct osim__idr_entry *e = entry_of(idr, id);

	osim__access_acquire(osim__machine(), idr);
	return e ? e->ptr : NULL;
}

void *osim__k_idr_remove(struct idr *idr, unsigned long id)
{
	struct osim__idr_entry *e = entry_of(idr, id);
	void *old;

	if (!e)
		return NULL;
	changed(idr, __builtin_return_address(0));
	old = e->ptr;
	idr->count--;
	memmove(e, e + 1, (size_t)(idr->entries + idr->count - e) * sizeof(*e));
	if (!idr->count)
		osim__k_idr_destroy(idr);
	return old;
}

void *osim__k_idr_replace(struct idr *idr, void *ptr, unsigned long id)
{
	struct osim__idr_entry *e = entry_of(idr, id);
	void *old;

	if (!e)
		return ERR_PTR(-ENOENT);
	changed(idr, __builtin_return_address(0));
	old = e->ptr;
	e->ptr = ptr;
	return old;
}

void *osim__k_idr_get_next(const struct idr *idr, int *id)
{
	unsigned int at = *id < 0 ? idr->count : lower(idr, (unsigned int)*id);

	osim__access_acquire(osim__machine(), idr);
	while (at < idr->count && !idr->entries[at].ptr)
		at++;
	if (at == idr->count)
		return NULL;
	*id = (int)idr->entries[at].id;
	return idr->entries[at].ptr;
}

bool osim__k_idr_is_empty(const struct idr *idr)
{
	return !idr->count;
}

void osim__k_idr_destroy(struct idr *idr)
{
	osim__k_kfree(idr->entries, OSIM__SITE);
	idr->entries = NULL;
	idr->count = idr->capacity = 0;
}
