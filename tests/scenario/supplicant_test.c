/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A supplicant on the driver's privileged device, and what the secure world asks of it.
 *
 * Nothing is asserted in a program's thread: bodies note what they saw, tests look at it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
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

static uint32_t invert_frames(void *arg, const void *request, size_t request_bytes, void *response,
			      size_t *response_bytes)
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

static uint32_t double_value(void *arg, uint32_t func, struct osim_supplicant_param *params,
			     size_t count)
{
	(void)arg;
	if (func != FUNC_TEST || count != 1)
		return TEE_ERROR_NOT_IMPLEMENTED;
	params[0].a *= 2;
	return TEE_SUCCESS;
}

static struct osim_supplicant_options options(unsigned int threads)
{
	return (struct osim_supplicant_options){.size = sizeof(struct osim_supplicant_options),
						.threads = threads,
						.tas = tas,
						.ta_count = 1,
						.rpmb = invert_frames,
						.other = double_value};
}

static struct osim_supplicant *start(struct scenario *s, const struct osim_supplicant_options *how)
{
	struct osim_supplicant *supplicant = NULL;

	assert_int_equal(osim_supplicant_start(s->m, how, &supplicant), 0);
	return supplicant;
}

static void begin(struct scenario *s)
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

static void end(struct scenario *s, struct osim_supplicant *supplicant)
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
static uint32_t ask(struct user *u, uint32_t cmd, struct osim_param params[4], uint32_t count)
{
	params[0] = (struct osim_param){.type = OSIM_PARAM_VALUE_IN, .a = cmd, .b = count};
	u->p.error = osim_client_invoke(&u->p.client, u->session, OSIM_PTA_RPC_DO, 0, params,
					1 + count, &u->p.last);
	u->results[u->steps++] = u->p.last.ret;
	return u->p.last.ret;
}

static void open_rpc_pta(struct user *u)
{
	u->p.error = osim_client_open_session(&u->p.client, rpc_pta, 0, NULL, 0, &u->session,
					      &u->p.last);
}

static void double_it(struct program *p)
{
	struct user *u = (struct user *)p;
	struct osim_param params[4] = {[1] = {.type = OSIM_PARAM_VALUE_INOUT, .a = 21}};

	open_rpc_pta(u);
	p->begun_ns = osim_now_ns(p->s->m);
	ask(u, FUNC_TEST, params, 1);
	p->ended_ns = osim_now_ns(p->s->m);
	u->values[0] = (uint32_t)params[1].a;
}

static void start_user(struct user *u, struct scenario *s, void (*body)(struct program *p))
{
	*u = (struct user){.uuid = u->uuid};
	program_start(&u->p, s, "program", body);
}

static void expect_doubled(const struct user *u)
{
	assert_true(u->p.done);
	assert_int_equal(u->p.error, 0);
	assert_int_equal(u->results[0], TEE_SUCCESS);
	assert_int_equal(u->values[0], 42);
}

/* -- what it serves ---------------------------------------------------------------------------- */

/* A function of FS that takes a descriptor, or a name (and gives a descriptor), or memory. */
static uint32_t fs(struct user *u, uint32_t func, uint32_t fd, struct osim_param second,
		   uint32_t count)
{
	struct osim_param params[4] = {[1] = {.type = OSIM_PARAM_VALUE_IN, .a = func, .b = fd},
				       [2] = second,
				       [3] = {.type = OSIM_PARAM_VALUE_OUT}};

	ask(u, OPTEE_RPC_CMD_FS, params, count);
	u->sizes[0] = (size_t)params[2].size_bytes;
	return (uint32_t)params[3].a;
}

static struct osim_param text(struct user *u, enum osim_param_type type, const char *content,
			      size_t size_bytes)
{
	memset(u->shm.va, 0, size_bytes);
	if (content)
		strcpy(u->shm.va, content);
	return (struct osim_param){.type = type, .shm = &u->shm, .size_bytes = size_bytes};
}

