/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/schedule.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t choose(void *arg, enum osim_choice kind, uint32_t n)
{
	struct osim__explorer *e = arg;
	const struct osim__schedule *s = e->schedule;
	uint32_t at = e->decisions++, way = 0;

	(void)kind;
	if (at < OSIM__DECISIONS_MAX)
		e->ways[at] = n > UINT8_MAX ? UINT8_MAX : (uint8_t)n;
	if (e->next < s->count && s->deviation[e->next].at == at) {
		way = s->deviation[e->next++].way;
		if (way >= n) {
			e->misfits++;
			way = 0;
		}
	}
	return way;
}

struct osim_chooser osim__explorer_chooser(struct osim__explorer *e,
					   const struct osim__schedule *schedule)
{
	memset(e, 0, sizeof(*e));
	e->schedule = schedule;
	return (struct osim_chooser){.choose = choose, .arg = e};
}

int osim__schedule_print(const struct osim__schedule *s, char *text, size_t bytes)
{
	int used = 0;

	if (!s->count)
		return snprintf(text, bytes, "-");
	for (unsigned int i = 0; i < s->count; i++)
		used += snprintf(text + used, (size_t)used < bytes ? bytes - (size_t)used : 0,
				 "%s%u.%u", i ? "," : "", s->deviation[i].at, s->deviation[i].way);
	return used;
}

static const char *parse_number(const char *text, uint32_t *number)
{
	char *end;
	unsigned long value;

	if (*text < '0' || *text > '9')
		return NULL;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || value > UINT32_MAX)
		return NULL;
	*number = (uint32_t)value;
	return end;
}

int osim__schedule_parse(struct osim__schedule *s, const char *text)
{
	memset(s, 0, sizeof(*s));
	if (!strcmp(text, "-"))
		return 0;
	for (;;) {
		struct osim__deviation d;

		text = parse_number(text, &d.at);
		if (!text || *text != '.' || s->count == OSIM__DEVIATIONS_MAX)
			return -EINVAL;
		text = parse_number(text + 1, &d.way);
		if (!text || (s->count && d.at <= s->deviation[s->count - 1].at))
			return -EINVAL;
		s->deviation[s->count++] = d;
		if (!*text)
			return 0;
		if (*text++ != ',')
			return -EINVAL;
	}
}

static uint32_t first_free(const struct osim__schedule *base)
{
	return base->count ? base->deviation[base->count - 1].at + 1 : 0;
}

static uint32_t known(uint32_t decisions)
{
	return decisions < OSIM__DECISIONS_MAX ? decisions : OSIM__DECISIONS_MAX;
}

uint64_t osim__schedule_extend_count(const struct osim__schedule *base, const uint8_t *ways,
				     uint32_t decisions)
{
	uint64_t n = 0;

	if (base->count == OSIM__DEVIATIONS_MAX)
		return 0;
	for (uint32_t at = first_free(base); at < known(decisions); at++)
		n += ways[at] - 1u;
	return n;
}

bool osim__schedule_extend(const struct osim__schedule *base, const uint8_t *ways,
			   uint32_t decisions, uint64_t i, struct osim__schedule *out)
{
	*out = *base;
	if (base->count == OSIM__DEVIATIONS_MAX)
		return false;
	for (uint32_t at = first_free(base); at < known(decisions); at++) {
		if (i < ways[at] - 1u) {
			out->deviation[out->count++] =
				(struct osim__deviation){.at = at, .way = (uint32_t)i + 1};
			return true;
		}
		i -= ways[at] - 1u;
	}
	return false;
}

void osim__schedule_random(struct osim__schedule *s, uint64_t seed, unsigned int depth,
			   uint32_t decisions)
{
	struct osim_chooser_seeded state;
	struct osim_chooser random = osim_chooser_seeded(&state, seed);

	memset(s, 0, sizeof(*s));
	decisions = known(decisions);
	if (depth > OSIM__DEVIATIONS_MAX)
		depth = OSIM__DEVIATIONS_MAX;
	while (s->count < depth && decisions) {
		uint32_t at = random.choose(random.arg, OSIM_CHOICE_USER, decisions);
		unsigned int i = s->count;

		while (i && s->deviation[i - 1].at > at)
			i--;
		if (i && s->deviation[i - 1].at == at) {
			depth--;
			continue;
		}
		memmove(&s->deviation[i + 1], &s->deviation[i],
			(s->count - i) * sizeof(s->deviation[0]));
		/* Few decisions have more than four ways; a way that is not there counts as
		 * natural. */
		s->deviation[i] = (struct osim__deviation){
			.at = at, .way = 1 + random.choose(random.arg, OSIM_CHOICE_USER, 3)};
		s->count++;
	}
}

static bool shrink_once(struct osim__schedule *s,
			bool (*fails)(void *arg, const struct osim__schedule *s), void *arg,
			unsigned int *tries, unsigned int tries_max)
{
	for (unsigned int i = 0; i < s->count; i++) {
		struct osim__schedule less = *s;

		memmove(&less.deviation[i], &less.deviation[i + 1],
			(less.count - i - 1) * sizeof(less.deviation[0]));
		less.count--;
		if ((*tries)++ < tries_max && fails(arg, &less)) {
			*s = less;
			return true;
		}
	}
	for (unsigned int i = 0; i < s->count; i++) {
		struct osim__schedule less = *s;

		if (less.deviation[i].way <= 1)
			continue;
		less.deviation[i].way = 1;
		if ((*tries)++ < tries_max && fails(arg, &less)) {
			*s = less;
			return true;
		}
	}
	return false;
}

unsigned int osim__schedule_shrink(struct osim__schedule *s,
				   bool (*fails)(void *arg, const struct osim__schedule *s),
				   void *arg, unsigned int tries_max)
{
	unsigned int tries = 0;

	while (tries < tries_max && shrink_once(s, fails, arg, &tries, tries_max))
		;
	return tries < tries_max ? tries : tries_max;
}
