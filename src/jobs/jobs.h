/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_JOBS_JOBS_H
#define OSIM_JOBS_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Work in forked processes: what a driver under test does to itself costs one piece of work, and
 * the others go on. Pieces are numbered; a worker takes a run of them and says which one it is at,
 * so that after a crash the rest is given to another.
 */

enum osim__job_end {
	OSIM__JOB_DONE,	   /* the piece returned; the record is complete */
	OSIM__JOB_EXIT,	   /* the process ended in the middle: a sanitizer's report, as a rule */
	OSIM__JOB_SIGNAL,  /* it was killed by a signal */
	OSIM__JOB_TIMEOUT, /* it was killed because it took too long */
};

/* How a piece of work ended. Texts are valid during the call only. */
struct osim__job_result {
	size_t index;
	enum osim__job_end end;
	int code;	    /* EXIT: status; SIGNAL: number */
	const void *record; /* what the piece wrote, as far as it got */
	size_t record_bytes;
	const char *log; /* not DONE: what it wrote to stderr; its beginning where that is long */
};

struct osim__jobs {
	size_t count;		 /* pieces 0 .. count - 1 */
	unsigned int parallel;	 /* processes at a time; 0: as many as the machine has processors */
	unsigned int timeout_ms; /* of one piece; 0: 10,000 */
	size_t batch;		 /* pieces a process takes at a time; 0: 64 */
	/* In the worker. Writes its record with osim__job_write(). */
	void (*work)(void *arg, size_t index);
	/* In the worker, before its process ends; also at a sanitizer's report. May be NULL. */
	void (*leave)(void *arg);
	/* In the worker, at a sanitizer's report, which ends the piece; before leave(). May write
	 * to its record. May be NULL. */
	void (*died)(void *arg);
	/* In the parent, once for each piece, in the order in which they end. false: enough, stop.
	 */
	bool (*ended)(void *arg, const struct osim__job_result *result);
	void *arg;
};

/* 0; -ECANCELED: ended() said stop; -errno of fork, pipe or memory. Not from inside a machine. */
int osim__jobs_run(const struct osim__jobs *jobs);
/* In a worker: adds to the record of the piece at hand. */
void osim__job_write(const void *data, size_t bytes);

#endif
