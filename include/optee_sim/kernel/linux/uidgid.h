/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_UIDGID_H
#define OSIM_LINUX_UIDGID_H

#include <linux/types.h>

typedef struct {
	uid_t val;
} kuid_t;

typedef struct {
	gid_t val;
} kgid_t;

#define KUIDT_INIT(value) ((kuid_t){value})
#define KGIDT_INIT(value) ((kgid_t){value})
#define GLOBAL_ROOT_UID	  KUIDT_INIT(0)
#define GLOBAL_ROOT_GID	  KGIDT_INIT(0)
#define INVALID_UID	  KUIDT_INIT((uid_t)-1)
#define INVALID_GID	  KGIDT_INIT((gid_t)-1)

struct user_namespace;

#define __kuid_val(uid) ((uid).val)
#define __kgid_val(gid) ((gid).val)

static inline bool uid_eq(kuid_t a, kuid_t b)
{
	return a.val == b.val;
}

static inline bool gid_eq(kgid_t a, kgid_t b)
{
	return a.val == b.val;
}

static inline bool uid_valid(kuid_t uid)
{
	return uid.val != (uid_t)-1;
}

static inline bool gid_valid(kgid_t gid)
{
	return gid.val != (gid_t)-1;
}

/* There is one namespace of users. */
#define make_kuid(ns, uid)	((void)(ns), KUIDT_INIT(uid))
#define make_kgid(ns, gid)	((void)(ns), KGIDT_INIT(gid))
#define from_kuid(ns, uid)	((void)(ns), (uid).val)
#define from_kgid(ns, gid)	((void)(ns), (gid).val)
#define from_kuid_munged(ns, u) from_kuid(ns, u)
#define from_kgid_munged(ns, g) from_kgid(ns, g)

#endif
