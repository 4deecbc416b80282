/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include <optee_sim/abi/abi.h>

#include "abi/table.h"

static const struct osim__abi_call *call_of(uint32_t a0)
{
	const struct osim__abi_call *call = osim__abi_call_find(a0);

	assert_non_null(call);
	return call;
}

static const struct osim__abi_ret *ret_of(uint32_t call, uint32_t a0)
{
	const struct osim__abi_ret *ret = osim__abi_ret_find(call_of(call), a0);

	assert_non_null(ret);
	return ret;
}

static const struct osim__abi_field *field_of(const struct osim__abi_field *fields,
					      const char *name)
{
	for (; fields && fields->name; fields++) {
		if (!strcmp(fields->name, name))
			return fields;
	}
	fail_msg("no field %s", name);
	return NULL;
}

static void calls_have_the_numbers_of_the_wire(void **state)
{
	static const struct {
		uint32_t id;
		const char *name;
	} known[] = {
		{0xb2000000, "GET_OS_UUID"},	    {0xb2000001, "GET_OS_REVISION"},
		{0xbf000002, "LOAD_IMAGE"},	    {0x32000003, "RETURN_FROM_RPC"},
		{0x32000004, "CALL_WITH_ARG"},	    {0xb2000007, "GET_SHM_CONFIG"},
		{0xb2000008, "L2CC_MUTEX"},	    {0xb2000009, "EXCHANGE_CAPABILITIES"},
		{0xb200000a, "DISABLE_SHM_CACHE"},  {0xb200000b, "ENABLE_SHM_CACHE"},
		{0xb200000c, "BOOT_SECONDARY"},	    {0xb200000d, "VM_CREATED"},
		{0xb200000e, "VM_DESTROYED"},	    {0xb200000f, "GET_THREAD_COUNT"},
		{0xb2000010, "ENABLE_ASYNC_NOTIF"}, {0xb2000011, "GET_ASYNC_NOTIF_VALUE"},
		{0x32000012, "CALL_WITH_RPC_ARG"},  {0x32000013, "CALL_WITH_REGD_ARG"},
		{0xb2000014, "GET_PROTMEM_CONFIG"}, {0xbf00ff00, "CALLS_COUNT"},
		{0xbf00ff01, "CALLS_UID"},	    {0xbf00ff03, "CALLS_REVISION"},
	};
	const size_t count = sizeof(known) / sizeof(known[0]);

	(void)state;
	for (size_t i = 0; i < count; i++)
		assert_string_equal(call_of(known[i].id)->name, known[i].name);
	assert_null(osim__abi_calls[count].name);
	assert_null(osim__abi_call_find(0xb2000005));
	assert_null(osim__abi_call_find(0xf2000011));
}

static void calls_yield_exactly_where_the_id_says_so(void **state)
{
	(void)state;
	for (const struct osim__abi_call *c = osim__abi_calls; c->name; c++)
		assert_int_equal(c->yielding, !OPTEE_SMC_IS_FAST_CALL(c->id));
}

static void check_regs(const char *where, const struct osim__abi_regs *regs)
{
	uint8_t taken = 0;

	for (const struct osim__abi_field *f = regs->fields; f && f->name; f++) {
		assert_true(f->span == 1 || f->span == 2 || f->span == 4);
		assert_true(f->at + f->span <= 8);
		assert_true(f->mask != 0);
		assert_int_equal(f->type == OSIM__ABI_ENUM || f->type == OSIM__ABI_BITS,
				 f->names != NULL);
		for (unsigned int n = f->at; n < (unsigned int)f->at + f->span; n++)
			taken |= (uint8_t)(1u << n);
		for (const struct osim__abi_field *g = regs->fields; g != f; g++) {
			if (g->at < f->at + f->span && f->at < g->at + g->span &&
			    (g->mask & f->mask))
				fail_msg("%s: %s and %s overlap", where, g->name, f->name);
		}
	}
	/* A register is one thing only. */
	assert_int_equal(taken & regs->kept, 0);
	assert_int_equal(taken & regs->zero, 0);
	assert_int_equal(taken & regs->resume, 0);
	assert_int_equal(regs->kept & regs->zero, 0);
	assert_int_equal(regs->kept & regs->resume, 0);
	assert_int_equal(regs->zero & regs->resume, 0);
}

