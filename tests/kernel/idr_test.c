/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

#include <linux/err.h>
#include <linux/idr.h>
#include <linux/string.h>
#include <linux/xarray.h>

static int things[64];

static void idr_alloc_gives_the_lowest_free_id(void **state)
{
	DEFINE_IDR(idr);

	(void)state;
	assert_int_equal(idr_alloc(&idr, &things[1], 1, 0, GFP_ATOMIC), 1);
	assert_int_equal(idr_alloc(&idr, &things[2], 1, 0, GFP_ATOMIC), 2);
	assert_int_equal(idr_alloc(&idr, &things[3], 1, 0, GFP_ATOMIC), 3);
	assert_int_equal(idr_alloc(&idr, &things[0], 0, 0, GFP_ATOMIC), 0);
	assert_int_equal(idr_alloc(&idr, &things[9], 9, 0, GFP_ATOMIC), 9);
	assert_ptr_equal(idr_remove(&idr, 2), &things[2]);
	assert_null(idr_remove(&idr, 2));
	assert_int_equal(idr_alloc(&idr, &things[7], 0, 0, GFP_ATOMIC), 2);
	assert_int_equal(idr_alloc(&idr, &things[4], 0, 0, GFP_ATOMIC), 4);
	assert_ptr_equal(idr_find(&idr, 9), &things[9]);
	assert_ptr_equal(idr_find(&idr, 2), &things[7]);
	assert_null(idr_find(&idr, 5));
	assert_null(idr_find(&idr, (unsigned long)-1));
	idr_destroy(&idr);
	assert_true(idr_is_empty(&idr));
}

static void idr_alloc_out_of_range_fails(void **state)
{
	DEFINE_IDR(idr);

	(void)state;
	assert_int_equal(idr_alloc(&idr, things, 3, 5, GFP_ATOMIC), 3);
	assert_int_equal(idr_alloc(&idr, things, 3, 5, GFP_ATOMIC), 4);
	assert_int_equal(idr_alloc(&idr, things, 3, 5, GFP_ATOMIC), -ENOSPC);
	assert_int_equal(idr_alloc(&idr, things, -1, 5, GFP_ATOMIC), -EINVAL);
	assert_int_equal(idr_alloc(&idr, things, INT_MAX, 0, GFP_ATOMIC), INT_MAX);
	assert_int_equal(idr_alloc(&idr, things, INT_MAX, 0, GFP_ATOMIC), -ENOSPC);
	idr_destroy(&idr);
	fail_nth(OSIM_FAULT_ALLOC, 1, -ENOMEM);
	assert_int_equal(idr_alloc(&idr, things, 3, 5, GFP_ATOMIC), -ENOMEM);
	assert_true(idr_is_empty(&idr));
}

static void idr_without_entries_holds_no_memory(void **state)
{
	DEFINE_IDR(idr);

	(void)state;
	idr_alloc(&idr, things, 1, 0, GFP_ATOMIC);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_ALLOC), 1);
	idr_remove(&idr, 1);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_ALLOC), 0);
}

static void idr_entry_of_null_reserves_the_id(void **state)
{
	DEFINE_IDR(idr);
	void *entry;
	int id, seen = 0;

	(void)state;
	assert_int_equal(idr_alloc(&idr, NULL, 1, 0, GFP_ATOMIC), 1);
	assert_int_equal(idr_alloc(&idr, &things[2], 1, 0, GFP_ATOMIC), 2);
	assert_null(idr_find(&idr, 1));
	idr_for_each_entry (&idr, entry, id) {
		assert_int_equal(id, 2);
		seen++;
	}
	assert_int_equal(seen, 1);
	assert_null(idr_replace(&idr, &things[1], 1));
	assert_ptr_equal(idr_find(&idr, 1), &things[1]);
	assert_int_equal(PTR_ERR(idr_replace(&idr, things, 3)), -ENOENT);
	idr_destroy(&idr);
}

static void idr_for_each_entry_survives_removal(void **state)
{
	DEFINE_IDR(idr);
	int *entry;
	int id, seen = 0;

	(void)state;
	for (int i = 0; i < 64; i++)
		assert_int_equal(idr_alloc(&idr, &things[i], 0, 0, GFP_ATOMIC), i);
	idr_for_each_entry (&idr, entry, id) {
		assert_ptr_equal(entry, &things[id]);
		assert_ptr_equal(idr_remove(&idr, (unsigned long)id), entry);
		seen++;
	}
	assert_int_equal(seen, 64);
	assert_true(idr_is_empty(&idr));
}

static void idr_alloc_cyclic_goes_on_after_the_last(void **state)
{
	DEFINE_IDR(idr);

	(void)state;
	assert_int_equal(idr_alloc_cyclic(&idr, things, 0, 3, GFP_ATOMIC), 0);
	idr_remove(&idr, 0);
	assert_int_equal(idr_alloc_cyclic(&idr, things, 0, 3, GFP_ATOMIC), 1);
	assert_int_equal(idr_alloc_cyclic(&idr, things, 0, 3, GFP_ATOMIC), 2);
	assert_int_equal(idr_alloc_cyclic(&idr, things, 0, 3, GFP_ATOMIC), 0);
	assert_int_equal(idr_alloc_cyclic(&idr, things, 0, 3, GFP_ATOMIC), -ENOSPC);
	idr_destroy(&idr);
}

