/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_REFCOUNT_H
#define OSIM_LINUX_REFCOUNT_H

#include <osim/api.h>
#include <osim/site.h>
#include <linux/atomic.h>
#include <linux/compiler.h>

typedef struct refcount_struct {
	atomic_t refs;
} refcount_t;

#define REFCOUNT_INIT(n)               \
	{                              \
		.refs = ATOMIC_INIT(n) \
	}

/*
 * A count that went wrong sticks here, as the kernel's does, so that nothing is freed under
 * somebody.
 */
#define REFCOUNT_SATURATED ((int)0xc0000000)

enum osim__k_refcount_fault {
	OSIM__K_REF_INC_FROM_0,
	OSIM__K_REF_BELOW_0,
	OSIM__K_REF_OVERFLOW,
};

/* A finding "kernel.refcount". */
OSIM__K_API void osim__k_refcount_fault(const refcount_t *r, enum osim__k_refcount_fault what,
					const struct osim__site *site);

static inline void osim__refcount_stick(refcount_t *r, enum osim__k_refcount_fault what,
					const struct osim__site *site)
{
	atomic_set(&r->refs, REFCOUNT_SATURATED);
	osim__k_refcount_fault(r, what, site);
}

static inline void refcount_set(refcount_t *r, int n)
{
	atomic_set(&r->refs, n);
}

static inline unsigned int refcount_read(const refcount_t *r)
{
	return (unsigned int)atomic_read(&r->refs);
}

static inline void osim__refcount_add(int i, refcount_t *r, const struct osim__site *site)
{
	int old = atomic_fetch_add(i, &r->refs);

	if (unlikely(!old))
		osim__refcount_stick(r, OSIM__K_REF_INC_FROM_0, site);
	else if (unlikely(old < 0 || (int)((unsigned int)old + (unsigned int)i) < 0))
		osim__refcount_stick(r, OSIM__K_REF_OVERFLOW, site);
}

static inline bool osim__refcount_add_not_zero(int i, refcount_t *r, const struct osim__site *site)
{
	if (!atomic_read(&r->refs))
		return false;
	osim__refcount_add(i, r, site);
	return true;
}

static inline bool osim__refcount_sub_and_test(int i, refcount_t *r, const struct osim__site *site)
{
	int old = atomic_fetch_sub(i, &r->refs);

	if (old == i)
		return true;
	if (unlikely(old < 0 || old - i < 0))
		osim__refcount_stick(r, OSIM__K_REF_BELOW_0, site);
	return false;
}

/* false: it is the last one, and stays. */
static inline bool osim__refcount_dec_not_one(refcount_t *r, const struct osim__site *site)
{
	if (refcount_read(r) == 1)
		return false;
	osim__refcount_sub_and_test(1, r, site);
	return true;
}

#define refcount_add(i, r)	    osim__refcount_add(i, r, OSIM__SITE)
#define refcount_inc(r)		    osim__refcount_add(1, r, OSIM__SITE)
#define refcount_add_not_zero(i, r) osim__refcount_add_not_zero(i, r, OSIM__SITE)
#define refcount_inc_not_zero(r)    osim__refcount_add_not_zero(1, r, OSIM__SITE)
#define refcount_sub_and_test(i, r) osim__refcount_sub_and_test(i, r, OSIM__SITE)
#define refcount_dec_and_test(r)    osim__refcount_sub_and_test(1, r, OSIM__SITE)
#define refcount_dec_not_one(r)	    osim__refcount_dec_not_one(r, OSIM__SITE)
/* The last one goes under the mutex, which whoever looks the object up has: true with it. */
#define refcount_dec_and_mutex_lock(r, mutex)                             \
	({                                                                \
		refcount_t *osim__shared = (r);                           \
		bool osim__zero = false;                                  \
		if (!refcount_dec_not_one(osim__shared)) {                \
			mutex_lock(mutex);                                \
			osim__zero = refcount_dec_and_test(osim__shared); \
			if (!osim__zero)                                  \
				mutex_unlock(mutex);                      \
		}                                                         \
		osim__zero;                                               \
	})
/* Must not be the last one. */
#define refcount_dec(r)                                                                   \
	do {                                                                              \
		refcount_t *osim__ref = (r);                                              \
		const struct osim__site *osim__site = OSIM__SITE;                         \
		if (osim__refcount_sub_and_test(1, osim__ref, osim__site))                \
			osim__refcount_stick(osim__ref, OSIM__K_REF_BELOW_0, osim__site); \
	} while (0)

#endif
