/* SPDX-License-Identifier: BSD-2-Clause */
#include <jansson.h>
#include <string.h>

#include "cli/cli.h"

#define SCHEMA 1

static void add_part(void *arg, const char *part, uint64_t count)
{
	json_object_set_new(arg, part, json_integer((json_int_t)count));
}

static json_t *counters(const struct osim_counters *c)
{
	json_t *all = json_object();

	for (unsigned int i = 0; i < OSIM_COUNTER_COUNT; i++) {
		json_t *value = json_integer((json_int_t)osim_counters_total(c, i));

		if (osim_counter_has_parts(i)) {
			json_decref(value);
			value = json_object();
			osim_counters_each(c, i, add_part, value);
		}
		json_object_set_new(all, osim_counter_name(i), value);
	}
	return all;
}

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

static json_t *findings(const struct osim_machine *m)
{
	json_t *list = json_array();
	const struct osim_finding *f;

	for (size_t i = 0; (f = osim_finding_get(m, i)); i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:o, s:I, s:I}", "id", f->id, "text",
						f->text, "where", lines(f->where), "time_ns",
						(json_int_t)f->time_ns, "seq", (json_int_t)f->seq));
	return list;
}

static void add_live(void *arg, enum osim_live kind, const char *what, const char *where)
{
	(void)kind;
	json_array_append_new(arg, json_pack("{s:s, s:s}", "what", what, "where", where));
}

static json_t *live(const struct osim_machine *m)
{
	json_t *list = json_array();

	osim_live_each(m, add_live, list);
	return list;
}

static json_t *document(const struct osim__cli_result *r)
{
	const char *driver = osim_driver_name(osim_runner_driver);
	json_t *root =
		json_pack("{s:i, s:s, s:s, s:I}", "schema", SCHEMA, "version", osim_version(),
			  "driver", driver, "time_ns", (json_int_t)osim_now_ns(r->m));

	if (!root)
		return NULL;
	if (r->options->seeded)
		json_object_set_new(root, "seed",
				    json_sprintf("%llu", (unsigned long long)r->options->seed));
	if (r->stopped)
		json_object_set_new(root, "stopped",
				    json_pack("{s:s, s:i}", "step", r->stopped, "error", r->error));
	json_object_set_new(root, "counters", counters(r->counters));
	json_object_set_new(root, "findings", findings(r->m));
	json_object_set_new(root, "live", live(r->m));
	return root;
}

bool osim__cli_json_check(const char *path)
{
	return osim__cli_file_check("--json", path);
}

bool osim__cli_json_dump(FILE *out, const void *root)
{
	return !json_dumpf(root, out, JSON_INDENT(2)) && fputc('\n', out) != EOF;
}

bool osim__cli_json_write(const char *path, const struct osim__cli_result *r)
{
	json_t *root = document(r);
	bool fine;

	if (!root) {
		osim__cli_error("--json: out of memory");
		return false;
	}
	fine = osim__cli_file_write("--json", path, osim__cli_json_dump, root);
	json_decref(root);
	return fine;
}
