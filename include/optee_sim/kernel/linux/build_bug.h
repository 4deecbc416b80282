/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_BUILD_BUG_H
#define OSIM_LINUX_BUILD_BUG_H

#include <linux/compiler.h>

/* An expression of value 0 that does not compile when e is true. */
#define BUILD_BUG_ON_ZERO(e) ((int)sizeof(struct { int : (-!!(e)); }))

#define BUILD_BUG_ON(cond)	    _Static_assert(!(cond), "BUILD_BUG_ON(" #cond ")")
#define BUILD_BUG_ON_MSG(cond, msg) _Static_assert(!(cond), msg)
#define BUILD_BUG_ON_INVALID(e)	    ((void)sizeof((long)(e)))
#define BUILD_BUG()		    _Static_assert(0, "BUILD_BUG")

#ifndef static_assert
#define static_assert(expr, ...) OSIM__STATIC_ASSERT(expr, ##__VA_ARGS__, #expr)
#define OSIM__STATIC_ASSERT(expr, msg, ...) _Static_assert(expr, msg)
#endif

#endif
