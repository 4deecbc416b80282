/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "trace/recording.h"

#define GUESTS_DEFAULT 2u
#define VALUE_MAX      24u

/* The value of "CFG_X=value"; false: it is not in text. */
static bool config(const char *text, const char *key, char value[VALUE_MAX])
{
	size_t len = strlen(key), n;

	for (const char *at = strstr(text, key); at; at = strstr(at + len, key)) {
		if (at[len] != '=')
			continue;
		n = strcspn(at + len + 1, " \t,;()");
		if (n >= VALUE_MAX)
			return false;
		memcpy(value, at + len + 1, n);
		value[n] = '\0';
		return true;
	}
	return false;
}

static bool config_is(const char *text, const char *key, const char *expected)
{
	char value[VALUE_MAX];

	return config(text, key, value) && !strcmp(value, expected);
}

static uint64_t config_number(const char *text, const char *key, uint64_t otherwise)
{
	char value[VALUE_MAX], *end;
	uint64_t n;

	if (!config(text, key, value))
		return otherwise;
	n = strtoull(value, &end, 0);
	return *value && !*end ? n : otherwise;
}

/* "optee_os <commit> (4.10.0-257-g...), ..." */
static void take_version(struct osim__recording_build *b, const char *text)
{
	char digits[17] = "";
	const char *bracket = strchr(text, '(');
	char *end;

	text += strspn(text, " ");
	if (strspn(text, "0123456789abcdef") >= 16) {
		memcpy(digits, text, 16);
		b->os_build = strtoull(digits, NULL, 16);
	}
	if (!bracket)
		return;
	b->os_major = (uint32_t)strtoul(bracket + 1, &end, 10);
	if (*end == '.')
		b->os_minor = (uint32_t)strtoul(end + 1, NULL, 10);
}

/* "stock (unmodified source)", "dbg = stock + the debug calls of README.md, ..." */
static void take_build(struct osim__recording_build *b, const char *text)
{
	size_t n;

	text += strspn(text, " ");
	n = strcspn(text, " \t,;=()+");
	if (n >= sizeof(b->name))
		n = sizeof(b->name) - 1;
	memcpy(b->name, text, n);
	b->name[n] = '\0';
	b->debug_calls = (strcmp(b->name, "stock") != 0 && strcmp(b->name, "nonotif") != 0) ||
			 strstr(text, "dbg") || strstr(text, "debug calls");
	if (!strcmp(b->name, "nonotif"))
		b->no_notif = true;
	if (!strcmp(b->name, "wd") || !strncmp(b->name, "watchdog", strlen("watchdog")))
		b->test_watchdog = true;
	if (!strncmp(b->name, "virt", 4) && !b->guests)
		b->guests = GUESTS_DEFAULT;
}

void osim__recording_build_init(struct osim__recording_build *b)
{
	*b = (struct osim__recording_build){.debug_calls = true};
}

void osim__recording_build_comment(struct osim__recording_build *b, const char *text)
{
	static const char os[] = "optee_os", build[] = "build:";

	if (!strncmp(text, os, strlen(os)))
		take_version(b, text + strlen(os));
	if (!strncmp(text, build, strlen(build)))
		take_build(b, text + strlen(build));
	if (config_is(text, "CFG_CORE_ASYNC_NOTIF", "n"))
		b->no_notif = true;
	if (config_is(text, "CFG_CORE_RESERVED_SHM", "n"))
		b->no_reserved_shm = true;
	if (config_is(text, "CFG_CORE_DYN_SHM", "n"))
		b->no_dynamic_shm = true;
	if (config_is(text, "CFG_NOTIF_TEST_WD", "n"))
		b->no_test_watchdog = true;
	if (config_is(text, "CFG_NOTIF_TEST_WD", "y") ||
	    config_is(text, "CFG_ENABLE_EMBEDDED_TESTS", "y"))
		b->test_watchdog = true;
	if (config_is(text, "CFG_NS_VIRTUALIZATION", "y") && !b->guests)
		b->guests = GUESTS_DEFAULT;
	b->threads = (uint32_t)config_number(text, "CFG_NUM_THREADS", b->threads);
	b->guests = (uint32_t)config_number(text, "CFG_VIRT_GUEST_COUNT", b->guests);
	b->shm_pa = config_number(text, "CFG_SHMEM_START", b->shm_pa);
	b->shm_bytes = config_number(text, "CFG_SHMEM_SIZE", b->shm_bytes);
}
