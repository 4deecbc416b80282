/* SPDX-License-Identifier: BSD-2-Clause */
#include <optee_sim/check.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/rules.h>

#include "abi/table.h"
#include "jobs/choice.h"
#include "jobs/experiment.h"
#include "jobs/groups.h"
#include "jobs/jobs.h"
#include "jobs/picture.h"
#include "jobs/plan.h"
#include "jobs/wrong.h"
#include "machine/machine.h"

#define EXPERIMENTS_DEFAULT 60000u
#define TIMEOUT_MS	    10000u
/* Of a quick check, beside the faults. */
#define QUICK_SAMPLE	 1000u
#define EXPERIMENT_BYTES 256u

/* Part of a worker's record, beside what is wrong. */
#define RECORD_MEASURE 'M'

struct checking {
	const struct osim_check_options *options;
	struct osim__plan_list plan;
	struct osim__groups groups;
	struct osim__measure *measures; /* one a scenario; NULL once they were taken */
	char left_out[sizeof(((struct osim_check_summary *)0)->left_out)];
	const struct osim_scenario **scenarios_all, **scenarios;
	size_t scenario_count;
	size_t done, crashed, all, untold;
	uint64_t end_ms; /* 0: no limit */
	int error;
};

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000u + (uint64_t)ts.tv_nsec / 1000000u;
}

/* --- in a worker --- */

static void work_measure(void *arg, size_t index)
{
	const struct checking *c = arg;
	struct osim__experiment x = {.scenario = c->scenarios[index],
				     .profile = c->options->profile};
	struct osim__measure *measure = calloc(1, sizeof(*measure));
	const char tag = RECORD_MEASURE;

	if (!measure || osim__experiment_run(&x, c->options->driver, osim__wrong_write, NULL, NULL,
					     NULL, measure))
		abort();
	osim__job_write(&tag, 1);
	osim__job_write(measure, sizeof(*measure));
	free(measure);
}

static void work_experiment(void *arg, size_t index)
{
	const struct checking *c = arg;

	if (osim__experiment_run(&c->plan.items[index], c->options->driver, osim__wrong_write, NULL,
				 NULL, NULL, NULL))
		abort();
}

static void leave(void *arg)
{
	const struct checking *c = arg;

	c->options->leave(c->options->arg);
}

/* --- in the parent --- */

/* Scenarios as they are come before all else. */
static size_t order_of(const struct checking *c, size_t index)
{
	return c->measures ? index : c->scenario_count + index;
}

/* What is wrong in a run goes to the groups. */
struct noting {
	struct checking *c;
	const struct osim__experiment *x;
	size_t index;
};

static void note(void *arg, const char *id, const char *text, const char *where)
{
	const struct noting *n = arg;
	int rc = osim__groups_add(&n->c->groups, n->x, order_of(n->c, n->index), id, text, where);

	if (rc)
		n->c->error = rc;
}

static void read_record(struct noting *n, const struct osim__job_result *r)
{
	const char *p = r->record;
	size_t left = r->record_bytes, part;

	for (; left; p += part, left -= part) {
		part = osim__wrong_read(p, left, note, n);
		if (!part && *p == RECORD_MEASURE && left > sizeof(struct osim__measure) &&
		    n->c->measures) {
			part = 1 + sizeof(struct osim__measure);
			memcpy(&n->c->measures[r->index], p + 1, part - 1);
		}
		if (!part)
			return;
	}
}

static bool take(struct checking *c, const struct osim__experiment *x,
		 const struct osim__job_result *r)
{
	struct noting n = {c, x, r->index};

	read_record(&n, r);
	osim__wrong_end(r, note, &n);
	c->crashed += r->end != OSIM__JOB_DONE;
	c->done++;
	if (c->options->progress && (c->done % 64 == 0 || c->done == c->all))
		c->options->progress(c->options->arg, c->done, c->all, c->groups.count);
	return !c->error && (!c->end_ms || now_ms() < c->end_ms);
}

static bool ended_measure(void *arg, const struct osim__job_result *r)
{
	struct checking *c = arg;
	const struct osim__experiment x = {.scenario = c->scenarios[r->index],
					   .profile = c->options->profile};

	return take(c, &x, r);
}

static bool ended_experiment(void *arg, const struct osim__job_result *r)
{
	struct checking *c = arg;

	return take(c, &c->plan.items[r->index], r);
}

static int run(struct checking *c, size_t count, size_t batch, void (*work)(void *, size_t),
	       bool (*ended)(void *, const struct osim__job_result *))
{
	const struct osim__jobs jobs = {.count = count,
					.parallel = c->options->jobs,
					.timeout_ms = TIMEOUT_MS,
					.batch = batch,
					.work = work,
					.leave = c->options->leave ? leave : NULL,
					.died = osim__experiment_died,
					.ended = ended,
					.arg = c};
	int rc = osim__jobs_run(&jobs);

	if (rc == -ECANCELED)
		rc = c->error;
	return rc;
}

