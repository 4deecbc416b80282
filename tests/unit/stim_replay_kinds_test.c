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

#include <optee_sim/machine.h>
#include <optee_sim/replay.h>

/*
 * Recordings of kinds that tests/data has none of, written by hand from what the ABI and OP-TEE's
 * documentation say: shared memory, two bottom halves at once, foreign interrupts, guests.
 */

#define DBG  "# build: dbg = stock + debug calls, CFG_NOTIF_TEST_WD=n\n"
#define VIRT "# build: virt = dbg + CFG_NS_VIRTUALIZATION=y, CFG_NOTIF_TEST_WD=n\n"

#define TEXT_MAX     (1u << 20)
#define DDR	     0x70000000ull
#define COOKIE	     0x5e5e000000000100ull
#define PAGE	     0x1000u
#define LIST	     0x60100000ull
#define LIST_ENTRIES 511u

static char *text;
static size_t used;
static struct osim_replay_result result;
static char told[8192];

static int setup(void **state)
{
	(void)state;
	text = malloc(TEXT_MAX);
	used = 0;
	return !text;
}

static int teardown(void **state)
{
	(void)state;
	free(text);
	return 0;
}

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	used += (size_t)vsnprintf(text + used, TEXT_MAX - used, format, args);
	va_end(args);
	assert_true(used < TEXT_MAX);
}

static void tell(void *arg, enum osim_replay_report kind, const char *what)
{
	size_t n = strlen(told);

	(void)arg;
	(void)kind;
	snprintf(told + n, sizeof(told) - n, "%s\n", what);
}

/* All of it matches, and it is at least so many records. */
static void check(uint64_t records)
{
	struct osim_replay_options options = {.size = sizeof(options), .report = tell};
	FILE *file;

	say("END\n");
	file = fmemopen(text, used, "r");
	assert_non_null(file);
	told[0] = '\0';
	assert_int_equal(osim_replay(file, "x.txt", &options, &result), 0);
	fclose(file);
	assert_string_equal(told, "");
	assert_int_equal(result.matched, result.records);
	assert_int_equal(result.records, records);
}

/* --- words of messages --- */

static void mem(const char *direction, uint64_t pa, unsigned int n, ...)
{
	va_list words;

	say("MEM%s %08" PRIx64, direction, pa);
	va_start(words, n);
	while (n--)
		say(" %" PRIx64, va_arg(words, uint64_t));
	va_end(words);
	say("\n");
}

#define PAIR(low, high) ((uint64_t)(high) << 32 | (uint32_t)(low))
#define W(x)		((uint64_t)(x))

/* A message with no more than its head. */
static void message(uint64_t pa, uint32_t cmd, uint32_t func, uint32_t session, uint32_t n)
{
	mem(">", pa, 4, PAIR(cmd, func), PAIR(session, 0), W(0), PAIR(0, n));
}

static void param(uint64_t pa, unsigned int i, uint64_t attr, uint64_t a, uint64_t b, uint64_t c)
{
	mem(">", pa + 32 + 32u * i, 4, attr, a, b, c);
}

/* ret and ret_origin. */
static void answered(uint64_t pa, uint32_t ret, uint32_t origin)
{
	mem("<", pa + 16, 2, PAIR(0, ret), PAIR(origin, 1));
}

static void call(uint64_t pa, uint64_t a7, const char *out)
{
	say("SMC 32000004 0 %" PRIx64 " 0 0 0 0 %" PRIx64 " -> %s %" PRIx64 "\n", pa, a7, out, a7);
}

#define OK "0 0 0 0 0 0 0"

/* --- shared memory --- */

/* Page i of the buffer: not one of them lies behind the one before. */
static uint64_t page(unsigned int i, unsigned int count)
{
	return DDR + (uint64_t)(count - i) * 2 * PAGE;
}

