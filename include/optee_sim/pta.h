/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_PTA_H
#define OPTEE_SIM_PTA_H

/**
 * @file
 * @brief Pseudo TAs and notification drivers: what runs in the fake secure world, written in C.
 *
 * Their functions run in a secure thread. They may stop in an RPC (osim_pta_rpc() and what is built
 * on it): the call then leaves the secure world, other calls come in, and the function goes on when
 * the normal world has answered. Results are TEE_SUCCESS and TEE_ERROR_* of optee_sim/abi/tee.h.
 */

#include <optee_sim/machine.h>

OSIM_BEGIN_DECLS

/** A call under way in a pseudo TA or a notification driver; valid until its function returns. */
struct osim_pta_call;

/** Kinds of parameter, as in GlobalPlatform's TEE API. */
enum osim_pta_type {
	OSIM_PTA_NONE = 0,
	OSIM_PTA_VALUE_INPUT = 1,
	OSIM_PTA_VALUE_OUTPUT = 2,
	OSIM_PTA_VALUE_INOUT = 3,
	OSIM_PTA_MEMREF_INPUT = 5,
	OSIM_PTA_MEMREF_OUTPUT = 6,
	OSIM_PTA_MEMREF_INOUT = 7,
};

/** One of four parameters. What an output kind holds when the function returns is given back. */
struct osim_pta_param {
	enum osim_pta_type type;
	uint32_t a, b;	     /**< Values. */
	uint64_t size_bytes; /**< Memory: how much there is; out: how much there should have been or
				was used. */
	bool null;	     /**< Memory: a NULL buffer. */
};

/** Properties of a pseudo TA. */
enum osim_pta_flag {
	OSIM_PTA_MULTI_INSTANCE =
		1, /**< Each session has an instance of its own. Else there is one for all. */
	OSIM_PTA_SINGLE_SESSION = 2, /**< A second session is refused with TEE_ERROR_BUSY. */
	OSIM_PTA_CONCURRENT =
		4, /**< Several calls may be in it at once. Else they wait for each other. */
	OSIM_PTA_NOT_KEPT = 8, /**< The instance goes with its last session. */
	OSIM_PTA_LOADED =
		16, /**< Asks the normal world for its binary (LOAD_TA) before the first session. */
	OSIM_PTA_ENUM = 32,	  /**< The enumeration pseudo TA lists it at once, */
	OSIM_PTA_ENUM_SUPP = 64,  /**< or once there is a supplicant, */
	OSIM_PTA_ENUM_RPMB = 128, /**< or once there is an RPMB device. */
};

/** A pseudo TA. Zero-initialise, set size, set what is there; functions that are NULL succeed
 * (invoke: NOT_IMPLEMENTED). */
struct osim_pta {
	size_t size;	  /**< sizeof(struct osim_pta). */
	uint8_t uuid[16]; /**< As the bytes are written: 7011a688-dd... is 0x70, 0x11, 0xa6, ... */
	const char *name; /**< For events; static text. */
	uint32_t flags;	  /**< enum osim_pta_flag. */
	/** The first session of an instance begins; *instance is what osim_pta_instance() gives. An
	 * error refuses the session. */
	uint32_t (*create)(void *arg, struct osim_pta_call *call, void **instance);
	/** The instance goes. Not called when the machine is freed. */
	void (*destroy)(void *arg, void *instance);
	/** A session begins; *session is handed to the others. An error refuses it. */
	uint32_t (*open)(void *arg, struct osim_pta_call *call, struct osim_pta_param params[4],
			 void **session);
	/** A command. */
	uint32_t (*invoke)(void *arg, struct osim_pta_call *call, void *session, uint32_t func,
			   struct osim_pta_param params[4]);
	/** A session ends. Not called when the machine is freed in between. */
	void (*close)(void *arg, struct osim_pta_call *call, void *session);
	void *arg; /**< Passed to all. */
};

/**
 * @brief Adds a pseudo TA to the machine's fake secure world.
 * @retval 0        There; sessions can be opened.
 * @retval -EINVAL  No description, or a size that this library does not know.
 * @retval -EEXIST  There is one with that UUID.
 * @retval -ENXIO   The machine has no fake secure world.
 * @retval -ENOMEM  Out of memory.
 * @par Ownership  Copied; what arg and name point to must outlive the machine.
 * @par Context  Host.
 */
