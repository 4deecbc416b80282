/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_COUNTERS_H
#define OPTEE_SIM_COUNTERS_H

#include <optee_sim/event.h>

OSIM_BEGIN_DECLS

/**
 * What a run did, by name, counted from its events. Plain totals without an event sink are in
 * osim_stats().
 */
struct osim_counters;

/** Names of what is counted. A group with parts has one counter for each name in it. */
#define OSIM_COUNTER_MAP(X)                                                                       \
	X(FAST_CALLS, "fast_calls")		/* parts: by name of the call */                  \
	X(YIELDING_CALLS, "yielding_calls")	/* parts: by command of the message */            \
	X(RPCS, "rpcs")				/* parts: by kind, or by command */               \
	X(INTERRUPTS, "interrupts")		/* taken by a CPU */                              \
	X(THREAD_WAKES, "thread_wakes")		/* threads woken from an interrupt handler */     \
	X(BOTTOM_HALVES, "bottom_halves")	/* ended in the secure world */                   \
	X(POSTS, "posts")			/* values posted; merged ones too */              \
	X(POSTS_MERGED, "posts_merged")		/* of them, pending already */                    \
	X(VALUES_DELIVERED, "values_delivered") /* valid values that a GET_ASYNC_NOTIF_VALUE gave \
						 */

enum osim_counter {
#define OSIM_COUNTER_ENUM(name, text) OSIM_COUNTER_##name,
	OSIM_COUNTER_MAP(OSIM_COUNTER_ENUM)
#undef OSIM_COUNTER_ENUM
		OSIM_COUNTER_COUNT,
};

/**
 * @brief Makes counters, all zero.
 * @return NULL: out of memory.
 * @par Ownership  The caller frees them with osim_counters_free().
 */
OSIM_EXPORT struct osim_counters *osim_counters_new(void);

/** @brief Counts one event; an osim_event_fn. @p counters is a struct osim_counters. */
OSIM_EXPORT void osim_counters_event(void *counters, const struct osim_event *event);

/** @brief The name of a counter or group ("fast_calls"); "?" for a number out of range. */
OSIM_EXPORT const char *osim_counter_name(enum osim_counter which);

/** @brief A total; of a group that of all its parts. 0 for a number out of range. */
OSIM_EXPORT uint64_t osim_counters_total(const struct osim_counters *counters,
					 enum osim_counter which);

/** @brief Is it a group with parts? */
OSIM_EXPORT bool osim_counter_has_parts(enum osim_counter which);

/**
 * @brief Calls @p fn for each part of a group, in the order in which they came up first.
 * @param fn  Gets the part's name, "GET_ASYNC_NOTIF_VALUE", or its number in hex where it has none.
 */
OSIM_EXPORT void osim_counters_each(const struct osim_counters *counters, enum osim_counter which,
				    void (*fn)(void *arg, const char *part, uint64_t count),
				    void *arg);

/** @brief Frees. NULL is ignored. */
OSIM_EXPORT void osim_counters_free(struct osim_counters *counters);

OSIM_END_DECLS

#endif
