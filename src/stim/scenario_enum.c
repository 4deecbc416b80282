/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <optee_sim/abi/abi.h>
#include <optee_sim/peripheral.h>

#include "kernel/host.h"
#include "secure/secure.h"
#include "stim/scenarios.h"

/*
 * The enumeration pseudo TA, which the driver asks for devices, answers in every way; the devices
 * are there that it lists, and no others.
 */

#define LISTED	    3u
#define UUID_BYTES  16u
#define SHARED_TEXT "optee-ta-"

enum { GET_DEVICES, GET_DEVICES_SUPP, GET_DEVICES_RPMB, FUNCS };

/* What it does, and what it saw. */
struct enumerator {
	struct osim_stage *stage;
	uint32_t refuse;    /* result of OPEN_SESSION */
	uint32_t func;	    /* answers of another one are those of an empty list */
	uint32_t size_ret;  /* result where there is no buffer, or one that is too short */
	uint32_t list_ret;  /* result where the list fits */
	size_t count;	    /* devices in it */
	bool failed;	    /* one of the two was an error */
	bool ask;	    /* asks the supplicant first */
	uint32_t asked_ret; /* what the supplicant's request was answered */
	unsigned int asked[FUNCS];
};

static void device_uuid(size_t i, uint8_t uuid[UUID_BYTES])
{
	for (unsigned int k = 0; k < UUID_BYTES; k++)
		uuid[k] = (uint8_t)(0x11 * (i + 1) + k);
}

static void device_name(size_t i, char name[64])
{
	uint8_t u[UUID_BYTES];
	int used = snprintf(name, 64, "%s", SHARED_TEXT);

	device_uuid(i, u);
	for (unsigned int k = 0; k < UUID_BYTES; k++)
		used += snprintf(name + used, 64 - (size_t)used, "%s%02x",
				 k == 4 || k == 6 || k == 8 || k == 10 ? "-" : "", u[k]);
}

static uint32_t enum_open(void *arg, struct osim_pta_call *call, struct osim_pta_param params[4],
			  void **session)
{
	struct osim_pta_rpc_param p = {.type = OSIM_PTA_VALUE_INOUT};
	struct enumerator *e = arg;
	uint8_t uuid[UUID_BYTES], zero[UUID_BYTES] = {0};

	(void)session;
	osim_expect(e->stage,
		    osim_pta_client(call, uuid) == TEE_LOGIN_PUBLIC &&
			    !memcmp(uuid, zero, sizeof(zero)),
		    "device.login", "devices are enumerated by a client that is not public");
	osim_expect(e->stage,
		    !params[0].type && !params[1].type && !params[2].type && !params[3].type,
		    "device.params", "the session for enumerating devices has parameters");
	if (e->ask)
		e->asked_ret = osim_pta_rpc(call, OPTEE_RPC_CMD_FS, 1, &p);
	return e->refuse;
}

static uint32_t list(struct enumerator *e, struct osim_pta_call *call, struct osim_pta_param *p)
{
	uint64_t room = p->size_bytes;

	p->size_bytes = e->count * UUID_BYTES;
	if (room < p->size_bytes) {
		e->failed |= e->size_ret != TEE_ERROR_SHORT_BUFFER;
		return e->size_ret;
	}
	e->failed |= e->list_ret != TEE_SUCCESS;
	for (size_t i = 0; i < e->count; i++) {
		uint8_t uuid[UUID_BYTES];

		device_uuid(i, uuid);
		if (osim_pta_write(call, 0, i * UUID_BYTES, uuid, sizeof(uuid)))
			return TEE_ERROR_BAD_PARAMETERS;
	}
	return e->list_ret;
}

static uint32_t enum_invoke(void *arg, struct osim_pta_call *call, void *session, uint32_t func,
			    struct osim_pta_param params[4])
{
	struct enumerator *e = arg;

