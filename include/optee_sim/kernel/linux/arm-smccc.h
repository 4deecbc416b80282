/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_ARM_SMCCC_H
#define OSIM_LINUX_ARM_SMCCC_H

#include <linux/types.h>
#include <osim/api.h>

/* Function identifiers of the SMC Calling Convention: fast call b31, 64-bit b30, owner b29..24,
 * function b15..0. */
#define ARM_SMCCC_STD_CALL		0ul
#define ARM_SMCCC_FAST_CALL		1ul
#define ARM_SMCCC_TYPE_SHIFT		31
#define ARM_SMCCC_SMC_32		0
#define ARM_SMCCC_SMC_64		1
#define ARM_SMCCC_CALL_CONV_SHIFT	30
#define ARM_SMCCC_OWNER_MASK		0x3f
#define ARM_SMCCC_OWNER_SHIFT		24
#define ARM_SMCCC_FUNC_MASK		0xffff
#define ARM_SMCCC_OWNER_ARCH		0
#define ARM_SMCCC_OWNER_CPU		1
#define ARM_SMCCC_OWNER_SIP		2
#define ARM_SMCCC_OWNER_OEM		3
#define ARM_SMCCC_OWNER_STANDARD	4
#define ARM_SMCCC_OWNER_STANDARD_HYP	5
#define ARM_SMCCC_OWNER_VENDOR_HYP	6
#define ARM_SMCCC_OWNER_TRUSTED_APP	48
#define ARM_SMCCC_OWNER_TRUSTED_APP_END 49
#define ARM_SMCCC_OWNER_TRUSTED_OS	50
#define ARM_SMCCC_OWNER_TRUSTED_OS_END	63

#define ARM_SMCCC_CALL_VAL(type, convention, owner, function)                             \
	(((type) << ARM_SMCCC_TYPE_SHIFT) | ((convention) << ARM_SMCCC_CALL_CONV_SHIFT) | \
	 (((owner)&ARM_SMCCC_OWNER_MASK) << ARM_SMCCC_OWNER_SHIFT) |                      \
	 ((function)&ARM_SMCCC_FUNC_MASK))
#define ARM_SMCCC_IS_FAST_CALL(id) ((id) & (ARM_SMCCC_FAST_CALL << ARM_SMCCC_TYPE_SHIFT))
#define ARM_SMCCC_IS_64(id)	   ((id) & (1ul << ARM_SMCCC_CALL_CONV_SHIFT))
#define ARM_SMCCC_FUNC_NUM(id)	   ((id)&ARM_SMCCC_FUNC_MASK)
#define ARM_SMCCC_OWNER_NUM(id)	   (((id) >> ARM_SMCCC_OWNER_SHIFT) & ARM_SMCCC_OWNER_MASK)

#define SMCCC_RET_SUCCESS	    0
#define SMCCC_RET_NOT_SUPPORTED	    -1
#define SMCCC_RET_NOT_REQUIRED	    -2
#define SMCCC_RET_INVALID_PARAMETER -3

struct arm_smccc_res {
	unsigned long a0;
	unsigned long a1;
	unsigned long a2;
	unsigned long a3;
};

struct arm_smccc_quirk {
	int id;
};

/* Both instructions end at the machine's conduit; the one that the device tree does not name is a
 * finding. */
OSIM__K_API void osim__k_smccc(unsigned long a0, unsigned long a1, unsigned long a2,
			       unsigned long a3, unsigned long a4, unsigned long a5,
			       unsigned long a6, unsigned long a7, struct arm_smccc_res *res);
OSIM__K_API void osim__k_hvc(unsigned long a0, unsigned long a1, unsigned long a2, unsigned long a3,
			     unsigned long a4, unsigned long a5, unsigned long a6, unsigned long a7,
			     struct arm_smccc_res *res);

#define arm_smccc_smc(...) osim__k_smccc(__VA_ARGS__)
#define arm_smccc_hvc(...) osim__k_hvc(__VA_ARGS__)
#define __arm_smccc_smc(a0, a1, a2, a3, a4, a5, a6, a7, res, quirk) \
	osim__k_smccc(a0, a1, a2, a3, a4, a5, a6, a7, res)
#define arm_smccc_smc_quirk(...) __arm_smccc_smc(__VA_ARGS__)

#endif
