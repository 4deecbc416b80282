/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_JOBS_EXPERIMENT_H
#define OSIM_JOBS_EXPERIMENT_H

#include <optee_sim/check.h>

#include "explore/schedule.h"
#include "stim/scenario.h"

/*
 * One scenario, one thing done to it, one schedule. As text: "posts", "posts+alloc@3",
 * "client+ret@5=4", "abi:wait-send+post0@12/17.1". The text is what a person gives back to see it
 * again.
 */

enum osim__plan {
	OSIM__PLAN_NONE,
	OSIM__PLAN_FAULT, /* a: enum osim_fault, at: the n-th such operation fails */
	OSIM__PLAN_RET,	  /* the at-th call is answered with a0 = a, and does not reach the secure
			     world */
	OSIM__PLAN_REG,	  /* the at-th call comes back with register a set to b */
	OSIM__PLAN_POST,  /* value a is posted at the at-th event */
	OSIM__PLAN_KILL,  /* every program gets a fatal signal at the at-th event */
	OSIM__PLAN_SPURIOUS, /* the notification interrupt comes at the at-th event, for nothing */
};

struct osim__experiment {
	const struct osim_scenario *scenario;
	enum osim_profile profile;
	enum osim__plan plan;
	uint32_t a, at;
	uint64_t b;
	struct osim__schedule schedule;
};

#define OSIM__CALLS_MAX 512u

/* What a run was like, for making further experiments of it. */
struct osim__measure {
	uint32_t faults[OSIM_FAULT_COUNT];
	uint32_t calls;
	uint32_t events;
	uint32_t decisions;
	uint32_t call_id[OSIM__CALLS_MAX]; /* of the first ones */
	uint8_t ways[OSIM__DECISIONS_MAX];
	/* How much of that had been when the driver was first bound. */
	struct osim__measure_begun {
		bool is;
		uint32_t faults[OSIM_FAULT_COUNT];
		uint32_t calls, events, decisions;
	} begun;
	char lacks[48]; /* what the scenario is about and the driver cannot do; "" */
};

/* Something wrong in a run. rule may be NULL. */
typedef void osim__wrong_fn(void *arg, const char *id, const char *text, const char *where);

/*
 * Runs it on a machine of its own. wrong, sink and measure may be NULL. 0, or -errno where the
 * machine could not be made.
 */
int osim__experiment_run(const struct osim__experiment *x, struct osim_driver *driver,
			 osim__wrong_fn *wrong, void *wrong_arg, osim_event_fn *sink,
			 void *sink_arg, struct osim__measure *measure);

int osim__experiment_print(const struct osim__experiment *x, char *text, size_t bytes);
/* 0; -EINVAL, with osim__error(). scenarios ends with NULL. */
int osim__experiment_parse(struct osim__experiment *x, const char *text,
			   const struct osim_scenario *const *scenarios);
/* What is done: "alloc", as print has it; "order": its schedule only; "": nothing. */
void osim__experiment_kind(const struct osim__experiment *x, char *kind, size_t bytes);
enum osim_who osim__experiment_who(const struct osim__experiment *x);

#endif
