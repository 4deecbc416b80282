/* SPDX-License-Identifier: BSD-2-Clause */
/* Two kernels, one after the other, on one secure world: what the first left is what the second
 * meets. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <optee_sim/abi/msg.h>
#include <optee_sim/abi/smc.h>
#include <optee_sim/abi/tee.h>
#include <optee_sim/chooser.h>

#include "scenario.h"

/* Without an argument for RPCs the secure world keeps those that it was given. */
#define CACHED (CAP_DYNAMIC | CAP_NULL | CAP_NOTIF)

static void crash(struct scenario *s)
{
	assert_int_equal(osim_crash(s->m), 0);
	assert_false(osim_bound(s->m));
	scenario_assert_empty(s);
	s->sessions = 0;
}

/* As a reboot by kexec does it. */
static void kexec(struct scenario *s)
{
	assert_int_equal(osim_shutdown(s->m), 0);
	crash(s);
}

static void use(struct scenario *s)
{
	struct program p;
	unsigned int before = s->bottom_halves;

	program_invoke(&p, s, TA_SLEEP, 1, 0);
	scenario_post(s, 0);
	scenario_run(s);
	assert_true(p.done);
	assert_int_equal(p.last.ret, TEE_SUCCESS);
	assert_int_equal(s->bottom_halves, before + 1);
}

static void bind_and_use(struct scenario *s)
{
	scenario_bind(s);
	use(s);
}

/* Programs that wait in the secure world: each holds one of its threads. */
static void suspend(struct scenario *s, struct program *p, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		program_invoke(&p[i], s, TA_WAIT, 20 + i, 100000);
	assert_int_equal(osim_run_for(s->m, 1000000), 0);
	for (unsigned int i = 0; i < n; i++)
		assert_false(p[i].done);
}

static void kernel_after_an_orderly_shutdown_works(void **state)
{
	static const uint32_t caps[] = {0, CACHED, CAP_RESERVED | CAP_NOTIF,
					CAP_RESERVED | CAP_NOTIF | CAP_RPC_ARG | CAP_NULL};

	(void)state;
	for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
		struct scenario s = SCENARIO;

		s.secure.caps = caps[i];
		scenario_new(&s);
		bind_and_use(&s);
		kexec(&s);
		bind_and_use(&s);
		kexec(&s);
		bind_and_use(&s);
		scenario_unbind(&s);
		scenario_free(&s);
	}
}

static void kernel_after_a_crash_of_an_idle_one_works(void **state)
{
	static const uint32_t caps[] = {0, CACHED};

	(void)state;
	for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
		struct scenario s = SCENARIO;

		s.secure.caps = caps[i];
		scenario_new(&s);
		for (unsigned int n = 0; n < 20; n++) {
			bind_and_use(&s);
			crash(&s);
		}
		bind_and_use(&s);
		scenario_unbind(&s);
		scenario_free(&s);
	}
}

static void value_of_the_time_between_is_taken_by_the_next_kernel(void **state)
{
	struct scenario s = SCENARIO;

	(void)state;
	scenario_new(&s);
	scenario_bind(&s);
	kexec(&s);
	s.retrieved = 0;
	scenario_post(&s, 5);
	scenario_post(&s, 0);
	scenario_run(&s);
	assert_int_equal(s.retrieved, 0);
	scenario_record(&s);
	scenario_bind(&s);
	assert_int_equal(s.retrieved, 2);
	assert_int_equal(s.retrieved_last, 5);
	assert_non_null(strstr(s.text, "< DO_BOTTOM_HALF"));
	scenario_unbind(&s);
	scenario_free(&s);
}

static void kernel_that_saves_the_memory_of_one_that_crashed_stays_away(void **state)
{
	const struct osim_platform kdump = {.size = sizeof(kdump), .kdump = true};
	struct scenario s = SCENARIO;
	struct program p[2];

	(void)state;
	scenario_new(&s);
	scenario_bind(&s);
	suspend(&s, p, 2);
	crash(&s);
	assert_int_equal(osim_bind(s.m, s.driver, &kdump), -ENODEV);
	scenario_assert_clean(&s);
	scenario_assert_empty(&s);
	scenario_free(&s);
}

