/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_ABI_DECODE_H
#define OSIM_ABI_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Calls and messages as one line for people, written by walking the table. As snprintf(): len 0 is
 * legal, the result is the length it would have.
 */

enum osim__abi_kind {
	OSIM__ABI_KIND_PA,
	OSIM__ABI_KIND_COOKIE,
};

/*
 * Physical addresses and cookies differ from run to run, so the caller says what they are called
 * ("page#3+40", "shm#2"). name() returns that, in buf or elsewhere. It is never asked for 0. No
 * namer, or NULL returned: hex.
 */
struct osim__abi_namer {
	const char *(*name)(void *arg, enum osim__abi_kind kind, uint64_t value, char *buf,
			    size_t len);
	void *arg;
};

/*
 * A call: "GET_ASYNC_NOTIF_VALUE -> OK value=5 valid pending". out NULL: it has not come back yet.
 * ask: the registers of the RPC that a RETURN_FROM_RPC answers, which decide what its own mean;
 * NULL: none, or not known. Bits that must be 0 and are not come last, "stray a2=0x10".
 */
size_t osim__abi_decode_call(const struct osim__abi_namer *namer, const uint64_t in[8],
			     const uint64_t out[8], const uint64_t ask[8], char *buf, size_t len);

enum osim__abi_world { OSIM__ABI_NORMAL, OSIM__ABI_SECURE };

/*
 * A message that the given world sent, "REGISTER_SHM [0] TMEM_OUTPUT|NONCONTIG buf_ptr=page#1 ...",
 * or, when done, as the other one left it, "OPEN_SESSION -> SUCCESS session=1". buf as for
 * osim__msg_get().
 */
size_t osim__abi_decode_msg(const struct osim__abi_namer *namer, enum osim__abi_world from,
			    bool done, const void *msg, size_t size, char *buf, size_t len);

#endif
