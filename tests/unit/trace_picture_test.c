/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/trace.h>

static char text[65536];

static const struct osim_event thread = {
	.context = OSIM_CONTEXT_THREAD, .thread_id = 7, .thread_name = "a;b"};
static const struct osim_event handler = {.context = OSIM_CONTEXT_IRQ, .thread_name = ""};
static const struct osim_event secure = {
	.context = OSIM_CONTEXT_SECURE, .thread_id = 7, .thread_name = "a;b"};

static const struct osim_regs get = {{OPTEE_SMC_GET_ASYNC_NOTIF_VALUE}};
static const struct osim_regs zero = {{OPTEE_SMC_RETURN_OK, 0, 1}};

static FILE *file;
static struct osim_trace_writer *writer;

static void begin(enum osim_trace_format format)
{
	memset(text, 0, sizeof(text));
	file = fmemopen(text, sizeof(text), "w");
	assert_non_null(file);
	assert_int_equal(osim_trace_writer_new(file, format, &writer), 0);
}

static void end(void)
{
	assert_int_equal(osim_trace_writer_close(writer), 0);
	fclose(file);
}

static void put(struct osim_event e, enum osim_event_kind kind, uint32_t number, uint32_t flags)
{
	e.kind = kind;
	e.flags = flags;
	if (kind == OSIM_EVENT_POST || kind == OSIM_EVENT_RETRIEVE)
		e.value = number;
	else
		e.intid = number;
	if (kind == OSIM_EVENT_CALL || kind == OSIM_EVENT_RETURN)
		e.in = &get;
	if (kind == OSIM_EVENT_RETURN)
		e.out = &zero;
	osim_trace_writer_event(writer, &e);
}

/* A post of 0 and of 5, taken by a handler; the bottom half runs. */
static void notification(void)
{
	put(secure, OSIM_EVENT_POST, 0, 0);
	put(secure, OSIM_EVENT_IRQ_RAISE, 219, 0);
	put(secure, OSIM_EVENT_POST, 5, 0);
	put(secure, OSIM_EVENT_POST, 5, OSIM_EVENT_F_MERGED);
	put(handler, OSIM_EVENT_IRQ_ENTER, 219, 0);
	put(handler, OSIM_EVENT_CALL, 0, 0);
	put(secure, OSIM_EVENT_RETRIEVE, 0, OSIM_EVENT_F_PENDING);
	put(handler, OSIM_EVENT_RETURN, 0, 0);
	put(secure, OSIM_EVENT_RETRIEVE, 5, 0);
	put(handler, OSIM_EVENT_IRQ_EXIT, 219, 0);
	put(thread, OSIM_EVENT_CALL, 0, 0);
	put(secure, OSIM_EVENT_MESSAGE, 0, 0);
	put(secure, OSIM_EVENT_BOTTOM_HALF, 0, 0);
	put(secure, OSIM_EVENT_BOTTOM_HALF, 0, OSIM_EVENT_F_END);
	put(secure, OSIM_EVENT_MESSAGE, 0, OSIM_EVENT_F_END);
	put(thread, OSIM_EVENT_RETURN, 0, 0);
}

/* --- wave --- */

static void wave_has_the_line_and_the_values(void **state)
{
	(void)state;
	begin(OSIM_TRACE_VCD);
	notification();
	end();
	assert_string_equal(text, "$timescale 1 ns $end\n$scope module optee_sim $end\n"
				  "$var wire 1 \" irq219_pending $end\n"
				  "$var wire 1 $ irq219_active $end\n"
				  "$var wire 1 ! value0_pending $end\n"
				  "$var wire 1 # value5_pending $end\n"
				  "$upscope $end\n$enddefinitions $end\n"
				  "$dumpvars\n0!\n0\"\n0#\n0$\n$end\n"
				  "#0\n1!\n#1000\n1\"\n#2000\n1#\n#4000\n0\"\n1$\n#6000\n0!\n"
				  "#8000\n0#\n#9000\n0$\n#16000\n");
}

static void wave_of_many_signals_gives_each_its_own_sign(void **state)
{
	(void)state;
	begin(OSIM_TRACE_VCD);
	for (uint32_t value = 0; value < 200; value++)
		put(secure, OSIM_EVENT_POST, value, 0);
	end();
	assert_non_null(strstr(text, "$var wire 1 ! value0_pending $end\n"));
	assert_non_null(strstr(text, "$var wire 1 ~ value93_pending $end\n"));
	assert_non_null(strstr(text, "$var wire 1 !\" value94_pending $end\n"));
	assert_non_null(strstr(text, "$var wire 1 !# value188_pending $end\n"));
}

/* --- sequence diagram --- */

