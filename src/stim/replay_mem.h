/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_STIM_REPLAY_MEM_H
#define OSIM_STIM_REPLAY_MEM_H

#include "machine/machine.h"

/*
 * The memory of a replay: RAM at its physical addresses, and what it should hold. The machine gets
 * the RAM as a backend, so that each page that the secure world reaches is known, and no other has
 * to be looked at to find what it wrote.
 */
struct osim__replay_mem {
	struct osim_machine *m;
	uint64_t ram_pa, ram_bytes;
	uint64_t watched_pa;  /* from here on each write of the secure world is recorded */
	unsigned char *ram;   /* pages never touched take no memory */
	unsigned char **want; /* by page: what it should hold; NULL: zero */
	unsigned char *flags; /* by page */
	uint64_t *touched;    /* pages to be compared */
	size_t touched_count, touched_room;
	uint64_t shm_pa, shm_bytes;
	unsigned char *shm, *shm_want;
	bool differs;	    /* found by the last comparison */
	bool out_of_memory; /* a page could not be kept account of */
};

/* One word that is not what it should be. */
typedef void osim__replay_mem_fn(void *arg, uint64_t pa, uint64_t want, uint64_t got);

/* 0, -ENOMEM. To be given back in any case. */
int osim__replay_mem_init(struct osim__replay_mem *mem, uint64_t ram_pa, uint64_t ram_bytes,
			  uint64_t watched_pa);
struct osim_backend osim__replay_mem_backend(struct osim__replay_mem *mem);
/* The machine is there, with its reserved memory, if it has any. 0, -ENOMEM. */
int osim__replay_mem_attach(struct osim__replay_mem *mem, struct osim_machine *m, uint64_t shm_pa,
			    uint64_t shm_bytes);
/* After the machine is gone. */
void osim__replay_mem_fini(struct osim__replay_mem *mem);

/* The normal world writes a word. 0, -EFAULT: there is no memory, -ENOMEM. */
int osim__replay_mem_write(struct osim__replay_mem *mem, uint64_t pa, uint64_t word);
/* The secure world should have written a word. Errors as above. */
int osim__replay_mem_expect(struct osim__replay_mem *mem, uint64_t pa, uint64_t word);
/* Compares what may have changed since memory was last settled. How many words differ. */
uint64_t osim__replay_mem_compare(struct osim__replay_mem *mem, osim__replay_mem_fn *fn, void *arg);
/* Makes memory what it should be. */
void osim__replay_mem_settle(struct osim__replay_mem *mem);
/* Copies up to bytes of one page, as it is or as it should be; how many there are. */
size_t osim__replay_mem_copy(struct osim__replay_mem *mem, uint64_t pa, bool want, void *buf,
			     size_t bytes);

#endif
