/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cmd_trace.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/timeline.h>
#include <optee_sim/trace.h>

#include "cli/cli.h"

enum { KEY_TO = 256, KEY_RAW, KEY_VERBOSE, KEY_EVENTS };

enum verb { VERB_CONVERT, VERB_SHOW, VERB_DIFF };

struct trace {
	enum verb verb;
	bool to_given;
	enum osim_trace_format to;
	bool raw_addresses, verbose;
	uint64_t first, last; /* numbers of events that are taken */
	char **files;
	int file_count;
};

static const char *const verbs[] = {"convert", "show", "diff", NULL};
static const char *const formats[] = {"native", "mermaid", "vcd", "perfetto", "ftrace", NULL};
static const int files_of[] = {2, 1, 2};

/* clang-format off */
static const struct argp_option options[] = {
	{"to", KEY_TO, "FORMAT", 0,
	 "convert: what to write: native, this program's own format, which has all; mermaid, a "
	 "sequence diagram; vcd, a wave of interrupts and pending values; perfetto, trace events "
	 "for ui.perfetto.dev; ftrace, the kernel's own text, which has yielding calls only",
	 0},
	{"events", KEY_EVENTS, "FIRST-LAST", 0,
	 "convert, show: only events with these numbers, from 0; FIRST- is all from there on", 0},
	{"verbose", KEY_VERBOSE, 0, 0,
	 "show: switches and wakes of threads, allocations, and values leaving the record, too", 0},
	{"raw-addresses", KEY_RAW, 0, 0,
	 "show, diff: addresses and cookies as they are, not as page#1 and shm#1", 0},
	{0},
};
/* clang-format on */

/* The place of a word in a list that ends with NULL; what names it in the message. */
static int word(struct argp_state *state, const char *what, const char *arg,
		const char *const words[])
{
	char known[64] = "";

	for (int i = 0; words[i]; i++) {
		size_t used = strlen(known);

		if (!strcmp(arg, words[i]))
			return i;
		snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "", words[i]);
	}
	argp_error(state, "%s'%s' is none of %s", what, arg, known);
	return 0;
}

/* "90-120", "90-" */
static void take_events(struct trace *t, struct argp_state *state, char *arg)
{
	char *dash = strchr(arg, '-');

	if (dash)
		*dash = '\0';
	if (dash && osim__cli_number(arg, UINT64_MAX, &t->first) &&
	    (!dash[1] || osim__cli_number(dash + 1, UINT64_MAX, &t->last)) && t->first <= t->last)
		return;
	if (dash)
		*dash = '-';
	argp_error(state, "--events: '%s' is not FIRST-LAST", arg);
}

static void take_files(struct trace *t, struct argp_state *state)
{
	int given = state->argc - state->next - 1;

	t->verb = (enum verb)word(state, "", state->argv[state->next], verbs);
	t->files = state->argv + state->next + 1;
	t->file_count = given;
	if (given != files_of[t->verb])
		argp_error(state, "%s: %d files are needed, %d given", verbs[t->verb],
			   files_of[t->verb], given);
}

