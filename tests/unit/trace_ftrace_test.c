/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include <optee_sim/trace.h>

#define EVENTS 16

static struct {
	struct osim_event event[EVENTS];
	struct osim_regs in[EVENTS], out[EVENTS];
	char name[EVENTS][64];
	unsigned int count;
	unsigned long line;
	char why[256];
	unsigned long unreadable;
	enum osim_trace_source source;
} got;

static void tell(void *arg, unsigned long line, const char *why)
{
	(void)arg;
	if (!got.unreadable++) {
		got.line = line;
		snprintf(got.why, sizeof(got.why), "%s", why);
	}
}

static void read_text(const char *text)
{
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	struct osim_trace_reader *reader;
	const struct osim_event *e;

	assert_non_null(file);
	memset(&got, 0, sizeof(got));
	assert_int_equal(osim_trace_reader_new(file, tell, NULL, &reader), 0);
	while (osim_trace_reader_next(reader, &e) > 0) {
		assert_true(got.count < EVENTS);
		got.event[got.count] = *e;
		got.in[got.count] = *e->in;
		if (e->out)
			got.out[got.count] = *e->out;
		snprintf(got.name[got.count++], sizeof(got.name[0]), "%s", e->thread_name);
	}
	got.source = osim_trace_reader_source(reader);
	osim_trace_reader_free(reader);
	fclose(file);
}

#define BEGIN_A \
	"optee_invoke_fn_begin: param=00000000f00df00d (32000004, 0, 41000000, 0, 0, 0, 0, 0)\n"
#define END_A "optee_invoke_fn_end: param=00000000f00df00d ret (ffff0005, 0, 41001000, 1)\n"
#define RESUME_A \
	"optee_invoke_fn_begin: param=00000000f00df00d (32000003, 0, 41001000, 1, 0, 0, 0, 0)\n"
#define DONE_A	"optee_invoke_fn_end: param=00000000f00df00d ret (0, 0, 0, 0)\n"
#define BEGIN_B "optee_invoke_fn_begin: param=0xbeef (32000013, 1, 2, 3, 0, 0, 0, 0)\n"
#define END_B	"optee_invoke_fn_end:   param=0xbeef ret (ffffffffffffffff, 0, 0, 0)\n"

static void calls_of_two_cpus_are_told_apart(void **state)
{
	(void)state;
	read_text("cpus=2\n"
		  "        xtest-211   [000]   100.000001: " BEGIN_A
		  "tee-supplicant-150   [001]   100.000002: " BEGIN_B
		  "        xtest-211   [000]   100.000003: " END_A
		  "        xtest-211   [000]   100.000004: sched_switch: xtest:211 ==> other\n"
		  "        xtest-211   [001]   100.000005: " RESUME_A
		  "tee-supplicant-150   [000]   100.000006: " END_B
		  "        xtest-211   [001]   100.000007: " DONE_A);
	assert_int_equal(got.unreadable, 0);
	assert_int_equal(got.source, OSIM_TRACE_SOURCE_FTRACE);
	assert_int_equal(got.count, 6);
	for (unsigned int i = 0; i < 6; i++) {
		assert_true(got.event[i].seq == i);
		assert_int_equal(got.event[i].context, OSIM_CONTEXT_THREAD);
	}
	assert_int_equal(got.event[0].kind, OSIM_EVENT_CALL);
	assert_string_equal(got.name[0], "xtest");
	assert_int_equal(got.event[0].thread_id, 211);
	assert_true(got.event[0].time_ns == 100000001000);
	assert_true(got.in[0].a[0] == 0x32000004 && got.in[0].a[2] == 0x41000000);
	assert_string_equal(got.name[1], "tee-supplicant");
	assert_int_equal(got.event[1].cpu, 1);
	assert_int_equal(got.event[2].kind, OSIM_EVENT_RETURN);
	assert_true(got.in[2].a[0] == 0x32000004 && got.out[2].a[0] == 0xffff0005);
	assert_true(got.out[2].a[2] == 0x41001000 && got.out[2].a[3] == 1 && !got.out[2].a[4]);
	assert_true(got.in[3].a[0] == 0x32000003);
	assert_true(got.in[4].a[0] == 0x32000013 && got.out[4].a[0] == UINT64_MAX);
	assert_int_equal(got.event[4].cpu, 0);
	assert_true(got.in[5].a[0] == 0x32000003 && !got.out[5].a[0]);
}

