/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OSIM_LINUX_SCHED_H
#define OSIM_LINUX_SCHED_H

#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/refcount.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/time64.h>
#include <linux/types.h>
#include <osim/api.h>
#include <osim/site.h>

struct mm_struct;

#define TASK_COMM_LEN	     16
#define TASK_RUNNING	     0x0
#define TASK_INTERRUPTIBLE   0x1
#define TASK_UNINTERRUPTIBLE 0x2
#define TASK_WAKEKILL	     0x100
#define TASK_KILLABLE	     (TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define MAX_SCHEDULE_TIMEOUT __LONG_MAX__
#define PF_KTHREAD	     0x00200000

/* What a driver sees of a thread. */
struct task_struct {
	struct mm_struct *mm; /* NULL in threads of the kernel */
	struct mm_struct *active_mm;
	unsigned int flags;
	unsigned int state;
	pid_t pid, tgid;
	char comm[TASK_COMM_LEN];
	struct task_struct *group_leader;
	const void *cred;
	/* The library's: */
	struct task_struct *osim_next;
	void *osim_thread;
	int (*osim_fn)(void *data);
	void *osim_data;
	int osim_result;
	bool osim_stop;
};

OSIM__K_API struct task_struct *osim__k_current(void);
OSIM__K_API int osim__k_signal_pending(const struct task_struct *task, bool fatal);
OSIM__K_API bool osim__k_need_resched(void);
OSIM__K_API int osim__k_cond_resched(const struct osim__site *site);
OSIM__K_API long osim__k_schedule(unsigned int state, long timeout, const struct osim__site *site);
OSIM__K_API int osim__k_wake_up_process(struct task_struct *task);

#define current			   osim__k_current()
#define signal_pending(task)	   osim__k_signal_pending(task, false)
#define fatal_signal_pending(task) osim__k_signal_pending(task, true)
#define need_resched()		   osim__k_need_resched()
#define cond_resched()		   osim__k_cond_resched(OSIM__SITE)
#define yield()			   ((void)osim__k_cond_resched(OSIM__SITE))
#define wake_up_process(task)	   osim__k_wake_up_process(task)

#define set_current_state(s)		    ((void)(current->state = (s)))
#define __set_current_state(s)		    set_current_state(s)
#define schedule()			    ((void)osim__k_schedule(current->state, MAX_SCHEDULE_TIMEOUT, OSIM__SITE))
#define schedule_timeout(t)		    osim__k_schedule(current->state, t, OSIM__SITE)
#define schedule_timeout_interruptible(t)   osim__k_schedule(TASK_INTERRUPTIBLE, t, OSIM__SITE)
#define schedule_timeout_uninterruptible(t) osim__k_schedule(TASK_UNINTERRUPTIBLE, t, OSIM__SITE)
#define schedule_timeout_killable(t)	    osim__k_schedule(TASK_KILLABLE, t, OSIM__SITE)

static inline pid_t task_pid_nr(const struct task_struct *task)
{
	return task->pid;
}
#define task_tgid_nr(task) ((task)->tgid)

#endif
