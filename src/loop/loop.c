/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <uv.h>

#include <optee_sim/loop.h>

#include "machine/machine.h"

/* Scheduling decisions of one turn, about a millisecond: then the loop's other handles have theirs.
 */
#define TURN_STEPS 10000u
/* What a decision is taken to cost at least when a livelock is told from work that takes its time.
 */
#define STEP_NS		    1000u
#define PATIENCE_DEFAULT_MS 1000u
#define NS_PER_MS	    1000000u
/* A deadline beyond it is no deadline: centuries, and sums with it would wrap. */
#define FAR_NS (UINT64_MAX / 2)

/* An interrupt line. The list only grows while other threads may look at it. */
struct line {
	struct line *next;
	uv_async_t async;
	uint32_t intid;
	unsigned int cpu;
	bool raised; /* and not yet taken up */
};

struct osim_loop {
	struct osim_machine *m; /* NULL once detached */
	uv_loop_t *uv;
	struct osim_loop_options options;
	uv_async_t wake;
	uv_timer_t timer; /* wakes the loop when the machine's next timer is due */
	uv_idle_t more;	  /* keeps the loop from sleeping while there is more to do */
	uv_prepare_t prepare;
	struct line *lines;
	unsigned int handles; /* not yet closed */
	uint64_t base_ns;     /* the machine's clock when uv_hrtime() was start_ns */
	uint64_t start_ns;
	uint64_t armed_ns; /* the deadline that the uv_timer_t is for */
	uint64_t steps;	   /* decisions since the machine was last at rest */
	uint64_t busy_ns;  /* since when it is not at rest */
	bool in_turn;
	bool stopped;
	/* For a run that blocks the loop's thread: libuv cannot wake that one. */
	uv_mutex_t lock;
	uv_cond_t came_in;
	bool woken;
	void (*closed)(void *arg);
	void *closed_arg;
};

static uint64_t now_ns(void *arg)
{
	const struct osim_loop *l = arg;

	return l->base_ns + (uv_hrtime() - l->start_ns);
}

/* --- what comes in --- */

static void notice(struct osim_loop *l, struct line *line)
{
	uv_mutex_lock(&l->lock);
	if (line)
		line->raised = true;
	l->woken = true;
	uv_cond_signal(&l->came_in);
	uv_mutex_unlock(&l->lock);
	uv_async_send(line ? &line->async : &l->wake);
}

static void wake(void *arg)
{
	notice(arg, NULL);
}

static struct line *line_of(const struct osim_loop *l, uint32_t intid, unsigned int cpu)
{
	struct line *line = __atomic_load_n(&l->lines, __ATOMIC_ACQUIRE);

	while (line && (line->intid != intid || (intid < OSIM_PPI_END && line->cpu != cpu)))
		line = line->next;
	return line;
}

int osim_loop_raise(struct osim_loop *loop, uint32_t intid, unsigned int cpu)
{
	struct line *line = line_of(loop, intid, cpu);

	if (!line)
		return -ENOENT;
	notice(loop, line);
	return 0;
}

static void take_up(struct osim_loop *l, struct line *line)
{
	bool raised;

	uv_mutex_lock(&l->lock);
	raised = line->raised;
	line->raised = false;
	uv_mutex_unlock(&l->lock);
	if (raised)
		osim_irq_raise(l->m, line->intid, line->cpu);
}

/* --- the machine's turn --- */

/* Both only bring the loop round: on_prepare() looks what there is to do. */
static void on_timer(uv_timer_t *handle)
{
	struct osim_loop *l = handle->data;

	l->armed_ns = OSIM_NEVER;
}

static void on_more(uv_idle_t *handle)
{
	(void)handle;
}

/*
 * libuv counts in whole milliseconds of the clock of uv_hrtime(), from a time that it reads once
 * per iteration: what is asked for is the first millisecond that is not before the deadline.
 */
static void arm(struct osim_loop *l, uint64_t deadline_ns)
{
	uint64_t due_ms = 0, loop_ms = uv_now(l->uv);

	l->armed_ns = deadline_ns;
	if (deadline_ns > FAR_NS) {
		uv_timer_stop(&l->timer);
		return;
	}
	if (deadline_ns > l->base_ns)
		due_ms = (deadline_ns - l->base_ns + l->start_ns + NS_PER_MS - 1) / NS_PER_MS;
	uv_timer_start(&l->timer, on_timer, due_ms > loop_ms ? due_ms - loop_ms : 0, 0);
}