static void use_files(struct program *p)
{
	struct user *u = (struct user *)p;
	uint32_t fd;

	open_rpc_pta(u);
	if (osim_client_shm_alloc(&p->client, 4096, &u->shm))
		return;
	fd = fs(u, OPTEE_RPC_FS_CREATE, 0, text(u, OSIM_PARAM_MEM_IN, "/dir/first", 11), 3);
	fs(u, OPTEE_RPC_FS_WRITE, fd, text(u, OSIM_PARAM_MEM_IN, "secret", 6), 2);
	fs(u, OPTEE_RPC_FS_CLOSE, fd, (struct osim_param){.type = OSIM_PARAM_NONE}, 1);
	fd = fs(u, OPTEE_RPC_FS_OPEN, 0, text(u, OSIM_PARAM_MEM_IN, "/dir/first", 11), 3);
	fs(u, OPTEE_RPC_FS_READ, fd, text(u, OSIM_PARAM_MEM_OUT, NULL, 16), 2);
	memcpy(u->read, u->shm.va, 15);
	u->sizes[1] = u->sizes[0];
	fs(u, OPTEE_RPC_FS_TRUNCATE, fd, (struct osim_param){.type = OSIM_PARAM_NONE}, 1);
	fs(u, OPTEE_RPC_FS_READ, fd, text(u, OSIM_PARAM_MEM_OUT, NULL, 16), 2);
	u->sizes[2] = u->sizes[0];
	fd = fs(u, OPTEE_RPC_FS_OPENDIR, 0, text(u, OSIM_PARAM_MEM_IN, "/dir", 5), 3);
	fs(u, OPTEE_RPC_FS_READDIR, fd, text(u, OSIM_PARAM_MEM_OUT, NULL, 16), 2);
	memcpy(u->entry, u->shm.va, 15);
	fs(u, OPTEE_RPC_FS_CLOSEDIR, fd, (struct osim_param){.type = OSIM_PARAM_NONE}, 1);
	fs(u, OPTEE_RPC_FS_REMOVE, 0, text(u, OSIM_PARAM_MEM_IN, "/dir/first", 11), 2);
	fs(u, OPTEE_RPC_FS_OPEN, 0, text(u, OSIM_PARAM_MEM_IN, "/dir/first", 11), 3);
	osim_client_shm_free(&p->client, &u->shm);
}

static void file_that_is_written_is_read_back(void **state)
{
	static const uint32_t caps[] = {0, CAP_RESERVED | CAP_NULL, CAP_DYNAMIC | CAP_NULL};

	(void)state;
	for (unsigned int threads = 0; threads < 3; threads++) {
		struct osim_supplicant_options how = options(threads);
		struct osim_supplicant *supplicant;
		struct scenario s = SCENARIO;
		struct user u = {.uuid = NULL};

		s.secure.caps = caps[threads];
		begin(&s);
		supplicant = start(&s, &how);
		start_user(&u, &s, use_files);
		scenario_run(&s);
		assert_true(u.p.done);
		assert_int_equal(u.p.error, 0);
		assert_int_equal(u.steps, 12);
		for (unsigned int i = 0; i < 11; i++)
			assert_int_equal(u.results[i], TEE_SUCCESS);
		assert_int_equal(u.results[11], TEE_ERROR_ITEM_NOT_FOUND);
		assert_string_equal(u.read, "secret");
		assert_int_equal(u.sizes[1], 6);
		assert_int_equal(u.sizes[2], 0);
		assert_string_equal(u.entry, "first");
		end(&s, supplicant);
	}
}

static void send_frames(struct program *p)
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

static void rpmb_frames_go_there_and_back(void **state)
{
	struct osim_supplicant_options how = options(1);
	struct osim_supplicant *supplicant;
	struct scenario s = SCENARIO;
	struct user u = {.uuid = NULL};

	(void)state;
	begin(&s);
	supplicant = start(&s, &how);
	start_user(&u, &s, send_frames);
	scenario_run(&s);
	assert_int_equal(u.results[0], TEE_SUCCESS);
	assert_int_equal(u.sizes[0], 512);
	assert_int_equal(u.values[0], 0xc3);
	assert_int_equal(u.values[1], 0);
	end(&s, supplicant);
}

