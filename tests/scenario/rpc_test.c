/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the secure world asks of the driver while a program's call is under way.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <optee_sim/abi/msg.h>
#include <optee_sim/abi/rpc.h>
#include <optee_sim/abi/smc.h>
#include <optee_sim/abi/tee.h>

#include "scenario.h"

#define MS 1000000ull

static const uint32_t modes[] = {
	CAP_DYNAMIC | CAP_NULL | CAP_NOTIF,
	CAP_DYNAMIC | CAP_NULL | CAP_NOTIF | CAP_RPC_ARG,
	CAP_RESERVED | CAP_NULL | CAP_NOTIF,
	CAP_RESERVED | CAP_NULL | CAP_NOTIF | CAP_RPC_ARG,
};
#define MODES (sizeof(modes) / sizeof(modes[0]))

static void begin(struct scenario *s)
{
	scenario_new(s);
	scenario_bind(s);
}

static void end(struct scenario *s)
{
	assert_int_equal(s->sessions, 0);
	scenario_unbind(s);
	scenario_free(s);
}

/* -- RPCs ---------------------------------------------------------------------------------------
 */

static void rpc(struct scenario *s, struct program *p, enum test_ta_command command, uint32_t a,
		uint32_t b)
{
	program_invoke(p, s, command, a, b);
	scenario_run(s);
	assert_true(p->done);
	assert_int_equal(p->error, 0);
}

static void memory_for_the_secure_world_is_given_and_taken_back(void **state)
{
	static const uint32_t sizes[] = {4, 4096, 4097, 3 * 4096, 600 * 1024};

	(void)state;
	for (size_t i = 0; i < MODES; i++) {
		struct scenario s = SCENARIO;
		struct program p;

		s.secure.caps = modes[i];
		begin(&s);
		for (size_t n = 0; n < sizeof(sizes) / sizeof(sizes[0]); n++) {
			if (sizes[n] > 4096 && modes[i] & CAP_DYNAMIC &&
			    scenario_deviates(&s, "shm-alloc-of-pages"))
				break;
			rpc(&s, &p, TA_ALLOC, sizes[n], OPTEE_RPC_SHM_TYPE_KERNEL);
			assert_int_equal(p.last.ret, TEE_SUCCESS);
		}
		end(&s);
	}
}

static void sleep_of_the_secure_world_takes_its_time(void **state)
{
	struct scenario s = SCENARIO;
	struct program p;

	(void)state;
	begin(&s);
	rpc(&s, &p, TA_SLEEP, 100, 0);
	assert_int_equal(p.last.ret, TEE_SUCCESS);
	assert_in_range((p.ended_ns - p.begun_ns) / MS, 100, 112);
	end(&s);
}

/* The secure world gets what it asks for or is told that it does not, and nothing is left. */
static void failing_allocation(uint32_t caps, enum test_ta_command command, uint32_t a, uint32_t b)
{
	bool reached = true;

	for (unsigned long n = 1; reached; n++) {
		struct scenario s = SCENARIO;
		struct program p;

		s.secure.caps = caps;
		begin(&s);
		scenario_fail(&s, OSIM_FAULT_ALLOC, n);
		program_invoke(&p, &s, command, a, b);
		scenario_run(&s);
		reached = s.faults >= n;
		scenario_fail(&s, OSIM_FAULT_ALLOC, 0);
		assert_true(p.done);
		assert_true(reached || (!p.error && p.last.ret == TEE_SUCCESS));
		scenario_assert_clean(&s);
		end(&s);
	}
}

static void rpc_without_memory_leaves_nothing_whichever_allocation_fails(void **state)
{
	(void)state;
	for (size_t i = 0; i < MODES; i++) {
		failing_allocation(modes[i], TA_ALLOC, 4096, OPTEE_RPC_SHM_TYPE_KERNEL);
		failing_allocation(modes[i], TA_SLEEP, 1, 0);
		failing_allocation(modes[i], TA_SEND, 7, 0);
	}
}

static void call_rpc(struct program *p)
{
	struct osim_param params[2] = {
		{.type = OSIM_PARAM_VALUE_INOUT, .a = p->command, .b = p->a},
		{.type = OSIM_PARAM_VALUE_IN, .a = p->b & 0xff, .b = p->b >> 8}};

	program_call(p, TA_RPC, params, 2);
}

/* RPC command with one value, of that kind. */
static uint32_t rpc_value(struct scenario *s, uint32_t command, enum osim_pta_type type, uint32_t a,
			  uint32_t b)
{
	struct program p = {.command = command, .a = a, .b = (uint32_t)type | b << 8};

	program_start(&p, s, "program", call_rpc);
	scenario_run(s);
	assert_true(p.done);
	assert_int_equal(p.error, 0);
	return p.last.ret;
}

