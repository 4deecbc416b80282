/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_SCENARIO_H
#define OPTEE_SIM_SCENARIO_H

/**
 * @file
 * @brief Scenarios: what happens to a driver from outside, for `optee-sim check`.
 *
 * How the machine is built, what is posted, what programs do. What must hold is said by rules, live
 * objects and the kernel API, and holds also while things are made to fail. What a program must see
 * when nothing fails is said with osim_expect().
 */

#include <optee_sim/check.h>
#include <optee_sim/client.h>
#include <optee_sim/conduit.h>
#include <optee_sim/driver.h>
#include <optee_sim/secure.h>

OSIM_BEGIN_DECLS

struct osim__stage_host;

/** Programs that a scenario can start. */
#define OSIM_STAGE_TASKS_MAX 8u

/** One run of a scenario: the machine, the driver, and what its programs share. All is zero at
 * first but for what is said otherwise. */
struct osim_stage {
	struct osim_machine *m;	       /**< Set. */
	struct osim_driver *driver;    /**< Set; osim_stage_bind() takes it. */
	struct osim_platform platform; /**< Set to the defaults; osim_stage_bind() takes it. */
	struct osim_task *task[OSIM_STAGE_TASKS_MAX]; /**< Of osim_stage_program(), in order. */
	unsigned int tasks;			      /**< How many there are. */
	uint32_t value; /**< Parameter of a program: what it waits for, sends, asks. */
	uint32_t turn;	/**< Programs that have taken a number. */
	bool bound;	/**< The last osim_stage_bind() came to a driver. */
	bool disturbed; /**< Something is made to fail, or the driver leaves: osim_expect() is mute.
			 */
	bool errors;	/**< The driver has reason to log errors. */
	bool peer_wrong; /**< The secure world is made to ask what it should not. */
	/** Set: the driver has no devices for programs, as a handler with a small probe has not.
	 * What a whole driver owes its programs and its probe is not expected of it, but what has
	 * an id that is none of the library's is. */
	bool part;
	struct osim_client client; /**< Of programs that share a session. */
	uint32_t session;	   /**< The same. */
	struct osim_tap tap;	   /**< Of a scenario that stands in for the secure world. */
	uint32_t count;		   /**< The scenario's own. */
	const void *own;	   /**< The same, where a number is not enough. */
	/** Sees each event before all others; may be NULL. It may do what an event sink may. */
	void (*event)(struct osim_stage *stage, const struct osim_event *e);
	bool reordered; /**< Another order of events than the natural one is tried. Set. */
	struct osim__stage_host *host; /**< The library's. */
};

/** What happens, and to which machine. */
struct osim_scenario {
	const char *name; /**< Lower case letters, digits, '-'; no other scenario's. */
	const char *what; /**< One sentence. */
	/** Changes defaults; NULL: none. */
	void (*configure)(struct osim_options *machine, struct osim_secure_options *secure);
	/** On the host's stack. The driver is unbound afterwards if it still is bound, and programs
	 * that wait come to their end only then: what they, taps and pseudo TAs use is static or
	 * from osim_stage_alloc(). */
	void (*body)(struct osim_stage *stage);
	enum osim_who who; /**< Who can cause what happens in it; honest where it is not said. */
	bool notif;	   /**< Without notifications by interrupt nothing is left of it. */
	bool whole;	   /**< A part of a driver does nothing of what it is about. */
};

/**
 * @brief Begins the definition of a scenario that `optee-sim check` runs: `OSIM_SCENARIO(mine) =
 * {.name = "mine", ...};`
 *
 * For a file given with --scenario, or with SCENARIOS of optee_sim_add_runner(). A file may have
 * several.
 */
#define OSIM_SCENARIO(symbol)                                               \
	extern const struct osim_scenario symbol;                           \
	static const struct osim_scenario *const symbol##_listed            \
		__attribute__((used, section("osim_scenarios"))) = &symbol; \
	const struct osim_scenario symbol

/** @brief Binds stage->driver. @return false: it failed, which is the driver's right where
 * something was made to fail only. */
OSIM_EXPORT bool osim_stage_bind(struct osim_stage *stage);
/** @brief Binds where the driver may refuse to. @return false: it did. */
OSIM_EXPORT bool osim_stage_try_bind(struct osim_stage *stage);
/** @brief Binds where there is a per-CPU interrupt, which the driver need not know how to use.
 * @return false: it is not bound. */
OSIM_EXPORT bool osim_stage_bind_percpu(struct osim_stage *stage);

/**
 * @brief Starts a program, in a thread of its own; it runs in osim_run().
 * @param name  For events; static text.
 * @param fn    Gets the stage. What <optee_sim/client.h> has is for it.
 * @par Context  Host, or a program. Beyond OSIM_STAGE_TASKS_MAX nothing is started.
 */
OSIM_EXPORT void osim_stage_program(struct osim_stage *stage, const char *name,
				    void (*fn)(void *stage));

/**
 * @brief Allocates memory of a program, aligned as malloc's, which stays until the machine is gone:
 * pages that a driver has pinned outlive the program.
 * @return NULL: out of memory.
 */
OSIM_EXPORT void *osim_stage_alloc(struct osim_stage *stage, size_t bytes);

/** @brief Runs the programs, kills those that are left after two seconds of the machine's time, and
 * runs to the end. */
OSIM_EXPORT void osim_stage_finish(struct osim_stage *stage);

/**
 * @brief Says what a program must see while nothing is made to fail.
 * @param holds  false: a finding.
 * @param id     Of the finding: the scenario's name, '.', and what it is: "mine.value".
 * @param text   What happened instead.
 */
OSIM_EXPORT void osim_expect(struct osim_stage *stage, bool holds, const char *id,
			     const char *text);

/** @brief Says that the driver cannot do something that the scenario is about, and need not; the
 * scenario ends here. @param what  "I2C_TRANSFER". */
OSIM_EXPORT void osim_stage_lacks(struct osim_stage *stage, const char *what);

/** @brief Has the driver a device for a supplicant? It may do without one; then that is told as
 * osim_stage_lacks() tells it. */
OSIM_EXPORT bool osim_stage_has_supplicant(struct osim_stage *stage);

OSIM_END_DECLS

#endif
