/* SPDX-License-Identifier: BSD-2-Clause */
#include "optee.h"

#include <linux/anon_inodes.h>
#include <linux/module.h>
#include <linux/tee.h>
#include <linux/uaccess.h>

struct optee_context *optee_context_open(struct optee *optee, u64 id)
{
	struct optee_context *ctx = kzalloc(sizeof(*ctx), GFP_KERNEL);

	if (!ctx)
		return NULL;
	ctx->optee = optee;
	ctx->id = id;
	mutex_init(&ctx->lock);
	INIT_LIST_HEAD(&ctx->sessions);
	return ctx;
}

/* take: and out of the list, so that it is the caller's once nobody uses it; else with a use. */
static struct optee_shm *find_session(struct optee_context *ctx, u32 id, bool take)
{
	struct optee_shm *session, *found = NULL;

	mutex_lock(&ctx->lock);
	list_for_each_entry (session, &ctx->sessions, link)
		if (session->session == id)
			found = session;
	if (found && take)
		list_del(&found->link);
	else if (found)
		atomic_inc(&found->users);
	mutex_unlock(&ctx->lock);
	return found;
}

/* Its number may be another session's as soon as it is closed. */
static int session_call(struct optee_context *ctx, struct optee_shm *msg, u32 id)
{
	struct optee_shm *session = find_session(ctx, id, false);

	if (!session)
		return -EINVAL;
	msg->arg->session = id;
	optee_call(ctx, msg);
	atomic_dec(&session->users);
	wake_up_all(&ctx->optee->queue);
	return 0;
}

/* The message has room for the meta parameters in front. 0: the result is in the message. */
static int open_session(struct optee_context *ctx, struct optee_shm *msg, const void *uuid)
{
	struct optee_shm *session = optee_msg_get(ctx->optee, OPTEE_MSG_CMD_CLOSE_SESSION, 0);
	struct osim_msg_param *meta = optee_params(msg);

	if (IS_ERR(session))
		return PTR_ERR(session);
	meta[0].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT | OPTEE_MSG_ATTR_META;
	memcpy(meta[0].u.octets, uuid, UUID_SIZE);
	meta[1].attr = OPTEE_MSG_ATTR_TYPE_VALUE_INPUT | OPTEE_MSG_ATTR_META;
	meta[1].u.value.c = OPTEE_MSG_LOGIN_PUBLIC;
	optee_call(ctx, msg);
	if (msg->arg->ret != TEE_SUCCESS) {
		optee_msg_put(session);
		return 0;
	}
	session->session = msg->arg->session;
	mutex_lock(&ctx->lock);
	list_add(&session->link, &ctx->sessions);
	mutex_unlock(&ctx->lock);
	return 0;
}

static int close_session(struct optee_context *ctx, u32 id)
{
	struct optee_shm *session = find_session(ctx, id, true);

	if (!session)
		return -EINVAL;
	wait_event(ctx->optee->queue, !atomic_read(&session->users));
	session->arg->session = id;
	if (optee_call(ctx, session))
		pr_err("the secure world did not close session %u\n", id);
	optee_msg_put(session);
	return 0;
}

void optee_context_close(struct optee_context *ctx)
{
	struct list_head *sessions = &ctx->sessions;

	while (!list_empty(sessions))
		close_session(ctx, list_first_entry(sessions, struct optee_shm, link)->session);
	mutex_destroy(&ctx->lock);
	kfree(ctx);
}