static void list(unsigned int count)
{
	unsigned int used_entries = 0;

	for (uint64_t at = LIST; used_entries < count; at += PAGE) {
		unsigned int n = count - used_entries;

		if (n > LIST_ENTRIES)
			n = LIST_ENTRIES;
		for (unsigned int i = 0; i < n; i++)
			mem(">", at + 8u * i, 1, page(used_entries++, count));
		if (used_entries < count)
			mem(">", at + 8u * LIST_ENTRIES, 1, at + PAGE);
	}
}

static void register_shm(unsigned int count, uint64_t offset, uint64_t cookie, uint32_t ret)
{
	message(0x60052000, 4, 0, 0, 1);
	param(0x60052000, 0, 0x20a, LIST | offset, (uint64_t)count * PAGE - offset, cookie);
	call(0x60052000, 0, OK);
	if (ret)
		mem("<", 0x60052010, 1, PAIR(0, ret));
}

/* Of one that is there; its attribute does not matter. */
static void unregister_shm(uint64_t cookie, uint32_t ret)
{
	message(0x60053000, 5, 0, 0, 1);
	param(0x60053000, 0, 0xff, 1, 2, cookie);
	call(0x60053000, 0, OK);
	if (ret)
		mem("<", 0x60053010, 1, PAIR(0, ret));
}

static void open_enumeration(uint64_t pa, uint64_t a7, uint32_t session)
{
	mem(">", pa, 4, W(0), W(0), W(0), PAIR(0, 2));
	param(pa, 0, 0x101, 0x5340dedd88a61170ull, 0xb813df4d3c7ba9a5ull, 0);
	param(pa, 1, 0x101, 0, 0, 0);
	say("SMC 32000004 0 %" PRIx64 " 0 0 0 0 %" PRIx64 " -> " OK " %" PRIx64 "\n", pa, a7, a7);
	mem("<", pa + 8, 1, W(session));
	mem("<", pa + 24, 1, PAIR(4, 2));
}

/* The list of devices into registered memory: one UUID. */
static void enumerate(uint32_t session, uint64_t offset, uint64_t cookie)
{
	message(0x60054000, 1, 0, session, 1);
	param(0x60054000, 0, 6, offset, 100, cookie);
	call(0x60054000, 0, OK);
}

static void enumerated(void)
{
	mem("<", 0x60054018, 1, PAIR(4, 1));
	mem("<", 0x60054030, 1, W(16));
}

static void registered_memory_over_three_list_pages_is_written_where_it_is(void **state)
{
	static const unsigned int count = 2 * LIST_ENTRIES + 10;

	(void)state;
	say(DBG);
	list(count);
	register_shm(count, 0x10, COOKIE, 0);
	open_enumeration(0x60055000, 0, 1);
	/* Eight bytes at the end of the last page of the first list page, eight in the first of the
	 * second; then in the third. */
	enumerate(1, LIST_ENTRIES * PAGE - 0x10 - 8, COOKIE);
	mem("<", page(LIST_ENTRIES, count), 1, 0x1bc6d5a502109487ull);
	mem("<", page(LIST_ENTRIES - 1, count) + PAGE - 8, 1, 0xe321e5c3405b6ad9ull);
	enumerated();
	enumerate(1, (count - 1) * PAGE - 0x10, COOKIE);
	mem("<", page(count - 1, count), 2, 0xe321e5c3405b6ad9ull, 0x1bc6d5a502109487ull);
	enumerated();
	unregister_shm(COOKIE, 0);
	enumerate(1, 0, COOKIE);
	answered(0x60054000, 0xffff0006, 3);
	unregister_shm(COOKIE, 0xffff0006);
	check(7);
}

