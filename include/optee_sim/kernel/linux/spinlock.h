/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_SPINLOCK_H
#define OSIM_LINUX_SPINLOCK_H

#include <linux/cleanup.h>
#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/spinlock_types.h>

OSIM__K_API void osim__k_spin_init(spinlock_t *lock);
OSIM__K_API void osim__k_spin_lock(spinlock_t *lock, const struct osim__site *site);
OSIM__K_API bool osim__k_spin_trylock(spinlock_t *lock, const struct osim__site *site);
OSIM__K_API void osim__k_spin_unlock(spinlock_t *lock, const struct osim__site *site);
OSIM__K_API void osim__k_spin_lock_irq(spinlock_t *lock, const struct osim__site *site);
OSIM__K_API void osim__k_spin_unlock_irq(spinlock_t *lock, const struct osim__site *site);
OSIM__K_API unsigned long osim__k_spin_lock_irqsave(spinlock_t *lock,
						    const struct osim__site *site);
OSIM__K_API void osim__k_spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags,
						const struct osim__site *site);
OSIM__K_API bool osim__k_spin_is_locked(const spinlock_t *lock);

#define spin_lock_init(lock)		 osim__k_spin_init(lock)
#define spin_lock(lock)			 osim__k_spin_lock(lock, OSIM__SITE)
#define spin_trylock(lock)		 osim__k_spin_trylock(lock, OSIM__SITE)
#define spin_unlock(lock)		 osim__k_spin_unlock(lock, OSIM__SITE)
#define spin_lock_irq(lock)		 osim__k_spin_lock_irq(lock, OSIM__SITE)
#define spin_unlock_irq(lock)		 osim__k_spin_unlock_irq(lock, OSIM__SITE)
#define spin_lock_bh(lock)		 osim__k_spin_lock(lock, OSIM__SITE)
#define spin_unlock_bh(lock)		 osim__k_spin_unlock(lock, OSIM__SITE)
#define spin_is_locked(lock)		 osim__k_spin_is_locked(lock)
#define assert_spin_locked(lock)	 osim__k_spin_assert_held(lock, OSIM__SITE)
#define spin_lock_nested(lock, subclass) spin_lock(lock)

#define spin_lock_irqsave(lock, flags)                                 \
	do {                                                           \
		OSIM__K_FLAGS(flags);                                  \
		(flags) = osim__k_spin_lock_irqsave(lock, OSIM__SITE); \
	} while (0)
#define spin_unlock_irqrestore(lock, flags) osim__k_spin_unlock_irqrestore(lock, flags, OSIM__SITE)

#define raw_spin_lock_init(lock)		spin_lock_init(lock)
#define raw_spin_lock(lock)			spin_lock(lock)
#define raw_spin_unlock(lock)			spin_unlock(lock)
#define raw_spin_lock_irqsave(lock, flags)	spin_lock_irqsave(lock, flags)
#define raw_spin_unlock_irqrestore(lock, flags) spin_unlock_irqrestore(lock, flags)

DEFINE_LOCK_GUARD_1(spinlock, spinlock_t, spin_lock(_T->lock), spin_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_irq, spinlock_t, spin_lock_irq(_T->lock), spin_unlock_irq(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_irqsave, spinlock_t, spin_lock_irqsave(_T->lock, _T->flags),
		    spin_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)

#endif
