/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_JOBS_WRONG_H
#define OSIM_JOBS_WRONG_H

#include "jobs/experiment.h"
#include "jobs/jobs.h"

/* What is wrong in a run, on its way from the worker to the parent. */

/* First byte of a part of a worker's record; others are their writers'. */
#define OSIM__RECORD_WRONG 'W'

/* In the worker: an osim__wrong_fn that adds it to the record. */
void osim__wrong_write(void *arg, const char *id, const char *text, const char *where);

/* In the parent: gives what such a part has, from its first byte on, to fn. How many bytes it is;
 * 0: it is none, or cut off. */
size_t osim__wrong_read(const char *part, size_t bytes, osim__wrong_fn *fn, void *arg);

/* That the run did not come to its end, if so: a sanitizer's report, a signal, a time-out. */
void osim__wrong_end(const struct osim__job_result *r, osim__wrong_fn *fn, void *arg);

#endif
