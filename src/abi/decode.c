/* SPDX-License-Identifier: BSD-2-Clause */
#include "abi/decode.h"

#include <inttypes.h>

#include <optee_sim/abi/abi.h>

#include "abi/msg.h"
#include "abi/name.h"
#include "abi/table.h"
#include "abi/text.h"

/* A number by its name, or in hex. */
static void add_name(struct osim__text *text, const char *name, uint64_t value)
{
	if (name)
		osim__text_add(text, "%s", name);
	else
		osim__text_add(text, "0x%" PRIx64, value);
}

static void add_address(struct osim__text *text, const struct osim__abi_namer *namer,
			enum osim__abi_kind kind, uint64_t value)
{
	char buf[64];
	const char *name = NULL;

	if (value && namer)
		name = namer->name(namer->arg, kind, value, buf, sizeof(buf));
	add_name(text, value ? name : "0", value);
}

static void add_bits(struct osim__text *text, const struct osim__abi_name *names, uint64_t value)
{
	const char *comma = "";

	for (; names->name; names++) {
		if (!(value & names->value))
			continue;
		osim__text_add(text, "%s%s", comma, names->name);
		value &= ~names->value;
		comma = ",";
	}
	if (value)
		osim__text_add(text, "%s0x%" PRIx64, comma, value);
	else if (!*comma)
		osim__text_add(text, "none");
}

/* Four registers, most significant byte first; two words of a message, in the order of memory. */
static void add_uuid(struct osim__text *text, const struct osim__abi_field *field,
		     const uint64_t *regs)
{
	uint8_t octets[16];

	for (unsigned int i = 0; i < 16; i++) {
		if (field->span == 4)
			octets[i] = (uint8_t)(regs[field->at + i / 4] >> (24 - 8 * (i % 4)));
		else
			octets[i] = (uint8_t)(regs[field->at + i / 8] >> (8 * (i % 8)));
	}
	for (unsigned int i = 0; i < 16; i++) {
		osim__text_add(text, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
			       octets[i]);
	}
}

static void add_value(struct osim__text *text, const struct osim__abi_namer *namer,
		      const struct osim__abi_field *field, uint64_t value)
{
	switch (field->type) {
	case OSIM__ABI_NUMBER:
		osim__text_add(text, "%" PRIu64, value);
		break;
	case OSIM__ABI_ENUM:
		add_name(text, osim__abi_name_of(field->names, value), value);
		break;
	case OSIM__ABI_BITS:
		add_bits(text, field->names, value);
		break;
	case OSIM__ABI_PA:
		add_address(text, namer, OSIM__ABI_KIND_PA, value);
		break;
	case OSIM__ABI_COOKIE:
		add_address(text, namer, OSIM__ABI_KIND_COOKIE, value);
		break;
	default:
		osim__text_add(text, "0x%" PRIx64, value);
		break;
	}
}

/* caps: what the secure world told in the same registers, so that left-overs are not shown. */
static void add_field(struct osim__text *text, const struct osim__abi_namer *namer,
		      const struct osim__abi_field *field, const uint64_t *regs, uint64_t *caps)
{
	uint64_t value;

	if (field->cap & ~*caps)
		return;
	if (field->type == OSIM__ABI_UUID) {
		osim__text_add(text, " %s=", field->name);
		add_uuid(text, field, regs);
		return;
	}
	value = osim__abi_field_get(field, regs);
	if (field->names == osim__abi_sec_caps)
		*caps = value;
	if (!value && ((field->flags & OSIM__ABI_QUIET) || field->type == OSIM__ABI_FLAG))
		return;
	osim__text_add(text, " %s", field->name);
	if (field->type == OSIM__ABI_FLAG)
		return;
	osim__text_add(text, "=");
	add_value(text, namer, field, value);
}

static void add_fields(struct osim__text *text, const struct osim__abi_namer *namer,
		       const struct osim__abi_field *fields, const uint64_t *regs)
{
	uint64_t caps = 0;

	for (; fields && fields->name; fields++)
		add_field(text, namer, fields, regs, &caps);
}

