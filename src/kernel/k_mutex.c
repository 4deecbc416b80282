/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/kernel.h"

#include <linux/errno.h>
#include <linux/mutex.h>

#define DESTROYED 0xdead4d75u

_Static_assert(sizeof(struct osim__k_waitq) == sizeof(struct osim__waitq), "a wait queue's size");

static struct osim__waitq *waiters(struct mutex *lock)
{
	return (struct osim__waitq *)&lock->waiters;
}

/* Who owns what: the thread; outside of any, the CPU. */
static void *me(struct osim_machine *m)
{
	struct osim__thread *t = osim__sched_current(&m->sched);

	return t ? (void *)t : (void *)osim__sched_cpu(&m->sched);
}

static noinline void check_magic(struct osim_machine *m, struct mutex *lock, const char *what,
				 const struct osim__site *site)
{
	if (lock->magic == DESTROYED)
		osim__finding(m, "kernel.lock-destroyed", "mutex destroyed at %s is %s at %s",
			      osim__k_where(lock->where), what, osim__k_where(site));
	else
		osim__finding(m, "kernel.lock-uninitialised",
			      "mutex is %s before it was initialised, at %s", what,
			      osim__k_where(site));
	*lock = (struct mutex){.magic = OSIM__K_MUTEX_MAGIC};
}

static inline void check(struct osim_machine *m, struct mutex *lock, const char *what,
			 const struct osim__site *site)
{
	if (__builtin_expect(lock->magic != OSIM__K_MUTEX_MAGIC, 0))
		check_magic(m, lock, what, site);
}

void osim__k_mutex_init(struct mutex *lock)
{
	*lock = (struct mutex){.magic = OSIM__K_MUTEX_MAGIC};
}

void osim__k_mutex_destroy(struct mutex *lock, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	check(m, lock, "destroyed", site);
	if (lock->owner)
		osim__finding(m, "kernel.destroy-locked",
			      "mutex taken at %s is destroyed while it is held, at %s",
			      osim__k_where(lock->where), osim__k_where(site));
	lock->magic = DESTROYED;
	lock->where = site;
}

/*
 * A waiter that was woken and found the mutex taken again asks for it to be handed over, as the
 * kernel's do: nobody waits for ever behind a thread that takes it again and again.
 */
static noinline int wait_for(struct osim_machine *m, struct mutex *lock, unsigned int mode,
			     const struct osim__site *site)
{
	void *self = me(m);
	bool overtaken = false;

	while (lock->owner && lock->owner != self) {
		int rc;

		lock->handoff |= overtaken;
		rc = osim__k_block(m, waiters(lock), "a mutex", lock, OSIM_NEVER, mode);
		if (lock->owner == self)
			return 0;
		if (rc == -EINTR)
			return rc;
		if (rc == -EDEADLK) {
			osim__finding(
				m, "kernel.deadlock",
				"mutex taken at %s is waited for where nothing can wait, at %s",
				osim__k_where(lock->where), osim__k_where(site));
			return 0;
		}
		overtaken = true;
	}
	lock->owner = self;
	return 0;
}

static int lock_it(struct mutex *lock, unsigned int mode, const char *what,
		   const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();
	void *self;

	osim__k_check_sleep(m, what, site);
	osim__sched_point(&m->sched, OSIM__POINT_LOCK);
	check(m, lock, "locked", site);
	self = me(m);
	if (__builtin_expect(!lock->owner, 1)) {
		lock->owner = self;
	} else if (lock->owner == self) {
		osim__finding(m, "kernel.lock-twice",
			      "mutex taken at %s is taken again by the same thread, at %s",
			      osim__k_where(lock->where), osim__k_where(site));
		lock->depth++;
		return 0;
	} else if (wait_for(m, lock, mode, site)) {
		return -EINTR;
	}
	lock->where = site;
	osim__access_acquire(m, lock);
	return 0;
}

void osim__k_mutex_lock(struct mutex *lock, const struct osim__site *site)
{
	lock_it(lock, 0, "mutex_lock()", site);
}

int osim__k_mutex_lock_interruptible(struct mutex *lock, const struct osim__site *site)
{
	return lock_it(lock, OSIM__WAIT_INTERRUPTIBLE, "mutex_lock_interruptible()", site);
}

int osim__k_mutex_lock_killable(struct mutex *lock, const struct osim__site *site)
{
	return lock_it(lock, OSIM__WAIT_KILLABLE, "mutex_lock_killable()", site);
}

int osim__k_mutex_trylock(struct mutex *lock, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	osim__sched_point(&m->sched, OSIM__POINT_LOCK);
	check(m, lock, "tried", site);
	if (lock->owner)
		return 0;
	lock->owner = me(m);
	lock->where = site;
	osim__access_acquire(m, lock);
	return 1;
}

static void check_owner(struct osim_machine *m, const struct mutex *lock,
			const struct osim__site *site)
{
	if (!lock->owner)
		osim__finding(m, "kernel.unlock-free", "mutex is unlocked that nobody holds, at %s",
			      osim__k_where(site));
	else
		osim__finding(m, "kernel.unlock-other",
			      "mutex taken at %s is unlocked by another thread, at %s",
			      osim__k_where(lock->where), osim__k_where(site));
}

void osim__k_mutex_unlock(struct mutex *lock, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();
	struct osim__waitq *q = waiters(lock);

	check(m, lock, "unlocked", site);
	if (__builtin_expect(lock->owner != me(m), 0))
		check_owner(m, lock, site);
	if (lock->depth) {
		lock->depth--;
		return;
	}
	osim__access_release(m, lock);
	lock->owner = lock->handoff ? q->head : NULL;
	lock->handoff = false;
	if (__builtin_expect(q->head != NULL, 0))
		osim__wake(&m->sched, q, 1);
	osim__sched_point(&m->sched, OSIM__POINT_UNLOCK);
}

bool osim__k_mutex_is_locked(const struct mutex *lock)
{
	return lock->owner;
}

void osim__k_mutex_assert_held(const struct mutex *lock, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();

	if (lock->owner != me(m))
		osim__finding(m, "kernel.lock-not-held", "mutex is not held, at %s",
			      osim__k_where(site));
}
