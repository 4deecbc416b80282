/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <execinfo.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sched/switch.h"

struct world {
	struct osim__fiber_pool pool;
	struct osim__fiber host;
	struct osim__fiber *fiber[3];
	char text[256];
	uint64_t sum;
	bool ok;
};

static struct world *w;

static int setup(void **state)
{
	w = calloc(1, sizeof(*w));
	osim__fiber_init_host(&w->host);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	osim__fiber_pool_fini(&w->pool);
	free(w);
	return 0;
}

static void say(const char *word)
{
	size_t used = strlen(w->text);

	snprintf(w->text + used, sizeof(w->text) - used, "%s%s", used ? " " : "", word);
}

static void make(unsigned int i, osim__fiber_fn *fn)
{
	assert_int_equal(
		osim__fiber_new(&w->pool, "a fiber", fn, (void *)(uintptr_t)i, &w->fiber[i]), 0);
}

static void to(unsigned int i)
{
	osim__fiber_switch(&w->host, w->fiber[i]);
}

static void back(uintptr_t i)
{
	osim__fiber_switch(w->fiber[i], &w->host);
}

static void say_and_go_back(void *arg)
{
	const char *word = (uintptr_t)arg ? "b" : "a";

	for (;;) {
		say(word);
		back((uintptr_t)arg);
	}
}

static void fibers_go_on_where_they_stood(void **state)
{
	(void)state;
	make(0, say_and_go_back);
	make(1, say_and_go_back);
	to(0);
	to(1);
	to(1);
	to(0);
	assert_string_equal(w->text, "a b b a");
	assert_int_equal(w->pool.count, 2);
}

static void pass_on(void *arg)
{
	uintptr_t i = (uintptr_t)arg;

	say("x");
	if (i < 2)
		osim__fiber_switch(w->fiber[i], w->fiber[i + 1]);
	else
		back(i);
	say("never");
	back(i);
}

static void fiber_may_go_on_in_another_without_the_host(void **state)
{
	(void)state;
	make(0, pass_on);
	make(1, pass_on);
	make(2, pass_on);
	osim__fiber_switch(&w->host, w->fiber[0]);
	assert_string_equal(w->text, "x x x");
}

/* Values that the compiler is free to keep in registers over the switch, as many as there are. */
__attribute__((noinline)) static uint64_t mix(uint64_t seed, uintptr_t i)
{
	uint64_t a = seed, b = seed * 3, c = seed * 5, d = seed * 7, e = seed * 11, f = seed * 13,
		 g = seed * 17, h = seed * 19;
	double x = (double)seed, y = x * 1.5, z = x * 2.5, u = x * 3.5;

	for (int round = 0; round < 4; round++) {
		back(i);
		a += b;
		b += c;
		c += d;
		d += e;
		e += f;
		f += g;
		g += h;
		h += a;
		x += y;
		y += z;
		z += u;
		u += 1;
	}
	return a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ (uint64_t)(x + y + z + u);
}

static void mix_main(void *arg)
{
	uintptr_t i = (uintptr_t)arg;

	w->sum += mix(i + 1, i) << (8 * i);
	for (;;)
		back(i);
}

static void registers_are_each_fibers_own(void **state)
{
	uint64_t apart = 0;

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		make(i, mix_main);
		for (int n = 0; n < 5; n++)
			to(i);
	}
	apart = w->sum;
	w->sum = 0;
	for (unsigned int i = 0; i < 3; i++) {
		osim__fiber_free(&w->pool, w->fiber[i]);
		make(i, mix_main);
	}
	for (int n = 0; n < 5; n++)
		for (unsigned int i = 0; i < 3; i++)
			to(i);
	assert_int_equal(w->sum, apart);
	assert_int_not_equal(apart, 0);
}

static void check_alignment(void *arg)
{
	volatile long double number = 2.0L;
	_Alignas(64) char over[64];
	char text[32];

	over[0] = 1;
	w->ok = (uintptr_t)__builtin_frame_address(0) % 16 == 0 && (uintptr_t)over % 64 == 0 &&
		over[0];
	/* libc relies on it as well. */
	snprintf(text, sizeof(text), "%.1Lf %.1f", number, (double)number * 2);
	w->ok = w->ok && !strcmp(text, "2.0 4.0");
	back((uintptr_t)arg);
}

static void stack_of_a_fiber_is_aligned_as_the_abi_says(void **state)
{
	(void)state;
	make(0, check_alignment);
	to(0);
	assert_true(w->ok);
}

