/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_PRINTK_H
#define OSIM_LINUX_PRINTK_H

#include <stdarg.h>

#include <osim/api.h>
#include <linux/compiler.h>
#include <linux/kern_levels.h>
#include <linux/types.h>

/* A line of the driver's log, as an event. */
OSIM__K_API int osim__k_printk(const char *format, ...) __printf(1, 2);
OSIM__K_API int osim__k_vprintk(const char *format, va_list args) __printf(1, 0);

struct va_format {
	const char *fmt;
	va_list *va;
};

/* A driver's file defines its own before it includes anything. */
#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

#define printk(...)	     osim__k_printk(__VA_ARGS__)
#define vprintk(fmt, args)   osim__k_vprintk(fmt, args)
#define _printk(...)	     osim__k_printk(__VA_ARGS__)
#define printk_deferred(...) osim__k_printk(__VA_ARGS__)

/* The format is checked, nothing is printed. */
#define no_printk(fmt, ...)                                 \
	({                                                  \
		if (0)                                      \
			osim__k_printk(fmt, ##__VA_ARGS__); \
		0;                                          \
	})

#define pr_emerg(fmt, ...)  osim__k_printk(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert(fmt, ...)  osim__k_printk(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit(fmt, ...)   osim__k_printk(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...)    osim__k_printk(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...)   osim__k_printk(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warning(...)	    pr_warn(__VA_ARGS__)
#define pr_notice(fmt, ...) osim__k_printk(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...)   osim__k_printk(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
#define pr_cont(fmt, ...)   osim__k_printk(KERN_CONT fmt, ##__VA_ARGS__)

#ifdef DEBUG
#define pr_debug(fmt, ...) osim__k_printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_devel(fmt, ...) osim__k_printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#else
#define pr_debug(fmt, ...) no_printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_devel(fmt, ...) no_printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#endif

#define OSIM__ONCE(call)                   \
	({                                 \
		static bool osim__done;    \
		if (!osim__done) {         \
			osim__done = true; \
			call;              \
		}                          \
	})
#define printk_once(...)    OSIM__ONCE(printk(__VA_ARGS__))
#define pr_err_once(...)    OSIM__ONCE(pr_err(__VA_ARGS__))
#define pr_warn_once(...)   OSIM__ONCE(pr_warn(__VA_ARGS__))
#define pr_notice_once(...) OSIM__ONCE(pr_notice(__VA_ARGS__))
#define pr_info_once(...)   OSIM__ONCE(pr_info(__VA_ARGS__))
#define pr_debug_once(...)  OSIM__ONCE(pr_debug(__VA_ARGS__))

/* Nothing is dropped: a limit by time would hide what a test looks for. */
#define printk_ratelimited(...)	   printk(__VA_ARGS__)
#define pr_err_ratelimited(...)	   pr_err(__VA_ARGS__)
#define pr_warn_ratelimited(...)   pr_warn(__VA_ARGS__)
#define pr_notice_ratelimited(...) pr_notice(__VA_ARGS__)
#define pr_info_ratelimited(...)   pr_info(__VA_ARGS__)
#define pr_debug_ratelimited(...)  pr_debug(__VA_ARGS__)
#define printk_ratelimit()	   true

/* Bytes in hexadecimal, 16 or 32 to a line. */
enum {
	DUMP_PREFIX_NONE,
	DUMP_PREFIX_ADDRESS,
	DUMP_PREFIX_OFFSET,
};
OSIM__K_API void osim__k_print_hex_dump(const char *level, const char *prefix, int prefix_type,
					int rowsize, const void *buf, size_t len);
#define print_hex_dump(level, prefix, prefix_type, rowsize, groupsize, buf, len, ascii) \
	osim__k_print_hex_dump(level, prefix, prefix_type, rowsize, buf, len)
#define print_hex_dump_bytes(prefix, prefix_type, buf, len) \
	osim__k_print_hex_dump(KERN_DEBUG, prefix, prefix_type, 16, buf, len)
#define print_hex_dump_debug(prefix, prefix_type, rowsize, groupsize, buf, len, ascii) \
	((void)(buf), (void)(len))

#define dump_stack() osim__k_printk(KERN_DEFAULT "stack of %s\n", __func__)

#endif
