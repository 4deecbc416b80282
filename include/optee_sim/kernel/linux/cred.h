/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_CRED_H
#define OSIM_LINUX_CRED_H

#include <linux/sched.h>
#include <linux/uidgid.h>

/* Every program of the machine is root, and in group 0 only. */
#define current_uid()	  KUIDT_INIT(0)
#define current_euid()	  KUIDT_INIT(0)
#define current_gid()	  KGIDT_INIT(0)
#define current_egid()	  KGIDT_INIT(0)
#define current_fsuid()	  KUIDT_INIT(0)
#define current_fsgid()	  KGIDT_INIT(0)
#define current_user_ns() ((struct user_namespace *)NULL)

static inline int in_egroup_p(kgid_t group)
{
	return group.val == 0;
}

static inline int in_group_p(kgid_t group)
{
	return group.val == 0;
}

#endif
