/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_SPINLOCK_TYPES_H
#define OSIM_LINUX_SPINLOCK_TYPES_H

#include <linux/types.h>
#include <osim/site.h>

#define OSIM__K_SPIN_MAGIC 0x5b1c10c4u

typedef struct spinlock {
	u32 magic;
	u16 owner; /* CPU + 1; 0: free */
	u8 depth;  /* taken again by its owner, which was reported */
	bool contended;
	bool in_irq, irqs_on;		/* taken in a handler; taken with interrupts on */
	const struct osim__site *where; /* taken last */
} spinlock_t;

typedef spinlock_t raw_spinlock_t;

#define __SPIN_LOCK_UNLOCKED(name)     ((spinlock_t){.magic = OSIM__K_SPIN_MAGIC})
#define __RAW_SPIN_LOCK_UNLOCKED(name) __SPIN_LOCK_UNLOCKED(name)
#define DEFINE_SPINLOCK(name)	       spinlock_t name = {.magic = OSIM__K_SPIN_MAGIC}
#define DEFINE_RAW_SPINLOCK(name)      DEFINE_SPINLOCK(name)

#endif
