/* SPDX-License-Identifier: BSD-2-Clause */
#include <optee_sim/abi/abi.h>

#include "stim/scenarios.h"

/* --- values by interrupt, in every way a driver can be given its arguments --- */

static void post_some(struct osim_stage *stage)
{
	osim_post(stage->m, 5);
	osim_post(stage->m, 0);
	osim_run(stage->m);
	osim_post(stage->m, 0);
	osim_post(stage->m, 1);
	osim_run(stage->m);
}

static void posts(struct osim_stage *stage)
{
	if (osim_stage_bind(stage))
		post_some(stage);
}

static void posts_percpu(struct osim_stage *stage)
{
	if (osim_stage_bind_percpu(stage))
		post_some(stage);
}

static void reserved_rpc_arg(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)machine;
	secure->set = OSIM_SECURE_SET_CAPS;
	secure->caps = OPTEE_SMC_SEC_CAP_HAVE_RESERVED_SHM | OPTEE_SMC_SEC_CAP_ASYNC_NOTIF |
		       OPTEE_SMC_SEC_CAP_RPC_ARG | OPTEE_SMC_SEC_CAP_MEMREF_NULL;
}

static void reserved(struct osim_options *machine, struct osim_secure_options *secure)
{
	reserved_rpc_arg(machine, secure);
	secure->caps &= ~OPTEE_SMC_SEC_CAP_RPC_ARG;
}

static void percpu(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)secure;
	machine->percpu_irq = true;
}

static void no_notif(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)machine;
	secure->set = OSIM_SECURE_SET_CAPS;
	secure->caps = OPTEE_SMC_SEC_CAP_DYNAMIC_SHM | OPTEE_SMC_SEC_CAP_RPC_ARG |
		       OPTEE_SMC_SEC_CAP_MEMREF_NULL;
}

static void bind_only(struct osim_stage *stage)
{
	osim_stage_bind(stage);
}

const struct osim_scenario osim__scenario_posts = {
	.name = "posts",
	.what = "Values 5, 0 and 1 are posted and the driver takes them.",
	.body = posts,
	.notif = true};
const struct osim_scenario osim__scenario_posts_cache = {
	.name = "posts-shm-cache",
	.what = "The same without RPC arguments: the shm cache is in use.",
	.configure = osim__without_rpc_arg,
	.body = posts,
	.notif = true};
const struct osim_scenario osim__scenario_posts_reserved_rpc = {
	.name = "posts-reserved-rpc-arg",
	.what = "The same in reserved shared memory, with RPC arguments.",
	.configure = reserved_rpc_arg,
	.body = posts,
	.notif = true};
const struct osim_scenario osim__scenario_posts_reserved = {
	.name = "posts-reserved",
	.what = "The same in reserved shared memory, without RPC arguments.",
	.configure = reserved,
	.body = posts,
	.notif = true};
const struct osim_scenario osim__scenario_posts_percpu = {
	.name = "posts-percpu",
	.what = "The same with a per-CPU interrupt.",
	.configure = percpu,
	.body = posts_percpu,
	.notif = true};
const struct osim_scenario osim__scenario_no_notif = {
	.name = "no-notif",
	.what = "The secure world offers no asynchronous notifications.",
	.configure = no_notif,
	.body = bind_only};

/* --- the edges of the value range: 1 .. 3 words of a bitmap, the maximum itself, and 0 --- */

static void edges(struct osim_stage *stage)
{
	/* A driver may do without notifications of which there are none, or without the device. */
	if (stage->value ? !osim_stage_bind(stage) : !osim_stage_try_bind(stage))
		return;
	osim_post(stage->m, stage->value);
	osim_run(stage->m);
	osim_stage_program(stage, "sender", osim__program_send);
	osim_run(stage->m);
	osim_stage_program(stage, "waiter", osim__program_wait);
	osim_run(stage->m);
}