static void memory_past_its_end_is_a_matter_of_security(void **state)
{
	(void)state;
	say(DBG);
	list(2);
	register_shm(2, 0, COOKIE, 0);
	open_enumeration(0x60055000, 0, 1);
	enumerate(1, 2 * PAGE - 99, COOKIE);
	answered(0x60054000, 0xffff000f, 3);
	enumerate(1, UINT64_MAX - 50, COOKIE);
	answered(0x60054000, 0xffff000f, 3);
	enumerate(1, 2 * PAGE - 100, COOKIE);
	mem("<", page(1, 2) + PAGE - 104, 3, W(0x405b6ad900000000), 0x02109487e321e5c3ull,
	    W(0x1bc6d5a5));
	enumerated();
	check(5);
}

static void cookie_that_is_registered_twice_is_the_newest(void **state)
{
	(void)state;
	say(DBG);
	list(3);
	register_shm(3, 0, COOKIE, 0);
	mem(">", LIST, 1, DDR + 0x100000);
	register_shm(1, 0, COOKIE, 0);
	open_enumeration(0x60055000, 0, 1);
	enumerate(1, 0, COOKIE);
	mem("<", DDR + 0x100000, 2, 0xe321e5c3405b6ad9ull, 0x1bc6d5a502109487ull);
	enumerated();
	unregister_shm(COOKIE, 0);
	enumerate(1, 2 * PAGE, COOKIE);
	mem("<", page(2, 3), 2, 0xe321e5c3405b6ad9ull, 0x1bc6d5a502109487ull);
	enumerated();
	unregister_shm(COOKIE, 0);
	unregister_shm(COOKIE, 0xffff0006);
	check(8);
}

/* The page of the message itself goes by cookie 0 while the call lasts, and is the newest then. */
static void cookie_0_is_registered_and_hidden_by_the_message(void **state)
{
	(void)state;
	say(DBG);
	list(1);
	register_shm(1, 0, 0, 0);
	unregister_shm(0, 0xffff0006);
	/* A message in reserved memory has no cookie. */
	mem(">", 0x42000100, 4, W(5), W(0), W(0), PAIR(0, 1));
	mem(">", 0x42000120, 4, W(0), W(0), W(0), W(0));
	call(0x42000100, 0, OK);
	call(0x42000100, 0, OK);
	mem("<", 0x42000110, 1, PAIR(0, 0xffff0006));
	check(4);
}

/* Where non-secure memory begins and ends, and the reserved memory in its midst. */
static void pages_are_taken_from_all_of_the_normal_worlds_memory(void **state)
{
	static const struct {
		uint64_t list, page;
		uint32_t ret;
	} tries[] = {{LIST, 0xbffff000, 0},	    {LIST, 0xc0000000, 0xffff0006},
		     {LIST, 0x40000000, 0},	    {LIST, 0x3ffff000, 0xffff0006},
		     {LIST, 0x42000000, 0},	    {0x421ff000, DDR, 0},
		     {LIST, 0x0e100000, 0xffff0006}};

	(void)state;
	say(DBG);
	for (unsigned int i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		mem(">", tries[i].list, 1, tries[i].page);
		message(0x60052000, 4, 0, 0, 1);
		param(0x60052000, 0, 0x20a, tries[i].list, PAGE, COOKIE + i);
		call(0x60052000, 0, OK);
		mem("<", 0x60052010, 1, PAIR(0, tries[i].ret));
	}
	/* As much as one byte, and nothing behind an offset, is a page. */
	mem(">", LIST, 1, DDR);
	message(0x60052000, 4, 0, 0, 1);
	param(0x60052000, 0, 0x20a, LIST + 0xfff, 1, COOKIE + 16);
	call(0x60052000, 0, OK);
	param(0x60052000, 0, 0x20a, LIST + 8, 0, COOKIE + 17);
	call(0x60052000, 0, OK);
	open_enumeration(0x60055000, 0, 1);
	enumerate(1, PAGE - 8 - 100, COOKIE + 17);
	mem("<", DDR + PAGE - 104, 3, W(0x405b6ad900000000), 0x02109487e321e5c3ull, W(0x1bc6d5a5));
	enumerated();
	check(11);
}

/* By hand, from how OP-TEE is written: it knows the pages of a parameter by their cookie for ever,
 * so that they cannot be registered and unregistered under it any more. */
