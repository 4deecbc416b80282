/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

#include <crypto/hash.h>
#include <crypto/sha1.h>
#include <linux/bitmap.h>
#include <linux/genalloc.h>
#include <linux/i2c.h>
#include <linux/kernel.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/overflow.h>
#include <linux/refcount.h>
#include <linux/string.h>
#include <optee_sim/peripheral.h>
#include <osim/rpmb.h>

/* --- what headers do alone --- */

static void is_enabled_follows_the_configuration(void **state)
{
	(void)state;
#if IS_ENABLED(CONFIG_SURELY_NOT) || IS_REACHABLE(CONFIG_SURELY_NOT) || !IS_ENABLED(CONFIG_SMP)
#error "IS_ENABLED in the preprocessor"
#endif
#define CONFIG_OF_A_TEST_MODULE 1
	assert_int_equal(IS_ENABLED(CONFIG_OF_A_TEST), 1);
	assert_int_equal(IS_BUILTIN(CONFIG_OF_A_TEST), 0);
	assert_int_equal(IS_REACHABLE(CONFIG_ARM64), 1);
	assert_int_equal(IS_ENABLED(CONFIG_SURELY_NOT), 0);
}

static void arithmetic_macros_round_as_the_kernel_s(void **state)
{
	u64 big = 0x100000001ull;

	(void)state;
	assert_int_equal(roundup(10, 4), 12);
	assert_int_equal(rounddown(11ul, 4ul), 8);
	assert_int_equal(round_up(9, 8), 16);
	assert_int_equal(round_down(big, 4096), 0x100000000ull);
	assert_int_equal(DIV_ROUND_UP(9, 4), 3);
	assert_int_equal(GENMASK(7, 4), 0xf0);
	assert_int_equal(GENMASK(63, 0), ~0ul);
	assert_int_equal(size_mul(SIZE_MAX / 2, 3), SIZE_MAX);
	assert_int_equal(size_add(SIZE_MAX, 1), SIZE_MAX);
	assert_int_equal(size_mul(3, 4), 12);
	assert_int_equal(size_sub(3, 4), SIZE_MAX);
	assert_int_equal(max_t(size_t, 8, 512), 512);
	assert_int_equal(min(3, 4), 3);
	assert_int_equal(clamp(9, 1, 5), 5);
	assert_int_equal(ALIGN(5000ul, 4096), 8192);
	assert_int_equal(ilog2(4096), 12);
	assert_int_equal(upper_32_bits(big), 1);
	assert_int_equal(BITS_TO_LONGS(0xffffffffu), 0x4000000);
}

struct item {
	int n;
	struct list_head node;
};

static int sum(struct list_head *list)
{
	struct item *i;
	int digits = 0;

	list_for_each_entry (i, list, node)
		digits = digits * 10 + i->n;
	return digits;
}

static void lists_keep_their_order(void **state)
{
	struct item a = {.n = 1}, b = {.n = 2}, c = {.n = 3}, *i, *next;
	LIST_HEAD(list);
	LIST_HEAD(other);

	(void)state;
	assert_true(list_empty(&list));
	list_add(&b.node, &list);
	list_add(&a.node, &list);
	list_add_tail(&c.node, &list);
	assert_int_equal(sum(&list), 123);
	assert_int_equal(list_first_entry(&list, struct item, node)->n, 1);
	list_move_tail(&a.node, &list);
	assert_int_equal(sum(&list), 231);
	list_for_each_entry_safe (i, next, &list, node)
		if (i->n == 3)
			list_del(&i->node);
	assert_int_equal(sum(&list), 21);
	assert_ptr_equal(c.node.next, LIST_POISON1);
	list_add(&c.node, &other);
	list_splice_init(&list, &other);
	assert_int_equal(sum(&other), 213);
	assert_true(list_empty(&list));
	assert_null(list_first_entry_or_null(&list, struct item, node));
}