static void open_ta(struct program *p)
{
	struct user *u = (struct user *)p;

	p->error = osim_client_open_session(&p->client, u->uuid, 0, NULL, 0, &u->session, &p->last);
}

static void ta_that_must_be_loaded_is_asked_for(void **state)
{
	struct osim_supplicant_options how = options(1);
	struct osim_supplicant *supplicant;
	struct scenario s = SCENARIO;
	struct user known = {.uuid = loaded_ta}, unknown = {.uuid = nobodys_ta};

	(void)state;
	begin(&s);
	supplicant = start(&s, &how);
	start_user(&known, &s, open_ta);
	scenario_run(&s);
	assert_int_equal(known.p.error, 0);
	assert_int_equal(known.p.last.ret, TEE_SUCCESS);
	/* Its size, then itself. */
	assert_int_equal(osim_supplicant_requests(supplicant, OPTEE_RPC_CMD_LOAD_TA), 2);
	start_user(&unknown, &s, open_ta);
	scenario_run(&s);
	assert_int_equal(unknown.p.last.ret, TEE_ERROR_ITEM_NOT_FOUND);
	end(&s, supplicant);
}

static void allocate(struct program *p)
{
	static const uint32_t sizes[] = {4, 4096, 4097, 3 * 4096, 256 * 1024};
	struct user *u = (struct user *)p;

	open_rpc_pta(u);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct osim_param param = {
			.type = OSIM_PARAM_VALUE_IN, .a = OPTEE_RPC_SHM_TYPE_APPL, .b = sizes[i]};

		p->error = osim_client_invoke(&p->client, u->session, OSIM_PTA_RPC_SHM, 0, &param,
					      1, &p->last);
		u->results[u->steps++] = p->last.ret;
	}
}

static void memory_of_the_supplicant_is_given_and_taken_back(void **state)
{
	struct osim_supplicant_options how = options(1);
	struct osim_supplicant *supplicant;
	struct scenario s = SCENARIO;
	struct user u = {.uuid = NULL};

	(void)state;
	begin(&s);
	supplicant = start(&s, &how);
	start_user(&u, &s, allocate);
	scenario_run(&s);
	assert_int_equal(u.steps, 5);
	for (unsigned int i = 0; i < 5; i++)
		assert_int_equal(u.results[i], TEE_SUCCESS);
	assert_int_equal(osim_supplicant_requests(supplicant, OPTEE_RPC_CMD_SHM_ALLOC), 5);
	assert_int_equal(osim_supplicant_requests(supplicant, OPTEE_RPC_CMD_SHM_FREE), 5);
	assert_int_equal(osim_supplicant_buffers(supplicant), 0);
	end(&s, supplicant);
}

static void unknown_request_is_passed_on_unchanged_or_refused(void **state)
{
	(void)state;
	for (unsigned int refuse = 0; refuse < 2; refuse++) {
		struct osim_supplicant_options how = options(1);
		struct osim_supplicant *supplicant;
		struct scenario s = SCENARIO;
		struct user u = {.uuid = NULL};

		if (refuse)
			how.other = NULL;
		begin(&s);
		supplicant = start(&s, &how);
		start_user(&u, &s, double_it);
		scenario_run(&s);
		if (refuse)
			assert_int_equal(u.results[0], TEE_ERROR_NOT_SUPPORTED);
		else
			expect_doubled(&u);
		end(&s, supplicant);
	}
}

/* -- when it is there -------------------------------------------------------------------------- */

