/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/buildlog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

#define ERRORS_MAX  5u
#define CONTEXT_MAX 2u /* lines of source that a compiler shows below an error */
#define TAIL	    10u

/* What the CMake functions of this package say of what they do. */
#define STATUS_MARK "-- optee_sim: "
#define ERROR_MARK  "CMake Error"
#define ERROR_SHORT ERROR_MARK ": "

bool osim__cli_log_open(struct osim__cli_log *log, const char *option, const char *dir,
			const char *name)
{
	int n = snprintf(log->path, sizeof(log->path), "%s/%s", dir, name);

	errno = ENAMETOOLONG;
	log->file = n < 0 || (size_t)n >= sizeof(log->path) ? NULL : fopen(log->path, "w+");
	log->terminal = isatty(STDERR_FILENO);
	log->shown = false;
	if (!log->file)
		osim__cli_error("%s: cannot write '%s/%s': %s", option, dir, name, strerror(errno));
	return log->file;
}

static void wipe(struct osim__cli_log *log)
{
	if (log->shown)
		fputs("\r\033[K", stderr);
	log->shown = false;
}

void osim__cli_log_close(struct osim__cli_log *log)
{
	wipe(log);
	fclose(log->file);
}

/* "[3/17] ..." of Ninja, "[ 20%] ..." of Make: how far, and the name of the file. */
static void show(struct osim__cli_log *log, const char *line)
{
	const char *slash = strrchr(line, '/'), *end = strchr(line, ']');

	if (!end)
		return;
	if (!slash || slash < end)
		slash = end + 1;
	fprintf(stderr, "\r\033[K%.*s %.60s", (int)(end + 1 - line), line, slash + 1);
	log->shown = true;
}

void osim__cli_log_line(void *arg, const char *line)
{
	struct osim__cli_log *log = arg;

	fprintf(log->file, "%s\n", line);
	if (!strncmp(line, STATUS_MARK, strlen(STATUS_MARK))) {
		wipe(log);
		osim__cli_error("%s", line + strlen(STATUS_MARK));
	}
	if (log->terminal && line[0] == '[')
		show(log, line);
}

/* The line without dir in front of its paths. */
static void print_line(const char *line, const char *dir)
{
	size_t len = strlen(dir);
	const char *at;

	while ((at = strstr(line, dir))) {
		fwrite(line, 1, (size_t)(at - line), stderr);
		line = at + len;
		line += *line == '/';
	}
	fprintf(stderr, "%s\n", line);
}

/* CMake wraps what it has to say, indented by two; it ends before what is not. Or it is short, and
 * stands in the line that begins it. */
static void print_cmake_error(const char *head, FILE *in, const char *dir)
{
	char text[2048] = "", *line = NULL;
	size_t size = 0, used = 0;

	if (!strncmp(head, ERROR_SHORT, strlen(ERROR_SHORT)))
		used = (size_t)snprintf(text, sizeof(text), "%s", head + strlen(ERROR_SHORT));
	while (getline(&line, &size, in) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (*line && strncmp(line, "  ", 2) != 0)
			break;
		if (*line && used < sizeof(text))
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
						 used ? " " : "", line + 2);
	}
	free(line);
	line = text;
	if (!strncmp(line, "optee_sim: ", strlen("optee_sim: ")))
		line += strlen("optee_sim: ");
	print_line(line, dir);
}

static bool is_error(const char *line)
{
	return strstr(line, ": error: ") || strstr(line, ": fatal error: ") ||
	       strstr(line, ": undefined reference to ");
}

static unsigned int print_errors(FILE *in, const char *dir)
{
	unsigned int errors = 0, context = CONTEXT_MAX;
	size_t size = 0;
	char *line = NULL;

	while (errors < ERRORS_MAX && getline(&line, &size, in) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, ERROR_MARK, strlen(ERROR_MARK))) {
			print_cmake_error(line, in, dir);
			errors = ERRORS_MAX;
		} else if (is_error(line)) {
			print_line(line, dir);
			errors++;
			context = 0;
		} else if (context++ < CONTEXT_MAX && line[0] == ' ') {
			print_line(line, dir);
		} else {
			context = CONTEXT_MAX;
		}
	}
	free(line);
	return errors;
}

/* No error that is known by its looks: the last lines, whatever they are. */
static void print_tail(FILE *in, const char *dir)
{
	unsigned int lines = 0;
	size_t size = 0;
	char *line = NULL;

	rewind(in);
	while (getline(&line, &size, in) > 0)
		lines++;
	rewind(in);
	for (unsigned int i = 0; getline(&line, &size, in) > 0; i++) {
		line[strcspn(line, "\n")] = '\0';
		if (i + TAIL >= lines)
			print_line(line, dir);
	}
	free(line);
}

bool osim__cli_log_has(struct osim__cli_log *log, const char *text)
{
	size_t size = 0;
	char *line = NULL;
	bool found = false;

	rewind(log->file);
	while (!found && getline(&line, &size, log->file) > 0)
		found = strstr(line, text);
	free(line);
	return found;
}

void osim__cli_log_explain(struct osim__cli_log *log, const char *dir)
{
	wipe(log);
	rewind(log->file);
	if (!print_errors(log->file, dir))
		print_tail(log->file, dir);
}
