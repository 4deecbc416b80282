/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/check_report.h"
#include "cli/check_trace.h"
#include "cli/cli.h"

#define SCHEMA 1

const char *const osim__cli_trace_sources[] = {
	[OSIM_TRACE_SOURCE_UNKNOWN] = "unknown",
	[OSIM_TRACE_SOURCE_NATIVE] = "native",
	[OSIM_TRACE_SOURCE_FTRACE] = "ftrace",
	[OSIM_TRACE_SOURCE_RECORDING] = "recording",
};

const char *const osim__cli_binds[] = {
	[OSIM_BINDS_NORMAL] = "normal world",
	[OSIM_BINDS_SECURE] = "secure world",
};

static const struct {
	unsigned int bit;
	const char *what;
} sees[] = {
	{OSIM_SEES_YIELDING, "yielding calls"},
	{OSIM_SEES_FAST, "fast calls"},
	{OSIM_SEES_REGS, "whole registers"},
	{OSIM_SEES_MESSAGES, "messages"},
	{OSIM_SEES_MASKS, "who calls, with what masked"},
	{OSIM_SEES_RECORD, "what the secure world records"},
	{OSIM_SEES_DRIVER, "when the driver comes and goes"},
	{OSIM_SEES_TIME, "time"},
	{OSIM_SEES_START, "everything since the start, of one guest"},
};

/* Of a rule without a verdict. What the trace had, and the rules lost on the way: its beginning. */
static unsigned int missing_of(const struct osim__cli_trace_report *r, const struct osim_rule *rule)
{
	unsigned int missing = rule->needs & r->missing;

	return missing ? missing : OSIM_SEES_START;
}

void osim__cli_trace_missing(const struct osim__cli_trace_report *r, const struct osim_rule *rule,
			     char *buf, size_t len)
{
	unsigned int missing = missing_of(r, rule);
	size_t used = 0;

	*buf = '\0';
	for (size_t i = 0; i < sizeof(sees) / sizeof(sees[0]) && used < len; i++)
		if (missing & sees[i].bit)
			used += (size_t)snprintf(buf + used, len - used, "%s%s", used ? ", " : "",
						 sees[i].what);
}

/* --- for people --- */

static void print_indented(FILE *out, const char *indent, const char *text)
{
	while (text && *text) {
		size_t len = strcspn(text, "\n");

		fprintf(out, "%s%.*s\n", indent, (int)len, text);
		text += len + (text[len] == '\n');
	}
}

/* Where and what, with the rows around it. */
static void print_broken(FILE *out, const struct osim__cli_trace_report *r,
			 const struct osim__cli_ruled *ruled, const char *indent)
{
	fprintf(out, "%s%s\n%s%s; binds the %s\n", indent, ruled->rule->text, indent,
		ruled->rule->abi, osim__cli_binds[ruled->rule->binds]);
	for (size_t n = 0; n < ruled->kept_count; n++) {
		const struct osim__cli_broken *b = &ruled->kept[n];

		fprintf(out, "%s%s:%lu: event %" PRIu64 ": %s\n", indent, r->file, b->line, b->seq,
			b->detail);
		print_indented(out, indent, b->timeline);
	}
	if (ruled->outcome.broken > ruled->kept_count)
		fprintf(out, "%sand %" PRIu64 " more\n", indent,
			ruled->outcome.broken - ruled->kept_count);
}

static void print_unreadable(FILE *out, const struct osim__cli_trace_report *r, const char *indent)
{
	for (size_t i = 0; i < r->unreadable_kept; i++)
		fprintf(out, "%s%s:%lu: %s\n", indent, r->file, r->unreadable[i].line,
			r->unreadable[i].why);
	if (r->unreadable_count > r->unreadable_kept)
		fprintf(out, "%sand %lu more\n", indent,
			r->unreadable_count - (unsigned long)r->unreadable_kept);
}

static void print_verdict(FILE *out, const struct osim__cli_trace_report *r,
			  const struct osim__cli_ruled *ruled)
{
	char missing[256];

	fprintf(out, "  %-13s  %s", osim_verdict_name(ruled->outcome.verdict), ruled->rule->id);
	if (ruled->outcome.verdict == OSIM_VERDICT_PASSED)
		fprintf(out, " (%" PRIu64 " times)", ruled->outcome.held);
	if (ruled->outcome.verdict == OSIM_VERDICT_FAILED)
		fprintf(out, " (%" PRIu64 " of %" PRIu64 " times)", ruled->outcome.broken,
			ruled->outcome.held);
	if (ruled->outcome.verdict == OSIM_VERDICT_NOT_CHECKABLE) {
		osim__cli_trace_missing(r, ruled->rule, missing, sizeof(missing));
		fprintf(out, ": not told: %s", missing);
	}
	putc('\n', out);
}

