/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <string.h>

#include <optee_sim/abi/abi.h>

#include "trace/native.h"
#include "trace/writer.h"

const char *const osim__native_contexts[OSIM__NATIVE_CONTEXTS] = {
	[OSIM_CONTEXT_HOST] = "host",
	[OSIM_CONTEXT_THREAD] = "thread",
	[OSIM_CONTEXT_IRQ] = "irq",
	[OSIM_CONTEXT_SECURE] = "secure",
};

bool osim__native_has_text(enum osim_event_kind kind)
{
	switch (kind) {
	case OSIM_EVENT_SWITCH:
	case OSIM_EVENT_WAKE:
	case OSIM_EVENT_LOG:
	case OSIM_EVENT_ALLOC:
	case OSIM_EVENT_FREE:
	case OSIM_EVENT_DRIVER:
	case OSIM_EVENT_WORLD:
	case OSIM_EVENT_FINDING:
		return true;
	default:
		return false;
	}
}

uint32_t osim__native_params(enum osim_event_kind kind, uint32_t num_params)
{
	uint32_t max = kind == OSIM_EVENT_RPC ? OSIM__NATIVE_RPC_PARAMS : OSIM__NATIVE_PARAMS;

	return num_params < max ? num_params : max;
}

/* In quotes; bytes that are no printable ASCII in hex, so that a line is a line. */
static void write_text(FILE *out, const char *text)
{
	size_t i = 0;

	putc('"', out);
	for (; text[i] && i < OSIM__NATIVE_TEXT_MAX; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c == '\n')
			fputs("\\n", out);
		else if (c < ' ' || c > '~')
			fprintf(out, "\\x%02x", c);
		else
			putc(c, out);
	}
	putc('"', out);
}

static void write_regs(FILE *out, const char *key, const struct osim_regs *regs)
{
	if (!regs)
		return;
	for (unsigned int i = 0; i < 8; i++) {
		if (i)
			fprintf(out, ",%" PRIx64, regs->a[i]);
		else
			fprintf(out, " %s=%" PRIx64, key, regs->a[i]);
	}
}

static void write_number(FILE *out, const char *key, uint64_t value)
{
	if (value)
		fprintf(out, " %s=%" PRIu64, key, value);
}

static void write_named_text(FILE *out, const char *key, const char *text)
{
	if (!text)
		return;
	fprintf(out, " %s=", key);
	write_text(out, text);
}

static void write_msg(FILE *out, enum osim_event_kind kind, const struct osim_msg_arg *msg)
{
	uint32_t count = msg ? osim__native_params(kind, msg->num_params) : 0;
	const struct osim_msg_param *p;

	if (!msg)
		return;
	fprintf(out,
		" msg=%" PRIx32 ",%" PRIx32 ",%" PRIx32 ",%" PRIx32 ",%" PRIx32 ",%" PRIx32
		",%" PRIx32 ",%" PRIx32,
		msg->cmd, msg->func, msg->session, msg->cancel_id, msg->pad, msg->ret,
		msg->ret_origin, msg->num_params);
	p = OSIM_MSG_PARAMS(msg);
	for (uint32_t i = 0; i < count; i++)
		fprintf(out, " p=%" PRIx64 ",%" PRIx64 ",%" PRIx64 ",%" PRIx64, p[i].attr,
			p[i].u.value.a, p[i].u.value.b, p[i].u.value.c);
}

static void event(struct osim_trace_writer *w, const struct osim_event *e)
{
	FILE *out = w->out;

	fprintf(out, "%" PRIu64 " %" PRIu64 " %s %s %" PRIu32 " %" PRIu32 " ", e->seq, e->time_ns,
		osim_event_kind_name(e->kind), osim__native_contexts[e->context], e->cpu,
		e->thread_id);
	write_text(out, e->thread_name ? e->thread_name : "");
	write_regs(out, "in", e->in);
	write_regs(out, "out", e->out);
	write_number(out, "intid", e->intid);
	write_number(out, "value", e->value);
	write_number(out, "flags", e->flags);
	write_number(out, "secure", e->secure_thread);
	write_number(out, "object", e->object);
	write_number(out, "bytes", e->bytes);
	write_named_text(out, "text", e->text);
	write_named_text(out, "where", e->where);
	write_msg(out, e->kind, e->msg);
	putc('\n', out);
}

static void end(struct osim_trace_writer *w)
{
	fprintf(w->out, "end %" PRIu64 "\n", w->count);
}

int osim__native_begin(struct osim_trace_writer *w)
{
	w->event = event;
	w->end = end;
	fputs(OSIM__NATIVE_HEAD "\n", w->out);
	return 0;
}
