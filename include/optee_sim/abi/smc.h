/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_ABI_SMC_H
#define OPTEE_SIM_ABI_SMC_H

/**
 * @file
 * @brief Calls into the secure world: function ids, what registers carry, what comes back.
 *
 * Numbers as in Linux drivers/tee/optee/optee_smc.h and OP-TEE OS
 * core/arch/arm/include/sm/optee_smc.h.
 *
 * a0 .. a7 are w0 .. w7 (r0 .. r7). a0 is the function id on the call and, but for the calls that
 * identify the other side, OPTEE_SMC_RETURN_* when it returns. a7 is the client id that a
 * hypervisor puts in; 0 without one. A 64-bit value in two registers has its upper half in the
 * first. "Kept" means: the value it had on the call. A fast call returns when it is done. A
 * yielding call can be left for an RPC and resumed, so that the secure world can be interrupted and
 * can ask for things.
 */

#include <stdint.h>

#include <optee_sim/abi/msg.h>

/* -- Function ids ---------------------------------------------------------------------------- */

#define OPTEE_SMC_32	    0x00000000u
#define OPTEE_SMC_64	    0x40000000u
#define OPTEE_SMC_STD_CALL  0x00000000u
#define OPTEE_SMC_FAST_CALL 0x80000000u

#define OPTEE_SMC_OWNER_SHIFT 24
#define OPTEE_SMC_OWNER_MASK  0x3fu
#define OPTEE_SMC_FUNC_MASK   0xffffu

#define OPTEE_SMC_OWNER_ARCH	    0u
#define OPTEE_SMC_OWNER_CPU	    1u
#define OPTEE_SMC_OWNER_SIP	    2u
#define OPTEE_SMC_OWNER_OEM	    3u
#define OPTEE_SMC_OWNER_STANDARD    4u
#define OPTEE_SMC_OWNER_TRUSTED_APP 48u
#define OPTEE_SMC_OWNER_TRUSTED_OS  50u
/* Between OP-TEE and its dispatcher in EL3; the normal world never uses it. */
#define OPTEE_SMC_OWNER_TRUSTED_OS_OPTEED 62u
#define OPTEE_SMC_OWNER_TRUSTED_OS_API	  63u

#define OPTEE_SMC_CALL_VAL(type, calling_convention, owner, func_num) \
	((type) | (calling_convention) |                              \
	 (((owner)&OPTEE_SMC_OWNER_MASK) << OPTEE_SMC_OWNER_SHIFT) |  \
	 ((func_num)&OPTEE_SMC_FUNC_MASK))
#define OPTEE_SMC_STD_CALL_VAL(func_num) \
	OPTEE_SMC_CALL_VAL(OPTEE_SMC_32, OPTEE_SMC_STD_CALL, OPTEE_SMC_OWNER_TRUSTED_OS, (func_num))
#define OPTEE_SMC_FAST_CALL_VAL(func_num)                                                 \
	OPTEE_SMC_CALL_VAL(OPTEE_SMC_32, OPTEE_SMC_FAST_CALL, OPTEE_SMC_OWNER_TRUSTED_OS, \
			   (func_num))

#define OPTEE_SMC_IS_FAST_CALL(smc_val) ((smc_val)&OPTEE_SMC_FAST_CALL)
#define OPTEE_SMC_IS_64(smc_val)	((smc_val)&OPTEE_SMC_64)
#define OPTEE_SMC_FUNC_NUM(smc_val)	((smc_val)&OPTEE_SMC_FUNC_MASK)
#define OPTEE_SMC_OWNER_NUM(smc_val)	(((smc_val) >> OPTEE_SMC_OWNER_SHIFT) & OPTEE_SMC_OWNER_MASK)

/* How memory is cached: write-back, shareable between CPUs where there are several. */
#define OPTEE_SMC_SHM_CACHED 1u

/* -- Who is there ---------------------------------------------------------------------------- */

/* a0: how many calls there are. */
#define OPTEE_SMC_FUNCID_CALLS_COUNT 0xff00u
#define OPTEE_SMC_CALLS_COUNT                                                                 \
	OPTEE_SMC_CALL_VAL(OPTEE_SMC_32, OPTEE_SMC_FAST_CALL, OPTEE_SMC_OWNER_TRUSTED_OS_API, \
			   OPTEE_SMC_FUNCID_CALLS_COUNT)

