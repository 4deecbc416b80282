/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_SUSPEND_H
#define OSIM_LINUX_SUSPEND_H

#include <linux/notifier.h>

#define PM_HIBERNATION_PREPARE 1
#define PM_POST_HIBERNATION    2
#define PM_SUSPEND_PREPARE     3
#define PM_POST_SUSPEND	       4
#define PM_RESTORE_PREPARE     5
#define PM_POST_RESTORE	       6

/* The machine never sleeps. Each notifier is a live object until it is unregistered. */
OSIM__K_API int osim__k_pm_notifier(struct notifier_block *nb, bool add,
				    const struct osim__site *site);

#define register_pm_notifier(nb)   osim__k_pm_notifier(nb, true, OSIM__SITE)
#define unregister_pm_notifier(nb) osim__k_pm_notifier(nb, false, OSIM__SITE)

#endif
