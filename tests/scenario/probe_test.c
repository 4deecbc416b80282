/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Probe: how it calls, what makes it fail, and what is left then; interrupts at any moment of it.
 *
 * ctest-timeout: 300
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <optee_sim/abi/msg.h>
#include <optee_sim/abi/smc.h>
#include <optee_sim/abi/tee.h>

#include "scenario.h"

/* The four ways in which arguments are passed. */
static const struct mode {
	const char *name;
	uint32_t caps;
	/* Functions of yielding calls that are made, as bits. */
	uint32_t functions;
	bool registers;
} modes[] = {
	{"dynamic", CAP_DYNAMIC | CAP_NULL | CAP_NOTIF, 1u << OPTEE_SMC_FUNCID_CALL_WITH_ARG, true},
	{"dynamic with RPC argument", CAP_DYNAMIC | CAP_NULL | CAP_NOTIF | CAP_RPC_ARG,
	 1u << OPTEE_SMC_FUNCID_CALL_WITH_RPC_ARG | 1u << OPTEE_SMC_FUNCID_CALL_WITH_REGD_ARG,
	 true},
	{"reserved", CAP_RESERVED | CAP_NULL | CAP_NOTIF, 1u << OPTEE_SMC_FUNCID_CALL_WITH_ARG,
	 false},
	{"reserved with RPC argument", CAP_RESERVED | CAP_NULL | CAP_NOTIF | CAP_RPC_ARG,
	 1u << OPTEE_SMC_FUNCID_CALL_WITH_RPC_ARG, false},
};
#define MODES (sizeof(modes) / sizeof(modes[0]))

static void has_device(void *arg, const char *name)
{
	unsigned int *seen = arg;

	*seen |= !strcmp(name, "tee0") ? 1u : 0;
	*seen |= !strcmp(name, "optee-ta-d96a5b40-c3e5-21e3-8794-1002a5d5c61b") ? 2u : 0;
}

static unsigned int devices(const struct scenario *s)
{
	unsigned int seen = 0;

	osim_device_each(s->m, has_device, &seen);
	return seen;
}

static void each_argument_mode_passes_messages_its_way(void **state)
{
	static const uint32_t all = 1u << OPTEE_SMC_FUNCID_CALL_WITH_ARG |
				    1u << OPTEE_SMC_FUNCID_CALL_WITH_RPC_ARG |
				    1u << OPTEE_SMC_FUNCID_CALL_WITH_REGD_ARG;

	(void)state;
	for (size_t i = 0; i < MODES; i++) {
		struct scenario s = SCENARIO;
		struct program p;
		uint32_t made = 0;

		s.secure.caps = modes[i].caps;
		scenario_new(&s);
		scenario_bind(&s);
		assert_int_equal(devices(&s), 3);
		scenario_post(&s, 0);
		program_invoke(&p, &s, TA_ADD, 20, 22);
		scenario_run(&s);
		assert_int_equal(p.error, 0);
		assert_int_equal(p.a, 42);
		assert_int_equal(s.bottom_halves, 1);
		for (unsigned int f = 0; f < 32; f++)
			made |= s.calls[f] ? 1u << f : 0;
		if ((made & all) != modes[i].functions)
			print_error("%s: functions 0x%x\n", modes[i].name, made & all);
		assert_int_equal(made & all, modes[i].functions);
		assert_int_equal(s.messages[OPTEE_MSG_CMD_REGISTER_SHM] > 0, modes[i].registers);
		scenario_unbind(&s);
		assert_int_equal(s.messages[OPTEE_MSG_CMD_REGISTER_SHM],
				 s.messages[OPTEE_MSG_CMD_UNREGISTER_SHM]);
		assert_int_equal(devices(&s), 0);
		scenario_free(&s);
	}
}

/* Probe fails with that error (0: with any) and leaves nothing. */
static void assert_fails(struct scenario *s, const struct osim_platform *platform, int error)
{
	int rc = osim_bind(s->m, s->driver, platform);

	if (error)
		assert_int_equal(rc, error);
	assert_true(rc < 0);
	assert_false(osim_bound(s->m));
	assert_false(osim_irq_requested(s->m));
	scenario_assert_clean(s);
	assert_int_equal(devices(s), 0);
	scenario_assert_empty(s);
}

