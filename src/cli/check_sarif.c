/* SPDX-License-Identifier: BSD-2-Clause */
#include <jansson.h>
#include <string.h>

#include "cli/check_report.h"
#include "cli/cli.h"

#define SCHEMA_URI "https://json.schemastore.org/sarif-2.1.0.json"

/* A result without a place is not shown: what names none stands at the file of the calls. */
#define FILE_OF_LINUX "drivers/tee/optee/smc_abi.c"

static const char *level(const struct osim__cli_finding *f)
{
	return f->who == OSIM_WHO_HONEST ? "error" : "warning";
}

static json_t *location(const struct osim__cli_place *place)
{
	json_t *physical =
		json_pack("{s:{s:s, s:s}, s:{s:i}}", "artifactLocation", "uri", place->file,
			  "uriBaseId", "%SRCROOT%", "region", "startLine", (int)place->line);
	json_t *at = json_pack("{s:o}", "physicalLocation", physical);

	if (place->function[0])
		json_object_set_new(at, "logicalLocations",
				    json_pack("[{s:s, s:s}]", "fullyQualifiedName", place->function,
					      "kind", "function"));
	return at;
}

static json_t *stack(const struct osim__cli_report *r, const struct osim__cli_finding *f)
{
	json_t *frames = json_array();
	struct osim__cli_place place;

	for (size_t n = 0; osim__cli_place(r, f, n, &place); n++)
		json_array_append_new(frames, json_pack("{s:o}", "location", location(&place)));
	return frames;
}

/* The rows of the time line as the steps that lead to the place. */
static json_t *steps(const struct osim__cli_finding *f, const struct osim__cli_place *place)
{
	json_t *list = json_array();

	for (const char *p = f->timeline; *p;) {
		size_t len = strcspn(p, "\n");
		json_t *at = location(place);

		json_object_set_new(at, "message",
				    json_pack("{s:o}", "text", json_stringn(p, len)));
		json_array_append_new(list, json_pack("{s:o}", "location", at));
		p += len + (p[len] == '\n');
	}
	return list;
}

static json_t *message(const struct osim__cli_finding *f)
{
	return json_sprintf("%s. %s%s%s%s%sIt can be caused by %s. Again: %s", f->text,
			    f->rule[0] ? "Must hold: " : "", f->rule, f->rule[0] ? " (" : "",
			    f->abi, f->rule[0] ? "). " : "", osim__cli_who_text[f->who], f->again);
}

static json_t *result(const struct osim__cli_report *r, const struct osim__cli_finding *f)
{
	struct osim__cli_place place;
	size_t rule = 0;
	json_t *out;

	while (strcmp(r->rules.items[rule].id, f->id) != 0)
		rule++;
	if (!osim__cli_place(r, f, 0, &place)) {
		place = (struct osim__cli_place){.line = 1};
		snprintf(place.file, sizeof(place.file), "%s",
			 r->kernel ? FILE_OF_LINUX : r->driver);
	}
	out = json_pack("{s:s, s:i, s:s, s:{s:o}, s:[o]}", "ruleId", f->id, "ruleIndex", (int)rule,
			"level", level(f), "message", "text", message(f), "locations",
			location(&place));
	if (f->where[0])
		json_object_set_new(out, "stacks",
				    json_pack("[{s:{s:s}, s:o}]", "message", "text",
					      "where the driver was", "frames", stack(r, f)));
	if (f->timeline[0])
		json_object_set_new(out, "codeFlows",
				    json_pack("[{s:[{s:o}]}]", "threadFlows", "locations",
					      steps(f, &place)));
	json_object_set_new(out, "partialFingerprints",
			    json_pack("{s:o}", "opteeSim/v1",
				      json_sprintf("%s|%s", f->id, f->place)));
	json_object_set_new(out, "properties",
			    json_pack("{s:s, s:s, s:I, s:s}", "who", osim__cli_who[f->who],
				      "experiment", f->experiment, "runs", (json_int_t)f->count,
				      "again", f->again));
	return out;
}

static json_t *rules(const struct osim__cli_report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->rules.count; i++) {
		const struct osim__cli_name *n = &r->rules.items[i];
		const char *text = n->text[0] ? n->text : "The driver does not do this.";

		json_array_append_new(
			list,
			json_pack("{s:s, s:{s:s}, s:{s:o}}", "id", n->id, "shortDescription",
				  "text", text, "help", "text",
				  json_sprintf("%s%s%s", text, n->abi[0] ? " See " : "", n->abi)));
	}
	return list;
}

bool osim__cli_report_sarif(FILE *out, const void *arg)
{
	const struct osim__cli_report *r = arg;
	json_t *results = json_array(), *tool, *root;
	bool fine;

	for (size_t i = 0; i < r->count; i++)
		if (!r->items[i].accepted)
			json_array_append_new(results, result(r, &r->items[i]));
	tool = json_pack("{s:{s:s, s:s, s:o}}", "driver", "name", "optee-sim", "version",
			 osim_version(), "rules", rules(r));
	root = json_pack("{s:s, s:s, s:[{s:o, s:s, s:o}]}", "$schema", SCHEMA_URI, "version",
			 "2.1.0", "runs", "tool", tool, "columnKind", "utf16CodeUnits", "results",
			 results);
	fine = root && osim__cli_json_dump(out, root);
	json_decref(root);
	return fine;
}
