/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_MOD_DEVICETABLE_H
#define OSIM_LINUX_MOD_DEVICETABLE_H

#include <linux/types.h>
#include <linux/uuid.h>

typedef unsigned long kernel_ulong_t;

struct of_device_id {
	char name[32];
	char type[32];
	char compatible[128];
	const void *data;
};

struct platform_device_id {
	char name[20];
	kernel_ulong_t driver_data;
};

struct acpi_device_id {
	__u8 id[16];
	kernel_ulong_t driver_data;
	__u32 cls;
	__u32 cls_msk;
};

struct tee_client_device_id {
	uuid_t uuid;
};

struct i2c_device_id {
	char name[20];
	kernel_ulong_t driver_data;
};

#endif
