/* SPDX-License-Identifier: BSD-2-Clause */
#include <linux/tee.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/pta.h>

#include "kernel/host.h"
#include "stim/scenarios.h"

/* Each combination of capabilities, with what a driver may then do and what it says of itself. */

#define BEYOND_MAX 256u /* above what stands for the maximum where none is told */

static const uint32_t caps_all[] = {
	OPTEE_SMC_SEC_CAP_DYNAMIC_SHM, OPTEE_SMC_SEC_CAP_HAVE_RESERVED_SHM,
	OPTEE_SMC_SEC_CAP_MEMREF_NULL, OPTEE_SMC_SEC_CAP_ASYNC_NOTIF,
	OPTEE_SMC_SEC_CAP_RPC_ARG,
};

enum { CAPS = sizeof(caps_all) / sizeof(caps_all[0]) };

static bool offers(const struct osim_stage *stage, uint32_t cap)
{
	return stage->value & cap;
}

/* The registers of what is not offered say nothing, but are not 0. */
static void less(const struct osim_stage *stage, struct osim_regs *regs)
{
	regs->a[1] &= stage->value;
	if (!offers(stage, OPTEE_SMC_SEC_CAP_ASYNC_NOTIF))
		regs->a[2] = 3;
	if (!offers(stage, OPTEE_SMC_SEC_CAP_RPC_ARG))
		regs->a[3] = 4;
}

static void caps_tap(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs)
{
	struct osim_stage *stage = tap->arg;
	uint32_t id = (uint32_t)regs->a[0];

	switch (id) {
	case OPTEE_SMC_ENABLE_SHM_CACHE:
		stage->count++;
		/* fallthrough */
	case OPTEE_SMC_CALL_WITH_ARG:
		osim_expect(stage,
			    !offers(stage, OPTEE_SMC_SEC_CAP_RPC_ARG) ||
				    osim__khost_driver_lacks_rpc_arg(stage->driver),
			    "caps.rpc-arg",
			    "arguments of RPCs are not passed though there is room for them");
		break;
	case OPTEE_SMC_CALL_WITH_RPC_ARG:
	case OPTEE_SMC_CALL_WITH_REGD_ARG:
		osim_expect(stage, offers(stage, OPTEE_SMC_SEC_CAP_RPC_ARG), "caps.rpc-arg",
			    "a call is made that the secure world does not offer");
		break;
	case OPTEE_SMC_ENABLE_ASYNC_NOTIF:
	case OPTEE_SMC_GET_ASYNC_NOTIF_VALUE:
		osim_expect(stage, offers(stage, OPTEE_SMC_SEC_CAP_ASYNC_NOTIF), "caps.notif",
			    "notifications are used that the secure world does not offer");
		break;
	case OPTEE_SMC_GET_SHM_CONFIG:
		osim_expect(stage, offers(stage, OPTEE_SMC_SEC_CAP_HAVE_RESERVED_SHM),
			    "caps.reserved",
			    "reserved shared memory is asked for that is not offered");
		break;
	default:
		break;
	}
	osim_tap_next(tap, m, regs);
	if (id == OPTEE_SMC_EXCHANGE_CAPABILITIES && !regs->a[0])
		less(stage, regs);
}

/* What a driver says in its log of what it found, an engineer believes. */
static void expect_true(struct osim_stage *stage, const char *text)
{
	osim_expect(stage,
		    !strstr(text, "dynamic shared memory is enabled") ||
			    offers(stage, OPTEE_SMC_SEC_CAP_DYNAMIC_SHM),
		    "caps.said", "the log has dynamic shared memory, which is not offered");
	osim_expect(stage,
		    !strstr(text, "synchronous notifications enabled") ||
			    offers(stage, OPTEE_SMC_SEC_CAP_ASYNC_NOTIF),
		    "caps.said", "the log has asynchronous notifications, which are not offered");
}

