/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/abi.h>

#include "abi/table.h"
#include "jobs/plan.h"

#define CALLS  8u
#define EVENTS 40u
#define ALLOCS 30u
#define RAISES 2u
#define RPCS   3u

static const struct osim_scenario first = {.name = "first"};
static const struct osim_scenario second = {.name = "second"};
static const struct osim_scenario third = {.name = "third"};
static const struct osim_scenario hostile = {.name = "hostile", .who = OSIM_WHO_HOSTILE};

/* A run with a few of everything; begun: how many of its calls are from before it was bound. */
static struct osim__measure *measured(uint32_t begun)
{
	struct osim__measure *measure = calloc(1, sizeof(*measure));

	assert_non_null(measure);
	measure->faults[OSIM_FAULT_ALLOC] = ALLOCS;
	measure->calls = CALLS;
	measure->events = EVENTS;
	measure->decisions = 20;
	memset(measure->ways, 2, measure->decisions);
	for (size_t i = 0; i < CALLS; i++)
		measure->call_id[i] = OPTEE_SMC_EXCHANGE_CAPABILITIES;
	measure->raises = RAISES;
	measure->cpus = measure->programs = 2;
	measure->rpcs = RPCS;
	measure->rpc[0] =
		(struct osim__asked){OPTEE_SMC_RPC_FUNC_CMD, OPTEE_RPC_CMD_GET_TIME, 0, 1};
	measure->rpc[1] =
		(struct osim__asked){OPTEE_SMC_RPC_FUNC_CMD, OPTEE_RPC_CMD_SHM_FREE, 0, 1};
	measure->rpc[2] = (struct osim__asked){.func = OPTEE_SMC_RPC_FUNC_ALLOC};
	measure->messages = 1;
	measure->message[0] =
		(struct osim__asked){.cmd = OPTEE_MSG_CMD_INVOKE_COMMAND, .num_params = 2};
	measure->begun.is = begun != 0;
	measure->begun.calls = begun;
	return measure;
}

static void plan(struct osim__plan_list *list, const struct osim_scenario *scenario, uint32_t begun,
		 bool with_hostile)
{
	struct osim__measure *measure = measured(begun);

	assert_int_equal(osim__plan_add(list, scenario, measure, with_hostile), 0);
	free(measure);
}

static size_t count(const struct osim__plan_list *list, const struct osim_scenario *scenario,
		    enum osim__plan kind)
{
	size_t n = 0;

	for (size_t i = 0; i < list->count; i++)
		n += list->items[i].scenario == scenario && list->items[i].plan == kind;
	return n;
}

static size_t of(const struct osim__plan_list *list, const struct osim_scenario *scenario)
{
	size_t n = 0;

	for (size_t i = 0; i < list->count; i++)
		n += list->items[i].scenario == scenario;
	return n;
}

static size_t reordered(const struct osim__plan_list *list, const struct osim_scenario *scenario)
{
	size_t n = 0;

	for (size_t i = 0; i < list->count; i++)
		n += list->items[i].scenario == scenario && list->items[i].schedule.count != 0;
	return n;
}

static void plan_of_two_scenarios_has_faults_first(void **state)
{
	struct osim__plan_list list = {0};
	size_t faults = 0;

	(void)state;
	plan(&list, &first, 0, true);
	plan(&list, &second, 0, true);
	osim__plan_finish(&list, 8000, 1);
	assert_int_equal(list.count, 8000);
	while (list.items[faults].plan == OSIM__PLAN_FAULT)
		faults++;
	assert_int_equal(faults, 2 * ALLOCS);
	assert_int_equal(count(&list, &first, OSIM__PLAN_FAULT), ALLOCS);
	assert_int_equal(count(&list, &second, OSIM__PLAN_FAULT), ALLOCS);
	osim__plan_free(&list);
}

