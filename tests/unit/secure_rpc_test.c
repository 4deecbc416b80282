/* SPDX-License-Identifier: BSD-2-Clause */
#include "secure_client.h"

static const uint8_t rpc_uuid[16] = OSIM_PTA_RPC_UUID;

#define COOKIE_HIGH 0xc0deu
#define COOKIE_LOW  0x1000u

static uint32_t start(struct client *c)
{
	client_start(c);
	return client_open(c, rpc_uuid, TEE_LOGIN_PUBLIC);
}

/* A message that has the pseudo TA do an RPC. */
static void ask(struct client *c, uint32_t session, uint32_t func, uint32_t a, uint32_t b)
{
	struct osim_msg_arg *arg = client_msg(c, OPTEE_MSG_CMD_INVOKE_COMMAND, 1);

	arg->session = session;
	arg->func = func;
	client_param(c, 0)->attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	client_param(c, 0)->u.value.a = a;
	client_param(c, 0)->u.value.b = b;
}

/* Answers an RPC ALLOC with memory at pa. */
static uint64_t give(struct client *c, uint64_t pa, uint32_t high, uint32_t low)
{
	c->r.a[0] = OPTEE_SMC_CALL_RETURN_FROM_RPC;
	c->r.a[1] = pa >> 32;
	c->r.a[2] = (uint32_t)pa;
	c->r.a[4] = high;
	c->r.a[5] = low;
	assert_int_equal(osim_invoke(c->m, &c->r), 0);
	return c->r.a[0];
}

static struct osim_msg_arg *page(struct client *c, uint64_t *pa)
{
	void *va = osim_mem_alloc(c->m, CLIENT_PAGE);

	assert_non_null(va);
	*pa = osim_mem_pa(c->m, va);
	return va;
}

static void done(struct client *c, uint32_t ret, uint32_t origin)
{
	assert_int_equal(client_arg(c)->ret, ret);
	assert_int_equal(client_arg(c)->ret_origin, origin);
}

static void supplied_argument_is_used_and_has_no_cookie(void **state)
{
	struct client c = {0};
	uint32_t session;

	(void)state;
	session = start(&c);
	ask(&c, session, OSIM_PTA_RPC_WAIT, 77, 1000);
	assert_int_equal(client_call_rpc(&c), OPTEE_SMC_RETURN_RPC_CMD);
	client_expect(&c, 0, 0, 0);
	assert_int_equal(client_rpc_arg(&c)->cmd, OPTEE_RPC_CMD_NOTIFICATION);
	assert_int_equal(client_rpc_arg(&c)->num_params, 1);
	assert_int_equal(client_rpc_arg(&c)->ret, TEE_ERROR_GENERIC);
	assert_int_equal(client_rpc_param(&c, 0)->attr, OPTEE_MSG_ATTR_TYPE_VALUE_INPUT);
	assert_int_equal(client_rpc_param(&c, 0)->u.value.a, OPTEE_RPC_NOTIFICATION_WAIT);
	assert_int_equal(client_rpc_param(&c, 0)->u.value.b, 77);
	assert_int_equal(client_rpc_param(&c, 0)->u.value.c, 1000);
	client_rpc_arg(&c)->ret = TEE_ERROR_TIMEOUT;
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_OK);
	done(&c, TEE_ERROR_TIMEOUT, TEE_ORIGIN_TRUSTED_APP);
	client_stop(&c);
}

static void argument_is_allocated_and_freed_without_one(void **state)
{
	struct osim_msg_arg *arg;
	struct client c = {0};
	uint32_t session;
	uint64_t pa;

	(void)state;
	session = start(&c);
	arg = page(&c, &pa);
	ask(&c, session, OSIM_PTA_RPC_SEND, 5, 0);
	assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_RPC_ALLOC);
	client_expect(&c, 160, 0, 0);
	assert_int_equal(give(&c, pa, COOKIE_HIGH, COOKIE_LOW), OPTEE_SMC_RETURN_RPC_CMD);
	assert_int_equal(c.r.a[1], COOKIE_HIGH);
	assert_int_equal(c.r.a[2], COOKIE_LOW);
	assert_int_equal(arg->cmd, OPTEE_RPC_CMD_NOTIFICATION);
	arg->ret = TEE_SUCCESS;
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_RPC_FREE);
	assert_int_equal(c.r.a[1], COOKIE_HIGH);
	assert_int_equal(c.r.a[2], COOKIE_LOW);
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_OK);
	done(&c, TEE_SUCCESS, TEE_ORIGIN_TRUSTED_APP);
	osim_mem_free(c.m, arg, CLIENT_PAGE);
	client_stop(&c);
}

