/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <optee_sim/machine.h>
#include <optee_sim/replay.h>

/* The player, with the fake secure world made of what a recording's header says. */

#define DBG   "# build: dbg = stock + debug calls, CFG_NOTIF_TEST_WD=n\n"
#define STOCK "# build: stock (unmodified source)\n"
#define VIRT  "# build: virt = dbg + CFG_NS_VIRTUALIZATION=y, CFG_NOTIF_TEST_WD=n\n"

#define OFF	     "IRQ 219 en=0 pend=0 act=0 edge=1 hppir=1023\n"
#define ON	     "IRQ 219 en=1 pend=0 act=0 edge=1 hppir=1023\n"
#define ENABLE	     "SMC b2000010 0 0 0 0 0 0 0 -> 0 0 0 0 0 0 0 0 ; ENABLE\n"
#define BOTTOM_HALF  "MEM> 60052000 0000000000000006\nSMC 32000012 0 60052000 0 0 0 0 0 -> "
#define STOP	     "MEM> 60052000 0000000000000007\nSMC 32000012 0 60052000 0 0 0 0 0 -> "
#define RESUME	     "SMC 32000003 0 0 0 0 0 0 0 -> "
#define DONE	     "0 0 0 0 0 0 0 0\n"
#define RPC	     "ffff0005 0 0 0 0 0 0 0\n"
#define FOREIGN_INTR "ffff0004 0 0 0 0 0 0 0\n"
/* What the secure world writes to wait for value 5. */
#define WAIT_FOR_5                        \
	"MEM< 60052020 4\n"               \
	"MEM< 60052030 ffff000000000000 " \
	"100000000 1 0 5\n"

static struct osim_replay_result result;
static char told[4096];

static void tell(void *arg, enum osim_replay_report kind, const char *text)
{
	size_t used = strlen(told);

	(void)arg;
	(void)kind;
	snprintf(told + used, sizeof(told) - used, "%s\n", text);
}

static void play(const struct osim_replay_options *given, const char *text)
{
	struct osim_replay_options options = *given;
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");

	assert_non_null(file);
	options.size = sizeof(options);
	options.report = tell;
	told[0] = '\0';
	assert_int_equal(osim_replay(file, "x.txt", &options, &result), 0);
	fclose(file);
}

static void check_matches(const char *text)
{
	play(&(struct osim_replay_options){0}, text);
	assert_string_equal(told, "");
	assert_true(result.records && result.matched == result.records);
}

/* As many records as that differ. */
static void check_differs(const char *text, uint64_t count)
{
	play(&(struct osim_replay_options){0}, text);
	assert_int_equal(result.records - result.matched, count);
}

static void debug_build_counts_what_its_driver_is_told(void **state)
{
	(void)state;
	check_matches(DBG OFF "SMC b20000f1 9 9 9 9 0 0 0 -> 0 0 0 0 9 0 0 0\n" ENABLE BOTTOM_HALF
			      DONE BOTTOM_HALF DONE
			      "SMC b20000f1 0 0 0 0 0 0 0 -> 0 1 10000 2 0 0 0 0\n" STOP DONE
			      "SMC b20000f1 0 0 0 0 0 0 0 -> 0 0 10001 2 0 0 0 0\nEND\n");
}

static void debug_build_waits_in_the_next_bottom_half(void **state)
{
	(void)state;
	check_matches(DBG OFF ENABLE
		      "SMC b20000f2 1 5 0 0 0 0 0 -> 0 1 5 0 0 0 0 0\n" BOTTOM_HALF RPC WAIT_FOR_5
			      RESUME DONE BOTTOM_HALF DONE
		      "SMC b20000f1 0 0 0 0 0 0 0 -> 0 1 10000 2 0 0 0 0\nEND\n");
}

static void debug_build_waits_when_it_is_stopped_next(void **state)
{
	(void)state;
	check_matches(DBG OFF ENABLE
		      "SMC b20000f2 2 5 0 0 0 0 0 -> 0 2 5 0 0 0 0 0\n" BOTTOM_HALF DONE STOP RPC
			      WAIT_FOR_5 RESUME DONE
		      "SMC b20000f1 0 0 0 0 0 0 0 -> 0 0 10001 1 0 0 0 0\nEND\n");
}

