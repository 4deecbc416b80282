/* SPDX-License-Identifier: BSD-2-Clause */
#include "jobs/experiment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/conduit.h>
#include <optee_sim/rules.h>

#include "abi/name.h"
#include "check/check.h"
#include "jobs/choice.h"
#include "jobs/disturb.h"
#include "jobs/unset.h"
#include "machine/machine.h"

/* A run that does not end is given up after this many scheduling decisions. */
#define STEPS_MAX 200000u

struct experiment_run {
	const struct osim__experiment *x;
	struct osim_stage stage;
	struct osim__stage_host host;
	struct osim__explorer explorer;
	struct osim_tap tap;
	struct osim_rules *check;
	struct osim__measure *measure;
	osim_event_fn *sink;
	void *sink_arg;
	osim__wrong_fn *wrong;
	void *wrong_arg;
	struct osim__disturb disturb;
	bool left;  /* the driver has, in a thread of its own, and nobody waits any more */
	bool lent;  /* the secure world kept memory that was given for an RPC */
	bool waits; /* something was wrong while a thread of it waited for a notification */
	/* By secure thread: who serves its RPC; 0: nobody. */
	struct {
		uint32_t thread;
		bool no_memory;
	} rpc[64];
};

/* --- what is done to the machine --- */

static void note_no_memory(struct experiment_run *run)
{
	const struct osim__thread *current = osim__sched_current(&run->stage.m->sched);
	uint32_t thread = current ? current->id : 0;

	for (size_t i = 0; thread && i < sizeof(run->rpc) / sizeof(run->rpc[0]); i++)
		if (run->rpc[i].thread == thread)
			run->rpc[i].no_memory = true;
}

static int fault(void *arg, enum osim_fault kind, const char *what)
{
	struct experiment_run *run = arg;
	int rc = osim__disturb_fault(&run->disturb, kind);

	(void)what;
	if (rc && kind == OSIM_FAULT_ALLOC)
		note_no_memory(run);
	return rc;
}

static void tap(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	struct experiment_run *run = tap->arg;

	osim__disturb_call(&run->disturb, tap, m, regs);
}

/* Whoever watches sees it where it happened. */
static void tell(void *arg, const char *id, const char *text)
{
	struct experiment_run *run = arg;

	if (run->sink)
		osim__event_text(run->stage.m, OSIM_EVENT_FINDING, 0, "%s: %s", id, text);
	if (run->wrong)
		run->wrong(run->wrong_arg, id, text, "");
}

static void lacks(void *arg, const char *what)
{
	struct experiment_run *run = arg;

	if (run->sink)
		osim__event_text(run->stage.m, OSIM_EVENT_WORLD, 0, "the driver has no %s", what);
	if (run->measure)
		snprintf(run->measure->lacks, sizeof(run->measure->lacks), "%s", what);
}

static void on_rpc(struct experiment_run *run, const struct osim_event *e)
{
	const char *name = e->msg ? osim__abi_rpc_cmd_name(e->msg->cmd) : NULL;
	char text[128];
	bool no_memory;

	if (e->secure_thread >= sizeof(run->rpc) / sizeof(run->rpc[0]))
		return;
	no_memory = run->rpc[e->secure_thread].no_memory;
	run->rpc[e->secure_thread].no_memory = false;
	run->rpc[e->secure_thread].thread = e->flags & OSIM_EVENT_F_END ? 0 : e->thread_id;
	if (!no_memory || !(e->flags & OSIM_EVENT_F_END) || !e->msg || e->msg->ret == TEE_SUCCESS ||
	    e->msg->ret == TEE_ERROR_OUT_OF_MEMORY)
		return;
	snprintf(text, sizeof(text), "RPC %s, for which there is no memory, is answered %#x",
		 name ? name : "of an unknown command", e->msg->ret);
	tell(run, "rpc.no-memory", text);
}

/* What comes before the driver is bound is the same in many scenarios. */
static void note_begun(struct experiment_run *run)
{
	struct osim__measure_begun *begun = &run->measure->begun;

	if (begun->is)
		return;
	begun->is = true;
	memcpy(begun->faults, run->disturb.faults, sizeof(begun->faults));
	begun->calls = run->disturb.calls;
	begun->events = run->disturb.events;
	begun->decisions = run->explorer.decisions;
	begun->raises = run->disturb.raises;
	begun->rpcs = run->disturb.rpcs;
	begun->messages = run->disturb.messages;
}

