/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "trace/namer.h"
#include "trace/words.h"
#include "trace/writer.h"

#define WORDS 4096u
/* Signs in a line of a label; what is longer is broken where it can be. */
#define LINE_MAX 44u
#define SECURE	 "S"
#define HOST	 "host"
#define BREAK	 "\n"

/* What is not written yet, because what comes next may belong to it. */
enum held {
	HELD_NOTHING,
	HELD_CALL,    /* the message that is taken up */
	HELD_LEAVING, /* a message is done, or an RPC asked: the return */
	HELD_POST,    /* the interrupt */
};

/*
 * A sequence diagram: threads, handlers and the host on the left, the secure world on the right, as
 * on the time line. Who takes part comes first in the file, so that the rest waits in one of its
 * own.
 */
struct mermaid {
	struct osim__namer *namer;
	FILE *names, *body;
	char words[WORDS];
	struct actor {
		uint64_t key;
		bool active; /* in a handler */
	} * actors;
	size_t actor_count, actor_room;
	bool host; /* takes part; on the left, where no arrow crosses it */
	enum held held;
	uint32_t held_thread, held_cpu;
	char held_who[32], held_text[2 * WORDS];
};

/* --- texts --- */

/* Signs that the language has a use for become others that look like them: not every version of it
 * can write them in another way. */
static const char *sign_of(const char **at)
{
	static const struct {
		const char *from, *to;
	} signs[] = {{"->", "\u2192"}, {"#", ""},	{";", ","},
		     {"<", "\u2039"},  {">", "\u203a"}, {BREAK, "<br/>"}};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (strncmp(*at, signs[i].from, strlen(signs[i].from)) != 0)
			continue;
		*at += strlen(signs[i].from);
		return signs[i].to;
	}
	return NULL;
}

static void put_text(FILE *out, const char *text)
{
	size_t column = 0;

	while (*text) {
		const char *sign;
		bool full = column >= LINE_MAX;

		if (full && (*text == ' ' || text[-1] == ',')) {
			fputs("<br/>", out);
			column = 0;
			text += *text == ' ';
			continue;
		}
		column = *text == '\n' ? 0 : column + 1;
		sign = sign_of(&text);
		if (sign) {
			fputs(sign, out);
			continue;
		}
		putc((unsigned char)*text < ' ' ? ' ' : *text, out);
		text++;
	}
	putc('\n', out);
}

/* --- who --- */

static struct actor *actor_of(struct osim_trace_writer *w, uint64_t key, const char *id,
			      const char *name)
{
	struct mermaid *s = w->state;

	for (size_t i = 0; i < s->actor_count; i++)
		if (s->actors[i].key == key)
			return &s->actors[i];
	if (s->actor_count == s->actor_room) {
		size_t room = s->actor_room ? 2 * s->actor_room : 16;
		struct actor *more = realloc(s->actors, room * sizeof(*more));

		if (!more) {
			w->error = -ENOMEM;
			return NULL;
		}
		s->actors = more;
		s->actor_room = room;
	}
	fprintf(s->names, "    participant %s as ", id);
	put_text(s->names, name);
	s->actors[s->actor_count] = (struct actor){.key = key};
	return &s->actors[s->actor_count++];
}

/* Who of the normal world does it: the one whose call it is, in the secure world. NULL: the host,
 * or out of memory. */
static struct actor *find_actor(struct osim_trace_writer *w, const struct osim_event *e, char *id,
				size_t len)
{
	char name[128];

	if (e->context == OSIM_CONTEXT_IRQ || e->kind == OSIM_EVENT_IRQ_ENTER) {
		snprintf(id, len, "irq%" PRIu32, e->cpu);
		snprintf(name, sizeof(name), "interrupts of CPU %" PRIu32, e->cpu);
		return actor_of(w, UINT64_C(1) << 32 | e->cpu, id, name);
	}
	if (e->context == OSIM_CONTEXT_HOST || !e->thread_id) {
		((struct mermaid *)w->state)->host = true;
		snprintf(id, len, HOST);
		return NULL;
	}
	snprintf(id, len, "t%" PRIu32, e->thread_id);
	snprintf(name, sizeof(name), "%s (%" PRIu32 ")", e->thread_name, e->thread_id);
	return actor_of(w, e->thread_id, id, name);
}

/* --- rows --- */

static void arrow(struct mermaid *s, const char *from, const char *arrow, const char *to,
		  const char *text)
{
	fprintf(s->body, "    %s%s%s: ", from, arrow, to);
	put_text(s->body, text);
}

static void note(struct mermaid *s, const char *over, const char *text)
{
	fprintf(s->body, "    Note over %s: ", over);
	put_text(s->body, *text ? text : "-");
}

static void settle(struct mermaid *s)
{
	if (s->held == HELD_CALL)
		arrow(s, s->held_who, "->>", SECURE, s->held_text);
	else if (s->held != HELD_NOTHING)
		note(s, SECURE, s->held_text);
	s->held = HELD_NOTHING;
}

static void hold(struct mermaid *s, enum held what, const struct osim_event *e)
{
	settle(s);
	s->held = what;
	s->held_thread = e->thread_id;
	s->held_cpu = e->cpu;
	memcpy(s->held_text, s->words, sizeof(s->words));
}

