/* SPDX-License-Identifier: BSD-2-Clause */
#include <linux/tee.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/pta.h>

#include "stim/scenarios.h"

#define MS	     1000000u
#define WAITERS	     5u
#define COOKIES	     3u
#define INTERRUPTS   40u
#define CANCEL_ID    5u
#define TURNS	     1000u
#define STORM_THREAD 63u
#define OPENS	     60u
#define FAR_AWAY_MS  3000u

/* --- several that wait --- */

static void many_threads(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)machine;
	secure->thread_count = WAITERS + 1;
}

static void one_thread(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)machine;
	secure->thread_count = 1;
}

static void wait_own(void *arg)
{
	struct osim_stage *stage = arg;
	uint32_t value = 20 + stage->turn++;
	struct osim_client client;
	uint32_t session;

	if (!osim__program_begin(stage, osim__rpc_pta, &client, &session))
		return;
	osim_expect(stage,
		    !osim__program_ask(&client, session, OSIM_PTA_RPC_WAIT, value, FAR_AWAY_MS),
		    "notif.delivered", "a value that was posted does not end the wait for it");
	osim__program_end(&client, session);
}

static void wait_many(struct osim_stage *stage)
{
	if (!osim_stage_bind(stage))
		return;
	for (unsigned int i = 0; i < WAITERS; i++)
		osim_stage_program(stage, "waiter", wait_own);
	osim_run_for(stage->m, 10 * MS);
	for (unsigned int i = WAITERS; i-- > 0;)
		osim_post(stage->m, 20 + i);
	osim_run(stage->m);
}

static void wait_nine(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_client client;
	uint32_t session;

	if (!osim__program_begin(stage, osim__rpc_pta, &client, &session))
		return;
	if (!osim__program_ask(&client, session, OSIM_PTA_RPC_WAIT, 9, FAR_AWAY_MS))
		stage->count++;
	osim__program_end(&client, session);
}

/* Two wait for one value: whoever is refused, the value wakes one of them. */
static void wait_second(struct osim_stage *stage)
{
	if (!osim_stage_bind(stage))
		return;
	osim_stage_program(stage, "first", wait_nine);
	osim_run_for(stage->m, 10 * MS);
	osim_stage_program(stage, "second", wait_nine);
	osim_run_for(stage->m, 10 * MS);
	osim_post(stage->m, 9);
	osim_run(stage->m);
	osim_expect(stage, stage->count == 1, "notif.delivered",
		    "a value that two wait for does not wake one of them");
}

static void wait_again(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_client client;
	uint32_t session, ret;

	if (!osim__program_begin(stage, osim__rpc_pta, &client, &session))
		return;
	for (unsigned int i = 0; i < 3; i++) {
		osim_post(stage->m, 9);
		osim_expect(stage,
			    !osim__program_ask(&client, session, OSIM_PTA_RPC_WAIT, 9, FAR_AWAY_MS),
			    "notif.delivered",
			    "a value that was posted does not end the wait for it");
	}
	ret = osim__program_ask(&client, session, OSIM_PTA_RPC_WAIT, 9, 20);
	osim_expect(stage, ret == TEE_ERROR_TIMEOUT, "notif.once",
		    "a value that was delivered is delivered again");
	osim__program_end(&client, session);
}

static void wait_once(struct osim_stage *stage)
{
	if (!osim_stage_bind(stage))
		return;
	osim_stage_program(stage, "waiter", wait_again);
	osim_run(stage->m);
}

static void clients_one_thread(struct osim_stage *stage)
{
	if (!osim_stage_bind(stage))
		return;
	for (unsigned int i = 0; i < 4; i++)
		osim_stage_program(stage, "session", osim__program_session);
	osim_run(stage->m);
	for (unsigned int i = 0; i < stage->tasks; i++)
		osim_expect(stage, osim_task_done(stage->task[i]), "client.starved",
			    "a program waits for a secure thread that is free");
}

/* --- cancellation --- */

static void cancelled(void *arg)
{
	struct osim_param p = {.type = OSIM_PARAM_VALUE_IN, .a = 30};
	struct osim_stage *stage = arg;
	struct osim_tee_result result;

	if (!osim__program_begin(stage, osim__rpc_pta, &stage->client, &stage->session))
		return;
	stage->count = 1;
	if (!osim_client_invoke(&stage->client, stage->session, OSIM_PTA_RPC_CANCEL, CANCEL_ID, &p,
				1, &result))
		osim_expect(stage, result.ret == TEE_ERROR_CANCEL, "client.cancel",
			    "a request that was cancelled does not say so");
	stage->count = 0;
	osim__program_end(&stage->client, stage->session);
}