static void debug_build_posts_and_waits_in_the_next_bottom_half(void **state)
{
	(void)state;
	check_matches(DBG ON ENABLE
		      "SMC b20000f2 3 5 0 0 0 0 0 -> 0 3 5 0 0 0 0 0\n" BOTTOM_HALF FOREIGN_INTR
		      "ACK iar=219\n" RESUME RPC WAIT_FOR_5
		      "SMC b2000011 0 0 0 0 0 0 0 -> 0 5 1 0 0 0 0 0\n" RESUME DONE
		      "IRQ 219 en=1 pend=0 act=0 edge=1 hppir=1023\nEND\n");
}

static void debug_build_gives_out_values(void **state)
{
	(void)state;
	check_matches(DBG "SMC b20000f3 0 0 0 0 0 0 0 -> 0 0 1 0 0 0 0 0\n"
			  "SMC b20000f3 0 0 0 0 0 0 0 -> 0 0 2 0 0 0 0 0\n"
			  "SMC b20000f4 1 7 0 0 0 0 0 -> 0 1 7 0 0 0 0 0\n"
			  "SMC b20000f3 0 0 0 0 0 0 0 -> 0 0 1 0 0 0 0 0\n"
			  "# further allocations that succeeded: 61, last value 63, failing result "
			  "ffff000c\nEND\n");
	check_differs(DBG "SMC b20000f3 0 0 0 0 0 0 0 -> 0 0 1 0 0 0 0 0\n"
			  "# further allocations that succeeded: 61, last value 63, failing result "
			  "ffff000c\nEND\n",
		      1);
	assert_non_null(strstr(told, "allocations\n  expected  61 more, last 63, then ffff000c\n"
				     "  got       62 more, last 63, then ffff000c"));
}

static void debug_build_panics_when_it_posts_what_is_no_value(void **state)
{
	(void)state;
	check_matches(DBG "POST 64\nSMC b20000f0 40 0 0 0 0 0 0 -> NORETURN\n"
			  "E/TC:0 0 assertion failed\n");
	assert_int_equal(result.unreadable, 0);
	check_differs(DBG "SMC b20000f0 40 0 0 0 0 0 0 -> 0 40 0 0 0 0 0 0 ; post\n"
			  "SMC b2000011 0 0 0 0 0 0 0 -> 0 0 0 0 0 0 0 0\nEND\n",
		      2);
	assert_non_null(strstr(told, "never returns, the secure world panics"));
}

static void debug_build_panics_when_it_frees_what_is_not_allocated(void **state)
{
	(void)state;
	check_matches(DBG "SMC b20000f3 0 0 0 0 0 0 0 -> 0 0 1 0 0 0 0 0\n"
			  "SMC b20000f4 1 0 0 0 0 0 0 -> 0 1 0 0 0 0 0 0\n"
			  "SMC b20000f4 1 0 0 0 0 0 0 -> NORETURN\n");
	/* The largest is given out, and cannot be freed. */
	check_matches(DBG OFF
		      "# further allocations that succeeded: 63, last value 63, failing result "
		      "ffff000c\nSMC b20000f4 3f 0 0 0 0 0 0 -> NORETURN\n");
	/* 0 is not the normal world's, but nobody keeps it from being freed once. */
	check_matches(DBG "SMC b20000f3 0 0 0 0 0 0 0 -> 0 0 1 0 0 0 0 0\n"
			  "SMC b20000f4 0 0 0 0 0 0 0 -> 0 0 0 0 0 0 0 0\n"
			  "SMC b20000f3 0 0 0 0 0 0 0 -> 0 0 0 0 0 0 0 0\nEND\n");
	check_matches(DBG "SMC b20000f4 0 0 0 0 0 0 0 -> NORETURN\n");
}

static void stock_build_has_no_debug_calls(void **state)
{
	(void)state;
	check_matches(STOCK "SMC b20000f0 5 0 0 0 0 0 0 -> ffffffff 5 0 0 0 0 0 0\n"
			    "SMC b2000011 0 0 0 0 0 0 0 -> 0 0 0 0 0 0 0 0\nEND\n");
}

static void posts_that_are_told_in_words_are_made(void **state)
{
	(void)state;
	check_matches(DBG ON "S G all 3 values posted in descending order\n"
			     "IRQ 219 en=1 pend=1 act=0 edge=1 hppir=219\n"
			     "SMC b2000011 0 0 0 0 0 0 0 -> 0 0 3 0 0 0 0 0\n"
			     "SMC b2000011 0 0 0 0 0 0 0 -> 0 1 3 0 0 0 0 0\n"
			     "SMC b2000011 0 0 0 0 0 0 0 -> 0 2 1 0 0 0 0 0\nEND\n");
}

