/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_ABI_MSG_H
#define OPTEE_SIM_ABI_MSG_H

/**
 * @file
 * @brief The message: a header and parameters in shared memory, in the order of the wire.
 *
 * Numbers as in Linux drivers/tee/optee/optee_msg.h and OP-TEE OS core/include/optee_msg.h.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define OSIM_ABI_ASSERT(condition, text) static_assert(condition, text)
#else
#define OSIM_ABI_ASSERT(condition, text) _Static_assert(condition, text)
#endif

/* -- Parameter attributes: one type in bits 7..0, flags above ------------------------------- */

#define OPTEE_MSG_ATTR_TYPE_NONE	 0x0u
#define OPTEE_MSG_ATTR_TYPE_VALUE_INPUT	 0x1u
#define OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT 0x2u
#define OPTEE_MSG_ATTR_TYPE_VALUE_INOUT	 0x3u
/* Part of a buffer that was registered, or preallocated, under a cookie. */
#define OPTEE_MSG_ATTR_TYPE_RMEM_INPUT	0x5u
#define OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT 0x6u
#define OPTEE_MSG_ATTR_TYPE_RMEM_INOUT	0x7u
/* The same numbers mean FF-A shared memory where FF-A is the conduit. */
#define OPTEE_MSG_ATTR_TYPE_FMEM_INPUT	OPTEE_MSG_ATTR_TYPE_RMEM_INPUT
#define OPTEE_MSG_ATTR_TYPE_FMEM_OUTPUT OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT
#define OPTEE_MSG_ATTR_TYPE_FMEM_INOUT	OPTEE_MSG_ATTR_TYPE_RMEM_INOUT
/* A buffer named by its physical address, for this call only. */
#define OPTEE_MSG_ATTR_TYPE_TMEM_INPUT	0x9u
#define OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT 0xau
#define OPTEE_MSG_ATTR_TYPE_TMEM_INOUT	0xbu
#define OPTEE_MSG_ATTR_TYPE_MASK	0xffu

/* For the trusted OS itself, not for the TA; such parameters come first. */
#define OPTEE_MSG_ATTR_META (1u << 8)
/*
 * TMEM only: buf_ptr is the address of a list of 64-bit page addresses, 511 in each 4 KiB page, the
 * 512th is the address of the next page of the list. Bits 11..0 of buf_ptr are the offset into the
 * first page of the buffer.
 */
#define OPTEE_MSG_ATTR_NONCONTIG (1u << 9)
/* What bit 9 meant before Linux 4.16: one of several parameters that make one buffer. */
#define OPTEE_MSG_ATTR_FRAGMENT (1u << 9)

/* TMEM only: cacheability in bits 18..16, OPTEE_SMC_SHM_* or "as that memory is known to be". */
#define OPTEE_MSG_ATTR_CACHE_SHIFT	16
#define OPTEE_MSG_ATTR_CACHE_MASK	0x7u
#define OPTEE_MSG_ATTR_CACHE_PREDEFINED 0u

/* How the client of OPEN_SESSION is identified. */
#define OPTEE_MSG_LOGIN_PUBLIC		  0x00000000u
#define OPTEE_MSG_LOGIN_USER		  0x00000001u
#define OPTEE_MSG_LOGIN_GROUP		  0x00000002u
#define OPTEE_MSG_LOGIN_APPLICATION	  0x00000004u
#define OPTEE_MSG_LOGIN_APPLICATION_USER  0x00000005u
#define OPTEE_MSG_LOGIN_APPLICATION_GROUP 0x00000006u

/* Page size of page lists, whatever page size the normal world uses. */
#define OPTEE_MSG_NONCONTIG_PAGE_SIZE 4096u

/* FMEM: no memory at all, as a NULL buffer. */
#define OPTEE_MSG_FMEM_INVALID_GLOBAL_ID 0xffffffffffffffffull

/* -- Layout --------------------------------------------------------------------------------- */

/** @brief A buffer by physical address; shm_ref is the normal world's cookie for it. */
struct osim_msg_param_tmem {
	uint64_t buf_ptr;
	uint64_t size;
	uint64_t shm_ref;
};

/** @brief Bytes offs .. offs + size - 1 of the buffer known as shm_ref. */
struct osim_msg_param_rmem {
	uint64_t offs;
	uint64_t size;
	uint64_t shm_ref;
};

