/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/pta.h>

#include "kernel/tenant.h"
#include "stim/scenarios.h"

/*
 * Who gets a thread of the secure world when there are fewer than callers. There are no
 * notifications here, whose bottom half would be a caller too.
 */

#define MS	   1000000u
#define CALLERS	   4u
#define VALUE	   40u
#define BUSY_MS	   20u
#define PAGE	   4096u
#define FUNC_ORDER 1u
#define FUNC_SLEEP 2u
#define FUNC_MARK  3u

static const uint8_t order_uuid[16] = {0x0d, 0x40, 4};

/* --- the application: notes who came, and how many are inside --- */

static uint32_t mark_all(struct osim_pta_call *call, const struct osim_pta_param *p)
{
	uint64_t mark;

	for (uint64_t at = 0; at + sizeof(mark) <= p->size_bytes; at += PAGE) {
		if (osim_pta_read(call, 0, at, &mark, sizeof(mark)) || mark != at + 1)
			return TEE_ERROR_CORRUPT_OBJECT;
		mark = ~mark;
		if (osim_pta_write(call, 0, at, &mark, sizeof(mark)))
			return TEE_ERROR_ACCESS_CONFLICT;
	}
	return TEE_SUCCESS;
}

static uint32_t invoke(void *arg, struct osim_pta_call *call, void *session, uint32_t func,
		       struct osim_pta_param p[4])
{
	struct osim_stage *stage = arg;
	uint32_t res;

	(void)session;
	if (func == FUNC_MARK)
		return p[0].type == OSIM_PTA_MEMREF_INOUT ? mark_all(call, &p[0])
							  : TEE_ERROR_BAD_PARAMETERS;
	if (func == FUNC_ORDER) {
		stage->value = stage->value * 10 + p[0].a;
		return TEE_SUCCESS;
	}
	stage->count++;
	res = osim_pta_sleep_ms(call, p[0].a);
	stage->count--;
	return res;
}

static bool prepare(struct osim_stage *stage)
{
	const struct osim_pta pta = {.size = sizeof(pta),
				     .uuid = {0x0d, 0x40, 4},
				     .name = "order",
				     .flags = OSIM_PTA_CONCURRENT,
				     .invoke = invoke,
				     .arg = stage};

	return !osim_pta_register(stage->m, &pta) && osim_stage_bind(stage);
}

/* --- first come, first served --- */

static void without_notif(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)machine;
	secure->set = OSIM_SECURE_SET_CAPS;
	secure->caps = OPTEE_SMC_SEC_CAP_DYNAMIC_SHM | OPTEE_SMC_SEC_CAP_RPC_ARG |
		       OPTEE_SMC_SEC_CAP_MEMREF_NULL;
}

static void one_thread(struct osim_options *machine, struct osim_secure_options *secure)
{
	without_notif(machine, secure);
	secure->thread_count = 1;
}

static void one_thread_hidden(struct osim_options *machine, struct osim_secure_options *secure)
{
	without_notif(machine, secure);
	secure->set |= OSIM_SECURE_SET_THREADS;
}

/* The first one keeps the only thread; the others come while it does, a millisecond apart. */
static void caller(void *arg)
{
	struct osim_stage *stage = arg;
	uint32_t number = stage->turn++, session;
	struct osim_client client;

	if (!osim__program_begin(stage, order_uuid, &client, &session))
		return;
	osim_sleep_ns(stage->m, (BUSY_MS + number) * (uint64_t)MS);
	osim_expect(stage,
		    !osim__program_ask(&client, session, number ? FUNC_ORDER : FUNC_SLEEP,
				       number ? number : BUSY_MS, 0),
		    "client.invoke", "a command that waited for a secure thread does not succeed");
	osim_sleep_ns(stage->m, 2 * BUSY_MS * (uint64_t)MS);
	osim__program_end(&client, session);
}

static void queue(struct osim_stage *stage)
{
	if (!prepare(stage))
		return;
	for (unsigned int i = 0; i < CALLERS; i++)
		osim_stage_program(stage, "caller", caller);
	osim_run(stage->m);
	osim_expect(stage, stage->reordered || stage->value == 123, "queue.order",
		    "who waits longest for a secure thread is not served first");
}