static void caps_event(struct osim_stage *stage, const struct osim_event *e)
{
	const struct osim_msg_param *p;

	if (e->kind == OSIM_EVENT_LOG)
		expect_true(stage, e->text);
	if (e->kind != OSIM_EVENT_MESSAGE || !e->msg || (e->flags & OSIM_EVENT_F_END) ||
	    e->msg->cmd == OPTEE_MSG_CMD_REGISTER_SHM)
		return;
	p = OSIM_MSG_PARAMS(e->msg);
	for (uint32_t i = 0; i < e->msg->num_params && i < OSIM_EVENT_PARAMS; i++)
		if ((p[i].attr & OPTEE_MSG_ATTR_TYPE_MASK) >= OPTEE_MSG_ATTR_TYPE_TMEM_INPUT &&
		    !(p[i].attr & OPTEE_MSG_ATTR_META) && p[i].u.tmem.buf_ptr)
			osim_expect(stage, offers(stage, OPTEE_SMC_SEC_CAP_HAVE_RESERVED_SHM),
				    "caps.reserved",
				    "reserved shared memory is used that is not offered");
}

/* A NULL buffer: the application sees that there is none. */
static bool takes_null(struct osim_client *client, uint32_t session)
{
	struct osim_param p[2] = {{.type = OSIM_PARAM_VALUE_OUT},
				  {.type = OSIM_PARAM_MEM_OUT, .size_bytes = 0}};
	struct osim_tee_result result;

	return !osim_client_invoke(client, session, OSIM_PTA_SYSTEM_LOGIN, 0, p, 2, &result) &&
	       result.ret == TEE_ERROR_SHORT_BUFFER && p[1].size_bytes == 16;
}

static bool registers(struct osim_stage *stage, struct osim_client *client, uint32_t session)
{
	static unsigned char own[3 * 4096];
	struct osim_client_shm shm;

	if (osim_client_shm_register(client, own + 100, sizeof(own) - 200, &shm))
		return false;
	osim_expect(stage, osim__program_login(client, session, &shm), "client.memref",
		    "memory that was registered cannot be used");
	osim_client_shm_free(client, &shm);
	return true;
}

static void says(struct osim_stage *stage, struct osim_client *client, uint32_t session,
		 uint32_t kind)
{
	struct tee_ioctl_version_data version = {.impl_id = 0};
	bool null;

	osim_expect(stage,
		    !osim_ioctl(stage->m, client->fd, (unsigned int)TEE_IOC_VERSION, &version) &&
			    version.impl_id == TEE_IMPL_ID_OPTEE &&
			    version.impl_caps == TEE_OPTEE_CAP_TZ,
		    "client.version", "the device does not say that it is an OP-TEE");
	osim_expect(stage, (version.gen_caps & (TEE_GEN_CAP_GP | TEE_GEN_CAP_PRIVILEGED)) == kind,
		    "client.version", "the device says that it is of another kind");
	osim_expect(stage,
		    !(version.gen_caps & TEE_GEN_CAP_REG_MEM) ||
			    offers(stage, OPTEE_SMC_SEC_CAP_DYNAMIC_SHM),
		    "client.version", "the device says that memory can be registered");
	if (!session)
		return;
	/* Where that is not offered it need not fail: this secure world takes it all the same. */
	osim_expect(
		stage,
		!(version.gen_caps & TEE_GEN_CAP_REG_MEM) == !registers(stage, client, session) ||
			!offers(stage, OPTEE_SMC_SEC_CAP_DYNAMIC_SHM),
		"client.version", "whether memory can be registered is not what the device says");
	null = takes_null(client, session);
	osim_expect(stage, !(version.gen_caps & TEE_GEN_CAP_MEMREF_NULL) == !null, "client.version",
		    "whether a NULL buffer is taken is not what the device says");
	osim_expect(stage, !null || offers(stage, OPTEE_SMC_SEC_CAP_MEMREF_NULL), "caps.null",
		    "a NULL buffer is passed on though that is not offered");
}

