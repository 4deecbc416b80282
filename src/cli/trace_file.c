/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include "cli/cli.h"

bool osim__cli_trace_open(struct osim__cli_trace_file *t, const char *option, const char *path)
{
	t->option = option;
	t->path = path;
	if (!path)
		return true;
	t->out = fopen(path, "w");
	if (!t->out) {
		osim__cli_error("%s: cannot write '%s': %s", option, path, strerror(errno));
		return false;
	}
	/* Line by line, so that what was under way is there when the program dies. */
	setvbuf(t->out, NULL, _IOLBF, BUFSIZ);
	if (!osim_trace_writer_new(t->out, OSIM_TRACE_NATIVE, &t->writer))
		return true;
	osim__cli_error("out of memory");
	return false;
}

void osim__cli_trace_event(struct osim__cli_trace_file *t, const struct osim_event *event)
{
	if (t->writer)
		osim_trace_writer_event(t->writer, event);
}

bool osim__cli_trace_close(struct osim__cli_trace_file *t)
{
	int rc = osim_trace_writer_close(t->writer);

	t->writer = NULL;
	if (t->out && fclose(t->out) && !rc)
		rc = -errno;
	t->out = NULL;
	if (rc)
		osim__cli_error("%s: cannot write '%s': %s", t->option, t->path, strerror(-rc));
	return !rc;
}