static void on_event(void *arg, const struct osim_event *e)
{
	struct experiment_run *run = arg;
	struct osim__altered altered;
	char text[64];

	e = osim__disturb_message(&run->disturb, e, &altered);
	if (!e)
		return;
	if (run->stage.event)
		run->stage.event(&run->stage, e);
	/* The rules forget it when the driver has left. */
	if (e->kind == OSIM_EVENT_DRIVER && (e->flags & OSIM_EVENT_F_END))
		run->lent |= osim__rules_lent(run->check);
	if (e->kind == OSIM_EVENT_FINDING)
		run->waits |= osim__rules_waits(run->check);
	osim_rules_event(run->check, e);
	if (run->sink)
		run->sink(run->sink_arg, e);
	/* Where nothing is made to fail a driver that is bound has no error to log. */
	if (e->kind == OSIM_EVENT_LOG && (e->flags & OSIM_EVENT_F_ERR) && run->stage.bound &&
	    !run->stage.disturbed && !run->stage.errors)
		tell(run, "driver.error-logged", e->text);
	if (osim__unset_passed(e, text, sizeof(text)))
		tell(run, "msg.unset", text);
	if (e->kind == OSIM_EVENT_RPC)
		on_rpc(run, e);
	if (run->measure && e->kind == OSIM_EVENT_DRIVER && (e->flags & OSIM_EVENT_F_END))
		note_begun(run);
	osim__disturb_event(&run->disturb, e);
}

/* Can it be said of this run at all whether the rule holds? */
static bool is_judged(const struct experiment_run *run, const char *rule)
{
	/* A thread that nobody lets go on has locks and memory that the others wait for. */
	if (osim__disturb_holds(&run->disturb))
		return false;
	if (run->disturb.misread)
		return !strncmp(rule, "call.", strlen("call."));
	return run->x->plan != OSIM__PLAN_LOST || strcmp(rule, "notif.retrieved") != 0;
}

/* Where the secure world is made to answer wrongly, what it answers is nobody's finding. */
static void rule_broken(void *arg, const struct osim_rule *rule, const struct osim_event *event,
			const char *detail)
{
	const struct experiment_run *run = arg;
	const struct osim_stage *stage = &run->stage;
	bool wrong = osim__experiment_who(run->x) == OSIM_WHO_HOSTILE || stage->tap.fn ||
		     stage->peer_wrong;

	(void)event;
	if ((rule->binds == OSIM_BINDS_NORMAL || !wrong) && is_judged(run, rule->id))
		tell(arg, rule->id, detail);
}

/* --- the run --- */

static int make_machine(struct experiment_run *run)
{
	const struct osim__experiment *x = run->x;
	struct osim_secure_options secure = {.size = sizeof(secure), .profile = x->profile};
	struct osim_options options = {.size = sizeof(options), .steps_max = STEPS_MAX};
	bool stops = x->plan == OSIM__PLAN_KEXEC || x->plan == OSIM__PLAN_CRASH ||
		     x->plan == OSIM__PLAN_KDUMP;

	if (x->scenario->configure)
		x->scenario->configure(&options, &secure);
	options.secure = &secure;
	/* The natural run without measuring takes the scheduler's fast path, but where it stops at
	 * an event. */
	if (x->schedule.count || run->measure || stops)
		options.chooser = osim__explorer_chooser(&run->explorer, &x->schedule);
	return osim_machine_new(&options, &run->stage.m);
}

/*
 * What a secure world that misbehaves has not given back is left with the driver, and what it has
 * freed itself it should not touch. Who waits for what nobody sends, or for what a kernel that is
 * no more has taken, may wait for ever.
 */
static bool excused(const struct experiment_run *run, const char *id)
{
	bool wrong = osim__experiment_who(run->x) == OSIM_WHO_HOSTILE;
	bool holds = osim__disturb_holds(&run->disturb), stuck = !strcmp(id, "machine.stuck");

	if (stuck &&
	    (run->left || holds || run->x->plan == OSIM__PLAN_LOST || (wrong && run->waits)))
		return true;
	if (run->disturb.refused && !strcmp(id, "machine.livelock"))
		return true;
	if (run->disturb.wronged &&
	    (!strcmp(id, "memory.freed-page") || !strcmp(id, "secure.memory-gone")))
		return true;
	return wrong && run->lent && (stuck || !strcmp(id, "kernel.leak"));
}

