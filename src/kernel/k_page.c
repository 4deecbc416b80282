/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/k_base.h"

#include <linux/mm.h>
#include <linux/poison.h>
#include <linux/string.h>

/*
 * Pages, and references on them. Pages that the driver allocated carry the reference of whoever
 * frees them; each further one is counted here, in a struct per page, which is the live object that
 * a lost reference leaves behind.
 */

/*
 * Pages that were freed while somebody held a reference on one: they go when the last of those
 * goes.
 */
struct osim__k_block {
	void *va;
	size_t bytes;
	unsigned int held;
};

struct osim__k_page {
	struct osim__k_page *next, *prev;
	void *page;
	unsigned int refs;
	struct osim__k_block *freed;
};

/* --- allocation --- */

static void *allocate(size_t bytes, gfp_t gfp, const char *what, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();
	void *va;

	if (gfpflags_allow_blocking(gfp)) {
		osim__k_check_sleep(m, site->func, site);
		osim__sched_point(&m->sched, OSIM__POINT_ALLOC);
	}
	/* No pages are of no order, which counts as one beyond all. */
	if (!bytes || bytes > PAGE_SIZE << MAX_PAGE_ORDER) {
		if (!(gfp & __GFP_NOWARN))
			osim__k_warn(site, NULL, "%s of %s", what,
				     bytes ? "more than 4 MiB in one piece" : "no page");
		return NULL;
	}
	if (!(gfp & __GFP_NOFAIL) && osim__fault(m, OSIM_FAULT_ALLOC, what))
		return NULL;
	va = osim__mem_pages_alloc(m, bytes);
	if (!va)
		return NULL;
	if (osim__live_add(m, OSIM_LIVE_PAGES, va, bytes, site)) {
		osim__mem_pages_free(m, va, bytes);
		return NULL;
	}
	osim__access_forget(m, va, bytes);
	memset(va, gfp & __GFP_ZERO ? 0 : POISON_INUSE, bytes);
	return va;
}

struct page *osim__k_alloc_pages(gfp_t gfp, unsigned int order, const struct osim__site *site)
{
	size_t bytes = order > MAX_PAGE_ORDER ? SIZE_MAX : PAGE_SIZE << order;

	return allocate(bytes, gfp, "alloc_pages", site);
}

void *osim__k_alloc_pages_exact(size_t size, gfp_t gfp, const struct osim__site *site)
{
	size_t bytes = size > SIZE_MAX - PAGE_SIZE ? SIZE_MAX : PAGE_ALIGN(size);

	return allocate(bytes, gfp, "alloc_pages_exact", site);
}

/* Pages with references stay until the last of those is gone. */
static struct osim__k_block *keep_held(struct osim__k_base *base, void *va, size_t bytes)
{
	struct osim__k_block *block = NULL;

	if (!base->pages.used)
		return NULL;
	for (size_t at = 0; at < bytes; at += PAGE_SIZE) {
		struct osim__k_page *p =
			(void *)osim__k_map_get(&base->pages, osim__k_key((char *)va + at));

		if (!p)
			continue;
		if (!block) {
			block = osim__kernel_zalloc(sizeof(*block));
			block->va = va;
			block->bytes = bytes;
		}
		block->held++;
		p->freed = block;
	}
	return block;
}

/* bytes 0: whatever it was allocated with. */
static void release(void *va, size_t bytes, const char *what)
{
	struct osim_machine *m = osim__machine();
	const struct osim__live_node *n;

	if (!va)
		return;
	n = osim__live_find(m, va);
	if (!n || n->kind != OSIM_LIVE_PAGES) {
		if (osim__k_host_poisoned(va, 1))
			osim__k_host_free(va);
		osim__finding(m, "kernel.bad-free", "%s of what are no allocated pages", what);
		return;
	}
	if (bytes && bytes != n->bytes)
		osim__finding(m, "kernel.bad-free",
			      "%s with %zu bytes of pages that are %zu, made at %s", what, bytes,
			      n->bytes, osim__k_where(n->site));
	bytes = n->bytes;
	osim__live_remove(m, va);
	if (keep_held(osim__k_base(m), va, bytes))
		return;
	memset(va, POISON_FREE, bytes);
	osim__mem_pages_free(m, va, bytes);
}

