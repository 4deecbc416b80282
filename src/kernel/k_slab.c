/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/k_base.h"

#include <linux/poison.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/kernel.h>

/*
 * Every allocation is the C library's own, of exactly the size asked for, so that a sanitizer sees
 * its ends. Nothing is kept beside it: size and site are in the table of live objects.
 */

/* A power of two is aligned to itself, up to a page; the rest as the C library has it. */
static size_t alignment(size_t size)
{
	return is_power_of_2(size) ? (size < PAGE_SIZE ? size : PAGE_SIZE) : ARCH_KMALLOC_MINALIGN;
}

static void *allocate(size_t size, size_t limit, size_t align, gfp_t gfp, const char *what,
		      const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();
	void *p;

	if (gfpflags_allow_blocking(gfp)) {
		osim__k_check_sleep(m, site->func, site);
		osim__sched_point(&m->sched, OSIM__POINT_ALLOC);
	}
	if (!size)
		return ZERO_SIZE_PTR;
	if (size > limit) {
		/* A number of elements that is too large fails before it comes to that. */
		if (!(gfp & __GFP_NOWARN) && size != SIZE_MAX)
			osim__k_warn(site, NULL, "%s of more than can be had", what);
		return NULL;
	}
	if (!(gfp & __GFP_NOFAIL) && osim__fault(m, OSIM_FAULT_ALLOC, what))
		return NULL;
	p = osim__k_host_alloc(size, align);
	if (!p)
		return NULL;
	if (osim__live_add(m, OSIM_LIVE_ALLOC, p, size, site)) {
		osim__k_host_free(p);
		return NULL;
	}
	/* It may have been anybody's. */
	osim__access_forget(m, p, size);
	memset(p, gfp & __GFP_ZERO ? 0 : POISON_INUSE, size);
	return p;
}

void *osim__k_kmalloc(size_t size, gfp_t gfp, const struct osim__site *site)
{
	return allocate(size, KMALLOC_MAX_SIZE, alignment(size), gfp, "kmalloc", site);
}

void *osim__k_vmalloc(size_t size, gfp_t gfp, const struct osim__site *site)
{
	void *p = allocate(size, INT_MAX, PAGE_SIZE, gfp, "vmalloc", site);

	if (!ZERO_OR_NULL_PTR(p))
		osim__k_map_set(&osim__k_base(osim__machine())->vmalloc, osim__k_key(p), 1);
	return p;
}

void *osim__k_kvmalloc(size_t size, gfp_t gfp, const struct osim__site *site)
{
	return size > KMALLOC_MAX_SIZE ? osim__k_vmalloc(size, gfp, site)
				       : osim__k_kmalloc(size, gfp, site);
}

static void bad_free(struct osim_machine *m, const void *p, const char *what,
		     const struct osim__site *site)
{
	const struct osim__live_node *n = osim__live_holding(m, p);

	if (n && n->kind == OSIM_LIVE_PAGES)
		osim__finding(m, "kernel.bad-free", "%s at %s of pages made at %s", what,
			      osim__k_where(site), osim__k_where(n->site));
	else if (n)
		osim__finding(m, "kernel.bad-free",
			      "%s at %s of an address %zu bytes into an allocation made at %s",
			      what, osim__k_where(site),
			      (size_t)((const char *)p - (const char *)n->key),
			      osim__k_where(n->site));
	else
		osim__finding(m, "kernel.bad-free", "%s at %s of what is not allocated", what,
			      osim__k_where(site));
	/* Freed before: the sanitizer knows by whom. */
	if (!n && osim__k_host_poisoned(p, 1))
		osim__k_host_free((void *)p);
}

static void release(const void *p, int pattern, const char *what, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();
	struct osim__k_base *base = osim__k_base(m);
	const struct osim__live_node *n;
	size_t bytes;

	if (ZERO_OR_NULL_PTR(p))
		return;
	n = osim__live_find(m, p);
	if (!n || n->kind != OSIM_LIVE_ALLOC) {
		bad_free(m, p, what, site);
		return;
	}
	bytes = n->bytes;
	osim__live_remove(m, p);
	if (base->vmalloc.used)
		osim__k_map_remove(&base->vmalloc, osim__k_key(p));
	if (base->shared.used)
		osim__k_unshare(m, p);
	memset((void *)p, pattern, bytes);
	barrier_data(p);
	osim__k_host_free((void *)p);
}

void osim__k_kfree(const void *p, const struct osim__site *site)
{
	release(p, POISON_FREE, "kfree()", site);
}

void osim__k_kfree_sensitive(const void *p, const struct osim__site *site)
{
	release(p, 0, "kfree_sensitive()", site);
}

size_t osim__k_ksize(const void *p)
{
	const struct osim__live_node *n =
		ZERO_OR_NULL_PTR(p) ? NULL : osim__live_find(osim__machine(), p);

	return n ? n->bytes : 0;
}

void *osim__k_krealloc(const void *p, size_t size, gfp_t gfp, const struct osim__site *site)
{
	size_t old = osim__k_ksize(p);
	void *to;

	if (!size) {
		osim__k_kfree(p, site);
		return ZERO_SIZE_PTR;
	}
	to = osim__k_kmalloc(size, gfp, site);
	if (!to)
		return NULL;
	if (old)
		memcpy(to, p, old < size ? old : size);
	osim__k_kfree(p, site);
	return to;
}

/* --- caches --- */

struct kmem_cache *osim__k_kmem_cache_create(size_t size, void (*ctor)(void *obj),
					     const struct osim__site *site)
{
	struct kmem_cache *cache = osim__k_kmalloc(sizeof(*cache), GFP_KERNEL, site);

	if (cache)
		*cache = (struct kmem_cache){.size = size, .ctor = ctor};
	return cache;
}

void *osim__k_kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp, const struct osim__site *site)
{
	void *p = osim__k_kmalloc(cache->size, gfp, site);

	if (p && cache->ctor)
		cache->ctor(p);
	return p;
}

/* --- copies --- */

void *osim__k_kmemdup(const void *src, size_t len, gfp_t gfp, const struct osim__site *site)
{
	void *p = osim__k_kmalloc(len, gfp, site);

	osim__k_touch(src, len, false, __builtin_return_address(0));
	if (p && len)
		memcpy(p, src, len);
	return p;
}

char *osim__k_kstrndup(const char *s, size_t max, gfp_t gfp, const struct osim__site *site)
{
	size_t len;
	char *p;

	if (!s)
		return NULL;
	len = strnlen(s, max);
	osim__k_touch(s, len, false, __builtin_return_address(0));
	p = osim__k_kmalloc(len + 1, gfp, site);
	if (p) {
		memcpy(p, s, len);
		p[len] = '\0';
	}
	return p;
}
