/* SPDX-License-Identifier: BSD-2-Clause */
/* What a supplicant answers to single requests, without a driver. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <optee_sim/abi/rpc.h>
#include <optee_sim/abi/tee.h>
#include <optee_sim/machine.h>

#include "user/supplicant.h"

typedef struct osim_supplicant_param param;

static param value(enum osim_param_type type, uint64_t a, uint64_t b, uint64_t c)
{
	return (param){.type = type, .a = a, .b = b, .c = c};
}

static param memory(enum osim_param_type type, void *data, size_t size_bytes)
{
	return (param){.type = type, .data = data, .size_bytes = size_bytes};
}

static param name(const char *text)
{
	return memory(OSIM_PARAM_MEM_IN, (void *)(uintptr_t)text, strlen(text) + 1);
}

/* -- files ------------------------------------------------------------------------------------- */

/* A function of FS of three parameters; *fd: what it gave. */
static uint32_t fs(struct osim__files *f, uint32_t func, param second, uint64_t *fd)
{
	param p[3] = {value(OSIM_PARAM_VALUE_IN, func, 0, 0), second,
		      value(OSIM_PARAM_VALUE_OUT, 0, 0, 0)};
	uint32_t res = osim__files_serve(f, p, func == OPTEE_RPC_FS_REMOVE ? 2 : 3);

	if (fd)
		*fd = p[2].a;
	return res;
}

static uint32_t fs_data(struct osim__files *f, uint32_t func, uint64_t fd, uint64_t offset,
			void *data, size_t *size_bytes)
{
	param p[2] = {value(OSIM_PARAM_VALUE_IN, func, fd, offset),
		      memory(func == OPTEE_RPC_FS_WRITE ? OSIM_PARAM_MEM_IN : OSIM_PARAM_MEM_OUT,
			     data, *size_bytes)};
	uint32_t res = osim__files_serve(f, p, 2);

	*size_bytes = p[1].size_bytes;
	return res;
}

static uint32_t fs_value(struct osim__files *f, uint32_t func, uint64_t fd, uint64_t c)
{
	param p = value(OSIM_PARAM_VALUE_IN, func, fd, c);

	return osim__files_serve(f, &p, 1);
}

static uint32_t rename_to(struct osim__files *f, const char *from, const char *to, bool replace)
{
	param p[3] = {value(OSIM_PARAM_VALUE_IN, OPTEE_RPC_FS_RENAME, replace, 0), name(from),
		      name(to)};

	return osim__files_serve(f, p, 3);
}

static void file_written_beyond_its_end_has_zeros_in_between(void **state)
{
	struct osim__files f = {.first = NULL};
	char data[16] = "end";
	size_t size = 3;
	uint64_t fd;

	(void)state;
	assert_int_equal(fs(&f, OPTEE_RPC_FS_CREATE, name("a"), &fd), TEE_SUCCESS);
	assert_int_equal(fs_data(&f, OPTEE_RPC_FS_WRITE, fd, 5, data, &size), TEE_SUCCESS);
	memset(data, 'x', sizeof(data));
	size = sizeof(data);
	assert_int_equal(fs_data(&f, OPTEE_RPC_FS_READ, fd, 0, data, &size), TEE_SUCCESS);
	assert_int_equal(size, 8);
	assert_memory_equal(data, "\0\0\0\0\0end", 8);
	size = sizeof(data);
	assert_int_equal(fs_data(&f, OPTEE_RPC_FS_READ, fd, 100, data, &size), TEE_SUCCESS);
	assert_int_equal(size, 0);
	osim__files_fini(&f);
}

static void file_that_grows_too_large_has_no_space(void **state)
{
	struct osim__files f = {.first = NULL};
	char byte = 1;
	size_t size = 1;
	uint64_t fd;

	(void)state;
	assert_int_equal(fs(&f, OPTEE_RPC_FS_CREATE, name("a"), &fd), TEE_SUCCESS);
	assert_int_equal(fs_data(&f, OPTEE_RPC_FS_WRITE, fd, UINT64_MAX, &byte, &size),
			 TEE_ERROR_STORAGE_NO_SPACE);
	assert_int_equal(fs_data(&f, OPTEE_RPC_FS_WRITE, fd, 0x1000000, &byte, &size),
			 TEE_ERROR_STORAGE_NO_SPACE);
	assert_int_equal(fs_value(&f, OPTEE_RPC_FS_TRUNCATE, fd, UINT64_MAX),
			 TEE_ERROR_STORAGE_NO_SPACE);
	assert_int_equal(osim__files_find(&f, "a")->size_bytes, 0);
	osim__files_fini(&f);
}