/* Types of parameters are the same numbers on both sides. */
static int param_in(struct optee_context *ctx, const struct tee_ioctl_param *p,
		    struct osim_msg_param *mp, struct optee_shm **shm)
{
	if (p->attr <= TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INOUT) {
		mp->attr = p->attr;
		if (p->attr)
			mp->u.value = (struct osim_msg_param_value){p->a, p->b, p->c};
		return 0;
	}
	if (p->attr < TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INPUT ||
	    p->attr > TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INOUT)
		return -EINVAL;
	if (p->c != TEE_MEMREF_NULL) {
		*shm = optee_shm_get(ctx->optee, p->c, ctx->id);
		if (!*shm || p->a > (*shm)->size || p->b > (*shm)->size - p->a)
			return -EINVAL;
	} else if (!(ctx->optee->sec_caps & OPTEE_SMC_SEC_CAP_MEMREF_NULL)) {
		return -EINVAL;
	}
	optee_shm_param(mp, p->attr, *shm, p->a, p->b);
	return 0;
}

/* Open and invoke. Both arguments end in ret, ret_origin and num_params; parameters follow. */
static int ioctl_request(struct optee_context *ctx, void __user *uarg, bool open)
{
	u64 arg[(sizeof(struct tee_ioctl_open_session_arg) / sizeof(u64)) + 4 * OPTEE_MAX_PARAMS];
	struct tee_ioctl_open_session_arg *o = (void *)arg;
	struct tee_ioctl_invoke_arg *i = (void *)arg;
	struct tee_ioctl_param *p = open ? o->params : i->params;
	u32 *num_params = (u32 *)p - 1, meta = open ? OPTEE_META_PARAMS : 0, n;
	struct optee_shm *msg, *shm[OPTEE_MAX_PARAMS] = {};
	struct tee_ioctl_buf_data buf;
	struct osim_msg_param *params;
	int rc = 0;

	if (copy_from_user(&buf, uarg, sizeof(buf)))
		return -EFAULT;
	if (buf.buf_len < (size_t)((u8 *)p - (u8 *)arg) ||
	    buf.buf_len > (size_t)((u8 *)(p + OPTEE_MAX_PARAMS) - (u8 *)arg))
		return -EINVAL;
	if (copy_from_user(arg, u64_to_user_ptr(buf.buf_ptr), buf.buf_len))
		return -EFAULT;
	if (*num_params > OPTEE_MAX_PARAMS || (u8 *)arg + buf.buf_len != (u8 *)(p + *num_params))
		return -EINVAL;
	if (open && o->clnt_login != TEE_IOCTL_LOGIN_PUBLIC)
		return o->clnt_login >= TEE_IOCTL_LOGIN_REE_KERNEL_MIN ? -EPERM : -EOPNOTSUPP;
	msg = optee_msg_get(ctx->optee,
			    open ? OPTEE_MSG_CMD_OPEN_SESSION : OPTEE_MSG_CMD_INVOKE_COMMAND,
			    meta + *num_params);
	if (IS_ERR(msg))
		return PTR_ERR(msg);
	params = optee_params(msg) + meta;
	msg->arg->cancel_id = open ? o->cancel_id : i->cancel_id;
	for (n = 0; n < *num_params && !rc; n++)
		rc = param_in(ctx, &p[n], &params[n], &shm[n]);
	if (!rc && open) {
		rc = open_session(ctx, msg, o->uuid);
		o->session = msg->arg->session;
	} else if (!rc) {
		msg->arg->func = i->func;
		rc = session_call(ctx, msg, i->session);
	}
	num_params[-2] = msg->arg->ret;
	num_params[-1] = msg->arg->ret_origin;
	for (n = 0; n < *num_params; n++) {
		if (p[n].attr == TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_OUTPUT ||
		    p[n].attr == TEE_IOCTL_PARAM_ATTR_TYPE_VALUE_INOUT)
			memcpy(&p[n].a, &params[n].u.value, sizeof(params[n].u.value));
		else if (p[n].attr > TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INPUT)
			p[n].b = params[n].u.rmem.size; /* may have grown: what is needed */
		if (shm[n])
			optee_shm_put(shm[n]);
	}
	optee_msg_put(msg);
	if (!rc && copy_to_user(u64_to_user_ptr(buf.buf_ptr), arg, buf.buf_len)) {
		rc = -EFAULT;
		if (open)
			close_session(ctx, o->session);
	}
	return rc;
}

