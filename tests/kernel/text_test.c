/* SPDX-License-Identifier: BSD-2-Clause */
#define pr_fmt(fmt) "%s: " fmt, __func__
#include "fixture.h"

#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uuid.h>

static char text[256];

#define assert_format(expected, ...)                                                           \
	do {                                                                                   \
		assert_int_equal(snprintf(text, sizeof(text), __VA_ARGS__), strlen(expected)); \
		assert_string_equal(text, expected);                                           \
	} while (0)

static void snprintf_formats_numbers_as_the_c_library_does(void **state)
{
	(void)state;
	assert_format("-5 5 +5  5", "%d %u %+d % d", -5, 5u, 5, 5);
	assert_format("0005|5   |   5|00-5", "%04d|%-4d|%4d|%.2d%d", 5, 5, 5, 0, -5);
	assert_format("ff FF 0xff 0XFF 017", "%x %X %#x %#X %#o", 255, 255, 255, 255, 15);
	assert_format("0x0000ff|  0xff|0xff  |0", "%#08x|%#6x|%-#6x|%x", 255, 255, 255, 0);
	assert_format("18446744073709551615 -9223372036854775808", "%llu %lld", ~0ull, LLONG_MIN);
	assert_format("4294967295 255 65535 -1 -1", "%u %hhu %hu %hhd %hd", ~0u, (u8)255,
		      (u16)65535, (s8)-1, (s16)-1);
	assert_format("7 8 9", "%zu %ld %tx", (size_t)7, 8l, (ptrdiff_t)9);
	assert_format("    00012|00012   |", "%9.5d|%-8.5d|%.0d", 12, 12, 0);
}

static void snprintf_formats_text_as_the_c_library_does(void **state)
{
	const char *volatile nothing = NULL;

	(void)state;
	assert_format("abc|  abc|abc  |ab|   ab", "%s|%5s|%-5s|%.2s|%*.*s", "abc", "abc", "abc",
		      "abc", 5, 2, "abc");
	assert_format("a|  b|c  |%|100%", "%c|%3c|%-3c|%%|%d%%", 'a', 'b', 'c', 100);
	assert_format("(null)", "%s", nothing);
	assert_format("x  |", "%*s|", -3, "x");
}

static void snprintf_formats_what_follows_a_pointer(void **state)
{
	static const uuid_t uuid = UUID_INIT(0x7011a688, 0xddde, 0x4053, 0xa5, 0xa9, 0x7b, 0x3c,
					     0x4d, 0xdf, 0x13, 0xb8);
	const u8 bytes[] = {1, 0xab, 0xff, 0, 5, 6};
	phys_addr_t pa = 0x42001000;

	(void)state;
	assert_format("optee-ta-7011a688-ddde-4053-a5a9-7b3c4ddf13b8", "optee-ta-%pUb", &uuid);
	assert_format("7011A688-DDDE-4053-A5A9-7B3C4DDF13B8", "%pUB", &uuid);
	assert_format("88a61170-dedd-5340-a5a9-7b3c4ddf13b8!", "%pUl!", &uuid);
	assert_format("01 ab ff|01:ab|01ab", "%*ph|%*phC|%*phN", 3, bytes, 2, bytes, 2, bytes);
	assert_format("01:ab:ff:00:05:06", "%pM", bytes);
	assert_format("0x0000000042001000", "%pa", &pa);
	assert_format("-12 (null)", "%pe %pUb", ERR_PTR(-12), NULL);
	assert_format("(null) (err -22)", "%p %p", NULL, ERR_PTR(-22));
}

static int format_nested(const char *format, ...)
{
	struct va_format vaf = {.fmt = format};
	va_list args;
	int n;

	va_start(args, format);
	vaf.va = &args;
	n = snprintf(text, sizeof(text), "<%pV>", &vaf);
	va_end(args);
	return n;
}

static void snprintf_formats_a_format_within(void **state)
{
	(void)state;
	assert_int_equal(format_nested("%d-%s", 5, "x"), 5);
	assert_string_equal(text, "<5-x>");
}

