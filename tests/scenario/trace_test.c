/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A run is written as it goes, and what was written is the run: read again it is the same, has all
 * that rules want to see, and breaks none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/rules.h>
#include <optee_sim/trace.h>

#include "scenario.h"

struct written {
	struct osim_trace_writer *native, *picture;
	char *text, *diagram;
	size_t bytes, diagram_bytes;
	FILE *out, *diagram_out;
	uint64_t events;
};

static void sink(void *arg, const struct osim_event *event)
{
	struct written *w = arg;

	osim_trace_writer_event(w->native, event);
	osim_trace_writer_event(w->picture, event);
	w->events++;
}

/* The driver comes, value 0 and another are posted, a program calls a TA that asks, the driver
 * goes. */
static void run_written(struct scenario *s, struct written *w)
{
	struct program p;

	w->out = open_memstream(&w->text, &w->bytes);
	w->diagram_out = open_memstream(&w->diagram, &w->diagram_bytes);
	assert_non_null(w->out);
	assert_non_null(w->diagram_out);
	assert_int_equal(osim_trace_writer_new(w->out, OSIM_TRACE_NATIVE, &w->native), 0);
	assert_int_equal(osim_trace_writer_new(w->diagram_out, OSIM_TRACE_MERMAID, &w->picture), 0);
	scenario_new(s);
	osim_set_event_sink(s->m, sink, w);
	scenario_bind(s);
	scenario_post(s, 0);
	scenario_post(s, 5);
	scenario_run(s);
	program_invoke(&p, s, TA_ALLOC, 100, OPTEE_RPC_SHM_TYPE_KERNEL);
	scenario_run(s);
	assert_true(p.done);
	scenario_unbind(s);
	osim_set_event_sink(s->m, NULL, NULL);
	assert_int_equal(osim_trace_writer_close(w->native), 0);
	assert_int_equal(osim_trace_writer_close(w->picture), 0);
	fclose(w->out);
	fclose(w->diagram_out);
	scenario_free(s);
}

static void written_free(struct written *w)
{
	free(w->text);
	free(w->diagram);
}

static void broken(void *arg, const struct osim_rule *rule, const struct osim_event *event,
		   const char *detail)
{
	(void)arg;
	(void)event;
	print_error("%s: %s\n", rule->id, detail);
}

static size_t count_rules(const struct osim_rules *rules, enum osim_verdict verdict)
{
	size_t n = 0;

	for (size_t i = 0; osim_rule(i); i++)
		n += osim_rules_outcome(rules, i).verdict == verdict;
	return n;
}

static void run_that_was_written_is_read_and_keeps_the_rules(void **state)
{
	struct scenario s = SCENARIO;
	struct written w = {0};
	struct osim_trace_reader *reader;
	struct osim_rules *rules = NULL;
	const struct osim_event *e;
	uint64_t events = 0;
	FILE *in;

	(void)state;
	run_written(&s, &w);
	in = fmemopen(w.text, w.bytes, "r");
	assert_non_null(in);
	assert_int_equal(osim_trace_reader_new(in, NULL, NULL, &reader), 0);
	while (osim_trace_reader_next(reader, &e) > 0) {
		if (!rules)
			assert_int_equal(osim_rules_new(osim_trace_reader_sees(reader), broken,
							NULL, &rules),
					 0);
		assert_true(e->seq == events++);
		osim_rules_event(rules, e);
	}
	osim_rules_end(rules);
	assert_true(events == w.events);
	assert_int_equal(osim_trace_reader_unreadable(reader), 0);
	assert_int_equal(count_rules(rules, OSIM_VERDICT_FAILED), 0);
	assert_int_equal(count_rules(rules, OSIM_VERDICT_NOT_CHECKABLE), 0);
	assert_true(count_rules(rules, OSIM_VERDICT_PASSED) > 10);
	osim_rules_free(rules);
	osim_trace_reader_free(reader);
	fclose(in);
	written_free(&w);
}

static void diagram_shows_the_bottom_half_on_its_way(void **state)
{
	static const char *const rows[] = {
		"    Note over S: post 0: irq ",
		"    activate irq",
		"->>S: GET_ASYNC_NOTIF_VALUE\n",
		"OK value=0 valid",
		"    deactivate irq",
		"<br/>t0: DO_BOTTOM_HALF\n",
		"    Note over S: t0: bottom half begins\n",
		"OK<br/>t0: DO_BOTTOM_HALF \u2192 SUCCESS\n",
	};
	struct scenario s = SCENARIO;
	struct written w = {0};
	const char *at;

	(void)state;
	run_written(&s, &w);
	at = w.diagram;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		at = strstr(at, rows[i]);
		if (!at)
			print_error("%s\nhas no %s", w.diagram, rows[i]);
		assert_non_null(at);
	}
	written_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scenario_test(run_that_was_written_is_read_and_keeps_the_rules),
		scenario_test(diagram_shows_the_bottom_half_on_its_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
