/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_JOBS_GROUPS_H
#define OSIM_JOBS_GROUPS_H

#include "jobs/experiment.h"

#define OSIM__GROUPS_SCENARIOS_MAX 512u

/* What was found, each thing once, with the simplest experiment that shows it. */
struct osim__groups {
	struct osim__group *items;
	size_t count, room;
};

struct osim__group {
	char *key; /* what makes two findings the same */
	char *id, *text, *where;
	struct osim__experiment best;
	size_t best_order, last_order;
	size_t count;				      /* experiments */
	bool in_scenario[OSIM__GROUPS_SCENARIOS_MAX]; /* by index in osim__scenarios */
};

/*
 * order: the experiment's place among all, by which the choice between two that are equally simple
 * does not depend on which ended first; what one experiment shows is added in a row. -ENOMEM.
 */
int osim__groups_add(struct osim__groups *g, const struct osim__experiment *x, size_t order,
		     const char *id, const char *text, const char *where);
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
