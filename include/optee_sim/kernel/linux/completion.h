/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_COMPLETION_H
#define OSIM_LINUX_COMPLETION_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <osim/api.h>
#include <osim/site.h>
#include <osim/waitq.h>

#define OSIM__K_COMPLETION_MAGIC 0x1c0392e7u

struct completion {
	unsigned int done; /* UINT_MAX: for everybody */
	u32 magic;
	struct osim__k_waitq waiters;
};

OSIM__K_API void osim__k_complete(struct completion *c, const struct osim__site *site);
OSIM__K_API void osim__k_complete_all(struct completion *c, const struct osim__site *site);
OSIM__K_API bool osim__k_completion_done(const struct completion *c);
OSIM__K_API bool osim__k_try_wait_for_completion(struct completion *c);
/* How the wait may end is in mode, OSIM__K_WAIT_*. Jiffies left, 0: timed out, -ERESTARTSYS: a
 * signal. */
OSIM__K_API long osim__k_wait_for_completion(struct completion *c, unsigned long timeout, int mode,
					     const struct osim__site *site);

#define COMPLETION_INITIALIZER(name)              \
	{                                         \
		.magic = OSIM__K_COMPLETION_MAGIC \
	}
#define COMPLETION_INITIALIZER_ONSTACK(name) ((struct completion)COMPLETION_INITIALIZER(name))
#define DECLARE_COMPLETION(name)	     struct completion name = COMPLETION_INITIALIZER(name)
#define DECLARE_COMPLETION_ONSTACK(name)     DECLARE_COMPLETION(name)

static inline void init_completion(struct completion *c)
{
	*c = (struct completion)COMPLETION_INITIALIZER(c);
}

static inline void reinit_completion(struct completion *c)
{
	c->done = 0;
}

#define complete(c)		   osim__k_complete(c, OSIM__SITE)
#define complete_all(c)		   osim__k_complete_all(c, OSIM__SITE)
#define completion_done(c)	   osim__k_completion_done(c)
#define try_wait_for_completion(c) osim__k_try_wait_for_completion(c)

#define OSIM__K_COMPLETION(c, timeout, mode) \
	osim__k_wait_for_completion(c, timeout, mode, OSIM__SITE)
#define OSIM__K_COMPLETION_RC(c, mode) \
	((int)(OSIM__K_COMPLETION(c, OSIM__K_FOREVER, mode) < 0 ? -ERESTARTSYS : 0))

#define wait_for_completion(c)			((void)OSIM__K_COMPLETION(c, OSIM__K_FOREVER, 0))
#define wait_for_completion_io(c)		wait_for_completion(c)
#define wait_for_completion_timeout(c, timeout) ((unsigned long)OSIM__K_COMPLETION(c, timeout, 0))
#define wait_for_completion_interruptible(c)	OSIM__K_COMPLETION_RC(c, OSIM__K_WAIT_INTERRUPTIBLE)
#define wait_for_completion_killable(c)		OSIM__K_COMPLETION_RC(c, OSIM__K_WAIT_KILLABLE)
#define wait_for_completion_interruptible_timeout(c, timeout) \
	OSIM__K_COMPLETION(c, timeout, OSIM__K_WAIT_INTERRUPTIBLE)
#define wait_for_completion_killable_timeout(c, timeout) \
	OSIM__K_COMPLETION(c, timeout, OSIM__K_WAIT_KILLABLE)

#endif
