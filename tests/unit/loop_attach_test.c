/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include <optee_sim/loop.h>
#include <optee_sim/secure.h>

#include "machine/machine.h"

/* Everything is waited for under this bound; nothing is slept for. */
#define GUARD_MS  20000u
#define OTHER_SPI 40u

struct world {
	uv_loop_t uv;
	uv_timer_t guard, tick;
	uv_idle_t idle;
	bool expired;
	struct osim_machine *m;
	struct osim_loop *loop;
	unsigned int interrupts, last_cpu;
	uint32_t last_intid;
	unsigned int closed;
	bool thread_done;
	unsigned int turns, ticks;
	int turn_result;
	int result;
};

static struct world *w;

static void on_guard(uv_timer_t *handle)
{
	(void)handle;
	w->expired = true;
}

static void on_closed(void *arg)
{
	(void)arg;
	w->closed++;
}

static void on_irq(void *arg, struct osim_machine *m, unsigned int cpu, uint32_t intid)
{
	(void)arg;
	(void)m;
	w->interrupts++;
	w->last_cpu = cpu;
	w->last_intid = intid;
}

static void on_turn(void *arg, struct osim_machine *m, int result, uint64_t deadline_ns)
{
	(void)arg;
	(void)m;
	(void)deadline_ns;
	w->turns++;
	w->turn_result = result;
	/* A loop that is about to sleep comes back, so that what is waited for is looked at. */
	uv_stop(&w->uv);
}

static struct osim_machine *machine(const struct osim_options *options)
{
	struct osim_machine *m = NULL;

	assert_int_equal(osim_machine_new(options, &m), 0);
	osim_set_irq_handler(m, on_irq, NULL);
	return m;
}

static struct osim_loop *attach(struct osim_machine *m)
{
	const struct osim_loop_options options = {
		.size = sizeof(options), .turn = on_turn, .patience_ms = 20};
	struct osim_loop *loop = NULL;

	assert_int_equal(osim_loop_attach(m, &w->uv, &options, &loop), 0);
	return loop;
}

static int setup(void **state)
{
	w = calloc(1, sizeof(*w));
	assert_int_equal(uv_loop_init(&w->uv), 0);
	uv_timer_init(&w->uv, &w->guard);
	uv_timer_start(&w->guard, on_guard, GUARD_MS, 0);
	w->m = machine(NULL);
	*state = w;
	return 0;
}

/* Every case ends with a loop that has no handle left. */
static int teardown(void **state)
{
	(void)state;
	if (w->loop)
		osim_loop_detach(w->loop, on_closed, NULL);
	osim_machine_free(w->m);
	uv_close((uv_handle_t *)&w->guard, NULL);
	uv_run(&w->uv, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w->uv), 0);
	if (w->loop)
		assert_int_equal(w->closed, 1);
	free(w);
	return 0;
}

/* Iterations of the loop until it is true. */
#define WAIT_FOR(condition)                          \
	do {                                         \
		while (!(condition) && !w->expired)  \
			uv_run(&w->uv, UV_RUN_ONCE); \
		assert_false(w->expired);            \
	} while (0)

static void in_thread(uv_thread_cb fn, void *arg)
{
	uv_thread_t thread;

	assert_int_equal(uv_thread_create(&thread, fn, arg), 0);
	uv_thread_join(&thread);
}

static void raise_many(void *arg)
{
	for (uintptr_t n = (uintptr_t)arg; n; n--)
		osim_loop_raise(w->loop, OSIM_NOTIF_INTID, 0);
}

static void raise_from_another_thread_reaches_the_handler(void **state)
{
	uv_thread_t thread;

	(void)state;
	w->loop = attach(w->m);
	assert_int_equal(uv_thread_create(&thread, raise_many, (void *)1), 0);
	WAIT_FOR(w->interrupts == 1);
	uv_thread_join(&thread);
	assert_int_equal(w->last_intid, OSIM_NOTIF_INTID);
}

static void raises_that_libuv_merges_are_one_edge(void **state)
{
	(void)state;
	w->loop = attach(w->m);
	in_thread(raise_many, (void *)1000);
	WAIT_FOR(w->turns);
	assert_int_equal(w->interrupts, 1);
	in_thread(raise_many, (void *)1000);
	WAIT_FOR(w->interrupts == 2);
}