static void plan_that_is_cut_keeps_each_share(void **state)
{
	struct osim__plan_list list = {0};

	(void)state;
	plan(&list, &first, 0, true);
	plan(&list, &second, 0, true);
	osim__plan_finish(&list, 60, 1);
	assert_int_equal(list.count, 60);
	/* Half of them faults, and of each half as many for one scenario as for the other. */
	assert_int_equal(count(&list, &first, OSIM__PLAN_FAULT), 15);
	assert_int_equal(count(&list, &second, OSIM__PLAN_FAULT), 15);
	assert_in_range(of(&list, &first) - 15, 14, 16);
	osim__plan_free(&list);
}

static void plan_that_time_cuts_has_had_both_scenarios(void **state)
{
	struct osim__plan_list list = {0};
	size_t seen[2] = {0}, part;

	(void)state;
	plan(&list, &first, 0, true);
	plan(&list, &second, 0, true);
	part = (list.count - 2 * (size_t)ALLOCS) / 8;
	osim__plan_finish(&list, list.count, 1);
	for (size_t i = 2 * (size_t)ALLOCS; i < 2 * (size_t)ALLOCS + part; i++)
		seen[list.items[i].scenario == &second]++;
	assert_in_range(seen[0], part * 2 / 5, part * 3 / 5);
	osim__plan_free(&list);
}

static void plan_of_a_hostile_scenario_has_no_other_order(void **state)
{
	struct osim__plan_list list = {0};

	(void)state;
	plan(&list, &hostile, 4, true);
	plan(&list, &first, 4, true);
	osim__plan_finish(&list, 3000, 1);
	assert_int_equal(count(&list, &hostile, OSIM__PLAN_POST), 0);
	assert_int_equal(count(&list, &hostile, OSIM__PLAN_KILL), 0);
	assert_int_equal(count(&list, &hostile, OSIM__PLAN_SPURIOUS), 0);
	assert_int_equal(reordered(&list, &hostile), 0);
	assert_int_equal(count(&list, &hostile, OSIM__PLAN_FAULT), ALLOCS);
	/* That they begin alike takes nothing from the other one. */
	assert_int_equal(count(&list, &first, OSIM__PLAN_RET),
			 count(&list, &hostile, OSIM__PLAN_RET));
	assert_int_not_equal(reordered(&list, &first), 0);
	osim__plan_free(&list);
}

static void plan_of_scenarios_that_begin_alike_has_that_once(void **state)
{
	struct osim__plan_list list = {0};

	(void)state;
	plan(&list, &first, 4, true);
	plan(&list, &second, 4, true);
	assert_int_equal(count(&list, &second, OSIM__PLAN_RET) * 2,
			 count(&list, &first, OSIM__PLAN_RET));
	osim__plan_free(&list);
}

static void plan_for_a_hostile_peer_has_each_code_of_each_call(void **state)
{
	struct osim__plan_list list = {0};
	size_t codes = 0;

	(void)state;
	for (const struct osim__abi_name *c = osim__abi_returns; c->name; c++)
		codes += c->value != OPTEE_SMC_RETURN_OK && !OPTEE_SMC_RETURN_IS_RPC(c->value);
	plan(&list, &first, 0, true);
	assert_int_equal(count(&list, &first, OSIM__PLAN_RET), CALLS * codes);
	osim__plan_free(&list);
}

static void plan_for_honest_peers_has_no_wrong_answers(void **state)
{
	struct osim__plan_list list = {0};

	(void)state;
	plan(&list, &first, 0, false);
	assert_int_equal(count(&list, &first, OSIM__PLAN_RET), 0);
	assert_int_equal(count(&list, &first, OSIM__PLAN_REG), 0);
	assert_int_equal(count(&list, &first, OSIM__PLAN_LOST), 0);
	assert_int_equal(count(&list, &first, OSIM__PLAN_AGAIN), 0);
	assert_int_equal(count(&list, &first, OSIM__PLAN_STALE), 0);
	assert_int_equal(count(&list, &first, OSIM__PLAN_RPC), 0);
	assert_int_equal(count(&list, &first, OSIM__PLAN_MSG), 0);
	assert_int_not_equal(count(&list, &first, OSIM__PLAN_POST), 0);
	assert_int_not_equal(count(&list, &first, OSIM__PLAN_FOREIGN), 0);
	osim__plan_free(&list);
}

