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
	OSIM_SECURE_SET_THREADS = 8,  /**< GET_THREAD_COUNT is unknown; 1 thread is there. */
	OSIM_SECURE_SET_DEVICES = 16, /**< No device is listed. */
};

/**
 * @brief The fake secure world.
 *
 * Zero-initialise, set size, set what differs. A number of 0 means the default unless its bit is in
 * @c set.
 */
struct osim_secure_options {
	size_t size;  /**< sizeof(struct osim_secure_options). */
	uint32_t set; /**< enum osim_secure_set. */
	enum osim_profile profile;
	uint32_t caps;		  /**< OPTEE_SMC_SEC_CAP_*; default f5, as the recorded OP-TEE. */
	uint32_t max_notif_value; /**< a2 of EXCHANGE_CAPABILITIES; default 64 + threads. */
	uint32_t thread_count;	  /**< 1 .. 64; default 2. */
	uint32_t rpc_param_count; /**< 0 .. 255; default 4. */
	uint32_t os_revision_major, os_revision_minor; /**< Both 0: 4.10. */
	uint64_t os_build_id;
	uint8_t os_uuid[16];	      /**< All zero: OP-TEE's own. */
	uint64_t shm_pa;	      /**< Reserved shared memory; 0: 0x42000000. */
	uint64_t shm_size_bytes;      /**< 0: 0x200000. Only with the reserved-shm capability. */
	const uint8_t (*devices)[16]; /**< UUIDs that the enumeration pseudo TA lists; copied. */
	size_t device_count;	      /**< 0: one, d96a5b40-c3e5-21e3-8794-1002a5d5c61b. */
	/**
	 * 0: no virtualization. Else how many guests can be there at once: each has a record,
	 * threads, shared memory and sessions of its own, and a7 tells who calls.
	 */
	uint32_t guests_max;
	/** 0: none. Else a test watchdog posts value 0 each time so many milliseconds have passed
	 * since ENABLE, six times. */
	uint32_t watchdog_ms;
	/** Carve-out of protected memory, with OPTEE_SMC_SEC_CAP_PROTMEM; size 0: none. Lending
	 * needs the other capability only. */
	uint64_t protmem_pa, protmem_size_bytes;
	/** There is only a loader until the normal world has called LOAD_IMAGE. One attempt: after
	 * one that failed there is nothing. */
	bool load_image;
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
 * @retval -ENXIO   A machine with virtualization: see osim_post_guest().
 * @par Context  Any; also another thread than the machine's, as long as the machine is not freed
 * meanwhile.
 * @par ABI  optee_smc.h, GET_ASYNC_NOTIF_VALUE.
 */
OSIM_EXPORT int osim_post(struct osim_machine *m, uint32_t value);

/**
 * @brief osim_post() for one guest of a machine with virtualization.
 * @param m      The machine.
 * @param guest  Its id, as in a7.
 * @param value  As for osim_post(), which is a post to guest 0 and so for machines without
 * virtualization.
 * @retval 0       Posted, or handed over.
 * @retval -ENXIO  No such guest. Without virtualization all ids are the one normal world.
 * @retval other   As osim_post().
 * @par Context  Any, as osim_post().
 */
OSIM_EXPORT int osim_post_guest(struct osim_machine *m, uint16_t guest, uint32_t value);

OSIM_END_DECLS

#endif
