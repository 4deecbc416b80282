/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_JOBS_GROUPS_H
#define OSIM_JOBS_GROUPS_H

#include "jobs/choice.h"
#include "jobs/experiment.h"

/* Kinds of what is done to a scenario that are told apart; what is beyond them is one more. */
#define OSIM__STIMULI_MAX 48u

/* What was found, each thing once, with the simplest experiment that shows it. */
struct osim__groups {
	const struct osim_scenario *const *scenarios; /* of all experiments; ends with NULL */
	struct osim__group *items;
	size_t count, room;
};

struct osim__stimulus {
	char kind[16]; /* as osim__experiment_kind() gives it */
	struct osim__experiment best;
	size_t best_order, count;
};

struct osim__group {
	char *key; /* what makes two findings the same */
	char *id, *text, *where;
	struct osim__experiment best;
	size_t best_order, last_order;
	size_t count;			       /* experiments */
	bool in_scenario[OSIM__SCENARIOS_MAX]; /* by index in scenarios */
	struct osim__stimulus stimuli[OSIM__STIMULI_MAX];
	size_t stimulus_count;
	char *timeline; /* NULL: none was made */
};

/*
 * order: the experiment's place among all, by which the choice between two that are equally simple
 * does not depend on which ended first; what one experiment shows is added in a row. -ENOMEM.
 */
int osim__groups_add(struct osim__groups *g, const struct osim__experiment *x, size_t order,
		     const char *id, const char *text, const char *where);
/* Is what a run showed the same thing? */
bool osim__group_is(const struct osim__group *g, const char *id, const char *text,
		    const char *where);
/* Leaves those out that are not to be kept. */
void osim__groups_filter(struct osim__groups *g,
			 bool (*keep)(const void *arg, const struct osim__group *group),
			 const void *arg);
/* '?' for what is no printable character of ASCII. */
static inline char osim__text_char(char c)
{
	return c < ' ' || c > '~' ? '?' : c;
}
/* Honest ones first, then by id and key: the same in every run. */
void osim__groups_sort(struct osim__groups *g);
void osim__groups_free(struct osim__groups *g);

/*
 * A sanitizer's report, or what else a crashed run wrote: its kind ("asan.heap-buffer-overflow"),
 * its headline, and the driver's frames. signal: 0, or what killed it.
 */
struct osim__crash {
	char id[64];
	char text[512];
	char where[1024];
};
void osim__crash_read(struct osim__crash *crash, const char *log, int signal);

#endif