void osim__cli_trace_text(FILE *out, const struct osim__cli_trace_report *r)
{
	if (r->unreadable_count) {
		fputs("These lines cannot be read; the rest has been checked:\n", out);
		print_unreadable(out, r, "  ");
		putc('\n', out);
	}
	for (size_t i = 0; i < r->rule_count; i++)
		if (r->rules[i].outcome.broken) {
			fprintf(out, "%s\n", r->rules[i].rule->id);
			print_broken(out, r, &r->rules[i], "  ");
			putc('\n', out);
		}
	fprintf(out, "%s: %s, %" PRIu64 " events\n", r->file, osim__cli_trace_sources[r->source],
		r->events);
	for (int verdict = 0; verdict < OSIM_VERDICT_COUNT; verdict++)
		for (size_t i = 0; i < r->rule_count; i++)
			if ((int)r->rules[i].outcome.verdict == verdict)
				print_verdict(out, r, &r->rules[i]);
	fprintf(out, "%zu rules failed, %zu passed, %zu unused, %zu not checkable",
		r->by_verdict[OSIM_VERDICT_FAILED], r->by_verdict[OSIM_VERDICT_PASSED],
		r->by_verdict[OSIM_VERDICT_UNUSED], r->by_verdict[OSIM_VERDICT_NOT_CHECKABLE]);
	if (r->unreadable_count)
		fprintf(out, "; lines that cannot be read: %lu", r->unreadable_count);
	putc('\n', out);
}

/* Why a case says nothing; NULL: it does. */
static const char *skipped(const struct osim__cli_trace_report *r,
			   const struct osim__cli_ruled *ruled, char *buf, size_t len)
{
	static const char not_told[] = "not told: ";

	if (ruled->outcome.verdict == OSIM_VERDICT_UNUSED)
		return "what it is about does not happen";
	if (ruled->outcome.verdict != OSIM_VERDICT_NOT_CHECKABLE)
		return NULL;
	snprintf(buf, len, "%s", not_told);
	osim__cli_trace_missing(r, ruled->rule, buf + strlen(not_told), len - strlen(not_told));
	return buf;
}

/* --- formats of tests: the trace can be read, and each rule --- */

void osim__cli_trace_tap(FILE *out, const struct osim__cli_trace_report *r)
{
	fprintf(out, "TAP version 13\n1..%zu\n%sok 1 - trace.readable\n", r->rule_count + 1,
		r->unreadable_count ? "not " : "");
	print_unreadable(out, r, "# ");
	for (size_t i = 0; i < r->rule_count; i++) {
		const struct osim__cli_ruled *ruled = &r->rules[i];
		char buf[256];
		const char *why = skipped(r, ruled, buf, sizeof(buf));

		fprintf(out, "%sok %zu - %s%s%s\n", ruled->outcome.broken ? "not " : "", i + 2,
			ruled->rule->id, why ? " # SKIP " : "", why ? why : "");
		if (ruled->outcome.broken)
			print_broken(out, r, ruled, "# ");
	}
}

/* What a printer writes, escaped; rule NULL: the lines that cannot be read. */
static bool put_escaped(FILE *out, const struct osim__cli_trace_report *r,
			const struct osim__cli_ruled *ruled)
{
	char *text = NULL;
	size_t bytes;
	FILE *memory = open_memstream(&text, &bytes);

	if (!memory)
		return false;
	if (ruled)
		print_broken(memory, r, ruled, "");
	else
		print_unreadable(memory, r, "");
	if (fclose(memory)) {
		free(text);
		return false;
	}
	osim__cli_xml(out, text);
	free(text);
	return true;
}

static bool put_case(FILE *out, const struct osim__cli_trace_report *r, const char *name,
		     const struct osim__cli_ruled *ruled, const char *why)
{
	bool failed = ruled ? ruled->outcome.broken : r->unreadable_count, fine = true;

	fprintf(out, "    <testcase classname=\"optee-sim.trace\" name=\"%s\" time=\"0\"", name);
	if (failed) {
		fprintf(out, ">\n      <failure type=\"%s\" message=\"",
			ruled ? osim__cli_binds[ruled->rule->binds] : "unreadable");
		osim__cli_xml(out, ruled ? ruled->kept[0].detail : r->unreadable[0].why);
		fputs("\">", out);
		fine = put_escaped(out, r, ruled);
		fputs("</failure>\n    </testcase>\n", out);
	} else if (why) {
		fprintf(out, ">\n      <skipped message=\"%s\"/>\n    </testcase>\n", why);
	} else {
		fputs("/>\n", out);
	}
	return fine;
}

