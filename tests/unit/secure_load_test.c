/* SPDX-License-Identifier: BSD-2-Clause */
#include "secure_client.h"

/* TAs that are not part of the secure world: they are looked for in secure storage, then asked
 * for. */

static const uint8_t ta_uuid[16] = {0xaa, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

static uint32_t ta_open(void *arg, struct osim_pta_call *call, struct osim_pta_param params[4],
			void **session)
{
	unsigned int *opened = arg;

	(void)call;
	(void)params;
	(void)session;
	++*opened;
	return TEE_SUCCESS;
}

static void add_ta(struct client *c, unsigned int *opened)
{
	struct osim_pta pta = {.size = sizeof(pta),
			       .name = "test",
			       .flags = OSIM_PTA_LOADED,
			       .open = ta_open,
			       .arg = opened};

	memcpy(pta.uuid, ta_uuid, sizeof(pta.uuid));
	assert_int_equal(osim_pta_register(c->m, &pta), 0);
}

/* Begins OPEN_SESSION. */
static void open_ta(struct client *c, const uint8_t uuid[16])
{
	client_msg(c, OPTEE_MSG_CMD_OPEN_SESSION, 2);
	for (unsigned int i = 0; i < 2; i++)
		client_param(c, i)->attr = OPTEE_MSG_ATTR_META | OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	memcpy(client_param(c, 0)->u.octets, uuid, 16);
	client_call_rpc(c);
}

/* It ended so, in the secure world itself. */
static void opened(struct client *c, uint32_t ret)
{
	assert_int_equal(c->r.a[0], OPTEE_SMC_RETURN_OK);
	assert_int_equal(client_arg(c)->ret, ret);
	assert_int_equal(client_arg(c)->ret_origin, TEE_ORIGIN_TEE);
	assert_int_equal(client_arg(c)->session, 0);
}

static void rpc(struct client *c, uint32_t cmd, uint32_t func, uint32_t ret)
{
	assert_int_equal(c->r.a[0], OPTEE_SMC_RETURN_RPC_CMD);
	assert_int_equal(client_rpc_arg(c)->cmd, cmd);
	if (cmd == OPTEE_RPC_CMD_FS)
		assert_int_equal(client_rpc_param(c, 0)->u.value.a, func);
	client_rpc_arg(c)->ret = ret;
	client_resume(c);
}

static void shm_alloc(struct client *c, uint64_t pa, uint64_t size)
{
	struct osim_msg_param *p = client_rpc_param(c, 0);

	assert_int_equal(client_rpc_arg(c)->cmd, OPTEE_RPC_CMD_SHM_ALLOC);
	p->attr = OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT;
	p->u.tmem = (struct osim_msg_param_tmem){pa, size, 0x1234};
	rpc(c, OPTEE_RPC_CMD_SHM_ALLOC, 0, TEE_SUCCESS);
}

static void shm_free(struct client *c)
{
	assert_int_equal(client_rpc_param(c, 0)->u.value.b, 0x1234);
	rpc(c, OPTEE_RPC_CMD_SHM_FREE, 0, TEE_SUCCESS);
}

static void store_is_empty(struct client *c)
{
	shm_alloc(c, 0x42010000, 0x1000);
	for (int i = 0; i < 2; i++) {
		rpc(c, OPTEE_RPC_CMD_FS, OPTEE_RPC_FS_OPEN, TEE_ERROR_ITEM_NOT_FOUND);
		rpc(c, OPTEE_RPC_CMD_FS, OPTEE_RPC_FS_REMOVE, TEE_ERROR_ITEM_NOT_FOUND);
		rpc(c, OPTEE_RPC_CMD_FS, OPTEE_RPC_FS_CREATE, TEE_ERROR_ITEM_NOT_FOUND);
		rpc(c, OPTEE_RPC_CMD_FS, OPTEE_RPC_FS_REMOVE, TEE_ERROR_ITEM_NOT_FOUND);
	}
}

static void unknown_ta_is_looked_for_and_not_found(void **state)
{
	struct client c = {0};

	(void)state;
	client_start(&c);
	open_ta(&c, ta_uuid);
	store_is_empty(&c);
	assert_memory_equal(client_rpc_param(&c, 0)->u.octets, ta_uuid, 16);
	rpc(&c, OPTEE_RPC_CMD_LOAD_TA, 0, TEE_ERROR_ITEM_NOT_FOUND);
	shm_free(&c);
	opened(&c, TEE_ERROR_ITEM_NOT_FOUND);
	client_stop(&c);
}

/* The same dialogue for a TA that is known and one that is not: only the first is taken. */
static void loaded_ta_opens_once_its_binary_is_there(void **state)
{
	(void)state;
	for (unsigned int known = 0; known < 2; known++) {
		struct client c = {0};
		unsigned int count = 0;

		client_start(&c);
		if (known)
			add_ta(&c, &count);
		open_ta(&c, ta_uuid);
		store_is_empty(&c);
		client_rpc_param(&c, 1)->u.tmem.size = 0x1000;
		rpc(&c, OPTEE_RPC_CMD_LOAD_TA, 0, TEE_SUCCESS);
		shm_alloc(&c, 0x42020000, 0x1000);
		assert_int_equal(client_rpc_param(&c, 1)->u.tmem.buf_ptr, 0x42020000);
		rpc(&c, OPTEE_RPC_CMD_LOAD_TA, 0, TEE_SUCCESS);
		shm_free(&c);
		shm_free(&c);
		assert_int_equal(c.r.a[0], OPTEE_SMC_RETURN_OK);
		assert_int_equal(client_arg(&c)->ret, known ? TEE_SUCCESS : TEE_ERROR_SECURITY);
		assert_int_equal(count, known);
		if (known)
			client_open(&c, ta_uuid, TEE_LOGIN_PUBLIC);
		client_stop(&c);
	}
}

/* Memory for nothing may be anywhere; the binary is not asked for. */
static void binary_without_a_byte_is_too_short(void **state)
{
	static const uint64_t places[] = {0, 0x42020000, 0x0e100000};

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct client c = {0};

		client_start(&c);
		open_ta(&c, ta_uuid);
		store_is_empty(&c);
		client_rpc_param(&c, 1)->u.tmem.size = 0;
		rpc(&c, OPTEE_RPC_CMD_LOAD_TA, 0, TEE_SUCCESS);
		assert_int_equal(client_rpc_param(&c, 0)->u.value.b, 0);
		shm_alloc(&c, places[i], 0);
		shm_free(&c);
		shm_free(&c);
		opened(&c, TEE_ERROR_SHORT_BUFFER);
		client_stop(&c);
	}
}

