/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_SECURE_PROTMEM_H
#define OSIM_SECURE_PROTMEM_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Protected memory: a carve-out that was never the normal world's, and memory that it lent.
 * Touching lent memory faults in the normal world until it is reclaimed.
 */
struct osim__guest;
struct osim__secure;
struct osim__sthread;

/* Maps the carve-out. Errors as osim_mem_map(). */
int osim__protmem_init(struct osim__secure *s, uint64_t pa, uint64_t size);
/* LEND, RECLAIM and GET_PROTMEM_CONFIG. */
void osim__protmem_lend(struct osim__sthread *t);
void osim__protmem_reclaim(struct osim__sthread *t);
void osim__protmem_config(struct osim__sthread *t);
/* What a guest that is gone lent is its own again, as far as this process is concerned. */
void osim__protmem_drop_all(struct osim__guest *g);
/* Does any of it lie in lent memory? */
bool osim__protmem_is_lent(const struct osim__secure *s, uint64_t pa, uint64_t bytes);
/* Is all of it protected, lent or carved out? */
bool osim__protmem_holds(const struct osim__secure *s, uint64_t pa, uint64_t bytes);
/* Copies from or to protected memory, which this guards again afterwards. */
void osim__protmem_read(struct osim__secure *s, uint64_t pa, void *buf, uint64_t bytes);
void osim__protmem_write(struct osim__secure *s, uint64_t pa, const void *buf, uint64_t bytes);

#endif
