/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_ABI_FIELD_H
#define OSIM_ABI_FIELD_H

/* Shorthand for the entries of the table; only the table's own files use it. */

#include "abi/table.h"

/* clang-format off */

/* Registers by number, as a mask. */
#define R(n) (1u << (n))
#define R_TO(first, last) ((2u << (last)) - (1u << (first)))

#define W32 UINT32_MAX
#define W64 UINT64_MAX

#define FIELD(n, a, s, t, m, ...)                                                                  \
	{ .name = n, .at = a, .span = s, .type = OSIM__ABI_##t, .mask = m, __VA_ARGS__ }

#define NUMBER(n, a, ...) FIELD(n, a, 1, NUMBER, W32, __VA_ARGS__)
#define HEX(n, a, ...) FIELD(n, a, 1, HEX, W32, __VA_ARGS__)
#define ENUM(n, a, l, ...) FIELD(n, a, 1, ENUM, W32, .names = osim__abi_##l, __VA_ARGS__)
#define BITS(n, a, l, ...) FIELD(n, a, 1, BITS, W32, .names = osim__abi_##l, __VA_ARGS__)
/* A 64-bit value in two registers. */
#define PAIR(n, a, t, ...) FIELD(n, a, 2, t, W32, __VA_ARGS__)
/* A 64-bit value in one register, or word of a parameter. */
#define WIDE(n, a, t, ...) FIELD(n, a, 1, t, W64, __VA_ARGS__)

#define LIST(type, ...) (const struct type[]) { __VA_ARGS__, { 0 } }
#define FIELDS(...) LIST(osim__abi_field, __VA_ARGS__)

/* clang-format on */

#endif