static void every_call_is_whole_and_its_registers_do_not_overlap(void **state)
{
	(void)state;
	for (const struct osim__abi_call *c = osim__abi_calls; c->name; c++) {
		check_regs(c->name, &c->in);
		assert_int_equal(c->owner == OSIM__ABI_LINUX, c->since != NULL);
		assert_ptr_equal(osim__abi_call_find(c->id), c);
		assert_true(c->rets[0].name != NULL);
		for (const struct osim__abi_ret *r = c->rets; r->name; r++)
			check_regs(c->name, &r->regs);
		/* Whoever is called may not know the call. */
		assert_string_equal(osim__abi_ret_find(c, OPTEE_SMC_RETURN_UNKNOWN_FUNCTION)->name,
				    "UNKNOWN_FUNCTION");
		/* Only a yielding call can be left for an RPC. */
		if (!c->yielding) {
			const struct osim__abi_ret *ret =
				osim__abi_ret_find(c, OPTEE_SMC_RETURN_RPC_CMD);

			assert_true(!ret || ret->kind != OSIM__ABI_RET_RPC);
		}
	}
}

static void rpc_registers_are_those_of_the_return_of_every_yielding_call(void **state)
{
	unsigned int rpcs = 0;

	(void)state;
	for (const struct osim__abi_rpc *rpc = osim__abi_rpcs; rpc->name; rpc++, rpcs++) {
		check_regs(rpc->name, &rpc->ask);
		check_regs(rpc->name, &rpc->in);
		assert_ptr_equal(osim__abi_rpc_find(rpc->a0), rpc);
		/* What is to be given back is kept. */
		assert_int_equal(rpc->ask.resume & ~rpc->in.kept, 0);
		for (const struct osim__abi_call *c = osim__abi_calls; c->name; c++) {
			const struct osim__abi_ret *ret;

			if (!c->yielding)
				continue;
			ret = osim__abi_ret_find(c, rpc->a0);
			assert_non_null(ret);
			assert_int_equal(ret->kind, OSIM__ABI_RET_RPC);
			assert_string_equal(ret->name, rpc->name);
			for (unsigned int n = 0; n < 8; n++)
				assert_int_equal(osim__abi_reg_use(&ret->regs, n),
						 osim__abi_reg_use(&rpc->ask, n));
		}
	}
	assert_int_equal(rpcs, 4);
	assert_null(osim__abi_rpc_find(OPTEE_SMC_RETURN_UNKNOWN_FUNCTION));
	assert_null(osim__abi_rpc_find(OPTEE_SMC_RPC_VAL(1)));
}

static void get_async_notif_value_describes_each_register_of_each_return(void **state)
{
	const uint32_t id = OPTEE_SMC_GET_ASYNC_NOTIF_VALUE;
	const struct osim__abi_regs *ok = &ret_of(id, OPTEE_SMC_RETURN_OK)->regs;
	const struct osim__abi_regs *none = &ret_of(id, OPTEE_SMC_RETURN_ENOTAVAIL)->regs;

	(void)state;
	assert_int_equal(osim__abi_reg_use(ok, 0), OSIM__ABI_USE_CODE);
	assert_int_equal(osim__abi_reg_use(ok, 1), OSIM__ABI_USE_FIELD);
	assert_int_equal(osim__abi_reg_use(ok, 2), OSIM__ABI_USE_FIELD);
	assert_int_equal(osim__abi_reg_zero_mask(ok, 1), 0);
	assert_int_equal(osim__abi_reg_zero_mask(ok, 2), 0xfffffffc);
	for (unsigned int n = 3; n < 8; n++)
		assert_int_equal(osim__abi_reg_use(ok, n), OSIM__ABI_USE_KEPT);
	for (unsigned int n = 1; n < 8; n++)
		assert_int_equal(osim__abi_reg_use(none, n), OSIM__ABI_USE_KEPT);
	assert_null(osim__abi_ret_find(call_of(id), OPTEE_SMC_RETURN_EBUSY));
}