/* --- two threads, four callers: both threads are used as long as somebody wants them --- */

static void two_threads(struct osim_options *machine, struct osim_secure_options *secure)
{
	without_notif(machine, secure);
	secure->thread_count = 2;
}

static void pair_caller(void *arg)
{
	struct osim_stage *stage = arg;
	uint32_t number = stage->turn++, session;
	struct osim_client client;

	if (!osim__program_begin(stage, order_uuid, &client, &session))
		return;
	osim_sleep_ns(stage->m, (BUSY_MS + number / 2) * (uint64_t)MS);
	osim_expect(stage, !osim__program_ask(&client, session, FUNC_SLEEP, BUSY_MS, 0),
		    "client.invoke", "a command that waited for a secure thread does not succeed");
	osim_sleep_ns(stage->m, 4 * BUSY_MS * (uint64_t)MS);
	osim__program_end(&client, session);
}

/* As a secure world from before GET_THREAD_COUNT. */
static void hide_tap(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	if ((uint32_t)regs->a[0] == OPTEE_SMC_GET_THREAD_COUNT)
		regs->a[0] = OPTEE_SMC_RETURN_UNKNOWN_FUNCTION;
	else
		osim_tap_next(tap, m, regs);
}

static void pairs(struct osim_stage *stage)
{
	if (!prepare(stage))
		return;
	for (unsigned int i = 0; i < CALLERS; i++)
		osim_stage_program(stage, "caller", pair_caller);
	osim_run_for(stage->m, (2 * BUSY_MS + BUSY_MS / 2) * (uint64_t)MS);
	osim_expect(stage, stage->count == 2, "queue.threads",
		    "a secure thread is free, and who waits for one is not told");
	osim_run(stage->m);
}

static void pairs_hidden(struct osim_stage *stage)
{
	stage->tap = (struct osim_tap){.fn = hide_tap};
	osim_tap_add(stage->m, &stage->tap);
	pairs(stage);
}

/* One keeps a thread for a while; one keeps the other until a third one, who waits, has sent a
 * value. */
static void helped(void *arg)
{
	struct osim_stage *stage = arg;
	uint32_t number = stage->turn++, session;
	struct osim_client client;

	if (!osim__program_begin(stage, number ? osim__rpc_pta : order_uuid, &client, &session))
		return;
	osim_sleep_ns(stage->m, (BUSY_MS + number) * (uint64_t)MS);
	if (number == 0)
		osim__program_ask(&client, session, FUNC_SLEEP, BUSY_MS, 0);
	else if (number == 1)
		osim__program_ask(&client, session, OSIM_PTA_RPC_WAIT, VALUE, 300);
	else
		osim__program_ask(&client, session, OSIM_PTA_RPC_SEND, VALUE, 0);
	stage->count++;
	osim_sleep_ns(stage->m, 1000 * (uint64_t)MS);
	osim__program_end(&client, session);
}

static void helping(struct osim_stage *stage)
{
	if (!prepare(stage))
		return;
	for (unsigned int i = 0; i < 3; i++)
		osim_stage_program(stage, "helped", helped);
	osim_run_for(stage->m, 200 * (uint64_t)MS);
	osim_expect(
		stage, stage->count == 3, "queue.helped",
		"a program waits for a secure thread that is free, and another one for that program");
	osim_run(stage->m);
}

/* --- a thread is kept for system sessions --- */

struct system {
	struct osim_stage *stage;
	struct osim__tenant tenant;
	uint32_t session;
	bool there; /* tenant and session are open */
};

static void three_threads(struct osim_options *machine, struct osim_secure_options *secure)
{
	without_notif(machine, secure);
	secure->thread_count = 3;
}

static void system_begin(void *arg)
{
	struct system *s = arg;
	uint32_t ret;

	if (osim__tenant_open(&s->tenant, s->stage->driver))
		return;
	s->there = !osim__tenant_open_session(&s->tenant, order_uuid, &s->session, &ret) && !ret;
	osim_expect(s->stage, s->there, "client.open-session",
		    "a client in the kernel gets no session");
	if (!s->there)
		osim__tenant_close(&s->tenant);
}