static void canceller(void *arg)
{
	struct osim_stage *stage = arg;

	if (stage->count)
		osim_client_cancel(&stage->client, stage->session, CANCEL_ID);
}

static void cancel_event(struct osim_stage *stage, const struct osim_event *e)
{
	if (e->kind == OSIM_EVENT_MESSAGE && e->msg && e->msg->cmd == OPTEE_MSG_CMD_CANCEL)
		osim_expect(stage,
			    e->msg->session == stage->session && e->msg->cancel_id == CANCEL_ID,
			    "client.cancel", "another request is cancelled than was asked for");
}

static void cancel(struct osim_stage *stage)
{
	stage->event = cancel_event;
	if (!osim_stage_bind(stage))
		return;
	osim_stage_program(stage, "cancelled", cancelled);
	osim_run_for(stage->m, 15 * MS);
	osim_stage_program(stage, "canceller", canceller);
	osim_run_for(stage->m, MS);
	/* So that it looks also where waits have no time-out. */
	osim_post(stage->m, 30);
	osim_run(stage->m);
	osim_expect(stage, !stage->count, "client.cancel", "a request cannot be cancelled");
}

/* --- a driver that begins --- */

static void open_early_program(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_client client;

	for (unsigned int i = 0; osim_client_open(stage->m, &client); i++) {
		if (i == OPENS)
			return;
		osim_yield(stage->m);
	}
	osim_client_close(&client);
	osim__program_session(stage);
}

static void open_early(struct osim_stage *stage)
{
	stage->disturbed = true;
	osim_stage_program(stage, "early", open_early_program);
	osim_stage_program(stage, "early-too", open_early_program);
	osim_stage_program(stage, "supplicant", osim__program_supplicant_brief);
	if (osim_stage_bind(stage))
		osim_run(stage->m);
}

/* A previous kernel left buffers in the cache: their cookies mean nothing to this one. */
static void foreign_cookies_tap(struct osim_tap *tap, struct osim_machine *m,
				struct osim_regs *regs)
{
	struct osim_stage *stage = tap->arg;

	if ((uint32_t)regs->a[0] != OPTEE_SMC_DISABLE_SHM_CACHE || stage->count == COOKIES) {
		osim_tap_next(tap, m, regs);
		return;
	}
	stage->count++;
	regs->a[0] = OPTEE_SMC_RETURN_OK;
	regs->a[1] = 0xdead;
	regs->a[2] = 0x1000u * stage->count;
	regs->a[3] = 0;
}

static void foreign_cookies(struct osim_stage *stage)
{
	stage->tap = (struct osim_tap){.fn = foreign_cookies_tap, .arg = stage};
	osim_tap_add(stage->m, &stage->tap);
	if (!osim_stage_bind(stage))
		return;
	osim_expect(stage, stage->count == COOKIES, "shm.cache-emptied",
		    "what a previous kernel left in the shm cache is left there");
	osim_stage_program(stage, "session", osim__program_session);
	osim_run(stage->m);
}

/* A buffer whose cookie is 0, once. */
static void null_cookie_tap(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	struct osim_stage *stage = tap->arg;

	if ((uint32_t)regs->a[0] == OPTEE_SMC_DISABLE_SHM_CACHE && !stage->count++)
		*regs = (struct osim_regs){{OPTEE_SMC_RETURN_OK}};
	else
		osim_tap_next(tap, m, regs);
}

static void null_cookie(struct osim_stage *stage)
{
	stage->errors = true;
	if (!osim_stage_bind(stage))
		return;
	stage->tap = (struct osim_tap){.fn = null_cookie_tap, .arg = stage};
	osim_tap_add(stage->m, &stage->tap);
}

static void three_devices(struct osim_options *machine, struct osim_secure_options *secure)
{
	static const uint8_t devices[3][16] = {{1}, {2}, {3}};

	(void)machine;
	secure->devices = devices;
	secure->device_count = 3;
}

static void devices(struct osim_stage *stage)
{
	osim_stage_bind(stage);
}

/* A kernel that crashed holds all secure threads; in the kernel that saves its memory the driver
 * must stay away. */