static void pointers_are_named_by_first_appearance(void **state)
{
	char *a = kmalloc(8, GFP_ATOMIC), *b = kmalloc(8, GFP_ATOMIC), *c;

	(void)state;
	assert_format("p#1 p#2 p#1", "%p %p %px", b, a, b);
	/* Another object is another name, wherever it is. */
	kfree(a);
	c = kmalloc(8, GFP_ATOMIC);
	assert_format("p#3 shm p#1.", "%p shm %p.", c, b);
	kfree(b);
	kfree(c);
}

static void snprintf_that_does_not_fit_says_what_it_wanted(void **state)
{
	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(snprintf(text, 4, "%s", "abcdef"), 6);
	assert_string_equal(text, "abc");
	assert_int_equal(text[4], 'x');
	assert_int_equal(scnprintf(text, 4, "%s", "abcdef"), 3);
	assert_int_equal(scnprintf(text, 4, "%s", "ab"), 2);
	assert_int_equal(scnprintf(text, 0, "%s", "ab"), 0);
	assert_int_equal(snprintf(NULL, 0, "%d", 100), 3);
	assert_int_equal(sprintf(text, "%05d", 42), 5);
}

/* --- the log --- */

static char lines[512];

static void sink(void *arg, const struct osim_event *e)
{
	(void)arg;
	if (e->kind == OSIM_EVENT_LOG)
		scnprintf(lines + strlen(lines), sizeof(lines) - strlen(lines), "%c %s\n",
			  e->flags & OSIM_EVENT_F_ERR	 ? 'E'
			  : e->flags & OSIM_EVENT_F_WARN ? 'W'
							 : 'I',
			  e->text);
}

static void printk_makes_a_line_of_the_log(void **state)
{
	struct device *none = NULL;

	(void)state;
	lines[0] = '\0';
	osim_set_event_sink(m, sink, NULL);
	pr_err("failed: %d\n", -5);
	pr_warn("hm\n");
	pr_info("one\ntwo\n");
	pr_debug("not seen\n");
	printk("plain\n");
	dev_err(none, "no device\n");
	pr_info_once("once\n");
	assert_string_equal(lines, "E printk_makes_a_line_of_the_log: failed: -5\n"
				   "W printk_makes_a_line_of_the_log: hm\n"
				   "I printk_makes_a_line_of_the_log: one\n"
				   "I two\n"
				   "I plain\n"
				   "E (NULL device *): no device\n"
				   "I printk_makes_a_line_of_the_log: once\n");
}

static void print_hex_dump_makes_rows(void **state)
{
	u8 bytes[18];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (u8)i;
	lines[0] = '\0';
	osim_set_event_sink(m, sink, NULL);
	print_hex_dump(KERN_INFO, "> ", DUMP_PREFIX_OFFSET, 16, 1, bytes, sizeof(bytes), true);
	assert_string_equal(lines, "I > 00000000: 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f\n"
				   "I > 00000010: 10 11\n");
}

static void warn_on_is_an_expression_and_a_finding(void **state)
{
	int two = 2;

	(void)state;
	assert_false(WARN_ON(two == 3));
	assert_string_equal(found(), "none");
	assert_true(!!WARN_ON(two == 2));
	assert_string_equal(found(), "kernel.warn");
	assert_non_null(strstr(osim_finding_get(m, 0)->text, "WARN_ON(two == 2) at warn_on_is"));
	assert_true(!!WARN(two, "number %d\n", two));
	assert_int_equal(osim_finding_count(m), 2);
	assert_non_null(strstr(osim_finding_get(m, 1)->text, "number 2 at "));
}

static int came_back;

static void stop_here(void *arg)
{
	BUG_ON(arg);
	came_back = 1;
}

static void bug_on_stops_the_thread_and_is_a_finding(void **state)
{
	(void)state;
	came_back = 0;
	assert_int_equal(osim_spawn(m, "bug", stop_here, m, -1, NULL), 0);
	assert_int_equal(osim_run(m), -EDEADLK);
	assert_int_equal(came_back, 0);
	assert_string_equal(osim_finding_get(m, 0)->id, "kernel.bug");
}

/* --- strings and numbers --- */

static void strscpy_always_ends_the_text(void **state)
{
	char to[4];

	(void)state;
	assert_int_equal(strscpy(to, "abc", sizeof(to)), 3);
	assert_int_equal(strscpy(to, "abcd"), -E2BIG);
	assert_string_equal(to, "abc");
	assert_int_equal(strscpy(to, "x", 0), -E2BIG);
	assert_int_equal(strlcpy(to, "abcdef", sizeof(to)), 6);
	assert_string_equal(to, "abc");
	strscpy(to, "a");
	assert_int_equal(strlcat(to, "bcde", sizeof(to)), 5);
	assert_string_equal(to, "abc");
}

