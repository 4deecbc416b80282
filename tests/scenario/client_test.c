/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs on the driver's ioctls.
 *
 * Nothing is asserted in a program's thread: bodies note what they saw, tests look at it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <linux/tee.h>

#include <optee_sim/abi/msg.h>
#include <optee_sim/abi/rpc.h>
#include <optee_sim/abi/smc.h>
#include <optee_sim/abi/tee.h>

#include "scenario.h"

#define MS 1000000ull

static const uint32_t modes[] = {
	CAP_DYNAMIC | CAP_NULL | CAP_NOTIF,
	CAP_DYNAMIC | CAP_NULL | CAP_NOTIF | CAP_RPC_ARG,
	CAP_RESERVED | CAP_NULL | CAP_NOTIF,
	CAP_RESERVED | CAP_NULL | CAP_NOTIF | CAP_RPC_ARG,
};
#define MODES (sizeof(modes) / sizeof(modes[0]))

static void begin(struct scenario *s)
{
	scenario_new(s);
	scenario_bind(s);
}

static void end(struct scenario *s)
{
	assert_int_equal(s->sessions, 0);
	scenario_unbind(s);
	scenario_free(s);
}

/* Runs one body in a program, in a machine of its own with those capabilities (0: all). */
static void run_body(struct scenario *s, struct program *p, uint32_t caps,
		     void (*body)(struct program *p))
{
	s->secure.caps = caps;
	begin(s);
	program_start(p, s, "program", body);
	scenario_run(s);
	assert_true(p->done);
	end(s);
}

/* -- values and memory --------------------------------------------------------------------------
 */

struct memory_seen {
	struct program p; /* first */
	int alloc_error;
	unsigned int wrong;
	uint64_t grown;
	uint32_t grown_ret, outside_error, foreign_error;
	struct osim_tee_result null_result;
};

static void use_memory(struct program *p)
{
	struct memory_seen *seen = (struct memory_seen *)p;
	struct osim_client_shm shm;
	struct osim_param params[2] = {{.type = OSIM_PARAM_MEM_INOUT, .shm = &shm},
				       {.type = OSIM_PARAM_VALUE_IN, .b = 5000}};
	uint8_t *bytes;

	seen->alloc_error = osim_client_shm_alloc(&p->client, 3 * 4096, &shm);
	if (seen->alloc_error)
		return;
	bytes = shm.va;
	memset(bytes, 0x5a, shm.size_bytes);
	params[0].offset_bytes = 4000; /* over the border of a page */
	params[0].size_bytes = 200;
	program_call(p, TA_INVERT, params, 1);
	for (unsigned int i = 0; i < shm.size_bytes; i++)
		seen->wrong += bytes[i] != (i >= 4000 && i < 4200 ? 0xa5 : 0x5a);

	params[0].type = OSIM_PARAM_MEM_OUT;
	program_call(p, TA_GROW, params, 2);
	seen->grown = params[0].size_bytes;
	seen->grown_ret = p->last.ret;

	params[0].offset_bytes = 4096;
	params[0].size_bytes = shm.size_bytes - 4096 + 1;
	program_call(p, TA_INVERT, params, 1);
	seen->outside_error = (uint32_t)-p->error;
	p->error = 0;
	params[0].offset_bytes = UINT64_MAX;
	params[0].size_bytes = 2;
	program_call(p, TA_INVERT, params, 1);
	seen->outside_error += (uint32_t)-p->error;
	p->error = 0;

	params[0] = (struct osim_param){.type = OSIM_PARAM_MEM_INOUT};
	program_call(p, TA_INVERT, params, 1);
	seen->null_result = p->last;
	osim_client_shm_free(&p->client, &shm);
}

static void memory_is_shared_in_each_argument_mode(void **state)
{
	(void)state;
	for (size_t i = 0; i < MODES; i++) {
		struct scenario s = SCENARIO;
		struct memory_seen seen = {.p = {0}};

		run_body(&s, &seen.p, modes[i], use_memory);
		assert_int_equal(seen.alloc_error, 0);
		assert_int_equal(seen.p.error, 0);
		assert_int_equal(seen.wrong, 0);
		assert_int_equal(seen.grown_ret, TEE_ERROR_SHORT_BUFFER);
		assert_int_equal(seen.grown, 5000);
		assert_int_equal(seen.outside_error, 2 * EINVAL);
		assert_int_equal(seen.null_result.ret, TEE_SUCCESS);
	}
}

