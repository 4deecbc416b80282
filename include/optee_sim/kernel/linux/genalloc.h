/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_GENALLOC_H
#define OSIM_LINUX_GENALLOC_H

#include <osim/api.h>
#include <osim/site.h>
#include <linux/types.h>

struct device;
struct gen_pool;
struct osim__gen_chunk;

/*
 * Finds room for nr bits in a map of size bits, from start on; size where there is none. start_addr
 * is the address of bit 0.
 */
typedef unsigned long (*genpool_algo_t)(unsigned long *map, unsigned long size, unsigned long start,
					unsigned int nr, void *data, struct gen_pool *pool,
					unsigned long start_addr);

struct gen_pool {
	struct osim__gen_chunk *chunks;
	int min_alloc_order;
	genpool_algo_t algo;
	void *data;
	const char *name;
};

struct genpool_data_align {
	int align;
};

struct genpool_data_fixed {
	unsigned long offset;
};

OSIM__K_API struct gen_pool *osim__k_gen_pool_create(int min_alloc_order,
						     const struct osim__site *site);
OSIM__K_API int osim__k_gen_pool_add(struct gen_pool *pool, unsigned long va, phys_addr_t pa,
				     size_t size, const struct osim__site *site);
/* 0 when there is no room. */
OSIM__K_API unsigned long osim__k_gen_pool_alloc(struct gen_pool *pool, size_t size,
						 genpool_algo_t algo, void *data);
OSIM__K_API void osim__k_gen_pool_free(struct gen_pool *pool, unsigned long addr, size_t size,
				       const struct osim__site *site);
/* The physical address, or -1. */
OSIM__K_API phys_addr_t osim__k_gen_pool_virt_to_phys(struct gen_pool *pool, unsigned long addr);
OSIM__K_API size_t osim__k_gen_pool_size(struct gen_pool *pool);
OSIM__K_API size_t osim__k_gen_pool_avail(struct gen_pool *pool);
OSIM__K_API bool osim__k_gen_pool_has_addr(struct gen_pool *pool, unsigned long start, size_t size);
/* A finding where memory of it is still out. */
OSIM__K_API void osim__k_gen_pool_destroy(struct gen_pool *pool, const struct osim__site *site);

OSIM__K_API unsigned long osim__k_gen_pool_first_fit(unsigned long *map, unsigned long size,
						     unsigned long start, unsigned int nr,
						     void *data, struct gen_pool *pool,
						     unsigned long start_addr);
OSIM__K_API unsigned long osim__k_gen_pool_first_fit_align(unsigned long *map, unsigned long size,
							   unsigned long start, unsigned int nr,
							   void *data, struct gen_pool *pool,
							   unsigned long start_addr);
OSIM__K_API unsigned long osim__k_gen_pool_best_fit(unsigned long *map, unsigned long size,
						    unsigned long start, unsigned int nr,
						    void *data, struct gen_pool *pool,
						    unsigned long start_addr);

#define gen_pool_first_fit	 osim__k_gen_pool_first_fit
#define gen_pool_first_fit_align osim__k_gen_pool_first_fit_align
#define gen_pool_best_fit	 osim__k_gen_pool_best_fit

#define gen_pool_create(order, nid) ((void)(nid), osim__k_gen_pool_create(order, OSIM__SITE))
#define gen_pool_add_virt(pool, va, pa, size, nid) \
	((void)(nid), osim__k_gen_pool_add(pool, va, pa, size, OSIM__SITE))
#define gen_pool_add(pool, addr, size, nid) \
	((void)(nid), osim__k_gen_pool_add(pool, addr, (phys_addr_t)-1, size, OSIM__SITE))
#define gen_pool_alloc(pool, size)		    osim__k_gen_pool_alloc(pool, size, NULL, NULL)
#define gen_pool_alloc_algo(pool, size, algo, data) osim__k_gen_pool_alloc(pool, size, algo, data)
#define gen_pool_free(pool, addr, size)		    osim__k_gen_pool_free(pool, addr, size, OSIM__SITE)
#define gen_pool_virt_to_phys(pool, addr)	    osim__k_gen_pool_virt_to_phys(pool, addr)
#define gen_pool_size(pool)			    osim__k_gen_pool_size(pool)
#define gen_pool_avail(pool)			    osim__k_gen_pool_avail(pool)
#define gen_pool_has_addr(pool, start, size)	    osim__k_gen_pool_has_addr(pool, start, size)
#define gen_pool_destroy(pool)			    osim__k_gen_pool_destroy(pool, OSIM__SITE)

static inline void gen_pool_set_algo(struct gen_pool *pool, genpool_algo_t algo, void *data)
{
	pool->algo = algo ? algo : gen_pool_first_fit;
	pool->data = data;
}

static inline void *gen_pool_dma_alloc(struct gen_pool *pool, size_t size, dma_addr_t *dma)
{
	unsigned long va = gen_pool_alloc(pool, size);

	if (va && dma)
		*dma = gen_pool_virt_to_phys(pool, va);
	return (void *)va;
}

#endif
