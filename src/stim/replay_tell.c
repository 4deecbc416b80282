/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>

#include "abi/text.h"
#include "stim/replay.h"

static void tell(struct osim__replay *p, enum osim_replay_report kind, const char *text)
{
	if (p->options->report)
		p->options->report(p->options->report_arg, kind, text);
}

void osim__replay_record(struct osim__replay *p, unsigned long line, const char *name,
			 const char *differs)
{
	char whole[OSIM__REPLAY_TEXT_BYTES + 512];
	struct osim__text text;

	p->result->records++;
	if (!differs) {
		p->result->matched++;
		return;
	}
	osim__text_init(&text, whole, sizeof(whole));
	osim__text_add(&text, "%.100s:%lu: ", p->name, line);
	if (p->section[0])
		osim__text_add(&text, "in \"%s\": ", p->section);
	osim__text_add(&text, "%s%s", name[0] ? name : "differs", differs);
	tell(p, OSIM_REPLAY_DIFFERENCE, whole);
}

void osim__replay_unreadable(struct osim__replay *p, const char *format, ...)
{
	char whole[512];
	struct osim__text text;
	char why[256];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	osim__text_init(&text, whole, sizeof(whole));
	osim__text_add(&text, "%.100s:%lu: %s", p->name, p->recording.number, why);
	p->result->unreadable++;
	tell(p, OSIM_REPLAY_UNREADABLE, whole);
}
