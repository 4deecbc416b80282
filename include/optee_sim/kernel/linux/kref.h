/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_KREF_H
#define OSIM_LINUX_KREF_H

#include <linux/refcount.h>
#include <linux/types.h>

struct kref {
	refcount_t refcount;
};

#define KREF_INIT(n)                         \
	{                                    \
		.refcount = REFCOUNT_INIT(n) \
	}

static inline void kref_init(struct kref *kref)
{
	refcount_set(&kref->refcount, 1);
}

static inline unsigned int kref_read(const struct kref *kref)
{
	return refcount_read(&kref->refcount);
}

static inline int osim__kref_put(struct kref *kref, void (*release)(struct kref *kref),
				 const struct osim__site *site)
{
	if (!osim__refcount_sub_and_test(1, &kref->refcount, site))
		return 0;
	release(kref);
	return 1;
}

#define kref_get(kref)		   refcount_inc(&(kref)->refcount)
#define kref_get_unless_zero(kref) refcount_inc_not_zero(&(kref)->refcount)
/* 1 when it was the last one and release ran. */
#define kref_put(kref, release) osim__kref_put(kref, release, OSIM__SITE)
#define kref_put_mutex(ref, release, mutex)                                                \
	({                                                                                 \
		struct kref *osim__ref = (ref);                                            \
		int osim__last = refcount_dec_and_mutex_lock(&osim__ref->refcount, mutex); \
		if (osim__last)                                                            \
			release(osim__ref);                                                \
		osim__last;                                                                \
	})

#endif
