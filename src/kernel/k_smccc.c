/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/k_base.h"

#include <linux/arm-smccc.h>
#include <linux/string.h>

#include "kernel/platform.h"

/* The other instruction traps elsewhere, or is not there at all. */
static noinline void wrong(struct osim_machine *m, const char *method)
{
	osim__finding(m, "kernel.conduit", "a call is made by %s where the device tree says %s",
		      method, osim__k_platform_method(osim__kernel()));
}

static __always_inline void call(struct osim_machine *m, struct osim_regs *regs,
				 struct arm_smccc_res *res)
{
	/* What no conduit answers is an unknown function, as for any SMC. */
	if (osim_invoke(m, regs)) {
		*res = (struct arm_smccc_res){.a0 = ~0ul};
		return;
	}
	/* One by one, as they were written: a processor stalls where it has to merge two stores
	 * into one load. */
	res->a0 = READ_ONCE(regs->a[0]);
	res->a1 = READ_ONCE(regs->a[1]);
	res->a2 = READ_ONCE(regs->a[2]);
	res->a3 = READ_ONCE(regs->a[3]);
}

void osim__k_smccc(unsigned long a0, unsigned long a1, unsigned long a2, unsigned long a3,
		   unsigned long a4, unsigned long a5, unsigned long a6, unsigned long a7,
		   struct arm_smccc_res *res)
{
	struct osim_regs regs = {{a0, a1, a2, a3, a4, a5, a6, a7}};
	struct osim_machine *m = osim__machine();

	if (unlikely(osim__kernel_of(m)->not_smc))
		wrong(m, "smc");
	call(m, &regs, res);
}

void osim__k_hvc(unsigned long a0, unsigned long a1, unsigned long a2, unsigned long a3,
		 unsigned long a4, unsigned long a5, unsigned long a6, unsigned long a7,
		 struct arm_smccc_res *res)
{
	struct osim_regs regs = {{a0, a1, a2, a3, a4, a5, a6, a7}};
	struct osim_machine *m = osim__machine();

	if (unlikely(osim__kernel_of(m)->not_hvc))
		wrong(m, "hvc");
	call(m, &regs, res);
}
