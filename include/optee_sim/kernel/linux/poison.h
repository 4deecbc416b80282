/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_POISON_H
#define OSIM_LINUX_POISON_H

/* Addresses that no process has: what is taken off a list points there. */
#define LIST_POISON1 ((void *)0xdead000000000100ul)
#define LIST_POISON2 ((void *)0xdead000000000122ul)

#define POISON_INUSE 0x5a
#define POISON_FREE  0x6b
#define POISON_END   0xa5

#endif
