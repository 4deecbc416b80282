/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <stddef.h>

#include "secure/secure.h"

/* On the stack of the thread that waits. */
struct osim__waiter {
	struct osim__waiter *next;
	struct osim__sthread *thread;
	struct osim__condvar *cv; /* waits for its signal; NULL: for the mutex */
	bool done;
};

static void queue(struct osim__mutex *m, struct osim__waiter *w)
{
	struct osim__waiter **at = &m->first;

	while (*at)
		at = &(*at)->next;
	*at = w;
}

static void unqueue(struct osim__mutex *m, struct osim__waiter *w)
{
	struct osim__waiter **at = &m->first;

	while (*at != w) {
		assert(*at);
		at = &(*at)->next;
	}
	*at = w->next;
}

/* An answer to WAIT that no SEND stands behind means nothing: it is asked again. */
static void wait(struct osim__mutex *m, struct osim__waiter *w)
{
	do {
		uint32_t value = osim__thread_wait_value(w->thread);

		if (osim__rpc_notif_wait(w->thread, value, 0) == TEE_ERROR_TIMEOUT)
			w->done = true;
	} while (!w->done);
	unqueue(m, w);
}

void osim__mutex_lock(struct osim__sthread *t, struct osim__mutex *m)
{
	osim__thread_point(t, OSIM__POINT_LOCK);
	while (m->locked) {
		struct osim__waiter w = {.thread = t};

		queue(m, &w);
		wait(m, &w);
	}
	m->locked = true;
}

void osim__mutex_unlock(struct osim__sthread *t, struct osim__mutex *m)
{
	struct osim__waiter *w;

	assert(m->locked);
	m->locked = false;
	for (w = m->first; w; w = w->next)
		if (!w->cv && !w->done)
			break;
	if (w) {
		uint32_t value = osim__thread_wait_value(w->thread);

		w->done = true;
		osim__rpc_notif_send(t, value);
	}
	osim__thread_point(t, OSIM__POINT_UNLOCK);
}

void osim__condvar_wait(struct osim__sthread *t, struct osim__condvar *cv, struct osim__mutex *m)
{
	struct osim__waiter w = {.thread = t, .cv = cv};

	cv->mutex = m;
	queue(m, &w);
	osim__mutex_unlock(t, m);
	wait(m, &w);
	osim__mutex_lock(t, m);
}

static void promote(struct osim__condvar *cv, bool only_one)
{
	struct osim__waiter *w = cv->mutex ? cv->mutex->first : NULL;

	for (; w; w = w->next) {
		if (w->cv != cv)
			continue;
		w->cv = NULL;
		if (only_one)
			break;
	}
}

void osim__condvar_signal(struct osim__condvar *cv)
{
	promote(cv, true);
}

void osim__condvar_broadcast(struct osim__condvar *cv)
{
	promote(cv, false);
}