static void page_list_of_a_parameter_is_never_let_go(void **state)
{
	(void)state;
	say(DBG);
	list(1);
	open_enumeration(0x60055000, 0, 1);
	message(0x60054000, 1, 0, 1, 1);
	param(0x60054000, 0, 0x20a, LIST, 100, COOKIE);
	call(0x60054000, 0, OK);
	mem("<", page(0, 1), 2, 0xe321e5c3405b6ad9ull, 0x1bc6d5a502109487ull);
	mem("<", 0x60054018, 1, PAIR(4, 1));
	mem("<", 0x60054030, 1, W(16));
	unregister_shm(COOKIE, 0xffff0006);
	enumerate(1, 16, COOKIE);
	mem("<", page(0, 1) + 16, 2, 0xe321e5c3405b6ad9ull, 0x1bc6d5a502109487ull);
	enumerated();
	check(4);
}

static void lists_that_make_no_sense_are_refused(void **state)
{
	(void)state;
	say(DBG);
	list(LIST_ENTRIES + 1);
	mem(">", LIST + 8u * LIST_ENTRIES, 1, LIST + PAGE + 8); /* no page begins there */
	register_shm(LIST_ENTRIES + 1, 0, COOKIE, 0xffff0006);
	mem(">", LIST + 8u * LIST_ENTRIES, 1, W(0x0e100000)); /* secure */
	register_shm(LIST_ENTRIES + 1, 0, COOKIE, 0xffff0006);
	/* With one page less the link is not looked at. */
	register_shm(LIST_ENTRIES, 0, COOKIE, 0);
	mem(">", LIST, 1, DDR + 1);
	register_shm(1, 0, COOKIE, 0xffff0006);
	message(0x60052000, 4, 0, 0, 1);
	param(0x60052000, 0, 0x209, LIST, PAGE, COOKIE);
	call(0x60052000, 0, OK);
	mem("<", 0x60052010, 1, PAIR(0, 0xffff0006));
	check(5);
}

/* --- bottom halves --- */

#define ENABLE "SMC b2000010 0 0 0 0 0 0 0 -> 0 0 0 0 0 0 0 0\n"

static void bottom_half(uint64_t pa, const char *out)
{
	mem(">", pa, 1, W(6));
	say("SMC 32000012 0 %" PRIx64 " 0 0 0 0 0 -> %s 0\n", pa, out);
}

/* NOTIFICATION of an RPC behind a message without parameters. */
static void notification(uint64_t pa, bool send, uint32_t value)
{
	mem("<", pa + 32, 1, W(4));
	mem("<", pa + 48, 5, PAIR(0, 0xffff0000), PAIR(0, 1), W(1), W(send), W(value));
}

static void resume(uint32_t thread, const char *out)
{
	say("SMC 32000003 0 0 %x 0 0 0 0 -> %s 0\n", thread, out);
}

static void bottom_halves_of_two_threads_come_one_after_the_other(void **state)
{
	(void)state;
	say(DBG "IRQ 219 en=0 pend=0 act=0 edge=1 hppir=1023\n" ENABLE);
	say("SMC b20000f2 1 5 0 0 0 0 0 -> 0 1 5 0 0 0 0 0\n");
	bottom_half(0x60050000, "ffff0005 0 0 0 0 0 0");
	notification(0x60050000, false, 5);
	bottom_half(0x60051000, "ffff0005 0 0 1 0 0 0");
	notification(0x60051000, false, 65);
	/* A third finds no thread. */
	mem(">", 0x60056000, 1, W(6));
	say("SMC 32000012 0 60056000 0 0 0 0 0 -> 1 1 8000000000 0 0 0 0 0\n");
	say("SMC b20000f1 0 0 0 0 0 0 0 -> 0 1 10000 1 0 0 0 0\n");
	/* The first ends, and lets the second go on before it does. */
	resume(0, "ffff0005 0 0 0 0 0 0");
	mem("<", 0x60050048, 2, W(1), W(65));
	resume(0, OK);
	resume(1, OK);
	say("SMC b20000f1 0 0 0 0 0 0 0 -> 0 1 10000 2 0 0 0 0\n");
	check(11);
}

