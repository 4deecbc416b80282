/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <stddef.h>

#include "sched/sched.h"

/*
 * A pairing heap: timers are members of what they time, so arming allocates nothing and cannot
 * fail. prev is the parent for a first child, else the sibling to the left.
 */

static bool before(const struct osim__timer *a, const struct osim__timer *b)
{
	return a->deadline_ns != b->deadline_ns ? a->deadline_ns < b->deadline_ns : a->seq < b->seq;
}

static struct osim__timer *meld(struct osim__timer *a, struct osim__timer *b)
{
	struct osim__timer *t;

	if (!a)
		return b;
	if (!b)
		return a;
	if (before(b, a)) {
		t = a;
		a = b;
		b = t;
	}
	b->prev = a;
	b->sibling = a->child;
	if (a->child)
		a->child->prev = b;
	a->child = b;
	a->sibling = NULL;
	a->prev = NULL;
	return a;
}

static struct osim__timer *meld_children(struct osim__timer *first)
{
	struct osim__timer *pairs = NULL, *root = NULL, *next;

	while (first) {
		struct osim__timer *a = first, *b = first->sibling;

		next = b ? b->sibling : NULL;
		a->sibling = a->prev = NULL;
		if (b)
			b->sibling = b->prev = NULL;
		a = meld(a, b);
		a->sibling = pairs;
		pairs = a;
		first = next;
	}
	while (pairs) {
		next = pairs->sibling;
		pairs->sibling = NULL;
		root = meld(root, pairs);
		pairs = next;
	}
	return root;
}

void osim__timer_arm(struct osim__sched *s, struct osim__timer *t, uint64_t deadline_ns,
		     osim__timer_fn *fn, void *arg)
{
	assert(!t->armed);
	t->deadline_ns = deadline_ns;
	t->seq = s->timer_seq++;
	t->fn = fn;
	t->arg = arg;
	t->child = t->sibling = t->prev = NULL;
	t->armed = true;
	s->timers = meld(s->timers, t);
}

void osim__timer_cancel(struct osim__sched *s, struct osim__timer *t)
{
	struct osim__timer *rest;

	if (!t->armed)
		return;
	t->armed = false;
	rest = meld_children(t->child);
	t->child = NULL;
	if (t == s->timers) {
		s->timers = rest;
		return;
	}
	if (t->prev->child == t)
		t->prev->child = t->sibling;
	else
		t->prev->sibling = t->sibling;
	if (t->sibling)
		t->sibling->prev = t->prev;
	t->sibling = t->prev = NULL;
	s->timers = meld(s->timers, rest);
}

void osim__timer_cancel_all(struct osim__sched *s, osim__timer_fn *fn)
{
	struct osim__timer *kept = NULL, *t;

	while ((t = s->timers)) {
		osim__timer_cancel(s, t);
		if (t->fn == fn)
			continue;
		t->sibling = kept;
		kept = t;
	}
	while ((t = kept)) {
		kept = t->sibling;
		t->sibling = NULL;
		t->armed = true;
		s->timers = meld(s->timers, t);
	}
}

uint64_t osim__timer_next_ns(const struct osim__sched *s)
{
	return s->timers ? s->timers->deadline_ns : OSIM_NEVER;
}

/* One that is armed by one that fires waits for the next call, or one that is always due would keep
 * this one for ever. */
unsigned int osim__timer_fire(struct osim__sched *s)
{
	uint64_t now_ns = osim__sched_now_ns(s), new_seq = s->timer_seq;
	unsigned int fired = 0;

	while (s->timers && s->timers->deadline_ns <= now_ns && s->timers->seq < new_seq) {
		struct osim__timer *t = s->timers;

		osim__timer_cancel(s, t);
		/* Nothing is switched in there: it may be a yield that looks for what is due. */
		s->pinned++;
		t->fn(t->arg);
		s->pinned--;
		fired++;
	}
	return fired;
}
