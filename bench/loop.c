/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <uv.h>

#include <optee_sim/loop.h>

#include "bench.h"

/*
 * A thread sends, the loop's thread calls back: the time between. The thread is told by a
 * semaphore, so both sides begin from sleep, as in a program that has nothing else to do.
 */
static uv_loop_t loop;
static uv_async_t bare;
static struct osim_loop *attached;
static uv_sem_t go;
static bool through_machine, stop;
static uint64_t sent_ns, came_ns;

static void sender(void *arg)
{
	(void)arg;
	for (;;) {
		uv_sem_wait(&go);
		if (stop)
			return;
		sent_ns = bench_now_ns();
		if (through_machine)
			osim_loop_raise(attached, OSIM_NOTIF_INTID, 0);
		else
			uv_async_send(&bare);
	}
}

static void on_bare(uv_async_t *handle)
{
	(void)handle;
	came_ns = bench_now_ns();
	uv_stop(&loop);
}

static void on_irq(void *arg, struct osim_machine *m, unsigned int cpu, uint32_t intid)
{
	(void)arg;
	(void)m;
	(void)cpu;
	(void)intid;
	came_ns = bench_now_ns();
	uv_stop(&loop);
}

static double once(bool machine)
{
	through_machine = machine;
	uv_sem_post(&go);
	uv_run(&loop, UV_RUN_DEFAULT);
	return (double)(came_ns - sent_ns);
}

static double once_bare(void)
{
	return once(false);
}

static double once_through_machine(void)
{
	return once(true);
}

void bench_loop(void)
{
	struct osim_machine *m = NULL;
	uv_thread_t thread;

	bench_check(!uv_loop_init(&loop) && !uv_async_init(&loop, &bare, on_bare) &&
			    !uv_sem_init(&go, 0) && !osim_machine_new(NULL, &m),
		    "no loop or no machine");
	osim_set_irq_handler(m, on_irq, NULL);
	bench_check(!osim_loop_attach(m, &loop, NULL, &attached), osim_last_error());
	bench_check(!uv_thread_create(&thread, sender, NULL), "no thread");
	bench_row(
		&(struct bench_row){.name = "raise of another thread to handler; to uv_async_send",
				    .bound = 1.3,
				    .base = once_bare,
				    .run = once_through_machine,
				    .batches = 4001});
	stop = true;
	uv_sem_post(&go);
	uv_thread_join(&thread);
	osim_machine_free(m);
	uv_close((uv_handle_t *)&bare, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	uv_sem_destroy(&go);
}
