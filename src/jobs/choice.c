/* SPDX-License-Identifier: BSD-2-Clause */
#include "jobs/choice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/rules.h>

#include "machine/machine.h"
#include "stim/scenario.h"

/* --- scenarios --- */

static const struct osim_scenario *named(const struct osim_scenario *const *all, const char *name)
{
	for (; *all; all++)
		if (!strcmp((*all)->name, name))
			return *all;
	return NULL;
}

/* A name is part of an experiment's, where '+', '/', ':' and '.' mean something. */
static int refuse(const struct osim_scenario *const *before, const struct osim_scenario *scenario)
{
	const char *name = scenario->name;

	if (!name || !scenario->what || !scenario->body)
		return osim__error(-EINVAL, "scenarios: '%s' lacks a name, a sentence or a body",
				   name ? name : "");
	if (!*name || name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")])
		return osim__error(
			-EINVAL, "scenarios: '%s': lower case letters, digits and '-' only", name);
	if (named(before, name))
		return osim__error(-EINVAL, "scenarios: there are two of the name '%s'", name);
	return 0;
}

int osim__scenarios_all(const struct osim_check_options *options, const struct osim_scenario ***out)
{
	const struct osim_scenario **all;
	size_t count = 0;
	int rc = 0;

	while (osim__scenarios[count])
		count++;
	if (options->scenario_count > OSIM__SCENARIOS_MAX - count)
		return osim__error(-EINVAL, "scenarios: more than %zu",
				   (size_t)OSIM__SCENARIOS_MAX - count);
	all = calloc(count + options->scenario_count + 1, sizeof(const struct osim_scenario *));
	if (!all)
		return -ENOMEM;
	memcpy(all, osim__scenarios, count * sizeof(const struct osim_scenario *));
	for (size_t i = 0; !rc && i < options->scenario_count; i++) {
		rc = refuse(all, options->scenarios[i]);
		all[count + i] = options->scenarios[i];
	}
	if (rc)
		free(all);
	else
		*out = all;
	return rc;
}

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

int osim__scenarios_chosen(const struct osim_check_options *options,
			   const struct osim_scenario *const *all,
			   const struct osim_scenario ***out, size_t *count)
{
	const char *only = options->only ? options->only : "";
	bool honest = options->peer == OSIM_CHECK_PEER_HONEST;
	const struct osim_scenario **chosen =
		calloc(OSIM__SCENARIOS_MAX, sizeof(const struct osim_scenario *));
	size_t n = 0;

	if (!chosen)
		return -ENOMEM;
	for (; *all; all++)
		if (begins((*all)->name, only) && !(honest && (*all)->who == OSIM_WHO_HOSTILE))
			chosen[n++] = *all;
	if (!n) {
		free(chosen);
		return osim__error(-EINVAL, "only: no%s scenario begins with '%s'",
				   honest ? " honest" : "", only);
	}
	*out = chosen;
	*count = n;
	return 0;
}

int osim_check_scenarios(const struct osim_check_options *options,
			 void (*fn)(void *arg, const char *name, const char *what), void *arg)
{
	const struct osim_scenario **all = NULL, **chosen = NULL;
	size_t count = 0;
	int rc = osim__scenarios_all(options, &all);

	if (!rc)
		rc = osim__scenarios_chosen(options, all, &chosen, &count);
	for (size_t i = 0; i < count; i++)
		fn(arg, chosen[i]->name, chosen[i]->what);
	free(chosen);
	free(all);
	return rc;
}

/* --- what a word means --- */

/* How many characters have to be inserted, left out or exchanged. */
static unsigned int distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned int row[65];

	na = na < 64 ? na : 64;
	nb = nb < 64 ? nb : 64;
	for (size_t j = 0; j <= nb; j++)
		row[j] = (unsigned int)j;
	for (size_t i = 1; i <= na; i++) {
		unsigned int corner = row[0]++;

		for (size_t j = 1; j <= nb; j++) {
			unsigned int best = corner + (a[i - 1] != b[j - 1]);

			corner = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[nb];
}

#define NEAREST_MAX 3u

struct nearest {
	const char *word;
	struct {
		const char *name;
		unsigned int distance;
	} best[NEAREST_MAX];
	size_t count;
	bool begun; /* one of the names begins with the word */
};

static void look_at(struct nearest *n, const char *name)
{
	size_t bytes = strlen(name), word = strlen(n->word), at;
	unsigned int d = distance(n->word, word, name, bytes);
	/* The word may be the beginning of a name, but for a slip. */
	unsigned int d_begin = 1 + distance(n->word, word, name, bytes < word ? bytes : word);

	n->begun |= begins(name, n->word);
	d = d_begin < d ? d_begin : d;
	if (d > word / 2 + 1)
		return;
	for (at = n->count; at && n->best[at - 1].distance > d; at--)
		if (at < NEAREST_MAX)
			n->best[at] = n->best[at - 1];
	if (at == NEAREST_MAX)
		return;
	n->best[at].name = name;
	n->best[at].distance = d;
	n->count += n->count < NEAREST_MAX;
}

static bool own_id(const struct osim_check_options *options, const char *word)
{
	for (size_t i = 0; i < options->scenario_count; i++) {
		const char *name = options->scenarios[i]->name;

		if (begins(word, name) && word[strlen(name)] == '.')
			return true;
	}
	return begins(word, "asan.") || begins(word, "ubsan.");
}

static void look_at_ids(struct nearest *n)
{
	const struct osim_rule *rule;

	for (size_t i = 0; (rule = osim_rule(i)); i++)
		look_at(n, rule->id);
	for (size_t i = 0; osim__finding_ids[i]; i++)
		look_at(n, osim__finding_ids[i]);
}

int osim_check_only(struct osim_check_options *options, const char *word)
{
	struct nearest n = {.word = word};
	const struct osim_scenario **all;
	char text[256] = "";
	bool scenario;
	int rc = osim__scenarios_all(options, &all);

	if (rc)
		return rc;
	for (size_t i = 0; all[i]; i++)
		look_at(&n, all[i]->name);
	free(all);
	scenario = n.begun && !strchr(word, '.');
	n.begun = false;
	if (!scenario)
		look_at_ids(&n);
	if (scenario)
		options->only = word;
	else if (n.begun || own_id(options, word))
		options->only_id = word;
	else
		rc = -EINVAL;
	for (size_t i = 0; rc && i < n.count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
			 !i ? "; near: " : ", ", n.best[i].name);
	return rc ? osim__error(-EINVAL,
				"only: neither a scenario nor a finding begins with '%s'%s", word,
				text)
		  : 0;
}
