/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_SEMAPHORE_H
#define OSIM_LINUX_SEMAPHORE_H

#include <linux/types.h>
#include <osim/api.h>
#include <osim/site.h>
#include <osim/waitq.h>

struct semaphore {
	unsigned int count;
	struct osim__k_waitq waiters;
};

OSIM__K_API void osim__k_down(struct semaphore *sem, const struct osim__site *site);
OSIM__K_API int osim__k_down_interruptible(struct semaphore *sem, const struct osim__site *site);
OSIM__K_API int osim__k_down_killable(struct semaphore *sem, const struct osim__site *site);
OSIM__K_API int osim__k_down_timeout(struct semaphore *sem, long timeout,
				     const struct osim__site *site);
OSIM__K_API int osim__k_down_trylock(struct semaphore *sem);
OSIM__K_API void osim__k_up(struct semaphore *sem);

#define __SEMAPHORE_INITIALIZER(name, n) \
	{                                \
		.count = (n)             \
	}
#define DEFINE_SEMAPHORE(name, n) struct semaphore name = __SEMAPHORE_INITIALIZER(name, n)

static inline void sema_init(struct semaphore *sem, int count)
{
	*sem = (struct semaphore){.count = (unsigned int)count};
}

#define down(sem)		osim__k_down(sem, OSIM__SITE)
#define down_interruptible(sem) osim__k_down_interruptible(sem, OSIM__SITE)
#define down_killable(sem)	osim__k_down_killable(sem, OSIM__SITE)
#define down_timeout(sem, t)	osim__k_down_timeout(sem, t, OSIM__SITE)
#define down_trylock(sem)	osim__k_down_trylock(sem)
#define up(sem)			osim__k_up(sem)

#endif
