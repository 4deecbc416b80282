/* SPDX-License-Identifier: BSD-2-Clause */
#include "optee.h"

/* The pseudo TA that lists what the kernel may find behind the secure world, and its one command.
 */
static const uuid_t pta_uuid =
	UUID_INIT(0x7011a688, 0xddde, 0x4053, 0xa5, 0xa9, 0x7b, 0x3c, 0x4d, 0xdf, 0x13, 0xb8);
#define PTA_CMD_GET_DEVICES 0u

/* 1,024 devices. */
#define LIST_BYTES (4 * PAGE_SIZE)

/* The name of a device is all there is to it; drivers for them are not part of this one. */
struct bus_type optee_bus_type = {
	.name = "tee",
};

static void device_release(struct device *dev)
{
	kfree(dev);
}

static int register_device(const uuid_t *uuid)
{
	struct device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	int rc;

	if (!dev)
		return -ENOMEM;
	dev->bus = &optee_bus_type;
	dev->release = device_release;
	rc = dev_set_name(dev, "optee-ta-%pUb", uuid);
	if (rc) {
		kfree(dev);
		return rc;
	}
	rc = device_register(dev);
	if (rc) {
		pr_err("%s was not registered: %d\n", dev_name(dev), rc);
		put_device(dev);
	}
	return rc;
}

static int unregister_device(struct device *dev, void *data)
{
	device_unregister(dev);
	return 0;
}

void optee_unregister_devices(void)
{
	bus_for_each_dev(&optee_bus_type, NULL, NULL, unregister_device);
}

/* Registers what the pseudo TA lists in the buffer: all, or in case of an error none. */
static int register_devices(struct optee *optee, u32 session, struct optee_shm *shm)
{
	struct optee_shm *msg =
		optee_msg_get(optee, OPTEE_MSG_CMD_INVOKE_COMMAND, OPTEE_MAX_PARAMS);
	struct osim_msg_param *params;
	struct osim_msg_arg *arg;
	u64 n, size;
	int rc;

	if (IS_ERR(msg))
		return PTR_ERR(msg);
	arg = msg->va;
	arg->func = PTA_CMD_GET_DEVICES;
	arg->session = session;
	params = optee_params(arg);
	optee_shm_param(params, OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT, shm, 0, shm->size);
	rc = optee_call(optee->ctx, msg);
	size = params->u.rmem.size;
	if (rc || size > shm->size) {
		pr_err("devices were not listed: 0x%x, %llu bytes\n", arg->ret, size);
		rc = rc ? rc : -EINVAL;
	}
	optee_msg_put(msg);
	for (n = 0; n < size / UUID_SIZE && !rc; n++)
		rc = register_device((uuid_t *)shm->va + n);
	if (rc)
		optee_unregister_devices();
	return rc;
}

/* Puts the devices behind the secure world on the bus. There need not be any, nor the pseudo TA. */
int optee_enumerate_devices(struct optee *optee)
{
	struct optee_shm *msg = optee_msg_get(optee, OPTEE_MSG_CMD_OPEN_SESSION, OPTEE_META_PARAMS);
	struct osim_msg_arg *arg = IS_ERR(msg) ? NULL : msg->va;
	struct optee_shm *shm;
	u32 session, ret;
	int rc;

	if (!arg)
		return PTR_ERR(msg);
	rc = optee_open_session(optee->ctx, msg, &pta_uuid);
	session = arg->session;
	ret = arg->ret;
	optee_msg_put(msg);
	if (rc || ret != TEE_SUCCESS)
		return !rc && ret == TEE_ERROR_COMMUNICATION ? -EIO : rc;

	shm = optee_shm_alloc(optee, LIST_BYTES, OPTEE_SHM_KERNEL);
	rc = IS_ERR(shm) ? PTR_ERR(shm) : register_devices(optee, session, shm);
	if (!IS_ERR(shm))
		optee_shm_put(shm);
	optee_close_session(optee->ctx, session);
	return rc;
}
