/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_SECURE_H
#define OPTEE_SIM_SECURE_H

#include <optee_sim/machine.h>

OSIM_BEGIN_DECLS

/** Whose answers the fake secure world gives where the public headers and a real OP-TEE differ. */
enum osim_profile {
	OSIM_PROFILE_OPTEE, /**< As OP-TEE OS was measured. */
	OSIM_PROFILE_ABI,   /**< As the public headers say. */
};

/** Where a struct osim_secure_options holds a number that was set although it is 0. */
enum osim_secure_set {
	OSIM_SECURE_SET_CAPS = 1,
	OSIM_SECURE_SET_MAX_NOTIF = 2,
	OSIM_SECURE_SET_RPC_PARAMS = 4,
	OSIM_SECURE_SET_THREADS =
		8, /**< thread_count 0: GET_THREAD_COUNT is unknown; 1 thread is there. */
};

/** The fake secure world. Zero-initialise, set size, set what differs; a number of 0 means the
 * default unless its bit is in @c set. */
struct osim_secure_options {
	size_t size;  /**< sizeof(struct osim_secure_options). */
	uint32_t set; /**< enum osim_secure_set. */
	enum osim_profile profile;
	uint32_t caps; /**< OPTEE_SMC_SEC_CAP_*; default dynamic shm, memref null, async notif, RPC
			  arg and reserved shm (f5). */
	uint32_t max_notif_value; /**< a2 of EXCHANGE_CAPABILITIES; default 64 + threads - 1 honest
				     maximum, see docs. */
	uint32_t thread_count;	  /**< 1 .. 64; default 2. */
	uint32_t rpc_param_count; /**< 0 .. 255; default 4. */
	uint32_t os_revision_major, os_revision_minor;
	uint64_t os_build_id;
	uint8_t os_uuid[16];	      /**< All zero: OP-TEE's own. */
	uint64_t shm_pa;	      /**< Reserved shared memory; 0: 0x42000000. */
	uint64_t shm_size_bytes;      /**< 0: 0x200000. Only with the reserved-shm capability. */
	const uint8_t (*devices)[16]; /**< UUIDs that the enumeration pseudo TA lists; borrowed
					 during the call. */
	size_t device_count;
};

/**
 * @brief Posts an asynchronous notification and raises the interrupt, as a producer in the secure
 * world does.
 *
 * A value that is pending already is merged. Allowed whether or not notifications are enabled, as
 * in OP-TEE.
 *
 * @param m      The machine.
 * @param value  0: bottom half; else 1 .. the maximum.
 * @retval 0        Posted, or handed over (another thread).
 * @retval -ERANGE  Above the maximum that EXCHANGE_CAPABILITIES gives. Nothing happened.
 * @retval -ENOTSUP The async-notification capability is not offered, or there is no fake secure
 * world.
 * @retval -EIO     The secure world has panicked.
 * @retval -ENOMEM  No room for it.
 * @par Context  Any; also another thread than the machine's, as long as the machine is not freed
 * meanwhile.
 * @par ABI  optee_smc.h, GET_ASYNC_NOTIF_VALUE.
 */
OSIM_EXPORT int osim_post(struct osim_machine *m, uint32_t value);

OSIM_END_DECLS

#endif