static void heads_of_all_printers_are_understood(void **state)
{
	static const struct {
		const char *head, *name;
		uint32_t pid, cpu;
		uint64_t time_ns;
	} cases[] = {
		{" a-b [1] c-7     [002] .....    12.000345: ", "a-b [1] c", 7, 2, 12000345000},
		{"           <...>-99      [063] d..1.    0.5: ", "<...>", 99, 63, 500000000},
		{"  kworker/0:1-12      (   12) [000] ....1  1.000000001: ", "kworker/0:1", 12, 0,
		 1000000001},
		{"  kworker/0:1-12      (-------) [000] ....1  1.0: ", "kworker/0:1", 12, 0,
		 1000000000},
		{"x-1 [000] 5.000000:\t", "x", 1, 0, 5000000000},
		{"   xtest-211       3d..1.    5us+: ", "xtest", 211, 3, 5000},
		{"   xtest-211      12.....    7us : ", "xtest", 211, 12, 7000},
		{"   xtest-211       0dNh21   12.000001002: ", "xtest", 211, 0, 12000001002},
		{"a [1] b-7       0.....  42us : ", "a [1] b", 7, 0, 42000},
		{"[   99.123456] xtest-211       1.....  42us : ", "xtest", 211, 1, 42000},
		{"xtest-211     [000] .....         123456789: ", "xtest", 211, 0, 123456789},
		{"xtest-211     [000]123456.000001: ", "xtest", 211, 0, 123456000001000},
		{"   xtest-211   [000]    12.000345:  (+41)    ", "xtest", 211, 0, 12000345000},
		{"   xtest-211    0d..1.  12.000345678: (+0) ", "xtest", 211, 0, 12000345678},
		{"           xtest   211 [000]    12.000345: optee:", "xtest", 211, 0, 12000345000},
		{"a-b [1] c  7/8    [002] 12.000345678:          optee:", "a-b [1] c", 8, 2,
		 12000345678},
		{"      :211   211 [000]    12.000345: optee:", ":211", 211, 0, 12000345000},
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[256];

		snprintf(text, sizeof(text), "# tracer: nop\n%s" BEGIN_A, cases[i].head);
		read_text(text);
		assert_int_equal(got.unreadable, 0);
		assert_int_equal(got.count, 1);
		assert_string_equal(got.name[0], cases[i].name);
		assert_int_equal(got.event[0].thread_id, cases[i].pid);
		assert_int_equal(got.event[0].cpu, cases[i].cpu);
		assert_true(got.event[0].time_ns == cases[i].time_ns);
	}
}

