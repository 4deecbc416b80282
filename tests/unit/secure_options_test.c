/* SPDX-License-Identifier: BSD-2-Clause */
#include "secure_client.h"

#include <errno.h>

static void refused(struct osim_secure_options secure, const char *input)
{
	struct osim_options options = {.size = sizeof(options), .secure = &secure};
	struct osim_machine *m = NULL;

	if (!secure.size)
		secure.size = sizeof(secure);
	assert_int_equal(osim_machine_new(&options, &m), -EINVAL);
	assert_null(m);
	if (strncmp(osim_last_error(), input, strlen(input)))
		fail_msg("\"%s\" does not name %s", osim_last_error(), input);
}

static void bad_options_are_refused_and_named(void **state)
{
	(void)state;
	refused((struct osim_secure_options){.size = 4}, "secure: size");
	refused((struct osim_secure_options){.set = OSIM_SECURE_SET_CAPS}, "caps");
	refused((struct osim_secure_options){.caps = OPTEE_SMC_SEC_CAP_ASYNC_NOTIF}, "caps");
	refused((struct osim_secure_options){.caps = 0x80000005}, "caps");
	refused((struct osim_secure_options){.caps = 0xd5, .max_notif_value = 3},
		"max_notif_value");
	refused((struct osim_secure_options){.caps = 0xd5, .set = OSIM_SECURE_SET_MAX_NOTIF},
		"max_notif_value");
	refused((struct osim_secure_options){.caps = 0xb5, .set = OSIM_SECURE_SET_RPC_PARAMS},
		"rpc_param_count");
	refused((struct osim_secure_options){.caps = 0xb5, .rpc_param_count = 2},
		"rpc_param_count");
	refused((struct osim_secure_options){.caps = 0xf4, .shm_pa = 0x1000}, "shm_pa");
	refused((struct osim_secure_options){.caps = 0xf4, .shm_size_bytes = 0x1000}, "shm_pa");
	refused((struct osim_secure_options){.shm_size_bytes = 0x1001}, "shm_pa");
	refused((struct osim_secure_options){.shm_pa = 0x10}, "shm_pa");
	refused((struct osim_secure_options){.thread_count = 65}, "thread_count");
	refused((struct osim_secure_options){.thread_count = UINT32_MAX}, "thread_count");
	refused((struct osim_secure_options){.rpc_param_count = 256}, "rpc_param_count");
	refused((struct osim_secure_options){.device_count = 1}, "devices");
	refused((struct osim_secure_options){.profile = (enum osim_profile)2}, "profile");
	refused((struct osim_secure_options){.caps = 0xd5, .watchdog_ms = 1}, "watchdog_ms");
	refused((struct osim_secure_options){.protmem_size_bytes = 4096}, "protmem_size_bytes");
	refused((struct osim_secure_options){.caps = 0x1f5}, "protmem_size_bytes");
	refused((struct osim_secure_options){.guests_max = 1025}, "guests_max");
	refused((struct osim_secure_options){.caps = 0xf5, .guests_max = 2}, "guests_max");
	refused((struct osim_secure_options){.caps = 0xfd}, "guests_max");
}

static void post_without_a_secure_world_is_refused(void **state)
{
	struct osim_options options = {.size = sizeof(options), .no_secure = true};
	struct osim_pta pta = {.size = sizeof(pta)};
	struct osim_machine *m;

	(void)state;
	assert_int_equal(osim_machine_new(&options, &m), 0);
	assert_int_equal(osim_post(m, 1), -ENOTSUP);
	assert_int_equal(osim_pta_register(m, &pta), -ENXIO);
	osim_machine_free(m);
}

static void registrations_that_make_no_sense_are_refused(void **state)
{
	struct osim_notif_driver driver = {.size = sizeof(driver)};
	struct osim_pta pta = {.size = sizeof(pta), .uuid = OSIM_PTA_RPC_UUID, .name = "twice"};
	struct client c = {0};

	(void)state;
	client_start(&c);
	assert_int_equal(osim_pta_register(c.m, NULL), -EINVAL);
	assert_int_equal(osim_pta_register(c.m, &pta), -EEXIST);
	pta.size = 8;
	assert_int_equal(osim_pta_register(c.m, &pta), -EINVAL);
	assert_int_equal(osim_notif_driver_register(c.m, &driver), -EINVAL);
	assert_int_equal(osim_notif_driver_register(c.m, NULL), -EINVAL);
	assert_int_equal(osim_callout(c.m, 0, NULL, NULL), -EINVAL);
	client_stop(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_options_are_refused_and_named),
		cmocka_unit_test(post_without_a_secure_world_is_refused),
		cmocka_unit_test(registrations_that_make_no_sense_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
