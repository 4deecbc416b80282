/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any text as a trace: the reader finds out what it is, each event that it gives out is whole and
 * can be shown, written in each format and held against the rules, and what is written in our own
 * format is read without complaint. The first byte chooses whether the rest is the text itself, or
 * what lines of a plausible trace of one of the kinds are made of.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/rules.h>
#include <optee_sim/timeline.h>
#include <optee_sim/trace.h>

#include "fuzz.h"

#define TEXT_MAX 65536u
#define LINE_MAX 512u
#define FORMATS	 5u

enum { RAW, NATIVE, FTRACE, RECORDING, KINDS };

static const uint32_t ids[] = {
	OPTEE_SMC_CALL_WITH_ARG,	 OPTEE_SMC_CALL_WITH_RPC_ARG,
	OPTEE_SMC_CALL_WITH_REGD_ARG,	 OPTEE_SMC_CALL_RETURN_FROM_RPC,
	OPTEE_SMC_ENABLE_ASYNC_NOTIF,	 OPTEE_SMC_GET_ASYNC_NOTIF_VALUE,
	OPTEE_SMC_EXCHANGE_CAPABILITIES,
};

static const uint32_t answers[] = {
	OPTEE_SMC_RETURN_OK,	    OPTEE_SMC_RETURN_OK,       OPTEE_SMC_RETURN_RPC_CMD,
	OPTEE_SMC_RETURN_RPC_ALLOC, OPTEE_SMC_RETURN_RPC_FREE, OPTEE_SMC_RETURN_EBADADDR,
};

static uint32_t id(struct fuzz_input *in)
{
	return ids[fuzz_u8(in) % (sizeof(ids) / sizeof(ids[0]))];
}

static uint32_t answer(struct fuzz_input *in)
{
	return answers[fuzz_u8(in) % (sizeof(answers) / sizeof(answers[0]))];
}

static size_t native_line(struct fuzz_input *in, char *line, uint64_t seq)
{
	enum osim_event_kind kind = fuzz_u8(in) % OSIM_EVENT_COUNT;
	static const char *const contexts[] = {"host", "thread", "irq", "secure"};
	uint8_t fields = fuzz_u8(in);
	size_t used = (size_t)snprintf(line, LINE_MAX, "%" PRIu64 " %u %s %s %u %u \"t\"", seq,
				       fuzz_u8(in), osim_event_kind_name(kind),
				       contexts[fuzz_u8(in) % 4], fuzz_u8(in) % 5, fuzz_u8(in) % 4);

	if (kind == OSIM_EVENT_CALL || kind == OSIM_EVENT_RETURN || fields & 1)
		used += (size_t)snprintf(line + used, LINE_MAX - used, " in=%x,0,%x,%x,0,0,0,0",
					 id(in), fuzz_u8(in), fuzz_u8(in) % 3);
	if (kind == OSIM_EVENT_RETURN || fields & 2)
		used += (size_t)snprintf(line + used, LINE_MAX - used, " out=%x,0,%x,%x,0,0,0,0",
					 answer(in), fuzz_u8(in), fuzz_u8(in) % 3);
	used += (size_t)snprintf(line + used, LINE_MAX - used, " value=%u flags=%u secure=%u",
				 fuzz_u8(in) % 9 + 1, fuzz_u8(in) % 8 + 1, fuzz_u8(in) % 3 + 1);
	if (fields & 4)
		used += (size_t)snprintf(line + used, LINE_MAX - used, " object=%u",
					 fuzz_u8(in) % 3 + 1);
	if (fields & 24)
		used += (size_t)snprintf(line + used, LINE_MAX - used, " text=\"%s\"",
					 fields & 8 ? "interrupt" : "bound");
	if (fields & 32)
		used += (size_t)snprintf(line + used, LINE_MAX - used,
					 " msg=%x,0,1,0,0,%x,4,1 p=%x,%x,%x,5", fuzz_u8(in) % 12,
					 fuzz_u8(in) % 2 ? 0 : 0xffff0006, fuzz_u8(in) % 16,
					 fuzz_u8(in) % 4, fuzz_u8(in));
	return used + (size_t)snprintf(line + used, LINE_MAX - used, "\n");
}

static size_t ftrace_line(struct fuzz_input *in, char *line)
{
	static const char *const heads[] = {
		"  xtest-%u    [00%u] d..1.  1.%06u: ", "xtest-%u       %u.....   %uus+: ",
		"<...>-%u (  12) [%u] 1.%u: ", "[  1.5] x-%u [%u] %u: "};
	size_t used;

	if (fuzz_u8(in) % 16 == 0)
		return (size_t)snprintf(line, LINE_MAX, "CPU:%u [LOST 3 EVENTS]\n", fuzz_u8(in));
	used = (size_t)snprintf(line, LINE_MAX, heads[fuzz_u8(in) % 4], fuzz_u8(in) % 4,
				fuzz_u8(in) % 4, fuzz_u8(in));
	if (fuzz_u8(in) % 2)
		return used + (size_t)snprintf(line + used, LINE_MAX - used,
					       "optee_invoke_fn_begin: param=1 (%x, 0, %x, %x, 0, "
					       "0, 0, 0)\n",
					       id(in), fuzz_u8(in), fuzz_u8(in) % 3);
	return used + (size_t)snprintf(line + used, LINE_MAX - used,
				       "optee_invoke_fn_end: param=1 ret (%x, 0, 0, %x)\n",
				       answer(in), fuzz_u8(in) % 3);
}

