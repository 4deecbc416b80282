/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_TRACE_NAMER_H
#define OSIM_TRACE_NAMER_H

#include "abi/decode.h"

struct osim_machine;

/*
 * Names of physical addresses and cookies by first appearance: "page#3+40" (offset in hex),
 * "shm#2". Addresses are not the same in two runs, and an allocator may or may not give out one
 * again, so a name ends with the object that it stood for: memory made later has a name of its own.
 */
struct osim__namer;

/* m: where objects are looked up; NULL: names never end. NULL: out of memory. */
struct osim__namer *osim__namer_new(struct osim_machine *m);
void osim__namer_free(struct osim__namer *n);

/* The machine's object of this number (an event's) is gone, and so are its names. */
void osim__namer_retire(struct osim__namer *n, uint64_t object);

/* As a decoder wants it; valid as long as n. */
const struct osim__abi_namer *osim__namer_abi(const struct osim__namer *n);

#endif
