/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_SUPPLICANT_H
#define OPTEE_SIM_SUPPLICANT_H

#include <optee_sim/client.h>

OSIM_BEGIN_DECLS

/*
 * A supplicant: the program of the normal world that serves what the secure world asks of user
 * space. It sits on the driver's own privileged device ("teepriv0"), as threads of the machine.
 *
 * It serves LOAD_TA, RPMB, FS, SHM_ALLOC, SHM_FREE, GPROF, FTRACE and SUPP_PLUGIN itself; anything
 * else, SOCKET too, is its other function's, or refused with TEE_ERROR_NOT_SUPPORTED.
 */

/** A trusted application that LOAD_TA finds. */
struct osim_supplicant_ta {
	uint8_t uuid[16]; /**< In the order of its text form. */
	const void *binary;
	size_t size_bytes;
};

/** A plugin that SUPP_PLUGIN finds. */
struct osim_supplicant_plugin {
	uint8_t uuid[16]; /**< In the order of its text form. */
	/** One command. data may be NULL, with a size of 0; *out_bytes is 0 before. @return TEE
	 * result. */
	uint32_t (*invoke)(void *arg, uint32_t cmd, uint32_t sub_cmd, void *data, size_t size_bytes,
			   size_t *out_bytes);
	void *arg;
};

/** A parameter of a request. Of outputs a, b, c or size_bytes go back; memory is written in place.
 */
struct osim_supplicant_param {
	enum osim_param_type type;
	uint64_t a, b, c;  /**< Of a value. */
	void *data;	   /**< Of memory; NULL: a null reference. */
	size_t size_bytes; /**< Of memory. */
};

/** How a supplicant is. Zero-initialise, set size, set what differs. */
struct osim_supplicant_options {
	size_t size;	      /**< sizeof(struct osim_supplicant_options). */
	unsigned int threads; /**< That serve at once. 0: one, without a meta parameter, as the
				 oldest supplicants did; one request at a time. At most 16. */
	uint64_t delay_ms;    /**< Virtual time that each answer takes. */
	unsigned int die_at;  /**< It dies with the n th request that it takes, unanswered, as by a
				 fatal signal. 0: never. Counted anew by a restart. */
	const struct osim_supplicant_ta *tas;
	size_t ta_count;
	const struct osim_supplicant_plugin *plugins;
	size_t plugin_count;
	/** RPMB frames there and back; *response_bytes is the room, then what was used. NULL:
	 * TEE_ERROR_NOT_SUPPORTED. @return TEE result. */
	uint32_t (*rpmb)(void *arg, const void *request, size_t request_bytes, void *response,
			 size_t *response_bytes);
	/** Any other request. @return TEE result. */
	uint32_t (*other)(void *arg, uint32_t func, struct osim_supplicant_param *params,
			  size_t count);
	void *arg; /**< Passed to rpmb and other. */
};

struct osim_supplicant;

/**
 * @brief Starts a supplicant: makes its first thread, which opens the device when it runs.
 * @param m        The machine.
 * @param options  Copied; what it points to must outlive the supplicant. NULL: all defaults.
 * @param[out] out  Untouched on error.
 * @retval 0        Made; osim_supplicant_error() says whether the device could be opened.
 * @retval -EINVAL  A size that this library does not know, or too many threads.
 * @retval -ENOMEM  Out of memory.
 * @par Ownership  The caller's, for osim_supplicant_free().
 * @par Context  Host, or a thread of the machine.
 */
OSIM_EXPORT int osim_supplicant_start(struct osim_machine *m,
				      const struct osim_supplicant_options *options,
				      struct osim_supplicant **out);

/**
 * @brief Kills the supplicant: fatal signals to its threads. They end in the next osim_run(); what
 * a dead process leaves to the kernel is done then: mappings, device, shared memory, in that order.
 * Nothing happens if it has ended.
 * @par Context  Host, or another thread of the machine.
 */
OSIM_EXPORT void osim_supplicant_stop(struct osim_supplicant *s);

/**
 * @brief Starts a supplicant that has ended again, with the files it had.
 * @retval 0       As osim_supplicant_start().
 * @retval -EBUSY  It has not ended.
 * @retval -ENOMEM Out of memory.
 * @par Context  Host, or a thread of the machine.
 */
OSIM_EXPORT int osim_supplicant_restart(struct osim_supplicant *s);

/** @brief Is it there: has it a thread that has not ended? */
OSIM_EXPORT bool osim_supplicant_running(const struct osim_supplicant *s);

/** @brief Why it ended: 0: it did not, or it was killed or died as told; else the first negative
 * errno of a call on the device, or -EPROTO: the driver gave more parameters than there is room
 * for. */
OSIM_EXPORT int osim_supplicant_error(const struct osim_supplicant *s);

/** @brief Requests that it has taken, of one function (OPTEE_RPC_CMD_*) below 32, or with
 * UINT32_MAX of all. */
OSIM_EXPORT unsigned long osim_supplicant_requests(const struct osim_supplicant *s, uint32_t func);

/** @brief Buffers of SHM_ALLOC that it holds. */
OSIM_EXPORT size_t osim_supplicant_buffers(const struct osim_supplicant *s);

/**
 * @brief A file that FS, GPROF or FTRACE made. FS names it itself; a profile is named
 * "gprof-UUID.N" or "ftrace-UUID.N".
 * @param[out] size_bytes  Of its content.
 * @return Its content, valid until the machine runs; NULL: there is no such file.
 */
OSIM_EXPORT const void *osim_supplicant_file(const struct osim_supplicant *s, const char *name,
					     size_t *size_bytes);

/**
 * @brief Frees a supplicant whose machine has been freed: its memory may be in use until then. NULL
 * is ignored.
 * @par Context  Host.
 */
OSIM_EXPORT void osim_supplicant_free(struct osim_supplicant *s);

OSIM_END_DECLS

#endif