static void cached_argument_is_kept_until_the_cache_is_disabled(void **state)
{
	struct osim_msg_arg *arg;
	struct client c = {0};
	uint32_t session;
	uint64_t pa;

	(void)state;
	session = start(&c);
	arg = page(&c, &pa);
	assert_int_equal(client_fast(&c, OPTEE_SMC_ENABLE_SHM_CACHE), 0);
	ask(&c, session, OSIM_PTA_RPC_SEND, 5, 0);
	assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_RPC_ALLOC);
	assert_int_equal(give(&c, pa, COOKIE_HIGH, COOKIE_LOW), OPTEE_SMC_RETURN_RPC_CMD);
	arg->ret = TEE_SUCCESS;
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_OK);
	ask(&c, session, OSIM_PTA_RPC_SEND, 6, 0);
	assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_RPC_CMD);
	assert_int_equal(c.r.a[2], COOKIE_LOW);
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_OK);
	assert_int_equal(client_fast(&c, OPTEE_SMC_DISABLE_SHM_CACHE), OPTEE_SMC_RETURN_OK);
	client_expect(&c, COOKIE_HIGH, (uint64_t)COOKIE_HIGH << 32 | COOKIE_LOW, 0xa3a3);
	assert_int_equal(client_fast(&c, OPTEE_SMC_DISABLE_SHM_CACHE), OPTEE_SMC_RETURN_ENOTAVAIL);
	client_expect(&c, 0xa1a1, 0xa2a2, 0xa3a3);
	osim_mem_free(c.m, arg, CLIENT_PAGE);
	client_stop(&c);
}

static void cached_argument_without_a_cookie_leaves_the_cache_on(void **state)
{
	struct osim_msg_arg *arg;
	struct client c = {0};
	uint32_t session;
	uint64_t pa;

	(void)state;
	session = start(&c);
	arg = page(&c, &pa);
	assert_int_equal(client_fast(&c, OPTEE_SMC_ENABLE_SHM_CACHE), 0);
	ask(&c, session, OSIM_PTA_RPC_SEND, 5, 0);
	assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_RPC_ALLOC);
	assert_int_equal(give(&c, pa, 0, 0), OPTEE_SMC_RETURN_RPC_CMD);
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_OK);
	assert_int_equal(client_fast(&c, OPTEE_SMC_DISABLE_SHM_CACHE), OPTEE_SMC_RETURN_ENOTAVAIL);
	client_expect(&c, 0xa1a1, 0xa2a2, 0xa3a3);
	/* It is gone, and the next one is kept as well. */
	ask(&c, session, OSIM_PTA_RPC_SEND, 5, 0);
	assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_RPC_ALLOC);
	assert_int_equal(give(&c, pa, COOKIE_HIGH, COOKIE_LOW), OPTEE_SMC_RETURN_RPC_CMD);
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_OK);
	assert_int_equal(client_fast(&c, OPTEE_SMC_DISABLE_SHM_CACHE), OPTEE_SMC_RETURN_OK);
	assert_int_equal(client_fast(&c, OPTEE_SMC_DISABLE_SHM_CACHE), OPTEE_SMC_RETURN_ENOTAVAIL);
	osim_mem_free(c.m, arg, CLIENT_PAGE);
	client_stop(&c);
}

/* Memory without a cookie cannot be told to the normal world: there is no RPC, but the message is
 * there up to the parameter in question. */
static void memory_without_a_cookie_fails_the_request(void **state)
{
	struct client c = {0};
	struct osim_msg_param *p;
	uint32_t session;
	uint64_t pa;
	void *buffer;

	(void)state;
	session = start(&c);
	buffer = page(&c, &pa);
	ask(&c, session, OSIM_PTA_RPC_DO, OPTEE_RPC_CMD_FS, 1);
	client_arg(&c)->num_params = 2;
	client_param(&c, 1)->attr = OPTEE_MSG_ATTR_TYPE_TMEM_INPUT;
	client_param(&c, 1)->u.tmem = (struct osim_msg_param_tmem){0x42002000, 16, 0};
	assert_int_equal(client_call_rpc(&c), OPTEE_SMC_RETURN_RPC_CMD);
	assert_int_equal(client_rpc_arg(&c)->cmd, OPTEE_RPC_CMD_SHM_ALLOC);
	p = client_rpc_param(&c, 0);
	p->attr = OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT;
	p->u.tmem = (struct osim_msg_param_tmem){pa, CLIENT_PAGE, 0};
	client_rpc_arg(&c)->ret = TEE_SUCCESS;
	/* Next is the SHM_FREE: FS was never asked. */
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_RPC_CMD);
	assert_int_equal(client_rpc_arg(&c)->cmd, OPTEE_RPC_CMD_SHM_FREE);
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_OK);
	done(&c, TEE_ERROR_BAD_PARAMETERS, TEE_ORIGIN_TRUSTED_APP);
	osim_mem_free(c.m, buffer, CLIENT_PAGE);
	client_stop(&c);
}

