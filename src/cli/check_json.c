/* SPDX-License-Identifier: BSD-2-Clause */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/check_report.h"
#include "cli/cli.h"

#define SCHEMA 1

static json_t *lines(const char *text)
{
	json_t *list = json_array();

	while (*text) {
		size_t len = strcspn(text, "\n");

		json_array_append_new(list, json_stringn(text, len));
		text += len + (text[len] == '\n');
	}
	return list;
}

static json_t *scenarios(const struct osim__cli_finding *f)
{
	json_t *list = json_array();

	for (size_t i = 0; i < f->scenario_count; i++)
		json_array_append_new(list, json_string(f->scenarios[i]));
	return list;
}

static json_t *stimuli(const struct osim__cli_finding *f)
{
	json_t *list = json_array();

	for (size_t i = 0; i < f->stimulus_count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:I}", "kind", f->stimuli[i].kind,
						      "experiment", f->stimuli[i].experiment,
						      "runs", (json_int_t)f->stimuli[i].count));
	return list;
}

static json_t *finding(const struct osim__cli_finding *f)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:I, s:o, s:o, s:s, s:o, s:s, s:b}",
			 "id", f->id, "place", f->place, "who", osim__cli_who[f->who], "text",
			 f->text, "where", lines(f->where), "rule", f->rule, "abi", f->abi, "runs",
			 (json_int_t)f->count, "scenarios", scenarios(f), "stimuli", stimuli(f),
			 "experiment", f->experiment, "timeline", lines(f->timeline), "again",
			 f->again, "accepted", (int)f->accepted);
}

static bool dump(FILE *out, json_t *root)
{
	bool fine = root && osim__cli_json_dump(out, root);

	json_decref(root);
	return fine;
}

bool osim__cli_report_json(FILE *out, const void *arg)
{
	const struct osim__cli_report *r = arg;
	json_t *list = json_array(), *wrong = json_object();

	for (size_t i = 0; i < OSIM_WHO_COUNT; i++)
		json_object_set_new(wrong, osim__cli_who[i],
				    json_integer((json_int_t)r->by_who[i]));
	json_object_set_new(wrong, "accepted", json_integer((json_int_t)r->accepted));
	for (size_t i = 0; i < r->count; i++)
		json_array_append_new(list, finding(&r->items[i]));
	return dump(out,
		    json_pack("{s:i, s:s, s:s, s:o, s:I, s:I, s:I, s:o, s:o}", "schema", SCHEMA,
			      "version", osim_version(), "driver", r->driver, "seed",
			      json_sprintf("%llu", (unsigned long long)r->seed), "runs",
			      (json_int_t)r->summary.experiments, "crashed",
			      (json_int_t)r->summary.crashed, "scenarios",
			      (json_int_t)r->summary.scenarios, "wrong", wrong, "findings", list));
}

bool osim__cli_report_baseline(FILE *out, const void *arg)
{
	const struct osim__cli_report *r = arg;
	json_t *list = json_array();

	for (size_t i = 0; i < r->count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s}", "id", r->items[i].id, "place",
						      r->items[i].place));
	return dump(out, json_pack("{s:i, s:o}", "schema", SCHEMA, "findings", list));
}

/* --- what is accepted --- */

/* Lines move and numbers differ from tree to tree. */
static void without_numbers(char *text)
{
	char *to = text;

	while (*text) {
		if (!strncmp(text, "0x", 2))
			text += 2 + strspn(text + 2, "0123456789abcdefABCDEF");
		else if (*text >= '0' && *text <= '9')
			text++;
		else
			*to++ = *text++;
	}
	*to = '\0';
}

static bool same_place(const char *a, const char *b, bool exact)
{
	char *ca, *cb;
	bool same;

	if (exact)
		return !strcmp(a, b);
	ca = strdup(a);
	cb = strdup(b);
	if (!ca || !cb) {
		free(ca);
		free(cb);
		return false;
	}
	without_numbers(ca);
	without_numbers(cb);
	same = !strcmp(ca, cb);
	free(ca);
	free(cb);
	return same;
}

/* Each old one accepts one new one: first those on the same line, then those that moved. */
static void accept_all(struct osim__cli_report *r, json_t *old, bool exact)
{
	size_t at;
	json_t *item;

	json_array_foreach(old, at, item)
	{
		const char *id = json_string_value(json_object_get(item, "id"));
		const char *place = json_string_value(json_object_get(item, "place"));

		for (size_t i = 0; !json_object_get(item, "used") && i < r->count; i++) {
			struct osim__cli_finding *f = &r->items[i];

			if (f->accepted || strcmp(f->id, id) != 0 ||
			    !same_place(f->place, place, exact))
				continue;
			f->accepted = true;
			json_object_set_new(item, "used", json_true());
		}
	}
}

static bool is_sanitizers(const char *id)
{
	return !strncmp(id, "asan", 4) || !strncmp(id, "ubsan", 5);
}

static bool is_pointer(const struct osim__cli_finding *f)
{
	return !strcmp(f->id, "asan.wild-pointer") || !strcmp(f->id, "asan.SEGV") ||
	       (!strncmp(f->id, "ubsan", 5) && strstr(f->text, " access within "));
}

