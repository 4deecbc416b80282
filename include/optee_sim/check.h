/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_CHECK_H
#define OPTEE_SIM_CHECK_H

#include <optee_sim/event.h>
#include <optee_sim/secure.h>
#include <optee_sim/types.h>

OSIM_BEGIN_DECLS

struct osim_scenario;

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

/** Which secure worlds a check tries. */
enum osim_check_peer {
	OSIM_CHECK_PEER_ALL,
	OSIM_CHECK_PEER_HONEST,	 /**< One that keeps the protocol. */
	OSIM_CHECK_PEER_HOSTILE, /**< One that breaks it, or gives errors that it does not give.
				    Scenarios as they are are run to know what can be done to them;
				    what is wrong in them is not told. */
};

/** A kind of thing that was done to scenarios. */
struct osim_check_stimulus {
	const char *kind; /**< "alloc", as an experiment's name has it; "order": other orders of
			     events; "": nothing. */
	const char *experiment; /**< The simplest of the kind. */
	size_t count;		/**< Experiments. */
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
	const struct osim_check_stimulus *stimuli; /**< What was done to them. */
	size_t stimulus_count;
	/** The rows of the experiment's time line up to where it was noticed, and a few after it,
	 * one a line. The row where it was noticed begins with "> ", the others with two blanks;
	 * what is left out is counted in a row of its own. "": it did not come again. */
	const char *timeline;
};

/** What was done. */
struct osim_check_summary {
	size_t experiments; /**< Runs of the driver. */
	size_t scenarios;
	size_t groups;	/**< That were told. */
	size_t untold;	/**< That were found, and not asked for. */
	size_t crashed; /**< Runs that ended in a crash, a sanitizer's report or a time-out. */
	/** Scenarios that are about something that the driver cannot do, and need not: "no
	 * I2C_TRANSFER: rpc-i2c, rpc-i2c-malformed; no ..."; "": none. Ends in ", ..." where there
	 * are more than fit. */
	char left_out[1024];
};

/** How to check. Zero-initialise, set size and driver, set what differs. */
struct osim_check_options {
	size_t size; /**< sizeof(struct osim_check_options). */
	struct osim_driver *driver;
	unsigned int jobs;	/**< Processes at a time, at most 64; 0: one a processor. */
	size_t experiments_max; /**< Runs, 0: 60,000. The first ones are the simplest. */
	unsigned int budget_ms; /**< No new experiment is begun after this time; 0: no limit. */
	uint64_t seed;		/**< For random schedules. */
	const char *only;	/**< Scenarios whose name begins so are run; NULL: all. */
	const char *only_id;	/**< Findings whose id begins so are told; NULL: all. */
	/** Scenarios beside those of the library; see <optee_sim/scenario.h>. */
	const struct osim_scenario *const *scenarios;
	size_t scenario_count;
	enum osim_profile profile; /**< Of the fake secure world; experiments say "abi:" in front of
				      their name where it is that. */
	enum osim_check_peer peer;
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
 * @brief Restricts a check to what a word names: sets only, or only_id.
 *
 * A word with a '.' is the beginning of a finding's id ("notif.", "kernel.leak"); so is one that no
 * scenario's name begins with.
 *
 * @param options  scenarios are set. The word is borrowed.
 * @retval 0        Set.
 * @retval -EINVAL  It begins neither; osim_last_error() has the nearest names.
 * @retval -ENOMEM  Out of memory.
 */
OSIM_EXPORT int osim_check_only(struct osim_check_options *options, const char *word);

/**
 * @brief Runs one experiment again, in this process, for its time line.
 * @param options     Of which driver, scenarios and profile count; the experiment may also name the
 * profile OSIM_PROFILE_ABI, "abi:" in front.
 * @param experiment  As osim_check_group gives it.
 * @param sink        Gets each event; may be NULL.
 * @retval 0        Nothing was wrong.
 * @retval 1        Something was; events of kind FINDING told it.
 * @retval 2        Nothing was wrong, and nothing was done: the run ends before the allocation, the
 * call or the event that the experiment names.
 * @retval -EINVAL  No such experiment, or options out of range; osim_last_error() says why.
 * @retval -ENOMEM  Out of memory.
 */
OSIM_EXPORT int osim_check_again(const struct osim_check_options *options, const char *experiment,
				 osim_event_fn *sink, void *arg);

/**
 * @brief Calls @p fn for each scenario that a check with these options runs, in order.
 * @retval 0        Done.
 * @retval -EINVAL  There is none, or one of the options' own cannot be taken; osim_last_error()
 * says why.
 * @retval -ENOMEM  Out of memory.
 */
OSIM_EXPORT int osim_check_scenarios(const struct osim_check_options *options,
				     void (*fn)(void *arg, const char *name, const char *what),
				     void *arg);

OSIM_END_DECLS

#endif
