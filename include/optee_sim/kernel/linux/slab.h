/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_SLAB_H
#define OSIM_LINUX_SLAB_H

#include <osim/api.h>
#include <osim/site.h>
#include <linux/cleanup.h>
#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/types.h>

/* What an allocation of no bytes gives: not NULL, and a fault when touched. */
#define ZERO_SIZE_PTR	      ((void *)16)
#define ZERO_OR_NULL_PTR(x)   ((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)
#define KMALLOC_MAX_SIZE      (1UL << 22)
#define ARCH_KMALLOC_MINALIGN 8

/*
 * Exactly size bytes, filled with a pattern unless __GFP_ZERO. NULL above KMALLOC_MAX_SIZE. Each
 * lives until it is freed and is named by its site if it never is.
 */
OSIM__K_API void *osim__k_kmalloc(size_t size, gfp_t gfp, const struct osim__site *site);
OSIM__K_API void *osim__k_krealloc(const void *p, size_t size, gfp_t gfp,
				   const struct osim__site *site);
/* Whole pages, not in the linear map, without that limit. */
OSIM__K_API void *osim__k_vmalloc(size_t size, gfp_t gfp, const struct osim__site *site);
/* The first of the two that can give it. */
OSIM__K_API void *osim__k_kvmalloc(size_t size, gfp_t gfp, const struct osim__site *site);
OSIM__K_API void osim__k_kfree(const void *p, const struct osim__site *site);
OSIM__K_API void osim__k_kfree_sensitive(const void *p, const struct osim__site *site);
/* The size that was asked for; 0 for no allocation. */
OSIM__K_API size_t osim__k_ksize(const void *p);

#define kmalloc(size, gfp)		osim__k_kmalloc(size, gfp, OSIM__SITE)
#define kmalloc_node(size, gfp, node)	((void)(node), kmalloc(size, gfp))
#define kzalloc(size, gfp)		osim__k_kmalloc(size, (gfp) | __GFP_ZERO, OSIM__SITE)
#define kzalloc_node(size, gfp, node)	((void)(node), kzalloc(size, gfp))
#define kmalloc_array(n, size, gfp)	osim__k_kmalloc(size_mul(n, size), gfp, OSIM__SITE)
#define kcalloc(n, size, gfp)		osim__k_kmalloc(size_mul(n, size), (gfp) | __GFP_ZERO, OSIM__SITE)
#define krealloc(p, size, gfp)		osim__k_krealloc(p, size, gfp, OSIM__SITE)
#define krealloc_array(p, n, size, gfp) osim__k_krealloc(p, size_mul(n, size), gfp, OSIM__SITE)
#define kfree(p)			osim__k_kfree(p, OSIM__SITE)
#define kfree_sensitive(p)		osim__k_kfree_sensitive(p, OSIM__SITE)
#define kzfree(p)			osim__k_kfree_sensitive(p, OSIM__SITE)
#define ksize(p)			osim__k_ksize(p)

#define vmalloc(size)		     osim__k_vmalloc(size, GFP_KERNEL, OSIM__SITE)
#define vzalloc(size)		     osim__k_vmalloc(size, GFP_KERNEL | __GFP_ZERO, OSIM__SITE)
#define vfree(p)		     osim__k_kfree(p, OSIM__SITE)
#define kvmalloc(size, gfp)	     osim__k_kvmalloc(size, gfp, OSIM__SITE)
#define kvzalloc(size, gfp)	     osim__k_kvmalloc(size, (gfp) | __GFP_ZERO, OSIM__SITE)
#define kvmalloc_array(n, size, gfp) osim__k_kvmalloc(size_mul(n, size), gfp, OSIM__SITE)
#define kvcalloc(n, size, gfp)	     osim__k_kvmalloc(size_mul(n, size), (gfp) | __GFP_ZERO, OSIM__SITE)
#define kvfree(p)		     osim__k_kfree(p, OSIM__SITE)
#define kvfree_sensitive(p, len)     ((void)(len), osim__k_kfree_sensitive(p, OSIM__SITE))

/* By the type of what is allocated; GFP_KERNEL unless a second argument says otherwise. */
#define OSIM__GFP(obj, gfp, ...) gfp
#define kmalloc_obj(obj, ...) \
	((typeof(obj) *)kmalloc(sizeof(obj), OSIM__GFP(obj, ##__VA_ARGS__, GFP_KERNEL)))
#define kzalloc_obj(obj, ...) \
	((typeof(obj) *)kzalloc(sizeof(obj), OSIM__GFP(obj, ##__VA_ARGS__, GFP_KERNEL)))
#define kmalloc_objs(obj, n, ...) \
	((typeof(obj) *)kmalloc_array(n, sizeof(obj), OSIM__GFP(obj, ##__VA_ARGS__, GFP_KERNEL)))
#define kzalloc_objs(obj, n, ...) \
	((typeof(obj) *)kcalloc(n, sizeof(obj), OSIM__GFP(obj, ##__VA_ARGS__, GFP_KERNEL)))
#define kmalloc_flex(obj, member, n, ...)                       \
	((typeof(obj) *)kmalloc(struct_size(&(obj), member, n), \
				OSIM__GFP(obj, ##__VA_ARGS__, GFP_KERNEL)))
#define kzalloc_flex(obj, member, n, ...)                       \
	((typeof(obj) *)kzalloc(struct_size(&(obj), member, n), \
				OSIM__GFP(obj, ##__VA_ARGS__, GFP_KERNEL)))

/* -- caches: each object is an allocation of its own, so that one cannot run into another -- */

struct kmem_cache {
	size_t size;
	void (*ctor)(void *obj);
};

OSIM__K_API struct kmem_cache *osim__k_kmem_cache_create(size_t size, void (*ctor)(void *obj),
							 const struct osim__site *site);
OSIM__K_API void *osim__k_kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp,
					   const struct osim__site *site);

#define kmem_cache_create(name, size, align, flags, ctor) \
	((void)(name), (void)(align), (void)(flags),      \
	 osim__k_kmem_cache_create(size, ctor, OSIM__SITE))
#define kmem_cache_destroy(cache)    osim__k_kfree(cache, OSIM__SITE)
#define kmem_cache_alloc(cache, gfp) osim__k_kmem_cache_alloc(cache, gfp, OSIM__SITE)
#define kmem_cache_zalloc(cache, gfp) \
	osim__k_kmem_cache_alloc(cache, (gfp) | __GFP_ZERO, OSIM__SITE)
#define kmem_cache_free(cache, obj) ((void)(cache), osim__k_kfree(obj, OSIM__SITE))

#include <linux/bitmap.h>
#include <linux/workqueue.h>

DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T))
DEFINE_FREE(kvfree, void *, if (!IS_ERR_OR_NULL(_T)) kvfree(_T))
DEFINE_FREE(kfree_sensitive, void *, if (!IS_ERR_OR_NULL(_T)) kfree_sensitive(_T))

#endif
