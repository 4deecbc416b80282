/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/smc.h>
#include <optee_sim/machine.h>
#include <optee_sim/replay.h>

#include "stim/replay.h"

/* The player, against a secure world that does what a test tells it. */

#define ZEROS "00000000 00000000 00000000 00000000 00000000 00000000"

/* What the scripted secure world does in one call: answers, writes and raises. */
struct act {
	uint64_t r[8];
	uint64_t pa, word; /* written, if pa is not 0 */
	bool raise;
};

static struct {
	const struct act *acts;
	size_t count, next;
	uint64_t read_pa, read; /* what is in memory when the call comes in */
	struct osim_regs in;	/* of the last call */
} script;

static struct osim_replay_result result;
static char told[4096];

static void scripted(void *arg, struct osim_machine *m, struct osim_regs *regs)
{
	const struct act *act = &script.acts[script.next];

	(void)arg;
	script.in = *regs;
	if (script.next == script.count)
		return;
	script.next++;
	if (script.read_pa)
		assert_int_equal(osim_mem_read(m, script.read_pa, &script.read, 8), 0);
	if (act->pa)
		assert_int_equal(osim_mem_write(m, act->pa, &act->word, 8), 0);
	if (act->raise)
		osim_irq_raise(m, osim_notif_intid(m), 0);
	memcpy(regs->a, act->r, sizeof(regs->a));
}

static void tell(void *arg, enum osim_replay_report kind, const char *text)
{
	size_t used = strlen(told);

	(void)arg;
	snprintf(told + used, sizeof(told) - used, "%s%s\n",
		 kind == OSIM_REPLAY_UNREADABLE ? "unreadable " : "", text);
}

static int play(const char *text, const struct act *acts, size_t count)
{
	const struct osim_replay_options options = {
		.size = sizeof(options), .conduit = scripted, .report = tell};
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	int rc;

	assert_non_null(file);
	script.acts = acts;
	script.count = count;
	script.next = 0;
	told[0] = '\0';
	rc = osim_replay(file, "x.txt", &options, &result);
	fclose(file);
	return rc;
}

/* Plays one act a call, all of which match but those that differ are told. */
static void check(const char *text, const struct act *acts, size_t count, uint64_t records,
		  uint64_t matched, const char *expected)
{
	assert_int_equal(play(text, acts, count), 0);
	assert_string_equal(told, expected);
	assert_int_equal(result.records, records);
	assert_int_equal(result.matched, matched);
}

#define CHECK(text, acts, records, matched, expected) \
	check(text, acts, sizeof(acts) / sizeof(acts[0]), records, matched, expected)

static void call_that_answers_as_recorded_matches(void **state)
{
	static const struct act acts[] = {{.r = {0, 5, 1}}};

	(void)state;
	CHECK("SMC b2000011 00000007 " ZEROS " -> 00000000 00000005 00000001 00000000 00000000 "
	      "00000000 00000000 00000000 ; GET\nEND\n",
	      acts, 1, 1, "");
	assert_int_equal(script.in.a[0], OPTEE_SMC_GET_ASYNC_NOTIF_VALUE);
	assert_int_equal(script.in.a[1], 7);
	assert_int_equal(result.unreadable, 0);
}

static void call_that_answers_otherwise_is_told_with_its_section(void **state)
{
	static const struct act acts[] = {{.r = {0, 6, 1}}};

	(void)state;
	CHECK("# made up\nS D several values\n"
	      "SMC b2000011 00000000 " ZEROS " -> 00000000 00000005 00000003 00000000 00000000 "
	      "00000000 00000000 00000000 ; GET\nEND\n",
	      acts, 1, 0,
	      "x.txt:3: in \"D several values\": GET\n"
	      "  expected  GET_ASYNC_NOTIF_VALUE -> OK value=5 valid pending\n"
	      "  got       GET_ASYNC_NOTIF_VALUE -> OK value=6 valid\n"
	      "  r1        expected 00000005, got 00000006\n"
	      "  r2        expected 00000003, got 00000001\n");
}

