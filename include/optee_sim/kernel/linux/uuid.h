/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_UUID_H
#define OSIM_LINUX_UUID_H

#include <osim/api.h>
#include <linux/string.h>
#include <linux/types.h>

#define UUID_SIZE	16
#define UUID_STRING_LEN 36

typedef struct {
	__u8 b[UUID_SIZE];
} guid_t;

typedef struct {
	__u8 b[UUID_SIZE];
} uuid_t;

/* First three fields big endian, the rest bytes as they come; legal as an initialiser too. */
#define UUID_INIT(a, b, c, d0, d1, d2, d3, d4, d5, d6, d7)                                     \
	((uuid_t){{((a) >> 24) & 0xff, ((a) >> 16) & 0xff, ((a) >> 8) & 0xff, (a)&0xff,        \
		   ((b) >> 8) & 0xff, (b)&0xff, ((c) >> 8) & 0xff, (c)&0xff, (d0), (d1), (d2), \
		   (d3), (d4), (d5), (d6), (d7)}})
/* First three fields little endian. */
#define GUID_INIT(a, b, c, d0, d1, d2, d3, d4, d5, d6, d7)                                        \
	((guid_t){{(a)&0xff, ((a) >> 8) & 0xff, ((a) >> 16) & 0xff, ((a) >> 24) & 0xff, (b)&0xff, \
		   ((b) >> 8) & 0xff, (c)&0xff, ((c) >> 8) & 0xff, (d0), (d1), (d2), (d3), (d4),  \
		   (d5), (d6), (d7)}})

OSIM__K_API extern const uuid_t osim__k_uuid_null;
OSIM__K_API extern const guid_t osim__k_guid_null;
#define uuid_null osim__k_uuid_null
#define guid_null osim__k_guid_null

static inline bool uuid_equal(const uuid_t *a, const uuid_t *b)
{
	return memcmp(a, b, sizeof(uuid_t)) == 0;
}

static inline void uuid_copy(uuid_t *dst, const uuid_t *src)
{
	memcpy(dst, src, sizeof(uuid_t));
}

static inline bool uuid_is_null(const uuid_t *uuid)
{
	return uuid_equal(uuid, &uuid_null);
}

static inline void import_uuid(uuid_t *dst, const __u8 *src)
{
	memcpy(dst, src, sizeof(uuid_t));
}

static inline void export_uuid(__u8 *dst, const uuid_t *src)
{
	memcpy(dst, src, sizeof(uuid_t));
}

static inline bool guid_equal(const guid_t *a, const guid_t *b)
{
	return memcmp(a, b, sizeof(guid_t)) == 0;
}

static inline void guid_copy(guid_t *dst, const guid_t *src)
{
	memcpy(dst, src, sizeof(guid_t));
}

static inline bool guid_is_null(const guid_t *guid)
{
	return guid_equal(guid, &guid_null);
}

/* "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx". 0, or -EINVAL. */
OSIM__K_API int osim__k_uuid_parse(const char *text, uuid_t *uuid);
OSIM__K_API bool osim__k_uuid_is_valid(const char *text);
#define uuid_parse(text, uuid) osim__k_uuid_parse(text, uuid)
#define uuid_is_valid(text)    osim__k_uuid_is_valid(text)

#endif
