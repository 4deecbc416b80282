/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_BUG_H
#define OSIM_LINUX_BUG_H

#include <osim/api.h>
#include <osim/site.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>

/* A finding "kernel.warn" and a line in the log. format may be NULL. */
OSIM__K_API void osim__k_warn(const struct osim__site *site, const char *cond, const char *format,
			      ...) __printf(3, 4);
/* A finding "kernel.bug"; the context that got here goes no further. */
OSIM__K_API void osim__k_bug(const struct osim__site *site, const char *cond) __noreturn;

#define WARN_ON(cond)                                          \
	({                                                     \
		int osim__warn = !!(cond);                     \
		if (unlikely(osim__warn))                      \
			osim__k_warn(OSIM__SITE, #cond, NULL); \
		unlikely(osim__warn);                          \
	})
#define WARN(cond, ...)                                               \
	({                                                            \
		int osim__warn = !!(cond);                            \
		if (unlikely(osim__warn))                             \
			osim__k_warn(OSIM__SITE, #cond, __VA_ARGS__); \
		unlikely(osim__warn);                                 \
	})

/* The same finding twice is one finding. */
#define WARN_ON_ONCE(cond)	     WARN_ON(cond)
#define WARN_ON_SMP(cond)	     WARN_ON(cond)
#define WARN_ONCE(cond, ...)	     WARN(cond, __VA_ARGS__)
#define WARN_TAINT(cond, taint, ...) WARN(cond, __VA_ARGS__)

#define BUG() osim__k_bug(OSIM__SITE, "BUG")
#define BUG_ON(cond)                                    \
	do {                                            \
		if (unlikely(cond))                     \
			osim__k_bug(OSIM__SITE, #cond); \
	} while (0)

#endif