/* What a pointer to nowhere hits, and so what it is called, is not the same in two programs. */
static void accept_wild(struct osim__cli_report *r, json_t *old)
{
	size_t at;
	json_t *item;

	for (size_t i = 0; i < r->count; i++) {
		struct osim__cli_finding *f = &r->items[i];

		if (!is_pointer(f))
			continue;
		json_array_foreach(old, at, item)
		{
			const char *place = json_string_value(json_object_get(item, "place"));

			if (is_sanitizers(json_string_value(json_object_get(item, "id"))) &&
			    same_place(f->place, place, false))
				f->accepted = true;
		}
	}
}

static bool well_formed(json_t *root, json_t *list)
{
	size_t at;
	json_t *item;

	if (json_integer_value(json_object_get(root, "schema")) != SCHEMA || !json_is_array(list))
		return false;
	json_array_foreach(list, at,
			   item) if (!json_is_string(json_object_get(item, "id")) ||
				     !json_is_string(json_object_get(item, "place"))) return false;
	return true;
}

bool osim__cli_report_accept(struct osim__cli_report *r, const char *option, const char *path)
{
	json_error_t error;
	bool is_stdin = osim__cli_is_std(path), fine;
	json_t *root = is_stdin ? json_loadf(stdin, 0, &error) : json_load_file(path, 0, &error);
	json_t *list;

	if (!root) {
		osim__cli_error("%s: cannot read '%s': line %d: %s", option,
				is_stdin ? "standard input" : path, error.line, error.text);
		return false;
	}
	list = json_object_get(root, "findings");
	fine = well_formed(root, list);
	if (fine) {
		accept_all(r, list, true);
		accept_all(r, list, false);
		accept_wild(r, list);
	} else {
		osim__cli_error("%s: '%s' is neither a baseline nor a report of check", option,
				is_stdin ? "standard input" : path);
	}
	json_decref(root);
	return fine;
}

/* --- what another runner found --- */

static char *joined(json_t *list)
{
	char *text = NULL;
	size_t at, bytes;
	json_t *item;
	FILE *out = open_memstream(&text, &bytes);

	if (!out)
		return NULL;
	json_array_foreach(list, at, item)
		fprintf(out, "%s%s", at ? "\n" : "", json_string_value(item));
	fclose(out);
	return text;
}

static enum osim_who who_of(const char *name)
{
	enum osim_who who = OSIM_WHO_HONEST;

	while (who < OSIM_WHO_HOSTILE && strcmp(osim__cli_who[who], name) != 0)
		who++;
	return who;
}

static const char *text_of(json_t *item, const char *key)
{
	const char *text = json_string_value(json_object_get(item, key));

	return text ? text : "";
}

/* Its command is what stands before the experiment. */
static void add_race(struct osim__cli_report *r, json_t *item)
{
	json_t *list = json_object_get(item, "scenarios");
	json_t *done = json_object_get(item, "stimuli");
	const char **scenarios = calloc(json_array_size(list) + 1, sizeof(*scenarios));
	struct osim_check_stimulus *stimuli = calloc(json_array_size(done) + 1, sizeof(*stimuli));
	char *command = strdup(text_of(item, "again")),
	     *where = joined(json_object_get(item, "where")),
	     *timeline = joined(json_object_get(item, "timeline"));
	char *end = command ? strstr(command, " --again ") : NULL;
	struct osim_check_group g = {
		.id = text_of(item, "id"),
		.text = text_of(item, "text"),
		.where = where ? where : "",
		.rule = text_of(item, "rule"),
		.abi = text_of(item, "abi"),
		.who = who_of(text_of(item, "who")),
		.experiment = text_of(item, "experiment"),
		.count = (size_t)json_integer_value(json_object_get(item, "runs")),
		.scenarios = scenarios,
		.stimuli = stimuli,
		.stimulus_count = stimuli ? json_array_size(done) : 0,
		.timeline = timeline ? timeline : ""};

	for (size_t i = 0; i < g.stimulus_count; i++) {
		json_t *s = json_array_get(done, i);

		stimuli[i] = (struct osim_check_stimulus){
			.kind = text_of(s, "kind"),
			.experiment = text_of(s, "experiment"),
			.count = (size_t)json_integer_value(json_object_get(s, "runs"))};
	}
	for (size_t i = 0; scenarios && i < json_array_size(list); i++)
		scenarios[i] = json_string_value(json_array_get(list, i));
	if (end && scenarios) {
		*end = '\0';
		osim__cli_report_add(r, &g, command);
	}
	free(timeline);
	free(where);
	free(command);
	free(stimuli);
	free(scenarios);
}

/* By who can cause it, then by id. */
static int in_order(const void *a, const void *b)
{
	const struct osim__cli_finding *fa = a, *fb = b;
	int by_id = strcmp(fa->id, fb->id);

	if (fa->who != fb->who)
		return fa->who < fb->who ? -1 : 1;
	return by_id ? by_id : fa->order < fb->order ? -1 : fa->order > fb->order;
}

bool osim__cli_report_add_races(struct osim__cli_report *r, const char *path)
{
	json_error_t error;
	json_t *root = json_load_file(path, 0, &error), *item;
	size_t at;

	if (!root) {
		osim__cli_error("cannot read '%s': line %d: %s", path, error.line, error.text);
		return false;
	}
	json_array_foreach(json_object_get(root, "findings"), at,
			   item) if (!strcmp(text_of(item, "id"), "kernel.data-race"))
		add_race(r, item);
	r->summary.experiments += (size_t)json_integer_value(json_object_get(root, "runs"));
	json_decref(root);
	for (at = 0; at < r->count; at++)
		r->items[at].order = at;
	if (r->count)
		qsort(r->items, r->count, sizeof(*r->items), in_order);
	return true;
}