static void plan_of_interrupts_and_rpcs_has_each_in_each_way(void **state)
{
	static const enum osim__plan rare[] = {OSIM__PLAN_STORM, OSIM__PLAN_UNBIND,
					       OSIM__PLAN_KEXEC, OSIM__PLAN_CRASH,
					       OSIM__PLAN_UNPLUG};
	struct osim__plan_list list = {0};

	(void)state;
	plan(&list, &first, 0, true);
	assert_int_equal(count(&list, &first, OSIM__PLAN_LOST), RAISES);
	assert_int_equal(count(&list, &first, OSIM__PLAN_LATE), RAISES);
	assert_int_equal(count(&list, &first, OSIM__PLAN_FOREIGN), RPCS);
	assert_int_equal(count(&list, &first, OSIM__PLAN_AGAIN), RPCS);
	assert_int_equal(count(&list, &first, OSIM__PLAN_STALE), RPCS - 1);
	/* Memory that is given back cannot be refused. */
	assert_int_equal(count(&list, &first, OSIM__PLAN_REFUSE), RPCS - 1);
	for (size_t i = 0; i < sizeof(rare) / sizeof(rare[0]); i++)
		assert_in_range(count(&list, &first, rare[i]), 10, 20);
	assert_int_equal(count(&list, &first, OSIM__PLAN_ROUTE), 1);
	assert_int_equal(count(&list, &first, OSIM__PLAN_KDUMP), 1);
	/* All at once at each event, and each of two at some. */
	assert_int_equal(count(&list, &first, OSIM__PLAN_KILL),
			 EVENTS + 2 * count(&list, &first, OSIM__PLAN_CRASH));
	osim__plan_free(&list);
}

static void plan_with_one_cpu_and_one_program_takes_none_of_them(void **state)
{
	struct osim__measure *measure = measured(0);
	struct osim__plan_list list = {0};

	(void)state;
	measure->cpus = measure->programs = 1;
	assert_int_equal(osim__plan_add(&list, &first, measure, true), 0);
	assert_int_equal(count(&list, &first, OSIM__PLAN_UNPLUG), 0);
	assert_int_equal(count(&list, &first, OSIM__PLAN_ROUTE), 0);
	assert_int_equal(count(&list, &first, OSIM__PLAN_KILL), EVENTS);
	free(measure);
	osim__plan_free(&list);
}

static bool has(const struct osim__plan_list *list, enum osim__plan kind, uint32_t at, size_t field,
		uint64_t value)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].plan == kind && list->items[i].at == at &&
		    list->items[i].a == field && list->items[i].b == value)
			return true;
	return false;
}

static void plan_of_messages_has_their_fields_at_their_edges(void **state)
{
	const size_t num_params = offsetof(struct osim_msg_arg, num_params),
		     attr = sizeof(struct osim_msg_arg), second_c = attr + 32 + 24;
	struct osim__plan_list list = {0};

	(void)state;
	plan(&list, &first, 0, true);
	assert_true(has(&list, OSIM__PLAN_RPC, 0, num_params, 0));
	assert_true(has(&list, OSIM__PLAN_RPC, 0, num_params, 2));
	assert_false(has(&list, OSIM__PLAN_RPC, 0, num_params, 1));
	assert_true(has(&list, OSIM__PLAN_RPC, 0, num_params, OPTEE_MSG_MAX_NUM_PARAMS + 1));
	assert_true(has(&list, OSIM__PLAN_RPC, 0, attr, OPTEE_MSG_ATTR_TYPE_TMEM_INOUT));
	assert_true(has(&list, OSIM__PLAN_RPC, 1, attr + 8, UINT64_MAX));
	assert_true(has(&list, OSIM__PLAN_RPC, 0, 0, OPTEE_RPC_CMD_I2C_TRANSFER));
	assert_false(has(&list, OSIM__PLAN_RPC, 0, 0, OPTEE_RPC_CMD_GET_TIME));
	assert_true(has(&list, OSIM__PLAN_MSG, 0, second_c, 4096));
	assert_true(has(&list, OSIM__PLAN_MSG, 0, offsetof(struct osim_msg_arg, ret),
			TEE_ERROR_SHORT_BUFFER));
	osim__plan_free(&list);
}

