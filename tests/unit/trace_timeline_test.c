/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/timeline.h>

#include "machine/machine.h"

/* What was written, and the time line that writes it. */
struct paper {
	char text[16384];
	size_t used;
	struct osim_timeline *timeline;
	struct osim_machine *m;
};

static void append(void *arg, const char *text, size_t size_bytes)
{
	struct paper *p = arg;

	assert_true(p->used + size_bytes < sizeof(p->text));
	memcpy(p->text + p->used, text, size_bytes);
	p->used += size_bytes;
	p->text[p->used] = '\0';
}

static struct paper *paper_new(struct osim_timeline_options options)
{
	struct paper *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	options.size = sizeof(options);
	options.write = append;
	options.arg = p;
	assert_int_equal(osim_machine_new(NULL, &p->m), 0);
	assert_int_equal(osim_timeline_new(p->m, &options, &p->timeline), 0);
	return p;
}

static void paper_free(struct paper *p)
{
	osim_timeline_free(p->timeline);
	osim_machine_free(p->m);
	free(p);
}

/* The rows below the titles. */
static const char *rows(struct paper *p)
{
	const char *end = NULL;

	osim_timeline_flush(p->timeline);
	end = strchr(p->text, '\n');
	assert_non_null(end);
	return end + 1;
}

/* --- events, by who makes them --- */

static const struct osim_event probe = {
	.context = OSIM_CONTEXT_THREAD, .thread_id = 1, .thread_name = "probe"};
static const struct osim_event other = {
	.context = OSIM_CONTEXT_THREAD, .cpu = 1, .thread_id = 2, .thread_name = "other"};
static const struct osim_event handler = {
	.context = OSIM_CONTEXT_IRQ, .thread_id = 1, .thread_name = "probe"};
static const struct osim_event secure = {
	.context = OSIM_CONTEXT_SECURE, .thread_id = 1, .thread_name = "probe"};
static const struct osim_event host = {.context = OSIM_CONTEXT_HOST, .thread_name = ""};

static void put(struct paper *p, enum osim_event_kind kind, struct osim_event e)
{
	e.kind = kind;
	osim_timeline_event(p->timeline, &e);
}

static void say(struct paper *p, enum osim_event_kind kind, struct osim_event e, const char *text)
{
	e.text = text;
	put(p, kind, e);
}

static void call(struct paper *p, struct osim_event e, struct osim_regs in)
{
	e.in = &in;
	put(p, OSIM_EVENT_CALL, e);
}

static void come_back(struct paper *p, struct osim_event e, struct osim_regs in,
		      struct osim_regs out)
{
	e.in = &in;
	e.out = &out;
	put(p, OSIM_EVENT_RETURN, e);
}

static void message(struct paper *p, enum osim_event_kind kind, uint32_t flags,
		    const struct osim_msg_arg *msg)
{
	struct osim_event e = secure;

	e.flags = flags;
	e.msg = msg;
	put(p, kind, e);
}

static void interrupt(struct paper *p, enum osim_event_kind kind, struct osim_event e,
		      uint32_t flags)
{
	e.intid = OSIM_NOTIF_INTID;
	e.flags = flags;
	put(p, kind, e);
}

static struct osim_regs call_with(uint64_t pa)
{
	return (struct osim_regs){
		{OPTEE_SMC_CALL_WITH_ARG, pa >> 32, (uint32_t)pa, OPTEE_SMC_SHM_CACHED}};
}

static const struct osim_regs get = {{OPTEE_SMC_GET_ASYNC_NOTIF_VALUE}};
static const struct osim_regs five = {{OPTEE_SMC_RETURN_OK, 5, 3}};
static const struct osim_regs ok = {{OPTEE_SMC_RETURN_OK}};

/* --- calls --- */

static void call_that_returns_at_once_is_one_row(void **state)
{
	struct paper *p = paper_new((struct osim_timeline_options){0});

	(void)state;
	call(p, probe, get);
	come_back(p, probe, get, five);
	assert_string_equal(
		rows(p),
		"0.000000  0 probe           GET_ASYNC_NOTIF_VALUE                     <->  OK value=5 valid pending\n");
	paper_free(p);
}

static void call_before_it_returns_is_written(void **state)
{
	struct paper *p = paper_new((struct osim_timeline_options){0});

	(void)state;
	call(p, probe, get);
	assert_non_null(strstr(p->text, "GET_ASYNC_NOTIF_VALUE"));
	paper_free(p);
}

