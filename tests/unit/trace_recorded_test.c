/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/trace.h>

#define ZERO4 "0 0 0 0"
#define ZERO7 "0 0 0 " ZERO4

static struct {
	char events[4096]; /* "call message/0:4 return" */
	unsigned int count;
	unsigned long unreadable, line, event_line;
	char why[256];
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

/* What is told of each event in these tests. */
static void note(const struct osim_event *e)
{
	size_t used = strlen(got.events);
	char *at = got.events + used;
	size_t left = sizeof(got.events) - used;

	at += snprintf(at, left, "%s%s%s", used ? " " : "", osim_event_kind_name(e->kind),
		       e->flags & OSIM_EVENT_F_END ? "-end" : "");
	left = sizeof(got.events) - (size_t)(at - got.events);
	if (e->kind == OSIM_EVENT_MESSAGE || e->kind == OSIM_EVENT_RPC)
		snprintf(at, left, ":t%u:%u:%d", e->secure_thread, e->value,
			 e->msg ? (int)e->msg->cmd : -1);
	if (e->kind == OSIM_EVENT_POST || e->kind == OSIM_EVENT_RETRIEVE)
		snprintf(at, left, ":%u", e->value);
	if (e->kind == OSIM_EVENT_WORLD)
		snprintf(at, left, ":%.12s", e->text);
	if (e->kind == OSIM_EVENT_RETURN)
		snprintf(at, left, ":%x", (unsigned int)e->out->a[0]);
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
		assert_true(e->seq == got.count++);
		note(e);
		got.event_line = osim_trace_reader_line(reader);
	}
	got.source = osim_trace_reader_source(reader);
	osim_trace_reader_free(reader);
	fclose(file);
}

static void whole(const char *text, const char *events)
{
	read_text(text);
	assert_string_equal(got.why, "");
	assert_string_equal(got.events, events);
	assert_int_equal(got.source, OSIM_TRACE_SOURCE_RECORDING);
}

/* A message at 60001000 with one parameter, and its RPCs' behind it. */
#define SHM_ALLOC_ASKED "MEM< 60001040 6 0 ffff000000000000 100000000 1\nMEM< 60001068 0 1000 8\n"

static void message_that_asks_is_told_step_by_step(void **state)
{
	(void)state;
	whole("\x1b[0mBL33 first line\n"
	      "# build: dbg\n"
	      "S one session\n"
	      "MEM> 60001000 0 0 0 100000000\n"
	      "SMC 32000012 0 60001000 0 " ZERO4 " -> ffff0005 0 0 1 " ZERO4 " ; OPEN\n"
	      "ARG< of no use\n" SHM_ALLOC_ASKED "MEM> 60001058 0\n"
	      "SMC 32000003 0 0 1 " ZERO4 " -> 0 " ZERO7 " ; RETURN_FROM_RPC\n"
	      "MEM< 60001010 ffff000c00000000\n"
	      "END\n",
	      "world:one session call message:t1:0:0 rpc:t1:5:6 return:ffff0005 "
	      "call rpc-end:t1:5:6 message-end:t1:0:0 return:0");
	assert_int_equal(got.event_line, 10);
}

/* Memory for RPCs' messages is asked for, and known by the cookie that came with it. */
static void message_without_room_for_rpcs_has_them_where_memory_was_given(void **state)
{
	(void)state;
	whole("MEM> 60001000 1\n"
	      "SMC 32000004 0 60001000 0 " ZERO4 " -> ffff0000 a0 0 0 " ZERO4 "\n"
	      "SMC 32000003 0 60002000 0 c0de 1 0 0 -> ffff0005 c0de 1 0 " ZERO4 "\n"
	      "MEM< 60002000 3\n"
	      "SMC 32000003 0 0 0 " ZERO4 " -> ffff0002 c0de 1 0 " ZERO4 "\n"
	      "SMC 32000003 0 0 0 " ZERO4 " -> 0 " ZERO7 "\n"
	      "END\n",
	      "call message:t0:1:1 rpc:t0:0:-1 return:ffff0000 call rpc-end:t0:0:-1 rpc:t0:5:3 "
	      "return:ffff0005 call rpc-end:t0:5:3 rpc:t0:2:-1 return:ffff0002 call "
	      "rpc-end:t0:2:-1 message-end:t0:1:1 return:0");
}

static void message_in_registered_memory_is_found(void **state)
{
	(void)state;
	/* A list of pages, the first of which is 60005000; the buffer begins at 0x100 of it. */
	whole("MEM> 60001000 4 0 0 100000000 20a 60003100 1000 7\n"
	      "MEM> 60003000 60005000\n"
	      "SMC 32000004 0 60001000 0 " ZERO4 " -> 0 " ZERO7 "\n"
	      "MEM> 60003000 0\n"
	      "MEM> 60005140 6\n"
	      "SMC 32000013 0 7 40 " ZERO4 " -> 0 " ZERO7 "\n"
	      "SMC 32000013 0 8 40 " ZERO4 " -> 0 " ZERO7 "\n"
	      "END\n",
	      "call message:t0:4:4 message-end:t0:4:4 return:0 "
	      "call message:t0:6:6 message-end:t0:6:6 return:0 world:a message in");
}