bool osim__cli_trace_junit(FILE *out, const void *arg)
{
	const struct osim__cli_trace_report *r = arg;
	size_t failed = r->by_verdict[OSIM_VERDICT_FAILED] + (r->unreadable_count > 0);
	size_t skip =
		r->by_verdict[OSIM_VERDICT_UNUSED] + r->by_verdict[OSIM_VERDICT_NOT_CHECKABLE];
	bool fine;

	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"optee-sim check "
		"--trace\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" time=\"0\">\n"
		"  <testsuite name=\"",
		r->rule_count + 1, failed);
	osim__cli_xml(out, r->file);
	fprintf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" time=\"0\">\n",
		r->rule_count + 1, failed, skip);
	fine = put_case(out, r, "trace.readable", NULL, NULL);
	for (size_t i = 0; fine && i < r->rule_count; i++) {
		char buf[256];

		fine = put_case(out, r, r->rules[i].rule->id, &r->rules[i],
				skipped(r, &r->rules[i], buf, sizeof(buf)));
	}
	fputs("  </testsuite>\n</testsuites>\n", out);
	return fine;
}

/* --- for programs --- */

static json_t *lines(const char *text)
{
	json_t *list = json_array();

	while (text && *text) {
		size_t len = strcspn(text, "\n");

		json_array_append_new(list, json_stringn(text, len));
		text += len + (text[len] == '\n');
	}
	return list;
}

static json_t *rule(const struct osim__cli_trace_report *r, const struct osim__cli_ruled *ruled)
{
	json_t *missing = json_array();

	for (size_t i = 0; i < sizeof(sees) / sizeof(sees[0]); i++)
		if (ruled->outcome.verdict == OSIM_VERDICT_NOT_CHECKABLE &&
		    (missing_of(r, ruled->rule) & sees[i].bit))
			json_array_append_new(missing, json_string(sees[i].what));
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:o}", "id", ruled->rule->id, "rule",
			 ruled->rule->text, "abi", ruled->rule->abi, "binds",
			 osim__cli_binds[ruled->rule->binds], "verdict",
			 osim_verdict_name(ruled->outcome.verdict), "held",
			 (json_int_t)ruled->outcome.held, "broken",
			 (json_int_t)ruled->outcome.broken, "not_told", missing);
}

static void add_findings(json_t *list, const struct osim__cli_ruled *ruled)
{
	for (size_t n = 0; n < ruled->kept_count; n++) {
		const struct osim__cli_broken *b = &ruled->kept[n];

		json_array_append_new(
			list,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:o}", "id",
				  ruled->rule->id, "text", b->detail, "rule", ruled->rule->text,
				  "abi", ruled->rule->abi, "binds",
				  osim__cli_binds[ruled->rule->binds], "line", (json_int_t)b->line,
				  "event", (json_int_t)b->seq, "time_ns", (json_int_t)b->time_ns,
				  "cpu", (json_int_t)b->cpu, "timeline", lines(b->timeline)));
	}
}

bool osim__cli_trace_json(FILE *out, const void *arg)
{
	const struct osim__cli_trace_report *r = arg;
	json_t *rules = json_array(), *findings = json_array(), *unreadable = json_array();
	json_t *root;
	bool fine;

	for (size_t i = 0; i < r->rule_count; i++) {
		json_array_append_new(rules, rule(r, &r->rules[i]));
		add_findings(findings, &r->rules[i]);
	}
	for (size_t i = 0; i < r->unreadable_kept; i++)
		json_array_append_new(unreadable, json_pack("{s:I, s:s}", "line",
							    (json_int_t)r->unreadable[i].line,
							    "why", r->unreadable[i].why));
	root = json_pack("{s:i, s:s, s:s, s:s, s:I, s:I, s:o, s:{s:I, s:I, s:I, s:I}, s:o, s:o}",
			 "schema", SCHEMA, "version", osim_version(), "trace", r->file, "format",
			 osim__cli_trace_sources[r->source], "events", (json_int_t)r->events,
			 "unreadable_count", (json_int_t)r->unreadable_count, "unreadable",
			 unreadable, "verdicts", "failed",
			 (json_int_t)r->by_verdict[OSIM_VERDICT_FAILED], "passed",
			 (json_int_t)r->by_verdict[OSIM_VERDICT_PASSED], "unused",
			 (json_int_t)r->by_verdict[OSIM_VERDICT_UNUSED], "not_checkable",
			 (json_int_t)r->by_verdict[OSIM_VERDICT_NOT_CHECKABLE], "rules", rules,
			 "findings", findings);
	fine = root && osim__cli_json_dump(out, root);
	json_decref(root);
	return fine;
}
