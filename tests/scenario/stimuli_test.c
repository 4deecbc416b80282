/* SPDX-License-Identifier: BSD-2-Clause */
/* What an experiment says is done, as the machine's events show it.
 * ctest-drivers: model linux-6.12 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include <optee_sim/abi/abi.h>

#include "jobs/experiment.h"

extern struct osim_driver OSIM_TEST_DRIVER;

/* What was seen of a run. */
struct seen {
	uint32_t events, bound; /* bound: number of the event at which the driver had been bound */
	uint32_t raises, enters, enters_on_1, retrieved;
	uint64_t raised_ns, entered_ns; /* the first ones after it was bound */
	uint32_t foreign, rpcs, first_cmd, ret, num_params;
	uint32_t hotplugs;
	char order[64]; /* one character for each thing that the driver was made to do */
	uint32_t wanted_rpc, wanted_message, messages;
	uint64_t word;
};

static void see_driver(struct seen *seen, const struct osim_event *e)
{
	static const struct {
		const char *text;
		char letter;
	} names[] = {{"bind ", '+'}, {"unbind ", '-'}, {"shutdown ", 's'}, {"crash ", 'c'}};
	size_t n = strlen(seen->order);

	if (strstr(e->text, " bound") && !seen->bound)
		seen->bound = seen->events;
	if (strstr(e->text, " not bound"))
		seen->order[n++] = 'n';
	for (size_t i = 0; !(e->flags & OSIM_EVENT_F_END) && i < 4 && n < 60; i++)
		if (!strncmp(e->text, names[i].text, strlen(names[i].text)))
			seen->order[n++] = names[i].letter;
	seen->order[n] = '\0';
}

static void see_rpc(struct seen *seen, const struct osim_event *e)
{
	if (e->flags & OSIM_EVENT_F_END)
		return;
	seen->foreign += e->value == OPTEE_SMC_RPC_FUNC_FOREIGN_INTR;
	if (seen->rpcs++ != seen->wanted_rpc || !e->msg)
		return;
	seen->first_cmd = e->msg->cmd;
	seen->num_params = e->msg->num_params;
	seen->word = OSIM_MSG_PARAMS(e->msg)->u.value.b;
}

static void see(void *arg, const struct osim_event *e)
{
	struct seen *seen = arg;

	if (e->kind == OSIM_EVENT_DRIVER)
		see_driver(seen, e);
	if (e->kind == OSIM_EVENT_RPC)
		see_rpc(seen, e);
	if (e->kind == OSIM_EVENT_IRQ_RAISE && !seen->raises++)
		seen->raised_ns = e->time_ns;
	if (e->kind == OSIM_EVENT_IRQ_ENTER && !seen->enters++)
		seen->entered_ns = e->time_ns;
	seen->enters_on_1 += e->kind == OSIM_EVENT_IRQ_ENTER && e->cpu == 1;
	seen->retrieved += e->kind == OSIM_EVENT_RETRIEVE;
	if (e->kind == OSIM_EVENT_SWITCH && !strcmp(e->thread_name, "hotplug"))
		seen->hotplugs++;
	if (e->kind == OSIM_EVENT_MESSAGE && (e->flags & OSIM_EVENT_F_END) &&
	    seen->messages++ == seen->wanted_message)
		seen->ret = e->msg->ret;
	seen->events++;
}

static struct seen watch(const char *text, uint32_t rpc, uint32_t message)
{
	struct seen seen = {.wanted_rpc = rpc, .wanted_message = message};
	struct osim__experiment x;

	assert_int_equal(osim__experiment_parse(&x, text, osim__scenarios), 0);
	assert_int_equal(osim__experiment_run(&x, &OSIM_TEST_DRIVER, NULL, NULL, see, &seen, NULL),
			 0);
	return seen;
}

/* The same at an event some way behind the bind. */
static struct seen watch_at(const char *scenario, const char *what, const char *value,
			    uint32_t after)
{
	char text[128];

	snprintf(text, sizeof(text), "%s+%s@%u%s", scenario, what,
		 watch(scenario, 0, 0).bound + after, value);
	return watch(text, 0, 0);
}

/* --- interrupts --- */

static void interrupt_that_is_lost_does_not_come_in(void **state)
{
	struct seen natural = watch("wait-post", 0, 0), lost = watch("wait-post+lost@0", 0, 0);

	(void)state;
	assert_int_equal(natural.enters, 1);
	assert_int_equal(lost.raises, natural.raises);
	assert_int_equal(lost.enters, 0);
	assert_int_equal(lost.retrieved, 0);
}

static void interrupt_that_is_late_comes_a_millisecond_later(void **state)
{
	struct seen late = watch("wait-post+late@0", 0, 0);

	(void)state;
	assert_int_equal(late.retrieved, watch("wait-post", 0, 0).retrieved);
	assert_int_equal(late.entered_ns - late.raised_ns, 1000000);
}

static void interrupt_that_is_routed_comes_in_on_the_other_cpu(void **state)
{
	(void)state;
	assert_int_equal(watch("wait-post", 0, 0).enters_on_1, 0);
	assert_int_equal(watch_at("wait-post", "route", "=1", 1).enters_on_1, 1);
}

