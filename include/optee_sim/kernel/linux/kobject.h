/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_KOBJECT_H
#define OSIM_LINUX_KOBJECT_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/sysfs.h>
#include <linux/types.h>
#include <osim/api.h>
#include <osim/site.h>

#define UEVENT_NUM_ENVP	   64
#define UEVENT_BUFFER_SIZE 2048

enum osim__k_kobj_kind {
	OSIM__KOBJ_NONE,
	OSIM__KOBJ_DEVICE, /* inside a struct device */
	OSIM__KOBJ_CDEV,   /* inside a struct cdev */
};

struct kobject {
	const char *name;
	struct kobject *parent;
	int refs;
	enum osim__k_kobj_kind kind;
};

struct kobj_uevent_env {
	char *envp[UEVENT_NUM_ENVP];
	int envp_idx;
	char buf[UEVENT_BUFFER_SIZE];
	int buflen;
};

enum kobject_action {
	KOBJ_ADD,
	KOBJ_REMOVE,
	KOBJ_CHANGE,
};

OSIM__K_API struct kobject *osim__k_kobject_get(struct kobject *kobj,
						const struct osim__site *site);
OSIM__K_API void osim__k_kobject_put(struct kobject *kobj, const struct osim__site *site);
/* -ENOMEM: no room left. */
OSIM__K_API int osim__k_add_uevent_var(struct kobj_uevent_env *env, const char *format, ...)
	__printf(2, 3);

#define kobject_get(kobj)	 osim__k_kobject_get(kobj, OSIM__SITE)
#define kobject_put(kobj)	 osim__k_kobject_put(kobj, OSIM__SITE)
#define kobject_name(kobj)	 ((kobj)->name)
#define add_uevent_var(env, ...) osim__k_add_uevent_var(env, __VA_ARGS__)

/* Nobody listens. */
static inline int kobject_uevent(struct kobject *kobj, enum kobject_action action)
{
	(void)kobj;
	(void)action;
	return 0;
}

static inline int kobject_uevent_env(struct kobject *kobj, enum kobject_action action, char *envp[])
{
	(void)envp;
	return kobject_uevent(kobj, action);
}

#endif