static int shm_release(struct inode *inode, struct file *file)
{
	struct optee_shm *shm = file->private_data;
	struct optee *optee = shm->optee;

	optee_shm_put(shm);
	optee_put_user(optee);
	return 0;
}

static int shm_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct optee_shm *shm = file->private_data;

	if (vma->vm_pgoff || vma_pages(vma) > shm->size >> PAGE_SHIFT)
		return -EINVAL;
	return remap_pfn_range(vma, vma->vm_start, shm->pa >> PAGE_SHIFT,
			       vma->vm_end - vma->vm_start, vma->vm_page_prot);
}

static const struct file_operations shm_fops = {
	.owner = THIS_MODULE,
	.release = shm_release,
	.mmap = shm_mmap,
};

static int ioctl_shm_alloc(struct optee_context *ctx, void __user *uarg)
{
	struct tee_ioctl_shm_alloc_data data;
	struct optee_shm *shm;
	int fd = -EFAULT;

	if (copy_from_user(&data, uarg, sizeof(data)))
		return -EFAULT;
	if (data.flags)
		return -EINVAL;
	shm = optee_shm_alloc(ctx->optee, data.size, ctx->id);
	if (IS_ERR(shm))
		return PTR_ERR(shm);
	refcount_inc(&ctx->optee->users);
	data.id = shm->id;
	data.size = shm->size;
	if (!copy_to_user(uarg, &data, sizeof(data)))
		fd = anon_inode_getfd("tee_shm", &shm_fops, shm, O_RDWR);
	if (fd < 0) { /* else both references are the file's */
		optee_shm_put(shm);
		optee_put_user(ctx->optee);
	}
	return fd;
}

static long optee_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct optee_context *ctx = file->private_data;
	struct tee_ioctl_version_data version = {TEE_IMPL_ID_OPTEE, TEE_OPTEE_CAP_TZ,
						 TEE_GEN_CAP_GP};
	struct tee_ioctl_cancel_arg cancel;
	struct optee_shm *msg;
	void __user *uarg = (void __user *)arg;
	int rc;

	if (READ_ONCE(ctx->optee->removing) && cmd != TEE_IOC_CLOSE_SESSION)
		return -ENODEV;
	switch (cmd) {
	case TEE_IOC_VERSION:
		if (ctx->optee->sec_caps & OPTEE_SMC_SEC_CAP_MEMREF_NULL)
			version.gen_caps |= TEE_GEN_CAP_MEMREF_NULL;
		return copy_to_user(uarg, &version, sizeof(version)) ? -EFAULT : 0;
	case TEE_IOC_OPEN_SESSION:
	case TEE_IOC_INVOKE:
		return ioctl_request(ctx, uarg, cmd == TEE_IOC_OPEN_SESSION);
	case TEE_IOC_CANCEL:
		if (copy_from_user(&cancel, uarg, sizeof(cancel)))
			return -EFAULT;
		msg = optee_msg_get(ctx->optee, OPTEE_MSG_CMD_CANCEL, 0);
		if (IS_ERR(msg))
			return PTR_ERR(msg);
		msg->arg->cancel_id = cancel.cancel_id;
		rc = session_call(ctx, msg, cancel.session);
		optee_msg_put(msg);
		return rc; /* how it ended is the cancelled request's result */
	case TEE_IOC_CLOSE_SESSION:
		if (copy_from_user(&cancel.session, uarg, sizeof(cancel.session)))
			return -EFAULT;
		return close_session(ctx, cancel.session);
	case TEE_IOC_SHM_ALLOC:
		return ioctl_shm_alloc(ctx, uarg);
	default:
		return -EINVAL;
	}
}

static int optee_fop_open(struct inode *inode, struct file *file)
{
	struct optee *optee = container_of(inode->i_cdev, struct optee, cdev);

	if (!refcount_inc_not_zero(&optee->users))
		return -ENODEV;
	file->private_data = optee_context_open(optee, atomic64_inc_return(&optee->owner));
	if (!file->private_data)
		optee_put_user(optee);
	return file->private_data ? 0 : -ENOMEM;
}

