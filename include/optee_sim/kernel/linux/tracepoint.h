/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_TRACEPOINT_H
#define OSIM_LINUX_TRACEPOINT_H

#include <linux/kernel.h>
#include <linux/types.h>

/* The conduit is watched from outside of the driver, so its own trace points do nothing. */
#define TP_PROTO(...)	      __VA_ARGS__
#define TP_ARGS(...)	      __VA_ARGS__
#define TP_STRUCT__entry(...) __VA_ARGS__
#define TP_fast_assign(...)   __VA_ARGS__
#define TP_printk(...)	      __VA_ARGS__

/* Never called: it takes the arguments, so that none is unused. */
int osim__trace_nothing(int first, ...);

#define DECLARE_TRACE(name, proto, args)                    \
	static inline void trace_##name(proto)              \
	{                                                   \
		(void)sizeof(osim__trace_nothing(0, args)); \
	}                                                   \
	static inline bool trace_##name##_enabled(void)     \
	{                                                   \
		return false;                               \
	}                                                   \
	struct osim__k_trace_nothing

#define TRACE_EVENT(name, proto, args, fields, assign, print) \
	DECLARE_TRACE(name, OSIM__PARAMS(proto), OSIM__PARAMS(args))
#define OSIM__PARAMS(...)					      __VA_ARGS__
#define DECLARE_EVENT_CLASS(name, proto, args, fields, assign, print) struct osim__k_trace_nothing
#define DEFINE_EVENT(class, name, proto, args) \
	DECLARE_TRACE(name, OSIM__PARAMS(proto), OSIM__PARAMS(args))

#endif