/* a0..a3: OPTEE_MSG_UID_*, or OPTEE_MSG_IMAGE_LOAD_UID_* while there is only a loader. */
#define OPTEE_SMC_FUNCID_CALLS_UID OPTEE_MSG_FUNCID_CALLS_UID
#define OPTEE_SMC_CALLS_UID                                                                   \
	OPTEE_SMC_CALL_VAL(OPTEE_SMC_32, OPTEE_SMC_FAST_CALL, OPTEE_SMC_OWNER_TRUSTED_OS_API, \
			   OPTEE_SMC_FUNCID_CALLS_UID)

/* a0, a1: major and minor of this protocol, OPTEE_MSG_REVISION_*. */
#define OPTEE_SMC_FUNCID_CALLS_REVISION OPTEE_MSG_FUNCID_CALLS_REVISION
#define OPTEE_SMC_CALLS_REVISION                                                              \
	OPTEE_SMC_CALL_VAL(OPTEE_SMC_32, OPTEE_SMC_FAST_CALL, OPTEE_SMC_OWNER_TRUSTED_OS_API, \
			   OPTEE_SMC_FUNCID_CALLS_REVISION)

/* a0..a3: which trusted OS it is, OPTEE_MSG_OS_OPTEE_UUID_*. */
#define OPTEE_SMC_FUNCID_GET_OS_UUID OPTEE_MSG_FUNCID_GET_OS_UUID
#define OPTEE_SMC_CALL_GET_OS_UUID   OPTEE_SMC_FAST_CALL_VAL(OPTEE_SMC_FUNCID_GET_OS_UUID)

/* a0, a1: its version; a2: build identifier, 0 = not told. */
#define OPTEE_SMC_FUNCID_GET_OS_REVISION OPTEE_MSG_FUNCID_GET_OS_REVISION
#define OPTEE_SMC_CALL_GET_OS_REVISION	 OPTEE_SMC_FAST_CALL_VAL(OPTEE_SMC_FUNCID_GET_OS_REVISION)

/*
 * To EL3, once, before OP-TEE runs: load and start this image.
 * In: a1:a2 size, a3:a4 physical address. Out: a0 0, or any error.
 */
#define OPTEE_SMC_FUNCID_LOAD_IMAGE 2u
#define OPTEE_SMC_CALL_LOAD_IMAGE                                                             \
	OPTEE_SMC_CALL_VAL(OPTEE_SMC_32, OPTEE_SMC_FAST_CALL, OPTEE_SMC_OWNER_TRUSTED_OS_API, \
			   OPTEE_SMC_FUNCID_LOAD_IMAGE)

/* -- Yielding calls -------------------------------------------------------------------------- */

/*
 * Handle a message. Interrupts that the normal world wants to see must not be masked meanwhile.
 *
 * WITH_ARG, WITH_RPC_ARG: a1:a2 physical address of the message, a3 how it is cached (not looked at
 * inside reserved shared memory). WITH_REGD_ARG: a1:a2 cookie of registered memory, a3 offset of
 * the message in it. With the latter two a second message, for RPCs, follows the first; it has room
 * for as many parameters as EXCHANGE_CAPABILITIES told.
 *
 * OK: done, its result is in the message; a1..a3 anything, a4..a7 kept.
 * ETHREAD_LIMIT: all threads are taken; a1..a7 kept. EBADADDR, EBADCMD: as OK, message not handled.
 * An RPC (OPTEE_SMC_RETURN_IS_RPC()): do that and resume with RETURN_FROM_RPC.
 */
#define OPTEE_SMC_FUNCID_CALL_WITH_ARG	    OPTEE_MSG_FUNCID_CALL_WITH_ARG
#define OPTEE_SMC_CALL_WITH_ARG		    OPTEE_SMC_STD_CALL_VAL(OPTEE_SMC_FUNCID_CALL_WITH_ARG)
#define OPTEE_SMC_FUNCID_CALL_WITH_RPC_ARG  18u
#define OPTEE_SMC_CALL_WITH_RPC_ARG	    OPTEE_SMC_STD_CALL_VAL(OPTEE_SMC_FUNCID_CALL_WITH_RPC_ARG)
#define OPTEE_SMC_FUNCID_CALL_WITH_REGD_ARG 19u
#define OPTEE_SMC_CALL_WITH_REGD_ARG	    OPTEE_SMC_STD_CALL_VAL(OPTEE_SMC_FUNCID_CALL_WITH_REGD_ARG)

