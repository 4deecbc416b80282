/* SPDX-License-Identifier: BSD-2-Clause */
#include "abi/msg.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define ATTR_CACHE ((uint64_t)OPTEE_MSG_ATTR_CACHE_MASK << OPTEE_MSG_ATTR_CACHE_SHIFT)

/* The structs are the wire only on a host with the wire's byte order. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "little-endian hosts only");

static const char *const fault_texts[] = {
	[OSIM__MSG_OK] = "nothing is wrong",
	[OSIM__MSG_SHORT] = "no room for the header",
	[OSIM__MSG_COUNT] = "num_params is more than fits",
	[OSIM__MSG_TYPE] = "no such attribute type",
	[OSIM__MSG_ATTR] = "attribute bits that this type does not have",
	[OSIM__MSG_META] = "meta parameter that is no value, or not among the first",
	[OSIM__MSG_WRAP] = "offset and size go round 2^64",
	[OSIM__MSG_MISSING] = "parameter missing",
	[OSIM__MSG_EXTRA] = "parameter that the command does not have",
	[OSIM__MSG_WRONG] = "attribute type that the command does not take here",
	[OSIM__MSG_PLAIN] = "meta bit wrong for this command",
	[OSIM__MSG_NOT_ZERO] = "not 0 where the command wants 0",
};

uint64_t osim__msg_size(uint32_t num_params)
{
	return sizeof(struct osim_msg_arg) + (uint64_t)num_params * sizeof(struct osim_msg_param);
}

uint32_t osim__msg_params_max(size_t space)
{
	size_t max;

	if (space < sizeof(struct osim_msg_arg))
		return 0;
	max = (space - sizeof(struct osim_msg_arg)) / sizeof(struct osim_msg_param);
	return max < UINT32_MAX ? (uint32_t)max : UINT32_MAX;
}

enum osim__msg_fault osim__msg_get(const void *buf, size_t size, struct osim_msg_arg *arg)
{
	if (size < sizeof(*arg))
		return OSIM__MSG_SHORT;
	memcpy(arg, buf, sizeof(*arg));
	return arg->num_params > osim__msg_params_max(size) ? OSIM__MSG_COUNT : OSIM__MSG_OK;
}

enum osim__msg_fault osim__msg_put(void *buf, size_t size, const struct osim_msg_arg *arg)
{
	if (size < sizeof(*arg))
		return OSIM__MSG_SHORT;
	if (arg->num_params > osim__msg_params_max(size))
		return OSIM__MSG_COUNT;
	memcpy(buf, arg, sizeof(*arg));
	return OSIM__MSG_OK;
}

/* Where parameter index is, 0: it is not in the message. */
static size_t param_offset(const void *buf, size_t size, uint32_t index)
{
	struct osim_msg_arg arg;

	if (osim__msg_get(buf, size, &arg) == OSIM__MSG_SHORT || index >= arg.num_params ||
	    index >= osim__msg_params_max(size))
		return 0;
	return (size_t)osim__msg_size(index);
}

int osim__msg_param_get(const void *buf, size_t size, uint32_t index, struct osim_msg_param *param)
{
	size_t offset = param_offset(buf, size, index);

	if (!offset)
		return -ENOENT;
	memcpy(param, (const char *)buf + offset, sizeof(*param));
	return 0;
}

int osim__msg_param_put(void *buf, size_t size, uint32_t index, const struct osim_msg_param *param)
{
	size_t offset = param_offset(buf, size, index);

	if (!offset)
		return -ENOENT;
	memcpy((char *)buf + offset, param, sizeof(*param));
	return 0;
}

uint32_t osim__msg_meta_count(const void *buf, size_t size)
{
	struct osim_msg_param param;
	uint32_t n = 0;

	while (!osim__msg_param_get(buf, size, n, &param) && (param.attr & OPTEE_MSG_ATTR_META))
		n++;
	return n;
}

static enum osim__msg_fault check_attr(uint64_t attr)
{
	uint64_t flags = attr & ~(uint64_t)OPTEE_MSG_ATTR_TYPE_MASK;

