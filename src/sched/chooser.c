/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <stddef.h>

#include "sched/sched.h"

/* splitmix64: every seed is a good seed, and the state is one word. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static uint32_t choose_seeded(void *arg, enum osim_choice kind, uint32_t n)
{
	struct osim_chooser_seeded *state = arg;

	(void)kind;
	return (uint32_t)(((next_random(&state->state) >> 32) * n) >> 32);
}

struct osim_chooser osim_chooser_seeded(struct osim_chooser_seeded *state, uint64_t seed)
{
	state->state = seed;
	return (struct osim_chooser){.choose = choose_seeded, .arg = state};
}

static uint32_t choose_list(void *arg, enum osim_choice kind, uint32_t n)
{
	struct osim_chooser_list *list = arg;
	uint32_t way;

	(void)kind;
	if (list->next == list->count)
		return 0;
	way = list->choices[list->next++];
	if (way >= n) {
		list->misfits++;
		way %= n;
	}
	return way;
}

struct osim_chooser osim_chooser_list(struct osim_chooser_list *state, const uint32_t *choices,
				      size_t count)
{
	*state = (struct osim_chooser_list){.choices = choices, .count = count};
	return (struct osim_chooser){.choose = choose_list, .arg = state};
}

uint32_t osim__choose(struct osim__sched *s, enum osim_choice kind, uint32_t n)
{
	uint32_t way;

	assert(n > 0);
	if (n == 1 || !s->chooser.choose)
		return 0;
	way = s->chooser.choose(s->chooser.arg, kind, n);
	assert(way < n);
	return way;
}
