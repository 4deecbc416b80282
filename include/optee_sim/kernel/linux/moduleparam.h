/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_MODULEPARAM_H
#define OSIM_LINUX_MODULEPARAM_H

#include <linux/kernel.h>
#include <linux/export.h>
#include <linux/init.h>

/* Each leaves a legal declaration behind, so that the semicolon after it ends something. */
#define OSIM__MODULE_NOTHING struct osim__k_module_nothing

#define MODULE_PARM_DESC(name, desc)		     OSIM__MODULE_NOTHING
#define module_param(name, type, perm)		     extern typeof(name) name
#define module_param_named(name, value, type, perm)  extern typeof(value) value
#define module_param_unsafe(name, type, perm)	     extern typeof(name) name
#define module_param_array(name, type, nump, perm)   extern typeof(name) name
#define module_param_string(name, string, len, perm) extern typeof(string) string
#define module_param_cb(name, ops, arg, perm)	     OSIM__MODULE_NOTHING
#define core_param(name, var, type, perm)	     extern typeof(var) var

#endif
