/* SPDX-License-Identifier: BSD-2-Clause */
#include "jobs/disturb.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/driver.h>

#include "machine/irq.h"
#include "stim/scenarios.h"

/* Interrupts of a storm, one at each event. */
#define STORM 64u
/* How long an interrupt is late, and a CPU is away. */
#define LATE_NS 1000000u
/* A driver that leaves waits so long for programs before they are killed. */
#define PATIENCE_NS 3000000000ull
/* How often an RPC that is late lets interrupts through first. */
#define FOREIGN 3u

int osim__disturb_fault(struct osim__disturb *d, enum osim_fault kind)
{
	uint32_t nth = d->faults[kind]++;

	if (d->x->plan != OSIM__PLAN_FAULT || d->x->a != (uint32_t)kind || d->x->at != nth)
		return 0;
	return kind == OSIM_FAULT_COPY ? -EFAULT : kind == OSIM_FAULT_IRQ ? -EBUSY : -ENOMEM;
}

/* An RPC is not what the secure world asks, or is. */
static void wrong(struct osim__disturb *d, bool is)
{
	d->wronged = d->stage->m->misled = is;
}

/* --- at an event --- */

static void raise_notif(struct osim__disturb *d)
{
	osim_irq_raise(d->stage->m, osim_notif_intid(d->stage->m), 0);
}

/* Program number, from 1; 0: each. */
static void kill_program(const struct osim__disturb *d, uint32_t number)
{
	for (unsigned int i = 0; i < d->stage->tasks; i++)
		if (!number || number == i + 1)
			osim_task_signal(d->stage->task[i], true);
}

static void patience_ends(void *arg)
{
	kill_program(arg, 0);
}

/* What happens later. */
static void arm(struct osim__disturb *d, osim__timer_fn *fn, uint64_t delay_ns)
{
	struct osim__sched *s = &d->stage->m->sched;

	osim__timer_arm(s, &d->timer, osim__sched_now_ns(s) + delay_ns, fn, d);
}

static void unbind(void *arg)
{
	osim_unbind(((struct osim__disturb *)arg)->stage->m);
}

static bool is_thread_held(const struct osim__disturb *d)
{
	const struct osim__secure *s = osim__secure_of(d->stage->m);

	for (const struct osim__guest *g = s ? s->guests : NULL; g; g = g->next)
		for (uint32_t i = 0; i < s->thread_count; i++)
			if (g->threads[i].state != OSIM__STHREAD_FREE)
				return true;
	return false;
}

static void stop(struct osim__disturb *d)
{
	d->stopped = true;
	osim__sched_stop(&d->stage->m->sched);
}

static void shut_down(void *arg)
{
	struct osim__disturb *d = arg;

	osim_shutdown(d->stage->m);
	d->inside = true;
	stop(d);
}

static void unplug(void *arg)
{
	struct osim_machine *m = ((struct osim__disturb *)arg)->stage->m;

	if (osim_cpu_set_online(m, 1, false))
		return;
	osim_sleep_ns(m, LATE_NS);
	osim_cpu_set_online(m, 1, true);
}

static void act(struct osim__disturb *d)
{
	struct osim_machine *m = d->stage->m;

	switch (d->x->plan) {
	case OSIM__PLAN_POST:
		osim_post(m, d->x->a);
		break;
	case OSIM__PLAN_SPURIOUS:
	case OSIM__PLAN_STORM:
		raise_notif(d);
		break;
	case OSIM__PLAN_ROUTE:
		osim_irq_route(m, osim_notif_intid(m), (int)d->x->a);
		break;
	case OSIM__PLAN_KILL:
		kill_program(d, d->x->a);
		break;
	case OSIM__PLAN_UNBIND:
		osim_spawn(m, "remove", unbind, d, -1, NULL);
		arm(d, patience_ends, PATIENCE_NS);
		break;
	case OSIM__PLAN_KEXEC:
		osim_spawn(m, "shutdown", shut_down, d, -1, NULL);
		break;
	case OSIM__PLAN_CRASH:
	case OSIM__PLAN_KDUMP:
		stop(d);
		break;
	case OSIM__PLAN_UNPLUG:
		osim_spawn(m, "hotplug", unplug, d, -1, NULL);
		break;
	default:
		break;
	}
}

static void comes_late(void *arg)
{
	raise_notif(arg);
}

static void on_raise(struct osim__disturb *d)
{
	bool lost = d->x->plan == OSIM__PLAN_LOST, late = d->x->plan == OSIM__PLAN_LATE;

	if (d->raises++ != d->x->at || (!lost && !late))
		return;
	osim__irq_lose(d->stage->m, osim_notif_intid(d->stage->m));
	if (late)
		arm(d, comes_late, LATE_NS);
}