static void file_that_is_removed_lives_until_it_is_closed(void **state)
{
	struct osim__files f = {.first = NULL};
	char data[4] = "abc";
	size_t size = 3;
	uint64_t fd;

	(void)state;
	assert_int_equal(fs(&f, OPTEE_RPC_FS_CREATE, name("a"), &fd), TEE_SUCCESS);
	assert_int_equal(fs_data(&f, OPTEE_RPC_FS_WRITE, fd, 0, data, &size), TEE_SUCCESS);
	assert_int_equal(fs(&f, OPTEE_RPC_FS_REMOVE, name("a"), NULL), TEE_SUCCESS);
	assert_int_equal(fs(&f, OPTEE_RPC_FS_REMOVE, name("a"), NULL), TEE_ERROR_ITEM_NOT_FOUND);
	memset(data, 0, sizeof(data));
	assert_int_equal(fs_data(&f, OPTEE_RPC_FS_READ, fd, 0, data, &size), TEE_SUCCESS);
	assert_string_equal(data, "abc");
	assert_int_equal(fs_value(&f, OPTEE_RPC_FS_CLOSE, fd, 0), TEE_SUCCESS);
	assert_int_equal(fs_value(&f, OPTEE_RPC_FS_CLOSE, fd, 0), TEE_ERROR_BAD_PARAMETERS);
	osim__files_fini(&f);
}