/* What the tree does not know is no fault of it. */
static bool system_declare(const struct system *s, bool may)
{
	struct osim__tenant tenant = s->tenant;
	int rc = osim__tenant_system(&tenant, s->session);

	if (rc == -EOPNOTSUPP)
		return false;
	osim_expect(s->stage, !rc == may, "queue.system",
		    may ? "a session cannot be made a system session"
			: "a session is made a system session where there is but one thread");
	if (may)
		osim_expect(s->stage, !osim__tenant_system(&tenant, s->session), "queue.system",
			    "a system session cannot be told twice to be one");
	osim_expect(s->stage, osim__tenant_system(&tenant, s->session + 77) < 0, "queue.system",
		    "a session that does not exist becomes a system session");
	return true;
}

static void system_call(const struct system *s, uint32_t func, uint64_t a)
{
	struct osim__tenant tenant = s->tenant;
	uint32_t ret = TEE_ERROR_GENERIC;

	osim_expect(s->stage,
		    !osim__tenant_invoke(&tenant, s->session, func, a, 0, NULL, &ret) && !ret,
		    "client.invoke", "a command of a client in the kernel does not succeed");
}

static void system_end(struct system *s)
{
	if (s->there) {
		osim_expect(s->stage, !osim__tenant_close_session(&s->tenant, s->session),
			    "session.close", "a system session cannot be closed");
		osim__tenant_close(&s->tenant);
	}
	s->there = false;
}

/* A program that keeps a thread for a while, and comes back for it. */
static void busy(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_client client;
	uint32_t session;

	if (!osim__program_begin(stage, order_uuid, &client, &session))
		return;
	osim_sleep_ns(stage->m, 5 * (uint64_t)MS);
	osim_expect(stage, !osim__program_ask(&client, session, FUNC_SLEEP, BUSY_MS, 0),
		    "client.invoke", "a command that waited for a secure thread does not succeed");
	osim_sleep_ns(stage->m, 3 * BUSY_MS * (uint64_t)MS);
	osim__program_end(&client, session);
}

static void keeper(void *arg)
{
	struct osim_stage *stage = arg;
	struct system s = {.stage = stage};
	uint64_t before;

	system_begin(&s);
	if (!s.there)
		return;
	if (system_declare(&s, true)) {
		osim_sleep_ns(stage->m, 10 * (uint64_t)MS);
		osim_expect(stage, stage->count == 2, "queue.reserved",
			    "programs have all threads, or too few, while one is kept");
		before = osim_now_ns(stage->m);
		system_call(&s, FUNC_ORDER, 1);
		osim_expect(stage, osim_now_ns(stage->m) - before < 2 * MS, "queue.system",
			    "a system session waits for a thread though one is kept for it");
		/* The end of each call may wake a program that waits: of those in the queue one
		 * more. */
		for (unsigned int i = 0; i < 3; i++)
			system_call(&s, FUNC_ORDER, 1);
		osim_sleep_ns(stage->m, MS);
		osim_expect(stage, stage->count == 2, "queue.reserved",
			    "a program gets the thread that is kept, after it was used");
	}
	system_end(&s);
	osim_sleep_ns(stage->m, MS);
	osim_expect(stage, stage->count != 2, "queue.reserved",
		    "a program waits for a thread that is not kept any more");
}

static void all_busy(struct osim_stage *stage)
{
	stage->tasks = 0;
	for (unsigned int i = 0; i < 3; i++)
		osim_stage_program(stage, "busy", busy);
	osim_run_for(stage->m, 15 * (uint64_t)MS);
	osim_expect(stage, stage->count == 3, "queue.reserved",
		    "programs do not get all threads though none has to be kept");
	osim_run(stage->m);
}

