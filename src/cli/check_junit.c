/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "cli/check_report.h"
#include "cli/cli.h"

/* Formats of tests: a case for each scenario and each rule. */

void osim__cli_xml(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			/* XML has no way to say other control characters. */
			fputc((unsigned char)*text < ' ' && *text != '\n' && *text != '\t' ? '?'
											   : *text,
			      out);
		}
	}
}

static size_t failures(const struct osim__cli_report *r, size_t scenario)
{
	size_t count = 0;

	for (size_t rule = 0; rule < r->rules.count; rule++)
		count += osim__cli_case(r, scenario, rule, 0) != NULL;
	return count;
}

/* What a person reads, escaped. */
static bool print_escaped(FILE *out, const struct osim__cli_finding *f, const char *scenario)
{
	char *text = NULL;
	size_t bytes;
	FILE *memory = open_memstream(&text, &bytes);

	if (!memory)
		return false;
	osim__cli_finding_print_in(f, scenario, memory, "");
	if (fclose(memory)) {
		free(text);
		return false;
	}
	osim__cli_xml(out, text);
	free(text);
	return true;
}

static bool print_case(FILE *out, const struct osim__cli_report *r, size_t scenario, size_t rule)
{
	const struct osim__cli_finding *f;

	fputs("    <testcase classname=\"optee-sim.", out);
	osim__cli_xml(out, r->scenarios.items[scenario].id);
	fputs("\" name=\"", out);
	osim__cli_xml(out, r->rules.items[rule].id);
	f = osim__cli_case(r, scenario, rule, 0);
	if (!f) {
		fputs("\" time=\"0\"/>\n", out);
		return true;
	}
	fputs("\" time=\"0\">\n      <failure type=\"", out);
	osim__cli_xml(out, osim__cli_who[f->who]);
	fputs("\" message=\"", out);
	osim__cli_xml(out, f->text);
	fputs("\">", out);
	for (size_t n = 0; (f = osim__cli_case(r, scenario, rule, n)); n++) {
		if (n)
			fputc('\n', out);
		if (!print_escaped(out, f, r->scenarios.items[scenario].id))
			return false;
	}
	fputs("</failure>\n    </testcase>\n", out);
	return true;
}

bool osim__cli_report_junit(FILE *out, const void *arg)
{
	const struct osim__cli_report *r = arg;
	size_t failed = 0;

	for (size_t s = 0; s < r->scenarios.count; s++)
		failed += failures(r, s);
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"optee-sim check ",
	      out);
	osim__cli_xml(out, r->driver);
	fprintf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" time=\"0\">\n",
		r->scenarios.count * r->rules.count, failed);
	for (size_t s = 0; s < r->scenarios.count; s++) {
		fputs("  <testsuite name=\"", out);
		osim__cli_xml(out, r->scenarios.items[s].id);
		fprintf(out,
			"\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"0\" time=\"0\">\n",
			r->rules.count, failures(r, s));
		for (size_t rule = 0; rule < r->rules.count; rule++)
			if (!print_case(out, r, s, rule))
				return false;
		fputs("  </testsuite>\n", out);
	}
	fputs("</testsuites>\n", out);
	return true;
}

bool osim__cli_report_tap(FILE *out, const void *arg)
{
	const struct osim__cli_report *r = arg;
	const struct osim__cli_finding *f;
	size_t number = 0;

	fprintf(out, "TAP version 13\n1..%zu\n", r->scenarios.count * r->rules.count);
	for (size_t s = 0; s < r->scenarios.count; s++)
		for (size_t rule = 0; rule < r->rules.count; rule++) {
			fprintf(out, "%sok %zu - %s: %s\n",
				osim__cli_case(r, s, rule, 0) ? "not " : "", ++number,
				r->scenarios.items[s].id, r->rules.items[rule].id);
			for (size_t n = 0; (f = osim__cli_case(r, s, rule, n)); n++)
				osim__cli_finding_print_in(f, r->scenarios.items[s].id, out, "# ");
		}
	return !ferror(out);
}
