/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/timeline.h>

#include "abi/msg.h"
#include "abi/name.h"
#include "machine/machine.h"
#include "trace/namer.h"
#include "trace/rows.h"

#define ARROW " -> "
#define TEXT  4096u
#define NEST  8u

/* Parameters that are there in an event's message, however many it says that it has: the secure
 * world takes in two of its own and four of the TA's. */
#define MSG_PARAMS OSIM_EVENT_PARAMS

/* What the last secure row says, which what comes next may complete. */
enum held {
	HELD_NOTHING,
	HELD_LEAVING, /* a message is done, or an RPC asked: the return follows */
	HELD_POST,    /* the interrupt follows */
};

/* Interrupts that a CPU is in. */
struct cpu {
	uint32_t intid[NEST];
	unsigned int depth;
	char woke[128]; /* threads, by the handler; " a, b" */
};

/* An RPC that has not been answered: what its answer means depends on it. */
struct ask {
	struct ask *next;
	uint32_t thread_id;
	struct osim_regs regs;
};

struct osim_timeline {
	struct osim_machine *m;
	struct osim__rows rows;
	struct osim__namer *namer;
	const struct osim__abi_namer *names; /* NULL: addresses as they are */
	bool verbose;
	bool titled;

	bool calling; /* the open row is a call, of this CPU */
	uint32_t call_cpu;

	enum held held;
	struct osim_event held_event; /* no pointers of it but the name below */
	char held_name[32];
	char held_text[TEXT];
	char text[2 * TEXT + 2]; /* of the event at hand: the stack is a thread's of the machine */

	struct ask *asks;
	struct cpu cpus[OSIM_CPUS_MAX];
};

/* --- whose row it is --- */

static struct cpu *cpu_of(struct osim_timeline *t, const struct osim_event *e)
{
	return &t->cpus[e->cpu < OSIM_CPUS_MAX ? e->cpu : 0];
}

static struct osim__row_head head_of(struct osim_timeline *t, const struct osim_event *e, char *buf,
				     size_t len)
{
	const struct cpu *cpu = cpu_of(t, e);
	struct osim__row_head head = {.time_ns = e->time_ns, .cpu = (int)e->cpu, .who = buf};

	snprintf(buf, len, "%s", e->context == OSIM_CONTEXT_THREAD ? e->thread_name : "");
	if (e->context == OSIM_CONTEXT_HOST) {
		head.cpu = -1;
		head.who = "host";
	}
	if (e->context == OSIM_CONTEXT_IRQ && cpu->depth)
		snprintf(buf, len, "irq %" PRIu32, cpu->intid[cpu->depth - 1]);
	return head;
}

static void begin(struct osim_timeline *t, const struct osim_event *e, enum osim__style style,
		  const char *left)
{
	char who[32];
	struct osim__row_head head = head_of(t, e, who, sizeof(who));

	osim__row_begin(&t->rows, &head, style, left);
}

/* --- rows that wait for what comes next --- */

static void write_held(struct osim_timeline *t)
{
	if (t->held == HELD_NOTHING)
		return;
	t->held = HELD_NOTHING;
	begin(t, &t->held_event, OSIM__STYLE_PLAIN, "");
	osim__row_wire(&t->rows, "", OSIM__STYLE_SECURE, t->held_text);
}

/* Nothing that comes next belongs to what stands there. */
static void settle(struct osim_timeline *t)
{
	if (t->rows.open)
		osim__row_wire(&t->rows, t->calling ? "-->" : "", OSIM__STYLE_SECURE, "");
	t->calling = false;
	write_held(t);
}

static bool is_held(const struct osim_timeline *t, enum held what, const struct osim_event *e)
{
	return t->held == what && t->held_event.cpu == e->cpu;
}

/* Whether the open row is the call that this event, of the secure world, was made in. */
static bool in_call(const struct osim_timeline *t, const struct osim_event *e)
{
	return t->calling && t->call_cpu == e->cpu;
}

static void hold(struct osim_timeline *t, enum held what, const struct osim_event *e)
{
	settle(t);
	t->held = what;
	t->held_event = *e;
	snprintf(t->held_name, sizeof(t->held_name), "%s", e->thread_name);
	t->held_event.thread_name = t->held_name;
}

/* The secure world does something. In a call that has just come in, this is what it does of it. */
static void secure_row(struct osim_timeline *t, const struct osim_event *e, const char *wire,
		       const char *text)
{
	if (in_call(t, e) && !*wire) {
		osim__row_wire(&t->rows, "-->", OSIM__STYLE_SECURE, text);
		t->calling = false;
		return;
	}
	settle(t);
	begin(t, e, OSIM__STYLE_PLAIN, "");
	osim__row_wire(&t->rows, wire, *wire == '<' ? OSIM__STYLE_IRQ : OSIM__STYLE_SECURE, text);
}

