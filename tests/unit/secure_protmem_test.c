/* SPDX-License-Identifier: BSD-2-Clause */
#include "secure_client.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define CAPS	  (0xf5u | OPTEE_SMC_SEC_CAP_PROTMEM | OPTEE_SMC_SEC_CAP_DYNAMIC_PROTMEM)
#define CARVE_OUT 0x70000000ull

static const uint8_t devices_uuid[16] = {0x70, 0x11, 0xa6, 0x88, 0xdd, 0xde, 0x40, 0x53,
					 0xa5, 0xa9, 0x7b, 0x3c, 0x4d, 0xdf, 0x13, 0xb8};

static void start(struct client *c)
{
	c->secure.caps = CAPS;
	c->secure.protmem_pa = CARVE_OUT;
	c->secure.protmem_size_bytes = 0x10000;
	client_start(c);
}

static uint32_t sent(struct client *c)
{
	assert_int_equal(client_call(c), OPTEE_SMC_RETURN_OK);
	return client_arg(c)->ret;
}

static uint32_t lend(struct client *c, uint64_t use_case, uint64_t pa, uint64_t size,
		     uint64_t cookie)
{
	client_msg(c, OPTEE_MSG_CMD_LEND_PROTMEM, 2);
	client_param(c, 0)->attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	client_param(c, 0)->u.value.a = use_case;
	client_param(c, 1)->attr = OPTEE_MSG_ATTR_TYPE_TMEM_INPUT;
	client_param(c, 1)->u.tmem = (struct osim_msg_param_tmem){pa, size, cookie};
	return sent(c);
}

static uint32_t reclaim(struct client *c, uint64_t cookie)
{
	client_msg(c, OPTEE_MSG_CMD_RECLAIM_PROTMEM, 1);
	client_param(c, 0)->attr = OPTEE_MSG_ATTR_TYPE_RMEM_INPUT;
	client_param(c, 0)->u.rmem.shm_ref = cookie;
	return sent(c);
}

/* Has the enumeration pseudo TA write its UUID at pa. */
static uint32_t list_devices(struct client *c, uint32_t session, uint64_t pa)
{
	client_msg(c, OPTEE_MSG_CMD_INVOKE_COMMAND, 1)->session = session;
	client_param(c, 0)->attr = OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT;
	client_param(c, 0)->u.tmem = (struct osim_msg_param_tmem){pa, 16, 0};
	return sent(c);
}

static bool touching_faults(volatile unsigned char *va)
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (!child) {
		signal(SIGSEGV, SIG_DFL);
		alarm(20);
		*va = 1;
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return !WIFEXITED(status) || WEXITSTATUS(status);
}

