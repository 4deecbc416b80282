/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/trace.h>

#include "trace/native.h"

#define BYTES 16384

static struct {
	char text[BYTES];
	size_t used;
} written;

static struct {
	unsigned long line[64];
	char why[64][160];
	unsigned int count;
} told;

static void tell(void *arg, unsigned long line, const char *why)
{
	(void)arg;
	assert_true(told.count < 64);
	told.line[told.count] = line;
	snprintf(told.why[told.count++], sizeof(told.why[0]), "%s", why);
}

/* --- events of each kind, with all that an event can have --- */

static const struct osim_regs in = {
	{OPTEE_SMC_CALL_WITH_ARG, UINT64_MAX, 2, 3, 4, 5, 6, 0x123456789abcdef0}};
static const struct osim_regs out = {{OPTEE_SMC_RETURN_ENOTAVAIL, 1, 0, 0, 0, 0, 0, UINT64_MAX}};
struct message {
	struct osim_msg_arg arg;
	struct osim_msg_param params[OSIM__NATIVE_PARAMS];
};

static const struct message msg = {{.cmd = 4,
				    .func = 5,
				    .session = UINT32_MAX,
				    .cancel_id = 7,
				    .pad = 8,
				    .ret = 9,
				    .ret_origin = 10,
				    .num_params = 2},
				   {{.attr = 0x101, .u.value = {1, UINT64_MAX, 3}},
				    {.attr = 9, .u.value = {4, 5, 6}}}};

static struct osim_event event_of(enum osim_event_kind kind)
{
	struct osim_event e = {.seq = (uint64_t)kind,
			       .time_ns = UINT64_MAX - OSIM_EVENT_COUNT + (uint64_t)kind,
			       .kind = kind,
			       .context = (enum osim_context)(kind % 4),
			       .cpu = 63,
			       .thread_id = UINT32_MAX,
			       .thread_name = "a \"name\" \\ of\x01 bytes\xff"
					      "9",
			       .intid = 219,
			       .value = UINT32_MAX,
			       .flags = OSIM_EVENT_F_MERGED | OSIM_EVENT_F_ERR,
			       .secure_thread = 3,
			       .object = UINT64_MAX,
			       .bytes = 4096};

	if (kind == OSIM_EVENT_CALL || kind == OSIM_EVENT_RETURN)
		e.in = &in;
	if (kind == OSIM_EVENT_RETURN)
		e.out = &out;
	if (kind == OSIM_EVENT_MESSAGE || kind == OSIM_EVENT_RPC || kind == OSIM_EVENT_RETURN)
		e.msg = &msg.arg;
	if (osim__native_has_text(kind)) {
		e.text = kind == OSIM_EVENT_LOG ? "" : "two\nlines";
		e.where = kind == OSIM_EVENT_FINDING ? "f (a.c:1)" : NULL;
	}
	return e;
}

static struct osim_trace_writer *writer;
static FILE *file;

static void write_begin(void)
{
	memset(&written, 0, sizeof(written));
	file = fmemopen(written.text, sizeof(written.text), "w");
	assert_non_null(file);
	assert_int_equal(osim_trace_writer_new(file, OSIM_TRACE_NATIVE, &writer), 0);
}

static void write_end(void)
{
	assert_int_equal(osim_trace_writer_close(writer), 0);
	fclose(file);
	written.used = strlen(written.text);
}

static void write_all_kinds(void)
{
	write_begin();
	for (unsigned int kind = 0; kind < OSIM_EVENT_COUNT; kind++) {
		struct osim_event e = event_of((enum osim_event_kind)kind);

		osim_trace_writer_event(writer, &e);
	}
	write_end();
}

static struct osim_trace_reader *reader;

static void read_begin(const char *text, size_t len)
{
	memset(&told, 0, sizeof(told));
	file = fmemopen((void *)(uintptr_t)text, len, "r");
	assert_non_null(file);
	assert_int_equal(osim_trace_reader_new(file, tell, NULL, &reader), 0);
}

static void read_end(void)
{
	assert_int_equal(osim_trace_reader_unreadable(reader), told.count);
	osim_trace_reader_free(reader);
	fclose(file);
}

