/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "machine/machine.h"

/* Events as words: kind, context, and the thread; the tests compare them. */
struct world {
	struct osim_machine *m;
	char text[1024];
	uint64_t next_seq, last_ns;
	struct osim_event last;
	char last_text[256], last_where[2048];
};

static struct world *w;

static const char context_letter[] = {[OSIM_CONTEXT_HOST] = 'h',
				      [OSIM_CONTEXT_THREAD] = 't',
				      [OSIM_CONTEXT_IRQ] = 'i',
				      [OSIM_CONTEXT_SECURE] = 's'};

static void sink(void *arg, const struct osim_event *e)
{
	size_t used = strlen(w->text);

	(void)arg;
	assert_int_equal(e->seq, w->next_seq);
	assert_true(e->time_ns >= w->last_ns);
	w->next_seq++;
	w->last_ns = e->time_ns;
	w->last = *e;
	snprintf(w->last_text, sizeof(w->last_text), "%s", e->text ? e->text : "");
	snprintf(w->last_where, sizeof(w->last_where), "%s", e->where ? e->where : "");
	snprintf(w->text + used, sizeof(w->text) - used, "%s%s:%c%u%s%s", used ? " " : "",
		 osim_event_kind_name(e->kind), context_letter[e->context], e->cpu,
		 e->thread_id ? "/" : "", e->thread_name);
}

static int setup(void **state)
{
	const struct osim_options options = {.size = sizeof(options), .no_secure = true};
	static struct world world;

	memset(&world, 0, sizeof(world));
	w = &world;
	assert_int_equal(osim_machine_new(&options, &w->m), 0);
	osim_set_event_sink(w->m, sink, NULL);
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	osim_machine_free(w->m);
	return 0;
}

static void kind_has_the_name_that_traces_carry(void **state)
{
	(void)state;
	assert_string_equal(osim_event_kind_name(OSIM_EVENT_SWITCH), "switch");
	assert_string_equal(osim_event_kind_name(OSIM_EVENT_BOTTOM_HALF), "bottom-half");
	assert_string_equal(osim_event_kind_name(OSIM_EVENT_COUNT), "?");
	assert_string_equal(osim_event_kind_name((enum osim_event_kind) - 1), "?");
}

static void on_irq(void *arg, struct osim_machine *m, unsigned int cpu, uint32_t intid)
{
	(void)m;
	(void)cpu;
	(void)intid;
	if (arg)
		osim_task_signal(*(struct osim_task **)arg, false);
}

static void interrupt_on_an_idle_cpu_is_recorded_from_raise_to_exit(void **state)
{
	(void)state;
	osim_set_irq_handler(w->m, on_irq, NULL);
	osim_irq_raise(w->m, OSIM_NOTIF_INTID, 0);
	assert_int_equal(w->last.intid, OSIM_NOTIF_INTID);
	assert_int_equal(w->last.flags, 0);
	osim_irq_raise(w->m, OSIM_NOTIF_INTID, 0);
	assert_int_equal(w->last.flags, OSIM_EVENT_F_MERGED);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "irq-raise:h0 irq-raise:h0 irq-enter:i0 irq-exit:i0");
	assert_int_equal(w->last.intid, OSIM_NOTIF_INTID);
	assert_int_equal(w->m->stats.interrupts, 1);
}

static void sleep_a_ms(void *arg)
{
	(void)arg;
	osim_sleep_ns(w->m, 1000000);
}

static void thread_is_recorded_by_name_where_it_runs_and_is_woken(void **state)
{
	(void)state;
	osim_spawn(w->m, "alice", sleep_a_ms, NULL, 1, NULL);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "switch:t1/alice wake:h0 switch:t1/alice");
	assert_int_equal(w->last.time_ns, 1000000);
	assert_string_equal(w->last_text, "alice");
}

static void sleep_for_ever(void *arg)
{
	(void)arg;
	osim_sleep_ns(w->m, OSIM_NEVER);
}

static void interrupt_that_wakes_a_thread_is_recorded_in_its_context(void **state)
{
	struct osim_task *task;

	(void)state;
	osim_set_irq_handler(w->m, on_irq, &task);
	osim_spawn(w->m, "bob", sleep_for_ever, NULL, -1, &task);
	assert_int_equal(osim_run(w->m), 0);
	assert_false(osim_task_done(task));
	osim_irq_raise(w->m, OSIM_NOTIF_INTID, 0);
	assert_int_equal(osim_run(w->m), 0);
	assert_string_equal(w->text, "switch:t0/bob irq-raise:h0 irq-enter:i0 wake:i0 irq-exit:i0 "
				     "switch:t0/bob");
	assert_true(osim_task_done(task));
}