static void null_reference_needs_the_capability(void **state)
{
	struct scenario s = SCENARIO;
	struct memory_seen seen = {.p = {0}};

	(void)state;
	if (scenario_deviates(&s, "null-at-probe"))
		scenario_skip(&s, "null-at-probe");
	run_body(&s, &seen.p, CAP_DYNAMIC | CAP_RPC_ARG, use_memory);
	assert_int_equal(seen.p.error, -EINVAL);
}

static void register_own_memory(struct program *p)
{
	static uint8_t own[4096];
	struct osim_client_shm shm;
	struct osim_param param = {.type = OSIM_PARAM_MEM_INOUT, .shm = &shm, .size_bytes = 16};

	p->error = osim_client_shm_register(&p->client, own, sizeof(own), &shm);
	if (p->error)
		return;
	program_call(p, TA_INVERT, &param, 1);
	p->a = own[15];
	osim_client_shm_free(&p->client, &shm);
}

static void own_memory_of_a_program_is_shared_or_refused(void **state)
{
	struct scenario s = SCENARIO;
	struct program p = {0};

	(void)state;
	run_body(&s, &p, 0, register_own_memory);
	if (scenario_is_model(&s)) {
		assert_int_equal(p.error, -EINVAL);
	} else {
		assert_int_equal(p.error, 0);
		assert_int_equal(p.last.ret, TEE_SUCCESS);
		assert_int_equal(p.a, 0xff);
	}
}

/* A buffer of a file that was closed, and of another file. */
static void use_foreign_buffer(struct program *p)
{
	struct memory_seen *seen = (struct memory_seen *)p;
	struct osim_param param = {.type = OSIM_PARAM_MEM_INOUT, .size_bytes = 16};
	struct osim_client other;
	struct osim_client_shm shm;

	if (osim_client_open(p->s->m, &other) || osim_client_shm_alloc(&other, 4096, &shm))
		return;
	param.shm = &shm;
	program_call(p, TA_INVERT, &param, 1);
	seen->foreign_error = (uint32_t)-p->error;
	p->error = 0;
	osim_client_close(&other);
	program_call(p, TA_INVERT, &param, 1);
	seen->foreign_error += (uint32_t)-p->error;
	p->error = 0;
	osim_client_shm_free(&other, &shm);
	program_call(p, TA_INVERT, &param, 1);
	seen->foreign_error += (uint32_t)-p->error;
}

static void buffer_of_another_file_cannot_be_named(void **state)
{
	struct scenario s = SCENARIO;
	struct memory_seen seen = {.p = {0}};

	(void)state;
	run_body(&s, &seen.p, 0, use_foreign_buffer);
	assert_int_equal(seen.foreign_error, 3 * EINVAL);
}

/* -- sessions -----------------------------------------------------------------------------------
 */

struct session_seen {
	struct program p; /* first */
	int errors[8];
	struct osim_tee_result unknown;
	unsigned int open_at_once;
	struct tee_ioctl_version_data version;
};

static void use_sessions(struct program *p)
{
	static const uint8_t nobody[16] = {1, 2, 3};
	struct session_seen *seen = (struct session_seen *)p;
	struct osim_client other;
	struct osim_tee_result result;
	uint32_t session;

	if (scenario_is_model(p->s)) /* others wait for a supplicant, which would load it */
		osim_client_open_session(&p->client, nobody, 0, NULL, 0, &session, &seen->unknown);
	osim_client_open_session(&p->client, test_ta, 0, NULL, 0, &session, &result);
	seen->open_at_once = p->s->sessions;
	seen->errors[0] = osim_client_close_session(&p->client, session);
	seen->errors[1] = osim_client_close_session(&p->client, session);
	seen->errors[2] = osim_client_invoke(&p->client, session, TA_ADD, 0, NULL, 0, &result);
	seen->errors[3] = osim_client_cancel(&p->client, session, 1);
	osim_client_open(p->s->m, &other);
	seen->errors[4] = osim_client_invoke(&other, p->session, TA_ADD, 0, NULL, 0, &result);
	osim_client_close(&other);
	seen->errors[5] = osim_client_open_session(
		&p->client, test_ta, TEE_IOCTL_LOGIN_REE_KERNEL_MIN, NULL, 0, &session, &result);
	seen->errors[6] = (int)osim_ioctl(p->s->m, p->client.fd, TEE_IOC_VERSION, &seen->version);
	seen->errors[7] = (int)osim_ioctl(p->s->m, p->client.fd, 0x1234, NULL);
}

