/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_K_DRIVER_DESC_H
#define OSIM_K_DRIVER_DESC_H

/* What stands for one copy of a driver, seen by its own files and by the library. Plain C. */

#include <stdbool.h>
#include <stddef.h>

#include <osim/access.h>
#include <osim/tenant.h>

/*
 * Levels of initcalls are the kernel's, 0 .. 7; an entry of this level carries only an exit
 * function.
 */
#define OSIM__K_LEVEL_EXIT 8

/*
 * One module_init(), subsys_initcall(), ... or module_exit() of the driver's files, put in by a
 * constructor, run by the library. Calls of one level run in the order of the list; the exit
 * function of a module whose init function failed does not run.
 */
struct osim__k_initcall {
	int level;
	int (*init)(void);
	void (*exit)(void);
	const char *module; /* KBUILD_MODNAME of the file */
	struct osim__k_initcall *next;
};

struct osim_machine;

struct osim_driver {
	const char *name;
	const char *description;
	struct osim__k_initcall *initcalls;
	struct osim__k_initcall **initcalls_end;
	bool access;		    /* it tells its loads and stores */
	struct osim_machine *bound; /* the machine that has it, or NULL; the library's */
	/* Its static data, of one that was linked into one object; else NULL. */
	unsigned char *data, *data_end, *bss, *bss_end;
	unsigned char *image;	   /* what they were before it was bound first; the library's */
	osim__k_tenant_fn *tenant; /* NULL: its files have no functions for clients in the kernel */
	/* Of a Linux tree from before that part of the ABI. */
	bool lacks_notif;	 /* asynchronous notifications, by interrupt */
	bool lacks_rpc_arg;	 /* arguments of RPCs beside those of the call */
	bool lacks_supp_devices; /* devices that need a supplicant */
	bool lacks_clients;	 /* devices for programs: it is a part of a driver */
};

/*
 * In one file of each driver, outside of functions; symbol is what its files are compiled with as
 * OSIM_DRIVER.
 */
#define OSIM_DRIVER_DEFINE(symbol, name_, description_, ...)                 \
	extern struct osim_driver symbol;                                    \
	__attribute__((visibility("default"))) struct osim_driver symbol = { \
		.name = (name_),                                             \
		.description = (description_),                               \
		.access = OSIM__K_ACCESS,                                    \
		.initcalls_end = &symbol.initcalls,                          \
		__VA_ARGS__}

#endif
