/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_ABI_TABLE_H
#define OSIM_ABI_TABLE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The protocol as data, for whoever must treat all of it alike: the decoder prints by it, a checker
 * holds registers against it, a sweep takes the fields to vary from it. It says what the public
 * headers say, not what an OP-TEE was seen to do.
 *
 * Every list ends with an entry whose name is NULL.
 */

/* A number and what it is called. */
struct osim__abi_name {
	const char *name;
	uint64_t value;
};

enum osim__abi_type {
	OSIM__ABI_NUMBER,
	OSIM__ABI_HEX,
	OSIM__ABI_ENUM,	  /* one of names */
	OSIM__ABI_BITS,	  /* a sum of names */
	OSIM__ABI_FLAG,	  /* one bit, called as the field is */
	OSIM__ABI_PA,	  /* physical address: not the same in two runs */
	OSIM__ABI_COOKIE, /* shared memory reference: likewise */
	OSIM__ABI_UUID,	  /* 16 bytes: four registers, or two words of a parameter */
};

enum {
	/* 0 is the normal case and not worth a word. */
	OSIM__ABI_QUIET = 1,
	/* Only some uses of the call have it; to the others it is as if it were not there. */
	OSIM__ABI_OPTIONAL = 2,
};

struct osim__abi_field {
	const char *name;
	uint8_t at;   /* first register; in a parameter 0, 1, 2: its words a, b, c */
	uint8_t span; /* registers: 1; 2: upper 32 bits in the first; a UUID: all it needs */
	uint8_t type;
	uint8_t flags;
	uint32_t cap;  /* means something only if the secure world told this capability */
	uint64_t mask; /* its bits in each register */
	const struct osim__abi_name *names;
};

/*
 * Registers of one direction. Bits 31..0 of a register that has a field are zero outside of its
 * fields. A register that is mentioned nowhere is not looked at on the way in, and holds anything
 * on the way out.
 */
struct osim__abi_regs {
	const struct osim__abi_field *fields; /* may be NULL */
	/* Bit n stands for a<n>. */
	uint8_t kept;	/* as on the call; in the answer to an RPC: as the RPC had it */
	uint8_t zero;	/* must be 0 */
	uint8_t resume; /* opaque; given back when the RPC is answered */
};

enum osim__abi_use {
	OSIM__ABI_USE_FREE,
	OSIM__ABI_USE_CODE, /* a0: function id, return code */
	OSIM__ABI_USE_FIELD,
	OSIM__ABI_USE_ZERO,
	OSIM__ABI_USE_KEPT,
	OSIM__ABI_USE_RESUME,
};

enum osim__abi_ret_kind {
	OSIM__ABI_RET_CODE,  /* done, a0 says how */
	OSIM__ABI_RET_RPC,   /* not done: a0 says what is asked for */
	OSIM__ABI_RET_VALUE, /* done, a0 is a field: any a0 that no other return of the call has */
	OSIM__ABI_RET_OTHER, /* done with an error: any such a0 */
};

/* One way a call can come back. */
struct osim__abi_ret {
	const char *name; /* "OK", "RPC ALLOC" */
	uint32_t a0;
	enum osim__abi_ret_kind kind;
	struct osim__abi_regs regs;
};

enum osim__abi_owner {
	OSIM__ABI_LINUX,    /* in the headers of both */
	OSIM__ABI_OPTEE_OS, /* OP-TEE OS has it, Linux does not use it */
};

struct osim__abi_call {
	const char *name; /* what follows OPTEE_SMC_FUNCID_ */
	uint32_t id;
	bool yielding;
	enum osim__abi_owner owner;
	const char *since; /* first Linux release that knows it, NULL: none */
	uint32_t cap;	   /* the capability without which it may not be made, 0: none */
	struct osim__abi_regs in;
	const struct osim__abi_ret *rets;
};

/* What a yielding call can be left for. in: of RETURN_FROM_RPC when it answers this. */
struct osim__abi_rpc {
	const char *name;
	uint32_t a0;
	struct osim__abi_regs ask;
	struct osim__abi_regs in;
};

struct osim__abi_param {
	const char *name;
	uint8_t index;
	uint8_t zero; /* words a, b, c (bit 0, 1, 2) that must be 0 */
	bool meta;
	uint16_t types;			      /* bit n: it may have attribute type n */
	const struct osim__abi_field *fields; /* of a value; NULL: all three words of a memref */
};

