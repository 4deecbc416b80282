/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

/* Three pages; the last becomes one that nobody may touch. */
static char user[3 * 4096] __aligned(4096);
#define END (user + 2 * 4096)

int mprotect(void *addr, size_t len, int prot);

static int hide(void **state)
{
	return fixture_setup(state) || mprotect(END, 4096, 0);
}

static int show(void **state)
{
	return mprotect(END, 4096, 3) || fixture_teardown(state);
}

static void access_ok_refuses_what_wraps_or_is_not_a_program_s(void **state)
{
	(void)state;
	assert_true(access_ok(user, sizeof(user)));
	assert_true(access_ok(NULL, 0));
	assert_true(access_ok(NULL, TASK_SIZE));
	assert_false(access_ok((void *)1, TASK_SIZE));
	assert_false(access_ok(user, SIZE_MAX));
	assert_false(access_ok((void *)0xffff000000000000ul, 1));
}

static void copy_there_and_back(void)
{
	char kernel[8] = "1234567";

	assert_int_equal(copy_to_user(user, kernel, 8), 0);
	assert_string_equal(user, "1234567");
	user[0] = 'x';
	assert_int_equal(copy_from_user(kernel, user, 8), 0);
	assert_string_equal(kernel, "x234567");
	assert_int_equal(clear_user(user, 600), 0);
	assert_int_equal(user[599], 0);
}

static void copy_user_copies_both_ways(void **state)
{
	(void)state;
	in_thread(copy_there_and_back);
}

static void copy_far(void)
{
	char kernel[5000];

	memset(kernel, 'k', sizeof(kernel));
	memset(user, 'u', 2 * 4096);
	assert_int_equal(copy_from_user(kernel, END - 4100, 5000), 900);
	assert_int_equal(kernel[4099], 'u');
	/* What could not be read is no secret of the kernel's. */
	for (int i = 4100; i < 5000; i++)
		assert_int_equal(kernel[i], 0);
	memset(kernel, 'k', sizeof(kernel));
	assert_int_equal(copy_to_user(END - 4100, kernel, 5000), 900);
	assert_int_equal(END[-1], 'k');
	assert_int_equal(END[-4101], 'u');
	assert_int_equal(copy_from_user(kernel, NULL, 8), 8);
	assert_int_equal(copy_to_user((char *)16, kernel, 8), 8);
	assert_int_equal(copy_from_user(kernel, (void *)0xffff000000000000ul, 8), 8);
	assert_int_equal(copy_from_user(kernel, (void *)0xfffffff00000ul, 8), 8);
	assert_int_equal(copy_to_user((char *)osim_version(), kernel, 1), 1);
	assert_int_equal(clear_user(END - 10, 20), 10);
	assert_string_equal(found(), "none");
	assert_int_equal(copy_from_user(kernel, user, ~0ul), ~0ul);
	assert_string_equal(found(), "kernel.warn");
}

static void copy_user_of_memory_that_is_not_there_says_how_much_is_left(void **state)
{
	(void)state;
	in_thread(copy_far);
}

static void get_and_put(void)
{
	u64 wide = 0;
	u32 narrow = 1;

	memset(user, 0xff, 16);
	assert_int_equal(put_user(0x123456789ull, (u64 *)user), 0);
	assert_int_equal(get_user(wide, (u64 *)user), 0);
	assert_int_equal(wide, 0x123456789ull);
	assert_int_equal(put_user(7, (u32 *)user), 0);
	assert_int_equal(get_user(narrow, (u32 *)user), 0);
	assert_int_equal(narrow, 7);
	assert_int_equal(((u8 *)user)[4], 1);
	assert_int_equal(get_user(narrow, (u32 *)END), -EFAULT);
	assert_int_equal(narrow, 0);
	assert_int_equal(put_user(7, (u32 *)END), -EFAULT);
}

static void get_user_and_put_user_take_the_pointer_s_size(void **state)
{
	(void)state;
	in_thread(get_and_put);
}

static void copy_with_fault(void)
{
	char kernel[8] = "1234567";

	fail_nth(OSIM_FAULT_COPY, 2, -EFAULT);
	assert_int_equal(copy_to_user(user, kernel, 8), 0);
	assert_int_equal(copy_from_user(kernel, user, 8), 8);
	assert_int_equal(kernel[0], 0);
	fail_nth(OSIM_FAULT_COPY, 1, -EFAULT);
	assert_int_equal(put_user(7, (u32 *)user), -EFAULT);
	assert_int_equal(fixture_fault.asked, 1);
}

static void copy_user_that_is_told_to_fail_copies_nothing(void **state)
{
	(void)state;
	in_thread(copy_with_fault);
}

static void strings(void)
{
	char kernel[8], *dup;

	memcpy(user, "hello", 6);
	memcpy(END - 3, "abc", 3);
	assert_int_equal(strnlen_user(user, 100), 6);
	assert_int_equal(strnlen_user(user, 3), 4);
	assert_int_equal(strnlen_user(END - 3, 100), 0);
	assert_int_equal(strncpy_from_user(kernel, user, 8), 5);
	assert_string_equal(kernel, "hello");
	assert_int_equal(strncpy_from_user(kernel, user, 3), 3);
	assert_int_equal(strncpy_from_user(kernel, END - 3, 8), -EFAULT);
	dup = strndup_user(user, 100);
	assert_string_equal(dup, "hello");
	kfree(dup);
	assert_int_equal(PTR_ERR(strndup_user(user, 3)), -EINVAL);
	assert_int_equal(PTR_ERR(memdup_user(END - 3, 8)), -EFAULT);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_ALLOC), 0);
}

static void strings_of_programs_end_where_they_end(void **state)
{
	(void)state;
	in_thread(strings);
}

static void structs(void)
{
	u32 kernel[2] = {9, 9};

	memset(user, 0, 16);
	user[0] = 5;
	assert_int_equal(copy_struct_from_user(kernel, sizeof(kernel), user, 4), 0);
	assert_int_equal(kernel[0], 5);
	assert_int_equal(kernel[1], 0);
	assert_int_equal(copy_struct_from_user(kernel, sizeof(kernel), user, 16), 0);
	user[15] = 1;
	assert_int_equal(copy_struct_from_user(kernel, sizeof(kernel), user, 16), -E2BIG);
}

static void copy_struct_from_user_takes_other_sizes(void **state)
{
	(void)state;
	in_thread(structs);
}

static void every_program_is_root_and_in_its_group_only(void **state)
{
	(void)state;
	assert_int_equal(current_euid().val, 0);
	assert_true(in_egroup_p(make_kgid(current_user_ns(), 0)));
	assert_false(in_egroup_p(make_kgid(current_user_ns(), 5)));
	assert_false(gid_valid(INVALID_GID));
}

#define USER_TEST(fn) cmocka_unit_test_setup_teardown(fn, hide, show)

int main(void)
{
	const struct CMUnitTest tests[] = {
		USER_TEST(access_ok_refuses_what_wraps_or_is_not_a_program_s),
		USER_TEST(copy_user_copies_both_ways),
		USER_TEST(copy_user_of_memory_that_is_not_there_says_how_much_is_left),
		USER_TEST(get_user_and_put_user_take_the_pointer_s_size),
		USER_TEST(copy_user_that_is_told_to_fail_copies_nothing),
		USER_TEST(strings_of_programs_end_where_they_end),
		USER_TEST(copy_struct_from_user_takes_other_sizes),
		USER_TEST(every_program_is_root_and_in_its_group_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
