/* SPDX-License-Identifier: BSD-2-Clause */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, MAP_NORESERVE */

#include "stim/replay_mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE	  OSIM__PAGE_BYTES
#define WORD	  sizeof(uint64_t)
#define OWNED	  1u /* the machine knows it */
#define TOUCHED	  2u /* in the list */
#define ROOM_STEP 64u

static const unsigned char zeros[PAGE];

static bool in_ram(const struct osim__replay_mem *mem, uint64_t pa, uint64_t bytes)
{
	return pa >= mem->ram_pa && bytes <= mem->ram_bytes &&
	       pa - mem->ram_pa <= mem->ram_bytes - bytes;
}

static bool in_shm(const struct osim__replay_mem *mem, uint64_t pa)
{
	return pa - mem->shm_pa < mem->shm_bytes;
}

static bool touch(struct osim__replay_mem *mem, uint64_t page)
{
	if (!(mem->flags[page] & OWNED)) {
		if (osim__mem_pin(mem->m, mem->ram + page * PAGE, PAGE))
			return false;
		mem->flags[page] |= OWNED;
	}
	if (mem->flags[page] & TOUCHED)
		return true;
	if (mem->touched_count == mem->touched_room) {
		size_t room = mem->touched_room + mem->touched_room / 2 + ROOM_STEP;
		uint64_t *touched = realloc(mem->touched, room * sizeof(*touched));

		if (!touched)
			return false;
		mem->touched = touched;
		mem->touched_room = room;
	}
	mem->touched[mem->touched_count++] = page;
	mem->flags[page] |= TOUCHED;
	return true;
}

/* --- what the machine asks --- */

static void *pages_va(void *arg, uint64_t pa, size_t bytes)
{
	struct osim__replay_mem *mem = arg;

	if (!mem->m || !bytes || !in_ram(mem, pa, bytes))
		return NULL;
	pa -= mem->ram_pa;
	for (uint64_t page = pa / PAGE; page <= (pa + bytes - 1) / PAGE; page++) {
		if (touch(mem, page))
			continue;
		mem->out_of_memory = true;
		return NULL;
	}
	return mem->ram + pa;
}

static uint64_t pages_pa(void *arg, const void *va)
{
	struct osim__replay_mem *mem = arg;

	return mem->ram_pa + (uint64_t)((uintptr_t)va - (uintptr_t)mem->ram);
}

/* A recording says where each page is: there are none to be given out. */
static void *pages_alloc(void *arg, size_t bytes)
{
	(void)arg;
	(void)bytes;
	return NULL;
}

static void pages_free(void *arg, void *va, size_t bytes)
{
	(void)arg;
	(void)va;
	(void)bytes;
}

struct osim_backend osim__replay_mem_backend(struct osim__replay_mem *mem)
{
	return (struct osim_backend){.size = sizeof(struct osim_backend),
				     .pages_alloc = pages_alloc,
				     .pages_free = pages_free,
				     .pages_pa = pages_pa,
				     .pages_va = pages_va,
				     .arg = mem};
}

/* --- life --- */

