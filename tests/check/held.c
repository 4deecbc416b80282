/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Holds the rules against a recorded trace, and against what is made of it.
 *
 *   held TRACE             a line for each rule: its id, its verdict, how often it was held
 *   held --altered TRACE   for each line of input, "NUMBER COUNT", then any number of events, with
 *                          tabs between: COUNT events from that one on replaced by those. Output:
 *                          the rules that are broken then, "-" for none, "?" for what is no event
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/msg.h>
#include <optee_sim/rules.h>
#include <optee_sim/trace.h>

#define RULES_MAX 128u

/* An event with all that it points to. */
struct kept {
	struct osim_event e;
	struct osim_regs in, out;
	struct {
		struct osim_msg_arg arg;
		struct osim_msg_param params[OSIM_EVENT_PARAMS];
	} msg;
	char text[256];
};

struct trace {
	struct kept *events;
	size_t count;
};

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "held: %s\n", what);
	exit(2);
}

static void keep(struct trace *t, const struct osim_event *e)
{
	struct kept *k;

	t->events = realloc(t->events, (t->count + 1) * sizeof(*k));
	if (!t->events)
		fail("out of memory");
	k = &t->events[t->count++];
	memset(k, 0, sizeof(*k));
	k->e = *e;
	if (e->in)
		k->in = *e->in;
	if (e->out)
		k->out = *e->out;
	if (e->msg) {
		uint32_t n = e->msg->num_params, max = e->kind == OSIM_EVENT_RPC ? 4 : 6;

		memcpy(&k->msg, e->msg, OPTEE_MSG_GET_ARG_SIZE(n < max ? n : max));
	}
	if (e->text)
		snprintf(k->text, sizeof(k->text), "%s", e->text);
}

/* 0, or how many lines could not be read. */
static unsigned long load(FILE *in, struct trace *t)
{
	struct osim_trace_reader *reader;
	const struct osim_event *e;
	unsigned long unreadable;

	if (!in || osim_trace_reader_new(in, NULL, NULL, &reader))
		fail("no trace");
	while (osim_trace_reader_next(reader, &e) == 1)
		keep(t, e);
	unreadable = osim_trace_reader_unreadable(reader);
	osim_trace_reader_free(reader);
	fclose(in);
	return unreadable;
}

static void feed(struct osim_rules *rules, const struct kept *k)
{
	struct osim_event e = k->e;

	e.thread_name = "";
	e.in = e.in ? &k->in : NULL;
	e.out = e.out ? &k->out : NULL;
	e.msg = e.msg ? &k->msg.arg : NULL;
	e.text = e.text ? k->text : NULL;
	e.where = NULL;
	osim_rules_event(rules, &e);
}

/* The trace, with less events from at on replaced by others. */
static struct osim_rules *hold(const struct trace *t, size_t at, size_t less,
			       const struct trace *others)
{
	struct osim_rules *rules;

	if (osim_rules_new(OSIM_SEES_ALL, NULL, NULL, &rules))
		fail("out of memory");
	for (size_t i = 0; i < t->count; i++) {
		if (i < at || i - at >= less)
			feed(rules, &t->events[i]);
		for (size_t n = 0; i == at && n < others->count; n++)
			feed(rules, &others->events[n]);
	}
	osim_rules_end(rules);
	return rules;
}

static void print_broken(struct osim_rules *rules)
{
	const struct osim_rule *rule;
	unsigned int n = 0;

	for (size_t i = 0; (rule = osim_rule(i)); i++)
		if (osim_rules_outcome(rules, i).verdict == OSIM_VERDICT_FAILED)
			printf("%s%s", n++ ? " " : "", rule->id);
	puts(n ? "" : "-");
}

static void altered(const struct trace *t, char *line)
{
	static const char head[] = "optee_sim trace 1\n";
	char *end;
	size_t at = strtoul(line, &end, 10), less = strtoul(end, NULL, 10), count = 0;
	struct trace others = {NULL, 0};
	struct osim_rules *rules;
	char *text = malloc(strlen(line) + 64), *word = strchr(line, '\t');
	char *p = text;

	if (!text)
		fail("out of memory");
	p += sprintf(p, "%s", head);
	for (; word; count++) {
		char *next = strchr(word + 1, '\t');

		if (next)
			*next = '\0';
		p += sprintf(p, "%s\n", word + 1);
		word = next;
	}
	sprintf(p, "end %zu\n", count);
	if (count && load(fmemopen(text, strlen(text), "r"), &others)) {
		puts("?");
	} else {
		rules = hold(t, at, less, &others);
		print_broken(rules);
		osim_rules_free(rules);
	}
	free(others.events);
	free(text);
}

static void verdicts(const struct trace *t)
{
	const struct trace none = {NULL, 0};
	struct osim_rules *rules = hold(t, SIZE_MAX, 0, &none);
	const struct osim_rule *rule;

	for (size_t i = 0; (rule = osim_rule(i)); i++) {
		struct osim_rule_outcome o = osim_rules_outcome(rules, i);

		printf("%s\t%s\t%llu\n", rule->id, osim_verdict_name(o.verdict),
		       (unsigned long long)o.held);
	}
	osim_rules_free(rules);
}

int main(int argc, char **argv)
{
	struct trace t = {NULL, 0};
	char *line = NULL;
	size_t size = 0;

	if (argc < 2)
		fail("which trace?");
	if (load(fopen(argv[argc - 1], "r"), &t))
		fail("the trace cannot be read");
	if (argc == 2)
		verdicts(&t);
	while (argc > 2 && getline(&line, &size, stdin) > 0) {
		line[strcspn(line, "\n")] = '\0';
		altered(&t, line);
	}
	free(line);
	free(t.events);
	return 0;
}
