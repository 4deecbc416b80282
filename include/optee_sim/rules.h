/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_RULES_H
#define OPTEE_SIM_RULES_H

#include <optee_sim/event.h>

OSIM_BEGIN_DECLS

/**
 * The rules of the protocol, held against events one by one: those of a run that is going on, or of
 * a recorded one. A rule knows nothing but what events tell.
 */

/** What a source of events tells. A rule that needs more than there is has no verdict. */
enum {
	OSIM_SEES_YIELDING = 1, /**< CALL and RETURN of yielding calls, by thread: 32 bits of what
				   goes in, and of the first four registers that come back. */
	OSIM_SEES_FAST = 2,	/**< The same of fast calls. */
	OSIM_SEES_REGS = 4,	/**< All of all eight registers. */
	OSIM_SEES_MESSAGES = 8, /**< MESSAGE and RPC, with what is in them. */
	OSIM_SEES_MASKS = 16,	/**< From where a call is made, and OSIM_EVENT_F_MASKED. */
	OSIM_SEES_RECORD = 32,	/**< POST, RETRIEVE and BOTTOM_HALF. */
	OSIM_SEES_DRIVER = 64,	/**< DRIVER, LOG, and ALLOC and FREE of interrupts. */
	OSIM_SEES_TIME = 128,	/**< Times are those of both worlds' own clock, to the tick. */
	OSIM_SEES_START = 256,	/**< All since the machine was made; nothing is missing. */
	OSIM_SEES_ALL = 511,	/**< What a machine tells, and our own trace format has. */
};

/** Whom a rule binds. */
enum osim_rule_binds {
	OSIM_BINDS_NORMAL, /**< The normal world: the driver. */
	OSIM_BINDS_SECURE, /**< The secure world. */
};

/** A rule. All is static. */
struct osim_rule {
	const char *id;	  /**< Stable: "notif.drain". */
	const char *text; /**< What must hold, in one sentence. */
	const char *abi;  /**< Its place: header, section. */
	enum osim_rule_binds binds;
	unsigned int needs; /**< OSIM_SEES_*, all of them. */
};

/** @brief Rule number @p i, from 0; NULL past the last. */
OSIM_EXPORT const struct osim_rule *osim_rule(size_t i);

/** What is known of a rule. */
enum osim_verdict {
	OSIM_VERDICT_FAILED,	    /**< It was broken. */
	OSIM_VERDICT_PASSED,	    /**< What it is about happened, and it was kept each time. */
	OSIM_VERDICT_UNUSED,	    /**< What it is about did not happen. */
	OSIM_VERDICT_NOT_CHECKABLE, /**< The source does not tell what it needs. */
	OSIM_VERDICT_COUNT,
};

/** @brief "failed", "passed", "unused", "not checkable"; "?" for a number out of range. */
OSIM_EXPORT const char *osim_verdict_name(enum osim_verdict verdict);

/** A rule that was broken at an event. @p detail says what happened instead; valid during the call.
 */
typedef void osim_rule_broken_fn(void *arg, const struct osim_rule *rule,
				 const struct osim_event *event, const char *detail);

struct osim_rules;

/**
 * @brief Makes a checker. Its memory grows with what is alive (calls, sessions, registered
 * memory, values that are pending), not with the number of events.
 * @param sees    OSIM_SEES_*: what the events are going to tell.
 * @param broken  Called each time that a rule is broken; NULL: nobody is told.
 * @param arg     Passed to it.
 * @param[out] r  The checker. Untouched on error.
 * @retval 0        Made.
 * @retval -ENOMEM  Out of memory.
 * @par Ownership  The caller frees it with osim_rules_free().
 * @par Context  Any.
 */
OSIM_EXPORT int osim_rules_new(unsigned int sees, osim_rule_broken_fn *broken, void *arg,
			       struct osim_rules **r);

/** @brief Takes the next event; an osim_event_fn. @p rules is a struct osim_rules. */
OSIM_EXPORT void osim_rules_event(void *rules, const struct osim_event *event);

/**
 * @brief Events are missing here: what was known of what is going on is forgotten. Rules that need
 * all events (OSIM_SEES_START) and were not broken before become not checkable.
 */
OSIM_EXPORT void osim_rules_gap(struct osim_rules *r);

/**
 * @brief The events are over, and nothing is going on any more: holds what must have happened by
 * then. The driver may still be there; what it must have done when it leaves is held when it does.
 * Not to be called for a trace that was cut off. broken gets an event with the last number and
 * time.
 */
OSIM_EXPORT void osim_rules_end(struct osim_rules *r);

/** What became of one rule. */
struct osim_rule_outcome {
	enum osim_verdict verdict;
	uint64_t held;	 /**< Times that it was held against something. */
	uint64_t broken; /**< Of those, times that it was broken. */
};

/** @brief Outcome of rule number @p i, below the number of rules, so far. */
OSIM_EXPORT struct osim_rule_outcome osim_rules_outcome(const struct osim_rules *r, size_t i);

/** @brief Frees. NULL is ignored. */
OSIM_EXPORT void osim_rules_free(struct osim_rules *r);

OSIM_END_DECLS

#endif
