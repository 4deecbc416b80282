/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_WAIT_H
#define OSIM_LINUX_WAIT_H

#include <linux/errno.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <osim/api.h>
#include <osim/site.h>
#include <osim/waitq.h>

/* What may end a wait before its time, and a timeout in jiffies that never comes. */
#define OSIM__K_WAIT_INTERRUPTIBLE 1
#define OSIM__K_WAIT_KILLABLE	   2
#define OSIM__K_FOREVER		   ((unsigned long)__LONG_MAX__)

typedef struct wait_queue_head {
	spinlock_t lock;
	u32 woken; /* counts wake_up(): a waiter whose condition was tested before does not sleep */
	u32 woken_interruptible; /* counts wake_up_interruptible() */
	struct osim__k_waitq waiters;
} wait_queue_head_t;

/* A finding where the context cannot sleep, whether it will have to or not. */
OSIM__K_API void osim__k_wait_begins(const struct osim__site *site);
/* Jiffies left (at least 1) when woken, 0 timed out, -ERESTARTSYS a signal. seen: woken before the
 * condition was tested. */
OSIM__K_API long osim__k_wait_queue(wait_queue_head_t *wq, u32 seen, unsigned long timeout,
				    int mode, const struct osim__site *site);
/* Everybody: no wait is exclusive. interruptible: but for those whose wait no signal ends. */
OSIM__K_API void osim__k_wake_up(wait_queue_head_t *wq, bool interruptible);

/* What a waiter has seen of the wakes that are for him. */
static inline u32 osim__k_woken(const wait_queue_head_t *wq, int mode)
{
	return wq->woken + (mode == OSIM__K_WAIT_INTERRUPTIBLE ? wq->woken_interruptible : 0);
}

#define __WAIT_QUEUE_HEAD_INITIALIZER(name)            \
	{                                              \
		.lock = {.magic = OSIM__K_SPIN_MAGIC } \
	}
#define DECLARE_WAIT_QUEUE_HEAD(name) wait_queue_head_t name = __WAIT_QUEUE_HEAD_INITIALIZER(name)

static inline void init_waitqueue_head(wait_queue_head_t *wq)
{
	*wq = (wait_queue_head_t)__WAIT_QUEUE_HEAD_INITIALIZER(*wq);
}

#define wake_up(wq)		      osim__k_wake_up(wq, false)
#define wake_up_nr(wq, nr)	      wake_up(wq)
#define wake_up_all(wq)		      wake_up(wq)
#define wake_up_interruptible(wq)     osim__k_wake_up(wq, true)
#define wake_up_interruptible_all(wq) wake_up_interruptible(wq)

static inline bool waitqueue_active(const wait_queue_head_t *wq)
{
	return wq->waiters.head;
}

/* > 0: the condition holds, with that many jiffies left; 0: time is up; < 0: a signal. What ended
 * the wait, the condition is looked at once more. */
#define OSIM__K_WAIT_EVENT(wq, condition, timeout, mode)                                         \
	({                                                                                       \
		long osim__left = (long)(timeout);                                               \
		osim__k_wait_begins(OSIM__SITE);                                                 \
		for (;;) {                                                                       \
			u32 osim__seen = osim__k_woken(&(wq), mode);                             \
			if (condition) {                                                         \
				osim__left = osim__left > 0 ? osim__left : 1;                    \
				break;                                                           \
			}                                                                        \
			if (osim__left <= 0)                                                     \
				break;                                                           \
			osim__left = osim__k_wait_queue(                                         \
				&(wq), osim__seen, (unsigned long)osim__left, mode, OSIM__SITE); \
		}                                                                                \
		osim__left;                                                                      \
	})
#define OSIM__K_WAIT_EVENT_RC(wq, condition, mode) \
	(OSIM__K_WAIT_EVENT(wq, condition, OSIM__K_FOREVER, mode) < 0 ? -ERESTARTSYS : 0)

#define wait_event(wq, condition)		   ((void)OSIM__K_WAIT_EVENT(wq, condition, OSIM__K_FOREVER, 0))
#define wait_event_timeout(wq, condition, timeout) OSIM__K_WAIT_EVENT(wq, condition, timeout, 0)
#define wait_event_interruptible(wq, condition) \
	OSIM__K_WAIT_EVENT_RC(wq, condition, OSIM__K_WAIT_INTERRUPTIBLE)
#define wait_event_killable(wq, condition) \
	OSIM__K_WAIT_EVENT_RC(wq, condition, OSIM__K_WAIT_KILLABLE)
#define wait_event_interruptible_timeout(wq, condition, timeout) \
	OSIM__K_WAIT_EVENT(wq, condition, timeout, OSIM__K_WAIT_INTERRUPTIBLE)

#endif
