/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_LOCKDEP_H
#define OSIM_LINUX_LOCKDEP_H

#include <linux/types.h>
#include <osim/api.h>
#include <osim/site.h>

struct spinlock;
struct mutex;
struct rw_semaphore;

struct lock_class_key {
	char unused;
};

OSIM__K_API void osim__k_spin_assert_held(const struct spinlock *lock,
					  const struct osim__site *site);
OSIM__K_API void osim__k_mutex_assert_held(const struct mutex *lock, const struct osim__site *site);
OSIM__K_API void osim__k_rwsem_assert_held(const struct rw_semaphore *sem,
					   const struct osim__site *site);

#define lockdep_assert_held(lock)                                   \
	_Generic((lock), struct spinlock *                          \
		 : osim__k_spin_assert_held, struct mutex *         \
		 : osim__k_mutex_assert_held, struct rw_semaphore * \
		 : osim__k_rwsem_assert_held)(lock, OSIM__SITE)

#define lockdep_set_class(lock, key)	      ((void)(key))
#define lockdep_set_class_and_name(l, key, n) ((void)(key))
#define lockdep_init_map(map, name, key, sub) ((void)(key))

#endif
