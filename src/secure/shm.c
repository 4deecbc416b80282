/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "secure/protmem.h"
#include "secure/secure.h"

#define PAGE	  ((uint64_t)OSIM__PAGE_BYTES)
#define PAGE_MASK (PAGE - 1)
/* Page addresses in one page of a list; the last entry is the address of the next page. */
#define LIST_ENTRIES (PAGE / sizeof(uint64_t) - 1)
/* Larger buffers, 1 GiB, are refused as if memory for the list had run out. */
#define PAGES_MAX (1u << 18)

static struct osim__shm *of_node(struct osim__map_node *node)
{
	return (struct osim__shm *)(void *)node;
}

bool osim__shm_is_reserved(const struct osim__secure *s, uint64_t pa, uint64_t bytes)
{
	return s->shm_size && pa >= s->shm_pa && bytes <= s->shm_size &&
	       pa - s->shm_pa <= s->shm_size - bytes;
}

bool osim__shm_is_nonsecure(const struct osim__secure *s, uint64_t pa)
{
	struct osim_machine *m = s->m;
	int region = osim__mem_region(m, pa);
	const void *va;

	if ((pa & PAGE_MASK) || (s->lent && osim__protmem_is_lent(s, pa, PAGE)))
		return false;
	if (region >= 0)
		return region != OSIM_REGION_SECURE;
	va = osim__mem_va(m, pa);
	return va && osim__mem_owned(m, va);
}

static int insert(struct osim__guest *g, struct osim__shm *shm, uint64_t cookie)
{
	int rc = osim__map_add(&g->shm_by_cookie, &shm->node, cookie);

	if (rc)
		return rc;
	shm->cookie = cookie;
	shm->refs = 1;
	shm->next = g->shms;
	shm->prev = NULL;
	if (g->shms)
		g->shms->prev = shm;
	g->shms = shm;
	return 0;
}

static void destroy(struct osim__shm *shm)
{
	struct osim__guest *g = shm->guest;

	if (shm->kind == OSIM__SHM_PAGES)
		osim__map_remove(&g->shm_by_cookie, &shm->node);
	if (shm->prev)
		shm->prev->next = shm->next;
	else
		g->shms = shm->next;
	if (shm->next)
		shm->next->prev = shm->prev;
	if (shm->pages != &shm->page)
		free(shm->pages);
	if (!shm->embedded)
		free(shm);
}

/* The thread's own object, unless a call found that by its cookie, 0, and still holds it. */
int osim__shm_page(struct osim__sthread *t, uint64_t pa, struct osim__shm **out)
{
	struct osim__guest *g = t->guest;
	struct osim__shm *shm = &t->arg_shm;
	int rc;

	if (!(g->s->caps & OPTEE_SMC_SEC_CAP_DYNAMIC_SHM) || !osim__shm_is_nonsecure(g->s, pa))
		return -EFAULT;
	if (shm->refs)
		return osim__shm_from_range(g, pa, PAGE, 0, out);
	shm->guest = g;
	shm->kind = OSIM__SHM_PAGES;
	shm->guarded = true;
	shm->embedded = true;
	shm->size = PAGE;
	shm->page_count = 1;
	shm->page = pa;
	shm->pages = &shm->page;
	rc = insert(g, shm, 0);
	if (!rc)
		*out = shm;
	return rc;
}

/* Takes pages over, also on error. */
static int make(struct osim__guest *g, uint64_t *pages, uint64_t count, uint32_t offset,
		uint64_t cookie, struct osim__shm **out)
{
	struct osim__shm *shm = NULL;
	int rc = -EFAULT;

	for (uint64_t i = 0; i < count; i++)
		if (!osim__shm_is_nonsecure(g->s, pages[i]))
			goto err;
	rc = -ENOMEM;
	shm = calloc(1, sizeof(*shm));
	if (!shm)
		goto err;
	*shm = (struct osim__shm){.guest = g,
				  .kind = OSIM__SHM_PAGES,
				  .guarded = true,
				  .size = count * PAGE - offset,
				  .offset = offset,
				  .page_count = count,
				  .pages = pages};
	rc = insert(g, shm, cookie);
	if (rc)
		goto err;
	/* One page, which is what most buffers are, is kept close by. */
	if (count == 1) {
		shm->page = pages[0];
		shm->pages = &shm->page;
		free(pages);
	}
	*out = shm;
	return 0;
err:
	free(shm);
	free(pages);
	return rc;
}

