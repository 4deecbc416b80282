/* SPDX-License-Identifier: BSD-2-Clause */
/* What the events of a call that was refused tell of its message. */
#include "secure_client.h"

#include <optee_sim/event.h>

#define COOKIE 0x5eed00000001ull

struct fixture {
	struct client c;
	struct osim_tap tap;
	unsigned int told; /* returns with a message */
	struct {
		struct osim_msg_arg arg;
		struct osim_msg_param params[2];
	} msg; /* of the last one */
};

static void on_event(void *arg, const struct osim_event *e)
{
	struct fixture *f = arg;

	if (e->kind != OSIM_EVENT_RETURN || !e->msg)
		return;
	assert_true(e->msg->num_params <= 2);
	f->told++;
	memcpy(&f->msg, e->msg, OPTEE_MSG_GET_ARG_SIZE(e->msg->num_params));
}

static void refuse(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	(void)tap;
	(void)m;
	regs->a[0] = OPTEE_SMC_RETURN_EBADADDR;
}

static int setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	client_start(&f.c);
	f.tap.fn = refuse;
	osim_set_event_sink(f.c.m, on_event, &f);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(osim_finding_count(f->c.m), 0);
	client_stop(&f->c);
	return 0;
}

static void unregister_of_7(struct client *c)
{
	client_msg(c, OPTEE_MSG_CMD_UNREGISTER_SHM, 1);
	client_param(c, 0)->attr = OPTEE_MSG_ATTR_TYPE_RMEM_INPUT;
	client_param(c, 0)->u.rmem.shm_ref = 7;
}

static void message_refused_by_a_tap_is_told_with_its_parameters(void **state)
{
	struct fixture *f = *state;

	unregister_of_7(&f->c);
	osim_tap_add(f->c.m, &f->tap);
	assert_int_equal(client_call(&f->c), OPTEE_SMC_RETURN_EBADADDR);
	assert_int_equal(f->told, 1);
	assert_int_equal(f->msg.arg.cmd, OPTEE_MSG_CMD_UNREGISTER_SHM);
	assert_int_equal(f->msg.params[0].attr, OPTEE_MSG_ATTR_TYPE_RMEM_INPUT);
	assert_int_equal(f->msg.params[0].u.rmem.shm_ref, 7);
}

static void message_that_is_served_is_told_when_it_is_taken_up_only(void **state)
{
	struct fixture *f = *state;

	client_msg(&f->c, OPTEE_MSG_CMD_STOP_ASYNC_NOTIF, 0);
	assert_int_equal(client_call(&f->c), OPTEE_SMC_RETURN_OK);
	assert_int_equal(f->told, 0);
}

/* Two pages that are not in order, and a message across the end of the first. */
static void message_in_registered_memory_is_found_by_its_cookie(void **state)
{
	const uint32_t offset = CLIENT_PAGE - sizeof(struct osim_msg_arg);
	struct fixture *f = *state;
	struct client *c = &f->c;
	unsigned char *pages = osim_mem_alloc(c->m, 2 * CLIENT_PAGE);
	uint64_t list[2] = {osim_mem_pa(c->m, pages + CLIENT_PAGE), osim_mem_pa(c->m, pages)};
	uint64_t *list_page = osim_mem_alloc(c->m, CLIENT_PAGE);

	memcpy(list_page, list, sizeof(list));
	client_msg(c, OPTEE_MSG_CMD_REGISTER_SHM, 1);
	client_param(c, 0)->attr = OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT | OPTEE_MSG_ATTR_NONCONTIG;
	client_param(c, 0)->u.tmem =
		(struct osim_msg_param_tmem){osim_mem_pa(c->m, list_page), 2 * CLIENT_PAGE, COOKIE};
	assert_int_equal(client_call(c), OPTEE_SMC_RETURN_OK);
	assert_int_equal(client_arg(c)->ret, TEE_SUCCESS);
	unregister_of_7(c);
	memcpy(pages + CLIENT_PAGE + offset, client_arg(c), sizeof(struct osim_msg_arg));
	memcpy(pages, client_param(c, 0), sizeof(struct osim_msg_param));
	osim_tap_add(c->m, &f->tap);
	client_smc(c, OPTEE_SMC_CALL_WITH_REGD_ARG, COOKIE >> 32, (uint32_t)COOKIE, offset);
	assert_int_equal(f->told, 1);
	assert_int_equal(f->msg.arg.cmd, OPTEE_MSG_CMD_UNREGISTER_SHM);
	assert_int_equal(f->msg.params[0].u.rmem.shm_ref, 7);
	client_smc(c, OPTEE_SMC_CALL_WITH_REGD_ARG, COOKIE >> 32, (uint32_t)COOKIE,
		   2 * CLIENT_PAGE - 8);
	assert_int_equal(f->told, 1);
	osim_mem_free(c->m, list_page, CLIENT_PAGE);
	osim_mem_free(c->m, pages, 2 * CLIENT_PAGE);
}

static void message_in_memory_that_is_nobodys_is_not_told(void **state)
{
	struct fixture *f = *state;
	unsigned char *page = osim_mem_alloc(f->c.m, CLIENT_PAGE);
	uint64_t pa = osim_mem_pa(f->c.m, page);

	osim_mem_free(f->c.m, page, CLIENT_PAGE);
	osim_tap_add(f->c.m, &f->tap);
	client_smc(&f->c, OPTEE_SMC_CALL_WITH_ARG, pa >> 32, (uint32_t)pa, 0);
	client_smc(&f->c, OPTEE_SMC_CALL_WITH_ARG, 0, 0, 0);
	client_smc(&f->c, OPTEE_SMC_CALL_WITH_ARG, UINT32_MAX, 0xfffffff8, 0);
	client_smc(&f->c, OPTEE_SMC_CALL_WITH_REGD_ARG, 0, 99, 0);
	assert_int_equal(f->told, 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(message_refused_by_a_tap_is_told_with_its_parameters),
		CASE(message_that_is_served_is_told_when_it_is_taken_up_only),
		CASE(message_in_registered_memory_is_found_by_its_cookie),
		CASE(message_in_memory_that_is_nobodys_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
