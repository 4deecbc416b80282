/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

#include <linux/mm.h>
#include <linux/poison.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

static void kmalloc_of_nothing_is_the_zero_size_pointer(void **state)
{
	(void)state;
	assert_ptr_equal(kmalloc(0, GFP_ATOMIC), ZERO_SIZE_PTR);
	assert_ptr_equal(kcalloc(0, 8, GFP_ATOMIC), ZERO_SIZE_PTR);
	assert_ptr_equal(bitmap_zalloc(0, GFP_ATOMIC), ZERO_SIZE_PTR);
	kfree(ZERO_SIZE_PTR);
	kfree(NULL);
	assert_string_equal(found(), "none");
}

static void kmalloc_of_a_size_is_filled_with_a_pattern_and_kzalloc_with_zeros(void **state)
{
	unsigned char *p = kmalloc(100, GFP_ATOMIC), *z = kzalloc(100, GFP_ATOMIC);

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(p[i], POISON_INUSE);
		assert_int_equal(z[i], 0);
	}
	kfree(p);
	kfree(z);
}

static void kmalloc_above_its_limit_fails_without_a_finding_where_that_is_expected(void **state)
{
	void *p = kmalloc(KMALLOC_MAX_SIZE, GFP_ATOMIC);

	(void)state;
	assert_non_null(p);
	kfree(p);
	assert_null(kmalloc(KMALLOC_MAX_SIZE + 1, GFP_ATOMIC | __GFP_NOWARN));
	assert_null(bitmap_zalloc(0xffffffffu, GFP_ATOMIC | __GFP_NOWARN));
	assert_null(kmalloc_array(SIZE_MAX / 2, 4, GFP_ATOMIC));
	assert_string_equal(found(), "none");
}

static void kmalloc_above_its_limit_is_a_warning(void **state)
{
	(void)state;
	assert_null(kmalloc(KMALLOC_MAX_SIZE + 1, GFP_ATOMIC));
	assert_string_equal(found(), "kernel.warn");
}

static void kmalloc_of_a_power_of_two_is_aligned_to_it(void **state)
{
	(void)state;
	for (size_t size = 8; size <= 8192; size *= 2) {
		void *p = kmalloc(size, GFP_ATOMIC);

		assert_int_equal((uintptr_t)p % (size < 4096 ? size : 4096), 0);
		kfree(p);
	}
}

static void kmalloc_is_counted_with_its_size_and_site(void **state)
{
	void *p = kmalloc(33, GFP_ATOMIC);
	const struct osim__live_node *n = osim__live_find(m, p);

	(void)state;
	assert_non_null(n);
	assert_int_equal(n->bytes, 33);
	assert_string_equal(n->site->func, __func__);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_ALLOC), 1);
	assert_int_equal(ksize(p), 33);
	kfree(p);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_ALLOC), 0);
}

static void kmalloc_that_is_told_to_fail_gives_null(void **state)
{
	void *p;

	(void)state;
	fail_nth(OSIM_FAULT_ALLOC, 2, -ENOMEM);
	p = kmalloc(8, GFP_ATOMIC);
	assert_non_null(p);
	assert_null(kzalloc(8, GFP_ATOMIC));
	kfree(p);
}

static void sleep_in_atomic(void)
{
	DEFINE_SPINLOCK(lock);

	kfree(kmalloc(8, GFP_KERNEL));
	spin_lock(&lock);
	kfree(kmalloc(8, GFP_ATOMIC));
	assert_string_equal(found(), "none");
	kfree(kmalloc(8, GFP_KERNEL));
	spin_unlock(&lock);
}

static void kmalloc_that_may_sleep_under_a_spinlock_is_a_finding(void **state)
{
	(void)state;
	in_thread(sleep_in_atomic);
	assert_string_equal(found(), "kernel.sleep-in-atomic");
}

static void kfree_twice_is_a_finding(void **state)
{
	char *p = kmalloc(8, GFP_ATOMIC), *local = p;

	(void)state;
	kfree(p);
	assert_string_equal(found(), "none");
	/* An address that is no allocation stands for one that was. */
	kfree(&local);
	assert_string_equal(found(), "kernel.bad-free");
}

static void kfree_of_the_middle_names_the_allocation(void **state)
{
	char *p = kmalloc(64, GFP_ATOMIC);

	(void)state;
	kfree(p + 16);
	assert_string_equal(found(), "kernel.bad-free");
	assert_non_null(strstr(osim_finding_get(m, 0)->text, "16 bytes into an allocation"));
	assert_int_equal(ksize(p), 64);
	kfree(p);
}

