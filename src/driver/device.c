/* SPDX-License-Identifier: BSD-2-Clause */
#include "optee.h"

/* The pseudo TA that lists what is behind the secure world, and its one command. */
static const uuid_t pta_uuid =
	UUID_INIT(0x7011a688, 0xddde, 0x4053, 0xa5, 0xa9, 0x7b, 0x3c, 0x4d, 0xdf, 0x13, 0xb8);
#define PTA_CMD_GET_DEVICES 0u

/* 1,024 devices. */
#define LIST_BYTES (4 * PAGE_SIZE)

/* The name of a device is all there is to it; drivers for them are not part of this one. */
struct bus_type optee_bus_type = {.name = "tee"};

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

/* Asks for the list, in a session and with its message, and registers what is on it. */
static int register_devices(struct optee *optee, struct optee_shm *msg, struct optee_shm *list)
{
	u32 session = msg->arg->session;
	u64 n, size;
	int rc;

	optee_msg_init(msg, OPTEE_MSG_CMD_INVOKE_COMMAND, OPTEE_MAX_PARAMS);
	msg->arg->func = PTA_CMD_GET_DEVICES;
	msg->arg->session = session;
	optee_shm_param(optee_params(msg), OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT, list, 0, list->size);
	rc = optee_call(optee->ctx, msg);
	size = optee_params(msg)->u.rmem.size;
	if (!rc && size > list->size)
		rc = -EINVAL;
	for (n = 0; n < size / UUID_SIZE && !rc; n++)
		rc = register_device((uuid_t *)list->va + n);
	if (rc) {
		pr_err("devices were not registered: %d, 0x%x\n", rc, msg->arg->ret);
		optee_unregister_devices();
	}
	optee_close_session(optee->ctx, session);
	return rc;
}

/* Puts the devices behind the secure world on the bus. There need not be any, nor the pseudo TA. */
int optee_enumerate_devices(struct optee *optee)
{
	struct optee_shm *msg, *list = optee_shm_alloc(optee, LIST_BYTES, OPTEE_DRIVER);
	int rc;

	if (IS_ERR(list))
		return PTR_ERR(list);
	msg = optee_msg_get(optee, OPTEE_MSG_CMD_OPEN_SESSION, OPTEE_META_PARAMS);
	rc = IS_ERR(msg) ? PTR_ERR(msg) : optee_open_session(optee->ctx, msg, &pta_uuid);
	if (!rc && msg->arg->ret == TEE_SUCCESS)
		rc = register_devices(optee, msg, list);
	else if (!rc && msg->arg->ret == TEE_ERROR_COMMUNICATION)
		rc = -EIO;
	if (!IS_ERR(msg))
		optee_msg_put(msg);
	optee_shm_put(list);
	return rc;
}
