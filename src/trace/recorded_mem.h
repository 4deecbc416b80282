/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_TRACE_RECORDED_MEM_H
#define OSIM_TRACE_RECORDED_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The memory that a recording tells of, word by word: zero at first. It has room for a fixed number
 * of pages, so that what a reader needs does not depend on the recording.
 */

#define OSIM__RECORDED_PAGES 1024u

struct osim__recorded_mem {
	struct osim__recorded_page {
		uint64_t pa;
		unsigned char *bytes; /* NULL: the place is free */
	} pages[OSIM__RECORDED_PAGES];
};

/* 0; -ENOSPC: more pages than there is room for; -ENOMEM. */
int osim__recorded_mem_write(struct osim__recorded_mem *mem, uint64_t pa, uint64_t word);
void osim__recorded_mem_read(const struct osim__recorded_mem *mem, uint64_t pa, void *buf,
			     size_t bytes);
/* Whether a word of its page was ever written: of no other page does a recording tell all. */
bool osim__recorded_mem_known(const struct osim__recorded_mem *mem, uint64_t pa);
void osim__recorded_mem_fini(struct osim__recorded_mem *mem);

#endif