static void platform_that_cannot_do_is_refused(void **state)
{
	static const struct {
		struct osim_platform platform;
		int error;
	} cases[] = {
		{{.size = sizeof(struct osim_platform), .method = ""}, -ENXIO},
		{{.size = sizeof(struct osim_platform), .method = "smoke"}, -EINVAL},
		{{.size = sizeof(struct osim_platform), .no_irq = true}, -ENXIO},
		{{.size = sizeof(struct osim_platform), .kdump = true}, -ENODEV},
	};
	struct scenario s = SCENARIO;

	(void)state;
	scenario_new(&s);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_fails(&s, &cases[i].platform, cases[i].error);
	scenario_bind(&s);
	scenario_unbind(&s);
	scenario_free(&s);
}

static void method_hvc_works_as_smc_does(void **state)
{
	struct osim_platform platform = {.size = sizeof(platform), .method = "hvc"};
	struct scenario s = SCENARIO;

	(void)state;
	scenario_new(&s);
	assert_int_equal(osim_bind(s.m, s.driver, &platform), 0);
	scenario_post(&s, 0);
	scenario_run(&s);
	assert_int_equal(s.bottom_halves, 1);
	scenario_unbind(&s);
	scenario_free(&s);
}

/* Changes register i of each return of a function. */
struct changed {
	struct osim_tap tap;
	uint32_t func;
	unsigned int reg;
	uint64_t value;
};

static void change(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	struct changed *c = tap->arg;
	bool mine = (uint32_t)regs->a[0] == c->func;

	osim_tap_next(tap, m, regs);
	if (mine)
		regs->a[c->reg] = c->value;
}

static void secure_world_that_is_not_op_tee_is_refused(void **state)
{
	static const struct changed cases[] = {
		{.func = OPTEE_SMC_CALLS_UID, .reg = 2, .value = 1},
		{.func = OPTEE_SMC_CALLS_REVISION, .reg = 0, .value = 1},
		{.func = OPTEE_SMC_CALLS_REVISION, .reg = 0, .value = 3},
		{.func = OPTEE_SMC_EXCHANGE_CAPABILITIES,
		 .reg = 0,
		 .value = OPTEE_SMC_RETURN_ENOTAVAIL},
		{.func = OPTEE_SMC_EXCHANGE_CAPABILITIES, .reg = 1, .value = CAP_NOTIF},
	};
	struct scenario s = SCENARIO;

	(void)state;
	scenario_new(&s);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct changed c = cases[i];

		c.tap.fn = change;
		c.tap.arg = &c;
		osim_tap_add(s.m, &c.tap);
		assert_fails(&s, NULL, -EINVAL);
		assert_int_equal(osim_tap_remove(s.m, &c.tap), 0);
	}
	scenario_bind(&s);
	scenario_unbind(&s);
	scenario_free(&s);
}

static void reserved_memory_that_is_not_cached_is_refused(void **state)
{
	struct changed c = {.func = OPTEE_SMC_GET_SHM_CONFIG, .reg = 3, .value = 0};
	struct scenario s = SCENARIO;

	(void)state;
	s.secure.caps = CAP_RESERVED | CAP_NOTIF;
	scenario_new(&s);
	c.tap.fn = change;
	c.tap.arg = &c;
	osim_tap_add(s.m, &c.tap);
	assert_fails(&s, NULL, -EINVAL);
	scenario_free(&s);
}

/* A kernel that crashed left all secure threads suspended: nobody will ever give one back. */
static void all_threads_taken(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	if (regs->a[0] >> 31 & 1)
		osim_tap_next(tap, m, regs);
	else
		regs->a[0] = OPTEE_SMC_RETURN_ETHREAD_LIMIT;
}

static void probe_ends_when_no_secure_thread_is_ever_free(void **state)
{
	struct osim_tap tap = {.fn = all_threads_taken};

	(void)state;
	for (size_t i = 0; i < MODES; i++) {
		struct scenario s = SCENARIO;

		if (scenario_deviates(&s, "no-thread-at-probe"))
			scenario_skip(&s, "no-thread-at-probe");
		s.secure.caps = modes[i].caps;
		scenario_new(&s);
		osim_tap_add(s.m, &tap);
		assert_fails(&s, NULL, 0);
		scenario_free(&s);
	}
}

static void rpc_argument_that_no_page_holds_is_not_used(void **state)
{
	static const uint32_t counts[] = {119, 120, 121, 127, 128, 255};
	struct scenario s = SCENARIO;
	struct program p;

	(void)state;
	if (scenario_deviates(&s, "rpc-argument-over-a-page"))
		scenario_skip(&s, "rpc-argument-over-a-page");
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		s.secure.rpc_param_count = counts[i];
		scenario_new(&s);
		scenario_bind(&s);
		scenario_post(&s, 0);
		program_invoke(&p, &s, counts[i] < 128 ? TA_SLEEP : TA_ADD, 1, 0);
		scenario_run(&s);
		assert_int_equal(p.last.ret, TEE_SUCCESS);
		scenario_unbind(&s);
		scenario_free(&s);
	}
}