static void interrupt_makes_a_call_return_until_it_is_taken(void **state)
{
	(void)state;
	say(DBG "IRQ 219 en=1 pend=0 act=0 edge=1 hppir=1023\n" ENABLE);
	say("POST 5\nSMC b20000f0 5 0 0 0 0 0 0 -> 0 5 0 0 0 0 0 0\n");
	say("IRQ 219 en=1 pend=1 act=0 edge=1 hppir=219\n");
	/* Not where the address is bad; where the command is, it comes first. */
	say("SMC 32000004 0 60050001 0 0 0 0 0 -> 4 0 0 0 0 0 0 0\n");
	mem(">", 0x60050000, 1, W(0x77));
	call(0x60050000, 0, "ffff0004 0 0 0 0 0 0");
	resume(0, "ffff0004 0 0 0 0 0 0");
	say("ACK iar=219\nIRQ 219 en=1 pend=0 act=1 edge=1 hppir=1023\n");
	/* Active it comes once more, when it has ended. */
	say("POST 6\nSMC b20000f0 6 0 0 0 0 0 0 -> 0 6 0 0 0 0 0 0\n");
	say("IRQ 219 en=1 pend=1 act=1 edge=1 hppir=1023\n");
	say("IRQ 219 en=1 pend=1 act=0 edge=1 hppir=219\n");
	resume(0, "ffff0004 0 0 0 0 0 0");
	say("ACK iar=219\n");
	resume(0, "5 0 0 0 0 0 0");
	say("SMC b2000011 0 0 0 0 0 0 0 -> 0 5 3 0 0 0 0 0\n");
	say("SMC b2000011 0 0 0 0 0 0 0 -> 0 6 1 0 0 0 0 0\nACK iar=1023\n");
	check(18);
}

/* By hand, from how OP-TEE is written. The memory that a message is in is let go after its call is
 * over: whoever unregisters it is told with a message that is allocated then, and that the next
 * call of the thread finds. */
static void memory_of_a_message_is_unregistered_when_its_call_ends(void **state)
{
	uint64_t at;

	(void)state;
	say(DBG "IRQ 219 en=1 pend=0 act=0 edge=1 hppir=1023\n" ENABLE);
	list(1);
	register_shm(1, 0, COOKIE, 0);
	at = page(0, 1) + 0x40;
	mem(">", at, 1, W(6));
	say("SMC b20000f2 1 5 0 0 0 0 0 -> 0 1 5 0 0 0 0 0\n");
	say("SMC 32000013 5e5e0000 100 40 0 0 0 0 -> ffff0005 0 0 0 0 0 0 0\n");
	notification(at, false, 5);
	message(0x60053000, 5, 0, 0, 1);
	param(0x60053000, 0, 5, 0, 0, COOKIE);
	say("SMC 32000012 0 60053000 0 0 0 0 0 -> ffff0005 0 0 1 0 0 0 0\n");
	notification(0x60053020, false, 65);
	resume(1, "ffff0005 0 0 1 0 0 0");
	resume(0, "ffff0000 a0 0 0 0 0 0");
	/* An interrupt still makes it return, and the answer is not asked for again. */
	say("POST 3\nSMC b20000f0 3 0 0 0 0 0 0 -> 0 3 0 0 0 0 0 0\n");
	say("SMC 32000003 0 60058000 0 c0de 1000 0 0 -> ffff0004 0 0 0 c0de 1000 0 0\n");
	say("ACK iar=219\n");
	resume(0, "ffff0005 c0de 1000 0 0 0 0");
	notification(0x60057fe0, true, 65);
	resume(0, OK);
	resume(1, OK);
	say("SMC b20000f2 1 5 0 0 0 0 0 -> 0 1 5 0 0 0 0 0\n");
	bottom_half(0x60050000, "ffff0005 c0de 1000 0 0 0 0");
	notification(0x60050000, false, 5);
	resume(0, "ffff0002 c0de 1000 0 0 0 0");
	resume(0, OK);
	check(18);
}