static void call_that_came_back_without_a_thread_has_leftovers(void **state)
{
	static const struct act acts[] = {
		{.r = {1, 9, 9, 9, 4}}, {.r = {3, 9, 9, 9}},	{.r = {7, 9, 9, 9}},
		{.r = {7, 9, 9, 9}},	{.r = {1, 0, 0, 0, 5}},
	};

	(void)state;
	CHECK("SMC 32000004 00000000 " ZEROS " -> 1 2 3 4 4 0 0 0\n"
	      "SMC 32000003 00000000 " ZEROS " -> 3 2 3 4 0 0 0 0\n"
	      "SMC 32000004 00000000 " ZEROS " -> 7 2 3 4 0 0 0 0\n"
	      "SMC b2000010 00000000 " ZEROS " -> 7 9 9 8 0 0 0 0 ; fast\n"
	      "SMC 32000004 00000000 " ZEROS " -> 1 2 3 4 4 0 0 0 ; r4\nEND\n",
	      acts, 5, 3,
	      "x.txt:4: fast\n"
	      "  expected  ENABLE_ASYNC_NOTIF -> ENOTAVAIL\n"
	      "  got       ENABLE_ASYNC_NOTIF -> ENOTAVAIL\n"
	      "  r3        expected 00000008, got 00000009\n"
	      "x.txt:5: r4\n"
	      "  expected  CALL_WITH_ARG arg=0 -> ETHREAD_LIMIT\n"
	      "  got       CALL_WITH_ARG arg=0 -> ETHREAD_LIMIT\n"
	      "  r4        expected 00000004, got 00000005\n");
	assert_int_equal(result.unspecified, 4 * 3);
}

static void every_unspecified_register_has_a_reason(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < OSIM__REPLAY_UNSPECIFIED; i++) {
		const struct osim__replay_unspecified *row = &osim__replay_unspecified[i];

		assert_true(row->regs && row->why[0]);
		assert_int_equal(row->regs & 1, 0);
	}
}

static void memory_of_the_normal_world_is_there_for_the_call(void **state)
{
	static const struct act acts[] = {{.pa = 0x60052008, .word = 7}, {.r = {0}}};

	(void)state;
	script.read_pa = 0x60052000;
	CHECK("MEM> 60052000 1111111122222222\n"
	      "SMC b2000000 0 " ZEROS " -> 0 0 " ZEROS "\n"
	      "MEM< 60052008 0000000000000007\n"
	      "SMC b2000000 0 " ZEROS " -> 0 0 " ZEROS "\nEND\n",
	      acts, 2, 2, "");
	assert_true(script.read == 0x1111111122222222);
	script.read_pa = 0;
}

static void memory_that_differs_is_told_once(void **state)
{
	static const struct act acts[] = {{.pa = 0x60052008, .word = 7}, {.r = {0}}, {.r = {0}}};

	(void)state;
	script.read_pa = 0x60052008;
	CHECK("SMC b2000000 0 " ZEROS " -> 0 0 " ZEROS " ; wrong word\n"
	      "MEM< 60052008 0000000000000008\n"
	      "SMC b2000000 0 " ZEROS " -> 0 0 " ZEROS "\n"
	      "SMC b2000000 0 " ZEROS " -> 0 0 " ZEROS " ; not written\n"
	      "MEM< 60053000 1 2\nEND\n",
	      acts, 3, 1,
	      "x.txt:1: wrong word\n"
	      "  expected  GET_OS_UUID -> OK uuid=00000000-0000-0000-0000-000000000000\n"
	      "  got       GET_OS_UUID -> OK uuid=00000000-0000-0000-0000-000000000000\n"
	      "  60052008  expected 0000000000000008, got 0000000000000007\n"
	      "x.txt:4: not written\n"
	      "  expected  GET_OS_UUID -> OK uuid=00000000-0000-0000-0000-000000000000\n"
	      "  got       GET_OS_UUID -> OK uuid=00000000-0000-0000-0000-000000000000\n"
	      "  60053000  expected 0000000000000001, got 0000000000000000\n"
	      "  60053008  expected 0000000000000002, got 0000000000000000\n");
	assert_int_equal(script.read, 8);
	script.read_pa = 0;
}