void osim__disturb_event(struct osim__disturb *d, const struct osim_event *e)
{
	uint32_t last = d->x->at + (d->x->plan == OSIM__PLAN_STORM ? STORM - 1 : 0), nth;

	/* The kernel's end. */
	if (d->stopped && e->kind == OSIM_EVENT_DRIVER &&
	    !strncmp(e->text, "crash ", strlen("crash ")))
		d->held |= is_thread_held(d);
	if (d->inside)
		return;
	if (e->kind == OSIM_EVENT_IRQ_RAISE && e->intid == osim_notif_intid(d->stage->m))
		on_raise(d);
	nth = d->events++;
	if (nth < d->x->at || nth > last)
		return;
	d->inside = true;
	act(d);
	/* What follows the end of this kernel is not counted. */
	d->inside = d->stopped;
}

/* --- in a message --- */

static void note_message(struct osim__disturb *d, const struct osim_event *e, bool rpc)
{
	struct osim__asked *asked;
	uint32_t nth = rpc ? d->rpcs : d->messages;

	if (!d->measure || nth >= OSIM__ASKED_MAX)
		return;
	asked = rpc ? &d->measure->rpc[nth] : &d->measure->message[nth];
	asked->func = rpc ? e->value : 0;
	if (!e->msg)
		return;
	asked->cmd = e->msg->cmd;
	asked->num_params = e->msg->num_params;
	if (e->msg->num_params && e->msg->num_params <= OSIM_EVENT_PARAMS)
		asked->sub = (uint32_t)OSIM_MSG_PARAMS(e->msg)->u.value.a;
}

static struct osim__mem where(const struct osim__disturb *d, const struct osim_event *e, bool rpc)
{
	return osim__thread_message(osim__secure_of(d->stage->m), e->secure_thread, rpc);
}

/* A part of the message, as far as it is there; without the points at which a thread of the secure
 * world is interrupted. */
static void copy(const struct osim__disturb *d, const struct osim__mem *mem, void *buf, size_t at,
		 size_t bytes, bool write)
{
	unsigned char *p = buf;
	size_t n;

	for (; mem->shm && bytes && at < mem->size; at += n, p += n, bytes -= n) {
		uint64_t pa = osim__shm_pa(mem->shm, mem->offset + at);

		/* No word crosses a page. */
		n = bytes < sizeof(uint64_t) ? bytes : sizeof(uint64_t);
		if (write)
			osim_mem_write(d->stage->m, pa, p, n);
		else
			osim_mem_read(d->stage->m, pa, p, n);
	}
}

static void read_message(const struct osim__disturb *d, const struct osim__mem *mem,
			 struct osim__msg *msg)
{
	memset(msg, 0, sizeof(*msg));
	copy(d, mem, msg, 0, sizeof(*msg), false);
}

static void write_message(const struct osim__disturb *d, struct osim__msg *msg)
{
	copy(d, &d->asked.where, msg, 0, sizeof(*msg), true);
}

static void write_word(const struct osim__disturb *d, const struct osim__mem *mem, size_t at,
		       uint64_t value)
{
	copy(d, mem, &value, at,
	     at < sizeof(struct osim_msg_arg) ? sizeof(uint32_t) : sizeof(uint64_t), true);
}

static const struct osim_event *alter(const struct osim__disturb *d, const struct osim_event *e,
				      bool rpc, struct osim__altered *altered)
{
	struct osim__mem mem = where(d, e, rpc);

	if (!mem.shm || !e->msg)
		return e;
	write_word(d, &mem, d->x->a, d->x->b);
	read_message(d, &mem, &altered->msg);
	altered->event = *e;
	altered->event.msg = &altered->msg.arg;
	return &altered->event;
}

/* Which RPC of ours is asked before this one? false: none that could be. */
static bool choose_ours(const struct osim__disturb *d, const struct osim__rpc_ask *now,
			struct osim__rpc_ask *ours)
{
	*ours = *now;
	switch (d->x->plan) {
	case OSIM__PLAN_FOREIGN:
		*ours = (struct osim__rpc_ask){.func = OPTEE_SMC_RPC_FUNC_FOREIGN_INTR};
		return true;
	case OSIM__PLAN_AGAIN:
		return true;
	case OSIM__PLAN_STALE:
		*ours = d->last;
		/* Its message stands where that of this one does. */
		return d->rpcs > 1 && now->has_msg >= ours->has_msg;
	default:
		return false;
	}
}