static void call_that_is_refused_has_no_message(void **state)
{
	(void)state;
	whole("SMC 32000004 0 60001004 0 " ZERO4 " -> 4 " ZERO7 "\n"
	      "SMC 32000003 0 0 9 " ZERO4 " -> 7 " ZERO7 "\n"
	      "SMC b200000a 0 60001000 0 " ZERO4 " -> 0 " ZERO7 "\n"
	      "END\n",
	      "call return:4 call return:7 call return:0");
}

/* Of a page that no line names a recording does not tell what is in it. */
static void message_that_nothing_is_told_of_is_unknown(void **state)
{
	(void)state;
	whole("SMC 32000004 0 42200000 0 " ZERO4 " -> 0 " ZERO7 "\nMEM< 0 1\nEND\n",
	      "world:a message in");
}

static void notification_is_told_by_the_controller(void **state)
{
	(void)state;
	whole("IRQ 219 en=1 pend=0 act=0\n"
	      "POST 5\n"
	      "SMC b20000f0 5 0 0 " ZERO4 " -> 0 5 0 0 " ZERO4 "\n"
	      "IRQ 219 en=1 pend=1 act=0\n"
	      "ACK iar=219\n"
	      "IRQ 219 en=1 pend=0 act=1\n"
	      "SMC b2000011 0 0 0 " ZERO4 " -> 0 5 3 0 " ZERO4 "\n"
	      "IRQ 219 en=1 pend=0 act=0\n"
	      "ACK iar=1023\n"
	      "END\n",
	      "call post:5 return:0 irq-raise irq-enter call retrieve:5 return:0 irq-exit");
}

static void panic_ends_a_recording(void **state)
{
	(void)state;
	whole("SMC b20000f0 40 0 0 " ZERO4 " -> NORETURN ; post\n", "call world:the call doe");
}

static void line_that_is_garbled_is_told_and_the_rest_is_read(void **state)
{
	(void)state;
	read_text("SMC b2000009 " ZERO7 " -> 0 " ZERO7 "\n"
		  "SMC b2000009 " ZERO7 " -> 0 zero\n"
		  "MEM< 60000000 1\n"
		  "SMC b2000009 " ZERO7 " -> 0 " ZERO7 "\n"
		  "END\n");
	assert_string_equal(got.events, "call return:0 call return:0");
	assert_int_equal(got.unreadable, 1);
	assert_int_equal(got.line, 2);
	assert_string_equal(got.why, "'zero' is not register r1 in hex");
	read_text("SMC b2000009 " ZERO7 " -> 0 " ZERO7 " ; \x01\nEND\n");
	assert_int_equal(got.count, 0);
	assert_int_equal(got.unreadable, 1);
	read_text("MEM> 0 1\nMEM< 0 1\nEND\n");
	assert_string_equal(got.why, "MEM< without a call before it");
}

static void recording_that_is_cut_off_is_told_and_its_last_call_is_whole(void **state)
{
	(void)state;
	read_text("SMC b2000009 " ZERO7 " -> 0 " ZERO7 "\nMEM< 0 1\n");
	assert_string_equal(got.events, "call return:0");
	assert_int_equal(got.unreadable, 1);
	assert_int_equal(got.line, 2);
	assert_string_equal(got.why, "cut off: END is missing");
}

static void memory_without_end_is_told(void **state)
{
	static char text[1100 * 32];
	size_t used = 0;

	(void)state;
	for (unsigned int i = 0; i < 1025; i++)
		used += (size_t)sprintf(text + used, "MEM> %x000 1\n", i);
	strcat(text, "END\n");
	read_text(text);
	assert_int_equal(got.unreadable, 1);
	assert_int_equal(got.line, 1025);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(message_that_asks_is_told_step_by_step),
		cmocka_unit_test(message_without_room_for_rpcs_has_them_where_memory_was_given),
		cmocka_unit_test(message_in_registered_memory_is_found),
		cmocka_unit_test(call_that_is_refused_has_no_message),
		cmocka_unit_test(message_that_nothing_is_told_of_is_unknown),
		cmocka_unit_test(notification_is_told_by_the_controller),
		cmocka_unit_test(panic_ends_a_recording),
		cmocka_unit_test(line_that_is_garbled_is_told_and_the_rest_is_read),
		cmocka_unit_test(recording_that_is_cut_off_is_told_and_its_last_call_is_whole),
		cmocka_unit_test(memory_without_end_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