/* There was more to do than one turn may take. false: and it never ends. */
static bool goes_on(struct osim_loop *l)
{
	uint64_t steps_max = l->m->sched.budget_max;

	l->steps += TURN_STEPS;
	if (l->steps >= steps_max && now_ns(l) - l->busy_ns >= steps_max * STEP_NS) {
		l->stopped = true;
		osim__machine_livelock(l->m, l->steps);
		return false;
	}
	uv_idle_start(&l->more, on_more);
	return true;
}

static void turn(struct osim_loop *l)
{
	uint64_t deadline_ns;
	int rc;

	if (l->stopped)
		return;
	if (!l->steps)
		l->busy_ns = now_ns(l);
	l->in_turn = true;
	rc = osim__machine_slice(l->m, TURN_STEPS);
	l->in_turn = false;
	if (rc == -ELOOP && goes_on(l))
		return;
	l->steps = 0;
	uv_idle_stop(&l->more);
	deadline_ns = l->stopped ? OSIM_NEVER : osim__timer_next_ns(&l->m->sched);
	arm(l, deadline_ns);
	if (l->options.turn)
		l->options.turn(l->options.arg, l->m, l->stopped ? -ELOOP : 0, deadline_ns);
}

static void on_line(uv_async_t *handle)
{
	struct osim_loop *l = handle->data;

	take_up(l, (struct line *)((char *)handle - offsetof(struct line, async)));
	turn(l);
}

static void on_wake(uv_async_t *handle)
{
	turn(handle->data);
}

/* What the caller's own callbacks did to the machine, and what is due, is done before the loop
 * sleeps. */
static void on_prepare(uv_prepare_t *handle)
{
	struct osim_loop *l = handle->data;
	uint64_t deadline_ns = osim__timer_next_ns(&l->m->sched);

	if (l->stopped)
		return;
	if (osim__sched_can_run(&l->m->sched) || deadline_ns <= now_ns(l))
		turn(l);
	else if (deadline_ns != l->armed_ns)
		arm(l, deadline_ns);
}

/* --- a run that blocks --- */

/* false: nothing came in. */
static bool sleep_until(struct osim_loop *l, uint64_t deadline_ns)
{
	uint64_t now;
	bool woken;
	int rc = 0;

	uv_mutex_lock(&l->lock);
	while (!l->woken && !rc && (now = now_ns(l)) < deadline_ns)
		rc = uv_cond_timedwait(&l->came_in, &l->lock, deadline_ns - now);
	woken = l->woken;
	l->woken = false;
	uv_mutex_unlock(&l->lock);
	return woken;
}

static int idle(void *arg, uint64_t deadline_ns)
{
	struct osim_loop *l = arg;
	bool for_ever = deadline_ns == OSIM_NEVER;

	if (l->in_turn)
		return -EAGAIN;
	if (for_ever && !l->m->sched.done)
		return -EDEADLK;
	if (for_ever)
		deadline_ns = now_ns(l) + (uint64_t)l->options.patience_ms * NS_PER_MS;
	if (!sleep_until(l, deadline_ns) && for_ever)
		return -EDEADLK;
	for (struct line *line = l->lines; line; line = line->next)
		take_up(l, line);
	return 0;
}

/* --- life --- */

static void on_closed(uv_handle_t *handle)
{
	struct osim_loop *l = handle->data;
	struct line *line;

	if (--l->handles)
		return;
	while ((line = l->lines)) {
		l->lines = line->next;
		free(line);
	}
	uv_cond_destroy(&l->came_in);
	uv_mutex_destroy(&l->lock);
	if (l->closed)
		l->closed(l->closed_arg);
	free(l);
}

static void close_handles(struct osim_loop *l)
{
	for (struct line *line = l->lines; line; line = line->next)
		uv_close((uv_handle_t *)&line->async, on_closed);
	uv_close((uv_handle_t *)&l->prepare, on_closed);
	uv_close((uv_handle_t *)&l->timer, on_closed);
	uv_close((uv_handle_t *)&l->more, on_closed);
	uv_close((uv_handle_t *)&l->wake, on_closed);
}

static void loop_free(struct osim_machine *m)
{
	osim_loop_detach(m->loop, NULL, NULL);
}

