/* SPDX-License-Identifier: BSD-2-Clause */
#include "sched/switch.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif

#define GUARD_BYTES 4096u

/* Stacks end at different places of their pages: frames of two that take turns would lie in the
 * same lines of the cache, and a processor that compares the low bits of addresses first would take
 * a load from one for what was just stored in the other. */
#define STAGGERED     16u
#define STAGGER_BYTES 1088u

/* The runner may have ASan or TSan although this library is built without: asked at run time. */
__attribute__((weak)) void __sanitizer_start_switch_fiber(void **fake_stack_save,
							  const void *bottom, size_t size);
__attribute__((weak)) void
__sanitizer_finish_switch_fiber(void *fake_stack_save, const void **bottom_old, size_t *size_old);
__attribute__((weak)) void __asan_unpoison_memory_region(void const volatile *addr, size_t size);
__attribute__((weak)) void *__tsan_get_current_fiber(void);
__attribute__((weak)) void *__tsan_create_fiber(unsigned int flags);
__attribute__((weak)) void __tsan_destroy_fiber(void *fiber);
__attribute__((weak)) void __tsan_switch_to_fiber(void *fiber, unsigned int flags);

bool osim__fiber_sanitized;

/*
 * Stacks outlive their pool: a check makes machines by the thousand, and a stack costs system calls
 * and page faults. What is kept is bounded, and shared by all threads of the host.
 */
#define SPARE_MAX 32u

static atomic_flag spare_lock = ATOMIC_FLAG_INIT;
static struct osim__fiber *spare;
static unsigned int spare_count;

static struct osim__fiber *spare_get(void)
{
	struct osim__fiber *fiber;

	while (atomic_flag_test_and_set_explicit(&spare_lock, memory_order_acquire))
		;
	fiber = spare;
	if (fiber) {
		spare = fiber->next_free;
		spare_count--;
	}
	atomic_flag_clear_explicit(&spare_lock, memory_order_release);
	return fiber;
}

/* false: there are enough. */
static bool spare_put(struct osim__fiber *fiber)
{
	bool room;

	while (atomic_flag_test_and_set_explicit(&spare_lock, memory_order_acquire))
		;
	room = spare_count < SPARE_MAX;
	if (room) {
		fiber->next_free = spare;
		spare = fiber;
		spare_count++;
	}
	atomic_flag_clear_explicit(&spare_lock, memory_order_release);
	return room;
}

/* Which fiber was left last: a host's stack has bounds that become known only by being left. */
static _Thread_local struct osim__fiber *left;

void osim__fiber_arrived(struct osim__fiber *from)
{
	if (__sanitizer_finish_switch_fiber) {
		const void *bottom = NULL;
		size_t size = 0;

		__sanitizer_finish_switch_fiber(from->asan_fake_stack, &bottom, &size);
		/* Anew each time: the machine may be run by another thread of the host now. */
		if (left && !left->fn) {
			left->stack = (unsigned char *)bottom;
			left->stack_bytes = size;
		}
	}
}

static void entry(void *arg)
{
	struct osim__fiber *fiber = arg;

	osim__fiber_arrived(fiber);
	fiber->fn(fiber->arg);
	assert(!"a fiber's function returned");
	abort();
}

static void link_all(struct osim__fiber_pool *pool, struct osim__fiber *fiber)
{
	fiber->prev_all = NULL;
	fiber->next_all = pool->all;
	if (pool->all)
		pool->all->prev_all = fiber;
	pool->all = fiber;
	pool->count++;
}

static void unlink_all(struct osim__fiber_pool *pool, struct osim__fiber *fiber)
{
	if (fiber->prev_all)
		fiber->prev_all->next_all = fiber->next_all;
	else
		pool->all = fiber->next_all;
	if (fiber->next_all)
		fiber->next_all->prev_all = fiber->prev_all;
	pool->count--;
}

static struct osim__fiber *map_new(const struct osim__fiber_pool *pool)
{
	struct osim__fiber *fiber = calloc(1, sizeof(*fiber));
	unsigned char *mem;

