/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_JOBS_PLAN_H
#define OSIM_JOBS_PLAN_H

#include "jobs/experiment.h"

/* Experiments to make, the simplest first. */
struct osim__plan_list {
	enum osim_profile profile; /* of each of them; set before the first is added */
	struct osim__experiment *items;
	size_t count, room;
	struct osim__plan_source *sources; /* scenarios with their measures, for random schedules */
	size_t source_count;
	struct osim__swept *swept; /* messages whose fields have been altered */
	size_t swept_count;
};

/* All that can be done to a scenario, by what its natural run was like. -ENOMEM. */
int osim__plan_add(struct osim__plan_list *list, const struct osim_scenario *scenario,
		   const struct osim__measure *measure, bool hostile);
/*
 * Puts faults first and the others so that time, too, cuts evenly. Cuts the list to max, evenly
 * where there is more of a kind than there is room, and fills what is left with random schedules.
 * The same seed, the same list.
 */
void osim__plan_finish(struct osim__plan_list *list, size_t max, uint64_t seed);
/* --- the parts --- */

/* Values that a field is tried at: its ends, beside them, and at the edges of words and pages. */
#define OSIM__PLAN_EDGES 22u
extern const uint64_t osim__plan_edges[OSIM__PLAN_EDGES];

int osim__plan_one(struct osim__plan_list *list, const struct osim__experiment *x);
/* Fields of messages and of those of RPCs. Each kind of message is altered in the first two
 * scenarios that have it. */
int osim__plan_messages(struct osim__plan_list *list, const struct osim_scenario *scenario,
			const struct osim__measure *measure,
			const struct osim__measure_begun *skip);
/* May the normal world refuse this RPC? */
bool osim__plan_can_refuse(const struct osim__asked *rpc);

void osim__plan_free(struct osim__plan_list *list);

#endif
