/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_I2C_H
#define OSIM_LINUX_I2C_H

#include <osim/api.h>
#include <osim/site.h>
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/ktime.h>
#include <linux/mod_devicetable.h>
#include <linux/mutex.h>
#include <linux/types.h>

#define I2C_M_RD	    0x0001
#define I2C_M_TEN	    0x0010
#define I2C_FUNC_I2C	    0x00000001
#define I2C_FUNC_10BIT_ADDR 0x00000002

struct i2c_msg {
	__u16 addr;
	__u16 flags;
	__u16 len;
	__u8 *buf;
};

/* A bus that a test put into the machine (osim_i2c_add()). */
struct i2c_adapter;

OSIM__K_API struct i2c_adapter *osim__k_i2c_get_adapter(int nr, const struct osim__site *site);
OSIM__K_API void osim__k_i2c_put_adapter(struct i2c_adapter *adapter);
OSIM__K_API bool osim__k_i2c_check_functionality(struct i2c_adapter *adapter, u32 func);
/* How many messages went over the bus, or a negative errno. */
OSIM__K_API int osim__k_i2c_transfer(struct i2c_adapter *adapter, struct i2c_msg *msgs, int num,
				     const struct osim__site *site);

#define i2c_get_adapter(nr)		       osim__k_i2c_get_adapter(nr, OSIM__SITE)
#define i2c_put_adapter(adapter)	       osim__k_i2c_put_adapter(adapter)
#define i2c_check_functionality(adapter, func) osim__k_i2c_check_functionality(adapter, func)
#define i2c_transfer(adapter, msgs, num)       osim__k_i2c_transfer(adapter, msgs, num, OSIM__SITE)

#endif