static void storm_of_interrupts_comes_in_again_and_again(void **state)
{
	struct seen natural = watch("posts", 0, 0), storm = watch_at("posts", "storm", "", 1);

	(void)state;
	assert_in_range(storm.enters, natural.enters + 8, natural.enters + 64);
	assert_int_equal(storm.retrieved, natural.retrieved);
}

/* --- what goes away --- */

static void driver_leaves_at_an_event_once(void **state)
{
	(void)state;
	assert_string_equal(watch("client", 0, 0).order, "+-");
	assert_string_equal(watch_at("posts", "unbind", "", 2).order, "+-");
	/* The scenario is about to do the same. */
	assert_string_equal(watch_at("post-while-unbinding", "unbind", "", 1).order, "+-");
}

static void kernel_that_ends_is_followed_by_another(void **state)
{
	(void)state;
	assert_string_equal(watch_at("posts", "kexec", "", 2).order, "+sc+-");
	assert_string_equal(watch_at("posts", "crash", "", 2).order, "+c+-");
	assert_string_equal(watch_at("posts", "kdump", "", 2).order, "+c+n");
}

static void kernel_that_crashes_in_probe_is_followed_by_another(void **state)
{
	(void)state;
	assert_string_equal(watch("posts+crash@5", 0, 0).order, "+c+-");
}

static void cpu_goes_and_comes_back(void **state)
{
	(void)state;
	assert_int_equal(watch("posts", 0, 0).hotplugs, 0);
	assert_int_not_equal(watch_at("posts", "unplug", "", 2).hotplugs, 0);
}

/* --- RPCs and messages --- */

static void rpc_that_is_late_lets_interrupts_through_first(void **state)
{
	struct seen natural = watch("rpcs", 0, 0), late = watch("rpcs+foreign@1", 0, 0);

	(void)state;
	assert_int_equal(late.foreign, natural.foreign + 3);
	assert_int_equal(late.rpcs, natural.rpcs + 3);
	assert_int_equal(late.messages, natural.messages);
}

static void rpc_that_is_asked_again_is_asked_twice(void **state)
{
	struct seen again = watch("client+again@0", 1, 0);

	(void)state;
	assert_int_equal(again.rpcs, watch("client", 0, 0).rpcs + 1);
	assert_int_equal(again.first_cmd, watch("client", 0, 0).first_cmd);
}

static void rpc_that_is_stale_is_the_one_before(void **state)
{
	struct seen first = watch("rpcs", 0, 0), second = watch("rpcs", 1, 0),
		    stale = watch("rpcs+stale@1", 1, 0);

	(void)state;
	assert_int_not_equal(first.first_cmd, second.first_cmd);
	assert_int_equal(stale.first_cmd, first.first_cmd);
	assert_int_equal(watch("rpcs+stale@1", 2, 0).first_cmd, second.first_cmd);
}

static void rpc_that_is_refused_does_not_reach_the_driver(void **state)
{
	struct seen natural = watch("client", 0, 0), refused = watch("client+refuse@0", 0, 0);

	(void)state;
	assert_int_not_equal(natural.rpcs, 0);
	assert_int_equal(refused.rpcs, natural.rpcs - 1);
}

static void rpc_message_has_what_is_put_there(void **state)
{
	(void)state;
	assert_int_equal(watch("rpcs+rpc.cmd@0=0x55", 0, 0).first_cmd, 0x55);
	assert_int_equal(watch("rpcs+rpc.num_params@0=0x3", 0, 0).num_params, 3);
	assert_int_equal(watch("rpcs+rpc.0.b@0=0x1234", 0, 0).word, 0x1234);
}

static void message_comes_back_with_what_is_put_there(void **state)
{
	(void)state;
	assert_int_not_equal(watch("client", 0, 2).ret, TEE_ERROR_CANCEL);
	assert_int_equal(watch("client+msg.ret@2=0xffff0002", 0, 2).ret, TEE_ERROR_CANCEL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interrupt_that_is_lost_does_not_come_in),
		cmocka_unit_test(interrupt_that_is_late_comes_a_millisecond_later),
		cmocka_unit_test(interrupt_that_is_routed_comes_in_on_the_other_cpu),
		cmocka_unit_test(storm_of_interrupts_comes_in_again_and_again),
		cmocka_unit_test(driver_leaves_at_an_event_once),
		cmocka_unit_test(kernel_that_ends_is_followed_by_another),
		cmocka_unit_test(kernel_that_crashes_in_probe_is_followed_by_another),
		cmocka_unit_test(cpu_goes_and_comes_back),
		cmocka_unit_test(rpc_that_is_late_lets_interrupts_through_first),
		cmocka_unit_test(rpc_that_is_asked_again_is_asked_twice),
		cmocka_unit_test(rpc_that_is_stale_is_the_one_before),
		cmocka_unit_test(rpc_that_is_refused_does_not_reach_the_driver),
		cmocka_unit_test(rpc_message_has_what_is_put_there),
		cmocka_unit_test(message_comes_back_with_what_is_put_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