static unsigned int read_all(const char *text, size_t len)
{
	const struct osim_event *e;
	unsigned int count = 0;

	read_begin(text, len);
	while (osim_trace_reader_next(reader, &e) > 0)
		count++;
	read_end();
	return count;
}

static unsigned int read_text(const char *text)
{
	return read_all(text, strlen(text));
}

/* --- there and back --- */

static void assert_same_text(const char *a, const char *b)
{
	if (a && b)
		assert_string_equal(a, b);
	else
		assert_ptr_equal(a, b);
}

static void assert_same_event(const struct osim_event *a, const struct osim_event *b)
{
	assert_true(a->seq == b->seq && a->time_ns == b->time_ns && a->kind == b->kind);
	assert_true(a->context == b->context && a->cpu == b->cpu && a->thread_id == b->thread_id);
	assert_true(a->intid == b->intid && a->value == b->value && a->flags == b->flags);
	assert_true(a->secure_thread == b->secure_thread && a->object == b->object &&
		    a->bytes == b->bytes);
	assert_string_equal(a->thread_name, b->thread_name);
	assert_same_text(a->text, b->text);
	assert_same_text(a->where, b->where);
	assert_true(!a->in == !b->in && !a->out == !b->out && !a->msg == !b->msg);
	if (a->in)
		assert_memory_equal(a->in, b->in, sizeof(*a->in));
	if (a->out)
		assert_memory_equal(a->out, b->out, sizeof(*a->out));
	if (a->msg)
		assert_memory_equal(a->msg, b->msg, OPTEE_MSG_GET_ARG_SIZE(a->msg->num_params));
}

static void event_of_each_kind_comes_back_as_it_was(void **state)
{
	const struct osim_event *e;

	(void)state;
	write_all_kinds();
	read_begin(written.text, written.used);
	for (unsigned int kind = 0; kind < OSIM_EVENT_COUNT; kind++) {
		struct osim_event expected = event_of((enum osim_event_kind)kind);

		assert_int_equal(osim_trace_reader_next(reader, &e), 1);
		assert_same_event(e, &expected);
		assert_int_equal(osim_trace_reader_line(reader), kind + 2);
	}
	assert_int_equal(osim_trace_reader_next(reader, &e), 0);
	assert_int_equal(osim_trace_reader_source(reader), OSIM_TRACE_SOURCE_NATIVE);
	assert_int_equal(told.count, 0);
	read_end();
}

/* Reads a trace and writes it. */
static void copy(const char *text)
{
	const struct osim_event *e;
	FILE *from;

	read_begin(text, strlen(text));
	from = file;
	write_begin();
	while (osim_trace_reader_next(reader, &e) > 0)
		osim_trace_writer_event(writer, e);
	write_end();
	file = from;
	read_end();
}

static void trace_read_and_written_is_the_same_bytes(void **state)
{
	static char before[BYTES];

	(void)state;
	write_all_kinds();
	memcpy(before, written.text, sizeof(before));
	copy(before);
	assert_int_equal(told.count, 0);
	assert_string_equal(written.text, before);
}

static void message_that_lies_about_its_parameters_has_those_there_are(void **state)
{
	static const struct {
		enum osim_event_kind kind;
		const char *line;
	} cases[] = {
		{OSIM_EVENT_MESSAGE,
		 "0 0 message host 0 0 \"\" msg=4,5,ffffffff,7,8,9,a,ffffffff p=101,1,"
		 "ffffffffffffffff,3 p=9,4,5,6 p=0,0,0,0 p=0,0,0,0 p=0,0,0,0 p=0,0,0,0\n"},
		{OSIM_EVENT_RPC, "0 0 rpc host 0 0 \"\" msg=4,5,ffffffff,7,8,9,a,ffffffff p=101,1,"
				 "ffffffffffffffff,3 p=9,4,5,6 p=0,0,0,0 p=0,0,0,0\n"},
	};

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct message lie = msg;
		struct osim_event e = {.kind = cases[i].kind, .thread_name = "", .msg = &lie.arg};

		lie.arg.num_params = UINT32_MAX;
		write_begin();
		osim_trace_writer_event(writer, &e);
		write_end();
		assert_non_null(strstr(written.text, cases[i].line));
		assert_int_equal(read_all(written.text, written.used), 1);
		assert_int_equal(told.count, 0);
	}
}

