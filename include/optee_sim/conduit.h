/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_CONDUIT_H
#define OPTEE_SIM_CONDUIT_H

#include <optee_sim/event.h>
#include <optee_sim/types.h>

OSIM_BEGIN_DECLS

/** Layout of the kernel's struct arm_smccc_res: a0 .. a3. */
struct osim_smccc_res {
	unsigned long a0, a1, a2, a3;
};

/** The kernel's signature of a conduit (optee_invoke_fn in a driver). */
typedef void osim_optee_invoke_fn_t(unsigned long a0, unsigned long a1, unsigned long a2,
				    unsigned long a3, unsigned long a4, unsigned long a5,
				    unsigned long a6, unsigned long a7, struct osim_smccc_res *res);

/** What stands at the secure end: eight registers in, the same eight out. */
typedef void osim_conduit_fn(void *arg, struct osim_machine *m, struct osim_regs *regs);

/**
 * @brief Looks at a call, and may change it, on both ways.
 *
 * fn() calls osim_tap_next() to hand the registers on, once, several times (a repeated call), or
 * not at all (it answered itself). The struct is the caller's and must stay where it is while the
 * tap is in the chain.
 */
struct osim_tap {
	void (*fn)(struct osim_tap *tap, struct osim_machine *m, struct osim_regs *regs);
	void *arg;
	struct osim_tap *next; /**< Set by osim_tap_add(). */
};

/**
 * @brief Makes one call into the secure world, on the executing CPU.
 *
 * A scheduling point before and one after. Registers come back as the secure world left them.
 *
 * @param m     The machine.
 * @param regs  a0 .. a7 in, r0 .. r7 out.
 * @retval 0        The secure world answered; see regs->a[0].
 * @retval -EIO     The secure world has panicked; it will never answer. Registers unchanged. In a
 * thread of the machine the call does not return at all: that CPU is lost.
 * @retval -ENXIO   The machine has no secure world. Registers unchanged.
 * @par Context  A thread or an interrupt handler of the machine, or the host's stack (then as CPU
 * 0).
 * @par ABI  SMC Calling Convention; each call is described in optee_smc.h.
 */
OSIM_EXPORT int osim_invoke(struct osim_machine *m, struct osim_regs *regs);

/**
 * @brief osim_invoke() with the kernel's signature, on the current machine.
 *
 * The machine is that of the running thread or handler; outside of them the one entered with
 * osim_enter(). Without any, or where osim_invoke() fails, a0 is ~0 (SMC Unknown Function
 * Identifier).
 */
OSIM_EXPORT void osim_optee_invoke_fn(unsigned long a0, unsigned long a1, unsigned long a2,
				      unsigned long a3, unsigned long a4, unsigned long a5,
				      unsigned long a6, unsigned long a7,
				      struct osim_smccc_res *res);

/**
 * @brief Puts another function at the secure end. Taps stay in front of it.
 * @param m    The machine.
 * @param fn   The new end, or NULL for the machine's own fake secure world.
 * @param arg  Passed to it.
 * @par Context  Host, or any context of the machine; calls under way end where they began.
 */
OSIM_EXPORT void osim_set_conduit(struct osim_machine *m, osim_conduit_fn *fn, void *arg);

/** @brief osim_set_conduit() for a function with the kernel's signature; r4 .. r7 keep what was
 * passed. */
OSIM_EXPORT void osim_set_invoke_fn(struct osim_machine *m, osim_optee_invoke_fn_t *fn);

/**
 * @brief Puts a tap nearest to the driver, in front of those that are there.
 * @par Context  Host, or a context of the machine with no call under way.
 */
OSIM_EXPORT void osim_tap_add(struct osim_machine *m, struct osim_tap *tap);

/**
 * @brief Takes a tap out.
 * @retval 0        Done.
 * @retval -ENOENT  It is not in the chain.
 */
OSIM_EXPORT int osim_tap_remove(struct osim_machine *m, struct osim_tap *tap);

/** @brief From inside a tap: hands the registers to the next tap, or to the secure end. */
OSIM_EXPORT void osim_tap_next(struct osim_tap *tap, struct osim_machine *m,
			       struct osim_regs *regs);

OSIM_END_DECLS

#endif