static void sysfs_streq_overlooks_a_newline_at_the_end(void **state)
{
	static const char *const words[] = {"smc", "hvc"};

	(void)state;
	assert_true(sysfs_streq("on\n", "on"));
	assert_true(sysfs_streq("on", "on\n"));
	assert_false(sysfs_streq("on\n\n", "on"));
	assert_false(sysfs_streq("on", "off"));
	assert_int_equal(match_string(words, 2, "hvc"), 1);
	assert_int_equal(match_string(words, 2, "x"), -EINVAL);
}

static void kstrto_takes_a_number_and_nothing_else(void **state)
{
	unsigned int u;
	bool b;
	int i;
	u8 byte;
	u64 wide;

	(void)state;
	assert_int_equal(kstrtouint("0x1f\n", 0, &u), 0);
	assert_int_equal(u, 31);
	assert_int_equal(kstrtouint("12x", 10, &u), -EINVAL);
	assert_int_equal(kstrtouint("", 10, &u), -EINVAL);
	assert_int_equal(kstrtouint("4294967296", 10, &u), -ERANGE);
	assert_int_equal(kstrtou8("256", 10, &byte), -ERANGE);
	assert_int_equal(kstrtoint("-2147483648", 10, &i), 0);
	assert_int_equal(i, INT_MIN);
	assert_int_equal(kstrtoint("2147483648", 10, &i), -ERANGE);
	assert_int_equal(kstrtou64("18446744073709551615", 10, &wide), 0);
	assert_int_equal(kstrtou64("18446744073709551616", 10, &wide), -ERANGE);
	assert_int_equal(kstrtouint("010", 0, &u), 0);
	assert_int_equal(u, 8);
	assert_int_equal(kstrtobool("on", &b), 0);
	assert_true(b);
	assert_int_equal(kstrtobool("0", &b), 0);
	assert_false(b);
	assert_int_equal(kstrtobool("ox", &b), -EINVAL);
}

static void uuid_parse_reads_what_is_printed(void **state)
{
	uuid_t uuid, copy;
	u8 raw[16];

	(void)state;
	assert_int_equal(uuid_parse("7011a688-ddde-4053-a5a9-7b3c4ddf13b8", &uuid), 0);
	assert_format("7011a688-ddde-4053-a5a9-7b3c4ddf13b8", "%pU", &uuid);
	assert_int_equal(uuid_parse("7011a688-ddde-4053-a5a9-7b3c4ddf13bg", &copy), -EINVAL);
	assert_int_equal(uuid_parse("7011a688ddde-4053-a5a9-7b3c4ddf13b8", &copy), -EINVAL);
	export_uuid(raw, &uuid);
	import_uuid(&copy, raw);
	assert_true(uuid_equal(&uuid, &copy));
	assert_false(uuid_is_null(&uuid));
	uuid_copy(&copy, &uuid_null);
	assert_true(uuid_is_null(&copy));
	assert_false(uuid_equal(&uuid, &copy));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(snprintf_formats_numbers_as_the_c_library_does),
		FIXTURE_TEST(snprintf_formats_text_as_the_c_library_does),
		FIXTURE_TEST(snprintf_formats_what_follows_a_pointer),
		FIXTURE_TEST(snprintf_formats_a_format_within),
		FIXTURE_TEST(pointers_are_named_by_first_appearance),
		FIXTURE_TEST(snprintf_that_does_not_fit_says_what_it_wanted),
		FIXTURE_TEST(printk_makes_a_line_of_the_log),
		FIXTURE_TEST(print_hex_dump_makes_rows),
		FIXTURE_TEST(warn_on_is_an_expression_and_a_finding),
		FIXTURE_TEST(bug_on_stops_the_thread_and_is_a_finding),
		FIXTURE_TEST(strscpy_always_ends_the_text),
		FIXTURE_TEST(sysfs_streq_overlooks_a_newline_at_the_end),
		FIXTURE_TEST(kstrto_takes_a_number_and_nothing_else),
		FIXTURE_TEST(uuid_parse_reads_what_is_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