static void kernel_that_finds_no_secure_thread_gives_up(void **state)
{
	struct scenario s = SCENARIO;
	struct program p[2];

	(void)state;
	if (scenario_deviates(&s, "no-thread-at-probe"))
		scenario_skip(&s, "no-thread-at-probe");
	scenario_new(&s);
	scenario_bind(&s);
	suspend(&s, p, 2);
	crash(&s);
	assert_true(osim_bind(s.m, s.driver, NULL) < 0);
	scenario_assert_clean(&s);
	scenario_assert_empty(&s);
	scenario_free(&s);
}

/* The other one is enough, but for the cache of shared memory, which is busy. */
static void kernel_that_finds_one_secure_thread_taken_works(void **state)
{
	struct scenario s = SCENARIO;
	struct program p[1];

	(void)state;
	if (scenario_deviates(&s, "busy-cache-at-probe"))
		scenario_skip(&s, "busy-cache-at-probe");
	scenario_new(&s);
	scenario_bind(&s);
	suspend(&s, p, 1);
	crash(&s);
	bind_and_use(&s);
	assert_int_equal(osim_unbind(s.m), 0);
	scenario_assert_clean(&s);
	scenario_assert_empty(&s);
	scenario_free(&s);
}

/* In the kernel that goes, or in the one that comes. */
static void change_without_memory(uint32_t caps, void (*leave)(struct scenario *s))
{
	bool reached = true;

	for (unsigned long n = 1; reached; n++) {
		struct scenario s = SCENARIO;
		int rc;

		s.secure.caps = caps;
		scenario_new(&s);
		bind_and_use(&s);
		scenario_fail(&s, OSIM_FAULT_ALLOC, n);
		leave(&s);
		rc = osim_bind(s.m, s.driver, NULL);
		reached = s.faults >= n;
		scenario_fail(&s, OSIM_FAULT_ALLOC, 0);
		assert_true(!rc || reached);
		if (!rc)
			assert_int_equal(osim_unbind(s.m), 0);
		scenario_run(&s);
		scenario_assert_empty(&s);
		bind_and_use(&s);
		scenario_unbind(&s);
		scenario_free(&s);
	}
}

static void
kernel_without_memory_leaves_a_secure_world_for_the_next_whichever_allocation_fails(void **state)
{
	static const uint32_t caps[] = {0, CACHED, CAP_RESERVED | CAP_NULL | CAP_NOTIF,
					CAP_RESERVED | CAP_NOTIF | CAP_RPC_ARG | CAP_NULL};

	(void)state;
	for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
		change_without_memory(caps[i], kexec);
		change_without_memory(caps[i], crash);
	}
}

/* A machine that is stuck with a driver can be used again once its kernel is gone. */
static void probe_that_never_ends_is_got_out_of_by_a_crash(void **state)
{
	struct scenario s = SCENARIO;
	struct program p[2];
	int rc;

	(void)state;
	if (!scenario_deviates(&s, "no-thread-at-probe"))
		scenario_skip(&s, "its probe ends");
	scenario_new(&s);
	scenario_bind(&s);
	suspend(&s, p, 2);
	crash(&s);
	rc = osim_bind(s.m, s.driver, NULL);
	assert_true(rc == -EDEADLK || rc == -ELOOP);
	assert_true(osim_finding_count(s.m) > 0);
	assert_int_equal(osim_crash(s.m), 0);
	scenario_assert_empty(&s);
	scenario_free(&s);

	/* Nor is the driver lost. */
	scenario_new(&s);
	bind_and_use(&s);
	scenario_unbind(&s);
	scenario_free(&s);
}

static void driver_that_went_with_its_machine_is_bound_again(void **state)
{
	struct scenario s = SCENARIO;

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		scenario_new(&s);
		bind_and_use(&s);
		scenario_free(&s);
	}
	scenario_new(&s);
	bind_and_use(&s);
	scenario_unbind(&s);
	scenario_free(&s);
}

/* Also inside the secure world, on either CPU. */
static void stop_here(struct scenario *s)
{
	(void)s;
}

