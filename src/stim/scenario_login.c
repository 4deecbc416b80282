/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <linux/tee.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/pta.h>

#include "stim/scenarios.h"

/* As whom a program opens a session: the application hears what the kernel vouches for. */

#define UUID_BYTES 16u
#define NOBODY	   0xffffffffu

struct identity {
	uint32_t login;
	uint8_t uuid[UUID_BYTES];
};

/* Those of a user and a group are UUIDs of version 5, of "uid=0" and "gid=0". */
static const struct identity vouched[] = {
	{TEE_LOGIN_PUBLIC, {0}},
	{TEE_LOGIN_USER,
	 {0xef, 0x01, 0x80, 0xa3, 0x13, 0xf3, 0x5d, 0x1c, 0xb7, 0xf5, 0x88, 0x8c, 0x0e, 0x21, 0x05,
	  0x9a}},
	{TEE_LOGIN_GROUP,
	 {0xd9, 0x3b, 0xc1, 0x68, 0xf8, 0x63, 0x58, 0xd3, 0xa1, 0xfe, 0xbb, 0x20, 0x39, 0x42, 0x1b,
	  0x99}},
};

static const uint8_t login_uuid[UUID_BYTES] = {0x10, 0x91, 4};

static uint32_t login_open(void *arg, struct osim_pta_call *call, struct osim_pta_param p[4],
			   void **session)
{
	struct identity *heard = arg;

	(void)p;
	(void)session;
	heard->login = osim_pta_client(call, heard->uuid);
	return TEE_SUCCESS;
}

static uint32_t login_invoke(void *arg, struct osim_pta_call *call, void *session, uint32_t func,
			     struct osim_pta_param p[4])
{
	(void)arg;
	(void)call;
	(void)session;
	(void)func;
	(void)p;
	return TEE_SUCCESS;
}

static int open_as(struct osim_client *client, uint32_t login)
{
	struct osim_tee_result result = {0};
	uint32_t session;
	int rc = osim_client_open_session(client, login_uuid, login, NULL, 0, &session, &result);

	if (rc)
		return rc;
	if (!result.ret)
		osim_client_close_session(client, session);
	return result.ret ? -EIO : 0;
}

static void expect_heard(struct osim_stage *stage, const struct identity *want)
{
	const struct identity *heard = stage->own;
	static const uint8_t zero[UUID_BYTES];

	osim_expect(stage, heard->login == want->login, "login.method",
		    "an application hears of another kind of login than the program asked for");
	/* Kernels from before they vouched for anybody pass on what the program says. */
	if (want->login != TEE_LOGIN_PUBLIC && !memcmp(heard->uuid, zero, UUID_BYTES))
		osim_stage_lacks(stage, "identities of users");
	else
		osim_expect(stage, !memcmp(heard->uuid, want->uuid, UUID_BYTES), "login.identity",
			    "an application hears of another client than the one that there is");
}

static void logins(void *arg)
{
	static const uint32_t refused[] = {3, 7, TEE_LOGIN_REE_KERNEL, TEE_LOGIN_TRUSTED_APP};
	struct osim_stage *stage = arg;
	struct identity *heard = (struct identity *)stage->own;
	struct osim_client client;

	if (osim_client_open(stage->m, &client))
		return;
	for (size_t i = 0; i < sizeof(vouched) / sizeof(vouched[0]); i++) {
		int rc;

		heard->login = NOBODY;
		rc = open_as(&client, vouched[i].login);
		/* A driver need not know more than one. */
		if (rc == -EOPNOTSUPP && i)
			continue;
		osim_expect(stage, !rc, "client.open-session",
			    "a session is refused to a client that the kernel can vouch for");
		if (!rc)
			expect_heard(stage, &vouched[i]);
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		heard->login = NOBODY;
		osim_expect(stage, open_as(&client, refused[i]) && heard->login == NOBODY,
			    "login.refused",
			    "a program opens a session as somebody that it cannot be");
	}
	osim_client_close(&client);
}

static void login(struct osim_stage *stage)
{
	struct identity *heard = OSIM__KEEP(stage, struct identity, .login = NOBODY);
	const struct osim_pta pta = {.size = sizeof(pta),
				     .uuid = {0x10, 0x91, 4},
				     .name = "login",
				     .flags = OSIM_PTA_CONCURRENT,
				     .open = login_open,
				     .invoke = login_invoke,
				     .arg = heard};

	stage->own = heard;
	if (osim_pta_register(stage->m, &pta) || !osim_stage_bind(stage))
		return;
	if (stage->part) {
		osim_stage_lacks(stage, "device for programs");
		return;
	}
	osim_stage_program(stage, "logins", logins);
	osim_run(stage->m);
}

const struct osim_scenario osim__scenario_login = {
	.name = "login",
	.what = "A program opens sessions as everybody, as a user, as a group, and as whom it is not.",
	.body = login};