static void add_regs(struct osim__text *text, const struct osim__abi_namer *namer,
		     const struct osim__abi_regs *use, const uint64_t regs[8])
{
	const char *stray = " stray";

	add_fields(text, namer, use->fields, regs);
	for (unsigned int n = 1; n < 8; n++) {
		uint64_t bits = regs[n] & osim__abi_reg_zero_mask(use, n);

		if (!bits)
			continue;
		osim__text_add(text, "%s a%u=0x%" PRIx64, stray, n, bits);
		stray = "";
	}
}

static void add_call(struct osim__text *text, const struct osim__abi_namer *namer,
		     const struct osim__abi_call *call, const uint64_t in[8], const uint64_t ask[8])
{
	const struct osim__abi_rpc *rpc = NULL;

	osim__text_add(text, "%s", call->name);
	if (call->id != OPTEE_SMC_CALL_RETURN_FROM_RPC) {
		add_regs(text, namer, &call->in, in);
		return;
	}
	if (ask)
		rpc = osim__abi_rpc_find((uint32_t)ask[0]);
	if (rpc) {
		osim__text_add(text, " %s", rpc->name);
		add_regs(text, namer, &rpc->in, in);
	}
	osim__text_add(text, " resume=0x%" PRIx64, in[3]);
}

static void add_return(struct osim__text *text, const struct osim__abi_namer *namer,
		       const struct osim__abi_call *call, const uint64_t out[8])
{
	uint32_t a0 = (uint32_t)out[0];
	const struct osim__abi_ret *ret = call ? osim__abi_ret_find(call, a0) : NULL;

	osim__text_add(text, " -> ");
	if (!ret) {
		add_name(text, osim__abi_return_name(a0), a0);
		return;
	}
	osim__text_add(text, "%s", ret->name);
	if (ret->kind == OSIM__ABI_RET_OTHER)
		osim__text_add(text, " 0x%" PRIx32, a0);
	add_regs(text, namer, &ret->regs, out);
	if (ret->kind == OSIM__ABI_RET_RPC)
		osim__text_add(text, " resume=0x%" PRIx64, out[3]);
}

size_t osim__abi_decode_call(const struct osim__abi_namer *namer, const uint64_t in[8],
			     const uint64_t out[8], const uint64_t ask[8], char *buf, size_t len)
{
	const struct osim__abi_call *call = osim__abi_call_find((uint32_t)in[0]);
	struct osim__text text;

	osim__text_init(&text, buf, len);
	if (call)
		add_call(&text, namer, call, in, ask);
	else
		osim__text_add(&text, "call 0x%08" PRIx32, (uint32_t)in[0]);
	if (out)
		add_return(&text, namer, call, out);
	return text.used;
}

/* Which words a parameter has, by its type. */
static const struct osim__abi_field *fields_of(uint64_t attr)
{
	switch (attr & OPTEE_MSG_ATTR_TYPE_MASK) {
	case OPTEE_MSG_ATTR_TYPE_VALUE_INPUT:
	case OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT:
	case OPTEE_MSG_ATTR_TYPE_VALUE_INOUT:
		return osim__abi_value_fields;
	case OPTEE_MSG_ATTR_TYPE_RMEM_INPUT:
	case OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT:
	case OPTEE_MSG_ATTR_TYPE_RMEM_INOUT:
		return osim__abi_rmem_fields;
	case OPTEE_MSG_ATTR_TYPE_TMEM_INPUT:
	case OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT:
	case OPTEE_MSG_ATTR_TYPE_TMEM_INOUT:
		return osim__abi_tmem_fields;
	default:
		return NULL;
	}
}

/* What the command has at a place; NULL: nothing of its own. */
static const struct osim__abi_param *place_of(const struct osim__abi_cmd *cmd, bool done,
					      uint32_t index)
{
	const struct osim__abi_param *place = NULL;

	if (cmd)
		place = done ? cmd->out : cmd->in;
	while (place && place->name && place->index != index)
		place++;
	return place && place->name ? place : NULL;
}

static void add_param(struct osim__text *text, const struct osim__abi_namer *namer,
		      const struct osim__abi_param *place, uint32_t index,
		      const struct osim_msg_param *param)
{
	const uint64_t words[3] = {param->u.value.a, param->u.value.b, param->u.value.c};
	uint64_t type = param->attr & OPTEE_MSG_ATTR_TYPE_MASK;
	char attr[64];

	if (place && place->fields && type < 16 && (place->types & (1u << type))) {
		add_fields(text, namer, place->fields, words);
		return;
	}
	osim__abi_attr_text(param->attr, attr, sizeof(attr));
	osim__text_add(text, " [%" PRIu32 "] %s", index, attr);
	add_fields(text, namer, fields_of(param->attr), words);
}

