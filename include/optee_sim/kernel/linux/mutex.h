/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_MUTEX_H
#define OSIM_LINUX_MUTEX_H

#include <linux/cleanup.h>
#include <linux/lockdep.h>
#include <linux/list.h>
#include <linux/types.h>
#include <osim/api.h>
#include <osim/site.h>
#include <osim/waitq.h>

#define OSIM__K_MUTEX_MAGIC 0x3b07e41cu

struct mutex {
	u32 magic;
	u16 depth;    /* taken again by its owner, which was reported */
	bool handoff; /* the first waiter was overtaken once; it is next */
	void *owner;  /* thread */
	struct osim__k_waitq waiters;
	const struct osim__site *where; /* taken last, or destroyed */
};

OSIM__K_API void osim__k_mutex_init(struct mutex *lock);
OSIM__K_API void osim__k_mutex_destroy(struct mutex *lock, const struct osim__site *site);
OSIM__K_API void osim__k_mutex_lock(struct mutex *lock, const struct osim__site *site);
OSIM__K_API int osim__k_mutex_lock_interruptible(struct mutex *lock, const struct osim__site *site);
OSIM__K_API int osim__k_mutex_lock_killable(struct mutex *lock, const struct osim__site *site);
OSIM__K_API int osim__k_mutex_trylock(struct mutex *lock, const struct osim__site *site);
OSIM__K_API void osim__k_mutex_unlock(struct mutex *lock, const struct osim__site *site);
OSIM__K_API bool osim__k_mutex_is_locked(const struct mutex *lock);

#define __MUTEX_INITIALIZER(name)            \
	{                                    \
		.magic = OSIM__K_MUTEX_MAGIC \
	}
#define DEFINE_MUTEX(name) struct mutex name = __MUTEX_INITIALIZER(name)

#define mutex_init(lock)	       osim__k_mutex_init(lock)
#define mutex_destroy(lock)	       osim__k_mutex_destroy(lock, OSIM__SITE)
#define mutex_lock(lock)	       osim__k_mutex_lock(lock, OSIM__SITE)
#define mutex_lock_nested(lock, sub)   osim__k_mutex_lock(lock, OSIM__SITE)
#define mutex_lock_interruptible(lock) osim__k_mutex_lock_interruptible(lock, OSIM__SITE)
#define mutex_lock_killable(lock)      osim__k_mutex_lock_killable(lock, OSIM__SITE)
#define mutex_trylock(lock)	       osim__k_mutex_trylock(lock, OSIM__SITE)
#define mutex_unlock(lock)	       osim__k_mutex_unlock(lock, OSIM__SITE)
#define mutex_is_locked(lock)	       osim__k_mutex_is_locked(lock)

DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T))

#endif