static void supplied_argument_frees_a_cached_one_first(void **state)
{
	struct osim_msg_arg *arg;
	struct client c = {0};
	uint32_t session;
	uint64_t pa;

	(void)state;
	session = start(&c);
	arg = page(&c, &pa);
	assert_int_equal(client_fast(&c, OPTEE_SMC_ENABLE_SHM_CACHE), 0);
	ask(&c, session, OSIM_PTA_RPC_SEND, 5, 0);
	assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_RPC_ALLOC);
	assert_int_equal(give(&c, pa, COOKIE_HIGH, COOKIE_LOW), OPTEE_SMC_RETURN_RPC_CMD);
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_OK);
	ask(&c, session, OSIM_PTA_RPC_SEND, 5, 0);
	assert_int_equal(client_call_rpc(&c), OPTEE_SMC_RETURN_RPC_FREE);
	assert_int_equal(c.r.a[2], COOKIE_LOW);
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_RPC_CMD);
	client_expect(&c, 0, 0, 0);
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_OK);
	osim_mem_free(c.m, arg, CLIENT_PAGE);
	client_stop(&c);
}

static void allocations_answered_with_nonsense_fail_the_request(void **state)
{
	static const struct {
		uint64_t pa;
		bool cookie;
	} answers[] = {{0, false},	   {0, true},	       {0x0e100000, true},
		       {0x42000004, true}, {0x421fffe0, true}, {8, true}};
	struct client c = {0};
	uint32_t session;

	(void)state;
	session = start(&c);
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		uint32_t low = answers[i].cookie ? COOKIE_LOW : 0;
		uint64_t a0;

		ask(&c, session, OSIM_PTA_RPC_SEND, 5, 0);
		assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_RPC_ALLOC);
		a0 = give(&c, answers[i].pa, 0, low);
		if (answers[i].cookie) {
			assert_int_equal(a0, OPTEE_SMC_RETURN_RPC_FREE);
			assert_int_equal(c.r.a[2], COOKIE_LOW);
			a0 = client_resume(&c);
		}
		assert_int_equal(a0, OPTEE_SMC_RETURN_OK);
		done(&c, TEE_ERROR_OUT_OF_MEMORY, TEE_ORIGIN_TRUSTED_APP);
	}
	client_stop(&c);
}

static void argument_in_reserved_memory_is_taken(void **state)
{
	struct client c = {0};
	uint32_t session;
	struct osim_msg_arg arg;

	(void)state;
	session = start(&c);
	ask(&c, session, OSIM_PTA_RPC_SEND, 5, 0);
	assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_RPC_ALLOC);
	assert_int_equal(give(&c, 0x42000108, 0, COOKIE_LOW), OPTEE_SMC_RETURN_RPC_CMD);
	assert_int_equal(osim_mem_read(c.m, 0x42000108, &arg, sizeof(arg)), 0);
	assert_int_equal(arg.cmd, OPTEE_RPC_CMD_NOTIFICATION);
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_RPC_FREE);
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_OK);
	done(&c, TEE_ERROR_GENERIC, TEE_ORIGIN_TRUSTED_APP);
	client_stop(&c);
}

/* What SHM_ALLOC was answered with: attribute, number of parameters, address, size, result of the
 * RPC. */
struct shm_answer {
	uint64_t attr, pa, size;
	uint32_t num_params, ret;
	bool freed; /* given back because it made no sense */
};

