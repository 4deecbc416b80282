/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "machine/machine.h"

/* The runner may have ASan although this library is built without: asked at run time. */
__attribute__((weak)) void *__asan_region_is_poisoned(void *begin, size_t size);
__attribute__((weak)) void __asan_loadN(void *addr, size_t size);
__attribute__((weak)) void __asan_storeN(void *addr, size_t size);

struct osim__page_slot {
	uint64_t number; /* 0: empty */
	uint32_t allocated;
	uint32_t pins;
};

#define FIRST_SLOTS 64u

/* --- the page table --- */

static uint64_t number_of(const void *va)
{
	return (uint64_t)(uintptr_t)va >> OSIM__PAGE_SHIFT;
}

static size_t home(const struct osim__page_table *t, uint64_t number)
{
	return (size_t)((number * 0x9e3779b97f4a7c15ull) >> 20) & (t->capacity - 1);
}

static struct osim__page_slot *lookup(const struct osim__page_table *t, uint64_t number)
{
	if (!t->capacity || !number)
		return NULL;
	for (size_t i = home(t, number);; i = (i + 1) & (t->capacity - 1)) {
		if (t->slots[i].number == number)
			return &t->slots[i];
		if (!t->slots[i].number)
			return NULL;
	}
}

static struct osim__page_slot *place(struct osim__page_table *t, uint64_t number)
{
	size_t i = home(t, number);

	while (t->slots[i].number)
		i = (i + 1) & (t->capacity - 1);
	t->slots[i] = (struct osim__page_slot){.number = number};
	t->used++;
	return &t->slots[i];
}

/* Room for n more without moving: what fails, fails before anything is changed. */
static int reserve(struct osim__page_table *t, size_t n)
{
	struct osim__page_table old = *t;
	size_t capacity = t->capacity ? t->capacity : FIRST_SLOTS;

	while ((t->used + n) * 2 > capacity)
		capacity *= 2;
	if (capacity == t->capacity)
		return 0;
	t->slots = calloc(capacity, sizeof(*t->slots));
	if (!t->slots) {
		*t = old;
		return -ENOMEM;
	}
	t->capacity = capacity;
	t->used = 0;
	for (size_t i = 0; i < old.capacity; i++)
		if (old.slots[i].number)
			*place(t, old.slots[i].number) = old.slots[i];
	free(old.slots);
	return 0;
}

/* Closes the gap, so that a lookup never meets a grave. */
static void erase(struct osim__page_table *t, struct osim__page_slot *slot)
{
	size_t mask = t->capacity - 1;
	size_t gap = (size_t)(slot - t->slots);

	for (size_t i = (gap + 1) & mask; t->slots[i].number; i = (i + 1) & mask) {
		if (((i - home(t, t->slots[i].number)) & mask) < ((i - gap) & mask))
			continue;
		t->slots[gap] = t->slots[i];
		gap = i;
	}
	t->slots[gap].number = 0;
	t->used--;
	t->last = 0;
}

static uint64_t page_count(const void *va, size_t bytes)
{
	return bytes ? number_of((const unsigned char *)va + bytes - 1) - number_of(va) + 1 : 0;
}

static int own(struct osim_machine *m, const void *va, size_t bytes, bool pin)
{
	uint64_t first = number_of(va), n = page_count(va, bytes);

	if (reserve(&m->pages, n))
		return -ENOMEM;
	for (uint64_t i = 0; i < n; i++) {
		struct osim__page_slot *slot = lookup(&m->pages, first + i);

		if (!slot)
			slot = place(&m->pages, first + i);
		if (pin)
			slot->pins++;
		else
			slot->allocated++;
	}
	return 0;
}

static void disown(struct osim_machine *m, const void *va, size_t bytes, bool pin)
{
	uint64_t first = number_of(va), n = page_count(va, bytes);

	for (uint64_t i = 0; i < n; i++) {
		struct osim__page_slot *slot = lookup(&m->pages, first + i);

		assert(slot && (pin ? slot->pins : slot->allocated));
		if (pin)
			slot->pins--;
		else
			slot->allocated--;
		if (slot->pins || slot->allocated)
			continue;
		erase(&m->pages, slot);
		m->freed[m->freed_next++ % (sizeof(m->freed) / sizeof(m->freed[0]))] = first + i;
	}
}

