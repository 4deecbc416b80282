/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_REPLAY_H
#define OPTEE_SIM_REPLAY_H

#include <stdio.h>

#include <optee_sim/conduit.h>
#include <optee_sim/secure.h>

OSIM_BEGIN_DECLS

/** What a replay tells of. */
enum osim_replay_report {
	OSIM_REPLAY_DIFFERENCE, /**< A record that does not match: several lines. */
	OSIM_REPLAY_UNREADABLE, /**< A line that is no recording, or the recording is cut off. */
};

/**
 * @brief Gets each difference and each unreadable line, in the order of the recording.
 * @param text  "name:line: ..." without a final newline; valid during the call.
 */
typedef void osim_replay_report_fn(void *arg, enum osim_replay_report kind, const char *text);

/**
 * @brief How a recording is played. Zero-initialise, set size, set what differs.
 *
 * What the recorded build was is read in the recording's header; the numbers here are for those
 * that have none, and go before it.
 */
struct osim_replay_options {
	size_t size; /**< sizeof(struct osim_replay_options). */
	enum osim_profile profile;
	uint32_t threads; /**< CFG_NUM_THREADS, 1 .. 64; 0: the header's, else 2. */
	uint32_t guests;  /**< CFG_VIRT_GUEST_COUNT, with CFG_NS_VIRTUALIZATION; 0: the header's,
			     else none. */
	bool no_notif;	  /**< CFG_CORE_ASYNC_NOTIF=n. */
	uint64_t shm_pa;  /**< Reserved shared memory; 0: the header's, else 0x42000000. */
	uint64_t shm_size_bytes; /**< 0: the header's, else 0x200000. */
	uint64_t ram_pa;	 /**< Non-secure memory; 0: 0x40000000. */
	uint64_t ram_size_bytes; /**< 0: 0x80000000. Only pages that are touched take memory. */
	uint64_t watched_pa; /**< From here on, and in the reserved shared memory, MEM< lines are
				complete; 0: 0x60000000. */
	osim_conduit_fn *conduit; /**< What is held against the recording instead of the fake secure
				     world; debug calls are its own business. */
	void *conduit_arg;	  /**< Passed to it. */
	osim_replay_report_fn *report; /**< NULL: only the counters. */
	void *report_arg;	       /**< Passed to it. */
};

/** What came out. A record is a call with the memory that it changed, an IRQ line or an ACK line.
 */
struct osim_replay_result {
	uint64_t records;
	uint64_t matched;
	uint64_t unspecified; /**< Registers that the ABI leaves unspecified: not compared. */
	uint64_t unreadable;  /**< Lines that are no recording; a missing end is one more. */
};

/**
 * @brief Plays a recording of a real OP-TEE against the fake secure world.
 *
 * A machine with one CPU is made of what the recording's header says. Each call is made with the
 * recorded registers and memory, and held against the recorded answer. After a difference the
 * memory is put right, so that it is told once. The format is described in docs/recordings.md.
 *
 * @param in       The recording, read to its end line by line.
 * @param name     What messages call it.
 * @param options  NULL: all defaults. Borrowed during the call.
 * @param[out] result  Counters; zero where nothing was played.
 * @retval 0        Played to its end; the result says whether it matched.
 * @retval -EINVAL  The options, or those and the header, make no secure world; osim_last_error()
 * says why.
 * @retval -EIO     It could not be read; osim_last_error() says why. What was read has been played.
 * @retval -ENOMEM  Out of memory.
 * @par Context  Host, not inside a machine.
 */
OSIM_EXPORT int osim_replay(FILE *in, const char *name, const struct osim_replay_options *options,
			    struct osim_replay_result *result);

OSIM_END_DECLS

#endif
