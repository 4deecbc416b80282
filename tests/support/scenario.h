/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SCENARIO_H
#define SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <optee_sim/client.h>
#include <optee_sim/conduit.h>
#include <optee_sim/driver.h>
#include <optee_sim/machine.h>
#include <optee_sim/pta.h>
#include <optee_sim/secure.h>

/*
 * A machine with the driver under test, for tests that hold on every driver. What concerns
 * notifications is collected as a time line of short lines that a test compares:
 *
 *     [   0ms] host   post 5
 *     [   0ms] cpu0 irq    > GET_ASYNC_NOTIF_VALUE = OK, value 5
 *
 * Where a driver is known to do otherwise, a test asks scenario_deviates() with the fault's id.
 */

/* Capabilities as in optee_sim/abi/smc.h; the default of the fake secure world is all of them. */
#define CAP_RESERVED 0x01u
#define CAP_DYNAMIC  0x04u
#define CAP_NULL     0x10u
#define CAP_NOTIF    0x20u
#define CAP_RPC_ARG  0x40u

struct scenario {
	struct osim_driver *driver;
	const char *driver_name; /* "model", "linux-6.12" */
	struct osim_machine *m;
	struct osim_options options;
	struct osim_secure_options secure;
	const char *known; /* findings of this kind there must be; NULL: none */

	/* The time line; on between scenario_record() and scenario_expect(). */
	char text[8192];
	size_t length;
	bool recording;

	/* Counted always. */
	unsigned int calls[32];	    /* fast and yielding calls by function number */
	unsigned int messages[16];  /* messages that were taken up, by command */
	unsigned int sessions;	    /* of the test TA that are open */
	unsigned int interrupts;    /* that a handler took */
	unsigned int handler_wakes; /* threads that handlers woke */
	unsigned int bottom_halves; /* that the secure world completed */
	unsigned int retrieved;	    /* values that left the record */
	uint32_t retrieved_last;
	char log[4096]; /* of the driver, since scenario_new() */

	/* Something is done at the n th scheduling point, in whatever context that is. */
	unsigned long points;
	unsigned long point_at; /* 0: nowhere */
	void (*point_fn)(struct scenario *s);
	bool in_point;

	/* The n th operation that may fail does. */
	unsigned long faults;
	unsigned long fault_at; /* 0: none */
	enum osim_fault fault_kind;
	const char *fault_what; /* what failed */
};

/* To initialise one with, in a test that is built with a driver. */
#ifdef OSIM_TEST_DRIVER
extern struct osim_driver OSIM_TEST_DRIVER;
#endif
#define SCENARIO                                                                  \
	{                                                                         \
		.driver = &OSIM_TEST_DRIVER, .driver_name = OSIM_TEST_DRIVER_NAME \
	}

/* A machine as s->options and s->secure say. */
void scenario_new(struct scenario *s);
void scenario_free(struct scenario *s);
/* For cmocka: frees the machine of a test that failed, so that the driver is free for the next. */
int scenario_teardown(void **state);
#define scenario_test(f) cmocka_unit_test_teardown(f, scenario_teardown)

/* Is the driver under test known to have that fault? The ids are in scenario.c. */
bool scenario_deviates(const struct scenario *s, const char *id);
bool scenario_is_model(const struct scenario *s);
/* Each scenario runs twice, with either profile of the fake secure world: scenario_new() sees to
 * that. */
bool scenario_is_abi(void);
/* All defaults but the profile, for tests that make their machine themselves. */
struct osim_options scenario_options(void);
/* Ends the test as skipped, and says why. */
void scenario_skip(const struct scenario *s, const char *why);

/* Binding and removing that must work, with nothing wrong and nothing left. */
void scenario_bind(struct scenario *s);
void scenario_unbind(struct scenario *s);
/* Runs until idle. */
void scenario_run(struct scenario *s);
void scenario_post(struct scenario *s, uint32_t value);
/* No finding, or no live object. */
void scenario_assert_clean(const struct scenario *s);
void scenario_assert_empty(const struct scenario *s);

/* From now on the time line is collected; compares it, and begins a new one. */
void scenario_record(struct scenario *s);
void scenario_expect(struct scenario *s, const char *expected);

/* Does fn at the n th scheduling point from now on (n >= 1); 0: only counts. */
void scenario_at_point(struct scenario *s, unsigned long n, void (*fn)(struct scenario *s));
/* Lets the n th operation of a kind from now on fail (n >= 1); 0: none does any more. */
void scenario_fail(struct scenario *s, enum osim_fault kind, unsigned long n);

/* -- The test TA: one command for each thing that a TA can do. -- */

extern const uint8_t test_ta[16];

enum test_ta_command {
	TA_ADD,	   /* a + b of value 0 come back in its a */
	TA_INVERT, /* each byte of memory 0 is inverted in place */
	TA_GROW,   /* memory 0 is said to need b of value 1 bytes: SHORT_BUFFER */
	TA_WAIT,   /* waits for notification a of value 0, at most b ms */
	TA_SEND,   /* sends notification a by RPC */
	TA_POST,   /* posts notification a */
	TA_RPC, /* RPC command a with value b, parameter kind of value 1.a; its a, b come back in 0
		 */
	TA_ALLOC, /* allocates, fills and frees a bytes of type b of the normal world */
	TA_SLEEP, /* a ms by RPC SUSPEND */
};

/* A program of the normal world: opens the device and a session, and does what it is told. */
struct program {
	struct scenario *s;
	struct osim_task *task;
	void (*body)(struct program *p);
	struct osim_client client;
	uint32_t session;
	int error;		     /* the first negative errno */
	struct osim_tee_result last; /* of the last call */
	uint32_t command, a, b;	     /* for program_invoke_body() */
	uint64_t begun_ns, ended_ns; /* the invocation of program_invoke_body() */
	bool done;
};

/* A thread of that name that opens device and session, calls body, and closes both. */
void program_start(struct program *p, struct scenario *s, const char *name,
		   void (*body)(struct program *p));
/* Invokes p->command with values p->a and p->b; result in p->last and p->error. */
void program_invoke_body(struct program *p);
/* Starts a program that makes one such invocation. */
void program_invoke(struct program *p, struct scenario *s, enum test_ta_command command, uint32_t a,
		    uint32_t b);
/* In a program: one invocation with parameters. */
void program_call(struct program *p, enum test_ta_command command, struct osim_param *params,
		  uint32_t count);

#endif