/* --- pages of the normal world --- */

void *osim__mem_pages_alloc(struct osim_machine *m, size_t bytes)
{
	void *va = NULL;

	if (m->backend.pages_alloc)
		va = m->backend.pages_alloc(m->backend.arg, bytes);
	else if (posix_memalign(&va, OSIM__PAGE_BYTES, bytes))
		va = NULL;
	if (va && own(m, va, bytes, false)) {
		if (m->backend.pages_free)
			m->backend.pages_free(m->backend.arg, va, bytes);
		else
			free(va);
		va = NULL;
	}
	return va;
}

void osim__mem_pages_free(struct osim_machine *m, void *va, size_t bytes)
{
	disown(m, va, bytes, false);
	if (m->backend.pages_free)
		m->backend.pages_free(m->backend.arg, va, bytes);
	else
		free(va);
}

void *osim_mem_alloc(struct osim_machine *m, size_t size_bytes)
{
	size_t bytes = (size_bytes + OSIM__PAGE_BYTES - 1) & ~(size_t)(OSIM__PAGE_BYTES - 1);
	void *va = bytes >= size_bytes && bytes ? osim__mem_pages_alloc(m, bytes) : NULL;

	if (va)
		memset(va, 0, bytes);
	return va;
}

void osim_mem_free(struct osim_machine *m, void *va, size_t size_bytes)
{
	if (va)
		osim__mem_pages_free(m, va,
				     (size_bytes + OSIM__PAGE_BYTES - 1) &
					     ~(size_t)(OSIM__PAGE_BYTES - 1));
}

int osim__mem_pin(struct osim_machine *m, const void *va, size_t bytes)
{
	return own(m, va, bytes, true);
}

void osim__mem_unpin(struct osim_machine *m, const void *va, size_t bytes)
{
	disown(m, va, bytes, true);
}

bool osim__mem_owned(const struct osim_machine *m, const void *va)
{
	return lookup(&m->pages, number_of(va)) != NULL;
}

/* --- addresses --- */

uint64_t osim__mem_pa(const struct osim_machine *m, const void *va)
{
	const unsigned char *p = va;

	for (size_t i = 0; i < m->region_count; i++) {
		const struct osim__region *r = &m->regions[i];

		if (p >= r->host && p < r->host + r->bytes)
			return r->pa + (uint64_t)(p - r->host);
	}
	if (m->backend.pages_pa)
		return m->backend.pages_pa(m->backend.arg, va);
	return (uint64_t)(uintptr_t)va + OSIM__PA_OFFSET;
}

uint64_t osim_mem_pa(const struct osim_machine *m, const void *va)
{
	return osim__mem_pa(m, va);
}

static struct osim__region *region_at(const struct osim_machine *m, uint64_t pa)
{
	for (size_t i = 0; i < m->region_count; i++)
		if (pa - m->regions[i].pa < m->regions[i].bytes)
			return &m->regions[i];
	return NULL;
}

int osim__mem_region(const struct osim_machine *m, uint64_t pa)
{
	const struct osim__region *r = region_at(m, pa);

	return r ? (int)r->kind : -1;
}

void *osim__mem_va(const struct osim_machine *m, uint64_t pa)
{
	const struct osim__region *r = region_at(m, pa);

	if (r)
		return r->host + (pa - r->pa);
	if (m->backend.pages_va)
		return m->backend.pages_va(m->backend.arg, pa, 1);
	return pa >= OSIM__PA_OFFSET ? (void *)(uintptr_t)(pa - OSIM__PA_OFFSET) : NULL;
}

static bool was_freed(const struct osim_machine *m, uint64_t number)
{
	for (size_t i = 0; i < sizeof(m->freed) / sizeof(m->freed[0]); i++)
		if (number && m->freed[i] == number)
			return true;
	return false;
}

static void report_freed(struct osim_machine *m, void *va, size_t bytes, bool write)
{
	if (!m->misled && __asan_region_is_poisoned && __asan_region_is_poisoned(va, bytes)) {
		if (write)
			__asan_storeN(va, bytes);
		else
			__asan_loadN(va, bytes);
	}
	osim__finding(m, "memory.freed-page",
		      "the secure world %s memory that the normal world has freed",
		      write ? "writes" : "reads");
}