static void shm_alloc_answers_are_checked(void **state)
{
	static const struct shm_answer answers[] = {
		{OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT, 0x42001000, 0x1000, 1, TEE_SUCCESS, true},
		{OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT, 0x42001000, 0x1000, 1, TEE_ERROR_OUT_OF_MEMORY,
		 false},
		{OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT, 0x42001000, 0x1000, 2, TEE_SUCCESS, false},
		{OPTEE_MSG_ATTR_TYPE_TMEM_INPUT, 0x42001000, 0x1000, 1, TEE_SUCCESS, false},
		{OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT, 0x42001000, 0x1000, 1, TEE_SUCCESS, false},
		{OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT, 0x0e100000, 0x1000, 1, TEE_SUCCESS, true},
		{OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT, 0x42001000, 0x800, 1, TEE_SUCCESS, false},
		{OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT, 0x421ff800, 0x1000, 1, TEE_SUCCESS, true},
		{OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT | OPTEE_MSG_ATTR_NONCONTIG, 0x0e100000, 0x1000, 1,
		 TEE_SUCCESS, true},
	};
	struct client c = {0};
	uint32_t session;

	(void)state;
	session = start(&c);
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct osim_msg_param *p;

		ask(&c, session, OSIM_PTA_RPC_SHM, OPTEE_RPC_SHM_TYPE_KERNEL, 0x1000);
		assert_int_equal(client_call_rpc(&c), OPTEE_SMC_RETURN_RPC_CMD);
		assert_int_equal(client_rpc_arg(&c)->cmd, OPTEE_RPC_CMD_SHM_ALLOC);
		p = client_rpc_param(&c, 0);
		assert_int_equal(p->u.value.a, OPTEE_RPC_SHM_TYPE_KERNEL);
		assert_int_equal(p->u.value.b, 0x1000);
		assert_int_equal(p->u.value.c, 8);
		client_rpc_arg(&c)->ret = answers[i].ret;
		client_rpc_arg(&c)->num_params = answers[i].num_params;
		p->attr = answers[i].attr;
		p->u.tmem = (struct osim_msg_param_tmem){answers[i].pa, answers[i].size, 0x77};
		if (answers[i].freed) {
			assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_RPC_CMD);
			assert_int_equal(client_rpc_arg(&c)->cmd, OPTEE_RPC_CMD_SHM_FREE);
			assert_int_equal(p->u.value.a, OPTEE_RPC_SHM_TYPE_KERNEL);
			assert_int_equal(p->u.value.b, 0x77);
		}
		assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_OK);
		done(&c, i ? TEE_ERROR_OUT_OF_MEMORY : TEE_SUCCESS, TEE_ORIGIN_TRUSTED_APP);
	}
	client_stop(&c);
}

/* Any command goes out as it is, with memory by way of a buffer of the normal world. */
static void any_command_passes_with_its_parameters(void **state)
{
	struct osim_msg_param *p;
	struct client c = {0};
	unsigned char *buf;
	uint32_t session;
	uint64_t pa;

	(void)state;
	session = start(&c);
	buf = (unsigned char *)page(&c, &pa);
	ask(&c, session, OSIM_PTA_RPC_DO, 4711, 2);
	client_arg(&c)->num_params = 3;
	client_param(&c, 1)->attr = OPTEE_MSG_ATTR_TYPE_VALUE_INOUT;
	client_param(&c, 1)->u.value.a = 11;
	client_param(&c, 1)->u.value.b = 12;
	client_param(&c, 2)->attr = OPTEE_MSG_ATTR_TYPE_TMEM_INOUT;
	client_param(&c, 2)->u.tmem.buf_ptr = 0x42003000;
	client_param(&c, 2)->u.tmem.size = 300;
	assert_int_equal(osim_mem_write(c.m, 0x42003000, "question", 9), 0);
	assert_int_equal(client_call_rpc(&c), OPTEE_SMC_RETURN_RPC_CMD);
	p = client_rpc_param(&c, 0);
	assert_int_equal(client_rpc_arg(&c)->cmd, OPTEE_RPC_CMD_SHM_ALLOC);
	client_rpc_arg(&c)->ret = TEE_SUCCESS;
	p->attr = OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT;
	p->u.tmem = (struct osim_msg_param_tmem){pa, 300, 0x99};
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_RPC_CMD);
	assert_int_equal(client_rpc_arg(&c)->cmd, 4711);
	assert_int_equal(client_rpc_arg(&c)->num_params, 2);
	assert_int_equal(p[0].attr, OPTEE_MSG_ATTR_TYPE_VALUE_INOUT);
	assert_int_equal(p[0].u.value.a, 11);
	assert_int_equal(p[1].attr, OPTEE_MSG_ATTR_TYPE_RMEM_INOUT);
	assert_int_equal(p[1].u.rmem.shm_ref, 0x99);
	assert_int_equal(p[1].u.rmem.size, 300);
	assert_string_equal((char *)buf, "question");
	memcpy(buf, "answer", 7);
	p[0].u.value.a = 21;
	p[1].u.rmem.size = 7;
	client_rpc_arg(&c)->ret = TEE_SUCCESS;
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_RPC_CMD);
	assert_int_equal(client_rpc_arg(&c)->cmd, OPTEE_RPC_CMD_SHM_FREE);
	assert_int_equal(client_resume(&c), OPTEE_SMC_RETURN_OK);
	done(&c, TEE_SUCCESS, TEE_ORIGIN_TRUSTED_APP);
	assert_int_equal(client_param(&c, 1)->u.value.a, 21);
	assert_int_equal(client_param(&c, 2)->u.tmem.size, 7);
	memset(buf, 0, CLIENT_PAGE);
	assert_int_equal(osim_mem_read(c.m, 0x42003000, buf, 7), 0);
	assert_string_equal((char *)buf, "answer");
	osim_mem_free(c.m, buf, CLIENT_PAGE);
	client_stop(&c);
}

