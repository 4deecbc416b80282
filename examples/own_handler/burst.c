/* SPDX-License-Identifier: BSD-2-Clause */
/* A scenario for a change to the handler: "optee-sim check" runs it beside its own. */
#include <optee_sim/scenario.h>

static void burst(struct osim_stage *stage)
{
	if (!osim_stage_bind(stage))
		return;
	osim_post(stage->m, 0);
	osim_post(stage->m, 7);
	osim_run(stage->m);
	osim_expect(stage, osim_stats(stage->m)->bottom_halves > 0, "burst.bottom-half",
		    "a value that comes after 0 takes its bottom half away");
}

OSIM_SCENARIO(own_burst) = {.name = "burst",
			    .what = "0 and another value come with one interrupt.",
			    .body = burst,
			    .notif = true};