/* --- what is not what it should be --- */

#define HEAD "optee_sim trace 1\n"
#define ONE  "0 0 post host 0 0 \"\" value=5\n"
#define TWO  "1 0 post host 0 0 \"\" value=6\n"

static void line_that_is_none_is_told_and_the_rest_is_read(void **state)
{
	static const struct {
		const char *line, *why;
	} cases[] = {
		{"x", "'x' is not the number of an event"},
		{"", "the line ends where the number of an event should be"},
		{"1 0 nothing host 0 0 \"\"", "'nothing host 0 0 \"\"' is not a kind of event"},
		{"1 0 post moon 0 0 \"\"", "'moon 0 0 \"\"' is not host, thread, irq or secure"},
		{"1 0 post host 4294967296 0 \"\"", "'4294967296 0 \"\"' is not a CPU"},
		{"1 0 post host 0 0 \"a", "the line ends where the end of a text should be"},
		{"1 0 post host 0 0 \"\\x0", "'\\x0' is not an escaped byte"},
		{"1 0 post host 0 0 \"\" value=5 value=5",
		 "'value=5' is not a field that can come here"},
		{"1 0 post host 0 0 \"\" value=05", "'05' is not a number above 0"},
		{"1 0 call host 0 0 \"\"", "in= is missing"},
		{"1 0 call host 0 0 \"\" in=1,2,3,4,5,6,7",
		 "the line ends where 8 hex registers should be"},
		{"1 0 return host 0 0 \"\" in=1,2,3,4,5,6,7,8", "out= is missing"},
		{"1 0 log host 0 0 \"\"", "text= is missing"},
		{"1 0 message host 0 0 \"\" msg=0,0,0,0,0,0,0,1", "a parameter p= is missing"},
		{"1 0 message host 0 0 \"\" p=0,0,0,0",
		 "'0,0,0,0' is not a parameter that the message has"},
		{"1 0 post host 0 0 \"\" \x01", "control characters, or more than 49151 bytes"},
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512];

		snprintf(text, sizeof(text), HEAD ONE "%s\n2 0 post host 0 0 \"\"\nend 3\n",
			 cases[i].line);
		assert_int_equal(read_text(text), 2);
		assert_int_equal(told.count, 1);
		assert_string_equal(told.why[0], cases[i].why);
		assert_int_equal(told.line[0], 3);
	}
}

static void event_that_is_missing_is_told(void **state)
{
	(void)state;
	assert_int_equal(read_text(HEAD ONE "2 0 post host 0 0 \"\"\nend 2\n"), 2);
	assert_int_equal(told.count, 1);
	assert_string_equal(told.why[0], "event 2 follows event 0");
	assert_int_equal(read_text(HEAD ONE TWO "end 3\n"), 2);
	assert_int_equal(told.count, 1);
	assert_string_equal(told.why[0], "2 events are here, and there were 3");
}

static void trace_cut_anywhere_is_told_and_read_up_to_there(void **state)
{
	static const char text[] = HEAD ONE TWO "end 2\n";
	const size_t first = strlen(HEAD ONE), second = strlen(HEAD ONE TWO);

	(void)state;
	assert_int_equal(read_text(text), 2);
	assert_int_equal(told.count, 0);
	for (size_t len = 1; len < strlen(text); len++) {
		assert_int_equal(read_all(text, len), (len >= first) + (len >= second));
		assert_true(told.count > 0);
	}
}

static void line_after_the_end_is_told(void **state)
{
	(void)state;
	assert_int_equal(read_text(HEAD ONE "end 1\n" TWO), 1);
	assert_int_equal(told.count, 1);
	assert_string_equal(told.why[0], "a line after the end");
}

static void file_that_is_no_trace_is_told(void **state)
{
	(void)state;
	assert_int_equal(read_text("hello\nworld\n"), 0);
	assert_int_equal(told.count, 1);
	assert_non_null(strstr(told.why[0], "neither a trace of optee_sim"));
	assert_int_equal(read_text("optee_sim trace 2\n" ONE "end 1\n"), 1);
	assert_int_equal(told.count, 1);
	assert_string_equal(
		told.why[0],
		"'optee_sim trace 2' is not 'optee_sim trace 1', the version that is known");
}

