/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands of both worlds: parameters as asked and as answered. */
#include "abi/field.h"

#include <stddef.h>

#include <optee_sim/abi/abi.h>

/* clang-format off */

const struct osim__abi_field osim__abi_value_fields[] = {
	WIDE("a", 0, HEX), WIDE("b", 1, HEX), WIDE("c", 2, HEX), { 0 }
};

const struct osim__abi_field osim__abi_tmem_fields[] = {
	WIDE("buf_ptr", 0, PA), WIDE("size", 1, NUMBER), WIDE("shm_ref", 2, COOKIE), { 0 }
};

const struct osim__abi_field osim__abi_rmem_fields[] = {
	WIDE("offs", 0, NUMBER), WIDE("size", 1, NUMBER), WIDE("shm_ref", 2, COOKIE), { 0 }
};

#define TYPE(t) (1u << OPTEE_MSG_ATTR_TYPE_##t)
#define MEM_IN (TYPE(RMEM_INPUT) | TYPE(TMEM_INPUT))
#define MEM_OUT (TYPE(RMEM_OUTPUT) | TYPE(TMEM_OUTPUT))
#define MEM_INOUT (TYPE(RMEM_INOUT) | TYPE(TMEM_INOUT))

#define IN(...) .in = LIST(osim__abi_param, __VA_ARGS__)
#define OUT(...) .out = LIST(osim__abi_param, __VA_ARGS__)
#define PARAM(i, n, t, ...) { .name = n, .index = i, .types = t, __VA_ARGS__ }
#define MEMREF(i, n, t) PARAM(i, n, t, .fields = NULL)
#define VALUE(i, t, ...) PARAM(i, "value", TYPE(VALUE_##t), .fields = FIELDS(__VA_ARGS__))
/* A value that is only to come back. */
#define ROOM(i) PARAM(i, "value", TYPE(VALUE_OUTPUT), .fields = nothing)
#define UUID(n) FIELD(n, 0, 2, UUID, W64)

static const struct osim__abi_field nothing[] = { { 0 } };

#define MSG(n, s) .name = #n, .cmd = OPTEE_MSG_CMD_##n, .since = s
#define USE_CASE(at) WIDE("use_case", at, ENUM, .names = osim__abi_use_cases)

const struct osim__abi_cmd osim__abi_msg_cmds[] = {
	{ MSG(OPEN_SESSION, "4.12"), .header = OSIM__ABI_NEW_SESSION | OSIM__ABI_CANCEL_ID, .more = true,
	  IN(PARAM(0, "ta", TYPE(VALUE_INPUT), .meta = true, .fields = FIELDS(UUID("ta"))),
	     PARAM(1, "client", TYPE(VALUE_INPUT), .meta = true,
		   .fields = FIELDS(UUID("client"), WIDE("login", 2, ENUM, .names = osim__abi_logins)))) },

	{ MSG(INVOKE_COMMAND, "4.12"), .header = OSIM__ABI_FUNC | OSIM__ABI_SESSION | OSIM__ABI_CANCEL_ID,
	  .more = true },

	{ MSG(CLOSE_SESSION, "4.12"), .header = OSIM__ABI_SESSION },

	{ MSG(CANCEL, "4.12"), .header = OSIM__ABI_SESSION | OSIM__ABI_CANCEL_ID },

	/* The headers say TMEM_INPUT; TMEM_OUTPUT is what Linux sends and OP-TEE insists on. */
	{ MSG(REGISTER_SHM, "4.16"), .cap = OPTEE_SMC_SEC_CAP_DYNAMIC_SHM,
	  IN(MEMREF(0, "buffer", TYPE(TMEM_INPUT) | TYPE(TMEM_OUTPUT))) },

	{ MSG(UNREGISTER_SHM, "4.16"), .cap = OPTEE_SMC_SEC_CAP_DYNAMIC_SHM,
	  IN(PARAM(0, "buffer", TYPE(RMEM_INPUT), .zero = R_TO(0, 1))) },

	{ MSG(DO_BOTTOM_HALF, "5.17"), .cap = OPTEE_SMC_SEC_CAP_ASYNC_NOTIF },

	{ MSG(STOP_ASYNC_NOTIF, "5.17"), .cap = OPTEE_SMC_SEC_CAP_ASYNC_NOTIF },

	{ MSG(LEND_PROTMEM, "6.18"), .cap = OPTEE_SMC_SEC_CAP_DYNAMIC_PROTMEM,
	  IN(VALUE(0, INPUT, USE_CASE(0)), MEMREF(1, "memory", TYPE(TMEM_INPUT))) },

	/* The headers say a value; registered memory is what Linux sends and OP-TEE insists on. */
	{ MSG(RECLAIM_PROTMEM, "6.18"), .cap = OPTEE_SMC_SEC_CAP_DYNAMIC_PROTMEM,
	  IN(PARAM(0, "memory", TYPE(VALUE_INPUT) | TYPE(RMEM_INPUT), .fields = NULL)) },

	{ MSG(GET_PROTMEM_CONFIG, "6.18"), .cap = OPTEE_SMC_SEC_CAP_DYNAMIC_PROTMEM,
	  IN(VALUE(0, INOUT, USE_CASE(0)), MEMREF(1, "attributes", MEM_OUT)),
	  OUT(VALUE(0, INOUT, WIDE("min_size", 0, NUMBER), WIDE("align", 1, NUMBER),
		    WIDE("pa_width", 2, NUMBER)),
	      MEMREF(1, "attributes", MEM_OUT)) },

	{ MSG(ASSIGN_PROTMEM, "6.18"),
	  IN(VALUE(0, INPUT, WIDE("cookie", 0, COOKIE), USE_CASE(1))) },

	{ 0 }
};