static void diagram_declares_each_and_avoids_what_the_language_uses(void **state)
{
	(void)state;
	begin(OSIM_TRACE_MERMAID);
	put(thread, OSIM_EVENT_CALL, 0, 0);
	put(thread, OSIM_EVENT_RETURN, 0, 0);
	put(thread, OSIM_EVENT_CALL, 0, 0);
	put(handler, OSIM_EVENT_IRQ_ENTER, 219, 0);
	put(handler, OSIM_EVENT_IRQ_ENTER, 220, 0);
	put(handler, OSIM_EVENT_IRQ_EXIT, 220, 0);
	put(handler, OSIM_EVENT_IRQ_EXIT, 219, 0);
	end();
	assert_string_equal(text, "sequenceDiagram\n"
				  "    participant t7 as a,b (7)\n"
				  "    participant irq0 as interrupts of CPU 0\n"
				  "    participant S as secure world\n"
				  "    t7->>S: GET_ASYNC_NOTIF_VALUE\n"
				  "    S-->>t7: OK value=0 valid\n"
				  "    t7->>S: GET_ASYNC_NOTIF_VALUE\n"
				  "    Note over irq0: irq 219\n"
				  "    activate irq0\n"
				  "    Note over irq0: irq 220\n"
				  "    deactivate irq0\n");
}

/* What a call carries stands with it, and what a post raises. */
static void diagram_has_one_row_for_what_belongs_together(void **state)
{
	static const struct osim_regs yield = {{OPTEE_SMC_CALL_WITH_ARG}};
	static const struct osim_regs ok = {{OPTEE_SMC_RETURN_OK}};
	static const struct osim_msg_arg msg = {.cmd = OPTEE_MSG_CMD_DO_BOTTOM_HALF};
	struct osim_event call = thread, message = secure;

	(void)state;
	call.kind = OSIM_EVENT_CALL;
	call.in = &yield;
	message.kind = OSIM_EVENT_MESSAGE;
	message.msg = &msg;
	begin(OSIM_TRACE_MERMAID);
	put(secure, OSIM_EVENT_POST, 5, 0);
	put(secure, OSIM_EVENT_IRQ_RAISE, 219, OSIM_EVENT_F_MERGED);
	put(secure, OSIM_EVENT_POST, 5, 0);
	osim_trace_writer_event(writer, &call);
	osim_trace_writer_event(writer, &message);
	put(secure, OSIM_EVENT_BOTTOM_HALF, 0, 0);
	put(secure, OSIM_EVENT_BOTTOM_HALF, 0, OSIM_EVENT_F_END);
	message.flags = OSIM_EVENT_F_END;
	osim_trace_writer_event(writer, &message);
	call.kind = OSIM_EVENT_RETURN;
	call.out = &ok;
	osim_trace_writer_event(writer, &call);
	osim_trace_writer_event(writer, &message);
	end();
	assert_string_equal(text, "sequenceDiagram\n"
				  "    participant t7 as a,b (7)\n"
				  "    participant S as secure world\n"
				  "    Note over S: post 5: irq 219 is raised (merged)\n"
				  "    Note over S: post 5\n"
				  "    t7->>S: CALL_WITH_ARG arg=0<br/>t0: DO_BOTTOM_HALF\n"
				  "    Note over S: t0: bottom half begins\n"
				  "    S-->>t7: OK<br/>t0: DO_BOTTOM_HALF \u2192 SUCCESS\n"
				  "    Note over S: t0: DO_BOTTOM_HALF \u2192 SUCCESS\n");
}

static void diagram_breaks_long_texts_at_blanks(void **state)
{
	struct osim_event e = thread;
	char all[400] = "", *at = all;

	(void)state;
	for (int i = 0; i < 20; i++)
		at += sprintf(at, "<%d#> four, ", i);
	e.text = all;
	begin(OSIM_TRACE_MERMAID);
	put(e, OSIM_EVENT_WORLD, 0, 0);
	end();
	at = strstr(text, "Note over t7: \u20390\u203a four, \u2039");
	assert_non_null(at);
	for (char *next = strstr(at, "<br/>"); next; at = next + 5, next = strstr(at, "<br/>"))
		assert_true(next - at < 80);
	assert_null(strchr(text, '#'));
}

/* --- trace events --- */

#define TRACKS 16
#define FLOWS  16

struct row {
	int pid;
	uint32_t tid;
	int depth;
	double blip_end; /* of the last slice that is no pair */
};

/* What the file says, one entry a line; each is held against what the format asks for. */
static struct {
	struct row rows[TRACKS];
	unsigned int row_count;
	char flow[FLOWS]; /* last phase */
	unsigned int pairs, flows, names;
	double last;
} seen;

static struct row *row_of(int pid, uint32_t tid)
{
	for (unsigned int i = 0; i < seen.row_count; i++)
		if (seen.rows[i].pid == pid && seen.rows[i].tid == tid)
			return &seen.rows[i];
	assert_true(seen.row_count < TRACKS);
	seen.rows[seen.row_count] = (struct row){.pid = pid, .tid = tid, .blip_end = -1};
	return &seen.rows[seen.row_count++];
}