static void call_with_another_cpu_in_between_is_named_again(void **state)
{
	struct paper *p = paper_new((struct osim_timeline_options){0});

	(void)state;
	call(p, probe, get);
	say(p, OSIM_EVENT_LOG, other, "elsewhere");
	come_back(p, probe, get, five);
	assert_string_equal(
		rows(p),
		"0.000000  0 probe           GET_ASYNC_NOTIF_VALUE                     -->\n"
		"0.000000  1 other           elsewhere\n"
		"0.000000  0 probe           GET_ASYNC_NOTIF_VALUE                     <--  OK value=5 valid pending\n");
	paper_free(p);
}

static void yielding_call_shows_message_and_both_results(void **state)
{
	struct paper *p = paper_new((struct osim_timeline_options){0});
	struct osim_msg_arg msg = {.cmd = OPTEE_MSG_CMD_DO_BOTTOM_HALF};
	struct osim_event end = secure;

	(void)state;
	end.flags = OSIM_EVENT_F_END;
	call(p, probe, call_with(0x100000203000));
	message(p, OSIM_EVENT_MESSAGE, 0, &msg);
	put(p, OSIM_EVENT_BOTTOM_HALF, secure);
	put(p, OSIM_EVENT_BOTTOM_HALF, end);
	message(p, OSIM_EVENT_MESSAGE, OSIM_EVENT_F_END, &msg);
	come_back(p, probe, call_with(0x100000203000), ok);
	assert_string_equal(
		rows(p),
		"0.000000  0 probe           CALL_WITH_ARG arg=page#1 cache=CACHED     -->  t0: DO_BOTTOM_HALF\n"
		"0.000000  0                                                                t0: bottom half begins\n"
		"0.000000  0                                                                t0: bottom half ends\n"
		"0.000000  0 probe                                                     <--  OK; t0: DO_BOTTOM_HALF -> SUCCESS\n");
	paper_free(p);
}

static void refused_call_names_the_message_that_it_brought(void **state)
{
	const struct osim_regs in = call_with(0x100000203000), out = {{OPTEE_SMC_RETURN_EBADADDR}};
	const struct osim_msg_arg msg = {.cmd = OPTEE_MSG_CMD_STOP_ASYNC_NOTIF};
	struct paper *p = paper_new((struct osim_timeline_options){0});
	struct osim_event e = probe;

	(void)state;
	call(p, probe, in);
	e.msg = &msg;
	come_back(p, e, in, out);
	assert_string_equal(
		rows(p),
		"0.000000  0 probe           CALL_WITH_ARG arg=page#1 cache=CACHED     <->  EBADADDR; STOP_ASYNC_NOTIF is refused\n");
	paper_free(p);
}

static void message_that_claims_more_parameters_than_there_are_is_read_no_further(void **state)
{
	struct paper *p = paper_new((struct osim_timeline_options){0});
	struct osim_msg_arg *msg = calloc(1, OPTEE_MSG_GET_ARG_SIZE(6));

	(void)state;
	assert_non_null(msg);
	msg->cmd = OPTEE_MSG_CMD_OPEN_SESSION;
	msg->num_params = 100;
	message(p, OSIM_EVENT_MESSAGE, 0, msg);
	assert_non_null(strstr(rows(p), "[5] NONE"));
	assert_null(strstr(rows(p), "[6]"));
	paper_free(p);
	free(msg);
}

static void rpc_is_shown_with_its_message_and_answer(void **state)
{
	struct paper *p = paper_new((struct osim_timeline_options){0});
	struct osim_regs in = call_with(0x100000203000);
	struct osim_regs ask = {{OPTEE_SMC_RETURN_RPC_CMD, 0x7f00, 0x1000, 1}};
	struct osim_regs back = ask;
	struct {
		struct osim_msg_arg arg;
		struct osim_msg_param params[1];
	} msg = {.arg = {.cmd = OPTEE_RPC_CMD_NOTIFICATION, .num_params = 1},
		 .params = {{.attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT,
			     .u.value = {OPTEE_RPC_NOTIFICATION_WAIT, 65, 0}}}};

	(void)state;
	back.a[0] = OPTEE_SMC_CALL_RETURN_FROM_RPC;
	call(p, probe, in);
	message(p, OSIM_EVENT_RPC, 0, &msg.arg);
	come_back(p, probe, in, ask);
	call(p, probe, back);
	message(p, OSIM_EVENT_RPC, OSIM_EVENT_F_END, &msg.arg);
	come_back(p, probe, back, ok);
	assert_string_equal(
		rows(p),
		"0.000000  0 probe           CALL_WITH_ARG arg=page#1 cache=CACHED     -->\n"
		"0.000000  0 probe                                                     <--  RPC CMD cookie=shm#1 resume=0x1; t0:\n"
		"                                                                             NOTIFICATION WAIT value=65\n"
		"0.000000  0 probe           RETURN_FROM_RPC RPC CMD resume=0x1        -->  t0: NOTIFICATION WAIT -> SUCCESS\n"
		"0.000000  0 probe                                                     <--  OK\n");
	paper_free(p);
}

