/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_SCHED_FIBER_H
#define OSIM_SCHED_FIBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of stack of a fiber, a little less where it is staggered, without its guard page. Touched
 * lazily. */
#define OSIM__STACK_BYTES (256u * 1024u)

typedef void osim__fiber_fn(void *arg);

/*
 * A stack with a place to go on. Stacks are kept in a pool, so that a fiber costs no system call
 * once the pool is warm. fiber->sp and fiber->next_all are what the gdb helper reads.
 */
struct osim__fiber {
	void *sp;
	unsigned char *stack;
	size_t stack_bytes;
	void *asan_fake_stack;
	void *tsan_fiber;
	bool dying;
	unsigned int valgrind_id;
	osim__fiber_fn *fn;
	void *arg;
	char name[32];
	struct osim__fiber *next_all, *prev_all;
	struct osim__fiber *next_free;
};

struct osim__fiber_pool {
	struct osim__fiber *free;
	struct osim__fiber *all;
	size_t count;
};

/* A fiber that runs fn(arg) when first switched to; fn must not return (it ends by switching away
 * for good). -ENOMEM. */
int osim__fiber_new(struct osim__fiber_pool *pool, const char *name, osim__fiber_fn *fn, void *arg,
		    struct osim__fiber **out);
/* Back to the pool. Never the running fiber. */
void osim__fiber_free(struct osim__fiber_pool *pool, struct osim__fiber *fiber);
/* The host's own stack as a fiber: something to switch back to. */
void osim__fiber_init_host(struct osim__fiber *fiber);
void osim__fiber_pool_fini(struct osim__fiber_pool *pool);

#endif