int osim_loop_line(struct osim_loop *loop, uint32_t intid, unsigned int cpu)
{
	struct osim_irq_state state;
	struct line *line;
	int rc = osim_irq_get(loop->m, intid, cpu, &state);

	if (rc || line_of(loop, intid, cpu))
		return rc;
	line = calloc(1, sizeof(*line));
	if (!line)
		return -ENOMEM;
	rc = uv_async_init(loop->uv, &line->async, on_line);
	if (rc) {
		free(line);
		return rc;
	}
	line->async.data = loop;
	line->intid = intid;
	line->cpu = cpu;
	line->next = loop->lines;
	loop->handles++;
	__atomic_store_n(&loop->lines, line, __ATOMIC_RELEASE);
	return 0;
}

static int check_options(const struct osim_machine *m, const struct osim_loop_options *options)
{
	if (options && options->size != sizeof(*options))
		return osim__error(-EINVAL,
				   "loop: size %zu is not that of struct osim_loop_options",
				   options->size);
	if (m->loop || m->sched.running || m->sched.executing != &m->sched.host)
		return osim__error(-EBUSY, "loop: the machine is in a loop already, or running");
	if (m->clock.now_ns || m->clock.idle)
		return osim__error(-EINVAL, "loop: the machine's clock or idle step is replaced");
	return 0;
}

static int make_lock(struct osim_loop *l)
{
	int rc = uv_mutex_init(&l->lock);

	if (rc)
		return rc;
	rc = uv_cond_init(&l->came_in);
	if (rc)
		uv_mutex_destroy(&l->lock);
	return rc;
}

/* All or nothing, but that handles which were made need the loop to be closed. */
static int make(struct osim_loop *l)
{
	int rc = make_lock(l);

	if (rc) {
		free(l);
		return rc;
	}
	rc = uv_async_init(l->uv, &l->wake, on_wake);
	if (rc) {
		uv_cond_destroy(&l->came_in);
		uv_mutex_destroy(&l->lock);
		free(l);
		return rc;
	}
	uv_timer_init(l->uv, &l->timer);
	uv_idle_init(l->uv, &l->more);
	uv_prepare_init(l->uv, &l->prepare);
	l->wake.data = l->timer.data = l->more.data = l->prepare.data = l;
	l->handles = 4;
	for (unsigned int c = 0; !rc && c < l->m->sched.cpu_count; c++)
		rc = osim_loop_line(l, l->m->notif_intid, c);
	if (rc)
		close_handles(l);
	return rc;
}

int osim_loop_attach(struct osim_machine *m, struct uv_loop_s *uv,
		     const struct osim_loop_options *options, struct osim_loop **out)
{
	struct osim_loop *l;
	int rc = check_options(m, options);

	if (rc)
		return rc;
	l = calloc(1, sizeof(*l));
	if (!l)
		return -ENOMEM;
	*l = (struct osim_loop){.m = m, .uv = uv, .armed_ns = OSIM_NEVER};
	if (options)
		l->options = *options;
	if (!l->options.patience_ms)
		l->options.patience_ms = PATIENCE_DEFAULT_MS;
	rc = make(l);
	if (rc)
		return rc;
	l->base_ns = osim_now_ns(m);
	l->start_ns = uv_hrtime();
	osim__machine_set_clock(m, &(struct osim__clock){.now_ns = now_ns, .idle = idle, .arg = l});
	m->loop = l;
	m->loop_free = loop_free;
	uv_prepare_start(&l->prepare, on_prepare);
	osim__machine_set_wake(m, wake, l);
	/* What was left before; and the fake secure world learns whose thread this is. */
	if (m->inbox)
		m->inbox(m);
	*out = l;
	return 0;
}

int osim_loop_detach(struct osim_loop *loop, void (*closed)(void *arg), void *arg)
{
	struct osim_machine *m = loop->m;

	if (m->sched.running || m->sched.executing != &m->sched.host)
		return -EBUSY;
	osim__machine_set_wake(m, NULL, NULL);
	for (struct line *line = loop->lines; line; line = line->next)
		take_up(loop, line);
	osim__machine_set_clock(m, NULL);
	m->loop = NULL;
	m->loop_free = NULL;
	loop->m = NULL;
	loop->closed = closed;
	loop->closed_arg = arg;
	close_handles(loop);
	return 0;
}
