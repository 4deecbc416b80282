/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_RHASHTABLE_H
#define OSIM_LINUX_RHASHTABLE_H

#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

/* Types only: what uses it (the FF-A transport) is not built. */
struct rhash_head {
	struct rhash_head *next;
};

struct rhashtable {
	void *tbl;
};

#endif
