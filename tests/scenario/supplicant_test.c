/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a supplicant on the driver's privileged device serves.
 *
 * Nothing is asserted in a program's thread: bodies note what they saw, tests look at it.
 */
#include "supplicant_user.h"

/* -- what it serves ---------------------------------------------------------------------------- */

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

/* -- without memory ---------------------------------------------------------------------------- */

static void request_without_memory_leaves_nothing_whichever_allocation_fails(void **state)
{
	static const uint32_t caps[] = {0, CAP_RESERVED | CAP_NULL, CAP_DYNAMIC | CAP_NULL};

	(void)state;
	for (unsigned int threads = 0; threads < 3; threads++) {
		const struct osim_supplicant_options how = options(threads);

		without_memory(caps[threads], &how, NULL, use_files);
		without_memory(caps[threads], &how, NULL, send_frames);
		without_memory(caps[threads], &how, NULL, allocate);
		without_memory(caps[threads], &how, loaded_ta, open_ta);
	}
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		scenario_test(file_that_is_written_is_read_back),
		scenario_test(rpmb_frames_go_there_and_back),
		scenario_test(ta_that_must_be_loaded_is_asked_for),
		scenario_test(memory_of_the_supplicant_is_given_and_taken_back),
		scenario_test(unknown_request_is_passed_on_unchanged_or_refused),
		scenario_test(request_without_memory_leaves_nothing_whichever_allocation_fails),
		scenario_test(devices_that_need_a_supplicant_are_enumerated_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