/* Each of these can only come of a post that no line tells of. */
#define PENDING	 "IRQ 219 en=1 pend=1 act=0 edge=1 hppir=219\n"
#define ACKED	 "ACK iar=219\n"
#define RETURNED "MEM> 60052000 6\nSMC 32000004 0 60052000 0 0 0 0 0 -> " FOREIGN_INTR
#define GOT	 "SMC b2000011 0 0 0 0 0 0 0 -> 0 0 1 0 0 0 0 0\n"

static void watchdog_of_a_stock_build_posts_when_it_must_have(void **state)
{
	(void)state;
	check_matches(STOCK ON ENABLE PENDING GOT "END\n");
	check_matches(STOCK ON ENABLE ACKED ON GOT "END\n");
	check_matches(STOCK ON ENABLE RETURNED ACKED RESUME DONE GOT "END\n");
	check_matches(STOCK ON ENABLE GOT PENDING "END\n");
	check_matches(STOCK OFF ENABLE GOT GOT "SMC b2000011 0 0 0 0 0 0 0 -> 0 0 0 0 0 0 0 0\n"
					       "END\n");
}

/* Without a line that tells of interrupts: it polls. */
static void watchdog_of_a_build_that_has_it_posts_to_a_program_that_polls(void **state)
{
	(void)state;
	check_matches("# build: wd = stock + test watchdog\n" ENABLE GOT GOT "END\n");
	check_matches("# build: x, CFG_NOTIF_TEST_WD=y\n" ENABLE GOT "END\n");
	check_differs("# build: wd\n" GOT ENABLE "END\n", 1);
	check_differs(STOCK ENABLE GOT "END\n", 1);
}

static void watchdog_does_not_post_before_it_was_started(void **state)
{
	(void)state;
	check_differs(STOCK ON PENDING "END\n", 1);
	check_differs(STOCK ON GOT "END\n", 1);
}

static void build_without_a_watchdog_does_not_post(void **state)
{
	(void)state;
	check_differs(DBG ON ENABLE PENDING "END\n", 1);
	check_differs(DBG ON ENABLE GOT "END\n", 1);
	check_differs(ON ENABLE GOT "END\n", 1);
	check_differs(STOCK "# CFG_CORE_ASYNC_NOTIF=n\n" ON GOT "END\n", 1);
}

static void build_without_notifications_is_told_by_header_or_option(void **state)
{
	static const char calls[] = "SMC b2000010 0 0 0 0 0 0 0 -> ffffffff 0 0 0 0 0 0 0\n"
				    "SMC b2000009 0 7 0 0 0 0 0 -> 0 d5 7 4 0 0 0 0\nEND\n";
	char text[512];

	(void)state;
	snprintf(text, sizeof(text), "# build: nonotif\n%s", calls);
	check_matches(text);
	play(&(struct osim_replay_options){.no_notif = true}, calls);
	assert_string_equal(told, "");
}

static void threads_are_told_by_header_or_option(void **state)
{
	static const char call[] = "SMC b200000f 0 0 0 0 0 0 0 -> 0 3 0 0 0 0 0 0\nEND\n";
	char text[512];

	(void)state;
	snprintf(text, sizeof(text), "# other options default (CFG_NUM_THREADS=3)\n%s", call);
	check_matches(text);
	snprintf(text, sizeof(text), "# other options default (CFG_NUM_THREADS=7)\n%s", call);
	play(&(struct osim_replay_options){.threads = 3}, text);
	assert_string_equal(told, "");
}

static void abi_profile_differs_where_the_headers_do(void **state)
{
	static const char call[] = STOCK "SMC b2000001 0 0 0 0 0 0 0 -> 4 a d5001fe0af66a4c0 0 0 0 "
					 "0 0\nEND\n";

	(void)state;
	check_matches(call);
	play(&(struct osim_replay_options){.profile = OSIM_PROFILE_ABI}, call);
	assert_non_null(strstr(told, "r2        expected d5001fe0af66a4c0, got af66a4c0"));
}

#define CREATE(id) "SMC b200000d " #id " 0 0 0 0 0 0 -> 0 " #id " 0 0 0 0 0 0\n"

