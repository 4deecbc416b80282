/* SPDX-License-Identifier: BSD-2-Clause */
#include <linux/tee.h>
#include <stdlib.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/pta.h>

#include "stim/scenarios.h"

#define WAIT_MS	    100u
#define SUPP_PARAMS 5u

static const uint8_t rpc_pta[16] = OSIM_PTA_RPC_UUID;
static const uint8_t system_pta[16] = OSIM_PTA_SYSTEM_UUID;

/* Opens the device and a session; false: either failed. */
static bool begin(struct osim__stage *stage, const uint8_t uuid[16], struct osim_client *client,
		  uint32_t *session)
{
	struct osim_tee_result result;

	if (osim_client_open(stage->m, client))
		return false;
	if (!osim_client_open_session(client, uuid, TEE_IOCTL_LOGIN_PUBLIC, NULL, 0, session,
				      &result) &&
	    !result.ret)
		return true;
	osim_client_close(client);
	return false;
}

static void end(struct osim_client *client, uint32_t session)
{
	osim_client_close_session(client, session);
	osim_client_close(client);
}

static void ask(struct osim_client *client, uint32_t session, uint32_t func, uint64_t a, uint64_t b)
{
	struct osim_param p = {.type = OSIM_PARAM_VALUE_IN, .a = a, .b = b};
	struct osim_tee_result result;

	osim_client_invoke(client, session, func, 0, &p, 1, &result);
}

void osim__program_version(void *arg)
{
	struct osim__stage *stage = arg;
	struct tee_ioctl_version_data version;
	struct osim_client client;

	if (osim_client_open(stage->m, &client))
		return;
	osim_ioctl(stage->m, client.fd, (unsigned int)TEE_IOC_VERSION, &version);
	osim_client_close(&client);
}

void osim__program_session(void *arg)
{
	struct osim__stage *stage = arg;
	struct osim_client client;
	uint32_t session;

	if (!begin(stage, system_pta, &client, &session))
		return;
	ask(&client, session, OSIM_PTA_SYSTEM_SLEEP, 8, 0);
	ask(&client, session, OSIM_PTA_SYSTEM_POST, 3, 0);
	ask(&client, session, OSIM_PTA_SYSTEM_POST, 0, 0);
	ask(&client, session, 0xffff, 0, 0);
	end(&client, session);
}

static void use_shm(struct osim_client *client, uint32_t session, struct osim_client_shm *shm)
{
	struct osim_param p[2] = {{.type = OSIM_PARAM_VALUE_OUT},
				  {.type = OSIM_PARAM_MEM_OUT, .shm = shm, .size_bytes = 8}};
	struct osim_tee_result result;

	osim_client_invoke(client, session, OSIM_PTA_SYSTEM_LOGIN, 0, p, 2, &result);
	p[1].size_bytes = shm->size_bytes;
	osim_client_invoke(client, session, OSIM_PTA_SYSTEM_LOGIN, 0, p, 2, &result);
	p[1].offset_bytes = 64;
	p[1].size_bytes = 16;
	osim_client_invoke(client, session, OSIM_PTA_SYSTEM_LOGIN, 0, p, 2, &result);
	p[1].offset_bytes = UINT64_MAX - 8;
	osim_client_invoke(client, session, OSIM_PTA_SYSTEM_LOGIN, 0, p, 2, &result);
}