static void *owned_range(struct osim_machine *m, uint64_t pa, size_t bytes, bool write)
{
	unsigned char *va;
	uint64_t first, n;

	if (m->backend.pages_va)
		va = m->backend.pages_va(m->backend.arg, pa, bytes);
	else
		va = pa >= OSIM__PA_OFFSET ? (unsigned char *)(uintptr_t)(pa - OSIM__PA_OFFSET)
					   : NULL;
	if (!va || !bytes || (uintptr_t)va + bytes < (uintptr_t)va)
		return NULL;
	first = number_of(va);
	n = page_count(va, bytes);
	if (n == 1 && first && first == m->pages.last)
		return va;
	for (uint64_t i = 0; i < n; i++) {
		if (lookup(&m->pages, first + i))
			continue;
		if (was_freed(m, first + i))
			report_freed(m, va, bytes, write);
		return NULL;
	}
	m->pages.last = first;
	return va;
}

void *osim__mem_secure(struct osim_machine *m, uint64_t pa, size_t bytes, bool write)
{
	const struct osim__region *r = region_at(m, pa);
	void *va;

	if (r) {
		if (r->kind == OSIM_REGION_SECURE || bytes > r->bytes - (size_t)(pa - r->pa))
			return NULL;
		return r->host + (pa - r->pa);
	}
	va = owned_range(m, pa, bytes, write);
	/* A page may be owned and yet be poisoned in part: a heap block that was pinned. ASan tells
	 * of it by name. */
	if (va && __asan_region_is_poisoned && __asan_region_is_poisoned(va, bytes)) {
		if (write)
			__asan_storeN(va, bytes);
		else
			__asan_loadN(va, bytes);
	}
	return va;
}

int osim_mem_read(struct osim_machine *m, uint64_t pa, void *buf, size_t size_bytes)
{
	const void *va = size_bytes ? osim__mem_secure(m, pa, size_bytes, false) : buf;

	if (!va)
		return -EFAULT;
	if (size_bytes)
		memcpy(buf, va, size_bytes);
	return 0;
}

int osim_mem_write(struct osim_machine *m, uint64_t pa, const void *buf, size_t size_bytes)
{
	void *va = osim__mem_secure(m, pa, size_bytes, true);

	if (size_bytes && !va)
		return -EFAULT;
	if (size_bytes)
		memcpy(va, buf, size_bytes);
	return 0;
}

/* --- regions --- */

int osim_mem_map(struct osim_machine *m, uint64_t pa, size_t size_bytes, void *host,
		 enum osim_region kind)
{
	struct osim__region *regions;
	bool own_memory = !host;

	if (!size_bytes || (pa | size_bytes) % OSIM__PAGE_BYTES || pa + size_bytes - 1 < pa)
		return osim__error(-EINVAL, "region %#llx + %#zx: not whole pages",
				   (unsigned long long)pa, size_bytes);
	for (size_t i = 0; i < m->region_count; i++)
		if (pa < m->regions[i].pa + m->regions[i].bytes &&
		    m->regions[i].pa < pa + size_bytes)
			return osim__error(-EEXIST, "region %#llx + %#zx overlaps another at %#llx",
					   (unsigned long long)pa, size_bytes,
					   (unsigned long long)m->regions[i].pa);
	if (!m->backend.pages_pa && pa + size_bytes > OSIM__PA_OFFSET)
		return osim__error(-EEXIST,
				   "region %#llx + %#zx overlaps the window of ordinary pages",
				   (unsigned long long)pa, size_bytes);
	regions = realloc(m->regions, (m->region_count + 1) * sizeof(*regions));
	if (!regions)
		return -ENOMEM;
	m->regions = regions;
	if (own_memory) {
		/* Zeroed, and resident only where it is touched. */
		host = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (host == MAP_FAILED)
			return -ENOMEM;
	}
	m->regions[m->region_count++] = (struct osim__region){
		.pa = pa, .bytes = size_bytes, .host = host, .kind = kind, .own = own_memory};
	return 0;
}

void osim__mem_fini(struct osim_machine *m)
{
	for (size_t i = 0; i < m->region_count; i++)
		if (m->regions[i].own)
			munmap(m->regions[i].host, m->regions[i].bytes);
	free(m->regions);
	free(m->pages.slots);
}