	if (!fiber)
		return NULL;
	osim__fiber_sanitized = __sanitizer_start_switch_fiber || __tsan_switch_to_fiber;
	mem = mmap(NULL, GUARD_BYTES + OSIM__STACK_BYTES, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (mem == MAP_FAILED) {
		free(fiber);
		return NULL;
	}
	mprotect(mem, GUARD_BYTES, PROT_NONE);
	fiber->stack = mem + GUARD_BYTES;
	fiber->stack_bytes = OSIM__STACK_BYTES - pool->count % STAGGERED * STAGGER_BYTES;
#ifdef VALGRIND_STACK_REGISTER
	fiber->valgrind_id = (unsigned int)VALGRIND_STACK_REGISTER(
		fiber->stack, fiber->stack + fiber->stack_bytes);
#endif
	return fiber;
}

/* The frames that were there when it was left for good: others have cleaned up behind them. */
static void unpoison(const struct osim__fiber *fiber)
{
	const unsigned char *top = fiber->stack + fiber->stack_bytes, *sp = fiber->sp;

	assert(sp > fiber->stack && sp <= top);
	if (__asan_unpoison_memory_region)
		__asan_unpoison_memory_region(sp, (size_t)(top - sp));
}

int osim__fiber_new(struct osim__fiber_pool *pool, const char *name, osim__fiber_fn *fn, void *arg,
		    struct osim__fiber **out)
{
	struct osim__fiber *fiber = pool->free;

	if (fiber)
		pool->free = fiber->next_free;
	else
		fiber = spare_get();
	if (fiber) {
		unpoison(fiber);
	} else {
		fiber = map_new(pool);
		if (!fiber)
			return -ENOMEM;
	}
	fiber->fn = fn;
	fiber->arg = arg;
	fiber->dying = false;
	fiber->asan_fake_stack = NULL;
	if (__tsan_create_fiber)
		fiber->tsan_fiber = __tsan_create_fiber(0);
	strncpy(fiber->name, name, sizeof(fiber->name) - 1);
	fiber->name[sizeof(fiber->name) - 1] = '\0';
	fiber->sp = osim__fiber_frame(fiber->stack + fiber->stack_bytes, entry, fiber);
	link_all(pool, fiber);
	*out = fiber;
	return 0;
}

void osim__fiber_free(struct osim__fiber_pool *pool, struct osim__fiber *fiber)
{
	unlink_all(pool, fiber);
	if (__tsan_destroy_fiber)
		__tsan_destroy_fiber(fiber->tsan_fiber);
	fiber->next_free = pool->free;
	pool->free = fiber;
}

void osim__fiber_init_host(struct osim__fiber *fiber)
{
	memset(fiber, 0, sizeof(*fiber));
	memcpy(fiber->name, "host", sizeof("host"));
}

void osim__fiber_leave(struct osim__fiber *from, struct osim__fiber *to)
{
	if (__sanitizer_start_switch_fiber) {
		__sanitizer_start_switch_fiber(from->dying ? NULL : &from->asan_fake_stack,
					       to->stack, to->stack_bytes);
		left = from;
	}
	if (__tsan_switch_to_fiber) {
		if (!from->fn) /* a host's stack, which may be another thread's by now */
			from->tsan_fiber = __tsan_get_current_fiber();
		__tsan_switch_to_fiber(to->tsan_fiber, 0);
	}
}

static void unmap(struct osim__fiber *fiber)
{
	unpoison(fiber);
#ifdef VALGRIND_STACK_DEREGISTER
	VALGRIND_STACK_DEREGISTER(fiber->valgrind_id);
#endif
	munmap(fiber->stack - GUARD_BYTES, GUARD_BYTES + OSIM__STACK_BYTES);
	free(fiber);
}

void osim__fiber_pool_fini(struct osim__fiber_pool *pool)
{
	struct osim__fiber *fiber;

	while ((fiber = pool->all))
		osim__fiber_free(pool, fiber);
	while ((fiber = pool->free)) {
		pool->free = fiber->next_free;
		if (!spare_put(fiber))
			unmap(fiber);
	}
}