static void raise_of_a_line_of_ones_own_arrives_on_it(void **state)
{
	(void)state;
	w->loop = attach(w->m);
	osim__irq_enable(w->m, OTHER_SPI, 0, true);
	assert_int_equal(osim_loop_raise(w->loop, OTHER_SPI, 0), -ENOENT);
	assert_int_equal(osim_loop_line(w->loop, OTHER_SPI, 0), 0);
	assert_int_equal(osim_loop_line(w->loop, OTHER_SPI, 0), 0);
	assert_int_equal(osim_loop_raise(w->loop, OTHER_SPI, 0), 0);
	WAIT_FOR(w->interrupts);
	assert_int_equal(w->last_intid, OTHER_SPI);
	assert_int_equal(osim_loop_line(w->loop, OSIM_INTID_MAX, 0), -EINVAL);
}

static void raise_of_a_per_cpu_line_arrives_on_that_cpu(void **state)
{
	const struct osim_options options = {.size = sizeof(options), .percpu_irq = true};

	(void)state;
	osim_machine_free(w->m);
	w->m = machine(&options);
	w->loop = attach(w->m);
	assert_int_equal(osim_loop_raise(w->loop, OSIM_NOTIF_PPI_INTID, 1), 0);
	WAIT_FOR(w->interrupts);
	assert_int_equal(w->last_cpu, 1);
	assert_int_equal(osim_loop_raise(w->loop, OSIM_NOTIF_PPI_INTID, 2), -ENOENT);
}

static void sleep_20_ms(void *arg)
{
	(void)arg;
	w->result = osim_sleep_ns(w->m, 20000000);
	w->thread_done = true;
}

static void sleep_of_a_thread_ends_on_the_wall_clock(void **state)
{
	uint64_t begin_ns = uv_hrtime(), machine_ns;

	(void)state;
	w->loop = attach(w->m);
	machine_ns = osim_now_ns(w->m);
	assert_int_equal(osim_spawn(w->m, "sleeper", sleep_20_ms, NULL, -1, NULL), 0);
	WAIT_FOR(w->thread_done);
	assert_int_equal(w->result, 0);
	assert_true(uv_hrtime() - begin_ns >= 20000000);
	assert_true(osim_now_ns(w->m) - machine_ns >= 20000000);
}

static void count_active_timers(uv_handle_t *handle, void *arg)
{
	if (handle->type == UV_TIMER && uv_is_active(handle) && handle != (uv_handle_t *)&w->guard)
		++*(unsigned int *)arg;
}

static unsigned int active_timers(void)
{
	unsigned int n = 0;

	uv_walk(&w->uv, count_active_timers, &n);
	return n;
}

static void loop_has_a_timer_only_while_the_machine_has_one_armed(void **state)
{
	(void)state;
	w->loop = attach(w->m);
	assert_int_equal(osim_loop_raise(w->loop, OSIM_NOTIF_INTID, 0), 0);
	WAIT_FOR(w->interrupts);
	assert_int_equal(active_timers(), 0);
	/* Nor anything else that would keep it from sleeping. */
	uv_run(&w->uv, UV_RUN_NOWAIT);
	assert_true(uv_backend_timeout(&w->uv) > 0);
	assert_int_equal(osim_spawn(w->m, "sleeper", sleep_20_ms, NULL, -1, NULL), 0);
	uv_run(&w->uv, UV_RUN_NOWAIT);
	assert_int_equal(active_timers(), 1);
	WAIT_FOR(w->thread_done);
	assert_int_equal(active_timers(), 0);
}

static void sleep_for_ever(void *arg)
{
	(void)arg;
	w->result = osim_sleep_ns(w->m, OSIM_NEVER - 1 - osim_now_ns(w->m));
	w->thread_done = true;
}

static void timer_of_the_far_future_does_not_keep_the_loop_awake(void **state)
{
	struct osim_task *task;

	(void)state;
	w->loop = attach(w->m);
	osim_spawn(w->m, "sleeper", sleep_for_ever, NULL, -1, &task);
	WAIT_FOR(w->turns);
	uv_run(&w->uv, UV_RUN_NOWAIT);
	assert_int_equal(active_timers(), 0);
	assert_int_equal(w->turns, 1);
	osim_task_signal(task, false);
	WAIT_FOR(w->thread_done);
	assert_int_equal(w->result, -EINTR);
}

