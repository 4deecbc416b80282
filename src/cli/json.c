/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

#define SCHEMA 1

/* --- the file --- */

static bool fail(const struct osim__cli_json *j)
{
	osim__cli_error("--json: cannot write '%s': %s", j->path, strerror(errno));
	return false;
}

/* Devices and pipes are written to; a plain file is made beside the old one and takes its place. */
static bool open_temp(struct osim__cli_json *j)
{
	static const char suffix[] = ".XXXXXX";
	struct stat old;
	bool exists = !stat(j->path, &old);
	mode_t mask;
	int fd;

	if (exists && S_ISDIR(old.st_mode)) {
		errno = EISDIR;
		return false;
	}
	if (exists && !S_ISREG(old.st_mode)) {
		j->file = fopen(j->path, "w");
		return j->file;
	}
	if (exists && access(j->path, W_OK))
		return false;
	j->temp = malloc(strlen(j->path) + sizeof(suffix));
	if (!j->temp)
		return false;
	strcat(strcpy(j->temp, j->path), suffix);
	fd = mkstemp(j->temp);
	if (fd < 0) {
		free(j->temp);
		j->temp = NULL;
		return false;
	}
	mask = umask(0);
	umask(mask);
	if (!fchmod(fd, exists ? old.st_mode & 07777 : 0666 & ~mask))
		j->file = fdopen(fd, "w");
	if (!j->file)
		close(fd);
	return j->file;
}

bool osim__cli_json_open(struct osim__cli_json *j, const char *path)
{
	/* Through a link what it points to is replaced, not the link. */
	j->path = realpath(path, NULL);
	if (!j->path)
		j->path = strdup(path);
	if (!j->path) {
		osim__cli_error("out of memory");
		return false;
	}
	return open_temp(j) || fail(j);
}

void osim__cli_json_close(struct osim__cli_json *j)
{
	if (j->file)
		fclose(j->file);
	if (j->temp)
		unlink(j->temp);
	free(j->temp);
	free(j->path);
	*j = (struct osim__cli_json){0};
}

static bool finish(struct osim__cli_json *j)
{
	int rc = ferror(j->file);

	rc |= fflush(j->file);
	if (j->temp)
		rc |= fsync(fileno(j->file));
	rc |= fclose(j->file);
	j->file = NULL;
	if (rc)
		return false;
	if (!j->temp)
		return true;
	if (rename(j->temp, j->path))
		return false;
	free(j->temp);
	j->temp = NULL;
	return true;
}

/* --- what is in it --- */

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

bool osim__cli_json_write(struct osim__cli_json *j, const struct osim__cli_result *r)
{
	json_t *root = document(r);
	int rc;

	if (!root) {
		osim__cli_error("--json: out of memory");
		return false;
	}
	errno = 0;
	rc = json_dumpf(root, j->file, JSON_INDENT(2));
	json_decref(root);
	if (rc || fputc('\n', j->file) == EOF)
		return fail(j);
	return finish(j) || fail(j);
}
