/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/machine.h>

#include "jobs/experiment.h"

/* One of each kind, in words, and who can cause it. */
static const struct {
	const char *text;
	enum osim__plan plan;
	uint32_t at, a;
	uint64_t b;
	enum osim_who who;
} known[] = {
	{"posts", OSIM__PLAN_NONE, 0, 0, 0, OSIM_WHO_HONEST},
	{"posts+alloc@3", OSIM__PLAN_FAULT, 3, OSIM_FAULT_ALLOC, 0, OSIM_WHO_RESOURCE},
	{"posts+work@3", OSIM__PLAN_FAULT, 3, OSIM_FAULT_WORK, 0, OSIM_WHO_RESOURCE},
	{"posts+post@12=5", OSIM__PLAN_POST, 12, 5, 0, OSIM_WHO_HONEST},
	{"posts+kill@12", OSIM__PLAN_KILL, 12, 0, 0, OSIM_WHO_HONEST},
	{"posts+kill@12=2", OSIM__PLAN_KILL, 12, 2, 0, OSIM_WHO_HONEST},
	{"posts+spurious@1", OSIM__PLAN_SPURIOUS, 1, 0, 0, OSIM_WHO_HONEST},
	{"posts+storm@1", OSIM__PLAN_STORM, 1, 0, 0, OSIM_WHO_HONEST},
	{"posts+route@1=1", OSIM__PLAN_ROUTE, 1, 1, 0, OSIM_WHO_HONEST},
	{"posts+unbind@1", OSIM__PLAN_UNBIND, 1, 0, 0, OSIM_WHO_HONEST},
	{"posts+kexec@1", OSIM__PLAN_KEXEC, 1, 0, 0, OSIM_WHO_HONEST},
	{"posts+crash@1", OSIM__PLAN_CRASH, 1, 0, 0, OSIM_WHO_HONEST},
	{"posts+kdump@1", OSIM__PLAN_KDUMP, 1, 0, 0, OSIM_WHO_HONEST},
	{"posts+unplug@1", OSIM__PLAN_UNPLUG, 1, 0, 0, OSIM_WHO_HONEST},
	{"posts+lost@1", OSIM__PLAN_LOST, 1, 0, 0, OSIM_WHO_HOSTILE},
	{"posts+late@1", OSIM__PLAN_LATE, 1, 0, 0, OSIM_WHO_HONEST},
	{"posts+ret@5=0x4", OSIM__PLAN_RET, 5, 4, 0, OSIM_WHO_HOSTILE},
	{"posts+a0@5=0xffff0002", OSIM__PLAN_REG, 5, 0, 0xffff0002, OSIM_WHO_HOSTILE},
	{"posts+a7@5=0x41", OSIM__PLAN_REG, 5, 7, 0x41, OSIM_WHO_HOSTILE},
	{"posts+foreign@2", OSIM__PLAN_FOREIGN, 2, 0, 0, OSIM_WHO_HONEST},
	{"posts+refuse@2", OSIM__PLAN_REFUSE, 2, 0, 0, OSIM_WHO_HONEST},
	{"posts+again@2", OSIM__PLAN_AGAIN, 2, 0, 0, OSIM_WHO_HOSTILE},
	{"posts+stale@2", OSIM__PLAN_STALE, 2, 0, 0, OSIM_WHO_HOSTILE},
	{"posts+rpc.num_params@2=0x7f", OSIM__PLAN_RPC, 2,
	 offsetof(struct osim_msg_arg, num_params), 0x7f, OSIM_WHO_HOSTILE},
	{"posts+rpc.1.c@2=0xffffffffffffffff", OSIM__PLAN_RPC, 2,
	 sizeof(struct osim_msg_arg) + sizeof(struct osim_msg_param) + 24, UINT64_MAX,
	 OSIM_WHO_HOSTILE},
	{"posts+msg.ret_origin@2=0x4", OSIM__PLAN_MSG, 2, offsetof(struct osim_msg_arg, ret_origin),
	 4, OSIM_WHO_HOSTILE},
	{"posts+msg.5.attr@2=0x2", OSIM__PLAN_MSG, 2,
	 sizeof(struct osim_msg_arg) + 5 * sizeof(struct osim_msg_param), 2, OSIM_WHO_HOSTILE},
};

static void experiment_of_each_kind_is_what_its_text_says(void **state)
{
	bool there[OSIM__PLAN_COUNT] = {false};
	struct osim__experiment x;
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_int_equal(osim__experiment_parse(&x, known[i].text, osim__scenarios), 0);
		assert_int_equal(x.plan, known[i].plan);
		assert_int_equal(x.at, known[i].at);
		assert_int_equal(x.a, known[i].a);
		assert_true(x.b == known[i].b);
		assert_int_equal(osim__experiment_who(&x), known[i].who);
		osim__experiment_print(&x, text, sizeof(text));
		assert_string_equal(text, known[i].text);
		there[x.plan] = true;
	}
	for (unsigned int i = 0; i < OSIM__PLAN_COUNT; i++)
		assert_true(there[i]);
}

static void experiment_that_nothing_can_do_is_refused(void **state)
{
	static const char *const texts[] = {
		"nosuch",
		"posts+",
		"posts+nosuch@1",
		"posts+post@1",
		"posts+post=1@1",
		"posts+storm",
		"posts+storm@",
		"posts+storm@1=1",
		"posts+kill@1=",
		"posts+ret@1",
		"posts+a8@1=0x1",
		"posts+rpc.nosuch@1=0x1",
		"posts+rpc.6.a@1=0",
		"posts+rpc.0.d@1=0x0",
		"posts+msg.ret@1",
		"posts+storm@1/x",
	};
	struct osim__experiment x;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!osim__experiment_parse(&x, texts[i], osim__scenarios))
			fail_msg("'%s' is taken", texts[i]);
}

static void experiment_on_a_hostile_scenario_is_hostile(void **state)
{
	struct osim__experiment x;

	(void)state;
	assert_int_equal(osim__experiment_parse(&x, "null-cookie+storm@1", osim__scenarios), 0);
	assert_int_equal(osim__experiment_who(&x), OSIM_WHO_HOSTILE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(experiment_of_each_kind_is_what_its_text_says),
		cmocka_unit_test(experiment_that_nothing_can_do_is_refused),
		cmocka_unit_test(experiment_on_a_hostile_scenario_is_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