static void yielding_return_leaves_the_middle_registers_open(void **state)
{
	const struct osim__abi_regs *ok =
		&ret_of(OPTEE_SMC_CALL_WITH_ARG, OPTEE_SMC_RETURN_OK)->regs;
	const struct osim__abi_regs *limit =
		&ret_of(OPTEE_SMC_CALL_WITH_ARG, OPTEE_SMC_RETURN_ETHREAD_LIMIT)->regs;

	(void)state;
	for (unsigned int n = 1; n < 8; n++) {
		assert_int_equal(osim__abi_reg_use(ok, n),
				 n < 4 ? OSIM__ABI_USE_FREE : OSIM__ABI_USE_KEPT);
		assert_int_equal(osim__abi_reg_use(limit, n), OSIM__ABI_USE_KEPT);
	}
	assert_null(osim__abi_ret_find(call_of(OPTEE_SMC_CALL_WITH_ARG), OPTEE_SMC_RETURN_ERESUME));
	assert_non_null(osim__abi_ret_find(call_of(OPTEE_SMC_CALL_RETURN_FROM_RPC),
					   OPTEE_SMC_RETURN_ERESUME));
}

static void vm_created_wants_client_zero(void **state)
{
	(void)state;
	assert_int_equal(osim__abi_reg_use(&call_of(OPTEE_SMC_VM_CREATED)->in, 7),
			 OSIM__ABI_USE_ZERO);
	assert_int_equal(osim__abi_reg_zero_mask(&call_of(OPTEE_SMC_VM_CREATED)->in, 7),
			 UINT32_MAX);
}

static void call_whose_a0_is_a_value_takes_any_but_unknown(void **state)
{
	const struct osim__abi_call *count = call_of(OPTEE_SMC_CALLS_COUNT);

	(void)state;
	assert_int_equal(osim__abi_ret_find(count, 12)->kind, OSIM__ABI_RET_VALUE);
	assert_int_equal(osim__abi_ret_find(count, 7)->kind, OSIM__ABI_RET_VALUE);
	assert_int_equal(osim__abi_ret_find(count, 0xffffffff)->kind, OSIM__ABI_RET_CODE);
	assert_int_equal(ret_of(OPTEE_SMC_CALL_LOAD_IMAGE, 0)->kind, OSIM__ABI_RET_CODE);
	assert_int_equal(ret_of(OPTEE_SMC_CALL_LOAD_IMAGE, 0xfffffffe)->kind, OSIM__ABI_RET_OTHER);
}

static void field_of_two_registers_has_its_upper_half_first(void **state)
{
	const struct osim__abi_field *f =
		field_of(call_of(OPTEE_SMC_CALL_WITH_ARG)->in.fields, "arg");
	uint64_t regs[8] = {0};

	(void)state;
	osim__abi_field_put(f, regs, 0x123456789abcdef0);
	assert_int_equal(regs[1], 0x12345678);
	assert_int_equal(regs[2], 0x9abcdef0);
	/* Upper halves of 64-bit registers do not count. */
	regs[1] |= (uint64_t)0xaaaaaaaa << 32;
	regs[2] |= (uint64_t)0xbbbbbbbb << 32;
	assert_int_equal(osim__abi_field_get(f, regs), 0x123456789abcdef0);
}

static void field_of_some_bits_leaves_the_others_alone(void **state)
{
	const struct osim__abi_ret *ok = ret_of(OPTEE_SMC_GET_ASYNC_NOTIF_VALUE, 0);
	const struct osim__abi_field *pending = field_of(ok->regs.fields, "pending");
	uint64_t regs[8] = {0, 0, 0xf1};

	(void)state;
	assert_int_equal(osim__abi_field_get(pending, regs), 0);
	osim__abi_field_put(pending, regs, 1);
	assert_int_equal(regs[2], 0xf3);
	assert_int_equal(osim__abi_field_get(pending, regs), 1);
	osim__abi_field_put(pending, regs, 2);
	assert_int_equal(regs[2], 0xf1);
}

static void exchange_capabilities_ties_fields_to_capabilities(void **state)
{
	const struct osim__abi_regs *ok = &ret_of(OPTEE_SMC_EXCHANGE_CAPABILITIES, 0)->regs;

	(void)state;
	assert_int_equal(field_of(ok->fields, "max_notif_value")->cap,
			 OPTEE_SMC_SEC_CAP_ASYNC_NOTIF);
	assert_int_equal(field_of(ok->fields, "rpc_param_count")->cap, OPTEE_SMC_SEC_CAP_RPC_ARG);
	assert_int_equal(osim__abi_reg_zero_mask(ok, 3), 0xffffff00);
}

