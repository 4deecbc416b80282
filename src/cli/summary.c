/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"

/* Columns: of a label, where the parts of a number begin, and where a line of parts ends. */
#define LABEL 18
#define PARTS 26
#define WIDTH 100u

struct list {
	FILE *out;
	unsigned int column;
	bool first;
};

static void print_part(void *arg, const char *part, uint64_t count)
{
	struct list *list = arg;
	char text[96];
	size_t len;

	if (count > 1)
		snprintf(text, sizeof(text), "%s x%" PRIu64, part, count);
	else
		snprintf(text, sizeof(text), "%s", part);
	len = strlen(text) + 2;
	if (!list->first && list->column + len > WIDTH) {
		fprintf(list->out, ",\n%*s", PARTS, "");
		list->column = PARTS;
	} else {
		fputs(list->first ? "  " : ", ", list->out);
	}
	fputs(text, list->out);
	list->column += (unsigned int)len;
	list->first = false;
}

static void print_counters(const struct osim_counters *counters, FILE *out)
{
	for (unsigned int i = 0; i < OSIM_COUNTER_COUNT; i++) {
		struct list list = {.out = out, .column = PARTS, .first = true};
		char name[32];

		snprintf(name, sizeof(name), "%s", osim_counter_name(i));
		for (char *p = name; *p; p++)
			*p = *p == '_' ? ' ' : *p;
		fprintf(out, "%-*s%6" PRIu64, LABEL, name, osim_counters_total(counters, i));
		if (osim_counter_has_parts(i))
			osim_counters_each(counters, i, print_part, &list);
		fputc('\n', out);
	}
}

static void print_findings(const struct osim_machine *m, FILE *out)
{
	const struct osim_finding *f;

	fprintf(out, "%-*s%6zu\n", LABEL, "findings", osim_finding_count(m));
	for (size_t i = 0; (f = osim_finding_get(m, i)); i++) {
		const char *line = f->where;

		fprintf(out, "  %s: %s\n", f->id, f->text);
		while (*line) {
			size_t len = strcspn(line, "\n");

			fprintf(out, "      %.*s\n", (int)len, line);
			line += len + (line[len] == '\n');
		}
	}
}

static void print_live(void *arg, enum osim_live kind, const char *what, const char *where)
{
	(void)kind;
	fprintf(arg, "  %s, made at %s\n", what, *where ? where : "?");
}

static const char *why(int error)
{
	switch (error) {
	case -EDEADLK:
		return "it waits for what never comes";
	case -ELOOP:
		return "it never comes to rest";
	default:
		return strerror(-error);
	}
}

void osim__cli_summary(const struct osim__cli_result *r, FILE *out)
{
	size_t findings = osim_finding_count(r->m);

	fputc('\n', out);
	print_counters(r->counters, out);
	fprintf(out, "%-*s%6zu\n", LABEL, "live objects", osim_live_count(r->m, OSIM_LIVE_COUNT));
	osim_live_each(r->m, print_live, out);
	print_findings(r->m, out);
	fprintf(out, "%-*s", LABEL, "result");
	if (r->stopped)
		fprintf(out, "  %s failed: %s%s", r->stopped, why(r->error),
			findings ? ", " : "\n");
	if (findings)
		fprintf(out, "%s%zu finding%s\n", r->stopped ? "" : "  ", findings,
			findings > 1 ? "s" : "");
	else if (!r->stopped)
		fprintf(out, "  clean\n");
}