static void request_waits_for_a_supplicant_that_comes_late(void **state)
{
	struct osim_supplicant_options how = options(1);
	struct osim_supplicant *supplicant;
	struct scenario s = SCENARIO;
	struct user u = {.uuid = NULL};

	(void)state;
	begin(&s);
	start_user(&u, &s, double_it);
	assert_int_equal(osim_run_for(s.m, 50 * MS), 0);
	scenario_assert_clean(&s);
	assert_false(u.p.done);
	supplicant = start(&s, &how);
	scenario_run(&s);
	expect_doubled(&u);
	end(&s, supplicant);
}

static void second_supplicant_is_refused(void **state)
{
	struct osim_supplicant_options how = options(1);
	struct osim_supplicant *first, *second;
	struct scenario s = SCENARIO;
	struct user u = {.uuid = NULL};

	(void)state;
	begin(&s);
	first = start(&s, &how);
	scenario_run(&s);
	second = start(&s, &how);
	scenario_run(&s);
	assert_false(osim_supplicant_running(second));
	assert_int_equal(osim_supplicant_error(second), -EBUSY);
	start_user(&u, &s, double_it);
	scenario_run(&s);
	expect_doubled(&u);
	end(&s, first);
	osim_supplicant_free(second);
}

static void threads_serve_at_once(void **state)
{
	static const uint64_t longest_ms[] = {200, 200, 100, 0, 50};

	(void)state;
	for (unsigned int threads = 0; threads <= 4; threads += threads ? threads : 1) {
		struct osim_supplicant_options how = options(threads);
		struct osim_supplicant *supplicant;
		struct scenario s = SCENARIO;
		uint64_t last_ns = 0;
		struct user u[4];

		how.delay_ms = 50;
		s.secure.thread_count = 4;
		begin(&s);
		supplicant = start(&s, &how);
		for (unsigned int i = 0; i < 4; i++) {
			u[i].uuid = NULL;
			start_user(&u[i], &s, double_it);
		}
		scenario_run(&s);
		for (unsigned int i = 0; i < 4; i++) {
			expect_doubled(&u[i]);
			if (u[i].p.ended_ns > last_ns)
				last_ns = u[i].p.ended_ns;
		}
		assert_int_equal((last_ns - u[0].p.begun_ns) / MS, longest_ms[threads]);
		end(&s, supplicant);
	}
}

static void supplicant_that_dies_leaves_an_error_and_can_come_back(void **state)
{
	(void)state;
	for (unsigned int threads = 0; threads < 3; threads++) {
		struct osim_supplicant_options how = options(threads);
		struct osim_supplicant *supplicant;
		struct scenario s = SCENARIO;
		struct user u = {.uuid = NULL};

		how.die_at = 2;
		begin(&s);
		supplicant = start(&s, &how);
		start_user(&u, &s, double_it);
		scenario_run(&s);
		expect_doubled(&u);
		start_user(&u, &s, double_it);
		scenario_run(&s);
		assert_true(u.p.done);
		assert_int_equal(u.results[0], TEE_ERROR_COMMUNICATION);
		assert_false(osim_supplicant_running(supplicant));
		assert_int_equal(osim_supplicant_restart(supplicant), 0);
		assert_int_equal(osim_supplicant_restart(supplicant), -EBUSY);
		start_user(&u, &s, double_it);
		scenario_run(&s);
		expect_doubled(&u);
		assert_int_equal(osim_supplicant_requests(supplicant, UINT32_MAX), 3);
		end(&s, supplicant);
	}
}

static void make_file(struct program *p)
{
	struct user *u = (struct user *)p;
	uint32_t fd;

	open_rpc_pta(u);
	if (osim_client_shm_alloc(&p->client, 4096, &u->shm))
		return;
	fd = fs(u, OPTEE_RPC_FS_CREATE, 0, text(u, OSIM_PARAM_MEM_IN, "kept", 5), 3);
	fs(u, OPTEE_RPC_FS_WRITE, fd, text(u, OSIM_PARAM_MEM_IN, "content", 7), 2);
	osim_client_shm_free(&p->client, &u->shm);
}