/* The binary itself may lie at any address, what storage is asked with not. */
static void memory_for_storage_that_is_not_aligned_is_given_back(void **state)
{
	struct client c = {0};

	(void)state;
	client_start(&c);
	open_ta(&c, ta_uuid);
	shm_alloc(&c, 0x42010004, 0x1000);
	shm_free(&c);
	/* The file that could not be opened is removed, for which memory is asked for again. */
	rpc(&c, OPTEE_RPC_CMD_SHM_ALLOC, 0, TEE_ERROR_OUT_OF_MEMORY);
	opened(&c, TEE_ERROR_OUT_OF_MEMORY);
	client_stop(&c);
}

static void nil_uuid_is_looked_for_nowhere(void **state)
{
	static const uint8_t nil[16];
	struct client c = {0};

	(void)state;
	client_start(&c);
	open_ta(&c, nil);
	opened(&c, TEE_ERROR_GENERIC);
	client_stop(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_ta_is_looked_for_and_not_found),
		cmocka_unit_test(loaded_ta_opens_once_its_binary_is_there),
		cmocka_unit_test(binary_without_a_byte_is_too_short),
		cmocka_unit_test(memory_for_storage_that_is_not_aligned_is_given_back),
		cmocka_unit_test(nil_uuid_is_looked_for_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
