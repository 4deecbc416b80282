/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_K_KCONFIG_H
#define OSIM_K_KCONFIG_H

/*
 * Included ahead of everything else in each file of a driver, as a kernel build does with its own.
 */

#ifndef __KERNEL__
#define __KERNEL__ 1
#endif

/*
 * The kernel that the driver believes to be built for. CONFIG_RPMB and CONFIG_I2C are the command
 * line's to set.
 */
#define CONFIG_64BIT	   1
#define CONFIG_ARM64	   1
#define CONFIG_HZ	   250
#define CONFIG_MMU	   1
#define CONFIG_OF	   1
#define CONFIG_SMP	   1
#define CONFIG_PRINTK	   1
#define CONFIG_TEE	   1
#define CONFIG_OPTEE	   1
#define CONFIG_TRACEPOINTS 1
/* Pages of the reserved memory that drivers up to 5.17 keep for themselves. */
#ifndef CONFIG_OPTEE_SHM_NUM_PRIV_PAGES
#define CONFIG_OPTEE_SHM_NUM_PRIV_PAGES 1
#endif

/*
 * 1 where the option is defined as 1 (built in) or its _MODULE form is, else 0; in #if and in
 * expressions. A defined option turns into a comma that moves the 1 into second place.
 */
#define OSIM__ARG_1			 0,
#define OSIM__SECOND(first, second, ...) second
#define OSIM__IS_SET(option)		 OSIM__IS_SET_(option)
#define OSIM__IS_SET_(value)		 OSIM__IS_SET__(OSIM__ARG_##value)
#define OSIM__IS_SET__(comma_or_junk)	 OSIM__SECOND(comma_or_junk 1, 0, 0)
#define OSIM__OR(a, b)			 OSIM__OR_(a, b)
#define OSIM__OR_(a, b)			 OSIM__OR__(OSIM__ARG_##a, b)
#define OSIM__OR__(comma_or_junk, b)	 OSIM__SECOND(comma_or_junk 1, b, 0)

#define IS_BUILTIN(option)   OSIM__IS_SET(option)
#define IS_MODULE(option)    OSIM__IS_SET(option##_MODULE)
#define IS_ENABLED(option)   OSIM__OR(IS_BUILTIN(option), IS_MODULE(option))
#define IS_REACHABLE(option) IS_ENABLED(option)

#include <linux/compiler_types.h>

#endif
