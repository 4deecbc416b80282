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

/* A file that comes to be whole, or not at all. */
struct file {
	char *path; /* what is replaced */
	char *temp; /* NULL: path is no plain file, and written to directly */
	FILE *out;
};

static bool fail(const char *path)
{
	osim__cli_error("--json: cannot write '%s': %s", path, strerror(errno));
	return false;
}

/* A new file beside the old one, with its rights. */
static bool open_temp(struct file *f, const struct stat *old)
{
	static const char suffix[] = ".XXXXXX";
	mode_t mask = umask(0);
	int fd;

	umask(mask);
	f->temp = malloc(strlen(f->path) + sizeof(suffix));
	if (!f->temp)
		return false;
	strcat(strcpy(f->temp, f->path), suffix);
	fd = mkstemp(f->temp);
	if (fd < 0) {
		free(f->temp);
		f->temp = NULL;
		return false;
	}
	if (!fchmod(fd, old ? old->st_mode & 07777 : 0666 & ~mask))
		f->out = fdopen(fd, "w");
	if (!f->out)
		close(fd);
	return f->out;
}

/* Devices and pipes are written to; a plain file is made anew and takes the place of the old one.
 */
static bool open_file(struct file *f, const char *path, bool only_check)
{
	struct stat old;
	bool exists = !stat(path, &old);

	/* Through a link what it points to is replaced, not the link. */
	f->path = realpath(path, NULL);
	if (!f->path)
		f->path = strdup(path);
	if (!f->path)
		return false;
	if (exists && S_ISDIR(old.st_mode)) {
		errno = EISDIR;
		return false;
	}
	if (exists && access(path, W_OK))
		return false;
	if (!exists || S_ISREG(old.st_mode))
		return open_temp(f, exists ? &old : NULL);
	if (only_check)
		return true;
	f->out = fopen(path, "w");
	return f->out;
}

/* Gives up what has not taken its place. */
static void close_file(struct file *f)
{
	if (f->out)
		fclose(f->out);
	if (f->temp)
		unlink(f->temp);
	free(f->temp);
	free(f->path);
}

static bool finish_file(struct file *f)
{
	int rc = ferror(f->out) | fflush(f->out);

	if (f->temp)
		rc |= fsync(fileno(f->out));
	rc |= fclose(f->out);
	f->out = NULL;
	if (rc)
		return false;
	if (!f->temp)
		return true;
	if (rename(f->temp, f->path))
		return false;
	free(f->temp);
	f->temp = NULL;
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

bool osim__cli_json_check(const char *path)
{
	struct file f = {0};
	bool fine = open_file(&f, path, true) || fail(path);

	close_file(&f);
	return fine;
}

bool osim__cli_json_write(const char *path, const struct osim__cli_result *r)
{
	struct file f = {0};
	json_t *root = document(r);
	bool fine;

	if (!root) {
		osim__cli_error("--json: out of memory");
		return false;
	}
	errno = 0;
	fine = open_file(&f, path, false) && !json_dumpf(root, f.out, JSON_INDENT(2)) &&
	       fputc('\n', f.out) != EOF && finish_file(&f);
	if (!fine)
		fail(path);
	json_decref(root);
	close_file(&f);
	return fine;
}
