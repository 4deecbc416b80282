/* SPDX-License-Identifier: BSD-2-Clause */
#include "secure_client.h"

/*
 * Several CPUs call at once and are switched at each scheduling point inside the secure world, in
 * as many orders as there are seeds. Whatever the order, each request gets its answer and nobody
 * waits for ever.
 */

enum { WORKERS = 4, ROUNDS = 6, SEEDS = 400, VALUES = 128 };

static const uint8_t system_uuid[16] = OSIM_PTA_SYSTEM_UUID;
static const uint8_t rpc_uuid[16] = OSIM_PTA_RPC_UUID;
static const uint8_t devices_uuid[16] = {0x70, 0x11, 0xa6, 0x88, 0xdd, 0xde, 0x40, 0x53,
					 0xa5, 0xa9, 0x7b, 0x3c, 0x4d, 0xdf, 0x13, 0xb8};

struct world {
	struct osim_machine *m;
	bool sent[VALUES]; /* what NOTIFICATION SEND left for its WAIT */
	unsigned int bottom_halves, inside;
	const char *failed;
};

struct worker {
	struct world *w;
	unsigned int index;
	unsigned char *page, *buffer;
	uint64_t page_pa;
	uint64_t *list;
};

static void check(struct world *w, bool ok, const char *what)
{
	if (!ok && !w->failed)
		w->failed = what;
}

static struct osim_msg_param *param(struct osim_msg_arg *arg, unsigned int i)
{
	return (struct osim_msg_param *)(void *)(arg + 1) + i;
}

static void serve(struct worker *k, struct osim_msg_arg *rpc)
{
	struct world *w = k->w;
	uint64_t value = param(rpc, 0)->u.value.b;

	check(w, rpc->cmd == OPTEE_RPC_CMD_NOTIFICATION && value < VALUES,
	      "an RPC that nobody asked for");
	if (rpc->cmd != OPTEE_RPC_CMD_NOTIFICATION || value >= VALUES)
		return;
	if (param(rpc, 0)->u.value.a == OPTEE_RPC_NOTIFICATION_SEND) {
		w->sent[value] = true;
	} else {
		while (!w->sent[value])
			osim_yield(w->m);
		w->sent[value] = false;
	}
	rpc->ret = TEE_SUCCESS;
}

static void call(struct worker *k)
{
	struct osim_msg_arg *arg = (struct osim_msg_arg *)(void *)k->page;
	struct osim_msg_arg *rpc =
		(struct osim_msg_arg *)(void *)(k->page + OPTEE_MSG_GET_ARG_SIZE(arg->num_params));
	struct osim_regs r = {
		{OPTEE_SMC_CALL_WITH_RPC_ARG, k->page_pa >> 32, (uint32_t)k->page_pa}};

	for (;;) {
		struct osim_regs now = r;

		osim_invoke(k->w->m, &now);
		if (now.a[0] == OPTEE_SMC_RETURN_ETHREAD_LIMIT) {
			osim_yield(k->w->m);
			continue;
		}
		if (!OPTEE_SMC_RETURN_IS_RPC(now.a[0])) {
			check(k->w, now.a[0] == OPTEE_SMC_RETURN_OK, "a0 is not OK");
			return;
		}
		if (now.a[0] == OPTEE_SMC_RETURN_RPC_CMD)
			serve(k, rpc);
		r = now;
		r.a[0] = OPTEE_SMC_CALL_RETURN_FROM_RPC;
	}
}

static struct osim_msg_arg *msg(struct worker *k, uint32_t cmd, uint32_t num_params)
{
	struct osim_msg_arg *arg = (struct osim_msg_arg *)(void *)k->page;

	memset(k->page, 0, CLIENT_PAGE);
	arg->cmd = cmd;
	arg->num_params = num_params;
	return arg;
}

static uint32_t open_session(struct worker *k, const uint8_t uuid[16])
{
	struct osim_msg_arg *arg = msg(k, OPTEE_MSG_CMD_OPEN_SESSION, 2);

	param(arg, 0)->attr = OPTEE_MSG_ATTR_META | OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	param(arg, 1)->attr = OPTEE_MSG_ATTR_META | OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	memcpy(param(arg, 0)->u.octets, uuid, 16);
	call(k);
	check(k->w, arg->ret == TEE_SUCCESS, "OPEN_SESSION failed");
	return arg->session;
}

static void close_session(struct worker *k, uint32_t session)
{
	struct osim_msg_arg *arg = msg(k, OPTEE_MSG_CMD_CLOSE_SESSION, 0);

	arg->session = session;
	call(k);
	check(k->w, arg->ret == TEE_SUCCESS, "CLOSE_SESSION failed");
}

static void use_values(struct worker *k)
{
	uint32_t session = open_session(k, system_uuid);
	struct osim_msg_arg *arg = msg(k, OPTEE_MSG_CMD_INVOKE_COMMAND, 1);

	arg->session = session;
	arg->func = OSIM_PTA_SYSTEM_POST;
	param(arg, 0)->attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	param(arg, 0)->u.value.a = 1 + k->index;
	call(k);
	check(k->w, arg->ret == TEE_SUCCESS, "POST failed");
	close_session(k, session);
}

