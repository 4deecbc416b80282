/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_XARRAY_H
#define OSIM_LINUX_XARRAY_H

#include <linux/err.h>
#include <linux/gfp_types.h>
#include <linux/idr.h>
#include <linux/limits.h>
#include <linux/types.h>

/* Of an xarray what allocating numbers for pointers needs; indices are those of an int. */
struct xarray {
	struct idr idr;
	unsigned int first; /* of xa_alloc() */
};

struct xa_limit {
	u32 max;
	u32 min;
};

#define XA_LIMIT(min_, max_) ((struct xa_limit){.min = (min_), .max = (max_)})
#define xa_limit_16b	     XA_LIMIT(0, 0xffff)
#define xa_limit_31b	     XA_LIMIT(0, 0x7ffffffe)
#define xa_limit_32b	     XA_LIMIT(0, 0x7ffffffe)

#define XA_FLAGS_LOCK_IRQ 1u
#define XA_FLAGS_ALLOC	  4u
#define XA_FLAGS_ALLOC1	  12u

#define DEFINE_XARRAY_FLAGS(name, flags) \
	struct xarray name = {.idr = {.own_lock = true}, .first = (flags) == XA_FLAGS_ALLOC1}
#define DEFINE_XARRAY(name)	   DEFINE_XARRAY_FLAGS(name, 0)
#define DEFINE_XARRAY_ALLOC(name)  DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC)
#define DEFINE_XARRAY_ALLOC1(name) DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC1)

static inline void xa_init_flags(struct xarray *xa, gfp_t flags)
{
	xa->idr = (struct idr){.own_lock = true};
	xa->first = flags == XA_FLAGS_ALLOC1;
}

static inline void xa_init(struct xarray *xa)
{
	xa_init_flags(xa, 0);
}

static inline bool xa_is_err(const void *entry)
{
	return IS_ERR(entry);
}

static inline int xa_err(const void *entry)
{
	return PTR_ERR_OR_ZERO(entry);
}

static inline bool xa_empty(const struct xarray *xa)
{
	return osim__k_idr_is_empty(&xa->idr);
}

static inline void *xa_load(const struct xarray *xa, unsigned long index)
{
	return osim__k_idr_find(&xa->idr, index);
}

static inline void *xa_erase(struct xarray *xa, unsigned long index)
{
	return osim__k_idr_remove(&xa->idr, index);
}

static inline void xa_destroy(struct xarray *xa)
{
	osim__k_idr_destroy(&xa->idr);
}

/* -EBUSY where the index is taken, if only reserved. */
static inline int osim__xa_add(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp,
			       const struct osim__site *site)
{
	int rc = -EINVAL;

	if (index < INT_MAX)
		rc = osim__k_idr_alloc(&xa->idr, entry, (int)index, (int)index + 1, gfp, site);
	return rc == -ENOSPC ? -EBUSY : rc < 0 ? rc : 0;
}

/* The old entry, or an ERR_PTR. */
static inline void *osim__xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp,
				   const struct osim__site *site)
{
	void *old;
	int rc;

	do {
		old = osim__k_idr_replace(&xa->idr, entry, index);
		if (!IS_ERR(old))
			return old;
		rc = osim__xa_add(xa, index, entry, gfp, site);
		/* Somebody may have been first. */
	} while (rc == -EBUSY);
	return rc ? ERR_PTR(rc) : NULL;
}

static inline int osim__xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit,
				 gfp_t gfp, const struct osim__site *site)
{
	u32 min = limit.min < xa->first ? xa->first : limit.min;
	int rc = osim__k_idr_alloc(&xa->idr, entry, (int)min,
				   limit.max >= INT_MAX ? 0 : (int)limit.max + 1, gfp, site);

	if (rc < 0)
		return rc == -ENOSPC ? -EBUSY : rc;
	*id = (u32)rc;
	return 0;
}

static inline int osim__xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp,
				  const struct osim__site *site)
{
	if (osim__k_idr_find(&xa->idr, index))
		return -EBUSY;
	if (!IS_ERR(osim__k_idr_replace(&xa->idr, entry, index)))
		return 0;
	return osim__xa_add(xa, index, entry, gfp, site);
}

static inline int osim__xa_reserve(struct xarray *xa, unsigned long index, gfp_t gfp,
				   const struct osim__site *site)
{
	int rc = osim__xa_add(xa, index, NULL, gfp, site);

	return rc == -EBUSY ? 0 : rc;
}

#define xa_store(xa, index, entry, gfp)	    osim__xa_store(xa, index, entry, gfp, OSIM__SITE)
#define xa_alloc(xa, id, entry, limit, gfp) osim__xa_alloc(xa, id, entry, limit, gfp, OSIM__SITE)
#define xa_insert(xa, index, entry, gfp)    osim__xa_insert(xa, index, entry, gfp, OSIM__SITE)
#define xa_reserve(xa, index, gfp)	    osim__xa_reserve(xa, index, gfp, OSIM__SITE)
#define xa_release(xa, index)                \
	do {                                 \
		if (!xa_load(xa, index))     \
			xa_erase(xa, index); \
	} while (0)

static inline void *osim__xa_find(const struct xarray *xa, unsigned long *index)
{
	int id = *index > INT_MAX ? INT_MAX : (int)*index;
	void *entry = osim__k_idr_get_next(&xa->idr, &id);

	*index = (unsigned long)id;
	return entry;
}

#define xa_for_each(xa, index, entry) \
	for (index = 0; ((entry) = osim__xa_find(xa, &(index))) != NULL; index++)

#endif
