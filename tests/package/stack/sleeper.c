/* SPDX-License-Identifier: BSD-2-Clause */
/* A driver whose probe sleeps with a lock held. */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/spinlock.h>

static DEFINE_SPINLOCK(lock);

static int sleeper_probe(struct platform_device *pdev)
{
	spin_lock(&lock);
	msleep(1);
	spin_unlock(&lock);
	return 0;
}

static const struct of_device_id sleeper_match[] = {{.compatible = "linaro,optee-tz"}, {}};

static struct platform_driver sleeper = {
	.probe = sleeper_probe,
	.driver = {.name = "sleeper", .of_match_table = sleeper_match},
};
module_platform_driver(sleeper);

MODULE_LICENSE("Dual BSD/GPL");
