/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_CLIENT_H
#define OPTEE_SIM_CLIENT_H

#include <optee_sim/types.h>

OSIM_BEGIN_DECLS

/*
 * A program of the normal world: the driver's own ioctls on its own device nodes, as the TEE client
 * library makes them. Every function here is called in a thread of the machine (osim_spawn()) and
 * may sleep there.
 */

/** Parameters that one call can have. */
#define OSIM_CLIENT_PARAMS_MAX 8u

/** Kinds of parameter; the numbers are TEE_IOCTL_PARAM_ATTR_TYPE_* of <linux/tee.h>. */
enum osim_param_type {
	OSIM_PARAM_NONE = 0,
	OSIM_PARAM_VALUE_IN = 1,
	OSIM_PARAM_VALUE_OUT = 2,
	OSIM_PARAM_VALUE_INOUT = 3,
	OSIM_PARAM_MEM_IN = 5,
	OSIM_PARAM_MEM_OUT = 6,
	OSIM_PARAM_MEM_INOUT = 7,
};

/** Shared memory of a client. */
struct osim_client_shm {
	int fd;		   /**< What keeps it alive. */
	int id;		   /**< What a memory reference names. */
	void *va;	   /**< Where the program sees it. */
	size_t size_bytes; /**< What the driver made of the size that was asked for. */
	bool mapped; /**< va is a mapping of fd (alloc), not the program's own memory (register). */
};

/** One parameter. Outputs are written back. */
struct osim_param {
	enum osim_param_type type;
	uint64_t a, b, c;		   /**< Of a value. */
	const struct osim_client_shm *shm; /**< Of a memory reference; NULL: a null reference. */
	uint64_t offset_bytes,
		size_bytes; /**< Of a memory reference; the size comes back of outputs. */
};

/** What the secure world said of a call that reached it. */
struct osim_tee_result {
	uint32_t ret;	 /**< TEE_SUCCESS or TEE_ERROR_*. */
	uint32_t origin; /**< TEE_ORIGIN_*. */
};

/** An open device node. */
struct osim_client {
	struct osim_machine *m;
	int fd;
};

/**
 * @brief Opens the first TEE client device ("tee0").
 * @param m  The machine.
 * @param[out] client  Untouched on error.
 * @retval 0         Open; close with osim_client_close().
 * @retval -ENODEV   The driver has not registered it.
 * @retval other     Negative errno of the driver's open.
 */
OSIM_EXPORT int osim_client_open(struct osim_machine *m, struct osim_client *client);
/** @brief Closes the node; sessions that are open are the driver's to close. */
OSIM_EXPORT void osim_client_close(struct osim_client *client);

/**
 * @brief Opens a session with a trusted application.
 * @param client   Open.
 * @param uuid     Of the application, in the order of its text form.
 * @param login    TEE_IOCTL_LOGIN_*; 0: public.
 * @param params   May be NULL when @p count is 0. Outputs are written back when 0 is returned.
 * @param count    0 .. OSIM_CLIENT_PARAMS_MAX; what the driver accepts may be less.
 * @param[out] session  Set when 0 is returned and result->ret is TEE_SUCCESS.
 * @param[out] result   Set when 0 is returned.
 * @retval 0        The secure world answered; see result.
 * @retval -EINVAL  Too many parameters.
 * @retval other    Negative errno of the ioctl: the secure world was not reached.
 * @par ABI  optee_msg.h, OPEN_SESSION.
 */
OSIM_EXPORT int osim_client_open_session(struct osim_client *client, const uint8_t uuid[16],
					 uint32_t login, struct osim_param *params, uint32_t count,
					 uint32_t *session, struct osim_tee_result *result);
/** @brief Invokes a command in a session; parameters and errors as osim_client_open_session(). @par
 * ABI  optee_msg.h, INVOKE_COMMAND. */
OSIM_EXPORT int osim_client_invoke(struct osim_client *client, uint32_t session, uint32_t func,
				   uint32_t cancel_id, struct osim_param *params, uint32_t count,
				   struct osim_tee_result *result);
/** @brief Closes a session. 0, or the negative errno of the ioctl. */
OSIM_EXPORT int osim_client_close_session(struct osim_client *client, uint32_t session);
/** @brief Asks that the call made with cancel_id be cancelled. 0, or the negative errno of the
 * ioctl. */
OSIM_EXPORT int osim_client_cancel(struct osim_client *client, uint32_t session,
				   uint32_t cancel_id);

/** @brief Shared memory made by the driver and mapped. 0, or the negative errno of the ioctl or of
 * mmap. */
OSIM_EXPORT int osim_client_shm_alloc(struct osim_client *client, size_t size_bytes,
				      struct osim_client_shm *shm);
/** @brief Shares memory of the program's own. It must stay where it is until
 * osim_client_shm_free(). 0, or the negative errno of the ioctl. */
OSIM_EXPORT int osim_client_shm_register(struct osim_client *client, void *va, size_t size_bytes,
					 struct osim_client_shm *shm);
/** @brief Gives shared memory back (the driver keeps it while a call uses it). */
OSIM_EXPORT void osim_client_shm_free(struct osim_client *client, struct osim_client_shm *shm);

OSIM_END_DECLS

#endif