static void krealloc_keeps_what_fits(void **state)
{
	char *p = krealloc(NULL, 4, GFP_ATOMIC), *q;

	(void)state;
	memcpy(p, "abc", 4);
	p = krealloc(p, 100, GFP_ATOMIC);
	assert_string_equal(p, "abc");
	fail_nth(OSIM_FAULT_ALLOC, 1, -ENOMEM);
	q = krealloc(p, 200, GFP_ATOMIC);
	assert_null(q);
	assert_string_equal(p, "abc");
	p = krealloc(p, 2, GFP_ATOMIC);
	assert_memory_equal(p, "ab", 2);
	assert_ptr_equal(krealloc(p, 0, GFP_ATOMIC), ZERO_SIZE_PTR);
}

static void kvmalloc_goes_beyond_the_limit_of_kmalloc(void **state)
{
	void *p;

	(void)state;
	p = kvmalloc(KMALLOC_MAX_SIZE + 1, GFP_ATOMIC);
	assert_non_null(p);
	assert_true(is_vmalloc_addr(p));
	kvfree(p);
	p = kvmalloc(KMALLOC_MAX_SIZE, GFP_ATOMIC);
	assert_false(is_vmalloc_addr(p));
	kvfree(p);
}

static void count_made(void *obj)
{
	*(int *)obj = 7;
}

static void kmem_cache_objects_are_constructed_and_counted(void **state)
{
	struct kmem_cache *cache = osim__k_kmem_cache_create(16, count_made, OSIM__SITE);
	int *obj = kmem_cache_alloc(cache, GFP_ATOMIC);

	(void)state;
	assert_int_equal(*obj, 7);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_ALLOC), 2);
	kmem_cache_free(cache, obj);
	kmem_cache_destroy(cache);
}

static void copies_are_complete(void **state)
{
	char *dup = kmemdup("abcd", 5, GFP_ATOMIC), *str = kstrdup("xyz", GFP_ATOMIC);
	char *part = kstrndup("abcdef", 3, GFP_ATOMIC),
	     *text = kasprintf(GFP_ATOMIC, "%d-%s", 5, "a");

	(void)state;
	assert_string_equal(dup, "abcd");
	assert_string_equal(str, "xyz");
	assert_string_equal(part, "abc");
	assert_string_equal(text, "5-a");
	assert_int_equal(ksize(part), 4);
	assert_int_equal(ksize(text), 4);
	assert_null(kstrdup(NULL, GFP_ATOMIC));
	kfree(dup);
	kfree(str);
	kfree(part);
	kfree(text);
}

static void typed_allocation_takes_the_type_s_size(void **state)
{
	struct pair {
		int a, b;
	} *p = kzalloc_obj(*p, GFP_ATOMIC), *q = kmalloc_objs(*q, 3, GFP_ATOMIC);

	(void)state;
	assert_int_equal(ksize(p), sizeof(struct pair));
	assert_int_equal(ksize(q), 3 * sizeof(struct pair));
	kfree(p);
	kfree(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(kmalloc_of_nothing_is_the_zero_size_pointer),
		FIXTURE_TEST(kmalloc_of_a_size_is_filled_with_a_pattern_and_kzalloc_with_zeros),
		FIXTURE_TEST(
			kmalloc_above_its_limit_fails_without_a_finding_where_that_is_expected),
		FIXTURE_TEST(kmalloc_above_its_limit_is_a_warning),
		FIXTURE_TEST(kmalloc_of_a_power_of_two_is_aligned_to_it),
		FIXTURE_TEST(kmalloc_is_counted_with_its_size_and_site),
		FIXTURE_TEST(kmalloc_that_is_told_to_fail_gives_null),
		FIXTURE_TEST(kmalloc_that_may_sleep_under_a_spinlock_is_a_finding),
		FIXTURE_TEST(kfree_twice_is_a_finding),
		FIXTURE_TEST(kfree_of_the_middle_names_the_allocation),
		FIXTURE_TEST(krealloc_keeps_what_fits),
		FIXTURE_TEST(kvmalloc_goes_beyond_the_limit_of_kmalloc),
		FIXTURE_TEST(kmem_cache_objects_are_constructed_and_counted),
		FIXTURE_TEST(copies_are_complete),
		FIXTURE_TEST(typed_allocation_takes_the_type_s_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