int osim__replay_mem_init(struct osim__replay_mem *mem, uint64_t ram_pa, uint64_t ram_bytes,
			  uint64_t watched_pa)
{
	size_t pages = (size_t)(ram_bytes / PAGE);

	*mem = (struct osim__replay_mem){
		.ram_pa = ram_pa, .ram_bytes = ram_bytes, .watched_pa = watched_pa};
	mem->want = calloc(pages, sizeof(*mem->want));
	mem->flags = calloc(pages, 1);
	if (!mem->want || !mem->flags)
		return -ENOMEM;
	/* Zero, and not there until touched. */
	mem->ram = mmap(NULL, (size_t)ram_bytes, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (mem->ram == MAP_FAILED)
		mem->ram = NULL;
	return mem->ram ? 0 : -ENOMEM;
}

int osim__replay_mem_attach(struct osim__replay_mem *mem, struct osim_machine *m, uint64_t shm_pa,
			    uint64_t shm_bytes)
{
	mem->m = m;
	if (!shm_bytes)
		return 0;
	mem->shm_want = calloc(1, (size_t)shm_bytes);
	if (!mem->shm_want)
		return -ENOMEM;
	mem->shm = osim__mem_va(m, shm_pa);
	mem->shm_pa = shm_pa;
	mem->shm_bytes = shm_bytes;
	return 0;
}

void osim__replay_mem_fini(struct osim__replay_mem *mem)
{
	for (uint64_t page = 0; mem->want && page < mem->ram_bytes / PAGE; page++)
		free(mem->want[page]);
	free(mem->want);
	free(mem->flags);
	free(mem->touched);
	if (mem->ram)
		munmap(mem->ram, (size_t)mem->ram_bytes);
	free(mem->shm_want);
}

/* --- words --- */

/* Where the word should be kept; NULL: no memory to keep it in. */
static unsigned char *wanted(struct osim__replay_mem *mem, uint64_t at)
{
	unsigned char **want = &mem->want[at / PAGE];

	if (!*want)
		*want = calloc(1, PAGE);
	return *want && touch(mem, at / PAGE) ? *want + at % PAGE : NULL;
}

int osim__replay_mem_expect(struct osim__replay_mem *mem, uint64_t pa, uint64_t word)
{
	unsigned char *want;

	if (in_shm(mem, pa))
		want = mem->shm_want + (pa - mem->shm_pa);
	else if (in_ram(mem, pa, WORD))
		want = wanted(mem, pa - mem->ram_pa);
	else
		return -EFAULT;
	if (!want)
		return -ENOMEM;
	memcpy(want, &word, WORD);
	return 0;
}

int osim__replay_mem_write(struct osim__replay_mem *mem, uint64_t pa, uint64_t word)
{
	int rc = osim__replay_mem_expect(mem, pa, word);

	if (rc)
		return rc;
	memcpy(in_shm(mem, pa) ? mem->shm + (pa - mem->shm_pa) : mem->ram + (pa - mem->ram_pa),
	       &word, WORD);
	return 0;
}

/* --- comparison --- */

static uint64_t compare_page(uint64_t pa, const unsigned char *want, const unsigned char *got,
			     osim__replay_mem_fn *fn, void *arg)
{
	uint64_t n = 0;

	for (size_t at = 0; at < PAGE; at += WORD) {
		uint64_t w, g;

		memcpy(&w, want + at, WORD);
		memcpy(&g, got + at, WORD);
		if (w == g)
			continue;
		fn(arg, pa + at, w, g);
		n++;
	}
	return n;
}

static uint64_t compare_shm(struct osim__replay_mem *mem, osim__replay_mem_fn *fn, void *arg)
{
	uint64_t n = 0;

	for (uint64_t at = 0; at < mem->shm_bytes; at += PAGE)
		if (memcmp(mem->shm + at, mem->shm_want + at, PAGE) != 0)
			n += compare_page(mem->shm_pa + at, mem->shm_want + at, mem->shm + at, fn,
					  arg);
	return n;
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* What the recording names anywhere was watched as well. */
static bool is_watched(const struct osim__replay_mem *mem, uint64_t page)
{
	return mem->want[page] || mem->ram_pa + page * PAGE >= mem->watched_pa;
}

static const unsigned char *want_page(const struct osim__replay_mem *mem, uint64_t page)
{
	return mem->want[page] ? mem->want[page] : zeros;
}

uint64_t osim__replay_mem_compare(struct osim__replay_mem *mem, osim__replay_mem_fn *fn, void *arg)
{
	uint64_t n = compare_shm(mem, fn, arg);

	if (mem->touched_count)
		qsort(mem->touched, mem->touched_count, sizeof(*mem->touched), by_number);
	for (size_t i = 0; i < mem->touched_count; i++) {
		uint64_t page = mem->touched[i];
		const unsigned char *want = want_page(mem, page), *got = mem->ram + page * PAGE;

		if (is_watched(mem, page) && memcmp(want, got, PAGE) != 0)
			n += compare_page(mem->ram_pa + page * PAGE, want, got, fn, arg);
	}
	mem->differs = n;
	return n;
}

void osim__replay_mem_settle(struct osim__replay_mem *mem)
{
	if (mem->differs && mem->shm_bytes)
		memcpy(mem->shm, mem->shm_want, (size_t)mem->shm_bytes);
	for (size_t i = 0; i < mem->touched_count; i++) {
		uint64_t page = mem->touched[i];

		mem->flags[page] &= (unsigned char)~TOUCHED;
		if (mem->differs && is_watched(mem, page))
			memcpy(mem->ram + page * PAGE, want_page(mem, page), PAGE);
	}
	mem->touched_count = 0;
	mem->differs = false;
}

size_t osim__replay_mem_copy(struct osim__replay_mem *mem, uint64_t pa, bool want, void *buf,
			     size_t bytes)
{
	size_t left = PAGE - (size_t)(pa % PAGE);
	const unsigned char *from;

	if (bytes > left)
		bytes = left;
	if (in_shm(mem, pa)) {
		from = (want ? mem->shm_want : mem->shm) + (pa - mem->shm_pa);
	} else if (in_ram(mem, pa, bytes)) {
		uint64_t page = (pa - mem->ram_pa) / PAGE;

		from = (want ? want_page(mem, page) : mem->ram + page * PAGE) +
		       (pa - mem->ram_pa) % PAGE;
	} else {
		return 0;
	}
	memcpy(buf, from, bytes);
	return bytes;
}
