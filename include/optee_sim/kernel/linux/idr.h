/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_IDR_H
#define OSIM_LINUX_IDR_H

#include <osim/api.h>
#include <osim/site.h>
#include <linux/gfp.h>
#include <linux/gfp_types.h>
#include <linux/spinlock.h>
#include <linux/types.h>

/* Numbers to pointers; lowest free number first. */
struct osim__idr_entry {
	void *ptr;
	unsigned int id;
};

struct idr {
	struct osim__idr_entry *entries; /* in order of id */
	unsigned int count, capacity;
	int next;      /* of idr_alloc_cyclic() */
	bool own_lock; /* part of what locks itself */
};

#define IDR_INIT(name)          \
	{                       \
		.entries = NULL \
	}
#define DEFINE_IDR(name) struct idr name = IDR_INIT(name)

/*
 * An id in [start, end), end <= 0: no end but INT_MAX; -ENOSPC, -ENOMEM, -EINVAL. ptr NULL reserves
 * the id.
 */
OSIM__K_API int osim__k_idr_alloc(struct idr *idr, void *ptr, int start, int end, gfp_t gfp,
				  const struct osim__site *site);
OSIM__K_API int osim__k_idr_alloc_cyclic(struct idr *idr, void *ptr, int start, int end, gfp_t gfp,
					 const struct osim__site *site);
OSIM__K_API void *osim__k_idr_find(const struct idr *idr, unsigned long id);
OSIM__K_API void *osim__k_idr_remove(struct idr *idr, unsigned long id);
/* The old pointer, or ERR_PTR(-ENOENT). */
OSIM__K_API void *osim__k_idr_replace(struct idr *idr, void *ptr, unsigned long id);
/* The first entry that is not NULL at *id or after it. */
OSIM__K_API void *osim__k_idr_get_next(const struct idr *idr, int *id);
OSIM__K_API bool osim__k_idr_is_empty(const struct idr *idr);
OSIM__K_API void osim__k_idr_destroy(struct idr *idr);

static inline void idr_init(struct idr *idr)
{
	*idr = (struct idr)IDR_INIT(idr);
}

static inline void idr_init_base(struct idr *idr, int base)
{
	(void)base;
	idr_init(idr);
}

static inline void idr_preload(gfp_t gfp)
{
	(void)gfp;
}

static inline void idr_preload_end(void)
{
}

#define idr_alloc(idr, ptr, start, end, gfp) \
	osim__k_idr_alloc(idr, ptr, start, end, gfp, OSIM__SITE)
#define idr_alloc_cyclic(idr, ptr, start, end, gfp) \
	osim__k_idr_alloc_cyclic(idr, ptr, start, end, gfp, OSIM__SITE)
#define idr_find(idr, id)	  osim__k_idr_find(idr, id)
#define idr_remove(idr, id)	  osim__k_idr_remove(idr, id)
#define idr_replace(idr, ptr, id) osim__k_idr_replace(idr, ptr, id)
#define idr_get_next(idr, id)	  osim__k_idr_get_next(idr, id)
#define idr_is_empty(idr)	  osim__k_idr_is_empty(idr)
#define idr_destroy(idr)	  osim__k_idr_destroy(idr)

#define idr_for_each_entry(idr, entry, id) \
	for (id = 0; ((entry) = osim__k_idr_get_next(idr, &(id))) != NULL; id += 1U)
#define idr_for_each_entry_continue(idr, entry, id) \
	for (; ((entry) = osim__k_idr_get_next(idr, &(id))) != NULL; id += 1U)

static inline int idr_for_each(const struct idr *idr, int (*fn)(int id, void *p, void *data),
			       void *data)
{
	void *entry;
	int id, rc;

	idr_for_each_entry (idr, entry, id) {
		rc = fn(id, entry, data);
		if (rc)
			return rc;
	}
	return 0;
}

/* -- numbers alone -- */

struct ida {
	struct idr idr;
};

#define IDA_INIT(name)                     \
	{                                  \
		.idr = {.own_lock = true } \
	}
#define DEFINE_IDA(name) struct ida name = IDA_INIT(name)

static inline void ida_init(struct ida *ida)
{
	*ida = (struct ida)IDA_INIT(ida);
}

#define ida_alloc_range(ida, min, max, gfp)                                                      \
	osim__k_idr_alloc(&(ida)->idr, NULL, min, (max) >= 0x7fffffff ? 0 : (int)(max) + 1, gfp, \
			  OSIM__SITE)
#define ida_alloc(ida, gfp)	     ida_alloc_range(ida, 0, 0x7fffffffu, gfp)
#define ida_alloc_min(ida, min, gfp) ida_alloc_range(ida, min, 0x7fffffffu, gfp)
#define ida_alloc_max(ida, max, gfp) ida_alloc_range(ida, 0, max, gfp)
#define ida_free(ida, id)	     osim__k_idr_remove(&(ida)->idr, id)
#define ida_destroy(ida)	     osim__k_idr_destroy(&(ida)->idr)
#define ida_simple_get(ida, start, end, gfp) \
	osim__k_idr_alloc(&(ida)->idr, NULL, start, end, gfp, OSIM__SITE)
#define ida_simple_remove(ida, id) ida_free(ida, id)

#endif