/** @brief The same under FF-A: a 48-bit offset in two parts, and one within the first page. */
struct osim_msg_param_fmem {
	uint32_t offs_low;
	uint16_t offs_high;
	uint16_t internal_offs;
	uint64_t size;
	uint64_t global_id;
};

/** @brief Three words that nobody on the way looks at. */
struct osim_msg_param_value {
	uint64_t a;
	uint64_t b;
	uint64_t c;
};

/** @brief One parameter; the type in attr says which member of u is meant. */
struct osim_msg_param {
	uint64_t attr;
	union {
		struct osim_msg_param_tmem tmem;
		struct osim_msg_param_rmem rmem;
		struct osim_msg_param_fmem fmem;
		struct osim_msg_param_value value;
		uint8_t octets[24];
	} u;
};

/**
 * @brief The header of a message; num_params parameters follow it (OSIM_MSG_PARAMS()).
 *
 * A request of the normal world, or with the same layout an RPC of the secure world.
 */
struct osim_msg_arg {
	uint32_t cmd;	     /**< OPTEE_MSG_CMD_*, in an RPC OPTEE_RPC_CMD_*. */
	uint32_t func;	     /**< INVOKE_COMMAND: what the TA is asked to do. */
	uint32_t session;    /**< Out for OPEN_SESSION, in for all others. */
	uint32_t cancel_id;  /**< Names this request for a later CANCEL. */
	uint32_t pad;	     /**< Keeps the parameters aligned. */
	uint32_t ret;	     /**< TEE_SUCCESS or TEE_ERROR_*, set by the side that serves. */
	uint32_t ret_origin; /**< TEE_ORIGIN_*: which layer made ret. */
	uint32_t num_params;
};

OSIM_ABI_ASSERT(offsetof(struct osim_msg_param_tmem, size) == 8, "tmem.size");
OSIM_ABI_ASSERT(offsetof(struct osim_msg_param_tmem, shm_ref) == 16, "tmem.shm_ref");
OSIM_ABI_ASSERT(offsetof(struct osim_msg_param_rmem, size) == 8, "rmem.size");
OSIM_ABI_ASSERT(offsetof(struct osim_msg_param_rmem, shm_ref) == 16, "rmem.shm_ref");
OSIM_ABI_ASSERT(offsetof(struct osim_msg_param_fmem, offs_high) == 4, "fmem.offs_high");
OSIM_ABI_ASSERT(offsetof(struct osim_msg_param_fmem, internal_offs) == 6, "fmem.internal_offs");
OSIM_ABI_ASSERT(offsetof(struct osim_msg_param_fmem, size) == 8, "fmem.size");
OSIM_ABI_ASSERT(offsetof(struct osim_msg_param_fmem, global_id) == 16, "fmem.global_id");
OSIM_ABI_ASSERT(offsetof(struct osim_msg_param, u) == 8, "param.u");
OSIM_ABI_ASSERT(sizeof(struct osim_msg_param) == 32, "param");
OSIM_ABI_ASSERT(offsetof(struct osim_msg_arg, session) == 8, "arg.session");
OSIM_ABI_ASSERT(offsetof(struct osim_msg_arg, ret) == 20, "arg.ret");
OSIM_ABI_ASSERT(offsetof(struct osim_msg_arg, ret_origin) == 24, "arg.ret_origin");
OSIM_ABI_ASSERT(offsetof(struct osim_msg_arg, num_params) == 28, "arg.num_params");
OSIM_ABI_ASSERT(sizeof(struct osim_msg_arg) == 32, "arg");

/** The parameters of a message that is whole and aligned, read only. */
#define OSIM_MSG_PARAMS(arg) ((const struct osim_msg_param *)(const void *)((arg) + 1))

/* Bytes of a message with that many parameters. */
#define OPTEE_MSG_GET_ARG_SIZE(num_params) \
	(sizeof(struct osim_msg_arg) + sizeof(struct osim_msg_param) * (num_params))
/* Most parameters that a message within one 4 KiB page can have: 127. */
#define OPTEE_MSG_MAX_NUM_PARAMS                                         \
	((OPTEE_MSG_NONCONTIG_PAGE_SIZE - sizeof(struct osim_msg_arg)) / \
	 sizeof(struct osim_msg_param))

