/* SPDX-License-Identifier: BSD-2-Clause */
#include "secure_client.h"

#include <errno.h>

/* A call of one guest; 0 is the hypervisor. */
static uint64_t call(struct client *c, uint32_t guest, uint32_t id, uint64_t a1, uint64_t a2,
		     uint64_t a3)
{
	c->r = (struct osim_regs){{id, a1, a2, a3, 0, 0, 0, guest}};
	assert_int_equal(osim_invoke(c->m, &c->r), 0);
	return c->r.a[0];
}

static uint64_t message(struct client *c, uint32_t guest)
{
	return call(c, guest, OPTEE_SMC_CALL_WITH_RPC_ARG, c->page_pa >> 32, (uint32_t)c->page_pa,
		    0);
}

static void start(struct client *c, uint32_t guests)
{
	c->secure.guests_max = 2;
	client_start(c);
	for (uint32_t i = 1; i <= guests; i++)
		assert_int_equal(call(c, 0, OPTEE_SMC_VM_CREATED, i, 0, 0), OPTEE_SMC_RETURN_OK);
}

static void unknown_guest_is_refused_before_the_id_is_looked_at(void **state)
{
	static const uint32_t ids[] = {
		OPTEE_SMC_CALLS_UID,	 OPTEE_SMC_GET_ASYNC_NOTIF_VALUE, 0xb200ffff,
		OPTEE_SMC_CALL_WITH_ARG, OPTEE_SMC_CALL_RETURN_FROM_RPC,  0x320000ff};
	struct client c = {0};

	(void)state;
	start(&c, 1);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		assert_int_equal(call(&c, 9, ids[i], 1, 2, 3), OPTEE_SMC_RETURN_ENOTAVAIL);
	/* Of a guest only 16 bits count, but the hypervisor is 0 in all of them. */
	assert_int_equal(call(&c, 0x10000, OPTEE_SMC_CALLS_COUNT, 0, 0, 0),
			 OPTEE_SMC_RETURN_ENOTAVAIL);
	assert_int_equal(call(&c, 0x10001, OPTEE_SMC_CALLS_COUNT, 0, 0, 0), 14);
	client_stop(&c);
}

static void guests_come_and_go_within_their_number(void **state)
{
	struct client c = {0};

	(void)state;
	start(&c, 0);
	assert_int_equal(call(&c, 0, OPTEE_SMC_CALLS_COUNT, 0, 0, 0), 14);
	assert_int_equal(call(&c, 0, OPTEE_SMC_VM_CREATED, 0, 0, 0), OPTEE_SMC_RETURN_ENOTAVAIL);
	assert_int_equal(call(&c, 0, OPTEE_SMC_VM_CREATED, 1, 0, 0), OPTEE_SMC_RETURN_OK);
	assert_int_equal(call(&c, 1, OPTEE_SMC_VM_CREATED, 2, 0, 0), OPTEE_SMC_RETURN_ENOTAVAIL);
	assert_int_equal(call(&c, 1, OPTEE_SMC_VM_DESTROYED, 1, 0, 0), OPTEE_SMC_RETURN_ENOTAVAIL);
	assert_int_equal(call(&c, 0, OPTEE_SMC_VM_CREATED, 2, 0, 0), OPTEE_SMC_RETURN_OK);
	assert_int_equal(call(&c, 0, OPTEE_SMC_VM_CREATED, 3, 0, 0), OPTEE_SMC_RETURN_ENOTAVAIL);
	assert_int_equal(call(&c, 0, OPTEE_SMC_VM_DESTROYED, 7, 0, 0), OPTEE_SMC_RETURN_OK);
	assert_int_equal(call(&c, 0, OPTEE_SMC_VM_DESTROYED, 2, 0, 0), OPTEE_SMC_RETURN_OK);
	/* One that is there is taken once more where there is room. */
	assert_int_equal(call(&c, 0, OPTEE_SMC_VM_CREATED, 1, 0, 0), OPTEE_SMC_RETURN_OK);
	assert_int_equal(call(&c, 1, OPTEE_SMC_GET_THREAD_COUNT, 0, 0, 0), OPTEE_SMC_RETURN_OK);
	client_stop(&c);
}

