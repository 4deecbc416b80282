/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <linux/tee.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/pta.h>

#include "kernel/host.h"
#include "machine/machine.h"
#include "stim/scenarios.h"

#define WAIT_MS	   100u
#define UUID_BYTES 16u

const uint8_t osim__rpc_pta[16] = OSIM_PTA_RPC_UUID;
const uint8_t osim__system_pta[16] = OSIM_PTA_SYSTEM_UUID;

void osim__without_rpc_arg(struct osim_options *machine, struct osim_secure_options *secure)
{
	(void)machine;
	secure->set = OSIM_SECURE_SET_CAPS;
	secure->caps = OPTEE_SMC_SEC_CAP_DYNAMIC_SHM | OPTEE_SMC_SEC_CAP_ASYNC_NOTIF |
		       OPTEE_SMC_SEC_CAP_MEMREF_NULL;
}

struct reading {
	struct osim_machine *m;
	const char *device, *attr;
	char *text;
	size_t bytes;
	long rc;
};

static void read_attr(void *arg)
{
	struct reading *r = arg;

	r->rc = osim__khost_attr_read(r->m->kernel, r->device, r->attr, r->text, r->bytes);
}

long osim__program_attr(struct osim_stage *stage, const char *device, const char *attr, char *text,
			size_t bytes)
{
	struct reading r = {stage->m, device, attr, text, bytes, -EIO};

	if (!osim_spawn(stage->m, "reader", read_attr, &r, -1, NULL))
		osim_run(stage->m);
	return r.rc;
}

/* Opens the device and a session; false: either failed. */
bool osim__program_begin(struct osim_stage *stage, const uint8_t uuid[16],
			 struct osim_client *client, uint32_t *session)
{
	struct osim_tee_result result;
	int rc;

	if (stage->part) {
		osim_stage_lacks(stage, "device for programs");
		return false;
	}
	rc = osim_client_open(stage->m, client);
	osim_expect(stage, !rc, "client.open", "the device of a bound driver cannot be opened");
	if (rc)
		return false;
	if (!osim_client_open_session(client, uuid, TEE_IOCTL_LOGIN_PUBLIC, NULL, 0, session,
				      &result) &&
	    !result.ret)
		return true;
	osim_expect(stage, false, "client.open-session",
		    "a session with a pseudo TA that is there is refused");
	osim_client_close(client);
	return false;
}

void osim__program_end(struct osim_client *client, uint32_t session)
{
	osim_client_close_session(client, session);
	osim_client_close(client);
}

uint32_t osim__program_ask(struct osim_client *client, uint32_t session, uint32_t func, uint64_t a,
			   uint64_t b)
{
	struct osim_param p = {.type = OSIM_PARAM_VALUE_IN, .a = a, .b = b};
	struct osim_tee_result result;

	if (osim_client_invoke(client, session, func, 0, &p, 1, &result))
		return TEE_ERROR_GENERIC;
	return result.ret;
}

bool osim__program_login(struct osim_client *client, uint32_t session,
			 const struct osim_client_shm *shm)
{
	const uint64_t at[2] = {0, shm->size_bytes - UUID_BYTES};
	unsigned char *va = shm->va;

	for (unsigned int i = 0; i < 2; i++) {
		struct osim_param p[2] = {{.type = OSIM_PARAM_VALUE_OUT},
					  {.type = OSIM_PARAM_MEM_OUT,
					   .shm = shm,
					   .offset_bytes = at[i],
					   .size_bytes = UUID_BYTES}};
		struct osim_tee_result result;

		va[at[i]] = va[at[i] + UUID_BYTES - 1] = 0xa5;
		if (osim_client_invoke(client, session, OSIM_PTA_SYSTEM_LOGIN, 0, p, 2, &result) ||
		    result.ret || p[1].size_bytes != UUID_BYTES || va[at[i]] == 0xa5 ||
		    va[at[i] + UUID_BYTES - 1] == 0xa5)
			return false;
	}
	return true;
}

void osim__program_version(void *arg)
{
	struct osim_stage *stage = arg;
	struct tee_ioctl_version_data version;
	struct osim_client client;

	if (osim_client_open(stage->m, &client))
		return;
	osim_ioctl(stage->m, client.fd, (unsigned int)TEE_IOC_VERSION, &version);
	osim_client_close(&client);
}

void osim__program_session(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_client client;
	uint32_t session;

	if (!osim__program_begin(stage, osim__system_pta, &client, &session))
		return;
	osim_expect(stage, !osim__program_ask(&client, session, OSIM_PTA_SYSTEM_SLEEP, 8, 0),
		    "client.invoke", "a command that sleeps 8 ms does not succeed");
	osim__program_ask(&client, session, OSIM_PTA_SYSTEM_POST, 3, 0);
	osim__program_ask(&client, session, OSIM_PTA_SYSTEM_POST, 0, 0);
	osim_expect(stage, osim__program_ask(&client, session, 0xffff, 0, 0) != 0, "client.result",
		    "a command that does not exist succeeds");
	osim__program_end(&client, session);
}

static void use_shm(struct osim_stage *stage, struct osim_client *client, uint32_t session,
		    struct osim_client_shm *shm)
{
	struct osim_param p[2] = {{.type = OSIM_PARAM_VALUE_OUT},
				  {.type = OSIM_PARAM_MEM_OUT, .shm = shm, .size_bytes = 8}};
	struct osim_tee_result result;
	int rc;

