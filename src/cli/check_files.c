/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/check_command.h"

/* The files of a check: what it reads, and what it writes. */

#define REPORTS 4u

struct report {
	struct osim__cli_output file;
	bool (*fill)(FILE *out, const void *arg);
};

static void list_reports(const struct osim__cli_check *c, struct report reports[REPORTS])
{
	const struct report all[REPORTS] = {{{"--json", c->json}, osim__cli_report_json},
					    {{"--junit", c->junit}, osim__cli_report_junit},
					    {{"--sarif", c->sarif}, osim__cli_report_sarif},
					    {{"--baseline-write", c->baseline_write},
					     osim__cli_report_baseline}};

	memcpy(reports, all, sizeof(all));
}

static bool cannot(const char *option, const char *what, const char *path)
{
	osim__cli_error("%s: cannot %s '%s': %s", option, what, path, strerror(errno));
	return false;
}

static bool readable(const char *option, const char *path)
{
	struct stat st;

	if (access(path, R_OK) || stat(path, &st))
		return cannot(option, "read", path);
	errno = EISDIR;
	return !S_ISDIR(st.st_mode) || cannot(option, "read", path);
}

/* It is made when the check begins. */
static bool directory_fine(const char *option, const char *path)
{
	struct stat st;
	char *copy;
	int rc;

	if (!stat(path, &st)) {
		errno = ENOTDIR;
		return (S_ISDIR(st.st_mode) && !access(path, W_OK | X_OK)) ||
		       cannot(option, "write to", path);
	}
	if (errno != ENOENT || !*path)
		return cannot(option, "write to", path);
	copy = strdup(path);
	rc = copy ? access(dirname(copy), W_OK | X_OK) : -1;
	free(copy);
	return !rc || cannot(option, "write to", path);
}

bool osim__cli_check_files_fine(struct osim__cli_check *c)
{
	struct report reports[REPORTS];
	struct osim__cli_output files[REPORTS + 2];
	size_t count = REPORTS;

	list_reports(c, reports);
	for (size_t i = 0; i < REPORTS; i++)
		files[i] = reports[i].file;
	files[count++] = (struct osim__cli_output){"--write-trace", c->write_trace};
	c->quiet = osim__cli_outputs_stdout(files, count);
	files[count++] = (struct osim__cli_output){"--tap", c->tap ? "-" : NULL};
	if (!osim__cli_outputs_differ(files, count) ||
	    (c->baseline && !osim__cli_is_std(c->baseline) &&
	     !readable("--baseline", c->baseline)) ||
	    (c->coverage && !directory_fine("--coverage", c->coverage)) ||
	    (c->write_trace && !osim__cli_trace_check("--write-trace", c->write_trace)))
		return false;
	for (size_t i = 0; i < REPORTS; i++)
		if (files[i].path && !osim__cli_file_check(files[i].option, files[i].path))
			return false;
	return true;
}

bool osim__cli_check_files_write(const struct osim__cli_check *c)
{
	struct report reports[REPORTS];
	bool fine = true;

	list_reports(c, reports);
	for (size_t i = 0; i < REPORTS; i++)
		if (reports[i].file.path)
			fine &= osim__cli_file_write(reports[i].file.option, reports[i].file.path,
						     reports[i].fill, &c->report);
	return fine;
}
