/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_KSTRTOX_H
#define OSIM_LINUX_KSTRTOX_H

#include <osim/api.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/types.h>

/* 0; -EINVAL: not a number; -ERANGE. One newline at the end is allowed. base 0: by prefix. */
OSIM__K_API int osim__k_kstrtoull(const char *s, unsigned int base, unsigned long long *res);
OSIM__K_API int osim__k_kstrtoll(const char *s, unsigned int base, long long *res);
OSIM__K_API int osim__k_kstrtobool(const char *s, bool *res);

#define OSIM__KSTRTO(name, type, wide, parse)                               \
	static inline int name(const char *s, unsigned int base, type *res) \
	{                                                                   \
		wide value;                                                 \
		int rc = parse(s, base, &value);                            \
                                                                            \
		if (rc)                                                     \
			return rc;                                          \
		if (value != (wide)(type)value)                             \
			return -ERANGE;                                     \
		*res = (type)value;                                         \
		return 0;                                                   \
	}

OSIM__KSTRTO(kstrtoull, unsigned long long, unsigned long long, osim__k_kstrtoull)
OSIM__KSTRTO(kstrtoul, unsigned long, unsigned long long, osim__k_kstrtoull)
OSIM__KSTRTO(kstrtouint, unsigned int, unsigned long long, osim__k_kstrtoull)
OSIM__KSTRTO(kstrtou64, u64, unsigned long long, osim__k_kstrtoull)
OSIM__KSTRTO(kstrtou32, u32, unsigned long long, osim__k_kstrtoull)
OSIM__KSTRTO(kstrtou16, u16, unsigned long long, osim__k_kstrtoull)
OSIM__KSTRTO(kstrtou8, u8, unsigned long long, osim__k_kstrtoull)
OSIM__KSTRTO(kstrtoll, long long, long long, osim__k_kstrtoll)
OSIM__KSTRTO(kstrtol, long, long long, osim__k_kstrtoll)
OSIM__KSTRTO(kstrtoint, int, long long, osim__k_kstrtoll)

#define kstrtobool(s, res) osim__k_kstrtobool(s, res)

#endif