static void caps_program(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_client client, supplicant = {.m = stage->m, .fd = -1};
	struct osim_client_shm shm;
	uint32_t session;

	if (!osim__program_begin(stage, osim__system_pta, &client, &session))
		return;
	says(stage, &client, session, TEE_GEN_CAP_GP);
	if (!osim_client_shm_alloc(&client, 5000, &shm)) {
		osim_expect(stage, osim__program_login(&client, session, &shm), "client.memref",
			    "memory that the driver made cannot be used");
		osim_client_shm_free(&client, &shm);
	} else {
		osim_expect(stage, false, "client.shm-alloc",
			    "the driver has no memory for a program");
	}
	osim__program_end(&client, session);
	supplicant.fd = osim_open(stage->m, "teepriv0");
	if (supplicant.fd >= 0) {
		says(stage, &supplicant, 0, TEE_GEN_CAP_GP | TEE_GEN_CAP_PRIVILEGED);
		osim_client_close(&supplicant);
	}
}

/* Has a message in flight while the others use theirs. */
static void caps_beside(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_client client;
	uint32_t session;

	if (!osim__program_begin(stage, osim__system_pta, &client, &session))
		return;
	osim_expect(stage, !osim__program_ask(&client, session, OSIM_PTA_SYSTEM_SLEEP, 8, 0),
		    "client.invoke", "a command does not succeed beside others");
	osim__program_end(&client, session);
}

/* Where no maximum is told, 255 stands for it. */
static void caps_values(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_client client;
	uint32_t session;

	if (!osim__program_begin(stage, osim__rpc_pta, &client, &session))
		return;
	osim_expect(stage,
		    !osim__program_ask(&client, session, OSIM_PTA_RPC_SEND, BEYOND_MAX - 1, 0) &&
			    !osim__program_ask(&client, session, OSIM_PTA_RPC_WAIT, BEYOND_MAX - 1,
					       100),
		    "caps.notif", "value 255 is refused where no maximum is told");
	osim_expect(stage,
		    osim__program_ask(&client, session, OSIM_PTA_RPC_SEND, BEYOND_MAX, 0) != 0,
		    "caps.notif", "value 256 is taken where no maximum is told");
	osim__program_end(&client, session);
}

static void caps_one(struct osim_stage *stage)
{
	stage->tasks = stage->count = 0;
	if (!offers(stage, OPTEE_SMC_SEC_CAP_DYNAMIC_SHM | OPTEE_SMC_SEC_CAP_HAVE_RESERVED_SHM)) {
		if (osim_stage_try_bind(stage))
			osim_expect(stage, false, "probe.refused",
				    "the driver comes up without shared memory of any kind");
	} else if (osim_stage_bind(stage)) {
		osim_expect(
			stage, stage->count || offers(stage, OPTEE_SMC_SEC_CAP_RPC_ARG),
			"caps.shm-cache",
			"the secure world is not told that it may keep memory of RPCs, and cannot "
			"do without");
		osim_stage_program(stage, "beside", caps_beside);
		osim_stage_program(stage, "program", caps_program);
		osim_run(stage->m);
		/* A driver from before there was a maximum keeps whatever value it is sent. */
		if (!offers(stage, OPTEE_SMC_SEC_CAP_ASYNC_NOTIF) &&
		    !osim__khost_driver_lacks_notif(stage->driver))
			osim_stage_program(stage, "values", caps_values);
		osim_run(stage->m);
	}
	if (osim_bound(stage->m))
		osim_unbind(stage->m);
}

static void caps(struct osim_stage *stage)
{
	stage->tap = (struct osim_tap){.fn = caps_tap, .arg = stage};
	stage->event = caps_event;
	osim_tap_add(stage->m, &stage->tap);
	for (uint32_t set = 0; set < 1u << CAPS; set++) {
		stage->value = 0;
		for (unsigned int i = 0; i < CAPS; i++)
			stage->value |= set >> i & 1 ? caps_all[i] : 0;
		caps_one(stage);
	}
}

const struct osim_scenario osim__scenario_caps = {
	.name = "caps",
	.what = "A program uses the driver under each combination of capabilities.",
	.body = caps,
	.whole = true};