/* -- one step fails -----------------------------------------------------------------------------
 */

static void failing_step_of_a_kind(const struct mode *mode, enum osim_fault kind)
{
	struct scenario s = SCENARIO;
	unsigned long failed = 0;

	s.secure.caps = mode->caps;
	scenario_new(&s);
	for (unsigned long n = 1;; n++) {
		int rc;

		scenario_fail(&s, kind, n);
		rc = osim_bind(s.m, s.driver, NULL);
		if (s.faults < n) {
			assert_int_equal(rc, 0);
			break;
		}
		scenario_fail(&s, kind, 0);
		if (rc)
			failed++;
		assert_int_equal(osim_run(s.m), 0);
		if (!rc)
			assert_int_equal(osim_unbind(s.m), 0);
		if (osim_finding_count(s.m) || osim_live_count(s.m, OSIM_LIVE_COUNT))
			print_error("%s: after failure %lu of kind %d (%s), bind: %d\n", mode->name,
				    n, kind, s.fault_what, rc);
		scenario_assert_clean(&s);
		scenario_assert_empty(&s);
		assert_int_equal(devices(&s), 0);
		assert_false(osim_irq_requested(s.m));
	}
	scenario_fail(&s, kind, 0);
	if (kind != OSIM_FAULT_COPY && kind != OSIM_FAULT_WORK &&
	    (kind != OSIM_FAULT_MAP || mode->caps & CAP_RESERVED))
		assert_true(failed > 0);
	scenario_post(&s, 0);
	scenario_run(&s);
	assert_true(s.bottom_halves > 0);
	scenario_unbind(&s);
	scenario_free(&s);
}

static void step_that_fails_is_unwound_whichever_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < MODES; i++)
		for (int kind = 0; kind < OSIM_FAULT_COUNT; kind++)
			failing_step_of_a_kind(&modes[i], (enum osim_fault)kind);
}

/* -- interrupts ---------------------------------------------------------------------------------
 */

static void post_0_and_9(struct scenario *s)
{
	osim_post(s->m, 9);
	osim_post(s->m, 0);
}

static unsigned long probe_with_post_at(const struct mode *mode, unsigned long n)
{
	struct scenario s = SCENARIO;
	unsigned long points;

	s.secure.caps = mode->caps;
	scenario_new(&s);
	scenario_at_point(&s, n, post_0_and_9);
	assert_int_equal(osim_bind(s.m, s.driver, NULL), 0);
	points = s.points;
	scenario_at_point(&s, 0, NULL);
	scenario_run(&s);
	if (n && s.retrieved != 2)
		print_error("%s: posted at point %lu of %lu\n", mode->name, n, points);
	assert_int_equal(s.retrieved, n ? 2 : 0);
	assert_int_equal(s.messages[OPTEE_MSG_CMD_DO_BOTTOM_HALF], n ? 1 : 0);
	scenario_unbind(&s);
	scenario_free(&s);
	return points;
}

static void interrupt_at_each_point_of_probe_loses_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < MODES; i++) {
		unsigned long points = probe_with_post_at(&modes[i], 0);

		assert_true(points > 50);
		for (unsigned long n = 1; n <= points; n++)
			probe_with_post_at(&modes[i], n);
	}
}

static void probe_under_any_schedule_loses_nothing(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct osim_chooser_seeded chooser;
		struct scenario s = SCENARIO;
		struct program p;

		s.options.chooser = osim_chooser_seeded(&chooser, seed);
		scenario_new(&s);
		scenario_post(&s, 0);
		scenario_bind(&s);
		program_invoke(&p, &s, TA_WAIT, 9, 0);
		scenario_post(&s, 9);
		scenario_run(&s);
		assert_true(p.done);
		assert_int_equal(p.last.ret, TEE_SUCCESS);
		scenario_unbind(&s);
		scenario_free(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scenario_test(each_argument_mode_passes_messages_its_way),
		scenario_test(platform_that_cannot_do_is_refused),
		scenario_test(method_hvc_works_as_smc_does),
		scenario_test(secure_world_that_is_not_op_tee_is_refused),
		scenario_test(reserved_memory_that_is_not_cached_is_refused),
		scenario_test(probe_ends_when_no_secure_thread_is_ever_free),
		scenario_test(rpc_argument_that_no_page_holds_is_not_used),
		scenario_test(step_that_fails_is_unwound_whichever_it_is),
		scenario_test(interrupt_at_each_point_of_probe_loses_nothing),
		scenario_test(probe_under_any_schedule_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
