/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_K_WAITQ_H
#define OSIM_K_WAITQ_H

/* Who waits, in order; the scheduler's own wait queue behind two pointers. Zero is empty. */
struct osim__k_waitq {
	void *head, *tail;
};

/* A timer of the scheduler, by size; zero is not armed. */
struct osim__k_timer {
	void *word[8];
};

#endif