static void memory_that_no_line_names_is_watched_from_60000000_on(void **state)
{
	static const struct act acts[] = {
		{.pa = 0x7ffff000, .word = 1}, {.pa = 0x42000ff8, .word = 2},
		{.pa = 0x42200000, .word = 3}, {.pa = 0x60000000, .word = 4},
		{.pa = 0x50000000, .word = 5},
	};

	(void)state;
	assert_int_equal(play("SMC b2000000 0 " ZEROS " -> 0 0 " ZEROS "\n"
			      "SMC b2000000 0 " ZEROS " -> 0 0 " ZEROS "\n"
			      "SMC b2000000 0 " ZEROS " -> 0 0 " ZEROS " ; plain\n"
			      "SMC b2000000 0 " ZEROS " -> 0 0 " ZEROS "\n"
			      "SMC b2000000 0 " ZEROS " -> 0 0 " ZEROS "\n"
			      "MEM< 50000000 0000000000000006\nEND\n",
			      acts, 5),
			 0);
	assert_int_equal(result.records, 5);
	assert_int_equal(result.matched, 1);
	assert_null(strstr(told, "plain"));
	assert_non_null(strstr(told, "7ffff000  expected 0000000000000000, got 0000000000000001"));
	assert_non_null(strstr(told, "42000ff8  expected 0000000000000000, got 0000000000000002"));
	assert_non_null(strstr(told, "60000000  expected 0000000000000000, got 0000000000000004"));
	assert_non_null(strstr(told, "50000000  expected 0000000000000006, got 0000000000000005"));
}

static void message_that_differs_is_told_decoded(void **state)
{
	static const struct act acts[] = {{.pa = 0x60052010, .word = 0xffff000600000000}};

	(void)state;
	assert_int_equal(play("MEM> 60052000 0000000000000002\n"
			      "SMC 32000004 0 60052000 0 0 0 0 0 -> 0 0 " ZEROS " ; close\n"
			      "MEM< 60052010 ffff000800000000\nEND\n",
			      acts, 1),
			 0);
	assert_non_null(strstr(told, "\n  60052010  expected ffff000800000000, got "
				     "ffff000600000000\n"
				     "  message at 60052000\n"
				     "    expected  CLOSE_SESSION -> ITEM_NOT_FOUND origin=0x0\n"
				     "    got       CLOSE_SESSION -> BAD_PARAMETERS origin=0x0\n"));
}

static void message_of_an_rpc_that_differs_is_told_decoded(void **state)
{
	static const struct act acts[] = {
		{.r = {OPTEE_SMC_RETURN_RPC_CMD}, .pa = 0x60052020, .word = 9}};

	(void)state;
	assert_int_equal(play("SMC 32000012 0 60052000 0 0 0 0 0 -> ffff0005 0 " ZEROS "\n"
			      "MEM< 60052020 0000000000000004\nEND\n",
			      acts, 1),
			 0);
	assert_non_null(strstr(told, "message at 60052020\n    expected  NOTIFICATION"));
}

static void many_words_are_cut(void **state)
{
	static const struct act acts[] = {{.r = {0}}};

	(void)state;
	assert_int_equal(play("SMC b2000000 0 " ZEROS " -> 0 0 " ZEROS "\n"
			      "MEM< 60052000 1 2 3 4 5 6 7 8\n"
			      "MEM< 60052040 1 2 3 4 5 6 7 8\n"
			      "MEM< 60052080 1 2 3\nEND\n",
			      acts, 1),
			 0);
	assert_null(strstr(told, "60052080"));
	assert_non_null(strstr(told, "\n  and 3 words more\n"));
}

static void interrupt_follows_what_the_recording_shows(void **state)
{
	static const struct act acts[] = {{.raise = true}, {.raise = true}};

	(void)state;
	CHECK("IRQ 219 en=1 pend=0 act=0 edge=1 hppir=1023\n"
	      "SMC b2000000 0 " ZEROS " -> 0 0 " ZEROS "\n"
	      "IRQ 219 en=1 pend=1 act=0 edge=1 hppir=219 ; after post\n"
	      "ACK iar=219\n"
	      "IRQ 219 en=1 pend=0 act=1 edge=1 hppir=1023 ; after IAR\n"
	      "SMC b2000000 0 " ZEROS " -> 0 0 " ZEROS "\n"
	      "IRQ 219 en=0 pend=1 act=1 edge=1 hppir=1023 ; disabled\n"
	      "ACK iar=1023\n"
	      "IRQ 219 en=1 pend=1 act=0 edge=1 hppir=219 ; enabled, after EOI\n"
	      "ACK iar=219\n"
	      "IRQ 219 en=1 pend=0 act=0 edge=1 hppir=1023\n"
	      "ACK iar=1023\nEND\n",
	      acts, 12, 12, "");
}