static void add_header(struct osim__text *text, const struct osim__abi_cmd *cmd,
		       const struct osim_msg_arg *arg)
{
	uint8_t header = cmd ? cmd->header : 0;

	if (header & OSIM__ABI_SESSION)
		osim__text_add(text, " session=%" PRIu32, arg->session);
	if (header & OSIM__ABI_FUNC)
		osim__text_add(text, " func=%" PRIu32, arg->func);
	if ((header & OSIM__ABI_CANCEL_ID) && arg->cancel_id)
		osim__text_add(text, " cancel_id=%" PRIu32, arg->cancel_id);
}

static void add_result(struct osim__text *text, const struct osim__abi_cmd *cmd,
		       enum osim__abi_world from, const struct osim_msg_arg *arg)
{
	osim__text_add(text, " -> ");
	add_name(text, osim__abi_result_name(arg->ret), arg->ret);
	/* Nobody says which layer made the result of an RPC. */
	if (arg->ret && from == OSIM__ABI_NORMAL) {
		osim__text_add(text, " origin=");
		add_name(text, osim__abi_origin_name(arg->ret_origin), arg->ret_origin);
	}
	if (!arg->ret && cmd && (cmd->header & OSIM__ABI_NEW_SESSION))
		osim__text_add(text, " session=%" PRIu32, arg->session);
}

/* Of an answer only what came back is shown. */
static bool param_shown(const struct osim__abi_cmd *cmd, const struct osim__abi_param *place,
			uint32_t ret, uint64_t attr)
{
	const uint64_t output = OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT; /* a bit of every output type */

	if (ret != TEE_SUCCESS && ret != TEE_ERROR_SHORT_BUFFER)
		return false;
	if (!cmd || place)
		return true;
	return cmd->more && !(attr & OPTEE_MSG_ATTR_META) && (attr & output);
}

static void add_message(struct osim__text *text, const struct osim__abi_namer *namer,
			enum osim__abi_world from, bool done, const void *msg, size_t size)
{
	const struct osim__abi_cmd *cmd;
	struct osim_msg_param param = {0};
	struct osim_msg_arg arg;

	osim__msg_get(msg, size, &arg);
	/* The function of a command is still in its first parameter when it has been answered. */
	osim__msg_param_get(msg, size, 0, &param);
	if (from == OSIM__ABI_NORMAL)
		cmd = osim__abi_cmd_find(osim__abi_msg_cmds, arg.cmd, 0);
	else
		cmd = osim__abi_cmd_find(osim__abi_rpc_cmds, arg.cmd, param.u.value.a);
	if (cmd)
		osim__text_add(text, "%s%s%s", cmd->name, cmd->sub ? " " : "",
			       cmd->sub ? cmd->sub : "");
	else
		osim__text_add(text, "command %" PRIu32, arg.cmd);
	if (done)
		add_result(text, cmd, from, &arg);
	else
		add_header(text, cmd, &arg);
	for (uint32_t i = 0; !osim__msg_param_get(msg, size, i, &param); i++) {
		const struct osim__abi_param *place = place_of(cmd, done, i);

		if (!done || param_shown(cmd, place, arg.ret, param.attr))
			add_param(text, namer, place, i, &param);
	}
}

size_t osim__abi_decode_msg(const struct osim__abi_namer *namer, enum osim__abi_world from,
			    bool done, const void *msg, size_t size, char *buf, size_t len)
{
	struct osim_msg_arg arg;
	struct osim__text text;
	enum osim__msg_fault fault = osim__msg_get(msg, size, &arg);

	osim__text_init(&text, buf, len);
	if (fault == OSIM__MSG_SHORT) {
		osim__text_add(&text, "message: %s", osim__msg_fault_text(fault));
		return text.used;
	}
	add_message(&text, namer, from, done, msg, size);
	if (fault)
		osim__text_add(&text, " (%s)", osim__msg_fault_text(fault));
	return text.used;
}
