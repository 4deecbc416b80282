/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SUPPLICANT_USER_H
#define SUPPLICANT_USER_H

/* A machine with a supplicant, and programs that have the secure world ask it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <optee_sim/abi/rpc.h>
#include <optee_sim/abi/tee.h>
#include <optee_sim/supplicant.h>

#include "scenario.h"

#define MS	  1000000ull
#define FUNC_TEST 0x77u /* of nobody's */

static const uint8_t rpc_pta[16] = OSIM_PTA_RPC_UUID;
static const uint8_t loaded_ta[16] = {0x10, 0x21, 0x32, 0x43, 0x54, 0x65, 0x46, 0x87,
				      0x98, 0xa9, 0xba, 0xcb, 0xdc, 0xed, 0xfe, 0x0f};
static const uint8_t nobodys_ta[16] = {1, 2, 3};
static const uint8_t binary[5000] = "a trusted application";
static const struct osim_supplicant_ta tas[] = {{
	.uuid = {0x10, 0x21, 0x32, 0x43, 0x54, 0x65, 0x46, 0x87, 0x98, 0xa9, 0xba, 0xcb, 0xdc, 0xed,
		 0xfe, 0x0f},
	.binary = binary,
	.size_bytes = sizeof(binary),
}};

static inline uint32_t invert_frames(void *arg, const void *request, size_t request_bytes,
				     void *response, size_t *response_bytes)
{
	const uint8_t *from = request;
	uint8_t *to = response;

	(void)arg;
	if (!from || !to || *response_bytes < request_bytes)
		return TEE_ERROR_BAD_PARAMETERS;
	for (size_t i = 0; i < request_bytes; i++)
		to[i] = (uint8_t)~from[i];
	*response_bytes = request_bytes;
	return TEE_SUCCESS;
}

static inline uint32_t double_value(void *arg, uint32_t func, struct osim_supplicant_param *params,
				    size_t count)
{
	(void)arg;
	if (func != FUNC_TEST || count != 1)
		return TEE_ERROR_NOT_IMPLEMENTED;
	params[0].a *= 2;
	return TEE_SUCCESS;
}

static inline struct osim_supplicant_options options(unsigned int threads)
{
	return (struct osim_supplicant_options){.size = sizeof(struct osim_supplicant_options),
						.threads = threads,
						.tas = tas,
						.ta_count = 1,
						.rpmb = invert_frames,
						.other = double_value};
}

static inline struct osim_supplicant *start(struct scenario *s,
					    const struct osim_supplicant_options *how)
{
	struct osim_supplicant *supplicant = NULL;

	assert_int_equal(osim_supplicant_start(s->m, how, &supplicant), 0);
	return supplicant;
}

static inline void begin(struct scenario *s)
{
	struct osim_pta loaded = {
		.size = sizeof(loaded), .name = "loaded", .flags = OSIM_PTA_LOADED};

	if (scenario_is_model(s))
		scenario_skip(s, "has no device for a supplicant");
	scenario_new(s);
	memcpy(loaded.uuid, loaded_ta, sizeof(loaded.uuid));
	assert_int_equal(osim_pta_register(s->m, &loaded), 0);
	scenario_bind(s);
}

static inline void end(struct scenario *s, struct osim_supplicant *supplicant)
{
	osim_supplicant_stop(supplicant);
	scenario_run(s);
	assert_false(osim_supplicant_running(supplicant));
	assert_int_equal(osim_supplicant_error(supplicant), 0);
	assert_int_equal(osim_supplicant_buffers(supplicant), 0);
	assert_int_equal(s->sessions, 0);
	scenario_unbind(s);
	scenario_free(s);
	osim_supplicant_free(supplicant);
}

/* -- programs that have the secure world ask --------------------------------------------------- */

struct user {
	struct program p; /* first */
	const uint8_t *uuid;
	uint32_t session;
	struct osim_client_shm shm;
	uint32_t results[16], values[16];
	unsigned int steps;
	char read[16], entry[16];
	size_t sizes[4];
};

/* The pseudo TA's RPC command with its parameters 1 .. count, noted as the next step. */
static inline uint32_t ask(struct user *u, uint32_t cmd, struct osim_param params[4],
			   uint32_t count)
{
	params[0] = (struct osim_param){.type = OSIM_PARAM_VALUE_IN, .a = cmd, .b = count};
	u->p.error = osim_client_invoke(&u->p.client, u->session, OSIM_PTA_RPC_DO, 0, params,
					1 + count, &u->p.last);
	u->results[u->steps++] = u->p.last.ret;
	return u->p.last.ret;
}