#define RPC(n, s) .name = #n, .cmd = OPTEE_RPC_CMD_##n, .since = s
/* A command with functions: which, is word a of the first parameter. */
#define SUB(n, f, s) RPC(n, s), .sub = #f, .sub_value = OPTEE_RPC_##n##_##f
#define FS(f) SUB(FS, f, "4.12")
#define SOCKET(f) SUB(SOCKET, f, "4.12")

#define NAME_IN(i, n) MEMREF(i, n, MEM_IN)
#define FD WIDE("fd", 1, NUMBER)
#define OFFS WIDE("offs", 2, NUMBER)
#define TA WIDE("instance", 1, HEX)
#define HANDLE WIDE("handle", 2, HEX)
#define TIMEOUT WIDE("timeout_ms", 0, NUMBER)
/* The first parameter of a command with functions, apart from the function itself. */
#define FUNC PARAM(0, "value", TYPE(VALUE_INPUT), .fields = nothing)
#define FUNC_OF(...) VALUE(0, INPUT, __VA_ARGS__)

#define TRACE_FILE                                                                                 \
	IN(VALUE(0, INOUT, WIDE("file", 0, NUMBER)), NAME_IN(1, "ta"), NAME_IN(2, "data")),        \
	OUT(VALUE(0, INOUT, WIDE("file", 0, NUMBER)))

#define NOTIFICATION(f) .name = "NOTIFICATION", .cmd = OPTEE_RPC_CMD_NOTIFICATION, .since = "4.12", \
	.sub = #f, .sub_value = OPTEE_RPC_NOTIFICATION_##f

