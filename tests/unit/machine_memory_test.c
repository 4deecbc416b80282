/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "machine/machine.h"

#define PAGE	  ((size_t)OSIM__PAGE_BYTES)
#define REGION_PA 0x42000000ull

static int setup(void **state)
{
	const struct osim_options options = {.size = sizeof(options), .no_secure = true};
	struct osim_machine *m = NULL;

	assert_int_equal(osim_machine_new(&options, &m), 0);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	osim_machine_free(*state);
	return 0;
}

static void page_of_the_normal_world_is_seen_by_the_secure_world(void **state)
{
	struct osim_machine *m = *state;
	unsigned char *va = osim_mem_alloc(m, 2 * PAGE);
	uint64_t pa = osim_mem_pa(m, va);
	char text[6] = "";

	assert_non_null(va);
	assert_int_equal((uintptr_t)va % PAGE, 0);
	assert_int_equal(va[0] | va[2 * PAGE - 1], 0);
	assert_int_not_equal(pa, (uint64_t)(uintptr_t)va);
	/* Across the border of the two pages. */
	assert_int_equal(osim_mem_write(m, pa + PAGE - 3, "hello", 6), 0);
	assert_memory_equal(va + PAGE - 3, "hello", 6);
	assert_int_equal(osim_mem_read(m, pa + PAGE - 3, text, 6), 0);
	assert_string_equal(text, "hello");
	osim_mem_free(m, va, 2 * PAGE);
}

static void memory_beyond_what_is_owned_is_refused_and_not_touched(void **state)
{
	struct osim_machine *m = *state;
	unsigned char *va = osim_mem_alloc(m, PAGE);
	uint64_t pa = osim_mem_pa(m, va);
	char text[8] = "before";

	assert_int_equal(osim_mem_read(m, pa + PAGE - 4, text, 8), -EFAULT);
	assert_string_equal(text, "before");
	assert_int_equal(osim_mem_write(m, pa + PAGE - 4, "xxxxxxxx", 8), -EFAULT);
	assert_int_equal(va[PAGE - 4], 0);
	assert_int_equal(osim_mem_read(m, pa - 1, text, 1), -EFAULT);
	osim_mem_free(m, va, PAGE);
}

static void virtual_address_given_as_physical_is_refused(void **state)
{
	struct osim_machine *m = *state;
	unsigned char *va = osim_mem_alloc(m, PAGE);
	char byte;

	assert_int_equal(osim_mem_read(m, (uint64_t)(uintptr_t)va, &byte, 1), -EFAULT);
	osim_mem_free(m, va, PAGE);
}

static void addresses_at_the_ends_are_refused(void **state)
{
	struct osim_machine *m = *state;
	const uint64_t nowhere[] = {0,
				    8,
				    OSIM__PA_OFFSET - 1,
				    OSIM__PA_OFFSET,
				    OSIM__PA_OFFSET + 8,
				    OSIM__PA_OFFSET + PAGE,
				    UINT64_MAX,
				    UINT64_MAX - PAGE};
	unsigned char *va = osim_mem_alloc(m, PAGE);
	char bytes[16];

	for (size_t i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
		assert_int_equal(osim_mem_read(m, nowhere[i], bytes, 1), -EFAULT);
		assert_int_equal(osim_mem_read(m, nowhere[i], bytes, 16), -EFAULT);
		assert_int_equal(osim_mem_write(m, nowhere[i], bytes, 1), -EFAULT);
		assert_null(osim__mem_secure(m, nowhere[i], 1, false));
	}
	assert_null(osim__mem_secure(m, osim_mem_pa(m, va), SIZE_MAX, false));
	osim_mem_free(m, va, PAGE);
}

static void access_of_no_bytes_makes_nothing_owned(void **state)
{
	struct osim_machine *m = *state;
	unsigned char *va = osim_mem_alloc(m, PAGE);
	uint64_t pa = osim_mem_pa(m, va) + 64 * PAGE;
	char byte = 0;

	assert_int_equal(osim_mem_write(m, pa, &byte, 0), 0);
	assert_int_equal(osim_mem_read(m, pa, &byte, 0), 0);
	assert_null(osim__mem_secure(m, pa, 0, false));
	assert_int_equal(osim_mem_read(m, pa, &byte, 1), -EFAULT);
	osim_mem_free(m, va, PAGE);
}