static void rpc_answer_is_decoded_by_what_was_asked(void **state)
{
	struct paper *p = paper_new((struct osim_timeline_options){0});
	struct osim_regs in = call_with(0x100000203000);
	struct osim_regs ask = {{OPTEE_SMC_RETURN_RPC_ALLOC, 4096, 0, 1}};
	struct osim_regs back = {
		{OPTEE_SMC_CALL_RETURN_FROM_RPC, 0x1000, 0x00207000, 1, 0x7f00, 0x10}};

	(void)state;
	call(p, probe, in);
	come_back(p, probe, in, ask);
	/* Another thread's call in between has no answer to give. */
	call(p, other, get);
	come_back(p, other, get, five);
	call(p, probe, back);
	come_back(p, probe, back, ok);
	assert_string_equal(
		rows(p),
		"0.000000  0 probe           CALL_WITH_ARG arg=page#1 cache=CACHED     <->  RPC ALLOC size=4096 resume=0x1\n"
		"0.000000  1 other           GET_ASYNC_NOTIF_VALUE                     <->  OK value=5 valid pending\n"
		"0.000000  0 probe           RETURN_FROM_RPC RPC ALLOC pa=page#2 cookie=shm#1 resume=0x1\n"
		"                                                                      <->  OK\n");
	paper_free(p);
}

/* --- interrupts and posts --- */

static void post_that_raises_the_line_is_one_row(void **state)
{
	struct paper *p = paper_new((struct osim_timeline_options){0});
	struct osim_event merged = host;

	(void)state;
	merged.value = 7;
	put(p, OSIM_EVENT_POST, merged);
	interrupt(p, OSIM_EVENT_IRQ_RAISE, host, 0);
	merged.flags = OSIM_EVENT_F_MERGED;
	put(p, OSIM_EVENT_POST, merged);
	interrupt(p, OSIM_EVENT_IRQ_RAISE, host, OSIM_EVENT_F_MERGED);
	put(p, OSIM_EVENT_POST, merged);
	interrupt(p, OSIM_EVENT_IRQ_RAISE, other, 0);
	assert_string_equal(
		rows(p),
		"0.000000  - host                                                      <~~  post 7: irq 219\n"
		"0.000000  - host                                                      <~~  post 7 (merged): irq 219 (merged)\n"
		"0.000000  - host                                                           post 7 (merged)\n"
		"0.000000  1 other                                                     <~~  irq 219\n");
	paper_free(p);
}

static void handler_stands_in_braces_and_tells_whom_it_wakes(void **state)
{
	struct paper *p = paper_new((struct osim_timeline_options){0});

	(void)state;
	interrupt(p, OSIM_EVENT_IRQ_ENTER, handler, 0);
	call(p, handler, get);
	come_back(p, handler, get, five);
	say(p, OSIM_EVENT_WAKE, handler, "irq/219-optee");
	say(p, OSIM_EVENT_WAKE, handler, "waiter");
	say(p, OSIM_EVENT_WAKE, other, "nobody's business");
	interrupt(p, OSIM_EVENT_IRQ_EXIT, handler, 0);
	interrupt(p, OSIM_EVENT_IRQ_ENTER,
		  (struct osim_event){.context = OSIM_CONTEXT_IRQ, .thread_name = ""}, 0);
	interrupt(p, OSIM_EVENT_IRQ_EXIT, handler, 0);
	assert_string_equal(
		rows(p),
		"0.000000  0 probe           irq 219 {\n"
		"0.000000  0 irq 219         GET_ASYNC_NOTIF_VALUE                     <->  OK value=5 valid pending\n"
		"0.000000  0 irq 219         } wakes irq/219-optee, waiter\n"
		"0.000000  0 idle            irq 219 {\n"
		"0.000000  0 irq 219         }\n");
	paper_free(p);
}