static void find_bit_stays_within_its_size(void **state)
{
	unsigned long *map = bitmap_zalloc(130, GFP_ATOMIC);

	(void)state;
	assert_int_equal(ksize(map), 24);
	assert_int_equal(find_first_bit(map, 130), 130);
	set_bit(129, map);
	set_bit(64, map);
	assert_int_equal(find_first_bit(map, 130), 64);
	assert_int_equal(find_next_bit(map, 130, 65), 129);
	assert_int_equal(find_first_bit(map, 64), 64);
	assert_int_equal(find_next_bit(map, 129, 65), 129);
	assert_true(test_bit(129, map));
	assert_true(test_and_clear_bit(129, map));
	assert_false(test_and_set_bit(129, map));
	bitmap_set(map, 0, 129);
	assert_int_equal(find_first_zero_bit(map, 130), 130);
	clear_bit(100, map);
	assert_int_equal(find_next_zero_bit(map, 130, 3), 100);
	assert_int_equal(bitmap_weight(map, 130), 129);
	assert_int_equal(find_next_zero_bit(map, 16, 16), 16);
	bitmap_free(map);
}

/* --- counts --- */

static int released;

static void count_release(struct kref *kref)
{
	(void)kref;
	released++;
}

static void kref_put_of_the_last_releases(void **state)
{
	struct kref kref;

	(void)state;
	released = 0;
	kref_init(&kref);
	kref_get(&kref);
	assert_int_equal(kref_put(&kref, count_release), 0);
	assert_int_equal(kref_put(&kref, count_release), 1);
	assert_int_equal(released, 1);
	assert_string_equal(found(), "none");
}

static void refcount_from_zero_is_a_finding(void **state)
{
	refcount_t r = REFCOUNT_INIT(0);

	(void)state;
	assert_false(refcount_inc_not_zero(&r));
	assert_string_equal(found(), "none");
	refcount_inc(&r);
	assert_string_equal(found(), "kernel.refcount");
	assert_false(refcount_dec_and_test(&r));
}

static void refcount_below_zero_is_a_finding(void **state)
{
	refcount_t r = REFCOUNT_INIT(1);

	(void)state;
	assert_true(refcount_dec_and_test(&r));
	assert_false(refcount_dec_and_test(&r));
	assert_string_equal(found(), "kernel.refcount");
	assert_non_null(strstr(osim_finding_get(m, 0)->text, "below 0"));
}

/* --- pools --- */

static void aligned_pieces(void)
{
	struct gen_pool *pool = gen_pool_create(9, -1);
	struct genpool_data_align data = {.align = 4096};
	unsigned long a, b, c;

	assert_int_equal(gen_pool_add_virt(pool, 0x10000, 0x42000000, 0x4000, -1), 0);
	a = gen_pool_alloc(pool, 1);
	b = gen_pool_alloc_algo(pool, 4096, gen_pool_first_fit_align, &data);
	c = gen_pool_alloc(pool, 513);
	assert_int_equal(a, 0x10000);
	assert_int_equal(b, 0x11000);
	assert_int_equal(c, 0x10200);
	assert_int_equal(gen_pool_virt_to_phys(pool, b + 5), 0x42001005);
	assert_int_equal(gen_pool_virt_to_phys(pool, 0x20000), -1);
	assert_int_equal(gen_pool_avail(pool), 0x4000 - 0x1600);
	assert_int_equal(gen_pool_alloc_algo(pool, 0x3000, gen_pool_first_fit_align, &data), 0);
	assert_int_equal(gen_pool_alloc(pool, 0), 0);
	gen_pool_free(pool, a, 1);
	gen_pool_free(pool, b, 4096);
	gen_pool_free(pool, c, 513);
	assert_int_equal(gen_pool_alloc(pool, 0x4000), 0x10000);
	gen_pool_free(pool, 0x10000, 0x4000);
	gen_pool_destroy(pool);
	assert_string_equal(found(), "none");
}

