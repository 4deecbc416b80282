/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_JOBS_PICTURE_H
#define OSIM_JOBS_PICTURE_H

#include "jobs/groups.h"

/*
 * Makes the experiments of groups as simple as they get, by leaving out of their schedules what is
 * not needed, and then each once more for its time line: group->best, text, where and timeline.
 * Whatever happens there costs a time line at most. -ENOMEM, or -errno of fork or pipe.
 */
int osim__pictures(struct osim__groups *groups, const struct osim_check_options *options);

#endif