static void file_that_is_renamed_replaces_another_only_when_told(void **state)
{
	struct osim__files f = {.first = NULL};

	(void)state;
	assert_int_equal(osim__files_append(&f, "a", "1", 1), TEE_SUCCESS);
	assert_int_equal(osim__files_append(&f, "b", "22", 2), TEE_SUCCESS);
	assert_int_equal(rename_to(&f, "a", "b", false), TEE_ERROR_ACCESS_CONFLICT);
	assert_int_equal(rename_to(&f, "a", "b", true), TEE_SUCCESS);
	assert_null(osim__files_find(&f, "a"));
	assert_int_equal(osim__files_find(&f, "b")->size_bytes, 1);
	assert_int_equal(rename_to(&f, "a", "c", true), TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(rename_to(&f, "b", "b", true), TEE_SUCCESS);
	assert_non_null(osim__files_find(&f, "b"));
	osim__files_fini(&f);
}

static void directory_lists_the_files_in_it_in_order(void **state)
{
	static const char *const files[] = {"/ta/2", "/ta/1", "/ta/deeper/3", "/tax/4", "/ta/55"};
	static const char *const expected[] = {"2", "1", "55"};
	struct osim__files f = {.first = NULL};
	char entry[8];
	uint64_t dir;
	size_t size;

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		assert_int_equal(osim__files_append(&f, files[i], "x", 1), TEE_SUCCESS);
	assert_int_equal(fs(&f, OPTEE_RPC_FS_OPENDIR, name("/none"), &dir),
			 TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(fs(&f, OPTEE_RPC_FS_OPENDIR, name("/ta/"), &dir), TEE_SUCCESS);
	size = 1;
	assert_int_equal(fs_data(&f, OPTEE_RPC_FS_READDIR, dir, 0, entry, &size),
			 TEE_ERROR_SHORT_BUFFER);
	assert_int_equal(size, 2);
	for (size_t i = 0; i < 3; i++) {
		size = sizeof(entry);
		assert_int_equal(fs_data(&f, OPTEE_RPC_FS_READDIR, dir, 0, entry, &size),
				 TEE_SUCCESS);
		assert_string_equal(entry, expected[i]);
	}
	size = sizeof(entry);
	assert_int_equal(fs_data(&f, OPTEE_RPC_FS_READDIR, dir, 0, entry, &size),
			 TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(fs_value(&f, OPTEE_RPC_FS_CLOSE, dir, 0), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(fs_value(&f, OPTEE_RPC_FS_CLOSEDIR, dir, 0), TEE_SUCCESS);
	osim__files_fini(&f);
}

static void file_function_that_makes_no_sense_is_refused(void **state)
{
	struct osim__files f = {.first = NULL};
	char long_name[OSIM__FILES_NAME_MAX + 2];

	(void)state;
	memset(long_name, 'n', sizeof(long_name));
	long_name[sizeof(long_name) - 1] = '\0';
	assert_int_equal(osim__files_serve(&f, NULL, 0), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(fs_value(&f, 11, 0, 0), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(fs_value(&f, OPTEE_RPC_FS_OPEN, 0, 0), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(fs_value(&f, OPTEE_RPC_FS_TRUNCATE, 1, 0), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(fs(&f, OPTEE_RPC_FS_CREATE, name(""), NULL), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(fs(&f, OPTEE_RPC_FS_CREATE, name(long_name), NULL),
			 TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(fs(&f, OPTEE_RPC_FS_CREATE, memory(OSIM_PARAM_MEM_IN, long_name, 4), NULL),
			 TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(fs(&f, OPTEE_RPC_FS_CREATE, memory(OSIM_PARAM_MEM_IN, NULL, 4), NULL),
			 TEE_ERROR_BAD_PARAMETERS);
	assert_null(f.first);
	osim__files_fini(&f);
}

/* -- the rest ---------------------------------------------------------------------------------- */

static void ta_is_copied_only_into_a_buffer_that_holds_it(void **state)
{
	struct osim_supplicant_ta ta = {.uuid = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
						 16},
					.binary = "0123456789",
					.size_bytes = 10};
	struct osim_supplicant s = {.options = {.tas = &ta, .ta_count = 1}};
	param p[2] = {value(OSIM_PARAM_VALUE_IN, 0x0807060504030201, 0x100f0e0d0c0b0a09, 0)};
	char buffer[10] = "";

	(void)state;
	p[1] = memory(OSIM_PARAM_MEM_OUT, buffer, 9);
	assert_int_equal(osim__supplicant_serve(&s, OPTEE_RPC_CMD_LOAD_TA, p, 2), TEE_SUCCESS);
	assert_int_equal(p[1].size_bytes, 10);
	assert_int_equal(buffer[0], 0);
	assert_int_equal(osim__supplicant_serve(&s, OPTEE_RPC_CMD_LOAD_TA, p, 2), TEE_SUCCESS);
	assert_memory_equal(buffer, "0123456789", 10);
	p[0].b ^= 1ull << 63;
	assert_int_equal(osim__supplicant_serve(&s, OPTEE_RPC_CMD_LOAD_TA, p, 2),
			 TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(osim__supplicant_serve(&s, OPTEE_RPC_CMD_LOAD_TA, p, 1),
			 TEE_ERROR_BAD_PARAMETERS);
}

static uint32_t reverse(void *arg, uint32_t cmd, uint32_t sub_cmd, void *data, size_t size_bytes,
			size_t *out_bytes)
{
	uint8_t *bytes = data;

	*(uint32_t *)arg = cmd << 16 | sub_cmd;
	for (size_t i = 0; i < size_bytes / 2; i++) {
		uint8_t byte = bytes[i];

		bytes[i] = bytes[size_bytes - 1 - i];
		bytes[size_bytes - 1 - i] = byte;
	}
	*out_bytes = size_bytes - 1;
	return TEE_ERROR_SHORT_BUFFER;
}

static void plugin_is_found_by_its_uuid(void **state)
{
	uint32_t seen = 0;
	struct osim_supplicant_plugin plugin = {.uuid = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
							 14, 15, 16},
						.invoke = reverse,
						.arg = &seen};
	struct osim_supplicant s = {.options = {.plugins = &plugin, .plugin_count = 1}};
	char data[] = "abcd";
	param p[4] = {
		value(OSIM_PARAM_VALUE_IN, OPTEE_RPC_SUPP_PLUGIN_INVOKE, 0x04030201, 0x08070605),
		value(OSIM_PARAM_VALUE_IN, 0x0c0b0a09, 0x100f0e0d, 7),
		value(OSIM_PARAM_VALUE_INOUT, 9, 0, 0), memory(OSIM_PARAM_MEM_INOUT, data, 4)};

	(void)state;
	assert_int_equal(osim__supplicant_serve(&s, OPTEE_RPC_CMD_SUPP_PLUGIN, p, 4),
			 TEE_ERROR_SHORT_BUFFER);
	assert_int_equal(seen, 0x70009);
	assert_int_equal(p[2].b, 3);
	assert_string_equal(data, "dcba");
	p[1].b++;
	assert_int_equal(osim__supplicant_serve(&s, OPTEE_RPC_CMD_SUPP_PLUGIN, p, 4),
			 TEE_ERROR_ITEM_NOT_FOUND);
	p[0].a = 1;
	assert_int_equal(osim__supplicant_serve(&s, OPTEE_RPC_CMD_SUPP_PLUGIN, p, 4),
			 TEE_ERROR_BAD_PARAMETERS);
}

static void profile_goes_to_a_file_that_grows(void **state)
{
	uint8_t uuid[16] = {0x40, 0x5b, 0x6a, 0xd9, 0xe5, 0xc3, 0xe3, 0x21,
			    0x87, 0x94, 0x10, 0x02, 0xa5, 0xd5, 0xc6, 0x1b};
	struct osim_supplicant s = {.m = NULL};
	param p[3] = {value(OSIM_PARAM_VALUE_INOUT, 0, 0, 0),
		      memory(OSIM_PARAM_MEM_IN, uuid, sizeof(uuid)),
		      memory(OSIM_PARAM_MEM_IN, (void *)(uintptr_t) "trace", 5)};
	const void *content;
	size_t size = 0;

	(void)state;
	assert_int_equal(osim__supplicant_serve(&s, OPTEE_RPC_CMD_FTRACE, p, 3), TEE_SUCCESS);
	assert_int_equal(p[0].a, 1);
	assert_int_equal(osim__supplicant_serve(&s, OPTEE_RPC_CMD_FTRACE, p, 3), TEE_SUCCESS);
	assert_int_equal(p[0].a, 1);
	content = osim_supplicant_file(&s, "ftrace-d96a5b40-c3e5-21e3-8794-1002a5d5c61b.1", &size);
	assert_non_null(content);
	assert_int_equal(size, 10);
	assert_memory_equal(content, "tracetrace", 10);
	p[0].a = 0;
	assert_int_equal(osim__supplicant_serve(&s, OPTEE_RPC_CMD_GPROF, p, 3), TEE_SUCCESS);
	assert_int_equal(p[0].a, 2);
	assert_non_null(
		osim_supplicant_file(&s, "gprof-d96a5b40-c3e5-21e3-8794-1002a5d5c61b.2", &size));
	p[0].a = 3; /* has not been given to anybody */
	assert_int_equal(osim__supplicant_serve(&s, OPTEE_RPC_CMD_FTRACE, p, 3),
			 TEE_ERROR_BAD_PARAMETERS);
	osim__files_fini(&s.files);
}

static void request_that_nothing_serves_is_not_supported(void **state)
{
	static const uint32_t funcs[] = {OPTEE_RPC_CMD_RPMB, OPTEE_RPC_CMD_SOCKET,
					 OPTEE_RPC_CMD_BENCH_REG, 0x12345};
	struct osim_supplicant s = {.m = NULL};

	(void)state;
	for (size_t i = 0; i < sizeof(funcs) / sizeof(funcs[0]); i++)
		assert_int_equal(osim__supplicant_serve(&s, funcs[i], NULL, 0),
				 TEE_ERROR_NOT_SUPPORTED);
}

static void supplicant_with_wrong_options_is_refused(void **state)
{
	struct osim_options machine = {.size = sizeof(machine)};
	struct osim_supplicant_options options = {.size = sizeof(options)};
	struct osim_supplicant *s = NULL;
	struct osim_machine *m;

	(void)state;
	assert_int_equal(osim_machine_new(&machine, &m), 0);
	options.threads = OSIM__SUPPLICANT_THREADS + 1;
	assert_int_equal(osim_supplicant_start(m, &options, &s), -EINVAL);
	options.threads = 1;
	options.size--;
	assert_int_equal(osim_supplicant_start(m, &options, &s), -EINVAL);
	assert_null(s);
	osim_machine_free(m);
}

static void supplicant_without_a_device_ends_with_the_error(void **state)
{
	struct osim_options machine = {.size = sizeof(machine)};
	struct osim_supplicant *s = NULL;
	struct osim_machine *m;

	(void)state;
	assert_int_equal(osim_machine_new(&machine, &m), 0);
	assert_int_equal(osim_supplicant_start(m, NULL, &s), 0);
	assert_true(osim_supplicant_running(s));
	assert_int_equal(osim_run(m), 0);
	assert_false(osim_supplicant_running(s));
	assert_int_equal(osim_supplicant_error(s), -ENODEV);
	osim_supplicant_stop(s);
	osim_machine_free(m);
	osim_supplicant_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_written_beyond_its_end_has_zeros_in_between),
		cmocka_unit_test(file_that_grows_too_large_has_no_space),
		cmocka_unit_test(file_that_is_removed_lives_until_it_is_closed),
		cmocka_unit_test(file_that_is_renamed_replaces_another_only_when_told),
		cmocka_unit_test(directory_lists_the_files_in_it_in_order),
		cmocka_unit_test(file_function_that_makes_no_sense_is_refused),
		cmocka_unit_test(ta_is_copied_only_into_a_buffer_that_holds_it),
		cmocka_unit_test(plugin_is_found_by_its_uuid),
		cmocka_unit_test(profile_goes_to_a_file_that_grows),
		cmocka_unit_test(request_that_nothing_serves_is_not_supported),
		cmocka_unit_test(supplicant_with_wrong_options_is_refused),
		cmocka_unit_test(supplicant_without_a_device_ends_with_the_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