/* How many pages; 0: none that make sense. */
static uint64_t pages_for(uint64_t offset, uint64_t size)
{
	uint64_t bytes = size + offset;

	if (bytes < size || !bytes || (bytes - 1) / PAGE >= PAGES_MAX)
		return 0;
	return (bytes - 1) / PAGE + 1;
}

/* What a list says is copied before it is looked at. */
static int read_list(const struct osim__secure *s, uint64_t list_pa, uint64_t *pages,
		     uint64_t count)
{
	uint64_t done = 0;

	for (;;) {
		uint64_t n = count - done < LIST_ENTRIES ? count - done : LIST_ENTRIES;

		if (!osim__shm_is_nonsecure(s, list_pa) ||
		    osim_mem_read(s->m, list_pa, pages + done, (size_t)(n * sizeof(*pages))))
			return -EFAULT;
		done += n;
		if (done == count)
			return 0;
		if (osim_mem_read(s->m, list_pa + LIST_ENTRIES * sizeof(*pages), &list_pa,
				  sizeof(list_pa)))
			return -EFAULT;
	}
}

int osim__shm_from_list(struct osim__sthread *t, uint64_t list_pa, uint64_t size, uint64_t cookie,
			struct osim__shm **out)
{
	struct osim__guest *g = t->guest;
	uint64_t count = pages_for(list_pa & PAGE_MASK, size);
	uint64_t *pages;
	int rc;

	if (!(g->s->caps & OPTEE_SMC_SEC_CAP_DYNAMIC_SHM))
		return -EINVAL;
	if (!count)
		return -EINVAL;
	osim__thread_point(t, OSIM__POINT_MEMORY);
	pages = malloc((size_t)count * sizeof(*pages));
	if (!pages)
		return -ENOMEM;
	rc = read_list(g->s, list_pa & ~PAGE_MASK, pages, count);
	if (rc) {
		free(pages);
		return rc;
	}
	return make(g, pages, count, (uint32_t)(list_pa & PAGE_MASK), cookie, out);
}

int osim__shm_from_range(struct osim__guest *g, uint64_t pa, uint64_t size, uint64_t cookie,
			 struct osim__shm **out)
{
	uint64_t count = pages_for(pa & PAGE_MASK, size);
	uint64_t *pages;

	if (!(g->s->caps & OPTEE_SMC_SEC_CAP_DYNAMIC_SHM))
		return -EINVAL;
	if (!count || pa + size < pa)
		return -EINVAL;
	pages = malloc((size_t)count * sizeof(*pages));
	if (!pages)
		return -ENOMEM;
	for (uint64_t i = 0; i < count; i++)
		pages[i] = (pa & ~PAGE_MASK) + i * PAGE;
	return make(g, pages, count, (uint32_t)(pa & PAGE_MASK), cookie, out);
}

int osim__shm_from_reserved(struct osim__guest *g, enum osim__shm_kind kind, uint64_t pa,
			    uint64_t size, uint64_t cookie, struct osim__shm **out)
{
	struct osim__shm *shm = calloc(1, sizeof(*shm));

	if (!shm)
		return -ENOMEM;
	shm->guest = g;
	shm->kind = kind;
	shm->size = size;
	shm->page = pa;
	shm->pages = &shm->page;
	shm->cookie = cookie;
	shm->refs = 1;
	shm->next = g->shms;
	if (g->shms)
		g->shms->prev = shm;
	g->shms = shm;
	*out = shm;
	return 0;
}

struct osim__shm *osim__shm_find(struct osim__guest *g, uint64_t cookie)
{
	struct osim__map_node *node = osim__map_find(&g->shm_by_cookie, cookie);

	return node ? of_node(node) : NULL;
}

struct osim__shm *osim__shm_get(struct osim__sthread *t, uint64_t cookie)
{
	struct osim__shm *shm = osim__shm_find(t->guest, cookie);

	if (!shm)
		return NULL;
	if (!shm->refs)
		osim__secure_panic(t->guest->s, t, "memory was used that is being unregistered");
	shm->refs++;
	return shm;
}

void osim__shm_put(struct osim__sthread *t, struct osim__shm *shm)
{
	struct osim__guest *g;

	if (!shm)
		return;
	assert(shm->refs > 0);
	if (--shm->refs)
		return;
	g = shm->guest;
	if (shm->kind != OSIM__SHM_PAGES || (shm->guarded && !shm->releasing)) {
		destroy(shm);
		return;
	}
	shm->released = true;
	osim__mutex_lock(t, &g->shm_mutex);
	if (g->shm_waiters)
		osim__condvar_broadcast(&g->shm_cv);
	osim__mutex_unlock(t, &g->shm_mutex);
}

