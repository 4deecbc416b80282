/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <string.h>

#include "trace/reader.h"

#define REGS	    8u
#define MSG_WORDS   8u
#define PARAM_WORDS 4u

/* In the order in which they are written; only a parameter may come again. */
#define FIELDS(X)           \
	X(IN, "in")         \
	X(OUT, "out")       \
	X(INTID, "intid")   \
	X(VALUE, "value")   \
	X(FLAGS, "flags")   \
	X(SECURE, "secure") \
	X(OBJECT, "object") \
	X(BYTES, "bytes")   \
	X(TEXT, "text")     \
	X(WHERE, "where")   \
	X(MSG, "msg")       \
	X(PARAM, "p")

enum field {
#define FIELD_ENUM(id, key) FIELD_##id,
	FIELDS(FIELD_ENUM)
#undef FIELD_ENUM
		FIELD_COUNT,
};

/* A line that is being read: what is wrong is told once. */
struct parse {
	struct osim_trace_reader *r;
	const char *at;
	uint32_t params;
	unsigned int seen; /* bits of keys */
};

static bool wrong(const struct parse *p, const char *what)
{
	osim__trace_wrong_at(p->r, p->at, what);
	return false;
}

/* Each thing can be written in one way only: a number without zeros before it. */
static bool is_short(const char *from, const char *end)
{
	return *from != '0' || end == from + 1;
}

static bool number(struct parse *p, const char *what, uint64_t max, uint64_t *value)
{
	const char *from = p->at;

	if (osim__trace_number(&p->at, 10, max, value) && is_short(from, p->at))
		return true;
	p->at = from;
	return wrong(p, what);
}

static bool number_u32(struct parse *p, const char *what, uint32_t *value)
{
	uint64_t v;

	if (!number(p, what, UINT32_MAX, &v))
		return false;
	*value = (uint32_t)v;
	return true;
}

static bool sign(struct parse *p, char c, const char *what)
{
	if (*p->at != c)
		return wrong(p, what);
	p->at++;
	return true;
}

/* count hex numbers with commas between. */
static bool words(struct parse *p, const char *what, unsigned int count, uint64_t max,
		  uint64_t *values)
{
	const char *from;

	for (unsigned int i = 0; i < count; i++) {
		if (i && !sign(p, ',', what))
			return false;
		from = p->at;
		if (osim__trace_number(&p->at, 16, max, &values[i]) && is_short(from, p->at))
			continue;
		p->at = from;
		return wrong(p, what);
	}
	return true;
}

static bool escape(struct parse *p, char *c)
{
	char two[3] = {p->at[1] ? p->at[2] : '\0', '\0'};
	const char *end = two;
	uint64_t value;

	switch (p->at[1]) {
	case '"':
	case '\\':
		*c = p->at[1];
		break;
	case 'n':
		*c = '\n';
		break;
	case 'x': /* a byte that cannot stand there as it is */
		two[1] = two[0] ? p->at[3] : '\0';
		if (!osim__trace_number(&end, 16, UINT8_MAX, &value) || end != two + 2 || !value ||
		    value == '\n' || (value >= ' ' && value <= '~'))
			return wrong(p, "an escaped byte");
		*c = (char)value;
		p->at += 2;
		break;
	default:
		return wrong(p, "an escaped byte");
	}
	p->at += 2;
	return true;
}

static bool text(struct parse *p, char *buf)
{
	size_t used = 0;

	if (!sign(p, '"', "a text in quotes"))
		return false;
	while (*p->at && *p->at != '"') {
		if (used == OSIM__NATIVE_TEXT_MAX)
			return wrong(p, "the end of a text, which has too many bytes");
		if (*p->at != '\\')
			buf[used++] = *p->at++;
		else if (!escape(p, &buf[used++]))
			return false;
	}
	buf[used] = '\0';
	return sign(p, '"', "the end of a text");
}