static void gen_pool_gives_aligned_pieces_until_it_is_full(void **state)
{
	(void)state;
	in_thread(aligned_pieces);
}

static void best_fit(void)
{
	struct gen_pool *pool = gen_pool_create(0, -1);

	gen_pool_add_virt(pool, 0x1000, 0, 32, -1);
	gen_pool_set_algo(pool, gen_pool_best_fit, NULL);
	assert_int_equal(gen_pool_alloc(pool, 10), 0x1000);
	assert_int_equal(gen_pool_alloc(pool, 4), 0x100a);
	assert_int_equal(gen_pool_alloc(pool, 10), 0x100e);
	gen_pool_free(pool, 0x1000, 10);
	assert_int_equal(gen_pool_alloc(pool, 5), 0x1018);
	gen_pool_free(pool, 0x1018, 5);
	gen_pool_free(pool, 0x100a, 4);
	gen_pool_free(pool, 0x100e, 10);
	gen_pool_destroy(pool);
}

static void gen_pool_best_fit_takes_the_smallest_hole(void **state)
{
	(void)state;
	in_thread(best_fit);
}

static void misuse(void)
{
	struct gen_pool *pool = gen_pool_create(9, -1);

	gen_pool_add_virt(pool, 0x10000, 0x42000000, 0x4000, -1);
	gen_pool_free(pool, 0x10000, 512);
	assert_string_equal(found(), "kernel.bad-free");
	gen_pool_free(pool, 0x90000, 512);
	assert_int_equal(osim_finding_count(m), 2);
	gen_pool_alloc(pool, 512);
	gen_pool_destroy(pool);
	assert_string_equal(osim_finding_get(m, 2)->id, "kernel.pool-busy");
}

static void gen_pool_misused_is_a_finding(void **state)
{
	(void)state;
	in_thread(misuse);
}

/* --- hashes --- */

static void hash(void)
{
	static const u8 abc[SHA1_DIGEST_SIZE] = {0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81,
						 0x6a, 0xba, 0x3e, 0x25, 0x71, 0x78, 0x50,
						 0xc2, 0x6c, 0x9c, 0xd0, 0xd8, 0x9d};
	static const u8 million[4] = {0x34, 0xaa, 0x97, 0x3c};
	struct crypto_shash *tfm = crypto_alloc_shash("sha1", 0, 0);
	struct shash_desc *desc = kzalloc(sizeof(*desc) + crypto_shash_descsize(tfm), GFP_KERNEL);
	u8 out[SHA1_DIGEST_SIZE], as[125];

	desc->tfm = tfm;
	assert_int_equal(crypto_shash_digest(desc, (const u8 *)"abc", 3, out), 0);
	assert_memory_equal(out, abc, sizeof(abc));
	memset(as, 'a', sizeof(as));
	crypto_shash_init(desc);
	for (int i = 0; i < 8000; i++)
		crypto_shash_update(desc, as, sizeof(as));
	crypto_shash_final(desc, out);
	assert_memory_equal(out, million, sizeof(million));
	sha1((const u8 *)"abc", 3, out);
	assert_memory_equal(out, abc, sizeof(abc));
	kfree(desc);
	crypto_free_shash(tfm);
	assert_int_equal(PTR_ERR(crypto_alloc_shash("md5", 0, 0)), -ENOENT);
}

static void sha1_hashes_as_the_standard_s_examples(void **state)
{
	(void)state;
	in_thread(hash);
}

/* --- peripherals --- */

static int echo(void *arg, uint16_t address, bool read, uint8_t *buf, size_t size_bytes)
{
	if (read)
		memset(buf, *(u8 *)arg, size_bytes);
	return address == 0x50 ? 0 : -ENXIO;
}

