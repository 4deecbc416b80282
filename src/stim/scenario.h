/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_STIM_SCENARIO_H
#define OSIM_STIM_SCENARIO_H

#include <optee_sim/check.h>
#include <optee_sim/client.h>
#include <optee_sim/conduit.h>
#include <optee_sim/driver.h>
#include <optee_sim/secure.h>

/*
 * A scenario is what happens to a driver from outside: how the machine is built, what is posted,
 * what programs do. What must hold is said by rules, live objects and the kernel API, and holds
 * also while things are made to fail. What a program must see when nothing fails is said with
 * osim__expect().
 */

#define OSIM__STAGE_TASKS_MAX 8u

/* One run of a scenario. */
struct osim__stage {
	struct osim_machine *m;
	struct osim_driver *driver;
	struct osim_platform platform;
	struct osim_task *task[OSIM__STAGE_TASKS_MAX];
	unsigned int tasks;
	uint32_t value; /* parameter of a program: what it waits for, sends, asks */
	uint32_t turn;	/* programs that have taken a number */
	bool bound;
	bool disturbed;	 /* something is made to fail, or the driver leaves: osim__expect() is mute
			  */
	bool errors;	 /* the driver has reason to log errors */
	bool peer_wrong; /* the secure world is made to ask what it should not */
	/* The driver has no devices for programs, as a handler with a small probe has not: what a
	 * whole driver owes its programs and its probe is not expected of it. */
	bool part;
	bool special;		   /* the scenario's machine is not the default one */
	struct osim_client client; /* of programs that share a session */
	uint32_t session;
	struct osim_tap tap; /* of a scenario that stands in for the secure world */
	uint32_t count;	     /* its own */
	const void *own;     /* the same, where a number is not enough */
	/* Sees each event before all others; may be NULL. It may do what an event sink may. */
	void (*event)(struct osim__stage *stage, const struct osim_event *e);
	bool reordered; /* another order of events than the natural one is tried */
	void *memory;	/* of programs; see osim__stage_alloc() */
	void (*unmet)(void *arg, const char *id, const char *text); /* NULL: nobody listens */
	void (*lacks)(void *arg, const char *what);
	void *listener; /* arg of both */
};

struct osim__scenario {
	const char *name;
	const char *what; /* one sentence */
	/* Changes defaults; NULL: none. */
	void (*configure)(struct osim_options *machine, struct osim_secure_options *secure);
	/* On the host's stack. The driver is unbound afterwards if it still is bound. */
	void (*body)(struct osim__stage *stage);
	enum osim_who who; /* who can cause what happens in it; honest where it is not said */
	bool notif;	   /* without notifications by interrupt nothing is left of it */
	bool whole;	   /* a part of a driver does nothing of what it is about */
};

/* The last has name NULL. */
extern const struct osim__scenario *const osim__scenarios[];

/* Runs it, unless the driver is from before what it is about: then it lacks that. */
void osim__stage_run(struct osim__stage *stage, const struct osim__scenario *scenario);

/* Binds; false: it failed, which is the driver's right where something was made to fail only. */
bool osim__stage_bind(struct osim__stage *stage);
/* Binds where the driver may refuse to. */
bool osim__stage_try_bind(struct osim__stage *stage);
/* Binds where there is a per-CPU interrupt, which the driver need not know how to use. */
bool osim__stage_bind_percpu(struct osim__stage *stage);
/* A program, in a thread of its own; runs in osim_run(). */
void osim__stage_program(struct osim__stage *stage, const char *name, void (*fn)(void *stage));

/*
 * Memory of a program, aligned as malloc's, which stays until osim__stage_free(): pages that a
 * driver has pinned outlive the program. NULL: out of memory.
 */
void *osim__stage_alloc(struct osim__stage *stage, size_t bytes);
/* After the machine is gone. */
void osim__stage_free(struct osim__stage *stage);
/* Runs the programs, kills those that are left after two seconds, and runs to the end. */
void osim__stage_finish(struct osim__stage *stage);

/*
 * What a program must see while nothing is made to fail. Where it does not hold, id (dotted) and
 * text are a finding.
 */
void osim__expect(struct osim__stage *stage, bool holds, const char *id, const char *text);

/* The driver cannot do something that the scenario is about, and need not: it ends here. */
void osim__stage_lacks(struct osim__stage *stage, const char *what);

/* A driver may do without a supplicant; then that is told as above. */
bool osim__stage_has_supplicant(struct osim__stage *stage);

#endif