static void reserve(struct osim_stage *stage)
{
	if (!prepare(stage))
		return;
	all_busy(stage);
	stage->tasks = 0;
	if (osim__tenant_there(stage->driver))
		osim_stage_program(stage, "keeper", keeper);
	for (unsigned int i = 0; i < 3; i++)
		osim_stage_program(stage, "busy", busy);
	osim_run(stage->m);
	for (unsigned int i = 0; i < stage->tasks; i++)
		osim_expect(stage, osim_task_done(stage->task[i]), "client.starved",
			    "a program waits for a secure thread that is free");
	/* And none is kept once there is no system session any more. */
	all_busy(stage);
}

/* Two system sessions and a program want one thread: the program that waits longer is not first. */
static void prior_system(void *arg)
{
	struct osim_stage *stage = arg;
	uint32_t number = stage->turn++;
	struct system s = {.stage = stage};

	system_begin(&s);
	if (!s.there)
		return;
	if (system_declare(&s, true)) {
		osim_sleep_ns(stage->m, (BUSY_MS + 3 * number) * (uint64_t)MS);
		/* Number 0 and 1 keep both threads; number 2 waits. */
		system_call(&s, number < 2 ? FUNC_SLEEP : FUNC_ORDER, number < 2 ? BUSY_MS : 1);
		osim_sleep_ns(stage->m, 2 * BUSY_MS * (uint64_t)MS);
	}
	system_end(&s);
}

static void prior_program(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_client client;
	uint32_t session;

	if (!osim__program_begin(stage, order_uuid, &client, &session))
		return;
	osim_sleep_ns(stage->m, (BUSY_MS + 5) * (uint64_t)MS);
	osim__program_ask(&client, session, FUNC_ORDER, 2, 0);
	osim_sleep_ns(stage->m, 2 * BUSY_MS * (uint64_t)MS);
	osim__program_end(&client, session);
}

static void prior(struct osim_stage *stage)
{
	if (!prepare(stage) || !osim__tenant_there(stage->driver))
		return;
	for (unsigned int i = 0; i < 3; i++)
		osim_stage_program(stage, "system", prior_system);
	osim_stage_program(stage, "program", prior_program);
	osim_run(stage->m);
	/* In another order two threads are free at once, and who was woken first need not be first.
	 */
	osim_expect(stage, stage->reordered || stage->value == 12 || stage->value == 2,
		    "queue.system",
		    "a program gets a thread before a system session that waits, or never");
}

static void no_system_program(void *arg)
{
	struct osim_stage *stage = arg;
	struct system s = {.stage = stage};

	system_begin(&s);
	if (!s.there)
		return;
	system_declare(&s, false);
	system_call(&s, FUNC_ORDER, 1);
	system_end(&s);
}

static void no_system(struct osim_stage *stage)
{
	if (!prepare(stage) || !osim__tenant_there(stage->driver))
		return;
	osim_stage_program(stage, "system", no_system_program);
	osim_run(stage->m);
}

/* --- memory of a client in the kernel --- */

static void use(struct osim_stage *stage, struct osim__tenant *t, uint32_t session,
		const struct osim__tenant_shm *shm)
{
	uint32_t ret = TEE_ERROR_GENERIC;
	uint64_t mark;
	bool same = true;

	for (size_t at = 0; at + sizeof(mark) <= shm->size_bytes; at += PAGE)
		memcpy((char *)shm->va + at, &(uint64_t){at + 1}, sizeof(mark));
	osim_expect(stage, !osim__tenant_invoke(t, session, FUNC_MARK, 0, 0, shm, &ret) && !ret,
		    "shm.kernel", "the secure world does not see the kernel's memory");
	for (size_t at = 0; at + sizeof(mark) <= shm->size_bytes; at += PAGE)
		same = same && !memcmp((char *)shm->va + at, &(uint64_t){~(at + 1)}, sizeof(mark));
	osim_expect(stage, ret || same, "shm.kernel",
		    "the kernel does not see what the secure world wrote into its memory");
}

/*
 * The kernel's functions for clients do not look at parameters. The driver looks at their kinds,
 * and at offsets where it makes addresses of them: in reserved memory.
 */