	(void)session;
	osim_expect(e->stage, func < FUNCS, "device.function",
		    "the enumeration is asked for a function that does not exist");
	osim_expect(e->stage,
		    params[0].type == OSIM_PTA_MEMREF_OUTPUT && !params[1].type &&
			    !params[2].type && !params[3].type,
		    "device.params", "devices are enumerated into something else than one buffer");
	if (func < FUNCS)
		e->asked[func]++;
	if (func != e->func) {
		params[0].size_bytes = 0;
		return TEE_SUCCESS;
	}
	return list(e, call, &params[0]);
}

/* --- what is there afterwards --- */

struct seen {
	size_t all, listed;
	bool twice, is_in_list[LISTED];
};

static void see(void *arg, const char *name)
{
	struct seen *seen = arg;
	char listed[64];

	if (strncmp(name, SHARED_TEXT, strlen(SHARED_TEXT)) != 0)
		return;
	seen->all++;
	for (size_t i = 0; i < LISTED; i++) {
		device_name(i, listed);
		if (strcmp(name, listed) != 0)
			continue;
		seen->twice |= seen->is_in_list[i];
		seen->is_in_list[i] = true;
		seen->listed++;
	}
}

static void expect_devices(struct osim_stage *stage, size_t count)
{
	struct seen seen = {.all = 0};

	osim_device_each(stage->m, see, &seen);
	osim_expect(stage, seen.listed >= count && !seen.twice, "device.missing",
		    "a device that the secure world lists is not there");
	osim_expect(
		stage, seen.all <= count, "device.unlisted",
		"a device is there that the secure world does not list, or that it listed with an "
		"error");
}

/* A program learns from it that the device cannot be used before the supplicant is there. */
static void expect_needs_supplicant(struct osim_stage *stage, size_t count, bool needs)
{
	char name[64], text[16];

	for (size_t i = 0; i < count; i++) {
		long rc;

		device_name(i, name);
		rc = osim__program_attr(stage, name, "need_supplicant", text, sizeof(text));
		osim_expect(stage, (rc >= 0) == needs, "device.need-supplicant",
			    needs ? "a device that needs a supplicant does not say so"
				  : "a device says that it needs a supplicant, and does not");
	}
}

static bool begin(struct enumerator *e, struct osim_stage *stage)
{
	struct osim_pta pta = {.size = sizeof(pta),
			       .name = "device enumeration",
			       .uuid = {0x70, 0x11, 0xa6, 0x88, 0xdd, 0xde, 0x40, 0x53, 0xa5, 0xa9,
					0x7b, 0x3c, 0x4d, 0xdf, 0x13, 0xb8},
			       .open = enum_open,
			       .invoke = enum_invoke,
			       .arg = e};

	e->stage = stage;
	stage->peer_wrong = e->ask;
	if (osim__pta_replace(stage->m, &pta) || !osim_stage_try_bind(stage))
		return false;
	osim_run(stage->m);
	return true;
}

/* A driver may make no devices at all. */
static bool enumerates(struct osim_stage *stage, const struct enumerator *e)
{
	osim_expect(stage, stage->bound, "probe.bound",
		    "the driver does not come up where devices are listed");
	if (stage->bound && !e->asked[GET_DEVICES])
		osim_stage_lacks(stage, "devices of the TEE bus");
	return stage->bound && e->asked[GET_DEVICES];
}

/* Where memory ran out on the way a driver comes up without devices, or not at all. */
static void expect_all_or_none(struct osim_stage *stage)
{
	struct seen seen = {.all = 0};

	osim_device_each(stage->m, see, &seen);
	if (seen.listed && seen.listed < LISTED)
		stage->host->unmet(stage->host->arg, "device.some",
				   "memory ran out, and the driver has come up with some of the "
				   "devices that are listed");
}

