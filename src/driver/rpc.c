/* SPDX-License-Identifier: BSD-2-Clause */
#include "optee.h"

#include <linux/delay.h>
#include <linux/io.h>
#include <linux/ktime.h>

static u32 cmd_notification(struct optee_context *ctx, const struct osim_msg_param_value *v)
{
	int rc = -EINVAL;

	if (v->a == OPTEE_RPC_NOTIFICATION_WAIT)
		rc = optee_notif_wait(ctx, v->b, v->c);
	else if (v->a == OPTEE_RPC_NOTIFICATION_SEND)
		rc = optee_notif_rpc_send(ctx->optee, v->b);
	switch (rc) {
	case 0:
		return TEE_SUCCESS;
	case -ETIMEDOUT:
		return TEE_ERROR_TIMEOUT;
	case -ENOMEM:
		return TEE_ERROR_OUT_OF_MEMORY;
	case -EBUSY:
		return TEE_ERROR_BUSY;
	case -ENODEV:
		return TEE_ERROR_CANCEL;
	default:
		return TEE_ERROR_BAD_PARAMETERS;
	}
}

static u32 cmd_shm_alloc(struct optee *optee, struct osim_msg_param *param)
{
	struct optee_shm *shm;

	if (param->u.value.a == OPTEE_RPC_SHM_TYPE_APPL)
		return TEE_ERROR_NOT_SUPPORTED;
	if (param->u.value.a != OPTEE_RPC_SHM_TYPE_KERNEL)
		return TEE_ERROR_BAD_PARAMETERS;
	shm = optee_shm_alloc(optee, param->u.value.b, OPTEE_SHM_RPC);
	if (IS_ERR(shm))
		return PTR_ERR(shm) == -EINVAL ? TEE_ERROR_BAD_PARAMETERS : TEE_ERROR_OUT_OF_MEMORY;
	optee_shm_param(param, OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT, shm, 0, shm->size);
	if (shm->list) {
		param->attr |= OPTEE_MSG_ATTR_NONCONTIG;
		param->u.tmem.buf_ptr = virt_to_phys(shm->list);
	}
	return TEE_SUCCESS;
}

static u32 cmd_shm_free(struct optee *optee, const struct osim_msg_param_value *v)
{
	if (v->a == OPTEE_RPC_SHM_TYPE_APPL)
		return TEE_ERROR_NOT_SUPPORTED;
	if (v->a != OPTEE_RPC_SHM_TYPE_KERNEL || optee_shm_free_rpc(optee, v->b))
		return TEE_ERROR_BAD_PARAMETERS;
	return TEE_SUCCESS;
}

/* Each command has one parameter, a value; there is no supplicant to be asked for the others. */
static u32 serve(struct optee_context *ctx, u32 cmd, struct osim_msg_param *param, u32 num_params)
{
	u32 type = cmd == OPTEE_RPC_CMD_GET_TIME ? OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT
						 : OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	struct timespec64 now;

	if (cmd < OPTEE_RPC_CMD_GET_TIME || cmd > OPTEE_RPC_CMD_SHM_FREE)
		return TEE_ERROR_NOT_SUPPORTED;
	while (num_params > 1 && param[num_params - 1].attr == OPTEE_MSG_ATTR_TYPE_NONE)
		num_params--;
	if (num_params != 1 || (param->attr & OPTEE_MSG_ATTR_TYPE_MASK) != type)
		return TEE_ERROR_BAD_PARAMETERS;
	switch (cmd) {
	case OPTEE_RPC_CMD_GET_TIME:
		ktime_get_real_ts64(&now);
		param->u.value.a = now.tv_sec;
		param->u.value.b = now.tv_nsec;
		return TEE_SUCCESS;
	case OPTEE_RPC_CMD_NOTIFICATION:
		return cmd_notification(ctx, &param->u.value);
	case OPTEE_RPC_CMD_SUSPEND:
		msleep_interruptible(min_t(u64, param->u.value.a, INT_MAX));
		return TEE_SUCCESS;
	case OPTEE_RPC_CMD_SHM_ALLOC:
		return cmd_shm_alloc(ctx->optee, param);
	default:
		return cmd_shm_free(ctx->optee, &param->u.value);
	}
}

/* The message stands behind the caller's own, or in memory that the secure world had allocated. */
static void func_cmd(struct optee_context *ctx, struct optee_shm *msg, u64 cookie)
{
	u32 num_params, num_params_max = ctx->optee->rpc_param_count;
	struct osim_msg_arg *arg = msg->va;
	struct optee_shm *shm = NULL;

	if (num_params_max) {
		arg = (struct osim_msg_arg *)(optee_params(arg) + msg->num_params);
	} else {
		shm = optee_shm_get(ctx->optee, cookie, OPTEE_SHM_RPC, 0);
		if (!shm) {
			pr_err("RPC message with unknown cookie 0x%llx\n", cookie);
			return;
		}
		arg = shm->va;
		num_params_max = (shm->size - sizeof(*arg)) / sizeof(struct osim_msg_param);
	}
	arg->ret_origin = TEE_ORIGIN_COMMS;
	num_params =
		READ_ONCE(arg->num_params); /* the other side could change it after the check */
	if (num_params > num_params_max)
		arg->ret = TEE_ERROR_BAD_PARAMETERS;
	else
		arg->ret = serve(ctx, READ_ONCE(arg->cmd), optee_params(arg), num_params);
	if (shm)
		optee_shm_put(shm);
}

/* Serves one RPC. What is in the registers then goes back with RETURN_FROM_RPC; a3 is not ours. */
void optee_handle_rpc(struct optee_context *ctx, struct optee_shm *msg, struct optee_regs *regs)
{
	u64 cookie = (u64)regs->a1 << 32 | regs->a2;
	u32 size = regs->a1;
	struct optee_shm *shm;

	regs->a1 = regs->a2 = regs->a4 = regs->a5 = 0;
	switch (OPTEE_SMC_RETURN_GET_RPC_FUNC(regs->a0)) {
	case OPTEE_SMC_RPC_FUNC_ALLOC:
		shm = optee_shm_alloc(ctx->optee, size, OPTEE_SHM_RPC);
		if (IS_ERR(shm))
			break;
		regs->a1 = shm->pa >> 32;
		regs->a2 = shm->pa;
		regs->a5 = shm->id;
		break;
	case OPTEE_SMC_RPC_FUNC_FREE:
		if (optee_shm_free_rpc(ctx->optee, cookie))
			pr_err("RPC frees unknown cookie 0x%llx\n", cookie);
		break;
	case OPTEE_SMC_RPC_FUNC_FOREIGN_INTR:
		break; /* it was taken when we came back, and others could run */
	case OPTEE_SMC_RPC_FUNC_CMD:
		func_cmd(ctx, msg, cookie);
		break;
	default:
		pr_warn("unknown RPC 0x%x\n", regs->a0);
		break;
	}
}
