/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_EXPORT_H
#define OSIM_LINUX_EXPORT_H

/* Declares the symbol once more, so that the semicolon after it ends something. */
#define EXPORT_SYMBOL(sym)		  extern typeof(sym) sym
#define EXPORT_SYMBOL_GPL(sym)		  extern typeof(sym) sym
#define EXPORT_SYMBOL_NS(sym, ns)	  extern typeof(sym) sym
#define EXPORT_SYMBOL_NS_GPL(sym, ns)	  extern typeof(sym) sym
#define EXPORT_SYMBOL_FOR_MODULES(sym, m) extern typeof(sym) sym

struct module;
#define THIS_MODULE ((struct module *)0)

#endif