static const struct osim_event *on_ask(struct osim__disturb *d, const struct osim_event *e,
				       const struct osim__rpc_ask *now,
				       struct osim__altered *altered)
{
	switch (d->x->plan) {
	case OSIM__PLAN_RPC:
		wrong(d, true);
		d->altered = true;
		return alter(d, e, true, altered);
	case OSIM__PLAN_REFUSE:
		d->refuse = d->hidden = true;
		d->asked.real = *now;
		return NULL;
	default:
		break;
	}
	if (!choose_ours(d, now, &d->asked.ours))
		return e;
	wrong(d, d->x->plan != OSIM__PLAN_FOREIGN);
	d->asked.ready = true;
	d->asked.real = *now;
	if (d->asked.ours.has_msg)
		write_message(d, &d->asked.ours.msg);
	altered->event = *e;
	altered->event.value = d->asked.ours.func;
	altered->event.msg = d->asked.ours.has_msg ? &d->asked.ours.msg.arg : NULL;
	return &altered->event;
}

static const struct osim_event *on_rpc_begin(struct osim__disturb *d, const struct osim_event *e,
					     struct osim__altered *altered)
{
	struct osim__mem mem = where(d, e, true);
	struct osim__rpc_ask now = {.func = e->value, .has_msg = e->msg && mem.shm};

	note_message(d, e, true);
	if (now.has_msg)
		read_message(d, &mem, &now.msg);
	if (d->rpcs++ == d->x->at && d->x->plan >= OSIM__PLAN_FOREIGN) {
		d->asked.where = mem;
		d->asked.index = e->secure_thread;
		e = on_ask(d, e, &now, altered);
	}
	d->last = now;
	return e;
}

static const struct osim_event *on_rpc_end(struct osim__disturb *d, const struct osim_event *e,
					   struct osim__altered *altered)
{
	if (e->secure_thread != d->asked.index || !(d->hidden || d->altered))
		return e;
	if (d->hidden) {
		d->hidden = false;
		return NULL;
	}
	d->altered = false;
	if (!e->msg || !d->asked.where.shm)
		return e;
	read_message(d, &d->asked.where, &altered->msg);
	altered->event = *e;
	altered->event.msg = &altered->msg.arg;
	return &altered->event;
}

const struct osim_event *osim__disturb_message(struct osim__disturb *d, const struct osim_event *e,
					       struct osim__altered *altered)
{
	bool end = e->flags & OSIM_EVENT_F_END;

	if (d->inside)
		return e;
	if (e->kind == OSIM_EVENT_RPC)
		return end ? on_rpc_end(d, e, altered) : on_rpc_begin(d, e, altered);
	if (e->kind != OSIM_EVENT_MESSAGE || !end)
		return e;
	note_message(d, e, false);
	return d->messages++ == d->x->at && d->x->plan == OSIM__PLAN_MSG
		       ? alter(d, e, false, altered)
		       : e;
}

/* --- in a call --- */

static uint32_t caller(const struct osim_machine *m)
{
	const struct osim__thread *t = osim__sched_current(&m->sched);

	return t ? t->id : 0;
}

static void tell(struct osim__disturb *d, const struct osim__rpc_ask *ask,
		 const struct osim__msg *msg, uint32_t flags)
{
	struct osim_event e = {.kind = OSIM_EVENT_RPC,
			       .flags = flags,
			       .value = ask->func,
			       .secure_thread = d->asked.index,
			       .msg = ask->has_msg ? &msg->arg : NULL};
	bool inside = d->inside;

	d->inside = true;
	osim__event_emit(d->stage->m, &e);
	d->inside = inside;
}

static void tell_answered(struct osim__disturb *d)
{
	struct osim__msg answer;

	if (d->asked.ours.has_msg)
		read_message(d, &d->asked.where, &answer);
	tell(d, &d->asked.ours, &answer, OSIM_EVENT_F_END);
}

/* Does it answer an RPC of ours? Then there is another one, or that of the secure world. */
static bool answers_ours(struct osim__disturb *d, const struct osim_machine *m,
			 struct osim_regs *regs)
{
	struct osim__rpc_ask *next = &d->asked.real;

	if (!d->asked.caller || d->asked.caller != caller(m) ||
	    (uint32_t)regs->a[0] != OPTEE_SMC_CALL_RETURN_FROM_RPC)
		return false;
	tell_answered(d);
	if (--d->asked.left)
		next = &d->asked.ours;
	else
		d->asked.caller = 0;
	if (next->has_msg)
		write_message(d, &next->msg);
	tell(d, next, &next->msg, 0);
	/* The others come back as they were passed. */
	memcpy(regs->a, next->regs.a, 4 * sizeof(regs->a[0]));
	return true;
}

