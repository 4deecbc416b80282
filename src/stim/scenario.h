/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_STIM_SCENARIO_H
#define OSIM_STIM_SCENARIO_H

#include <optee_sim/scenario.h>

/* Scenarios of the library. The last is NULL. */
extern const struct osim_scenario *const osim__scenarios[];

/* Runs it, unless the driver is from before what it is about: then it lacks that. */
void osim__stage_run(struct osim_stage *stage, const struct osim_scenario *scenario);

/* Gives back what osim_stage_alloc() gave, after the machine is gone. */
void osim__stage_free(struct osim_stage *stage);

#endif
