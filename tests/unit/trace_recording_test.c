/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace/recording.h"

#define ZEROS " 00000000 00000000 00000000 00000000 00000000 00000000 00000000"

static struct osim__recording recording;
static struct osim__recording_line line;
static FILE *file;

static void begin(const char *text, size_t len)
{
	file = fmemopen((void *)(uintptr_t)text, len, "r");
	assert_non_null(file);
	osim__recording_init(&recording, file);
}

/* What the only line of a recording gives. */
static int read_one(const char *text)
{
	int rc;

	begin(text, strlen(text));
	rc = osim__recording_next(&recording, &line);
	fclose(file);
	return rc;
}

static void check_wrong(const char *text, const char *why)
{
	assert_int_equal(read_one(text), -EBADMSG);
	assert_string_equal(recording.error, why);
}

static void smc_line_gives_registers_and_name(void **state)
{
	(void)state;
	assert_int_equal(read_one("SMC b2000011 a1a1a1a1 2 3 4 5 6 7 -> 00000000 00000005 "
				  "d5001fe0af66a4c0 13 14 15 16 17 ; GET; twice\n"),
			 1);
	assert_int_equal(line.kind, OSIM__RECORDING_SMC);
	assert_int_equal(line.number, 1);
	assert_false(line.no_return);
	assert_true(line.in[0] == 0xb2000011 && line.in[1] == 0xa1a1a1a1 && line.in[7] == 7);
	assert_true(line.out[0] == 0 && line.out[1] == 5 && line.out[2] == 0xd5001fe0af66a4c0 &&
		    line.out[7] == 0x17);
	assert_string_equal(line.text, "GET; twice");
}

static void smc_line_without_a_name_has_an_empty_one(void **state)
{
	(void)state;
	assert_int_equal(read_one("SMC 32000003" ZEROS " -> 3" ZEROS), 1);
	assert_string_equal(line.text, "");
	assert_int_equal(line.out[0], 3);
}

static void smc_line_with_further_registers_skips_them(void **state)
{
	(void)state;
	assert_int_equal(read_one("SMC 1" ZEROS " -> 2" ZEROS " x8=5 x17=ffffffffffffffff ; n"), 1);
	assert_int_equal(line.out[0], 2);
	assert_string_equal(line.text, "n");
	check_wrong("SMC 1" ZEROS " -> 2" ZEROS " x8=", "'x8=' is not a further register xN=");
	check_wrong("SMC 1" ZEROS " -> 2" ZEROS " 5", "'5' is not a further register xN=");
}

static void smc_line_that_never_returned_says_so(void **state)
{
	(void)state;
	assert_int_equal(read_one("SMC b20000f0 00000040 0 0 0 0 0 0 -> NORETURN ; post\n"), 1);
	assert_true(line.no_return);
	assert_int_equal(line.in[1], 0x40);
	assert_string_equal(line.text, "post");
}

static void smc_line_that_is_wrong_says_where(void **state)
{
	(void)state;
	check_wrong("SMC 1 2 3", "the line ends where register a3 in hex should be");
	check_wrong("SMC 1 2 g 4 5 6 7 8 -> 1" ZEROS, "'g' is not register a2 in hex");
	check_wrong("SMC 11111111111111112" ZEROS " -> 1" ZEROS,
		    "'11111111111111112' is not register a0 in hex");
	check_wrong("SMC 1" ZEROS " 1" ZEROS, "'1' is not ->");
	check_wrong("SMC 1" ZEROS " -> 1 2", "the line ends where register r2 in hex should be");
	check_wrong("SMC 1" ZEROS " ->", "the line ends where register r0 in hex should be");
}

static void memory_lines_give_address_and_words(void **state)
{
	(void)state;
	assert_int_equal(read_one("MEM> 60052010 5a5a5a5a00000000 000000005b5b5b5b\r\n"), 1);
	assert_int_equal(line.kind, OSIM__RECORDING_MEM_IN);
	assert_int_equal(line.pa, 0x60052010);
	assert_int_equal(line.word_count, 2);
	assert_true(line.words[0] == 0x5a5a5a5a00000000 && line.words[1] == 0x5b5b5b5b);
	assert_int_equal(read_one("MEM< 60042000 1 2 3 4 5 6 7 8"), 1);
	assert_int_equal(line.kind, OSIM__RECORDING_MEM_OUT);
	assert_int_equal(line.word_count, 8);
	assert_int_equal(line.words[7], 8);
}

static void memory_line_that_is_wrong_says_what(void **state)
{
	(void)state;
	check_wrong("MEM> 60052010", "the line ends where a 64-bit word in hex should be");
	check_wrong("MEM< 60052014 1", "'60052014' is not a multiple of 8");
	check_wrong("MEM< 60052010 1 2 3 4 5 6 7 8 9", "more than 8 words");
	check_wrong("MEM< 60052010 1 11111111111111112",
		    "'11111111111111112' is not a 64-bit word in hex");
	check_wrong("MEM< fffffffffffffff8 1 2", "the words go beyond the last address");
}