/* One of names, up to the blank behind it; index of it. */
static bool name(struct parse *p, const char *what, unsigned int count,
		 const char *(*name_of)(unsigned int i), unsigned int *index)
{
	size_t len = strcspn(p->at, " ");

	for (unsigned int i = 0; i < count; i++) {
		if (strlen(name_of(i)) != len || strncmp(name_of(i), p->at, len) != 0)
			continue;
		*index = i;
		p->at += len;
		return true;
	}
	return wrong(p, what);
}

static const char *kind_name(unsigned int i)
{
	return osim_event_kind_name((enum osim_event_kind)i);
}

static const char *context_name(unsigned int i)
{
	return osim__native_contexts[i];
}

static bool blank(struct parse *p)
{
	return sign(p, ' ', "a blank");
}

static bool head(struct parse *p)
{
	struct osim_event *e = &p->r->event;
	unsigned int kind, context;

	if (!number(p, "the number of an event", UINT64_MAX, &e->seq) || !blank(p) ||
	    !number(p, "a time in ns", UINT64_MAX, &e->time_ns) || !blank(p) ||
	    !name(p, "a kind of event", OSIM_EVENT_COUNT, kind_name, &kind) || !blank(p) ||
	    !name(p, "host, thread, irq or secure", OSIM__NATIVE_CONTEXTS, context_name,
		  &context) ||
	    !blank(p) || !number_u32(p, "a CPU", &e->cpu) || !blank(p) ||
	    !number_u32(p, "the number of a thread", &e->thread_id) || !blank(p) ||
	    !text(p, p->r->name))
		return false;
	e->kind = (enum osim_event_kind)kind;
	e->context = (enum osim_context)context;
	e->thread_name = p->r->name;
	return true;
}

static bool message(struct parse *p)
{
	struct osim_msg_arg *arg = &p->r->msg.arg;
	uint64_t v[MSG_WORDS];

	if (!words(p, "8 hex words of a message", MSG_WORDS, UINT32_MAX, v))
		return false;
	*arg = (struct osim_msg_arg){.cmd = (uint32_t)v[0],
				     .func = (uint32_t)v[1],
				     .session = (uint32_t)v[2],
				     .cancel_id = (uint32_t)v[3],
				     .pad = (uint32_t)v[4],
				     .ret = (uint32_t)v[5],
				     .ret_origin = (uint32_t)v[6],
				     .num_params = (uint32_t)v[7]};
	memset(p->r->msg.params, 0, sizeof(p->r->msg.params));
	p->r->event.msg = arg;
	return true;
}

static bool param(struct parse *p)
{
	struct osim_msg_param *params = p->r->msg.params;
	uint64_t v[PARAM_WORDS];

	if (!p->r->event.msg ||
	    p->params == osim__native_params(p->r->event.kind, p->r->event.msg->num_params))
		return wrong(p, "a parameter that the message has");
	if (!words(p, "4 hex words of a parameter", PARAM_WORDS, UINT64_MAX, v))
		return false;
	params[p->params].attr = v[0];
	params[p->params].u.value = (struct osim_msg_param_value){v[1], v[2], v[3]};
	p->params++;
	return true;
}

static bool regs(struct parse *p, struct osim_regs *to, const struct osim_regs **there)
{
	*there = to;
	return words(p, "8 hex registers", REGS, UINT64_MAX, to->a);
}

