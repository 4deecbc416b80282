/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/k_base.h"

#include <linux/bitmap.h>
#include <linux/genalloc.h>
#include <linux/kernel.h>
#include <linux/slab.h>

/* A map of bits for each piece of memory, a bit for 1 << min_alloc_order bytes. */
struct osim__gen_chunk {
	struct osim__gen_chunk *next;
	unsigned long va;
	size_t size;
	phys_addr_t pa;
	unsigned long bits;
	unsigned long map[];
};

struct gen_pool *osim__k_gen_pool_create(int min_alloc_order, const struct osim__site *site)
{
	struct gen_pool *pool = osim__k_kmalloc(sizeof(*pool), GFP_KERNEL | __GFP_ZERO, site);

	if (!pool)
		return NULL;
	pool->min_alloc_order = min_alloc_order;
	pool->algo = gen_pool_first_fit;
	return pool;
}

int osim__k_gen_pool_add(struct gen_pool *pool, unsigned long va, phys_addr_t pa, size_t size,
			 const struct osim__site *site)
{
	unsigned long bits = size >> pool->min_alloc_order;
	struct osim__gen_chunk *chunk, **end = &pool->chunks;

	chunk = osim__k_kvmalloc(sizeof(*chunk) + bitmap_size(bits), GFP_KERNEL | __GFP_ZERO, site);
	if (!chunk)
		return -ENOMEM;
	chunk->va = va;
	chunk->size = size;
	chunk->pa = pa;
	chunk->bits = bits;
	while (*end)
		end = &(*end)->next;
	*end = chunk;
	return 0;
}

static unsigned long granules(const struct gen_pool *pool, size_t size)
{
	return (size + (1ul << pool->min_alloc_order) - 1) >> pool->min_alloc_order;
}

unsigned long osim__k_gen_pool_alloc(struct gen_pool *pool, size_t size, genpool_algo_t algo,
				     void *data)
{
	unsigned long nr = granules(pool, size);

	if (!algo) {
		algo = pool->algo;
		data = pool->data;
	}
	if (!nr || nr > UINT_MAX ||
	    osim__fault(osim__machine(), OSIM_FAULT_ALLOC, "gen_pool_alloc"))
		return 0;
	for (struct osim__gen_chunk *c = pool->chunks; c; c = c->next) {
		unsigned long at = algo(c->map, c->bits, 0, (unsigned int)nr, data, pool, c->va);

		if (at >= c->bits)
			continue;
		bitmap_set(c->map, (unsigned int)at, (unsigned int)nr);
		osim__access_acquire(osim__machine(), pool);
		return c->va + (at << pool->min_alloc_order);
	}
	return 0;
}

static struct osim__gen_chunk *chunk_of(const struct gen_pool *pool, unsigned long addr,
					size_t size)
{
	struct osim__gen_chunk *c = pool->chunks;

	while (c && (addr < c->va || addr - c->va >= c->size || size > c->size - (addr - c->va)))
		c = c->next;
	return c;
}

void osim__k_gen_pool_free(struct gen_pool *pool, unsigned long addr, size_t size,
			   const struct osim__site *site)
{
	struct osim__gen_chunk *c = chunk_of(pool, addr, size);
	unsigned long at, nr = granules(pool, size);

	if (!c) {
		osim__finding(osim__machine(), "kernel.bad-free",
			      "gen_pool_free() of what is not the pool's, at %s",
			      osim__k_where(site));
		return;
	}
	at = (addr - c->va) >> pool->min_alloc_order;
	if (find_next_zero_bit(c->map, at + nr, at) < at + nr) {
		osim__finding(osim__machine(), "kernel.bad-free",
			      "gen_pool_free() of what is not allocated, at %s",
			      osim__k_where(site));
		return;
	}
	osim__access_forget(osim__machine(), (void *)addr, size);
	osim__access_release(osim__machine(), pool);
	bitmap_clear(c->map, (unsigned int)at, (unsigned int)nr);
}

phys_addr_t osim__k_gen_pool_virt_to_phys(struct gen_pool *pool, unsigned long addr)
{
	const struct osim__gen_chunk *c = chunk_of(pool, addr, 0);

	return c ? c->pa + (addr - c->va) : (phys_addr_t)-1;
}

size_t osim__k_gen_pool_size(struct gen_pool *pool)
{
	size_t size = 0;

	for (const struct osim__gen_chunk *c = pool->chunks; c; c = c->next)
		size += c->size;
	return size;
}

static size_t used(const struct gen_pool *pool)
{
	size_t bits = 0;

	for (const struct osim__gen_chunk *c = pool->chunks; c; c = c->next)
		bits += bitmap_weight(c->map, (unsigned int)c->bits);
	return bits << pool->min_alloc_order;
}

size_t osim__k_gen_pool_avail(struct gen_pool *pool)
{
	return osim__k_gen_pool_size(pool) - used(pool);
}

bool osim__k_gen_pool_has_addr(struct gen_pool *pool, unsigned long start, size_t size)
{
	return chunk_of(pool, start, size) != NULL;
}

void osim__k_gen_pool_destroy(struct gen_pool *pool, const struct osim__site *site)
{
	struct osim__gen_chunk *c;
	size_t out = used(pool);

	if (out)
		osim__finding(osim__machine(), "kernel.pool-busy",
			      "gen_pool_destroy() with %zu bytes still out, at %s", out,
			      osim__k_where(site));
	while ((c = pool->chunks) != NULL) {
		pool->chunks = c->next;
		osim__k_kfree(c, site);
	}
	osim__k_kfree(pool, site);
}

/* --- where to look --- */

/* The first run of nr zeros from start on whose address is a multiple of align granules. */
static unsigned long first_run(const unsigned long *map, unsigned long size, unsigned long start,
			       unsigned long nr, unsigned long align, unsigned long offset)
{
	unsigned long at = start, one;

	for (;;) {
		at = find_next_zero_bit(map, size, at);
		at = (at + offset + align - 1) / align * align - offset;
		if (at >= size || nr > size - at)
			return size;
		one = find_next_bit(map, at + nr, at);
		if (one >= at + nr)
			return at;
		at = one + 1;
	}
}

unsigned long osim__k_gen_pool_first_fit(unsigned long *map, unsigned long size,
					 unsigned long start, unsigned int nr, void *data,
					 struct gen_pool *pool, unsigned long start_addr)
{
	(void)data, (void)pool, (void)start_addr;
	return first_run(map, size, start, nr, 1, 0);
}

unsigned long osim__k_gen_pool_first_fit_align(unsigned long *map, unsigned long size,
					       unsigned long start, unsigned int nr, void *data,
					       struct gen_pool *pool, unsigned long start_addr)
{
	const struct genpool_data_align *want = data;
	unsigned long align = granules(pool, (size_t)want->align);

	align = align ? align : 1;
	return first_run(map, size, start, nr, align,
			 (start_addr >> pool->min_alloc_order) % align);
}

unsigned long osim__k_gen_pool_best_fit(unsigned long *map, unsigned long size, unsigned long start,
					unsigned int nr, void *data, struct gen_pool *pool,
					unsigned long start_addr)
{
	unsigned long at = start, best = size, best_length = ~0ul, end;

	(void)data, (void)pool, (void)start_addr;
	while ((at = first_run(map, size, at, nr, 1, 0)) < size) {
		end = find_next_bit(map, size, at);
		if (end - at < best_length) {
			best = at;
			best_length = end - at;
		}
		at = end;
	}
	return best;
}
