/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_RWSEM_H
#define OSIM_LINUX_RWSEM_H

#include <linux/cleanup.h>
#include <linux/lockdep.h>
#include <linux/types.h>
#include <osim/api.h>
#include <osim/site.h>
#include <osim/waitq.h>

#define OSIM__K_RWSEM_MAGIC 0x7e5e4a21u

struct rw_semaphore {
	u32 magic;
	u32 readers;
	u32 writers_waiting; /* new readers stay behind them */
	void *writer;	     /* thread */
	struct osim__k_waitq waiters;
	const struct osim__site *where; /* taken last */
};

OSIM__K_API void osim__k_rwsem_init(struct rw_semaphore *sem);
OSIM__K_API void osim__k_down_read(struct rw_semaphore *sem, const struct osim__site *site);
OSIM__K_API int osim__k_down_read_trylock(struct rw_semaphore *sem, const struct osim__site *site);
OSIM__K_API int osim__k_down_read_killable(struct rw_semaphore *sem, const struct osim__site *site);
OSIM__K_API void osim__k_up_read(struct rw_semaphore *sem, const struct osim__site *site);
OSIM__K_API void osim__k_down_write(struct rw_semaphore *sem, const struct osim__site *site);
OSIM__K_API int osim__k_down_write_trylock(struct rw_semaphore *sem, const struct osim__site *site);
OSIM__K_API void osim__k_up_write(struct rw_semaphore *sem, const struct osim__site *site);

#define __RWSEM_INITIALIZER(name)            \
	{                                    \
		.magic = OSIM__K_RWSEM_MAGIC \
	}
#define DECLARE_RWSEM(name) struct rw_semaphore name = __RWSEM_INITIALIZER(name)

#define init_rwsem(sem)		osim__k_rwsem_init(sem)
#define down_read(sem)		osim__k_down_read(sem, OSIM__SITE)
#define down_read_trylock(sem)	osim__k_down_read_trylock(sem, OSIM__SITE)
#define down_read_killable(sem) osim__k_down_read_killable(sem, OSIM__SITE)
#define up_read(sem)		osim__k_up_read(sem, OSIM__SITE)
#define down_write(sem)		osim__k_down_write(sem, OSIM__SITE)
#define down_write_trylock(sem) osim__k_down_write_trylock(sem, OSIM__SITE)
#define up_write(sem)		osim__k_up_write(sem, OSIM__SITE)

DEFINE_GUARD(rwsem_read, struct rw_semaphore *, down_read(_T), up_read(_T))
DEFINE_GUARD(rwsem_write, struct rw_semaphore *, down_write(_T), up_write(_T))

#endif