static void rpc_that_makes_no_sense_gets_an_error(void **state)
{
	struct scenario s = SCENARIO;

	(void)state;
	begin(&s);
	assert_int_equal(rpc_value(&s, OPTEE_RPC_CMD_GET_TIME, OSIM_PTA_VALUE_OUTPUT, 0, 0),
			 TEE_SUCCESS);
	assert_int_equal(rpc_value(&s, OPTEE_RPC_CMD_GET_TIME, OSIM_PTA_VALUE_INPUT, 0, 0),
			 TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(rpc_value(&s, OPTEE_RPC_CMD_SUSPEND, OSIM_PTA_VALUE_OUTPUT, 1, 0),
			 TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(rpc_value(&s, OPTEE_RPC_CMD_NOTIFICATION, OSIM_PTA_VALUE_INPUT, 2, 5),
			 TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(rpc_value(&s, OPTEE_RPC_CMD_SHM_ALLOC, OSIM_PTA_VALUE_INPUT, 9, 4096),
			 TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(rpc_value(&s, OPTEE_RPC_CMD_SHM_ALLOC, OSIM_PTA_VALUE_OUTPUT, 1, 4096),
			 TEE_ERROR_BAD_PARAMETERS);
	if (!scenario_deviates(&s, "shm-free-unknown"))
		assert_int_equal(rpc_value(&s, OPTEE_RPC_CMD_SHM_FREE, OSIM_PTA_VALUE_INPUT, 9, 0),
				 TEE_ERROR_BAD_PARAMETERS);
	end(&s);
}

static void rpc_that_is_not_covered_gets_not_supported(void **state)
{
	struct scenario s = SCENARIO;

	(void)state;
	if (!scenario_is_model(&s))
		scenario_skip(&s, "asks a supplicant");
	begin(&s);
	for (uint32_t cmd = 0; cmd < 32; cmd++)
		if (cmd < OPTEE_RPC_CMD_GET_TIME || cmd > OPTEE_RPC_CMD_SHM_FREE)
			assert_int_equal(rpc_value(&s, cmd, OSIM_PTA_VALUE_INPUT, 0, 0),
					 TEE_ERROR_NOT_SUPPORTED);
	assert_int_equal(rpc_value(&s, OPTEE_RPC_CMD_SHM_ALLOC, OSIM_PTA_VALUE_INPUT,
				   OPTEE_RPC_SHM_TYPE_APPL, 4096),
			 TEE_ERROR_NOT_SUPPORTED);
	assert_int_equal(rpc_value(&s, OPTEE_RPC_CMD_SHM_FREE, OSIM_PTA_VALUE_INPUT, 1, 77),
			 TEE_ERROR_BAD_PARAMETERS);
	end(&s);
}

static void value_posted_in_a_call_is_taken_before_the_call_goes_on(void **state)
{
	struct scenario s = SCENARIO;
	struct program p;

	(void)state;
	begin(&s);
	scenario_record(&s);
	rpc(&s, &p, TA_POST, 6, 0);
	scenario_expect(&s, "[   0ms] cpu0 thread post 6\n"
			    "[   0ms] cpu0 irq    interrupt\n"
			    "[   0ms] cpu0 irq    > GET_ASYNC_NOTIF_VALUE = OK, value 6\n");
	assert_int_equal(p.last.ret, TEE_SUCCESS);
	end(&s);
}

static void sleep_in_bottom_half(void *arg, struct osim_pta_call *call, enum osim_notif_event event)
{
	(void)arg;
	if (event == OSIM_NOTIF_BOTTOM_HALF)
		osim_pta_sleep_ms(call, 50);
}

/* Of two secure threads one waits for a value; the other one gets free, for who sends the value. */
static void secure_thread_that_gets_free_goes_to_who_waits_for_it(void **state)
{
	struct osim_notif_driver slow = {
		.size = sizeof(slow), .name = "slow", .event = sleep_in_bottom_half};
	struct scenario s = SCENARIO;
	struct program wait, send;

	(void)state;
	s.secure.thread_count = 2;
	begin(&s);
	assert_int_equal(osim_notif_driver_register(s.m, &slow), 0);
	program_invoke(&wait, &s, TA_WAIT, 5, 0);
	assert_int_equal(osim_run_for(s.m, 10 * MS), 0);
	scenario_post(&s, 0);
	assert_int_equal(osim_run_for(s.m, 10 * MS), 0);
	program_invoke(&send, &s, TA_SEND, 5, 0);
	assert_int_equal(osim_run_for(s.m, 200 * MS), 0);
	assert_int_equal(s.bottom_halves, 1);
	if (scenario_deviates(&s, "thread-wake-lost")) {
		assert_false(send.done);
		scenario_post(&s, 5);
		scenario_run(&s);
	}
	assert_true(wait.done && send.done);
	end(&s);
}

static void more_programs_than_secure_threads_take_turns(void **state)
{
	struct scenario s = SCENARIO;
	struct program p[8];

	(void)state;
	s.secure.thread_count = 2;
	begin(&s);
	for (uint32_t i = 0; i < 8; i++)
		program_invoke(&p[i], &s, TA_SLEEP, 20, 0);
	scenario_run(&s);
	for (uint32_t i = 0; i < 8; i++) {
		assert_true(p[i].done);
		assert_int_equal(p[i].error, 0);
		assert_int_equal(p[i].last.ret, TEE_SUCCESS);
	}
	assert_true(osim_now_ns(s.m) >= 80 * MS);
	end(&s);
}

/* -- what else the secure world may do --------------------------------------------------------- */

struct storm {
	struct osim_tap tap;
	struct scenario *s;
	struct osim_regs kept;
	bool under_way, over;
	unsigned long times;
};

/* Yielding calls do not get into the secure world before storm->over. */
static void interrupt_again(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	struct storm *storm = tap->arg;
	bool fast = regs->a[0] >> 31 & 1;

	if (!fast && !storm->over) {
		if (!storm->under_way)
			storm->kept = *regs;
		storm->under_way = true;
		storm->times++;
		regs->a[0] = OPTEE_SMC_RETURN_RPC_FOREIGN_INTR;
		regs->a[1] = regs->a[2] = 0;
		return;
	}
	if (!fast && storm->under_way) {
		*regs = storm->kept;
		storm->under_way = false;
	}
	osim_tap_next(tap, m, regs);
}

static void calm_down(void *arg)
{
	struct storm *storm = arg;

	osim_yield(storm->s->m);
	storm->over = true;
}

static void interrupts_again_and_again_let_others_run(void **state)
{
	struct scenario s = SCENARIO;
	struct storm storm = {.tap = {.fn = interrupt_again}, .s = &s};
	struct program p;

	(void)state;
	s.options.cpus = 1;
	begin(&s);
	storm.tap.arg = &storm;
	osim_tap_add(s.m, &storm.tap);
	program_invoke(&p, &s, TA_ADD, 20, 22);
	assert_int_equal(osim_spawn(s.m, "other", calm_down, &storm, -1, NULL), 0);
	scenario_run(&s);
	assert_true(storm.times > 0);
	assert_true(p.done);
	assert_int_equal(p.a, 42);
	end(&s);
}

/* One INVOKE_COMMAND is answered with an error of the call. */
static void refuse_invoke(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	struct scenario *s = tap->arg;

	if ((regs->a[0] & 0xffff) == OPTEE_SMC_FUNCID_CALL_WITH_ARG && s->sessions)
		regs->a[0] = OPTEE_SMC_RETURN_EBADADDR;
	else
		osim_tap_next(tap, m, regs);
}

static void call_that_does_not_get_through_is_an_error_of_communication(void **state)
{
	struct scenario s = SCENARIO;
	struct osim_tap tap = {.fn = refuse_invoke, .arg = &s};
	struct program p;

	(void)state;
	s.secure.caps = CAP_RESERVED | CAP_NULL;
	begin(&s);
	osim_tap_add(s.m, &tap);
	rpc(&s, &p, TA_ADD, 1, 2);
	assert_int_equal(p.last.ret, TEE_ERROR_COMMUNICATION);
	assert_int_equal(p.last.origin, TEE_ORIGIN_COMMS);
	assert_int_equal(osim_tap_remove(s.m, &tap), 0);
	s.sessions = 0; /* closing it did not get through either */
	end(&s);
}

/* An RPC says that it has more parameters than fit anywhere. */
static void lie_about_params(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	struct scenario *s = tap->arg;
	uint64_t pa = regs->a[1] << 32 | regs->a[2];
	struct osim_msg_arg arg;
	uint32_t lie = 0x7fffffff;

	osim_tap_next(tap, m, regs);
	if (!s->sessions || (uint32_t)regs->a[0] != OPTEE_SMC_RETURN_RPC_CMD)
		return;
	s->in_point = !osim_mem_read(m, pa, &arg, sizeof(arg)) &&
		      !osim_mem_write(m,
				      pa + OPTEE_MSG_GET_ARG_SIZE(arg.num_params) +
					      offsetof(struct osim_msg_arg, num_params),
				      &lie, sizeof(lie));
}

static void rpc_with_more_parameters_than_there_can_be_gets_an_error(void **state)
{
	struct scenario s = SCENARIO;
	struct osim_tap tap = {.fn = lie_about_params, .arg = &s};
	struct program p;

	(void)state;
	s.secure.caps = CAP_RESERVED | CAP_NULL | CAP_RPC_ARG;
	begin(&s);
	osim_tap_add(s.m, &tap);
	rpc(&s, &p, TA_SLEEP, 1, 0);
	assert_true(s.in_point);
	assert_int_not_equal(p.last.ret, TEE_SUCCESS);
	assert_int_equal(osim_tap_remove(s.m, &tap), 0);
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scenario_test(memory_for_the_secure_world_is_given_and_taken_back),
		scenario_test(rpc_without_memory_leaves_nothing_whichever_allocation_fails),
		scenario_test(sleep_of_the_secure_world_takes_its_time),
		scenario_test(rpc_that_makes_no_sense_gets_an_error),
		scenario_test(rpc_that_is_not_covered_gets_not_supported),
		scenario_test(value_posted_in_a_call_is_taken_before_the_call_goes_on),
		scenario_test(secure_thread_that_gets_free_goes_to_who_waits_for_it),
		scenario_test(more_programs_than_secure_threads_take_turns),
		scenario_test(interrupts_again_and_again_let_others_run),
		scenario_test(call_that_does_not_get_through_is_an_error_of_communication),
		scenario_test(rpc_with_more_parameters_than_there_can_be_gets_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
