/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_ABI_NAME_H
#define OSIM_ABI_NAME_H

#include <stddef.h>
#include <stdint.h>

/* The protocol for people: names of its numbers. A number without a name gives NULL. */

/* Of a function id, "GET_SHM_CONFIG". */
const char *osim__abi_call_name(uint32_t a0);

/* Of a0 of a return, "OK", "ETHREAD_LIMIT", "RPC FOREIGN_INTR". */
const char *osim__abi_return_name(uint32_t a0);

/* Of a message command, "OPEN_SESSION", and an RPC command, "SHM_ALLOC". */
const char *osim__abi_msg_cmd_name(uint32_t cmd);
const char *osim__abi_rpc_cmd_name(uint32_t cmd);

/* Of a result, "BAD_PARAMETERS", its origin, "TEE", and a login class, "PUBLIC". */
const char *osim__abi_result_name(uint32_t result);
const char *osim__abi_origin_name(uint32_t origin);
const char *osim__abi_login_name(uint32_t login);

/*
 * The following write text as snprintf() does: len 0 is legal, the result is the length it would
 * have. What has no name is written in hex, so that nothing is lost.
 */

/* An attribute, "TMEM_OUTPUT|NONCONTIG". */
size_t osim__abi_attr_text(uint64_t attr, char *buf, size_t len);

/* Capabilities of the secure world, "dynamic_shm,async_notif,0x400"; "none". */
size_t osim__abi_caps_text(uint32_t caps, char *buf, size_t len);

/*
 * The reverse: 0 and *caps; or -EINVAL, *caps untouched, and in err which word is wrong and which
 * ones there are. A number in hex stands for bits without a name.
 */
int osim__abi_caps_parse(const char *text, uint32_t *caps, char *err, size_t errlen);

#endif