static void normal_row(struct osim_timeline *t, const struct osim_event *e, enum osim__style style,
		       const char *text)
{
	settle(t);
	begin(t, e, style, text);
	osim__row_end(&t->rows);
}

/* --- calls --- */

static struct ask **ask_of(struct osim_timeline *t, uint32_t thread_id)
{
	struct ask **link = &t->asks;

	while (*link && (*link)->thread_id != thread_id)
		link = &(*link)->next;
	return link;
}

static void on_call(struct osim_timeline *t, const struct osim_event *e)
{
	struct ask **link = ask_of(t, e->thread_id), *ask = NULL;

	if ((uint32_t)e->in->a[0] == OPTEE_SMC_CALL_RETURN_FROM_RPC && *link) {
		ask = *link;
		*link = ask->next;
	}
	settle(t);
	osim__abi_decode_call(t->names, e->in->a, NULL, ask ? ask->regs.a : NULL, t->text, TEXT);
	begin(t, e, OSIM__STYLE_STRONG, t->text);
	t->calling = true;
	t->call_cpu = e->cpu;
	free(ask);
}

static void remember_ask(struct osim_timeline *t, const struct osim_event *e)
{
	struct ask **link = ask_of(t, e->thread_id);

	if (!*link)
		*link = calloc(1, sizeof(**link));
	if (!*link)
		return;
	(*link)->thread_id = e->thread_id;
	(*link)->regs = *e->out;
}

/* What came back, out of a whole call's text: names and numbers hold no arrow. */
static char *return_part(char *text)
{
	char *arrow = strstr(text, ARROW);

	return arrow ? arrow + strlen(ARROW) : text;
}

static void on_return(struct osim_timeline *t, const struct osim_event *e)
{
	uint32_t a0 = (uint32_t)e->in->a[0];
	const char *name = OPTEE_SMC_IS_FAST_CALL(a0) ? osim__abi_call_name(a0) : NULL;
	char *right;

	osim__abi_decode_call(t->names, e->in->a, e->out->a, NULL, t->text, TEXT);
	right = return_part(t->text);
	if (OPTEE_SMC_RETURN_IS_RPC((uint32_t)e->out->a[0]))
		remember_ask(t, e);
	if (in_call(t, e)) {
		if (e->msg && osim__abi_msg_cmd_name(e->msg->cmd))
			snprintf(right + strlen(right), TEXT + 2, "; %s is refused",
				 osim__abi_msg_cmd_name(e->msg->cmd));
		osim__row_wire(&t->rows, "<->", OSIM__STYLE_SECURE, right);
		t->calling = false;
		return;
	}
	if (is_held(t, HELD_LEAVING, e)) {
		snprintf(right + strlen(right), TEXT + 2, "; %s", t->held_text);
		t->held = HELD_NOTHING;
	}
	settle(t);
	/* A fast call says again what it was: much may stand between. */
	begin(t, e, OSIM__STYLE_DIM, name ? name : "");
	osim__row_wire(&t->rows, "<--", OSIM__STYLE_SECURE, right);
}

/* --- the secure world --- */

/* "t0: DO_BOTTOM_HALF"; false: the event has no message. */
static bool message_text(struct osim_timeline *t, const struct osim_event *e,
			 enum osim__abi_world from)
{
	bool done = e->flags & OSIM_EVENT_F_END;
	int used = snprintf(t->text, TEXT, "t%" PRIu32 ": ", e->secure_thread);
	uint32_t params;

	if (!e->msg)
		return false;
	params = e->msg->num_params < MSG_PARAMS ? e->msg->num_params : MSG_PARAMS;
	osim__abi_decode_msg(t->names, from, done, e->msg, osim__msg_size(params), t->text + used,
			     TEXT - (size_t)used);
	return true;
}

/* An RPC without a message is all told by its registers, and so is its answer. */
static void on_message(struct osim_timeline *t, const struct osim_event *e)
{
	bool rpc = e->kind == OSIM_EVENT_RPC, end = e->flags & OSIM_EVENT_F_END;

	if (!message_text(t, e, rpc ? OSIM__ABI_SECURE : OSIM__ABI_NORMAL))
		return;
	if (rpc == end) {
		secure_row(t, e, "", t->text);
		return;
	}
	hold(t, HELD_LEAVING, e);
	memcpy(t->held_text, t->text, TEXT);
}

static void on_bottom_half(struct osim_timeline *t, const struct osim_event *e)
{
	char text[64];

	snprintf(text, sizeof(text), "t%" PRIu32 ": bottom half %s", e->secure_thread,
		 e->flags & OSIM_EVENT_F_END ? "ends" : "begins");
	secure_row(t, e, "", text);
}

