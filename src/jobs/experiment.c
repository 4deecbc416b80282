/* SPDX-License-Identifier: BSD-2-Clause */
#include "jobs/experiment.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/conduit.h>
#include <optee_sim/rules.h>

#include "abi/name.h"
#include "jobs/unset.h"
#include "machine/machine.h"

/* A run that does not end is given up after this many scheduling decisions. */
#define STEPS_MAX 200000u

/* In front of experiments against the other profile. */
#define ABI_PREFIX "abi:"

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
	uint32_t faults[OSIM_FAULT_COUNT];
	uint32_t calls, events;
	bool inside; /* doing something from within the sink */
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
	uint32_t nth = run->faults[kind]++;

	(void)what;
	if (run->x->plan != OSIM__PLAN_FAULT || run->x->a != (uint32_t)kind || run->x->at != nth)
		return 0;
	if (kind == OSIM_FAULT_ALLOC)
		note_no_memory(run);
	return kind == OSIM_FAULT_COPY ? -EFAULT : kind == OSIM_FAULT_IRQ ? -EBUSY : -ENOMEM;
}

static void tap(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	struct experiment_run *run = tap->arg;
	uint32_t nth = run->calls++;

	if (run->measure && nth < OSIM__CALLS_MAX)
		run->measure->call_id[nth] = (uint32_t)regs->a[0];
	if (run->x->plan == OSIM__PLAN_RET && run->x->at == nth) {
		regs->a[0] = run->x->a;
		return;
	}
	osim_tap_next(tap, m, regs);
	if (run->x->plan == OSIM__PLAN_REG && run->x->at == nth)
		regs->a[run->x->a & 7] = run->x->b;
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

static bool at_event(enum osim__plan plan)
{
	return plan == OSIM__PLAN_POST || plan == OSIM__PLAN_KILL || plan == OSIM__PLAN_SPURIOUS;
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
	memcpy(begun->faults, run->faults, sizeof(begun->faults));
	begun->calls = run->calls;
	begun->events = run->events;
	begun->decisions = run->explorer.decisions;
}

static void on_event(void *arg, const struct osim_event *e)
{
	struct experiment_run *run = arg;
	const struct osim__experiment *x = run->x;
	char text[64];

	if (run->stage.event)
		run->stage.event(&run->stage, e);
	if (run->check)
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
	if (run->inside || (!at_event(x->plan) && !run->measure))
		return;
	if (run->events++ != x->at)
		return;
	run->inside = true;
	if (x->plan == OSIM__PLAN_POST)
		osim_post(run->stage.m, x->a);
	else if (x->plan == OSIM__PLAN_SPURIOUS)
		osim_irq_raise(run->stage.m, osim_notif_intid(run->stage.m), 0);
	else if (x->plan == OSIM__PLAN_KILL)
		for (unsigned int i = 0; i < run->stage.tasks; i++)
			osim_task_signal(run->stage.task[i], true);
	run->inside = false;
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
	if (rule->binds == OSIM_BINDS_NORMAL || !wrong)
		tell(arg, rule->id, detail);
}

/* What a program saw is judged only where nobody interferes. */
static bool disturbs(const struct osim__experiment *x)
{
	return x->plan != OSIM__PLAN_NONE && x->plan != OSIM__PLAN_POST &&
	       x->plan != OSIM__PLAN_SPURIOUS;
}

/* --- the run --- */

static int make_machine(struct experiment_run *run)
{
	const struct osim__experiment *x = run->x;
	struct osim_secure_options secure = {.size = sizeof(secure), .profile = x->profile};
	struct osim_options options = {.size = sizeof(options), .steps_max = STEPS_MAX};

	if (x->scenario->configure)
		x->scenario->configure(&options, &secure);
	options.secure = &secure;
	/* The natural run without measuring takes the scheduler's fast path. */
	if (x->schedule.count || run->measure)
		options.chooser = osim__explorer_chooser(&run->explorer, &x->schedule);
	return osim_machine_new(&options, &run->stage.m);
}

static void tell_findings(const struct experiment_run *run)
{
	const struct osim_finding *f;

	for (size_t i = 0; run->wrong && (f = osim_finding_get(run->stage.m, i)); i++)
		run->wrong(run->wrong_arg, f->id, f->text, f->where);
}

static void take_measure(struct experiment_run *run)
{
	struct osim__measure *measure = run->measure;

	memcpy(measure->faults, run->faults, sizeof(measure->faults));
	measure->calls = run->calls;
	measure->events = run->events;
	measure->decisions = run->explorer.decisions;
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
	osim__stage_run(&run->stage, run->x->scenario);
	if (osim_bound(m))
		osim_unbind(m);
	tell_findings(run);
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
	run->stage.disturbed = disturbs(x);
	run->stage.reordered = x->schedule.count != 0;
	run->stage.host = &run->host;
	run->host = (struct osim__stage_host){.unmet = tell, .lacks = lacks, .arg = run};
	rc = osim_rules_new(OSIM_SEES_ALL, rule_broken, run, &run->check);
	if (!rc)
		rc = make(run);
	osim_rules_free(run->check);
	free(run);
	return rc;
}

/* --- text --- */

static const char *const fault_names[OSIM_FAULT_COUNT] = {
	[OSIM_FAULT_ALLOC] = "alloc", [OSIM_FAULT_IRQ] = "irq", [OSIM_FAULT_REGISTER] = "register",
	[OSIM_FAULT_COPY] = "copy",   [OSIM_FAULT_MAP] = "map", [OSIM_FAULT_WORK] = "work"};

static int print_plan(const struct osim__experiment *x, char *text, size_t bytes)
{
	switch (x->plan) {
	case OSIM__PLAN_FAULT:
		return snprintf(text, bytes, "+%s@%u", fault_names[x->a], x->at);
	case OSIM__PLAN_RET:
		return snprintf(text, bytes, "+ret@%u=%#x", x->at, x->a);
	case OSIM__PLAN_REG:
		return snprintf(text, bytes, "+a%u@%u=%#llx", x->a, x->at,
				(unsigned long long)x->b);
	case OSIM__PLAN_POST:
		return snprintf(text, bytes, "+post@%u=%u", x->at, x->a);
	case OSIM__PLAN_KILL:
		return snprintf(text, bytes, "+kill@%u", x->at);
	case OSIM__PLAN_SPURIOUS:
		return snprintf(text, bytes, "+spurious@%u", x->at);
	default:
		return snprintf(text, bytes, "%s", "");
	}
}

int osim__experiment_print(const struct osim__experiment *x, char *text, size_t bytes)
{
	char plan[64], schedule[128] = "";

	print_plan(x, plan, sizeof(plan));
	if (x->schedule.count) {
		schedule[0] = '/';
		osim__schedule_print(&x->schedule, schedule + 1, sizeof(schedule) - 1);
	}
	return snprintf(text, bytes, "%s%s%s%s", x->profile == OSIM_PROFILE_ABI ? ABI_PREFIX : "",
			x->scenario->name, plan, schedule);
}

void osim__experiment_kind(const struct osim__experiment *x, char *kind, size_t bytes)
{
	char plan[64];

	print_plan(x, plan, sizeof(plan));
	if (plan[0])
		snprintf(kind, bytes, "%.*s", (int)strcspn(plan + 1, "@"), plan + 1);
	else
		snprintf(kind, bytes, "%s", x->schedule.count ? "order" : "");
}

/* A number after the given character; false: there is none. */
static bool parse_number(const char **text, char before, int base, uint64_t max, uint64_t *value)
{
	char *end;

	if (**text != before || !isxdigit((unsigned char)(*text)[1]))
		return false;
	errno = 0;
	*value = strtoull(*text + 1, &end, base);
	if (errno || end == *text + 1 || *value > max)
		return false;
	*text = end;
	return true;
}

/* "alloc@3", "kill@7", "post@5=0", "ret@5=0x4", "a2@5=0x3". */
static bool parse_plan(struct osim__experiment *x, const char *text)
{
	size_t n = strcspn(text, "@");
	const char *rest = text + n;
	uint64_t at, value = 0;

	if (!parse_number(&rest, '@', 10, UINT32_MAX, &at))
		return false;
	x->at = (uint32_t)at;
	if (n == 4 && !strncmp(text, "post", n)) {
		x->plan = OSIM__PLAN_POST;
		if (!parse_number(&rest, '=', 10, UINT32_MAX, &value))
			return false;
		x->a = (uint32_t)value;
	} else if (n == 3 && !strncmp(text, "ret", n)) {
		x->plan = OSIM__PLAN_RET;
		if (!parse_number(&rest, '=', 16, UINT32_MAX, &value))
			return false;
		x->a = (uint32_t)value;
	} else if (n == 2 && text[0] == 'a' && text[1] >= '0' && text[1] <= '7') {
		x->plan = OSIM__PLAN_REG;
		x->a = (uint32_t)(text[1] - '0');
		if (!parse_number(&rest, '=', 16, UINT64_MAX, &x->b))
			return false;
	} else if (n == 4 && !strncmp(text, "kill", n)) {
		x->plan = OSIM__PLAN_KILL;
	} else if (n == 8 && !strncmp(text, "spurious", n)) {
		x->plan = OSIM__PLAN_SPURIOUS;
	} else {
		x->plan = OSIM__PLAN_FAULT;
		while (x->a < OSIM_FAULT_COUNT &&
		       (strlen(fault_names[x->a]) != n || strncmp(text, fault_names[x->a], n) != 0))
			x->a++;
	}
	return !*rest && (x->plan != OSIM__PLAN_FAULT || x->a < OSIM_FAULT_COUNT);
}

int osim__experiment_parse(struct osim__experiment *x, const char *text,
			   const struct osim_scenario *const *scenarios)
{
	char copy[256], *name = copy, *plan, *schedule;

	memset(x, 0, sizeof(*x));
	if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
		return osim__error(-EINVAL, "experiment '%s' is too long", text);
	schedule = strchr(copy, '/');
	if (schedule)
		*schedule++ = '\0';
	plan = strchr(copy, '+');
	if (plan)
		*plan++ = '\0';
	if (!strncmp(name, ABI_PREFIX, strlen(ABI_PREFIX))) {
		x->profile = OSIM_PROFILE_ABI;
		name += strlen(ABI_PREFIX);
	}
	for (; *scenarios; scenarios++)
		if (!strcmp((*scenarios)->name, name))
			x->scenario = *scenarios;
	if (!x->scenario)
		return osim__error(-EINVAL, "experiment '%s': there is no scenario '%s'", text,
				   name);
	if (plan && !parse_plan(x, plan))
		return osim__error(-EINVAL, "experiment '%s': '%s' is nothing that can be done",
				   text, plan);
	if (schedule && osim__schedule_parse(&x->schedule, schedule))
		return osim__error(-EINVAL, "experiment '%s': '%s' is no schedule", text, schedule);
	return 0;
}

static enum osim_who plan_who(enum osim__plan plan)
{
	switch (plan) {
	case OSIM__PLAN_FAULT:
		return OSIM_WHO_RESOURCE;
	case OSIM__PLAN_RET:
	case OSIM__PLAN_REG:
		return OSIM_WHO_HOSTILE;
	default:
		return OSIM_WHO_HONEST;
	}
}

/* What is done to a hostile scenario makes it no less hostile. */
enum osim_who osim__experiment_who(const struct osim__experiment *x)
{
	enum osim_who who = plan_who(x->plan);

	return who > x->scenario->who ? who : x->scenario->who;
}