/*
 * Resume a call that was left for an RPC. In: what the RPC says; where it says nothing, the
 * registers as they came. Out: as the calls above. ERESUME: this is not how any call was left.
 */
#define OPTEE_SMC_FUNCID_RETURN_FROM_RPC 3u
#define OPTEE_SMC_CALL_RETURN_FROM_RPC	 OPTEE_SMC_STD_CALL_VAL(OPTEE_SMC_FUNCID_RETURN_FROM_RPC)

/* -- Shared memory --------------------------------------------------------------------------- */

/*
 * Where reserved shared memory is. OK: a1 physical address, a2 size, a3 OPTEE_SMC_SHM_*, a4..a7
 * kept. ENOTAVAIL: there is none; a1..a3 anything.
 */
#define OPTEE_SMC_FUNCID_GET_SHM_CONFIG 7u
#define OPTEE_SMC_GET_SHM_CONFIG	OPTEE_SMC_FAST_CALL_VAL(OPTEE_SMC_FUNCID_GET_SHM_CONFIG)

/*
 * The secure world keeps RPC messages for later use; take that memory back. OK: a1:a2 one cookie to
 * free, ask again. ENOTAVAIL: none is left and none will be kept. EBUSY: a call is under way. The
 * other registers are kept.
 */
#define OPTEE_SMC_FUNCID_DISABLE_SHM_CACHE 10u
#define OPTEE_SMC_DISABLE_SHM_CACHE	   OPTEE_SMC_FAST_CALL_VAL(OPTEE_SMC_FUNCID_DISABLE_SHM_CACHE)

/* It may keep them. OK, or EBUSY: a call is under way. a1..a7 kept. */
#define OPTEE_SMC_FUNCID_ENABLE_SHM_CACHE 11u
#define OPTEE_SMC_ENABLE_SHM_CACHE	  OPTEE_SMC_FAST_CALL_VAL(OPTEE_SMC_FUNCID_ENABLE_SHM_CACHE)

/*
 * Where protected memory is. a2..a6 are 0. OK: a1 physical address, a2 size, a3 width of its
 * addresses in bits, a4..a7 kept. ENOTAVAIL: there is none; a1..a3 anything.
 */
#define OPTEE_SMC_FUNCID_GET_PROTMEM_CONFIG 20u
#define OPTEE_SMC_GET_PROTMEM_CONFIG	    OPTEE_SMC_FAST_CALL_VAL(OPTEE_SMC_FUNCID_GET_PROTMEM_CONFIG)

/* -- Capabilities ---------------------------------------------------------------------------- */

/*
 * In: a1 OPTEE_SMC_NSEC_CAP_*. OK: a1 OPTEE_SMC_SEC_CAP_*; a2 the largest notification value (with
 * ASYNC_NOTIF); a3 bits 7..0 parameters an RPC message must have room for (with RPC_ARG),
 * bits 31..8 are 0; a4..a7 kept. ENOTAVAIL: the secure world cannot live with a1; a1 as for OK,
 * a2..a7 kept.
 */
#define OPTEE_SMC_FUNCID_EXCHANGE_CAPABILITIES 9u
#define OPTEE_SMC_EXCHANGE_CAPABILITIES \
	OPTEE_SMC_FAST_CALL_VAL(OPTEE_SMC_FUNCID_EXCHANGE_CAPABILITIES)

/* The normal world has one CPU. */
#define OPTEE_SMC_NSEC_CAP_UNIPROCESSOR (1u << 0)

/* GET_SHM_CONFIG tells of shared memory. */
#define OPTEE_SMC_SEC_CAP_HAVE_RESERVED_SHM (1u << 0)
/* Messages may point to memory that was never registered. */
#define OPTEE_SMC_SEC_CAP_UNREGISTERED_SHM (1u << 1)
/* REGISTER_SHM works, and messages may lie anywhere. */
#define OPTEE_SMC_SEC_CAP_DYNAMIC_SHM (1u << 2)
/* Several guests, told apart by a7. */
#define OPTEE_SMC_SEC_CAP_VIRTUALIZATION (1u << 3)
/* A buffer may be NULL. */
#define OPTEE_SMC_SEC_CAP_MEMREF_NULL (1u << 4)
/* Notifications through an interrupt. */
#define OPTEE_SMC_SEC_CAP_ASYNC_NOTIF (1u << 5)
/* CALL_WITH_RPC_ARG and CALL_WITH_REGD_ARG. */
#define OPTEE_SMC_SEC_CAP_RPC_ARG (1u << 6)
/* RPMB devices are looked for by RPC. */
#define OPTEE_SMC_SEC_CAP_RPMB_PROBE (1u << 7)
/* GET_PROTMEM_CONFIG tells of protected memory. */
#define OPTEE_SMC_SEC_CAP_PROTMEM (1u << 8)
/* Memory can be lent to become protected. */
#define OPTEE_SMC_SEC_CAP_DYNAMIC_PROTMEM (1u << 9)