static void all_suspended_tap(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	switch ((uint32_t)regs->a[0]) {
	case OPTEE_SMC_CALL_WITH_ARG:
	case OPTEE_SMC_CALL_WITH_RPC_ARG:
	case OPTEE_SMC_CALL_WITH_REGD_ARG:
		regs->a[0] = OPTEE_SMC_RETURN_ETHREAD_LIMIT;
		break;
	default:
		osim_tap_next(tap, m, regs);
	}
}

static void all_suspended(struct osim_stage *stage)
{
	stage->tap = (struct osim_tap){.fn = all_suspended_tap, .arg = stage};
	osim_tap_add(stage->m, &stage->tap);
	stage->platform.kdump = true;
	osim_expect(stage, !osim_stage_try_bind(stage), "probe.kdump",
		    "the driver is bound in a kernel that saves another's memory");
}

/* --- an RPC whose message is in memory of a program, which the kernel has not mapped --- */

struct unmapped {
	uint64_t cookie;
	struct osim_regs call; /* as it was made */
	bool asked, resumed;
};

static void unmapped_event(struct osim_stage *stage, const struct osim_event *e)
{
	struct unmapped *u = stage->tap.arg;

	if (e->kind == OSIM_EVENT_MESSAGE && e->msg && !(e->flags & OSIM_EVENT_F_END) &&
	    e->msg->cmd == OPTEE_MSG_CMD_REGISTER_SHM && stage->count)
		u->cookie = OSIM_MSG_PARAMS(e->msg)->u.tmem.shm_ref;
}

static void unmapped_tap(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	struct unmapped *u = tap->arg;
	uint32_t id = (uint32_t)regs->a[0];

	if (u->cookie && !u->asked && id == OPTEE_SMC_CALL_WITH_ARG) {
		u->asked = true;
		u->call = *regs;
		*regs = (struct osim_regs){{OPTEE_SMC_RETURN_RPC_CMD, u->cookie >> 32,
					    u->cookie & UINT32_MAX, STORM_THREAD}};
		return;
	}
	if (u->asked && !u->resumed && id == OPTEE_SMC_CALL_RETURN_FROM_RPC) {
		u->resumed = true;
		*regs = u->call;
	}
	osim_tap_next(tap, m, regs);
}

static void unmapped_program(void *arg)
{
	struct osim_stage *stage = arg;
	void *own = osim_stage_alloc(stage, 4096);
	struct osim_client client;
	struct osim_client_shm shm;
	uint32_t session;

	if (!own || !osim__program_begin(stage, osim__system_pta, &client, &session))
		return;
	stage->count = 1;
	if (!osim_client_shm_register(&client, own, 4096, &shm)) {
		osim_expect(stage,
			    !osim__program_ask(&client, session, OSIM_PTA_SYSTEM_SLEEP, 1, 0),
			    "client.invoke",
			    "a command does not survive an RPC whose message cannot be read");
		osim_client_shm_free(&client, &shm);
	}
	osim__program_end(&client, session);
}

static void unmapped(struct osim_stage *stage)
{
	struct unmapped *u = OSIM__KEEP(stage, struct unmapped, .cookie = 0);

	stage->errors = true;
	stage->tap = (struct osim_tap){.fn = unmapped_tap, .arg = u};
	if (!osim_stage_bind(stage))
		return;
	stage->event = unmapped_event;
	osim_tap_add(stage->m, &stage->tap);
	osim_stage_program(stage, "program", unmapped_program);
	osim_run(stage->m);
	if (osim_bound(stage->m))
		osim_unbind(stage->m);
	osim_tap_remove(stage->m, &stage->tap);
	stage->event = NULL;
}

/* --- many interrupts in one call --- */

struct storm {
	struct osim_stage *stage;
	struct osim_regs call; /* as it was made */
	uint32_t left, turns;  /* interrupts to come; turns of the other program when it began */
	bool on;
};

static void interrupted(struct osim_regs *regs)
{
	*regs = (struct osim_regs){{OPTEE_SMC_RETURN_RPC_FOREIGN_INTR, 0, 0, STORM_THREAD}};
}

/* The secure world is interrupted before it has done anything, and again each time it is resumed.
 */