static void post_5(void *arg)
{
	w->result = osim_post(arg, 5);
}

static void post_from_another_thread_becomes_an_interrupt(void **state)
{
	uv_thread_t thread;

	(void)state;
	w->loop = attach(w->m);
	assert_int_equal(uv_thread_create(&thread, post_5, w->m), 0);
	WAIT_FOR(w->interrupts);
	uv_thread_join(&thread);
	assert_int_equal(w->result, 0);
	assert_int_equal(osim_stats(w->m)->posts, 1);
}

static void post_in_a_callback_becomes_an_interrupt_before_the_loop_sleeps(void **state)
{
	(void)state;
	w->loop = attach(w->m);
	post_5(w->m);
	uv_run(&w->uv, UV_RUN_NOWAIT);
	assert_int_equal(w->result, 0);
	assert_int_equal(w->interrupts, 1);
}

static void set_done(void *arg)
{
	*(bool *)arg = true;
}

static void spawn_on_idle(uv_idle_t *handle)
{
	uv_idle_stop(handle);
	osim_spawn(w->m, "late", set_done, &w->thread_done, -1, NULL);
}

static void thread_spawned_in_a_callback_runs_in_the_same_iteration(void **state)
{
	(void)state;
	w->loop = attach(w->m);
	uv_idle_init(&w->uv, &w->idle);
	uv_idle_start(&w->idle, spawn_on_idle);
	uv_run(&w->uv, UV_RUN_NOWAIT);
	assert_true(w->thread_done);
	uv_close((uv_handle_t *)&w->idle, NULL);
}

static void yield_for_ever(void *arg)
{
	struct osim_machine *m = arg;

	while (!w->thread_done)
		osim_yield(m);
}

static void on_tick(uv_timer_t *handle)
{
	w->ticks++;
	if (w->ticks == 5)
		uv_close((uv_handle_t *)handle, NULL);
}

static void machine_that_does_not_rest_leaves_the_callers_handles_their_turn(void **state)
{
	(void)state;
	w->loop = attach(w->m);
	osim_spawn(w->m, "busy", yield_for_ever, w->m, -1, NULL);
	uv_timer_init(&w->uv, &w->tick);
	uv_timer_start(&w->tick, on_tick, 1, 1);
	WAIT_FOR(w->ticks == 5);
	assert_int_equal(w->turns, 0);
	w->thread_done = true;
	WAIT_FOR(w->turns);
	assert_int_equal(w->turn_result, 0);
}

static void machine_that_never_rests_is_stopped_with_a_finding(void **state)
{
	const struct osim_options options = {.size = sizeof(options), .steps_max = 20000};

	(void)state;
	osim_machine_free(w->m);
	w->m = machine(&options);
	w->loop = attach(w->m);
	osim_spawn(w->m, "busy", yield_for_ever, w->m, -1, NULL);
	WAIT_FOR(w->turns);
	assert_int_equal(w->turn_result, -ELOOP);
	assert_string_equal(osim_finding_get(w->m, 0)->id, "machine.livelock");
	assert_int_equal(active_timers(), 0);
	osim_loop_raise(w->loop, OSIM_NOTIF_INTID, 0);
	uv_run(&w->uv, UV_RUN_NOWAIT);
	assert_int_equal(w->turns, 1);
	assert_true(uv_backend_timeout(&w->uv) > 0);
}

static void two_machines_in_one_loop_each_have_their_own_lines(void **state)
{
	struct osim_machine *other = machine(NULL);
	struct osim_loop *loop;

	(void)state;
	w->loop = attach(w->m);
	loop = attach(other);
	osim_set_irq_handler(other, NULL, NULL);
	assert_int_equal(osim_spawn(other, "o", set_done, &w->thread_done, -1, NULL), 0);
	assert_int_equal(osim_loop_raise(w->loop, OSIM_NOTIF_INTID, 0), 0);
	WAIT_FOR(w->interrupts && w->thread_done);
	assert_int_equal(osim_loop_detach(loop, on_closed, NULL), 0);
	WAIT_FOR(w->closed);
	w->closed = 0;
	assert_int_equal(osim_loop_raise(w->loop, OSIM_NOTIF_INTID, 0), 0);
	WAIT_FOR(w->interrupts == 2);
	osim_machine_free(other);
}

