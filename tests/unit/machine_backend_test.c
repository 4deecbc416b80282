/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <optee_sim/secure.h>

#include "machine/machine.h"

#define PAGE	     ((size_t)OSIM__PAGE_BYTES)
#define REGION_PA    0x80000000ull
#define REGION_PAGES 16u
#define MS	     1000000ull
#define INTID	     77u

/*
 * What a secure world in another process would bring: its clock, its way to wait, memory that both
 * map (here twice: the driver's view and the other side's), and its interrupt controller.
 */
struct outside {
	uint64_t now_ns;
	unsigned int idles;
	int idle_result;
	uint64_t idle_deadline_ns;

	int fd;
	unsigned char *mine, *theirs;
	bool used[REGION_PAGES];

	bool pending[2], active[2], enabled;
	uint32_t give;		    /* the number that an acknowledge gives */
	unsigned int raise_in_idle; /* idle steps until the line is raised; 0: never */
	char text[256];
};

static struct outside o;
static struct osim_machine *m;

static void say(const char *word)
{
	size_t used = strlen(o.text);

	snprintf(o.text + used, sizeof(o.text) - used, "%s%s", used ? " " : "", word);
}

static uint64_t now_ns(void *arg)
{
	assert_ptr_equal(arg, &o);
	return o.now_ns;
}

/* Half of the way each time, as somebody who has other things to do as well. */
static int idle(void *arg, uint64_t deadline_ns)
{
	assert_ptr_equal(arg, &o);
	o.idles++;
	o.idle_deadline_ns = deadline_ns;
	if (o.raise_in_idle && !--o.raise_in_idle)
		o.pending[0] = true;
	else if (deadline_ns == OSIM_NEVER)
		return o.idle_result;
	else
		o.now_ns += (deadline_ns - o.now_ns + 1) / 2;
	return 0;
}

static void *pages_alloc(void *arg, size_t bytes)
{
	size_t n = bytes / PAGE;

	assert_ptr_equal(arg, &o);
	for (size_t i = 0; i + n <= REGION_PAGES; i++) {
		size_t k = 0;

		while (k < n && !o.used[i + k])
			k++;
		if (k < n)
			continue;
		memset(&o.used[i], 1, n);
		return o.mine + i * PAGE;
	}
	return NULL;
}

static void pages_free(void *arg, void *va, size_t bytes)
{
	assert_ptr_equal(arg, &o);
	memset(&o.used[(size_t)((unsigned char *)va - o.mine) / PAGE], 0, bytes / PAGE);
}

static uint64_t pages_pa(void *arg, const void *va)
{
	assert_ptr_equal(arg, &o);
	return REGION_PA + (uint64_t)((const unsigned char *)va - o.mine);
}

static void *pages_va(void *arg, uint64_t pa, size_t bytes)
{
	assert_ptr_equal(arg, &o);
	if (pa - REGION_PA >= REGION_PAGES * PAGE || bytes > REGION_PAGES * PAGE - (pa - REGION_PA))
		return NULL;
	return o.mine + (pa - REGION_PA);
}

static bool irq_poll(void *arg, unsigned int cpu)
{
	assert_ptr_equal(arg, &o);
	return o.enabled && o.pending[cpu] && !o.active[cpu];
}

static uint32_t irq_ack(void *arg, unsigned int cpu)
{
	assert_ptr_equal(arg, &o);
	o.pending[cpu] = false;
	if (o.give == 1023)
		return 1023;
	o.active[cpu] = true;
	say("ack");
	return o.give;
}

static void irq_end(void *arg, unsigned int cpu, uint32_t intid)
{
	assert_ptr_equal(arg, &o);
	assert_int_equal(intid, o.give);
	o.active[cpu] = false;
	say("end");
}

static void irq_enable(void *arg, unsigned int cpu, uint32_t intid, bool on)
{
	assert_ptr_equal(arg, &o);
	(void)cpu;
	if (intid == INTID)
		o.enabled = on;
}

static void on_irq(void *arg, struct osim_machine *machine, unsigned int cpu, uint32_t intid)
{
	char word[32];

	(void)arg;
	assert_ptr_equal(machine, m);
	snprintf(word, sizeof(word), "%u@%u", intid, cpu);
	say(word);
}

static struct osim_backend all(void)
{
	return (struct osim_backend){.size = sizeof(struct osim_backend),
				     .now_ns = now_ns,
				     .idle = idle,
				     .pages_alloc = pages_alloc,
				     .pages_free = pages_free,
				     .pages_pa = pages_pa,
				     .pages_va = pages_va,
				     .irq_poll = irq_poll,
				     .irq_ack = irq_ack,
				     .irq_end = irq_end,
				     .irq_enable = irq_enable,
				     .arg = &o};
}

static void make(const struct osim_backend *backend)
{
	const struct osim_options options = {
		.size = sizeof(options), .no_secure = true, .backend = backend};

	osim_machine_free(m);
	m = NULL;
	assert_int_equal(osim_machine_new(&options, &m), 0);
	osim_set_irq_handler(m, on_irq, NULL);
}

