/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_EXPLORE_SCHEDULE_H
#define OSIM_EXPLORE_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <optee_sim/chooser.h>

/*
 * A schedule is a short list of deviations from the natural run: at its n-th decision, this way
 * instead of way 0. Few deviations find most faults, say much more to a person than a list of all
 * choices, and shrink by leaving some out.
 */

#define OSIM__DEVIATIONS_MAX 8u
/* Decisions of a run that are looked at; later ones take their natural way. */
#define OSIM__DECISIONS_MAX 8192u

struct osim__deviation {
	uint32_t at;
	uint32_t way;
};

struct osim__schedule {
	struct osim__deviation deviation[OSIM__DEVIATIONS_MAX];
	unsigned int count; /* in ascending order of at */
};

/* Runs a schedule and remembers how many ways each decision had. */
struct osim__explorer {
	const struct osim__schedule *schedule;
	unsigned int next;		   /* deviation to come */
	uint32_t decisions;		   /* made so far */
	uint32_t misfits;		   /* deviations to a way that was not there */
	uint8_t ways[OSIM__DECISIONS_MAX]; /* at most 255 are told */
};

/* schedule is borrowed. The explorer is the chooser's state. */
struct osim_chooser osim__explorer_chooser(struct osim__explorer *e,
					   const struct osim__schedule *schedule);

/* "12.1,40.2"; "-" for the natural run. Returns the text's length, as snprintf. */
int osim__schedule_print(const struct osim__schedule *s, char *text, size_t bytes);
/* 0; -EINVAL: no schedule, or not in order. */
int osim__schedule_parse(struct osim__schedule *s, const char *text);

/*
 * The i-th schedule with exactly one deviation more than base, after base's last, in a run whose
 * decisions had these ways. false: there are not that many.
 */
bool osim__schedule_extend(const struct osim__schedule *base, const uint8_t *ways,
			   uint32_t decisions, uint64_t i, struct osim__schedule *out);
uint64_t osim__schedule_extend_count(const struct osim__schedule *base, const uint8_t *ways,
				     uint32_t decisions);

/* depth deviations at random places of a run of that many decisions; the same seed, the same
 * schedule. */
void osim__schedule_random(struct osim__schedule *s, uint64_t seed, unsigned int depth,
			   uint32_t decisions);

/*
 * The shortest schedule that still fails: leaves deviations out and lowers ways as long as fails()
 * says true. Returns how often it was asked; at most tries_max.
 */
unsigned int osim__schedule_shrink(struct osim__schedule *s,
				   bool (*fails)(void *arg, const struct osim__schedule *s),
				   void *arg, unsigned int tries_max);

#endif
