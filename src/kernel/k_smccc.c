/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/k_base.h"

#include <linux/arm-smccc.h>
#include <linux/string.h>

#include "kernel/platform.h"

static void call(const char *method, struct osim_regs *regs, struct arm_smccc_res *res)
{
	const char *named = osim__k_platform_method(osim__kernel());

	/* The other instruction traps elsewhere, or is not there at all. */
	if (named && strcmp(named, method) != 0)
		osim__finding(osim__machine(), "kernel.conduit",
			      "a call is made by %s where the device tree says %s", method, named);
	/* What no conduit answers is an unknown function, as for any SMC. */
	if (osim_invoke(osim__machine(), regs)) {
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

	call("smc", &regs, res);
}

void osim__k_hvc(unsigned long a0, unsigned long a1, unsigned long a2, unsigned long a3,
		 unsigned long a4, unsigned long a5, unsigned long a6, unsigned long a7,
		 struct arm_smccc_res *res)
{
	struct osim_regs regs = {{a0, a1, a2, a3, a4, a5, a6, a7}};

	call("hvc", &regs, res);
}
