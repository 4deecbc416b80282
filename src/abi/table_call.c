/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls and RPCs: registers in, and for each way to come back registers out. */
#include "abi/field.h"

#include <stddef.h>

#include <optee_sim/abi/abi.h>

/* clang-format off */

/* What a hypervisor says of the caller. */
#define CLIENT NUMBER("client", 7, .flags = OSIM__ABI_QUIET)

#define RETS(...) LIST(osim__abi_ret, __VA_ARGS__)
#define RET(code, ...)                                                                             \
	{ .name = #code, .a0 = OPTEE_SMC_RETURN_##code, .kind = OSIM__ABI_RET_CODE, .regs = { __VA_ARGS__ } }
#define RET_KEPT(code) RET(code, .kept = R_TO(1, 7))
#define RET_VALUE(...) { .name = "OK", .kind = OSIM__ABI_RET_VALUE, .regs = { __VA_ARGS__ } }
#define UNKNOWN RET_KEPT(UNKNOWN_FUNCTION)

#define FAST_IN(...) .in = { .fields = FIELDS(__VA_ARGS__) }

/* How an RPC is asked for. */
#define ASK_ALLOC                                                                                  \
	{ .fields = FIELDS(NUMBER("size", 1)), .resume = R(3) | R_TO(6, 7) }
#define ASK_FREE                                                                                   \
	{ .fields = FIELDS(PAIR("cookie", 1, COOKIE)), .resume = R_TO(3, 7) }
#define ASK_FOREIGN_INTR                                                                           \
	{ .resume = R_TO(1, 7) }
#define ASK_CMD                                                                                    \
	{ .fields = FIELDS(PAIR("cookie", 1, COOKIE)), .resume = R_TO(3, 7) }

const struct osim__abi_rpc osim__abi_rpcs[] = {
	{ "RPC ALLOC", OPTEE_SMC_RETURN_RPC_ALLOC, ASK_ALLOC,
	  { .fields = FIELDS(PAIR("pa", 1, PA), PAIR("cookie", 4, COOKIE)), .kept = R(3) | R_TO(6, 7) } },
	{ "RPC FREE", OPTEE_SMC_RETURN_RPC_FREE, ASK_FREE, { .kept = R_TO(3, 7) } },
	{ "RPC FOREIGN_INTR", OPTEE_SMC_RETURN_RPC_FOREIGN_INTR, ASK_FOREIGN_INTR, { .kept = R_TO(1, 7) } },
	{ "RPC CMD", OPTEE_SMC_RETURN_RPC_CMD, ASK_CMD, { .kept = R_TO(3, 7) } },
	{ 0 }
};

#define RET_RPC(f)                                                                                 \
	{ .name = "RPC " #f, .a0 = OPTEE_SMC_RETURN_RPC_##f, .kind = OSIM__ABI_RET_RPC, .regs = ASK_##f }

/* The returns that all yielding calls have. */
#define YIELDING_RETS                                                                              \
	RET(OK, .kept = R_TO(4, 7)),                                                               \
	RET_KEPT(ETHREAD_LIMIT),                                                                   \
	RET(UNKNOWN_FUNCTION, .kept = R_TO(4, 7)),                                                 \
	RET_RPC(ALLOC), RET_RPC(FREE), RET_RPC(FOREIGN_INTR), RET_RPC(CMD)

static const struct osim__abi_ret with_arg_rets[] = {
	YIELDING_RETS,
	RET(EBADADDR, .kept = R_TO(4, 7)),
	RET(EBADCMD, .kept = R_TO(4, 7)),
	{ 0 }
};

static const struct osim__abi_ret resume_rets[] = {
	YIELDING_RETS,
	RET(ERESUME, .kept = R_TO(4, 7)),
	{ 0 }
};

#define MESSAGE_PA PAIR("arg", 1, PA), ENUM("cache", 3, caching, .flags = OSIM__ABI_QUIET), CLIENT

#define WHERE(...)                                                                                 \
	RET(OK, .fields = FIELDS(WIDE("start", 1, PA), WIDE("size", 2, NUMBER), __VA_ARGS__),      \
	    .kept = R_TO(4, 7)),                                                                   \
	RET(ENOTAVAIL, .kept = R_TO(4, 7)), UNKNOWN

const struct osim__abi_call osim__abi_calls[] = {
	{ .name = "GET_OS_UUID", .id = OPTEE_SMC_CALL_GET_OS_UUID, .since = "4.12",
	  .rets = RETS(RET_VALUE(.fields = FIELDS(FIELD("uuid", 0, 4, UUID, W32)), .kept = R_TO(4, 7)),
		       UNKNOWN) },

	{ .name = "GET_OS_REVISION", .id = OPTEE_SMC_CALL_GET_OS_REVISION, .since = "4.12",
	  .rets = RETS(RET_VALUE(.fields = FIELDS(NUMBER("major", 0), NUMBER("minor", 1),
						  WIDE("build_id", 2, HEX)),
				 .kept = R_TO(4, 7)),
		       UNKNOWN) },

	{ .name = "LOAD_IMAGE", .id = OPTEE_SMC_CALL_LOAD_IMAGE, .since = "6.4",
	  FAST_IN(PAIR("size", 1, NUMBER), PAIR("pa", 3, PA)),
	  .rets = RETS(RET(OK, .kept = R_TO(4, 7)), UNKNOWN,
		       { .name = "ERROR", .kind = OSIM__ABI_RET_OTHER, .regs = { .kept = R_TO(4, 7) } }) },

	/* a1, a2, a4 and a5 by the RPC that is answered. */
	{ .name = "RETURN_FROM_RPC", .id = OPTEE_SMC_CALL_RETURN_FROM_RPC, .since = "4.12",
	  .yielding = true, .in = { .kept = R(3) | R_TO(6, 7) }, .rets = resume_rets },

	{ .name = "CALL_WITH_ARG", .id = OPTEE_SMC_CALL_WITH_ARG, .since = "4.12",
	  .yielding = true, FAST_IN(MESSAGE_PA), .rets = with_arg_rets },

	{ .name = "GET_SHM_CONFIG", .id = OPTEE_SMC_GET_SHM_CONFIG, .since = "4.12",
	  FAST_IN(CLIENT),
	  .rets = RETS(WHERE(ENUM("settings", 3, caching))) },

	{ .name = "L2CC_MUTEX", .id = OPTEE_SMC_L2CC_MUTEX, .owner = OSIM__ABI_OPTEE_OS,
	  FAST_IN(ENUM("op", 1, l2cc_ops), PAIR("pa", 2, PA, .flags = OSIM__ABI_OPTIONAL | OSIM__ABI_QUIET),
		  CLIENT),
	  .rets = RETS(RET(OK, .fields = FIELDS(PAIR("pa", 2, PA, .flags = OSIM__ABI_OPTIONAL)),
			   .kept = R(1) | R_TO(4, 7)),
		       RET_KEPT(ENOTAVAIL), RET_KEPT(EBADADDR), RET_KEPT(EBADCMD), UNKNOWN) },

	{ .name = "EXCHANGE_CAPABILITIES", .id = OPTEE_SMC_EXCHANGE_CAPABILITIES, .since = "4.12",
	  FAST_IN(BITS("capabilities", 1, nsec_caps, .flags = OSIM__ABI_QUIET), CLIENT),
	  .rets = RETS(RET(OK, .fields = FIELDS(BITS("capabilities", 1, sec_caps),
						NUMBER("max_notif_value", 2,
						       .cap = OPTEE_SMC_SEC_CAP_ASYNC_NOTIF),
						FIELD("rpc_param_count", 3, 1, NUMBER, 0xff,
						      .cap = OPTEE_SMC_SEC_CAP_RPC_ARG)),
			   .kept = R_TO(4, 7)),
		       RET(ENOTAVAIL, .fields = FIELDS(BITS("capabilities", 1, sec_caps)),
			   .kept = R_TO(2, 7)),
		       UNKNOWN) },

	{ .name = "DISABLE_SHM_CACHE", .id = OPTEE_SMC_DISABLE_SHM_CACHE, .since = "4.12",
	  FAST_IN(CLIENT),
	  .rets = RETS(RET(OK, .fields = FIELDS(PAIR("shm", 1, COOKIE)), .kept = R_TO(3, 7)),
		       RET_KEPT(ENOTAVAIL), RET_KEPT(EBUSY), UNKNOWN) },

	{ .name = "ENABLE_SHM_CACHE", .id = OPTEE_SMC_ENABLE_SHM_CACHE, .since = "4.12",
	  FAST_IN(CLIENT),
	  .rets = RETS(RET_KEPT(OK), RET_KEPT(EBUSY), UNKNOWN) },

	{ .name = "BOOT_SECONDARY", .id = OPTEE_SMC_BOOT_SECONDARY, .owner = OSIM__ABI_OPTEE_OS,
	  FAST_IN(NUMBER("core", 1), PAIR("entry", 2, PA)),
	  .rets = RETS(RET_KEPT(OK), RET_KEPT(EBADCMD), RET_KEPT(EBUSY), UNKNOWN) },

	{ .name = "VM_CREATED", .id = OPTEE_SMC_VM_CREATED, .owner = OSIM__ABI_OPTEE_OS,
	  .cap = OPTEE_SMC_SEC_CAP_VIRTUALIZATION,
	  .in = { .fields = FIELDS(NUMBER("guest", 1)), .zero = R(7) },
	  .rets = RETS(RET_KEPT(OK), RET_KEPT(ENOTAVAIL), UNKNOWN) },

	{ .name = "VM_DESTROYED", .id = OPTEE_SMC_VM_DESTROYED, .owner = OSIM__ABI_OPTEE_OS,
	  .cap = OPTEE_SMC_SEC_CAP_VIRTUALIZATION,
	  .in = { .fields = FIELDS(NUMBER("guest", 1)), .zero = R(7) },
	  .rets = RETS(RET_KEPT(OK), UNKNOWN) },

	{ .name = "GET_THREAD_COUNT", .id = OPTEE_SMC_GET_THREAD_COUNT, .since = "5.13",
	  FAST_IN(CLIENT),
	  .rets = RETS(RET(OK, .fields = FIELDS(NUMBER("threads", 1)), .kept = R_TO(2, 7)), UNKNOWN) },

	{ .name = "ENABLE_ASYNC_NOTIF", .id = OPTEE_SMC_ENABLE_ASYNC_NOTIF, .since = "5.17",
	  .cap = OPTEE_SMC_SEC_CAP_ASYNC_NOTIF,
	  FAST_IN(CLIENT),
	  .rets = RETS(RET_KEPT(OK), RET_KEPT(ENOTAVAIL), UNKNOWN) },

	{ .name = "GET_ASYNC_NOTIF_VALUE", .id = OPTEE_SMC_GET_ASYNC_NOTIF_VALUE, .since = "5.17",
	  .cap = OPTEE_SMC_SEC_CAP_ASYNC_NOTIF,
	  FAST_IN(CLIENT),
	  .rets = RETS(RET(OK, .fields = FIELDS(NUMBER("value", 1),
						FIELD("valid", 2, 1, FLAG, OPTEE_SMC_ASYNC_NOTIF_VALUE_VALID),
						FIELD("pending", 2, 1, FLAG, OPTEE_SMC_ASYNC_NOTIF_VALUE_PENDING)),
			   .kept = R_TO(3, 7)),
		       RET_KEPT(ENOTAVAIL), UNKNOWN) },

	{ .name = "CALL_WITH_RPC_ARG", .id = OPTEE_SMC_CALL_WITH_RPC_ARG, .since = "5.19",
	  .cap = OPTEE_SMC_SEC_CAP_RPC_ARG, .yielding = true, FAST_IN(MESSAGE_PA), .rets = with_arg_rets },

	{ .name = "CALL_WITH_REGD_ARG", .id = OPTEE_SMC_CALL_WITH_REGD_ARG, .since = "5.19",
	  .cap = OPTEE_SMC_SEC_CAP_RPC_ARG, .yielding = true,
	  FAST_IN(PAIR("cookie", 1, COOKIE), NUMBER("offs", 3), CLIENT), .rets = with_arg_rets },

	{ .name = "GET_PROTMEM_CONFIG", .id = OPTEE_SMC_GET_PROTMEM_CONFIG, .since = "6.18",
	  .cap = OPTEE_SMC_SEC_CAP_PROTMEM,
	  .in = { .fields = FIELDS(CLIENT), .zero = R_TO(2, 6) },
	  .rets = RETS(WHERE(NUMBER("pa_width", 3))) },

	{ .name = "CALLS_COUNT", .id = OPTEE_SMC_CALLS_COUNT, .since = "4.12",
	  .rets = RETS(RET_VALUE(.fields = FIELDS(NUMBER("count", 0)), .kept = R_TO(4, 7)), UNKNOWN) },

	{ .name = "CALLS_UID", .id = OPTEE_SMC_CALLS_UID, .since = "4.12",
	  .rets = RETS(RET_VALUE(.fields = FIELDS(FIELD("uuid", 0, 4, UUID, W32)), .kept = R_TO(4, 7)),
		       UNKNOWN) },

	{ .name = "CALLS_REVISION", .id = OPTEE_SMC_CALLS_REVISION, .since = "4.12",
	  .rets = RETS(RET_VALUE(.fields = FIELDS(NUMBER("major", 0), NUMBER("minor", 1)),
				 .kept = R_TO(4, 7)),
		       UNKNOWN) },

	{ 0 }
};