/* --- the rest --- */

static void log_line_stands_in_place_and_may_be_long(void **state)
{
	struct paper *p = paper_new((struct osim_timeline_options){.width = 80});
	struct osim_event warn = probe, err = probe;

	(void)state;
	warn.flags = OSIM_EVENT_F_WARN;
	err.flags = OSIM_EVENT_F_ERR;
	err.time_ns = 12004000000;
	say(p, OSIM_EVENT_LOG, probe, "optee: probing for conduit method.");
	say(p, OSIM_EVENT_LOG, warn,
	    "optee: this takes more than what is left of a line, so it goes on below");
	say(p, OSIM_EVENT_LOG, err, "optee: failed");
	assert_string_equal(
		rows(p),
		"0.000000  0 probe           optee: probing for conduit method.\n"
		"0.000000  0 probe           warn: optee: this takes more than what is left of a\n"
		"                              line, so it goes on below\n"
		"12.004000  0 probe          err: optee: failed\n");
	paper_free(p);
}

static void finding_shows_its_stack(void **state)
{
	struct paper *p = paper_new((struct osim_timeline_options){0});
	struct osim_event e = probe;

	(void)state;
	e.where = "down (call.c:12)\nup (core.c:340)";
	say(p, OSIM_EVENT_FINDING, e, "kernel.sleep-in-atomic: mutex_lock");
	assert_string_equal(
		rows(p), "0.000000  0 probe           FINDING kernel.sleep-in-atomic: mutex_lock\n"
			 "                                down (call.c:12)\n"
			 "                                up (core.c:340)\n");
	paper_free(p);
}

static void details_are_shown_only_when_asked_for(void **state)
{
	struct paper *quiet = paper_new((struct osim_timeline_options){0});
	struct paper *loud = paper_new((struct osim_timeline_options){.verbose = true});
	struct osim_event made = probe;

	(void)state;
	made.object = 12;
	made.bytes = 64;
	made.where = "optee_open (core.c:120)";
	for (int i = 0; i < 2; i++) {
		struct paper *p = i ? loud : quiet;

		say(p, OSIM_EVENT_SWITCH, probe, "probe");
		say(p, OSIM_EVENT_WAKE, probe, "other");
		say(p, OSIM_EVENT_ALLOC, made, "allocation");
		say(p, OSIM_EVENT_FREE, made, "allocation");
		put(p, OSIM_EVENT_RETRIEVE, secure);
		say(p, OSIM_EVENT_DRIVER, host, "bind model");
	}
	assert_string_equal(rows(quiet), "0.000000  - host            === bind model\n");
	assert_string_equal(
		rows(loud),
		"0.000000  0 probe           cpu goes on with probe\n"
		"0.000000  0 probe           wakes other\n"
		"0.000000  0 probe           makes #12: allocation of 64 bytes, at optee_open (core.c:120)\n"
		"0.000000  0 probe           frees #12: allocation of 64 bytes, made at optee_open (core.c:120)\n"
		"0.000000  0                                                                value 0 leaves the record\n"
		"0.000000  - host            === bind model\n");
	paper_free(quiet);
	paper_free(loud);
}

/* --- names of memory --- */

static void addresses_that_differ_give_the_same_text(void **state)
{
	struct paper *a = paper_new((struct osim_timeline_options){0});
	struct paper *b = paper_new((struct osim_timeline_options){0});
	const uint64_t pages[2][2] = {{0x100000203040, 0x100000307000},
				      {0x100000909040, 0x100000101000}};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct paper *p = i ? b : a;

		call(p, probe, call_with(pages[i][0]));
		call(p, probe, call_with(pages[i][1]));
		call(p, probe, call_with(pages[i][0]));
	}
	assert_string_equal(
		rows(a),
		"0.000000  0 probe           CALL_WITH_ARG arg=page#1+40 cache=CACHED  -->\n"
		"0.000000  0 probe           CALL_WITH_ARG arg=page#2 cache=CACHED     -->\n"
		"0.000000  0 probe           CALL_WITH_ARG arg=page#1+40 cache=CACHED  -->\n");
	assert_string_equal(rows(b), rows(a));
	paper_free(a);
	paper_free(b);
}

