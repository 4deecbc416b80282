/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/check_report.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

const char *const osim__cli_who[] = {[OSIM_WHO_HONEST] = "honest",
				     [OSIM_WHO_RESOURCE] = "resource",
				     [OSIM_WHO_HOSTILE] = "hostile"};

const char *const osim__cli_who_text[] = {
	[OSIM_WHO_HONEST] = "an honest secure world, a program or a schedule",
	[OSIM_WHO_RESOURCE] = "a resource of the normal world that is refused",
	[OSIM_WHO_HOSTILE] = "only a secure world that breaks the protocol"};

/* --- what is kept --- */

static void *must(void *memory)
{
	if (memory)
		return memory;
	osim__cli_error("out of memory");
	exit(OSIM__EXIT_USAGE);
}

static char *copy(const char *text)
{
	assert(text);
	return must(strdup(text));
}

char *osim__cli_quoted(const char *word)
{
	char *quoted = must(malloc(strlen(word) * 4 + 3)), *to = quoted;

	if (*word && !word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789-_./+@=,:%")])
		return strcpy(quoted, word);
	*to++ = '\'';
	for (; *word; word++) {
		if (*word == '\'') {
			memcpy(to, "'\\''", 4);
			to += 4;
		} else {
			*to++ = *word;
		}
	}
	strcpy(to, "'");
	return quoted;
}

/* C library and program below the driver. */
static bool is_below(const char *frame)
{
	return !strncmp(frame, "__libc_start", 12) || !strncmp(frame, "_start", 6) ||
	       !strncmp(frame, "main (", 6);
}

static char *place_of(const struct osim_check_group *g)
{
	size_t n = strcspn(g->where, "\n");

	/* Of a race both places count, and neither which came second nor what each did. */
	if (!strcmp(g->id, "kernel.data-race"))
		return must(strndup(g->text, (size_t)(strstr(g->text, ": ") - g->text)));
	if (!n || is_below(g->where))
		return copy(g->text);
	return must(strndup(g->where, n));
}

void osim__cli_report_add(struct osim__cli_report *r, const struct osim_check_group *g,
			  const char *command)
{
	char *quoted = osim__cli_quoted(g->experiment);
	size_t bytes = strlen(command) + strlen(quoted) + sizeof(" --again ");
	struct osim__cli_finding *f;

	if (r->count == r->room) {
		r->room = r->room ? r->room * 2 : 16;
		r->items = must(realloc(r->items, r->room * sizeof(*r->items)));
	}
	f = &r->items[r->count++];
	*f = (struct osim__cli_finding){.id = copy(g->id),
					.text = copy(g->text),
					.where = copy(g->where),
					.rule = copy(g->rule),
					.abi = copy(g->abi),
					.experiment = copy(g->experiment),
					.again = must(malloc(bytes)),
					.place = place_of(g),
					.timeline = copy(g->timeline),
					.count = g->count,
					.who = g->who};
	snprintf(f->again, bytes, "%s --again %s", command, quoted);
	free(quoted);
	while (g->scenarios[f->scenario_count])
		f->scenario_count++;
	f->scenarios = must(calloc(f->scenario_count + 1, sizeof(*f->scenarios)));
	for (size_t i = 0; i < f->scenario_count; i++)
		f->scenarios[i] = copy(g->scenarios[i]);
	f->stimulus_count = g->stimulus_count;
	f->stimuli = must(calloc(f->stimulus_count + 1, sizeof(*f->stimuli)));
	for (size_t i = 0; i < f->stimulus_count; i++)
		f->stimuli[i] = (struct osim__cli_stimulus){copy(g->stimuli[i].kind),
							    copy(g->stimuli[i].experiment),
							    g->stimuli[i].count};
}

static void add_name(struct osim__cli_names *names, const char *id, const char *text,
		     const char *abi)
{
	for (size_t i = 0; i < names->count; i++)
		if (!strcmp(names->items[i].id, id))
			return;
	names->items = must(realloc(names->items, (names->count + 1) * sizeof(*names->items)));
	names->items[names->count++] =
		(struct osim__cli_name){.id = copy(id), .text = copy(text), .abi = copy(abi)};
}

static void add_rules(struct osim__cli_names *names, const char *only)
{
	const struct osim_rule *rule;

	for (size_t i = 0; (rule = osim_rule(i)); i++)
		if (!strncmp(rule->id, only, strlen(only)))
			add_name(names, rule->id, rule->text, rule->abi);
}

static void add_scenario(void *arg, const char *name, const char *what)
{
	add_name(arg, name, what, "");
}

void osim__cli_report_finish(struct osim__cli_report *r, const struct osim_check_options *options)
{
	osim_check_scenarios(options, add_scenario, &r->scenarios);
	add_rules(&r->rules, options->only_id ? options->only_id : "");
	for (size_t i = 0; i < r->count; i++) {
		add_name(&r->rules, r->items[i].id, "", "");
		if (r->items[i].accepted)
			r->accepted++;
		else
			r->by_who[r->items[i].who]++;
	}
}

static void free_names(struct osim__cli_names *names)
{
	for (size_t i = 0; i < names->count; i++) {
		free(names->items[i].id);
		free(names->items[i].text);
		free(names->items[i].abi);
	}
	free(names->items);
}

void osim__cli_report_free(struct osim__cli_report *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct osim__cli_finding *f = &r->items[i];

		for (size_t s = 0; s < f->scenario_count; s++)
			free(f->scenarios[s]);
		free(f->scenarios);
		for (size_t s = 0; s < f->stimulus_count; s++) {
			free(f->stimuli[s].kind);
			free(f->stimuli[s].experiment);
		}
		free(f->stimuli);
		free(f->timeline);
		free(f->id);
		free(f->text);
		free(f->where);
		free(f->rule);
		free(f->abi);
		free(f->experiment);
		free(f->again);
		free(f->place);
	}
	free(r->items);
	free_names(&r->scenarios);
	free_names(&r->rules);
}

