/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/replay.h>

#include "stim/replay.h"
#include "trace/recording.h"

/* A recording that says something else than OP-TEE did must not match: each kind of field, in turn.
 */

#define LINES_MAX 4096

static const char *const names[] = {"fast", "notif", "rpc", "yield"};

#define NAMES (sizeof(names) / sizeof(names[0]))

static char *lines[LINES_MAX];
static size_t line_count;

static struct osim_replay_result result;
static unsigned long first_line; /* of the first difference; 0: none */

static void load(const char *name)
{
	char path[512], text[OSIM__RECORDING_LINE_MAX];
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s.txt", OSIM_TEST_RECORDINGS, name);
	in = fopen(path, "r");
	assert_non_null(in);
	for (line_count = 0; fgets(text, sizeof(text), in); line_count++) {
		assert_true(line_count < LINES_MAX);
		lines[line_count] = strdup(text);
	}
	fclose(in);
}

static void unload(void)
{
	for (size_t i = 0; i < line_count; i++)
		free(lines[i]);
}

static void tell(void *arg, enum osim_replay_report kind, const char *text)
{
	(void)arg;
	(void)kind;
	if (!first_line)
		first_line = strtoul(strchr(text, ':') + 1, NULL, 10);
}

static void play(void)
{
	const struct osim_replay_options options = {.size = sizeof(options), .report = tell};
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	for (size_t i = 0; i < line_count; i++)
		fputs(lines[i], file);
	fclose(file);
	file = fmemopen(text, size, "r");
	first_line = 0;
	assert_int_equal(osim_replay(file, "altered", &options, &result), 0);
	fclose(file);
	free(text);
}

static bool is(const char *line, const char *word)
{
	size_t len = strlen(word);

	return !strncmp(line, word, len) && line[len] == ' ';
}

/* Another digit in place of this one. */
static void alter_digit(char *digit)
{
	*digit = *digit == '0' ? '1' : '0';
}

/* The last digit of word number n of a line, counted from 0. */
static char *last_digit(char *line, unsigned int n)
{
	while (n--)
		line = strchr(line, ' ') + 1;
	return line + strcspn(line, " \n") - 1;
}

static bool is_unspecified(char *text, unsigned int reg)
{
	struct osim__recording_line line;
	struct osim__recording r;
	FILE *in = fmemopen(text, strlen(text), "r");

	osim__recording_init(&r, in);
	assert_int_equal(osim__recording_next(&r, &line), 1);
	fclose(in);
	return osim__replay_unspecified_regs(&line) & 1u << reg;
}

static void check_register(unsigned int reg)
{
	uint64_t altered = 0;

	for (size_t i = 0; i < line_count; i++) {
		if (!is(lines[i], "SMC") || is_unspecified(lines[i], reg))
			continue;
		alter_digit(last_digit(lines[i], 10 + reg));
		altered++;
	}
	play();
	assert_int_equal(result.records - result.matched, altered);
	assert_int_equal(result.unreadable, 0);
}

static void register_that_is_altered_differs(void **state)
{
	(void)state;
	for (size_t n = 0; n < NAMES; n++) {
		for (unsigned int reg = 0; reg < 8; reg++) {
			load(names[n]);
			check_register(reg);
			unload();
		}
	}
}

/* Of those before line i, the last SMC line, counted from 1. */
static unsigned long call_before(size_t i)
{
	while (!is(lines[i], "SMC"))
		i--;
	return i + 1;
}

/* Every few, since each takes a replay of its own. */
static void check_memory(size_t step, void (*alter)(char **line))
{
	size_t seen = 0, tried = 0;

	for (size_t i = 0; i < line_count; i++) {
		char *original = lines[i];

		if (!is(original, "MEM<") || seen++ % step)
			continue;
		lines[i] = strdup(original);
		alter(&lines[i]);
		play();
		assert_true(result.matched < result.records);
		assert_int_equal(first_line, call_before(i));
		free(lines[i]);
		lines[i] = original;
		tried++;
	}
	assert_true(!seen || tried);
}

static void alter_word(char **line)
{
	alter_digit(*line + strcspn(*line, "\n") - 1);
}

static void take_away(char **line)
{
	strcpy(*line, "#\n");
}

