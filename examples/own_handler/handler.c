/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Just what a patch for asynchronous notifications brings: the capability exchange, the interrupt
 * handler and its thread. Around it a probe and a remove that are no more than they need.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/arm-smccc.h>
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/irqdomain.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <optee_sim/abi/msg.h>
#include <optee_sim/abi/smc.h>

struct notif {
	unsigned int irq;
	u32 max_value;
	struct mutex lock;	  /* of arg: the thread uses it, and remove does */
	struct osim_msg_arg *arg; /* a page for messages */
};

static void smc(u32 a0, u32 a1, u32 a2, u32 a3, struct arm_smccc_res *res)
{
	arm_smccc_smc(a0, a1, a2, a3, 0, 0, 0, 0, res);
}

/* A yielding call with a message without parameters. It has no RPCs but interrupts. */
static int call(struct notif *notif, u32 cmd)
{
	u64 pa = virt_to_phys(notif->arg);
	struct arm_smccc_res res;

	mutex_lock(&notif->lock);
	memset(notif->arg, 0, sizeof(*notif->arg));
	notif->arg->cmd = cmd;
	smc(OPTEE_SMC_CALL_WITH_ARG, pa >> 32, pa, 0, &res);
	while (OPTEE_SMC_RETURN_IS_RPC(res.a0)) {
		cond_resched();
		smc(OPTEE_SMC_CALL_RETURN_FROM_RPC, 0, 0, res.a3, &res);
	}
	mutex_unlock(&notif->lock);
	return res.a0 == OPTEE_SMC_RETURN_OK ? 0 : -EIO;
}

/* ---- from the patch ---- */

static u32 get_async_notif_value(bool *value_valid, bool *value_pending)
{
	struct arm_smccc_res res;

	smc(OPTEE_SMC_GET_ASYNC_NOTIF_VALUE, 0, 0, 0, &res);
	*value_valid = !res.a0 && (res.a2 & OPTEE_SMC_ASYNC_NOTIF_VALUE_VALID);
	*value_pending = !res.a0 && (res.a2 & OPTEE_SMC_ASYNC_NOTIF_VALUE_PENDING);
	return res.a1;
}

static irqreturn_t notif_irq_handler(int irq, void *dev_id)
{
	bool do_bottom_half = false;
	bool value_valid, value_pending;
	u32 value;

	do {
		value = get_async_notif_value(&value_valid, &value_pending);
		if (!value_valid)
			break;
		if (value == OPTEE_SMC_ASYNC_NOTIF_VALUE_DO_BOTTOM_HALF)
			do_bottom_half = true;
		else
			pr_info("value %u\n", value);
	} while (value_pending);
	return do_bottom_half ? IRQ_WAKE_THREAD : IRQ_HANDLED;
}

static irqreturn_t notif_irq_thread_fn(int irq, void *dev_id)
{
	if (call(dev_id, OPTEE_MSG_CMD_DO_BOTTOM_HALF))
		pr_err("the bottom half failed\n");
	return IRQ_HANDLED;
}

static int exchange_capabilities(struct notif *notif)
{
	struct arm_smccc_res res;

	smc(OPTEE_SMC_EXCHANGE_CAPABILITIES, 0, 0, 0, &res);
	if (res.a0 != OPTEE_SMC_RETURN_OK)
		return -EINVAL;
	if (!(res.a1 & OPTEE_SMC_SEC_CAP_ASYNC_NOTIF) || !(res.a1 & OPTEE_SMC_SEC_CAP_DYNAMIC_SHM))
		return -EOPNOTSUPP;
	notif->max_value = res.a2;
	return 0;
}

static int enable_async_notif(void)
{
	struct arm_smccc_res res;

	smc(OPTEE_SMC_ENABLE_ASYNC_NOTIF, 0, 0, 0, &res);
	return res.a0 == OPTEE_SMC_RETURN_OK ? 0 : -EINVAL;
}

/* ---- around it ---- */

static int notif_probe(struct platform_device *pdev)
{
	struct notif *notif = kzalloc(sizeof(*notif), GFP_KERNEL);
	int rc;

	if (!notif)
		return -ENOMEM;
	mutex_init(&notif->lock);
	rc = exchange_capabilities(notif);
	if (rc)
		goto err_free;
	rc = -ENOMEM;
	notif->arg = alloc_pages_exact(PAGE_SIZE, GFP_KERNEL);
	if (!notif->arg)
		goto err_free;
	rc = platform_get_irq(pdev, 0);
	if (rc < 0)
		goto err_page;
	notif->irq = rc;
	rc = request_threaded_irq(notif->irq, notif_irq_handler, notif_irq_thread_fn, 0, "notif",
				  notif);
	if (rc)
		goto err_mapping;
	rc = enable_async_notif();
	if (rc)
		goto err_irq;
	platform_set_drvdata(pdev, notif);
	pr_info("values up to %u\n", notif->max_value);
	return 0;

err_irq:
	free_irq(notif->irq, notif);
err_mapping:
	irq_dispose_mapping(notif->irq);
err_page:
	free_pages_exact(notif->arg, PAGE_SIZE);
err_free:
	kfree(notif);
	return rc;
}

static void notif_remove(struct platform_device *pdev)
{
	struct notif *notif = platform_get_drvdata(pdev);

	if (call(notif, OPTEE_MSG_CMD_STOP_ASYNC_NOTIF))
		pr_err("the secure world goes on notifying\n");
	free_irq(notif->irq, notif);
	irq_dispose_mapping(notif->irq);
	free_pages_exact(notif->arg, PAGE_SIZE);
	kfree(notif);
}

static const struct of_device_id notif_of_match[] = {
	{.compatible = "linaro,optee-tz"},
	{},
};

static struct platform_driver notif_driver = {
	.probe = notif_probe,
	.remove_new = notif_remove,
	.driver =
		{
			.name = "notif",
			.of_match_table = notif_of_match,
		},
};

static int __init notif_init(void)
{
	return platform_driver_register(&notif_driver);
}
module_init(notif_init);

static void __exit notif_exit(void)
{
	platform_driver_unregister(&notif_driver);
}
module_exit(notif_exit);

MODULE_LICENSE("Dual BSD/GPL");
