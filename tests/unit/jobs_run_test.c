/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jobs/jobs.h"

#define PIECES 200u

struct seen {
	unsigned int times[PIECES];
	enum osim__job_end end[PIECES];
	int code[PIECES];
	char record[PIECES][32];
	char log[PIECES][64];
	size_t stop_after, total;
};

static void piece(void *arg, size_t index)
{
	char text[32];

	(void)arg;
	snprintf(text, sizeof(text), "piece %zu", index);
	osim__job_write(text, strlen(text));
	if (index % 50 == 7) {
		fprintf(stderr, "about to fall over %zu", index);
		signal(SIGSEGV, SIG_DFL);
		raise(SIGSEGV);
	}
	if (index % 50 == 9)
		_exit(3);
	if (index == 11)
		for (;;)
			pause();
}

static bool ended(void *arg, const struct osim__job_result *r)
{
	struct seen *seen = arg;

	seen->times[r->index]++;
	seen->end[r->index] = r->end;
	seen->code[r->index] = r->code;
	snprintf(seen->record[r->index], sizeof(seen->record[0]), "%.*s", (int)r->record_bytes,
		 (const char *)r->record);
	snprintf(seen->log[r->index], sizeof(seen->log[0]), "%s", r->log);
	return ++seen->total != seen->stop_after;
}

static void piece_that_falls_over_costs_only_itself(void **state)
{
	static struct seen seen;
	const struct osim__jobs jobs = {.count = PIECES,
					.parallel = 2,
					.timeout_ms = 300,
					.batch = 30,
					.work = piece,
					.ended = ended,
					.arg = &seen};

	(void)state;
	assert_int_equal(osim__jobs_run(&jobs), 0);
	for (size_t i = 0; i < PIECES; i++) {
		char text[32];

		snprintf(text, sizeof(text), "piece %zu", i);
		assert_int_equal(seen.times[i], 1);
		assert_string_equal(seen.record[i], text);
		if (i % 50 == 7) {
			assert_int_equal(seen.end[i], OSIM__JOB_SIGNAL);
			assert_int_equal(seen.code[i], SIGSEGV);
			assert_non_null(strstr(seen.log[i], "about to fall over"));
		} else if (i % 50 == 9) {
			assert_int_equal(seen.end[i], OSIM__JOB_EXIT);
			assert_int_equal(seen.code[i], 3);
		} else if (i == 11) {
			assert_int_equal(seen.end[i], OSIM__JOB_TIMEOUT);
		} else {
			assert_int_equal(seen.end[i], OSIM__JOB_DONE);
		}
	}
}

static void caller_who_has_seen_enough_stops_the_rest(void **state)
{
	static struct seen seen = {.stop_after = 3};
	const struct osim__jobs jobs = {.count = PIECES,
					.parallel = 1,
					.batch = 1,
					.work = piece,
					.ended = ended,
					.arg = &seen};

	(void)state;
	assert_int_equal(osim__jobs_run(&jobs), -ECANCELED);
	assert_int_equal(seen.total, 3);
}

static void no_pieces_is_no_work(void **state)
{
	static struct seen seen;
	const struct osim__jobs jobs = {.work = piece, .ended = ended, .arg = &seen};

	(void)state;
	assert_int_equal(osim__jobs_run(&jobs), 0);
	assert_int_equal(seen.total, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(piece_that_falls_over_costs_only_itself),
		cmocka_unit_test(caller_who_has_seen_enough_stops_the_rest),
		cmocka_unit_test(no_pieces_is_no_work),
	};

	return cmocka_run_group_tests_name("jobs.run", tests, NULL, NULL);
}