static void ida_gives_numbers_back(void **state)
{
	DEFINE_IDA(ida);

	(void)state;
	assert_int_equal(ida_alloc(&ida, GFP_ATOMIC), 0);
	assert_int_equal(ida_alloc(&ida, GFP_ATOMIC), 1);
	ida_free(&ida, 0);
	assert_int_equal(ida_alloc_max(&ida, 0, GFP_ATOMIC), 0);
	assert_int_equal(ida_alloc_max(&ida, 1, GFP_ATOMIC), -ENOSPC);
	ida_destroy(&ida);
}

static void xarray_stores_and_allocates(void **state)
{
	DEFINE_XARRAY_ALLOC(xa);
	unsigned long index;
	void *entry;
	u32 id = 99;
	int seen = 0;

	(void)state;
	assert_null(xa_store(&xa, 5, &things[5], GFP_ATOMIC));
	assert_ptr_equal(xa_store(&xa, 5, &things[6], GFP_ATOMIC), &things[5]);
	assert_int_equal(xa_insert(&xa, 5, &things[5], GFP_ATOMIC), -EBUSY);
	assert_int_equal(xa_alloc(&xa, &id, &things[1], XA_LIMIT(5, 6), GFP_ATOMIC), 0);
	assert_int_equal(id, 6);
	assert_int_equal(xa_alloc(&xa, &id, &things[1], XA_LIMIT(5, 6), GFP_ATOMIC), -EBUSY);
	assert_int_equal(xa_reserve(&xa, 7, GFP_ATOMIC), 0);
	assert_null(xa_load(&xa, 7));
	xa_for_each(&xa, index, entry)
	{
		assert_ptr_equal(entry, xa_load(&xa, index));
		seen++;
	}
	assert_int_equal(seen, 2);
	xa_release(&xa, 7);
	assert_ptr_equal(xa_erase(&xa, 5), &things[6]);
	assert_int_equal(xa_err(xa_store(&xa, ~0ul, things, GFP_ATOMIC)), -EINVAL);
	assert_false(xa_empty(&xa));
	xa_destroy(&xa);
	assert_true(xa_empty(&xa));
}

/* --- what locks itself, from several threads at once --- */

#define TAKERS 4
#define EACH   6

static struct ida shared_ida;
static struct xarray shared_xa;
static unsigned int taken[TAKERS * EACH], stored, inserted;

static void taker(void)
{
	u32 index = 0;

	for (int i = 0; i < EACH; i++) {
		int id = ida_alloc(&shared_ida, GFP_KERNEL);

		assert_in_range(id, 0, TAKERS * EACH - 1);
		taken[id]++;
		assert_int_equal(xa_alloc(&shared_xa, &index, &things[i], xa_limit_31b, GFP_KERNEL),
				 0);
		assert_ptr_equal(xa_load(&shared_xa, index), &things[i]);
		/* One of them finds nothing there. */
		stored += !xa_store(&shared_xa, 100 + (unsigned long)i, &things[i], GFP_KERNEL);
		inserted += !xa_insert(&shared_xa, 200 + (unsigned long)i, &things[i], GFP_KERNEL);
		assert_int_equal(xa_reserve(&shared_xa, 200 + (unsigned long)i, GFP_KERNEL), 0);
		assert_ptr_equal(xa_load(&shared_xa, 200 + (unsigned long)i), &things[i]);
	}
}

static void take_with(uint64_t seed)
{
	struct osim_chooser_seeded seeded;

	m->sched.slow |= OSIM__SLOW_CHOOSER;
	m->sched.chooser = osim_chooser_seeded(&seeded, seed);
	ida_init(&shared_ida);
	xa_init_flags(&shared_xa, XA_FLAGS_ALLOC);
	memset(taken, 0, sizeof(taken));
	stored = inserted = 0;
	for (int i = 0; i < TAKERS; i++)
		osim_spawn(m, "taker", fixture_call, (void *)taker, -1, NULL);
	assert_int_equal(osim_run(m), 0);
	for (int i = 0; i < TAKERS * EACH; i++)
		assert_int_equal(taken[i], 1);
	assert_int_equal(stored, EACH);
	assert_int_equal(inserted, EACH);
	ida_destroy(&shared_ida);
	xa_destroy(&shared_xa);
}

static void ida_and_xarray_used_by_several_threads_stay_whole(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 64; seed++)
		take_with(seed);
	assert_string_equal(found(), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(idr_alloc_gives_the_lowest_free_id),
		FIXTURE_TEST(idr_alloc_out_of_range_fails),
		FIXTURE_TEST(idr_without_entries_holds_no_memory),
		FIXTURE_TEST(idr_entry_of_null_reserves_the_id),
		FIXTURE_TEST(idr_for_each_entry_survives_removal),
		FIXTURE_TEST(idr_alloc_cyclic_goes_on_after_the_last),
		FIXTURE_TEST(ida_gives_numbers_back),
		FIXTURE_TEST(xarray_stores_and_allocates),
		FIXTURE_TEST(ida_and_xarray_used_by_several_threads_stay_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