static void storm_tap(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	struct storm *storm = tap->arg;
	uint32_t id = (uint32_t)regs->a[0];

	if (storm->on && id == OPTEE_SMC_CALL_RETURN_FROM_RPC && regs->a[3] == STORM_THREAD) {
		if (--storm->left) {
			interrupted(regs);
			return;
		}
		osim_expect(storm->stage,
			    !storm->turns || storm->turns == TURNS ||
				    storm->stage->turn != storm->turns,
			    "rpc.resched",
			    "nothing else ran on the CPU while a call was interrupted 40 times");
		*regs = storm->call;
		storm->on = false;
	} else if (!storm->on && storm->stage->count &&
		   (id == OPTEE_SMC_CALL_WITH_ARG || id == OPTEE_SMC_CALL_WITH_RPC_ARG ||
		    id == OPTEE_SMC_CALL_WITH_REGD_ARG)) {
		storm->stage->count--;
		storm->call = *regs;
		storm->left = INTERRUPTS;
		storm->turns = storm->stage->turn;
		storm->on = true;
		interrupted(regs);
		return;
	}
	osim_tap_next(tap, m, regs);
}

static void turner(void *arg)
{
	struct osim_stage *stage = arg;

	for (stage->turn = 1; stage->turn < TURNS; stage->turn++)
		osim_yield(stage->m);
}

static void foreign_intr(struct osim_stage *stage)
{
	struct storm *storm = OSIM__KEEP(stage, struct storm, .stage = stage);

	if (!osim_stage_bind(stage))
		return;
	stage->tap = (struct osim_tap){.fn = storm_tap, .arg = storm};
	osim_tap_add(stage->m, &stage->tap);
	stage->count = 2;
	/* First, so that it is there when the other one is interrupted. */
	osim_stage_program(stage, "turner", turner);
	osim_stage_program(stage, "session", osim__program_session);
	osim_run(stage->m);
	osim_tap_remove(stage->m, &stage->tap);
}

static void one_cpu(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)secure;
	machine->cpus = 1;
}

const struct osim_scenario osim__scenario_wait_many = {
	.name = "wait-many",
	.what = "Five programs wait, each for a value of its own.",
	.configure = many_threads,
	.body = wait_many,
	.notif = true};
const struct osim_scenario osim__scenario_wait_second = {.name = "wait-second",
							 .what = "Two programs wait for one value.",
							 .configure = many_threads,
							 .body = wait_second,
							 .notif = true};
const struct osim_scenario osim__scenario_wait_once = {
	.name = "wait-once",
	.what = "A program waits for a value three times, and once in vain.",
	.body = wait_once,
	.notif = true};
const struct osim_scenario osim__scenario_clients_one_thread = {
	.name = "clients-one-thread",
	.what = "Four programs and one secure thread.",
	.configure = one_thread,
	.body = clients_one_thread};
const struct osim_scenario osim__scenario_cancel = {
	.name = "cancel",
	.what = "A program cancels another one's request.",
	.body = cancel,
	.notif = true};
const struct osim_scenario osim__scenario_open_early = {
	.name = "open-early",
	.what = "Programs open the device as soon as it is there.",
	.body = open_early};
const struct osim_scenario osim__scenario_foreign_cookies = {
	.name = "foreign-cookies",
	.what = "A previous kernel has left buffers in the shm cache.",
	.configure = osim__without_rpc_arg,
	.body = foreign_cookies,
	.whole = true};
const struct osim_scenario osim__scenario_unmapped = {
	.name = "rpc-unmapped",
	.what = "An RPC has its message in memory of a program.",
	.configure = osim__without_rpc_arg,
	.body = unmapped,
	.who = OSIM_WHO_HOSTILE};
const struct osim_scenario osim__scenario_null_cookie = {
	.name = "null-cookie",
	.what = "The shm cache holds a buffer that the driver never gave it: cookie 0.",
	.configure = osim__without_rpc_arg,
	.body = null_cookie,
	.who = OSIM_WHO_HOSTILE};
const struct osim_scenario osim__scenario_devices = {
	.name = "devices",
	.what = "The secure world lists three devices.",
	.configure = three_devices,
	.body = devices};
const struct osim_scenario osim__scenario_foreign_intr = {
	.name = "foreign-intr",
	.what = "Interrupts come again and again during two calls.",
	.configure = one_cpu,
	.body = foreign_intr};
const struct osim_scenario osim__scenario_all_suspended = {
	.name = "all-suspended",
	.what = "After a crash all secure threads are taken, and stay so.",
	.body = all_suspended,
	.whole = true};