static void enum_three(struct osim_stage *stage)
{
	struct enumerator *e = OSIM__KEEP(stage, struct enumerator,
					  .size_ret = TEE_ERROR_SHORT_BUFFER, .count = LISTED);

	begin(e, stage);
	if (stage->bound && stage->host->starved)
		expect_all_or_none(stage);
	if (!enumerates(stage, e))
		return;
	expect_devices(stage, LISTED);
	expect_needs_supplicant(stage, LISTED, false);
	osim_unbind(stage->m);
	expect_devices(stage, 0);
}

/* No devices, in each way: the driver is there without them. */
static void enum_none(struct osim_stage *stage)
{
	struct enumerator *e =
		OSIM__KEEP(stage, struct enumerator, .size_ret = TEE_ERROR_SHORT_BUFFER);

	osim_expect(stage, begin(e, stage), "probe.bound",
		    "the driver does not come up where no devices are listed");
	expect_devices(stage, 0);
}

static void enum_refused(struct osim_stage *stage)
{
	struct enumerator *e =
		OSIM__KEEP(stage, struct enumerator, .refuse = TEE_ERROR_ITEM_NOT_FOUND,
			   .size_ret = TEE_ERROR_SHORT_BUFFER, .count = LISTED);

	osim_expect(stage, begin(e, stage), "probe.bound",
		    "the driver does not come up where devices cannot be enumerated");
	osim_expect(stage, !e->asked[GET_DEVICES], "device.closed-session",
		    "devices are enumerated in a session that was refused");
	expect_devices(stage, 0);
}

static void enum_fails(struct osim_stage *stage, struct enumerator *e)
{
	stage->errors = true;
	begin(e, stage);
	if (e->failed)
		expect_devices(stage, 0);
}

static void enum_fails_size(struct osim_stage *stage)
{
	struct enumerator *e = OSIM__KEEP(stage, struct enumerator,
					  .size_ret = TEE_ERROR_OUT_OF_MEMORY, .count = LISTED);

	enum_fails(stage, e);
}

static void enum_fails_list(struct osim_stage *stage)
{
	struct enumerator *e =
		OSIM__KEEP(stage, struct enumerator, .size_ret = TEE_ERROR_SHORT_BUFFER,
			   .list_ret = TEE_ERROR_OUT_OF_MEMORY, .count = LISTED);

	enum_fails(stage, e);
}

/* --- with a supplicant --- */

static void enum_supplicant(struct osim_stage *stage)
{
	struct enumerator *e = OSIM__KEEP(stage, struct enumerator, .func = GET_DEVICES_SUPP,
					  .size_ret = TEE_ERROR_SHORT_BUFFER, .count = LISTED);

	begin(e, stage);
	if (!enumerates(stage, e) || !osim_stage_has_supplicant(stage))
		return;
	osim_expect(stage, !e->asked[GET_DEVICES_SUPP], "device.early",
		    "devices that need a supplicant are looked for before there is one");
	expect_devices(stage, 0);
	osim_stage_program(stage, "supplicant", osim__program_supplicant_brief);
	osim_run(stage->m);
	expect_devices(stage, LISTED);
	expect_needs_supplicant(stage, LISTED, true);
	osim_unbind(stage->m);
	expect_devices(stage, 0);
}

/* Nothing that the kernel does for itself waits for a supplicant that is not there. */
static void enum_nowait(struct osim_stage *stage)
{
	struct enumerator *e =
		OSIM__KEEP(stage, struct enumerator, .size_ret = TEE_ERROR_SHORT_BUFFER,
			   .count = LISTED, .ask = true);

	begin(e, stage);
	if (!enumerates(stage, e) || !osim_stage_has_supplicant(stage))
		return;
	osim_expect(stage, e->asked_ret == TEE_ERROR_COMMUNICATION, "supplicant.nowait",
		    "a request of the kernel's own session, with no supplicant there, is not "
		    "TEE_ERROR_COMMUNICATION");
	expect_devices(stage, LISTED);
}

/* --- with RPMB --- */