static void take_flow(const struct row *row, char phase, double ts, const char *line)
{
	const char *id = strstr(line, "\"id\":");
	unsigned long n;

	assert_non_null(id);
	n = strtoul(id + 5, NULL, 10);
	assert_true(n > 0 && n < FLOWS);
	/* Begins once, ends once, in between only after the beginning; always in a slice. */
	assert_true(phase == 's' ? !seen.flow[n] : seen.flow[n] == 's' || seen.flow[n] == 't');
	assert_true(row->depth > 0 || ts < row->blip_end);
	seen.flow[n] = phase;
	seen.flows += phase == 'f';
}

static void take_entry(const char *line)
{
	struct row *row;
	uint32_t tid;
	double ts, dur;
	char phase;
	int pid;

	assert_int_equal(
		sscanf(line, "{\"ph\":\"%c\",\"pid\":%d,\"tid\":%" SCNu32, &phase, &pid, &tid), 3);
	assert_true(pid == 1 || pid == 2);
	if (phase == 'M') {
		seen.names++;
		return;
	}
	row = row_of(pid, tid);
	assert_non_null(strstr(line, "\"ts\":"));
	assert_int_equal(sscanf(strstr(line, "\"ts\":"), "\"ts\":%lf", &ts), 1);
	assert_true(ts >= seen.last);
	seen.last = ts;
	if (phase == 'B')
		row->depth++;
	if (phase == 'E') {
		row->depth--;
		seen.pairs++;
	}
	assert_true(row->depth >= 0);
	if (phase == 'X') {
		assert_int_equal(sscanf(strstr(line, "\"dur\":"), "\"dur\":%lf", &dur), 1);
		row->blip_end = ts + dur;
	}
	if (strchr("stf", phase))
		take_flow(row, phase, ts, line);
}

static void check_entries(void)
{
	static const char head[] = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n";
	char *line = text + strlen(head), *next;

	memset(&seen, 0, sizeof(seen));
	assert_memory_equal(text, head, strlen(head));
	for (; *line == '{'; line = next + 1) {
		next = strchr(line, '\n');
		assert_non_null(next);
		*next = '\0';
		/* All but the last with a comma behind it. */
		assert_true(next[-1] == (next[1] == ']' ? '}' : ','));
		take_entry(line);
	}
	assert_string_equal(line, "]}\n");
	for (unsigned int i = 0; i < seen.row_count; i++)
		assert_int_equal(seen.rows[i].depth, 0);
	/* Both worlds, and each row that something stands in. */
	assert_true(seen.names >= seen.row_count + 2);
}

static void entries_nest_and_arrows_end_where_the_value_does(void **state)
{
	(void)state;
	begin(OSIM_TRACE_PERFETTO);
	notification();
	notification();
	end();
	check_entries();
	assert_int_equal(seen.pairs, 2 * 5);
	assert_int_equal(seen.flows, 2 * 2);
	for (unsigned int id = 1; id <= 4; id++)
		assert_int_equal(seen.flow[id], 'f');
}

static void entries_nest_where_the_trace_does_not(void **state)
{
	static const enum osim_event_kind kinds[] = {OSIM_EVENT_RETURN,	   OSIM_EVENT_IRQ_EXIT,
						     OSIM_EVENT_CALL,	   OSIM_EVENT_IRQ_ENTER,
						     OSIM_EVENT_IRQ_ENTER, OSIM_EVENT_RETURN,
						     OSIM_EVENT_MESSAGE};
	uint32_t random = 1;

	(void)state;
	begin(OSIM_TRACE_PERFETTO);
	for (unsigned int i = 0; i < 200; i++) {
		random = random * 1664525 + 1013904223;
		put(random >> 31 ? handler : secure,
		    kinds[(random >> 16) % (sizeof(kinds) / sizeof(kinds[0]))], 1,
		    (random >> 8) & OSIM_EVENT_F_END);
	}
	put(secure, OSIM_EVENT_RETRIEVE, 9, 0);
	put(secure, OSIM_EVENT_BOTTOM_HALF, 0, 0);
	end();
	check_entries();
	assert_true(seen.pairs > 20);
	assert_int_equal(seen.flows, 0);
}

static void entries_escape_texts(void **state)
{
	struct osim_event e = thread;

	(void)state;
	e.text = "a\"b\\c\n\xff";
	begin(OSIM_TRACE_PERFETTO);
	put(e, OSIM_EVENT_WORLD, 0, 0);
	end();
	assert_non_null(strstr(text, "\"name\":\"a\\\"b\\\\c\\u000a\\u00ff\""));
	check_entries();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wave_has_the_line_and_the_values),
		cmocka_unit_test(wave_of_many_signals_gives_each_its_own_sign),
		cmocka_unit_test(diagram_declares_each_and_avoids_what_the_language_uses),
		cmocka_unit_test(diagram_has_one_row_for_what_belongs_together),
		cmocka_unit_test(diagram_breaks_long_texts_at_blanks),
		cmocka_unit_test(entries_nest_and_arrows_end_where_the_value_does),
		cmocka_unit_test(entries_nest_where_the_trace_does_not),
		cmocka_unit_test(entries_escape_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
