/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_CPU_H
#define OSIM_LINUX_CPU_H

#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>

OSIM__K_API void osim__k_cpus_read_lock(const struct osim__site *site);
OSIM__K_API void osim__k_cpus_read_unlock(const struct osim__site *site);

#define cpus_read_lock()   osim__k_cpus_read_lock(OSIM__SITE)
#define cpus_read_unlock() osim__k_cpus_read_unlock(OSIM__SITE)
#define get_online_cpus()  cpus_read_lock()
#define put_online_cpus()  cpus_read_unlock()

#endif
