/* SPDX-License-Identifier: BSD-2-Clause */
#include "optee.h"

#include <linux/crash_dump.h>
#include <linux/irqdomain.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/string.h>

#define OPTEE_DEFAULT_MAX_NOTIF_VALUE 255u /* if the secure world does not name any */
/* Of an RPC that stands behind our largest message, with a header, on one page. */
#define RPC_PARAMS_MAX (OPTEE_MSG_MAX_NUM_PARAMS - OPTEE_META_PARAMS - OPTEE_MAX_PARAMS - 1)

static dev_t optee_devt;

void optee_put_user(struct optee *optee)
{
	if (refcount_dec_and_test(&optee->users))
		complete(&optee->unused);
}

#define CONDUIT(insn)                                                                            \
	static void invoke_##insn(unsigned long a0, unsigned long a1, unsigned long a2,          \
				  unsigned long a3, unsigned long a4, unsigned long a5,          \
				  unsigned long a6, unsigned long a7, struct arm_smccc_res *res) \
	{                                                                                        \
		arm_smccc_##insn(a0, a1, a2, a3, a4, a5, a6, a7, res);                           \
	}
CONDUIT(smc)
CONDUIT(hvc)

static optee_invoke_fn *get_invoke_func(struct device *dev)
{
	const char *method;

	if (device_property_read_string(dev, "method", &method))
		return ERR_PTR(-ENXIO);
	return !strcmp(method, "smc")	? invoke_smc
	       : !strcmp(method, "hvc") ? invoke_hvc
					: (optee_invoke_fn *)ERR_PTR(-EINVAL);
}

void optee_fast_call(struct optee *optee, u32 func, u32 a1, struct arm_smccc_res *res)
{
	optee->invoke_fn(func, a1, 0, 0, 0, 0, 0, 0, res);
}

static int check_identity(struct optee *optee)
{
	struct arm_smccc_res res;
	bool optee_uid;

	optee_fast_call(optee, OPTEE_SMC_CALLS_UID, 0, &res);
	optee_uid = res.a0 == OPTEE_MSG_UID_0 && res.a1 == OPTEE_MSG_UID_1 &&
		    res.a2 == OPTEE_MSG_UID_2 && res.a3 == OPTEE_MSG_UID_3;
	optee_fast_call(optee, OPTEE_SMC_CALLS_REVISION, 0, &res);
	if (!optee_uid || res.a0 != OPTEE_MSG_REVISION_MAJOR) {
		pr_err("the secure world does not speak revision 2 of OP-TEE's protocol\n");
		return -EINVAL;
	}
	optee_fast_call(optee, OPTEE_SMC_CALL_GET_OS_REVISION, 0, &res);
	if (res.a2)
		pr_info("revision %lu.%lu (%08lx)\n", res.a0, res.a1, res.a2);
	else
		pr_info("revision %lu.%lu\n", res.a0, res.a1);
	return 0;
}

static int exchange_capabilities(struct optee *optee)
{
	u32 own_caps = nr_cpu_ids == 1 ? OPTEE_SMC_NSEC_CAP_UNIPROCESSOR : 0;
	struct arm_smccc_res res;

	optee_fast_call(optee, OPTEE_SMC_EXCHANGE_CAPABILITIES, own_caps, &res);
	if (res.a0 != OPTEE_SMC_RETURN_OK)
		return -EINVAL;
	optee->sec_caps = res.a1;
	optee->notif.max =
		res.a1 & OPTEE_SMC_SEC_CAP_ASYNC_NOTIF ? res.a2 : OPTEE_DEFAULT_MAX_NOTIF_VALUE;
	optee->rpc_param_count = res.a1 & OPTEE_SMC_SEC_CAP_RPC_ARG ? res.a3 & 0xff : 0;
	if (optee->rpc_param_count > RPC_PARAMS_MAX)
		optee->rpc_param_count = 0;
	return 0;
}

static int enable_async_notif(struct optee *optee)
{
	struct arm_smccc_res res;

	optee_fast_call(optee, OPTEE_SMC_ENABLE_ASYNC_NOTIF, 0, &res);
	if (res.a0 != OPTEE_SMC_RETURN_OK)
		return -EINVAL;
	pr_info("asynchronous notifications are enabled\n");
	return 0;
}

static void optee_release(struct device *dev)
{
	struct optee *optee = container_of(dev, struct optee, dev);

	if (optee->ctx)
		optee_context_close(optee->ctx);
	idr_destroy(&optee->shms);
	mutex_destroy(&optee->lock);
	kfree(optee);
}

/* From here on put_device() frees it. */
static struct optee *optee_alloc(optee_invoke_fn *invoke_fn)
{
	struct optee *optee = kzalloc(sizeof(*optee), GFP_KERNEL);