static void text_event_carries_its_text_and_flags(void **state)
{
	(void)state;
	osim__event_text(w->m, OSIM_EVENT_LOG, OSIM_EVENT_F_WARN, "value %d of %s", 7, "x");
	assert_int_equal(w->last.kind, OSIM_EVENT_LOG);
	assert_int_equal(w->last.flags, OSIM_EVENT_F_WARN);
	assert_string_equal(w->last_text, "value 7 of x");
	osim_set_event_sink(w->m, NULL, NULL);
	osim__event_text(w->m, OSIM_EVENT_LOG, 0, "unheard");
	assert_string_equal(w->last_text, "value 7 of x");
}

/* Names that the stack of a finding is to show. */
__attribute__((noinline)) static void inner_that_complains(void)
{
	osim__finding(w->m, "test.bad", "number %d", 5);
	__asm__ volatile("");
}

__attribute__((noinline)) static void outer_that_calls(void *arg)
{
	(void)arg;
	inner_that_complains();
	__asm__ volatile("");
}

static void finding_names_its_callers_innermost_first(void **state)
{
	const struct osim_finding *f;
	const char *inner, *outer;

	(void)state;
	osim_spawn(w->m, "t", outer_that_calls, NULL, -1, NULL);
	assert_int_equal(osim_run(w->m), 0);
	assert_int_equal(osim_finding_count(w->m), 1);
	f = osim_finding_get(w->m, 0);
	assert_string_equal(f->id, "test.bad");
	assert_string_equal(f->text, "number 5");
	assert_int_equal(f->seq, w->last.seq);
	assert_string_equal(w->last_text, "test.bad: number 5");
	assert_string_equal(w->last_where, f->where);
	/* What noticed it, and what runs threads, explains nothing and is not there. */
	assert_memory_equal(f->where, "inner_that_complains", strlen("inner_that_complains"));
	inner = strchr(f->where, '\n');
	assert_non_null(inner);
	outer = inner + 1;
	assert_memory_equal(outer, "outer_that_calls", strlen("outer_that_calls"));
	assert_null(strchr(outer, '\n'));
	assert_non_null(strstr(outer, "(machine_event_test.c:"));
}

static void finding_is_counted_once_however_often_it_is_made(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		inner_that_complains();
	assert_int_equal(osim_finding_count(w->m), 1);
	osim__finding(w->m, "test.bad", "number %d", 6);
	osim__finding(w->m, "test.worse", "number %d", 6);
	assert_int_equal(osim_finding_count(w->m), 3);
	assert_string_equal(osim_finding_get(w->m, 1)->text, "number 6");
	assert_string_equal(osim_finding_get(w->m, 2)->id, "test.worse");
	assert_null(osim_finding_get(w->m, 3));
	/* The sink was told of these three, too. */
	assert_int_equal(w->next_seq, 3);
}

static void finding_without_a_sink_is_kept(void **state)
{
	(void)state;
	osim_set_event_sink(w->m, NULL, NULL);
	inner_that_complains();
	assert_int_equal(osim_finding_count(w->m), 1);
}

static int refuse_maps(void *arg, enum osim_fault kind, const char *what)
{
	*(const char **)arg = what;
	return kind == OSIM_FAULT_MAP ? -EFAULT : 0;
}

static void fault_function_decides_by_kind(void **state)
{
	const char *what = NULL;

	(void)state;
	assert_int_equal(osim__fault(w->m, OSIM_FAULT_MAP, "memremap"), 0);
	osim_set_fault(w->m, refuse_maps, &what);
	assert_int_equal(osim__fault(w->m, OSIM_FAULT_MAP, "memremap"), -EFAULT);
	assert_string_equal(what, "memremap");
	assert_int_equal(osim__fault(w->m, OSIM_FAULT_ALLOC, "kmalloc"), 0);
	osim_set_fault(w->m, NULL, NULL);
	assert_int_equal(osim__fault(w->m, OSIM_FAULT_MAP, "memremap"), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(kind_has_the_name_that_traces_carry),
		CASE(interrupt_on_an_idle_cpu_is_recorded_from_raise_to_exit),
		CASE(thread_is_recorded_by_name_where_it_runs_and_is_woken),
		CASE(interrupt_that_wakes_a_thread_is_recorded_in_its_context),
		CASE(text_event_carries_its_text_and_flags),
		CASE(finding_names_its_callers_innermost_first),
		CASE(finding_is_counted_once_however_often_it_is_made),
		CASE(finding_without_a_sink_is_kept),
		CASE(fault_function_decides_by_kind),
	};

	return cmocka_run_group_tests_name("machine.event", tests, NULL, NULL);
}
