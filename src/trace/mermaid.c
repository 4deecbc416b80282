/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "trace/namer.h"
#include "trace/words.h"
#include "trace/writer.h"

#define WORDS 4096u

/*
 * A sequence diagram: threads, handlers and the host on one side, the secure world on the other.
 * Each is declared where it comes first.
 */
struct mermaid {
	struct osim__namer *namer;
	char words[WORDS];
	uint64_t *seen; /* contexts and threads that are declared */
	size_t seen_count;
	size_t seen_room;
};

/* Signs that the language has a use for, and those that have no picture. */
static void put_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (strchr("#;<>", c))
			fprintf(out, "#%u;", c);
		else
			putc(c < ' ' ? ' ' : c, out);
	}
}

/* true: it is declared from now on. */
static bool is_new(struct osim_trace_writer *w, uint64_t key)
{
	struct mermaid *s = w->state;

	for (size_t i = 0; i < s->seen_count; i++)
		if (s->seen[i] == key)
			return false;
	if (s->seen_count == s->seen_room) {
		size_t room = s->seen_room ? 2 * s->seen_room : 16;
		uint64_t *more = realloc(s->seen, room * sizeof(*more));

		if (!more) {
			w->error = -ENOMEM;
			return false;
		}
		s->seen = more;
		s->seen_room = room;
	}
	s->seen[s->seen_count++] = key;
	return true;
}

/* Who of the normal world does it: the one whose call it is, in the secure world. */
static const char *actor(struct osim_trace_writer *w, const struct osim_event *e, char *id,
			 size_t len)
{
	if (e->context == OSIM_CONTEXT_IRQ) {
		snprintf(id, len, "irq%" PRIu32, e->cpu);
		if (is_new(w, UINT64_C(1) << 32 | e->cpu))
			fprintf(w->out, "    participant %s as interrupts of CPU %" PRIu32 "\n", id,
				e->cpu);
	} else if (e->context == OSIM_CONTEXT_HOST || !e->thread_id) {
		snprintf(id, len, "host");
		if (is_new(w, UINT64_C(2) << 32))
			fputs("    participant host as host\n", w->out);
	} else {
		snprintf(id, len, "t%" PRIu32, e->thread_id);
		if (is_new(w, e->thread_id)) {
			fprintf(w->out, "    participant %s as ", id);
			put_text(w->out, e->thread_name);
			fprintf(w->out, " (%" PRIu32 ")\n", e->thread_id);
		}
	}
	return id;
}

static void arrow(struct osim_trace_writer *w, const char *from, const char *arrow, const char *to)
{
	struct mermaid *s = w->state;

	fprintf(w->out, "    %s%s%s: ", from, arrow, to);
	put_text(w->out, s->words);
	putc('\n', w->out);
}

static void note(struct osim_trace_writer *w, const char *over)
{
	struct mermaid *s = w->state;

	fprintf(w->out, "    Note over %s: ", over);
	put_text(w->out, *s->words ? s->words : "-");
	putc('\n', w->out);
}

/* Threads switched and memory would bury the rest; values leaving come with their call. */
static bool is_shown(enum osim_event_kind kind)
{
	return kind != OSIM_EVENT_SWITCH && kind != OSIM_EVENT_ALLOC && kind != OSIM_EVENT_FREE &&
	       kind != OSIM_EVENT_RETRIEVE;
}

static void event(struct osim_trace_writer *w, const struct osim_event *e)
{
	static const char secure[] = "S";
	struct mermaid *s = w->state;
	char who[32];

	if (!is_shown(e->kind))
		return;
	osim__event_words(osim__namer_abi(s->namer), e, s->words, sizeof(s->words));
	switch (e->kind) {
	case OSIM_EVENT_CALL:
		arrow(w, actor(w, e, who, sizeof(who)), "->>", secure);
		return;
	case OSIM_EVENT_RETURN:
		actor(w, e, who, sizeof(who));
		arrow(w, secure, "-->>", who);
		return;
	case OSIM_EVENT_IRQ_RAISE:
	case OSIM_EVENT_POST:
	case OSIM_EVENT_MESSAGE:
	case OSIM_EVENT_RPC:
	case OSIM_EVENT_BOTTOM_HALF:
		note(w, secure);
		return;
	default:
		note(w, e->context == OSIM_CONTEXT_SECURE ? secure : actor(w, e, who, sizeof(who)));
		return;
	}
}

static void end(struct osim_trace_writer *w)
{
	struct mermaid *s = w->state;

	osim__namer_free(s->namer);
	free(s->seen);
	free(s);
}

int osim__mermaid_begin(struct osim_trace_writer *w)
{
	struct mermaid *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->namer = osim__namer_new(NULL);
	if (!s->namer) {
		free(s);
		return -ENOMEM;
	}
	w->state = s;
	w->event = event;
	w->end = end;
	fputs("sequenceDiagram\n    participant S as secure world\n", w->out);
	return 0;
}
