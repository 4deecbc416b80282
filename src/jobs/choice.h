/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_JOBS_CHOICE_H
#define OSIM_JOBS_CHOICE_H

#include <optee_sim/check.h>
#include <optee_sim/scenario.h>

/* Of the library and of users together. */
#define OSIM__SCENARIOS_MAX 512u

/*
 * All scenarios: the library's, then those of the options; ends with NULL. The caller frees it.
 * -EINVAL, with osim__error(), where one of the options' cannot be taken; -ENOMEM.
 */
int osim__scenarios_all(const struct osim_check_options *options,
			const struct osim_scenario ***out);

/* The same, but for those that the options leave out. -EINVAL also where none is left. */
int osim__scenarios_chosen(const struct osim_check_options *options,
			   const struct osim_scenario *const *all,
			   const struct osim_scenario ***out, size_t *count);

/* Ids of findings that are no rules of the protocol; the last is NULL. */
extern const char *const osim__finding_ids[];

#endif