static void count_handles(uv_handle_t *handle, void *arg)
{
	(void)handle;
	++*(unsigned int *)arg;
}

static void detach_leaves_no_handle_and_keeps_what_there_is_to_do(void **state)
{
	struct osim_irq_state line;
	unsigned int handles = 0;
	uint64_t then_ns;

	(void)state;
	w->loop = attach(w->m);
	osim_spawn(w->m, "sleeper", sleep_20_ms, NULL, -1, NULL);
	uv_run(&w->uv, UV_RUN_NOWAIT);
	osim_loop_raise(w->loop, OSIM_NOTIF_INTID, 0);
	then_ns = osim_now_ns(w->m);
	assert_int_equal(osim_loop_detach(w->loop, on_closed, NULL), 0);
	w->loop = NULL;
	assert_int_equal(w->closed, 0);
	WAIT_FOR(w->closed == 1);
	uv_walk(&w->uv, count_handles, &handles);
	assert_int_equal(handles, 1);
	assert_false(w->thread_done);
	assert_int_equal(osim_irq_get(w->m, OSIM_NOTIF_INTID, 0, &line), 0);
	assert_true(line.pending);
	assert_true(osim_now_ns(w->m) >= then_ns);
	/* The rest goes in virtual time. */
	assert_int_equal(osim_run(w->m), 0);
	assert_true(w->thread_done);
	assert_int_equal(w->interrupts, 1);
	assert_int_equal(w->closed, 1);
}

static void machine_freed_while_attached_leaves_the_loop(void **state)
{
	unsigned int handles = 0;

	(void)state;
	attach(w->m);
	osim_machine_free(w->m);
	w->m = NULL;
	uv_run(&w->uv, UV_RUN_NOWAIT);
	uv_walk(&w->uv, count_handles, &handles);
	assert_int_equal(handles, 1);
}

static void free_machine(void *arg, struct osim_machine *m, int result, uint64_t deadline_ns)
{
	on_turn(arg, m, result, deadline_ns);
	osim_machine_free(m);
	w->m = NULL;
}

static void machine_freed_in_its_own_turn_callback_leaves_the_loop(void **state)
{
	const struct osim_loop_options options = {.size = sizeof(options), .turn = free_machine};
	struct osim_loop *loop;

	(void)state;
	assert_int_equal(osim_loop_attach(w->m, &w->uv, &options, &loop), 0);
	osim_loop_raise(loop, OSIM_NOTIF_INTID, 0);
	WAIT_FOR(w->turns);
	assert_null(w->m);
}

static void attach_to_what_cannot_be_attached_says_why(void **state)
{
	const struct osim_loop_options bad = {.size = 1};
	struct osim_loop *loop = NULL;

	(void)state;
	assert_int_equal(osim_loop_attach(w->m, &w->uv, &bad, &loop), -EINVAL);
	assert_non_null(strstr(osim_last_error(), "osim_loop_options"));
	w->loop = attach(w->m);
	assert_int_equal(osim_loop_attach(w->m, &w->uv, NULL, &loop), -EBUSY);
	assert_null(loop);
}

static uint64_t clock_of_ones_own(void *arg)
{
	(void)arg;
	return 0;
}

static void attach_of_a_machine_with_a_clock_of_its_own_is_refused(void **state)
{
	const struct osim_backend backend = {.size = sizeof(backend), .now_ns = clock_of_ones_own};
	const struct osim_options options = {.size = sizeof(options), .backend = &backend};
	struct osim_loop *loop;

	(void)state;
	osim_machine_free(w->m);
	w->m = machine(&options);
	assert_int_equal(osim_loop_attach(w->m, &w->uv, NULL, &loop), -EINVAL);
	assert_non_null(strstr(osim_last_error(), "clock"));
}

static void machine_that_left_a_loop_can_enter_another(void **state)
{
	(void)state;
	for (unsigned int i = 1; i <= 3; i++) {
		w->loop = attach(w->m);
		osim_loop_raise(w->loop, OSIM_NOTIF_INTID, 0);
		WAIT_FOR(w->interrupts == i);
		assert_int_equal(osim_loop_detach(w->loop, on_closed, NULL), 0);
		WAIT_FOR(w->closed == i);
	}
	w->loop = NULL;
}

static void detach_inside(void *arg)
{
	(void)arg;
	w->result = osim_loop_detach(w->loop, on_closed, NULL);
	w->thread_done = true;
}

