/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/k_peripheral.h"

#include <linux/errno.h>
#include <linux/i2c.h>
#include <linux/kernel.h>

/* A struct i2c_adapter is a bus of the machine's list. */

static struct osim__k_i2c *bus_of(struct i2c_adapter *adapter)
{
	return (struct osim__k_i2c *)adapter;
}

struct i2c_adapter *osim__k_i2c_get_adapter(int nr, const struct osim__site *site)
{
	struct osim_machine *m = osim__machine();
	struct osim__k_i2c *i2c = osim__k_i2c_find(m, nr);

	if (!i2c || osim__k_i2c_use(m, i2c, site))
		return NULL;
	return (struct i2c_adapter *)i2c;
}

void osim__k_i2c_put_adapter(struct i2c_adapter *adapter)
{
	if (adapter)
		osim__k_i2c_unuse(osim__machine(), bus_of(adapter));
}

bool osim__k_i2c_check_functionality(struct i2c_adapter *adapter, u32 func)
{
	u32 has = I2C_FUNC_I2C;

	if (osim__k_i2c_bus(bus_of(adapter))->ten_bit)
		has |= I2C_FUNC_10BIT_ADDR;
	return (func & has) == func;
}

int osim__k_i2c_transfer(struct i2c_adapter *adapter, struct i2c_msg *msgs, int num,
			 const struct osim__site *site)
{
	const struct osim_i2c_bus *bus = osim__k_i2c_bus(bus_of(adapter));
	int i, rc;

	osim__k_might_sleep(site);
	if (num < 1 || ((msgs->flags & I2C_M_TEN) && !bus->ten_bit))
		return -EOPNOTSUPP;
	for (i = 0; i < num; i++) {
		rc = bus->transfer(bus->arg, msgs[i].addr, msgs[i].flags & I2C_M_RD, msgs[i].buf,
				   msgs[i].len);
		if (rc < 0)
			return rc;
	}
	return num;
}
