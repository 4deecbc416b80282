/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/check_trace.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/timeline.h>

#include "cli/check_command.h"
#include "cli/cli.h"

/* Events shown before and after one that breaks a rule. */
#define BEFORE 8u
#define AFTER  3u
#define TEXT   512u
#define WIDTH  120u

/* An event that is kept for a while, with what it points to; longer texts are cut. */
struct kept {
	struct osim_event event;
	struct osim_regs in, out;
	struct {
		struct osim_msg_arg arg;
		struct osim_msg_param params[OSIM_EVENT_PARAMS];
	} msg;
	char name[64], text[TEXT], where[TEXT];
};

/* Rows that are still being written. */
struct picture {
	struct osim_timeline *timeline;
	FILE *out;
	unsigned int left; /* events to come */
	struct osim__cli_broken *of;
};

#define PICTURES 64u

struct check {
	struct osim__cli_trace_report report;
	struct osim_trace_reader *reader;
	struct osim_rules *rules;
	struct kept before[BEFORE];
	uint64_t kept; /* events so far; the last BEFORE of them are there */
	struct picture pictures[PICTURES];
	size_t picture_count;
	bool failed; /* out of memory */
};

/* --- the rows around an event --- */

static const char *keep_text(const char *text, char *buf, size_t len)
{
	return text ? (snprintf(buf, len, "%s", text), buf) : NULL;
}

static void keep(struct check *c, const struct osim_event *e)
{
	struct kept *k = &c->before[c->kept++ % BEFORE];
	uint32_t params;

	k->event = *e;
	k->event.thread_name = keep_text(e->thread_name, k->name, sizeof(k->name));
	k->event.text = keep_text(e->text, k->text, sizeof(k->text));
	k->event.where = keep_text(e->where, k->where, sizeof(k->where));
	if (e->in) {
		k->in = *e->in;
		k->event.in = &k->in;
	}
	if (e->out) {
		k->out = *e->out;
		k->event.out = &k->out;
	}
	if (!e->msg)
		return;
	params = e->msg->num_params < OSIM_EVENT_PARAMS ? e->msg->num_params : OSIM_EVENT_PARAMS;
	memset(&k->msg, 0, sizeof(k->msg));
	memcpy(&k->msg, e->msg, OPTEE_MSG_GET_ARG_SIZE(params));
	k->event.msg = &k->msg.arg;
}

static void picture_end(struct check *c, struct picture *p)
{
	osim_timeline_free(p->timeline);
	c->failed |= fclose(p->out) != 0;
	*p = c->pictures[--c->picture_count];
}

static void pictures_take(struct check *c, const struct osim_event *e)
{
	for (size_t i = c->picture_count; i-- > 0;) {
		struct picture *p = &c->pictures[i];

		osim_timeline_event(p->timeline, e);
		if (!--p->left)
			picture_end(c, p);
	}
}

static void picture_begin(struct check *c, struct osim__cli_broken *of, const char *id,
			  const struct osim_event *e)
{
	struct picture *p = &c->pictures[c->picture_count];
	struct osim_timeline_options options = {
		.size = sizeof(options), .width = WIDTH, .raw_addresses = true};
	struct osim_event finding = *e;
	char text[TEXT];

	if (c->picture_count == PICTURES)
		return;
	*p = (struct picture){.left = AFTER, .of = of};
	p->out = open_memstream(&of->timeline, &of->timeline_bytes);
	options.out = p->out;
	if (!p->out || osim_timeline_new(NULL, &options, &p->timeline)) {
		if (p->out)
			fclose(p->out);
		c->failed = true;
		return;
	}
	c->picture_count++;
	for (uint64_t i = c->kept > BEFORE ? c->kept - BEFORE : 0; i < c->kept; i++)
		osim_timeline_event(p->timeline, &c->before[i % BEFORE].event);
	snprintf(text, sizeof(text), "%s: %s", id, of->detail);
	finding.kind = OSIM_EVENT_FINDING;
	finding.text = text;
	finding.where = NULL;
	osim_timeline_event(p->timeline, &finding);
}

/* --- rules --- */

static void broken(void *arg, const struct osim_rule *rule, const struct osim_event *event,
		   const char *detail)
{
	struct check *c = arg;
	struct osim__cli_ruled *ruled = c->report.rules;
	struct osim__cli_broken *b;

	while (ruled->rule != rule)
		ruled++;
	if (ruled->kept_count == OSIM__CLI_BROKEN_KEPT)
		return;
	b = &ruled->kept[ruled->kept_count++];
	*b = (struct osim__cli_broken){.line = osim_trace_reader_line(c->reader),
				       .seq = event->seq,
				       .time_ns = event->time_ns,
				       .cpu = event->cpu,
				       .detail = strdup(detail)};
	if (b->detail)
		picture_begin(c, b, rule->id, event);
	c->failed |= !b->detail;
}

static void unreadable(void *arg, unsigned long line, const char *why)
{
	struct check *c = arg;
	struct osim__cli_trace_report *r = &c->report;

	r->unreadable_count++;
	if (r->unreadable_kept == OSIM__CLI_UNREADABLE_KEPT)
		return;
	r->unreadable[r->unreadable_kept].line = line;
	r->unreadable[r->unreadable_kept].why = strdup(why);
	c->failed |= !r->unreadable[r->unreadable_kept++].why;
}