	if (!optee)
		return NULL;
	optee->invoke_fn = invoke_fn;
	refcount_set(&optee->users, 1);
	init_completion(&optee->unused);
	init_waitqueue_head(&optee->queue);
	mutex_init(&optee->lock);
	idr_init(&optee->shms);
	INIT_LIST_HEAD(&optee->msgs);
	atomic64_set(&optee->owner, OPTEE_SECURE);
	cdev_init(&optee->cdev, &optee_fops);
	optee->cdev.owner = THIS_MODULE;
	optee->dev.devt = optee_devt;
	optee->dev.release = optee_release;
	device_initialize(&optee->dev);
	return optee;
}

static int optee_probe(struct platform_device *pdev)
{
	optee_invoke_fn *invoke_fn = get_invoke_func(&pdev->dev);
	struct arm_smccc_res res;
	struct optee *optee;
	int rc, irq;

	if (is_kdump_kernel()) /* the kernel that crashed may have left all secure threads taken */
		return -ENODEV;
	if (IS_ERR(invoke_fn))
		return PTR_ERR(invoke_fn);
	optee = optee_alloc(invoke_fn);
	if (!optee)
		return -ENOMEM;
	platform_set_drvdata(pdev, optee);
	rc = dev_set_name(&optee->dev, "tee0");
	if (!rc)
		rc = check_identity(optee);
	if (!rc)
		rc = exchange_capabilities(optee);
	if (rc)
		goto err_put;
	optee->ctx = optee_context_open(optee, OPTEE_DRIVER);
	rc = optee->ctx ? optee_notif_init(optee) : -ENOMEM;
	if (rc)
		goto err_put;
	rc = optee_shm_init(optee);
	if (rc)
		goto err_shm;
	optee_empty_shm_cache(optee, false);
	if (!optee->rpc_param_count)
		optee_fast_call(optee, OPTEE_SMC_ENABLE_SHM_CACHE, 0, &res);

	if (optee->sec_caps & OPTEE_SMC_SEC_CAP_ASYNC_NOTIF) {
		rc = irq = platform_get_irq(pdev, 0);
		if (rc < 0)
			goto err_cache;
		rc = notif_init_irq(optee, irq);
		if (rc) {
			irq_dispose_mapping(irq);
			goto err_cache;
		}
		rc = enable_async_notif(optee);
		if (rc)
			goto err_irq;
	}
	rc = optee_enumerate_devices(optee);
	if (rc)
		goto err_irq;
	rc = cdev_device_add(&optee->cdev, &optee->dev);
	if (rc)
		goto err_devices;
	return 0;

err_devices:
	optee_unregister_devices();
err_irq:
	notif_uninit_irq(optee);
err_cache:
	optee_empty_shm_cache(optee, true);
err_shm:
	optee_shm_uninit(optee);
	optee_notif_uninit(optee);
err_put:
	put_device(&optee->dev);
	pr_err("probe failed: %d\n", rc);
	return rc;
}

/* Interrupts go on until all files are closed, and end before their thread's context. */
static void optee_remove(struct platform_device *pdev)
{
	struct optee *optee = platform_get_drvdata(pdev);

	cdev_device_del(&optee->cdev, &optee->dev);
	optee_unregister_devices();
	WRITE_ONCE(optee->removing, true);
	wake_up_all(&optee->notif.queue);
	optee_put_user(optee);
	wait_for_completion(&optee->unused);

	notif_uninit_irq(optee);
	optee_empty_shm_cache(optee, true);
	optee_shm_uninit(optee); /* its calls may yet wait for a notification */
	optee_notif_uninit(optee);
	put_device(&optee->dev);
}

static void optee_shutdown(struct platform_device *pdev)
{
	optee_empty_shm_cache(platform_get_drvdata(pdev), true);
}

static const struct of_device_id optee_of_match[] = {{.compatible = "linaro,optee-tz"}, {}};
MODULE_DEVICE_TABLE(of, optee_of_match);

static struct platform_driver optee_driver = {
	.probe = optee_probe,
	.remove_new = optee_remove,
	.shutdown = optee_shutdown,
	.driver = {.name = "optee", .of_match_table = optee_of_match},
};

static int __init optee_init(void)
{
	int rc = alloc_chrdev_region(&optee_devt, 0, 1, "tee");

	if (rc)
		return rc;
	rc = bus_register(&optee_bus_type);
	if (rc)
		goto err_chrdev;
	rc = platform_driver_register(&optee_driver);
	if (!rc)
		return 0;
	bus_unregister(&optee_bus_type);
err_chrdev:
	unregister_chrdev_region(optee_devt, 1);
	return rc;
}
module_init(optee_init);

static void __exit optee_exit(void)
{
	platform_driver_unregister(&optee_driver);
	bus_unregister(&optee_bus_type);
	unregister_chrdev_region(optee_devt, 1);
}
module_exit(optee_exit);

MODULE_DESCRIPTION("OP-TEE driver model");
MODULE_LICENSE("Dual BSD/GPL");
