/* SPDX-License-Identifier: BSD-2-Clause */
#include "secure_client.h"

#include <errno.h>

static const uint8_t system_uuid[16] = OSIM_PTA_SYSTEM_UUID;

static void ask_for_panic(struct client *c)
{
	uint32_t session = client_open(c, system_uuid, TEE_LOGIN_PUBLIC);
	struct osim_msg_arg *arg = client_msg(c, OPTEE_MSG_CMD_INVOKE_COMMAND, 1);

	arg->session = session;
	arg->func = OSIM_PTA_SYSTEM_PANIC;
	client_param(c, 0)->attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	client_param(c, 0)->u.value.a = 1;
}

static void call_that_panics_the_secure_world_never_returns(void **state)
{
	struct client c = {0};
	struct osim_regs r, before;
	const struct osim_finding *finding;

	(void)state;
	client_start(&c);
	ask_for_panic(&c);
	r = (struct osim_regs){{OPTEE_SMC_CALL_WITH_ARG, c.page_pa >> 32, (uint32_t)c.page_pa}};
	assert_int_equal(osim_invoke(c.m, &r), -EIO);
	before = r = (struct osim_regs){{OPTEE_SMC_CALLS_UID, 1, 2, 3, 4, 5, 6, 7}};
	assert_int_equal(osim_invoke(c.m, &r), -EIO);
	assert_memory_equal(&r, &before, sizeof(r));
	assert_int_equal(osim_post(c.m, 1), -EIO);
	assert_int_equal(osim_finding_count(c.m), 1);
	finding = osim_finding_get(c.m, 0);
	assert_string_equal(finding->id, "secure.panic");
	client_stop(&c);
}

struct caller {
	struct client *c;
	bool came_back;
};

static void call(void *arg)
{
	struct caller *caller = arg;
	struct osim_regs r = {
		{OPTEE_SMC_CALL_WITH_ARG, caller->c->page_pa >> 32, (uint32_t)caller->c->page_pa}};

	osim_invoke(caller->c->m, &r);
	caller->came_back = true;
}

static void thread_that_called_is_lost_and_named(void **state)
{
	struct client c = {0};
	struct caller caller = {.c = &c};
	bool named = false;

	(void)state;
	client_start(&c);
	ask_for_panic(&c);
	assert_int_equal(osim_spawn(c.m, "victim", call, &caller, 0, NULL), 0);
	assert_int_equal(osim_run(c.m), -EDEADLK);
	assert_false(caller.came_back);
	for (size_t i = 0; i < osim_finding_count(c.m); i++)
		named |= strstr(osim_finding_get(c.m, i)->text, "victim") != NULL;
	assert_true(named);
	client_stop(&c);
}

static void value_freed_twice(void *arg, struct osim_pta_call *call, enum osim_notif_event event)
{
	(void)arg;
	(void)event;
	osim_pta_value_free(call, 5);
}

static void panic_in_a_fast_call_ends_it_too(void **state)
{
	struct osim_notif_driver d = {
		.size = sizeof(d), .name = "frees", .event = value_freed_twice};
	struct osim_regs r = {{OPTEE_SMC_ENABLE_ASYNC_NOTIF}};
	struct client c = {0};

	(void)state;
	client_start(&c);
	assert_int_equal(osim_notif_driver_register(c.m, &d), 0);
	assert_int_equal(osim_invoke(c.m, &r), -EIO);
	client_stop(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(call_that_panics_the_secure_world_never_returns),
		cmocka_unit_test(thread_that_called_is_lost_and_named),
		cmocka_unit_test(panic_in_a_fast_call_ends_it_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