static void use_rpc(struct worker *k)
{
	uint32_t session = open_session(k, rpc_uuid);
	struct osim_msg_arg *arg = msg(k, OPTEE_MSG_CMD_INVOKE_COMMAND, 1);

	arg->session = session;
	arg->func = OSIM_PTA_RPC_SEND;
	param(arg, 0)->attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	param(arg, 0)->u.value.a = 100 + k->index;
	call(k);
	check(k->w, arg->ret == TEE_SUCCESS, "SEND failed");
	close_session(k, session);
}

/* All share one cookie's number space, one busy single instance, and one lock for each. */
static void use_memory(struct worker *k)
{
	uint64_t cookie = 0x1000 + k->index;
	struct osim_msg_arg *arg = msg(k, OPTEE_MSG_CMD_REGISTER_SHM, 1);
	uint32_t session;

	k->list[0] = osim_mem_pa(k->w->m, k->buffer);
	param(arg, 0)->attr = OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT | OPTEE_MSG_ATTR_NONCONTIG;
	param(arg, 0)->u.tmem =
		(struct osim_msg_param_tmem){osim_mem_pa(k->w->m, k->list), CLIENT_PAGE, cookie};
	call(k);
	check(k->w, arg->ret == TEE_SUCCESS, "REGISTER_SHM failed");
	session = open_session(k, devices_uuid);
	arg = msg(k, OPTEE_MSG_CMD_INVOKE_COMMAND, 1);
	arg->session = session;
	param(arg, 0)->attr = OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT;
	param(arg, 0)->u.rmem = (struct osim_msg_param_rmem){0, CLIENT_PAGE, cookie};
	call(k);
	check(k->w, arg->ret == TEE_SUCCESS && k->buffer[0] == 0xd9, "devices were not listed");
	close_session(k, session);
	arg = msg(k, OPTEE_MSG_CMD_UNREGISTER_SHM, 1);
	param(arg, 0)->attr = OPTEE_MSG_ATTR_TYPE_RMEM_INPUT;
	param(arg, 0)->u.rmem.shm_ref = cookie;
	call(k);
	check(k->w, arg->ret == TEE_SUCCESS, "UNREGISTER_SHM failed");
}

static void work(void *arg)
{
	struct worker *k = arg;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		switch ((i + k->index) % 4) {
		case 0:
			use_values(k);
			break;
		case 1:
			use_rpc(k);
			break;
		case 2:
			use_memory(k);
			break;
		default:
			msg(k, OPTEE_MSG_CMD_DO_BOTTOM_HALF, 0);
			call(k);
			break;
		}
	}
}

/* Stops in two RPCs, and no other may be inside meanwhile. */
static void bottom_half(void *arg, struct osim_pta_call *call, enum osim_notif_event event)
{
	struct world *w = arg;

	if (event != OSIM_NOTIF_BOTTOM_HALF)
		return;
	check(w, !w->inside++, "two bottom halves at once");
	osim_pta_notif_send(call, 120);
	osim_pta_notif_wait(call, 120, 0);
	w->bottom_halves++;
	w->inside--;
}

static void run_seed(uint64_t seed)
{
	struct osim_chooser_seeded state;
	struct osim_secure_options secure = {.size = sizeof(secure), .thread_count = 3};
	struct osim_options options = {.size = sizeof(options),
				       .cpus = 3,
				       .secure = &secure,
				       .chooser = osim_chooser_seeded(&state, seed)};
	struct osim_notif_driver d = {.size = sizeof(d), .name = "stops", .event = bottom_half};
	struct osim_regs enable = {{OPTEE_SMC_ENABLE_ASYNC_NOTIF}};
	struct worker workers[WORKERS];
	struct world w = {0};
	unsigned int taken = 0;

	assert_int_equal(osim_machine_new(&options, &w.m), 0);
	d.arg = &w;
	assert_int_equal(osim_notif_driver_register(w.m, &d), 0);
	osim_set_irq_handler(w.m, client_ignore_irq, &taken);
	assert_int_equal(osim_invoke(w.m, &enable), 0);
	for (unsigned int i = 0; i < WORKERS; i++) {
		workers[i] = (struct worker){.w = &w, .index = i};
		workers[i].page = osim_mem_alloc(w.m, CLIENT_PAGE);
		workers[i].page_pa = osim_mem_pa(w.m, workers[i].page);
		workers[i].buffer = osim_mem_alloc(w.m, CLIENT_PAGE);
		workers[i].list = osim_mem_alloc(w.m, CLIENT_PAGE);
		assert_int_equal(osim_spawn(w.m, "worker", work, &workers[i], -1, NULL), 0);
	}
	assert_int_equal(osim_run(w.m), 0);
	if (w.failed)
		fail_msg("seed %u: %s", (unsigned int)seed, w.failed);
	assert_int_equal(osim_finding_count(w.m), 0);
	assert_int_equal(w.bottom_halves, 6);
	assert_true(taken > 0);
	for (unsigned int i = 0; i < WORKERS; i++) {
		osim_mem_free(w.m, workers[i].page, CLIENT_PAGE);
		osim_mem_free(w.m, workers[i].buffer, CLIENT_PAGE);
		osim_mem_free(w.m, workers[i].list, CLIENT_PAGE);
	}
	osim_machine_free(w.m);
}

static void calls_from_all_cpus_in_any_order_get_their_answers(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < SEEDS; seed++)
		run_seed(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_from_all_cpus_in_any_order_get_their_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
