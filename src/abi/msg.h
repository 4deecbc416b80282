/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_ABI_MSG_H
#define OSIM_ABI_MSG_H

#include <stddef.h>
#include <stdint.h>

#include <optee_sim/abi/msg.h>

#include "abi/table.h"

/*
 * Messages in a buffer that is the caller's own copy: any alignment, any content, size as given.
 * Nothing is read or written outside of size bytes.
 */

/* What is wrong with a message. */
enum osim__msg_fault {
	OSIM__MSG_OK,
	OSIM__MSG_SHORT,    /* not even the header is there */
	OSIM__MSG_COUNT,    /* num_params is more than the space holds */
	OSIM__MSG_TYPE,	    /* no such attribute type */
	OSIM__MSG_ATTR,	    /* attribute bits that mean nothing, or nothing with this type */
	OSIM__MSG_META,	    /* a meta parameter that is no value, or comes after others */
	OSIM__MSG_WRAP,	    /* address or offset plus size is beyond 2^64 */
	OSIM__MSG_MISSING,  /* fewer parameters than the command has */
	OSIM__MSG_EXTRA,    /* more than it has */
	OSIM__MSG_WRONG,    /* not the type that the command has there */
	OSIM__MSG_PLAIN,    /* meta bit missing, or set where the command has none */
	OSIM__MSG_NOT_ZERO, /* a word that the command wants 0 */
	OSIM__MSG_FAULTS,
};

/* Bytes of a message with num_params parameters. */
uint64_t osim__msg_size(uint32_t num_params);

/* How many parameters fit in space bytes; 0 too where the header does not fit. */
uint32_t osim__msg_params_max(size_t space);

/*
 * The header. SHORT: nothing was read. COUNT: *arg is there, its parameters are not.
 */
enum osim__msg_fault osim__msg_get(const void *buf, size_t size, struct osim_msg_arg *arg);

/* Writes the header; COUNT or SHORT, nothing written, where the message would not fit. */
enum osim__msg_fault osim__msg_put(void *buf, size_t size, const struct osim_msg_arg *arg);

/*
 * Parameter index, of those that num_params in the buffer says: 0, or -ENOENT past the last, or
 * past the buffer.
 */
int osim__msg_param_get(const void *buf, size_t size, uint32_t index, struct osim_msg_param *param);
int osim__msg_param_put(void *buf, size_t size, uint32_t index, const struct osim_msg_param *param);

/* How many meta parameters come first; the TA's own begin there. */
uint32_t osim__msg_meta_count(const void *buf, size_t size);

/*
 * Whether it is a message at all. On a fault *index is the parameter that has it, 0 where it is in
 * the header.
 */
enum osim__msg_fault osim__msg_check(const void *buf, size_t size, uint32_t *index);

/* osim__msg_check(), and whether the parameters are what the command takes, cmd being its entry. */
enum osim__msg_fault osim__msg_check_cmd(const struct osim__abi_cmd *cmd, const void *buf,
					 size_t size, uint32_t *index);

/* In words, "num_params is more than fits". */
const char *osim__msg_fault_text(enum osim__msg_fault fault);

#endif
