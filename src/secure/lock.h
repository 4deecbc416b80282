/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_SECURE_LOCK_H
#define OSIM_SECURE_LOCK_H

#include <stdbool.h>

/*
 * Locks of secure threads. Who has to wait asks the normal world to let it sleep: RPC NOTIFICATION
 * WAIT of a value of its thread; who lets go asks it to wake the next one: NOTIFICATION SEND of
 * that value. Woken threads compete again, none is handed the lock.
 */
struct osim__sthread;
struct osim__waiter;

struct osim__mutex {
	struct osim__waiter *first; /* in order of arrival */
	bool locked;
};

struct osim__condvar {
	struct osim__mutex *mutex; /* of those that wait; they stand in its queue */
};

void osim__mutex_lock(struct osim__sthread *t, struct osim__mutex *m);
void osim__mutex_unlock(struct osim__sthread *t, struct osim__mutex *m);
/* Lets go of the mutex, waits for a signal and takes it again. */
void osim__condvar_wait(struct osim__sthread *t, struct osim__condvar *cv, struct osim__mutex *m);
/* Who waits is woken when the mutex is let go, which the caller holds. */
void osim__condvar_signal(struct osim__condvar *cv);
void osim__condvar_broadcast(struct osim__condvar *cv);

#endif