static void guests_have_values_of_their_own(void **state)
{
	(void)state;
	check_matches(VIRT OFF "SMC b2000011 0 0 0 0 0 0 1 -> 7 0 0 0 0 0 0 1\n" CREATE(1)
			      CREATE(2) "SMC b20000f0 5 0 0 0 0 0 1 -> 0 5 0 0 0 0 0 1\n"
					"SMC b2000011 0 0 0 0 0 0 2 -> 0 0 0 0 0 0 0 2\n"
					"SMC b2000011 0 0 0 0 0 0 1 -> 0 5 1 0 0 0 0 1\n"
					"SMC b20000f0 5 0 0 0 0 0 3 -> 7 5 0 0 0 0 0 3\nEND\n");
}

static void counters_of_guests_are_one_or_many_as_recorded(void **state)
{
	(void)state;
	check_matches(VIRT CREATE(1) CREATE(2) "SMC b2000010 0 0 0 0 0 0 1 -> 0 0 0 0 0 0 0 1\n"
					       "SMC b20000f1 0 0 0 0 0 0 2 -> 0 0 0 0 0 0 0 2\n"
					       "SMC b20000f1 0 0 0 0 0 0 1 -> 0 1 10000 0 0 0 0 1\n"
					       "END\n");
	check_matches(VIRT CREATE(1) CREATE(2) "SMC b2000010 0 0 0 0 0 0 1 -> 0 0 0 0 0 0 0 1\n"
					       "SMC b20000f1 0 0 0 0 0 0 2 -> 0 0 10000 0 0 0 0 2\n"
					       "SMC b20000f1 0 0 0 0 0 0 1 -> 0 1 10000 0 0 0 0 1\n"
					       "END\n");
	check_differs(VIRT CREATE(1) CREATE(2) "SMC b2000010 0 0 0 0 0 0 1 -> 0 0 0 0 0 0 0 1\n"
					       "SMC b20000f1 0 0 0 0 0 0 2 -> 0 0 10000 0 0 0 0 2\n"
					       "SMC b2000010 0 0 0 0 0 0 2 -> 0 0 0 0 0 0 0 2\n"
					       "SMC b20000f1 0 0 0 0 0 0 2 -> 0 1 10000 0 0 0 0 2\n"
					       "END\n",
		      1);
}

static void counters_of_a_guest_go_with_it(void **state)
{
	(void)state;
	check_matches(
		VIRT CREATE(1) "SMC b2000010 0 0 0 0 0 0 1 -> 0 0 0 0 0 0 0 1\n"
			       "SMC b20000f1 0 0 0 0 0 0 1 -> 0 1 10000 0 0 0 0 1\n"
			       "SMC b200000e 1 0 0 0 0 0 0 -> 0 1 0 0 0 0 0 0\n" CREATE(
				       1) "SMC b20000f1 0 0 0 0 0 0 1 -> 0 0 0 0 0 0 0 1\nEND\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(debug_build_counts_what_its_driver_is_told),
		cmocka_unit_test(debug_build_waits_in_the_next_bottom_half),
		cmocka_unit_test(debug_build_waits_when_it_is_stopped_next),
		cmocka_unit_test(debug_build_posts_and_waits_in_the_next_bottom_half),
		cmocka_unit_test(debug_build_gives_out_values),
		cmocka_unit_test(debug_build_panics_when_it_posts_what_is_no_value),
		cmocka_unit_test(debug_build_panics_when_it_frees_what_is_not_allocated),
		cmocka_unit_test(stock_build_has_no_debug_calls),
		cmocka_unit_test(posts_that_are_told_in_words_are_made),
		cmocka_unit_test(watchdog_of_a_stock_build_posts_when_it_must_have),
		cmocka_unit_test(watchdog_of_a_build_that_has_it_posts_to_a_program_that_polls),
		cmocka_unit_test(watchdog_does_not_post_before_it_was_started),
		cmocka_unit_test(build_without_a_watchdog_does_not_post),
		cmocka_unit_test(build_without_notifications_is_told_by_header_or_option),
		cmocka_unit_test(threads_are_told_by_header_or_option),
		cmocka_unit_test(abi_profile_differs_where_the_headers_do),
		cmocka_unit_test(guests_have_values_of_their_own),
		cmocka_unit_test(counters_of_guests_are_one_or_many_as_recorded),
		cmocka_unit_test(counters_of_a_guest_go_with_it),
	};

	return cmocka_run_group_tests_name("stim.replay.build", tests, NULL, NULL);
}
