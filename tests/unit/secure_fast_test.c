/* SPDX-License-Identifier: BSD-2-Clause */
#include "secure_client.h"

/* Registers that a call leaves alone are named by what they were called with. */
#define KEPT1 0xa1a1u
#define KEPT2 0xa2a2u
#define KEPT3 0xa3a3u

struct answer {
	uint32_t id;
	uint64_t r0, r1, r2, r3;
};

static void expect_all(const struct osim_secure_options *secure, const struct answer *answers,
		       size_t count)
{
	struct client c = {.secure = *secure};

	client_start(&c);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(client_fast(&c, answers[i].id), answers[i].r0);
		client_expect(&c, answers[i].r1, answers[i].r2, answers[i].r3);
	}
	client_stop(&c);
}

static void optee_profile_answers_as_recorded(void **state)
{
	static const struct answer answers[] = {
		{OPTEE_SMC_CALLS_COUNT, 12, KEPT1, KEPT2, KEPT3},
		{OPTEE_SMC_CALLS_UID, 0x384fb3e0, 0xe7f811e3, 0xaf630002, 0xa5d5c51b},
		{OPTEE_SMC_CALLS_REVISION, 2, 0, KEPT2, KEPT3},
		{OPTEE_SMC_CALL_GET_OS_UUID, 0x486178e0, 0xe7f811e3, 0xbc5e0002, 0xa5d5c51b},
		{OPTEE_SMC_CALL_GET_OS_REVISION, 4, 10, 0xd5001fe0af66a4c0, KEPT3},
		{OPTEE_SMC_GET_SHM_CONFIG, 0, 0x42000000, 0x200000, 1},
		{OPTEE_SMC_DISABLE_SHM_CACHE, 7, KEPT1, KEPT2, KEPT3},
		{OPTEE_SMC_ENABLE_SHM_CACHE, 0, KEPT1, KEPT2, KEPT3},
		{OPTEE_SMC_GET_THREAD_COUNT, 0, 2, KEPT2, KEPT3},
		{OPTEE_SMC_BOOT_SECONDARY, 7, KEPT1, KEPT2, KEPT3},
		{OPTEE_SMC_L2CC_MUTEX, 0xffffffff, KEPT1, KEPT2, KEPT3},
		{OPTEE_SMC_VM_CREATED, 0xffffffff, KEPT1, KEPT2, KEPT3},
		{OPTEE_SMC_VM_DESTROYED, 0xffffffff, KEPT1, KEPT2, KEPT3},
		{OPTEE_SMC_CALL_LOAD_IMAGE, 0xffffffff, KEPT1, KEPT2, KEPT3},
		{OPTEE_SMC_GET_PROTMEM_CONFIG, 0xffffffff, KEPT1, KEPT2, KEPT3},
		{OPTEE_SMC_ENABLE_ASYNC_NOTIF, 0, KEPT1, KEPT2, KEPT3},
		{OPTEE_SMC_GET_ASYNC_NOTIF_VALUE, 0, 0, 0, KEPT3},
	};
	const struct osim_secure_options options = {.caps = 0};

	(void)state;
	expect_all(&options, answers, sizeof(answers) / sizeof(answers[0]));
}

static void identity_options_are_told(void **state)
{
	static const struct answer answers[] = {
		{OPTEE_SMC_CALL_GET_OS_UUID, 0x00010203, 0x04050607, 0x08090a0b, 0x0c0d0e0f},
		{OPTEE_SMC_CALL_GET_OS_REVISION, 3, 20, 0x1234, KEPT3},
		{OPTEE_SMC_GET_THREAD_COUNT, 0, 64, KEPT2, KEPT3},
		{OPTEE_SMC_GET_SHM_CONFIG, 0, 0x50000000, 0x1000, 1},
	};
	const struct osim_secure_options options = {
		.os_uuid = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
		.os_revision_major = 3,
		.os_revision_minor = 20,
		.os_build_id = 0x1234,
		.thread_count = 64,
		.shm_pa = 0x50000000,
		.shm_size_bytes = 0x1000,
	};

	(void)state;
	expect_all(&options, answers, sizeof(answers) / sizeof(answers[0]));
}

static uint64_t load(struct client *c, uint64_t pa, uint64_t bytes)
{
	c->r = (struct osim_regs){{OPTEE_SMC_CALL_LOAD_IMAGE, bytes >> 32, (uint32_t)bytes,
				   pa >> 32, (uint32_t)pa, 0xa5a5, 0xa6a6, 0}};
	assert_int_equal(osim_invoke(c->m, &c->r), 0);
	return c->r.a[0];
}