static void use_wrongly(struct osim_stage *stage, struct osim__tenant *t, uint32_t session,
			const struct osim__tenant_shm *shm)
{
	uint64_t calls = osim_stats(stage->m)->calls;
	uint32_t ret = 0;

	osim_expect(stage,
		    osim__tenant_invoke_wrong(t, session, 0x55, shm, 0, &ret) < 0 &&
			    osim_stats(stage->m)->calls == calls,
		    "params.type", "a parameter of a kind that does not exist is passed on");
	ret = 0;
	if (!stage->value)
		return;
	osim_expect(stage, osim__tenant_invoke_wrong(t, session, 0, shm, 64 * PAGE, &ret) || ret,
		    "params.beyond", "memory beyond the end of a buffer is passed on");
}

static void kernel_program(void *arg)
{
	static const size_t sizes[] = {8, PAGE, PAGE + 8, 5 * PAGE};
	struct osim_stage *stage = arg;
	struct system s = {.stage = stage};
	struct osim__tenant_shm shm, own;

	system_begin(&s);
	if (!s.there)
		return;
	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (!osim__tenant_alloc(&s.tenant, sizes[i], &shm)) {
			use(stage, &s.tenant, s.session, &shm);
			use_wrongly(stage, &s.tenant, s.session, &shm);
			/* Pages of the kernel, registered once more. */
			if (!osim__tenant_register(&s.tenant, (char *)shm.va, sizes[i], &own)) {
				use(stage, &s.tenant, s.session, &own);
				osim__tenant_free(&s.tenant, &own);
			}
			osim__tenant_free(&s.tenant, &shm);
		}
	osim__tenant_cancel(&s.tenant, s.session);
	system_end(&s);
}

static void kernel_memory(struct osim_stage *stage)
{
	if (!prepare(stage) || !osim__tenant_there(stage->driver))
		return;
	osim_stage_program(stage, "kernel", kernel_program);
	osim_run(stage->m);
}

static void kernel_memory_reserved(struct osim_stage *stage)
{
	stage->value = 1;
	kernel_memory(stage);
}

static void reserved(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)machine;
	secure->set = OSIM_SECURE_SET_CAPS;
	secure->caps = OPTEE_SMC_SEC_CAP_HAVE_RESERVED_SHM | OPTEE_SMC_SEC_CAP_RPC_ARG;
}

const struct osim_scenario osim__scenario_queue = {
	.name = "queue",
	.what = "Three programs wait for the only secure thread.",
	.configure = one_thread,
	.body = queue};
const struct osim_scenario osim__scenario_queue_hidden = {
	.name = "queue-hidden",
	.what = "The same where the secure world does not say how many threads it has.",
	.configure = one_thread_hidden,
	.body = queue};
const struct osim_scenario osim__scenario_pairs = {.name = "queue-two",
						   .what = "Four programs want two secure threads.",
						   .configure = two_threads,
						   .body = pairs};
const struct osim_scenario osim__scenario_helping = {
	.name = "queue-helped",
	.what = "Of two calls one ends, and the other waits for a third, which waits for a thread.",
	.configure = two_threads,
	.body = helping};
const struct osim_scenario osim__scenario_pairs_hidden = {
	.name = "queue-two-hidden",
	.what = "The same where the secure world does not say how many threads it has.",
	.configure = two_threads,
	.body = pairs_hidden};
const struct osim_scenario osim__scenario_reserve = {
	.name = "system-session",
	.what = "A client in the kernel has a system session, and programs are as many as threads.",
	.configure = three_threads,
	.body = reserve};
const struct osim_scenario osim__scenario_prior = {
	.name = "system-first",
	.what = "Three system sessions and a program want two threads.",
	.configure = two_threads,
	.body = prior};
const struct osim_scenario osim__scenario_no_system = {
	.name = "system-none",
	.what = "A client in the kernel wants a system session where there is one thread.",
	.configure = one_thread,
	.body = no_system};
const struct osim_scenario osim__scenario_kernel_memory = {
	.name = "kernel-memory",
	.what = "A client in the kernel shares memory of its own, and of the driver's.",
	.body = kernel_memory};
const struct osim_scenario osim__scenario_kernel_memory_reserved = {
	.name = "kernel-memory-reserved",
	.what = "The same in reserved shared memory.",
	.configure = reserved,
	.body = kernel_memory_reserved};
