/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SECURE_CLIENT_H
#define SECURE_CLIENT_H

/* A normal world of a few lines: it knows the protocol and nothing else. Calls are made from the
 * host's stack. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/conduit.h>
#include <optee_sim/machine.h>
#include <optee_sim/pta.h>
#include <optee_sim/secure.h>

#define CLIENT_PAGE 4096u

struct client {
	struct osim_machine *m;
	struct osim_secure_options secure;
	unsigned char *page; /* holds the message, and an RPC's behind it */
	uint64_t page_pa;
	struct osim_regs r; /* of the last call, as it came back */
};

static inline void client_start(struct client *c)
{
	struct osim_options options = {.size = sizeof(options), .secure = &c->secure};

	c->secure.size = sizeof(c->secure);
	assert_int_equal(osim_machine_new(&options, &c->m), 0);
	c->page = osim_mem_alloc(c->m, CLIENT_PAGE);
	assert_non_null(c->page);
	c->page_pa = osim_mem_pa(c->m, c->page);
}

static inline void client_stop(struct client *c)
{
	osim_mem_free(c->m, c->page, CLIENT_PAGE);
	osim_machine_free(c->m);
}

/* A call with registers that show whether they are kept; r0. */
static inline uint64_t client_smc(struct client *c, uint32_t id, uint64_t a1, uint64_t a2,
				  uint64_t a3)
{
	c->r = (struct osim_regs){{id, a1, a2, a3, 0xa4a4, 0xa5a5, 0xa6a6, 0}};
	assert_int_equal(osim_invoke(c->m, &c->r), 0);
	return c->r.a[0];
}

static inline uint64_t client_fast(struct client *c, uint32_t id)
{
	return client_smc(c, id, 0xa1a1, 0xa2a2, 0xa3a3);
}

static inline void client_expect(const struct client *c, uint64_t r1, uint64_t r2, uint64_t r3)
{
	assert_int_equal(c->r.a[1], r1);
	assert_int_equal(c->r.a[2], r2);
	assert_int_equal(c->r.a[3], r3);
	assert_int_equal(c->r.a[4], 0xa4a4);
	assert_int_equal(c->r.a[5], 0xa5a5);
	assert_int_equal(c->r.a[6], 0xa6a6);
	assert_int_equal(c->r.a[7], 0);
}

static inline struct osim_msg_arg *client_arg(struct client *c)
{
	return (struct osim_msg_arg *)(void *)c->page;
}

static inline struct osim_msg_param *client_param(struct client *c, unsigned int i)
{
	return (struct osim_msg_param *)(void *)(c->page + sizeof(struct osim_msg_arg)) + i;
}

/* An empty message in the page. */
static inline struct osim_msg_arg *client_msg(struct client *c, uint32_t cmd, uint32_t num_params)
{
	struct osim_msg_arg *arg = client_arg(c);

	memset(c->page, 0, CLIENT_PAGE);
	arg->cmd = cmd;
	arg->num_params = num_params;
	return arg;
}

/* Where an RPC's message is when it follows ours. */
static inline struct osim_msg_arg *client_rpc_arg(struct client *c)
{
	return (struct osim_msg_arg *)(void *)(c->page +
					       OPTEE_MSG_GET_ARG_SIZE(client_arg(c)->num_params));
}

static inline struct osim_msg_param *client_rpc_param(struct client *c, unsigned int i)
{
	return (struct osim_msg_param *)(void *)(client_rpc_arg(c) + 1) + i;
}

static inline uint64_t client_call(struct client *c)
{
	return client_smc(c, OPTEE_SMC_CALL_WITH_ARG, c->page_pa >> 32, (uint32_t)c->page_pa, 0);
}

static inline uint64_t client_call_rpc(struct client *c)
{
	return client_smc(c, OPTEE_SMC_CALL_WITH_RPC_ARG, c->page_pa >> 32, (uint32_t)c->page_pa,
			  0);
}

/* Goes on with the call that the last RPC left. */
static inline uint64_t client_resume(struct client *c)
{
	return client_smc(c, OPTEE_SMC_CALL_RETURN_FROM_RPC, c->r.a[1], c->r.a[2], c->r.a[3]);
}

/* Acknowledges the notification interrupt, as a handler that does nothing. */
static inline void client_ignore_irq(void *arg, struct osim_machine *m, unsigned int cpu,
				     uint32_t intid)
{
	unsigned int *count = arg;

	(void)m;
	(void)cpu;
	(void)intid;
	if (count)
		++*count;
}

static inline uint32_t client_open(struct client *c, const uint8_t uuid[16], uint32_t login)
{
	struct osim_msg_arg *arg = client_msg(c, OPTEE_MSG_CMD_OPEN_SESSION, 2);

	client_param(c, 0)->attr = OPTEE_MSG_ATTR_META | OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	client_param(c, 1)->attr = OPTEE_MSG_ATTR_META | OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	memcpy(client_param(c, 0)->u.octets, uuid, 16);
	client_param(c, 1)->u.value.c = login;
	assert_int_equal(client_call_rpc(c), OPTEE_SMC_RETURN_OK);
	assert_int_equal(arg->ret, TEE_SUCCESS);
	return arg->session;
}

#endif