static void ask_first(struct osim__disturb *d, const struct osim_machine *m, struct osim_regs *regs)
{
	struct osim_regs *ours = &d->asked.ours.regs;
	const struct osim_regs last = *ours;

	d->asked.ready = false;
	d->asked.caller = caller(m);
	d->asked.left = d->x->plan == OSIM__PLAN_FOREIGN ? FOREIGN : 1;
	d->asked.real.regs = *ours = *regs;
	if (d->x->plan == OSIM__PLAN_FOREIGN) {
		ours->a[0] = OPTEE_SMC_RETURN_RPC_FOREIGN_INTR;
		ours->a[1] = ours->a[2] = 0;
	} else if (d->x->plan == OSIM__PLAN_STALE && !d->asked.ours.has_msg) {
		memcpy(ours->a, last.a, 3 * sizeof(ours->a[0]));
	}
	*regs = *ours;
}

/* In the place of the driver, which does not see it. */
static void refuse(struct osim__disturb *d, struct osim_tap *tap, struct osim_machine *m,
		   struct osim_regs *regs)
{
	struct osim_regs given = *regs;

	regs->a[0] = OPTEE_SMC_CALL_RETURN_FROM_RPC;
	regs->a[1] = regs->a[2] = regs->a[4] = regs->a[5] = 0;
	if (d->asked.real.has_msg) {
		write_word(d, &d->asked.where, offsetof(struct osim_msg_arg, ret),
			   TEE_ERROR_OUT_OF_MEMORY);
		write_word(d, &d->asked.where, offsetof(struct osim_msg_arg, ret_origin),
			   TEE_ORIGIN_COMMS);
	}
	osim_tap_next(tap, m, regs);
	memcpy(regs->a + 4, given.a + 4, 4 * sizeof(regs->a[0]));
}

/* Is it refused, in the place of the secure world? Its answer to an RPC may be given again. */
static bool is_refused(struct osim__disturb *d, uint32_t nth, struct osim_regs *regs)
{
	bool refused = d->x->plan == OSIM__PLAN_RET && d->x->at == nth;
	uint32_t thread = (uint32_t)regs->a[3] + 1;

	if ((uint32_t)regs->a[0] == OPTEE_SMC_CALL_RETURN_FROM_RPC) {
		if (refused)
			d->refused = thread;
		else if (d->refused == thread)
			d->refused = 0;
	}
	if (refused)
		regs->a[0] = d->x->a;
	return refused;
}

void osim__disturb_call(struct osim__disturb *d, struct osim_tap *tap, struct osim_machine *m,
			struct osim_regs *regs)
{
	uint32_t nth = d->calls++;
	bool noted = d->measure && nth < OSIM__CALLS_MAX, rpc;

	if (noted)
		d->measure->call_id[nth] = (uint32_t)regs->a[0];
	if (answers_ours(d, m, regs))
		return;
	if (is_refused(d, nth, regs))
		return;
	osim_tap_next(tap, m, regs);
	if (d->refuse) {
		d->refuse = false;
		refuse(d, tap, m, regs);
	}
	rpc = OPTEE_SMC_RETURN_IS_RPC((uint32_t)regs->a[0]);
	if (noted)
		d->measure->call_a0[nth] = (uint32_t)regs->a[0];
	if (rpc)
		d->last.regs = *regs;
	if (rpc && d->asked.ready)
		ask_first(d, m, regs);
	if (d->x->plan != OSIM__PLAN_REG || d->x->at != nth)
		return;
	d->misread = rpc;
	wrong(d, rpc);
	regs->a[d->x->a & 7] = d->x->b;
}

/* --- after the end of a kernel --- */

void osim__disturb_next_kernel(struct osim__disturb *d)
{
	struct osim_stage *stage = d->stage;
	bool kdump = d->x->plan == OSIM__PLAN_KDUMP;

	stage->bound = false;
	stage->event = NULL;
	stage->tasks = 0;
	stage->platform.kdump |= kdump;
	osim__timer_cancel(&stage->m->sched, &d->timer);
	osim_crash(stage->m);
	if (!osim_stage_try_bind(stage))
		return;
	if (kdump && !stage->part)
		stage->host->unmet(stage->host->arg, "probe.kdump",
				   "the driver is bound in a kernel that saves another's memory");
	osim_stage_program(stage, "session", osim__program_session);
	osim_post(stage->m, 0);
	osim_run(stage->m);
}