static void line_that_is_garbled_is_told_and_the_rest_is_read(void **state)
{
	static const struct {
		const char *line, *why;
	} cases[] = {
		{"x-1 [000] 1.0: optee_invoke_fn_be\n",
		 "'optee_invoke_fn_be' is not optee_invoke_fn_begin: or optee_invoke_fn_end:"},
		{"x-1 000] 1.0: " BEGIN_B, NULL},
		{"x-1 [000] now: " BEGIN_B, NULL},
		{"x-1 [000] 1.0000000000: " BEGIN_B,
		 "'1.0000000000: optee_invoke_fn_be' is not a time"},
		{"x-1 [000] 5us?: " BEGIN_B, NULL},
		{"x-1 [000] 5.: " BEGIN_B, NULL},
		{"x-1 0 1.0: " BEGIN_B, NULL},
		{"x-1 0..........1 1.0: " BEGIN_B, NULL},
		{"x-1 [000] a b 1.0: " BEGIN_B, NULL},
		{"x-1 [] 1.0: " BEGIN_B, NULL},
		{"1.0: " BEGIN_B, NULL},
		{": " BEGIN_B, NULL},
		{BEGIN_B, NULL},
		{"[000] 1.0: " BEGIN_B, NULL},
		{"x-1 [000] 1.0: optee_invoke_fn_be   y-1 [001] 1.1: " BEGIN_B, NULL},
		{"x [000] 1.0: " BEGIN_B, NULL},
		{"x-1 [000] 1.0: optee_invoke_fn_begin: param= (1, 2)\n",
		 "' (1, 2)' is not a pointer in hex"},
		{"x-1 [000] 1.0: optee_invoke_fn_begin: param=1 (1, 2)\n", "')' is not ', '"},
		{"x-1 [000] 1.0: optee_invoke_fn_begin: param=1 (100000000, 0, 0, 0, 0, 0, 0, 0)\n",
		 NULL},
		{"x-1 [000] 1.0: optee_invoke_fn_end: param=1 ret (1, 2, 3, 4",
		 "the line ends where ')' should be"},
		{"x-1 [000] 1.0: " END_B, "task 1 returns from a call that is not there"},
		{"xtest-211 [000] 1.0: " END_B, "task 211 returns from a call that is not there"},
		{"CPU:1 [LOST 12 EVENTS]\n", "events were lost: 'CPU:1 [LOST 12 EVENTS]'"},
		{"CPU:1 [LOST EVENTS]\n", "events were lost: 'CPU:1 [LOST EVENTS]'"},
		{"CPU:1 [12 EVENTS DROPPED]\n", NULL},
		{"CPU:1 [EVENTS DROPPED]\n", NULL},
		{"xtest 211 [000] 1.0: PERF_RECORD_LOST lost 5\n", NULL},
		{"# entries-in-buffer/entries-written: 140080/250280   #P:4\n", NULL},
		{"x 1a [000] 1.0: optee:" BEGIN_B, NULL},
		{"x/1 [000] 1.0: (41) " BEGIN_B, NULL},
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512];

		snprintf(text, sizeof(text),
			 "xtest-211 [000] 0.5: " BEGIN_A "%s\nxtest-211 [000] 2.0: " END_A,
			 cases[i].line);
		read_text(text);
		assert_int_equal(got.count, 2);
		assert_int_equal(got.unreadable, 1);
		assert_int_equal(got.line, 2);
		if (cases[i].why)
			assert_string_equal(got.why, cases[i].why);
	}
}

/* As the kernel's own documentation shows them: none is an event of the driver. */
static void lines_between_calls_are_passed_over(void **state)
{
	static const char *const lines[] = {
		"# entries-in-buffer/entries-written: 140080/140080   #P:4\n",
		"#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n",
		"version = 6\nCPU 3 is empty\ncpus=4\n\n",
		"xtest-211 [000] d..1. 0.6: sys_enter: NR 29 (3, c010a403, ffffe0, 0, 0, 0)\n",
		("xtest-211 [000] d..1. 0.6: <stack trace>\n"
		 " => trace_event_raw_event_optee_invoke_fn_begin\n => optee_smc_do_call_with_arg\n"),
		"  ffff800010a4 trace_event_raw_event_optee_invoke_fn_begin+0xb4 ([optee])\n",
		"WARNING: Record on cpu 1 went backwards: 12 to 11 delta: -1\n",
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char text[1024];

		snprintf(text, sizeof(text),
			 "xtest-211 [000] 0.5: " BEGIN_A "%sxtest-211 [000] 2.0: " END_A, lines[i]);
		read_text(text);
		assert_int_equal(got.unreadable, 0);
		assert_int_equal(got.count, 2);
	}
}

/* What the kernel prints before it can hash pointers. */
static void pointer_that_is_hidden_is_understood(void **state)
{
	(void)state;
	read_text("x-1 [000] 1.0: optee_invoke_fn_begin: param=(____ptrval____) "
		  "(32000004, 0, 41000000, 0, 0, 0, 0, 0)\n"
		  "x-1 [000] 1.1: optee_invoke_fn_end: param=(____ptrval____) ret (0, 0, 0, 0)\n");
	assert_int_equal(got.unreadable, 0);
	assert_int_equal(got.count, 2);
}

/* --- written --- */