/* Pinned memory, because a sanitizer would rightly end the program where heap pages are touched. */
static void page_that_was_given_back_is_refused_and_told_as_a_finding(void **state)
{
	struct osim_machine *m = *state;
	static unsigned char user[2 * OSIM__PAGE_BYTES];
	uint64_t pa = osim_mem_pa(m, user);
	char byte;

	assert_int_equal(osim_mem_read(m, pa, &byte, 1), -EFAULT);
	assert_int_equal(osim_finding_count(m), 0);
	assert_int_equal(osim__mem_pin(m, user, 1), 0);
	assert_int_equal(osim_mem_read(m, pa, &byte, 1), 0);
	osim__mem_unpin(m, user, 1);
	assert_int_equal(osim_mem_read(m, pa, &byte, 1), -EFAULT);
	assert_int_equal(osim_finding_count(m), 1);
	assert_string_equal(osim_finding_get(m, 0)->id, "memory.freed-page");
}

static void pin_shares_foreign_memory_until_the_last_unpin(void **state)
{
	struct osim_machine *m = *state;
	static unsigned char user[3 * OSIM__PAGE_BYTES];
	uint64_t pa = osim__mem_pa(m, user);
	char byte = 7;

	assert_false(osim__mem_owned(m, user));
	assert_int_equal(osim__mem_pin(m, user, sizeof(user)), 0);
	assert_int_equal(osim__mem_pin(m, user, 1), 0);
	assert_true(osim__mem_owned(m, user));
	assert_int_equal(osim_mem_write(m, pa + sizeof(user) - 1, &byte, 1), 0);
	assert_int_equal(user[sizeof(user) - 1], 7);
	osim__mem_unpin(m, user, sizeof(user));
	assert_true(osim__mem_owned(m, user));
	assert_false(osim__mem_owned(m, user + 2 * PAGE));
	osim__mem_unpin(m, user, 1);
	assert_false(osim__mem_owned(m, user));
	assert_int_equal(osim_mem_write(m, pa, &byte, 1), -EFAULT);
}

static void pages_in_any_number_and_order_stay_known(void **state)
{
	enum { COUNT = 3000 };
	struct osim_machine *m = *state;
	static unsigned char *va[COUNT];
	uint32_t pick = 1;

	for (unsigned int i = 0; i < COUNT; i++) {
		va[i] = osim_mem_alloc(m, PAGE);
		assert_non_null(va[i]);
	}
	/* Half of them away in no particular order: the table closes its gaps. */
	for (unsigned int n = 0; n < COUNT / 2; n++) {
		do
			pick = pick * 1664525 + 1013904223;
		while (!va[pick % COUNT]);
		osim_mem_free(m, va[pick % COUNT], PAGE);
		va[pick % COUNT] = NULL;
	}
	for (unsigned int i = 0; i < COUNT; i++)
		if (va[i])
			assert_true(osim__mem_owned(m, va[i]));
	for (unsigned int i = 0; i < COUNT; i++)
		osim_mem_free(m, va[i], PAGE);
	assert_int_equal(m->pages.used, 0);
}

static void region_is_memory_at_an_address_of_the_callers_choice(void **state)
{
	struct osim_machine *m = *state;
	static unsigned char host[OSIM__PAGE_BYTES];
	char text[4] = "";

	assert_int_equal(osim_mem_map(m, REGION_PA, PAGE, host, OSIM_REGION_SHM), 0);
	assert_int_equal(osim_mem_map(m, REGION_PA + PAGE, PAGE, NULL, OSIM_REGION_RAM), 0);
	assert_int_equal(osim_mem_write(m, REGION_PA + PAGE - 4, "shm", 4), 0);
	assert_memory_equal(host + PAGE - 4, "shm", 4);
	assert_int_equal(osim_mem_pa(m, host + 5), REGION_PA + 5);
	assert_int_equal(osim_mem_read(m, REGION_PA + PAGE, text, 4), 0);
	assert_int_equal(text[0] | text[3], 0);
	assert_int_equal(osim__mem_region(m, REGION_PA + PAGE - 1), OSIM_REGION_SHM);
	assert_int_equal(osim__mem_region(m, REGION_PA + 2 * PAGE), -1);
	/* Two regions side by side are not one. */
	assert_int_equal(osim_mem_read(m, REGION_PA + PAGE - 2, text, 4), -EFAULT);
	assert_int_equal(osim_mem_read(m, REGION_PA + 2 * PAGE, text, 1), -EFAULT);
}

