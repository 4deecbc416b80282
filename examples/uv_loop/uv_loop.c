/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine in a program's own uv loop, in real time: a driver waits for notifications there,
 * beside a timer that has nothing to do with it, and another thread plays the producer in the
 * secure world.
 */
#include <stdio.h>
#include <uv.h>

#include <optee_sim/driver.h>
#include <optee_sim/loop.h>
#include <optee_sim/secure.h>

OSIM_DRIVER_DECLARE(model);

#define VALUES	 3
#define GUARD_MS 10000

struct program {
	uv_loop_t uv;
	uv_timer_t heartbeat; /* something else that the program does */
	unsigned int beats;
	uv_timer_t guard;
	uv_thread_t producer;
	struct osim_machine *m;
	struct osim_loop *loop;
	bool failed;
};

static void on_heartbeat(uv_timer_t *handle)
{
	struct program *p = handle->data;

	p->beats++;
}

/* The machine's time line, as it happens. */
static void on_event(void *arg, const struct osim_event *e)
{
	(void)arg;
	if (e->kind == OSIM_EVENT_LOG)
		printf("%6.1f ms  cpu%u  log: %s\n", (double)e->time_ns / 1e6, e->cpu, e->text);
	else if (e->kind == OSIM_EVENT_IRQ_ENTER)
		printf("%6.1f ms  cpu%u  interrupt %u\n", (double)e->time_ns / 1e6, e->cpu,
		       e->intid);
	else if (e->kind == OSIM_EVENT_RETRIEVE)
		printf("%6.1f ms  cpu%u  value %u\n", (double)e->time_ns / 1e6, e->cpu, e->value);
	else if (e->kind == OSIM_EVENT_BOTTOM_HALF)
		printf("%6.1f ms  cpu%u  bottom half %s\n", (double)e->time_ns / 1e6, e->cpu,
		       e->flags & OSIM_EVENT_F_END ? "ends" : "begins");
}

/* Another thread: osim_post() and osim_loop_raise() are what it may call. */
static void produce(void *arg)
{
	struct program *p = arg;

	if (osim_post(p->m, 5) || osim_post(p->m, 2) || osim_post(p->m, 0))
		p->failed = true;
}

static void close_all(struct program *p)
{
	osim_loop_detach(p->loop, NULL, NULL);
	uv_close((uv_handle_t *)&p->heartbeat, NULL);
	uv_close((uv_handle_t *)&p->guard, NULL);
}

static void on_guard(uv_timer_t *handle)
{
	struct program *p = handle->data;

	fprintf(stderr, "nothing came within %d ms\n", GUARD_MS);
	p->failed = true;
	close_all(p);
}

/* The machine has done what there was to do. When all is there, everything is closed. */
static void on_turn(void *arg, struct osim_machine *m, int result, uint64_t deadline_ns)
{
	struct program *p = arg;

	(void)deadline_ns;
	if (result)
		p->failed = true;
	if (!result && (osim_stats(m)->retrieved < VALUES || !osim_stats(m)->bottom_halves))
		return;
	/* Blocks the loop for as long as the driver's remove takes. */
	if (osim_unbind(m))
		p->failed = true;
	close_all(p);
}

static int start(struct program *p)
{
	const struct osim_loop_options options = {
		.size = sizeof(options), .turn = on_turn, .arg = p};
	int rc;

	uv_timer_init(&p->uv, &p->heartbeat);
	uv_timer_init(&p->uv, &p->guard);
	p->heartbeat.data = p->guard.data = p;
	uv_timer_start(&p->heartbeat, on_heartbeat, 0, 1);
	uv_timer_start(&p->guard, on_guard, GUARD_MS, 0);
	osim_set_event_sink(p->m, on_event, NULL);
	rc = osim_bind(p->m, &osim_driver_model, NULL);
	if (!rc)
		rc = osim_loop_attach(p->m, &p->uv, &options, &p->loop);
	return rc ? rc : uv_thread_create(&p->producer, produce, p);
}

int main(void)
{
	struct program p = {0};
	bool ok;

	if (uv_loop_init(&p.uv) || osim_machine_new(NULL, &p.m)) {
		fprintf(stderr, "%s\n", osim_last_error());
		return 1;
	}
	if (start(&p)) {
		fprintf(stderr, "%s\n", osim_last_error());
		return 1;
	}
	uv_run(&p.uv, UV_RUN_DEFAULT);
	uv_thread_join(&p.producer);
	/* Nothing is left in the loop, and nothing of the driver. */
	ok = !uv_loop_close(&p.uv) && !p.failed && p.beats && !osim_finding_count(p.m) &&
	     !osim_live_count(p.m, OSIM_LIVE_COUNT);
	osim_machine_free(p.m);
	puts(ok ? "done" : "failed");
	return ok ? 0 : 1;
}
