/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_STIM_SCENARIO_H
#define OSIM_STIM_SCENARIO_H

#include <optee_sim/scenario.h>

/* Scenarios of the library. The last is NULL. */
extern const struct osim_scenario *const osim__scenarios[];

/* Who listens to a scenario, and what is kept for it. */
struct osim__stage_host {
	void (*unmet)(void *arg, const char *id, const char *text); /* NULL: nobody listens */
	void (*lacks)(void *arg, const char *what);		    /* the same */
	void *arg;						    /* of both */
	const char *const *ids; /* findings of the library, which ends with NULL; NULL: any is */
	void *memory;		/* of programs; see osim_stage_alloc() */
	bool starved;		/* an allocation, or another resource, is refused */
	bool special;		/* the scenario's machine is not the default one */
};

/* Runs it, unless the driver is from before what it is about: then it lacks that. */
void osim__stage_run(struct osim_stage *stage, const struct osim_scenario *scenario);

/*
 * A copy of what programs, taps and pseudo TAs of a scenario use, in memory of the stage: some of
 * them come to their end only when the driver is removed, which is after the scenario's body.
 */
void *osim__stage_keep(struct osim_stage *stage, const void *what, size_t bytes);
#define OSIM__KEEP(stage, type, ...) \
	((type *)osim__stage_keep(stage, &(const type){__VA_ARGS__}, sizeof(type)))

/* Gives back what osim_stage_alloc() gave, after the machine is gone. */
void osim__stage_free(struct osim_stage *stage);

#endif