static void interrupt_lines_give_state_and_numbers(void **state)
{
	(void)state;
	assert_int_equal(read_one("IRQ 219 en=1 pend=0 act=1 edge=1 hppir=1023 ; after IAR"), 1);
	assert_int_equal(line.kind, OSIM__RECORDING_IRQ);
	assert_int_equal(line.intid, 219);
	assert_true(line.enabled && !line.pending && line.active);
	assert_int_equal(line.first, 1023);
	assert_string_equal(line.text, "after IAR");
	assert_int_equal(read_one("IRQ 27 act=1 en=0 pend=1"), 1);
	assert_true(line.intid == 27 && line.active && !line.enabled && line.pending);
	assert_int_equal(line.first, OSIM__RECORDING_NOT_TOLD);
	assert_int_equal(read_one("ACK iar=1023\n"), 1);
	assert_int_equal(line.kind, OSIM__RECORDING_ACK);
	assert_int_equal(line.intid, 1023);
	assert_int_equal(read_one("POST 63\n"), 1);
	assert_int_equal(line.kind, OSIM__RECORDING_POST);
	assert_int_equal(line.value, 63);
}

static void interrupt_line_that_is_wrong_says_what(void **state)
{
	(void)state;
	check_wrong("IRQ 219 en=1 pend=0", "en=, pend= or act= is missing");
	check_wrong("IRQ 219 en=2 pend=0 act=0", "'en=2' is not a state of the interrupt");
	check_wrong("IRQ 219 en=1 pend=0 act=0 x=1",
		    "'x=1' is not en=, pend=, act=, edge= or hppir=");
	check_wrong("IRQ", "the line ends where an interrupt number should be");
	check_wrong("ACK 219", "'219' is not iar=");
	check_wrong("ACK iar=a", "'a' is not an interrupt number");
	check_wrong("POST 4294967296", "'4294967296' is not a value");
	check_wrong("POST 5 6", "'6' is more than a value");
}

static void other_lines_are_comments_people_or_noise(void **state)
{
	static const struct {
		const char *text;
		enum osim__recording_kind kind;
		const char *rest;
	} cases[] = {
		{"# scenario fast; format", OSIM__RECORDING_COMMENT, "scenario fast; format"},
		{"S 1 OPEN_SESSION; x", OSIM__RECORDING_SECTION, "1 OPEN_SESSION; x"},
		{"ARG(rpc) pa=1", OSIM__RECORDING_PEOPLE, ""},
		{"PRM< 0 attr=1", OSIM__RECORDING_PEOPLE, ""},
		{"RPC CMD cookie=0 a3=0", OSIM__RECORDING_PEOPLE, ""},
		{"DATA uuids: 5c c6", OSIM__RECORDING_PEOPLE, ""},
		{"BL33 first line", OSIM__RECORDING_NOISE, ""},
		{"", OSIM__RECORDING_NOISE, ""},
		{"SMCX 1", OSIM__RECORDING_NOISE, ""},
		{"I/TC: \033[1mloud\033[0m", OSIM__RECORDING_NOISE, ""},
		{"END", OSIM__RECORDING_END, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[64];

		snprintf(text, sizeof(text), "%s\n", cases[i].text);
		assert_int_equal(read_one(text), 1);
		assert_int_equal(line.kind, cases[i].kind);
		assert_string_equal(line.text, cases[i].rest);
	}
}

static void recording_is_read_on_after_a_wrong_line(void **state)
{
	static const char text[] = "# one\r\nnoise\r\nPOST x\r\nPOST 5\r\nEND\r\nnoise\r\nPOST 6";

	(void)state;
	begin(text, strlen(text));
	assert_int_equal(osim__recording_next(&recording, &line), 1);
	assert_int_equal(osim__recording_next(&recording, &line), 1);
	assert_int_equal(osim__recording_next(&recording, &line), -EBADMSG);
	assert_int_equal(recording.number, 3);
	assert_string_equal(recording.error, "'x' is not a value");
	assert_int_equal(osim__recording_next(&recording, &line), 1);
	assert_int_equal(line.number, 4);
	assert_int_equal(line.value, 5);
	assert_false(recording.ended);
	assert_int_equal(osim__recording_next(&recording, &line), 1);
	assert_true(recording.ended);
	assert_int_equal(osim__recording_next(&recording, &line), 1);
	assert_int_equal(osim__recording_next(&recording, &line), -EBADMSG);
	assert_string_equal(recording.error, "a record after END");
	assert_int_equal(osim__recording_next(&recording, &line), 0);
	fclose(file);
}

static void garbled_line_is_an_error_only_where_it_is_a_record(void **state)
{
	static const char text[] = "# \0 \nPOST \0005\nS \033[2J\nPOST\t5\n";
	static char longest[3 * OSIM__RECORDING_LINE_MAX];

	(void)state;
	begin(text, sizeof(text) - 1);
	assert_int_equal(osim__recording_next(&recording, &line), 1);
	assert_int_equal(osim__recording_next(&recording, &line), -EBADMSG);
	assert_int_equal(osim__recording_next(&recording, &line), -EBADMSG);
	assert_int_equal(osim__recording_next(&recording, &line), 1);
	assert_int_equal(line.value, 5);
	fclose(file);

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 3] = '\n';
	assert_int_equal(read_one(longest), 1);
	assert_int_equal(line.kind, OSIM__RECORDING_NOISE);
	longest[0] = 'S';
	longest[1] = ' ';
	assert_int_equal(read_one(longest), -EBADMSG);
	assert_string_equal(recording.error, "control characters, or more than 4095 bytes");
}