static void stop_that_waits_is_overtaken_by_enable(void **state)
{
	(void)state;
	say(DBG "IRQ 219 en=0 pend=0 act=0 edge=1 hppir=1023\n" ENABLE);
	say("SMC b20000f2 2 9 0 0 0 0 0 -> 0 2 9 0 0 0 0 0\n");
	mem(">", 0x60050000, 1, W(7));
	say("SMC 32000012 0 60050000 0 0 0 0 0 -> ffff0005 0 0 0 0 0 0 0\n");
	notification(0x60050000, false, 9);
	say("SMC b20000f1 0 0 0 0 0 0 0 -> 0 0 10001 0 0 0 0 0\n" ENABLE);
	/* A bottom half waits for the one that stops. */
	bottom_half(0x60051000, "ffff0005 0 0 1 0 0 0");
	notification(0x60051000, false, 65);
	resume(0, "ffff0005 0 0 0 0 0 0");
	mem("<", 0x60050048, 2, W(1), W(65));
	resume(0, OK);
	resume(1, OK);
	say("SMC b20000f1 0 0 0 0 0 0 0 -> 0 1 20001 1 0 0 0 0\n");
	check(11);
}

/* No line tells that the program disabled it; the call that goes on while it is pending does. */
static void interrupt_that_keeps_no_call_was_disabled(void **state)
{
	(void)state;
	say(DBG "IRQ 219 en=1 pend=0 act=0 edge=1 hppir=1023\n" ENABLE);
	say("POST 5\nSMC b20000f0 5 0 0 0 0 0 0 -> 0 5 0 0 0 0 0 0\n");
	say("SMC 32000004 0 60050001 0 0 0 0 0 -> 4 0 0 0 0 0 0 0\n");
	say("IRQ 219 en=1 pend=1 act=0 edge=1 hppir=219\n");
	bottom_half(0x60050000, OK);
	say("SMC b20000f2 3 6 0 0 0 0 0 -> 0 3 6 0 0 0 0 0\n");
	bottom_half(0x60050000, "ffff0005 0 0 0 0 0 0");
	notification(0x60050000, false, 6);
	say("IRQ 219 en=0 pend=1 act=0 edge=1 hppir=1023\n");
	say("IRQ 219 en=1 pend=1 act=0 edge=1 hppir=219\n");
	resume(0, "ffff0004 0 0 0 0 0 0");
	say("ACK iar=219\n");
	resume(0, OK);
	say("SMC b2000011 0 0 0 0 0 0 0 -> 0 5 3 0 0 0 0 0\n");
	check(14);
}

/* --- guests --- */

static void create(uint32_t id)
{
	say("SMC b200000d %x 0 0 0 0 0 0 -> 0 %x 0 0 0 0 0 0\n", id, id);
}

