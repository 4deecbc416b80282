/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include <optee_sim/abi/abi.h>

#include "stim/scenarios.h"

/* What probe asks the secure world, and what it makes of the answers. */

#define REVISION_MAJOR 5u
#define REVISION_MINOR 37u
#define BUILD_ID       0xabcdef12u
#define POOL_PAGES     24u
#define PAGE_BYTES     4096u

/* --- answers after which there is nothing to drive --- */

struct answer {
	uint32_t call;
	unsigned int reg;
	uint64_t value;
	const char *wrong; /* what is said of a driver that comes up all the same */
};

static void answer_tap(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	struct osim_stage *stage = tap->arg;
	const struct answer *answer = stage->own;
	uint32_t id = (uint32_t)regs->a[0];

	if (!OPTEE_SMC_IS_FAST_CALL(id))
		stage->count++;
	osim_tap_next(tap, m, regs);
	if (answer && id == answer->call)
		regs->a[answer->reg] = answer->value;
}

static void refuse(struct osim_stage *stage, const struct answer *answers, size_t count)
{
	stage->tap = (struct osim_tap){.fn = answer_tap, .arg = stage};
	osim_tap_add(stage->m, &stage->tap);
	for (size_t i = 0; i < count; i++) {
		stage->own = &answers[i];
		stage->count = 0;
		if (osim_stage_try_bind(stage)) {
			osim_expect(stage, false, "probe.refused", answers[i].wrong);
			osim_unbind(stage->m);
		}
		osim_expect(stage, !stage->count, "probe.silent",
			    "yielding calls are made to what is not a usable OP-TEE");
	}
	stage->own = NULL;
	osim_stage_bind(stage);
}

static void not_optee(struct osim_stage *stage)
{
	static const struct answer answers[] = {
		{OPTEE_SMC_CALLS_UID, 0, OPTEE_MSG_UID_0 + 1,
		 "the driver comes up though the UID's first word is another"},
		{OPTEE_SMC_CALLS_UID, 1, OPTEE_MSG_UID_1 ^ 1,
		 "the driver comes up though the UID's second word is another"},
		{OPTEE_SMC_CALLS_UID, 2, OPTEE_MSG_UID_2 ^ 0x80000000u,
		 "the driver comes up though the UID's third word is another"},
		{OPTEE_SMC_CALLS_UID, 3, 0,
		 "the driver comes up though the UID's fourth word is another"},
		{OPTEE_SMC_CALLS_UID, 0, OPTEE_SMC_RETURN_UNKNOWN_FUNCTION,
		 "the driver comes up though nobody answers"},
		{OPTEE_SMC_CALLS_REVISION, 0, OPTEE_MSG_REVISION_MAJOR + 1,
		 "the driver comes up though the protocol is a newer one"},
		{OPTEE_SMC_CALLS_REVISION, 0, OPTEE_MSG_REVISION_MAJOR - 1,
		 "the driver comes up though the protocol is an older one"},
		{OPTEE_SMC_EXCHANGE_CAPABILITIES, 0, OPTEE_SMC_RETURN_ENOTAVAIL,
		 "the driver comes up though its capabilities are refused"},
		{OPTEE_SMC_EXCHANGE_CAPABILITIES, 1, OPTEE_SMC_SEC_CAP_ASYNC_NOTIF,
		 "the driver comes up though there is no shared memory of any kind"},
	};

	refuse(stage, answers, sizeof(answers) / sizeof(answers[0]));
}

static void reserved_only(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)machine;
	secure->set = OSIM_SECURE_SET_CAPS;
	secure->caps = OPTEE_SMC_SEC_CAP_HAVE_RESERVED_SHM;
}

static void no_reserved(struct osim_stage *stage)
{
	static const struct answer answers[] = {
		{OPTEE_SMC_GET_SHM_CONFIG, 0, OPTEE_SMC_RETURN_ENOTAVAIL,
		 "the driver comes up though its only shared memory is refused"},
		{OPTEE_SMC_GET_SHM_CONFIG, 3, 0,
		 "the driver comes up though its only shared memory is not cached"},
		{OPTEE_SMC_GET_SHM_CONFIG, 2, PAGE_BYTES - 1,
		 "the driver comes up with shared memory of less than a page"},
	};

	refuse(stage, answers, sizeof(answers) / sizeof(answers[0]));
}