const struct osim__cli_finding *osim__cli_case(const struct osim__cli_report *r, size_t scenario,
					       size_t rule, size_t n)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct osim__cli_finding *f = &r->items[i];

		if (f->accepted || strcmp(f->id, r->rules.items[rule].id) != 0)
			continue;
		for (size_t s = 0; s < f->scenario_count; s++)
			if (!strcmp(f->scenarios[s], r->scenarios.items[scenario].id) && !n--)
				return f;
	}
	return NULL;
}

/* --- places --- */

/* The file's name in the tree; sources of other drivers than Linux's stay as they are. */
static void find_file(const struct osim__cli_report *r, const char *name, char *file, size_t bytes)
{
	static const char *const dirs[] = {"drivers/tee/optee", "drivers/tee", "include/linux"};
	char path[1024];

	for (size_t i = 0; r->kernel && i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s/%s", r->kernel, dirs[i], name);
		snprintf(file, bytes, "%s/%s", dirs[i], name);
		if (!access(path, R_OK))
			return;
	}
	/* A tarball. */
	snprintf(file, bytes, "%s%s",
		 !r->kernel		     ? ""
		 : !strncmp(name, "tee_", 4) ? "drivers/tee/"
					     : "drivers/tee/optee/",
		 name);
}

/* "f (file.c:12)" anywhere in the text. */
static bool read_place(const struct osim__cli_report *r, const char *text, size_t bytes,
		       struct osim__cli_place *place)
{
	char name[128];

	for (const char *p = text; (p = memchr(p, '(', bytes - (size_t)(p - text))); p++) {
		const char *begin = p;
		int colon = 0;

		if (sscanf(p, "(%127[A-Za-z0-9_.-]:%n", name, &colon) != 1 || !colon)
			continue;
		place->line = (unsigned int)strtoul(p + colon, NULL, 10);
		if (!place->line)
			continue;
		while (begin > text && begin[-1] == ' ')
			begin--;
		p = begin;
		while (begin > text &&
		       (isalnum((unsigned char)begin[-1]) || begin[-1] == '_' || begin[-1] == '.'))
			begin--;
		snprintf(place->function, sizeof(place->function), "%.*s", (int)(p - begin), begin);
		find_file(r, name, place->file, sizeof(place->file));
		return true;
	}
	return false;
}

