/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>

#include "secure/secure.h"

struct osim__inbox_item {
	struct osim__inbox_item *next;
	uint32_t value;
	uint16_t guest;
};

_Thread_local char osim__host_thread;

/* A program with TSan is told of what is handed over, which a library built without it hides. */
__attribute__((weak)) void __tsan_acquire(void *addr);
__attribute__((weak)) void __tsan_release(void *addr);

static int hand_over(struct osim__secure *s, uint16_t guest, uint32_t value)
{
	struct osim__inbox_item *item = malloc(sizeof(*item));

	if (!item)
		return -ENOMEM;
	item->value = value;
	item->guest = guest;
	if (__tsan_release)
		__tsan_release(&s->inbox);
	item->next = atomic_load_explicit(&s->inbox, memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(&s->inbox, &item->next, item,
						      memory_order_release, memory_order_relaxed))
		;
	osim__machine_wake(s->m);
	return 0;
}

static OSIM__APART void emit_post(struct osim_machine *m, uint32_t value, bool merged)
{
	struct osim_event e = osim__event_none;

	e.kind = OSIM_EVENT_POST;
	e.value = value;
	e.flags = merged ? OSIM_EVENT_F_MERGED : 0;
	osim__event_emit(m, &e);
}

int osim__notif_post(struct osim__guest *g, uint32_t value)
{
	struct osim_machine *m = g->s->m;
	bool merged;
	int rc = osim__record_set(&g->record, value, &merged);

	if (rc)
		return rc;
	m->stats.posts++;
	if (osim__event_on(m))
		emit_post(m, value, merged);
	return osim_irq_raise(m, m->notif_intid, osim__sched_cpu_number(&m->sched));
}

int osim_post_guest(struct osim_machine *m, uint16_t guest, uint32_t value)
{
	struct osim__secure *s = osim__secure_of(m);
	struct osim__guest *g;
	int rc;

	if (!s || !(s->caps & OPTEE_SMC_SEC_CAP_ASYNC_NOTIF))
		return osim__error(-ENOTSUP, "asynchronous notifications are not offered");
	if (value > s->max_notif)
		return osim__error(-ERANGE, "value %u is above the maximum %u", value,
				   s->max_notif);
	if (atomic_load_explicit(&s->owner, memory_order_relaxed) != &osim__host_thread)
		return hand_over(s, guest, value);
	if (m->panicked)
		return osim__error(-EIO, "the secure world has panicked");
	g = __builtin_expect(!s->guests_max, 1) ? s->guests : osim__guest_of(s, guest);
	if (!g)
		return osim__error(-ENXIO, "there is no guest %u", guest);
	if (atomic_load_explicit(&s->inbox, memory_order_relaxed))
		osim__inbox_drain(s);
	rc = osim__notif_post(g, value);
	if (!rc && !osim__sched_on_host(&m->sched))
		osim__sched_point(&m->sched, OSIM__POINT_POST);
	return rc;
}

int osim_post(struct osim_machine *m, uint32_t value)
{
	return osim_post_guest(m, 0, value);
}

static struct osim__inbox_item *take_in_order(struct osim__secure *s)
{
	struct osim__inbox_item *newest =
		atomic_exchange_explicit(&s->inbox, NULL, memory_order_acquire);
	struct osim__inbox_item *oldest = NULL;

	if (__tsan_acquire)
		__tsan_acquire(&s->inbox);
	while (newest) {
		struct osim__inbox_item *next = newest->next;

		newest->next = oldest;
		oldest = newest;
		newest = next;
	}
	return oldest;
}

/* A guest that went away meanwhile misses nothing. */
void osim__inbox_drain(struct osim__secure *s)
{
	struct osim__inbox_item *item = take_in_order(s);

	while (item) {
		struct osim__inbox_item *next = item->next;
		struct osim__guest *g = osim__guest_of(s, item->guest);

		if (g && !s->m->panicked && osim__notif_post(g, item->value))
			osim__finding(s->m, "secure.post-lost", "no memory for posted value %u",
				      item->value);
		free(item);
		item = next;
	}
}

void osim__inbox_fini(struct osim__secure *s)
{
	struct osim__inbox_item *item = take_in_order(s);

	while (item) {
		struct osim__inbox_item *next = item->next;

		free(item);
		item = next;
	}
}