/* OK: a1 how many yielding calls can be under way at once; a2..a7 kept. */
#define OPTEE_SMC_FUNCID_GET_THREAD_COUNT 15u
#define OPTEE_SMC_GET_THREAD_COUNT	  OPTEE_SMC_FAST_CALL_VAL(OPTEE_SMC_FUNCID_GET_THREAD_COUNT)

/* -- Asynchronous notifications -------------------------------------------------------------- */

/* The normal world takes notifications from now on. OK, or ENOTAVAIL. a1..a7 kept. */
#define OPTEE_SMC_FUNCID_ENABLE_ASYNC_NOTIF 16u
#define OPTEE_SMC_ENABLE_ASYNC_NOTIF	    OPTEE_SMC_FAST_CALL_VAL(OPTEE_SMC_FUNCID_ENABLE_ASYNC_NOTIF)

/*
 * Take one value out of the record of posted ones; made by the interrupt handler until none is
 * left. OK: a1 the value, a2 bit 0 it is valid (else none was there), bit 1 there are more,
 * bits 31..2 are 0; a3..a7 kept. ENOTAVAIL: a1..a7 kept.
 */
#define OPTEE_SMC_FUNCID_GET_ASYNC_NOTIF_VALUE 17u
#define OPTEE_SMC_GET_ASYNC_NOTIF_VALUE \
	OPTEE_SMC_FAST_CALL_VAL(OPTEE_SMC_FUNCID_GET_ASYNC_NOTIF_VALUE)

#define OPTEE_SMC_ASYNC_NOTIF_VALUE_VALID   (1u << 0)
#define OPTEE_SMC_ASYNC_NOTIF_VALUE_PENDING (1u << 1)
/* This value asks for the message command DO_BOTTOM_HALF. */
#define OPTEE_SMC_ASYNC_NOTIF_VALUE_DO_BOTTOM_HALF 0u

/* -- What OP-TEE OS has and Linux does not use ------------------------------------------------ */

/*
 * A mutex in memory for the level 2 cache controller (32-bit platforms). In: a1 what to do; to set
 * it a2:a3 physical address. OK: a1 kept; when got a2:a3 physical address. ENOTAVAIL: no address,
 * EBADADDR: not that one, EBADCMD: not that a1; a1..a7 kept.
 */
#define OPTEE_SMC_FUNCID_L2CC_MUTEX   8u
#define OPTEE_SMC_L2CC_MUTEX	      OPTEE_SMC_FAST_CALL_VAL(OPTEE_SMC_FUNCID_L2CC_MUTEX)
#define OPTEE_SMC_L2CC_MUTEX_GET_ADDR 0u
#define OPTEE_SMC_L2CC_MUTEX_SET_ADDR 1u
#define OPTEE_SMC_L2CC_MUTEX_ENABLE   2u
#define OPTEE_SMC_L2CC_MUTEX_DISABLE  3u

/*
 * Start another CPU. In: a1 its index, a2:a3 physical address it enters the normal world at. OK,
 * EBADCMD: no such CPU, EBUSY: not now. a1..a7 kept.
 */
#define OPTEE_SMC_FUNCID_BOOT_SECONDARY 12u
#define OPTEE_SMC_BOOT_SECONDARY	OPTEE_SMC_FAST_CALL_VAL(OPTEE_SMC_FUNCID_BOOT_SECONDARY)

/*
 * The hypervisor (a7 is 0) made or ended guest a1. OK, or for VM_CREATED ENOTAVAIL: no room for one
 * more. a1..a7 kept.
 */
#define OPTEE_SMC_FUNCID_VM_CREATED   13u
#define OPTEE_SMC_VM_CREATED	      OPTEE_SMC_FAST_CALL_VAL(OPTEE_SMC_FUNCID_VM_CREATED)
#define OPTEE_SMC_FUNCID_VM_DESTROYED 14u
#define OPTEE_SMC_VM_DESTROYED	      OPTEE_SMC_FAST_CALL_VAL(OPTEE_SMC_FUNCID_VM_DESTROYED)