static void session_belongs_to_its_file_until_it_is_closed(void **state)
{
	static const int errors[8] = {0, -EINVAL, -EINVAL, -EINVAL, -EINVAL, -EPERM, 0, -EINVAL};
	struct scenario s = SCENARIO;
	struct session_seen seen = {.p = {0}};

	(void)state;
	run_body(&s, &seen.p, 0, use_sessions);
	if (scenario_is_model(&s))
		assert_int_not_equal(seen.unknown.ret, TEE_SUCCESS);
	assert_int_equal(seen.open_at_once, 2);
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(seen.errors[i], errors[i]);
	assert_int_equal(seen.version.impl_id, TEE_IMPL_ID_OPTEE);
	assert_int_equal(seen.version.gen_caps & TEE_GEN_CAP_GP, TEE_GEN_CAP_GP);
	assert_int_equal(seen.version.gen_caps & TEE_GEN_CAP_MEMREF_NULL, TEE_GEN_CAP_MEMREF_NULL);
}

static void leave_sessions_open(struct program *p)
{
	struct osim_client other;
	struct osim_tee_result result;
	uint32_t session;

	osim_client_open(p->s->m, &other);
	for (unsigned int i = 0; i < 3; i++)
		osim_client_open_session(&other, test_ta, 0, NULL, 0, &session, &result);
	p->a = p->s->sessions;
	osim_client_close(&other);
	p->b = p->s->sessions;
}

static void file_that_is_closed_closes_its_sessions(void **state)
{
	struct scenario s = SCENARIO;
	struct program p = {0};

	(void)state;
	run_body(&s, &p, 0, leave_sessions_open);
	assert_int_equal(p.a, 4);
	assert_int_equal(p.b, 1);
}

static void use_many_buffers(struct program *p)
{
	struct osim_client_shm shm = {.id = -1};

	for (unsigned int i = 0; i < 200; i++) {
		p->error = osim_client_shm_alloc(&p->client, 4096, &shm);
		if (p->error)
			break;
		for (unsigned int at = 0; at < 4096; at++)
			p->b += ((uint8_t *)shm.va)[at] != 0;
		memset(shm.va, 0xff, 4096);
		osim_client_shm_free(&p->client, &shm);
	}
	p->a = (uint32_t)shm.id;
}

static void buffer_comes_empty_and_its_number_is_used_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < MODES; i++) {
		struct scenario s = SCENARIO;
		struct program p = {0};

		run_body(&s, &p, modes[i], use_many_buffers);
		assert_int_equal(p.error, 0);
		assert_true(p.a < 100);
		assert_int_equal(p.b, 0);
	}
}

/* -- bad arguments ------------------------------------------------------------------------------
 */

static void pass_bad_arguments(struct program *p)
{
	struct session_seen *seen = (struct session_seen *)p;
	uint64_t room[40] = {0};
	struct tee_ioctl_invoke_arg *arg = (struct tee_ioctl_invoke_arg *)room;
	struct tee_ioctl_buf_data buf = {.buf_ptr = (uintptr_t)room};
	static const uint64_t lengths[] = {0, 23, sizeof(*arg), sizeof(*arg) + 33, 1 << 20};
	struct osim_client_shm shm;

	arg->session = p->session;
	arg->num_params = 1;
	for (unsigned int i = 0; i < 5; i++) {
		buf.buf_len = lengths[i];
		seen->errors[i] = (int)osim_ioctl(p->s->m, p->client.fd, TEE_IOC_INVOKE, &buf);
	}
	arg->params[0].attr = 4;
	buf.buf_len = sizeof(*arg) + sizeof(arg->params[0]);
	seen->errors[5] = (int)osim_ioctl(p->s->m, p->client.fd, TEE_IOC_INVOKE, &buf);
	arg->num_params = UINT32_MAX;
	seen->errors[6] = (int)osim_ioctl(p->s->m, p->client.fd, TEE_IOC_INVOKE, &buf);
	seen->errors[7] = osim_client_shm_alloc(&p->client, 0, &shm);
}