OSIM_EXPORT int osim_pta_register(struct osim_machine *m, const struct osim_pta *pta);

/** What a notification driver is told. */
enum osim_notif_event {
	OSIM_NOTIF_STARTED, /**< The normal world takes notifications now. In a fast call: nothing
			       here may wait. */
	OSIM_NOTIF_STOPPED, /**< It does not any more. */
	OSIM_NOTIF_BOTTOM_HALF, /**< It asks for the deferred work, because 0 was posted or of its
				   own accord. */
};

/** A driver of the secure world that uses notifications. */
struct osim_notif_driver {
	size_t size;	  /**< sizeof(struct osim_notif_driver). */
	const char *name; /**< For events; static text. */
	void (*event)(void *arg, struct osim_pta_call *call, enum osim_notif_event event);
	void *arg;
};

/**
 * @brief Adds a notification driver; the newest is told first. Bottom halves run one after the
 * other.
 * @retval 0        There.
 * @retval -EINVAL  No description, no function, or a size that this library does not know.
 * @retval -ENXIO   The machine has no fake secure world.
 * @retval -ENOMEM  Out of memory.
 * @par Ownership  Copied.
 * @par Context  Host.
 */
OSIM_EXPORT int osim_notif_driver_register(struct osim_machine *m,
					   const struct osim_notif_driver *driver);

/**
 * @brief A timer of the secure world: calls @p fn in its interrupt once @p period_ns has passed,
 * and again as long as it returns true.
 *
 * The function may post (osim_post()); it cannot wait.
 * @retval 0        Armed.
 * @retval -EINVAL  No function, or a period of 0.
 * @retval -ENXIO   The machine has no fake secure world.
 * @retval -ENOMEM  Out of memory.
 * @par Context  Host, or inside a pseudo TA or notification driver. It ends with the machine, or
 * when the secure world panics.
 */
OSIM_EXPORT int osim_callout(struct osim_machine *m, uint64_t period_ns,
			     bool (*fn)(void *arg, struct osim_machine *m), void *arg);

/** The pseudo TA that does RPCs on demand, for tests of a normal world; it is always there. Many
 * calls can be in it at once. */
#define OSIM_PTA_RPC_UUID                                                                     \
	{                                                                                     \
		0x7c, 0x3e, 0x1a, 0x52, 0x9d, 0x04, 0x4b, 0x8f, 0xa6, 0x11, 0x5e, 0x2c, 0x90, \
			0x7d, 0xb3, 0x01                                                      \
	}

/** Its functions. */
enum osim_pta_rpc_func {
	/**
	 * [0] value in a: OPTEE_RPC_CMD_*, b: how many parameters (0 .. 3). [1] .. [3] become the
	 * parameters of the RPC, in order: values as they are (c is 0), memory by way of a buffer
	 * of SHM_ALLOC whose content goes both ways.
	 */
	OSIM_PTA_RPC_DO = 0,
	OSIM_PTA_RPC_SHM =
		1, /**< [0] value in a: OPTEE_RPC_SHM_TYPE_*, b: bytes. Allocates and frees. */
	OSIM_PTA_RPC_WAIT = 2,	 /**< [0] value in a: value, b: timeout in ms. NOTIFICATION WAIT. */
	OSIM_PTA_RPC_SEND = 3,	 /**< [0] value in a: value. NOTIFICATION SEND. */
	OSIM_PTA_RPC_CANCEL = 4, /**< [0] value in a: value. WAITs for it, 10 ms at a time, until
				    the request is cancelled; TEE_ERROR_TIMEOUT after 100 times. */
};

/** The system pseudo TA; it is always there. Many calls can be in it at once. */
#define OSIM_PTA_SYSTEM_UUID                                                                  \
	{                                                                                     \
		0x7c, 0x3e, 0x1a, 0x52, 0x9d, 0x04, 0x4b, 0x8f, 0xa6, 0x11, 0x5e, 0x2c, 0x90, \
			0x7d, 0xb3, 0x02                                                      \
	}

