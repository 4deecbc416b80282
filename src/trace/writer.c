/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/writer.h"

#include <errno.h>
#include <stdlib.h>

static int (*const begin[])(struct osim_trace_writer *w) = {
	[OSIM_TRACE_NATIVE] = osim__native_begin, [OSIM_TRACE_MERMAID] = osim__mermaid_begin,
	[OSIM_TRACE_VCD] = osim__vcd_begin,	  [OSIM_TRACE_PERFETTO] = osim__perfetto_begin,
	[OSIM_TRACE_FTRACE] = osim__ftrace_begin,
};

uint64_t osim__trace_spread(struct osim_trace_writer *w, const struct osim_event *e)
{
	uint64_t after_ns = w->count ? w->now_ns + OSIM__TRACE_STEP_NS : 0;

	w->now_ns = e->time_ns > after_ns ? e->time_ns : after_ns;
	return w->now_ns;
}

void osim__trace_append(struct osim_trace_writer *w, FILE *waiting)
{
	char buf[4096];
	size_t got;

	if (fflush(waiting) || ferror(waiting))
		w->error = -EIO;
	rewind(waiting);
	while ((got = fread(buf, 1, sizeof(buf), waiting)))
		fwrite(buf, 1, got, w->out);
	if (ferror(waiting))
		w->error = -EIO;
	fclose(waiting);
}

int osim_trace_writer_new(FILE *out, enum osim_trace_format format, struct osim_trace_writer **w)
{
	struct osim_trace_writer *made;
	int rc;

	if ((unsigned int)format >= sizeof(begin) / sizeof(begin[0]))
		return -EINVAL;
	made = calloc(1, sizeof(*made));
	if (!made)
		return -ENOMEM;
	made->out = out;
	rc = begin[format](made);
	if (rc) {
		free(made);
		return rc;
	}
	*w = made;
	return 0;
}

void osim_trace_writer_event(void *writer, const struct osim_event *event)
{
	struct osim_trace_writer *w = writer;

	if ((unsigned int)event->kind >= OSIM_EVENT_COUNT)
		return;
	w->event(w, event);
	w->count++;
}

int osim_trace_writer_close(struct osim_trace_writer *w)
{
	int rc;

	if (!w)
		return 0;
	w->end(w);
	if (fflush(w->out) || ferror(w->out))
		w->error = -EIO;
	rc = w->error;
	free(w);
	return rc;
}