static inline void open_rpc_pta(struct user *u)
{
	u->p.error = osim_client_open_session(&u->p.client, rpc_pta, 0, NULL, 0, &u->session,
					      &u->p.last);
}

static inline void double_it(struct program *p)
{
	struct user *u = (struct user *)p;
	struct osim_param params[4] = {[1] = {.type = OSIM_PARAM_VALUE_INOUT, .a = 21}};

	open_rpc_pta(u);
	p->begun_ns = osim_now_ns(p->s->m);
	ask(u, FUNC_TEST, params, 1);
	p->ended_ns = osim_now_ns(p->s->m);
	u->values[0] = (uint32_t)params[1].a;
}

static inline void start_user(struct user *u, struct scenario *s, void (*body)(struct program *p))
{
	*u = (struct user){.uuid = u->uuid};
	program_start(&u->p, s, "program", body);
}

static inline void expect_doubled(const struct user *u)
{
	assert_true(u->p.done);
	assert_int_equal(u->p.error, 0);
	assert_int_equal(u->results[0], TEE_SUCCESS);
	assert_int_equal(u->values[0], 42);
}

/*
 * Each allocation fails in turn while the program runs: it and the supplicant may end with an
 * error, and nothing of either is left, nor is the next one disturbed.
 */
static inline void without_memory(uint32_t caps, const struct osim_supplicant_options *how,
				  const uint8_t *uuid, void (*body)(struct program *p))
{
	bool reached = true;

	for (unsigned long n = 1; reached; n++) {
		struct osim_supplicant *supplicant;
		struct scenario s = SCENARIO;
		struct user u = {.uuid = uuid};

		s.secure.caps = caps;
		begin(&s);
		supplicant = start(&s, how);
		scenario_run(&s);
		scenario_fail(&s, OSIM_FAULT_ALLOC, n);
		start_user(&u, &s, body);
		assert_int_equal(osim_run_for(s.m, 50 * MS), 0);
		reached = s.faults >= n;
		scenario_fail(&s, OSIM_FAULT_ALLOC, 0);
		/* Linux refuses another one while the secure world has memory of the first. */
		osim_supplicant_restart(supplicant);
		assert_int_equal(osim_run_for(s.m, 50 * MS), 0);
		if (!u.p.done)
			osim_task_signal(u.p.task, true);
		scenario_run(&s);
		assert_true(u.p.done);
		osim_supplicant_stop(supplicant);
		scenario_run(&s);
		assert_int_equal(osim_supplicant_restart(supplicant), 0);
		start_user(&u, &s, double_it);
		scenario_run(&s);
		expect_doubled(&u);
		end(&s, supplicant);
	}
}

/* A function of FS that takes a descriptor, or a name (and gives a descriptor), or memory. */
static inline uint32_t fs(struct user *u, uint32_t func, uint32_t fd, struct osim_param second,
			  uint32_t count)
{
	struct osim_param params[4] = {[1] = {.type = OSIM_PARAM_VALUE_IN, .a = func, .b = fd},
				       [2] = second,
				       [3] = {.type = OSIM_PARAM_VALUE_OUT}};

	ask(u, OPTEE_RPC_CMD_FS, params, count);
	u->sizes[0] = (size_t)params[2].size_bytes;
	return (uint32_t)params[3].a;
}

static inline struct osim_param text(struct user *u, enum osim_param_type type, const char *content,
				     size_t size_bytes)
{
	memset(u->shm.va, 0, size_bytes);
	if (content)
		strcpy(u->shm.va, content);
	return (struct osim_param){.type = type, .shm = &u->shm, .size_bytes = size_bytes};
}

static inline void send_frames(struct program *p)
{
	struct user *u = (struct user *)p;
	struct osim_param params[4] = {
		[1] = {.type = OSIM_PARAM_MEM_IN, .shm = &u->shm, .size_bytes = 512},
		[2] = {.type = OSIM_PARAM_MEM_OUT,
		       .shm = &u->shm,
		       .offset_bytes = 1024,
		       .size_bytes = 1024}};

	open_rpc_pta(u);
	if (osim_client_shm_alloc(&p->client, 4096, &u->shm))
		return;
	memset(u->shm.va, 0x3c, 512);
	ask(u, OPTEE_RPC_CMD_RPMB, params, 2);
	u->sizes[0] = (size_t)params[2].size_bytes;
	u->values[0] = ((uint8_t *)u->shm.va)[1024 + 511];
	u->values[1] = ((uint8_t *)u->shm.va)[1024 + 512];
	osim_client_shm_free(&p->client, &u->shm);
}

#endif