void osim__k_free_pages(void *va, unsigned int order)
{
	release(va, order > MAX_PAGE_ORDER ? SIZE_MAX : PAGE_SIZE << order, "free_pages()");
}

void osim__k_free_pages_exact(void *va, size_t size)
{
	/* Of no bytes nothing is freed: as wrong as any other size. */
	release(va, !size || size > SIZE_MAX - PAGE_SIZE ? SIZE_MAX : PAGE_ALIGN(size),
		"free_pages_exact()");
}

/* --- references --- */

int osim__k_page_ref(struct osim_machine *m, void *page, const struct osim__site *site)
{
	struct osim__k_base *base = osim__k_base(m);
	struct osim__k_page *p = (void *)osim__k_map_get(&base->pages, osim__k_key(page));

	if (p) {
		p->refs++;
		return 0;
	}
	if (osim__mem_pin(m, page, PAGE_SIZE))
		return -ENOMEM;
	p = osim__kernel_zalloc(sizeof(*p));
	*p = (struct osim__k_page){.next = base->page_list, .page = page, .refs = 1};
	if (osim__live_add(m, OSIM_LIVE_PIN, p, 0, site)) {
		osim__mem_unpin(m, page, PAGE_SIZE);
		osim__kernel_free(p);
		return -ENOMEM;
	}
	if (p->next)
		p->next->prev = p;
	base->page_list = p;
	osim__k_map_set(&base->pages, osim__k_key(page), osim__k_key(p));
	return 0;
}

static void drop(struct osim_machine *m, struct osim__k_base *base, struct osim__k_page *p)
{
	struct osim__k_block *block = p->freed;

	osim__k_map_remove(&base->pages, osim__k_key(p->page));
	if (p->next)
		p->next->prev = p->prev;
	if (p->prev)
		p->prev->next = p->next;
	else
		base->page_list = p->next;
	osim__mem_unpin(m, p->page, PAGE_SIZE);
	osim__kernel_free(p);
	if (block && !--block->held) {
		osim__mem_pages_free(m, block->va, block->bytes);
		osim__kernel_free(block);
	}
}

void osim__k_page_unref(struct osim_machine *m, void *page, const char *what,
			const struct osim__site *site)
{
	struct osim__k_base *base = osim__k_base(m);
	struct osim__k_page *p = (void *)osim__k_map_get(&base->pages, osim__k_key(page));
	const struct osim__live_node *n;

	if (p) {
		if (--p->refs)
			return;
		osim__live_remove(m, p);
		drop(m, base, p);
		return;
	}
	n = osim__live_find(m, page);
	if (n && n->kind == OSIM_LIVE_PAGES && n->bytes == PAGE_SIZE)
		release(page, 0, what);
	else
		osim__finding(m, "kernel.page-ref", "%s of a page without a reference, at %s", what,
			      osim__k_where(site));
}

/* The machine goes: nobody is left to be told. */
void osim__k_pages_fini(struct osim_machine *m)
{
	struct osim__k_base *base = osim__k_base(m);

	while (base->page_list)
		drop(m, base, base->page_list);
	osim__k_map_fini(&base->pages);
}

void osim__k_get_page(struct page *page, const struct osim__site *site)
{
	/* The kernel's cannot fail; out of memory here is the host's. */
	if (osim__k_page_ref(osim__machine(), page, site))
		osim__k_bug(site, "get_page() without memory for it");
}

void osim__k_put_page(struct page *page, const struct osim__site *site)
{
	osim__k_page_unref(osim__machine(), page, "put_page()", site);
}

void osim__k_put_pages(struct page **pages, unsigned long count, bool dirty,
		       const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	(void)dirty;
	while (count--)
		osim__k_page_unref(m, *pages++, "unpin_user_pages()", site);
}

int osim__k_page_count(const struct page *page)
{
	struct osim_machine *m = osim__machine();
	const struct osim__k_page *p =
		(void *)osim__k_map_get(&osim__k_base(m)->pages, osim__k_key(page));
	const struct osim__live_node *n = osim__live_holding(m, page);

	return (p ? (int)p->refs : 0) + (n && n->kind == OSIM_LIVE_PAGES);
}