static void supplicant_that_restarts_keeps_its_files(void **state)
{
	struct osim_supplicant_options how = options(2);
	struct osim_supplicant *supplicant;
	struct scenario s = SCENARIO;
	struct user u = {.uuid = NULL};
	const void *content;
	size_t size_bytes;

	(void)state;
	begin(&s);
	supplicant = start(&s, &how);
	start_user(&u, &s, make_file);
	scenario_run(&s);
	osim_supplicant_stop(supplicant);
	scenario_run(&s);
	assert_false(osim_supplicant_running(supplicant));
	assert_int_equal(osim_supplicant_restart(supplicant), 0);
	start_user(&u, &s, double_it);
	scenario_run(&s);
	expect_doubled(&u);
	content = osim_supplicant_file(supplicant, "kept", &size_bytes);
	assert_non_null(content);
	assert_int_equal(size_bytes, 7);
	assert_memory_equal(content, "content", 7);
	end(&s, supplicant);
}

/* -- programs that are killed ------------------------------------------------------------------ */

static void program_that_is_killed_while_it_is_served_leaves_nothing(void **state)
{
	(void)state;
	for (unsigned int threads = 0; threads < 3; threads++) {
		struct osim_supplicant_options how = options(threads);
		struct osim_supplicant *supplicant;
		struct scenario s = SCENARIO;
		struct user u = {.uuid = NULL};

		how.delay_ms = 100;
		begin(&s);
		supplicant = start(&s, &how);
		start_user(&u, &s, double_it);
		assert_int_equal(osim_run_for(s.m, 50 * MS), 0);
		osim_task_signal(u.p.task, true);
		scenario_run(&s);
		assert_true(u.p.done);
		assert_int_equal(u.results[0], TEE_ERROR_COMMUNICATION);
		assert_in_range((u.p.ended_ns - u.p.begun_ns) / MS, 50, 51);
		start_user(&u, &s, double_it);
		scenario_run(&s);
		expect_doubled(&u);
		end(&s, supplicant);
	}
}

static void program_that_is_killed_while_it_waits_for_a_supplicant_leaves_nothing(void **state)
{
	struct osim_supplicant_options how = options(1);
	struct osim_supplicant *supplicant;
	struct scenario s = SCENARIO;
	struct user u = {.uuid = NULL};

	(void)state;
	begin(&s);
	start_user(&u, &s, double_it);
	assert_int_equal(osim_run_for(s.m, 50 * MS), 0);
	osim_task_signal(u.p.task, true);
	scenario_run(&s);
	assert_true(u.p.done);
	assert_int_equal(u.results[0], TEE_ERROR_COMMUNICATION);
	supplicant = start(&s, &how);
	scenario_run(&s);
	assert_int_equal(osim_supplicant_requests(supplicant, UINT32_MAX), 0);
	end(&s, supplicant);
}

/* Linux notices the end of a supplicant when its last buffer is gone, and the secure world holds
 * some. */
static void
supplicant_that_dies_with_memory_in_use_leaves_nothing_once_the_program_is_killed(void **state)
{
	struct osim_supplicant_options how = options(1);
	struct osim_supplicant *supplicant;
	struct scenario s = SCENARIO;
	struct user u = {.uuid = NULL};

	(void)state;
	how.die_at = 3; /* after two allocations */
	begin(&s);
	supplicant = start(&s, &how);
	start_user(&u, &s, send_frames);
	assert_int_equal(osim_run_for(s.m, 50 * MS), 0);
	scenario_assert_clean(&s);
	assert_false(osim_supplicant_running(supplicant));
	if (!u.p.done) {
		osim_task_signal(u.p.task, true);
		scenario_run(&s);
	}
	assert_true(u.p.done);
	assert_int_not_equal(u.results[0], TEE_SUCCESS);
	assert_int_equal(osim_supplicant_restart(supplicant), 0);
	end(&s, supplicant);
}

/* -- enumeration ------------------------------------------------------------------------------- */