static int optee_fop_release(struct inode *inode, struct file *file)
{
	struct optee_context *ctx = file->private_data;
	struct optee *optee = ctx->optee;

	optee_context_close(ctx);
	optee_put_user(optee);
	return 0;
}

const struct file_operations optee_fops = {
	.owner = THIS_MODULE,
	.open = optee_fop_open,
	.release = optee_fop_release,
	.unlocked_ioctl = optee_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

/* The pseudo TA that lists what is behind the secure world, and its one command. */
static const uuid_t pta_uuid =
	UUID_INIT(0x7011a688, 0xddde, 0x4053, 0xa5, 0xa9, 0x7b, 0x3c, 0x4d, 0xdf, 0x13, 0xb8);
#define PTA_CMD_GET_DEVICES 0u
#define DEVICES_MAX	    1024u

/* The name of a device is all there is to it; drivers for them are not part of this one. */
struct bus_type optee_bus_type = {.name = "tee"};

static void device_release(struct device *dev)
{
	kfree(dev);
}

static int register_device(const uuid_t *uuid)
{
	struct device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	int rc;

	if (!dev)
		return -ENOMEM;
	device_initialize(dev);
	dev->bus = &optee_bus_type;
	dev->release = device_release;
	rc = dev_set_name(dev, "optee-ta-%pUb", uuid);
	if (!rc)
		rc = device_add(dev);
	if (rc)
		put_device(dev);
	return rc;
}

static int unregister_device(struct device *dev, void *data)
{
	device_unregister(dev);
	return 0;
}

void optee_unregister_devices(void)
{
	bus_for_each_dev(&optee_bus_type, NULL, NULL, unregister_device);
}

/* Asks for the list, in a session and with its message, and registers what is on it. */
static int register_devices(struct optee *optee, struct optee_shm *msg, struct optee_shm *list)
{
	u32 session = msg->arg->session;
	u64 n, size;
	int rc;

	optee_msg_init(msg, OPTEE_MSG_CMD_INVOKE_COMMAND, OPTEE_MAX_PARAMS);
	msg->arg->func = PTA_CMD_GET_DEVICES;
	msg->arg->session = session;
	optee_shm_param(optee_params(msg), OPTEE_MSG_ATTR_TYPE_RMEM_OUTPUT, list, 0, list->size);
	rc = optee_call(optee->ctx, msg);
	size = optee_params(msg)->u.rmem.size;
	if (!rc && size > list->size)
		rc = -EINVAL;
	for (n = 0; n < size / UUID_SIZE && !rc; n++)
		rc = register_device((uuid_t *)list->va + n);
	if (rc) {
		pr_err("devices were not registered: %d, 0x%x\n", rc, msg->arg->ret);
		optee_unregister_devices();
	}
	close_session(optee->ctx, session);
	return rc;
}

/* Puts the devices behind the secure world on the bus. There need not be any, nor the pseudo TA. */
int optee_enumerate_devices(struct optee *optee)
{
	struct optee_shm *msg,
		*list = optee_shm_alloc(optee, DEVICES_MAX * UUID_SIZE, OPTEE_DRIVER);
	int rc;

	if (IS_ERR(list))
		return PTR_ERR(list);
	msg = optee_msg_get(optee, OPTEE_MSG_CMD_OPEN_SESSION, OPTEE_META_PARAMS);
	rc = IS_ERR(msg) ? PTR_ERR(msg) : open_session(optee->ctx, msg, &pta_uuid);
	if (!rc && msg->arg->ret == TEE_SUCCESS)
		rc = register_devices(optee, msg, list);
	else if (!rc && msg->arg->ret == TEE_ERROR_COMMUNICATION)
		rc = -EIO;
	if (!IS_ERR(msg))
		optee_msg_put(msg);
	optee_shm_put(list);
	return rc;
}
