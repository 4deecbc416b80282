/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "trace/namer.h"
#include "trace/words.h"
#include "trace/writer.h"

#define WORDS 4096u
#define NEST  16u
/* Values whose way is followed at a time; further ones have no arrow. */
#define FLOWS 64u

/* Numbers of tracks that are no threads: beyond what threads of a machine get to. No two tracks
 * have the same one, and none is 0: viewers take that for the idle thread. */
#define TID_HOST   1000000000u
#define TID_IRQ	   1000000001u /* + CPU */
#define TID_SECURE 2000000000u /* + secure thread */
#define TID_RECORD 2100000000u /* of the secure world: values posted and taken */
#define TID_OTHER  2100000001u /* of the secure world: what has no thread */
#define THREADS	   1000000u

enum world { NORMAL = 1, SECURE = 2 };

/* A row of the picture. Slices on it are nested, whatever the trace says. */
struct track {
	struct track *next;
	enum world world;
	uint32_t tid;
	enum osim_event_kind open[NEST];
	unsigned int depth;
};

enum way { POSTED, RETRIEVED };

struct flow {
	bool used;
	enum way way;
	uint32_t value;
	uint64_t id;
};

struct perfetto {
	struct osim__namer *namer;
	struct track *tracks;
	struct flow flows[FLOWS];
	uint64_t flow_count;
	bool more; /* something stands in the list */
	char words[WORDS];
};

static void put_string(FILE *out, const char *text)
{
	putc('"', out);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < ' ' || c > '~')
			fprintf(out, "\\u%04x", c);
		else
			putc(c, out);
	}
	putc('"', out);
}

/* The beginning of each entry; the caller adds more and the brace. Times are in microseconds. */
static void put(struct osim_trace_writer *w, const struct track *t, char phase, const char *name)
{
	struct perfetto *s = w->state;

	fputs(s->more ? ",\n{" : "\n{", w->out);
	s->more = true;
	fprintf(w->out, "\"ph\":\"%c\",\"pid\":%d,\"tid\":%" PRIu32, phase, (int)t->world, t->tid);
	if (phase != 'M')
		fprintf(w->out, ",\"ts\":%" PRIu64 ".%03" PRIu64, w->now_ns / 1000,
			w->now_ns % 1000);
	if (name) {
		fputs(",\"name\":", w->out);
		put_string(w->out, name);
	}
}

static void put_args(struct osim_trace_writer *w, const struct osim_event *e)
{
	fprintf(w->out,
		",\"args\":{\"seq\":%" PRIu64 ",\"time_ns\":%" PRIu64 ",\"cpu\":%" PRIu32 "}",
		e->seq, e->time_ns, e->cpu);
}

/* --- tracks --- */

static struct track *track(struct osim_trace_writer *w, enum world world, uint32_t tid,
			   const char *name)
{
	struct perfetto *s = w->state;
	struct track **link = &s->tracks;

	while (*link && ((*link)->world != world || (*link)->tid != tid))
		link = &(*link)->next;
	if (*link)
		return *link;
	*link = calloc(1, sizeof(**link));
	if (!*link) {
		w->error = -ENOMEM;
		return NULL;
	}
	**link = (struct track){.world = world, .tid = tid};
	put(w, *link, 'M', "thread_name");
	fputs(",\"args\":{\"name\":", w->out);
	put_string(w->out, name);
	fputs("}}", w->out);
	return *link;
}

static struct track *normal_track(struct osim_trace_writer *w, const struct osim_event *e)
{
	char name[32];

	if (e->context == OSIM_CONTEXT_IRQ) {
		snprintf(name, sizeof(name), "interrupts of CPU %" PRIu32, e->cpu);
		return track(w, NORMAL, TID_IRQ + e->cpu % OSIM_CPUS_MAX, name);
	}
	if (e->context == OSIM_CONTEXT_HOST || !e->thread_id)
		return track(w, NORMAL, TID_HOST, "host");
	return track(w, NORMAL, e->thread_id, e->thread_name);
}

static struct track *interrupt_track(struct osim_trace_writer *w, const struct osim_event *e)
{
	struct osim_event handler = *e;

	handler.context = OSIM_CONTEXT_IRQ;
	return normal_track(w, &handler);
}

static struct track *secure_track(struct osim_trace_writer *w, const struct osim_event *e)
{
	char name[32];