static int select_scenarios(struct checking *c)
{
	int rc = osim__scenarios_all(c->options, &c->scenarios_all);

	if (!rc)
		rc = osim__scenarios_chosen(c->options, c->scenarios_all, &c->scenarios,
					    &c->scenario_count);
	if (rc)
		return rc;
	c->groups.scenarios = c->scenarios_all;
	c->measures = calloc(c->scenario_count, sizeof(*c->measures));
	return c->measures ? 0 : -ENOMEM;
}

/* What needs a secure world that breaks the protocol. */
static void keep_hostile(struct osim__plan_list *plan)
{
	size_t kept = 0;

	for (size_t i = 0; i < plan->count; i++)
		if (osim__experiment_who(&plan->items[i]) == OSIM_WHO_HOSTILE)
			plan->items[kept++] = plan->items[i];
	plan->count = kept;
	plan->source_count = 0;
}

/* Every fault, and the others evenly thinned. */
static void thin(struct osim__plan_list *plan)
{
	size_t others = 0, seen = 0, kept = 0;

	for (size_t i = 0; i < plan->count; i++)
		others += plan->items[i].plan != OSIM__PLAN_FAULT;
	for (size_t i = 0; i < plan->count; i++) {
		bool keep = plan->items[i].plan == OSIM__PLAN_FAULT || others <= QUICK_SAMPLE;

		if (!keep) {
			keep = (seen + 1) * QUICK_SAMPLE / others > seen * QUICK_SAMPLE / others;
			seen++;
		}
		if (keep)
			plan->items[kept++] = plan->items[i];
	}
	plan->count = kept;
}

/* What does not fit is not cut in the middle of a name: "..." stands for it. */
static void append(struct checking *c, const char *before, const char *text)
{
	static const char more[] = ", ...";
	const size_t room = sizeof(c->left_out) - sizeof(more);
	size_t used = strlen(c->left_out);
	bool fits = used + strlen(before) + strlen(text) <= room;

	if (used >= strlen(more) && !strcmp(c->left_out + used - strlen(more), more))
		return;
	snprintf(c->left_out + used, sizeof(c->left_out) - used, "%s%s", fits ? before : more,
		 fits ? text : "");
}

/* What the driver lacks, and which scenarios are about it. */
static void note_left_out(struct checking *c)
{
	for (size_t i = 0; i < c->scenario_count; i++) {
		char *what = c->measures[i].lacks;

		if (!what[0])
			continue;
		append(c, c->left_out[0] ? "; no " : "no ", what);
		append(c, ": ", c->scenarios[i]->name);
		for (size_t k = i + 1; k < c->scenario_count; k++)
			if (!strcmp(c->measures[k].lacks, what)) {
				append(c, ", ", c->scenarios[k]->name);
				c->measures[k].lacks[0] = '\0';
			}
	}
}

static int check(struct checking *c)
{
	size_t max =
		c->options->experiments_max ? c->options->experiments_max : EXPERIMENTS_DEFAULT;
	int rc = select_scenarios(c);

	if (rc)
		return rc;
	c->all = c->scenario_count;
	rc = run(c, c->scenario_count, 1, work_measure, ended_measure);
	for (size_t i = 0; !rc && i < c->scenario_count; i++)
		rc = osim__plan_add(&c->plan, c->scenarios[i], &c->measures[i],
				    c->options->peer != OSIM_CHECK_PEER_HONEST);
	if (!rc)
		note_left_out(c);
	free(c->measures);
	c->measures = NULL;
	if (rc)
		return rc;
	if (c->options->peer == OSIM_CHECK_PEER_HOSTILE)
		keep_hostile(&c->plan);
	if (c->options->quick) {
		thin(&c->plan);
		max = c->plan.count < max ? c->plan.count : max;
	}
	osim__plan_finish(&c->plan, max, c->options->seed);
	c->all += c->plan.count;
	return run(c, c->plan.count, 0, work_experiment, ended_experiment);
}

static const struct osim_rule *rule_of(const char *id)
{
	const struct osim_rule *rule;

	for (size_t i = 0; (rule = osim_rule(i)); i++)
		if (!strcmp(rule->id, id))
			return rule;
	return NULL;
}

static void name_scenarios(const struct checking *c, const struct osim__group *g,
			   const char **names)
{
	for (size_t i = 0; c->scenarios_all[i]; i++)
		if (g->in_scenario[i])
			*names++ = c->scenarios_all[i]->name;
	*names = NULL;
}

static void tell_group(const struct checking *c, const struct osim__group *g,
		       void (*group)(void *arg, const struct osim_check_group *group), void *arg)
{
	const char *scenarios[OSIM__SCENARIOS_MAX + 1];
	char experiment[EXPERIMENT_BYTES], names[OSIM__STIMULI_MAX][EXPERIMENT_BYTES];
	struct osim_check_stimulus stimuli[OSIM__STIMULI_MAX];
	const struct osim_rule *rule = rule_of(g->id);
	struct osim_check_group out = {.id = g->id,
				       .text = g->text,
				       .where = g->where,
				       .rule = rule ? rule->text : "",
				       .abi = rule ? rule->abi : "",
				       .who = osim__experiment_who(&g->best),
				       .experiment = experiment,
				       .count = g->count,
				       .scenarios = scenarios,
				       .stimuli = stimuli,
				       .stimulus_count = g->stimulus_count,
				       .timeline = g->timeline ? g->timeline : ""};

	name_scenarios(c, g, scenarios);
	for (size_t i = 0; i < g->stimulus_count; i++) {
		osim__experiment_print(&g->stimuli[i].best, names[i], sizeof(names[i]));
		stimuli[i] = (struct osim_check_stimulus){.kind = g->stimuli[i].kind,
							  .experiment = names[i],
							  .count = g->stimuli[i].count};
	}
	osim__experiment_print(&g->best, experiment, sizeof(experiment));
	group(arg, &out);
}

