/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_KERNEL_K_PERIPHERAL_H
#define OSIM_KERNEL_K_PERIPHERAL_H

#include <optee_sim/peripheral.h>

#include "kernel/k_base.h"

/* The machine's buses, as k_i2c.c asks for them. NULL: there is no such bus. */
struct osim__k_i2c *osim__k_i2c_find(struct osim_machine *m, int number);
const struct osim_i2c_bus *osim__k_i2c_bus(const struct osim__k_i2c *i2c);
/* -ENOMEM. */
int osim__k_i2c_use(struct osim_machine *m, struct osim__k_i2c *i2c, const struct osim__site *site);
void osim__k_i2c_unuse(struct osim_machine *m, struct osim__k_i2c *i2c);
/* The index-th RPMB, as k_rpmb.c asks for it; NULL past the last. */
const struct osim_rpmb *osim__k_rpmb_find(struct osim_machine *m, unsigned int index);

#endif
