/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_UNALIGNED_H
#define OSIM_LINUX_UNALIGNED_H

#include <asm/byteorder.h>

#define get_unaligned(ptr)                                 \
	({                                                 \
		const struct {                             \
			typeof(*(ptr)) v;                  \
		} __packed *osim__p = (const void *)(ptr); \
		osim__p->v;                                \
	})
#define put_unaligned(val, ptr)                      \
	do {                                         \
		struct {                             \
			typeof(*(ptr)) v;            \
		} __packed *osim__p = (void *)(ptr); \
		osim__p->v = (val);                  \
	} while (0)

#define get_unaligned_le16(p) le16_to_cpu(get_unaligned((const __le16 *)(p)))
#define get_unaligned_le32(p) le32_to_cpu(get_unaligned((const __le32 *)(p)))
#define get_unaligned_le64(p) le64_to_cpu(get_unaligned((const __le64 *)(p)))
#define get_unaligned_be16(p) be16_to_cpu(get_unaligned((const __be16 *)(p)))
#define get_unaligned_be32(p) be32_to_cpu(get_unaligned((const __be32 *)(p)))
#define get_unaligned_be64(p) be64_to_cpu(get_unaligned((const __be64 *)(p)))

#endif