/* Whether what is held is of that kind, and the event goes with it. */
static bool is_held(const struct mermaid *s, enum held what, const struct osim_event *e)
{
	return s->held == what && s->held_thread == e->thread_id && s->held_cpu == e->cpu;
}

static void add_held(struct mermaid *s, const char *before)
{
	size_t used = strlen(s->held_text);

	snprintf(s->held_text + used, sizeof(s->held_text) - used, "%s%s", before, s->words);
}

static void on_return(struct osim_trace_writer *w, const struct osim_event *e)
{
	struct mermaid *s = w->state;
	char who[32], text[3 * WORDS];

	snprintf(text, sizeof(text), "%s", s->words);
	if (is_held(s, HELD_LEAVING, e)) {
		snprintf(text, sizeof(text), "%s" BREAK "%s", s->words, s->held_text);
		s->held = HELD_NOTHING;
	}
	settle(s);
	find_actor(w, e, who, sizeof(who));
	arrow(s, SECURE, "-->>", who, text);
}

static void on_message(struct mermaid *s, const struct osim_event *e)
{
	bool leaves = (e->kind == OSIM_EVENT_RPC) != ((e->flags & OSIM_EVENT_F_END) != 0);

	/* What has no message is told by the registers. */
	if (!e->msg)
		return;
	if (leaves) {
		hold(s, HELD_LEAVING, e);
	} else if (is_held(s, HELD_CALL, e)) {
		add_held(s, BREAK);
		settle(s);
	} else {
		settle(s);
		note(s, SECURE, s->words);
	}
}

static void on_irq(struct osim_trace_writer *w, const struct osim_event *e)
{
	struct mermaid *s = w->state;
	bool enters = e->kind == OSIM_EVENT_IRQ_ENTER;
	struct actor *actor;
	char who[32], text[32];

	settle(s);
	actor = find_actor(w, e, who, sizeof(who));
	snprintf(text, sizeof(text), "irq %" PRIu32, e->intid);
	if (enters)
		note(s, who, text);
	/* Nested ones are in the outer one's bar. */
	if (actor && actor->active != enters) {
		fprintf(s->body, "    %s %s\n", enters ? "activate" : "deactivate", who);
		actor->active = enters;
	}
}

static void on_raise(struct mermaid *s, const struct osim_event *e)
{
	if (is_held(s, HELD_POST, e)) {
		add_held(s, ": ");
		settle(s);
		return;
	}
	settle(s);
	note(s, SECURE, s->words);
}

/* Threads switched and memory would bury the rest; values leaving come with their call. */
static bool is_shown(const struct osim_event *e)
{
	if (e->kind == OSIM_EVENT_BOTTOM_HALF)
		return !(e->flags & OSIM_EVENT_F_END);
	return e->kind != OSIM_EVENT_SWITCH && e->kind != OSIM_EVENT_ALLOC &&
	       e->kind != OSIM_EVENT_FREE && e->kind != OSIM_EVENT_RETRIEVE;
}

static void event(struct osim_trace_writer *w, const struct osim_event *e)
{
	struct mermaid *s = w->state;
	char who[32];

	if (!is_shown(e))
		return;
	osim__event_words(osim__namer_abi(s->namer), e, s->words, sizeof(s->words));
	switch (e->kind) {
	case OSIM_EVENT_CALL:
		hold(s, HELD_CALL, e);
		find_actor(w, e, s->held_who, sizeof(s->held_who));
		return;
	case OSIM_EVENT_RETURN:
		on_return(w, e);
		return;
	case OSIM_EVENT_MESSAGE:
	case OSIM_EVENT_RPC:
		on_message(s, e);
		return;
	case OSIM_EVENT_POST:
		hold(s, HELD_POST, e);
		return;
	case OSIM_EVENT_IRQ_RAISE:
		on_raise(s, e);
		return;
	case OSIM_EVENT_IRQ_ENTER:
	case OSIM_EVENT_IRQ_EXIT:
		on_irq(w, e);
		return;
	default:
		settle(s);
		if (e->kind != OSIM_EVENT_BOTTOM_HALF && e->context != OSIM_CONTEXT_SECURE) {
			find_actor(w, e, who, sizeof(who));
			note(s, who, s->words);
		} else {
			note(s, SECURE, s->words);
		}
		return;
	}
}

/* --- the whole --- */

static void end(struct osim_trace_writer *w)
{
	struct mermaid *s = w->state;

	settle(s);
	fputs("sequenceDiagram\n", w->out);
	if (s->host)
		fputs("    participant " HOST " as host\n", w->out);
	osim__trace_append(w, s->names);
	fputs("    participant " SECURE " as secure world\n", w->out);
	osim__trace_append(w, s->body);
	osim__namer_free(s->namer);
	free(s->actors);
	free(s);
}

int osim__mermaid_begin(struct osim_trace_writer *w)
{
	struct mermaid *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->namer = osim__namer_new(NULL);
	s->names = tmpfile();
	s->body = tmpfile();
	if (s->namer && s->names && s->body) {
		w->state = s;
		w->event = event;
		w->end = end;
		return 0;
	}
	if (s->names)
		fclose(s->names);
	if (s->body)
		fclose(s->body);
	osim__namer_free(s->namer);
	free(s);
	return -EIO;
}