static void guests_have_threads_sessions_and_memory_of_their_own(void **state)
{
	(void)state;
	say(VIRT);
	create(1);
	create(2);
	open_enumeration(0x60055000, 1, 1);
	open_enumeration(0x60056000, 2, 1);
	say("SMC b2000010 0 0 0 0 0 0 1 -> 0 0 0 0 0 0 0 1\n");
	say("SMC b20000f2 1 5 0 0 0 0 1 -> 0 1 5 0 0 0 0 1\n");
	mem(">", 0x60050000, 1, W(6));
	say("SMC 32000012 0 60050000 0 0 0 0 1 -> ffff0005 0 0 0 0 0 0 1\n");
	notification(0x60050000, false, 5);
	/* Its thread is no other guest's, nor the hypervisor's. */
	say("SMC 32000003 0 0 0 0 0 0 2 -> 3 1 8000000000 0 0 0 0 2\n");
	say("SMC 32000003 0 0 0 0 0 0 0 -> 7 1 8000000000 0 0 0 0 0\n");
	say("SMC b200000a 0 0 0 0 0 0 1 -> 2 0 0 0 0 0 0 1\n");
	say("SMC b200000a 0 0 0 0 0 0 2 -> 7 0 0 0 0 0 0 2\n");
	/* A guest goes with a call in flight; what was its own is gone when it comes again. */
	say("SMC b200000e 1 0 0 0 0 0 0 -> 0 1 0 0 0 0 0 0\n");
	say("SMC 32000003 0 0 0 0 0 0 1 -> 7 1 8000000000 0 0 0 0 1\n");
	create(1);
	say("SMC 32000003 0 0 0 0 0 0 1 -> 3 1 8000000000 0 0 0 0 1\n");
	open_enumeration(0x60057000, 1, 1);
	say("SMC b200000d 3 0 0 0 0 0 0 -> 7 3 0 0 0 0 0 0\n");
	say("SMC b200000d 3 0 0 0 0 0 2 -> 7 3 0 0 0 0 0 2\n");
	say("SMC b2000010 0 0 0 0 0 0 0 -> NORETURN\n");
	check(19);
}

/* By hand, from how OP-TEE is written: nobody is there to have values. */
static void debug_calls_of_the_hypervisor_are_for_nobody(void **state)
{
	(void)state;
	say(VIRT "IRQ 219 en=1 pend=0 act=0 edge=1 hppir=1023\n");
	create(1);
	say("SMC b2000010 0 0 0 0 0 0 1 -> 0 0 0 0 0 0 0 1\n");
	say("POST 5\nSMC b20000f0 5 0 0 0 0 0 0 -> 0 5 0 0 0 0 0 0\n");
	say("IRQ 219 en=1 pend=0 act=0 edge=1 hppir=1023\n");
	say("SMC b2000011 0 0 0 0 0 0 1 -> 0 0 0 0 0 0 0 1\n");
	say("SMC b20000f1 9 9 9 0 0 0 0 -> 0 0 0 0 0 0 0 0\n");
	say("SMC b20000f1 9 9 9 0 0 0 1 -> 0 1 10000 0 0 0 0 1\n");
	say("SMC b20000f3 0 0 0 0 0 0 0 -> 0 ffff0006 0 0 0 0 0 0\n");
	say("SMC b20000f4 7 0 0 0 0 0 0 -> 0 7 0 0 0 0 0 0\n");
	say("SMC b20000f0 5 0 0 0 0 0 3 -> 7 5 0 0 0 0 0 3\n");
	say("SMC b20000f0 40 0 0 0 0 0 0 -> NORETURN\n");
	check(12);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(registered_memory_over_three_list_pages_is_written_where_it_is),
		CASE(memory_past_its_end_is_a_matter_of_security),
		CASE(cookie_that_is_registered_twice_is_the_newest),
		CASE(cookie_0_is_registered_and_hidden_by_the_message),
		CASE(pages_are_taken_from_all_of_the_normal_worlds_memory),
		CASE(page_list_of_a_parameter_is_never_let_go),
		CASE(lists_that_make_no_sense_are_refused),
		CASE(bottom_halves_of_two_threads_come_one_after_the_other),
		CASE(memory_of_a_message_is_unregistered_when_its_call_ends),
		CASE(stop_that_waits_is_overtaken_by_enable),
		CASE(interrupt_that_keeps_no_call_was_disabled),
		CASE(interrupt_makes_a_call_return_until_it_is_taken),
		CASE(guests_have_threads_sessions_and_memory_of_their_own),
		CASE(debug_calls_of_the_hypervisor_are_for_nobody),
	};

	return cmocka_run_group_tests_name("stim.replay.kinds", tests, NULL, NULL);
}