static void each_guest_has_a_record_of_its_own(void **state)
{
	struct client c = {0};

	(void)state;
	start(&c, 2);
	assert_int_equal(osim_post(c.m, 5), -ENXIO);
	assert_int_equal(osim_post_guest(c.m, 3, 5), -ENXIO);
	assert_int_equal(osim_post_guest(c.m, 1, 5), 0);
	assert_int_equal(osim_post_guest(c.m, 2, 6), 0);
	assert_int_equal(call(&c, 0, OPTEE_SMC_GET_ASYNC_NOTIF_VALUE, 9, 9, 9), 0);
	assert_int_equal(c.r.a[2], 0);
	assert_int_equal(call(&c, 1, OPTEE_SMC_GET_ASYNC_NOTIF_VALUE, 0, 0, 0), 0);
	assert_int_equal(c.r.a[1], 5);
	assert_int_equal(c.r.a[2], 1);
	/* Only the low 16 bits of a7 name the guest. */
	assert_int_equal(call(&c, 0xabc0002, OPTEE_SMC_GET_ASYNC_NOTIF_VALUE, 0, 0, 0), 0);
	assert_int_equal(c.r.a[1], 6);
	assert_int_equal(osim_post_guest(c.m, 2, 7), 0);
	assert_int_equal(call(&c, 0, OPTEE_SMC_VM_DESTROYED, 2, 0, 0), 0);
	assert_int_equal(call(&c, 0, OPTEE_SMC_VM_CREATED, 2, 0, 0), 0);
	assert_int_equal(call(&c, 2, OPTEE_SMC_GET_ASYNC_NOTIF_VALUE, 0, 0, 0), 0);
	assert_int_equal(c.r.a[2], 0);
	client_stop(&c);
}

/* A call that is suspended belongs to its guest, and goes with it. */
static void calls_of_one_guest_are_unknown_to_the_other(void **state)
{
	static const uint8_t uuid[16] = OSIM_PTA_RPC_UUID;
	struct osim_msg_arg *arg;
	struct client c = {0};
	uint32_t session;

	(void)state;
	start(&c, 2);
	arg = client_msg(&c, OPTEE_MSG_CMD_OPEN_SESSION, 2);
	client_param(&c, 0)->attr = OPTEE_MSG_ATTR_META | OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	client_param(&c, 1)->attr = OPTEE_MSG_ATTR_META | OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	memcpy(client_param(&c, 0)->u.octets, uuid, 16);
	assert_int_equal(message(&c, 1), OPTEE_SMC_RETURN_OK);
	session = arg->session;
	client_msg(&c, OPTEE_MSG_CMD_INVOKE_COMMAND, 1)->session = session;
	arg->func = OSIM_PTA_RPC_WAIT;
	client_param(&c, 0)->attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	assert_int_equal(message(&c, 2), OPTEE_SMC_RETURN_OK);
	assert_int_equal(arg->ret, TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(message(&c, 1), OPTEE_SMC_RETURN_RPC_CMD);
	assert_int_equal(call(&c, 2, OPTEE_SMC_CALL_RETURN_FROM_RPC, 0, 0, 0),
			 OPTEE_SMC_RETURN_ERESUME);
	assert_int_equal(call(&c, 0, OPTEE_SMC_CALL_RETURN_FROM_RPC, 0, 0, 0),
			 OPTEE_SMC_RETURN_ENOTAVAIL);
	assert_int_equal(call(&c, 0, OPTEE_SMC_VM_DESTROYED, 1, 0, 0), 0);
	assert_int_equal(call(&c, 1, OPTEE_SMC_CALL_RETURN_FROM_RPC, 0, 0, 0),
			 OPTEE_SMC_RETURN_ENOTAVAIL);
	assert_int_equal(call(&c, 0, OPTEE_SMC_VM_CREATED, 1, 0, 0), 0);
	assert_int_equal(call(&c, 1, OPTEE_SMC_CALL_RETURN_FROM_RPC, 0, 0, 0),
			 OPTEE_SMC_RETURN_ERESUME);
	client_stop(&c);
}

static void enable_by_the_hypervisor_panics_as_recorded(void **state)
{
	struct client c = {0};
	struct osim_regs r = {{OPTEE_SMC_ENABLE_ASYNC_NOTIF}};

	(void)state;
	start(&c, 1);
	assert_int_equal(call(&c, 1, OPTEE_SMC_ENABLE_ASYNC_NOTIF, 0, 0, 0), OPTEE_SMC_RETURN_OK);
	assert_int_equal(osim_invoke(c.m, &r), -EIO);
	client_stop(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_guest_is_refused_before_the_id_is_looked_at),
		cmocka_unit_test(guests_come_and_go_within_their_number),
		cmocka_unit_test(each_guest_has_a_record_of_its_own),
		cmocka_unit_test(calls_of_one_guest_are_unknown_to_the_other),
		cmocka_unit_test(enable_by_the_hypervisor_panics_as_recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