static void use_i2c(void)
{
	struct i2c_adapter *adapter = i2c_get_adapter(2);
	u8 buf[2] = {0};
	struct i2c_msg msg = {.addr = 0x50, .flags = I2C_M_RD, .len = 2, .buf = buf};

	assert_null(i2c_get_adapter(1));
	assert_non_null(adapter);
	assert_int_equal(osim_live_count(m, OSIM_LIVE_OTHER), 1);
	assert_false(i2c_check_functionality(adapter, I2C_FUNC_10BIT_ADDR));
	assert_true(i2c_check_functionality(adapter, I2C_FUNC_I2C));
	assert_int_equal(i2c_transfer(adapter, &msg, 1), 1);
	assert_int_equal(buf[1], 7);
	msg.addr = 0x51;
	assert_int_equal(i2c_transfer(adapter, &msg, 1), -ENXIO);
	msg.flags = I2C_M_TEN;
	assert_int_equal(i2c_transfer(adapter, &msg, 1), -EOPNOTSUPP);
	i2c_put_adapter(adapter);
	assert_string_equal(found(), "none");
	i2c_put_adapter(adapter);
	assert_string_equal(found(), "kernel.refcount");
}

static void i2c_reaches_the_bus_of_the_test(void **state)
{
	u8 answer = 7;
	struct osim_i2c_bus bus = {
		.size = sizeof(bus), .number = 2, .transfer = echo, .arg = &answer};

	(void)state;
	assert_int_equal(osim_i2c_add(m, &bus), 0);
	assert_int_equal(osim_i2c_add(m, &bus), -EEXIST);
	bus.number = -1;
	assert_int_equal(osim_i2c_add(m, &bus), -EINVAL);
	in_thread(use_i2c);
}

static int route(void *arg, const uint8_t *request, size_t request_bytes, uint8_t *response,
		 size_t response_bytes)
{
	*(size_t *)arg = request_bytes + response_bytes;
	response[0] = request[0];
	return 0;
}

static void rpmb_is_listed_and_reached(void **state)
{
	size_t bytes = 0;
	struct osim_rpmb rpmb = {.size = sizeof(rpmb),
				 .type = OSIM_RPMB_UFS,
				 .id = (const uint8_t *)"abcd",
				 .id_bytes = 4,
				 .reliable_write_count = 2,
				 .capacity = 128,
				 .route = route,
				 .arg = &bytes};
	struct osim__k_rpmb_info info;
	u8 request = 9, response = 0;

	(void)state;
	assert_false(osim__k_rpmb_get(0, &info));
	assert_int_equal(osim_rpmb_add(m, &rpmb), 0);
	assert_true(osim__k_rpmb_get(0, &info));
	assert_int_equal(info.type, 1);
	assert_memory_equal(info.id, "abcd", 4);
	assert_int_equal(osim__k_rpmb_route(0, &request, 1, &response, 1), 0);
	assert_int_equal(bytes, 2);
	assert_int_equal(response, 9);
	assert_int_equal(osim__k_rpmb_route(1, &request, 1, &response, 1), -ENODEV);
	rpmb.id_bytes = 0;
	assert_int_equal(osim_rpmb_add(m, &rpmb), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(is_enabled_follows_the_configuration),
		FIXTURE_TEST(arithmetic_macros_round_as_the_kernel_s),
		FIXTURE_TEST(lists_keep_their_order),
		FIXTURE_TEST(find_bit_stays_within_its_size),
		FIXTURE_TEST(kref_put_of_the_last_releases),
		FIXTURE_TEST(refcount_from_zero_is_a_finding),
		FIXTURE_TEST(refcount_below_zero_is_a_finding),
		FIXTURE_TEST(gen_pool_gives_aligned_pieces_until_it_is_full),
		FIXTURE_TEST(gen_pool_best_fit_takes_the_smallest_hole),
		FIXTURE_TEST(gen_pool_misused_is_a_finding),
		FIXTURE_TEST(sha1_hashes_as_the_standard_s_examples),
		FIXTURE_TEST(i2c_reaches_the_bus_of_the_test),
		FIXTURE_TEST(rpmb_is_listed_and_reached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
