/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_CHOOSER_H
#define OPTEE_SIM_CHOOSER_H

#include <optee_sim/types.h>

OSIM_BEGIN_DECLS

/** What is being chosen. The numbers are stored in saved lists and never change. */
enum osim_choice {
	OSIM_CHOICE_RUN = 0,  /**< Which context goes on at a scheduling point. */
	OSIM_CHOICE_CPU = 1,  /**< Which CPU takes a shared interrupt. */
	OSIM_CHOICE_USER = 2, /**< Asked by a test, a scenario or a pseudo TA. */
};

/**
 * @brief Decides everything that can go more than one way.
 *
 * choose() gets the number of ways, @p n >= 2, and returns one of 0 .. n - 1. Way 0 is always the
 * natural one: what an unloaded system would do. The same answers give the same run. NULL for
 * choose() means: always way 0 (first in, first out).
 */
struct osim_chooser {
	uint32_t (*choose)(void *arg, enum osim_choice kind, uint32_t n);
	void *arg;
};

/** State of the seeded chooser; owned by the caller, must outlive the machine that uses it. */
struct osim_chooser_seeded {
	uint64_t state;
};

/** State of the chooser that repeats a saved list; past its end it chooses way 0. */
struct osim_chooser_list {
	const uint32_t *choices;
	size_t count;
	size_t next;
	size_t misfits; /**< Choices that were out of range and taken modulo n: the list is of
			   another run. */
};

/**
 * @brief A chooser that draws each way with the same likelihood from a seed.
 * @param state  Caller's storage.
 * @param seed   Any number; the same seed gives the same run.
 * @par Ownership  @p state stays the caller's and must outlive every use of the chooser.
 * @par Context  Any.
 */
OSIM_EXPORT struct osim_chooser osim_chooser_seeded(struct osim_chooser_seeded *state,
						    uint64_t seed);

/**
 * @brief A chooser that repeats a saved list of choices.
 * @param state    Caller's storage.
 * @param choices  The ways taken, in order; borrowed. May be NULL when @p count is 0.
 * @param count    How many.
 * @par Ownership  Both stay the caller's and must outlive every use of the chooser.
 * @par Context  Any.
 */
OSIM_EXPORT struct osim_chooser osim_chooser_list(struct osim_chooser_list *state,
						  const uint32_t *choices, size_t count);

OSIM_END_DECLS

#endif
