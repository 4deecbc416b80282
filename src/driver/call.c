/* SPDX-License-Identifier: BSD-2-Clause */
#include "optee.h"

#include <linux/delay.h>
#include <linux/io.h>
#include <linux/ktime.h>
#include <linux/sched.h>

/* How often, and how far apart, a secure world is asked that is busy with nothing of ours. */
#define POLL_MAX 50u
#define POLL_MS	 20u

/* An empty message; what is behind it on the page is room for that of an RPC. */
void optee_msg_init(struct optee_shm *msg, u32 cmd, u32 num_params)
{
	memset(msg->va, 0, PAGE_SIZE);
	msg->num_params = num_params;
	msg->arg->num_params = num_params;
	msg->arg->cmd = cmd;
}

/* Where messages are registered that costs a call each, so their pages are kept. */
struct optee_shm *optee_msg_get(struct optee *optee, u32 cmd, u32 num_params)
{
	struct optee_shm *msg;

	mutex_lock(&optee->lock);
	msg = list_first_entry_or_null(&optee->msgs, struct optee_shm, link);
	if (msg)
		list_del(&msg->link);
	mutex_unlock(&optee->lock);
	if (!msg)
		msg = optee_shm_alloc(optee, PAGE_SIZE,
				      optee->rpc_param_count ? OPTEE_DRIVER : OPTEE_NOBODY);
	if (!IS_ERR(msg))
		optee_msg_init(msg, cmd, num_params);
	return msg;
}

void optee_msg_put(struct optee_shm *msg)
{
	mutex_lock(&msg->optee->lock);
	list_add(&msg->link, &msg->optee->msgs);
	mutex_unlock(&msg->optee->lock);
}

static u32 tee_error(long rc)
{
	return !rc		  ? TEE_SUCCESS
	       : rc == -ETIMEDOUT ? TEE_ERROR_TIMEOUT
	       : rc == -ENOMEM	  ? TEE_ERROR_OUT_OF_MEMORY
	       : rc == -EBUSY	  ? TEE_ERROR_BUSY
	       : rc == -ENODEV	  ? TEE_ERROR_CANCEL
				  : TEE_ERROR_BAD_PARAMETERS;
}

static int cmd_shm_alloc(struct optee *optee, struct osim_msg_param *param)
{
	struct optee_shm *shm = optee_shm_alloc(optee, param->u.value.b, OPTEE_SECURE);

	if (IS_ERR(shm))
		return PTR_ERR(shm);
	optee_shm_param(param, OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT, shm, 0, shm->size);
	if (shm->list) {
		param->attr |= OPTEE_MSG_ATTR_NONCONTIG;
		param->u.tmem.buf_ptr = virt_to_phys(shm->list);
	}
	return 0;
}

/* Each command has one parameter, a value; there is no supplicant to be asked for the others. */
static u32 serve(struct optee_context *ctx, u32 cmd, struct osim_msg_param *param, u32 num_params)
{
	u32 type = cmd == OPTEE_RPC_CMD_GET_TIME ? OPTEE_MSG_ATTR_TYPE_VALUE_OUTPUT
						 : OPTEE_MSG_ATTR_TYPE_VALUE_INPUT;
	struct osim_msg_param_value *v = &param->u.value;
	struct timespec64 now;

	if (cmd < OPTEE_RPC_CMD_GET_TIME || cmd > OPTEE_RPC_CMD_SHM_FREE)
		return TEE_ERROR_NOT_SUPPORTED;
	if (num_params != 1 || (param->attr & OPTEE_MSG_ATTR_TYPE_MASK) != type)
		return TEE_ERROR_BAD_PARAMETERS;
	if (cmd >= OPTEE_RPC_CMD_SHM_ALLOC && v->a != OPTEE_RPC_SHM_TYPE_KERNEL)
		return v->a == OPTEE_RPC_SHM_TYPE_APPL ? TEE_ERROR_NOT_SUPPORTED
						       : TEE_ERROR_BAD_PARAMETERS;
	switch (cmd) {
	case OPTEE_RPC_CMD_GET_TIME:
		ktime_get_real_ts64(&now);
		v->a = now.tv_sec;
		v->b = now.tv_nsec;
		return TEE_SUCCESS;
	case OPTEE_RPC_CMD_NOTIFICATION:
		if (v->a == OPTEE_RPC_NOTIFICATION_WAIT)
			return tee_error(optee_notif_wait(ctx, v->b, v->c));
		if (v->a == OPTEE_RPC_NOTIFICATION_SEND)
			return tee_error(optee_notif_rpc_send(ctx->optee, v->b));
		return TEE_ERROR_BAD_PARAMETERS;
	case OPTEE_RPC_CMD_SUSPEND:
		msleep_interruptible(min_t(u64, v->a, INT_MAX));
		return TEE_SUCCESS;
	case OPTEE_RPC_CMD_SHM_ALLOC:
		return tee_error(cmd_shm_alloc(ctx->optee, param));
	default:
		return tee_error(optee_shm_free_rpc(ctx->optee, v->b));
	}
}