static void move_away(char **line)
{
	char *page = strchr(*line, ' ') + 1;

	page[4] = page[4] == '7' ? '8' : '7';
}

static void memory_that_is_altered_differs(void **state)
{
	(void)state;
	for (size_t n = 0; n < NAMES; n++) {
		load(names[n]);
		check_memory(37, alter_word);
		check_memory(41, take_away);
		check_memory(43, move_away);
		unload();
	}
}

/* Is this an IRQ line with key=0 or key=1, as was says? */
static char *irq_value(char *line, const char *key, bool was)
{
	char *value = is(line, "IRQ") ? strstr(line, key) : NULL;

	if (!value)
		return NULL;
	value += strlen(key);
	return (*value == '1') == was ? value : NULL;
}

/*
 * What an IRQ line says of enabling, and of the end of an interrupt, is what the recorded program
 * did: such an alteration is another program, and legal while the rest of the line agrees with it.
 */
static void check_irq_lines(const char *key, bool was)
{
	uint64_t altered = 0, seen = 0;
	bool acked = false;

	for (size_t i = 0; i < line_count; i++) {
		char *value = irq_value(lines[i], key, was);

		if (is(lines[i], "ACK"))
			acked = true;
		if (value && !(acked && !strcmp(key, " act=")) && !(seen++ % 3)) {
			alter_digit(value);
			play();
			assert_int_equal(first_line, i + 1);
			alter_digit(value);
			altered++;
		}
		if (irq_value(lines[i], " act=", false))
			acked = false;
	}
	assert_true(altered);
}

static void interrupt_that_is_altered_differs(void **state)
{
	(void)state;
	load("notif");
	check_irq_lines(" pend=", false);
	check_irq_lines(" pend=", true);
	check_irq_lines(" act=", false);
	unload();
}

static void enabling_that_does_not_fit_the_rest_of_its_line_differs(void **state)
{
	uint64_t altered = 0, seen = 0;

	(void)state;
	load("notif");
	for (size_t i = 0; i < line_count; i++) {
		char *en;

		if (!is(lines[i], "IRQ") || !strstr(lines[i], " pend=1 act=0") || seen++ % 3)
			continue;
		en = strstr(lines[i], " en=") + 4;
		alter_digit(en);
		play();
		assert_int_equal(first_line, i + 1);
		alter_digit(en);
		altered++;
	}
	assert_true(altered);
	unload();
}

static void check_replaced(const char *what, const char *by)
{
	uint64_t tried = 0;

	for (size_t i = 0; i < line_count; i++) {
		char *original = lines[i];

		if (strcmp(original, what) != 0)
			continue;
		lines[i] = strdup(by);
		play();
		assert_int_equal(first_line, i + 1);
		free(lines[i]);
		lines[i] = original;
		tried++;
	}
	assert_true(tried);
}

static void acknowledgement_that_is_altered_differs(void **state)
{
	(void)state;
	load("notif");
	check_replaced("ACK iar=219\n", "ACK iar=1023\n");
	check_replaced("ACK iar=1023\n", "ACK iar=219\n");
	check_replaced("ACK iar=219\n", "ACK iar=27\n");
	check_replaced("# further allocations that succeeded: 59, last value 63, failing result "
		       "ffff000c\n",
		       "# further allocations that succeeded: 58, last value 63, failing result "
		       "ffff000c\n");
	unload();
}

static void table_of_unspecified_registers_is_documented(void **state)
{
	static char text[65536];
	FILE *in = fopen(OSIM_TEST_DOCUMENT, "r");

	(void)state;
	assert_non_null(in);
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	fclose(in);
	for (unsigned int i = 0; i < OSIM__REPLAY_UNSPECIFIED; i++)
		assert_non_null(strstr(text, osim__replay_unspecified[i].why));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(register_that_is_altered_differs),
		cmocka_unit_test(memory_that_is_altered_differs),
		cmocka_unit_test(interrupt_that_is_altered_differs),
		cmocka_unit_test(enabling_that_does_not_fit_the_rest_of_its_line_differs),
		cmocka_unit_test(acknowledgement_that_is_altered_differs),
		cmocka_unit_test(table_of_unspecified_registers_is_documented),
	};

	return cmocka_run_group_tests_name("replay.altered", tests, NULL, NULL);
}