static int setup(void **state)
{
	const struct osim_backend backend = all();
	size_t bytes = REGION_PAGES * PAGE;

	(void)state;
	memset(&o, 0, sizeof(o));
	o.idle_result = -EDEADLK;
	o.give = INTID;
	o.fd = memfd_create("ddr", 0);
	assert_int_equal(ftruncate(o.fd, (off_t)bytes), 0);
	o.mine = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, o.fd, 0);
	o.theirs = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, o.fd, 0);
	assert_true(o.mine != MAP_FAILED && o.theirs != MAP_FAILED);
	make(&backend);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	osim_machine_free(m);
	m = NULL;
	munmap(o.mine, REGION_PAGES * PAGE);
	munmap(o.theirs, REGION_PAGES * PAGE);
	close(o.fd);
	return 0;
}

static void sleep_10_ms(void *arg)
{
	*(int *)arg = osim_sleep_ns(m, 10 * MS);
	say("awake");
}

static bool interrupted(void *arg)
{
	(void)arg;
	return strstr(o.text, "end") != NULL;
}

/* One pass through all four at once. */
static void machine_lives_on_the_outside_alone(void **state)
{
	unsigned char *va;
	uint64_t pa;
	int result = 1;

	(void)state;
	o.now_ns = 5000 * MS;
	assert_int_equal(osim_now_ns(m), 5000 * MS);

	va = osim_mem_alloc(m, 2 * PAGE);
	pa = osim_mem_pa(m, va);
	assert_int_equal(pa, REGION_PA);
	assert_int_equal(osim_mem_write(m, pa + PAGE - 2, "word", 5), 0);
	assert_string_equal(o.theirs + PAGE - 2, "word");

	osim__irq_enable(m, INTID, 0, true);
	assert_true(o.enabled);
	osim_spawn(m, "t", sleep_10_ms, &result, -1, NULL);
	o.raise_in_idle = 2;
	assert_int_equal(osim_run_until(m, interrupted, NULL), 0);
	assert_string_equal(o.text, "ack 77@0 end");
	assert_true(o.now_ns < 5010 * MS);
	assert_int_equal(osim_run(m), 0);
	assert_string_equal(o.text, "ack 77@0 end awake");
	assert_int_equal(result, 0);
	assert_int_equal(o.now_ns, 5010 * MS);
	osim_mem_free(m, va, 2 * PAGE);
	assert_false(o.used[0] || o.used[1]);
}

static void clock_alone_is_looked_at_until_it_gets_there(void **state)
{
	const struct osim_backend backend = {.size = sizeof(backend), .now_ns = now_ns, .arg = &o};
	int result = 1;

	(void)state;
	make(&backend);
	osim_spawn(m, "t", sleep_10_ms, &result, -1, NULL);
	/* This clock never moves: bounded, not hung. */
	assert_int_equal(osim_run(m), -ELOOP);
	o.now_ns = 10 * MS;
	assert_int_equal(osim_run(m), 0);
	assert_string_equal(o.text, "awake");
}

static void idle_step_alone_lets_virtual_time_jump_when_it_returns(void **state)
{
	const struct osim_backend backend = {.size = sizeof(backend), .idle = idle, .arg = &o};
	int result = 1;

	(void)state;
	make(&backend);
	osim_spawn(m, "t", sleep_10_ms, &result, -1, NULL);
	assert_int_equal(osim_run(m), 0);
	assert_string_equal(o.text, "awake");
	assert_int_equal(osim_now_ns(m), 10 * MS);
	assert_int_equal(o.idles, 2);
}

static void idle_step_may_leave_the_run_and_be_come_back_to(void **state)
{
	int result = 1;

	(void)state;
	o.idle_result = -EAGAIN;
	assert_int_equal(osim_run(m), -EAGAIN);
	assert_int_equal(osim_finding_count(m), 0);
	osim_spawn(m, "t", sleep_10_ms, &result, -1, NULL);
	assert_int_equal(osim_run(m), -EAGAIN);
	assert_string_equal(o.text, "awake");
}

static void run_for_ends_on_the_replaced_clock(void **state)
{
	int result = 1;

	(void)state;
	osim_spawn(m, "t", sleep_10_ms, &result, -1, NULL);
	assert_int_equal(osim_run_for(m, 4 * MS), 0);
	assert_int_equal(o.now_ns, 4 * MS);
	assert_int_equal(o.idle_deadline_ns, 4 * MS);
	assert_string_equal(o.text, "");
}

static void address_that_the_page_backend_does_not_know_is_refused(void **state)
{
	unsigned char *va = osim_mem_alloc(m, PAGE);
	char bytes[8];

	(void)state;
	assert_int_equal(osim_mem_read(m, REGION_PA, bytes, 8), 0);
	/* There, but not given out. */
	assert_int_equal(osim_mem_read(m, REGION_PA + PAGE, bytes, 8), -EFAULT);
	assert_int_equal(osim_mem_read(m, REGION_PA + PAGE - 4, bytes, 8), -EFAULT);
	assert_int_equal(osim_mem_read(m, REGION_PA - 1, bytes, 1), -EFAULT);
	assert_int_equal(osim_mem_read(m, REGION_PA + REGION_PAGES * PAGE, bytes, 1), -EFAULT);
	assert_int_equal(osim_mem_read(m, OSIM__PA_OFFSET + (uintptr_t)va, bytes, 1), -EFAULT);
	osim_mem_free(m, va, PAGE);
}