	switch (e->kind) {
	case OSIM_EVENT_POST:
	case OSIM_EVENT_RETRIEVE:
	case OSIM_EVENT_IRQ_RAISE:
		return track(w, SECURE, TID_RECORD, "notifications");
	case OSIM_EVENT_MESSAGE:
	case OSIM_EVENT_RPC:
	case OSIM_EVENT_BOTTOM_HALF:
		snprintf(name, sizeof(name), "secure thread %" PRIu32, e->secure_thread);
		return track(w, SECURE, TID_SECURE + e->secure_thread % THREADS, name);
	default:
		return track(w, SECURE, TID_OTHER, "other");
	}
}

static void slice_end(struct osim_trace_writer *w, struct track *t)
{
	t->depth--;
	put(w, t, 'E', NULL);
	putc('}', w->out);
}

/* What a slice is called: its row says whose it is, and its length that it begins and ends. */
static const char *slice_name(const struct perfetto *s, const struct osim_event *e, char *buf,
			      size_t len)
{
	const char *words = s->words;

	switch (e->kind) {
	case OSIM_EVENT_IRQ_ENTER:
		snprintf(buf, len, "irq %" PRIu32, e->intid);
		return buf;
	case OSIM_EVENT_BOTTOM_HALF:
		return "bottom half";
	case OSIM_EVENT_MESSAGE:
	case OSIM_EVENT_RPC:
		words = strstr(words, ": ");
		return words ? words + 2 : s->words;
	default:
		return words;
	}
}

static void slice_begin(struct osim_trace_writer *w, struct track *t, const struct osim_event *e)
{
	const struct perfetto *s = w->state;
	char name[32];

	/* Deeper than anything is nested: its end was lost. */
	if (t->depth == NEST)
		slice_end(w, t);
	t->open[t->depth++] = e->kind;
	put(w, t, 'B', slice_name(s, e, name, sizeof(name)));
	put_args(w, e);
	putc('}', w->out);
}

/* Ends the slice that began with an event of this kind, and what is still open in it. */
static void slice_close(struct osim_trace_writer *w, struct track *t, enum osim_event_kind kind)
{
	unsigned int depth = t->depth;

	while (depth && t->open[depth - 1] != kind)
		depth--;
	while (depth && t->depth >= depth)
		slice_end(w, t);
}

static void instant(struct osim_trace_writer *w, const struct track *t, const struct osim_event *e)
{
	struct perfetto *s = w->state;

	put(w, t, 'i', s->words);
	fputs(",\"s\":\"t\"", w->out);
	put_args(w, e);
	putc('}', w->out);
}

/* --- flows: a value from its post to where it is taken, value 0 to the bottom half --- */

static struct flow *flow_of(struct perfetto *s, uint32_t value, enum way way)
{
	for (unsigned int i = 0; i < FLOWS; i++)
		if (s->flows[i].used && s->flows[i].value == value && s->flows[i].way == way)
			return &s->flows[i];
	return NULL;
}

static struct flow *flow_new(struct perfetto *s, uint32_t value)
{
	for (unsigned int i = 0; i < FLOWS; i++)
		if (!s->flows[i].used) {
			s->flows[i] =
				(struct flow){.used = true, .value = value, .id = ++s->flow_count};
			return &s->flows[i];
		}
	return NULL;
}

/* An arrow begins, goes on or ends in the slice that is open on the track at this time. */
static void flow_put(struct osim_trace_writer *w, const struct track *t, struct flow *f, char phase)
{
	put(w, t, phase, "notification");
	fprintf(w->out, ",\"cat\":\"notification\",\"id\":%" PRIu64 "%s}", f->id,
		phase == 'f' ? ",\"bp\":\"e\"" : "");
	if (phase == 'f')
		f->used = false;
}

/* A slice of its own, for arrows to hang on. */
static void blip(struct osim_trace_writer *w, const struct track *t, const struct osim_event *e)
{
	struct perfetto *s = w->state;

	put(w, t, 'X', s->words);
	fprintf(w->out, ",\"dur\":%u.%03u", OSIM__TRACE_STEP_NS / 2 / 1000,
		OSIM__TRACE_STEP_NS / 2 % 1000);
	put_args(w, e);
	putc('}', w->out);
}