/* -- Identification -------------------------------------------------------------------------- */

/* 384fb3e0-e7f8-11e3-af63-0002a5d5c51b: this protocol is spoken. */
#define OPTEE_MSG_UID_0 0x384fb3e0u
#define OPTEE_MSG_UID_1 0xe7f811e3u
#define OPTEE_MSG_UID_2 0xaf630002u
#define OPTEE_MSG_UID_3 0xa5d5c51bu
/* a3fbeab1-1246-315d-c7c4-06b9c03cbea4: the trusted OS is still to come, by LOAD_IMAGE. */
#define OPTEE_MSG_IMAGE_LOAD_UID_0 0xa3fbeab1u
#define OPTEE_MSG_IMAGE_LOAD_UID_1 0x1246315du
#define OPTEE_MSG_IMAGE_LOAD_UID_2 0xc7c406b9u
#define OPTEE_MSG_IMAGE_LOAD_UID_3 0xc03cbea4u
#define OPTEE_MSG_FUNCID_CALLS_UID 0xff01u

#define OPTEE_MSG_REVISION_MAJOR	2u
#define OPTEE_MSG_REVISION_MINOR	0u
#define OPTEE_MSG_FUNCID_CALLS_REVISION 0xff03u

/* 486178e0-e7f8-11e3-bc5e-0002a5d5c51b: the trusted OS is OP-TEE. */
#define OPTEE_MSG_OS_OPTEE_UUID_0    0x486178e0u
#define OPTEE_MSG_OS_OPTEE_UUID_1    0xe7f811e3u
#define OPTEE_MSG_OS_OPTEE_UUID_2    0xbc5e0002u
#define OPTEE_MSG_OS_OPTEE_UUID_3    0xa5d5c51bu
#define OPTEE_MSG_FUNCID_GET_OS_UUID 0x0000u

#define OPTEE_MSG_FUNCID_GET_OS_REVISION 0x0001u
#define OPTEE_MSG_FUNCID_CALL_WITH_ARG	 0x0004u

/* -- Commands of the normal world ------------------------------------------------------------ */

/* [0] meta value: UUID of the TA in a-b; [1] meta value: UUID of the client, login class in c. */
#define OPTEE_MSG_CMD_OPEN_SESSION   0u
#define OPTEE_MSG_CMD_INVOKE_COMMAND 1u
#define OPTEE_MSG_CMD_CLOSE_SESSION  2u
/* Of the request that has this session and cancel_id. */
#define OPTEE_MSG_CMD_CANCEL 3u
/* [0] tmem: the buffer, normally NONCONTIG; shm_ref is the cookie it is known by from now on. */
#define OPTEE_MSG_CMD_REGISTER_SHM 4u
/* [0] rmem: the cookie; offset and size are 0. */
#define OPTEE_MSG_CMD_UNREGISTER_SHM 5u
/* No parameters: runs what the secure world deferred when it posted value 0. */
#define OPTEE_MSG_CMD_DO_BOTTOM_HALF 6u
/* No parameters: the normal world will not take notifications any more. */
#define OPTEE_MSG_CMD_STOP_ASYNC_NOTIF 7u
/* [0] value a: use case; [1] tmem: memory that the normal world gives away. */
#define OPTEE_MSG_CMD_LEND_PROTMEM 8u
/* [0] value a, or rmem, which Linux sends and OP-TEE insists on: cookie of what comes back. */
#define OPTEE_MSG_CMD_RECLAIM_PROTMEM 9u
/* [0] value a: use case in, smallest size out; b: alignment; c: address width; [1]: attributes. */
#define OPTEE_MSG_CMD_GET_PROTMEM_CONFIG 10u
/* [0] value a: cookie of memory lent through FF-A; b: use case. */
#define OPTEE_MSG_CMD_ASSIGN_PROTMEM 11u

/* Use cases of protected memory. */
#define OPTEE_MSG_PROTMEM_RESERVED	      0u
#define OPTEE_MSG_PROTMEM_SECURE_VIDEO_PLAY   1u
#define OPTEE_MSG_PROTMEM_TRUSTED_UI	      2u
#define OPTEE_MSG_PROTMEM_SECURE_VIDEO_RECORD 3u

#endif