uint32_t osim__shm_release(struct osim__sthread *t, uint64_t cookie)
{
	struct osim__guest *g = t->guest;
	struct osim__shm *shm = osim__shm_find(g, cookie);

	if (!shm || shm->guarded || shm->releasing)
		return TEE_ERROR_BAD_PARAMETERS;
	shm->releasing = true;
	osim__shm_put(t, shm);
	osim__mutex_lock(t, &g->shm_mutex);
	g->shm_waiters++;
	while (!shm->released)
		osim__condvar_wait(t, &g->shm_cv, &g->shm_mutex);
	destroy(shm);
	g->shm_waiters--;
	osim__mutex_unlock(t, &g->shm_mutex);
	return TEE_SUCCESS;
}

bool osim__shm_holds(const struct osim__shm *shm, uint64_t offset, uint64_t bytes)
{
	return bytes <= shm->size && offset <= shm->size - bytes;
}

uint64_t osim__shm_pa(const struct osim__shm *shm, uint64_t offset)
{
	uint64_t at = shm->offset + offset;

	if (shm->kind != OSIM__SHM_PAGES)
		return shm->page + at;
	return shm->pages[at / PAGE] + (at & PAGE_MASK);
}

/* Bytes from offset on that lie behind each other. */
static uint64_t chunk(const struct osim__shm *shm, uint64_t offset, uint64_t bytes)
{
	uint64_t left = PAGE - ((shm->offset + offset) & PAGE_MASK);

	return shm->kind != OSIM__SHM_PAGES || bytes < left ? bytes : left;
}

/* Neither address nor cookie: both may differ from run to run. */
static void gone(const struct osim__shm *shm, uint64_t offset)
{
	osim__finding(shm->guest->s->m, "secure.memory-gone",
		      "memory that is shared with the secure world was given back: byte %llu of a "
		      "buffer of %llu",
		      (unsigned long long)offset, (unsigned long long)shm->size);
}

/* Protected memory is not to be had as the normal world's is. */
static bool is_protected(const struct osim__shm *shm, uint64_t pa, uint64_t bytes)
{
	const struct osim__secure *s = shm->guest->s;

	return (s->lent || shm->kind == OSIM__SHM_PROTECTED) && osim__protmem_holds(s, pa, bytes);
}

static void read_chunk(struct osim__shm *shm, uint64_t offset, void *to, uint64_t bytes)
{
	struct osim__secure *s = shm->guest->s;
	uint64_t pa = osim__shm_pa(shm, offset);
	const void *from;

	if (is_protected(shm, pa, bytes)) {
		osim__protmem_read(s, pa, to, bytes);
		return;
	}
	from = osim__mem_secure(s->m, pa, (size_t)bytes, false);
	if (from) {
		memcpy(to, from, (size_t)bytes);
		return;
	}
	memset(to, 0, (size_t)bytes);
	gone(shm, offset);
}

static void write_chunk(struct osim__shm *shm, uint64_t offset, const void *from, uint64_t bytes)
{
	struct osim__secure *s = shm->guest->s;
	uint64_t pa = osim__shm_pa(shm, offset);
	void *to;

	if (is_protected(shm, pa, bytes)) {
		osim__protmem_write(s, pa, from, bytes);
		return;
	}
	to = osim__mem_secure(s->m, pa, (size_t)bytes, true);
	if (to)
		memcpy(to, from, (size_t)bytes);
	else
		gone(shm, offset);
}

void osim__shm_read(struct osim__sthread *t, struct osim__shm *shm, uint64_t offset, void *buf,
		    uint64_t bytes)
{
	unsigned char *to = buf;

	osim__thread_point(t, OSIM__POINT_MEMORY);
	while (bytes) {
		uint64_t n = chunk(shm, offset, bytes);

		read_chunk(shm, offset, to, n);
		to += n;
		offset += n;
		bytes -= n;
	}
}

void osim__shm_write(struct osim__sthread *t, struct osim__shm *shm, uint64_t offset,
		     const void *buf, uint64_t bytes)
{
	const unsigned char *from = buf;

	osim__thread_point(t, OSIM__POINT_MEMORY);
	while (bytes) {
		uint64_t n = chunk(shm, offset, bytes);

		write_chunk(shm, offset, from, n);
		from += n;
		offset += n;
		bytes -= n;
	}
}

void osim__shm_drop_all(struct osim__guest *g)
{
	while (g->shms)
		destroy(g->shms);
	osim__map_fini(&g->shm_by_cookie);
}