static void interrupt_that_was_taken_was_enabled(void **state)
{
	static const struct act acts[] = {{.raise = true}};

	(void)state;
	CHECK("IRQ 219 en=0 pend=0 act=0 edge=1 hppir=1023\n"
	      "SMC b2000000 0 " ZEROS " -> 0 0 " ZEROS "\n"
	      "ACK iar=219\n"
	      "IRQ 219 en=1 pend=0 act=1 edge=1 hppir=1023\nEND\n",
	      acts, 4, 4, "");
	CHECK("SMC b2000000 0 " ZEROS " -> 0 0 " ZEROS "\nACK iar=1023\nEND\n", acts, 2, 2, "");
}

static void interrupt_that_differs_is_told(void **state)
{
	static const struct act acts[] = {{.raise = false}, {.raise = true}};

	(void)state;
	CHECK("SMC b2000000 0 " ZEROS " -> 0 0 " ZEROS "\n"
	      "S H edge\n"
	      "IRQ 219 en=1 pend=1 act=0 edge=1 hppir=219 ; after post\n"
	      "ACK iar=219\n"
	      "SMC b2000000 0 " ZEROS " -> 0 0 " ZEROS "\n"
	      "IRQ 219 en=1 pend=0 act=1 edge=1 hppir=1023\n"
	      "ACK iar=1023\nEND\n",
	      acts, 6, 2,
	      "x.txt:3: in \"H edge\": after post\n"
	      "  expected  enabled=1 pending=1 active=0 first=219\n"
	      "  got       enabled=1 pending=0 active=0 first=1023\n"
	      "x.txt:4: in \"H edge\": acknowledge\n"
	      "  expected  interrupt 219 acknowledged\n"
	      "  got       interrupt 1023 (1023: none)\n"
	      "x.txt:6: in \"H edge\": differs\n"
	      "  expected  enabled=1 pending=0 active=1 first=1023\n"
	      "  got       enabled=1 pending=1 active=0 first=219\n"
	      "x.txt:7: in \"H edge\": acknowledge\n"
	      "  expected  interrupt 1023 acknowledged\n"
	      "  got       interrupt 219 (1023: none)\n");
}

static void call_that_should_not_return_differs_when_it_does(void **state)
{
	static const struct act acts[] = {{.r = {0}}};

	(void)state;
	CHECK("SMC b2000000 0 " ZEROS " -> NORETURN ; panic\n", acts, 1, 0,
	      "x.txt:1: panic\n"
	      "  expected  GET_OS_UUID -> never returns, the secure world panics\n"
	      "  got       GET_OS_UUID -> OK uuid=00000000-0000-0000-0000-000000000000\n");
	assert_int_equal(result.unreadable, 0);
}

static void recording_that_is_cut_off_is_played_and_told(void **state)
{
	static const struct act acts[] = {{.r = {0}}};

	(void)state;
	CHECK("SMC b2000000 0 " ZEROS " -> 0 0 " ZEROS "\nMEM< 60052", acts, 1, 1,
	      "unreadable x.txt:2: '60052' is not a multiple of 8\n"
	      "unreadable x.txt:2: cut off: END is missing\n");
	assert_int_equal(result.unreadable, 2);
	CHECK("S section\n", acts, 0, 0, "unreadable x.txt:1: cut off: END is missing\n");
}

static void file_that_is_no_recording_is_told(void **state)
{
	static const struct act acts[] = {{.r = {0}}};
	static const char why[] =
		"unreadable x.txt:1: the file is no recording: no line of one is in it\n";

	(void)state;
	CHECK("some text\n", acts, 0, 0, why);
	CHECK("# text\n", acts, 0, 0, why);
}