/** Its functions. */
enum osim_pta_system_func {
	OSIM_PTA_SYSTEM_POST = 0,  /**< [0] value in a: posts that notification. */
	OSIM_PTA_SYSTEM_SLEEP = 1, /**< [0] value in a: milliseconds, by RPC SUSPEND. */
	OSIM_PTA_SYSTEM_NEST = 2,  /**< [0] memory in: UUID, [1] value in a: function; [2], [3] are
				      the other TA's [0], [1]. */
	OSIM_PTA_SYSTEM_LOGIN =
		3, /**< [0] value out a: login class of the client; [1] memory out: its UUID. */
	OSIM_PTA_SYSTEM_PANIC =
		4, /**< [0] value in a: 0 this TA panics, 1 the secure world does. */
	OSIM_PTA_SYSTEM_VALUES =
		5, /**< [0] value inout a: 0 allocates a notification value, else frees that one. */
};

/** @name From inside a pseudo TA or notification driver
 * @{
 */

/** @brief The machine that it runs in. */
OSIM_EXPORT struct osim_machine *osim_pta_machine(const struct osim_pta_call *call);
/** @brief Which guest calls; 0 without virtualization. */
OSIM_EXPORT uint16_t osim_pta_guest(const struct osim_pta_call *call);
/** @brief What create() gave; NULL. */
OSIM_EXPORT void *osim_pta_instance(const struct osim_pta_call *call);
/** @brief Index of the secure thread; -1: none, in a fast call. */
OSIM_EXPORT int osim_pta_thread(const struct osim_pta_call *call);
/** @brief Login class of the session's client, TEE_LOGIN_*; its UUID is written to @p uuid unless
 * NULL. */
OSIM_EXPORT uint32_t osim_pta_client(const struct osim_pta_call *call, uint8_t uuid[16]);
/** @brief Has the client asked for cancellation of this call, and has it been unmasked? */
OSIM_EXPORT bool osim_pta_cancelled(const struct osim_pta_call *call);
/** @brief Lets cancellation through; at first it is masked, as in GlobalPlatform's TEE API. */
OSIM_EXPORT void osim_pta_cancel_unmask(struct osim_pta_call *call, bool unmask);

/**
 * @brief Reads memory of parameter @p i; may be interrupted by the normal world.
 * @return TEE_SUCCESS; TEE_ERROR_BAD_PARAMETERS: not memory, NULL, or beyond its end.
 */
OSIM_EXPORT uint32_t osim_pta_read(struct osim_pta_call *call, unsigned int i, uint64_t offset,
				   void *buf, size_t size_bytes);
/** @brief Writes memory of parameter @p i. Results as osim_pta_read(); also for an input parameter.
 */
OSIM_EXPORT uint32_t osim_pta_write(struct osim_pta_call *call, unsigned int i, uint64_t offset,
				    const void *buf, size_t size_bytes);

/** A buffer of the normal world, made by osim_pta_alloc(). */
struct osim_pta_mem;

/** A parameter of an RPC. */
struct osim_pta_rpc_param {
	enum osim_pta_type type;
	uint64_t a, b, c;	  /**< Values, in and out. */
	struct osim_pta_mem *mem; /**< Memory; NULL: a NULL buffer. */
	uint64_t offset;	  /**< In it. */
	uint64_t size_bytes;	  /**< In and out. */
};

/**
 * @brief Has the normal world do a command (OPTEE_RPC_CMD_*), whatever it is.
 * @param count  At most 4.
 * @return The answer's result; TEE_ERROR_OUT_OF_MEMORY: no memory for the message;
 * TEE_ERROR_BAD_PARAMETERS: too many or unknown parameters; TEE_ERROR_BAD_STATE: in a fast call.
 */
OSIM_EXPORT uint32_t osim_pta_rpc(struct osim_pta_call *call, uint32_t cmd, unsigned int count,
				  struct osim_pta_rpc_param *params);
/**
 * @brief RPC SHM_ALLOC. @p type is OPTEE_RPC_SHM_TYPE_*.
 * @return NULL: refused, or the answer made no sense. Given back with osim_pta_free().
 */
