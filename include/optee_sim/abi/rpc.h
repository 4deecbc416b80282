/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTEE_SIM_ABI_RPC_H
#define OPTEE_SIM_ABI_RPC_H

/**
 * @file
 * @brief Commands of the secure world: cmd of the message that an RPC CMD points to.
 *
 * Numbers as in Linux drivers/tee/optee/optee_rpc_cmd.h and OP-TEE OS core/include/optee_rpc_cmd.h.
 * The driver serves some itself and hands the rest to tee-supplicant. "->" marks what comes back.
 */

#include <stdint.h>

/* -- tee-supplicant's ------------------------------------------------------------------------ */

/* [0] value a-b: UUID; [1] memref out: the TA; with no buffer only its size -> */
#define OPTEE_RPC_CMD_LOAD_TA 0u
/* [0] memref in, [1] memref out: frames to and from the RPMB partition */
#define OPTEE_RPC_CMD_RPMB 1u
/* [0] value a: OPTEE_RPC_FS_*, rest by that */
#define OPTEE_RPC_CMD_FS 2u

/* -- The driver's own ------------------------------------------------------------------------ */

/* -> [0] value a: seconds since 1970, b: nanoseconds */
#define OPTEE_RPC_CMD_GET_TIME 3u

/* [0] value a: OPTEE_RPC_NOTIFICATION_*, b: the value, c (WAIT): timeout in ms, 0 = none */
#define OPTEE_RPC_CMD_NOTIFICATION  4u
#define OPTEE_RPC_NOTIFICATION_WAIT 0u
#define OPTEE_RPC_NOTIFICATION_SEND 1u

/* [0] value a: milliseconds */
#define OPTEE_RPC_CMD_SUSPEND 5u

/* [0] value a: OPTEE_RPC_SHM_TYPE_*, b: size, c: alignment -> [0] tmem out: the buffer */
#define OPTEE_RPC_CMD_SHM_ALLOC 6u
/* For tee-supplicant; for the kernel only; for the kernel and any client (OP-TEE OS only). */
#define OPTEE_RPC_SHM_TYPE_APPL	  0u
#define OPTEE_RPC_SHM_TYPE_KERNEL 1u
#define OPTEE_RPC_SHM_TYPE_GLOBAL 2u
/* [0] value a: OPTEE_RPC_SHM_TYPE_*, b: cookie */
#define OPTEE_RPC_CMD_SHM_FREE 7u

/* -- tee-supplicant's again ------------------------------------------------------------------ */

/* Was a file system in an SQL data base; not to be used again. */
#define OPTEE_RPC_CMD_SQL_FS_RESERVED 8u
/* [0] value a: file, 0 = new -> file; [1] memref in: UUID of the TA; [2] memref in: the data */
#define OPTEE_RPC_CMD_GPROF 9u
/* [0] value a: OPTEE_RPC_SOCKET_*, rest by that */
#define OPTEE_RPC_CMD_SOCKET 10u
/* As GPROF, for a function graph */
#define OPTEE_RPC_CMD_FTRACE 11u
/*
 * [0] value a: OPTEE_RPC_SUPP_PLUGIN_INVOKE, b-c and [1] value a-b: UUID of the plugin in 32-bit
 * words, c: command, [2] value a: sub-command -> b: bytes, [3] memref in and out: data
 */
#define OPTEE_RPC_CMD_SUPP_PLUGIN    12u
#define OPTEE_RPC_SUPP_PLUGIN_INVOKE 0u

/* -- The driver's own, above 19 -------------------------------------------------------------- */

/* A buffer for time stamps: [0] value a: OPTEE_MSG_RPC_CMD_BENCH_REG_*, b: address, c: size */
#define OPTEE_RPC_CMD_BENCH_REG		20u
#define OPTEE_MSG_RPC_CMD_BENCH_REG_NEW 0u
#define OPTEE_MSG_RPC_CMD_BENCH_REG_DEL 1u

/*
 * [0] value a: OPTEE_RPC_I2C_TRANSFER_*, b: bus, c: chip; [1] value a: OPTEE_RPC_I2C_FLAGS_*;
 * [2] memref: data -> [3] value a: bytes transferred
 */
#define OPTEE_RPC_CMD_I2C_TRANSFER  21u
#define OPTEE_RPC_I2C_TRANSFER_RD   0u
#define OPTEE_RPC_I2C_TRANSFER_WR   1u
#define OPTEE_RPC_I2C_FLAGS_TEN_BIT (1u << 0)

/* Start over looking for RPMB devices -> [0] value a: type of memory to allocate for frames */
#define OPTEE_RPC_CMD_RPMB_PROBE_RESET 22u
/*
 * The next RPMB device -> [0] value a: OPTEE_RPC_RPMB_*, b: size field, c: reliable write sector
 * count field; [1] memref out: device id
 */
#define OPTEE_RPC_CMD_RPMB_PROBE_NEXT 23u
#define OPTEE_RPC_RPMB_EMMC	      0u
#define OPTEE_RPC_RPMB_UFS	      1u
#define OPTEE_RPC_RPMB_NVME	      2u
/* [0] memref in, [1] memref out: frames to and from the device found last */
#define OPTEE_RPC_CMD_RPMB_FRAMES 24u

/* -- Functions of FS ------------------------------------------------------------------------- */