	rc = osim_client_invoke(client, session, OSIM_PTA_SYSTEM_LOGIN, 0, p, 2, &result);
	osim_expect(stage,
		    !rc && result.ret == TEE_ERROR_SHORT_BUFFER && p[1].size_bytes == UUID_BYTES,
		    "client.short-buffer",
		    "the size that the secure world asks for does not reach the program");
	p[1].size_bytes = shm->size_bytes;
	rc = osim_client_invoke(client, session, OSIM_PTA_SYSTEM_LOGIN, 0, p, 2, &result);
	osim_expect(stage, !rc && !result.ret && p[1].size_bytes == UUID_BYTES, "client.memref",
		    "an output buffer does not come back with the size that was used");
	p[1].offset_bytes = 64;
	p[1].size_bytes = UUID_BYTES;
	memset((char *)shm->va + 64, 0xa5, UUID_BYTES + 1);
	rc = osim_client_invoke(client, session, OSIM_PTA_SYSTEM_LOGIN, 0, p, 2, &result);
	osim_expect(stage,
		    !rc && !result.ret && ((unsigned char *)shm->va)[64 + UUID_BYTES] == 0xa5 &&
			    memcmp((char *)shm->va + 64, (char *)shm->va, UUID_BYTES) == 0,
		    "client.memref-offset", "an output buffer is not written where it begins");
	p[1].offset_bytes = UINT64_MAX - 8;
	osim_client_invoke(client, session, OSIM_PTA_SYSTEM_LOGIN, 0, p, 2, &result);
}

void osim__program_shm(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_client_shm shm;
	struct osim_client client;
	uint32_t session;
	void *own = malloc(3 * 4096 + 100);

	if (own && osim__program_begin(stage, osim__system_pta, &client, &session)) {
		memset(own, 0, 3 * 4096 + 100);
		if (!osim_client_shm_alloc(&client, 5000, &shm)) {
			use_shm(stage, &client, session, &shm);
			osim_client_shm_free(&client, &shm);
		}
		if (!osim_client_shm_register(&client, own, 3 * 4096 + 100, &shm)) {
			use_shm(stage, &client, session, &shm);
			osim_client_shm_free(&client, &shm);
		}
		if (!osim_client_shm_register(&client, own, SIZE_MAX - 4096, &shm))
			osim_client_shm_free(&client, &shm);
		if (!osim_client_shm_alloc(&client, 0, &shm))
			osim_client_shm_free(&client, &shm);
		osim__program_end(&client, session);
	}
	free(own);
}

/* One RPC with a value parameter of the given attribute, whatever the command. */
static void rpc(struct osim_client *client, uint32_t session, uint32_t cmd, uint32_t type,
		uint64_t a, uint64_t b)
{
	struct osim_param p[2] = {{.type = OSIM_PARAM_VALUE_IN, .a = cmd, .b = 1},
				  {.type = (enum osim_param_type)type, .a = a, .b = b}};
	struct osim_tee_result result;

	osim_client_invoke(client, session, OSIM_PTA_RPC_DO, 0, p, 2, &result);
}

void osim__program_rpcs(void *arg)
{
	static const uint32_t sizes[] = {0, 1, 4095, 4096, 4097, 65536, 0x7fffffff, 0xffffffff};
	struct osim_stage *stage = arg;
	struct osim_client client;
	uint32_t session;

	if (!osim__program_begin(stage, osim__rpc_pta, &client, &session))
		return;
	stage->peer_wrong = true;
	for (uint32_t type = OSIM_PARAM_VALUE_IN; type <= OSIM_PARAM_VALUE_INOUT; type++) {
		rpc(&client, session, OPTEE_RPC_CMD_GET_TIME, type, 0, 0);
		rpc(&client, session, OPTEE_RPC_CMD_SUSPEND, type, 4, 0);
		rpc(&client, session, OPTEE_RPC_CMD_NOTIFICATION, type, OPTEE_RPC_NOTIFICATION_SEND,
		    5);
		rpc(&client, session, OPTEE_RPC_CMD_NOTIFICATION, type, 2, 5);
	}
	osim__program_ask(&client, session, OSIM_PTA_RPC_WAIT, 5, WAIT_MS);
	rpc(&client, session, OPTEE_RPC_CMD_SHM_FREE, OSIM_PARAM_VALUE_IN, 7, 0);
	rpc(&client, session, OPTEE_RPC_CMD_SHM_ALLOC, OSIM_PARAM_VALUE_IN, 7, 4096);
	rpc(&client, session, OPTEE_RPC_CMD_I2C_TRANSFER, OSIM_PARAM_VALUE_IN, 0, 0);
	rpc(&client, session, 0xfffe, OSIM_PARAM_VALUE_IN, 0, 0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		osim__program_ask(&client, session, OSIM_PTA_RPC_SHM, OPTEE_RPC_SHM_TYPE_KERNEL,
				  sizes[i]);
	osim__program_end(&client, session);
}

void osim__program_wait(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_client client;
	uint32_t session;

	if (!osim__program_begin(stage, osim__rpc_pta, &client, &session))
		return;
	osim__program_ask(&client, session, OSIM_PTA_RPC_WAIT, stage->value, WAIT_MS);
	osim__program_end(&client, session);
}

void osim__program_send(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_client client;
	uint32_t session;

	if (!osim__program_begin(stage, osim__rpc_pta, &client, &session))
		return;
	osim__program_ask(&client, session, OSIM_PTA_RPC_SEND, stage->value, 0);
	osim__program_end(&client, session);
}

/* Leaves a session open; the driver closes it with the file. */
void osim__program_hold(void *arg)
{
	struct osim_stage *stage = arg;
	struct osim_client client;
	uint32_t session;

	if (!osim__program_begin(stage, osim__system_pta, &client, &session))
		return;
	osim_sleep_ns(stage->m, 20000000);
	osim_client_close(&client);
}