static void loader_is_there_until_it_has_loaded(void **state)
{
	static const enum osim_profile profiles[] = {OSIM_PROFILE_OPTEE, OSIM_PROFILE_ABI};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const uint64_t rejected = i ? 0xffffffff : UINT64_MAX;
		struct client c = {.secure = {.load_image = true, .profile = profiles[i]}};

		client_start(&c);
		assert_int_equal(client_fast(&c, OPTEE_SMC_CALLS_UID), OPTEE_MSG_IMAGE_LOAD_UID_0);
		client_expect(&c, OPTEE_MSG_IMAGE_LOAD_UID_1, OPTEE_MSG_IMAGE_LOAD_UID_2,
			      OPTEE_MSG_IMAGE_LOAD_UID_3);
		assert_int_equal(client_fast(&c, OPTEE_SMC_CALLS_REVISION), rejected);
		assert_int_equal(client_call(&c), rejected);
		assert_int_equal(load(&c, c.page_pa + 100, CLIENT_PAGE - 100), 0);
		assert_int_equal(c.r.a[5], 0xa5a5);
		assert_int_equal(client_fast(&c, OPTEE_SMC_CALLS_UID), OPTEE_MSG_UID_0);
		assert_int_equal(client_fast(&c, OPTEE_SMC_CALLS_REVISION), 2);
		/* Once only. */
		assert_int_equal(load(&c, c.page_pa, CLIENT_PAGE), (uint64_t)-1);
		assert_int_equal(client_fast(&c, OPTEE_SMC_CALLS_UID), OPTEE_MSG_UID_0);
		client_stop(&c);
	}
}

static void loader_that_failed_is_no_more(void **state)
{
	static const struct {
		uint64_t pa, bytes;
	} bad[] = {{0, 0},
		   {0x42000000, 0},
		   {0x0e100000, 0x1000},
		   {0x421ff000, 0x2000},
		   {UINT64_MAX - 10, 100},
		   {0x42000000, UINT64_MAX}};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct client c = {.secure = {.load_image = true}};

		client_start(&c);
		assert_int_equal(load(&c, bad[i].pa, bad[i].bytes), (uint64_t)-22);
		assert_int_equal(load(&c, c.page_pa, CLIENT_PAGE), (uint64_t)-1);
		assert_int_equal(client_fast(&c, OPTEE_SMC_CALLS_UID), UINT64_MAX);
		client_stop(&c);
	}
}

static void thread_count_set_to_zero_hides_the_call(void **state)
{
	static const struct answer answers[] = {
		{OPTEE_SMC_GET_THREAD_COUNT, 0xffffffff, KEPT1, KEPT2, KEPT3},
	};
	const struct osim_secure_options options = {.set = OSIM_SECURE_SET_THREADS};

	(void)state;
	expect_all(&options, answers, 1);
}

static void unknown_function_ids_keep_all_registers(void **state)
{
	static const uint32_t ids[] = {
		0xb2000002, 0xb2000012, 0xb2000015,
		0xb200ffff, 0xbf000000, 0xbf00ff02,
		0xbf00ff04, 0xb3000000, 0xf2000011 /* SMC64 */,
		0xff00ff01,
	};
	struct client c = {0};

	(void)state;
	client_start(&c);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		assert_int_equal(client_fast(&c, ids[i]), 0xffffffff);
		client_expect(&c, KEPT1, KEPT2, KEPT3);
	}
	client_stop(&c);
}

static void reserved_bits_and_other_owners_never_reach_the_trusted_os(void **state)
{
	static const uint32_t ids[] = {0xb2020011, 0xb2800011, 0xb0000000, 0x30000004, 0x8400ffff};
	struct client c = {0};

	(void)state;
	client_start(&c);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		assert_true(client_fast(&c, ids[i]) == UINT64_MAX);
		client_expect(&c, KEPT1, KEPT2, KEPT3);
	}
	/* Bit 16 is a hint. */
	assert_int_equal(client_fast(&c, 0xb201000f), 0);
	client_expect(&c, 2, KEPT2, KEPT3);
	client_stop(&c);
}

static void upper_halves_of_registers_do_not_matter(void **state)
{
	struct client c = {0};

	(void)state;
	client_start(&c);
	c.r = (struct osim_regs){
		{0x12345678b2000009, 0x1234567800000001, 0, 0, 0x4444444400000004, 0, 0, 0}};
	assert_int_equal(osim_invoke(c.m, &c.r), 0);
	assert_int_equal(c.r.a[0], 0);
	assert_int_equal(c.r.a[1], 0xf5);
	assert_int_equal(c.r.a[4], 0x4444444400000004);
	client_stop(&c);
}

static void capabilities_depend_on_what_is_offered(void **state)
{
	struct client c = {.secure = {.caps = 0x10 | OPTEE_SMC_SEC_CAP_DYNAMIC_SHM}};

	(void)state;
	client_start(&c);
	assert_int_equal(client_smc(&c, OPTEE_SMC_EXCHANGE_CAPABILITIES, 1, KEPT2, KEPT3), 0);
	client_expect(&c, 0x14, KEPT2, KEPT3);
	assert_int_equal(client_smc(&c, OPTEE_SMC_EXCHANGE_CAPABILITIES, 2, KEPT2, KEPT3), 7);
	client_expect(&c, 2, KEPT2, KEPT3);
	assert_int_equal(client_fast(&c, OPTEE_SMC_GET_SHM_CONFIG), 0xffffffff);
	client_stop(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(optee_profile_answers_as_recorded),
		cmocka_unit_test(identity_options_are_told),
		cmocka_unit_test(loader_is_there_until_it_has_loaded),
		cmocka_unit_test(loader_that_failed_is_no_more),
		cmocka_unit_test(thread_count_set_to_zero_hides_the_call),
		cmocka_unit_test(unknown_function_ids_keep_all_registers),
		cmocka_unit_test(reserved_bits_and_other_owners_never_reach_the_trusted_os),
		cmocka_unit_test(upper_halves_of_registers_do_not_matter),
		cmocka_unit_test(capabilities_depend_on_what_is_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