static void on_post(struct osim_trace_writer *w, struct track *t, const struct osim_event *e)
{
	struct perfetto *s = w->state;
	struct flow *f;

	blip(w, t, e);
	if (flow_of(s, e->value, POSTED))
		return;
	f = flow_new(s, e->value);
	if (f)
		flow_put(w, t, f, 's');
}

static void on_retrieve(struct osim_trace_writer *w, struct track *t, const struct osim_event *e)
{
	struct perfetto *s = w->state;
	struct flow *f = flow_of(s, e->value, POSTED);

	blip(w, t, e);
	if (!f)
		return;
	/* One bottom half is for all that asked for it. */
	if (e->value || flow_of(s, e->value, RETRIEVED)) {
		flow_put(w, t, f, 'f');
		return;
	}
	f->way = RETRIEVED;
	flow_put(w, t, f, 't');
}

static void on_secure(struct osim_trace_writer *w, struct track *t, const struct osim_event *e)
{
	struct flow *f = NULL;

	if (e->flags & OSIM_EVENT_F_END) {
		slice_close(w, t, e->kind);
		return;
	}
	slice_begin(w, t, e);
	if (e->kind == OSIM_EVENT_BOTTOM_HALF)
		f = flow_of(w->state, 0, RETRIEVED);
	if (f)
		flow_put(w, t, f, 'f');
}

/* --- events --- */

static struct track *track_of(struct osim_trace_writer *w, const struct osim_event *e)
{
	switch (e->kind) {
	case OSIM_EVENT_IRQ_ENTER:
	case OSIM_EVENT_IRQ_EXIT:
		return interrupt_track(w, e);
	case OSIM_EVENT_CALL:
	case OSIM_EVENT_RETURN:
		return normal_track(w, e);
	case OSIM_EVENT_MESSAGE:
	case OSIM_EVENT_RPC:
	case OSIM_EVENT_BOTTOM_HALF:
	case OSIM_EVENT_POST:
	case OSIM_EVENT_RETRIEVE:
	case OSIM_EVENT_IRQ_RAISE:
		return secure_track(w, e);
	default:
		return e->context == OSIM_CONTEXT_SECURE ? secure_track(w, e) : normal_track(w, e);
	}
}

static void event(struct osim_trace_writer *w, const struct osim_event *e)
{
	struct perfetto *s = w->state;
	struct track *t;

	osim__trace_spread(w, e);
	osim__event_words(osim__namer_abi(s->namer), e, s->words, sizeof(s->words));
	t = track_of(w, e);
	if (!t)
		return;
	switch (e->kind) {
	case OSIM_EVENT_CALL:
	case OSIM_EVENT_IRQ_ENTER:
		slice_begin(w, t, e);
		break;
	case OSIM_EVENT_RETURN:
		slice_close(w, t, OSIM_EVENT_CALL);
		break;
	case OSIM_EVENT_IRQ_EXIT:
		slice_close(w, t, OSIM_EVENT_IRQ_ENTER);
		break;
	case OSIM_EVENT_MESSAGE:
	case OSIM_EVENT_RPC:
	case OSIM_EVENT_BOTTOM_HALF:
		on_secure(w, t, e);
		break;
	case OSIM_EVENT_POST:
		on_post(w, t, e);
		break;
	case OSIM_EVENT_RETRIEVE:
		on_retrieve(w, t, e);
		break;
	default:
		instant(w, t, e);
		break;
	}
}

/* Slices that are open end with the trace, arrows where they have got to. */
static void end(struct osim_trace_writer *w)
{
	struct perfetto *s = w->state;
	struct track *t;

	w->now_ns += OSIM__TRACE_STEP_NS;
	while ((t = s->tracks)) {
		while (t->depth)
			slice_end(w, t);
		s->tracks = t->next;
		free(t);
	}
	fputs("\n]}\n", w->out);
	osim__namer_free(s->namer);
	free(s);
}

static void name_world(struct osim_trace_writer *w, enum world world, const char *name)
{
	put(w, &(struct track){.world = world}, 'M', "process_name");
	fprintf(w->out, ",\"args\":{\"name\":\"%s\"}}", name);
}

int osim__perfetto_begin(struct osim_trace_writer *w)
{
	struct perfetto *s = calloc(1, sizeof(*s));

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
	fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", w->out);
	name_world(w, NORMAL, "normal world");
	name_world(w, SECURE, "secure world");
	return 0;
}