static void on_post(struct osim_timeline *t, const struct osim_event *e)
{
	hold(t, HELD_POST, e);
	snprintf(t->held_text, sizeof(t->held_text), "post %" PRIu32 "%s", e->value,
		 e->flags & OSIM_EVENT_F_MERGED ? " (merged)" : "");
}

static void on_retrieve(struct osim_timeline *t, const struct osim_event *e)
{
	char text[64];

	snprintf(text, sizeof(text), "value %" PRIu32 " leaves the record%s", e->value,
		 e->flags & OSIM_EVENT_F_PENDING ? ", more wait" : "");
	secure_row(t, e, "", text);
}

/* --- interrupts --- */

static void on_irq_raise(struct osim_timeline *t, const struct osim_event *e)
{
	const char *merged = e->flags & OSIM_EVENT_F_MERGED ? " (merged)" : "";

	if (is_held(t, HELD_POST, e)) {
		snprintf(t->text, sizeof(t->text), "%s: irq %" PRIu32 "%s", t->held_text, e->intid,
			 merged);
		t->held = HELD_NOTHING;
	} else {
		snprintf(t->text, sizeof(t->text), "irq %" PRIu32 "%s", e->intid, merged);
	}
	secure_row(t, e, "<~~", t->text);
}

static void on_irq_enter(struct osim_timeline *t, const struct osim_event *e)
{
	struct cpu *cpu = cpu_of(t, e);
	struct osim_event interrupted = *e;
	char text[64];

	interrupted.context = cpu->depth ? OSIM_CONTEXT_IRQ : OSIM_CONTEXT_THREAD;
	if (!cpu->depth && !*e->thread_name)
		interrupted.thread_name = "idle";
	snprintf(text, sizeof(text), "irq %" PRIu32 " {", e->intid);
	normal_row(t, &interrupted, OSIM__STYLE_IRQ, text);
	if (cpu->depth < NEST)
		cpu->intid[cpu->depth++] = e->intid;
	cpu->woke[0] = '\0';
}

static void on_irq_exit(struct osim_timeline *t, const struct osim_event *e)
{
	struct cpu *cpu = cpu_of(t, e);
	char text[sizeof(cpu->woke) + 16];

	snprintf(text, sizeof(text), "}%s%s", *cpu->woke ? " wakes" : "", cpu->woke);
	normal_row(t, e, OSIM__STYLE_IRQ, text);
	if (cpu->depth)
		cpu->depth--;
	cpu->woke[0] = '\0';
}

/* Whom a handler wakes is told where it ends. */
static void on_wake(struct osim_timeline *t, const struct osim_event *e)
{
	struct cpu *cpu = cpu_of(t, e);
	size_t used = strlen(cpu->woke);
	char text[64];

	if (e->context == OSIM_CONTEXT_IRQ && cpu->depth)
		snprintf(cpu->woke + used, sizeof(cpu->woke) - used, "%s %s", used ? "," : "",
			 e->text);
	if (!t->verbose)
		return;
	snprintf(text, sizeof(text), "wakes %s", e->text);
	normal_row(t, e, OSIM__STYLE_DIM, text);
}

/* --- the rest --- */

static void on_log(struct osim_timeline *t, const struct osim_event *e)
{
	enum osim__style style = OSIM__STYLE_PLAIN;
	const char *level = "";

	if (e->flags & OSIM_EVENT_F_WARN) {
		style = OSIM__STYLE_WARN;
		level = "warn: ";
	}
	if (e->flags & OSIM_EVENT_F_ERR) {
		style = OSIM__STYLE_ERR;
		level = "err: ";
	}
	snprintf(t->text, sizeof(t->text), "%s%s", level, e->text);
	normal_row(t, e, style, t->text);
}

static void on_object(struct osim_timeline *t, const struct osim_event *e)
{
	bool made = e->kind == OSIM_EVENT_ALLOC;
	char text[256], bytes[40] = "";

	if (!made)
		osim__namer_retire(t->namer, e->object);
	if (!t->verbose)
		return;
	if (e->bytes)
		snprintf(bytes, sizeof(bytes), " of %" PRIu64 " bytes", e->bytes);
	snprintf(text, sizeof(text), "%s #%" PRIu64 ": %s%s, %s %s", made ? "makes" : "frees",
		 e->object, e->text, bytes, made ? "at" : "made at", e->where ? e->where : "?");
	normal_row(t, e, OSIM__STYLE_DIM, text);
}

static void on_switch(struct osim_timeline *t, const struct osim_event *e)
{
	char text[64];

	if (!t->verbose)
		return;
	snprintf(text, sizeof(text), "cpu goes on with %s", e->text);
	normal_row(t, e, OSIM__STYLE_DIM, text);
}

