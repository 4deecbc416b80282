/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/trace.h>

#include "trace/namer.h"
#include "trace/native.h"
#include "trace/words.h"

static bool same_text(const char *a, const char *b)
{
	return !a || !b ? a == b : !strcmp(a, b);
}

/* Who, when and what kind: nothing of this is an address. */
static bool same_head(const struct osim_event *a, const struct osim_event *b)
{
	return a->seq == b->seq && a->time_ns == b->time_ns && a->kind == b->kind &&
	       a->context == b->context && a->cpu == b->cpu && a->thread_id == b->thread_id &&
	       !strcmp(a->thread_name, b->thread_name) && a->intid == b->intid &&
	       a->value == b->value && a->flags == b->flags &&
	       a->secure_thread == b->secure_thread && a->object == b->object &&
	       a->bytes == b->bytes && same_text(a->text, b->text) &&
	       same_text(a->where, b->where) && !a->in == !b->in && !a->out == !b->out &&
	       !a->msg == !b->msg;
}

static bool same_words(const struct osim_event *a, const struct osim_event *b)
{
	uint32_t params;

	if (a->in && memcmp(a->in, b->in, sizeof(*a->in)) != 0)
		return false;
	if (a->out && memcmp(a->out, b->out, sizeof(*a->out)) != 0)
		return false;
	if (!a->msg)
		return true;
	params = osim__native_params(a->kind, a->msg->num_params);
	return a->msg->num_params == b->msg->num_params &&
	       !memcmp(a->msg, b->msg, OPTEE_MSG_GET_ARG_SIZE(params));
}

/* "seq 12 0.004000 cpu 1 irq rpc, call: ..."; the words begin at the result. */
static size_t describe(struct osim__namer *namer, bool raw, const struct osim_event *e, char *buf)
{
	static const size_t len = OSIM_TRACE_TEXT_BYTES;
	int used = snprintf(buf, len, "seq %" PRIu64 ", %" PRIu64 " ns, cpu %" PRIu32 ", %s",
			    e->seq, e->time_ns, e->cpu, osim__native_contexts[e->context]);

	if (e->thread_id)
		used += snprintf(buf + used, len - (size_t)used, " of %.64s (%" PRIu32 ")",
				 e->thread_name, e->thread_id);
	used += snprintf(buf + used, len - (size_t)used, ", %s: ", osim_event_kind_name(e->kind));
	osim__event_words(raw ? NULL : osim__namer_abi(namer), e, buf + used, len - (size_t)used);
	return (size_t)used;
}

/* 1: they differ, 0: not. Both are always described: the names of the next ones depend on it. */
static int compare(struct osim__namer *const namers[2], const struct osim_event *a,
		   const struct osim_event *b, bool raw, struct osim_trace_difference *d)
{
	size_t words_a = describe(namers[0], raw, a, d->text[0]);
	size_t words_b = describe(namers[1], raw, b, d->text[1]);

	if (!same_head(a, b))
		return 1;
	if (same_words(a, b))
		return 0;
	return raw || strcmp(d->text[0] + words_a, d->text[1] + words_b) != 0;
}

static int walk(struct osim_trace_reader *const readers[2], struct osim__namer *const namers[2],
		bool raw, struct osim_trace_difference *d)
{
	for (d->event = 0;; d->event++) {
		const struct osim_event *event[2];
		int rc[2];

		for (unsigned int i = 0; i < 2; i++) {
			rc[i] = osim_trace_reader_next(readers[i], &event[i]);
			if (rc[i] < 0)
				return rc[i];
			d->line[i] = osim_trace_reader_line(readers[i]);
		}
		if (!rc[0] && !rc[1])
			return 0;
		if (rc[0] && rc[1]) {
			if (compare(namers, event[0], event[1], raw, d))
				return 1;
			strcpy(d->before[d->event % OSIM_TRACE_BEFORE], d->text[0]);
			continue;
		}
		for (unsigned int i = 0; i < 2; i++) {
			d->text[i][0] = '\0';
			if (rc[i])
				describe(namers[i], raw, event[i], d->text[i]);
		}
		return 1;
	}
}

int osim_trace_diff(struct osim_trace_reader *a, struct osim_trace_reader *b, bool raw_addresses,
		    struct osim_trace_difference *d)
{
	struct osim_trace_reader *const readers[] = {a, b};
	struct osim__namer *const namers[] = {osim__namer_new(NULL), osim__namer_new(NULL)};
	int rc = -ENOMEM;

	if (namers[0] && namers[1])
		rc = walk(readers, namers, raw_addresses, d);
	osim__namer_free(namers[0]);
	osim__namer_free(namers[1]);
	return rc;
}