static void plan_of_messages_alters_each_kind_in_two_scenarios(void **state)
{
	struct osim__plan_list list = {0};

	(void)state;
	plan(&list, &first, 0, true);
	plan(&list, &second, 0, true);
	plan(&list, &third, 0, true);
	assert_int_not_equal(count(&list, &first, OSIM__PLAN_RPC), 0);
	assert_int_equal(count(&list, &second, OSIM__PLAN_RPC),
			 count(&list, &first, OSIM__PLAN_RPC));
	assert_int_equal(count(&list, &second, OSIM__PLAN_MSG),
			 count(&list, &first, OSIM__PLAN_MSG));
	assert_int_equal(count(&list, &third, OSIM__PLAN_RPC), 0);
	assert_int_equal(count(&list, &third, OSIM__PLAN_MSG), 0);
	osim__plan_free(&list);
}

static void plan_of_an_rpc_has_every_other_one_in_its_place(void **state)
{
	struct osim__measure *measure = measured(0);
	struct osim__plan_list list = {0};

	(void)state;
	measure->call_id[1] = OPTEE_SMC_CALL_WITH_ARG;
	measure->call_a0[1] = OPTEE_SMC_RETURN_RPC_CMD;
	assert_int_equal(osim__plan_add(&list, &first, measure, true), 0);
	assert_true(has(&list, OSIM__PLAN_REG, 1, 0, OPTEE_SMC_RETURN_RPC_ALLOC));
	assert_true(has(&list, OSIM__PLAN_REG, 1, 0, OPTEE_SMC_RETURN_RPC_FREE));
	assert_false(has(&list, OSIM__PLAN_REG, 1, 0, OPTEE_SMC_RETURN_RPC_CMD));
	assert_true(has(&list, OSIM__PLAN_REG, 1, 2, 4095));
	free(measure);
	osim__plan_free(&list);
}

static bool same(const struct osim__plan_list *a, const struct osim__plan_list *b, size_t count)
{
	char text[2][256];

	for (size_t i = 0; i < count; i++) {
		osim__experiment_print(&a->items[i], text[0], sizeof(text[0]));
		osim__experiment_print(&b->items[i], text[1], sizeof(text[1]));
		if (strcmp(text[0], text[1]) != 0)
			return false;
	}
	return true;
}

static void plan_of_a_seed_is_the_same_again(void **state)
{
	struct osim__plan_list list[3] = {{0}};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		plan(&list[i], &first, 0, true);
		osim__plan_finish(&list[i], 3000, i == 2 ? 2 : 1);
	}
	assert_true(same(&list[0], &list[1], 3000));
	assert_false(same(&list[0], &list[2], 3000));
	for (size_t i = 0; i < 3; i++)
		osim__plan_free(&list[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plan_of_two_scenarios_has_faults_first),
		cmocka_unit_test(plan_that_is_cut_keeps_each_share),
		cmocka_unit_test(plan_that_time_cuts_has_had_both_scenarios),
		cmocka_unit_test(plan_of_a_hostile_scenario_has_no_other_order),
		cmocka_unit_test(plan_of_scenarios_that_begin_alike_has_that_once),
		cmocka_unit_test(plan_for_a_hostile_peer_has_each_code_of_each_call),
		cmocka_unit_test(plan_for_honest_peers_has_no_wrong_answers),
		cmocka_unit_test(plan_of_interrupts_and_rpcs_has_each_in_each_way),
		cmocka_unit_test(plan_with_one_cpu_and_one_program_takes_none_of_them),
		cmocka_unit_test(plan_of_messages_has_their_fields_at_their_edges),
		cmocka_unit_test(plan_of_messages_alters_each_kind_in_two_scenarios),
		cmocka_unit_test(plan_of_an_rpc_has_every_other_one_in_its_place),
		cmocka_unit_test(plan_of_a_seed_is_the_same_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
