/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "trace/writer.h"

/* Signals at most: a wave with more is of no use. Further ones are left out. */
#define SIGNALS_MAX 4096u
/* Printable signs from '!' on, of which a signal's short name is made. */
#define SIGNS 94u

enum what { IRQ_PENDING, IRQ_ACTIVE, VALUE_PENDING };

struct signal {
	enum what what;
	uint32_t number;
	unsigned int level;
};

/* The names of all signals come first in the file, so that changes wait in one of their own. */
struct vcd {
	FILE *changes;
	struct signal signals[SIGNALS_MAX];
	unsigned int count;
	uint64_t written_ns;
	bool written;
};

static void put_id(FILE *out, unsigned int i)
{
	putc((int)('!' + i % SIGNS), out);
	if (i >= SIGNS)
		putc((int)('!' + i / SIGNS), out);
}

static struct signal *find(struct vcd *v, enum what what, uint32_t number)
{
	struct signal *s = v->signals;

	while (s < v->signals + v->count && (s->what != what || s->number != number))
		s++;
	if (s < v->signals + v->count)
		return s;
	if (v->count == SIGNALS_MAX)
		return NULL;
	v->count++;
	*s = (struct signal){.what = what, .number = number};
	return s;
}

/* Handlers of several CPUs can be in the same interrupt: active counts, the wave shows any. */
static void set(struct vcd *v, uint64_t time_ns, enum what what, uint32_t number, bool on)
{
	struct signal *s = find(v, what, number);
	bool was;

	if (!s)
		return;
	was = s->level;
	if (what == IRQ_ACTIVE)
		s->level = on ? s->level + 1 : s->level - was;
	else
		s->level = on;
	if (was == (s->level > 0))
		return;
	if (!v->written || v->written_ns != time_ns)
		fprintf(v->changes, "#%" PRIu64 "\n", time_ns);
	v->written = true;
	v->written_ns = time_ns;
	putc(s->level ? '1' : '0', v->changes);
	put_id(v->changes, (unsigned int)(s - v->signals));
	putc('\n', v->changes);
}

static void event(struct osim_trace_writer *w, const struct osim_event *e)
{
	struct vcd *v = w->state;
	uint64_t time_ns = osim__trace_spread(w, e);

	switch (e->kind) {
	case OSIM_EVENT_IRQ_RAISE:
		set(v, time_ns, IRQ_PENDING, e->intid, true);
		break;
	case OSIM_EVENT_IRQ_ENTER:
		set(v, time_ns, IRQ_PENDING, e->intid, false);
		set(v, time_ns, IRQ_ACTIVE, e->intid, true);
		break;
	case OSIM_EVENT_IRQ_EXIT:
		set(v, time_ns, IRQ_ACTIVE, e->intid, false);
		break;
	case OSIM_EVENT_POST:
		set(v, time_ns, VALUE_PENDING, e->value, true);
		break;
	case OSIM_EVENT_RETRIEVE:
		set(v, time_ns, VALUE_PENDING, e->value, false);
		break;
	default:
		break;
	}
}

/* Interrupts first, then values; by number, and what belongs to one beside each other. */
static bool comes_before(const struct signal *a, const struct signal *b)
{
	if ((a->what == VALUE_PENDING) != (b->what == VALUE_PENDING))
		return b->what == VALUE_PENDING;
	return a->number != b->number ? a->number < b->number : a->what < b->what;
}

/* The next in order; NULL: that was the last. */
static const struct signal *next_signal(const struct vcd *v, const struct signal *after)
{
	const struct signal *next = NULL;

	for (const struct signal *s = v->signals; s < v->signals + v->count; s++)
		if ((!after || comes_before(after, s)) && (!next || comes_before(s, next)))
			next = s;
	return next;
}

static void put_names(struct osim_trace_writer *w)
{
	static const char *const formats[] = {
		[IRQ_PENDING] = " irq%" PRIu32 "_pending $end\n",
		[IRQ_ACTIVE] = " irq%" PRIu32 "_active $end\n",
		[VALUE_PENDING] = " value%" PRIu32 "_pending $end\n",
	};
	struct vcd *v = w->state;

	fputs("$timescale 1 ns $end\n$scope module optee_sim $end\n", w->out);
	for (const struct signal *s = next_signal(v, NULL); s; s = next_signal(v, s)) {
		fputs("$var wire 1 ", w->out);
		put_id(w->out, (unsigned int)(s - v->signals));
		fprintf(w->out, formats[s->what], s->number);
	}
	fputs("$upscope $end\n$enddefinitions $end\n$dumpvars\n", w->out);
	for (unsigned int i = 0; i < v->count; i++) {
		putc('0', w->out);
		put_id(w->out, i);
		putc('\n', w->out);
	}
	fputs("$end\n", w->out);
}

static void end(struct osim_trace_writer *w)
{
	struct vcd *v = w->state;

	put_names(w);
	osim__trace_append(w, v->changes);
	/* The wave ends where the trace does. */
	if (w->count)
		fprintf(w->out, "#%" PRIu64 "\n", w->now_ns + OSIM__TRACE_STEP_NS);
	free(v);
}

int osim__vcd_begin(struct osim_trace_writer *w)
{
	struct vcd *v = calloc(1, sizeof(*v));

	if (!v)
		return -ENOMEM;
	v->changes = tmpfile();
	if (!v->changes) {
		free(v);
		return -EIO;
	}
	w->state = v;
	w->event = event;
	w->end = end;
	return 0;
}
