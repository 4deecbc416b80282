/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A supplicant that comes late, dies and comes back, and programs that are killed meanwhile.
 *
 * Nothing is asserted in a program's thread: bodies note what they saw, tests look at it.
 */
#include <errno.h>

#include "supplicant_user.h"

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

/*
 * The supplicant's files refer to the buffers that the secure world has, and nobody lets go of
 * those: a second supplicant is refused for as long as the program waits, which is for ever.
 */
static void supplicant_that_dies_with_memory_in_use_cannot_be_replaced(void **state)
{
	struct osim_supplicant_options how = options(1), again = options(1);
	struct osim_supplicant *first, *second;
	struct scenario s = SCENARIO;
	struct user u = {.uuid = NULL};

	(void)state;
	how.die_at = 3; /* after two allocations */
	begin(&s);
	first = start(&s, &how);
	start_user(&u, &s, send_frames);
	assert_int_equal(osim_run_for(s.m, 50 * MS), 0);
	assert_false(osim_supplicant_running(first));
	second = start(&s, &again);
	assert_int_equal(osim_run_for(s.m, 50 * MS), 0);
	if (!scenario_deviates(&s, "supplicant-held-by-its-memory")) {
		assert_true(u.p.done);
		assert_true(osim_supplicant_running(second));
	} else {
		assert_false(u.p.done);
		assert_false(osim_supplicant_running(second));
		assert_int_equal(osim_supplicant_error(second), -EBUSY);
		osim_task_signal(u.p.task, true);
		scenario_run(&s);
		assert_true(u.p.done);
		assert_int_equal(osim_supplicant_restart(second), 0);
	}
	end(&s, second);
	osim_supplicant_free(first);
}

static void
supplicant_that_dies_without_memory_leaves_nothing_whichever_allocation_fails(void **state)
{
	(void)state;
	for (unsigned int die_at = 2; die_at <= 3; die_at++) {
		struct osim_supplicant_options how = options(die_at - 1);

		how.die_at = die_at;
		without_memory(0, &how, NULL, make_file);
		without_memory(0, &how, NULL, send_frames);
	}
}

/* -- a supplicant that needs the secure world itself --------------------------------------------
 */

static struct scenario *asking;

/* Opens a session before it answers. */
static uint32_t double_by_ta(void *arg, uint32_t func, struct osim_supplicant_param *params,
			     size_t count)
{
	struct osim_tee_result result = {.ret = TEE_ERROR_GENERIC};
	struct osim_client client;
	uint32_t session;

	if (osim_client_open(asking->m, &client))
		return TEE_ERROR_GENERIC;
	if (!osim_client_open_session(&client, test_ta, 0, NULL, 0, &session, &result) &&
	    !result.ret)
		osim_client_close_session(&client, session);
	osim_client_close(&client);
	return result.ret ? result.ret : double_value(arg, func, params, count);
}

static void supplicant_that_calls_the_secure_world_needs_a_thread_to_spare(void **state)
{
	(void)state;
	for (uint32_t threads = 1; threads <= 2; threads++) {
		struct osim_supplicant_options how = options(1);
		struct osim_supplicant *supplicant;
		struct scenario s = SCENARIO;
		struct user u = {.uuid = NULL};

		how.other = double_by_ta;
		s.secure.thread_count = threads;
		asking = &s;
		begin(&s);
		supplicant = start(&s, &how);
		start_user(&u, &s, double_it);
		if (threads == 2) {
			scenario_run(&s);
			expect_doubled(&u);
			end(&s, supplicant);
			continue;
		}
		/* The program has the only thread and waits for the supplicant, which waits for
		 * that thread: nobody can tell, and the machine says who waits for what. */
		assert_int_equal(osim_run(s.m), -EDEADLK);
		assert_true(osim_finding_count(s.m) >= 1);
		assert_string_equal(osim_finding_get(s.m, 0)->id, "machine.stuck");
		assert_false(u.p.done);
		assert_int_equal(osim_crash(s.m), 0);
		scenario_free(&s);
		osim_supplicant_free(supplicant);
	}
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
		scenario_test(supplicant_that_dies_with_memory_in_use_cannot_be_replaced),
		scenario_test(
			supplicant_that_dies_without_memory_leaves_nothing_whichever_allocation_fails),
		scenario_test(supplicant_that_calls_the_secure_world_needs_a_thread_to_spare),
		scenario_test(requests_under_any_schedule_are_served_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