void osim__program_shm(void *arg)
{
	struct osim__stage *stage = arg;
	struct osim_client_shm shm;
	struct osim_client client;
	uint32_t session;
	void *own = malloc(3 * 4096 + 100);

	if (own && begin(stage, system_pta, &client, &session)) {
		memset(own, 0, 3 * 4096 + 100);
		if (!osim_client_shm_alloc(&client, 5000, &shm)) {
			use_shm(&client, session, &shm);
			osim_client_shm_free(&client, &shm);
		}
		if (!osim_client_shm_register(&client, own, 3 * 4096 + 100, &shm)) {
			use_shm(&client, session, &shm);
			osim_client_shm_free(&client, &shm);
		}
		if (!osim_client_shm_register(&client, own, SIZE_MAX - 4096, &shm))
			osim_client_shm_free(&client, &shm);
		if (!osim_client_shm_alloc(&client, 0, &shm))
			osim_client_shm_free(&client, &shm);
		end(&client, session);
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
	struct osim__stage *stage = arg;
	struct osim_client client;
	uint32_t session;

	if (!begin(stage, rpc_pta, &client, &session))
		return;
	for (uint32_t type = OSIM_PARAM_VALUE_IN; type <= OSIM_PARAM_VALUE_INOUT; type++) {
		rpc(&client, session, OPTEE_RPC_CMD_GET_TIME, type, 0, 0);
		rpc(&client, session, OPTEE_RPC_CMD_SUSPEND, type, 4, 0);
		rpc(&client, session, OPTEE_RPC_CMD_NOTIFICATION, type, OPTEE_RPC_NOTIFICATION_SEND,
		    5);
		rpc(&client, session, OPTEE_RPC_CMD_NOTIFICATION, type, 2, 5);
	}
	ask(&client, session, OSIM_PTA_RPC_WAIT, 5, WAIT_MS);
	rpc(&client, session, OPTEE_RPC_CMD_SHM_FREE, OSIM_PARAM_VALUE_IN, 7, 0);
	rpc(&client, session, OPTEE_RPC_CMD_SHM_ALLOC, OSIM_PARAM_VALUE_IN, 7, 4096);
	rpc(&client, session, OPTEE_RPC_CMD_I2C_TRANSFER, OSIM_PARAM_VALUE_IN, 0, 0);
	rpc(&client, session, 0xfffe, OSIM_PARAM_VALUE_IN, 0, 0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		ask(&client, session, OSIM_PTA_RPC_SHM, OPTEE_RPC_SHM_TYPE_KERNEL, sizes[i]);
	end(&client, session);
}

void osim__program_wait(void *arg)
{
	struct osim__stage *stage = arg;
	struct osim_client client;
	uint32_t session;

	if (!begin(stage, rpc_pta, &client, &session))
		return;
	ask(&client, session, OSIM_PTA_RPC_WAIT, stage->value, WAIT_MS);
	end(&client, session);
}

void osim__program_send(void *arg)
{
	struct osim__stage *stage = arg;
	struct osim_client client;
	uint32_t session;

	if (!begin(stage, rpc_pta, &client, &session))
		return;
	ask(&client, session, OSIM_PTA_RPC_SEND, stage->value, 0);
	end(&client, session);
}

/* Leaves a session open; the driver closes it with the file. */
void osim__program_hold(void *arg)
{
	struct osim__stage *stage = arg;
	struct osim_client client;
	uint32_t session;

	if (!begin(stage, system_pta, &client, &session))
		return;
	osim_sleep_ns(stage->m, 20000000);
	osim_client_close(&client);
}

/* Refuses whatever it is asked, until it gets a signal. */
void osim__program_supplicant(void *arg)
{
	struct osim__stage *stage = arg;
	union {
		struct tee_iocl_supp_recv_arg recv;
		struct tee_iocl_supp_send_arg send;
		uint64_t room[sizeof(struct tee_iocl_supp_recv_arg) / 8 + 4 * SUPP_PARAMS];
	} call;
	struct tee_ioctl_buf_data buf = {.buf_ptr = (uint64_t)(uintptr_t)&call,
					 .buf_len = sizeof(call)};
	int fd = osim_open(stage->m, "teepriv0");

	if (fd < 0)
		return;
	for (;;) {
		memset(&call, 0, sizeof(call));
		call.recv.num_params = SUPP_PARAMS;
		call.recv.params[0].attr = TEE_IOCTL_PARAM_ATTR_META;
		if (osim_ioctl(stage->m, fd, (unsigned int)TEE_IOC_SUPPL_RECV, &buf))
			break;
		call.send.ret = TEE_ERROR_NOT_SUPPORTED;
		if (osim_ioctl(stage->m, fd, (unsigned int)TEE_IOC_SUPPL_SEND, &buf))
			break;
	}
	osim_close(stage->m, fd);
}
