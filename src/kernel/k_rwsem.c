/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/kernel.h"

#include <linux/errno.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>

static struct osim__waitq *queue(struct osim__k_waitq *q)
{
	return (struct osim__waitq *)q;
}

static void *me(struct osim_machine *m)
{
	struct osim__thread *t = osim__sched_current(&m->sched);

	return t ? (void *)t : (void *)osim__sched_cpu(&m->sched);
}

/* --- readers and writers --- */

static void check(struct osim_machine *m, struct rw_semaphore *sem, const struct osim__site *site)
{
	if (sem->magic == OSIM__K_RWSEM_MAGIC)
		return;
	osim__finding(m, "kernel.lock-uninitialised",
		      "rw_semaphore is used before it was initialised, at %s", osim__k_where(site));
	*sem = (struct rw_semaphore){.magic = OSIM__K_RWSEM_MAGIC};
}

static bool can_read(const struct rw_semaphore *sem)
{
	return !sem->writer && !sem->writers_waiting;
}

static bool can_write(const struct rw_semaphore *sem)
{
	return !sem->writer && !sem->readers;
}

/* Everybody is woken and looks again; a writer that waits keeps new readers out. */
static int wait_for(struct rw_semaphore *sem, bool write, unsigned int mode, const char *what,
		    const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();
	int rc = 0;

	osim__k_check_sleep(m, what, site);
	osim__sched_point(&m->sched, OSIM__POINT_LOCK);
	check(m, sem, site);
	if (sem->writer == me(m))
		osim__finding(m, "kernel.lock-twice",
			      "rw_semaphore taken at %s is taken again by its writer, at %s",
			      osim__k_where(sem->where), osim__k_where(site));
	sem->writers_waiting += write;
	while (!rc && !(write ? can_write(sem) : can_read(sem)))
		rc = osim__k_block(m, queue(&sem->waiters), "a rw_semaphore", sem, OSIM_NEVER,
				   mode);
	sem->writers_waiting -= write;
	if (rc == -EINTR)
		return rc;
	if (write)
		sem->writer = me(m);
	else
		sem->readers++;
	sem->where = site;
	osim__access_acquire(m, sem);
	return 0;
}

static void released(struct osim_machine *m, struct rw_semaphore *sem)
{
	osim__wake(&m->sched, queue(&sem->waiters), ~0u);
	osim__sched_point(&m->sched, OSIM__POINT_UNLOCK);
}

void osim__k_rwsem_init(struct rw_semaphore *sem)
{
	*sem = (struct rw_semaphore){.magic = OSIM__K_RWSEM_MAGIC};
}

void osim__k_down_read(struct rw_semaphore *sem, const struct osim__site *site)
{
	wait_for(sem, false, 0, "down_read()", site);
}

int osim__k_down_read_killable(struct rw_semaphore *sem, const struct osim__site *site)
{
	return wait_for(sem, false, OSIM__WAIT_KILLABLE, "down_read_killable()", site);
}

int osim__k_down_read_trylock(struct rw_semaphore *sem, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	osim__sched_point(&m->sched, OSIM__POINT_LOCK);
	check(m, sem, site);
	if (sem->writer)
		return 0;
	sem->readers++;
	sem->where = site;
	osim__access_acquire(m, sem);
	return 1;
}

void osim__k_up_read(struct rw_semaphore *sem, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	check(m, sem, site);
	osim__access_release(m, sem);
	if (!sem->readers)
		osim__finding(m, "kernel.unlock-free",
			      "rw_semaphore is released that no reader holds, at %s",
			      osim__k_where(site));
	else
		sem->readers--;
	released(m, sem);
}

void osim__k_down_write(struct rw_semaphore *sem, const struct osim__site *site)
{
	wait_for(sem, true, 0, "down_write()", site);
}

int osim__k_down_write_trylock(struct rw_semaphore *sem, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	osim__sched_point(&m->sched, OSIM__POINT_LOCK);
	check(m, sem, site);
	if (!can_write(sem))
		return 0;
	sem->writer = me(m);
	sem->where = site;
	osim__access_acquire(m, sem);
	return 1;
}

void osim__k_up_write(struct rw_semaphore *sem, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	check(m, sem, site);
	osim__access_release(m, sem);
	if (!sem->writer)
		osim__finding(m, "kernel.unlock-free",
			      "rw_semaphore is released that no writer holds, at %s",
			      osim__k_where(site));
	else if (sem->writer != me(m))
		osim__finding(m, "kernel.unlock-other",
			      "rw_semaphore taken at %s is released by another thread, at %s",
			      osim__k_where(sem->where), osim__k_where(site));
	sem->writer = NULL;
	released(m, sem);
}

void osim__k_rwsem_assert_held(const struct rw_semaphore *sem, const struct osim__site *site)
{
	if (!sem->writer && !sem->readers)
		osim__finding(osim__machine(), "kernel.lock-not-held",
			      "rw_semaphore is not held, at %s", osim__k_where(site));
}

/* --- counting semaphores --- */

static int down_it(struct semaphore *sem, uint64_t deadline_ns, unsigned int mode, const char *what,
		   const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();
	int rc = 0;

	osim__k_check_sleep(m, what, site);
	osim__sched_point(&m->sched, OSIM__POINT_LOCK);
	while (!sem->count && !rc)
		rc = osim__k_block(m, queue(&sem->waiters), "a semaphore", sem, deadline_ns, mode);
	if (!sem->count)
		return rc == -ETIMEDOUT ? -ETIME : rc;
	osim__access_acquire(m, sem);
	sem->count--;
	return 0;
}

void osim__k_down(struct semaphore *sem, const struct osim__site *site)
{
	down_it(sem, OSIM_NEVER, 0, "down()", site);
}

int osim__k_down_interruptible(struct semaphore *sem, const struct osim__site *site)
{
	return down_it(sem, OSIM_NEVER, OSIM__WAIT_INTERRUPTIBLE, "down_interruptible()", site);
}

int osim__k_down_killable(struct semaphore *sem, const struct osim__site *site)
{
	return down_it(sem, OSIM_NEVER, OSIM__WAIT_KILLABLE, "down_killable()", site);
}

int osim__k_down_timeout(struct semaphore *sem, long timeout, const struct osim__site *site)
{
	uint64_t deadline_ns =
		osim__k_deadline_ns(osim__machine(), timeout > 0 ? (uint64_t)timeout : 0);

	return down_it(sem, deadline_ns, 0, "down_timeout()", site);
}

int osim__k_down_trylock(struct semaphore *sem)
{
	osim__sched_point(&osim__machine()->sched, OSIM__POINT_LOCK);
	if (!sem->count)
		return 1;
	osim__access_acquire(osim__machine(), sem);
	sem->count--;
	return 0;
}

void osim__k_up(struct semaphore *sem)
{
	struct osim_machine *m = osim__machine();

	osim__access_release(m, sem);
	sem->count++;
	osim__wake(&m->sched, queue(&sem->waiters), 1);
	osim__sched_point(&m->sched, OSIM__POINT_UNLOCK);
}
