/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_BITFIELD_H
#define OSIM_LINUX_BITFIELD_H

#include <linux/bits.h>

/* mask is a constant run of ones. */
#define OSIM__FIELD_SHIFT(mask) (__builtin_ffsll(mask) - 1)
#define FIELD_MAX(mask)		((typeof(mask))((mask) >> OSIM__FIELD_SHIFT(mask)))
#define FIELD_FIT(mask, val)	(!(((unsigned long long)(val) << OSIM__FIELD_SHIFT(mask)) & ~(mask)))
#define FIELD_PREP(mask, val)	(((typeof(mask))(val) << OSIM__FIELD_SHIFT(mask)) & (mask))
#define FIELD_GET(mask, reg)	((typeof(mask))(((reg) & (mask)) >> OSIM__FIELD_SHIFT(mask)))

#endif
