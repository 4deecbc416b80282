/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_INIT_H
#define OSIM_LINUX_INIT_H

#include <osim/driver_desc.h>
#include <linux/compiler.h>

#ifdef OSIM_DRIVER
extern struct osim_driver OSIM_DRIVER;
#endif

#define __init
#define __exit
#define __initdata
#define __initconst
#define __exitdata
#define __exit_p(x)
#define __devinit
#define __devexit
#define __devexit_p(x) x
#define __refdata
#define __ref

typedef int (*initcall_t)(void);
typedef void (*exitcall_t)(void);

#define OSIM__INITCALL(level, fn)	       OSIM__INITCALL_(__COUNTER__, level, fn, NULL)
#define OSIM__EXITCALL(fn)		       OSIM__INITCALL_(__COUNTER__, OSIM__K_LEVEL_EXIT, NULL, fn)
#define OSIM__INITCALL_(n, level, fn, exit_fn) OSIM__INITCALL__(n, level, fn, exit_fn)
#define OSIM__INITCALL__(n, level_, fn, exit_fn)                                               \
	static struct osim__k_initcall osim__initcall_##n = {                                  \
		.level = (level_), .init = (fn), .exit = (exit_fn), .module = KBUILD_MODNAME}; \
	static void __attribute__((constructor, used)) osim__initcall_add_##n(void)            \
	{                                                                                      \
		*OSIM_DRIVER.initcalls_end = &osim__initcall_##n;                              \
		OSIM_DRIVER.initcalls_end = &osim__initcall_##n.next;                          \
	}                                                                                      \
	extern struct osim_driver OSIM_DRIVER

#define early_initcall(fn)	 OSIM__INITCALL(0, fn)
#define pure_initcall(fn)	 OSIM__INITCALL(0, fn)
#define core_initcall(fn)	 OSIM__INITCALL(1, fn)
#define postcore_initcall(fn)	 OSIM__INITCALL(2, fn)
#define arch_initcall(fn)	 OSIM__INITCALL(3, fn)
#define subsys_initcall(fn)	 OSIM__INITCALL(4, fn)
#define subsys_initcall_sync(fn) OSIM__INITCALL(4, fn)
#define fs_initcall(fn)		 OSIM__INITCALL(5, fn)
#define rootfs_initcall(fn)	 OSIM__INITCALL(5, fn)
#define device_initcall(fn)	 OSIM__INITCALL(6, fn)
#define device_initcall_sync(fn) OSIM__INITCALL(6, fn)
#define late_initcall(fn)	 OSIM__INITCALL(7, fn)
#define late_initcall_sync(fn)	 OSIM__INITCALL(7, fn)
#define __initcall(fn)		 OSIM__INITCALL(6, fn)
#define __exitcall(fn)		 OSIM__EXITCALL(fn)

#define module_init(fn) OSIM__INITCALL(6, fn)
#define module_exit(fn) OSIM__EXITCALL(fn)

#endif