static void check_params(const char *where, const struct osim__abi_param *params)
{
	uint32_t next = 0;

	for (; params && params->name; params++) {
		assert_true(params->index >= next);
		next = params->index + 1u;
		assert_true(params->types != 0);
		assert_int_equal(params->types & ~0xeeeu, 0);
		for (const struct osim__abi_field *f = params->fields; f && f->name; f++) {
			if (f->at + f->span > 3)
				fail_msg("%s: %s is beyond its parameter", where, f->name);
			assert_int_equal(params->zero & (1u << f->at), 0);
		}
	}
}

static void check_cmds(const struct osim__abi_cmd *cmds)
{
	for (const struct osim__abi_cmd *c = cmds; c->name; c++) {
		check_params(c->name, c->in);
		check_params(c->name, c->out);
		/* Whoever looks for it finds it, and nothing else has its number. */
		assert_ptr_equal(osim__abi_cmd_find(cmds, c->cmd, c->sub_value), c);
		for (uint32_t i = 0; c->in && c->in[i].name; i++)
			assert_int_equal(c->in[i].index, i);
	}
}

static void every_command_is_whole(void **state)
{
	(void)state;
	check_cmds(osim__abi_msg_cmds);
	check_cmds(osim__abi_rpc_cmds);
	for (uint32_t cmd = 0; cmd <= 11; cmd++)
		assert_non_null(osim__abi_cmd_find(osim__abi_msg_cmds, cmd, 0));
	assert_null(osim__abi_cmd_find(osim__abi_msg_cmds, 12, 0));
}

static void rpc_command_is_found_by_its_function(void **state)
{
	const uint32_t notification = OPTEE_RPC_CMD_NOTIFICATION;

	(void)state;
	assert_string_equal(osim__abi_cmd_find(osim__abi_rpc_cmds, notification, 0)->sub, "WAIT");
	assert_string_equal(osim__abi_cmd_find(osim__abi_rpc_cmds, notification, 1)->sub, "SEND");
	assert_null(osim__abi_cmd_find(osim__abi_rpc_cmds, notification, 2));
	assert_string_equal(osim__abi_cmd_find(osim__abi_rpc_cmds, OPTEE_RPC_CMD_FS, 10)->sub,
			    "READDIR");
	/* A command without functions does not care. */
	assert_string_equal(osim__abi_cmd_find(osim__abi_rpc_cmds, OPTEE_RPC_CMD_SUSPEND, 99)->name,
			    "SUSPEND");
}

static void return_code_macro_knows_an_rpc(void **state)
{
	(void)state;
	assert_true(OPTEE_SMC_RETURN_IS_RPC(0xffff0004));
	assert_true(OPTEE_SMC_RETURN_IS_RPC(0xfffffffe));
	assert_false(OPTEE_SMC_RETURN_IS_RPC(0xffffffff));
	assert_false(OPTEE_SMC_RETURN_IS_RPC(UINT64_MAX));
	assert_false(OPTEE_SMC_RETURN_IS_RPC(0xfffeffff));
	assert_false(OPTEE_SMC_RETURN_IS_RPC(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_have_the_numbers_of_the_wire),
		cmocka_unit_test(calls_yield_exactly_where_the_id_says_so),
		cmocka_unit_test(every_call_is_whole_and_its_registers_do_not_overlap),
		cmocka_unit_test(rpc_registers_are_those_of_the_return_of_every_yielding_call),
		cmocka_unit_test(get_async_notif_value_describes_each_register_of_each_return),
		cmocka_unit_test(yielding_return_leaves_the_middle_registers_open),
		cmocka_unit_test(vm_created_wants_client_zero),
		cmocka_unit_test(call_whose_a0_is_a_value_takes_any_but_unknown),
		cmocka_unit_test(field_of_two_registers_has_its_upper_half_first),
		cmocka_unit_test(field_of_some_bits_leaves_the_others_alone),
		cmocka_unit_test(exchange_capabilities_ties_fields_to_capabilities),
		cmocka_unit_test(every_command_is_whole),
		cmocka_unit_test(rpc_command_is_found_by_its_function),
		cmocka_unit_test(return_code_macro_knows_an_rpc),
	};

	return cmocka_run_group_tests_name("abi.table", tests, NULL, NULL);
}
