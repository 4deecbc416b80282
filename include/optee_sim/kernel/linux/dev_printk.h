/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_DEV_PRINTK_H
#define OSIM_LINUX_DEV_PRINTK_H

#include <linux/printk.h>

/* Expanded where <linux/device.h> is there. A device of NULL is named as the kernel does. */
#ifndef dev_fmt
#define dev_fmt(fmt) fmt
#endif

#define OSIM__DEV_LABEL(dev)                                         \
	({                                                           \
		const struct device *osim__dev = (dev);              \
		osim__dev ? dev_name(osim__dev) : "(NULL device *)"; \
	})
#define dev_printk(level, dev, fmt, ...) \
	osim__k_printk(level "%s: " fmt, OSIM__DEV_LABEL(dev), ##__VA_ARGS__)

#define dev_emerg(dev, fmt, ...)  dev_printk(KERN_EMERG, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_alert(dev, fmt, ...)  dev_printk(KERN_ALERT, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_crit(dev, fmt, ...)	  dev_printk(KERN_CRIT, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_err(dev, fmt, ...)	  dev_printk(KERN_ERR, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_warn(dev, fmt, ...)	  dev_printk(KERN_WARNING, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_notice(dev, fmt, ...) dev_printk(KERN_NOTICE, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_info(dev, fmt, ...)	  dev_printk(KERN_INFO, dev, dev_fmt(fmt), ##__VA_ARGS__)

#ifdef DEBUG
#define dev_dbg(dev, fmt, ...) dev_printk(KERN_DEBUG, dev, dev_fmt(fmt), ##__VA_ARGS__)
#else
#define dev_dbg(dev, fmt, ...)                                                    \
	({                                                                        \
		if (0)                                                            \
			dev_printk(KERN_DEBUG, dev, dev_fmt(fmt), ##__VA_ARGS__); \
	})
#endif
#define dev_vdbg(dev, fmt, ...) dev_dbg(dev, fmt, ##__VA_ARGS__)

#define dev_err_once(dev, ...)	OSIM__ONCE(dev_err(dev, __VA_ARGS__))
#define dev_warn_once(dev, ...) OSIM__ONCE(dev_warn(dev, __VA_ARGS__))
#define dev_info_once(dev, ...) OSIM__ONCE(dev_info(dev, __VA_ARGS__))

#define dev_err_ratelimited(dev, ...)  dev_err(dev, __VA_ARGS__)
#define dev_warn_ratelimited(dev, ...) dev_warn(dev, __VA_ARGS__)
#define dev_info_ratelimited(dev, ...) dev_info(dev, __VA_ARGS__)
#define dev_dbg_ratelimited(dev, ...)  dev_dbg(dev, __VA_ARGS__)

/* Says why probe fails, but for a deferral; the value is the error. */
#define dev_err_probe(dev, err, fmt, ...)                                         \
	({                                                                        \
		int osim__err = (err);                                            \
		if (osim__err != -EPROBE_DEFER)                                   \
			dev_err(dev, "error %d: " fmt, osim__err, ##__VA_ARGS__); \
		osim__err;                                                        \
	})

#define dev_WARN(dev, fmt, ...) WARN(1, "%s: " fmt, OSIM__DEV_LABEL(dev), ##__VA_ARGS__)
#define dev_WARN_ONCE(dev, cond, fmt, ...) \
	WARN_ONCE(cond, "%s: " fmt, OSIM__DEV_LABEL(dev), ##__VA_ARGS__)

#endif
