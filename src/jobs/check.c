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
#include "jobs/jobs.h"
#include "machine/machine.h"
#include "jobs/experiment.h"
#include "jobs/groups.h"
#include "jobs/plan.h"

#define EXPERIMENTS_DEFAULT 60000u
#define TIMEOUT_MS	    10000u
/* Of a quick check, beside the faults. */
#define QUICK_SAMPLE 1000u

/* What a worker's record is made of. */
enum { RECORD_WRONG = 'W', RECORD_MEASURE = 'M' };

struct checking {
	const struct osim_check_options *options;
	struct osim__plan_list plan;
	struct osim__groups groups;
	struct osim__measure *measures; /* one a scenario; NULL once they were taken */
	char left_out[sizeof(((struct osim_check_summary *)0)->left_out)];
	const struct osim_scenario **scenarios;
	size_t scenario_count;
	size_t done, crashed, all;
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

static void write_wrong(void *arg, const char *id, const char *text, const char *where)
{
	const char tag = RECORD_WRONG;

	(void)arg;
	osim__job_write(&tag, 1);
	osim__job_write(id, strlen(id) + 1);
	osim__job_write(text, strlen(text) + 1);
	osim__job_write(where, strlen(where) + 1);
}

static void work_measure(void *arg, size_t index)
{
	const struct checking *c = arg;
	struct osim__experiment x = {.scenario = c->scenarios[index],
				     .profile = c->options->profile};
	struct osim__measure *measure = calloc(1, sizeof(*measure));
	const char tag = RECORD_MEASURE;

	if (!measure ||
	    osim__experiment_run(&x, c->options->driver, write_wrong, NULL, NULL, NULL, measure))
		abort();
	osim__job_write(&tag, 1);
	osim__job_write(measure, sizeof(*measure));
	free(measure);
}

static void work_experiment(void *arg, size_t index)
{
	const struct checking *c = arg;

	if (osim__experiment_run(&c->plan.items[index], c->options->driver, write_wrong, NULL, NULL,
				 NULL, NULL))
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

static void note(struct checking *c, const struct osim__experiment *x, size_t index, const char *id,
		 const char *text, const char *where)
{
	int rc = osim__groups_add(&c->groups, x, order_of(c, index), id, text, where);

	if (rc)
		c->error = rc;
}

/* Three texts in a row; how many bytes they are, 0: cut off. */
static size_t read_wrong(struct checking *c, const struct osim__experiment *x, size_t index,
			 const char *p, size_t bytes)
{
	const char *text[3], *end = p + bytes, *begin = p;

	for (unsigned int i = 0; i < 3; i++) {
		const char *nul = memchr(p, '\0', (size_t)(end - p));

		if (!nul)
			return 0;
		text[i] = p;
		p = nul + 1;
	}
	note(c, x, index, text[0], text[1], text[2]);
	return (size_t)(p - begin);
}

static void read_record(struct checking *c, const struct osim__experiment *x,
			const struct osim__job_result *r)
{
	const char *p = r->record;
	size_t left = r->record_bytes;

	while (left) {
		size_t n = 0;

		if (*p == RECORD_WRONG)
			n = read_wrong(c, x, r->index, p + 1, left - 1);
		else if (*p == RECORD_MEASURE && left - 1 >= sizeof(struct osim__measure) &&
			 c->measures) {
			n = sizeof(struct osim__measure);
			memcpy(&c->measures[r->index], p + 1, n);
		}
		if (!n)
			return;
		p += n + 1;
		left -= n + 1;
	}
}

static bool take(struct checking *c, const struct osim__experiment *x,
		 const struct osim__job_result *r)
{
	struct osim__crash crash;

	read_record(c, x, r);
	if (r->end == OSIM__JOB_TIMEOUT) {
		note(c, x, r->index, "crash.timeout",
		     "the driver does not come to an end, and passes no scheduling point", "");
	} else if (r->end != OSIM__JOB_DONE) {
		osim__crash_read(&crash, r->log, r->end == OSIM__JOB_SIGNAL ? r->code : 0);
		note(c, x, r->index, crash.id, crash.text, crash.where);
	}
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
					.ended = ended,
					.arg = c};
	int rc = osim__jobs_run(&jobs);

	if (rc == -ECANCELED)
		rc = c->error;
	return rc;
}

static int select_scenarios(struct checking *c)
{
	const char *only = c->options->only ? c->options->only : "";
	size_t all = 0;

	while (osim__scenarios[all])
		all++;
	c->scenarios = calloc(all, sizeof(*c->scenarios));
	c->measures = calloc(all, sizeof(*c->measures));
	if (!c->scenarios || !c->measures)
		return -ENOMEM;
	for (size_t i = 0; i < all; i++)
		if (!strncmp(osim__scenarios[i]->name, only, strlen(only)) &&
		    !(c->options->honest_only && osim__scenarios[i]->who == OSIM_WHO_HOSTILE))
			c->scenarios[c->scenario_count++] = osim__scenarios[i];
	if (!c->scenario_count)
		return osim__error(-EINVAL, "only: no%s scenario begins with '%s'",
				   c->options->honest_only ? " honest" : "", only);
	return 0;
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

static void append(struct checking *c, const char *before, const char *text)
{
	size_t used = strlen(c->left_out);

	snprintf(c->left_out + used, sizeof(c->left_out) - used, "%s%s", before, text);
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
				    !c->options->honest_only);
	if (!rc)
		note_left_out(c);
	free(c->measures);
	c->measures = NULL;
	if (rc)
		return rc;
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

static void name_scenarios(const struct osim__group *g, const char **names)
{
	for (size_t i = 0; osim__scenarios[i]; i++)
		if (g->in_scenario[i])
			*names++ = osim__scenarios[i]->name;
	*names = NULL;
}

static void tell(struct checking *c, void (*group)(void *arg, const struct osim_check_group *group),
		 void *arg)
{
	const char *scenarios[OSIM__GROUPS_SCENARIOS_MAX + 1];
	char experiment[256];

	osim__groups_sort(&c->groups);
	for (size_t i = 0; i < c->groups.count; i++) {
		const struct osim__group *g = &c->groups.items[i];
		const struct osim_rule *rule = rule_of(g->id);
		struct osim_check_group out = {.id = g->id,
					       .text = g->text,
					       .where = g->where,
					       .rule = rule ? rule->text : "",
					       .abi = rule ? rule->abi : "",
					       .who = osim__experiment_who(&g->best),
					       .experiment = experiment,
					       .count = g->count,
					       .scenarios = scenarios};

		name_scenarios(g, scenarios);
		osim__experiment_print(&g->best, experiment, sizeof(experiment));
		group(arg, &out);
	}
}

int osim_check(const struct osim_check_options *options,
	       void (*group)(void *arg, const struct osim_check_group *group), void *arg,
	       struct osim_check_summary *summary)
{
	struct checking c = {.options = options, .plan.profile = options->profile};
	int rc;

	if (options->size != sizeof(*options))
		return osim__error(-EINVAL,
				   "options: size %zu is not that of struct osim_check_options",
				   options->size);
	if (!options->driver)
		return osim__error(-EINVAL, "options: no driver");
	c.end_ms = options->budget_ms ? now_ms() + options->budget_ms : 0;
	rc = check(&c);
	if (!rc)
		tell(&c, group, arg);
	if (!rc && summary) {
		*summary = (struct osim_check_summary){.experiments = c.done,
						       .scenarios = c.scenario_count,
						       .groups = c.groups.count,
						       .crashed = c.crashed};
		memcpy(summary->left_out, c.left_out, sizeof(c.left_out));
	}
	osim__groups_free(&c.groups);
	osim__plan_free(&c.plan);
	free(c.measures);
	free(c.scenarios);
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

int osim_check_again(struct osim_driver *driver, const char *experiment, osim_event_fn *sink,
		     void *arg)
{
	struct osim__experiment x;
	size_t wrong = 0;
	int rc = osim__experiment_parse(&x, experiment);

	if (!rc)
		rc = osim__experiment_run(&x, driver, count_wrong, &wrong, sink, arg, NULL);
	return rc ? rc : wrong != 0;
}

void osim_check_scenarios(void (*fn)(void *arg, const char *name, const char *what), void *arg)
{
	for (size_t i = 0; osim__scenarios[i]; i++)
		fn(arg, osim__scenarios[i]->name, osim__scenarios[i]->what);
}