OSIM_EXPORT struct osim_pta_mem *osim_pta_alloc(struct osim_pta_call *call, uint32_t type,
						uint64_t size_bytes);
/** @brief RPC SHM_FREE. NULL is ignored. */
OSIM_EXPORT void osim_pta_free(struct osim_pta_call *call, uint32_t type, struct osim_pta_mem *mem);
/** @brief Reads or writes such a buffer. Results as osim_pta_read(). */
OSIM_EXPORT uint32_t osim_pta_mem_read(struct osim_pta_call *call, struct osim_pta_mem *mem,
				       uint64_t offset, void *buf, size_t size_bytes);
OSIM_EXPORT uint32_t osim_pta_mem_write(struct osim_pta_call *call, struct osim_pta_mem *mem,
					uint64_t offset, const void *buf, size_t size_bytes);

/** @brief RPC NOTIFICATION WAIT; @p timeout_ms 0: none. Returns when it was answered, whoever sent
 * the value. Results as osim_pta_rpc(). */
OSIM_EXPORT uint32_t osim_pta_notif_wait(struct osim_pta_call *call, uint32_t value,
					 uint32_t timeout_ms);
/** @brief RPC NOTIFICATION SEND. Results as osim_pta_rpc(). */
OSIM_EXPORT uint32_t osim_pta_notif_send(struct osim_pta_call *call, uint32_t value);
/** @brief Posts an asynchronous notification: osim_post() from inside. If interrupts are on the
 * call is left for it at once. Errors as osim_post(). */
OSIM_EXPORT int osim_pta_post(struct osim_pta_call *call, uint32_t value);
/** @brief A value of its own for notifications, the lowest free one from 1.
 * TEE_ERROR_OUT_OF_MEMORY: none is free. */
OSIM_EXPORT uint32_t osim_pta_value_alloc(struct osim_pta_call *call, uint32_t *value);
/** @brief Gives it back; one that was not allocated makes the secure world panic, as in OP-TEE. */
OSIM_EXPORT void osim_pta_value_free(struct osim_pta_call *call, uint32_t value);
/** @brief RPC SUSPEND: sleeps. Results as osim_pta_rpc(). */
OSIM_EXPORT uint32_t osim_pta_sleep_ms(struct osim_pta_call *call, uint32_t duration_ms);
/**
 * @brief Opens a session with another TA, on behalf of this one; its client is
 * TEE_LOGIN_TRUSTED_APP.
 * @param uuid    Of the other TA.
 * @param from    Which of this call's parameters are handed on as the other's four; -1: none. NULL:
 * none at all.
 * @param[out] session  For the two below; the normal world cannot use it.
 * @return The other TA's result, or why it was not reached: TEE_ERROR_BUSY also where it would have
 * to wait for this one.
 */
OSIM_EXPORT uint32_t osim_pta_ta_open(struct osim_pta_call *call, const uint8_t uuid[16],
				      const int from[4], uint32_t *session);
/** @brief Has another TA do a command; output parameters come back into this call's. Results as
 * osim_pta_ta_open(). */
OSIM_EXPORT uint32_t osim_pta_ta_invoke(struct osim_pta_call *call, uint32_t session, uint32_t func,
					const int from[4]);
/** @brief Closes such a session. TEE_ERROR_ITEM_NOT_FOUND: there is none. */
OSIM_EXPORT uint32_t osim_pta_ta_close(struct osim_pta_call *call, uint32_t session);
/** @brief This TA panics: the call under way and all later ones on the instance end with
 * TEE_ERROR_TARGET_DEAD once the function has returned. */
OSIM_EXPORT void osim_pta_panic(struct osim_pta_call *call);
/** @brief The secure world panics; the machine can then only be looked at and freed. Returns in a
 * fast call only. */
OSIM_EXPORT void osim_pta_secure_panic(struct osim_pta_call *call, const char *why);
/** @brief Free text for the event record (kind WORLD). */
OSIM_EXPORT void osim_pta_log(struct osim_pta_call *call, const char *format, ...)
	OSIM_PRINTF(2, 3);

/** @} */

OSIM_END_DECLS

#endif
