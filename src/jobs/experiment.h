/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_JOBS_EXPERIMENT_H
#define OSIM_JOBS_EXPERIMENT_H

#include <optee_sim/check.h>

#include "explore/schedule.h"
#include "stim/scenario.h"

/*
 * One scenario, one thing done to it, one schedule. As text: "posts", "posts+alloc@3",
 * "client+ret@5=0x4", "abi:wait-send+post@12=0/17.1". The text is what a person gives back to see
 * it again.
 */

/* at: of which event, raise of the notification interrupt, call, RPC or message, from 0. */
enum osim__plan {
	OSIM__PLAN_NONE,
	OSIM__PLAN_FAULT, /* a: enum osim_fault, at: the n-th such operation fails */
	/* At an event. */
	OSIM__PLAN_POST,     /* value a is posted */
	OSIM__PLAN_KILL,     /* program a, from 1, gets a fatal signal; 0: each does */
	OSIM__PLAN_SPURIOUS, /* the notification interrupt comes for nothing */
	OSIM__PLAN_STORM,    /* it comes for nothing again and again */
	OSIM__PLAN_ROUTE,    /* it comes on CPU a from then on */
	OSIM__PLAN_UNBIND,   /* the driver leaves */
	OSIM__PLAN_KEXEC,    /* the machine is shut down for another kernel */
	OSIM__PLAN_CRASH,    /* the kernel stops where it stands, and another one comes */
	OSIM__PLAN_KDUMP,    /* that one saves the memory of the first */
	OSIM__PLAN_UNPLUG,   /* a CPU goes, and comes back later */
	/* At a raise. */
	OSIM__PLAN_LOST, /* it does not come in */
	OSIM__PLAN_LATE, /* it comes in later */
	/* At a call. */
	OSIM__PLAN_RET, /* it is answered with a0 = a, and does not reach the secure world */
	OSIM__PLAN_REG, /* it comes back with register a set to b */
	/* At an RPC. */
	OSIM__PLAN_FOREIGN, /* interrupts come in before it */
	OSIM__PLAN_REFUSE,  /* the driver does not see it, and it is refused */
	OSIM__PLAN_AGAIN,   /* it is asked twice */
	OSIM__PLAN_STALE,   /* the one before it is asked once more */
	OSIM__PLAN_RPC,	    /* its message has b at byte a */
	/* At the end of a message. */
	OSIM__PLAN_MSG, /* it has b at byte a */
	OSIM__PLAN_COUNT,
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
/* RPCs, and messages, that are told apart. */
#define OSIM__ASKED_MAX 256u

struct osim__asked {
	uint32_t func;		       /* of an RPC */
	uint32_t cmd, sub, num_params; /* of the message; sub: word a of its first parameter */
};

/* What a run was like, for making further experiments of it. */
struct osim__measure {
	uint32_t faults[OSIM_FAULT_COUNT];
	uint32_t calls, events, decisions, raises, rpcs, messages;
	uint32_t cpus, programs;
	uint32_t call_id[OSIM__CALLS_MAX]; /* of the first ones */
	uint32_t call_a0[OSIM__CALLS_MAX]; /* that came back */
	struct osim__asked rpc[OSIM__ASKED_MAX], message[OSIM__ASKED_MAX];
	uint8_t ways[OSIM__DECISIONS_MAX];
	/* How much of that had been when the driver was first bound. */
	struct osim__measure_begun {
		bool is;
		uint32_t faults[OSIM_FAULT_COUNT];
		uint32_t calls, events, decisions, raises, rpcs, messages;
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

/* Where a sanitizer's report ends the process in the middle of that: what was wrong before. arg is
 * not used. */
void osim__experiment_died(void *arg);

int osim__experiment_print(const struct osim__experiment *x, char *text, size_t bytes);
/* 0; -EINVAL, with osim__error(). scenarios ends with NULL. */
int osim__experiment_parse(struct osim__experiment *x, const char *text,
			   const struct osim_scenario *const *scenarios);
/* What is done: "alloc", as print has it; "order": its schedule only; "": nothing. */
void osim__experiment_kind(const struct osim__experiment *x, char *kind, size_t bytes);
enum osim_who osim__experiment_who(const struct osim__experiment *x);
/* What a program saw is judged only where nobody interferes with it. */
bool osim__plan_disturbs(enum osim__plan plan);

#endif