/* [1] memref in: name -> [2] value a: descriptor */
#define OPTEE_RPC_FS_OPEN   0u
#define OPTEE_RPC_FS_CREATE 1u
/* [0] b: descriptor */
#define OPTEE_RPC_FS_CLOSE 2u
/* [0] b: descriptor, c: offset; [1] memref: data, out of or into the file */
#define OPTEE_RPC_FS_READ  3u
#define OPTEE_RPC_FS_WRITE 4u
/* [0] b: descriptor, c: length */
#define OPTEE_RPC_FS_TRUNCATE 5u
/* [1] memref in: name */
#define OPTEE_RPC_FS_REMOVE 6u
/* [0] b: replace what is there; [1], [2] memref in: old and new name */
#define OPTEE_RPC_FS_RENAME 7u
/* [1] memref in: name -> [2] value a: directory */
#define OPTEE_RPC_FS_OPENDIR 8u
/* [0] b: directory */
#define OPTEE_RPC_FS_CLOSEDIR 9u
/* [0] b: directory -> [1] memref out: next name */
#define OPTEE_RPC_FS_READDIR 10u

/* -- Functions of SOCKET; [0] b: instance of the TA, c: handle where there is one ------------- */

/* [1] value a: port, b: protocol, c: IP version; [2] memref in: server -> [3] value a: handle */
#define OPTEE_RPC_SOCKET_OPEN	   0u
#define OPTEE_RPC_SOCKET_CLOSE	   1u
#define OPTEE_RPC_SOCKET_CLOSE_ALL 2u
/* [1] memref: data; [2] value a: timeout in ms or one of those below -> (SEND) b: bytes sent */
#define OPTEE_RPC_SOCKET_SEND		     3u
#define OPTEE_RPC_SOCKET_RECV		     4u
#define OPTEE_RPC_SOCKET_TIMEOUT_NONBLOCKING 0u
#define OPTEE_RPC_SOCKET_TIMEOUT_BLOCKING    0xffffffffu
/* [1] memref in and out: data; [2] value a: request */
#define OPTEE_RPC_SOCKET_IOCTL 5u

/* -- Older spellings of the same numbers (Linux up to 5.16) ----------------------------------- */

#define OPTEE_RPC_CMD_WAIT_QUEUE	    OPTEE_RPC_CMD_NOTIFICATION
#define OPTEE_RPC_WAIT_QUEUE_SLEEP	    OPTEE_RPC_NOTIFICATION_WAIT
#define OPTEE_RPC_WAIT_QUEUE_WAKEUP	    OPTEE_RPC_NOTIFICATION_SEND
#define OPTEE_MSG_RPC_CMD_LOAD_TA	    OPTEE_RPC_CMD_LOAD_TA
#define OPTEE_MSG_RPC_CMD_RPMB		    OPTEE_RPC_CMD_RPMB
#define OPTEE_MSG_RPC_CMD_FS		    OPTEE_RPC_CMD_FS
#define OPTEE_MSG_RPC_CMD_GET_TIME	    OPTEE_RPC_CMD_GET_TIME
#define OPTEE_MSG_RPC_CMD_WAIT_QUEUE	    OPTEE_RPC_CMD_NOTIFICATION
#define OPTEE_MSG_RPC_WAIT_QUEUE_SLEEP	    OPTEE_RPC_NOTIFICATION_WAIT
#define OPTEE_MSG_RPC_WAIT_QUEUE_WAKEUP	    OPTEE_RPC_NOTIFICATION_SEND
#define OPTEE_MSG_RPC_CMD_SUSPEND	    OPTEE_RPC_CMD_SUSPEND
#define OPTEE_MSG_RPC_CMD_SHM_ALLOC	    OPTEE_RPC_CMD_SHM_ALLOC
#define OPTEE_MSG_RPC_SHM_TYPE_APPL	    OPTEE_RPC_SHM_TYPE_APPL
#define OPTEE_MSG_RPC_SHM_TYPE_KERNEL	    OPTEE_RPC_SHM_TYPE_KERNEL
#define OPTEE_MSG_RPC_SHM_TYPE_GLOBAL	    OPTEE_RPC_SHM_TYPE_GLOBAL
#define OPTEE_MSG_RPC_CMD_SHM_FREE	    OPTEE_RPC_CMD_SHM_FREE
#define OPTEE_MSG_RPC_CMD_SQL_FS	    OPTEE_RPC_CMD_SQL_FS_RESERVED
#define OPTEE_MSG_RPC_CMD_SQL_FS_RESERVED   OPTEE_RPC_CMD_SQL_FS_RESERVED
#define OPTEE_MSG_RPC_CMD_GPROF		    OPTEE_RPC_CMD_GPROF
#define OPTEE_MSG_RPC_CMD_SOCKET	    OPTEE_RPC_CMD_SOCKET
#define OPTEE_MSG_RPC_CMD_FTRACE	    OPTEE_RPC_CMD_FTRACE
#define OPTEE_MSG_RPC_CMD_BENCH_REG	    OPTEE_RPC_CMD_BENCH_REG
#define OPTEE_MSG_RPC_CMD_I2C_TRANSFER	    OPTEE_RPC_CMD_I2C_TRANSFER
#define OPTEE_MSG_RPC_CMD_I2C_TRANSFER_RD   OPTEE_RPC_I2C_TRANSFER_RD
#define OPTEE_MSG_RPC_CMD_I2C_TRANSFER_WR   OPTEE_RPC_I2C_TRANSFER_WR
#define OPTEE_MSG_RPC_CMD_I2C_FLAGS_TEN_BIT OPTEE_RPC_I2C_FLAGS_TEN_BIT

#endif