static void read_error_is_not_the_end(void **state)
{
	(void)state;
	file = fopen("/", "r");
	if (!file)
		skip();
	osim__recording_init(&recording, file);
	assert_int_equal(osim__recording_next(&recording, &line), -EIO);
	assert_non_null(strstr(recording.error, "cannot be read: "));
	fclose(file);
}

static void build_header_tells_what_was_recorded(void **state)
{
	struct osim__recording_build b;

	(void)state;
	osim__recording_build_init(&b);
	assert_true(b.debug_calls);
	osim__recording_build_comment(&b, "optee_os d5001fe0af66a4c059dc6816 (4.10.0-257-gd5001f), "
					  "other options default (CFG_NUM_THREADS=3), gcc");
	osim__recording_build_comment(&b, "build: stock (unmodified source)");
	assert_string_equal(b.name, "stock");
	assert_int_equal(b.threads, 3);
	assert_int_equal(b.os_major, 4);
	assert_int_equal(b.os_minor, 10);
	assert_true(b.os_build == 0xd5001fe0af66a4c0);
	assert_false(b.debug_calls || b.no_notif || b.no_test_watchdog || b.guests);
}

static void build_header_names_what_differs_from_stock(void **state)
{
	struct osim__recording_build b;

	(void)state;
	osim__recording_build_init(&b);
	osim__recording_build_comment(&b, "build: dbg = stock + debug calls, CFG_NOTIF_TEST_WD=n");
	assert_string_equal(b.name, "dbg");
	assert_true(b.debug_calls && b.no_test_watchdog && !b.no_notif);

	osim__recording_build_init(&b);
	osim__recording_build_comment(&b, "build: nonotif");
	assert_true(b.no_notif && !b.debug_calls);

	osim__recording_build_init(&b);
	osim__recording_build_comment(&b, "build: stock with CFG_CORE_ASYNC_NOTIF=n");
	assert_true(b.no_notif && !b.debug_calls);

	osim__recording_build_init(&b);
	osim__recording_build_comment(&b, "build: virt = dbg + CFG_NS_VIRTUALIZATION=y");
	assert_true(b.guests == 2 && b.debug_calls);
	osim__recording_build_comment(&b, "CFG_VIRT_GUEST_COUNT=4 CFG_CORE_RESERVED_SHM=n "
					  "CFG_SHMEM_START=0x50000000 CFG_SHMEM_SIZE=0x100000");
	assert_int_equal(b.guests, 4);
	assert_true(b.no_reserved_shm && b.shm_pa == 0x50000000 && b.shm_bytes == 0x100000);
}

static void build_header_that_makes_no_sense_changes_nothing(void **state)
{
	struct osim__recording_build b;

	(void)state;
	osim__recording_build_init(&b);
	osim__recording_build_comment(&b,
				      "CFG_NUM_THREADS=many CFG_NUM_THREADS CFG_VIRT_GUEST_COUNT=");
	osim__recording_build_comment(&b,
				      "CFG_NUM_THREADS=00000000000000000000000000000000000000003");
	osim__recording_build_comment(&b, "optee_os ");
	assert_true(!b.threads && !b.guests && !b.os_major && !b.os_build && !b.name[0]);
	osim__recording_build_comment(&b, "build: anamethatislongerthanitsroom");
	assert_string_equal(b.name, "anamethatislong");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(smc_line_gives_registers_and_name),
		cmocka_unit_test(smc_line_without_a_name_has_an_empty_one),
		cmocka_unit_test(smc_line_with_further_registers_skips_them),
		cmocka_unit_test(smc_line_that_never_returned_says_so),
		cmocka_unit_test(smc_line_that_is_wrong_says_where),
		cmocka_unit_test(memory_lines_give_address_and_words),
		cmocka_unit_test(memory_line_that_is_wrong_says_what),
		cmocka_unit_test(interrupt_lines_give_state_and_numbers),
		cmocka_unit_test(interrupt_line_that_is_wrong_says_what),
		cmocka_unit_test(other_lines_are_comments_people_or_noise),
		cmocka_unit_test(recording_is_read_on_after_a_wrong_line),
		cmocka_unit_test(garbled_line_is_an_error_only_where_it_is_a_record),
		cmocka_unit_test(read_error_is_not_the_end),
		cmocka_unit_test(build_header_tells_what_was_recorded),
		cmocka_unit_test(build_header_names_what_differs_from_stock),
		cmocka_unit_test(build_header_that_makes_no_sense_changes_nothing),
	};

	return cmocka_run_group_tests_name("trace.recording", tests, NULL, NULL);
}