static bool point_reached(void *arg)
{
	const struct scenario *s = arg;

	return s->points >= s->point_at;
}

static void crash_at_each_point_leaves_a_machine_that_can_be_used(void **state)
{
	(void)state;
	for (unsigned long n = 1; n < 400; n += 7) {
		struct scenario s = SCENARIO;
		struct osim_chooser_seeded seeded;
		struct program p;

		s.options.cpus = 2;
		s.options.chooser = osim_chooser_seeded(&seeded, n);
		scenario_new(&s);
		scenario_bind(&s);
		program_invoke(&p, &s, TA_SLEEP, 1, 0);
		scenario_at_point(&s, n, stop_here);
		osim_run_until(s.m, point_reached, &s);
		scenario_at_point(&s, 0, stop_here);
		crash(&s);
		assert_int_equal(osim_run(s.m), 0);
		scenario_assert_clean(&s);
		scenario_free(&s);
	}
}

static uint64_t smc(struct scenario *s, uint32_t id, uint64_t a1, uint64_t a2, uint64_t a3,
		    uint64_t a4)
{
	struct osim_regs r = {{id, a1, a2, a3, a4}};

	assert_int_equal(osim_invoke(s->m, &r), 0);
	return r.a[0];
}

/* Firmware loads the trusted OS and uses it; then comes a kernel. */
static void kernel_after_firmware_that_loaded_the_trusted_os_works(void **state)
{
	struct scenario s = SCENARIO;
	uint64_t pa;
	void *image;

	(void)state;
	s.secure.load_image = true;
	scenario_new(&s);
	/* Until then there is none. */
	assert_int_equal(osim_bind(s.m, s.driver, NULL), -EINVAL);
	scenario_assert_clean(&s);
	image = osim_mem_alloc(s.m, 0x4000);
	pa = osim_mem_pa(s.m, image);
	assert_int_equal(smc(&s, OPTEE_SMC_CALL_LOAD_IMAGE, 0, 0x4000, pa >> 32, (uint32_t)pa), 0);
	osim_mem_free(s.m, image, 0x4000);
	assert_int_equal(smc(&s, OPTEE_SMC_ENABLE_ASYNC_NOTIF, 0, 0, 0, 0), 0);
	assert_int_equal(smc(&s, OPTEE_SMC_ENABLE_SHM_CACHE, 0, 0, 0, 0), 0);
	scenario_post(&s, 0);
	bind_and_use(&s);
	scenario_unbind(&s);
	scenario_free(&s);
}

static void crash_program(struct program *p)
{
	p->error = osim_crash(p->s->m);
}

static void crash_inside_the_machine_is_refused(void **state)
{
	struct scenario s = SCENARIO;
	struct program p = {.command = 0};

	(void)state;
	scenario_new(&s);
	scenario_bind(&s);
	program_start(&p, &s, "program", crash_program);
	scenario_run(&s);
	assert_int_equal(p.error, -EBUSY);
	scenario_unbind(&s);
	assert_int_equal(osim_crash(s.m), 0);
	bind_and_use(&s);
	scenario_unbind(&s);
	scenario_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scenario_test(kernel_after_an_orderly_shutdown_works),
		scenario_test(kernel_after_a_crash_of_an_idle_one_works),
		scenario_test(value_of_the_time_between_is_taken_by_the_next_kernel),
		scenario_test(kernel_that_saves_the_memory_of_one_that_crashed_stays_away),
		scenario_test(kernel_that_finds_no_secure_thread_gives_up),
		scenario_test(kernel_that_finds_one_secure_thread_taken_works),
		scenario_test(
			kernel_without_memory_leaves_a_secure_world_for_the_next_whichever_allocation_fails),
		scenario_test(probe_that_never_ends_is_got_out_of_by_a_crash),
		scenario_test(driver_that_went_with_its_machine_is_bound_again),
		scenario_test(crash_at_each_point_leaves_a_machine_that_can_be_used),
		scenario_test(kernel_after_firmware_that_loaded_the_trusted_os_works),
		scenario_test(crash_inside_the_machine_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
