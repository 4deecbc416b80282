/* SPDX-License-Identifier: BSD-2-Clause */
#include "jobs/wrong.h"

#include <string.h>

#include "jobs/groups.h"

void osim__wrong_write(void *arg, const char *id, const char *text, const char *where)
{
	const char tag = OSIM__RECORD_WRONG;

	(void)arg;
	osim__job_write(&tag, 1);
	osim__job_write(id, strlen(id) + 1);
	osim__job_write(text, strlen(text) + 1);
	osim__job_write(where, strlen(where) + 1);
}

size_t osim__wrong_read(const char *part, size_t bytes, osim__wrong_fn *fn, void *arg)
{
	const char *text[3], *end = part + bytes, *p = part + 1;

	if (!bytes || *part != OSIM__RECORD_WRONG)
		return 0;
	for (unsigned int i = 0; i < 3; i++) {
		const char *nul = memchr(p, '\0', (size_t)(end - p));

		if (!nul)
			return 0;
		text[i] = p;
		p = nul + 1;
	}
	fn(arg, text[0], text[1], text[2]);
	return (size_t)(p - part);
}

void osim__wrong_end(const struct osim__job_result *r, osim__wrong_fn *fn, void *arg)
{
	struct osim__crash crash;

	if (r->end == OSIM__JOB_TIMEOUT) {
		fn(arg, "crash.timeout",
		   "the driver does not come to an end, and passes no scheduling point", "");
	} else if (r->end != OSIM__JOB_DONE) {
		osim__crash_read(&crash, r->log, r->end == OSIM__JOB_SIGNAL ? r->code : 0);
		fn(arg, crash.id, crash.text, crash.where);
	}
}