static void tell_findings(const struct experiment_run *run)
{
	const struct osim_finding *f;

	for (size_t i = 0; run->wrong && (f = osim_finding_get(run->stage.m, i)); i++)
		if (!excused(run, f->id))
			run->wrong(run->wrong_arg, f->id, f->text, f->where);
}

static struct experiment_run *in_progress;

/* Whether anybody would still have waited is not known where the driver was to leave. */
void osim__experiment_died(void *arg)
{
	struct experiment_run *run = in_progress;

	(void)arg;
	in_progress = NULL;
	if (!run)
		return;
	run->lent |= osim__rules_lent(run->check);
	run->left |= run->x->plan == OSIM__PLAN_UNBIND || run->x->plan == OSIM__PLAN_KEXEC;
	tell_findings(run);
}

static void take_measure(struct experiment_run *run)
{
	struct osim__measure *measure = run->measure;

	memcpy(measure->faults, run->disturb.faults, sizeof(measure->faults));
	measure->calls = run->disturb.calls;
	measure->events = run->disturb.events;
	measure->decisions = run->explorer.decisions;
	measure->raises = run->disturb.raises;
	measure->rpcs = run->disturb.rpcs;
	measure->messages = run->disturb.messages;
	measure->cpus = run->stage.m->sched.cpu_count;
	measure->programs = run->stage.tasks;
	memcpy(measure->ways, run->explorer.ways, sizeof(measure->ways));
}

static int make(struct experiment_run *run)
{
	struct osim_machine *m;
	int rc = make_machine(run);

	if (rc)
		return rc;
	m = run->stage.m;
	run->tap = (struct osim_tap){.fn = tap, .arg = run};
	osim_tap_add(m, &run->tap);
	osim_set_fault(m, fault, run);
	osim_set_event_sink(m, on_event, run);
	in_progress = run;
	osim__stage_run(&run->stage, run->x->scenario);
	/* What was begun in threads of its own comes to its end. */
	if (run->x->plan == OSIM__PLAN_UNBIND || run->x->plan == OSIM__PLAN_KEXEC)
		run->left = !osim_run(m);
	if (run->disturb.stopped)
		osim__disturb_next_kernel(&run->disturb);
	if (osim_bound(m))
		osim_unbind(m);
	run->lent |= osim__rules_lent(run->check);
	tell_findings(run);
	in_progress = NULL;
	if (run->measure)
		take_measure(run);
	osim_set_event_sink(m, NULL, NULL);
	osim_machine_free(m);
	osim__stage_free(&run->stage);
	return 0;
}

int osim__experiment_run(const struct osim__experiment *x, struct osim_driver *driver,
			 osim__wrong_fn *wrong, void *wrong_arg, osim_event_fn *sink,
			 void *sink_arg, struct osim__measure *measure)
{
	struct experiment_run *run = calloc(1, sizeof(*run));
	int rc;

	if (!run)
		return -ENOMEM;
	*run = (struct experiment_run){.x = x,
				       .measure = measure,
				       .sink = sink,
				       .sink_arg = sink_arg,
				       .wrong = wrong,
				       .wrong_arg = wrong_arg};
	run->stage.driver = driver;
	run->stage.platform.size = sizeof(run->stage.platform);
	run->disturb = (struct osim__disturb){.x = x, .stage = &run->stage, .measure = measure};
	run->stage.disturbed = osim__plan_disturbs(x->plan);
	run->stage.reordered = x->schedule.count != 0;
	run->stage.host = &run->host;
	run->host = (struct osim__stage_host){.unmet = tell,
					      .lacks = lacks,
					      .arg = run,
					      .ids = osim__finding_ids,
					      .starved = x->plan == OSIM__PLAN_FAULT};
	rc = osim_rules_new(OSIM_SEES_ALL, rule_broken, run, &run->check);
	if (!rc)
		rc = make(run);
	osim_rules_free(run->check);
	free(run);
	return rc;
}