static void bad_method(struct osim_stage *stage)
{
	static const char *const methods[] = {"", "svc", "hv"};

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		stage->platform.method = methods[i];
		if (osim_stage_try_bind(stage)) {
			osim_expect(stage, false, "probe.method",
				    "the driver comes up without a method that it knows");
			osim_unbind(stage->m);
		}
	}
	stage->platform.method = "hvc";
	if (!osim_stage_bind(stage))
		return;
	osim_stage_program(stage, "session", osim__program_session);
	osim_run(stage->m);
}

/* --- what is asked, and told --- */

static void one_cpu(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)secure;
	machine->cpus = 1;
}

static void exchange_tap(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	struct osim_stage *stage = tap->arg;

	if ((uint32_t)regs->a[0] == OPTEE_SMC_EXCHANGE_CAPABILITIES)
		osim_expect(stage, (uint32_t)regs->a[1] == stage->value, "probe.uniprocessor",
			    "the secure world is told a wrong number of CPUs");
	osim_tap_next(tap, m, regs);
}

static void tell_cpus(struct osim_stage *stage, uint32_t caps)
{
	stage->value = caps;
	stage->tap = (struct osim_tap){.fn = exchange_tap, .arg = stage};
	osim_tap_add(stage->m, &stage->tap);
	osim_stage_bind(stage);
}

static void tell_one_cpu(struct osim_stage *stage)
{
	tell_cpus(stage, OPTEE_SMC_NSEC_CAP_UNIPROCESSOR);
}

static void tell_cpus_many(struct osim_stage *stage)
{
	tell_cpus(stage, 0);
}

static void revised(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)machine;
	secure->os_revision_major = REVISION_MAJOR;
	secure->os_revision_minor = REVISION_MINOR;
	secure->os_build_id = BUILD_ID;
}

static void revised_unknown(struct osim_options *machine, struct osim_secure_options *secure)
{
	revised(machine, secure);
	secure->os_build_id = 0;
}

enum { SAYS_REVISION = 1, SAYS_BUILD = 2 };

static void revision_event(struct osim_stage *stage, const struct osim_event *e)
{
	char text[32];
	const char *at;

	if (e->kind != OSIM_EVENT_LOG)
		return;
	snprintf(text, sizeof(text), "revision %u.%u", REVISION_MAJOR, REVISION_MINOR);
	at = strstr(e->text, text);
	if (!at)
		return;
	stage->count |= SAYS_REVISION;
	if (strchr(at, '('))
		stage->count |= SAYS_BUILD;
	snprintf(text, sizeof(text), "%x", BUILD_ID);
	if (strchr(at, '(') && !strstr(at, text))
		osim_expect(stage, false, "probe.revision",
			    "the log has another build of OP-TEE than it is");
}

static void has_tee0(void *arg, const char *name)
{
	if (!strcmp(name, "tee0"))
		*(bool *)arg = true;
}

/* A driver without the client's device need not speak of it. */
static void tell_revision(struct osim_stage *stage, uint32_t says)
{
	bool found = false;

	stage->event = revision_event;
	if (!osim_stage_bind(stage))
		return;
	osim_device_each(stage->m, has_tee0, &found);
	osim_expect(stage, !found || stage->count == says, "probe.revision",
		    "the log does not say which OP-TEE was found");
}

static void revision(struct osim_stage *stage)
{
	tell_revision(stage, SAYS_REVISION | SAYS_BUILD);
}

static void revision_without_build(struct osim_stage *stage)
{
	tell_revision(stage, SAYS_REVISION);
}

/* --- a reserved pool that does not begin or end at a page --- */

static uint64_t odd_begin, odd_end;

static void odd_tap(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	struct osim_stage *stage = tap->arg;
	uint32_t id = (uint32_t)regs->a[0];
	uint64_t pa = regs->a[1] << 32 | (uint32_t)regs->a[2];

	if (id == OPTEE_SMC_CALL_WITH_ARG && stage->own)
		osim_expect(stage, pa >= odd_begin && pa < odd_end, "shm.reserved-range",
			    "a message is outside of the reserved shared memory");
	osim_tap_next(tap, m, regs);
	if (id != OPTEE_SMC_GET_SHM_CONFIG)
		return;
	regs->a[1] += 16;
	regs->a[2] = POOL_PAGES * PAGE_BYTES - 32;
	odd_begin = regs->a[1];
	odd_end = odd_begin + regs->a[2];
	stage->own = tap;
}

