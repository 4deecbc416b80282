/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>

#include "secure/protmem.h"
#include "secure/secure.h"

void osim__msg_put_u32(struct osim__sthread *t, uint64_t offset, uint32_t value)
{
	osim__shm_write(t, t->arg.shm, t->arg.offset + offset, &value, sizeof(value));
}

void osim__msg_put_u64(struct osim__sthread *t, uint64_t offset, uint64_t value)
{
	osim__shm_write(t, t->arg.shm, t->arg.offset + offset, &value, sizeof(value));
}

void osim__msg_ret(struct osim__sthread *t, uint32_t ret)
{
	t->msg.arg.ret = ret;
	osim__msg_put_u32(t, offsetof(struct osim_msg_arg, ret), ret);
}

void osim__msg_result(struct osim__sthread *t, uint32_t ret, uint32_t origin)
{
	osim__msg_ret(t, ret);
	t->msg.arg.ret_origin = origin;
	osim__msg_put_u32(t, offsetof(struct osim_msg_arg, ret_origin), origin);
}

static bool register_attr_ok(const struct osim__secure *s, uint64_t attr)
{
	if (attr == (OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT | OPTEE_MSG_ATTR_NONCONTIG))
		return true;
	if (!osim__diff(s, OSIM__DIFF_REGISTER_ATTR))
		return false;
	attr &= ~(uint64_t)OPTEE_MSG_ATTR_NONCONTIG;
	return attr == OPTEE_MSG_ATTR_TYPE_TMEM_OUTPUT || attr == OPTEE_MSG_ATTR_TYPE_TMEM_INPUT;
}

static void register_shm(struct osim__sthread *t)
{
	const struct osim_msg_param *p = &t->msg.params[0];
	struct osim__shm *shm;
	int rc;

	if (t->msg.arg.num_params != 1 || !register_attr_ok(t->guest->s, p->attr)) {
		osim__msg_ret(t, TEE_ERROR_BAD_PARAMETERS);
		return;
	}
	if (p->attr & OPTEE_MSG_ATTR_NONCONTIG)
		rc = osim__shm_from_list(t, p->u.tmem.buf_ptr, p->u.tmem.size, p->u.tmem.shm_ref,
					 &shm);
	else
		rc = osim__shm_from_range(t->guest, p->u.tmem.buf_ptr, p->u.tmem.size,
					  p->u.tmem.shm_ref, &shm);
	if (rc) {
		osim__msg_ret(t, TEE_ERROR_BAD_PARAMETERS);
		return;
	}
	shm->guarded = false;
	osim__msg_ret(t, TEE_SUCCESS);
}

static void unregister_shm(struct osim__sthread *t)
{
	if (t->msg.arg.num_params != 1)
		osim__msg_result(t, TEE_ERROR_BAD_PARAMETERS, TEE_ORIGIN_TEE);
	else
		osim__msg_ret(t, osim__shm_release(t, t->msg.params[0].u.rmem.shm_ref));
}

/* ASSIGN_PROTMEM is for memory that was shared through FF-A, which this is not. */
static void protmem(struct osim__sthread *t)
{
	switch (t->msg.arg.cmd) {
	case OPTEE_MSG_CMD_LEND_PROTMEM:
		osim__protmem_lend(t);
		break;
	case OPTEE_MSG_CMD_RECLAIM_PROTMEM:
		osim__protmem_reclaim(t);
		break;
	default:
		osim__protmem_config(t);
		break;
	}
}

bool osim__msg_run(struct osim__sthread *t)
{
	uint32_t caps = t->guest->s->caps;

	switch (t->msg.arg.cmd) {
	case OPTEE_MSG_CMD_OPEN_SESSION:
		osim__session_open(t);
		return true;
	case OPTEE_MSG_CMD_INVOKE_COMMAND:
		osim__session_invoke(t);
		return true;
	case OPTEE_MSG_CMD_CLOSE_SESSION:
		osim__session_close(t);
		return true;
	case OPTEE_MSG_CMD_CANCEL:
		osim__session_cancel(t);
		return true;
	case OPTEE_MSG_CMD_REGISTER_SHM:
		if (!(caps & OPTEE_SMC_SEC_CAP_DYNAMIC_SHM))
			return false;
		register_shm(t);
		return true;
	case OPTEE_MSG_CMD_UNREGISTER_SHM:
		if (!(caps & OPTEE_SMC_SEC_CAP_DYNAMIC_SHM))
			return false;
		unregister_shm(t);
		return true;
	case OPTEE_MSG_CMD_DO_BOTTOM_HALF:
		if (!(caps & OPTEE_SMC_SEC_CAP_ASYNC_NOTIF))
			return false;
		osim__notif_deliver(t, OSIM_NOTIF_BOTTOM_HALF);
		return true;
	case OPTEE_MSG_CMD_STOP_ASYNC_NOTIF:
		if (!(caps & OPTEE_SMC_SEC_CAP_ASYNC_NOTIF))
			return false;
		osim__notif_deliver(t, OSIM_NOTIF_STOPPED);
		return true;
	case OPTEE_MSG_CMD_LEND_PROTMEM:
	case OPTEE_MSG_CMD_RECLAIM_PROTMEM:
	case OPTEE_MSG_CMD_GET_PROTMEM_CONFIG:
		if (!(caps & OPTEE_SMC_SEC_CAP_DYNAMIC_PROTMEM))
			return false;
		protmem(t);
		return true;
	default:
		return false;
	}
}