static void carve_out_is_told_and_is_no_place_for_messages(void **state)
{
	struct client c = {0};
	uint32_t session;

	(void)state;
	start(&c);
	assert_int_equal(client_fast(&c, OPTEE_SMC_GET_PROTMEM_CONFIG), OPTEE_SMC_RETURN_OK);
	client_expect(&c, CARVE_OUT, 0x10000, 48);
	assert_int_equal(client_smc(&c, OPTEE_SMC_CALL_WITH_ARG, 0, CARVE_OUT, 0),
			 OPTEE_SMC_RETURN_EBADADDR);
	session = client_open(&c, devices_uuid, TEE_LOGIN_PUBLIC);
	assert_int_equal(list_devices(&c, session, CARVE_OUT + 0xfff8), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(list_devices(&c, session, CARVE_OUT + 0xfff0), TEE_SUCCESS);
	client_stop(&c);
}

static void lent_memory_faults_until_it_is_reclaimed(void **state)
{
	struct client c = {0};
	unsigned char *page;
	uint32_t session;
	uint64_t pa;

	(void)state;
	if (sysconf(_SC_PAGESIZE) != CLIENT_PAGE) {
		print_message("pages of this system are larger than those that are lent\n");
		skip();
	}
	start(&c);
	session = client_open(&c, devices_uuid, TEE_LOGIN_PUBLIC);
	page = osim_mem_alloc(c.m, 2 * CLIENT_PAGE);
	pa = osim_mem_pa(c.m, page);
	assert_int_equal(list_devices(&c, session, pa), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(lend(&c, OPTEE_MSG_PROTMEM_SECURE_VIDEO_PLAY, pa, CLIENT_PAGE, 7),
			 TEE_SUCCESS);
	assert_true(touching_faults(page));
	assert_false(touching_faults(page + CLIENT_PAGE));
	assert_int_equal(client_smc(&c, OPTEE_SMC_CALL_WITH_ARG, pa >> 32, (uint32_t)pa, 0),
			 OPTEE_SMC_RETURN_EBADADDR);
	assert_int_equal(list_devices(&c, session, pa), TEE_SUCCESS);
	assert_true(touching_faults(page));
	assert_int_equal(reclaim(&c, 8), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(reclaim(&c, 7), TEE_SUCCESS);
	assert_int_equal(page[0], 0xd9);
	assert_false(touching_faults(page));
	assert_int_equal(reclaim(&c, 7), TEE_ERROR_BAD_PARAMETERS);
	osim_mem_free(c.m, page, 2 * CLIENT_PAGE);
	client_stop(&c);
}

static void memory_that_cannot_be_lent_is_refused(void **state)
{
	struct client c = {0};
	unsigned char *page;
	uint64_t pa;

	(void)state;
	start(&c);
	page = osim_mem_alloc(c.m, 2 * CLIENT_PAGE);
	pa = osim_mem_pa(c.m, page);
	assert_int_equal(lend(&c, OPTEE_MSG_PROTMEM_RESERVED, pa, CLIENT_PAGE, 1),
			 TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(lend(&c, OPTEE_MSG_PROTMEM_TRUSTED_UI, pa + 8, CLIENT_PAGE, 1),
			 TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(lend(&c, OPTEE_MSG_PROTMEM_TRUSTED_UI, pa, 0, 1),
			 TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(lend(&c, OPTEE_MSG_PROTMEM_TRUSTED_UI, 0x42000000, CLIENT_PAGE, 1),
			 TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(lend(&c, OPTEE_MSG_PROTMEM_TRUSTED_UI, CARVE_OUT, CLIENT_PAGE, 1),
			 TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(lend(&c, OPTEE_MSG_PROTMEM_TRUSTED_UI, 0xfffffffffffff000, 0x2000, 1),
			 TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(lend(&c, OPTEE_MSG_PROTMEM_TRUSTED_UI, pa, CLIENT_PAGE, 1), TEE_SUCCESS);
	assert_int_equal(lend(&c, OPTEE_MSG_PROTMEM_TRUSTED_UI, pa, 2 * CLIENT_PAGE, 2),
			 TEE_ERROR_BAD_PARAMETERS);
	/* A cookie may come twice; the newest is reclaimed first. */
	assert_int_equal(lend(&c, OPTEE_MSG_PROTMEM_TRUSTED_UI, pa + CLIENT_PAGE, CLIENT_PAGE, 1),
			 TEE_SUCCESS);
	assert_int_equal(reclaim(&c, 1), TEE_SUCCESS);
	assert_int_equal(lend(&c, OPTEE_MSG_PROTMEM_TRUSTED_UI, pa, CLIENT_PAGE, 2),
			 TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(reclaim(&c, 1), TEE_SUCCESS);
	assert_int_equal(lend(&c, OPTEE_MSG_PROTMEM_TRUSTED_UI, c.page_pa, CLIENT_PAGE, 1),
			 TEE_ERROR_BAD_PARAMETERS);
	osim_mem_free(c.m, page, 2 * CLIENT_PAGE);
	client_stop(&c);
}

static void configuration_is_asked_for_by_message(void **state)
{
	struct client c = {0};

	(void)state;
	start(&c);
	client_msg(&c, OPTEE_MSG_CMD_GET_PROTMEM_CONFIG, 2);
	client_param(&c, 0)->attr = OPTEE_MSG_ATTR_TYPE_VALUE_INOUT;
	client_param(&c, 0)->u.value.a = OPTEE_MSG_PROTMEM_SECURE_VIDEO_PLAY;
	client_param(&c, 1)->attr = OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT;
	assert_int_equal(sent(&c), TEE_SUCCESS);
	assert_int_equal(client_param(&c, 0)->u.value.a, 4096);
	assert_int_equal(client_param(&c, 0)->u.value.b, 4096);
	assert_int_equal(client_param(&c, 0)->u.value.c, 64);
	/* What is not known is told so, with what was given in its place. */
	client_param(&c, 0)->u.value = (struct osim_msg_param_value){9, 1ull << 32 | 5, 6};
	client_param(&c, 1)->u.tmem = (struct osim_msg_param_tmem){0x42000000, 100, 0};
	assert_int_equal(sent(&c), TEE_ERROR_NOT_SUPPORTED);
	assert_int_equal(client_param(&c, 0)->u.value.a, 9);
	assert_int_equal(client_param(&c, 0)->u.value.b, 5);
	assert_int_equal(client_param(&c, 0)->u.value.c, 64);
	assert_int_equal(client_param(&c, 1)->u.tmem.size, 100);
	client_param(&c, 0)->u.value.a = INT32_MAX;
	client_param(&c, 0)->u.value.c = 6;
	assert_int_equal(sent(&c), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(client_param(&c, 0)->u.value.c, 6);
	client_msg(&c, OPTEE_MSG_CMD_ASSIGN_PROTMEM, 1);
	assert_int_equal(client_call(&c), OPTEE_SMC_RETURN_EBADCMD);
	client_stop(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carve_out_is_told_and_is_no_place_for_messages),
		cmocka_unit_test(lent_memory_faults_until_it_is_reclaimed),
		cmocka_unit_test(memory_that_cannot_be_lent_is_refused),
		cmocka_unit_test(configuration_is_asked_for_by_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