static void on_finding(struct osim_timeline *t, const struct osim_event *e)
{
	snprintf(t->text, sizeof(t->text), "FINDING %s", e->text);
	normal_row(t, e, OSIM__STYLE_ERR, t->text);
	if (e->where)
		osim__row_more(&t->rows, OSIM__STYLE_PLAIN, e->where);
}

/* Where the run gets to its next part. */
static void on_driver(struct osim_timeline *t, const struct osim_event *e)
{
	snprintf(t->text, sizeof(t->text), "=== %s", e->text);
	normal_row(t, e, OSIM__STYLE_STRONG, t->text);
}

static void on_text(struct osim_timeline *t, const struct osim_event *e)
{
	if (e->context == OSIM_CONTEXT_SECURE)
		secure_row(t, e, "", e->text);
	else
		normal_row(t, e, OSIM__STYLE_PLAIN, e->text);
}

static const struct {
	void (*fn)(struct osim_timeline *t, const struct osim_event *e);
	bool verbose; /* only then */
} handlers[OSIM_EVENT_COUNT] = {
	[OSIM_EVENT_SWITCH] = {on_switch, true},
	[OSIM_EVENT_WAKE] = {on_wake, false},
	[OSIM_EVENT_IRQ_RAISE] = {on_irq_raise, false},
	[OSIM_EVENT_IRQ_ENTER] = {on_irq_enter, false},
	[OSIM_EVENT_IRQ_EXIT] = {on_irq_exit, false},
	[OSIM_EVENT_CALL] = {on_call, false},
	[OSIM_EVENT_RETURN] = {on_return, false},
	[OSIM_EVENT_MESSAGE] = {on_message, false},
	[OSIM_EVENT_RPC] = {on_message, false},
	[OSIM_EVENT_POST] = {on_post, false},
	[OSIM_EVENT_RETRIEVE] = {on_retrieve, true},
	[OSIM_EVENT_BOTTOM_HALF] = {on_bottom_half, false},
	[OSIM_EVENT_LOG] = {on_log, false},
	[OSIM_EVENT_ALLOC] = {on_object, false},
	[OSIM_EVENT_FREE] = {on_object, false},
	[OSIM_EVENT_DRIVER] = {on_driver, false},
	[OSIM_EVENT_WORLD] = {on_text, false},
	[OSIM_EVENT_FINDING] = {on_finding, false},
};

void osim_timeline_event(void *timeline, const struct osim_event *event)
{
	struct osim_timeline *t = timeline;

	if ((unsigned int)event->kind >= OSIM_EVENT_COUNT)
		return;
	if (handlers[event->kind].verbose && !t->verbose)
		return;
	if (!t->titled)
		osim__rows_title(&t->rows);
	t->titled = true;
	handlers[event->kind].fn(t, event);
	if (t->rows.out)
		fflush(t->rows.out);
}

void osim_timeline_flush(struct osim_timeline *timeline)
{
	settle(timeline);
	if (timeline->rows.out)
		fflush(timeline->rows.out);
}

int osim_timeline_new(struct osim_machine *m, const struct osim_timeline_options *options,
		      struct osim_timeline **out)
{
	unsigned int width = options->width ? options->width : OSIM__ROWS_WIDTH;
	struct osim_timeline *t;

	if (options->size != sizeof(*options))
		return osim__error(-EINVAL, "timeline: size %zu is not that of its options",
				   options->size);
	if (!options->out == !options->write)
		return osim__error(-EINVAL, "timeline: either out or write");
	if (width < OSIM__ROWS_WIDTH_MIN || width > OSIM__ROWS_WIDTH_MAX)
		return osim__error(-EINVAL, "timeline: width %u is not within %u .. %u", width,
				   OSIM__ROWS_WIDTH_MIN, OSIM__ROWS_WIDTH_MAX);
	t = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	t->namer = osim__namer_new(m);
	if (!t->namer) {
		free(t);
		return -ENOMEM;
	}
	t->names = options->raw_addresses ? NULL : osim__namer_abi(t->namer);
	t->verbose = options->verbose;
	t->rows = (struct osim__rows){.out = options->out,
				      .write = options->write,
				      .arg = options->arg,
				      .width = width,
				      .color = options->color};
	*out = t;
	return 0;
}

void osim_timeline_free(struct osim_timeline *timeline)
{
	struct ask *ask;

	if (!timeline)
		return;
	osim_timeline_flush(timeline);
	while ((ask = timeline->asks)) {
		timeline->asks = ask->next;
		free(ask);
	}
	osim__namer_free(timeline->namer);
	free(timeline);
}