static bool list_rules(struct osim__cli_trace_report *r)
{
	while (osim_rule(r->rule_count))
		r->rule_count++;
	r->rules = calloc(r->rule_count, sizeof(*r->rules));
	for (size_t i = 0; r->rules && i < r->rule_count; i++)
		r->rules[i].rule = osim_rule(i);
	return r->rules;
}

/* What is known once all events have been held against the rules. */
static void conclude(struct check *c)
{
	struct osim__cli_trace_report *r = &c->report;

	while (c->picture_count)
		picture_end(c, &c->pictures[0]);
	if (!c->rules)
		r->missing = OSIM_SEES_ALL;
	for (size_t i = 0; i < r->rule_count; i++) {
		r->rules[i].outcome =
			c->rules
				? osim_rules_outcome(c->rules, i)
				: (struct osim_rule_outcome){.verdict = OSIM_VERDICT_NOT_CHECKABLE};
		r->by_verdict[r->rules[i].outcome.verdict]++;
	}
}

static int take(struct check *c, const struct osim_event *e)
{
	struct osim__cli_trace_report *r = &c->report;
	unsigned int sees = osim_trace_reader_sees(c->reader);

	if (!c->rules) {
		r->source = osim_trace_reader_source(c->reader);
		r->missing = OSIM_SEES_ALL & ~sees;
		if (osim_rules_new(sees, broken, c, &c->rules))
			return -ENOMEM;
	}
	r->events++;
	pictures_take(c, e);
	keep(c, e);
	return 0;
}

/* 0, or a negative errno. */
static int read_all(struct check *c)
{
	unsigned long unreadable_before = 0;
	const struct osim_event *e;
	int rc;

	while ((rc = osim_trace_reader_next(c->reader, &e)) > 0) {
		rc = take(c, e);
		if (rc)
			return rc;
		/* Events may have stood where something could not be read. */
		if (c->report.unreadable_count != unreadable_before) {
			osim_rules_gap(c->rules);
			c->report.missing |= OSIM_SEES_START;
		}
		unreadable_before = c->report.unreadable_count;
		osim_rules_event(c->rules, e);
		if (c->failed)
			return -ENOMEM;
	}
	c->report.source = osim_trace_reader_source(c->reader);
	/* Only where the trace ends is all over that was going on, and not where it was stopped. */
	if (!rc && c->rules && !c->report.unreadable_count &&
	    c->report.source == OSIM_TRACE_SOURCE_NATIVE)
		osim_rules_end(c->rules);
	return rc;
}

/* --- the command --- */

static bool write_reports(const struct osim__cli_check *o, const struct check *c)
{
	bool fine = true;

	if (o->tap)
		osim__cli_trace_tap(stdout, &c->report);
	else if (!o->quiet)
		osim__cli_trace_text(stdout, &c->report);
	if (o->json)
		fine &= osim__cli_file_write("--json", o->json, osim__cli_trace_json, &c->report);
	if (o->junit)
		fine &= osim__cli_file_write("--junit", o->junit, osim__cli_trace_junit,
					     &c->report);
	return fine;
}

static void release(struct check *c)
{
	struct osim__cli_trace_report *r = &c->report;

	for (size_t i = 0; r->rules && i < r->rule_count; i++)
		for (size_t n = 0; n < r->rules[i].kept_count; n++) {
			free(r->rules[i].kept[n].detail);
			free(r->rules[i].kept[n].timeline);
		}
	for (size_t i = 0; i < r->unreadable_kept; i++)
		free(r->unreadable[i].why);
	free(r->rules);
	osim_rules_free(c->rules);
	osim_trace_reader_free(c->reader);
	free(c);
}

static int check(const struct osim__cli_check *o, struct check *c, FILE *in)
{
	int rc = list_rules(&c->report) ? 0 : -ENOMEM;

	if (!rc)
		rc = osim_trace_reader_new(in, unreadable, c, &c->reader);
	if (!rc)
		rc = read_all(c);
	if (rc) {
		osim__cli_error("--trace: cannot read '%s': %s", c->report.file,
				strerror(ferror(in) ? errno : -rc));
		while (c->picture_count)
			picture_end(c, &c->pictures[0]);
		return OSIM__EXIT_USAGE;
	}
	conclude(c);
	if (!write_reports(o, c) || c->report.unreadable_count)
		return OSIM__EXIT_USAGE;
	return c->report.by_verdict[OSIM_VERDICT_FAILED] ? OSIM__EXIT_FINDINGS : OSIM__EXIT_CLEAN;
}

int osim__cli_check_trace(const struct osim__cli_check *o)
{
	bool is_stdin = !strcmp(o->trace, "-");
	FILE *in = is_stdin ? stdin : fopen(o->trace, "r");
	struct check *c;
	int status;

	if (!in) {
		osim__cli_error("--trace: cannot read '%s': %s", o->trace, strerror(errno));
		return OSIM__EXIT_USAGE;
	}
	c = calloc(1, sizeof(*c));
	if (!c) {
		osim__cli_error("out of memory");
		status = OSIM__EXIT_USAGE;
	} else {
		c->report.file = is_stdin ? "standard input" : o->trace;
		status = check(o, c, in);
		release(c);
	}
	if (!is_stdin)
		fclose(in);
	return status;
}