static void count_device(void *arg, const char *name)
{
	if (strstr(name, "10213243-5465"))
		++*(unsigned int *)arg;
}

static unsigned int devices(const struct scenario *s)
{
	unsigned int count = 0;

	osim_device_each(s->m, count_device, &count);
	return count;
}

static void devices_that_need_a_supplicant_are_enumerated_once(void **state)
{
	struct osim_pta ta = {
		.size = sizeof(ta), .name = "needs supplicant", .flags = OSIM_PTA_ENUM_SUPP};
	struct osim_supplicant_options how = options(1);
	struct osim_supplicant *supplicant;
	struct scenario s = SCENARIO;

	(void)state;
	begin(&s);
	memcpy(ta.uuid, loaded_ta, sizeof(ta.uuid));
	ta.uuid[15] ^= 1;
	assert_int_equal(osim_pta_register(s.m, &ta), 0);
	assert_int_equal(devices(&s), 0);
	supplicant = start(&s, &how);
	scenario_run(&s);
	assert_int_equal(devices(&s), 1);
	osim_supplicant_stop(supplicant);
	scenario_run(&s);
	assert_int_equal(osim_supplicant_restart(supplicant), 0);
	scenario_run(&s);
	assert_int_equal(devices(&s), 1);
	end(&s, supplicant);
}

/* -- any schedule ------------------------------------------------------------------------------ */

static void requests_under_any_schedule_are_served_or_refused(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 60; seed++) {
		struct osim_supplicant_options how = options((unsigned int)(seed % 4));
		struct osim_chooser_seeded chooser;
		struct osim_supplicant *supplicant;
		struct scenario s = SCENARIO;
		unsigned int refused = 0;
		struct user u[3];

		s.options.chooser = osim_chooser_seeded(&chooser, seed);
		s.secure.thread_count = 4; /* nobody waits for one */
		how.die_at = seed % 2 ? 2 : 0;
		begin(&s);
		supplicant = start(&s, &how);
		for (unsigned int i = 0; i < 3; i++) {
			u[i].uuid = NULL;
			start_user(&u[i], &s, double_it);
		}
		/* Who asks after it died waits for the next one. */
		assert_int_equal(osim_run_for(s.m, 10 * MS), 0);
		if (how.die_at) {
			assert_false(osim_supplicant_running(supplicant));
			assert_int_equal(osim_supplicant_restart(supplicant), 0);
		}
		scenario_run(&s);
		for (unsigned int i = 0; i < 3; i++) {
			assert_true(u[i].p.done);
			if (u[i].results[0] == TEE_ERROR_COMMUNICATION)
				refused++;
			else
				expect_doubled(&u[i]);
		}
		assert_in_range(refused, how.die_at ? 1 : 0, how.die_at ? 3 : 0);
		end(&s, supplicant);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scenario_test(file_that_is_written_is_read_back),
		scenario_test(rpmb_frames_go_there_and_back),
		scenario_test(ta_that_must_be_loaded_is_asked_for),
		scenario_test(memory_of_the_supplicant_is_given_and_taken_back),
		scenario_test(unknown_request_is_passed_on_unchanged_or_refused),
		scenario_test(request_waits_for_a_supplicant_that_comes_late),
		scenario_test(second_supplicant_is_refused),
		scenario_test(threads_serve_at_once),
		scenario_test(supplicant_that_dies_leaves_an_error_and_can_come_back),
		scenario_test(supplicant_that_restarts_keeps_its_files),
		scenario_test(program_that_is_killed_while_it_is_served_leaves_nothing),
		scenario_test(
			program_that_is_killed_while_it_waits_for_a_supplicant_leaves_nothing),
		scenario_test(
			supplicant_that_dies_with_memory_in_use_leaves_nothing_once_the_program_is_killed),
		scenario_test(devices_that_need_a_supplicant_are_enumerated_once),
		scenario_test(requests_under_any_schedule_are_served_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