static bool asked_for(const void *arg, const struct osim__group *g)
{
	const struct osim_check_options *o = arg;

	return (!o->only_id || !strncmp(g->id, o->only_id, strlen(o->only_id))) &&
	       (o->peer != OSIM_CHECK_PEER_HOSTILE ||
		osim__experiment_who(&g->best) == OSIM_WHO_HOSTILE);
}

static int tell(struct checking *c, void (*group)(void *arg, const struct osim_check_group *group),
		void *arg)
{
	size_t all = c->groups.count;
	int rc;

	osim__groups_filter(&c->groups, asked_for, c->options);
	c->untold = all - c->groups.count;
	osim__groups_sort(&c->groups);
	rc = osim__pictures(&c->groups, c->options);
	for (size_t i = 0; !rc && i < c->groups.count; i++)
		tell_group(c, &c->groups.items[i], group, arg);
	return rc;
}

static int refuse(const struct osim_check_options *o)
{
	if (o->size != sizeof(*o))
		return osim__error(-EINVAL,
				   "options: size %zu is not that of struct osim_check_options",
				   o->size);
	if (!o->driver)
		return osim__error(-EINVAL, "options: no driver");
	if (o->profile != OSIM_PROFILE_OPTEE && o->profile != OSIM_PROFILE_ABI)
		return osim__error(-EINVAL, "profile: %u is none", (unsigned int)o->profile);
	if ((unsigned int)o->peer > OSIM_CHECK_PEER_HOSTILE)
		return osim__error(-EINVAL, "peer: %u is none", (unsigned int)o->peer);
	return 0;
}

int osim_check(const struct osim_check_options *options,
	       void (*group)(void *arg, const struct osim_check_group *group), void *arg,
	       struct osim_check_summary *summary)
{
	struct checking c = {.options = options, .plan.profile = options->profile};
	int rc;

	rc = refuse(options);
	if (rc)
		return rc;
	c.end_ms = options->budget_ms ? now_ms() + options->budget_ms : 0;
	rc = check(&c);
	if (!rc)
		rc = tell(&c, group, arg);
	if (!rc && summary) {
		*summary = (struct osim_check_summary){.experiments = c.done,
						       .scenarios = c.scenario_count,
						       .groups = c.groups.count,
						       .untold = c.untold,
						       .crashed = c.crashed};
		memcpy(summary->left_out, c.left_out, sizeof(c.left_out));
	}
	osim__groups_free(&c.groups);
	osim__plan_free(&c.plan);
	free(c.measures);
	free(c.scenarios);
	free(c.scenarios_all);
	return rc;
}

static void count_wrong(void *arg, const char *id, const char *text, const char *where)
{
	size_t *count = arg;

	(void)id;
	(void)text;
	(void)where;
	++*count;
}

/* Did the run come to what the experiment does? */
static bool was_done(const struct osim__experiment *x, const struct osim__measure *m)
{
	if (x->plan == OSIM__PLAN_NONE)
		return true;
	if (x->plan == OSIM__PLAN_FAULT)
		return x->at < m->faults[x->a];
	if (x->plan < OSIM__PLAN_LOST)
		return x->at < m->events;
	if (x->plan < OSIM__PLAN_RET)
		return x->at < m->raises;
	if (x->plan < OSIM__PLAN_FOREIGN)
		return x->at < m->calls;
	return x->at < (x->plan == OSIM__PLAN_MSG ? m->messages : m->rpcs);
}

int osim_check_again(const struct osim_check_options *options, const char *experiment,
		     osim_event_fn *sink, void *arg)
{
	const struct osim_scenario **scenarios = NULL;
	struct osim__measure *measure = calloc(1, sizeof(*measure));
	struct osim__experiment x;
	size_t wrong = 0;
	int rc = measure ? refuse(options) : -ENOMEM;

	if (!rc)
		rc = osim__scenarios_all(options, &scenarios);
	if (!rc)
		rc = osim__experiment_parse(&x, experiment, scenarios);
	if (!rc && options->profile == OSIM_PROFILE_ABI)
		x.profile = OSIM_PROFILE_ABI;
	if (!rc)
		rc = osim__experiment_run(&x, options->driver, count_wrong, &wrong, sink, arg,
					  measure);
	if (!rc)
		rc = wrong ? 1 : was_done(&x, measure) ? 0 : 2;
	free(scenarios);
	free(measure);
	return rc;
}