static bool field(struct parse *p, enum field key)
{
	struct osim_trace_reader *r = p->r;
	struct osim_event *e = &r->event;

	/* Numbers that are 0 are left out. */
	if (*p->at == '0' && key >= FIELD_INTID && key <= FIELD_BYTES)
		return wrong(p, "a number above 0");

	switch (key) {
	case FIELD_IN:
		return regs(p, &r->regs_in, &e->in);
	case FIELD_OUT:
		return regs(p, &r->regs_out, &e->out);
	case FIELD_INTID:
		return number_u32(p, "the number of an interrupt", &e->intid);
	case FIELD_VALUE:
		return number_u32(p, "a 32-bit value", &e->value);
	case FIELD_FLAGS:
		return number_u32(p, "flags", &e->flags);
	case FIELD_SECURE:
		return number_u32(p, "a secure thread", &e->secure_thread);
	case FIELD_OBJECT:
		return number(p, "the number of an object", UINT64_MAX, &e->object);
	case FIELD_BYTES:
		return number(p, "a number of bytes", UINT64_MAX, &e->bytes);
	case FIELD_TEXT:
		e->text = r->text;
		return text(p, r->text);
	case FIELD_WHERE:
		e->where = r->where;
		return text(p, r->where);
	case FIELD_MSG:
		return message(p);
	default:
		return param(p);
	}
}

static bool fields(struct parse *p)
{
	static const char *const keys[] = {
#define FIELD_KEY(id, key) key,
		FIELDS(FIELD_KEY)
#undef FIELD_KEY
	};
	unsigned int next = 0;

	while (*p->at) {
		unsigned int key = next;

		if (!blank(p))
			return false;
		while (key < FIELD_COUNT && (strncmp(p->at, keys[key], strlen(keys[key])) != 0 ||
					     p->at[strlen(keys[key])] != '='))
			key++;
		if (key == FIELD_COUNT)
			return wrong(p, "a field that can come here");
		p->at += strlen(keys[key]) + 1;
		if (!field(p, (enum field)key))
			return false;
		next = key == FIELD_PARAM ? key : key + 1;
	}
	return true;
}

/* What everybody who takes events relies upon. */
static bool is_whole(const struct parse *p)
{
	const struct osim_event *e = &p->r->event;
	const char *missing = NULL;

	if ((e->kind == OSIM_EVENT_CALL || e->kind == OSIM_EVENT_RETURN) && !e->in)
		missing = "in=";
	else if (e->kind == OSIM_EVENT_RETURN && !e->out)
		missing = "out=";
	else if (osim__native_has_text(e->kind) && !e->text)
		missing = "text=";
	else if (e->msg && p->params != osim__native_params(e->kind, e->msg->num_params))
		missing = "a parameter p=";
	if (missing)
		osim__trace_wrong(p->r, "%s is missing", missing);
	return !missing;
}

static bool last_line(struct parse *p)
{
	static const char word[] = "end ";

	if (strncmp(p->at, word, strlen(word)) != 0)
		return false;
	p->at += strlen(word);
	if (!number(p, "a number of events", UINT64_MAX, &p->r->end_count))
		return true;
	if (*p->at)
		wrong(p, "the end of the line");
	else
		p->r->end_there = true;
	return true;
}

bool osim__native_line(struct osim_trace_reader *r)
{
	struct parse p = {.r = r, .at = r->line};
	uint64_t before = r->event.seq;

	if (r->end_there) {
		osim__trace_wrong(r, "a line after the end");
		return false;
	}
	if (last_line(&p))
		return false;
	r->lines++;
	r->event = (struct osim_event){0};
	if (!r->whole)
		osim__trace_wrong(r, "the line is cut off");
	if (!r->whole || !head(&p) || !fields(&p) || !is_whole(&p)) {
		r->gap = true;
		return false;
	}
	if (!r->events)
		r->midway = r->event.seq != 0;
	if (r->events && !r->gap && r->event.seq != before + 1)
		osim__trace_wrong(r, "event %" PRIu64 " follows event %" PRIu64, r->event.seq,
				  before);
	r->gap = false;
	return true;
}

void osim__native_end(struct osim_trace_reader *r)
{
	if (!r->end_there)
		osim__trace_wrong(r, "the trace is cut off after this line");
	else if (!r->whole)
		osim__trace_wrong(r, "the last line is cut off");
	else if (r->end_count != r->lines)
		osim__trace_wrong(r, "%" PRIu64 " events are here, and there were %" PRIu64,
				  r->lines, r->end_count);
}
