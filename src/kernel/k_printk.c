/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel/k_base.h"

#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/refcount.h>
#include <linux/string.h>

#define LINE_BYTES 512

void osim__k_log(int level, const char *text)
{
	uint32_t flags = level <= 3 ? OSIM_EVENT_F_ERR : level == 4 ? OSIM_EVENT_F_WARN : 0;
	struct osim_machine *m = osim__machine();

	while (*text) {
		size_t len = strcspn(text, "\n");

		osim__event_text(m, OSIM_EVENT_LOG, flags, "%.*s", (int)len, text);
		text += len;
		text += *text == '\n';
	}
}

/* What KERN_ERR and its like put in front; 6 (information) where there is nothing. */
static __attribute__((format_arg(1))) const char *take_level(const char *text, int *level)
{
	*level = 6;
	while (text[0] == KERN_SOH[0] && text[1]) {
		if (text[1] >= '0' && text[1] <= '7')
			*level = text[1] - '0';
		text += 2;
	}
	return text;
}

/* For osim_last_error(), when the driver cannot be bound. */
static bool is_kept(struct osim_machine *m, int level)
{
	const struct osim__kernel *k = osim__kernel_of(m);

	return level <= 4 && k->state == OSIM__KERNEL_BINDING && !k->said[0];
}

int osim__k_vprintk(const char *format, va_list args)
{
	struct osim_machine *m = osim__machine();
	char line[LINE_BYTES];
	int level, n;

	format = take_level(format, &level);
	if (!m || !(osim__event_on(m) || is_kept(m, level)))
		return 0;
	n = osim__k_vscnprintf(line, sizeof(line), format, args);
	osim__k_log(level, line);
	if (is_kept(m, level))
		osim__k_scnprintf(osim__kernel()->said, sizeof(osim__kernel()->said), "%.*s",
				  (int)strcspn(line, "\n"), line);
	return n;
}

int osim__k_printk(const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = osim__k_vprintk(format, args);
	va_end(args);
	return n;
}

void osim__k_print_hex_dump(const char *level, const char *prefix, int prefix_type, int rowsize,
			    const void *buf, size_t len)
{
	size_t at, i, n, used, width = rowsize == 32 ? 32 : 16;
	const unsigned char *p = buf;
	char line[LINE_BYTES];
	int number;

	take_level(level, &number);
	for (at = 0; at < len; at += n) {
		n = len - at < width ? len - at : width;
		used = (size_t)osim__k_scnprintf(line, sizeof(line), "%s", prefix);
		if (prefix_type == DUMP_PREFIX_OFFSET)
			used += (size_t)osim__k_scnprintf(line + used, sizeof(line) - used,
							  "%.8zx: ", at);
		for (i = 0; i < n; i++)
			used += (size_t)osim__k_scnprintf(line + used, sizeof(line) - used,
							  "%s%02x", i ? " " : "", p[at + i]);
		osim__k_log(number, line);
	}
}

/* --- what the driver finds wrong itself --- */

void osim__k_warn(const struct osim__site *site, const char *cond, const char *format, ...)
{
	struct osim_machine *m = osim__machine();
	char text[LINE_BYTES];
	va_list args;

	if (format) {
		va_start(args, format);
		osim__k_vscnprintf(text, sizeof(text), format, args);
		va_end(args);
		text[strcspn(text, "\n")] = '\0';
	} else {
		osim__k_scnprintf(text, sizeof(text), "WARN_ON(%s)", cond);
	}
	osim__finding(m, "kernel.warn", "%s at %s", text, osim__k_where(site));
	osim__k_printk(KERN_WARNING "WARNING: %s at %s\n", text, osim__k_where(site));
}

void osim__k_bug(const struct osim__site *site, const char *cond)
{
	struct osim_machine *m = osim__machine();

	osim__finding(m, "kernel.bug", "BUG (%s) at %s", cond, osim__k_where(site));
	osim__k_printk(KERN_EMERG "BUG: %s at %s\n", cond, osim__k_where(site));
	/*
	 * A kernel stops here; this CPU does. The host's own stack has nothing that it could wait
	 * in.
	 */
	if (osim__sched_on_host(&m->sched))
		__builtin_trap();
	for (;;)
		osim__sched_spin(&m->sched, site, "nothing, after a BUG");
}

void osim__k_refcount_fault(const refcount_t *r, enum osim__k_refcount_fault what,
			    const struct osim__site *site)
{
	static const char *const texts[] = {
		[OSIM__K_REF_INC_FROM_0] = "is incremented from 0: the object is gone",
		[OSIM__K_REF_BELOW_0] = "goes below 0, or to 0 where it must not",
		[OSIM__K_REF_OVERFLOW] = "overflows, or is stuck",
	};

	(void)r;
	osim__finding(osim__machine(), "kernel.refcount", "a reference count %s, at %s",
		      texts[what], osim__k_where(site));
}