const struct osim__abi_cmd osim__abi_rpc_cmds[] = {
	{ RPC(LOAD_TA, "4.12"),
	  IN(VALUE(0, INPUT, UUID("ta")), MEMREF(1, "image", MEM_OUT)),
	  OUT(MEMREF(1, "image", MEM_OUT)) },

	{ RPC(RPMB, "4.12"),
	  IN(MEMREF(0, "request", MEM_IN), MEMREF(1, "response", MEM_OUT)),
	  OUT(MEMREF(1, "response", MEM_OUT)) },

	{ FS(OPEN), IN(FUNC, NAME_IN(1, "name"), ROOM(2)),
	  OUT(VALUE(2, OUTPUT, WIDE("fd", 0, NUMBER))) },
	{ FS(CREATE), IN(FUNC, NAME_IN(1, "name"), ROOM(2)),
	  OUT(VALUE(2, OUTPUT, WIDE("fd", 0, NUMBER))) },
	{ FS(CLOSE), IN(FUNC_OF(FD)) },
	{ FS(READ), IN(FUNC_OF(FD, OFFS), MEMREF(1, "data", MEM_OUT)), OUT(MEMREF(1, "data", MEM_OUT)) },
	{ FS(WRITE), IN(FUNC_OF(FD, OFFS), MEMREF(1, "data", MEM_IN)) },
	{ FS(TRUNCATE), IN(FUNC_OF(FD, WIDE("length", 2, NUMBER))) },
	{ FS(REMOVE), IN(FUNC, NAME_IN(1, "name")) },
	{ FS(RENAME), IN(FUNC_OF(WIDE("replace", 1, NUMBER)), NAME_IN(1, "from"), NAME_IN(2, "to")) },
	{ FS(OPENDIR), IN(FUNC, NAME_IN(1, "name"), ROOM(2)),
	  OUT(VALUE(2, OUTPUT, WIDE("fd", 0, NUMBER))) },
	{ FS(CLOSEDIR), IN(FUNC_OF(FD)) },
	{ FS(READDIR), IN(FUNC_OF(FD), MEMREF(1, "name", MEM_OUT)), OUT(MEMREF(1, "name", MEM_OUT)) },

	{ RPC(GET_TIME, "4.12"), IN(ROOM(0)),
	  OUT(VALUE(0, OUTPUT, WIDE("seconds", 0, NUMBER), WIDE("nanoseconds", 1, NUMBER))) },

	{ NOTIFICATION(WAIT),
	  IN(FUNC_OF(WIDE("value", 1, NUMBER), WIDE("timeout_ms", 2, NUMBER, .flags = OSIM__ABI_QUIET))) },
	{ NOTIFICATION(SEND), IN(FUNC_OF(WIDE("value", 1, NUMBER))) },

	{ RPC(SUSPEND, "4.12"), IN(VALUE(0, INPUT, WIDE("ms", 0, NUMBER))) },

	{ RPC(SHM_ALLOC, "4.12"),
	  IN(VALUE(0, INPUT, WIDE("type", 0, ENUM, .names = osim__abi_shm_types), WIDE("size", 1, NUMBER),
		   WIDE("align", 2, NUMBER))),
	  OUT(MEMREF(0, "buffer", TYPE(TMEM_OUTPUT))) },

	{ RPC(SHM_FREE, "4.12"),
	  IN(VALUE(0, INPUT, WIDE("type", 0, ENUM, .names = osim__abi_shm_types),
		   WIDE("cookie", 1, COOKIE))) },

	{ RPC(SQL_FS_RESERVED, NULL), .owner = OSIM__ABI_OPTEE_OS },

	{ RPC(GPROF, "4.12"), .owner = OSIM__ABI_OPTEE_OS, TRACE_FILE },

	{ SOCKET(OPEN), .owner = OSIM__ABI_OPTEE_OS,
	  IN(FUNC_OF(TA),
	     VALUE(1, INPUT, WIDE("port", 0, NUMBER), WIDE("protocol", 1, NUMBER),
		   WIDE("ip_version", 2, NUMBER)),
	     NAME_IN(2, "server"), ROOM(3)),
	  OUT(VALUE(3, OUTPUT, WIDE("handle", 0, HEX))) },
	{ SOCKET(CLOSE), .owner = OSIM__ABI_OPTEE_OS, IN(FUNC_OF(TA, HANDLE)) },
	{ SOCKET(CLOSE_ALL), .owner = OSIM__ABI_OPTEE_OS, IN(FUNC_OF(TA)) },
	{ SOCKET(SEND), .owner = OSIM__ABI_OPTEE_OS,
	  IN(FUNC_OF(TA, HANDLE), MEMREF(1, "data", MEM_IN), VALUE(2, INOUT, TIMEOUT)),
	  OUT(VALUE(2, INOUT, WIDE("sent", 1, NUMBER))) },
	{ SOCKET(RECV), .owner = OSIM__ABI_OPTEE_OS,
	  IN(FUNC_OF(TA, HANDLE), MEMREF(1, "data", MEM_OUT), VALUE(2, INPUT, TIMEOUT)),
	  OUT(MEMREF(1, "data", MEM_OUT)) },
	{ SOCKET(IOCTL), .owner = OSIM__ABI_OPTEE_OS,
	  IN(FUNC_OF(TA, HANDLE), MEMREF(1, "data", MEM_INOUT), VALUE(2, INPUT, WIDE("request", 0, HEX))),
	  OUT(MEMREF(1, "data", MEM_INOUT)) },

	{ RPC(FTRACE, "4.12"), .owner = OSIM__ABI_OPTEE_OS, TRACE_FILE },

	{ RPC(SUPP_PLUGIN, "4.12"), .owner = OSIM__ABI_OPTEE_OS, .sub = "INVOKE",
	  .sub_value = OPTEE_RPC_SUPP_PLUGIN_INVOKE,
	  IN(FUNC_OF(WIDE("d1", 1, HEX), WIDE("d2", 2, HEX)),
	     VALUE(1, INPUT, WIDE("d3", 0, HEX), WIDE("d4", 1, HEX), WIDE("command", 2, NUMBER)),
	     VALUE(2, INOUT, WIDE("sub_command", 0, NUMBER)), MEMREF(3, "data", MEM_INOUT)),
	  OUT(VALUE(2, INOUT, WIDE("length", 1, NUMBER)), MEMREF(3, "data", MEM_INOUT)) },

	{ RPC(BENCH_REG, NULL), .owner = OSIM__ABI_OPTEE_OS,
	  IN(VALUE(0, INPUT, WIDE("op", 0, ENUM, .names = osim__abi_bench_ops), WIDE("pa", 1, PA),
		   WIDE("size", 2, NUMBER))) },

	{ RPC(I2C_TRANSFER, "5.10"),
	  IN(VALUE(0, INPUT, WIDE("mode", 0, ENUM, .names = osim__abi_i2c_modes),
		   FIELD("bus", 1, 1, NUMBER, 0xffff), FIELD("chip", 2, 1, HEX, 0xffff)),
	     VALUE(1, INPUT, FIELD("flags", 0, 1, BITS, 0xffff, .names = osim__abi_i2c_flags)),
	     MEMREF(2, "data", MEM_INOUT), ROOM(3)),
	  OUT(MEMREF(2, "data", MEM_INOUT), VALUE(3, OUTPUT, WIDE("transferred", 0, NUMBER))) },

	{ RPC(RPMB_PROBE_RESET, "6.12"), .cap = OPTEE_SMC_SEC_CAP_RPMB_PROBE,
	  IN(ROOM(0)),
	  OUT(VALUE(0, OUTPUT, WIDE("type", 0, ENUM, .names = osim__abi_shm_types))) },

	{ RPC(RPMB_PROBE_NEXT, "6.12"), .cap = OPTEE_SMC_SEC_CAP_RPMB_PROBE,
	  IN(ROOM(0), MEMREF(1, "cid", MEM_OUT)),
	  OUT(VALUE(0, OUTPUT, WIDE("type", 0, ENUM, .names = osim__abi_rpmb_types),
		    WIDE("size", 1, NUMBER), WIDE("rel_wr_sec_c", 2, NUMBER)),
	      MEMREF(1, "cid", MEM_OUT)) },

	{ RPC(RPMB_FRAMES, "6.12"), .cap = OPTEE_SMC_SEC_CAP_RPMB_PROBE,
	  IN(MEMREF(0, "request", MEM_IN), MEMREF(1, "response", MEM_OUT)),
	  OUT(MEMREF(1, "response", MEM_OUT)) },

	{ 0 }
};