static void bad_arguments_are_refused(void **state)
{
	struct scenario s = SCENARIO;
	struct session_seen seen = {.p = {0}};

	(void)state;
	if (scenario_deviates(&s, "no-size"))
		s.known = "kernel.warn";
	run_body(&s, &seen.p, CAP_DYNAMIC | CAP_NULL | CAP_RPC_ARG, pass_bad_arguments);
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(seen.errors[i], -EINVAL);
	assert_true(seen.errors[7] < 0);
}

/* -- one step fails -----------------------------------------------------------------------------
 */

static void use_all(struct program *p)
{
	program_invoke_body(p);
	use_memory(p);
}

static void failing_step_of_a_kind(enum osim_fault kind, uint32_t caps)
{
	for (unsigned long n = 1;; n++) {
		struct scenario s = SCENARIO;
		struct memory_seen seen = {.p = {.command = TA_SLEEP, .a = 1}};
		bool reached;

		s.secure.caps = caps;
		begin(&s);
		scenario_fail(&s, kind, n);
		program_start(&seen.p, &s, "program", use_all);
		assert_int_equal(osim_run(s.m), 0);
		reached = s.faults >= n;
		scenario_fail(&s, kind, 0);
		if (osim_finding_count(s.m))
			print_error("after failure %lu of kind %d: %s\n", n, kind, s.fault_what);
		scenario_assert_clean(&s);
		assert_true(seen.p.done);
		end(&s);
		if (!reached)
			break;
	}
}

static void step_that_fails_leaves_nothing_whichever_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < MODES; i++) {
		failing_step_of_a_kind(OSIM_FAULT_ALLOC, modes[i]);
		failing_step_of_a_kind(OSIM_FAULT_COPY, modes[i]);
	}
}

/* A session that the program could not be told of must not stay open. */
static void open_with_copies_that_fail(struct program *p)
{
	struct osim_tee_result result;
	uint32_t session = 0;

	for (unsigned long n = 1; !p->a; n++) {
		scenario_fail(p->s, OSIM_FAULT_COPY, n);
		if (!osim_client_open_session(&p->client, test_ta, 0, NULL, 0, &session, &result))
			p->a = p->s->faults < n;
		else
			p->b += p->s->sessions != 1; /* the one that the program began with */
	}
	scenario_fail(p->s, OSIM_FAULT_COPY, 0);
	osim_client_close_session(&p->client, session);
}

static void session_that_cannot_be_reported_is_closed(void **state)
{
	struct scenario s = SCENARIO;
	struct program p = {0};

	(void)state;
	run_body(&s, &p, 0, open_with_copies_that_fail);
	assert_int_equal(p.a, 1);
	assert_int_equal(p.b, 0);
}

static void programs_under_any_schedule_get_what_they_ask_for(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 100; seed++) {
		struct osim_chooser_seeded chooser;
		struct scenario s = SCENARIO;
		struct program add, wait, send;

		s.options.chooser = osim_chooser_seeded(&chooser, seed);
		s.secure.caps = modes[seed % MODES];
		s.secure.thread_count = 4;
		begin(&s);
		program_invoke(&wait, &s, TA_WAIT, 5, 0);
		program_invoke(&add, &s, TA_ADD, 20, 22);
		program_invoke(&send, &s, TA_SEND, 5, 0);
		scenario_post(&s, 0);
		scenario_run(&s);
		assert_true(add.done && wait.done && send.done);
		assert_int_equal(add.a, 42);
		assert_int_equal(wait.last.ret, TEE_SUCCESS);
		assert_int_equal(s.bottom_halves, 1);
		end(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scenario_test(memory_is_shared_in_each_argument_mode),
		scenario_test(null_reference_needs_the_capability),
		scenario_test(own_memory_of_a_program_is_shared_or_refused),
		scenario_test(buffer_of_another_file_cannot_be_named),
		scenario_test(session_belongs_to_its_file_until_it_is_closed),
		scenario_test(file_that_is_closed_closes_its_sessions),
		scenario_test(bad_arguments_are_refused),
		scenario_test(buffer_comes_empty_and_its_number_is_used_again),
		scenario_test(step_that_fails_leaves_nothing_whichever_it_is),
		scenario_test(session_that_cannot_be_reported_is_closed),
		scenario_test(programs_under_any_schedule_get_what_they_ask_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
