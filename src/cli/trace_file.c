/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

bool osim__cli_trace_check(const char *option, const char *path)
{
	struct stat st;

	if (osim__cli_is_std(path) || stat(path, &st))
		return osim__cli_file_check(option, path);
	if (!S_ISDIR(st.st_mode) && !access(path, W_OK))
		return true;
	if (S_ISDIR(st.st_mode))
		errno = EISDIR;
	return osim__cli_cannot_write(option, path);
}

bool osim__cli_trace_open(struct osim__cli_trace_file *t, const char *option, const char *path)
{
	t->option = option;
	t->path = path;
	if (!path)
		return true;
	t->out = osim__cli_is_std(path) ? stdout : fopen(path, "w");
	if (!t->out)
		return osim__cli_cannot_write(option, path);
	/* Line by line, so that what was under way is there when the program dies. */
	setvbuf(t->out, NULL, _IOLBF, BUFSIZ);
	if (!osim_trace_writer_new(t->out, OSIM_TRACE_NATIVE, &t->writer))
		return true;
	osim__cli_error("out of memory");
	return false;
}

void osim__cli_trace_event(struct osim__cli_trace_file *t, const struct osim_event *event)
{
	if (!t->writer)
		return;
	osim_trace_writer_event(t->writer, event);
	if (!t->error && ferror(t->out))
		t->error = errno;
}

bool osim__cli_trace_close(struct osim__cli_trace_file *t)
{
	int rc = osim_trace_writer_close(t->writer);

	t->writer = NULL;
	if (t->out && (t->out == stdout ? fflush(t->out) : fclose(t->out)) && !rc)
		rc = -errno;
	t->out = NULL;
	if (rc && t->error)
		rc = -t->error;
	errno = -rc;
	return !rc || osim__cli_cannot_write(t->option, t->path);
}