static void name_of_memory_ends_with_it(void **state)
{
	struct paper *p = paper_new((struct osim_timeline_options){0});
	unsigned char *page = osim_mem_alloc(p->m, 4096);
	uint64_t pa = osim_mem_pa(p->m, page);

	(void)state;
	osim_set_event_sink(p->m, osim_timeline_event, p->timeline);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(osim__live_add(p->m, OSIM_LIVE_PAGES, page, 4096, OSIM__SITE), 0);
		call(p, probe, call_with(pa));
		call(p, probe, call_with(pa + 64));
		assert_true(osim__live_remove(p->m, page));
	}
	osim_set_event_sink(p->m, NULL, NULL);
	osim_mem_free(p->m, page, 4096);
	assert_string_equal(
		rows(p),
		"0.000000  0 probe           CALL_WITH_ARG arg=page#1 cache=CACHED     -->\n"
		"0.000000  0 probe           CALL_WITH_ARG arg=page#1+40 cache=CACHED  -->\n"
		"0.000000  0 probe           CALL_WITH_ARG arg=page#2 cache=CACHED     -->\n"
		"0.000000  0 probe           CALL_WITH_ARG arg=page#2+40 cache=CACHED  -->\n");
	paper_free(p);
}

static void raw_addresses_are_shown_as_they_are(void **state)
{
	struct paper *p = paper_new((struct osim_timeline_options){.raw_addresses = true});

	(void)state;
	call(p, probe, call_with(0x100000203040));
	assert_string_equal(
		rows(p),
		"0.000000  0 probe           CALL_WITH_ARG arg=0x100000203040 cache=CACHED\n"
		"                                                                      -->\n");
	paper_free(p);
}

static void options_that_make_no_sense_are_refused(void **state)
{
	const size_t size = sizeof(struct osim_timeline_options);
	const struct osim_timeline_options bad[] = {
		{.size = size},
		{.size = size, .out = stdout, .write = append},
		{.size = size, .out = stdout, .width = 79},
		{.size = size, .out = stdout, .width = 401},
		{.size = size - 1, .out = stdout},
	};
	struct osim_timeline *timeline = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(osim_timeline_new(NULL, &bad[i], &timeline), -EINVAL);
	assert_null(timeline);
	osim_timeline_free(NULL);
}

static void long_time_leaves_a_blank_before_the_call(void **state)
{
	const struct osim_event call = {.kind = OSIM_EVENT_CALL,
					.context = OSIM_CONTEXT_THREAD,
					.time_ns = 12345000001000,
					.thread_id = 7,
					.thread_name = "tee-supplicant",
					.in = &get};
	struct osim_timeline_options options = {.size = sizeof(options)};
	struct osim_timeline *timeline;
	char *text = NULL;
	size_t bytes;

	(void)state;
	options.out = open_memstream(&text, &bytes);
	assert_non_null(options.out);
	assert_int_equal(osim_timeline_new(NULL, &options, &timeline), 0);
	osim_timeline_event(timeline, &call);
	osim_timeline_free(timeline);
	fclose(options.out);
	assert_non_null(strstr(text, "\n12345.000001  0 tee-supplic GET_ASYNC_NOTIF_VALUE"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(call_that_returns_at_once_is_one_row),
		cmocka_unit_test(call_before_it_returns_is_written),
		cmocka_unit_test(call_with_another_cpu_in_between_is_named_again),
		cmocka_unit_test(yielding_call_shows_message_and_both_results),
		cmocka_unit_test(refused_call_names_the_message_that_it_brought),
		cmocka_unit_test(
			message_that_claims_more_parameters_than_there_are_is_read_no_further),
		cmocka_unit_test(rpc_is_shown_with_its_message_and_answer),
		cmocka_unit_test(rpc_answer_is_decoded_by_what_was_asked),
		cmocka_unit_test(post_that_raises_the_line_is_one_row),
		cmocka_unit_test(handler_stands_in_braces_and_tells_whom_it_wakes),
		cmocka_unit_test(log_line_stands_in_place_and_may_be_long),
		cmocka_unit_test(finding_shows_its_stack),
		cmocka_unit_test(details_are_shown_only_when_asked_for),
		cmocka_unit_test(addresses_that_differ_give_the_same_text),
		cmocka_unit_test(name_of_memory_ends_with_it),
		cmocka_unit_test(raw_addresses_are_shown_as_they_are),
		cmocka_unit_test(options_that_make_no_sense_are_refused),
		cmocka_unit_test(long_time_leaves_a_blank_before_the_call),
	};

	return cmocka_run_group_tests_name("trace.timeline", tests, NULL, NULL);
}
