/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_ERRNO_H
#define OSIM_LINUX_ERRNO_H

#include <asm/errno.h>

/* The kernel's own, which no system call returns to a program. */
#define ERESTARTSYS    512
#define ERESTARTNOINTR 513
#define ERESTARTNOHAND 514
#define ENOIOCTLCMD    515
#define EPROBE_DEFER   517
#define EOPENSTALE     518
#define ENOPARAM       519
#define ENOTSUPP       524
#define ETOOSMALL      525
#define EIOCBQUEUED    529
#define ENOGRACE       531

#endif