/* The message stands behind the caller's own, or in memory that the secure world had allocated. */
static void func_cmd(struct optee_context *ctx, struct optee_shm *msg, u64 cookie)
{
	struct osim_msg_arg *arg = (void *)(optee_params(msg) + msg->num_params);
	u32 num_params, num_params_max = ctx->optee->rpc_param_count;
	struct optee_shm *shm = NULL;

	if (!num_params_max) {
		shm = optee_shm_get(ctx->optee, cookie, OPTEE_SECURE);
		if (!shm) {
			pr_err("RPC message with unknown cookie 0x%llx\n", cookie);
			return;
		}
		arg = shm->arg;
		num_params_max = OPTEE_MSG_MAX_NUM_PARAMS;
	}
	/* The other side could change num_params after the check. */
	num_params = READ_ONCE(arg->num_params);
	arg->ret_origin = TEE_ORIGIN_COMMS;
	arg->ret = TEE_ERROR_BAD_PARAMETERS;
	if (num_params <= num_params_max)
		arg->ret = serve(ctx, READ_ONCE(arg->cmd), (void *)(arg + 1), num_params);
	if (shm)
		optee_shm_put(shm);
}

/* Serves one RPC. The answer is in a1 and a2, of ALLOC also in a5; a3 goes back as it was. */
static void handle_rpc(struct optee_context *ctx, struct optee_shm *msg, struct arm_smccc_res *res,
		       int *a5)
{
	u64 cookie = (u64)res->a1 << 32 | (u32)res->a2;
	u32 size = res->a1;
	struct optee_shm *shm;

	switch (OPTEE_SMC_RETURN_GET_RPC_FUNC(res->a0)) {
	case OPTEE_SMC_RPC_FUNC_ALLOC:
		shm = optee_shm_alloc(ctx->optee, size, OPTEE_SECURE);
		*a5 = IS_ERR(shm) ? 0 : shm->id;
		res->a1 = res->a2 = 0;
		if (*a5) {
			res->a1 = shm->pa >> 32;
			res->a2 = (u32)shm->pa;
		}
		break;
	case OPTEE_SMC_RPC_FUNC_FREE:
		optee_shm_free_rpc(ctx->optee, cookie);
		break;
	case OPTEE_SMC_RPC_FUNC_FOREIGN_INTR:
		break; /* it was taken when we came back, and others could run */
	case OPTEE_SMC_RPC_FUNC_CMD:
		func_cmd(ctx, msg, cookie);
		break;
	default:
		pr_warn("unknown RPC 0x%lx\n", res->a0);
	}
}

/*
 * Makes a call, again and again as long as there is no secure thread for it: when another call of
 * ours has ended. If there is none (a former kernel left its threads behind), only some times.
 */
static void first_call(struct optee *optee, u32 func, u64 where, struct arm_smccc_res *res)
{
	unsigned int polls = 0;
	int seen;

	for (;;) {
		atomic_inc(&optee->calls_running);
		seen = atomic_read(&optee->calls_ended);
		optee->invoke_fn(func, where >> 32, (u32)where, 0, 0, 0, 0, 0, res);
		if (res->a0 != OPTEE_SMC_RETURN_ETHREAD_LIMIT || polls == POLL_MAX)
			return;
		if (!atomic_dec_and_test(&optee->calls_running)) {
			wait_event(optee->queue, atomic_read(&optee->calls_ended) != seen);
		} else {
			msleep_interruptible(POLL_MS);
			polls++;
		}
	}
}

/*
 * Makes the call, in the way that suits the message's page, and serves RPCs until it is done. The
 * message has the result in any case. Returns 0, -ENOMEM and -EBUSY, which may pass, or -EIO.
 */
int optee_call(struct optee_context *ctx, struct optee_shm *msg)
{
	struct optee *optee = ctx->optee;
	struct osim_msg_arg *arg = msg->arg;
	struct arm_smccc_res res;
	int a5 = 0;

	if (!optee->rpc_param_count)
		first_call(optee, OPTEE_SMC_CALL_WITH_ARG, msg->pa, &res);
	else if (!msg->reg)
		first_call(optee, OPTEE_SMC_CALL_WITH_RPC_ARG, msg->pa, &res);
	else
		first_call(optee, OPTEE_SMC_CALL_WITH_REGD_ARG, msg->id, &res);
	while (OPTEE_SMC_RETURN_IS_RPC(res.a0)) {
		cond_resched();
		handle_rpc(ctx, msg, &res, &a5);
		optee->invoke_fn(OPTEE_SMC_CALL_RETURN_FROM_RPC, res.a1, res.a2, res.a3, 0, a5, 0,
				 0, &res);
	}
	atomic_dec(&optee->calls_running);
	atomic_inc(&optee->calls_ended);
	wake_up_all(&optee->queue);

	if (res.a0 != OPTEE_SMC_RETURN_OK) {
		arg->ret = TEE_ERROR_COMMUNICATION;
		arg->ret_origin = TEE_ORIGIN_COMMS;
	}
	if (res.a0 == OPTEE_SMC_RETURN_ENOMEM || arg->ret == TEE_ERROR_OUT_OF_MEMORY)
		return -ENOMEM;
	if (res.a0 == OPTEE_SMC_RETURN_ETHREAD_LIMIT || arg->ret == TEE_ERROR_BUSY)
		return -EBUSY;
	return arg->ret == TEE_SUCCESS ? 0 : -EIO;
}