/* Header fields of a message that a command uses. */
enum {
	OSIM__ABI_FUNC = 1,
	OSIM__ABI_SESSION = 2,	   /* passed in */
	OSIM__ABI_NEW_SESSION = 4, /* comes back */
	OSIM__ABI_CANCEL_ID = 8,
};

/* A command in a message, of either world; one entry for each function that it has. */
struct osim__abi_cmd {
	const char *name; /* what follows OPTEE_MSG_CMD_ or OPTEE_RPC_CMD_ */
	const char *sub;  /* the function, NULL: the command has none */
	uint32_t cmd;
	uint32_t sub_value; /* in word a of the first parameter */
	enum osim__abi_owner owner;
	const char *since; /* first Linux release whose driver makes or serves it */
	uint32_t cap;
	uint8_t header;
	bool more; /* parameters of the TA follow */
	/* By index, as asked and as answered; NULL: none. */
	const struct osim__abi_param *in;
	const struct osim__abi_param *out;
};

extern const struct osim__abi_call osim__abi_calls[];
extern const struct osim__abi_rpc osim__abi_rpcs[];
extern const struct osim__abi_cmd osim__abi_msg_cmds[];
extern const struct osim__abi_cmd osim__abi_rpc_cmds[];

/* The words of a memref parameter, by what it is. */
extern const struct osim__abi_field osim__abi_tmem_fields[];
extern const struct osim__abi_field osim__abi_rmem_fields[];
extern const struct osim__abi_field osim__abi_value_fields[];

/* Names without their prefix; those of capabilities in lower case, as they are typed. */
extern const struct osim__abi_name osim__abi_returns[];
extern const struct osim__abi_name osim__abi_sec_caps[];
extern const struct osim__abi_name osim__abi_nsec_caps[];
extern const struct osim__abi_name osim__abi_attr_types[];
extern const struct osim__abi_name osim__abi_results[];
extern const struct osim__abi_name osim__abi_origins[];
extern const struct osim__abi_name osim__abi_logins[];
extern const struct osim__abi_name osim__abi_caching[];
extern const struct osim__abi_name osim__abi_use_cases[];
extern const struct osim__abi_name osim__abi_l2cc_ops[];
extern const struct osim__abi_name osim__abi_shm_types[];
extern const struct osim__abi_name osim__abi_bench_ops[];
extern const struct osim__abi_name osim__abi_i2c_modes[];
extern const struct osim__abi_name osim__abi_i2c_flags[];
extern const struct osim__abi_name osim__abi_rpmb_types[];

/* The entry for a0 of a call; NULL: no such call. */
const struct osim__abi_call *osim__abi_call_find(uint32_t a0);

/* The entry for a0 of its return; NULL: the ABI has no such return of this call. */
const struct osim__abi_ret *osim__abi_ret_find(const struct osim__abi_call *call, uint32_t a0);

/* The entry for a0 of a return that is an RPC; NULL: it is none, or none that is known. */
const struct osim__abi_rpc *osim__abi_rpc_find(uint32_t a0);

/* The entry of a command; where it has functions, that of function sub. NULL: none. */
const struct osim__abi_cmd *osim__abi_cmd_find(const struct osim__abi_cmd *cmds, uint32_t cmd,
					       uint64_t sub);

/* What register a<n> is for in one direction. */
enum osim__abi_use osim__abi_reg_use(const struct osim__abi_regs *regs, unsigned int n);

/* Bits 31..0 of each register that must be 0, and of register a<n>. */
void osim__abi_zero_masks(const struct osim__abi_regs *regs, uint32_t masks[8]);
uint32_t osim__abi_reg_zero_mask(const struct osim__abi_regs *regs, unsigned int n);

/* A field's value out of, or into, registers (or the three words of a parameter). Not of a UUID. */
uint64_t osim__abi_field_get(const struct osim__abi_field *field, const uint64_t *regs);
void osim__abi_field_put(const struct osim__abi_field *field, uint64_t *regs, uint64_t value);

/* The name of a value in a list; NULL: it has none. */
const char *osim__abi_name_of(const struct osim__abi_name *names, uint64_t value);

#endif
