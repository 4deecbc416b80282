/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_CLI_CHECK_REPORT_H
#define OSIM_CLI_CHECK_REPORT_H

#include <stdio.h>

#include <optee_sim/check.h>
#include <optee_sim/rules.h>

/* What a check found, kept for the formats that it is written in. */

struct osim__cli_stimulus {
	char *kind, *experiment;
	size_t count;
};

struct osim__cli_finding {
	char *id, *text, *where, *rule, *abi, *experiment;
	char *again; /* command that runs just this again */
	char *place; /* with the id, what makes it the same elsewhere */
	char *timeline;
	char **scenarios;
	size_t scenario_count, count;
	struct osim__cli_stimulus *stimuli;
	size_t stimulus_count;
	enum osim_who who;
	size_t order;  /* in which they were found */
	bool accepted; /* by a baseline, or found in the older tree */
};

struct osim__cli_name {
	char *id, *text, *abi;
};

struct osim__cli_names {
	struct osim__cli_name *items;
	size_t count;
};

struct osim__cli_report {
	const char *driver;
	const char *kernel; /* the tree; NULL: none */
	uint64_t seed;
	struct osim_check_summary summary;
	struct osim__cli_finding *items;
	size_t count, room;
	size_t by_who[OSIM_WHO_COUNT]; /* of those not accepted */
	size_t accepted;
	struct osim__cli_names scenarios; /* that were run */
	struct osim__cli_names rules;	  /* of the protocol, then what else was found */
};

extern const char *const osim__cli_who[OSIM_WHO_COUNT];	     /* "honest" */
extern const char *const osim__cli_who_text[OSIM_WHO_COUNT]; /* a sentence */

/* Keeps a copy. command: what --again and the experiment are to be added to. */
void osim__cli_report_add(struct osim__cli_report *r, const struct osim_check_group *g,
			  const char *command);
/* The data races of another report, in their places; its runs count. false, after a message. */
bool osim__cli_report_add_races(struct osim__cli_report *r, const char *path);
/* Names scenarios and rules, and counts, when all were added and accepted. */
void osim__cli_report_finish(struct osim__cli_report *r, const struct osim_check_options *options);
void osim__cli_report_free(struct osim__cli_report *r);
/* Marks what the file of an older check, or a baseline, has. false, after a message. */
bool osim__cli_report_accept(struct osim__cli_report *r, const char *option, const char *path);

/* Where the driver did it, or noticed it: a file of the tree and a line. */
struct osim__cli_place {
	char function[128];
	char file[256]; /* "drivers/tee/optee/notif.c" */
	unsigned int line;
};
/* Of the n-th frame of the driver; of the text, where there are none. false: no such. */
bool osim__cli_place(const struct osim__cli_report *r, const struct osim__cli_finding *f, size_t n,
		     struct osim__cli_place *place);

/* "'a b'", where a shell needs it. Memory of the caller's. */
char *osim__cli_quoted(const char *word);
/* The whole finding, for people; each line begins with indent. */
void osim__cli_finding_print(const struct osim__cli_finding *f, FILE *out, const char *indent);
/* The same without the time line, unless it is one of that scenario. */
void osim__cli_finding_print_in(const struct osim__cli_finding *f, const char *scenario, FILE *out,
				const char *indent);

/* A text of XML, escaped. */
void osim__cli_xml(FILE *out, const char *text);

/* One case for each scenario and rule. finding: the n-th that fails it; NULL: no more. */
const struct osim__cli_finding *osim__cli_case(const struct osim__cli_report *r, size_t scenario,
					       size_t rule, size_t n);

/* --- formats; for osim__cli_file_write(), arg is the report --- */

bool osim__cli_report_json(FILE *out, const void *arg);
bool osim__cli_report_baseline(FILE *out, const void *arg);
bool osim__cli_report_junit(FILE *out, const void *arg);
bool osim__cli_report_sarif(FILE *out, const void *arg);
bool osim__cli_report_tap(FILE *out, const void *arg);

#endif