/* -- RPCs: how a yielding call is left -------------------------------------------------------- */

#define OPTEE_SMC_RETURN_RPC_PREFIX_MASK 0xffff0000u
#define OPTEE_SMC_RETURN_RPC_PREFIX	 0xffff0000u
#define OPTEE_SMC_RETURN_RPC_FUNC_MASK	 0x0000ffffu

#define OPTEE_SMC_RETURN_GET_RPC_FUNC(ret) ((ret)&OPTEE_SMC_RETURN_RPC_FUNC_MASK)
#define OPTEE_SMC_RPC_VAL(func)		   ((func) | OPTEE_SMC_RETURN_RPC_PREFIX)

/*
 * Memory for a message. Asked: a1 bytes; a3, a6, a7 to be given back as they are. Answered: a1:a2
 * physical address, 0 if there is no memory; a4:a5 cookie of it.
 */
#define OPTEE_SMC_RPC_FUNC_ALLOC   0u
#define OPTEE_SMC_RETURN_RPC_ALLOC OPTEE_SMC_RPC_VAL(OPTEE_SMC_RPC_FUNC_ALLOC)

/* That memory is not needed any more. Asked: a1:a2 cookie; a3..a7 to be given back. */
#define OPTEE_SMC_RPC_FUNC_FREE	  2u
#define OPTEE_SMC_RETURN_RPC_FREE OPTEE_SMC_RPC_VAL(OPTEE_SMC_RPC_FUNC_FREE)

/* An interrupt of the normal world is pending; take it. a1..a7 to be given back. */
#define OPTEE_SMC_RPC_FUNC_FOREIGN_INTR	  4u
#define OPTEE_SMC_RETURN_RPC_FOREIGN_INTR OPTEE_SMC_RPC_VAL(OPTEE_SMC_RPC_FUNC_FOREIGN_INTR)

/*
 * Do what a message says (OPTEE_RPC_CMD_*) and answer in it. Asked: a1:a2 cookie of the message, 0
 * where it follows the caller's own; a3..a7 to be given back.
 */
#define OPTEE_SMC_RPC_FUNC_CMD	 5u
#define OPTEE_SMC_RETURN_RPC_CMD OPTEE_SMC_RPC_VAL(OPTEE_SMC_RPC_FUNC_CMD)

/* -- a0 of a return --------------------------------------------------------------------------- */

#define OPTEE_SMC_RETURN_OK		  0x0u
#define OPTEE_SMC_RETURN_ETHREAD_LIMIT	  0x1u
#define OPTEE_SMC_RETURN_EBUSY		  0x2u
#define OPTEE_SMC_RETURN_ERESUME	  0x3u
#define OPTEE_SMC_RETURN_EBADADDR	  0x4u
#define OPTEE_SMC_RETURN_EBADCMD	  0x5u
#define OPTEE_SMC_RETURN_ENOMEM		  0x6u
#define OPTEE_SMC_RETURN_ENOTAVAIL	  0x7u
#define OPTEE_SMC_RETURN_UNKNOWN_FUNCTION 0xffffffffu

/* UNKNOWN_FUNCTION has the prefix of an RPC and is none. */
#define OPTEE_SMC_RETURN_IS_RPC(ret)                             \
	((uint32_t)(ret) != OPTEE_SMC_RETURN_UNKNOWN_FUNCTION && \
	 ((uint32_t)(ret)&OPTEE_SMC_RETURN_RPC_PREFIX_MASK) == OPTEE_SMC_RETURN_RPC_PREFIX)

/* -- Other spellings of the same numbers ------------------------------------------------------ */

/* OP-TEE OS. */
#define OPTEE_SMC_ASYNC_NOTIF_VALID   OPTEE_SMC_ASYNC_NOTIF_VALUE_VALID
#define OPTEE_SMC_ASYNC_NOTIF_PENDING OPTEE_SMC_ASYNC_NOTIF_VALUE_PENDING
/* Early Linux. */
#define OPTEE_SMC_SEC_CAP_HAVE_RESERVERED_SHM OPTEE_SMC_SEC_CAP_HAVE_RESERVED_SHM
#define OPTEE_SMC_RPC_FUNC_IRQ		      OPTEE_SMC_RPC_FUNC_FOREIGN_INTR
#define OPTEE_SMC_RETURN_RPC_IRQ	      OPTEE_SMC_RETURN_RPC_FOREIGN_INTR

#endif