static void region_of_secure_memory_is_not_the_normal_worlds_to_name(void **state)
{
	struct osim_machine *m = *state;
	char byte;

	assert_int_equal(osim_mem_map(m, REGION_PA, PAGE, NULL, OSIM_REGION_SECURE), 0);
	assert_int_equal(osim_mem_read(m, REGION_PA, &byte, 1), -EFAULT);
	assert_int_equal(osim__mem_region(m, REGION_PA), OSIM_REGION_SECURE);
}

static void region_that_does_not_fit_is_refused_with_its_address(void **state)
{
	struct osim_machine *m = *state;

	assert_int_equal(osim_mem_map(m, REGION_PA, 2 * PAGE, NULL, OSIM_REGION_RAM), 0);
	assert_int_equal(osim_mem_map(m, REGION_PA + PAGE, PAGE, NULL, OSIM_REGION_RAM), -EEXIST);
	assert_non_null(strstr(osim_last_error(), "0x42000000"));
	assert_int_equal(osim_mem_map(m, REGION_PA - PAGE, 2 * PAGE, NULL, OSIM_REGION_RAM),
			 -EEXIST);
	assert_int_equal(osim_mem_map(m, REGION_PA + 1, PAGE, NULL, OSIM_REGION_RAM), -EINVAL);
	assert_int_equal(osim_mem_map(m, 0x1000, PAGE - 1, NULL, OSIM_REGION_RAM), -EINVAL);
	assert_int_equal(osim_mem_map(m, 0x1000, 0, NULL, OSIM_REGION_RAM), -EINVAL);
	assert_int_equal(osim_mem_map(m, UINT64_MAX - PAGE + 1, 2 * PAGE, NULL, OSIM_REGION_RAM),
			 -EINVAL);
	assert_int_equal(osim_mem_map(m, OSIM__PA_OFFSET, PAGE, NULL, OSIM_REGION_RAM), -EEXIST);
	assert_int_equal(osim_mem_map(m, OSIM__PA_OFFSET - PAGE, 2 * PAGE, NULL, OSIM_REGION_RAM),
			 -EEXIST);
}

static void allocation_of_no_bytes_or_too_many_gives_nothing(void **state)
{
	struct osim_machine *m = *state;

	assert_null(osim_mem_alloc(m, 0));
	assert_null(osim_mem_alloc(m, SIZE_MAX));
	osim_mem_free(m, NULL, PAGE);
	assert_int_equal(m->pages.used, 0);
}

static void physical_and_virtual_address_lead_to_each_other(void **state)
{
	struct osim_machine *m = *state;
	unsigned char *va = osim_mem_alloc(m, PAGE);

	assert_int_equal(osim_mem_map(m, REGION_PA, PAGE, NULL, OSIM_REGION_RAM), 0);
	assert_ptr_equal(osim__mem_va(m, osim__mem_pa(m, va + 9)), va + 9);
	assert_int_equal(osim__mem_pa(m, osim__mem_va(m, REGION_PA + 9)), REGION_PA + 9);
	assert_null(osim__mem_va(m, 0x1000));
	osim_mem_free(m, va, PAGE);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(page_of_the_normal_world_is_seen_by_the_secure_world),
		CASE(memory_beyond_what_is_owned_is_refused_and_not_touched),
		CASE(virtual_address_given_as_physical_is_refused),
		CASE(addresses_at_the_ends_are_refused),
		CASE(access_of_no_bytes_makes_nothing_owned),
		CASE(page_that_was_given_back_is_refused_and_told_as_a_finding),
		CASE(pin_shares_foreign_memory_until_the_last_unpin),
		CASE(pages_in_any_number_and_order_stay_known),
		CASE(region_is_memory_at_an_address_of_the_callers_choice),
		CASE(region_of_secure_memory_is_not_the_normal_worlds_to_name),
		CASE(region_that_does_not_fit_is_refused_with_its_address),
		CASE(allocation_of_no_bytes_or_too_many_gives_nothing),
		CASE(physical_and_virtual_address_lead_to_each_other),
	};

	return cmocka_run_group_tests_name("machine.memory", tests, NULL, NULL);
}
