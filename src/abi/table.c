/* SPDX-License-Identifier: BSD-2-Clause */
#include "abi/table.h"

#include <assert.h>
#include <stddef.h>

const struct osim__abi_call *osim__abi_call_find(uint32_t a0)
{
	for (const struct osim__abi_call *call = osim__abi_calls; call->name; call++) {
		if (call->id == a0)
			return call;
	}
	return NULL;
}

const struct osim__abi_ret *osim__abi_ret_find(const struct osim__abi_call *call, uint32_t a0)
{
	const struct osim__abi_ret *rest = NULL;

	for (const struct osim__abi_ret *ret = call->rets; ret->name; ret++) {
		if (ret->kind == OSIM__ABI_RET_VALUE || ret->kind == OSIM__ABI_RET_OTHER)
			rest = ret;
		else if (ret->a0 == a0)
			return ret;
	}
	return rest;
}

const struct osim__abi_rpc *osim__abi_rpc_find(uint32_t a0)
{
	for (const struct osim__abi_rpc *rpc = osim__abi_rpcs; rpc->name; rpc++) {
		if (rpc->a0 == a0)
			return rpc;
	}
	return NULL;
}

const struct osim__abi_cmd *osim__abi_cmd_find(const struct osim__abi_cmd *cmds, uint32_t cmd,
					       uint64_t sub)
{
	for (const struct osim__abi_cmd *c = cmds; c->name; c++) {
		if (c->cmd == cmd && (!c->sub || c->sub_value == sub))
			return c;
	}
	return NULL;
}

/* All bits of register n that fields cover. */
static uint64_t field_mask(const struct osim__abi_regs *regs, unsigned int n)
{
	uint64_t mask = 0;

	for (const struct osim__abi_field *f = regs->fields; f && f->name; f++) {
		if (n >= f->at && n < (unsigned int)f->at + f->span)
			mask |= f->mask;
	}
	return mask;
}

enum osim__abi_use osim__abi_reg_use(const struct osim__abi_regs *regs, unsigned int n)
{
	assert(n < 8);
	if (field_mask(regs, n))
		return OSIM__ABI_USE_FIELD;
	if (n == 0)
		return OSIM__ABI_USE_CODE;
	if (regs->zero & (1u << n))
		return OSIM__ABI_USE_ZERO;
	if (regs->kept & (1u << n))
		return OSIM__ABI_USE_KEPT;
	if (regs->resume & (1u << n))
		return OSIM__ABI_USE_RESUME;
	return OSIM__ABI_USE_FREE;
}

void osim__abi_zero_masks(const struct osim__abi_regs *regs, uint32_t masks[8])
{
	uint64_t used[8] = {0};

	for (const struct osim__abi_field *f = regs->fields; f && f->name; f++)
		for (unsigned int n = f->at; n < (unsigned int)f->at + f->span; n++)
			used[n] |= f->mask;
	for (unsigned int n = 0; n < 8; n++)
		masks[n] = used[n] ? (uint32_t)~used[n] : n && (regs->zero & (1u << n)) ? ~0u : 0;
}

uint32_t osim__abi_reg_zero_mask(const struct osim__abi_regs *regs, unsigned int n)
{
	uint32_t masks[8];

	assert(n < 8);
	osim__abi_zero_masks(regs, masks);
	return masks[n];
}

/* Where a mask begins. */
static unsigned int mask_shift(uint64_t mask)
{
	unsigned int shift = 0;

	assert(mask);
	while (!((mask >> shift) & 1))
		shift++;
	return shift;
}

uint64_t osim__abi_field_get(const struct osim__abi_field *field, const uint64_t *regs)
{
	assert(field->type != OSIM__ABI_UUID);
	if (field->span == 2)
		return regs[field->at] << 32 | (uint32_t)regs[field->at + 1];
	return (regs[field->at] & field->mask) >> mask_shift(field->mask);
}

void osim__abi_field_put(const struct osim__abi_field *field, uint64_t *regs, uint64_t value)
{
	assert(field->type != OSIM__ABI_UUID);
	if (field->span == 2) {
		regs[field->at] = value >> 32;
		regs[field->at + 1] = (uint32_t)value;
	} else {
		value = (value << mask_shift(field->mask)) & field->mask;
		regs[field->at] = (regs[field->at] & ~field->mask) | value;
	}
}

const char *osim__abi_name_of(const struct osim__abi_name *names, uint64_t value)
{
	for (; names->name; names++) {
		if (names->value == value)
			return names->name;
	}
	return NULL;
}
