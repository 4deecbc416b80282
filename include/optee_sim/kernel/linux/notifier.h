/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_NOTIFIER_H
#define OSIM_LINUX_NOTIFIER_H

#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <osim/api.h>
#include <osim/site.h>

struct notifier_block;
typedef int (*notifier_fn_t)(struct notifier_block *nb, unsigned long action, void *data);

struct notifier_block {
	notifier_fn_t notifier_call;
	struct notifier_block *next;
	int priority;
};

struct blocking_notifier_head {
	struct rw_semaphore rwsem;
	struct notifier_block *head;
};

struct raw_notifier_head {
	struct notifier_block *head;
};

struct atomic_notifier_head {
	struct notifier_block *head;
};

#define NOTIFY_DONE	 0x0000
#define NOTIFY_OK	 0x0001
#define NOTIFY_STOP_MASK 0x8000
#define NOTIFY_BAD	 (NOTIFY_STOP_MASK | 0x0002)
#define NOTIFY_STOP	 (NOTIFY_OK | NOTIFY_STOP_MASK)

/* A notifier's answer that stops the chain, for a negative errno; and the other way. */
static inline int notifier_from_errno(int err)
{
	return err ? NOTIFY_STOP_MASK | (NOTIFY_OK - err) : NOTIFY_OK;
}

static inline int notifier_to_errno(int ret)
{
	ret &= ~NOTIFY_STOP_MASK;
	return ret > NOTIFY_OK ? NOTIFY_OK - ret : 0;
}

#define BLOCKING_NOTIFIER_INIT(name)                       \
	{                                                  \
		.rwsem = __RWSEM_INITIALIZER((name).rwsem) \
	}
#define RAW_NOTIFIER_INIT(name) \
	{                       \
		.head = NULL    \
	}
#define ATOMIC_NOTIFIER_INIT(name) \
	{                          \
		.head = NULL       \
	}
#define BLOCKING_NOTIFIER_HEAD(name) \
	struct blocking_notifier_head name = BLOCKING_NOTIFIER_INIT(name)
#define RAW_NOTIFIER_HEAD(name)	   struct raw_notifier_head name = RAW_NOTIFIER_INIT(name)
#define ATOMIC_NOTIFIER_HEAD(name) struct atomic_notifier_head name = ATOMIC_NOTIFIER_INIT(name)
#define BLOCKING_INIT_NOTIFIER_HEAD(name) \
	((void)(*(name) = (struct blocking_notifier_head)BLOCKING_NOTIFIER_INIT(*(name))))

/* sem NULL: a chain without one. -EEXIST: it is in the chain; -ENOENT: it is not. */
OSIM__K_API int osim__k_notifier_register(struct rw_semaphore *sem, struct notifier_block **head,
					  struct notifier_block *nb, const struct osim__site *site);
OSIM__K_API int osim__k_notifier_unregister(struct rw_semaphore *sem, struct notifier_block **head,
					    struct notifier_block *nb,
					    const struct osim__site *site);
OSIM__K_API int osim__k_notifier_call(struct rw_semaphore *sem, struct notifier_block **head,
				      unsigned long action, void *data,
				      const struct osim__site *site);

#define blocking_notifier_chain_register(nh, nb) \
	osim__k_notifier_register(&(nh)->rwsem, &(nh)->head, nb, OSIM__SITE)
#define blocking_notifier_chain_unregister(nh, nb) \
	osim__k_notifier_unregister(&(nh)->rwsem, &(nh)->head, nb, OSIM__SITE)
#define blocking_notifier_call_chain(nh, action, data) \
	osim__k_notifier_call(&(nh)->rwsem, &(nh)->head, action, data, OSIM__SITE)
#define raw_notifier_chain_register(nh, nb) \
	osim__k_notifier_register(NULL, &(nh)->head, nb, OSIM__SITE)
#define raw_notifier_chain_unregister(nh, nb) \
	osim__k_notifier_unregister(NULL, &(nh)->head, nb, OSIM__SITE)
#define raw_notifier_call_chain(nh, action, data) \
	osim__k_notifier_call(NULL, &(nh)->head, action, data, OSIM__SITE)
#define atomic_notifier_chain_register(nh, nb)	 raw_notifier_chain_register(nh, nb)
#define atomic_notifier_chain_unregister(nh, nb) raw_notifier_chain_unregister(nh, nb)
#define atomic_notifier_call_chain(nh, a, data)	 raw_notifier_call_chain(nh, a, data)

#endif