static int no_frames(void *arg, const uint8_t *request, size_t request_bytes, uint8_t *response,
		     size_t response_bytes)
{
	(void)arg;
	(void)request;
	(void)request_bytes;
	(void)response;
	(void)response_bytes;
	return -EIO;
}

static void add_block(struct osim_machine *m)
{
	static const struct osim_rpmb rpmb = {.size = sizeof(rpmb),
					      .id = (const uint8_t *)"a block",
					      .id_bytes = 7,
					      .route = no_frames};

	osim_rpmb_add(m, &rpmb);
	osim_run(m);
}

/* The first block comes when the driver is there, and then a second one. */
static void enum_rpmb(struct osim_stage *stage)
{
	struct enumerator *e =
		OSIM__KEEP(stage, struct enumerator, .func = GET_DEVICES_RPMB,
			   .size_ret = TEE_ERROR_STORAGE_NOT_AVAILABLE, .count = LISTED);

	begin(e, stage);
	if (enumerates(stage, e)) {
		expect_devices(stage, 0);
		e->size_ret = TEE_ERROR_SHORT_BUFFER;
		add_block(stage->m);
		if (osim__khost_looks_for_rpmb(stage->m)) {
			expect_devices(stage, LISTED);
			add_block(stage->m);
			expect_devices(stage, LISTED);
		} else {
			osim_stage_lacks(stage, "devices that need RPMB");
		}
	}
	if (osim_bound(stage->m))
		osim_unbind(stage->m);
	expect_devices(stage, 0);
}

/* The block has been there before the driver. */
static void enum_rpmb_before(struct osim_stage *stage)
{
	struct enumerator *e = OSIM__KEEP(stage, struct enumerator, .func = GET_DEVICES_RPMB,
					  .size_ret = TEE_ERROR_SHORT_BUFFER, .count = LISTED);
	bool asked;

	add_block(stage->m);
	begin(e, stage);
	if (enumerates(stage, e)) {
		asked = e->asked[GET_DEVICES_RPMB];
		/* A driver that knows of RPMB looks for them with the second block at the latest.
		 */
		add_block(stage->m);
		if (osim__khost_looks_for_rpmb(stage->m))
			osim_expect(stage, asked, "device.late",
				    "devices that need RPMB are not looked for where it is there "
				    "before the driver");
		else
			osim_stage_lacks(stage, "devices that need RPMB");
	}
}

const struct osim_scenario osim__scenario_enum_rpmb_before = {
	.name = "enum-rpmb-before",
	.what = "Three devices need RPMB, which has been there before the driver.",
	.body = enum_rpmb_before};
const struct osim_scenario osim__scenario_enum_rpmb = {
	.name = "enum-rpmb", .what = "Three devices need RPMB, which comes.", .body = enum_rpmb};
const struct osim_scenario osim__scenario_enum_three = {
	.name = "enum-three",
	.what = "Three devices are listed, and there until the driver leaves.",
	.body = enum_three};
const struct osim_scenario osim__scenario_enum_none = {
	.name = "enum-none", .what = "No device is listed.", .body = enum_none};
const struct osim_scenario osim__scenario_enum_refused = {
	.name = "enum-refused",
	.what = "The secure world cannot enumerate devices.",
	.body = enum_refused};
const struct osim_scenario osim__scenario_enum_fails_size = {
	.name = "enum-fails-size",
	.what = "It fails when it is asked how long the list is.",
	.body = enum_fails_size};
const struct osim_scenario osim__scenario_enum_fails_list = {
	.name = "enum-fails-list",
	.what = "It fails when it is asked for the list.",
	.body = enum_fails_list};
const struct osim_scenario osim__scenario_enum_supplicant = {
	.name = "enum-supplicant",
	.what = "Three devices need a supplicant, which comes.",
	.body = enum_supplicant};
const struct osim_scenario osim__scenario_enum_nowait = {
	.name = "enum-nowait",
	.what = "The enumeration asks for a supplicant, while the driver begins.",
	.body = enum_nowait};