static void odd_event(struct osim_stage *stage, const struct osim_event *e)
{
	const struct osim_msg_param *p;

	if (e->kind != OSIM_EVENT_MESSAGE || !e->msg || (e->flags & OSIM_EVENT_F_END))
		return;
	p = OSIM_MSG_PARAMS(e->msg);
	for (uint32_t i = 0; i < e->msg->num_params && i < OSIM_EVENT_PARAMS; i++)
		if ((p[i].attr & OPTEE_MSG_ATTR_TYPE_MASK) >= OPTEE_MSG_ATTR_TYPE_TMEM_INPUT &&
		    p[i].u.tmem.buf_ptr &&
		    (p[i].u.tmem.buf_ptr < odd_begin ||
		     p[i].u.tmem.buf_ptr + p[i].u.tmem.size > odd_end))
			osim_expect(stage, false, "shm.reserved-range",
				    "a buffer is outside of the reserved shared memory");
}

/* All of it is taken, in small parts and used, and given back; and once again. */
static void odd_program(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_client_shm shm[POOL_PAGES];
	struct osim_client client;
	uint32_t session;
	unsigned int count, first = 0;

	if (!osim__program_begin(stage, osim__system_pta, &client, &session))
		return;
	for (unsigned int turn = 0; turn < 2; turn++) {
		for (count = 0; count < POOL_PAGES; count++) {
			if (osim_client_shm_alloc(&client, PAGE_BYTES, &shm[count]))
				break;
			memset(shm[count].va, 0x5a, shm[count].size_bytes);
			osim_expect(stage, osim__program_login(&client, session, &shm[count]),
				    "client.memref", "a buffer of the pool cannot be used");
		}
		osim_expect(stage, count < POOL_PAGES && count >= POOL_PAGES / 2,
			    "shm.reserved-size", "the pool is larger or smaller than it is");
		if (!turn)
			first = count;
		osim_expect(stage, count == first, "shm.reserved-size",
			    "the pool does not take back what it gave");
		while (count)
			osim_client_shm_free(&client, &shm[--count]);
	}
	osim__program_end(&client, session);
}

static void odd_pool(struct osim_stage *stage)
{
	stage->tap = (struct osim_tap){.fn = odd_tap, .arg = stage};
	stage->event = odd_event;
	osim_tap_add(stage->m, &stage->tap);
	if (!osim_stage_bind(stage))
		return;
	osim_stage_program(stage, "owner", odd_program);
	osim_run(stage->m);
}

const struct osim_scenario osim__scenario_not_optee = {
	.name = "probe-not-optee",
	.what = "What answers is no OP-TEE, or none that the driver can work with; then it is.",
	.body = not_optee,
	.whole = true};
const struct osim_scenario osim__scenario_no_reserved = {
	.name = "probe-reserved",
	.what = "Reserved shared memory is offered, and cannot be used; then it can.",
	.configure = reserved_only,
	.body = no_reserved,
	.whole = true};
const struct osim_scenario osim__scenario_bad_method = {
	.name = "probe-method",
	.what = "The device tree says how to call the secure world, or does not.",
	.body = bad_method,
	.whole = true};
const struct osim_scenario osim__scenario_tell_one_cpu = {.name = "probe-one-cpu",
							  .what = "The machine has one CPU.",
							  .configure = one_cpu,
							  .body = tell_one_cpu,
							  .whole = true};
const struct osim_scenario osim__scenario_tell_cpus_many = {.name = "probe-cpus",
							    .what = "The machine has two CPUs.",
							    .body = tell_cpus_many,
							    .whole = true};
const struct osim_scenario osim__scenario_revision = {.name = "probe-revision",
						      .what = "The log says which OP-TEE there is.",
						      .configure = revised,
						      .body = revision,
						      .whole = true};
const struct osim_scenario osim__scenario_revision_without_build = {
	.name = "probe-revision-only",
	.what = "The same where the secure world does not tell its build.",
	.configure = revised_unknown,
	.body = revision_without_build,
	.whole = true};
const struct osim_scenario osim__scenario_odd_pool = {
	.name = "reserved-odd",
	.what = "Reserved shared memory does not begin and end at a page, and all of it is used.",
	.configure = reserved_only,
	.body = odd_pool,
	.whole = true};
