/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_CLI_CHECK_TRACE_H
#define OSIM_CLI_CHECK_TRACE_H

#include <stdio.h>

#include <optee_sim/rules.h>
#include <optee_sim/trace.h>

/* What a check of a recorded trace found, kept for the formats that it is written in. */

/* Of a rule that is broken all the time, or of lines that cannot be read, so many are kept. */
#define OSIM__CLI_BROKEN_KEPT	  3u
#define OSIM__CLI_UNREADABLE_KEPT 20u

struct osim__cli_broken {
	unsigned long line;
	uint64_t seq, time_ns;
	uint32_t cpu;
	char *detail;
	char *timeline; /* the rows around it; an open stream writes it, and how long it is */
	size_t timeline_bytes;
};

struct osim__cli_ruled {
	const struct osim_rule *rule;
	struct osim_rule_outcome outcome;
	struct osim__cli_broken kept[OSIM__CLI_BROKEN_KEPT];
	size_t kept_count;
};

struct osim__cli_unreadable {
	unsigned long line;
	char *why;
};

struct osim__cli_trace_report {
	const char *file;
	enum osim_trace_source source;
	uint64_t events;
	unsigned int missing; /* OSIM_SEES_* that the trace does not tell */
	struct osim__cli_ruled *rules;
	size_t rule_count;
	size_t by_verdict[OSIM_VERDICT_COUNT];
	struct osim__cli_unreadable unreadable[OSIM__CLI_UNREADABLE_KEPT];
	size_t unreadable_kept;
	unsigned long unreadable_count;
};

extern const char *const osim__cli_trace_sources[]; /* by enum osim_trace_source */
extern const char *const osim__cli_binds[];	    /* by enum osim_rule_binds */

/* "fast calls, messages": what a rule that is not checkable needs and the trace does not tell. */
void osim__cli_trace_missing(const struct osim__cli_trace_report *r, const struct osim_rule *rule,
			     char *buf, size_t len);

void osim__cli_trace_text(FILE *out, const struct osim__cli_trace_report *r);
void osim__cli_trace_tap(FILE *out, const struct osim__cli_trace_report *r);
/* For osim__cli_file_write(): arg is the report. */
bool osim__cli_trace_json(FILE *out, const void *arg);
bool osim__cli_trace_junit(FILE *out, const void *arg);

#endif