static void detach_from_inside_the_machine_is_refused(void **state)
{
	(void)state;
	w->loop = attach(w->m);
	osim_spawn(w->m, "d", detach_inside, NULL, -1, NULL);
	WAIT_FOR(w->thread_done);
	assert_int_equal(w->result, -EBUSY);
}

static bool interrupted(void *arg)
{
	(void)arg;
	return w->interrupts;
}

static void run_that_blocks_takes_a_raise_from_another_thread(void **state)
{
	const struct osim_loop_options options = {.size = sizeof(options), .patience_ms = GUARD_MS};
	uv_thread_t thread;

	(void)state;
	assert_int_equal(osim_loop_attach(w->m, &w->uv, &options, &w->loop), 0);
	assert_int_equal(uv_thread_create(&thread, raise_many, (void *)1), 0);
	assert_int_equal(osim_run_until(w->m, interrupted, NULL), 0);
	uv_thread_join(&thread);
	/* The loop comes round later and finds the edge taken. */
	uv_run(&w->uv, UV_RUN_NOWAIT);
	assert_int_equal(w->interrupts, 1);
}

static void run_that_blocks_takes_a_post_from_another_thread(void **state)
{
	const struct osim_loop_options options = {.size = sizeof(options), .patience_ms = GUARD_MS};
	uv_thread_t thread;

	(void)state;
	assert_int_equal(osim_loop_attach(w->m, &w->uv, &options, &w->loop), 0);
	assert_int_equal(uv_thread_create(&thread, post_5, w->m), 0);
	assert_int_equal(osim_run_until(w->m, interrupted, NULL), 0);
	uv_thread_join(&thread);
}

static void run_that_blocks_waits_for_a_timer_on_the_wall_clock(void **state)
{
	uint64_t begin_ns = uv_hrtime();

	(void)state;
	w->loop = attach(w->m);
	osim_spawn(w->m, "sleeper", sleep_20_ms, NULL, -1, NULL);
	assert_int_equal(osim_run(w->m), 0);
	assert_true(w->thread_done);
	assert_true(uv_hrtime() - begin_ns >= 20000000);
}

static void run_that_blocks_gives_up_when_nothing_comes_in(void **state)
{
	(void)state;
	w->loop = attach(w->m);
	assert_int_equal(osim_run_until(w->m, interrupted, NULL), -EDEADLK);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(raise_from_another_thread_reaches_the_handler),
		CASE(raises_that_libuv_merges_are_one_edge),
		CASE(raise_of_a_line_of_ones_own_arrives_on_it),
		CASE(raise_of_a_per_cpu_line_arrives_on_that_cpu),
		CASE(sleep_of_a_thread_ends_on_the_wall_clock),
		CASE(loop_has_a_timer_only_while_the_machine_has_one_armed),
		CASE(timer_of_the_far_future_does_not_keep_the_loop_awake),
		CASE(post_from_another_thread_becomes_an_interrupt),
		CASE(post_in_a_callback_becomes_an_interrupt_before_the_loop_sleeps),
		CASE(thread_spawned_in_a_callback_runs_in_the_same_iteration),
		CASE(machine_that_does_not_rest_leaves_the_callers_handles_their_turn),
		CASE(machine_that_never_rests_is_stopped_with_a_finding),
		CASE(two_machines_in_one_loop_each_have_their_own_lines),
		CASE(detach_leaves_no_handle_and_keeps_what_there_is_to_do),
		CASE(machine_freed_while_attached_leaves_the_loop),
		CASE(machine_freed_in_its_own_turn_callback_leaves_the_loop),
		CASE(attach_to_what_cannot_be_attached_says_why),
		CASE(attach_of_a_machine_with_a_clock_of_its_own_is_refused),
		CASE(machine_that_left_a_loop_can_enter_another),
		CASE(detach_from_inside_the_machine_is_refused),
		CASE(run_that_blocks_takes_a_raise_from_another_thread),
		CASE(run_that_blocks_takes_a_post_from_another_thread),
		CASE(run_that_blocks_waits_for_a_timer_on_the_wall_clock),
		CASE(run_that_blocks_gives_up_when_nothing_comes_in),
	};

	return cmocka_run_group_tests_name("loop.attach", tests, NULL, NULL);
}