#define EDGE(number)                                                                    \
	static void configure_##number(struct osim_options *machine,                    \
				       struct osim_secure_options *secure)              \
	{                                                                               \
		(void)machine;                                                          \
		secure->set = OSIM_SECURE_SET_MAX_NOTIF;                                \
		secure->max_notif_value = number;                                       \
	}                                                                               \
	static void edges_##number(struct osim_stage *stage)                            \
	{                                                                               \
		stage->value = number;                                                  \
		edges(stage);                                                           \
	}                                                                               \
	const struct osim_scenario osim__scenario_edge_##number = {                     \
		.name = "max-" #number,                                                 \
		.what = "The maximum is " #number                                       \
			"; that value comes by interrupt, by SEND, and is waited for.", \
		.configure = configure_##number,                                        \
		.body = edges_##number,                                                 \
		.notif = true}

EDGE(0);
EDGE(1);
EDGE(63);
EDGE(64);
EDGE(65);
EDGE(127);
EDGE(128);
EDGE(1024);
EDGE(65536);

/* --- no answer --- */

static void get_fails_tap(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	struct osim_stage *stage = tap->arg;

	if ((uint32_t)regs->a[0] == OPTEE_SMC_GET_ASYNC_NOTIF_VALUE && stage->count++ == 1)
		*regs = (struct osim_regs){{OPTEE_SMC_RETURN_ENOTAVAIL}};
	else
		osim_tap_next(tap, m, regs);
}

/* An error is no value, and says nothing of others; what is pending comes with the next interrupt.
 */
static void get_fails(struct osim_stage *stage)
{
	if (!osim_stage_bind(stage))
		return;
	stage->tap = (struct osim_tap){.fn = get_fails_tap, .arg = stage};
	osim_tap_add(stage->m, &stage->tap);
	/* The second of three. */
	for (uint32_t value = 5; value < 8; value++)
		osim_post(stage->m, value);
	osim_run(stage->m);
	osim_expect(stage, stage->count == 2 && !osim_stats(stage->m)->bottom_halves, "notif.error",
		    "an error in place of a value is taken for one");
	osim_irq_raise(stage->m, osim_notif_intid(stage->m), 0);
	osim_run(stage->m);
}

const struct osim_scenario osim__scenario_get_fails = {
	.name = "get-fails",
	.what = "The secure world answers with an error where it is asked for a value.",
	.body = get_fails,
	.who = OSIM_WHO_HOSTILE,
	.notif = true};

/* --- waiting --- */

static void wait_times_out(struct osim_stage *stage)
{
	if (!osim_stage_bind(stage))
		return;
	stage->value = 7;
	osim_stage_program(stage, "waiter", osim__program_wait);
	osim_run(stage->m);
}

static void wait_and_post(struct osim_stage *stage)
{
	if (!osim_stage_bind(stage))
		return;
	stage->value = 9;
	osim_stage_program(stage, "waiter", osim__program_wait);
	osim_run_for(stage->m, 1000000);
	osim_post(stage->m, 9);
	osim_run(stage->m);
}

static void wait_and_send(struct osim_stage *stage)
{
	if (!osim_stage_bind(stage))
		return;
	stage->value = 11;
	osim_stage_program(stage, "waiter", osim__program_wait);
	osim_stage_program(stage, "sender", osim__program_send);
	osim_run(stage->m);
}

const struct osim_scenario osim__scenario_wait_timeout = {
	.name = "wait-timeout",
	.what = "A program waits 100 ms for a value that does not come.",
	.body = wait_times_out,
	.notif = true};
const struct osim_scenario osim__scenario_wait_post = {
	.name = "wait-post",
	.what = "A program waits for a value that comes by interrupt.",
	.body = wait_and_post,
	.notif = true};
const struct osim_scenario osim__scenario_wait_send = {
	.name = "wait-send",
	.what = "A program waits for a value that another one sends.",
	.body = wait_and_send,
	.notif = true};