bool osim__cli_place(const struct osim__cli_report *r, const struct osim__cli_finding *f, size_t n,
		     struct osim__cli_place *place)
{
	size_t found = 0;

	for (const char *p = f->where; *p;) {
		size_t len = strcspn(p, "\n");

		if (!is_below(p) && read_place(r, p, len, place) && found++ == n)
			return true;
		p += len + (p[len] == '\n');
	}
	return !found && !n && read_place(r, f->text, strlen(f->text), place);
}

/* --- for people --- */

static void print_stack(const struct osim__cli_finding *f, FILE *out, const char *indent)
{
	const char *word = "at";

	for (const char *p = f->where; *p;) {
		size_t len = strcspn(p, "\n");

		if (!is_below(p)) {
			fprintf(out, "%s%s %.*s\n", indent, word, (int)len, p);
			word = "by";
		}
		p += len + (p[len] == '\n');
	}
}

static void print_timeline(const struct osim__cli_finding *f, FILE *out, const char *indent)
{
	fprintf(out, "%stime line of %s:\n", indent, f->experiment);
	for (const char *p = f->timeline; *p;) {
		size_t len = strcspn(p, "\n");

		fprintf(out, "%s%.*s\n", indent, (int)len, p);
		p += len + (p[len] == '\n');
	}
}

/* "posts+alloc@3" and "abi:posts" are of "posts". */
static bool is_of(const char *experiment, const char *scenario)
{
	const char *colon = strchr(experiment, ':');
	size_t n = strlen(scenario);

	experiment = colon ? colon + 1 : experiment;
	return !strncmp(experiment, scenario, n) && !strchr("abcdefghijklmnopqrstuvwxyz0123456789-",
							    experiment[n] ? experiment[n] : '+');
}

/* Kinds of what was done, each with the simplest of it: "nothing 3, alloc 204 (posts+alloc@3)". */
static void print_stimuli(const struct osim__cli_finding *f, FILE *out, const char *indent)
{
	if (f->stimulus_count == 1 && !f->stimuli[0].kind[0])
		return;
	fprintf(out, "%sdone there: ", indent);
	for (size_t i = 0; i < f->stimulus_count; i++) {
		const struct osim__cli_stimulus *s = &f->stimuli[i];

		if (s->kind[0])
			fprintf(out, "%s%s %zu (%s)", i ? ", " : "", s->kind, s->count,
				s->experiment);
		else
			fprintf(out, "%snothing %zu", i ? ", " : "", s->count);
	}
	fputc('\n', out);
}

void osim__cli_finding_print_in(const struct osim__cli_finding *f, const char *scenario, FILE *out,
				const char *indent)
{
	if (f->rule[0])
		fprintf(out, "%smust hold: %s (%s)\n", indent, f->rule, f->abi);
	fprintf(out, "%shappened: %s\n", indent, f->text);
	print_stack(f, out, indent);
	fprintf(out, "%scaused by: %s\n", indent, osim__cli_who_text[f->who]);
	fprintf(out, "%sseen in: %zu run%s;", indent, f->count, f->count == 1 ? "" : "s");
	for (size_t i = 0; i < f->scenario_count && i < 8; i++)
		fprintf(out, " %s", f->scenarios[i]);
	if (f->scenario_count > 8)
		fprintf(out, " and %zu more scenarios", f->scenario_count - 8);
	fputc('\n', out);
	print_stimuli(f, out, indent);
	if (f->timeline[0] && (!scenario || is_of(f->experiment, scenario)))
		print_timeline(f, out, indent);
	fprintf(out, "%sagain: %s\n", indent, f->again);
}

void osim__cli_finding_print(const struct osim__cli_finding *f, FILE *out, const char *indent)
{
	osim__cli_finding_print_in(f, NULL, out, indent);
}