static size_t recording_line(struct fuzz_input *in, char *line)
{
	uint32_t page = 0x60000000u + fuzz_u8(in) % 2 * 0x1000u;

	switch (fuzz_u8(in) % 5) {
	case 0:
		return (size_t)snprintf(line, LINE_MAX, "MEM%c %x %x %x%08x %x %x\n",
					fuzz_u8(in) % 2 ? '<' : '>', page + fuzz_u8(in) % 16 * 8,
					fuzz_u8(in) % 12, fuzz_u8(in) % 3, fuzz_u8(in) % 2,
					0x60000000u + fuzz_u8(in), 0x20a);
	case 1:
		return (size_t)snprintf(line, LINE_MAX, "IRQ 219 en=1 pend=%u act=%u\n",
					fuzz_u8(in) % 2, fuzz_u8(in) % 2);
	case 2:
		return (size_t)snprintf(line, LINE_MAX, "POST %u\n", fuzz_u8(in));
	default:
		return (size_t)snprintf(line, LINE_MAX,
					"SMC %x 0 %x %x 0 %x 0 0 -> %x 0 %x %x 0 0 0 0\n", id(in),
					fuzz_u8(in) % 2 ? page : fuzz_u8(in) % 2, fuzz_u8(in) % 3,
					fuzz_u8(in) % 2, answer(in), fuzz_u8(in) % 2,
					fuzz_u8(in) % 3);
	}
}

static size_t make_up(struct fuzz_input *in, unsigned int kind, char *text)
{
	size_t used = kind == NATIVE ? (size_t)sprintf(text, "optee_sim trace 1\n") : 0;

	for (uint64_t seq = 0; in->size && used < TEXT_MAX - LINE_MAX; seq++)
		used += kind == NATIVE	 ? native_line(in, text + used, seq)
			: kind == FTRACE ? ftrace_line(in, text + used)
					 : recording_line(in, text + used);
	return used;
}

/* --- what is done with it --- */

struct sinks {
	struct osim_timeline *timeline;
	struct osim_trace_writer *writers[FORMATS];
	struct osim_rules *rules;
};

static void nowhere(void *arg, const char *text, size_t size_bytes)
{
	(void)arg;
	(void)text;
	(void)size_bytes;
}

static void take(struct sinks *s, const struct osim_trace_reader *reader,
		 const struct osim_event *e, unsigned long *unreadable)
{
	assert((unsigned int)e->kind < OSIM_EVENT_COUNT && e->thread_name);
	assert(osim_trace_reader_source(reader) != OSIM_TRACE_SOURCE_UNKNOWN);
	if (!s->rules)
		assert(!osim_rules_new(osim_trace_reader_sees(reader), NULL, NULL, &s->rules));
	if (*unreadable != osim_trace_reader_unreadable(reader))
		osim_rules_gap(s->rules);
	*unreadable = osim_trace_reader_unreadable(reader);
	osim_timeline_event(s->timeline, e);
	for (unsigned int i = 0; i < FORMATS; i++)
		osim_trace_writer_event(s->writers[i], e);
	osim_rules_event(s->rules, e);
}

static unsigned long read_all(FILE *in, struct sinks *s, uint64_t *events)
{
	struct osim_trace_reader *reader;
	const struct osim_event *e;
	unsigned long unreadable = 0;

	assert(!osim_trace_reader_new(in, NULL, NULL, &reader));
	for (*events = 0; osim_trace_reader_next(reader, &e) > 0; ++*events)
		if (s)
			take(s, reader, e, &unreadable);
	unreadable = osim_trace_reader_unreadable(reader);
	osim_trace_reader_free(reader);
	fclose(in);
	return unreadable;
}

static void use(FILE *in)
{
	struct osim_timeline_options options = {.size = sizeof(options), .write = nowhere};
	struct sinks s = {0};
	char *written[FORMATS];
	size_t bytes[FORMATS];
	uint64_t events, again;
	FILE *out[FORMATS];

	assert(!osim_timeline_new(NULL, &options, &s.timeline));
	for (unsigned int i = 0; i < FORMATS; i++) {
		out[i] = open_memstream(&written[i], &bytes[i]);
		assert(out[i]);
		assert(!osim_trace_writer_new(out[i], (enum osim_trace_format)i, &s.writers[i]));
	}
	read_all(in, &s, &events);
	osim_timeline_free(s.timeline);
	osim_rules_free(s.rules);
	for (unsigned int i = 0; i < FORMATS; i++) {
		assert(!osim_trace_writer_close(s.writers[i]));
		fclose(out[i]);
	}
	/* Numbers of a trace that has holes jump in what is made of it, too. */
	read_all(fmemopen(written[OSIM_TRACE_NATIVE], bytes[OSIM_TRACE_NATIVE], "r"), NULL, &again);
	assert(again == events);
	for (unsigned int i = 0; i < FORMATS; i++)
		free(written[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[TEXT_MAX];
	struct fuzz_input in = {data, size};
	unsigned int kind = fuzz_u8(&in) % KINDS;
	FILE *file;

	if (kind != RAW)
		file = fmemopen(text, make_up(&in, kind, text), "r");
	else
		file = in.size ? fmemopen((void *)(uintptr_t)in.data, in.size, "r") : NULL;
	if (file)
		use(file);
	return 0;
}