	switch (attr & OPTEE_MSG_ATTR_TYPE_MASK) {
	case OPTEE_MSG_ATTR_TYPE_NONE:
		return flags ? OSIM__MSG_ATTR : OSIM__MSG_OK;
	case OPTEE_MSG_ATTR_TYPE_VALUE_INPUT:
	case OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT:
	case OPTEE_MSG_ATTR_TYPE_VALUE_INOUT:
		return flags & ~(uint64_t)OPTEE_MSG_ATTR_META ? OSIM__MSG_ATTR : OSIM__MSG_OK;
	case OPTEE_MSG_ATTR_TYPE_RMEM_INPUT:
	case OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT:
	case OPTEE_MSG_ATTR_TYPE_RMEM_INOUT:
		if (flags & OPTEE_MSG_ATTR_META)
			return OSIM__MSG_META;
		return flags ? OSIM__MSG_ATTR : OSIM__MSG_OK;
	case OPTEE_MSG_ATTR_TYPE_TMEM_INPUT:
	case OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT:
	case OPTEE_MSG_ATTR_TYPE_TMEM_INOUT:
		if (flags & OPTEE_MSG_ATTR_META)
			return OSIM__MSG_META;
		return flags & ~(OPTEE_MSG_ATTR_NONCONTIG | ATTR_CACHE) ? OSIM__MSG_ATTR
									: OSIM__MSG_OK;
	default:
		return OSIM__MSG_TYPE;
	}
}

static enum osim__msg_fault check_param(const struct osim_msg_param *param, bool meta_before)
{
	enum osim__msg_fault fault = check_attr(param->attr);

	if (fault)
		return fault;
	if ((param->attr & OPTEE_MSG_ATTR_META) && !meta_before)
		return OSIM__MSG_META;
	/* Offset of an rmem and address of a tmem share their place, their sizes too. */
	switch (param->attr & OPTEE_MSG_ATTR_TYPE_MASK) {
	case OPTEE_MSG_ATTR_TYPE_NONE:
	case OPTEE_MSG_ATTR_TYPE_VALUE_INPUT:
	case OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT:
	case OPTEE_MSG_ATTR_TYPE_VALUE_INOUT:
		return OSIM__MSG_OK;
	default:
		return param->u.rmem.size > UINT64_MAX - param->u.rmem.offs ? OSIM__MSG_WRAP
									    : OSIM__MSG_OK;
	}
}

enum osim__msg_fault osim__msg_check(const void *buf, size_t size, uint32_t *index)
{
	struct osim_msg_arg arg;
	struct osim_msg_param param;
	bool meta = true;
	enum osim__msg_fault fault = osim__msg_get(buf, size, &arg);

	*index = 0;
	if (fault)
		return fault;
	for (uint32_t i = 0; !osim__msg_param_get(buf, size, i, &param); i++) {
		fault = check_param(&param, meta);
		if (fault) {
			*index = i;
			return fault;
		}
		meta = param.attr & OPTEE_MSG_ATTR_META;
	}
	return OSIM__MSG_OK;
}

/* One parameter against what the command has in its place. */
static enum osim__msg_fault check_place(const struct osim__abi_param *place,
					const struct osim_msg_param *param)
{
	const uint64_t words[3] = {param->u.value.a, param->u.value.b, param->u.value.c};

	if (!(place->types & (1u << (param->attr & OPTEE_MSG_ATTR_TYPE_MASK))))
		return OSIM__MSG_WRONG;
	if (place->meta != !!(param->attr & OPTEE_MSG_ATTR_META))
		return OSIM__MSG_PLAIN;
	for (unsigned int i = 0; i < 3; i++) {
		if ((place->zero & (1u << i)) && words[i])
			return OSIM__MSG_NOT_ZERO;
	}
	return OSIM__MSG_OK;
}

enum osim__msg_fault osim__msg_check_cmd(const struct osim__abi_cmd *cmd, const void *buf,
					 size_t size, uint32_t *index)
{
	struct osim_msg_param param;
	enum osim__msg_fault fault = osim__msg_check(buf, size, index);
	uint32_t n = 0;

	if (fault)
		return fault;
	for (const struct osim__abi_param *place = cmd->in; place && place->name; place++) {
		*index = place->index;
		n = place->index + 1u;
		if (osim__msg_param_get(buf, size, place->index, &param))
			return OSIM__MSG_MISSING;
		fault = check_place(place, &param);
		if (fault)
			return fault;
	}
	for (; !osim__msg_param_get(buf, size, n, &param); n++) {
		*index = n;
		if (!cmd->more)
			return OSIM__MSG_EXTRA;
		if (param.attr & OPTEE_MSG_ATTR_META)
			return OSIM__MSG_PLAIN;
	}
	*index = 0;
	return OSIM__MSG_OK;
}

const char *osim__msg_fault_text(enum osim__msg_fault fault)
{
	assert(fault < OSIM__MSG_FAULTS);
	return fault_texts[fault];
}
