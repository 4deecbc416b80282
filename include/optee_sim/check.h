/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_CHECK_H
#define OPTEE_SIM_CHECK_H

#include <optee_sim/event.h>
#include <optee_sim/secure.h>
#include <optee_sim/types.h>

OSIM_BEGIN_DECLS

/** Who can make it happen; where several can, the first of them. */
enum osim_who {
	OSIM_WHO_HONEST, /**< An OP-TEE that keeps the protocol, or a schedule: it can happen in the
			    field. */
	OSIM_WHO_RESOURCE, /**< Memory, an interrupt or another resource of the normal world is
			      refused. */
	OSIM_WHO_HOSTILE,  /**< A secure world that breaks the protocol or answers with an error it
			      does not give. */
	OSIM_WHO_COUNT,
};

/** What is wrong, found once or many times. Texts are valid during the call. */
struct osim_check_group {
	const char *id;	   /**< Rule, or kind of sanitizer report: "notif.enable-honoured",
			      "asan.heap-buffer-overflow". */
	const char *text;  /**< What happened, in the shortest experiment that shows it. */
	const char *where; /**< Stack of names, one a line; "" if unknown. */
	const char *rule;  /**< What must hold, or "". */
	const char *abi;   /**< Its place in the ABI, or "". */
	enum osim_who who;
	const char
		*experiment; /**< The shortest one that shows it: what osim_check_again() takes. */
	size_t count;	     /**< Experiments that show it. */
	const char *const *scenarios; /**< Names of those in which it was seen; ends with NULL. */
};

/** What was done. */
struct osim_check_summary {
	size_t experiments; /**< Runs of the driver. */
	size_t scenarios;
	size_t groups;
	size_t crashed; /**< Runs that ended in a crash, a sanitizer's report or a time-out. */
	/** Scenarios that are about something that the driver cannot do, and need not: "no
	 * I2C_TRANSFER: rpc-i2c, ..."; "": none. */
	char left_out[1024];
};

/** How to check. Zero-initialise, set size and driver, set what differs. */
struct osim_check_options {
	size_t size; /**< sizeof(struct osim_check_options). */
	struct osim_driver *driver;
	unsigned int jobs;	   /**< Processes at a time; 0: one a processor. */
	size_t experiments_max;	   /**< Runs, 0: 60,000. The first ones are the simplest. */
	unsigned int budget_ms;	   /**< No new experiment is begun after this time; 0: no limit. */
	uint64_t seed;		   /**< For random schedules. */
	const char *only;	   /**< Scenarios whose name begins so; NULL: all. */
	enum osim_profile profile; /**< Of the fake secure world; experiments say "abi:" in front of
				      their name where it is that. */
	bool honest_only;	   /**< No hostile secure world. */
	bool quick; /**< Each scenario as it is, each fault, and a sample of the rest. */
	void (*progress)(void *arg, size_t done, size_t all, size_t groups);
	/** In each process that makes runs, before it ends; NULL: nothing. */
	void (*leave)(void *arg);
	void *arg; /**< Passed to progress and leave. */
};

/**
 * @brief Runs a driver through every scenario, each alone, with each thing failing in turn, with
 * each answer of the secure world wrong in turn, and in other orders; each run in a process that
 * may crash.
 *
 * @param options  What to check.
 * @param group    Called once for each thing that is wrong, honest ones first, in a fixed order.
 * @param arg      Passed to it.
 * @param[out] summary  May be NULL.
 * @retval 0        Done; nothing is wrong if group was never called.
 * @retval -EINVAL  Options out of range; osim_last_error() says which.
 * @retval -ENOMEM  Out of memory.
 * @retval other    Negative errno of fork or pipe.
 * @par Context  Host, with no thread but this one: it forks.
 */
OSIM_EXPORT int osim_check(const struct osim_check_options *options,
			   void (*group)(void *arg, const struct osim_check_group *group),
			   void *arg, struct osim_check_summary *summary);

/**
 * @brief Runs one experiment again, in this process, for its time line.
 * @param experiment  As osim_check_group gives it.
 * @param sink        Gets each event; may be NULL.
 * @retval 0        Nothing was wrong.
 * @retval 1        Something was; events of kind FINDING told it.
 * @retval -EINVAL  No such experiment; osim_last_error() says why.
 * @retval -ENOMEM  Out of memory.
 */
OSIM_EXPORT int osim_check_again(struct osim_driver *driver, const char *experiment,
				 osim_event_fn *sink, void *arg);

/** @brief Calls @p fn for each scenario, in order. */
OSIM_EXPORT void osim_check_scenarios(void (*fn)(void *arg, const char *name, const char *what),
				      void *arg);

OSIM_END_DECLS

#endif