/* Each byte in turn: what is read without a word is written again as it was. */
static void trace_with_any_byte_changed_is_told_or_is_another_trace(void **state)
{
	static const char changes[] = "0f\"";
	static char text[BYTES];
	size_t len;

	(void)state;
	write_all_kinds();
	len = written.used;
	memcpy(text, written.text, sizeof(text));
	for (size_t i = 0; i < len * strlen(changes); i++) {
		char *at = &text[i / strlen(changes)], was = *at;

		*at = changes[i % strlen(changes)];
		copy(text);
		if (!told.count)
			assert_string_equal(written.text, text);
		*at = was;
	}
	assert_int_equal(read_all(text, len), OSIM_EVENT_COUNT);
	assert_int_equal(told.count, 0);
}

/* --- differences --- */

static struct osim_trace_difference difference;

static int diff(const char *a, const char *b, bool raw)
{
	FILE *files[2] = {fmemopen((void *)(uintptr_t)a, strlen(a), "r"),
			  fmemopen((void *)(uintptr_t)b, strlen(b), "r")};
	struct osim_trace_reader *readers[2];
	int rc;

	for (unsigned int i = 0; i < 2; i++) {
		assert_non_null(files[i]);
		assert_int_equal(osim_trace_reader_new(files[i], NULL, NULL, &readers[i]), 0);
	}
	rc = osim_trace_diff(readers[0], readers[1], raw, &difference);
	for (unsigned int i = 0; i < 2; i++) {
		osim_trace_reader_free(readers[i]);
		fclose(files[i]);
	}
	return rc;
}

static void traces_that_differ_are_told_where_and_how(void **state)
{
	(void)state;
	assert_int_equal(diff(HEAD ONE TWO "end 2\n", HEAD ONE TWO "end 2\n", true), 0);
	assert_int_equal(diff(HEAD ONE TWO "end 2\n",
			      HEAD ONE "1 0 post host 0 0 \"\" value=7\nend 2\n", false),
			 1);
	assert_int_equal(difference.event, 1);
	assert_int_equal(difference.line[0], 3);
	assert_string_equal(difference.text[0], "seq 1, 0 ns, cpu 0, host, post: post 6");
	assert_string_equal(difference.text[1], "seq 1, 0 ns, cpu 0, host, post: post 7");
	assert_int_equal(diff(HEAD ONE "end 1\n", HEAD ONE TWO "end 2\n", false), 1);
	assert_string_equal(difference.text[0], "");
	assert_string_equal(difference.text[1], "seq 1, 0 ns, cpu 0, host, post: post 6");
}

static void traces_with_other_addresses_differ_raw_only(void **state)
{
	static const char a[] = HEAD "0 0 call host 0 0 \"\" in=32000004,0,1000,0,0,0,0,0\nend 1\n";
	static const char b[] = HEAD "0 0 call host 0 0 \"\" in=32000004,1,2000,0,0,0,0,0\nend 1\n";
	static const char c[] = HEAD "0 0 call host 0 0 \"\" in=32000004,1,2000,1,0,0,0,0\nend 1\n";

	(void)state;
	assert_int_equal(diff(a, b, false), 0);
	assert_int_equal(diff(a, b, true), 1);
	assert_int_equal(diff(a, c, false), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(event_of_each_kind_comes_back_as_it_was),
		cmocka_unit_test(trace_read_and_written_is_the_same_bytes),
		cmocka_unit_test(message_that_lies_about_its_parameters_has_those_there_are),
		cmocka_unit_test(line_that_is_none_is_told_and_the_rest_is_read),
		cmocka_unit_test(event_that_is_missing_is_told),
		cmocka_unit_test(trace_cut_anywhere_is_told_and_read_up_to_there),
		cmocka_unit_test(line_after_the_end_is_told),
		cmocka_unit_test(file_that_is_no_trace_is_told),
		cmocka_unit_test(trace_with_any_byte_changed_is_told_or_is_another_trace),
		cmocka_unit_test(traces_that_differ_are_told_where_and_how),
		cmocka_unit_test(traces_with_other_addresses_differ_raw_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