static void page_backend_that_is_out_of_memory_gives_nothing(void **state)
{
	(void)state;
	assert_null(osim_mem_alloc(m, (REGION_PAGES + 1) * PAGE));
	assert_int_equal(m->pages.used, 0);
}

static void acknowledge_that_finds_nothing_is_no_interrupt(void **state)
{
	(void)state;
	osim__irq_enable(m, INTID, 0, true);
	o.give = 1023;
	o.pending[1] = true;
	assert_int_equal(osim_run(m), 0);
	assert_string_equal(o.text, "");
	assert_int_equal(osim_finding_count(m), 0);
}

static void acknowledge_of_a_number_out_of_range_is_ended_and_a_finding(void **state)
{
	(void)state;
	osim__irq_enable(m, INTID, 0, true);
	o.give = OSIM_INTID_MAX;
	o.pending[0] = true;
	assert_int_equal(osim_run(m), 0);
	assert_string_equal(o.text, "ack end");
	assert_string_equal(osim_finding_get(m, 0)->id, "irq.number");
}

static void interrupts_of_the_outside_are_taken_on_the_cpu_that_it_says(void **state)
{
	(void)state;
	osim__irq_enable(m, INTID, 0, true);
	o.pending[0] = o.pending[1] = true;
	assert_int_equal(osim_run(m), 0);
	assert_string_equal(o.text, "ack 77@0 end ack 77@1 end");
}

static int irq_raise(void *arg, uint32_t intid, unsigned int cpu)
{
	assert_ptr_equal(arg, &o);
	o.give = intid;
	o.pending[cpu] = true;
	return 0;
}

/* What the fake secure world posts comes in through the outside's controller, too. */
static void post_of_the_fake_world_goes_by_the_replaced_controller(void **state)
{
	struct osim_backend backend = all();
	const struct osim_options options = {.size = sizeof(options), .backend = &backend};

	(void)state;
	backend.irq_raise = irq_raise;
	osim_machine_free(m);
	assert_int_equal(osim_machine_new(&options, &m), 0);
	osim_set_irq_handler(m, on_irq, NULL);
	o.enabled = true;
	assert_int_equal(osim_post(m, 3), 0);
	assert_int_equal(osim_run(m), 0);
	assert_string_equal(o.text, "ack 219@0 end");
}

static void raise_that_the_outside_does_not_take_is_refused(void **state)
{
	struct osim_irq_state line;

	(void)state;
	assert_int_equal(osim_irq_raise(m, INTID, 0), -ENOTSUP);
	assert_non_null(strstr(osim_last_error(), "interrupt 77"));
	assert_int_equal(osim_irq_get(m, INTID, 0, &line), 0);
	assert_false(line.pending);
	assert_int_equal(osim_run(m), 0);
	assert_string_equal(o.text, "");
}

static void functions_that_go_together_are_not_taken_apart(void **state)
{
	struct osim_backend backend = all();
	const struct osim_options options = {
		.size = sizeof(options), .no_secure = true, .backend = &backend};
	struct osim_machine *none = NULL;

	(void)state;
	backend.pages_va = NULL;
	assert_int_equal(osim_machine_new(&options, &none), -EINVAL);
	assert_non_null(strstr(osim_last_error(), "pages_"));
	backend = all();
	backend.irq_end = NULL;
	assert_int_equal(osim_machine_new(&options, &none), -EINVAL);
	assert_non_null(strstr(osim_last_error(), "irq_"));
	backend = (struct osim_backend){.size = sizeof(backend), .irq_raise = irq_raise};
	assert_int_equal(osim_machine_new(&options, &none), -EINVAL);
	assert_non_null(strstr(osim_last_error(), "irq_raise"));
	assert_null(none);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(machine_lives_on_the_outside_alone),
		CASE(clock_alone_is_looked_at_until_it_gets_there),
		CASE(idle_step_alone_lets_virtual_time_jump_when_it_returns),
		CASE(idle_step_may_leave_the_run_and_be_come_back_to),
		CASE(run_for_ends_on_the_replaced_clock),
		CASE(address_that_the_page_backend_does_not_know_is_refused),
		CASE(page_backend_that_is_out_of_memory_gives_nothing),
		CASE(acknowledge_that_finds_nothing_is_no_interrupt),
		CASE(acknowledge_of_a_number_out_of_range_is_ended_and_a_finding),
		CASE(interrupts_of_the_outside_are_taken_on_the_cpu_that_it_says),
		CASE(post_of_the_fake_world_goes_by_the_replaced_controller),
		CASE(raise_that_the_outside_does_not_take_is_refused),
		CASE(functions_that_go_together_are_not_taken_apart),
	};

	return cmocka_run_group_tests_name("machine.backend", tests, NULL, NULL);
}
