/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A client of the TEE subsystem inside the kernel. Compiled among a Linux tree's files, because
 * what its functions take is what that tree says.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tee.h>
#include <linux/tee_drv.h>
#include <osim/driver_desc.h>
#include <osim/tenant.h>

#ifdef OSIM_HAVE_TEE_CLIENT
static int fits(struct tee_ioctl_version_data *version, const void *data)
{
	return version->impl_id == TEE_IMPL_ID_OPTEE;
}

/* As in the ABI, for headers from before 5.8. */
#ifndef TEE_IOCTL_LOGIN_REE_KERNEL
#define TEE_IOCTL_LOGIN_REE_KERNEL 0x80000000
#endif

static int open_context(struct osim__k_tenant_call *call)
{
	struct tee_context *ctx = tee_client_open_context(NULL, fits, NULL, NULL);

	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	call->ctx = ctx;
	return 0;
}

static int open_session(struct osim__k_tenant_call *call)
{
	struct tee_ioctl_open_session_arg arg = {.clnt_login = TEE_IOCTL_LOGIN_REE_KERNEL};
	int rc;

	memcpy(arg.uuid, call->uuid, sizeof(arg.uuid));
	rc = tee_client_open_session(call->ctx, &arg, NULL);
	call->session = arg.session;
	call->ret = arg.ret;
	call->origin = arg.ret_origin;
	return rc;
}

static int invoke(struct osim__k_tenant_call *call)
{
	struct tee_ioctl_invoke_arg arg = {
		.func = call->func, .session = call->session, .num_params = 1};
	struct tee_param param = {.attr = TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INPUT};
	int rc;

	param.u.value.a = call->a;
	param.u.value.b = call->b;
	if (call->shm) {
		param.attr = TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INOUT;
		param.u.memref.shm_offs = call->offset;
		param.u.memref.size = call->bytes;
		param.u.memref.shm = call->shm;
	}
	if (call->attr)
		param.attr = call->attr;
	rc = tee_client_invoke_func(call->ctx, &arg, &param);
	call->ret = arg.ret;
	call->origin = arg.ret_origin;
	return rc;
}

static int __maybe_unused shm_result(struct osim__k_tenant_call *call, struct tee_shm *shm)
{
	if (IS_ERR(shm))
		return PTR_ERR(shm);
	call->shm = shm;
	return 0;
}

static int shm_alloc(struct osim__k_tenant_call *call)
{
#ifdef OSIM_HAVE_TEE_KERNEL_BUF
	int rc = shm_result(call, tee_shm_alloc_kernel_buf(call->ctx, call->bytes));

	if (!rc)
		call->va = tee_shm_get_va(call->shm, 0);
	return rc;
#else
	return -EOPNOTSUPP;
#endif
}

static int shm_register(struct osim__k_tenant_call *call)
{
#ifdef OSIM_HAVE_TEE_KERNEL_BUF
	return shm_result(call, tee_shm_register_kernel_buf(call->ctx, call->va, call->bytes));
#else
	return -EOPNOTSUPP;
#endif
}

static int system_session(struct osim__k_tenant_call *call)
{
#ifdef OSIM_HAVE_TEE_SYSTEM_SESSION
	return tee_client_system_session(call->ctx, call->session);
#else
	return -EOPNOTSUPP;
#endif
}

static int cancel(struct osim__k_tenant_call *call)
{
#ifdef OSIM_HAVE_TEE_CLIENT_CANCEL
	struct tee_ioctl_cancel_arg arg = {.session = call->session};

	return tee_client_cancel_req(call->ctx, &arg);
#else
	return -EOPNOTSUPP;
#endif
}

static int tenant(enum osim__k_tenant_op op, struct osim__k_tenant_call *call)
{
	switch (op) {
	case OSIM__K_TENANT_OPEN:
		return open_context(call);
	case OSIM__K_TENANT_CLOSE:
		tee_client_close_context(call->ctx);
		return 0;
	case OSIM__K_TENANT_OPEN_SESSION:
		return open_session(call);
	case OSIM__K_TENANT_CLOSE_SESSION:
		return tee_client_close_session(call->ctx, call->session);
	case OSIM__K_TENANT_SYSTEM:
		return system_session(call);
	case OSIM__K_TENANT_INVOKE:
		return invoke(call);
	case OSIM__K_TENANT_CANCEL:
		return cancel(call);
	case OSIM__K_TENANT_ALLOC:
		return shm_alloc(call);
	case OSIM__K_TENANT_REGISTER:
		return shm_register(call);
	case OSIM__K_TENANT_FREE:
		tee_shm_free(call->shm);
		return 0;
	}
	return -EOPNOTSUPP;
}

extern struct osim_driver OSIM_DRIVER;

static void __attribute__((constructor)) move_in(void)
{
	OSIM_DRIVER.tenant = tenant;
}
#endif
