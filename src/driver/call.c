/* SPDX-License-Identifier: BSD-2-Clause */
#include "optee.h"

#include <linux/delay.h>
#include <linux/sched.h>

/* How often, and how far apart, a secure world is asked that is busy with nothing of ours. */
#define POLL_MAX 50u
#define POLL_MS	 20u

/*
 * Makes a call that the secure world may be too busy for. It is tried again when another call of
 * ours has ended. If there is none, a kernel before this one may have left its threads behind, and
 * nobody will tell when one is free: after some tries the answer stays "busy".
 */
void optee_begin_call(struct optee *optee, const struct optee_regs *regs, struct arm_smccc_res *res)
{
	unsigned int polls = 0;
	int seen;

	for (;;) {
		atomic_inc(&optee->calls_running);
		seen = atomic_read(&optee->calls_ended);
		optee->invoke_fn(regs->a0, regs->a1, regs->a2, 0, 0, 0, 0, 0, res);
		if ((res->a0 != OPTEE_SMC_RETURN_ETHREAD_LIMIT &&
		     res->a0 != OPTEE_SMC_RETURN_EBUSY) ||
		    polls == POLL_MAX)
			return;
		if (!atomic_dec_and_test(&optee->calls_running)) {
			wait_event(optee->queue, atomic_read(&optee->calls_ended) != seen);
		} else {
			msleep_interruptible(POLL_MS);
			polls++;
		}
	}
}

void optee_end_call(struct optee *optee)
{
	atomic_dec(&optee->calls_running);
	atomic_inc(&optee->calls_ended);
	wake_up_all(&optee->queue);
}

/* An empty message; what is behind it on the page is room for that of an RPC. */
struct osim_msg_arg *optee_msg_init(struct optee_shm *msg, u32 cmd, u32 num_params)
{
	struct osim_msg_arg *arg = memset(msg->va, 0, PAGE_SIZE);

	msg->num_params = num_params;
	arg->num_params = num_params;
	arg->cmd = cmd;
	return arg;
}

/* Where messages are registered that costs a call each, so their pages are kept. */
struct optee_shm *optee_msg_get(struct optee *optee, u32 cmd, u32 num_params)
{
	struct optee_shm *msg = NULL;

	mutex_lock(&optee->lock);
	if (!list_empty(&optee->msgs)) {
		msg = list_first_entry(&optee->msgs, struct optee_shm, link);
		list_del(&msg->link);
	}
	mutex_unlock(&optee->lock);
	if (!msg)
		msg = optee_shm_alloc(optee, PAGE_SIZE,
				      optee->rpc_param_count ? OPTEE_SHM_KERNEL
							     : OPTEE_SHM_PRIVATE);
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

/*
 * Makes the call and serves RPCs until it is done. The message is handed over by the cookie of its
 * page, if that is registered, or by address; with room for an RPC's message or without. The result
 * is in the message, also when the call did not get that far. Returns 0, -ENOMEM and -EBUSY, which
 * may pass, or -EIO.
 */
int optee_call(struct optee_context *ctx, struct optee_shm *msg)
{
	struct optee *optee = ctx->optee;
	bool regd = optee->rpc_param_count && msg->reg;
	u64 where = regd ? (u64)msg->id : msg->pa;
	struct optee_regs regs = {.a1 = where >> 32, .a2 = where};
	struct osim_msg_arg *arg = msg->va;
	struct arm_smccc_res res;

	regs.a0 = regd			   ? OPTEE_SMC_CALL_WITH_REGD_ARG
		  : optee->rpc_param_count ? OPTEE_SMC_CALL_WITH_RPC_ARG
					   : OPTEE_SMC_CALL_WITH_ARG;
	optee_begin_call(optee, &regs, &res);
	while (OPTEE_SMC_RETURN_IS_RPC(res.a0)) {
		cond_resched();
		regs = (struct optee_regs){res.a0, res.a1, res.a2, res.a3, 0, 0};
		optee_handle_rpc(ctx, msg, &regs);
		optee->invoke_fn(OPTEE_SMC_CALL_RETURN_FROM_RPC, regs.a1, regs.a2, regs.a3, regs.a4,
				 regs.a5, 0, 0, &res);
	}
	optee_end_call(optee);

	if (res.a0 != OPTEE_SMC_RETURN_OK) {
		arg->ret = TEE_ERROR_COMMUNICATION;
		arg->ret_origin = TEE_ORIGIN_COMMS;
	}
	if (res.a0 == OPTEE_SMC_RETURN_ENOMEM || arg->ret == TEE_ERROR_OUT_OF_MEMORY)
		return -ENOMEM;
	if (res.a0 == OPTEE_SMC_RETURN_EBUSY || res.a0 == OPTEE_SMC_RETURN_ETHREAD_LIMIT ||
	    arg->ret == TEE_ERROR_BUSY)
		return -EBUSY;
	return arg->ret == TEE_SUCCESS ? 0 : -EIO;
}

/* A message without parameters, and with no result that the caller would look at. */
int optee_simple_call(struct optee_context *ctx, u32 cmd, u32 session, u32 cancel_id)
{
	struct optee_shm *msg = optee_msg_get(ctx->optee, cmd, 0);
	struct osim_msg_arg *arg;
	int rc;

	if (IS_ERR(msg))
		return PTR_ERR(msg);
	arg = msg->va;
	arg->session = session;
	arg->cancel_id = cancel_id;
	rc = optee_call(ctx, msg);
	optee_msg_put(msg);
	return rc;
}