static void too_few_rpc_parameters_fail_the_request(void **state)
{
	struct client c = {.secure = {.set = OSIM_SECURE_SET_RPC_PARAMS}};
	uint32_t session;

	(void)state;
	session = start(&c);
	ask(&c, session, OSIM_PTA_RPC_SEND, 5, 0);
	assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_OK);
	done(&c, TEE_ERROR_BAD_PARAMETERS, TEE_ORIGIN_TRUSTED_APP);
	client_stop(&c);
}

/* A kernel that was replaced in the middle of things: values, a cached message and a suspended call
 * are still there. */
static void what_one_normal_world_left_the_next_one_meets(void **state)
{
	struct client first = {0}, second;
	struct osim_msg_arg *arg;
	uint32_t session;
	uint64_t pa;

	(void)state;
	session = start(&first);
	arg = page(&first, &pa);
	assert_int_equal(client_fast(&first, OPTEE_SMC_ENABLE_SHM_CACHE), 0);
	ask(&first, session, OSIM_PTA_RPC_WAIT, 77, 0);
	assert_int_equal(client_call(&first), OPTEE_SMC_RETURN_RPC_ALLOC);
	assert_int_equal(give(&first, pa, COOKIE_HIGH, COOKIE_LOW), OPTEE_SMC_RETURN_RPC_CMD);
	assert_int_equal(osim_post(first.m, 9), 0);
	second = first;
	second.page = osim_mem_alloc(first.m, CLIENT_PAGE);
	second.page_pa = osim_mem_pa(first.m, second.page);
	assert_int_equal(client_fast(&second, OPTEE_SMC_GET_ASYNC_NOTIF_VALUE), 0);
	assert_int_equal(second.r.a[1], 9);
	assert_int_equal(client_fast(&second, OPTEE_SMC_DISABLE_SHM_CACHE), OPTEE_SMC_RETURN_EBUSY);
	/* It may guess the thread, answers nothing, and so ends what the first one asked. */
	assert_int_equal(client_smc(&second, OPTEE_SMC_CALL_RETURN_FROM_RPC, 0, 0, 0),
			 OPTEE_SMC_RETURN_OK);
	done(&first, TEE_ERROR_GENERIC, TEE_ORIGIN_TRUSTED_APP);
	assert_int_equal(client_fast(&second, OPTEE_SMC_DISABLE_SHM_CACHE), OPTEE_SMC_RETURN_OK);
	assert_int_equal(second.r.a[1], COOKIE_HIGH);
	assert_int_equal(client_fast(&second, OPTEE_SMC_DISABLE_SHM_CACHE),
			 OPTEE_SMC_RETURN_ENOTAVAIL);
	ask(&second, session, OSIM_PTA_RPC_SEND, 1, 0);
	assert_int_equal(client_call_rpc(&second), OPTEE_SMC_RETURN_RPC_CMD);
	assert_int_equal(client_resume(&second), OPTEE_SMC_RETURN_OK);
	osim_mem_free(first.m, arg, CLIENT_PAGE);
	osim_mem_free(first.m, second.page, CLIENT_PAGE);
	client_stop(&first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(supplied_argument_is_used_and_has_no_cookie),
		cmocka_unit_test(argument_is_allocated_and_freed_without_one),
		cmocka_unit_test(cached_argument_is_kept_until_the_cache_is_disabled),
		cmocka_unit_test(cached_argument_without_a_cookie_leaves_the_cache_on),
		cmocka_unit_test(memory_without_a_cookie_fails_the_request),
		cmocka_unit_test(supplied_argument_frees_a_cached_one_first),
		cmocka_unit_test(allocations_answered_with_nonsense_fail_the_request),
		cmocka_unit_test(argument_in_reserved_memory_is_taken),
		cmocka_unit_test(shm_alloc_answers_are_checked),
		cmocka_unit_test(any_command_passes_with_its_parameters),
		cmocka_unit_test(too_few_rpc_parameters_fail_the_request),
		cmocka_unit_test(what_one_normal_world_left_the_next_one_meets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
