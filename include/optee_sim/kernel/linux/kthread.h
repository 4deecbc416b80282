/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_KTHREAD_H
#define OSIM_LINUX_KTHREAD_H

#include <linux/err.h>
#include <linux/sched.h>

/* Not runnable until wake_up_process(). ERR_PTR(-ENOMEM). */
OSIM__K_API struct task_struct *osim__k_kthread_create(int (*fn)(void *data), void *data, bool run,
						       const struct osim__site *site,
						       const char *format, ...) __printf(5, 6);
OSIM__K_API int osim__k_kthread_stop(struct task_struct *task, const struct osim__site *site);
OSIM__K_API bool osim__k_kthread_should_stop(void);

#define kthread_create(fn, data, ...) \
	osim__k_kthread_create(fn, data, false, OSIM__SITE, __VA_ARGS__)
#define kthread_run(fn, data, ...) osim__k_kthread_create(fn, data, true, OSIM__SITE, __VA_ARGS__)
#define kthread_stop(task)	   osim__k_kthread_stop(task, OSIM__SITE)
#define kthread_should_stop()	   osim__k_kthread_should_stop()

#endif