static void check_options(const struct trace *t, struct argp_state *state)
{
	if (t->verb == VERB_CONVERT && !t->to_given)
		argp_error(state, "convert: --to is missing");
	if (t->verb != VERB_CONVERT && t->to_given)
		argp_error(state, "--to: is for convert only");
	if (t->verb == VERB_DIFF && (t->first || t->last != UINT64_MAX))
		argp_error(state, "--events: is for convert and show only");
	if (t->verb != VERB_SHOW && t->verbose)
		argp_error(state, "--verbose: is for show only");
	if (t->verb == VERB_CONVERT && strcmp(t->files[0], "-") != 0 &&
	    !strcmp(t->files[0], t->files[1]))
		argp_error(state, "convert: '%s' cannot be both IN and OUT", t->files[0]);
	if (t->verb == VERB_CONVERT && t->raw_addresses)
		argp_error(state, "--raw-addresses: is for show and diff only");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct trace *t = state->input;

	switch (key) {
	case KEY_TO:
		t->to = (enum osim_trace_format)word(state, "--to: ", arg, formats);
		t->to_given = true;
		return 0;
	case KEY_RAW:
		t->raw_addresses = true;
		return 0;
	case KEY_EVENTS:
		take_events(t, state, arg);
		return 0;
	case KEY_VERBOSE:
		t->verbose = true;
		return 0;
	case ARGP_KEY_ARGS:
		take_files(t, state);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "convert, show or diff is missing");
		return 0;
	case ARGP_KEY_SUCCESS:
		check_options(t, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* --- files --- */

struct input {
	const char *name;
	FILE *in;
	struct osim_trace_reader *reader;
	struct osim_timeline *timeline; /* that is being printed, or NULL */
	const struct osim_event *first; /* read already; NULL: none was */
};

static void unreadable(void *arg, unsigned long line, const char *why)
{
	const struct input *input = arg;

	/* Not in the middle of a row. */
	if (input->timeline)
		osim_timeline_flush(input->timeline);
	osim__cli_error("%s:%lu: %s", input->name, line, why);
}

static bool input_open(struct input *input, const char *name)
{
	bool is_stdin = !strcmp(name, "-");

	input->name = is_stdin ? "standard input" : name;
	input->in = is_stdin ? stdin : fopen(name, "r");
	if (!input->in) {
		osim__cli_error("%s: %s", name, strerror(errno));
		return false;
	}
	if (osim_trace_reader_new(input->in, unreadable, input, &input->reader)) {
		osim__cli_error("out of memory");
		return false;
	}
	return true;
}

static void input_close(struct input *input)
{
	osim_trace_reader_free(input->reader);
	if (input->in && input->in != stdin)
		fclose(input->in);
}

static bool cannot_read(const struct input *input)
{
	osim__cli_error("%s: cannot be read: %s", input->name, strerror(errno));
	return false;
}

/* Reads the first event. false, after messages: there is none, and something that is no event. */
static bool peek(struct input *input)
{
	int rc = osim_trace_reader_next(input->reader, &input->first);

	if (rc < 0)
		return cannot_read(input);
	if (!rc)
		input->first = NULL;
	return rc || !osim_trace_reader_unreadable(input->reader);
}

/* Gives the events to fn. false, after messages: not all could be read. */
static bool pump(const struct trace *t, struct input *input, osim_event_fn *fn, void *arg)
{
	const struct osim_event *event = input->first;
	int rc = event ? 1 : osim_trace_reader_next(input->reader, &event);

	for (; rc > 0; rc = osim_trace_reader_next(input->reader, &event))
		if (event->seq >= t->first && event->seq <= t->last)
			fn(arg, event);
	if (rc)
		return cannot_read(input);
	return !osim_trace_reader_unreadable(input->reader);
}

/* --- what is done --- */

/* What is converted, and how it goes. */
struct conversion {
	const struct trace *t;
	struct input *input;
	struct osim_trace_writer *writer;
	FILE *out;
	bool read_all;
	int error; /* errno of the first write that failed */
};

static void write_event(void *arg, const struct osim_event *event)
{
	struct conversion *c = arg;

	osim_trace_writer_event(c->writer, event);
	if (!c->error && ferror(c->out))
		c->error = errno;
}

/* For osim__cli_file_write(). What could be read is written, whatever else there was. */
static bool convert_to(FILE *out, const void *arg)
{
	struct conversion *c = *(struct conversion *const *)arg;
	int rc = osim_trace_writer_new(out, c->t->to, &c->writer);

	errno = 0;
	if (!rc) {
		c->out = out;
		c->read_all = pump(c->t, c->input, write_event, c);
		errno = 0;
		rc = osim_trace_writer_close(c->writer);
		if (c->error)
			errno = c->error;
	}
	if (rc && !errno)
		errno = -rc;
	return !rc;
}

static int convert(const struct trace *t)
{
	struct input input = {0};
	struct conversion c = {.t = t, .input = &input}, *arg = &c;
	bool ok = false;

	/* Of what is no trace at all nothing comes. */
	if (input_open(&input, t->files[0]) && peek(&input))
		ok = osim__cli_file_write("convert", t->files[1], convert_to, &arg) && c.read_all;
	input_close(&input);
	return ok ? OSIM__EXIT_CLEAN : OSIM__EXIT_USAGE;
}

static int show(const struct trace *t)
{
	struct osim_timeline_options o = {.size = sizeof(o),
					  .out = stdout,
					  .raw_addresses = t->raw_addresses,
					  .verbose = t->verbose};
	struct input input = {0};
	bool ok = false;

	if (input_open(&input, t->files[0])) {
		if (osim_timeline_new(NULL, &o, &input.timeline))
			osim__cli_error("out of memory");
		else
			ok = pump(t, &input, osim_timeline_event, input.timeline);
	}
	osim_timeline_free(input.timeline);
	input_close(&input);
	return ok ? OSIM__EXIT_CLEAN : OSIM__EXIT_USAGE;
}

static void print_difference(const struct trace *t, const struct osim_trace_difference *d)
{
	uint64_t n = d->event > OSIM_TRACE_BEFORE ? d->event - OSIM_TRACE_BEFORE : 0;

	printf("the first %" PRIu64 " events are the same, up to\n", d->event);
	for (; n < d->event; n++)
		printf("  %s\n", d->before[n % OSIM_TRACE_BEFORE]);
	puts("then");
	for (unsigned int i = 0; i < 2; i++) {
		if (*d->text[i])
			printf("%s:%lu: %s\n", t->files[i], d->line[i], d->text[i]);
		else
			printf("%s: ends\n", t->files[i]);
	}
}

static int diff(const struct trace *t)
{
	static struct osim_trace_difference d;
	struct input a = {0}, b = {0};
	int status = OSIM__EXIT_USAGE, rc;

	if (input_open(&a, t->files[0]) && input_open(&b, t->files[1])) {
		rc = osim_trace_diff(a.reader, b.reader, t->raw_addresses, &d);
		if (rc < 0 && ferror(a.in))
			cannot_read(&a);
		else if (rc < 0 && ferror(b.in))
			cannot_read(&b);
		else if (rc < 0)
			osim__cli_error("cannot compare: %s", strerror(-rc));
		if (rc > 0)
			print_difference(t, &d);
		if (rc >= 0 && !osim_trace_reader_unreadable(a.reader) &&
		    !osim_trace_reader_unreadable(b.reader))
			status = rc ? OSIM__EXIT_FINDINGS : OSIM__EXIT_CLEAN;
	}
	input_close(&a);
	input_close(&b);
	return status;
}

int osim__cmd_trace(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "convert IN OUT\nshow IN\ndiff A B",
		.doc = "Writes a recorded trace in another format, shows it on a time line, or tells "
		       "the first difference of two. Read are what run --trace writes, the "
		       "text of ftrace with the driver's optee_invoke_fn_begin and _end, and "
		       "recordings of a real OP-TEE. A file "
		       "- is standard input, or output.\v"
		       "Exit status: 0 done, and no difference; 1 the traces differ; 2 wrong usage, "
		       "or something that cannot be read or written: what could be read is done "
		       "all the same."};
	static int (*const fns[])(const struct trace *t) = {convert, show, diff};
	struct trace t = {.last = UINT64_MAX};

	argp_err_exit_status = OSIM__EXIT_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &t))
		return OSIM__EXIT_USAGE;
	return fns[t.verb](&t);
}