__attribute__((noinline)) static uint64_t deep(unsigned int levels)
{
	volatile char page[1024];

	page[0] = (char)levels;
	page[1023] = (char)levels;
	return levels ? deep(levels - 1) + (uint64_t)page[0] * 0 + 1 : 0;
}

static void go_deep(void *arg)
{
	w->sum = deep(100);
	back((uintptr_t)arg);
}

static void stack_of_a_fiber_holds_a_hundred_kilobytes(void **state)
{
	(void)state;
	make(0, go_deep);
	to(0);
	assert_int_equal(w->sum, 100);
}

static void stack_is_used_again_when_a_fiber_is_gone(void **state)
{
	unsigned char *stack;

	(void)state;
	make(0, say_and_go_back);
	to(0);
	stack = w->fiber[0]->stack;
	osim__fiber_free(&w->pool, w->fiber[0]);
	assert_int_equal(w->pool.count, 0);
	make(1, say_and_go_back);
	assert_ptr_equal(w->fiber[1]->stack, stack);
	to(1);
	assert_string_equal(w->text, "a b");
}

static void name_that_is_too_long_is_cut(void **state)
{
	struct osim__fiber *f;

	(void)state;
	assert_int_equal(osim__fiber_new(&w->pool, "0123456789012345678901234567890123456789",
					 say_and_go_back, NULL, &f),
			 0);
	assert_string_equal(f->name, "0123456789012345678901234567890");
}

__attribute__((noinline)) static void innermost(void)
{
	void *frames[32];
	int n = backtrace(frames, 32);

	/* innermost, unwound_main, and what starts a fiber; then the walk ends. */
	w->sum = (uint64_t)n;
}

static void unwound_main(void *arg)
{
	innermost();
	back((uintptr_t)arg);
}

static void unwinding_a_fiber_ends_where_it_began(void **state)
{
	(void)state;
	make(0, unwound_main);
	to(0);
	assert_in_range(w->sum, 2, 6);
}

/* The pool of a machine that changed hands: another thread of the host runs it now. */
static void *in_another_thread(void *arg)
{
	w = arg;
	to(0);
	to(1);
	return NULL;
}

static void fibers_can_be_run_by_one_thread_after_another(void **state)
{
	pthread_t thread;

	(void)state;
	make(0, say_and_go_back);
	make(1, say_and_go_back);
	to(0);
	assert_int_equal(pthread_create(&thread, NULL, in_another_thread, w), 0);
	pthread_join(thread, NULL);
	to(1);
	assert_string_equal(w->text, "a a b b");
}

/* A thread's stack that went away: its fiber's memory is given back, and everything else stays. */
static void spawn_and_end(void *arg)
{
	++*(unsigned int *)arg;
}

static void threads_that_end_leave_no_stack_behind(void **state)
{
	static const struct osim__sched_hooks no_hooks;
	static struct osim__sched s;
	unsigned int ran = 0, stacks = 0;

	(void)state;
	osim__sched_init(&s, 2, (struct osim_chooser){0}, &no_hooks);
	for (unsigned int i = 0; i < 1000; i++) {
		struct osim__thread *t;

		assert_int_equal(osim__thread_spawn(&s, "t", spawn_and_end, &ran, -1, &t), 0);
		assert_int_equal(osim__sched_run(&s, NULL, NULL), 0);
		osim__thread_free(t);
	}
	assert_int_equal(ran, 1000);
	assert_int_equal(s.pool.count, 0);
	for (struct osim__fiber *f = s.pool.free; f; f = f->next_free)
		stacks++;
	assert_int_equal(stacks, 1);
	osim__sched_fini(&s);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(fibers_go_on_where_they_stood),
		CASE(fiber_may_go_on_in_another_without_the_host),
		CASE(registers_are_each_fibers_own),
		CASE(stack_of_a_fiber_is_aligned_as_the_abi_says),
		CASE(stack_of_a_fiber_holds_a_hundred_kilobytes),
		CASE(stack_is_used_again_when_a_fiber_is_gone),
		CASE(name_that_is_too_long_is_cut),
		CASE(unwinding_a_fiber_ends_where_it_began),
		CASE(fibers_can_be_run_by_one_thread_after_another),
		CASE(threads_that_end_leave_no_stack_behind),
	};

	return cmocka_run_group_tests_name("sched.fiber", tests, NULL, NULL);
}