static void line_that_makes_no_sense_is_told_and_the_rest_played(void **state)
{
	static const struct act acts[] = {{.r = {0}}, {.r = {0}}};

	(void)state;
	CHECK("MEM< 60052000 1\n"
	      "MEM> 0e100000 1\n"
	      "SMC b2000000 0 " ZEROS " -> 0\n"
	      "MEM< 60052000 1\n"
	      "POST 5\n"
	      "SMC b20000f0 6 " ZEROS " -> 0 0 " ZEROS "\n"
	      "MEM< fffffffffffffff8 1\n"
	      "SMC b2000000 0 " ZEROS " -> 0 0 " ZEROS "\n"
	      "IRQ 4000 en=0 pend=0 act=0 edge=1 hppir=1023\nEND\n",
	      acts, 2, 2,
	      "unreadable x.txt:1: MEM< without a call before it\n"
	      "unreadable x.txt:2: e100000 is not in memory\n"
	      "unreadable x.txt:3: the line ends where register r1 in hex should be\n"
	      "unreadable x.txt:6: POST 5 is not followed by the call that posts it\n"
	      "unreadable x.txt:7: fffffffffffffff8 is not in memory\n"
	      "unreadable x.txt:9: no interrupt 4000\n");
}

static void options_that_make_no_sense_are_refused(void **state)
{
	static const struct osim_replay_options odd = {.size = sizeof(odd), .ram_pa = 0x1001};
	static const struct osim_replay_options wraps = {.size = sizeof(wraps),
							 .ram_size_bytes = UINT64_MAX - 0xfff};
	static const struct osim_replay_options small = {.size = 4};
	static const struct osim_replay_options threads = {.size = sizeof(threads), .threads = 65};
	const struct osim_replay_options *const options[] = {&odd, &wraps, &small, &threads};

	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		FILE *file = fmemopen((void *)(uintptr_t) "POST 5\nEND\n", 11, "r");

		assert_int_equal(osim_replay(file, "x.txt", options[i], &result), -EINVAL);
		assert_true(osim_last_error()[0]);
		assert_int_equal(result.records, 0);
		fclose(file);
	}
}

static void reserved_memory_of_the_header_is_used(void **state)
{
	static const struct act acts[] = {{.pa = 0x50100000, .word = 1}};

	(void)state;
	assert_int_equal(play("# CFG_SHMEM_START=0x50000000 CFG_SHMEM_SIZE=0x200000\n"
			      "SMC b2000000 0 " ZEROS " -> 0 0 " ZEROS "\nEND\n",
			      acts, 1),
			 0);
	assert_int_equal(result.matched, 0);
	assert_non_null(strstr(told, "50100000  expected"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(call_that_answers_as_recorded_matches),
		cmocka_unit_test(call_that_answers_otherwise_is_told_with_its_section),
		cmocka_unit_test(call_that_came_back_without_a_thread_has_leftovers),
		cmocka_unit_test(every_unspecified_register_has_a_reason),
		cmocka_unit_test(memory_of_the_normal_world_is_there_for_the_call),
		cmocka_unit_test(memory_that_differs_is_told_once),
		cmocka_unit_test(memory_that_no_line_names_is_watched_from_60000000_on),
		cmocka_unit_test(message_that_differs_is_told_decoded),
		cmocka_unit_test(message_of_an_rpc_that_differs_is_told_decoded),
		cmocka_unit_test(many_words_are_cut),
		cmocka_unit_test(interrupt_follows_what_the_recording_shows),
		cmocka_unit_test(interrupt_that_was_taken_was_enabled),
		cmocka_unit_test(interrupt_that_differs_is_told),
		cmocka_unit_test(call_that_should_not_return_differs_when_it_does),
		cmocka_unit_test(recording_that_is_cut_off_is_played_and_told),
		cmocka_unit_test(file_that_is_no_recording_is_told),
		cmocka_unit_test(line_that_makes_no_sense_is_told_and_the_rest_played),
		cmocka_unit_test(options_that_make_no_sense_are_refused),
		cmocka_unit_test(reserved_memory_of_the_header_is_used),
	};

	return cmocka_run_group_tests_name("stim.replay", tests, NULL, NULL);
}