static struct osim_event call_of(enum osim_event_kind kind, const char *name, uint32_t thread,
				 const struct osim_regs *in, const struct osim_regs *out)
{
	return (struct osim_event){.kind = kind,
				   .context = OSIM_CONTEXT_THREAD,
				   .time_ns = 1002003999,
				   .cpu = 1,
				   .thread_id = thread,
				   .thread_name = name,
				   .in = in,
				   .out = out};
}

static void yielding_calls_are_written_as_the_kernel_prints_them(void **state)
{
	static const struct osim_regs call = {{0x32000004, 0x100000001, 2, 3, 4, 5, 6, 0x10002}},
				      out = {{0xffff0005, 1, 0x123456789, 3, 4}},
				      fast = {{0xb2000011}};
	static char text[2048];
	FILE *file = fmemopen(text, sizeof(text), "w");
	struct osim_trace_writer *w;
	struct osim_event events[] = {
		call_of(OSIM_EVENT_CALL, "xtest", 7, &call, NULL),
		call_of(OSIM_EVENT_CALL, "", 0, &fast, NULL),
		call_of(OSIM_EVENT_RETURN, "", 0, &fast, &out),
		call_of(OSIM_EVENT_WORLD, "xtest", 7, NULL, NULL),
		call_of(OSIM_EVENT_RETURN, "xtest", 7, &call, &out),
	};

	(void)state;
	assert_non_null(file);
	assert_int_equal(osim_trace_writer_new(file, OSIM_TRACE_FTRACE, &w), 0);
	for (unsigned int i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		osim_trace_writer_event(w, &events[i]);
	assert_int_equal(osim_trace_writer_close(w), 0);
	fclose(file);
	assert_non_null(strstr(text, "\n           xtest-7       [001] .....     1.002003: "
				     "optee_invoke_fn_begin: param=0000000000000007 "
				     "(32000004, 1, 2, 3, 4, 5, 6, 10002)\n"
				     "           xtest-7       [001] .....     1.002003: "
				     "optee_invoke_fn_end: param=0000000000000007 "
				     "ret (ffff0005, 1, 123456789, 3)\n"));
	read_text(text);
	assert_int_equal(got.unreadable, 0);
	assert_int_equal(got.count, 2);
	assert_true(got.in[1].a[7] == 0x10002 && got.out[1].a[2] == 0x123456789);
	assert_true(got.event[1].time_ns == 1002003000);
}

static void call_whose_return_was_lost_is_told(void **state)
{
	(void)state;
	read_text("x-1 [000] 1.0: " BEGIN_A "x-1 [000] 2.0: " RESUME_A "x-1 [000] 3.0: " DONE_A);
	assert_int_equal(got.count, 3);
	assert_int_equal(got.unreadable, 1);
	assert_int_equal(got.line, 2);
	assert_true(got.in[2].a[0] == 0x32000003);
}

/* Tasks that call and are never seen again: memory is bounded, and what it costs is told. */
static void calls_beyond_those_followed_are_told(void **state)
{
	static char text[256 * 1100];
	struct osim_trace_reader *reader;
	const struct osim_event *e;
	unsigned int count = 0;
	size_t used = 0;
	FILE *file;

	(void)state;
	for (unsigned int i = 1; i <= 1025; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "x-%u [000] 1.0: " BEGIN_A, i);
	memset(&got, 0, sizeof(got));
	file = fmemopen(text, used, "r");
	assert_non_null(file);
	assert_int_equal(osim_trace_reader_new(file, tell, NULL, &reader), 0);
	while (osim_trace_reader_next(reader, &e) > 0)
		count++;
	osim_trace_reader_free(reader);
	fclose(file);
	assert_int_equal(count, 1025);
	assert_int_equal(got.unreadable, 1);
	assert_int_equal(got.line, 1025);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_of_two_cpus_are_told_apart),
		cmocka_unit_test(heads_of_all_printers_are_understood),
		cmocka_unit_test(line_that_is_garbled_is_told_and_the_rest_is_read),
		cmocka_unit_test(lines_between_calls_are_passed_over),
		cmocka_unit_test(pointer_that_is_hidden_is_understood),
		cmocka_unit_test(yielding_calls_are_written_as_the_kernel_prints_them),
		cmocka_unit_test(call_whose_return_was_lost_is_told),
		cmocka_unit_test(calls_beyond_those_followed_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
