/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_TIMELINE_H
#define OPTEE_SIM_TIMELINE_H

#include <stdio.h>

#include <optee_sim/event.h>

OSIM_BEGIN_DECLS

/**
 * Both worlds on one time line, for people to read.
 *
 * One row per event: virtual time in seconds, CPU, whose context it is, then what the normal world
 * does, the wire, and what the secure world does:
 *
 *     -->   a call; <-- its return, or an RPC; <-> a call that came back before anything else
 *           happened
 *     <~~   the interrupt line is raised
 *
 * Physical addresses and cookies are named by first appearance, "page#3+40" (the offset in hex),
 * "shm#2". The same run gives the same text, byte for byte.
 */
struct osim_timeline;

/** How it is written. Zero-initialise, set size, set what differs. */
struct osim_timeline_options {
	size_t size; /**< sizeof(struct osim_timeline_options). */
	FILE *out;   /**< Where to; flushed with every event, so that what was under way is there
			when the program dies. */
	void (*write)(void *arg, const char *text,
		      size_t size_bytes); /**< Instead of out: gets each piece of text. */
	void *arg;			  /**< Passed to it. */
	unsigned int width; /**< Columns, 80 .. 400; 0: 120. Only what cannot be broken is wider. */
	bool color;	    /**< With colours, as terminals take them. */
	bool raw_addresses; /**< Addresses and cookies as they are. */
	bool verbose; /**< Also switches and wakes of threads, allocations, and values as they leave
			 the record. */
};

/**
 * @brief Makes a time line.
 *
 * Give it events with osim_set_event_sink(m, osim_timeline_event, timeline), or hand them on from a
 * sink of one's own.
 *
 * @param m        Whose events they are, for the names of memory; NULL: of no machine that lives.
 * @param options  What to write to, at least.
 * @param[out] out The time line. Untouched on error.
 * @retval 0        Made.
 * @retval -EINVAL  Options out of range; osim_last_error() says which.
 * @retval -ENOMEM  Out of memory.
 * @par Ownership  The caller frees it with osim_timeline_free(), when it is no sink any more.
 * @par Context  Any.
 */
OSIM_EXPORT int osim_timeline_new(struct osim_machine *m,
				  const struct osim_timeline_options *options,
				  struct osim_timeline **out);

/** @brief Writes one event; an osim_event_fn. @p timeline is a struct osim_timeline. */
OSIM_EXPORT void osim_timeline_event(void *timeline, const struct osim_event *event);

/** @brief Ends a row that waits for what comes next. For text of one's own between events. */
OSIM_EXPORT void osim_timeline_flush(struct osim_timeline *timeline);

/** @brief Flushes and frees. NULL is ignored. */
OSIM_EXPORT void osim_timeline_free(struct osim_timeline *timeline);

OSIM_END_DECLS

#endif
